"""An attack on protected results and tables of abuse, apart from how they are made: from what leaves, and the rules.

Every count of a publication is an unknown whole number; what a reader knows of them is a system of sums and
inequalities; a small count with one solution alone is a leak.
"""

import gc
import json
import pickle
import random
import types
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import chitieu as ct
import numpy as np
import polars as pl
import pytest
from attacker import OPEN, Attack, Rules, _Seen
from scipy.sparse import csr_array

# ================================================================ what a reader knows

#: A count: its kind (``n`` counted, ``u`` undecided, ``f`` undecided as published, ``rest``, ``more``), what it counts,
#: when, in which list of areas, level, area, and categories that are not the total.
Key = tuple[str, str, str, str, str, str, frozenset[tuple[str, str]]]
Terms = tuple[tuple[Key, float], ...]

MULTIPLIER = {"count": 1, "percent": 100, "per_1000": 1_000, "per_100000": 100_000, "ratio": 100}
ABUSE = ("victims", "perpetrators", "sanctions")
PEOPLE = (*ABUSE, "children", "births", "deaths", "injuries", "population", "pupils", "marriages")
#: Dimensions whose categories overlap by their nature: their totals are never taken as sums.
OVERLAP = ("form", "circumstance")


@cache
def parents(vintage: str) -> dict[tuple[str, str], tuple[str, str]]:
    """Return the area above each area of a list."""
    frame = ct.areas(on=vintage)
    level = dict(zip(frame["code"], frame["level"], strict=True)) | {"VN": "country"}
    return {
        (own, code): (level[above], above)
        for code, own, above in frame.select("code", "level", "parent").iter_rows()
        if above is not None
    } | {(own, code): ("country", "VN") for code, own in frame.select("code", "level").iter_rows() if own == "province"}


@dataclass
class Row:
    """A row of a result, by the counts it is made of."""

    given: dict[str, object]
    cell: frozenset[tuple[str, str]]
    numerator: Key
    #: The denominator as a count of its own, as other indicators count it.
    below: Key | None
    undecided: Key
    #: Whether numerator and denominator are of the same records: what is undecided in either is then in neither.
    share: bool
    #: Whether they have the same breakdowns as well.
    same: bool

    @property
    def denominator(self) -> Key | None:
        """The denominator, of a share only those that could be decided."""
        if self.below is None or not self.share:
            return self.below
        return ("n", self.undecided[1], *self.below[2:])

    @property
    def rest(self) -> Key | None:
        """Those in the denominator of a share who are not in its numerator."""
        return ("rest", self.undecided[1], *self.numerator[2:]) if self.same else None

    @property
    def counts(self) -> list[tuple[Key, int | None]]:
        """The numbers that the row holds, null where it does not tell."""
        found = [(self.numerator, self.given["numerator"]), (self.undecided, self.given["undecided"])]
        if self.denominator is not None:
            found.append((self.denominator, self.given["denominator"]))
        return found  # type: ignore[return-value]


def rows_of(frame: pl.DataFrame, plan: ct.Plan, edition: str = "") -> list[Row]:
    """Return the rows of a result that say something, each with its counts.

    ``edition`` tells apart the same counts of other records.
    """
    data = plan._data
    quantities = {q["id"]: q for q in data["quantities"]}
    definitions = {i["id"]: i for i in data["indicators"]}
    period, vintage = data["period"] + edition, str(data["area_vintage"])

    def key(kind: str, quantity: str, row: Mapping[str, object]) -> Key:
        dims = quantities[quantity]["dimensions"]
        words = {d: str(row[d]) for d in data["by"] if d in dims and row[d] != "total"}
        if words.get("age_group") == "unknown":
            # With other bands of age others are in none.
            words["age_group"] = f"unknown {definitions[row['indicator']]['age_bands']}"
        cell = frozenset(words.items())
        name = quantity.removesuffix("_all")
        return kind, name, period, vintage, str(row["area_level"]), str(row["area"]), cell

    found = []
    for row in frame.filter(pl.col("status") != "not_applicable").iter_rows(named=True):
        definition = definitions[row["indicator"]]
        one, two = definition["numerator"], definition.get("denominator")
        cell = frozenset((d, str(row[d])) for d in data["by"])
        undecided, below, share, same = key("u", one, row), None, False, False
        if row["measure"] != "count":
            share = definition["kind"] == "proportion"
            same = share and quantities[one]["dimensions"] == quantities[two]["dimensions"]
            below = key("n", two, row)
            undecided = ("f", f"{one}/{two}", *undecided[2:6], cell)
        found.append(Row(row, cell, key("n", one, row), below, undecided, share, same))
    return found


@dataclass
class Known:
    """A system of what is known of counts."""

    value: dict[Key, int] = field(default_factory=dict)
    hidden: set[Key] = field(default_factory=set)
    low: dict[Key, int] = field(default_factory=dict)
    high: dict[Key, int] = field(default_factory=dict)
    #: Weighted sums between two bounds.
    sums: dict[tuple[Terms, float, float], str] = field(default_factory=dict)

    def see(self, key: Key, value: int | None) -> None:
        """Take a number as it is published, or that it is not."""
        if value is None:
            self.hidden.add(key)
        elif self.value.setdefault(key, value) != value:
            raise AssertionError(f"{key} is published as {value} and as {self.value[key]}")

    def add(self, terms: Iterable[tuple[Key, float]], low: float, high: float, why: str) -> None:
        self.sums[tuple(terms), low, high] = why


@dataclass(frozen=True)
class Relation:
    """A total and its parts."""

    group: tuple[str, ...]
    total: Key
    parts: tuple[Key, ...]


def relations_of(rows: Sequence[Row]) -> set[Relation]:
    """Return every total with its parts in the rows of one result, of all that is counted."""
    found: set[Relation] = set()
    of_kind: dict[object, dict[tuple[object, frozenset[tuple[str, str]]], Key]] = defaultdict(dict)
    for row in rows:
        place = row.numerator[4:6]
        for role, key in enumerate((row.numerator, row.denominator, row.undecided, row.rest)):
            if key is not None:
                of_kind[row.given["indicator"], key[0], role][place, row.cell] = key
    for of in of_kind.values():
        inside: dict[tuple[str, Key], dict[Key, None]] = defaultdict(dict)
        for (place, cell), key in of.items():
            for dim, word in cell:
                if word != "total":
                    total = of.get((place, cell - {(dim, word)} | {(dim, "total")}))
                    if total is not None and total != key:
                        inside[dim, total][key] = None
            above = parents(key[3]).get(key[4:6])
            while above is not None and (above, cell) not in of:
                above = parents(key[3]).get(above)
            if above is not None:
                inside["area " + key[4], of[above, cell]][key] = None
        for (dim, total), parts in inside.items():
            found.add(Relation((*total[:3], dim), total, tuple(sorted(parts, key=str))))
    return found


#: What may hold between a total and its parts.
LAWS = ("equal", "sum at most total", "total at most sum", "part at most total")


def laws_of(relations: Iterable[Relation], truth: Mapping[Key, int]) -> dict[tuple[str, ...], set[str]]:
    """Return what holds between totals and parts of a group, everywhere: a reader may take it as the rule."""
    held: dict[tuple[str, ...], set[str]] = defaultdict(lambda: set(LAWS))
    for relation in relations:
        total, parts = truth[relation.total], [truth[part] for part in relation.parts]
        of = held[relation.group]
        of -= {"equal"} if total != sum(parts) else set()
        of -= {"sum at most total"} if total < sum(parts) else set()
        of -= {"total at most sum"} if total > sum(parts) else set()
        of -= {"part at most total"} if total < max(parts) else set()
    for group, of in held.items():
        if group[-1] in OVERLAP:
            of -= {"equal", "sum at most total"}
        if group[0] in "uf" and ("equal" not in of or group[-1] in ("age_group", *OVERLAP)):
            # What is undecided in a part may be certain in the total: nothing follows.
            of.clear()
    return dict(held)


def relate(known: Known, relations: Iterable[Relation], laws: Mapping[tuple[str, ...], set[str]]) -> None:
    """Add the laws between totals and parts to what is known."""
    for relation in relations:
        of = laws[relation.group]
        terms = [(relation.total, -1.0), *((part, 1.0) for part in relation.parts)]
        why = " ".join(relation.group)
        if "equal" in of:
            known.add(terms, 0, 0, why)
            continue
        low, high = (0 if "total at most sum" in of else -OPEN), (0 if "sum at most total" in of else OPEN)
        if low == 0 or high == 0:
            known.add(terms, low, high, why)
        if "part at most total" in of:
            for part in relation.parts:
                known.add([(relation.total, 1.0), (part, -1.0)], 0, OPEN, why)


def true_counts(rows: Sequence[Row]) -> dict[Key, int]:
    """Return all counts of results as they are: also what is undecided in the denominator of a rate alone."""
    found: dict[Key, int] = {}
    for row in rows:
        for key, count in row.counts:
            # Where nobody reported there is no number.
            if count is not None:
                assert found.setdefault(key, count) == count, (key, count, found[key])
    for row in rows:
        if row.rest is not None and row.denominator in found and row.numerator in found:
            found[row.rest] = found[row.denominator] - found[row.numerator]
        one = _undecided(row.numerator)
        if row.share and row.below == row.numerator and row.undecided in found:
            found.setdefault(one, found[row.undecided])
        if row.below is not None and not row.share and row.undecided in found and one in found:
            found.setdefault(_undecided(row.below), found[row.undecided] - found[one])
    return found


def _undecided(key: Key) -> Key:
    return ("u", *key[1:])


def read(known: Known, rows: Sequence[Row], truth: Mapping[Key, int], *, bounds: bool) -> None:
    """Add what protected rows say: numbers, that a number is hidden, limits of what is suppressed."""
    for row in rows:
        for key, count in row.counts:
            if key in truth:
                known.see(key, count)
        if row.denominator in truth and row.below is not None and row.undecided in truth:
            if not row.share:
                terms = [(row.undecided, -1), (_undecided(row.numerator), 1), (_undecided(row.below), 1)]
                if all(key in truth for key, _ in terms):
                    known.add(terms, 0, 0, "undecided of both")
            else:
                known.add([(row.denominator, 1), (row.numerator, -1)], 0, OPEN, "part of the whole")
                if row.below == row.numerator:
                    # A share of all in all.
                    known.add([(row.denominator, 1), (row.numerator, -1)], 0, 0, "the whole")
                    known.add([(row.undecided, 1), (_undecided(row.numerator), -1)], 0, 0, "the whole")
            if row.rest is not None:
                known.add([(row.denominator, -1), (row.numerator, 1), (row.rest, 1)], 0, 0, "rest")
        if row.given["status"] == "suppressed" and bounds:
            times = MULTIPLIER[str(row.given["measure"])]
            for side, column in ((1, "lower"), (-1, "upper")):
                limit = row.given[column]
                if isinstance(limit, float):
                    limit -= side * 1e-9 * max(1.0, abs(limit))
                    if row.numerator not in truth:
                        continue
                    if row.denominator is None:
                        known.add([(row.numerator, side)], side * limit, OPEN, "bounds")
                    elif row.denominator in truth:
                        terms = [(row.numerator, side * times), (row.denominator, -side * limit)]
                        known.add(terms, -1e-6, OPEN, "bounds")


def identities(known: Known, rows: Sequence[Row], truth: Mapping[Key, int]) -> None:
    """Add that those a share is of are decided or undecided, where that holds everywhere: few have no answer."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.below is None or not row.share:
            continue
        if {row.below, _undecided(row.below), row.denominator, row.undecided} <= truth.keys():
            found["".join(row.undecided[1:4])].append(row)
    for of in found.values():
        all_there, certain = [], []
        for row in of:
            assert row.below is not None and row.denominator is not None
            all_there.append([(row.denominator, -1), (row.below, 1), (_undecided(row.below), 1), (row.undecided, -1)])
            certain.append([(row.denominator, -1), (row.below, 1)])
        for sums, high in ((all_there, 0), (certain, OPEN)):
            if all(0 <= sum(truth[key] * sign for key, sign in terms) <= high for terms in sums):
                for terms in sums:
                    known.add(terms, 0, high, "all are decided or undecided")


class System(Attack):
    """Counts that are not published, with all that is known of them."""

    def __init__(self, known: Known, rules: Rules) -> None:
        """Take published numbers into the bounds; a sum without an unknown number must hold."""
        self.rules = rules
        places: dict[Key, int] = {}
        columns: list[int] = []
        which: list[int] = []
        weights: list[float] = []
        lows, highs = [], []
        hidden = known.hidden - known.value.keys()
        for key in hidden:
            places.setdefault(key, len(places))
        for (terms, low, high), why in known.sums.items():
            shown = 0.0
            of: dict[int, float] = defaultdict(float)
            for key, weight in terms:
                if key in known.value:
                    shown += weight * known.value[key]
                else:
                    of[places.setdefault(key, len(places))] += weight
            lowest, highest = (low if low <= -OPEN else low - shown), (high if high >= OPEN else high - shown)
            if not any(of.values()):
                if lowest > 1e-6 or highest < -1e-6:
                    raise AssertionError(f"published numbers contradict each other: {why}: {terms}")
                continue
            which += [len(lows)] * len(of)
            columns += of.keys()
            weights += of.values()
            lows.append(lowest)
            highs.append(highest)
        self.cells = list(places)  # type: ignore[assignment]
        self.low = np.array([rules.least if key in hidden else 0 for key in places], dtype=np.int64)
        self.high = np.full(len(places), OPEN, dtype=np.int64)
        self.matrix = csr_array((weights, (which, columns)), shape=(len(lows), len(places)), dtype=float)
        self.row_low, self.row_high = np.array(lows, dtype=float), np.array(highs, dtype=float)
        self.places = places
        self.whys = list(known.sums.values())

    def holds(self, tables: np.ndarray) -> np.ndarray:
        """Tell which of some tables, one a row, agree with all that is published."""
        if not len(tables):
            return np.zeros(0, dtype=bool)
        sums = (self.matrix @ tables.T).T
        within = ((tables >= self.low) & (tables <= self.high)).all(axis=1)
        return within & ((sums >= self.row_low - 1e-6) & (sums <= self.row_high + 1e-6)).all(axis=1)

    def leaks(self, truth: Mapping[Key, int], targets: Iterable[Key]) -> dict[Key, set[int]]:
        """Return those of the targets that have fewer possible values than asked for, with these values."""
        start = np.array([truth[key] for key in self.cells], dtype=np.int64)  # type: ignore[index]
        if not self.holds(start[None])[0]:
            raise AssertionError(f"the truth does not agree with what is published: {self.why_not(start, truth)}")
        small = [self.places[key] for key in targets if key in self.places]
        seen = _Seen(self, start, small)
        seen.easy = np.zeros((0, len(start)), dtype=np.int64)
        chance = np.random.default_rng(len(start))
        reach = self.rules.asked
        for _ in range(4):
            left = seen.left()
            if not left:
                return {}
            weights = np.zeros(len(start))
            weights[left] = chance.uniform(0.5, 1.5, len(left)) * chance.choice([-1, 1], len(left))
            for sign in (1, -1):
                seen.add(self.search(sign * weights, start - reach, start + reach))
                weights[[place for place in left if len(seen.values[place]) >= self.rules.asked]] = 0
                if not weights.any():
                    break
            if len(seen.left()) == len(left):
                break
            reach *= 3
        wrong: dict[Key, set[int]] = {}
        for place in seen.left():
            if len(seen.values[place]) < self.rules.asked:
                self._settle(seen, place)
            if len(seen.values[place]) < self.rules.asked:
                wrong[self.cells[place]] = {int(value) for value in seen.values[place]}  # type: ignore[index]
        return wrong

    def why_not(self, start: np.ndarray, truth: Mapping[Key, int]) -> list[str]:
        """Return the first of what the truth does not agree with."""
        wrong = [
            f"{key} = {truth[key]} is below {low}"
            for key, low in zip(self.cells, self.low, strict=True)
            if truth[key] < low
        ]  # type: ignore[index]
        sums = self.matrix @ start
        for row in np.nonzero((sums < self.row_low - 1e-6) | (sums > self.row_high + 1e-6))[0]:
            of = self.matrix[[row]].tocoo()
            terms = [f"{w:g} * {self.cells[c]} (={start[c]})" for w, c in zip(of.data, of.coords[1], strict=True)]
            wrong.append(f"{self.row_low[row]} <= {' + '.join(terms)} <= {self.row_high[row]}")
        return wrong[:3]


@dataclass
class Given:
    """Rows as they are and as they are published, and the table of records each quantity is counted in."""

    true: list[Row]
    safe: list[Row]
    tables: dict[str, str]


def result_given(true: ct.Result, safe: ct.Result, edition: str = "") -> Given:
    """Take a result; ``edition`` tells apart the same counts of other records."""
    tables = {q["id"]: q["table"] for q in true.plan._data["quantities"]}
    return Given(rows_of(true.to_polars(), true.plan, edition), rows_of(safe.to_polars(), safe.plan, edition), tables)


#: What the units of abuse are called among the quantities of results, where they are the same numbers.
UNITS = {"child": "abused_children", "case": "abuse_cases", "perpetrator": "perpetrators"}


def table_given(true: ct.Table, safe: ct.Table, by: Sequence[str]) -> Given:
    """Take a table of counts of abuse."""
    made = []
    for frame in (true.to_polars(), safe.to_polars()):
        rows = []
        for row in frame.iter_rows(named=True):
            cell = frozenset((d, str(row[d])) for d in by)
            named = frozenset((d, word) for d, word in cell if word != "total")
            name = UNITS.get(row["unit"], row["unit"])
            key = ("n", name, row["period"], true.area_vintage, row["area_level"], row["area"], named)
            given = {"indicator": name, "measure": "count", "numerator": row["count"], "undecided": row["undecided"]}
            rows.append(
                Row(given | {"status": "", "unit": row["unit"]}, cell, key, None, _undecided(key), False, False)
            )
        made.append(rows)
    return Given(*made, dict.fromkeys({row.numerator[1] for row in made[0]}, "victims"))


SPANS = {"2022": (1, 12), "2022H1": (1, 6), "2022H2": (7, 12)} | {f"2022Q{n}": (3 * n - 2, 3 * n) for n in (1, 2, 3, 4)}


def links(known: Known, rows: Sequence[Row], truth: Mapping[Key, int], events: Mapping[str, bool]) -> dict[Key, int]:
    """Add what holds between periods, and before and after records were added; return the differences.

    ``events`` names what is counted by the date of an event, and whether each stands in one period alone.
    """
    held: dict[object, dict[Key, None]] = defaultdict(dict)
    for row in rows:
        if row.numerator in truth and row.numerator[1] in events:
            held[row.numerator[1], row.numerator[3:]][row.numerator] = None
    more: dict[Key, int] = {}
    for of in held.values():
        for key in of:
            (period, edition), added = key[2].split("#"), defaultdict(list)
            first, last = SPANS[period]
            for other in of:
                before, span = other[2].split("#")[1], SPANS[other[2].split("#")[0]]
                if other == key or not (first <= span[0] and span[1] <= last and before <= edition):
                    continue
                assert truth[other] <= truth[key], (other, key)
                name = ("more", key[1], f"{other[2]} {key[2]}", *key[3:])
                more[name] = truth[key] - truth[other]
                known.add([(key, -1), (other, 1), (name, 1)], 0, 0, "longer, or with more records")
                if before == edition and span[1] - span[0] + 1 in (3, 6):
                    added[span[1] - span[0]].append(other)
            for length, parts in added.items():
                if len(parts) * (length + 1) == last - first + 1:
                    high = 0 if events[key[1]] else OPEN
                    known.add([(key, -1), *((part, 1) for part in parts)], 0, high, "all parts of a period")
    return more


def moved(known: Known, rows: Sequence[Row], truth: Mapping[Key, int], old: str, new: str) -> None:
    """Add that new communes are whole old ones, in every quantity for which that holds."""
    moves = ct.area_moves(start=old, end=new)
    whole = moves.group_by("new").agg("old", (pl.col("part") == "all").all().alias("all")).filter("all")
    keys = {key for row in rows for key in (row.numerator, row.denominator) if key in truth}
    sums: dict[str, list[list[tuple[Key, int]]]] = defaultdict(list)
    parts = dict(zip(whole["new"], whole["old"].to_list(), strict=True))
    for key in keys:
        if key is not None and key[3] == new and key[4] == "commune" and key[5] in parts:
            terms = [(key, -1)]
            terms += [((*key[:3], old, "commune", code, key[6]), 1) for code in parts[key[5]]]
            if all(part in truth for part, _ in terms):
                sums[key[1]].append(terms)
    for of in sums.values():
        if all(sum(truth[key] * sign for key, sign in terms) == 0 for terms in of):
            for terms in of:
                known.add(terms, 0, 0, "a new commune is whole old ones")


def system_of(
    given: Sequence[Given],
    rules: Rules,
    *,
    scope: Sequence[str] = PEOPLE,
    bounds: bool = True,
    every: bool = True,
    events: Mapping[str, bool] | None = None,
    lists: tuple[str, str] | None = None,
    changes: bool = True,
) -> tuple[Known, dict[Key, int], set[Key]]:
    """Return what is known, the truth, and the small counts that must not be.

    ``every`` takes also what holds between counts of several indicators.
    """
    known, true_rows = Known(), []
    relations: set[Relation] = set()
    keys: set[Key] = set()
    for one in given:
        true_rows += one.true
        relations |= relations_of(one.true)
        for row in one.true:
            for key in (row.numerator, row.denominator, row.undecided, row.rest):
                if key is not None and all(one.tables[name] in scope for name in key[1].split("/")):
                    keys.add(key)
    truth = true_counts(true_rows)
    for one in given:
        read(known, one.safe, truth, bounds=bounds)
    # Where nobody reported there is nothing to add.
    relations = {
        Relation(r.group, r.total, tuple(part for part in r.parts if part in truth))
        for r in relations
        if r.total in truth and any(part in truth for part in r.parts) and (rules.least or r.total[0] == "n")
    }
    relate(known, relations, laws_of(relations, truth))
    if every and rules.least:
        identities(known, true_rows, truth)
    if lists is not None:
        moved(known, true_rows, truth, *lists)
    if events is not None:
        more = links(known, true_rows, truth, events)
        truth |= more
        keys |= more.keys() if changes else set()
    return known, truth, {key for key in keys if key in truth and rules.small(truth[key])}


# ================================================================ records

FORMS = ("violence", "exploitation", "sexual_abuse", "trafficking", "abandonment", "neglect", "other")
#: Communes of two districts of Hưng Yên, of which some become one in July 2025.
PLACES = ("12205", "12208", "12211", "12214", "12280", "12283", "12286", "12289")
ABUSE_INDICATORS = (
    "abused_children",
    "abused_children_by_form_share",
    "abused_children_supported",
    "abuse_cases",
    "abuse_cases_by_form_share",
    "perpetrators",
    "sanctions",
)


def tables(
    seed: int, *, children: int = 200, victims: int = 40, gaps: float = 0.1, many: float = 0.3
) -> dict[str, pl.DataFrame]:
    """Return small tables of made-up records; ``gaps`` are not recorded, ``many`` come back or have two forms."""
    chance = random.Random(seed)
    places = PLACES[: chance.randint(2, len(PLACES))]
    weights = [chance.choice([1, 1, 3, 10]) for _ in places]

    def gap(value: object, share: float = gaps) -> object:
        return None if chance.random() < share else value

    def place() -> str:
        return chance.choices(places, weights)[0]

    people = []
    for number in range(children):
        born = date(2006, 1, 1) + timedelta(days=chance.randrange(17 * 365))
        by_year = chance.random() < gaps
        people.append(
            {
                "child_id": f"k{number}",
                "birth_date": None if by_year else born,
                "birth_year": born.year if by_year else None,
                "sex": gap(chance.choice(["male", "female"])),
                "commune": place(),
                "birth_registered": gap(chance.random() < 0.9),
                "circumstances": gap(chance.sample(["d1", "d2", "d3"], chance.choice([0, 0, 0, 1, 2]))),
                "supported": gap(chance.random() < 0.6),
                "at_risk": gap(chance.random() < 0.1),
            }
        )
    abused = []
    cases = [f"c{number}" for number in range(max(1, victims))]
    for number in range(victims):
        # A child of the register, the same again now and then, or one that is not in it.
        child = people[chance.randrange(len(people))] if people and chance.random() < 0.8 else None
        if abused and chance.random() < many / 2:
            child = next((p for p in people if p["child_id"] == abused[-1]["child_id"]), child)
        born = date(2007, 1, 1) + timedelta(days=chance.randrange(15 * 365))
        own = {
            "child_id": f"x{number}",
            "birth_date": born,
            "birth_year": None,
            "sex": chance.choice(["male", "female"]),
        }
        own = {column: (child or own)[column] for column in own}
        abused.append(
            {
                "case_id": cases[number] if chance.random() > many / 2 else cases[max(0, number - 1)],
                **own,
                "commune": child["commune"] if child and chance.random() < 0.9 else place(),
                "received_date": date(2022, 1, 1) + timedelta(days=chance.randrange(365)),
                "forms": gap(chance.sample(FORMS[:4], 2 if chance.random() < many else 1)),
                "environment": gap(chance.choice(["family", "school"])),
                "confirmed": gap(chance.random() < 0.9),
                "supported": gap(chance.random() < 0.7),
            }
        )
    persons = [
        {
            "case_id": chance.choice(abused)["case_id"],
            "person_id": f"p{number}",
            "sex": gap(chance.choice(["male", "male", "female"])),
            "relation": gap(chance.choice(["parent", "stranger", "teacher_or_carer"])),
        }
        for number in range(victims if abused else 0)
    ]
    decisions = [
        {
            "decision_id": f"q{number}",
            "case_id": chance.choice(abused)["case_id"],
            "decided_on": date(2022, 1, 1) + timedelta(days=chance.randrange(365)),
            "commune": place(),
            "status": chance.choice(["in_force", "in_force", "annulled"]),
        }
        for number in range(victims // 2 if abused else 0)
    ]
    return {
        "children": pl.DataFrame(people, infer_schema_length=None),
        "victims": pl.DataFrame(abused, infer_schema_length=None),
        "perpetrators": pl.DataFrame(persons, infer_schema_length=None),
        "sanctions": pl.DataFrame(decisions, infer_schema_length=None),
    }


def dataset_of(frames: Mapping[str, pl.DataFrame]) -> ct.Dataset:
    return ct.Dataset(**{name: f for name, f in frames.items() if f.width}, area_vintage="2022-12-31")


def chosen(seed: int) -> tuple[random.Random, dict[str, pl.DataFrame]]:
    """Return tables of a seed, of one of several sizes, and the choices left."""
    chance = random.Random(seed)
    made = tables(
        seed,
        children=chance.choice([30, 100, 300]),
        victims=chance.choice([5, 15, 40, 80]),
        gaps=chance.choice([0, 0.1, 0.3]),
        many=chance.choice([0, 0.3]),
    )
    return chance, made


def short(key: Key) -> str:
    """Return a count in few words."""
    kind, name, when, _, level, area, cell = key
    return f"{kind} {name} {when} {level} {area} {' '.join(f'{d}={w}' for d, w in sorted(cell))}".strip()


def faults(
    given: Sequence[Given],
    rules: Rules,
    *,
    every: bool = True,
    events: Mapping[str, bool] | None = None,
    lists: tuple[str, str] | None = None,
    told: Iterable[Sequence[str]] = (),
) -> list[str]:
    """Return the small counts that are published, and those that follow from what is.

    ``told`` are those that a report says earlier releases give away.
    """
    known, truth, targets = system_of(given, rules, every=every, events=events, lists=lists)
    given_away = {(area, *sorted(words)) for _, area, *words in told}
    targets = {key for key in targets if (key[5], *sorted(w.split(" ")[0] for _, w in key[6])) not in given_away}
    shown = [f"{short(key)} = {known.value[key]} is published" for key in targets if key in known.value]
    leaks = System(known, rules).leaks(truth, targets)
    return shown + [f"{short(key)} = {truth[key]} can only be {sorted(of)}" for key, of in leaks.items()]


def assert_none(found: Mapping[object, list[str]]) -> None:
    failed = {name: told for name, told in found.items() if told}
    shown = [f"{name}: {len(told)}: {'; '.join(sorted(told)[:3])}" for name, told in failed.items()]
    assert not failed, f"{len(failed)} of {len(found)}:\n" + "\n".join(shown)


# ================================================================ results

RULES = Rules(())
BREAKDOWNS = (["sex"], ["form"], ["age_group"], ["sex", "form"], [], ["environment"], ["relation"])
CHILDREN = (
    "birth_registration_under_5",
    "special_circumstances",
    "special_circumstances_supported",
    "children_at_risk",
)


def made_result(seed: int) -> tuple[ct.Result, Rules]:
    """Return a result of small counts and a rule, of a seed."""
    chance, frames = chosen(seed)
    by = chance.choice(BREAKDOWNS)
    indicators = [*ABUSE_INDICATORS, "child_population"]
    if chance.random() < 0.3:
        indicators = chance.sample(indicators, 3)
    if chance.random() < 0.3 and "form" not in by:
        indicators += CHILDREN
    level = chance.choice(["province", "district", "district" if by else "commune"])
    rules = Rules((), chance.choice([3, 5, 5, 10]), "shown", chance.choice(["no_exact_value", "no_exact_value", 3]))
    result = ct.compute(dataset_of(frames), period="2022", by=by, indicators=indicators, area_level=level)
    return result, rules


def options(rules: Rules) -> dict[str, object]:
    return {"threshold": rules.threshold, "protection": rules.protection, "zeros": rules.zeros}


@pytest.mark.parametrize("chunk", range(5))
def test_no_small_count_follows_from_sums_and_shares(chunk):
    found = {}
    for seed in range(chunk * 8, chunk * 8 + 8):
        result, rules = made_result(seed)
        found[seed] = faults([result_given(result, result.protect(**options(rules)))], rules, every=False)
    assert_none(found)


@pytest.mark.parametrize("chunk", range(4))
def test_no_small_count_follows_from_what_is_decided_and_undecided(chunk):
    """Those a share is of are decided or not: its denominator and its undecided are all, as the count has them."""
    found = {}
    for seed in range(chunk * 10, chunk * 10 + 10):
        chance, frames = chosen(seed)
        by = chance.choice([[], ["sex"], ["age_group"]])
        result = ct.compute(
            dataset_of(frames), period="2022", by=by, indicators=[*ABUSE_INDICATORS, "child_population", *CHILDREN]
        )
        found[seed] = faults([result_given(result, result.protect())], RULES)
    assert_none(found)


@pytest.mark.parametrize("chunk", range(2))
def test_no_small_count_follows_where_zeros_are_hidden(chunk):
    """Zeros are then small counts themselves, and a share of 100 % says that a rest is 0."""
    rules = Rules((), zeros="hidden")
    found = {}
    for seed in range(chunk * 6, chunk * 6 + 6):
        chance, frames = chosen(seed)
        by = chance.choice([[], ["sex"], ["form"], ["age_group"]])
        result = ct.compute(dataset_of(frames), period="2022", by=by, indicators=list(ABUSE_INDICATORS[:4]))
        safe = result.protect(zeros="hidden", whole_groups="hidden")
        found[seed] = faults([result_given(result, safe)], rules, every=False)
    assert_none(found)


def test_the_attacker_breaks_results_that_are_hidden_row_by_row():
    """Small counts hidden and nothing else: the attacker must find what follows, or it finds nothing anywhere."""
    tried = broken = 0
    for seed in range(20):
        result, _ = made_result(seed)
        frame = result.to_polars()
        small = [pl.col(c).is_between(1, 4).fill_null(False) for c in ("numerator", "denominator")]
        naive = frame.with_columns(
            *(pl.when(~pl.col(c).is_between(1, 4)).then(c) for c in ("numerator", "denominator", "undecided")),
            status=pl.when(pl.any_horizontal(small)).then(pl.lit("suppressed")).otherwise("status"),
            lower=None,
            upper=None,
        )
        tables_of = {q["id"]: q["table"] for q in result.plan._data["quantities"]}
        given = Given(rows_of(frame, result.plan), rows_of(naive, result.plan), tables_of)
        known, truth, targets = system_of([given], RULES, every=False)
        if targets:
            tried += 1
            broken += bool(System(known, RULES).leaks(truth, targets))
    print(f"{broken} of {tried} broken")
    assert tried > 12
    assert broken > 0.5 * tried


def test_limits_hold_the_truth_and_tell_no_more_than_the_numbers():
    """``lower`` and ``upper`` of what is suppressed are published: no counts that agree with the rest lie outside."""
    checked = 0
    wrong = []
    for seed in range(40):
        result, rules = made_result(seed)
        safe = result.protect(**options(rules))
        true, shown = result.to_polars(), safe.to_polars()
        for one, two in zip(true.iter_rows(named=True), shown.iter_rows(named=True), strict=True):
            low, high, value = two["lower"], two["upper"], one["value"]
            if two["status"] == "suppressed" and value is not None:
                near = 1e-9 * max(1, value)
                if (low is not None and low > value + near) or (high is not None and high < value - near):
                    wrong.append(f"{seed}: {one['indicator']} {value} is not in {low} to {high}")
        known, _, _ = system_of([result_given(result, safe)], rules, bounds=False)
        system = System(known, rules)
        if len(system.cells) > 100:
            continue
        ranges = dict(zip(system.cells, system.ranges(), strict=True))
        for row in rows_of(shown, safe.plan):
            low, high = row.given["lower"], row.given["upper"]
            if row.denominator is not None or row.given["status"] != "suppressed" or row.numerator not in ranges:
                continue
            least, most = ranges[row.numerator]  # type: ignore[index]
            checked += 1
            if (low is not None and low > least) or (high is not None and high < most):  # type: ignore[operator]
                wrong.append(f"{seed}: {short(row.numerator)} may be {least} to {most}, published are {low} to {high}")
    assert not wrong, wrong[:5]
    print(f"{checked} counts")
    assert checked > 40


# ================================================================ results together

EVENTS = {
    "abused_children": False,
    "abused_children_supported": False,
    "abuse_cases": False,
    "perpetrators": False,
    "sanctions_in_force": False,
}
SOME = (
    ("abused_children",),
    ("abuse_cases",),
    ("abused_children", "abused_children_supported"),
    ("sanctions", "perpetrators"),
    (*ABUSE_INDICATORS, "child_population"),
)


@pytest.mark.parametrize("chunk", range(2))
def test_no_small_count_follows_from_results_protected_together(chunk):
    found = {}
    for seed in range(chunk * 10, chunk * 10 + 10):
        chance, frames = chosen(seed)
        dataset, indicators = dataset_of(frames), list(chance.choice(SOME))
        level = chance.choice(["province", "district"])
        crossed = [["sex", "age_group"]] if seed % 3 == 0 else []
        results = [
            ct.compute(dataset, period="2022", by=by, indicators=indicators, area_level=level)
            for by in [*chance.sample([["sex"], ["age_group"], ["form"], [], ["environment"]], 2), *crossed]
        ]
        safe = ct.disclosure.protect_together(results)
        given = [result_given(*pair) for pair in zip(results, safe, strict=True)]
        found[seed] = faults(given, RULES, every=False)
    assert_none(found)


# ================================================================ releases


def published(
    folder: Path, releases: Iterable[tuple[ct.Dataset, dict[str, object], str]]
) -> tuple[list[Given], list[ct.Result]]:
    """Publish results one after another, each protected by a log of those before; what is refused is an error."""
    log = ct.ReleaseLog(folder)
    given, results = [], []
    for dataset, asked, edition in releases:
        result = ct.compute(dataset, **asked)  # type: ignore[arg-type]
        safe = result.protect(releases=log)
        log.add(safe, published_on="2022-12-31", note="made up")
        given.append(result_given(result, safe, edition))
        results.append(safe)
    return given, results


def attacked(folder: Path, releases: Iterable[tuple[ct.Dataset, dict[str, object], str]], **more: object) -> list[str]:
    try:
        given, results = published(folder, releases)
    except ct.ChitieuError as error:
        return [f"refused: {error.code}: {error}"]
    told = [one for result in results if result.report for one in result.report.exposed]
    return faults(given, RULES, every=False, told=told, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("chunk", range(3))
def test_no_small_count_follows_from_the_same_records_in_other_groups(chunk, tmp_path):
    found = {}
    for seed in range(chunk * 10, chunk * 10 + 10):
        chance, frames = chosen(seed)
        dataset, indicators = dataset_of(frames), list(chance.choice(SOME))
        of = [["sex"], ["age_group"], ["form"], [], ["environment"], ["sex", "form"]]
        asked = [
            {
                "period": "2022",
                "by": by,
                "indicators": indicators,
                "area_level": chance.choice(["province", "district"]),
            }
            for by in chance.sample(of, 3)
        ]
        found[seed] = attacked(tmp_path / f"{seed}", [(dataset, one, "") for one in asked])
    assert_none(found)


@pytest.mark.parametrize("chunk", range(3))
def test_no_small_count_follows_from_periods_inside_periods(chunk, tmp_path):
    found = {}
    for seed in range(chunk * 8, chunk * 8 + 8):
        chance, frames = chosen(seed)
        dataset, indicators = dataset_of(frames), list(chance.choice(SOME))
        by, level = chance.choice([["sex"], ["age_group"], ["form"], []]), chance.choice(["province", "district"])
        periods = chance.choice(
            [
                "2022Q1 2022Q2 2022H1",
                "2022H1 2022",
                "2022Q1 2022H1 2022",
                "2022 2022H1",
                "2022Q1 2022Q2 2022Q3 2022Q4 2022",
            ]
        )
        asked = [
            {"period": period, "by": by, "indicators": indicators, "area_level": level} for period in periods.split()
        ]
        found[seed] = attacked(tmp_path / f"{seed}", [(dataset, one, "#1") for one in asked], events=EVENTS)
    assert_none(found)


@pytest.mark.parametrize("chunk", range(3))
def test_no_small_count_follows_from_records_that_are_added(chunk, tmp_path):
    """The same period again: old <= new, and a small difference of two published numbers is a small count itself."""
    found = {}
    for seed in range(chunk * 10, chunk * 10 + 10):
        chance, frames = chosen(seed)
        indicators, by = list(chance.choice(SOME)), chance.choice([["sex"], ["age_group"], ["form"], []])
        asked = {"period": "2022", "by": by, "indicators": indicators, "area_level": "province"}
        before = frames | {"victims": frames["victims"].head(-chance.choice([1, 2, 4]))}
        cases = before["victims"]["case_id"].to_list()
        before |= {name: frames[name].filter(pl.col("case_id").is_in(cases)) for name in ("perpetrators", "sanctions")}
        steps = [(dataset_of(before), asked, "#1"), (dataset_of(frames), asked, "#2")]
        found[seed] = attacked(tmp_path / f"{seed}", steps, events=EVENTS)
    assert_none(found)


@pytest.mark.parametrize("lists", [("2022-12-31", "2025-07-01")])
def test_no_small_count_follows_from_new_communes_of_old_ones(lists, tmp_path):
    dataset = dataset_of(tables(2, children=0, victims=12, many=0))
    asked = [
        {"period": "2022", "indicators": ["abuse_cases"], "area_level": "commune", "area_vintage": vintage}
        for vintage in lists
    ]
    found = attacked(tmp_path / "log", [(dataset, one, "") for one in asked], lists=("2022-12-31", "2025-07-01"))
    assert not found


# ================================================================ tables of abuse


def made_selection(seed: int) -> tuple[random.Random, ct.Dataset, ct.abuse.Selection]:
    chance, frames = chosen(seed)
    dataset = dataset_of(frames)
    return chance, dataset, ct.abuse.register(dataset).select(period="2022")


def test_no_small_count_of_a_table_of_abuse_can_be_worked_out():
    found = {}
    for seed in range(40):
        chance, _, selection = made_selection(seed)
        by = chance.choice([["sex"], ["form"], ["age_group"], ["sex", "form"], []])
        unit = chance.choice(["child", "case", "incident", "pair"])
        table = selection.counts(unit, by=by, area_level=chance.choice(["province", "district"]))
        found[seed] = faults([table_given(table, table.protect(), by)], RULES, every=False)
    assert_none(found)


def test_no_small_count_follows_from_tables_of_abuse_released_one_by_one(tmp_path):
    found = {}
    for seed in range(30):
        chance, _, selection = made_selection(seed)
        log, given = ct.ReleaseLog(tmp_path / f"{seed}"), []
        try:
            for _ in range(2):
                by = chance.choice([["sex"], ["form"], ["age_group"], ["sex", "form"], []])
                table = selection.counts("child", by=by, area_level=chance.choice(["province", "district"]))
                safe = table.protect(releases=log)
                log.add(safe, published_on="2022-12-31", note="made up")
                given.append(table_given(table, safe, by))
            found[seed] = faults(given, RULES, every=False)
        except ct.ChitieuError as error:
            found[seed] = [f"refused: {error.code}: {error}"]
    assert_none(found)


def test_no_small_count_follows_from_a_result_and_a_table_of_the_same(tmp_path):
    """``abused_children`` and ``counts("child")`` are the same numbers: what one hides the other must not show."""
    found = {}
    for seed in range(30):
        chance, dataset, selection = made_selection(seed)
        one, two = (chance.choice([["sex"], ["form"], ["environment"], ["sex", "form"], []]) for _ in range(2))
        log = ct.ReleaseLog(tmp_path / f"{seed}")
        result = ct.compute(dataset, period="2022", by=one, indicators=["abused_children"], area_level="district")
        table = selection.counts("child", by=two, area_level="district")
        given, told = [], []
        try:
            for true in (result, table) if seed % 2 else (table, result):
                safe = true.protect(releases=log)
                log.add(safe, published_on="2022-12-31", note="made up")
                told += safe.report.exposed
                given.append(result_given(true, safe) if true is result else table_given(true, safe, two))
            found[seed] = faults(given, RULES, every=False, told=told)
        except ct.ChitieuError as error:
            found[seed] = [f"refused: {error.code}: {error}"]
    assert_none(found)


# ================================================================ single cases


def victims(rows: Iterable[Mapping[str, object]]) -> ct.Dataset:
    """Return a dataset of victims; what a row does not say is the same in all."""
    usual = {"birth_year": 2014, "sex": "male", "commune": "12364", "received_date": date(2022, 3, 3)}
    usual |= {"confirmed": True, "supported": True, "environment": "family"}
    frame = [
        usual | {"case_id": f"c{n}", "child_id": f"k{n}", "forms": ["violence"]} | row for n, row in enumerate(rows)
    ]
    return ct.Dataset(victims=pl.DataFrame(frame, infer_schema_length=None), area_vintage="2022-12-31")


@pytest.mark.parametrize(
    "rows",
    [
        [{"supported": n > 0} for n in range(9)],
        [{"supported": n != 0, "confirmed": True if n < 9 else None} for n in range(14)],
        [{"supported": None if n < 5 else n != 5} for n in range(14)],
    ],
    ids=["all decided", "not yet confirmed", "not known whether supported"],
)
def test_the_only_child_without_support_is_not_told(rows):
    """9 abused, none undecided, 8 supported: the denominator may be hidden, it is 9 all the same."""
    for other in ("abused_children", "abused_children_by_form_share"):
        indicators = ["abused_children_supported", other]
        result = ct.compute(victims(rows), period="2022", indicators=indicators, area_level="country")
        assert not faults([result_given(result, result.protect())], RULES), other


def test_the_only_child_that_came_back_is_not_told():
    """20 children in 21 incidents: one came twice, whatever is hidden of it."""
    dataset = victims([*({} for _ in range(20)), {"child_id": "k3"}])
    table = ct.abuse.register(dataset).select(period="2022").repeats("year", area_level="country").protect()
    row = table.to_polars().row(0, named=True)
    if row["children"] is not None and row["incidents"] is not None and row["seen_before"] == 0:
        # At least one is known to be hidden there; each has two incidents or more.
        assert row["incidents"] - row["children"] != 1


@pytest.mark.parametrize("first", ["result", "table"])
def test_a_result_and_a_table_of_support_do_not_hide_each_its_own_half(first, tmp_path):
    """One shows 18 supported and hides the 20 abused, the other the reverse: 2 were not."""
    dataset = victims({"supported": n > 1} for n in range(20))
    result = ct.compute(dataset, period="2022", indicators=["abused_children_supported"], area_level="country")
    table = ct.abuse.register(dataset).select(period="2022").supported(area_level="country")
    log, shown = ct.ReleaseLog(tmp_path / "log"), set()
    for one in (result, table) if first == "result" else (table, result):
        safe = one.protect(releases=log)
        log.add(safe, published_on="2022-12-31", note="made up")
        row = safe.to_polars().row(-1, named=True)
        shown |= {name for name in ("numerator", "denominator") if row[name] is not None}
    assert len(shown) == 1


@pytest.mark.parametrize("first", [["environment"], []])
def test_a_child_in_two_environments_is_no_contradiction(first, tmp_path):
    """10 children, 5 in the family, 5 at school and 1 nobody knows where: that is the truth, not an error."""
    rows = [{"environment": "family" if n < 5 else "school"} for n in range(10)] + [
        {"child_id": "k1", "environment": None}
    ]
    asked = [
        {"period": "2022", "by": by, "indicators": ["abused_children"], "area_level": "country"}
        for by in (first, ["environment"] if not first else [])
    ]
    assert not attacked(tmp_path / "log", [(victims(rows), one, "") for one in asked])


def test_a_child_in_two_districts_in_two_quarters_is_no_contradiction(tmp_path):
    rows = [
        {"child_id": "k", "commune": "12211", "received_date": date(2022, 11, 15)},
        {"child_id": "k", "commune": "12286", "received_date": date(2022, 5, 23)},
    ]
    asked = [
        {"period": period, "indicators": ["abused_children"], "area_level": "district"} for period in ("2022Q4", "2022")
    ]
    assert not attacked(tmp_path / "log", [(victims(rows), one, "#1") for one in asked], events=EVENTS)


def test_a_quarter_and_the_half_year_that_ends_with_it_are_of_the_same_records(tmp_path):
    """The register is counted at the last day of both; what is undecided of the abused is not the same in both."""
    abused = victims([{"birth_year": 2006, "received_date": date(2022, 2, 21)}])["victims"]
    children = pl.DataFrame({"child_id": ["k80"], "birth_year": [2019], "sex": ["female"], "commune": ["12286"]})
    dataset = ct.Dataset(victims=abused, children=children, area_vintage="2022-12-31")
    asked = [
        {
            "period": period,
            "by": ["age_group"],
            "indicators": ["abused_children", "child_population"],
            "area_level": "country",
        }
        for period in ("2022Q2", "2022H1")
    ]
    assert not attacked(tmp_path / "log", [(dataset, one, "#1") for one in asked], events=EVENTS)


def test_what_an_earlier_release_hides_is_not_shown_by_a_later_one(tmp_path):
    """Of 6 abused 5 were supported: the first hides the 6 of the share, so must the second."""
    rows = [
        {"birth_date": born, "forms": forms, "sex": sex, "received_date": received, "supported": number != 6}
        for number, (born, forms, sex, received) in enumerate(
            [
                (date(2021, 10, 31), ["trafficking"], "female", date(2022, 3, 9)),
                (date(2013, 9, 19), ["exploitation"], "male", date(2022, 1, 23)),
                (date(2012, 7, 1), ["violence"], "male", date(2022, 4, 5)),
                (date(2015, 3, 4), ["violence", "trafficking"], "female", date(2022, 1, 5)),
                (date(2008, 11, 2), ["trafficking"], "male", date(2022, 7, 20)),
                # Sixteen when it was received; how old when it happened nobody knows.
                (date(2006, 1, 17), None, "male", date(2022, 12, 24)),
                (date(2016, 6, 23), None, "female", date(2022, 6, 5)),
            ]
        )
    ]
    dataset = victims({"birth_year": None, **row} for row in rows)
    asked = [
        {
            "period": "2022",
            "by": by,
            "indicators": ["abused_children", "abused_children_supported"],
            "area_level": "country",
        }
        for by in (["age_group"], ["sex", "form"])
    ]
    assert not attacked(tmp_path / "log", [(dataset, one, "") for one in asked])


def test_an_earlier_release_is_not_opened_by_records_added_later(tmp_path):
    """First 7 = 0-5 + unknown are hidden, both; then one is added, and unknown is published."""
    rows = [
        {"birth_date": date(2018, 5, 9), "received_date": date(2022, 4, 23), "forms": ["trafficking"]},
        {"birth_date": date(2012, 2, 4), "received_date": date(2022, 3, 3), "supported": False},
        {"birth_date": date(2014, 12, 20), "received_date": date(2022, 1, 27)},
        {"birth_date": date(2010, 7, 4), "received_date": date(2022, 7, 12)},
        {"birth_date": date(2019, 1, 24), "received_date": date(2022, 2, 26)},
        {"birth_date": date(2006, 8, 30), "received_date": date(2022, 8, 13), "confirmed": None},
        {"birth_date": date(2012, 6, 17), "received_date": date(2022, 7, 3)},
        {"birth_date": None, "birth_year": 2008, "received_date": date(2022, 5, 7)},
        {"birth_date": date(2022, 1, 11), "received_date": date(2022, 4, 18), "supported": False},
    ]
    rows = [{"birth_year": None, **row} for row in rows]
    asked = {
        "period": "2022",
        "by": ["age_group"],
        "indicators": ["abused_children", "abused_children_supported"],
        "area_level": "country",
    }
    steps = [(victims(rows[:-1]), asked, "#1"), (victims(rows), asked, "#2")]
    assert not attacked(tmp_path / "log", steps, events=EVENTS)


def test_decisions_of_quarters_add_up_to_those_of_the_year(tmp_path):
    """A decision is made on one day: three quarters and the year tell the fourth."""
    days = [date(2022, month, 3) for month in (1, 2, 3, 1, 2, 4, 5, 6, 4, 5, 7, 8, 9, 7, 8, 10, 11)]
    sanctions = [
        {"decision_id": f"q{n}", "case_id": f"c{n}", "decided_on": day, "commune": "12364", "status": "in_force"}
        for n, day in enumerate(days)
    ]
    dataset = ct.Dataset(
        victims=victims({} for _ in days)["victims"], sanctions=pl.DataFrame(sanctions), area_vintage="2022-12-31"
    )
    asked = [
        {"period": period, "indicators": ["sanctions"], "area_level": "country"}
        for period in ("2022Q1", "2022Q2", "2022Q3", "2022Q4", "2022")
    ]
    events = EVENTS | {"sanctions_in_force": True}
    assert not attacked(tmp_path / "log", [(dataset, one, "#1") for one in asked], events=events)


# ================================================================ all that leaves


@pytest.fixture(scope="module")
def result() -> ct.Result:
    return ct.compute(
        dataset_of(tables(3, victims=60)),
        period="2022",
        by=["sex"],
        indicators=[*ABUSE_INDICATORS, "birth_registration_under_5"],
        area_level="district",
    )


def reached(start: object) -> Iterator[object]:
    """Return all that an object holds, however deep; modules, classes and functions belong to all."""
    seen: set[int] = set()
    left = [start]
    while left:
        one = left.pop()
        if id(one) in seen or isinstance(one, (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType)):
            continue
        seen.add(id(one))
        yield one
        left += gc.get_referents(one)


def small_frames(start: object) -> list[pl.DataFrame]:
    """Return the tables within an object that hold a small count of abuse."""
    found = []
    for one in reached(start):
        if isinstance(one, pl.DataFrame) and {"numerator", "indicator"} <= set(one.columns):
            abuse = ~pl.col("indicator").is_in(["birth_registration_under_5"])
            if one.filter(abuse & pl.any_horizontal(pl.col("numerator", "undecided").is_between(1, 4))).height:
                found.append(one)
    return found


def test_nothing_that_leaves_holds_a_small_count(result):
    assert small_frames(result), "the search finds nothing at all"
    safe = result.protect()
    for leaving in (
        safe,
        safe.filter(sex="total"),
        result.filter(sex="total").protect(),
        safe.plot,
        result.plot("abused_children", area_level="district", measure="count"),
        result.table("abused_children", area_level="district"),
        ct.compare(result, result, indicator="abused_children", measure="count"),
        pickle.loads(pickle.dumps(safe)),
    ):
        assert not small_frames(leaving), leaving
        assert not [one for one in reached(leaving) if isinstance(one, ct.Result) and one.rule is None]


def test_results_leave_protected_by_default(result, tmp_path):
    safe = result.protect().to_polars()
    abuse = pl.col("indicator") != "birth_registration_under_5"
    left = pl.read_parquet(result.write_parquet(tmp_path / "left.parquet"))
    counts = ["numerator", "denominator", "undecided", "status"]
    assert left.filter(abuse).select(counts).equals(safe.filter(abuse).select(counts))
    counts_of = (pl.col("indicator") == "abused_children_supported") & (pl.col("measure") == "count")
    here = safe.filter(counts_of, pl.col("area_level").is_in(["province", "district"]))
    table = result.table("abused_children_supported", area_level="district", measure="count", columns="sex")
    printed = [cell.status for row in table.cells for cell in row].count("suppressed")
    assert printed == here["status"].eq("suppressed").sum() > 0
    drawn = json.dumps(result.plot("abused_children_supported", by="sex", area="33", measure="count").to_dict())
    assert not any(f'"numerator": {n},' in drawn for n in (1, 2, 3, 4))
    changes = ct.compare(result, result, indicator="abused_children", measure="count").to_polars()
    for side in ("numerator_before", "numerator_after"):
        assert not changes[side].is_between(1, 4).any()


@pytest.mark.parametrize(
    "where", [{"sex": "male"}, {"area": "33"}, {"indicator": "abuse_cases"}, {"area_level": "district", "sex": "total"}]
)
def test_a_filtered_result_is_protected_as_the_whole(result, where):
    expected = result.protect().filter(**where).to_polars()
    assert result.filter(**where).protect().to_polars().equals(expected)


def test_the_reason_stands_on_everything_that_leaves_unprotected(result, tmp_path):
    why = "for the court of the ward"
    free = result.without_protection(why)
    for text in (
        repr(free),
        free._repr_html_(),
        str(free.notes),
        json.dumps(free.plot("abused_children").to_dict()),
        json.dumps(free.filter(sex="total").plot("abused_children").to_dict()),
        str(free.table("abused_children").notes),
        str(ct.compare(free, free, indicator="abused_children").notes),
        free.write_parquet(tmp_path / "free.parquet").read_bytes().decode(errors="replace"),
    ):
        assert why in text, text[:300]


def test_the_report_is_there_and_does_not_leave(result):
    safe = result.protect()
    assert safe.report is not None
    assert pickle.loads(pickle.dumps(safe)).report is None


def test_a_rule_for_other_indicators_does_not_let_abuse_leave(result, tmp_path):
    """Protected for birth registration alone, the result is not protected for what it says of abuse."""
    narrow = result.protect(indicators=["birth_registration_under_5"])
    left = pl.read_parquet(narrow.write_parquet(tmp_path / "left.parquet"))
    abuse = pl.col("indicator") != "birth_registration_under_5"
    assert not left.filter(abuse)["numerator"].is_between(1, 4).any()


def test_protecting_again_for_all_does_not_return_what_was_protected_for_some(result):
    narrow = result.protect(indicators=["birth_registration_under_5"])
    with pytest.raises(ct.PlanError) as caught:
        narrow.protect()
    assert caught.value.code == "already_protected"


def test_a_log_does_not_take_what_is_protected_for_some_indicators(result, tmp_path):
    narrow = result.protect(indicators=["birth_registration_under_5"])
    with pytest.raises(ct.PlanError):
        ct.ReleaseLog(tmp_path / "log").add(narrow, published_on="2022-12-31", note="made up")


def test_all_that_counts_people_is_protected_by_protect():
    """Not abuse alone: whose birth is not registered in a commune, too."""
    frames = tables(7, children=120, victims=10)
    result = ct.compute(
        dataset_of(frames), period="2022", indicators=["birth_registration_under_5"], area_level="commune"
    )
    safe = result.protect()
    assert not faults([result_given(result, safe)], RULES, every=False)
    assert safe.to_polars()["status"].eq("suppressed").any()


# ================================================================ misuse


def test_protecting_twice_is_the_same_or_an_error(result):
    safe = result.protect()
    assert safe.protect().to_polars().equals(safe.to_polars())
    with pytest.raises(ct.PlanError) as caught:
        safe.protect(threshold=3)
    assert caught.value.code == "already_protected"


def test_a_protected_result_does_not_ignore_a_log(result, tmp_path):
    """Protected without the log, it was not protected against what the log holds; it must not seem so."""
    log = ct.ReleaseLog(tmp_path / "log")
    log.add(result.protect(), published_on="2022-12-31", note="made up")
    other = ct.compute(
        dataset_of(tables(3, victims=60)), period="2022", by=["form"], indicators=["abused_children"]
    ).protect()
    with pytest.raises(ct.PlanError):
        other.protect(releases=log)


@pytest.mark.parametrize(
    "given",
    [
        {"threshold": 1},
        {"threshold": 5.7},
        {"threshold": "five"},
        {"zeros": "visible"},
        {"protection": 1},
        {"protection": "none"},
        {"changes": "secret"},
        {"whole_groups": "hidden"},
        {"indicators": ["nothing"]},
        {"indicators": []},
        {"releases": "folder"},
    ],
    ids=str,
)
def test_options_that_do_not_exist_are_refused_in_words(result, given):
    with pytest.raises((ct.PlanError, TypeError)) as caught:
        result.protect(**given)
    assert "runtime_checkable" not in str(caught.value)
    assert next(iter(given)) in str(caught.value) or "zeros" in str(caught.value) or "indicator" in str(caught.value)


def test_results_without_rows_can_be_protected(result):
    empty = result.filter(status="partial").filter(status="suppressed")
    assert len(empty) == len(empty.protect()) == 0
    assert ct.disclosure.protect_together([]) == []


def test_results_of_other_records_are_not_protected_together(result):
    other = ct.compute(
        dataset_of(tables(4, victims=60)),
        period="2022",
        by=["age_group"],
        indicators=["abused_children"],
        area_level="district",
    )
    with pytest.raises(ct.PlanError) as caught:
        ct.disclosure.protect_together([result, other])
    assert caught.value.code == "other_records"
    with pytest.raises(ct.PlanError) as caught:
        ct.disclosure.protect_together([result.protect(), result])
    assert caught.value.code == "already_protected"


def written_log(folder: Path, result: ct.Result) -> ct.ReleaseLog:
    log = ct.ReleaseLog(folder)
    for note in ("first", "second", "third"):
        log.add(result.protect(), published_on="2022-12-31", note=note)
    return log


def _edited(number: int, edit: Callable[[dict[str, object]], object]) -> Callable[[Path], object]:
    def change(folder: Path) -> None:
        path = folder / f"{number:06}.json"
        content = json.loads(path.read_bytes())
        edit(content)
        path.write_text(json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")))

    return change


HARM: dict[str, Callable[[Path], object]] = {
    "note of the first": _edited(1, lambda c: c.update(note="other")),
    "note of the last": _edited(3, lambda c: c.update(note="other")),
    "a number of the last": _edited(3, lambda c: c["tables"][0]["columns"]["numerator"]["numbers"].__setitem__(0, 99)),  # type: ignore[index]
    "a shorter column of the last": _edited(3, lambda c: c["tables"][0]["columns"]["numerator"]["numbers"].pop()),  # type: ignore[index]
    "a plan of the last": _edited(3, lambda c: c["tables"][0]["plan"].update(period="never")),  # type: ignore[index]
    "no kind in the last": _edited(3, lambda c: c["tables"][0].pop("kind")),  # type: ignore[index]
    "another version": _edited(3, lambda c: c.update(chitieu_release=2)),
    "the first taken away": lambda folder: (folder / "000001.json").unlink(),
    "the second taken away": lambda folder: (folder / "000002.json").unlink(),
    "the last taken away": lambda folder: (folder / "000003.json").unlink(),
    "the first and the second swapped": lambda folder: (
        (folder / "000001.json").rename(folder / "x"),
        (folder / "000002.json").rename(folder / "000001.json"),
        (folder / "x").rename(folder / "000002.json"),
    ),
    "half a file": lambda folder: (folder / "000003.json").write_text('{"chitieu_release":1'),
    "a folder for a file": lambda folder: (folder / "000004.json").mkdir(),
}


@pytest.mark.parametrize("harm", HARM)
def test_a_log_that_was_changed_is_refused(harm, result, tmp_path):
    log = written_log(tmp_path / "log", result)
    HARM[harm](log.folder)
    with pytest.raises(ct.DataError) as caught:
        result.protect(releases=ct.ReleaseLog(log.folder))
    assert caught.value.code == "release_log"


def test_a_log_keeps_no_hidden_number_and_can_be_read_again(result, tmp_path):
    log = written_log(tmp_path / "log", result)
    for path in log.folder.glob("*.json"):
        for table in json.loads(path.read_bytes())["tables"]:
            columns = table["columns"]
            status = [columns["status"]["texts"][place] for place in columns["status"]["places"]]
            assert "suppressed" in status
            assert not any(1 <= n <= 4 for n in columns["numerator"]["numbers"] if n is not None)
            assert not any(1 <= n <= 4 for n in columns["undecided"]["numbers"] if n is not None)
    assert len(ct.ReleaseLog(log.folder)) == 3
    assert not any(
        word in (log.folder / "000001.json").read_text() for word in ('"certified"', '"report"', '"exposed"')
    )


def test_a_moment_for_a_day_does_not_spoil_the_log(result, tmp_path):
    log = ct.ReleaseLog(tmp_path / "log")
    try:
        log.add(result.protect(), published_on=datetime(2022, 12, 31, 5), note="made up")
    except (ct.PlanError, TypeError):
        return
    assert len(ct.ReleaseLog(log.folder)) == 1


def test_what_cannot_be_added_is_refused_and_leaves_the_log_as_it_was(result, tmp_path):
    log = written_log(tmp_path / "log", result)
    for published_on, note, one in (
        ("2022-13-01", "x", result.protect()),
        ("2022-12-31", " ", result.protect()),
        ("2022-12-31", "x", result),
        ("2022-12-31", "x", result.without_protection("because")),
    ):
        with pytest.raises(ct.PlanError):
            log.add(one, published_on=published_on, note=note)
    assert len(log) == 3
    (tmp_path / "file").write_text("")
    with pytest.raises((ct.ChitieuError, OSError)):
        ct.ReleaseLog(tmp_path / "file" / "log").add(result.protect(), published_on="2022-12-31", note="x")


def test_the_same_release_twice_changes_nothing(result, tmp_path):
    log = written_log(tmp_path / "log", result)
    assert result.protect(releases=log).to_polars().equals(result.protect().to_polars())
