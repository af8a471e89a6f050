"""What is written is there whole or not at all, with modes no wider than before, and no link is followed."""

import os
import stat
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import chitieu as ct
import polars as pl
import pytest
from chitieu._files import write_whole
from records import children

DAY = "2022-12-31"
pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes and links as POSIX has them")


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def outputs(folder):
    """Write each kind of file, and return the paths."""
    data = ct.Dataset(children=pl.concat([children(), children()]), area_vintage=DAY)
    check = ct.check(data, period="2022")
    result = ct.compute(data, period="2022", indicators=["child_population"])
    return [
        check.write_report(folder / "report.html"),
        result.write_parquet(folder / "result.parquet"),
        *check.write_corrections(folder / "corrections", severity="info"),
    ]


@pytest.mark.parametrize(("mask", "made"), [(0o077, 0o600), (0o022, 0o644), (0o002, 0o664)])
def test_modes_follow_the_process(tmp_path, mask, made):
    before = os.umask(mask)
    try:
        written = outputs(tmp_path)
        assert len(written) >= 3 and {mode(path) for path in written} == {made}
        for path in written:
            os.chmod(path, 0o600)
        # Never wider than what was there.
        assert {mode(path) for path in outputs(tmp_path)} == {0o600}
    finally:
        os.umask(before)


def test_links_are_replaced_and_not_followed(tmp_path):
    precious = tmp_path / "precious"
    precious.write_text("kept", encoding="utf-8")
    for path in outputs(tmp_path):
        path.unlink()
        path.symlink_to(precious)
    for path in outputs(tmp_path):
        assert not path.is_symlink()
    assert precious.read_text(encoding="utf-8") == "kept"


def test_two_writers_at_once_give_one_whole_file(tmp_path):
    target = tmp_path / "a.txt"
    texts = ["a" * 200_000, "b" * 300_000]

    def write(text):
        for _ in range(20):
            write_whole(target, lambda name: Path(name).write_text(text, encoding="utf-8"))

    threads = [threading.Thread(target=write, args=(text,)) for text in texts]
    [thread.start() for thread in threads]
    seen = set()
    while any(thread.is_alive() for thread in threads):
        if target.exists():
            seen.add(target.read_text(encoding="utf-8"))
    assert seen <= set(texts) and seen
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_write_that_fails_leaves_the_file_as_it_was(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old", encoding="utf-8")

    def fail(name):
        Path(name).write_text("half", encoding="utf-8")
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        write_whole(target, fail)
    assert target.read_text(encoding="utf-8") == "old" and len(list(tmp_path.iterdir())) == 1


def test_what_a_killed_process_left_is_cleared(tmp_path):
    child = f"""
    import os, signal
    from chitieu._files import write_whole
    def write(name):
        open(name, "w").write("half")
        os.kill(os.getpid(), signal.SIGKILL)
    write_whole({str(tmp_path / "a.txt")!r}, write)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(child)], check=False, timeout=60)
    left = list(tmp_path.iterdir())
    assert len(left) == 1 and left[0].name.startswith(".a.txt.") and left[0].name.endswith(".part")
    # One that is younger may be under way elsewhere.
    write_whole(tmp_path / "a.txt", lambda name: Path(name).write_text("whole", encoding="utf-8"))
    assert left[0].exists()
    os.utime(left[0], (time.time() - 3600,) * 2)
    write_whole(tmp_path / "a.txt", lambda name: Path(name).write_text("whole", encoding="utf-8"))
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_names_under_way_cannot_be_foreseen(tmp_path):
    names = set()
    for _ in range(5):
        write_whole(tmp_path / "a.txt", lambda name: (names.add(name), Path(name).write_text("x", encoding="utf-8")))
    assert len(names) == 5 and all(len(Path(name).name) > 40 for name in names)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_no_text_of_a_workbook_becomes_a_formula(tmp_path, start):
    """The name of a file is in a workbook of corrections: as a text, on its way through CSV too."""
    import openpyxl

    name = f"{start}cmd.csv"
    (tmp_path / name).write_text("Mã trẻ;Xã;Họ và tên\n1;12364;A\n1;12364;A\n", encoding="utf-8")
    reading = ct.read(tmp_path / name, table="children")
    check = ct.check(ct.Dataset(children=reading, area_vintage=DAY), period="2022")
    cells = []
    for path in check.write_corrections(tmp_path / "out", severity="info"):
        for sheet in openpyxl.load_workbook(path):
            cells += [cell for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert all(cell.data_type == "s" for cell in cells)
    named = [cell.value for cell in cells if "cmd.csv" in cell.value]
    assert named and not any(value.startswith(("=", "+", "-", "@", "\t")) for value in named)
    # What comes back is read as it was.
    back = pl.DataFrame({"Mã trẻ": [f"'{start}7".replace("\t", "+")], "Xã": ["12364"], "Họ và tên": ["A"]})
    assert ct.clean(back, table="children").to_polars()["child_id"].item() == f"{start}7".replace("\t", "+")


def test_a_name_as_long_as_the_disk_allows(tmp_path):
    path = tmp_path / ("a" * 250 + ".txt")
    write_whole(path, lambda name: Path(name).write_text("x", encoding="utf-8"))
    assert path.read_text(encoding="utf-8") == "x"


def test_corrections_that_cannot_be_written(tmp_path):
    data = ct.Dataset(children=pl.concat([children(), children()]), area_vintage=DAY)
    check = ct.check(data, period="2022")
    (name,) = (path.name for path in check.write_corrections(tmp_path / "out", severity="info"))
    (tmp_path / "other" / name).mkdir(parents=True)
    with pytest.raises(OSError, match="cannot be written") as caught:
        check.write_corrections(tmp_path / "other", severity="info")
    assert not isinstance(caught.value, FileNotFoundError)
