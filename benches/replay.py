"""Who runs the program over all tables that agree with a published one: how many are left?

Every table of a kind is protected. Tables that are published alike are candidates of each other: where one is left, the
reader who tries all of them knows the counts. Of published tables that hide something and show their total it prints
how many leave a single candidate, and fewer than three. The guide (``disclosure.md``) has the numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import chitieu as ct
import polars as pl

#: Rows, columns, the most in all.
KINDS = {
    "three cells, total at most 13": (1, 3, 13),
    "2 x 2, total at most 13": (2, 2, 13),
    "2 x 3, total at most 13": (2, 3, 13),
    "3 x 3, total at most 9": (3, 3, 9),
}
RULES: dict[str, dict[str, object]] = {
    "zeros shown": {"zeros": "shown"},
    "zeros shown, at least 3 values": {"zeros": "shown", "protection": 3},
    "zeros hidden": {"zeros": "hidden"},
}


def counts(cells: int, total: int) -> Iterator[tuple[int, ...]]:
    """Give all tables of so many cells."""
    if cells == 0:
        yield ()
        return
    for first in range(total + 1):
        yield from ((first, *rest) for rest in counts(cells - 1, total - first))


def main() -> None:
    for kind, (rows, columns, total) in KINDS.items():
        cells = [(f"r{row}", f"c{column}") for row in range(rows) for column in range(columns)]
        dims = ["column"] if rows == 1 else ["row", "column"]
        for rule, options in RULES.items():
            published: Counter[tuple[object, ...]] = Counter()
            for table in counts(len(cells), total):
                frame = pl.DataFrame({"row": [r for r, _ in cells], "column": [c for _, c in cells], "n": table})
                safe = ct.disclosure.protect(frame.select(*dims, "n"), dims=dims, threshold=3, **options)
                published[tuple(safe.to_polars()["n"])] += 1
            # The total comes first.
            asked = {seen: of for seen, of in published.items() if None in seen and seen[0] is not None}
            one, few = (sum(of <= n for of in asked.values()) for n in (1, 2))
            print(f"{kind}; {rule}: of {len(asked)} one candidate {one}, fewer than three {few}", flush=True)


if __name__ == "__main__":
    main()
