"""What the report of a check tells, in the language in use, before it is laid out."""

from __future__ import annotations

import unicodedata
from collections import Counter
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import polars as pl

from chitieu import _native
from chitieu._areas import Units
from chitieu._check_parts import count
from chitieu._language import get_language, pick, printed, say, words
from chitieu._table import Table

#: Communes named beside a rule, and provinces in a title.
NAMED = 3

SEVERITIES = {"error": ("Lỗi", "Error"), "warning": ("Cảnh báo", "Warning"), "info": ("Lưu ý", "Note")}

SCORES = {
    "completeness": ("Đầy đủ", "Complete"),
    "accuracy": ("Chính xác", "Accurate"),
    "timeliness": ("Kịp thời", "Timely"),
}

#: What each score counts, and of what.
SCORED = {
    "completeness": ("recorded_values", "expected_values"),
    "accuracy": ("passed", "judged"),
    "timeliness": ("updated", "months"),
}

_LETTERS = {letter: nth for nth, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")}
_TONES = dict.fromkeys(map(ord, "\u0300\u0301\u0303\u0309\u0323"))


class Checked(Protocol):
    """What a page shows of a check."""

    @property
    def _native(self) -> _native.Check: ...
    @property
    def _dataset(self) -> Checkable: ...
    @property
    def reference(self) -> str: ...
    @property
    def area_vintage(self) -> str: ...
    def scorecard(self, area_level: str = ..., *, period: str | None = ...) -> Table: ...


class Checkable(Protocol):
    """What a page shows of the records."""

    @property
    def tables(self) -> list[str]: ...


class Absent(NamedTuple):
    """The communes of an area that have no rows, and how many communes it has."""

    area: str
    names: list[str]
    communes: int


def alphabetical(name: str) -> tuple[list[int], str]:
    """Return the place of a name in the Vietnamese alphabet: by its letters, among equals by their tones."""
    toneless = unicodedata.normalize("NFD", name.lower()).translate(_TONES)
    return [_LETTERS.get(letter, -1) for letter in unicodedata.normalize("NFC", toneless)], name


def day(text: str) -> str:
    """Return a day as it is written in the language in use."""
    found = date.fromisoformat(text)
    return f"{found.day:02}/{found.month:02}/{found.year}" if get_language() == "vi" else text


def column_name(column: str) -> str:
    """Return what people call a column."""
    return say(*_native.column_names(column))


def nothing_fails(summary: pl.DataFrame) -> str:
    """Return what is said where no rule fails."""
    if summary["passed"].sum():
        return say("Mọi quy tắc đã áp dụng đều đạt.", "Every rule that was judged passes.")
    return say("Không có gì để xét.", "There is nothing to judge.")


class Facts:
    """A check in a period: its rules by table, its communes with and without rows."""

    def __init__(self, check: Checked, period: str) -> None:
        self.check, self.period = check, period
        self.summary = pl.DataFrame(check._native.summary()).rename({f"text_{get_language()}": "text"})
        self.table_names = {str(t["id"]): pick(t["name"]) for t in words()["tables"]}
        self.units = Units(check.area_vintage)
        #: Of what the communes without rows are listed: there have been no districts since July 2025.
        self.parent = "district" if any(level == "district" for level, _ in self.units.names) else "province"
        scores = self.scores("commune")
        self.communes = scores.filter(pl.col("area") != "unknown")
        #: Rows whose commune is not recorded, or not in the list.
        self.placeless = scores.filter(pl.col("area") == "unknown")
        self.silent = self.communes.filter(pl.col("rows") == 0)["area"].to_list()

    def scores(self, level: str) -> pl.DataFrame:
        """Return the scorecard of a level."""
        return self.check.scorecard(level, period=self.period).to_polars()

    @cached_property
    def total(self) -> dict[str, Any]:
        """The scores of all communes; of rows without one where there is no other; else nothing."""
        found = self.scores("country").sort(pl.col("area") == "unknown")
        return found.row(0, named=True) if found.height else {}

    @cached_property
    def labels(self) -> dict[tuple[str, str], str]:
        """The names of the communes; those of the same name with their districts."""
        return self.units.labels(("commune", code) for code in self.communes["area"])

    @cached_property
    def provinces(self) -> dict[str, str]:
        """The names of the provinces with rows."""
        codes = self.scores("province")["area"]
        return {code: self.units.names["province", code] for code in codes if code != "unknown"}

    def place(self) -> str:
        """Return the names of the provinces with rows, or their number; nothing where no commune is known."""
        if len(self.provinces) > NAMED:
            return count(len(self.provinces), "tỉnh, thành phố", "province")
        return ", ".join(self.provinces.values())

    @cached_property
    def tables(self) -> dict[str, int]:
        """The rows of each table."""
        return {table: self.check._native.rows(table) or 0 for table in self.check._dataset.tables}

    def failing(self) -> pl.DataFrame:
        """Return the rules that fail: severity by severity, in each the table with most failures first."""
        failed = pl.col("failed").cast(pl.Int64)
        rank = pl.col("severity").replace_strict(list(SEVERITIES), range(len(SEVERITIES)), return_dtype=pl.UInt8)
        found = self.summary.filter(failed > 0)
        return found.sort(rank, -failed.sum().over("severity", "table"), "table", -failed, "rule")

    def not_judged(self) -> pl.DataFrame:
        """Return the rules for which the data lack something."""
        # Tables that were read from no file have no cells that a reader of files could not read.
        return self.summary.filter(~pl.col("missing").is_in(["", "source_unread"]))

    def has_updates(self) -> bool:
        """Return whether the register says when its rows were brought up to date."""
        of_register = self.summary.filter(pl.col("table") == "children")["missing"]
        return not of_register.str.split(", ").list.contains("updated_on").any()

    def where(self, rule: str, table: str) -> str:
        """Return in how many communes a rule fails, and in which most.

        Of a table of events no commune is named: beside a small number its name would point at a case.
        """
        found = pl.DataFrame(self.check._native.failures(rule)).filter(pl.col("table") == table)["commune"]
        most = found.drop_nulls().value_counts().sort(-pl.col("count").cast(pl.Int64), "commune")
        parts = []
        if most.height:
            number = count(most.height, "xã", "commune")
            lead = ": " if most.height <= NAMED else say("; nhiều nhất: ", "; most in: ")
            named = [f"{self.labels['commune', code]} ({printed(n)})" for code, n in most.head(NAMED).iter_rows()]
            parts.append(number if table in _tables_of_events() else f"{number}{lead}{', '.join(named)}")
        if nowhere := found.null_count():
            parts.append(f"{count(nowhere, 'dòng', 'row')} {say('không xác định xã', 'without a known commune')}")
        return "; ".join(parts)

    def absent(self) -> list[Absent]:
        """Return the communes without rows by district, or by province since there are no districts."""
        above = {code: self.units.above(("commune", code), self.parent) or "" for code in self.communes["area"]}
        communes, silent = Counter(above.values()), set(self.silent)
        names: dict[str, list[str]] = {}
        for code, area in sorted(above.items(), key=lambda pair: pair[1]):
            if code in silent:
                names.setdefault(area, []).append(self.units.names["commune", code])
        return [
            Absent(self._area_name(area), sorted(of, key=alphabetical), communes[area]) for area, of in names.items()
        ]

    def _area_name(self, area: str) -> str:
        """Return the name of a district, with its province where there are several; of a province its own."""
        province = self.units.above((self.parent, area), "province")
        names = [self.units.names[self.parent, area]]
        if province != area and len(self.provinces) > 1:
            names.append(self.provinces[province or ""])
        return ", ".join(names)


def _tables_of_events() -> set[str]:
    return {table["id"] for table in words()["tables"] if table["time"] == "event"}
