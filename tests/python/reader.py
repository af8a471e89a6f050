"""What a reader of protected results and tables of abuse knows, apart from how they are made.

Every count of a publication is an unknown whole number; what a reader knows of them is a system of sums and
inequalities; a small count with one solution alone is a leak.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import chitieu as ct
import numpy as np
import polars as pl
from attacker import OPEN, Attack, Rules, _Seen
from scipy.sparse import csr_array

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
        return self._wrong(seen)

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
