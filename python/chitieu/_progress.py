"""How far long work is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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
    """The steps of one work, reported as they are done.

    Args:
        on_progress: Called after each step; None for no report.
        total: How much there is in all.
    """

    def __init__(self, on_progress: Progress | None, total: int) -> None:
        check_callable(on_progress)
        self._report, self._total, self._done = on_progress, total, 0

    def add(self, more: int) -> None:
        """Report that so much more is done."""
        self._done += more
        if self._report is not None:
            self._report(self._done, self._total)


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
