"""Long work tells how far it is, and ends on Ctrl-C."""

import os
import signal
import subprocess
import sys
import textwrap
import time

import chitieu as ct
import polars as pl
import pytest
from case_files import ROOT
from records import births, children

MANY = 3_000_000
ASKED = {"period": "2022", "indicators": ["sex_ratio_at_birth", "child_population"]}


def many(frame, rows):
    """Return a frame with its rows repeated."""
    return frame[pl.int_range(rows, eager=True) % frame.height]


def follow(dataset, **asked):
    """Return all calls of the callback."""
    calls = []
    ct.compute(dataset, **ASKED, **asked, on_progress=lambda done, total: calls.append((done, total)))
    return calls


def test_progress_goes_up_to_all_rows():
    dataset = ct.Dataset(births=many(births(), MANY), children=children())
    calls = follow(dataset)
    done = [d for d, _ in calls]
    assert {total for _, total in calls} == {MANY + 1}
    assert calls[-1] == (MANY + 1, MANY + 1)
    assert done == sorted(done)
    assert len(calls) >= 3


def test_progress_over_a_file(tmp_path):
    many(births(), MANY).write_parquet(tmp_path / "births.parquet", row_group_size=500_000)
    dataset = ct.Dataset(births=tmp_path / "births.parquet", children=children().lazy())
    calls = follow(dataset)
    assert calls[-1] == (MANY + 1, MANY + 1)
    assert len(calls) >= 3


def test_only_tables_that_are_read_count():
    dataset = ct.Dataset(births=births(), children=children(), population=pl.DataFrame({"year": [2022] * 9}))
    assert follow(dataset)[-1] == (3, 3)


def test_no_rows_are_all_rows():
    assert set(follow(ct.Dataset(births=births().clear(), children=children().clear()))) <= {(0, 0)}


def test_an_error_of_the_callback_comes_out():
    class Enough(Exception):
        pass

    def stop(done, total):
        raise Enough

    with pytest.raises(Enough):
        ct.compute(ct.Dataset(births=births(), children=children()), **ASKED, on_progress=stop)


def test_the_ready_bar(capsys):
    dataset = ct.Dataset(births=births(), children=children())
    ct.compute(dataset, **ASKED, on_progress=ct.tqdm_progress("tiến độ"))
    told = capsys.readouterr().err
    assert "tiến độ" in told
    assert "100%" in told


# One pass over rows that are many times the same in memory: it would take minutes.
WORK = """
    import sys
    import polars as pl
    import chitieu as ct
    from datetime import date

    frame = pl.DataFrame({"date": [date(2022, 1, 1)], "sex": ["male"], "commune": ["12364"]})
    frame = frame.select(pl.all().repeat_by(8_000_000).explode())
    dataset = ct.Dataset(births=pl.concat([frame] * 1_000, rechunk=False))
    rows = 0

    def tell(done, total):
        global rows
        if done and not rows:
            print("begun", flush=True)
        rows = done

    try:
        ct.compute(dataset, period="2022", by=["sex"], area_level="commune", on_progress=tell)
    except KeyboardInterrupt:
        print("interrupted", 0 < rows < 8_000_000_000, flush=True)
        sys.exit(7)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_ends_long_work():
    path = os.pathsep.join([str(ROOT / "python"), *sys.path])
    work = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(WORK)],
        env=os.environ | {"PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert work.stdout.readline() == "begun\n"
        time.sleep(1.5)
        sent = time.monotonic()
        work.send_signal(signal.SIGINT)
        out, err = work.communicate(timeout=30)
        took = time.monotonic() - sent
    finally:
        work.kill()
    assert (out, work.returncode) == ("interrupted True\n", 7), err
    assert "panicked" not in err
    # A second is the aim; a busy machine and an unoptimised build get some more.
    assert took < 5
