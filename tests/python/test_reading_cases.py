"""The cells of tests/cases/reading and the files of tests/cases/sheets, through Python, as tests/reading.rs."""

from datetime import date
from pathlib import Path

import chitieu as ct
import polars as pl
import pytest
from case_files import tomllib

FOLDER = Path(__file__).parents[1] / "cases"
CASES = sorted((FOLDER / "reading").glob("*.toml"))
SHEETS = [
    pytest.param(case, id=f"{path.stem}: {case['what']}")
    for path in sorted((FOLDER / "sheets").glob("*.toml"))
    for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
]
AREAS = {"area_vintage": "2022-12-31", "within": "33"}


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_cells(path, tmp_path):
    file = tomllib.loads(path.read_text(encoding="utf-8"))
    key = "child_id" if file["table"] == "children" else "case_id"
    texts = [case["text"] for case in file["case"]]
    frame = pl.DataFrame({key: [str(n) for n in range(len(texts))], file["header"]: texts})
    frame.write_parquet(tmp_path / "cells.parquet")
    reading = ct.read(tmp_path / "cells.parquet", file["table"], **AREAS)
    assert reading.columns["column"].to_list() == [key, file["column"]]
    read = reading.to_polars()
    rules: dict[str, int] = {}
    for nth, case in enumerate(file["case"]):
        value = read[file["column"]][nth]
        value = value.to_list() if isinstance(value, pl.Series) else value
        assert (str(value) if file["column"].endswith("date") and value else value) == case.get("value"), case
        assert (read["source_unread"][nth] is not None) == ("unread" in case), case
        if "birth_year" in read.columns:
            assert read["birth_year"][nth] == case.get("year"), case
        for rule in case.get("rules", []):
            rules[rule] = rules.get(rule, 0) + 1
    counted = reading.changes.filter(pl.col("column") == file["column"])
    assert dict(counted.select("rule", "rows").iter_rows()) == rules
    told = [case["unread"] for case in file["case"] if "unread" in case]
    assert reading.findings["expected"].to_list() == told
    assert read["source_row"].to_list() == list(range(1, len(texts) + 1))


def sheet_of(case, folder):
    """Return the reading of a case's file, or none if it is not read for the reason told."""
    table = case.get("table", "children")
    (folder / "case.csv").write_text(case["text"], encoding="utf-8")
    mapping = {table: {"columns": case.get("mapping", {}), "header_row": case.get("header_row")}}
    if "error" in case:
        with pytest.raises(ct.ChitieuError) as caught:
            ct.read(folder / "case.csv", table, mapping=mapping, **AREAS)
        assert caught.value.code == case["error"]
        assert "Nguyễn" not in str(caught.value)
        return None
    if not case.get("folder"):
        return ct.read(folder / "case.csv", table, mapping=mapping, **AREAS)
    found = ct.read_folder(folder, mapping=mapping, **AREAS)
    assert found.files["not_read"].to_list() == [case.get("not_read")]
    return found.readings.get(table)


@pytest.mark.parametrize("case", SHEETS)
def test_sheets(case, tmp_path):
    reading = sheet_of(case, tmp_path)
    if reading is None:
        assert "error" in case or "not_read" in case
        return
    if "columns" in case:
        told = [[header, column or how or ""] for _, _, header, column, how in reading.columns.iter_rows()]
        assert told == case["columns"]
    assert reading.to_polars()["source_row"].to_list() == case["rows"]
    assert {str(row): why for row, why in reading.set_aside.select("row", "why").iter_rows()} == case.get("aside", {})
    read = reading.to_polars()
    for column, values in case.get("frame", {}).items():
        told = [str(v) if isinstance(v, date) else "" if v is None else v for v in read[column].to_list()]
        assert told == values, column
    if "findings" in case or "frame" in case:
        assert [list(row) for row in reading.findings.select("row", "column").rows()] == case.get("findings", [])
    for column, rules in case.get("changes", {}).items():
        assert dict(reading.changes.filter(pl.col("column") == column).select("rule", "rows").iter_rows()) == rules
    assert "Nguyễn" not in repr(reading) + reading._repr_html_()
