"""What was read: one table of a file, or the tables of a folder, with all that the reading has to say."""

from __future__ import annotations

from functools import cached_property
from html import escape
from typing import Any

import polars as pl

from chitieu import _native
from chitieu._catalogue import html_table
from chitieu._check_facts import column_name
from chitieu._dataset import Dataset
from chitieu._language import pick, printed, say, words
from chitieu._printed import PrintedTable
from chitieu._quality_table import unread_of

#: Rows of a report shown in a notebook.
ROWS_SHOWN = 10
#: Sheets named where a reading tells of several.
SHEETS_NAMED = 5


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

    def findings_table(self, *, source: str | None = None) -> PrintedTable:
        """Return the values that could not be read as they are printed: by column and what was expected, with rows.

        Args:
            source: Where the records come from, printed below.
        """
        return unread_of(self.findings, title=self._title(), records=self._native.rows(), source=source)

    def _summary(self) -> list[str]:
        columns = self.columns
        unmatched = columns.filter(pl.col("how").is_null() | (pl.col("how") == "repeated"))["header"].to_list()
        for how, why in _not_taken().items():
            unmatched += [f"{header} [{why}]" for header in columns.filter(pl.col("how") == how)["header"]]
        matched = columns.filter(pl.col("column").is_not_null()).height
        rows, changed = self._native.rows(), int(self.changes["rows"].sum())
        unread, aside = self._native.unread()
        lines = [
            say(
                f"{printed(rows)} bản ghi; {printed(aside)} dòng không phải bản ghi (tổng, tiêu đề, chữ ký)",
                f"{printed(rows)} records; {printed(aside)} rows set aside",
            ),
            self._whence(),
            say(f"{matched} tiêu đề đã khớp", f"{matched} headers matched")
            + (say("; không khớp: ", "; not matched: ") + ", ".join(unmatched) if unmatched else ""),
            say(f"{printed(changed)} giá trị được chuyển đổi", f"{printed(changed)} values changed"),
            say(f"{printed(unread)} giá trị không đọc được", f"{printed(unread)} values could not be read"),
        ]
        hidden = self.changes.filter(pl.col("rule") == "hidden_row")["rows"].sum()
        columns_hidden = self.changes.filter(pl.col("rule") == "hidden_column")["column"].n_unique()
        if hidden or columns_hidden:
            lines.append(
                say(
                    f"{printed(hidden)} bản ghi ở dòng bị ẩn, {columns_hidden} cột bị ẩn, vẫn được đọc",
                    f"{printed(hidden)} records in hidden rows, {columns_hidden} hidden columns, read all the same",
                )
            )
        lines += [
            say(
                f"{name}: chỉ có dấu của “có”, ô trống để trống (chưa xác định); nếu ô trống là “không” thì đọc với "
                f'mapping={{"{self.table}": {{"blank": {{"{column}": "no"}}}}}}',
                f"{name}: only yes is marked, and blank cells are null (not recorded); if they mean no, read it with "
                f'mapping={{"{self.table}": {{"blank": {{"{column}": "no"}}}}}}',
            )
            for column, name in self._only_marked()
        ]
        if self.ethnic_list:
            lines.append(say("mã dân tộc theo danh mục ", "ethnic codes of the list of ") + self.ethnic_list)
        return lines

    def _only_marked(self) -> list[tuple[str, str]]:
        """Return the columns of yes and no in which nothing says no though cells are blank, with their names."""
        frame = self.to_polars()
        flags = [column for column, dtype in frame.schema.items() if dtype == pl.Boolean]
        found = [c for c in flags if frame[c].null_count() and frame[c].any() and frame[c].all()]
        return [(column, column_name(column)) for column in found]

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
        return say(
            f"ghép từ {printed(files)} tệp, {printed(sheets)} trang",
            f"joined from {printed(files)} files, {printed(sheets)} sheets",
        )

    def _title(self) -> str:
        names = {t["id"]: pick(t["name"]) for t in words()["tables"]}
        return f"{names[self.table]} ({self.table})"

    def __repr__(self) -> str:
        return "\n".join([f"Reading: {self._title()}", *(f"  {line}" for line in self._summary())])

    def _repr_html_(self) -> str:
        lines = "".join(f"<li>{escape(line)}</li>" for line in self._summary())
        head = f"<h4>{escape(self._title())}</h4><ul>{lines}</ul>"
        found = self.findings_table()._repr_html_() if self.findings.height else ""
        return head + _html(_grouped(self.changes)) + found


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


#: What people call the columns of a report.
HEADS = {
    "file": ("Tệp", "File"),
    "sheet": ("Trang tính", "Sheet"),
    "table": ("Bảng", "Table"),
    "encoding": ("Bảng mã", "Encoding"),
    "header_row": ("Dòng tiêu đề", "Header row"),
    "rows": ("Số bản ghi", "Records"),
    "values": ("Số giá trị", "Values"),
    "set_aside": ("Dòng không phải bản ghi", "Rows set aside"),
    "not_read": ("Lý do không đọc", "Why it was not read"),
    "column": ("Cột", "Column"),
    "meaning": ("Cách chuyển đổi", "What was changed"),
}


def _grouped(changes: pl.DataFrame) -> pl.DataFrame:
    """Return changes by column and rule, of all files together, as a notebook shows them."""
    found = changes.group_by("column", "meaning", maintain_order=True).agg(pl.col("rows").sum().alias("values"))
    names = {c: column_name(c) for c in found["column"].unique().drop_nulls()}
    return found.with_columns(pl.col("column").replace(names))


def _html(frame: pl.DataFrame) -> str:
    """Return the first rows of a report as a table; nothing for one without rows."""
    if not frame.height:
        return ""
    rows = [
        tuple("" if v is None else printed(v) if isinstance(v, int) else str(v) for v in row)
        for row in frame.head(ROWS_SHOWN).iter_rows()
    ]
    more = frame.height - ROWS_SHOWN
    note = f"<p>… {printed(more)} {say('dòng nữa', 'more rows')}</p>" if more > 0 else ""
    right = tuple(n for n, dtype in enumerate(frame.dtypes) if dtype.is_numeric())
    return html_table(tuple(say(*HEADS[c]) if c in HEADS else c for c in frame.columns), rows, right) + note


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
            + (row["not_read"] or f"{row['table']}, {printed(row['rows'])} {say('bản ghi', 'records')}")
            for row in files.iter_rows(named=True)
        ]
        return "\n".join([f"Folder: {', '.join(self.readings) or '–'}", *lines])

    def _repr_html_(self) -> str:
        return _html(self.files) + "".join(reading._repr_html_() for reading in self.readings.values())
