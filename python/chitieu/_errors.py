"""The exceptions of chitieu. Each carries the facts of what went wrong as attributes."""

from __future__ import annotations

import sys


def printable(text: str) -> str:
    """Return a text that any stream can take: halves of characters, as in names of files, by their numbers."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


class ChitieuError(Exception):
    """Any error of this library.

    Attributes:
        code: A short word for the kind of error that never changes between versions.
        column: The column (or the key of a file) the error is about.
        expected: What would have been right.
        got: What was there instead; never a value of a record.
        hint: What can be done about it.

    Example:
        >>> import chitieu as ct
        >>> try:
        ...     ct.plan(period="2022Q5")
        ... except ct.PlanError as error:
        ...     error.code, error.got
        ('bad_period', '2022Q5')
    """

    code: str
    column: str | None
    expected: str | None
    got: str | None
    hint: str | None

    def __init__(
        self,
        message: str,
        *,
        code: str = "other",
        column: str | None = None,
        expected: str | None = None,
        got: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(printable(message))
        self.code = code
        self.column, self.expected, self.got, self.hint = (
            None if fact is None else printable(str(fact)) for fact in (column, expected, got, hint)
        )

    def _render_traceback_(self, *args: object) -> list[str]:
        """Return what IPython shows: the lines of the user without those of this library, then the message."""
        frames, last = self.__traceback__, None
        while frames is not None:
            if frames.tb_frame.f_globals.get("__name__", "").split(".")[0] != "chitieu":
                last = frames
            frames = frames.tb_next
        if last is not None:
            last.tb_next = None
        shell = sys.modules["IPython"].get_ipython()
        shown: list[str] = shell.InteractiveTB.structured_traceback(type(self), self, self.__traceback__)
        return shown

    def __str__(self) -> str:
        message = str(self.args[0]) if self.args else ""
        return f"{message}\n→ {self.hint}" if self.hint else message


class PlanError(ChitieuError, ValueError):
    """What was asked cannot be asked: an unknown indicator, dimension, period, a catalogue file that does not hold."""


class SchemaError(ChitieuError, TypeError):
    """A table or a column that an indicator needs is missing or of another type."""


class DataError(ChitieuError, ValueError):
    """Values that a column may not hold, or area codes that the list does not have."""
