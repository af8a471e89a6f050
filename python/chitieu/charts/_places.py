"""The names of the areas of a table."""

from __future__ import annotations

from typing import Any

import polars as pl

from chitieu._areas import Units, vintage_of
from chitieu._table import Table
from chitieu.charts._checks import Checks


def day_of(table: Any, area_vintage: str | None) -> str | None:
    """Return the day of the list of area names: the one asked for, else that of a table of ours."""
    if area_vintage is None and isinstance(table, Table):
        return table.area_vintage
    return area_vintage


def named(check: Checks, frame: pl.DataFrame, area_vintage: str | None) -> list[str]:
    """Return the name of the area of each row: its column ``name``, else that of its code on a day."""
    if "name" in frame.columns:
        return [str(name) for name in frame["name"]]
    units = Units(_vintage(check, frame, area_vintage))
    levels = list(frame["area_level"]) if "area_level" in frame.columns else [""] * frame.height
    places = list(zip(levels, frame["area"], strict=True))
    labels = units.labels(places)
    return [labels[place] for place in places]


def _vintage(check: Checks, frame: pl.DataFrame, area_vintage: str | None) -> str:
    """Return the day whose names of areas a frame uses: the one given, else the last of its period.

    Raises:
        PlanError: With code ``area_vintage``, if there is neither.
    """
    if area_vintage is not None:
        return str(area_vintage)
    periods = sorted({str(p) for p in frame["period"].unique().to_list()}) if "period" in frame.columns else []
    if len(periods) != 1 or periods == ["all"]:
        raise check.error(
            "không rõ tên địa bàn theo danh mục ngày nào",
            "the day of the list of area names is not known",
            code="area_vintage",
            column="period",
            expected="area_vintage",
            got=", ".join(periods),
            hint=(
                'thêm area_vintage="2022-12-31", hoặc cột "name"',
                'add area_vintage="2022-12-31", or a column "name"',
            ),
        )
    return vintage_of(periods[0])
