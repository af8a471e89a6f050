"""A million reports of abuse: reading, distinct children with bounds, and repeats, against distinct counts in polars.

Expected before measuring (two cores): reading 1 s (every row is hashed and sorted once), children by district, sex and
form 3 s for 8 margins of 4 area levels, repeats by quarter 2 s; polars, which counts distinct keys of the same cells
without undecided rows or bounds, a third of that.

Measured with the development build (no LTO): reading 1.4 s, the country 0.5 s, districts 1.1 s, repeats 0.5 s; polars
0.15 s.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import chitieu as ct
import polars as pl
from distinct import victims


def timed(name: str, work: Callable[[], Any], yardstick: float | None = None) -> tuple[Any, float]:
    start = time.perf_counter()
    done = work()
    seconds = time.perf_counter() - start
    print(f"{name:<42} {seconds:6.2f} s" + (f" {seconds / yardstick:6.1f}" if yardstick else ""))
    return done, seconds


def distinct(frame: pl.DataFrame) -> int:
    """Count distinct children by sex and form, with both margins, the way an analyst would."""
    of_year = frame.filter(pl.col("received_date").dt.year() == 2022, pl.col("confirmed"))
    forms = of_year.explode("forms")
    parts = [
        of_year.select(pl.col("child_id").drop_nulls().n_unique()),
        of_year.group_by("sex").agg(pl.col("child_id").drop_nulls().n_unique()),
        forms.group_by("forms").agg(pl.col("child_id").drop_nulls().n_unique()),
        forms.group_by("sex", "forms").agg(pl.col("child_id").drop_nulls().n_unique()),
    ]
    return int(parts[0].item())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    frame = victims(rows)
    dataset = ct.Dataset(victims=frame, area_vintage="2022-12-31")
    _, alone = timed("polars: distinct by sex and form, country", lambda: distinct(frame))
    print(f"{'':<42} {'':>8} times that")
    register, _ = timed(f"read {rows:,} reports", lambda: ct.abuse.register(dataset), alone)
    selection, _ = timed("select", lambda: register.select(period="2022", under=18), alone)
    by = ["sex", "form"]
    timed("units, all levels", lambda: selection.units(area_level="commune"), alone)
    timed("children by sex and form, country", lambda: selection.counts("child", by=by), alone)
    timed("children by sex and form, districts", lambda: selection.counts("child", by=by, area_level="district"), alone)
    timed("repeats by quarter, provinces", lambda: selection.repeats("quarter", area_level="province"), alone)
    timed("recurrence", lambda: selection.recurrence("2022-12-31"), alone)


if __name__ == "__main__":
    main()
