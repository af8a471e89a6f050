"""The cells of tests/cases/reading, through Python: the same files as tests/reading.rs."""

from pathlib import Path

import chitieu as ct
import polars as pl
import pytest
from case_files import tomllib

CASES = sorted((Path(__file__).parents[1] / "cases/reading").glob("*.toml"))


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_cells(path, tmp_path):
    file = tomllib.loads(path.read_text(encoding="utf-8"))
    key = "child_id" if file["table"] == "children" else "case_id"
    texts = [case["text"] for case in file["case"]]
    frame = pl.DataFrame({key: [str(n) for n in range(len(texts))], file["header"]: texts})
    frame.write_parquet(tmp_path / "cells.parquet")
    reading = ct.read(tmp_path / "cells.parquet", file["table"], area_vintage="2022-12-31", within="33")
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
