"""Every case worked by hand, through the public API."""

import case_files
import chitieu as ct
import pytest

CASES = case_files.load()


@pytest.fixture(params=CASES, ids=str)
def case(request):
    return request.param


def test_a_case_gives_its_cells(case):
    result = ct.compute(ct.Dataset(**case.dataset), **case.asked)
    for expected in case.data["expect"]:
        if "warning" in expected:
            check_warning(result, expected)
        else:
            check_cell(result, expected)


def check_warning(result, expected):
    told = [
        w
        for w in result.warnings
        if w.code == expected["warning"]
        and expected.get("indicator", w.indicator) == w.indicator
        and expected.get("contains", "") in w.text["en"]
    ]
    assert told, f"no warning {expected} among {result.warnings}"


def check_cell(result, expected):
    where = {k: v for k, v in expected.items() if k not in (*case_files.FACTS, "indicator")}
    where.setdefault("area", "VN")
    rows = result.only(expected["indicator"], **where)
    assert rows.height == 1, f"{expected} names {rows.height} rows"
    row = rows.row(0, named=True)
    for fact in case_files.FACTS:
        if fact not in expected:
            continue
        wanted = case_files.none(expected[fact])
        if fact == "printed":
            found = result.printed(expected["indicator"], **where)
            # Here counts have a mark between thousands; a case has what the crate prints.
            found = found.replace(",", "") if row["measure"] == "count" else found
        else:
            found = row[fact]
        if fact == "value" and wanted is not None:
            wanted = pytest.approx(wanted, rel=1e-15)
        assert found == wanted, f"{fact} of {expected}: {row}"


def test_names_are_used_once():
    names = [str(case) for case in CASES]
    assert len(names) == len(set(names))


def test_what_a_case_says_is_known():
    for case in CASES:
        assert set(case.data) <= {
            "name", "why", "period", "indicators", "by", "area_level",
            "ethnic_list", "area_vintage", "records_vintage", "shares", "unknown_areas", "submissions", "complete",
            "tables", "expect",
        }, case  # fmt: skip
        for expected in case.data["expect"]:
            known = {
                "indicator",
                "measure",
                "area",
                "warning",
                "contains",
                *case_files.FACTS,
                *case.data.get("by", ()),
            }
            assert set(expected) <= known, f"{case}: {expected}"
            facts = {*case_files.FACTS, "warning"} & set(expected)
            assert facts, f"{case}: nothing is expected by {expected}"
