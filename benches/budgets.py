"""The budgets of the project, measured in one run: `make bench`.

Expected before measuring (two cores): the import well under 0.15 s beyond polars, the whole catalogue for
320,000 children by sex, age group and commune in about half a second, 25 million children made in about 15 s.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import chitieu as ct

REPEATS = 5


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def best(work: Callable[[], object], repeats: int = REPEATS) -> float:
    return min(seconds(work) for _ in range(repeats))


def import_beyond_polars() -> float:
    """Time of `import chitieu` in a fresh interpreter that has imported polars."""
    code = "import polars, time; s = time.perf_counter(); import chitieu; print(time.perf_counter() - s)"
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in range(REPEATS)
    ]
    return min(float(run.stdout) for run in runs)


def catalogue(by: list[str], level: str) -> Callable[[], object]:
    dataset = ct.synthetic.province("33", children=320_000, year=2022, seed=1)
    return lambda: ct.compute(dataset, period="2022", by=by, area_level=level)


def show(what: str, found: float, unit: str, budget: float | None) -> None:
    verdict = "" if budget is None else f"budget {budget:g} {unit}: {'kept' if found <= budget else 'MISSED'}"
    print(f"{what:<72} {found:8.3f} {unit:<4} {verdict}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--children", type=int, default=25_000_000, help="children of the large register")
    children = parser.parse_args().children
    show("import chitieu beyond import polars", import_beyond_polars(), "s", 0.15)
    whole = best(catalogue(["sex", "age_group"], "commune"))
    show("whole catalogue, 320,000 children, sex x age group x commune", whole, "s", 1.0)
    show("whole catalogue, 320,000 children, province alone", best(catalogue([], "province")), "s", None)
    made = seconds(lambda: ct._native.synthetic("33", children, 2022, 1, 0))
    show(f"making {children:,} children and all their tables", made, "s", 120.0 * children / 25_000_000)
    for wheel in sorted(Path("dist").glob("*.whl")):
        show(f"size of {wheel.name}", wheel.stat().st_size / 1e6, "MB", 25.0)


if __name__ == "__main__":
    main()
