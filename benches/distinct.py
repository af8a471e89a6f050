"""Ten million rows of victims: time and memory of exact distinct counts.

Expected before measuring (two cores): about 10 s, and 1 GB beyond the frame: 16 bytes for each row and way of counting
(children, cases), as much again while two workers' keys are united, 40 bytes for each case.
"""

from __future__ import annotations

import argparse
import time
from datetime import date
from pathlib import Path

import chitieu as ct
import numpy as np
import polars as pl

FORMS = [[], ["violence"], ["sexual_abuse"], ["violence", "neglect"], ["violence", "neglect", "other"]]


def victims(rows: int) -> pl.DataFrame:
    """Return victims: a fifth of the rows repeat a child, some have no key."""
    chance = np.random.default_rng(1)
    communes = ct.areas(on="2022-12-31").filter(pl.col("level") == "commune", pl.col("code").is_not_null())["code"]
    children = pl.Series(chance.integers(0, rows * 4 // 5, rows))
    day = np.datetime64(date(2022, 1, 1))
    return pl.DataFrame(
        {
            "case_id": pl.Series(chance.integers(0, rows * 9 // 10, rows)).cast(pl.String),
            "child_id": pl.select(pl.when(children % 50 > 0).then(children.cast(pl.String))).to_series(),
            "birth_date": day - chance.integers(0, 6_500, rows),
            "sex": pl.Series(["male", "female", None]).gather(chance.integers(0, 3, rows)),
            "commune": communes.gather(chance.integers(0, len(communes), rows)),
            "received_date": day + chance.integers(-30, 395, rows),
            "forms": pl.Series(FORMS).gather(chance.integers(0, len(FORMS), rows)),
            "confirmed": pl.Series([True, True, False, None]).gather(chance.integers(0, 4, rows)),
        }
    )


def peak() -> float:
    """Return the peak memory of this process since the last reset, in GB."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    rows = parser.parse_args().rows
    frame = victims(rows)
    perpetrators = frame.select("case_id", person_id="case_id", sex="sex")
    dataset = ct.Dataset(victims=frame, perpetrators=perpetrators)
    for level, by in (("province", ["form"]), ("commune", ["sex", "age_group", "form"])):
        indicators = ["abused_children", "abuse_cases", "perpetrators"]
        plan = ct.plan(period="2022", indicators=indicators, by=by, area_level=level)
        Path("/proc/self/clear_refs").write_text("5")
        before = peak()
        start = time.perf_counter()
        tally = plan.partial(dataset)
        counted = time.perf_counter()
        result = plan.finish(tally)
        done = time.perf_counter()
        children = result.printed("abused_children", area="VN", measure="count")
        print(
            f"{rows:,} victims by {', '.join(by)}, {level}: {counted - start:.2f} s to count, "
            f"{done - counted:.2f} s to finish, {peak() - before:.2f} GB beyond the frames; {children} children"
        )


if __name__ == "__main__":
    main()
