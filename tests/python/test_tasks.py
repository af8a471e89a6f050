"""Long work tells how far it is and stops where it is; the language is that of the context; a fork is told at once."""

import contextvars
import signal
import subprocess
import sys
import textwrap
import threading

import chitieu as ct
import openpyxl
import polars as pl
import pytest
from case_files import ROOT
from records import children, victims

DAY = "2022-12-31"


def many(frame, rows):
    return frame[pl.int_range(rows, eager=True) % frame.height]


def text_file(path, rows):
    lines = (f"k{n};05/03/2014;Nam;12364" for n in range(rows))
    path.write_text("\n".join(["Mã trẻ;Ngày sinh;Giới tính;Xã", *lines]), encoding="utf-8")
    return path


class Enough(Exception):
    pass


def stop(_done, _total):
    raise Enough


def dataset(rows=200_000):
    return ct.Dataset(children=many(children(), rows), victims=many(victims(), rows), area_vintage=DAY)


def test_an_exception_of_the_callback_ends_each_kind_of_work(tmp_path):
    data = dataset(2_000)
    text = text_file(tmp_path / "a.csv", 400_000)
    works = {
        "read": lambda tell: ct.read(text, table="children", on_progress=tell),
        "read_folder": lambda tell: ct.read_folder(tmp_path, on_progress=tell),
        "check": lambda tell: ct.check(data, period="2022", on_progress=tell),
        "abuse": lambda tell: ct.abuse.register(data, on_progress=tell),
        "corrections": lambda tell: _failing().write_corrections(tmp_path / "out", on_progress=tell),
    }
    for name, work in works.items():
        if name != "corrections":  # as many workbooks as there are communes: one, which may be done before it is told
            with pytest.raises(Enough):
                work(stop)
        calls = []
        work(lambda done, total, calls=calls: calls.append((done, total)))
        assert all(0 <= done <= total for done, total in calls), name
        assert calls and calls[-1][0] == calls[-1][1], name
        assert calls == sorted(calls), name
    # Nothing is left over of work that ended.
    assert ct.read(text, table="children").to_polars().height == 400_000


def _failing():
    return ct.check(ct.Dataset(children=many(children(), 50), area_vintage=DAY), period="2022")


def test_progress_of_a_workbook_counts_its_cells(tmp_path):
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("DS")
    sheet.append(["Mã trẻ", "Ngày sinh", "Giới tính", "Xã"])
    for n in range(60_000):
        sheet.append([f"k{n}", "05/03/2014", "Nam", "12364"])
    book.save(tmp_path / "t.xlsx")
    calls = []
    ct.read(tmp_path / "t.xlsx", table="children", on_progress=lambda done, total: calls.append((done, total)))
    assert {total for _, total in calls} == {4 * 60_001}


def test_ctrl_c_ends_work_wherever_it_is(tmp_path):
    """Work that would go on for ever, and a signal: KeyboardInterrupt comes out of it, and work goes on after."""
    data = dataset()
    selection = ct.abuse.register(data).select(period="2022")
    text = text_file(tmp_path / "a.csv", 100_000)
    result = ct.compute(data, period="2022", by=["sex"], area_level="commune")
    works = [
        lambda: result.protect(),
        lambda: selection.counts("child", by=["sex", "form"], area_level="commune"),
        lambda: selection.units(area_level="commune"),
        lambda: selection.repeats("month", area_level="commune"),
        lambda: ct.abuse.register(data),
        lambda: ct.read(text, table="children"),
        lambda: ct.check(data, period="2022"),
    ]
    for work in works:
        timer = threading.Timer(0.3, lambda: signal.raise_signal(signal.SIGINT))
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            _for_ever(work)
        timer.join()
        work()


def _for_ever(work):
    while True:
        work()


def test_the_language_is_that_of_the_context():
    said = {}

    def error():
        with pytest.raises(ct.PlanError) as caught:
            ct.plan(period="x")
        return str(caught.value)

    def speak(code):
        if code:
            ct.set_language(code)
        barrier.wait()
        said[code] = [(ct.get_language(), error()) for _ in range(20)]

    barrier = threading.Barrier(3)
    threads = [threading.Thread(target=speak, args=(code,)) for code in ("vi", "en", None)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert {code for code, _ in said["vi"]} == {"vi"} and all("không đọc được" in text for _, text in said["vi"])
    assert {code for code, _ in said["en"]} == {"en"} and all("cannot be read" in text for _, text in said["en"])
    # Who chose nothing has what the main thread has; what threads chose did not change it.
    assert {code for code, _ in said[None]} == {"en"} == {ct.get_language()}
    context = contextvars.copy_context()
    context.run(ct.set_language, "en")
    assert ct.get_language() == "en"


def test_a_fork_is_told_at_once():
    child = """
    import os, chitieu as ct, polars as pl
    frame = pl.DataFrame({"child_id": ["a"], "birth_year": [2015], "commune": ["12364"]})
    ask = lambda: ct.compute(ct.Dataset(children=frame), period="2022", indicators=["child_population"])
    result = ask()
    pid = os.fork()
    if pid == 0:
        try:
            ask()
        except RuntimeError as error:
            print(error, flush=True)
        for name in ("only", "printed"):
            try:
                getattr(result, name)("child_population", area="VN")
            except RuntimeError as error:
                print("told", flush=True)
        os._exit(0)
    os.waitpid(pid, 0)
    """
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", textwrap.dedent(child)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert "forked from one that has computed" in done.stdout and "spawn" in done.stdout
    assert done.stdout.count("told") == 2


def test_panics_print_nothing(tmp_path, capfd):
    """A reader underneath panics over some damaged files; what it says may hold a value."""
    good = (ROOT / "tests/files/children.xls").read_bytes()
    outcomes = set()
    for nth in range(200):
        data = bytearray(good)
        for at in (nth * 7919 % len(data), nth * 104_729 % len(data)):
            data[at] ^= 0xFF
        (tmp_path / "t.xls").write_bytes(data)
        try:
            ct.read(tmp_path / "t.xls", table="children")
            outcomes.add("read")
        except ct.ChitieuError as error:
            outcomes.add(error.code)
    assert {"read", "unreadable_file"} <= outcomes
    assert capfd.readouterr() == ("", "")


def test_a_secret_makes_keys_that_nobody_can_try():
    """A child in two parts counts once, with the secret as without; its key is not the hash that a list gives."""
    plan = ct.plan(period="2022", indicators=["abused_children"])
    first = ct.Dataset(victims=victims(), area_vintage=DAY)
    second = ct.Dataset(victims=victims(), area_vintage=DAY)
    plain = [plan.partial(part) for part in (first, second)]
    sealed = [plan.partial(part, key="a secret of this office") for part in (first, second)]
    numbers = [
        plan.finish(ct.merge(parts)).only("abused_children", area="VN", measure="count")["numerator"].item()
        for parts in (plain, sealed)
    ]
    assert numbers[0] == numbers[1] == 2

    def keys(tally):
        return set(tally.to_polars().filter(pl.col("kind") == "key")["key"])

    assert keys(plain[0]) and keys(sealed[0]) == keys(sealed[1]) and keys(plain[0]).isdisjoint(keys(sealed[0]))
    assert keys(plan.partial(first, key=b"another secret of 16 bytes")).isdisjoint(keys(sealed[0]))
    assert "a secret of this office" not in str(sealed[0].to_polars().to_dict(as_series=False))
    # It travels as a table too, and is not merged with what was made otherwise.
    again = plan.tally(sealed[0].to_polars())
    assert plan.finish(ct.merge([again, sealed[1]])).only("abused_children", area="VN", measure="count")[
        "numerator"
    ].to_list() == [2]
    for other in (plain[0], plan.partial(first, key=b"another secret of 16 bytes")):
        with pytest.raises(ct.PlanError, match="secret"):
            ct.merge([sealed[0], other])
    with pytest.raises(ct.PlanError, match="key: expected a secret of at least 16 bytes"):
        plan.partial(first, key="short")


@pytest.mark.parametrize("call", [5, "x", []])
def test_what_cannot_be_called_is_named(tmp_path, call):
    text = text_file(tmp_path / "a.csv", 3)
    pl.DataFrame({"child_id": ["a"], "birth_year": [2015], "commune": ["12364"]}).write_parquet(tmp_path / "a.parquet")
    for path in (text, tmp_path / "a.parquet"):
        with pytest.raises(TypeError, match="on_progress"):
            ct.read(path, table="children", on_progress=call)


def test_limits_of_the_main_thread_hold_in_others():
    seen = []
    with ct.limits(memory="300 MB"):
        thread = threading.Thread(target=lambda: seen.append(ct.limits.memory))
        thread.start()
        thread.join()
    assert seen == [300 << 20] and ct.limits.memory != 300 << 20


def test_limits_that_are_refused_change_nothing():
    before = ct.limits.memory, ct.limits.text
    with pytest.raises(ct.PlanError, match="text"):
        ct.limits(memory="300 MB", text="much")
    assert (ct.limits.memory, ct.limits.text) == before
