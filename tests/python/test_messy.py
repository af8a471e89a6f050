"""The folder of messy files: every true value comes back, and every planted trouble is counted, exactly."""

from collections import Counter

import chitieu as ct
import messy
import polars as pl
import pytest


@pytest.fixture(scope="module", params=[1, 2], ids=["seed 1", "seed 2"])
def corpus(request, tmp_path_factory):
    return messy.make(tmp_path_factory.mktemp("messy"), seed=request.param)


@pytest.fixture(scope="module")
def folder(corpus):
    return ct.read_folder(corpus.folder, area_vintage=messy.DAY, within=messy.PROVINCE, ethnic_list="1979")


def test_every_true_value_comes_back(corpus, folder):
    where = ["source_file", "source_row"]
    wanted = corpus.children.sort(where)
    found = folder.dataset["children"].with_columns(pl.col("source_file").cast(pl.String)).sort(where)
    assert found.select(where).equals(wanted.select(where))
    for column in set(wanted.columns) - set(where):
        differs = wanted[column].eq_missing(found[column].cast(wanted[column].dtype)) == False  # noqa: E712
        assert not differs.any(), (column, wanted.filter(differs).head(3), found.filter(differs).select(column).head(3))


def test_every_change_is_counted_by_rule(corpus, folder):
    found = Counter(
        {
            (file, column, rule): n
            for file, column, rule, n in folder.changes.select("file", "column", "rule", "rows").iter_rows()
        }
    )
    assert found == corpus.changes


def test_what_cannot_be_read_is_a_finding_with_its_row(corpus, folder):
    found = folder.findings
    assert Counter(found.select("file", "column").iter_rows()) == corpus.findings
    # A finding names the very cells that are null, and the row says so itself.
    rows = folder.dataset["children"].select(pl.col("source_file").cast(pl.String), "source_row", "source_unread")
    told = rows.filter(pl.col("source_unread").is_not_null())
    pairs = {(f, r, c) for f, r, unread in told.iter_rows() for c in unread.split(",")}
    assert pairs == set(found.select("file", "row", "column").iter_rows())


def test_rows_that_are_no_records_are_set_aside_by_reason(corpus, folder):
    assert Counter(folder.set_aside["why"]) == corpus.aside


def test_files_that_hold_no_table_are_listed_with_a_reason(corpus, folder):
    files = folder.files.filter(pl.col("not_read").is_not_null())
    assert sorted(f"{file}/{sheet or ''}" for file, sheet in files.select("file", "sheet").iter_rows()) == sorted(
        corpus.not_read
    )
    assert folder.files.filter(pl.col("not_read").is_null())["rows"].sum() == corpus.children.height


def test_the_folder_can_be_counted(corpus, folder):
    """What was read is a dataset: the children of each commune are those planted there."""
    checked = folder.dataset.without(ct.check(folder.dataset, period="2022"), severity="error")
    assert checked["children"].height == folder.dataset["children"].height - sum(checked.set_aside.values())
    result = ct.compute(checked, period="2022", indicators=["child_population"], area_level="commune")
    assert [w.code for w in result.warnings] == ["not_all_reported", "set_aside"]
    # Under 16 on 31 December 2022 for certain: born since 1 January 2007, by the day or, without one, by the year.
    born = pl.col("birth_date").is_between(pl.date(2007, 1, 1), pl.date(2022, 12, 31))
    born_in = pl.col("birth_date").is_null() & pl.col("birth_year").is_between(2007, 2022)
    wanted = checked["children"].group_by("commune").agg((born | born_in).fill_null(False).sum())
    found = {area: result.only("child_population", area=area)["numerator"].item() for area in wanted["commune"]}
    assert found == dict(wanted.iter_rows())
    assert sum(found.values()) > 0.9 * checked["children"].height


def test_no_name_is_in_any_report(folder):
    told = "".join(
        map(str, [folder, folder.findings.rows(), folder.changes.rows(), folder.files.rows(), folder.set_aside.rows()])
    )
    told += folder._repr_html_()
    assert not [name for name in messy.NAMES if name in told]
