"""How far long work is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import polars as pl

from chitieu._language import say

#: Called with what is done and what there is in all: rows, or what the call that takes it says.
Progress = Callable[[int, int], None]


def check_callable(on_progress: Progress | None) -> None:
    """Refuse what cannot be called.

    Raises:
        TypeError: Naming the argument.
    """
    if on_progress is not None and not callable(on_progress):
        found = type(on_progress).__name__
        raise TypeError(f"on_progress: {found}; " + say("cần một hàm", "expected a function"))


class Steps:
    """Steps of one work, told as they are done.

    Args:
        on_progress: Whom to tell; nobody if None.
        total: How much there is in all.
    """

    def __init__(self, on_progress: Progress | None, total: int) -> None:
        check_callable(on_progress)
        self._tell, self._total, self._done = on_progress, total, 0

    def add(self, more: int) -> None:
        """Tell that so much more is done."""
        self._done += more
        if self._tell is not None:
            self._tell(self._done, self._total)

    def through(self, batches: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        """Yield batches, telling of the rows of each when the next is asked for."""
        for batch in batches:
            yield batch
            self.add(batch.height)


def tqdm_progress(description: str = "chitieu") -> Progress:
    """Return a progress bar for ``on_progress`` (needs the optional package ``tqdm``).

    Example:
        >>> import chitieu as ct
        >>> bar = ct.tqdm_progress()
    """
    from tqdm.auto import tqdm

    bar: Any = None

    def show(done: int, total: int) -> None:
        nonlocal bar
        if bar is None:
            bar = tqdm(total=total, desc=description, unit=say("dòng", "rows"), unit_scale=True)
        # Of a workbook how much there is may be known later than that there is some.
        bar.total = total
        bar.update(done - bar.n)
        if done >= total:
            bar.close()
            bar = None

    return show
