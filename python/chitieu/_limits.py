"""How much memory reading may take."""

from __future__ import annotations

import re
from contextvars import ContextVar, Token
from types import TracebackType

from chitieu import _native
from chitieu._errors import PlanError
from chitieu._language import is_main, say

#: Bytes of a unit, as people write it.
_UNITS = {"B": 1, "KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30, "TB": 1 << 40}
_MOST = 1 << 62


class Limits:
    """The limits of reading: :attr:`memory` in bytes, and :attr:`text`, the bytes that the text of one cell may have.

    ``ct.limits`` holds those in use. What a file claims and what it unpacks to is held to them before room is made for
    it; one that is over is refused (``over_limit``), with what to do. From the memory follow: a workbook unpacks to at
    most a quarter of it, as do text files and old workbooks; rows × columns are at most a sixteenth of its bytes, of a
    Parquet file that :func:`read` reads, or of one of its row groups elsewhere. A table has at most 16,384 columns.

    By default reading may take half of the memory that the machine has, or its container; a cell holds 1 MB.

    Example:
        >>> import chitieu as ct
        >>> with ct.limits(memory="8 GB", text="4 MB"):
        ...     ct.limits.memory == 8 * 1024**3
        True
        >>> before = ct.limits.memory
        >>> _ = ct.limits(memory=before * 2)   # from here on
        >>> ct.limits.memory == before * 2
        True
        >>> ct.limits.reset()
    """

    def __init__(self) -> None:
        self._memory: ContextVar[int] = ContextVar("chitieu_memory", default=0)
        self._text: ContextVar[int] = ContextVar("chitieu_text", default=0)
        #: What the main thread has: it holds in threads that change nothing themselves.
        self._main = {"memory": 0, "text": 0}

    @property
    def memory(self) -> int:
        """The bytes of memory that reading may take."""
        return self._asked()[0] or _native.default_limits()[0]

    @property
    def text(self) -> int:
        """The bytes that the text of one cell may have."""
        return self._asked()[1] or _native.default_limits()[1]

    def __call__(self, *, memory: int | str | None = None, text: int | str | None = None) -> _Changed:
        """Change the limits: from here on in this context, or within a ``with``.

        Args:
            memory: Bytes, or a text such as ``"8 GB"``.
            text: Bytes, or a text such as ``"4 MB"``.

        Raises:
            PlanError: For what is no number of bytes.
        """
        # Both are looked at before either is changed.
        asked = {name: _bytes(name, size) for name, size in (("memory", memory), ("text", text)) if size is not None}
        before = dict(self._main)
        variables = {"memory": self._memory, "text": self._text}
        tokens = [(variables[name], variables[name].set(found)) for name, found in asked.items()]
        if is_main():
            self._main.update(asked)
        return _Changed(tokens, before)

    def reset(self) -> None:
        """Take the limits of the machine again."""
        self._memory.set(0)
        self._text.set(0)
        if is_main():
            self._main.update(memory=0, text=0)

    def _asked(self) -> tuple[int, int]:
        return self._memory.get() or self._main["memory"], self._text.get() or self._main["text"]

    def __repr__(self) -> str:
        return f"limits(memory={self.memory:_}, text={self.text:_})"


class _Changed:
    """Limits that were changed; leaving a ``with`` takes them back."""

    def __init__(self, tokens: list[tuple[ContextVar[int], Token[int]]], before: dict[str, int]) -> None:
        self._tokens, self._before = tokens, before

    def __enter__(self) -> Limits:
        return limits

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for variable, token in reversed(self._tokens):
            variable.reset(token)
        if is_main():
            limits._main.update(self._before)


def _bytes(name: str, size: int | str) -> int:
    """Return a number of bytes, given as such or as people write it."""
    found = None
    if isinstance(size, int) and not isinstance(size, bool):
        found = size
    elif isinstance(size, str) and (parts := re.fullmatch(r"\s*(\d{1,9}(?:\.\d{1,3})?)\s*([KMGT]?B)\s*", size.upper())):
        found = int(float(parts[1]) * _UNITS[parts[2]])
    if found is None or not 0 < found <= _MOST:
        raise PlanError(
            say(f'{name}: cần số byte, ví dụ "8 GB"', f'{name}: expected a number of bytes, such as "8 GB"'),
            code="bad_number",
            expected='a number of bytes, or a text such as "8 GB"',
            got=type(size).__name__ if not isinstance(size, (int, str)) else str(size)[:40],
        )
    return found


limits = Limits()
