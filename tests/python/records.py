"""Small sound tables that a test spoils in one place, and one look at the error that follows."""

from datetime import date

import chitieu as ct
import polars as pl
import pytest

COMMUNE = "12364"


def children(**columns):
    """Return one child under 5 whose birth is registered; columns given replace or are added."""
    base = {
        "child_id": ["k1"],
        "birth_date": [date(2020, 1, 1)],
        "sex": ["female"],
        "commune": [COMMUNE],
        "birth_registered": [True],
    }
    return pl.DataFrame(base | columns)


def births(**columns):
    """Return a boy and a girl born in 2022."""
    base = {"date": [date(2022, 1, 1)] * 2, "sex": ["male", "female"], "commune": [COMMUNE] * 2}
    return pl.DataFrame(base | columns)


def victims(**columns):
    """Return one child of ten in each of two confirmed cases of 2022."""
    base = {
        "case_id": ["c1", "c2"],
        "child_id": ["k1", "k2"],
        "birth_date": [date(2012, 1, 1)] * 2,
        "commune": [COMMUNE] * 2,
        "received_date": [date(2022, 2, 2)] * 2,
        "forms": [["violence"], ["neglect"]],
        "confirmed": [True, True],
    }
    return pl.DataFrame(base | columns)


def population(**columns):
    """Return the population of 2022 in two rows."""
    base = {"year": [2022, 2022], "commune": [COMMUNE] * 2, "age": [10, 40], "persons": [30, 70]}
    return pl.DataFrame(base | columns)


def pupils(**columns):
    """Return the last class of primary school of 2021-2022 and the first of 2017-2018."""
    base = {
        "commune": [COMMUNE] * 2,
        "school_year": ["2021-2022", "2017-2018"],
        "grade": [5, 1],
        "enrolled": [100, 100],
        "completed": [98, 0],
        "dropped_out": [0, 0],
    }
    return pl.DataFrame(base | columns)


def ask(indicator, period="2022", ethnic_list=None, on=None, tables=None, **more):
    """Compute one indicator from tables by name."""
    tables = {k: more.pop(k) for k in list(more) if isinstance(more[k], (pl.DataFrame, pl.LazyFrame))} | (tables or {})
    dataset = ct.Dataset(area_vintage=on, ethnic_list=ethnic_list, **tables)
    return ct.compute(dataset, period=period, indicators=[indicator], **more)


def refusal(call, kind, **facts):
    """Return the message of the error that a call raises, after a look at its class and facts."""
    with pytest.raises(kind) as caught:
        call()
    error = caught.value
    found = {name: getattr(error, name) for name in facts}
    assert found == facts, f"{error}"
    assert type(error) is kind
    assert isinstance(error, ct.ChitieuError)
    return str(error)
