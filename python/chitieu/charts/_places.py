"""The areas of a table: their names, the one looked into, those inside it."""

from __future__ import annotations

from typing import Any

import polars as pl

from chitieu._areas import LEVELS, Place, Units, vintage_of
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


def looked_into(check: Checks, frame: pl.DataFrame, area: str | None, area_level: str | None) -> Place:
    """Return level and code of the area to look into: the one asked for, else the only province, else the country.

    Raises:
        PlanError: With code ``unknown_choice``, if it is not there.
    """
    there = frame.select("area_level", "area").unique()
    if area is not None:
        # Nothing is inside the row of unknown areas.
        check.word("area", area, frame.filter(pl.col("area_level").is_in(LEVELS))["area"])
        found = there.filter(pl.col("area") == area).sort("area_level")
        return str(found["area_level"][0]), area
    provinces = there.filter(pl.col("area_level") == "province")["area"].to_list()
    # A row of unknown areas belongs to no province: it is seen from the country only.
    known = "unknown" not in set(there["area_level"])
    if len(provinces) == 1 and known and area_level not in ("country", "province"):
        return "province", provinces[0]
    return "country", "VN"


def levels_inside(check: Checks, frame: pl.DataFrame, level: str, asked: str | None) -> list[str]:
    """Return the levels of a frame from one on, coarse to fine, or the one asked for.

    Raises:
        PlanError: With code ``unknown_choice``, if it is not there.
    """
    there = set(frame["area_level"])
    levels = [finer for finer in LEVELS[LEVELS.index(level) :] if finer in there]
    return levels if asked is None else [check.word("area_level", asked, levels)]


def inside(frame: pl.DataFrame, units: Units, place: Place, level: str) -> pl.DataFrame:
    """Return the rows of the areas of a level inside an area; inside the country also of unknown areas."""
    part = frame.filter(pl.col("area_level") == level)
    if place[0] == "country":
        return pl.concat([part, frame.filter(pl.col("area_level") == "unknown")])
    return part.filter(
        pl.col("area").is_in([c for c in part["area"].unique() if units.above((level, c), place[0]) == place[1]])
    )
