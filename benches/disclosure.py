"""Tables of small counts hidden by `ct.disclosure.protect`: time, memory and cells lost, beside pytauargus.

Synthetic tables of abused children, seeded: communes of very unequal size, 6 forms, 4 ages, 2 sexes, one child on
average in each inner cell. A is a province of 104 communes by form and age, B by sex as well, either also with 10
districts; the country is 3,321 communes in 34 provinces by form and age. All have every margin. 15 % of the children
are in a second form, so that the total over forms counts distinct children; where forms are exclusive it is the sum.

pytauargus is the engine of statistical offices with HiGHS as its solver. It knows sums alone, publishes zeros, and
takes no account of what the rule itself tells (a hidden count is at least 1). It is given what it can do, one record
for each child and a minimum frequency of 5, so that the same cells are small: exclusive forms, or a table for each form
and one for their total. MOD is its way by pieces, OPT the least loss. `ct.disclosure.audit` reads what each publishes.

On random tables with zeros hidden, where the rule tells nothing, hidden cells are counted beside its optimum with every
cell at the same cost. It asks that each small count could be 1 more, we that it could be another number; the least by
our own criterion is found by an integer program where there are two dimensions. Each measurement is a process of its
own; all work on one thread, and ratios are of CPU time. Where pytauargus is not installed, the rest is measured.

Expected before measuring on two cores, zeros shown, no exact value known: A 0.5 s, ten times faster than pytauargus; B
2 s; the country 10 s and 500 MB; 1.15 times the least number of hidden cells.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import chitieu as ct
import numpy as np
import polars as pl
from polars import col
from scipy import optimize, sparse

SEED, THRESHOLD = 1, 5
#: How frequent each form and each age is.
FORMS, AGES = np.array([2.2, 1.3, 1.0, 0.7, 0.5, 0.3]), np.array([0.6, 0.9, 1.3, 1.2])
SECOND_FORM = 0.15
#: Levels of communes are x0.4 to x2.5.
SPREAD = math.log(2.5)
#: Nothing is repeated after so many seconds.
PATIENCE = 60.0
#: What its solver is given for an optimum.
MINUTES = 5

# ---------------------------------------------------------------- tables


class Shape(NamedTuple):
    communes: int
    #: Districts of the province, or provinces of the country.
    groups: int
    sexes: int
    #: At most so many seconds and MB, in the first case of the table.
    seconds: float | None = None
    peak: float | None = None


TABLES = {
    "A": Shape(104, 0, 1, 0.5),
    "B": Shape(104, 0, 2, 2.0),
    "A, districts": Shape(104, 10, 1),
    "B, districts": Shape(104, 10, 2),
    "country": Shape(3_321, 34, 1, 10.0, 500.0),
}


class Case(NamedTuple):
    """A table, and how it is protected."""

    table: str
    forms: str = "distinct"
    mean: float = 1.0
    zeros: str = "shown"
    protection: str | int = "no_exact_value"

    @property
    def labels(self) -> dict[str, list[str]]:
        communes, _, sexes, *_ = TABLES[self.table]
        sizes = {"area": communes, "form": len(FORMS), "age": len(AGES)} | ({"sex": sexes} if sexes > 1 else {})
        return {dim: [f"{dim[0]}{nth:04}" for nth in range(size)] for dim, size in sizes.items()}

    @property
    def parents(self) -> dict[str, str]:
        communes, groups, *_ = TABLES[self.table]
        return {c: f"g{nth * groups // communes:04}" for nth, c in enumerate(self.labels["area"])} if groups else {}

    def options(self) -> dict[str, Any]:
        return {
            "dims": list(self.labels),
            "zeros": self.zeros,
            "protection": self.protection,
            "hierarchies": {"area": self.parents} if self.parents else None,
            "distinct": ["form"] if self.forms == "distinct" else [],
        }

    def counts(self) -> dict[str, np.ndarray]:
        """Children by commune, age and sex: of each form, and each child once."""
        communes, _, sexes, *_ = TABLES[self.table]
        chance, second = np.random.default_rng(SEED), SECOND_FORM * (self.forms == "distinct")
        level = np.exp(chance.uniform(-SPREAD, SPREAD, communes)) * SPREAD / math.sinh(SPREAD)
        each = self.mean / (1 + second) * np.multiply.outer(level, np.multiply.outer(FORMS, AGES))
        first = chance.poisson(each if sexes == 1 else each[..., None] * np.ones(sexes))
        children = first.copy()
        for form, again in enumerate(np.moveaxis(chance.binomial(first, second), 1, 0)):
            others = [other for other in range(len(FORMS)) if other != form]
            children[:, others] += np.moveaxis(chance.multinomial(again, [1 / len(others)] * len(others)), -1, 1)
        return {**dict(zip(self.labels["form"], np.moveaxis(children, 1, 0), strict=True)), "total": first.sum(axis=1)}

    def frame(self) -> pl.DataFrame:
        """The inner cells."""
        counts = self.counts()
        labels = self.labels | {"form": [f for f in counts if self.forms == "distinct" or f != "total"]}
        numbers = np.stack([counts[form] for form in labels["form"]], axis=1).ravel()
        cells = dict(zip(labels, zip(*product(*labels.values()), strict=True), strict=True))
        return pl.DataFrame(cells).with_columns(n=pl.Series(numbers))


# ---------------------------------------------------------------- the systems


def timed(question: Callable[[], Any], repeats: int) -> tuple[Any, dict[str, float]]:
    answer, walls, cpus = None, [], []
    while len(walls) < repeats and sum(walls) < PATIENCE:
        wall, cpu = time.perf_counter(), time.process_time()
        answer = question()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    lines = Path("/proc/self/status").read_text().splitlines()
    peak = next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
    return answer, {"seconds": min(walls), "cpu": min(cpus), "peak": peak}


def worked_out(published: pl.DataFrame, case: Case) -> int:
    """Count the small cells whose number follows from the rest, as far as bounds along sums tell."""
    return ct.disclosure.audit(published, **case.options()).filter(finding="recovered").height


def ours(asked: argparse.Namespace) -> dict[str, Any]:
    case = Case(*asked.case)
    frame, options = case.frame(), case.options()
    table, found = timed(lambda: ct.disclosure.protect(frame, **options), asked.repeats)
    told = table.report
    sizes = {"cells": told.cells, "small": told.primary, "others": told.secondary}
    return {**found, **sizes, "known": worked_out(table.to_polars().select(*case.labels, "n"), case), "note": ""}


def records(case: Case) -> dict[str, dict[str, list[Any]]]:
    """One record for each child: of exclusive forms together, else of each form and of their total."""
    tables: dict[str, dict[str, list[Any]]] = {}
    for form, numbers in case.counts().items():
        places = np.repeat(np.argwhere(numbers >= 0), numbers.ravel(), axis=0).T
        dims = [dim for dim in case.labels if dim != "form"]
        of = {dim: np.array(case.labels[dim])[nth].tolist() for dim, nth in zip(dims, places, strict=True)}
        of = of | {"form": [form] * places.shape[1], "n": [1] * places.shape[1]}
        if case.forms == "distinct":
            tables[form] = of
        elif form != "total":
            of = {name: [*tables.get("all", {}).get(name, []), *values] for name, values in of.items()}
            tables["all"] = of
    return tables


def argus(asked: argparse.Namespace) -> dict[str, Any]:
    import pytauargus

    case = Case(*asked.case)
    tables, below = records(case), {}
    for commune, parent in case.parents.items():
        below.setdefault(parent, [parent]).append(f"@{commune}")
    hierarchy = Path("area.hrc").resolve()
    hierarchy.write_text("".join(f"{line}\n" for lines in below.values() for line in lines))
    options = {
        "response": "n",
        "safety_rules": f"FREQ({THRESHOLD},20)",
        "suppress": asked.suppress,
        "hrc": {"area": str(hierarchy)} if below else None,
    }
    dims = [dim for dim in case.labels if dim != "form" or "all" in tables]

    def ask() -> list[dict[str, Any]]:
        rows = []
        for form, table in tables.items():
            done = pytauargus.protect(table, dims, workdir=form, **options)
            rows += [{"form": form, **row} for row in done.tables[0].rows]
        return rows

    rows, found = timed(ask, asked.repeats)
    told = pl.DataFrame(rows).select(col(*case.labels).replace("Total", "total"), "status", was="n")
    # Its table has no cells for a category without a child: they are 0.
    whole = pl.DataFrame({"area": [*case.labels["area"], *below, "total"]})
    for dim in [dim for dim in case.labels if dim != "area"]:
        whole = whole.join(pl.DataFrame({dim: [*case.labels[dim], "total"]}), how="cross")
    number = pl.when(~col("status").fill_null("E").is_in(["U", "M"])).then(col("was").fill_null(0).cast(pl.Int64))
    published = whole.join(told, on=list(case.labels), how="left").select(*case.labels, n=number)
    log = Path("FullJJ.log").read_text() if Path("FullJJ.log").exists() else ""
    values = re.findall(r"Objectvalues: *([\d.]+) and *([\d.]+)", log)
    note = "" if all(best == bound for best, bound in values) else "not proven to be the least"
    sizes = {"cells": whole.height, "small": told["status"].eq("U").sum(), "others": told["status"].eq("M").sum()}
    return {**found, **sizes, "known": worked_out(published, case), "note": note}


# ---------------------------------------------------------------- how many cells are hidden


def members(shape: tuple[int, ...]) -> Any:
    """Which inner cells each cell of a table with margins adds up."""
    whole = sparse.csr_array(np.ones((1, 1)))
    for size in shape:
        whole = sparse.kron(whole, np.vstack([np.eye(size), np.ones((1, size))]), format="csr")
    return whole


def optimum(numbers: np.ndarray, shape: tuple[int, ...], minutes: int) -> np.ndarray:
    """The cells that pytauargus hides if each costs the same: its optimum, by the files of its solver."""
    from pytauargus.engine import HiTaSCtrl

    hidden, most = numbers < THRESHOLD, 2 * numbers.max()
    # The number, cost, unsafe or not, what anyone knows of it (two numbers), how much less and more is to be possible.
    cells = [
        f"{n} 1 {'u' if is_small else 's'} 0 {most} 0 {is_small:d} 0"
        for n, is_small in zip(numbers, hidden, strict=True)
    ]
    ids, sums = np.arange(len(numbers)).reshape([size + 1 for size in shape]), []
    for axis, size in enumerate(shape):
        for *parts, whole in np.moveaxis(ids, axis, -1).reshape(-1, size + 1).tolist():
            sums.append(f"0 {size + 1} : {whole} (-1) " + " ".join(f"{part} (1)" for part in parts))
    lines = ["0", len(cells), *(f"{nth} {cell}" for nth, cell in enumerate(cells)), len(sums), *sums]
    Path("JJ.IN").write_text("".join(f"{line}\n" for line in lines))
    code = HiTaSCtrl().full_jj(in_file_jj="JJ.IN", out_file="JJ.OUT", max_time=minutes)
    assert code == 0, f"pytauargus has no optimum in {minutes} minutes"
    hidden[[int(cell) for cell in Path("JJ.OUT").read_text().split()]] = True
    return hidden


def least(numbers: np.ndarray, shape: tuple[int, ...]) -> int:
    """The least number of hidden cells by our criterion, in two dimensions: steps of 1 in a circle of cells suffice."""
    small, of = np.flatnonzero(numbers < THRESHOLD), members(shape)
    (cells, inner), copies = of.shape, len(small)
    changes = sparse.block_diag([of] * copies)
    # Is it hidden; for each small cell another table, by its changes; is the small cell less in it.
    rules = sparse.block_array(
        [
            [sparse.kron(np.ones((copies, 1)), -sparse.eye_array(cells)), changes, None],
            [sparse.kron(np.ones((copies, 1)), -sparse.diags_array(np.minimum(1.0, numbers))), -changes, None],
            [None, sparse.block_diag([of[[cell]] for cell in small]), 2 * sparse.eye_array(copies)],
        ]
    )
    most = np.repeat([0.0, 1.0], [2 * cells * copies, copies])
    start = np.concatenate([numbers < THRESHOLD, np.full(inner * copies, -1), np.zeros(copies)])
    found = optimize.milp(
        np.repeat([1.0, 0.0], [cells, len(start) - cells]),
        integrality=np.ones(len(start)),
        bounds=optimize.Bounds(start, 1),
        constraints=optimize.LinearConstraint(rules.tocsr(), np.where(most > 0, 1.0, -np.inf), most),
    )
    assert found.success, found.message
    return round(found.fun)


def beside_optimum(inner: np.ndarray, minutes: int) -> dict[str, Any]:
    shape = inner.shape
    dims = [f"d{axis}" for axis in range(inner.ndim)]
    frame = pl.DataFrame(np.argwhere(inner >= 0), schema=dims).with_columns(n=pl.Series(inner.ravel()))
    done = ct.disclosure.protect(frame, dims=dims, zeros="hidden").report
    numbers = np.rint(members(shape) @ inner.ravel()).astype(int)
    assert done.primary == (numbers < THRESHOLD).sum(), "both hide the same small cells"
    found = {"cells": len(numbers), "small": done.primary, "ours": done.primary + done.secondary}
    if find_spec("pytauargus"):
        hidden = optimum(numbers, shape, minutes)
        found["argus"] = int(hidden.sum())
        labels = [[*map(str, range(size)), "total"] for size in shape]
        published = dict(zip(dims, zip(*product(*labels), strict=True), strict=True))
        published["n"] = np.where(hidden, None, numbers).tolist()
        told = ct.disclosure.audit(pl.DataFrame(published), dims=dims, zeros="hidden")
        found["unsafe"] = told.filter(col("finding") != "not_small", ~col("safe")).height
    return found | ({"least": least(numbers, shape)} if len(shape) == 2 else {})


def hidden_cells(asked: argparse.Namespace) -> list[dict[str, Any]]:
    """Random tables of a shape, or table A with exclusive forms."""
    if not asked.shape:
        case = Case("A", forms="exclusive")
        return [beside_optimum(np.stack([case.counts()[form] for form in case.labels["form"]], axis=1), asked.minutes)]
    found = []
    for seed in range(asked.number):
        chance = np.random.default_rng(seed)
        mean = asked.mean * np.exp(chance.uniform(-SPREAD, SPREAD, asked.shape[0]))
        for size in asked.shape[1:]:
            mean = mean[..., None] * chance.uniform(0.3, 1.7, size)
        found.append(beside_optimum(chance.poisson(mean), asked.minutes))
    return found


# ---------------------------------------------------------------- all in one run


def process(worker: str, limit: int | None = None, **given: Any) -> Any:
    """Ask in a process and a folder of its own; None if it has not ended after so many seconds of CPU time."""
    given |= {"limit": limit or resource.RLIM_INFINITY}
    run = [sys.executable, str(Path(__file__).resolve()), f"--worker={worker}", f"--given={json.dumps(given)}"]
    paths = [str(Path(path).resolve()) for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    # A folder of its own: the solver writes its logs where it is.
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
        done = subprocess.run(run, stdout=subprocess.PIPE, cwd=folder, env=env, check=False)
    if limit and -done.returncode in (signal.SIGXCPU, signal.SIGKILL):
        return None
    done.check_returncode()
    return json.loads(done.stdout.splitlines()[-1])


def cases(table: str, every: bool) -> list[Case]:
    """The first case, and others that differ in one thing, or in any."""
    first, choices = (
        Case(table),
        [["distinct", "exclusive"], [1.0, 0.3, 3.0], ["shown", "hidden"], ["no_exact_value", 4]],
    )
    made = [Case(table, *chosen) for chosen in product(*choices)]
    return [case for case in made if every or sum(a != b for a, b in zip(case, first, strict=True)) <= 1]


def show(widths: list[int], *values: Any) -> None:
    """Print a line of columns; those of negative width begin at the left."""

    def text(value: Any) -> str:
        return f"{value:.3f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)

    columns = [text(v).ljust(-w) if w < 0 else text(v).rjust(w) for w, v in zip(widths, values, strict=False)]
    print("".join([*columns, *(f"  {value}" for value in values[len(widths) :])]).rstrip(), flush=True)


def alone(asked: argparse.Namespace) -> None:
    widths = [-14, -11, -6, -8, -16, 8, 8, 8, 9, 9, 9]
    heads = ("cells", "small", "others", "seconds", "CPU s", "peak MB")
    show(widths, "table", "forms", "mean", "zeros", "protection", *heads)
    for case in [case for table in asked.tables for case in cases(table, asked.every)]:
        found = process("ours", case=case, repeats=asked.repeats)
        assert found["known"] == 0, f"small cells of {case} can be worked out"
        goals = dict(zip(("seconds", "peak"), TABLES[case.table][3:], strict=True)) if case == Case(case.table) else {}
        kept = [f"goal {most:g}: {'kept' if found[what] <= most else 'MISSED'}" for what, most in goals.items() if most]
        numbers = (
            found["cells"],
            found["small"],
            found["others"],
            found["seconds"],
            found["cpu"],
            round(found["peak"]),
        )
        show(widths, case.table, case.forms, f"{case.mean:g}", case.zeros, f"{case.protection}", *numbers, *kept)


def beside(asked: argparse.Namespace) -> None:
    widths = [-14, -11, -6, -9, 9, 9, 11, 9, 8, 8, 12]
    heads = ("seconds", "CPU s", "x chitieu", "peak MB", "small", "others", "worked out")
    show(widths, "table", "forms", "mean", "system", *heads)
    for case in [Case(t, forms) for t in asked.tables for forms in ("exclusive", "distinct")]:
        base: dict[str, Any] = {}
        for system in ("chitieu", "MOD", "OPT"):
            given = {"case": case, "repeats": asked.repeats, "suppress": f"{system}(1,{asked.minutes})"}
            found = process("argus" if base else "ours", limit=120 * asked.minutes if base else None, **given)
            name = (case.table, case.forms, f"{case.mean:g}", system)
            if not found:
                ratio = f"> {120 * asked.minutes / base['cpu']:.0f}"
                show(widths, *name, "-", "-", ratio, *"----", f"not finished in {2 * asked.minutes} CPU minutes")
                continue
            base = base or found
            assert found["small"] == base["small"], "both hide the same small cells"
            times = (found["seconds"], found["cpu"], f"{found['cpu'] / base['cpu']:.1f}", round(found["peak"]))
            show(widths, *name, *times, found["small"], found["others"], found["known"], found["note"])


def lost(asked: argparse.Namespace) -> None:
    widths = [-28, 7, 7, 9, 9, 7, 7, 7, 7, 8]
    heads = ("cells", "small", "chitieu", "optimum", "ratio", "worst", "least", "ratio", "unsafe")
    show(widths, "hidden cells, zeros hidden", *heads)
    for shape, mean in (((8, 6), 12.0), ((10, 5, 3), 8.0), ((), 0.0)):
        found = process("hidden", shape=shape, mean=mean, number=asked.number, minutes=MINUTES)
        sums = {name: sum(of[name] for of in found) for name in found[0]}
        name = f"{len(found)} of {' x '.join(map(str, shape))}" if shape else "A, exclusive forms"
        ratio = {name: sums["ours"] / sums[name] for name in ("argus", "least") if name in sums}
        worst = max(of["ours"] / of["argus"] for of in found) if "argus" in ratio else "-"
        numbers = (sums["ours"], sums.get("argus", "-"), ratio.get("argus", "-"), worst)
        numbers += (sums.get("least", "-"), ratio.get("least", "-"), sums.get("unsafe", "-"))
        show(widths, name, sums["cells"], sums["small"], *numbers)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", nargs="+", default=list(TABLES), choices=list(TABLES))
    parser.add_argument("--every", action="store_true", help="all combinations of forms, means, zeros and protection")
    parser.add_argument("--repeats", type=int, default=3, help="runs, of which the best is reported")
    parser.add_argument("--minutes", type=int, default=1, help="given to pytauargus; it is ended after twice as long")
    parser.add_argument("--number", type=int, default=20, help="random tables of a shape")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--given", type=json.loads, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.worker:
        given = argparse.Namespace(**asked.given)
        resource.setrlimit(resource.RLIMIT_CPU, (given.limit, resource.RLIM_INFINITY))
        workers = {"ours": ours, "argus": argus, "hidden": hidden_cells}
        print(json.dumps(workers[asked.worker](given)))
        return
    print(f"best of {asked.repeats}; {os.cpu_count()} cores")
    alone(asked)
    if find_spec("pytauargus"):
        beside(asked)
    else:
        print("pytauargus cannot be imported: nothing is compared with it")
    lost(asked)


if __name__ == "__main__":
    main()
