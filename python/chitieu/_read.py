"""Files as they come: spreadsheets and text files of communes and departments to tables of records."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import polars as pl

from chitieu import _native
from chitieu._areas import area_names
from chitieu._catalogue import utf8_text
from chitieu._errors import DataError, PlanError, SchemaError
from chitieu._files import no_file
from chitieu._frame import as_frame
from chitieu._language import say, word_list
from chitieu._limits import limits
from chitieu._nearest import one_of
from chitieu._progress import Progress, Steps, check_callable
from chitieu._reading import Folder, Reading
from chitieu._source import Files, by_polars, check_rows


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
    within = _unit(within, area_vintage)
    names = None if tables is None else word_list("tables", tables)
    return _native.Reader(
        as_json, as_toml, sheet, encoding, _text(area_vintage), within, ethnic_list, names, limits._asked()
    )


def _unit(within: str | None, area_vintage: str | date | None) -> str | None:
    """Return the code of the province or district that was given by its code or name."""
    if within is None or area_vintage is None or within.isdigit():
        return within
    names = area_names(str(area_vintage))
    known = {code: [name] for (level, code), name in names.items() if level in ("province", "district")}
    return one_of("within", within, {code: of for code, of in known.items() if code.isdigit()})


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
        within: The code or the name of the province or district that all communes lie in; a code outside is a finding.
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
