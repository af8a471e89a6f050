"""Ctrl-C: the time from the signal to KeyboardInterrupt, in every kind of long work, over two million rows.

Expected before measuring: below 0.2 s everywhere, since work checks every few thousand rows; the budget is 1 s.
"""

from __future__ import annotations

import argparse
import signal
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import chitieu as ct
import numpy as np
import polars as pl

BUDGET = 1.0
FORMS = [["violence"], ["sexual_abuse"], ["violence", "neglect"]]


def records(rows: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return children and victims."""
    chance = np.random.default_rng(1)
    communes = ct.areas(on="2022-12-31").filter(pl.col("level") == "commune", pl.col("code").str.len_chars() == 5)[
        "code"
    ]
    day = np.datetime64(date(2022, 1, 1))
    shared = {
        "child_id": pl.int_range(rows, eager=True).cast(pl.String),
        "birth_date": day - chance.integers(0, 5_500, rows),
        "sex": pl.Series(["male", "female"]).gather(chance.integers(0, 2, rows)),
        "commune": communes.gather(chance.integers(0, 100, rows)),
    }
    children = pl.DataFrame(shared | {"full_name": "Nguyễn Văn " + shared["child_id"]})
    victims = pl.DataFrame(
        shared
        | {
            "case_id": pl.Series(chance.integers(0, rows, rows)).cast(pl.String),
            "child_id": pl.Series(chance.integers(0, rows // 2, rows)).cast(pl.String),
            "received_date": day + chance.integers(0, 365, rows),
            "forms": pl.Series(FORMS).gather(chance.integers(0, len(FORMS), rows)),
            "confirmed": pl.Series([True, False]).gather(chance.integers(0, 2, rows)),
        }
    )
    return children, victims


def delay(work: Callable[[], object], after: float) -> float | None:
    """Return the seconds from a signal to its exception; none if the work ended first."""
    sent = 0.0

    def send() -> None:
        nonlocal sent
        sent = time.perf_counter()
        signal.raise_signal(signal.SIGINT)

    timer = threading.Timer(after, send)
    timer.start()
    try:
        work()
    except KeyboardInterrupt:
        return time.perf_counter() - sent
    finally:
        timer.cancel()
        timer.join()
    return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000)
    rows = parser.parse_args().rows
    children, victims = records(rows)
    with tempfile.TemporaryDirectory() as folder:
        text, book = Path(folder, "t.csv"), Path(folder, "t.xlsx")
        children.write_csv(text, separator=";")
        children.head(rows // 4).select("child_id", "birth_date", "sex", "commune").write_excel(book)
        register = ct.abuse.register(ct.Dataset(victims=victims, area_vintage="2022-12-31"))
        selection = register.select(period="2022")
        dataset = ct.Dataset(children=children, victims=victims, area_vintage="2022-12-31")
        check = ct.check(dataset, period="2022")
        plan = ct.plan(period="2022", area_level="commune", by=["sex", "age_group"])
        tally = plan.partial(dataset)
        works: dict[str, Callable[[], object]] = {
            "read CSV": lambda: ct.read(text, table="children"),
            "read .xlsx": lambda: ct.read(book, table="children"),
            "clean a frame": lambda: ct.clean(children, table="children"),
            "read reports of abuse": lambda: ct.abuse.register(dataset),
            "counts of abuse": lambda: selection.counts("child", by=["sex", "form"], area_level="commune"),
            "units of abuse": lambda: selection.units(area_level="commune"),
            "repeats": lambda: selection.repeats("month", area_level="commune"),
            "check": lambda: ct.check(dataset, period="2022"),
            "corrections": lambda: check.write_corrections(Path(folder, "out"), severity="info"),
            "count": lambda: plan.partial(dataset),
            "finish": lambda: plan.finish(tally),
            "merge": lambda: ct.merge([tally, tally, tally]),
        }
        for name, work in works.items():
            start = time.perf_counter()
            work()
            whole = time.perf_counter() - start
            found = [delay(work, whole * part) for part in (0.1, 0.3, 0.5, 0.7, 0.9)]
            delays = [seconds for seconds in found if seconds is not None]
            if not delays:
                print(f"{name:<24} {whole:7.2f} s in all; done before any signal")
                continue
            worst = max(delays)
            kept = "kept" if worst <= BUDGET else "BROKEN"
            print(f"{name:<24} {whole:7.2f} s in all; {worst:.3f} s from the signal    budget {BUDGET:g} s: {kept}")


if __name__ == "__main__":
    main()
