"""What leaves, in whatever form, holds no small count; and what is asked wrongly is refused."""

import gc
import json
import pickle
import types
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import chitieu as ct
import polars as pl
import pytest
from reader import faults, result_given
from small_records import ABUSE_INDICATORS, RULES, dataset_of, tables


@pytest.fixture(scope="module")
def result() -> ct.Result:
    return ct.compute(
        dataset_of(tables(3, victims=60)),
        period="2022",
        by=["sex"],
        indicators=[*ABUSE_INDICATORS, "birth_registration_under_5"],
        area_level="district",
    )


def reached(start: object) -> Iterator[object]:
    """Return all that an object holds, however deep; modules, classes and functions belong to all."""
    seen: set[int] = set()
    left = [start]
    while left:
        one = left.pop()
        if id(one) in seen or isinstance(one, (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType)):
            continue
        seen.add(id(one))
        yield one
        left += gc.get_referents(one)


def small_frames(start: object) -> list[pl.DataFrame]:
    """Return the tables within an object that hold a small count of abuse."""
    found = []
    for one in reached(start):
        if isinstance(one, pl.DataFrame) and {"numerator", "indicator"} <= set(one.columns):
            abuse = ~pl.col("indicator").is_in(["birth_registration_under_5"])
            if one.filter(abuse & pl.any_horizontal(pl.col("numerator", "undecided").is_between(1, 4))).height:
                found.append(one)
    return found


def test_nothing_that_leaves_holds_a_small_count(result):
    assert small_frames(result), "the search finds nothing at all"
    safe = result.protect()
    for leaving in (
        safe,
        safe.filter(sex="total"),
        result.filter(sex="total").protect(),
        safe.plot,
        result.plot("abused_children", area_level="district", measure="count"),
        result.table("abused_children", area_level="district"),
        ct.compare(result, result, indicator="abused_children", measure="count"),
        pickle.loads(pickle.dumps(safe)),
    ):
        assert not small_frames(leaving), leaving
        assert not [one for one in reached(leaving) if isinstance(one, ct.Result) and one.rule is None]


def test_results_leave_protected_by_default(result, tmp_path):
    safe = result.protect().to_polars()
    abuse = pl.col("indicator") != "birth_registration_under_5"
    left = pl.read_parquet(result.write_parquet(tmp_path / "left.parquet"))
    counts = ["numerator", "denominator", "undecided", "status"]
    assert left.filter(abuse).select(counts).equals(safe.filter(abuse).select(counts))
    counts_of = (pl.col("indicator") == "abused_children_supported") & (pl.col("measure") == "count")
    here = safe.filter(counts_of, pl.col("area_level").is_in(["province", "district"]))
    table = result.table("abused_children_supported", area_level="district", measure="count", columns="sex")
    printed = [cell.status for row in table.cells for cell in row].count("suppressed")
    assert printed == here["status"].eq("suppressed").sum() > 0
    drawn = json.dumps(result.plot("abused_children_supported", by="sex", area="33", measure="count").to_dict())
    assert not any(f'"numerator": {n},' in drawn for n in (1, 2, 3, 4))
    changes = ct.compare(result, result, indicator="abused_children", measure="count").to_polars()
    for side in ("numerator_before", "numerator_after"):
        assert not changes[side].is_between(1, 4).any()


@pytest.mark.parametrize(
    "where", [{"sex": "male"}, {"area": "33"}, {"indicator": "abuse_cases"}, {"area_level": "district", "sex": "total"}]
)
def test_a_filtered_result_is_protected_as_the_whole(result, where):
    expected = result.protect().filter(**where).to_polars()
    assert result.filter(**where).protect().to_polars().equals(expected)


def test_the_reason_stands_on_everything_that_leaves_unprotected(result, tmp_path):
    why = "for the court of the ward"
    free = result.without_protection(why)
    for text in (
        repr(free),
        free._repr_html_(),
        str(free.notes),
        json.dumps(free.plot("abused_children").to_dict()),
        json.dumps(free.filter(sex="total").plot("abused_children").to_dict()),
        str(free.table("abused_children").notes),
        str(ct.compare(free, free, indicator="abused_children").notes),
        free.write_parquet(tmp_path / "free.parquet").read_bytes().decode(errors="replace"),
    ):
        assert why in text, text[:300]


def test_the_report_is_there_and_does_not_leave(result):
    safe = result.protect()
    assert safe.report is not None
    assert pickle.loads(pickle.dumps(safe)).report is None


def test_a_rule_for_other_indicators_does_not_let_abuse_leave(result, tmp_path):
    """Protected for birth registration alone, the result is not protected for what it says of abuse."""
    narrow = result.protect(indicators=["birth_registration_under_5"])
    left = pl.read_parquet(narrow.write_parquet(tmp_path / "left.parquet"))
    abuse = pl.col("indicator") != "birth_registration_under_5"
    assert not left.filter(abuse)["numerator"].is_between(1, 4).any()


def test_protecting_again_for_all_does_not_return_what_was_protected_for_some(result):
    narrow = result.protect(indicators=["birth_registration_under_5"])
    with pytest.raises(ct.PlanError) as caught:
        narrow.protect()
    assert caught.value.code == "already_protected"


def test_a_log_does_not_take_what_is_protected_for_some_indicators(result, tmp_path):
    narrow = result.protect(indicators=["birth_registration_under_5"])
    with pytest.raises(ct.PlanError):
        ct.ReleaseLog(tmp_path / "log").add(narrow, published_on="2022-12-31", note="made up")


def test_all_that_counts_people_is_protected_by_protect():
    """Not abuse alone: whose birth is not registered in a commune, too."""
    frames = tables(7, children=120, victims=10)
    result = ct.compute(
        dataset_of(frames), period="2022", indicators=["birth_registration_under_5"], area_level="commune"
    )
    safe = result.protect()
    assert not faults([result_given(result, safe)], RULES, every=False)
    assert safe.to_polars()["status"].eq("suppressed").any()


def test_protecting_twice_is_the_same_or_an_error(result):
    safe = result.protect()
    assert safe.protect().to_polars().equals(safe.to_polars())
    with pytest.raises(ct.PlanError) as caught:
        safe.protect(threshold=3)
    assert caught.value.code == "already_protected"


def test_a_protected_result_does_not_ignore_a_log(result, tmp_path):
    """Protected without the log, it was not protected against what the log holds; it must not seem so."""
    log = ct.ReleaseLog(tmp_path / "log")
    log.add(result.protect(), published_on="2022-12-31", note="made up")
    other = ct.compute(
        dataset_of(tables(3, victims=60)), period="2022", by=["form"], indicators=["abused_children"]
    ).protect()
    with pytest.raises(ct.PlanError):
        other.protect(releases=log)


@pytest.mark.parametrize(
    "given",
    [
        {"threshold": 1},
        {"threshold": 5.7},
        {"threshold": "five"},
        {"zeros": "visible"},
        {"protection": 1},
        {"protection": "none"},
        {"changes": "secret"},
        {"whole_groups": "hidden"},
        {"indicators": ["nothing"]},
        {"indicators": []},
        {"releases": "folder"},
    ],
    ids=str,
)
def test_options_that_do_not_exist_are_refused_in_words(result, given):
    with pytest.raises((ct.PlanError, TypeError)) as caught:
        result.protect(**given)
    assert "runtime_checkable" not in str(caught.value)
    assert next(iter(given)) in str(caught.value) or "zeros" in str(caught.value) or "indicator" in str(caught.value)


def test_results_without_rows_can_be_protected(result):
    empty = result.filter(status="partial").filter(status="suppressed")
    assert len(empty) == len(empty.protect()) == 0
    assert ct.disclosure.protect_together([]) == []


def test_results_of_other_records_are_not_protected_together(result):
    other = ct.compute(
        dataset_of(tables(4, victims=60)),
        period="2022",
        by=["age_group"],
        indicators=["abused_children"],
        area_level="district",
    )
    with pytest.raises(ct.PlanError) as caught:
        ct.disclosure.protect_together([result, other])
    assert caught.value.code == "other_records"
    with pytest.raises(ct.PlanError) as caught:
        ct.disclosure.protect_together([result.protect(), result])
    assert caught.value.code == "already_protected"


def written_log(folder: Path, result: ct.Result) -> ct.ReleaseLog:
    log = ct.ReleaseLog(folder)
    for note in ("first", "second", "third"):
        log.add(result.protect(), published_on="2022-12-31", note=note)
    return log


def _edited(number: int, edit: Callable[[dict[str, object]], object]) -> Callable[[Path], object]:
    def change(folder: Path) -> None:
        path = folder / f"{number:06}.json"
        content = json.loads(path.read_bytes())
        edit(content)
        path.write_text(json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")))

    return change


HARM: dict[str, Callable[[Path], object]] = {
    "note of the first": _edited(1, lambda c: c.update(note="other")),
    "note of the last": _edited(3, lambda c: c.update(note="other")),
    "a number of the last": _edited(3, lambda c: c["tables"][0]["columns"]["numerator"]["numbers"].__setitem__(0, 99)),  # type: ignore[index]
    "a shorter column of the last": _edited(3, lambda c: c["tables"][0]["columns"]["numerator"]["numbers"].pop()),  # type: ignore[index]
    "a plan of the last": _edited(3, lambda c: c["tables"][0]["plan"].update(period="never")),  # type: ignore[index]
    "no kind in the last": _edited(3, lambda c: c["tables"][0].pop("kind")),  # type: ignore[index]
    "another version": _edited(3, lambda c: c.update(chitieu_release=2)),
    "the first taken away": lambda folder: (folder / "000001.json").unlink(),
    "the second taken away": lambda folder: (folder / "000002.json").unlink(),
    "the last taken away": lambda folder: (folder / "000003.json").unlink(),
    "the first and the second swapped": lambda folder: (
        (folder / "000001.json").rename(folder / "x"),
        (folder / "000002.json").rename(folder / "000001.json"),
        (folder / "x").rename(folder / "000002.json"),
    ),
    "half a file": lambda folder: (folder / "000003.json").write_text('{"chitieu_release":1'),
    "a folder for a file": lambda folder: (folder / "000004.json").mkdir(),
}


@pytest.mark.parametrize("harm", HARM)
def test_a_log_that_was_changed_is_refused(harm, result, tmp_path):
    log = written_log(tmp_path / "log", result)
    HARM[harm](log.folder)
    with pytest.raises(ct.DataError) as caught:
        result.protect(releases=ct.ReleaseLog(log.folder))
    assert caught.value.code == "release_log"


def test_a_log_keeps_no_hidden_number_and_can_be_read_again(result, tmp_path):
    log = written_log(tmp_path / "log", result)
    for path in log.folder.glob("*.json"):
        for table in json.loads(path.read_bytes())["tables"]:
            columns = table["columns"]
            status = [columns["status"]["texts"][place] for place in columns["status"]["places"]]
            assert "suppressed" in status
            assert not any(1 <= n <= 4 for n in columns["numerator"]["numbers"] if n is not None)
            assert not any(1 <= n <= 4 for n in columns["undecided"]["numbers"] if n is not None)
    assert len(ct.ReleaseLog(log.folder)) == 3
    assert not any(
        word in (log.folder / "000001.json").read_text() for word in ('"certified"', '"report"', '"exposed"')
    )


def test_a_moment_for_a_day_does_not_spoil_the_log(result, tmp_path):
    log = ct.ReleaseLog(tmp_path / "log")
    try:
        log.add(result.protect(), published_on=datetime(2022, 12, 31, 5), note="made up")
    except (ct.PlanError, TypeError):
        return
    assert len(ct.ReleaseLog(log.folder)) == 1


def test_what_cannot_be_added_is_refused_and_leaves_the_log_as_it_was(result, tmp_path):
    log = written_log(tmp_path / "log", result)
    for published_on, note, one in (
        ("2022-13-01", "x", result.protect()),
        ("2022-12-31", " ", result.protect()),
        ("2022-12-31", "x", result),
        ("2022-12-31", "x", result.without_protection("because")),
    ):
        with pytest.raises(ct.PlanError):
            log.add(one, published_on=published_on, note=note)
    assert len(log) == 3
    (tmp_path / "file").write_text("")
    with pytest.raises((ct.ChitieuError, OSError)):
        ct.ReleaseLog(tmp_path / "file" / "log").add(result.protect(), published_on="2022-12-31", note="x")


def test_the_same_release_twice_changes_nothing(result, tmp_path):
    log = written_log(tmp_path / "log", result)
    assert result.protect(releases=log).to_polars().equals(result.protect().to_polars())
