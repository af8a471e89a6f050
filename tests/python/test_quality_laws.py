"""Any split into batches, any type of column and any reader gives the same check."""

from datetime import date

import chitieu as ct
import polars as pl
import pytest
from case_files import schema
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import CODES, born, commune, flag, none_or, rows, sex

NAMES = ["Nguyễn Văn An", "Nguyen Van An", "Nguyễn Thị Phương", "Trần Thị Phuong", "Lê", ""]
CHILDREN = {
    "child_id": none_or(st.sampled_from("abcdefgh")),
    "birth_date": none_or(st.one_of(born, st.just(date(1700, 1, 1)))),
    "birth_year": none_or(st.sampled_from([2010, 2015, 2999])),
    "sex": st.one_of(sex, st.just("boy")),
    "commune": none_or(st.one_of(commune, st.just("99999"))),
    "circumstances": none_or(st.lists(st.sampled_from([*CODES, "x"]), max_size=2)),
    "supported": flag,
    "updated_on": none_or(st.dates(date(2022, 1, 1), date(2023, 1, 31))),
    "personal_id": none_or(st.sampled_from(["033215123456", "033315123456", "1"])),
    "full_name": none_or(st.sampled_from(NAMES)),
}
VICTIMS = {
    "case_id": none_or(st.sampled_from("123456")),
    "child_id": none_or(st.sampled_from("abcdefgh")),
    "commune": commune,
    "incident_date": none_or(st.dates(date(2022, 1, 1), date(2022, 12, 31))),
    "received_date": none_or(st.dates(date(2022, 1, 1), date(2022, 12, 31))),
}
POPULATION = {
    "year": st.just(2022),
    "commune": st.just("12364"),
    "sex": st.sampled_from(["male", "female", "unknown", None]),
    "age": none_or(st.sampled_from([0, 1])),
    "persons": none_or(st.sampled_from([4, 5, 6, 10, 11, 12])),
}
PERPETRATORS = {"case_id": none_or(st.sampled_from("1234567")), "person_id": none_or(st.sampled_from("pqr"))}


class Batched(ct.Dataset):
    """A dataset read in small batches."""

    size = 1

    def batches(self, table, columns):
        there = [c for c in columns if c in self.schema(table)]
        frame = self[table].select(there)
        yield from frame.iter_slices(self.size) if frame.height else [frame]


@settings(max_examples=60, deadline=None)
@given(
    rows("children", CHILDREN, 12),
    rows("victims", VICTIMS, 8),
    rows("perpetrators", PERPETRATORS, 6),
    rows("population", POPULATION, 8),
    st.integers(1, 7),
)
def test_any_split_gives_the_same_check(children, victims, perpetrators, population, size):
    tables = {"children": children, "victims": victims, "perpetrators": perpetrators, "population": population}
    whole = ct.check(ct.Dataset(**tables), period="2022")
    split = Batched(**tables)
    split.size = size
    assert ct.check(split, period="2022") == whole
    categories = children.with_columns(pl.col("sex", "commune", "child_id").cast(pl.Categorical))
    lazy = ct.Dataset(**tables | {"children": categories.lazy(), "victims": victims.lazy()})
    assert ct.check(lazy, period="2022") == whole
    for table in tables:
        summary = whole.summary().filter(pl.col("table") == table, pl.col("rule") == "required_missing")
        assert summary.select(pl.sum_horizontal("passed", "failed", "undecided")).item() == tables[table].height


def test_a_check_tells_every_column_that_compute_would_refuse():
    wrong = {
        pl.Date: date(1700, 1, 1),
        pl.Int64: 2**40,
        pl.String: "no such code",
        pl.List(pl.String): ["no such code"],
    }
    for table in ("children", "victims", "deaths", "births", "sanctions", "population"):
        for column, dtype in schema(table).items():
            if dtype not in wrong or column in ("personal_id", "full_name") or column.endswith("_id"):
                continue
            if column in ("cause", "article", "age"):
                continue
            frame = pl.DataFrame({column: [wrong[dtype]]}, schema={column: dtype})
            found = ct.check(ct.Dataset(ethnic_list="1979", **{table: frame}), period="2022").summary()
            failed = found.filter(pl.col("rule").is_in(["value_not_allowed", "area_unknown"]))["failed"].sum()
            assert failed == 1, (table, column)


def test_an_empty_dataset_is_checked():
    empty = pl.DataFrame(schema=schema("children"))
    found = ct.check(ct.Dataset(children=empty), period="2022")
    assert found.summary().select(pl.sum("passed", "failed", "undecided")).row(0) == (0, 0, 0)
    assert len(found.scorecard(area_level="commune")) == 0
    assert found.to_html()
    assert ct.check(ct.Dataset(), period="2022").summary().height == 0


def test_a_wrong_type_is_told_before_a_row_is_read():
    with pytest.raises(ct.SchemaError, match="birth_date"):
        ct.check(ct.Dataset(children=pl.DataFrame({"birth_date": ["x"]})), period="2022")
