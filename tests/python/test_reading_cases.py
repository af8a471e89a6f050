"""The cells and files of tests/cases/reading, sheets and columns, through Python, as tests/reading.rs."""

import datetime as dt
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
COLUMNS = [
    pytest.param(case, id=f"{path.stem}: {case['what']}")
    for path in sorted((FOLDER / "columns").glob("*.toml"))
    for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
]
AREAS = {"area_vintage": "2022-12-31", "within": "33"}


CELLS = [
    pytest.param(file, case, id=f"{path.stem}: {case['text']!r}")
    for path in CASES
    for file in [tomllib.loads(path.read_text(encoding="utf-8"))]
    for case in file["case"]
]


@pytest.mark.parametrize(("file", "case"), CELLS)
def test_cells(file, case, tmp_path):
    # Each case is a file of its own: beside others a cell may mean something else.
    key = "child_id" if file["table"] == "children" else "case_id"
    pl.DataFrame({key: ["1"], file["header"]: [case["text"]]}).write_parquet(tmp_path / "cells.parquet")
    reading = ct.read(tmp_path / "cells.parquet", table=file["table"], **AREAS)
    assert reading.columns["column"].to_list() == [key, file["column"]]
    read = reading.to_polars()
    value = read[file["column"]][0]
    value = value.to_list() if isinstance(value, pl.Series) else value
    assert (str(value) if file["column"].endswith("date") and value else value) == case.get("value")
    assert (read["source_unread"][0] is not None) == ("unread" in case)
    if "birth_year" in read.columns:
        assert read["birth_year"][0] == case.get("year")
    counted = reading.changes.filter(pl.col("column") == file["column"])
    assert sorted(counted.select("rule", "rows").iter_rows()) == [(rule, 1) for rule in case.get("rules", [])]
    assert reading.findings["expected"].to_list() == ([case["unread"]] if "unread" in case else [])
    assert read["source_row"].to_list() == [1]


def sheet_of(case, folder):
    """Return the reading of a case's file, or none if it is not read for the reason told."""
    table = case.get("table", "children")
    (folder / "case.csv").write_text(case["text"], encoding="utf-8")
    mapping = {table: {"columns": case.get("mapping", {}), "header_row": case.get("header_row")}}
    if "error" in case:
        with pytest.raises(ct.ChitieuError) as caught:
            ct.read(folder / "case.csv", table=table, mapping=mapping, **AREAS)
        assert caught.value.code == case["error"]
        assert "Nguyễn" not in str(caught.value)
        return None
    if not case.get("folder"):
        return ct.read(folder / "case.csv", table=table, mapping=mapping, **AREAS)
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
        told = [str(v) if isinstance(v, dt.date) else "" if v is None else v for v in read[column].to_list()]
        assert told == values, column
    if "findings" in case or "frame" in case:
        assert [list(row) for row in reading.findings.select("row", "column").rows()] == case.get("findings", [])
    for column, rules in case.get("changes", {}).items():
        assert dict(reading.changes.filter(pl.col("column") == column).select("rule", "rows").iter_rows()) == rules
    assert "Nguyễn" not in repr(reading) + reading._repr_html_()


def told(value):
    """Return a value as a case writes it."""
    if value is None:
        return "<null>"
    if isinstance(value, pl.Series):
        return value.to_list()
    return str(value) if isinstance(value, dt.date) else value


@pytest.mark.parametrize("case", COLUMNS)
def test_columns(case, tmp_path):
    table = case.get("table", "children")
    file = tmp_path / "case.csv"
    file.write_text(case["text"], encoding="utf-8", newline="")
    mapping = {table: case.get("mapping", {})}
    if "error" in case:
        with pytest.raises(ct.ChitieuError) as caught:
            ct.read(file, table=table, mapping=mapping, **AREAS)
        assert caught.value.code == case["error"]
        return
    if "not_read" in case:
        found = ct.read_folder(tmp_path, mapping=mapping, **AREAS)
        assert found.files["not_read"].to_list() == [case["not_read"]]
        assert not found.readings
        return
    reading = ct.read(file, table=table, mapping=mapping, **AREAS)
    frame = reading.to_polars()
    assert [list(row) for row in reading.findings.select("row", "column").iter_rows()] == case.get("findings", [])
    for column, values in case["values"].items():
        assert [told(value) for value in frame[column]] == values, column
    assert not set(case.get("absent", [])) & set(frame.columns)
    assert {str(row): why for row, why in reading.set_aside.select("row", "why").iter_rows()} == case.get("aside", {})
    changes = [list(row) for row in reading.changes.select("column", "rule", "rows").iter_rows()]
    assert all(change in changes for change in case.get("changes", []))
