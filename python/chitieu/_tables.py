"""What records look like: the tables, their columns, the codes that a column holds."""

from __future__ import annotations

from typing import Any

import polars as pl

from chitieu._language import name_of, pick, say, words
from chitieu._nearest import one_of

_ETHNIC = {
    "name": {"vi": "Dân tộc", "en": "Ethnic groups"},
    "source": {
        "vi": "Quyết định 121-TCTK/PPCĐ năm 1979; Quyết định 1019/QĐ-TCTK năm 2008",
        "en": "Decision 121-TCTK/PPCĐ of 1979; Decision 1019/QĐ-TCTK of 2008",
    },
}


def tables(table: str | None = None) -> pl.DataFrame:
    """Return the tables of records, or the columns of one of them.

    What a table is called and how it is laid out are decisions of this project: the legal texts name what is counted.

    Args:
        table: A table, by its word or its name. None: all tables.

    Returns:
        Of all tables a row each: ``table``, ``name``; ``time``, how a row belongs to a period (``stock``: it holds on
        the last day; ``event``: by its ``date``; ``year``, ``school_year``: by the column of that name); ``date``, the
        column of an event; ``columns``.

        Of one table a row for each column: ``column``, ``name``; ``type``; ``required``, whether nulls are refused;
        ``codes``, the list its values are in (see :func:`codes`); ``least`` and ``greatest`` of its numbers;
        ``private``, whether it names a person, so that nothing counts by it.

    Raises:
        PlanError: For a table that there is not.

    Example:
        >>> import chitieu as ct
        >>> ct.tables("children").filter(column="sex").select("name", "type", "codes").row(0)
        ('Sex', 'text', 'sex')
        >>> ct.tables()["table"].to_list()[:3]
        ['children', 'births', 'deaths']
    """
    listed = words()["tables"]
    if table is not None:
        found = one_of("table", table, {t["id"]: t["name"].values() for t in listed})
        return _columns(next(t for t in listed if t["id"] == found))
    rows = [
        {
            "table": t["id"],
            "name": pick(t["name"]),
            "time": t["time"],
            "date": t["date"] if t["time"] == "event" else None,
            "columns": [c["id"] for c in t["columns"]],
        }
        for t in listed
    ]
    return pl.DataFrame(rows, schema_overrides={"date": pl.String})


def _columns(table: dict[str, Any]) -> pl.DataFrame:
    rows = [
        {
            "column": c["id"],
            "name": say(*c["name"]),
            "type": c["type"],
            "required": c["required"],
            "codes": c["codes"],
            "least": c["least"],
            "greatest": c["greatest"],
            "private": c["private"],
        }
        for c in table["columns"]
    ]
    return pl.DataFrame(rows, schema_overrides={"codes": pl.String, "least": pl.Int64, "greatest": pl.Int64})


def codes(of: str | None = None) -> pl.DataFrame:
    """Return the lists of codes, or the codes of one of them.

    Args:
        of: A list (``"form"``), by its word or its name, or a column with its codes (``"forms"``). None: all lists.

    Returns:
        Of all lists a row each: ``list``, ``name``, ``codes`` (how many), ``columns`` (``table.column`` of each column
        that holds them), ``source`` (the text of law; null for a decision of this project).

        Of one list a row for each code, in its order: ``code``, ``name``, and ``parent``, the code of the group it is
        in. Of the ethnic groups, which the official lists of 1979 and 2008 number differently, ``code_1979`` and
        ``code_2008`` instead; :class:`Dataset` is told which list its codes are of.

    Raises:
        PlanError: For a list that there is not.

    Example:
        >>> import chitieu as ct
        >>> ct.codes("form").select("code", "name").rows()[:2]
        [('violence', 'Violence'), ('exploitation', 'Exploitation')]
        >>> ct.codes("circumstances").filter(code="a1")["parent"].item()
        'a'
    """
    about = {**words()["about"], "ethnicity": _ETHNIC | {"order": words()["ethnic"]}}
    held = _columns_by_list()
    if of is None:
        rows = [
            {
                "list": id,
                "name": pick(list["name"]),
                "codes": len(list["order"]),
                "columns": held.get(id, []),
                "source": pick(list["source"]) if list["source"] else None,
            }
            for id, list in about.items()
        ]
        return pl.DataFrame(rows, schema_overrides={"source": pl.String, "columns": pl.List(pl.String)})
    columns = {id: [column.split(".")[1] for column in of] for id, of in held.items()}
    id = one_of("of", of, {id: [*list["name"].values(), *columns.get(id, [])] for id, list in about.items()})
    if id == "ethnicity":
        return pl.DataFrame(words()["ethnic"], schema=["name", "code_1979", "code_2008"], orient="row")
    rows = [{"code": c, "name": name_of(id, c), "parent": about[id]["parents"].get(c)} for c in about[id]["order"]]
    return pl.DataFrame(rows, schema_overrides={"parent": pl.String})


def _columns_by_list() -> dict[str, list[str]]:
    """Return the columns that hold the codes of each list."""
    found: dict[str, list[str]] = {}
    for table in words()["tables"]:
        for column in table["columns"]:
            if column["codes"]:
                found.setdefault(column["codes"], []).append(f"{table['id']}.{column['id']}")
    return found
