"""What a check or a reading found, as printed tables: scores by area, findings grouped by column and rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from chitieu._check_facts import SCORED, SCORES, SEVERITIES, column_name, nothing_fails
from chitieu._language import category, name_of, pick, printed, say, words
from chitieu._layout import Layout
from chitieu._period import period_in_words
from chitieu._printed import PrintedCell, PrintedTable, cell_of, quotient_cell, signs, source_note, text_cell
from chitieu.charts._notes import coverage
from chitieu.charts._words import upper

#: Rows of a file that are named of each group of findings.
ROWS_NAMED = 5


def scores_of(
    frame: pl.DataFrame,
    *,
    period: str,
    area: str | None,
    area_level: str | None,
    area_vintage: str,
    source: str | None,
    more: list[str],
) -> PrintedTable:
    """Return a scorecard as a printed table.

    Args:
        frame: Its rows.
        period: Its period.
        area: The area looked into.
        area_level: The level of areas.
        area_vintage: The day of their names.
        source: Where the records come from.
        more: Notes to add.

    Raises:
        PlanError: For an area or a level that is not there.
    """
    layout = Layout(
        frame.with_columns(period=pl.lit(period)),
        ["area"],
        area=area,
        area_level=area_level,
        area_vintage=area_vintage,
        counted="rows",
        name=category,
    )
    made = [_scores(row) for [row] in layout.rows]
    return PrintedTable(
        title=say("Chất lượng dữ liệu trẻ em, chia theo địa bàn", "Quality of the records on children, by area"),
        subtitle=layout.subtitle,
        unit=say("Đơn vị tính: dòng; điểm từ 0 đến 100", "Unit: rows; scores from 0 to 100"),
        head=[name_of("column", "area"), say("Số dòng", "Rows"), *(say(*names) for names in SCORES.values())],
        names=layout.names,
        cells=made,
        whole=layout.whole,
        notes=[*signs(made), *coverage(layout.at_place.head(1)), *more, *source_note(source)],
    )


def _scores(row: Mapping[str, Any]) -> list[PrintedCell]:
    cells = [cell_of(row["rows"], 0, row["status"])]
    for part, whole in SCORED.values():
        missing = "not_reported" if row["status"] == "not_reported" else "not_available"
        if row[whole]:
            cells.append(quotient_cell(row[part], row[whole], "percent", 1, row["status"]))
        else:
            cells.append(cell_of(None, 1, missing))
    return cells


def failing_of(summary: pl.DataFrame, *, where: str, period: str, source: str | None) -> PrintedTable:
    """Return what fails, by severity, table and rule, as a printed table.

    Args:
        summary: :meth:`chitieu.Check.summary`.
        where: The territory.
        period: Its period.
        source: Where the records come from.
    """
    rank = pl.col("severity").replace_strict({severity: n for n, severity in enumerate(SEVERITIES)})
    tables = {t["id"]: pick(t["name"]) for t in words()["tables"]}
    order = pl.col("table").replace_strict({table: n for n, table in enumerate(tables)})
    found = summary.filter(pl.col("failed") > 0).sort(rank, order, -pl.col("failed").cast(pl.Int64), "rule")
    names, cells = [], []
    for row in found.iter_rows(named=True):
        columns = [column_name(c) for c in row["columns"].split(", ") if c]
        names.append(f"{tables[row['table']]}: {row['text']}")
        cells.append(
            [
                text_cell(say(*SEVERITIES[row["severity"]])),
                text_cell(", ".join(columns)),
                cell_of(row["failed"], 0, "ok"),
                quotient_cell(row["failed"], row["passed"] + row["failed"], "percent", 1, "ok"),
                cell_of(row["undecided"], 0, "ok"),
            ]
        )
    return PrintedTable(
        title=say("Kết quả kiểm tra dữ liệu trẻ em, chia theo quy tắc", "What a check of the records found, by rule"),
        subtitle=upper(", ".join(filter(None, (where, period_in_words(period))))),
        unit=say("Đơn vị tính: dòng (quy tắc về xã: xã × kỳ)", "Unit: rows (rules about communes: commune × period)"),
        head=[
            say("Bảng và việc cần làm", "Table, and what to do"),
            say("Mức độ", "Severity"),
            say("Cột", "Columns"),
            say("Không đạt", "Fail"),
            say("% không đạt", "% failing"),
            say("Chưa xác định được", "Undecided"),
        ],
        names=names,
        cells=cells,
        whole=[False] * len(names),
        notes=[
            *([] if names else [nothing_fails(summary)]),
            say("% không đạt tính trên các dòng kết luận được.", "The percentage is of those that could be decided."),
            *source_note(source),
        ],
    )


def unread_of(findings: pl.DataFrame, *, title: str, records: int, source: str | None) -> PrintedTable:
    """Return the values that could not be read, by column and what was expected, as a printed table.

    Args:
        findings: :attr:`chitieu.Reading.findings`.
        title: What was read.
        records: How many records were read.
        source: Where the records come from.
    """
    grouped = findings.group_by("column", "expected", maintain_order=True).agg(
        pl.len().alias("values"),
        pl.col("file").n_unique().alias("files"),
        pl.struct("file", "sheet", "row").alias("at"),
    )
    names, cells = [], []
    for row in grouped.sort("values", descending=True, maintain_order=True).iter_rows(named=True):
        name = column_name(row["column"])
        names.append(f"{name}: {say('cần', 'expected')} {row['expected']}")
        cells.append(
            [
                cell_of(row["values"], 0, "ok"),
                cell_of(row["files"], 0, "ok"),
                text_cell(_places(row["at"], row["files"])),
            ]
        )
    return PrintedTable(
        title=say("Giá trị không đọc được, chia theo cột", "Values that could not be read, by column"),
        subtitle=title,
        unit=say("Đơn vị tính: giá trị, tệp", "Unit: values, files"),
        head=[
            say("Cột và giá trị cần có", "Column, and what was expected"),
            say("Số giá trị", "Values"),
            say("Số tệp", "Files"),
            say("Dòng trong tệp", "Rows of the file"),
        ],
        names=names,
        cells=cells,
        whole=[False] * len(names),
        notes=[
            say(
                f"Đã đọc {printed(records)} bản ghi; các giá trị này để trống.",
                f"{printed(records)} records were read; these values are null.",
            ),
            *source_note(source),
        ],
    )


def _places(at: list[dict[str, Any]], files: int) -> str:
    """Return the first rows where something was found, by file if there are several."""
    shown = [
        " / ".join(part for part in (place["file"], place["sheet"]) if part and files > 1) + f" {place['row']}"
        for place in at[:ROWS_NAMED]
    ]
    return ", ".join(text.strip() for text in shown) + (", …" if len(at) > ROWS_NAMED else "")
