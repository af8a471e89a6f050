"""An attacker of published tables: it knows the frame, the rules of hiding and integer programming, and nothing else.

Written apart from ``chitieu.disclosure``, from the rules alone, so that no mistake can hide in both.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
import polars as pl
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

#: How far from the truth single values are searched; a cell whose range goes on beyond is never called broken.
WINDOW = 64
#: Stands for no bound: above all counts of the tests.
OPEN = 10**9


@dataclass(frozen=True)
class Rules:
    """What the publisher tells everyone."""

    dims: tuple[str, ...]
    threshold: int = 5
    zeros: str = "shown"
    protection: str | int = "no_exact_value"
    hierarchies: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    distinct: tuple[str, ...] = ()

    @property
    def asked(self) -> int:
        """How many values must be possible for a small cell."""
        return 2 if self.protection == "no_exact_value" else int(self.protection)

    @property
    def least(self) -> int:
        """What a hidden cell holds at least."""
        return 1 if self.zeros == "shown" else 0

    def small(self, count: int) -> bool:
        return self.least <= count < self.threshold

    def options(self) -> dict[str, object]:
        return {
            "dims": list(self.dims),
            "threshold": self.threshold,
            "zeros": self.zeros,
            "protection": self.protection,
            "hierarchies": self.hierarchies or None,
            "distinct": list(self.distinct),
        }


class Attack:
    """The whole tables of counts that agree with a published frame: ``low <= A x <= high`` in its hidden cells."""

    def __init__(self, frame: pl.DataFrame, rules: Rules, *, bounds: bool = True) -> None:
        """Read a frame; ``bounds`` takes its columns ``lower`` and ``upper`` as published, too."""
        self.rules = rules
        labels = [frame[dim].cast(pl.String).to_list() for dim in rules.dims]
        nodes = [{label: code for code, label in enumerate(dict.fromkeys(column))} for column in labels]
        shape = tuple(map(len, nodes))
        codes = [[code[label] for label in column] for code, column in zip(nodes, labels, strict=True)]
        places = np.ravel_multi_index(codes, shape)
        if len(places) != np.prod(shape) or len(set(places.tolist())) != len(places):
            raise AssertionError("the frame does not hold every cell once")
        counts = frame["n"].to_list()
        rows = [row for row, count in enumerate(counts) if count is None]
        keys = list(zip(*labels, strict=True))
        #: The hidden cells, in the order of the frame.
        self.cells = [keys[row] for row in rows]
        self.low = np.full(len(rows), rules.least, dtype=np.int64)
        self.high = np.full(len(rows), OPEN, dtype=np.int64)
        if bounds:
            lower, upper = frame["lower"].to_list(), frame["upper"].to_list()
            self.low = np.maximum(self.low, [0 if lower[row] is None else lower[row] for row in rows])
            self.high = np.minimum(self.high, [OPEN if upper[row] is None else upper[row] for row in rows])
        unknown = np.full(len(places), -1)
        unknown[places[rows]] = np.arange(len(rows))
        known = np.zeros(len(places), dtype=np.int64)
        known[places] = [count or 0 for count in counts]
        self._unknown = unknown.reshape(shape)
        self._moves: list[np.ndarray] = []
        self._relate(nodes, self._unknown, known.reshape(shape))

    def _relate(self, nodes: list[dict[str, int]], unknown: np.ndarray, known: np.ndarray) -> None:
        """Write down every relation of a parent and its parts that holds a hidden cell."""
        made: list[tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]] = []
        for axis, (dim, codes) in enumerate(zip(self.rules.dims, nodes, strict=True)):
            above = self.rules.hierarchies.get(dim, {})
            parts: dict[str, list[str]] = {}
            for node in codes:
                if node != "total":
                    parts.setdefault(above.get(node, "total"), []).append(node)
            which = np.moveaxis(unknown, axis, -1).reshape(-1, len(codes))
            value = np.moveaxis(known, axis, -1).reshape(-1, len(codes))
            overlap = dim in self.rules.distinct
            self._moves.append(_moves_along(codes, above, overlap))
            for parent, inside in parts.items():
                columns = np.array([codes[parent], *(codes[part] for part in inside)])
                signs = np.array([-1] + [1] * len(inside))
                made.append(_rows(which[:, columns], value[:, columns], signs, 0, OPEN if overlap else 0))
                if overlap:
                    for place in range(1, len(columns)):
                        pair = columns[[0, place]]
                        made.append(_rows(which[:, pair], value[:, pair], np.array([1, -1]), 0, OPEN))
        first = np.cumsum([0, *(len(low) for low, *_ in made)])
        places = [np.nonzero(cells >= 0)[0] + start for (_, _, cells, _), start in zip(made, first, strict=False)]
        columns = [cells[cells >= 0] for _, _, cells, _ in made]
        signs = [signs[cells >= 0] for _, _, cells, signs in made]
        self.matrix = csr_array(
            (np.concatenate(signs), (np.concatenate(places), np.concatenate(columns))),
            shape=(first[-1], len(self.cells)),
            dtype=np.int64,
        )
        self.row_low = np.concatenate([low for low, *_ in made])
        self.row_high = np.concatenate([high for _, high, *_ in made])

    def holds(self, tables: np.ndarray) -> np.ndarray:
        """Tell which of some tables, one a row, agree with all that is published: exactly, in whole numbers."""
        sums = (self.matrix @ tables.T).T
        within = ((tables >= self.low) & (tables <= self.high)).all(axis=1)
        return within & ((sums >= self.row_low) & (sums <= self.row_high)).all(axis=1)

    def easy_moves(self, most: int = 300) -> np.ndarray:
        """Return changes of hidden cells alone that leave the sums as they are, one a row: products of plain moves.

        Along each dimension one finest category gains, or one gains what another loses; the categories above follow.
        They are many, but not all: they save searches, and prove nothing until the table that comes out holds.
        """
        moves = self._moves
        while np.prod([len(along) for along in moves]) > 20_000:
            moves = [along if len(along) < 4 else along[::2] for along in moves]
        shown = (self._unknown < 0).astype(float)
        for axis, along in enumerate(moves):
            shown = np.moveaxis(np.tensordot(along != 0, shown, (1, axis)), 0, axis)
        picked = np.argwhere(shown == 0)
        if len(picked) > most:
            picked = picked[:: -(-len(picked) // most)]
        made = np.ones((len(picked), 1), dtype=np.int64)
        for axis, along in enumerate(moves):
            size = made.shape[1] * along.shape[1]
            made = (made[:, :, None] * along[picked[:, axis]][:, None, :]).reshape(len(picked), size)
        order = np.argsort(self._unknown.ravel(), kind="stable")
        return made[:, order[len(order) - len(self.cells) :]]

    def search(self, weights: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray | None:
        """Return the table with the least weighted sum within the bounds, or None if there is no table at all."""
        found = milp(
            weights,
            integrality=np.ones(len(weights)),
            bounds=Bounds(np.maximum(low, self.low), _inf(np.minimum(high, self.high))),
            constraints=LinearConstraint(self.matrix, _inf(self.row_low), _inf(self.row_high)),
            options={"mip_rel_gap": 0},
        )
        if found.status == 2:
            return None
        if found.status != 0:
            raise AssertionError(f"the search ended without an answer: {found.message}")
        table = np.rint(found.x).astype(np.int64)
        if not self.holds(table[None])[0]:
            raise AssertionError("the search returned a table that does not hold")
        return table

    def broken(self, truth: Mapping[tuple[str, ...], int], *, first: bool = False) -> dict[tuple[str, ...], set[int]]:
        """Return the hidden small cells with fewer possible values than asked for, and those values.

        ``truth`` says which cells are small, and is one table to start from; a cell found safe has had its values
        shown by whole tables, a cell found broken was searched exactly.
        """
        if not self.cells:
            return {}
        start = np.array([truth[cell] for cell in self.cells])
        if not self.holds(start[None])[0]:
            raise AssertionError("the true counts do not agree with the published frame")
        seen = _Seen(self, start, [place for place, cell in enumerate(self.cells) if self.rules.small(truth[cell])])
        if seen.left():
            seen.try_moves(self.easy_moves())
        return self._wrong(seen, first=first)

    def _wrong(self, seen: "_Seen", *, first: bool = False) -> dict[Any, set[int]]:
        """Look for whole tables until each small cell has enough values; return those that have not."""
        chance = np.random.default_rng(len(self.cells))
        reach = self.rules.asked
        for _ in range(4):
            left = seen.left()
            if not left:
                return {}
            weights = np.zeros(len(seen.start))
            weights[left] = chance.uniform(0.5, 1.5, len(left)) * chance.choice([-1, 1], len(left))
            for sign in (1, -1):
                seen.add(self.search(sign * weights, seen.start - reach, seen.start + reach))
                weights[[place for place in left if len(seen.values[place]) >= self.rules.asked]] = 0
                if not weights.any():
                    break
            if len(seen.left()) == len(left):
                break
            reach *= 3
        wrong: dict[Any, set[int]] = {}
        for place in seen.left():
            if len(seen.values[place]) < self.rules.asked:
                self._settle(seen, place)
            if len(seen.values[place]) < self.rules.asked:
                wrong[self.cells[place]] = {int(value) for value in seen.values[place]}
                if first:
                    break
        return wrong

    def _settle(self, seen: "_Seen", place: int) -> None:
        """Find every possible value of one cell, until there are enough."""
        truth = int(seen.start[place])
        low, high = self.low.copy(), self.high.copy()
        low[place], high[place] = max(low[place], truth - WINDOW), min(high[place], truth + WINDOW)
        weights = np.zeros(len(seen.start))
        ends = []
        for sign in (1, -1):
            weights[place] = sign
            ends.append(int(seen.add(self.search(weights, low, high))[place]))
        for value in sorted(range(ends[0] + 1, ends[1]), key=lambda value: abs(value - truth)):
            if len(seen.values[place]) >= self.rules.asked:
                return
            if value not in seen.values[place]:
                low[place] = high[place] = value
                table = self.search(np.zeros(len(seen.start)), low, high)
                if table is not None:
                    seen.add(table)
        if len(seen.values[place]) < self.rules.asked and abs(ends[1] - truth) == WINDOW:
            raise AssertionError("the range of a cell was too wide to search")

    def ranges(self) -> list[tuple[int, int]]:
        """Return the least and the greatest value of every hidden cell; ``OPEN`` where there is no greatest."""
        found = []
        for place in range(len(self.cells)):
            weights = np.zeros(len(self.cells))
            weights[place] = 1
            low = self.search(weights, self.low, self.high)
            # A far value that is possible means no bound: the relations have small whole coefficients.
            top = self.high.copy()
            top[place] = min(top[place], 10**6)
            high = self.search(-weights, self.low, top)
            assert low is not None and high is not None
            found.append((int(low[place]), OPEN if high[place] == 10**6 else int(high[place])))
        return found


class _Seen:
    """The values of small cells in all tables found so far, and the moves that led from the truth to them."""

    def __init__(self, attack: Attack, start: np.ndarray, small: Iterable[int]) -> None:
        self.attack = attack
        self.start = start
        self.small = list(small)
        self.values = {place: {int(start[place])} for place in self.small}
        self.moves: list[np.ndarray] = []
        self.easy = np.zeros((0, len(start)), dtype=np.int64)

    def left(self) -> list[int]:
        asked = self.attack.rules.asked
        return [place for place in self.small if len(self.values[place]) < asked]

    def try_moves(self, moves: np.ndarray) -> None:
        """Learn from the tables that single moves lead to, in either direction; keep them for later tables."""
        self.easy = moves
        for step in range(1, self.attack.rules.asked):
            tables = np.concatenate([self.start + step * moves, self.start - step * moves])
            self._learn(tables)

    def _learn(self, tables: np.ndarray) -> None:
        tables = tables[self.attack.holds(tables)]
        for place in self.small:
            self.values[place].update(tables[:, place].tolist())

    def add(self, table: np.ndarray | None) -> np.ndarray:
        """Learn from a table, and from all sums of a few moves and parts of moves that agree as well; return it."""
        if table is None:
            raise AssertionError("the search found no table, not even the true one")
        move = table - self.start
        if not move.any():
            return table
        move //= np.gcd.reduce(move)
        self.moves.append(move)
        tables = [self.start + step * move for step in (-3, -2, -1, 1, 2, 3)]
        for other in self.moves[-4:-1]:
            tables += [self.start + a * move + b * other for a, b in product((-2, -1, 1, 2), repeat=2)]
        self._learn(np.concatenate([[table, *tables], table + self.easy, table - self.easy]))
        return table


def _rows(cells: np.ndarray, value: np.ndarray, signs: np.ndarray, low: int, high: int) -> tuple[np.ndarray, ...]:
    """Return the rows with a hidden cell: their lower and upper sides, their cells, their signs.

    A row without one says nothing about hidden cells; if it is false, the frame contradicts itself.
    """
    open_ = (cells >= 0).any(axis=1)
    shown = value @ signs
    if ((shown < low) | (shown > high))[~open_].any():
        raise AssertionError("published numbers contradict each other")
    cells, shown = cells[open_], shown[open_]
    return (
        np.full(len(cells), low) - shown,
        np.full(len(cells), high) - (0 if high == OPEN else shown),
        cells,
        np.broadcast_to(signs, cells.shape),
    )


def _moves_along(codes: Mapping[str, int], above: Mapping[str, str], overlap: bool) -> np.ndarray:
    """Return plain moves along one dimension, one a row, over its categories."""
    lines = {}
    for node in codes:
        lines[node] = [node]
        while lines[node][-1] != "total":
            lines[node].append(above.get(lines[node][-1], "total"))
    parents = {line[1] for line in lines.values() if len(line) > 1}
    leaves = np.zeros((len(codes) - len(parents), len(codes)), dtype=np.int64)
    for row, leaf in enumerate(node for node in codes if node not in parents):
        leaves[row, [codes[node] for node in lines[leaf]]] = 1
    if overlap:
        leaves = np.unique(np.concatenate([leaves, np.eye(len(codes), dtype=np.int64)]), axis=0)
    return np.concatenate([leaves, *(leaves[row + 1 :] - leaves[row] for row in range(len(leaves)))])


def _inf(values: np.ndarray) -> np.ndarray:
    """Return bounds as the solver wants them."""
    return np.where(values >= OPEN, np.inf, values.astype(float))
