"""What can be asked: the indicators, with where each part of them was read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import polars as pl

from chitieu import _native
from chitieu._errors import PlanError
from chitieu._files import no_file
from chitieu._language import name_of, pick, say

#: What the quotient of each measure is multiplied by.
MULTIPLIER = {"count": 1, "percent": 100, "ratio": 100, "per_1000": 1_000, "per_100000": 100_000}


@dataclass(frozen=True, repr=False)
class Indicator:
    """One indicator of the catalogue, as data.

    Attributes:
        data: The definition as it stands in its TOML file.

    Example:
        >>> import chitieu as ct
        >>> indicator = ct.catalogue()["birth_registration_under_5"]
        >>> indicator.conditions["numerator"]
        'COUNT(*) FROM children WHERE age < 5 AND birth_registered'
        >>> indicator.columns
        {'children': ['birth_date', 'birth_year', 'commune', 'birth_registered']}
    """

    data: dict[str, Any]
    _of: Catalogue = field(repr=False, compare=False)

    @property
    def id(self) -> str:
        """Its name in code."""
        return str(self.data["id"])

    @property
    def code(self) -> str | None:
        """Annex and code, such as ``II.0101``; codes restart in each annex."""
        return self.data.get("code")

    @property
    def name(self) -> str:
        """Its name in the language in use."""
        return pick(self.data["name"])

    @property
    def concept(self) -> str:
        """Meaning and method in the language in use."""
        return pick(self.data["concept"])

    @property
    def outputs(self) -> list[str]:
        """The measures it gives: ``count``, ``percent``, ``ratio``, ``per_1000``, ``per_100000``."""
        return list(self.data["outputs"])

    @property
    def breakdowns(self) -> list[str]:
        """The dimensions its source asks for."""
        return list(self.data.get("breakdowns", []))

    @property
    def read_in(self) -> dict[str, str]:
        """Where its name, code, formula and breakdowns were read, each apart."""
        return dict(self.data["read_in"])

    @property
    def conditions(self) -> dict[str, str]:
        """What is counted, by ``numerator`` and ``denominator``, as SQL; the period and the area are not in it.

        ``age`` and ``age_months`` are completed at the last day of the period or at the event, and ``confirmed`` is a
        verified case, whether or not the table has columns of those names.
        """
        roles = {role: self.data.get(role) for role in ("numerator", "denominator")}
        return {role: as_sql(self._of._quantity(id)) for role, id in roles.items() if id is not None}

    @property
    def columns(self) -> dict[str, list[str]]:
        """The columns that it reads from each table; a breakdown reads its own besides. See :func:`chitieu.tables`."""
        return dict(self._of._native.columns(self.id))

    @property
    def targets(self) -> list[dict[str, Any]]:
        """What is aimed at by which year, where a text sets it."""
        return list(self.data.get("targets", []))

    @property
    def definition(self) -> str:
        """The definition a result names."""
        return f"{self.data['source']}/{self.id}@{self.data['version']}"

    def _rows(self) -> list[tuple[str, str]]:
        return [
            (say("Mã", "Code"), self.code or "–"),
            (say("Khái niệm", "Concept"), self.concept),
            (say("Đơn vị", "Measures"), ", ".join(name_of("measure", m) for m in self.outputs)),
            (say("Phân tổ", "Breakdowns"), ", ".join(name_of("dimension", d) for d in self.breakdowns) or "–"),
            (
                say("Đọc ở", "Read in"),
                "; ".join(f"{say(*_PARTS[k])}: {name_of('read_in', v)}" for k, v in self.read_in.items()),
            ),
            (
                say("Căn cứ", "References"),
                "; ".join(f"{pick(r['text'])}, {pick(r['where'])}" for r in self.data.get("references", [])) or "–",
            ),
            (
                say("Mục tiêu", "Targets"),
                "; ".join(f"{t['year']}: {target(t)}" for t in self.targets) or "–",
            ),
            *((say(*_ROLES[role]), text) for role, text in self.conditions.items()),
            (say("Cột cần có", "Columns"), "; ".join(f"{t}: {', '.join(c)}" for t, c in self.columns.items())),
            (say("Định nghĩa", "Definition"), self.definition),
        ]

    def __repr__(self) -> str:
        return "\n".join([self.name, *(f"  {name}: {text}" for name, text in self._rows())])

    def _repr_html_(self) -> str:
        body = "".join(
            f"<tr><th style='text-align:left'>{escape(k)}</th><td style='text-align:left'>{escape(v)}</td></tr>"
            for k, v in self._rows()
        )
        return f"<h4>{escape(self.name)}</h4><table>{body}</table>"


_PARTS = {
    "name": ("tên", "name"),
    "code": ("mã", "code"),
    "formula": ("công thức", "formula"),
    "breakdowns": ("phân tổ", "breakdowns"),
}


def target(found: dict[str, Any]) -> str:
    """Return what is aimed at as it is printed: ``≥ 98,5``."""
    sign = {"<=": "≤", ">=": "≥"}.get(found["op"], found["op"])
    value = f"{found['value']:g}".replace(".", say(",", "."))
    if found["measure"] == "percent":
        return "100 %" if found["value"] == 100 else f"{sign} {value} %"
    return f"{sign} {value}"


_ROLES = {"numerator": ("Tử số", "Numerator"), "denominator": ("Mẫu số", "Denominator")}


def as_sql(quantity: dict[str, Any]) -> str:
    """Return what a quantity counts."""
    counted = "COUNT(*)"
    if "distinct" in quantity:
        counted = f"COUNT(DISTINCT {quantity['distinct']})"
    elif "sum" in quantity:
        counted = f"SUM({quantity['sum']})"
    where = f" WHERE {quantity['where']}" if "where" in quantity else ""
    years = quantity.get("lag_years", 0)
    before = say(f" (của {years} năm trước)", f" ({years} years before)") if years else ""
    return f"{counted} FROM {quantity['table']}{where}{before}"


class Catalogue:
    """The indicators that can be computed. A value: adding a file gives a new catalogue.

    Example:
        >>> import chitieu as ct
        >>> catalogue = ct.catalogue()
        >>> catalogue["abused_children"].code
        'II.0101'
        >>> catalogue["abused_children"].outputs
        ['count', 'percent', 'per_100000']
        >>> "crude_birth_rate" in catalogue
        True
    """

    def __init__(self, native: _native.Catalogue) -> None:
        self._native = native
        self._data: dict[str, Any] = json.loads(native.to_json())
        self._indicators = {i["id"]: Indicator(i, self) for i in self._data["indicators"]}

    def __getitem__(self, id: str) -> Indicator:
        """Return the indicator of that id.

        Raises:
            PlanError: If there is none, with the nearest names.
        """
        self._native.indicator(id)
        return self._indicators[id]

    def _quantity(self, id: str) -> dict[str, Any]:
        found: dict[str, Any] = next(q for q in self._data["quantities"] if q["id"] == id)
        return found

    def __contains__(self, id: object) -> bool:
        return isinstance(id, str) and id in self._indicators

    def __iter__(self) -> Iterator[Indicator]:
        return iter(self._indicators.values())

    def __len__(self) -> int:
        return len(self._indicators)

    def with_file(self, path: str | Path) -> Catalogue:
        """Return this catalogue with the indicators and quantities of a TOML file added.

        One of the same id is replaced. The file is held to the same checks as the ones shipped.

        Args:
            path: A file in the form of the catalogue's own files.

        Raises:
            FileNotFoundError: If there is no such file.
            PlanError: If the file does not hold together; the message names file and key.
        """
        path = Path(path)
        return Catalogue(self._native.with_text(path.name, utf8_text(path, "catalogue")))

    def to_polars(self) -> pl.DataFrame:
        """Return one row per indicator: names in both languages, what it counts and reads, where each part was read.

        ``numerator_condition`` and ``denominator_condition`` are those of :attr:`Indicator.conditions`, ``columns`` the
        columns it reads, each as ``table.column``.
        """
        return pl.DataFrame(
            [
                {
                    "id": i.id,
                    "code": i.code,
                    "name_vi": i.data["name"]["vi"],
                    "name_en": i.data["name"]["en"],
                    "outputs": i.outputs,
                    "numerator": i.data["numerator"],
                    "denominator": i.data.get("denominator"),
                    "numerator_condition": i.conditions["numerator"],
                    "denominator_condition": i.conditions.get("denominator"),
                    "columns": [f"{table}.{column}" for table, there in i.columns.items() for column in there],
                    "breakdowns": i.breakdowns,
                    "name_read_in": i.read_in["name"],
                    "code_read_in": i.read_in["code"],
                    "formula_read_in": i.read_in["formula"],
                    "breakdowns_read_in": i.read_in["breakdowns"],
                    "definition": i.definition,
                }
                for i in self
            ],
            schema_overrides=dict.fromkeys(("code", "denominator", "denominator_condition"), pl.String),
        )

    def __repr__(self) -> str:
        lines = [f"{i.code or '–':<9} {i.id:<34} {i.name}" for i in self]
        return "\n".join([f"Catalogue: {len(self)} {say('chỉ tiêu', 'indicators')}", *lines])

    def _repr_html_(self) -> str:
        head = (
            say("Mã", "Code"),
            "id",
            say("Tên", "Name"),
            say("Đơn vị", "Measures"),
            say("Phân tổ", "Breakdowns"),
            say("Nguồn công thức", "Formula read in"),
        )
        rows = [
            (
                i.code or "–",
                i.id,
                i.name,
                ", ".join(name_of("measure", m) for m in i.outputs),
                ", ".join(name_of("dimension", d) for d in i.breakdowns),
                name_of("read_in", i.read_in["formula"]),
            )
            for i in self
        ]
        return html_table(head, rows)


def utf8_text(path: Path, code: str) -> str:
    """Return the text of a file of definitions; an error of that code if it is not UTF-8.

    Raises:
        FileNotFoundError: If it is no file: a device or a pipe may never end.
    """
    if not path.is_file():
        raise no_file(path)
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise PlanError(
            say(f"{path.name}: cần mã hóa UTF-8", f"{path.name}: expected UTF-8"),
            code=code,
            expected="UTF-8",
            got=path.name,
        ) from None


def html_table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]], right: tuple[int, ...] = ()) -> str:
    """Return a plain HTML table; the columns in ``right`` are set to the right."""

    def cells(tag: str, row: tuple[str, ...]) -> str:
        side = [("right" if n in right else "left") for n in range(len(row))]
        return "".join(
            f"<{tag} style='text-align:{s}'>{escape(str(v))}</{tag}>" for s, v in zip(side, row, strict=True)
        )

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f"<table><thead><tr>{cells('th', head)}</tr></thead><tbody>{body}</tbody></table>"


def catalogue() -> Catalogue:
    """Return the catalogue that the library ships.

    Its sources are Circular 13/2021/TT-BLĐTBXH and Decision 23/QĐ-TTg of 2021; every indicator says, apart for
    its name, code, formula and breakdowns, where that part was read.

    Example:
        >>> import chitieu as ct
        >>> ct.catalogue()["birth_registration_under_5"].targets[0]["value"]
        98.5
    """
    return Catalogue(_native.Catalogue.builtin())
