"""Files as they come: spreadsheets and text files of communes and departments to tables of records."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

import polars as pl

from chitieu import _native
from chitieu._catalogue import html_table, utf8_text
from chitieu._dataset import Dataset, as_frame
from chitieu._errors import DataError, PlanError, SchemaError
from chitieu._files import no_file
from chitieu._language import pick, say, word_list, words
from chitieu._limits import limits
from chitieu._progress import Progress, Steps, check_callable
from chitieu._source import Files, by_polars, check_rows

#: Rows of a report shown in a notebook.
ROWS_SHOWN = 10
#: Sheets named where a reading tells of several.
SHEETS_NAMED = 5


def _mapping(mapping: Mapping[str, Any] | str | os.PathLike[str] | None) -> tuple[str | None, str | None]:
    """Return a mapping as JSON or as TOML, whichever was given."""
    if mapping is None:
        return None, None
    if isinstance(mapping, Mapping):
        try:
            return json.dumps(mapping), None
        except (TypeError, ValueError, RecursionError):
            raise PlanError(
                say("mapping: cần một ánh xạ gồm chữ, số và danh sách", "mapping: expected texts, numbers and lists"),
                code="mapping",
                expected="JSON",
                got=type(mapping).__name__,
            ) from None
    return None, utf8_text(Path(mapping), "mapping")


def _text(value: str | date | None) -> str | None:
    return None if value is None else str(value)


def _reader(
    mapping: Mapping[str, Any] | str | os.PathLike[str] | None,
    sheet: str | None,
    encoding: str | None,
    area_vintage: str | date | None,
    within: str | None,
    ethnic_list: str | None,
    tables: Sequence[str] | None,
) -> _native.Reader:
    as_json, as_toml = _mapping(mapping)
    names = None if tables is None else word_list("tables", tables)
    return _native.Reader(
        as_json, as_toml, sheet, encoding, _text(area_vintage), within, ethnic_list, names, limits._asked()
    )


def _is_parquet(path: Path) -> bool:
    return path.suffix.lower() == ".parquet"


def _parquet(path: Path) -> pl.DataFrame:
    if not path.is_file():
        raise no_file(path)
    files = Files(path.name, [str(path)], whole=True)
    files.check_pages()
    frame = by_polars(path.name, lambda: pl.read_parquet(path, glob=False))
    files.check()
    check_rows(path.name, files.rows, frame.height)
    _check_texts(path.name, frame)
    return frame


def _check_texts(name: str, frame: pl.DataFrame) -> None:
    """Refuse a frame whose texts are more than reading may hold: equal ones stand once here, and often behind.

    Raises:
        DataError: For a text that is too long, or too much of it.
    """
    longest = whole = 0
    for series in frame:
        kind, lengths = series.dtype, None
        if isinstance(kind, pl.List):
            # The codes of a list become one text, parted by a sign.
            most, all_of_them = _most_and_all(series.list.len())
            longest, whole = max(longest, most), whole + all_of_them
            series = series.explode() if whole < _ITEMS else series.clear()
            kind = series.dtype
        if isinstance(kind, (pl.Categorical, pl.Enum)):
            lengths = series.cat.len_bytes()
        elif kind == pl.String:
            lengths = series.str.len_bytes()
        elif kind == pl.Binary:
            lengths = series.bin.size()
        if lengths is not None:
            most, all_of_them = _most_and_all(lengths)
            longest, whole = max(longest, most), whole + all_of_them
    _native.check_texts(name, longest, whole, limits._asked())


def _most_and_all(lengths: pl.Series) -> tuple[int, int]:
    """Return the greatest of some lengths, and all of them together."""
    told = lengths.to_frame("n").select(pl.col("n").max().alias("most"), pl.col("n").cast(pl.Int64).sum().alias("all"))
    most, everything = told.row(0)
    return int(most or 0), int(everything or 0)


#: Items of lists that are looked at one by one; more are counted alone.
_ITEMS = 50_000_000


class Reading:
    r"""One table as it was read from a file, and everything that is told about the reading.

    ``ct.Dataset(children=reading)`` takes it as it takes a frame, with the day of its areas and its list of ethnic
    codes.

    Example:
        >>> import chitieu as ct, tempfile, pathlib
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "tre_em.csv"
        >>> text = "Họ và tên;Ngày sinh;Giới tính\nNguyễn Văn A;05/03/2014;Nam\nTrần Thị B;31/02/2015;Nữ\n"
        >>> _ = file.write_text(text, encoding="utf-8")
        >>> reading = ct.read(file, table="children")
        >>> reading.to_polars().select("birth_date", "sex", "source_row", "source_unread").rows()
        [(datetime.date(2014, 3, 5), 'male', 2, None), (None, 'female', 3, 'birth_date')]
        >>> reading.findings.rows()
        [('tre_em.csv', '', 3, 'birth_date', 'a day that the month has')]
        >>> reading.changes.select("column", "rule", "rows").rows()
        [('birth_date', 'day_month_year', 1), ('sex', 'code_name', 2)]
    """

    def __init__(self, native: _native.Reading) -> None:
        self._native = native
        self._frame: pl.DataFrame | None = None

    @property
    def table(self) -> str:
        """The table it is."""
        return self._native.table()

    @property
    def area_vintage(self) -> str | None:
        """The day whose list of areas was used, if one was given."""
        return self._native.area_vintage()

    @property
    def ethnic_list(self) -> str | None:
        """The official list of ethnic codes: the one given, or ``"1979"`` where names had to be turned into codes."""
        return self._native.ethnic_list()

    def to_polars(self) -> pl.DataFrame:
        """Return the records: our columns, then ``source_file``, ``source_sheet``, ``source_row``, ``source_unread``.

        ``source_row`` is the row as the spreadsheet shows it (of a text file the line, of Parquet the row), and
        ``source_unread`` names the columns of the row that could not be read.
        """
        if self._frame is None:
            self._frame = pl.DataFrame(self._native.frame())
        return self._frame

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._native.frame().__arrow_c_stream__(requested_schema)

    @property
    def files(self) -> pl.DataFrame:
        """What was read: file, sheet, table, encoding, header_row, rows, set_aside, not_read (the reason)."""
        return pl.DataFrame(self._native.files())

    @property
    def columns(self) -> pl.DataFrame:
        """The headers of the file: file, sheet, header, column, how.

        ``how`` is ``"id"``, ``"synonym"``, ``"mapping"``, ``"ignored"``, ``"repeated"`` (another column means the
        same; none of them is taken, and a finding says so), ``"parentheses"`` (they tell another unit, order or code
        than ours, such as "triệu đồng": convert the values, or name the column in the mapping), ``"unit"`` (a line
        above the header does), ``"whose"`` (a date of birth beside the name of a mother or another adult, which may be
        theirs: name it in the mapping), or null where nothing was matched.
        """
        return pl.DataFrame(self._native.columns())

    @property
    def changes(self) -> pl.DataFrame:
        """How many values each rule changed: file, sheet, column, rule, rows, meaning."""
        return pl.DataFrame(self._native.changes())

    @property
    def findings(self) -> pl.DataFrame:
        """The values that could not be read and are null: file, sheet, row, column, expected.

        At the row of the header: a column that more than one header means. At ``source_row``: a line of more cells
        than the header, or of fewer than all others.
        """
        return pl.DataFrame(self._native.findings())

    @property
    def set_aside(self) -> pl.DataFrame:
        """The rows that are no records (totals, notes, blank rows): file, sheet, row, why, meaning."""
        return pl.DataFrame(self._native.set_aside())

    def _summary(self) -> list[str]:
        columns = self.columns
        unmatched = columns.filter(pl.col("how").is_null() | (pl.col("how") == "repeated"))["header"].to_list()
        for how, why in _not_taken().items():
            unmatched += [f"{header} [{why}]" for header in columns.filter(pl.col("how") == how)["header"]]
        matched = columns.filter(pl.col("column").is_not_null()).height
        rows, changed = self._native.rows(), int(self.changes["rows"].sum())
        unread, aside = self._native.unread()
        lines = [
            say(f"{rows:,} bản ghi; {aside:,} dòng để riêng", f"{rows:,} records; {aside:,} rows set aside"),
            self._whence(),
            say(f"{matched} tiêu đề đã khớp", f"{matched} headers matched")
            + (say("; không khớp: ", "; not matched: ") + ", ".join(unmatched) if unmatched else ""),
            say(f"{changed:,} giá trị được chuyển đổi", f"{changed:,} values changed"),
            say(f"{unread:,} giá trị không đọc được", f"{unread:,} values could not be read"),
        ]
        hidden = self.changes.filter(pl.col("rule") == "hidden_row")["rows"].sum()
        columns_hidden = self.changes.filter(pl.col("rule") == "hidden_column")["column"].n_unique()
        if hidden or columns_hidden:
            lines.append(
                say(
                    f"{hidden:,} bản ghi ở dòng bị ẩn, {columns_hidden} cột bị ẩn, vẫn được đọc",
                    f"{hidden:,} records in hidden rows, {columns_hidden} hidden columns, read all the same",
                )
            )
        if self.ethnic_list:
            lines.append(say("mã dân tộc theo danh mục ", "ethnic codes of the list of ") + self.ethnic_list)
        return lines

    def _whence(self) -> str:
        """Say of how many files and sheets the records come, with the sheets of a single file by name."""
        read = self.files.filter(pl.col("not_read").is_null())
        files, sheets = read["file"].n_unique(), read.height
        named = ", ".join(read["sheet"].head(SHEETS_NAMED)) + (", …" if sheets > SHEETS_NAMED else "")
        if files == 1:
            name = read["file"][0]
            if sheets == 1:
                whole = f"{name} / {named}" if named else name
                return say(f"từ {whole}", f"from {whole}")
            return say(f"ghép từ {sheets} trang của {name}: {named}", f"joined from {sheets} sheets of {name}: {named}")
        return say(f"ghép từ {files:,} tệp, {sheets:,} trang", f"joined from {files:,} files, {sheets:,} sheets")

    def _title(self) -> str:
        names = {t["id"]: pick(t["name"]) for t in words()["tables"]}
        return f"{names[self.table]} ({self.table})"

    def __repr__(self) -> str:
        return "\n".join([f"Reading: {self._title()}", *(f"  {line}" for line in self._summary())])

    def _repr_html_(self) -> str:
        lines = "".join(f"<li>{escape(line)}</li>" for line in self._summary())
        head = f"<h4>{escape(self._title())}</h4><ul>{lines}</ul>"
        return head + _html(self.changes) + _html(self.findings)


def _not_taken() -> dict[str, str]:
    """Return why headers that are known are not taken, by how they were matched."""
    return {
        "parentheses": say(
            "ngoặc đơn nêu đơn vị, thứ tự hoặc mã khác", "its parentheses tell another unit, order or code"
        ),
        "unit": say("dòng đơn vị tính ở trên nêu đơn vị khác", "a line above tells another unit"),
        "whose": say(
            "đứng cạnh họ tên người lớn, có thể là ngày của người đó", "beside the name of an adult: it may be theirs"
        ),
    }


def _html(frame: pl.DataFrame) -> str:
    """Return the first rows of a report as a table; nothing for one without rows."""
    if not frame.height:
        return ""
    rows = [tuple("" if v is None else str(v) for v in row) for row in frame.head(ROWS_SHOWN).iter_rows()]
    more = frame.height - ROWS_SHOWN
    note = f"<p>… {more:,} {say('dòng nữa', 'more rows')}</p>" if more > 0 else ""
    return html_table(tuple(frame.columns), rows) + note


class Folder:
    """The tables found in the files of a folder.

    Attributes:
        readings: For each table what was read.
    """

    def __init__(self, native: _native.Folder, area_vintage: str | None, ethnic_list: str | None) -> None:
        self._native = native
        self._area_vintage, self._ethnic_list = area_vintage, ethnic_list
        self.readings: dict[str, Reading] = {r.table(): Reading(r) for r in native.readings()}

    @cached_property
    def dataset(self) -> Dataset:
        """The tables as a dataset."""
        tables: dict[str, Any] = dict(self.readings)
        return Dataset(area_vintage=self._area_vintage, ethnic_list=self._ethnic_list, **tables)

    @property
    def files(self) -> pl.DataFrame:
        """Every sheet of every file: file, sheet, table, encoding, header_row, rows, set_aside, not_read."""
        return pl.DataFrame(self._native.files())

    def _all(self, part: str) -> pl.DataFrame:
        frames = [getattr(r, part).select(pl.lit(t).alias("table"), pl.all()) for t, r in self.readings.items()]
        return pl.concat(frames) if frames else pl.DataFrame()

    @property
    def columns(self) -> pl.DataFrame:
        """The headers of all tables; see :attr:`Reading.columns`."""
        return self._all("columns")

    @property
    def changes(self) -> pl.DataFrame:
        """The changes of all tables; see :attr:`Reading.changes`."""
        return self._all("changes")

    @property
    def findings(self) -> pl.DataFrame:
        """The values that could not be read, of all tables; see :attr:`Reading.findings`."""
        return self._all("findings")

    @property
    def set_aside(self) -> pl.DataFrame:
        """The rows that are no records, of all tables; see :attr:`Reading.set_aside`."""
        return self._all("set_aside")

    def __repr__(self) -> str:
        files = self.files
        lines = [
            f"  {row['file']}{' / ' + row['sheet'] if row['sheet'] else ''}: "
            + (row["not_read"] or f"{row['table']}, {row['rows']:,} {say('bản ghi', 'records')}")
            for row in files.iter_rows(named=True)
        ]
        return "\n".join([f"Folder: {', '.join(self.readings) or '–'}", *lines])

    def _repr_html_(self) -> str:
        return _html(self.files) + "".join(reading._repr_html_() for reading in self.readings.values())


def read(
    path: str | os.PathLike[str],
    *,
    table: str,
    mapping: Mapping[str, Any] | str | os.PathLike[str] | None = None,
    sheet: str | None = None,
    encoding: str | None = None,
    area_vintage: str | date | None = None,
    within: str | None = None,
    ethnic_list: str | None = None,
    on_progress: Progress | None = None,
) -> Reading:
    r"""Read a table from a spreadsheet, a text file or Parquet, as people keep them.

    Title rows, headers of two storeys, footnotes, totals; dates in Vietnamese order, numbers with Vietnamese
    separators, names for codes, old fonts: see the page "Read files" of the guide. Nothing is guessed: a
    value that cannot be read becomes null and a finding.

    Args:
        path: ``.xlsx``, ``.xlsb``, ``.xls``, ``.ods``, ``.csv`` or other text with delimiters, ``.parquet``.
        table: The table it holds, such as ``"children"``.
        mapping: A mapping, or the path of one in TOML: for each table ``columns`` (header to column), ``values`` (for
            a column, text to code), ``ignore`` (headers), ``constants`` (for every row, whatever its cells say),
            ``files`` and ``sheets`` (constants by the name of a file or a sheet), ``blank``, ``sheet``, ``header_row``.
            Of two columns with one header ``"Ngày sinh#2"`` is the second, and ``"#D"`` is the column D, in ``columns``
            and ``ignore``.
            ``"birth_date.male"`` and ``"birth_date.female"`` are dates in two columns by sex, ``"supported.any"`` each
            of several columns of marks, ``"circumstances.d"`` the marks of one code, ``"deleted"`` the column that
            says which rows are deleted.
        sheet: Only this sheet. Without it every visible sheet that has a header of the table.
        encoding: ``"utf-8"``, ``"utf-16le"``, ``"utf-16be"``, ``"windows-1258"``, ``"tcvn3"`` or ``"vni"``, where it
            cannot be told from the text.
        area_vintage: The day (``"2022-12-31"``) whose list of areas names of communes are looked up in.
        within: The code of the province or district that all communes lie in; a code outside is a finding.
        ethnic_list: ``"1979"`` or ``"2008"``: what names of ethnic groups become codes of. Without it ``"1979"``, and
            the report says so.
        on_progress: Called with what is read and what there is in all: lines of a text, cells of a workbook, rows of
            Parquet; :func:`tqdm_progress` gives a ready one.

    Returns:
        The table, with what was matched, changed, set aside and not read.

    Raises:
        FileNotFoundError: If there is no such file.
        PermissionError: If it may not be read.
        SchemaError: If no sheet has a header of the table.
        DataError: For a file that is damaged, over the limits (see :class:`limits`), or no table.
        PlanError: For an unknown table, encoding or day, a mapping that does not hold together, or names of communes
            without ``area_vintage``.

    Example:
        >>> import chitieu as ct, tempfile, pathlib
        >>> file = pathlib.Path(tempfile.mkdtemp()) / "danh_sach.csv"
        >>> text = "Mã trẻ,Ngày sinh,Dân tộc,Xã,Huyện\n1,05/03/2014,Mông,X. Hải Triều,Tiên Lữ\n"
        >>> _ = file.write_text(text + "2,2016,Kinh,Hải Triều,H. Tiên Lữ\n", encoding="utf-8")
        >>> reading = ct.read(file, table="children", area_vintage="2022-12-31", within="33")
        >>> reading.to_polars().select("birth_year", "ethnicity", "commune").rows()
        [(None, '08', '12364'), (2016, '01', '12364')]
        >>> ct.Dataset(children=reading).area_vintage
        '2022-12-31'

        A commune that no column says: by the mapping, or by a title, the sheet's or the file's name:

        >>> plain = file.with_name("xa_hai_trieu.csv")
        >>> _ = plain.write_text("Mã trẻ,Ngày sinh\n1,05/03/2014\n", encoding="utf-8")
        >>> mapping = {"children": {"files": {"xa_hai_trieu.csv": {"commune": "12361"}}}}
        >>> ct.read(plain, table="children", mapping=mapping).to_polars()["commune"].to_list()
        ['12361']
        >>> ct.read(plain, table="children", area_vintage="2022-12-31", within="33").to_polars()["commune"].to_list()
        ['12364']
    """
    reader = _reader(mapping, sheet, encoding, area_vintage, within, ethnic_list, None)
    source = Path(path)
    check_callable(on_progress)
    if _is_parquet(source):
        frame = _parquet(source)
        reading = Reading(reader.read_frame(source.name, frame, table))
        Steps(on_progress, frame.height).add(frame.height)
        return reading
    return Reading(reader.read(source, table, on_progress))


def clean(
    frame: Any,
    *,
    table: str,
    mapping: Mapping[str, Any] | str | os.PathLike[str] | None = None,
    area_vintage: str | date | None = None,
    within: str | None = None,
    ethnic_list: str | None = None,
) -> Reading:
    r"""Clean a frame in memory as :func:`read` cleans a file: the same rules, findings and rows set aside.

    Args:
        frame: polars, pandas, pyarrow, a DuckDB relation, anything with the Arrow C stream. Typed columns (dates,
            true and false, whole numbers) are taken as they are. A header below title rows is found.
        table: The table it holds, such as ``"children"``.
        mapping: As in :func:`read`.
        area_vintage: As in :func:`read`.
        within: As in :func:`read`.
        ethnic_list: As in :func:`read`.

    Returns:
        The reading; its rows are counted from 1, its file is called ``"frame"``.

    Raises:
        SchemaError: If the frame has no header of the table, or is no table.
        PlanError: As in :func:`read`.

    Example:
        >>> import chitieu as ct, polars as pl
        >>> from datetime import date
        >>> children = {"Mã trẻ": ["k1", "k2"], "Ngày sinh": [date(2014, 3, 5), None], "Giới tính": ["Nam", "?"]}
        >>> frame = pl.DataFrame(children | {"Xã": ["x. Hải Triều", "Thủ Sỹ"]})
        >>> reading = ct.clean(frame, table="children", area_vintage="2022-12-31", within="33")
        >>> reading.to_polars().select("birth_date", "sex", "commune").rows()
        [(datetime.date(2014, 3, 5), 'male', '12364'), (None, None, '12367')]
        >>> ct.Dataset(children=reading).tables
        ['children']
    """
    reader = _reader(mapping, None, None, area_vintage, within, ethnic_list, None)
    whole = _whole(table, frame)
    _check_texts("frame", whole)
    return Reading(reader.clean(whole, table))


def _whole(table: str, frame: Any) -> pl.DataFrame:
    """Return a frame with all its columns: those of mixed values as texts, which are read like cells."""
    if isinstance(frame, (str, os.PathLike)):
        raise SchemaError(
            say(
                "ct.clean nhận bảng trong bộ nhớ; để đọc tệp dùng ct.read",
                "ct.clean takes a frame in memory; to read a file use ct.read",
            ),
            code="wrong_type",
            expected="a frame",
            got=type(frame).__name__,
        )
    if type(frame).__module__.split(".")[0] == "pandas" and hasattr(frame, "dtypes"):
        frame = _without_mixtures(frame)
    found = as_frame(table, frame)
    if isinstance(found, pl.LazyFrame):
        return by_polars(table, found.collect)
    there = [str(name) for name in getattr(frame, "column_names", getattr(frame, "columns", found.columns))]
    lost = sorted(set(there) - set(found.columns)) or sorted({name for name in there if there.count(name) > 1})
    if lost and len(there) > found.width:
        raise SchemaError(
            say(f"không đọc được các cột: {', '.join(lost)}", f"columns that cannot be read: {', '.join(lost)}"),
            code="wrong_type",
            expected=say("mỗi cột một tên và một kiểu", "one name and one type per column"),
            got=", ".join(lost),
        )
    return found


def _without_mixtures(frame: Any) -> Any:
    """Return a pandas frame whose columns of mixed objects are texts; the names of its columns are texts too."""
    frame = frame.copy(deep=False)
    frame.columns = [str(name) for name in frame.columns]
    for nth, dtype in enumerate(frame.dtypes):
        if getattr(dtype, "kind", "") == "O":
            kinds = {type(value) for value in frame.iloc[:, nth] if not _is_missing(value)}
            if len(kinds) > 1:
                frame.isetitem(nth, frame.iloc[:, nth].map(_as_cell).astype(object))
    return frame


def _is_missing(value: Any) -> bool:
    """Tell None, NaN and NaT: they are not equal to themselves."""
    return (
        value is None or type(value).__name__ in ("NAType", "NaTType") or (isinstance(value, float) and value != value)
    )


def _as_cell(value: Any) -> str | None:
    """Return a value as a cell would show it."""
    if _is_missing(value):
        return None
    if isinstance(value, datetime):
        return (value.date() if value.time() == time() and value.tzinfo is None else value).isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def read_folder(
    folder: str | os.PathLike[str],
    *,
    mapping: Mapping[str, Any] | str | os.PathLike[str] | None = None,
    tables: Sequence[str] | None = None,
    encoding: str | None = None,
    area_vintage: str | date | None = None,
    within: str | None = None,
    ethnic_list: str | None = None,
    on_progress: Progress | None = None,
) -> Folder:
    r"""Read every file below a folder, in the order of their names, and join the sheets of one table.

    Which table a sheet holds is told by its headers, the titles above them, and the names of sheet and file. A sheet
    that fits two tables equally well, or none, is listed in ``files`` with the reason and not read.

    Args:
        folder: The folder. Files of other kinds, temporary files, links and pipes are listed and not read.
        mapping: As in :func:`read`; ``files`` names a file as ``files`` of the result does, or by its name alone.
        tables: The tables to look for; all if not given.
        on_progress: Called with the files read and those there are.
        encoding: As in :func:`read`, for text files.
        area_vintage: As in :func:`read`.
        within: As in :func:`read`.
        ethnic_list: As in :func:`read`.

    Returns:
        The tables as ``dataset`` and ``readings``, and the reports over all files.

    Raises:
        FileNotFoundError: If there is no such folder.
        PlanError: As in :func:`read`.

    Example:
        >>> import chitieu as ct, tempfile, pathlib
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> text = "Họ và tên,Ngày sinh,Giới tính,Mã xã\nA,1/2/2015,Nam,12364\n"
        >>> _ = (folder / "so_tre_em.csv").write_text(text, encoding="utf-8")
        >>> _ = (folder / "ghi_chu.txt").write_text("Gửi các xã,\n", encoding="utf-8")
        >>> found = ct.read_folder(folder)
        >>> found.files.select("file", "table", "rows", "not_read").rows()
        [('ghi_chu.txt', None, None, 'no header of any table'), ('so_tre_em.csv', 'children', 1, None)]
        >>> found.dataset.tables
        ['children']
    """
    reader = _reader(mapping, None, encoding, area_vintage, within, ethnic_list, tables)
    files = _native.folder_files(Path(folder))
    found = _recognised(reader, files, on_progress)
    if found.counts_sexes_from_zero():
        found = _recognised(reader.sexes_from_zero(), files, on_progress)
    return Folder(found, _text(area_vintage), ethnic_list)


def _recognised(
    reader: _native.Reader, files: list[tuple[Path, str, tuple[str, str] | None]], on_progress: Progress | None
) -> _native.Folder:
    """Return what the files of a folder hold, each read as the table it is."""
    found: list[_native.Folder] = []
    skipped: list[tuple[str, str, str]] = []
    steps = Steps(on_progress, len(files))
    for path, name, why in files:
        if why is not None:
            skipped.append((name, *why))
        elif _is_parquet(Path(path)):
            try:
                found.append(reader.recognise_frame(name, _parquet(Path(path))))
            except DataError as error:
                skipped.append((name, str(error), str(error)))
        else:
            found.append(reader.recognise(path, name))
        steps.add(1)
    return _native.Folder.joined(found, skipped)


def find_area(name: str, *, on: str | date, level: str = "commune", within: str | None = None) -> pl.DataFrame:
    """Return the units that a name may mean, as people write it.

    Tried in turn until any unit fits: the name as it is; but for case, tone placement and i or y; without its type word
    (Xã, P., TT.); with marks left out. A name with another mark ("Hải Triệu" for Hải Triều) gives what it may mean.

    Args:
        name: The name, such as ``"X. Hải Triều"``.
        on: The day whose list of areas is meant.
        level: ``"province"``, ``"district"`` or ``"commune"``.
        within: The code of the province or district it lies in.

    Returns:
        The columns of :func:`areas`: the unit, the units that may be meant, or none if nothing fits.

    Raises:
        PlanError: For a day outside the lists, or an unknown level or code.

    Example:
        >>> import chitieu as ct
        >>> ct.find_area("x. hai trieu", within="33", on="2022-12-31")["code"].to_list()
        ['12364']
        >>> ct.find_area("Kỳ Anh", level="district", on="2022-12-31")["name"].to_list()
        ['Huyện Kỳ Anh', 'Thị xã Kỳ Anh']
    """
    return pl.DataFrame(_native.find_area(name, level, within, str(on)))
