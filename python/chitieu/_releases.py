"""What was published before: a folder with a file for each release, which its readers have read too."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from chitieu import _native
from chitieu._abuse_table import Table as AbuseTable
from chitieu._errors import DataError, PlanError
from chitieu._files import write_whole
from chitieu._language import printed, say
from chitieu._protection import Releases
from chitieu._result import Result

if TYPE_CHECKING:
    from chitieu._protection import ReleasedAbuse, ReleasedResult

#: The form of a file.
VERSION = 1

#: What a file is called, and the list of all with their check numbers, as ``sha256sum`` writes and checks it.
NAME = re.compile(r"(\d{6})\.json")
LIST = "releases.sha256"

#: Columns of a result that its readers learn something from; values and limits follow from them.
COLUMNS = ("indicator", "measure", "area", "area_level", "numerator", "denominator", "undecided", "status")
#: What is told of hidden values.
LIMITS = ("lower", "upper")


@dataclass(frozen=True)
class Release:
    """One release of a log.

    Attributes:
        number: Its number, from 1.
        published_on: The day of publication.
        note: What it was, in the words of those who published it.
        tables: How many tables.
        hidden: How many rows of them hide a number.
    """

    number: int
    published_on: date
    note: str
    tables: int
    hidden: int


class ReleaseLog(Releases):
    """A folder that keeps what was published: numbers and which were hidden, never a hidden number.

    A table that is published later may give away what an earlier one hides: the same children in other groups, a longer
    period, one month more, new communes made of old ones. :meth:`chitieu.Result.protect` with ``releases=log`` takes
    all of it as known. Releases are added at the end, whole or not at all, and none is ever changed: each file holds
    the check number of the one before it, ``releases.sha256`` those of all, and a log with a file changed or taken away
    is refused. Who rewrites the list too is found out by :attr:`check_number`, noted elsewhere.

    Args:
        folder: The folder. It is made with the first release.

    Raises:
        DataError: ``release_log`` for a log that was changed.

    Example:
        >>> import chitieu as ct, tempfile
        >>> dataset = ct.synthetic.province("33", children=5_000, year=2022)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     log = ct.ReleaseLog(f"{folder}/releases")
        ...     quarter = ct.compute(dataset, period="2022Q1", indicators=["abused_children"])
        ...     log.add(quarter.protect(releases=log), published_on="2022-04-10", note="Báo cáo quý I")
        ...     half = ct.compute(dataset, period="2022H1", indicators=["abused_children"])
        ...     safe = half.protect(releases=log)
        ...     len(log), log.releases[0].note
        (1, 'Báo cáo quý I')
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self._folder = Path(folder)
        self._read()

    @property
    def folder(self) -> Path:
        """The folder."""
        return self._folder

    @property
    def releases(self) -> list[Release]:
        """The releases, in their order."""
        return [_release(content) for content in self._read()]

    @property
    def check_number(self) -> str:
        """The check number of the last release; empty without any. Noted elsewhere, it tells whether that is whole."""
        before = self._files()
        return _check_number(before[-1]) if before else ""

    def __len__(self) -> int:
        return len(self._read())

    def __repr__(self) -> str:
        lines = [
            f"{r.number}. {r.published_on}: {r.note} ({say('số bảng', 'tables')}: {printed(r.tables)}; "
            f"{say('số dòng bị ẩn', 'hidden rows')}: {printed(r.hidden)})"
            for r in self.releases
        ]
        return "\n".join([f"ReleaseLog: {printed(len(lines))} {say('lần công bố', 'releases')}", *lines])

    def add(
        self,
        published: Result | AbuseTable | Sequence[Result | AbuseTable],
        *,
        published_on: str | date,
        note: str,
    ) -> None:
        """Add what was published at once, as one release.

        Args:
            published: A protected result or table of abuse, or a list of them.
            published_on: The day.
            note: What it was, in a few words: a report, a yearbook, a page.

        Raises:
            PlanError: ``not_protected`` for a result that is not protected; for a day that cannot be read, or without
                a note.
            DataError: ``release_log`` for a log that was changed, or one that another process adds to.
        """
        tables = [published] if isinstance(published, (Result, AbuseTable)) else list(published)
        if not tables:
            raise PlanError(say("chưa có bảng nào để ghi", "there is nothing to add"), code="not_protected")
        day, note = _day(published_on), note.strip()
        if not note:
            raise PlanError(say("cần nêu lần công bố này là gì", "say what was published"), column="note")
        self._read()
        before = self._files()
        content = {
            "chitieu_release": VERSION,
            "number": len(before) + 1,
            "before": _check_number(before[-1]) if before else "",
            "published_on": day.isoformat(),
            "note": note,
            "tables": [_written(one) for one in tables],
        }
        self._folder.mkdir(parents=True, exist_ok=True)
        text = _text(content)
        try:
            write_whole(self._file(len(before) + 1), lambda name: Path(name).write_bytes(text), new=True)
        except FileExistsError:
            raise _broken(say("tiến trình khác vừa ghi", "another process has just added to it")) from None
        lines = "".join(f"{_check_number(one)}  {n:06}.json\n" for n, one in enumerate([*before, text], 1))
        write_whole(self._folder / LIST, lambda name: Path(name).write_text(lines, encoding="ascii"))

    def _file(self, number: int) -> Path:
        return self._folder / f"{number:06}.json"

    def _files(self) -> list[bytes]:
        """Return all files, as they were written.

        Raises:
            DataError: If one was changed or taken away.
        """
        if not self._folder.exists():
            return []
        there = sorted(int(found[1]) for p in self._folder.iterdir() if (found := NAME.fullmatch(p.name)))
        try:
            files = [self._file(number).read_bytes() for number in there]
            listed = self._folder / LIST
            known = listed.read_text("ascii").splitlines() if listed.exists() else []
        except (OSError, ValueError):
            raise _broken(say("có tệp không đọc được", "a file cannot be read")) from None
        for number, expected in zip(there, range(1, len(there) + 1), strict=True):
            if number != expected:
                raise _broken(say(f"thiếu lần {expected}", f"release {expected} is missing"))
        # A process that ended between the two may have left the last file out of the list.
        if not len(known) <= len(files) <= len(known) + 1:
            raise _broken(say(f"cần {len(known)} lần", f"{len(known)} releases are listed"))
        for number, (line, text) in enumerate(zip(known, files, strict=False), 1):
            if line != f"{_check_number(text)}  {number:06}.json":
                raise _broken(say(f"lần {number} đã bị sửa", f"release {number} was changed"))
        return files

    def _read(self) -> list[dict[str, Any]]:
        """Return the contents of all releases.

        Raises:
            DataError: If one was changed, taken away, or is of another form.
        """
        contents: list[dict[str, Any]] = []
        before = ""
        for number, text in enumerate(self._files(), 1):
            try:
                content = json.loads(text)
                fits = content["chitieu_release"] == VERSION and content["number"] == number
                follows = content["before"] == before
                _release(content)
            except (ValueError, KeyError, TypeError):
                raise _broken(say(f"không đọc được lần {number}", f"release {number} cannot be read")) from None
            if not fits:
                raise _broken(say(f"lần {number} ở dạng khác", f"release {number} is of another form"))
            if not follows:
                raise _broken(say(f"lần {number - 1} đã bị sửa", f"release {number - 1} was changed"))
            contents.append(content)
            before = _check_number(text)
        return contents

    def _results(self) -> list[ReleasedResult]:
        """Return what was published of results: plan, table, whether zeros were shown."""
        found = [table for content in self._read() for table in content["tables"] if table["kind"] == "result"]
        return [
            (_native.Plan.from_json(json.dumps(t["plan"])), _frame(t["columns"]), t["rule"]["zeros"] == "shown")
            for t in found
        ]

    def _abuse(self) -> list[ReleasedAbuse]:
        """Return what was published of tables of abuse: rows, day of the list of areas, whether zeros were shown."""
        found = [table for content in self._read() for table in content["tables"] if table["kind"] == "abuse"]
        return [(_frame(t["columns"]), t["area_vintage"], t["rule"]["zeros"] == "shown") for t in found]


def _broken(what: str) -> DataError:
    return DataError(
        say(f"sổ công bố không nguyên vẹn: {what}", f"the release log is not as it was written: {what}"),
        code="release_log",
        expected=say("các tệp như khi ghi", "the files as they were written"),
        got=what,
    )


def _release(content: dict[str, Any]) -> Release:
    hidden = sum(int(_column(t["columns"]["status"]).eq("suppressed").sum()) for t in content["tables"])
    day = date.fromisoformat(content["published_on"])
    return Release(content["number"], day, content["note"], len(content["tables"]), hidden)


def _day(given: str | date) -> date:
    try:
        if isinstance(given, date):
            return date(given.year, given.month, given.day)  # of a moment its day
        return date.fromisoformat(given)
    except ValueError:
        raise PlanError(
            say(f'ngày "{given}" không đọc được', f'the day "{given}" cannot be read'),
            code="unknown_choice",
            column="published_on",
            expected="YYYY-MM-DD",
            got=str(given),
        ) from None


def _written(one: Result | AbuseTable) -> dict[str, Any]:
    """Return a table as it is kept."""
    if not isinstance(one, (Result, AbuseTable)):
        raise TypeError("add: expected a Result or a table of abuse")
    if one.rule is None:
        raise PlanError(
            say("chỉ ghi kết quả đã che số nhỏ", "only what is protected can be added"),
            code="not_protected",
            expected="result.protect(releases=log)",
        )
    if isinstance(one, Result) and one._scope != "people":
        raise PlanError(
            say("kết quả chỉ được che ở một số chỉ tiêu", "the result is protected for some indicators only"),
            code="not_protected",
            expected="result.protect(releases=log)",
            got=", ".join(one._scope or ()),
        )
    frame = one.to_polars()
    if isinstance(one, AbuseTable):
        return {
            "kind": "abuse",
            "area_vintage": one.area_vintage,
            "rule": asdict(one.rule),
            "columns": _columns(frame, [c for c in frame.columns if c not in ("vi", "en") and _is_kept(frame[c])]),
        }
    frame = frame.filter(pl.col("status") != "not_applicable")
    frame = frame.with_columns(pl.when(status="suppressed").then(name).alias(name) for name in LIMITS)
    names = [*COLUMNS[:4], *one.plan.by, *COLUMNS[4:], *LIMITS]
    plan = json.loads(one.plan.to_json())
    return {"kind": "result", "plan": plan, "rule": asdict(one.rule), "columns": _columns(frame, names)}


def _is_kept(column: pl.Series) -> bool:
    return column.dtype == pl.String or column.dtype.is_integer()


def _columns(frame: pl.DataFrame, names: Sequence[str]) -> dict[str, Any]:
    """Return columns for JSON: texts once each, and their places."""
    found: dict[str, Any] = {}
    for name in names:
        column = frame[name]
        if column.dtype == pl.String:
            texts = column.drop_nulls().unique(maintain_order=True)
            places = column.cast(pl.Enum(texts)).to_physical() if len(texts) else column.cast(pl.UInt32, strict=False)
            found[name] = {"texts": texts.to_list(), "places": places.to_list()}
        else:
            found[name] = {"floats" if column.dtype.is_float() else "numbers": column.to_list()}
    return found


def _column(written: dict[str, Any]) -> pl.Series:
    for kind, dtype in (("numbers", pl.Int64), ("floats", pl.Float64)):
        if kind in written:
            return pl.Series(written[kind], dtype=dtype)
    texts = written["texts"]
    return pl.Series([None if place is None else texts[place] for place in written["places"]], dtype=pl.String)


def _frame(columns: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame({name: _column(written) for name, written in columns.items()})


def _text(content: dict[str, Any]) -> bytes:
    """Return a release as bytes, always the same for the same content."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _check_number(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()
