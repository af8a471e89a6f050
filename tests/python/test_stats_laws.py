"""Laws of the statistics, statuses, shapes and refusals."""

import math
import pickle
from collections.abc import Sequence

import chitieu as ct
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

QUICK = settings(max_examples=200, deadline=None, derandomize=True)
SHARES = st.integers(1, 10**9).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
SMALL = st.integers(1, 3_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
EVENTS = st.integers(0, 10**6)
EXPOSURES = st.floats(1, 1e9)
STRATA = st.lists(st.tuples(st.integers(0, 300), st.floats(1, 1e6), st.floats(0.01, 1e6)), min_size=1, max_size=8)


def test_an_interval_is_a_sequence_of_three_with_names():
    found = ct.stats.proportion_interval(29, 40)
    value, lower, upper = found
    assert isinstance(found, Sequence)
    assert (len(found), found[1:], found[-1], list(found)) == (3, (lower, upper), upper, [value, lower, upper])
    assert hash(found) == hash((value, lower, upper)) and found != (value, lower) and found != 0
    assert found == (value, lower, upper) == (found.value, found.lower, found.upper)
    assert (found.method, found.status) == ("wilson", "ok")
    assert repr(found).startswith("Interval(value=0.725, lower=0.")
    copy = pickle.loads(pickle.dumps(found))
    assert copy == found and copy.method == "wilson" and copy.status == "ok"
    compared = ct.stats.proportion_difference(3, 40, 9, 40)
    copy = pickle.loads(pickle.dumps(compared))
    assert copy == compared and copy.p_value == compared.p_value and repr(copy) == repr(compared)


@pytest.mark.parametrize(
    ("found", "method", "status"),
    [
        (lambda: ct.stats.proportion_interval(3, 29), "wilson", "unreliable"),
        (lambda: ct.stats.proportion_interval(3, 30, method="clopper_pearson"), "clopper_pearson", "ok"),
        (lambda: ct.stats.rate_interval(9, 100), "exact_poisson", "unreliable"),
        (lambda: ct.stats.rate_interval(10, 100), "byar", "ok"),
        (lambda: ct.stats.rate_interval(9, 100, method="byar_only"), "byar", "unreliable"),
        (lambda: ct.stats.rate_interval(10, 100, method="byar_rothman_boice"), "byar_rothman_boice", "ok"),
        (lambda: ct.stats.standardised_rate([9], [100], [1]), "dobson", "not_available"),
        (
            lambda: ct.stats.standardised_rate([9], [100], [1], method="fay_feuer"),
            "fay_feuer",
            "unreliable",
        ),
        (lambda: ct.stats.standardised_rate([10, 0], [100, 0], [1, 1]), "dobson", "not_available"),
        (lambda: ct.stats.standardised_rate([10, 0], [100, 0], [1, 0]), "dobson", "ok"),
        (
            lambda: ct.stats.standardised_ratio(0, [10], [0], [100]),
            "exact_poisson",
            "not_available",
        ),
        (
            lambda: ct.stats.indirect_rate(12, [10], [3], [100]),
            "byar",
            "ok",
        ),
        (lambda: ct.stats.rate_ratio(12, 10, 0, 10), "exact_conditional", "not_available"),
        (lambda: ct.stats.rate_ratio(12, 10, 9, 10), "exact_conditional", "unreliable"),
        (lambda: ct.stats.rate_difference(12, 10, 0, 10), "square_and_add", "unreliable"),
        (lambda: ct.stats.proportion_ratio(12, 40, 0, 40), "koopman", "not_available"),
        (lambda: ct.stats.proportion_difference(12, 40, 0, 40), "newcombe", "ok"),
    ],
)
def test_method_and_status(found, method, status):
    found = found()
    assert (found.method, found.status) == (method, status)
    assert all(math.isnan(v) == (status == "not_available") for v in found)


@given(SHARES, st.sampled_from(["wilson", "clopper_pearson"]), st.floats(0.5, 0.9999))
@QUICK
def test_limits_of_shares(pair, method, level):
    x, n = pair
    found = ct.stats.proportion_interval(x, n, level=level, method=method)
    mirror = ct.stats.proportion_interval(n - x, n, level=level, method=method)
    wider = ct.stats.proportion_interval(x, n, level=(1 + level) / 2, method=method)
    assert 0 <= wider.lower <= found.lower <= found.value <= found.upper <= wider.upper <= 1
    assert found.lower + mirror.upper == pytest.approx(1, abs=1e-12)


@given(EVENTS, EXPOSURES, st.sampled_from(["byar", "byar_only", "byar_rothman_boice", "exact"]), st.floats(0.6, 0.9999))
@QUICK
def test_limits_of_rates(x, exposure, method, level):
    found = ct.stats.rate_interval(x, exposure, level=level, method=method)
    wider = ct.stats.rate_interval(x, exposure, level=(1 + level) / 2, method=method)
    assert 0 <= wider.lower <= found.lower <= found.value <= found.upper <= wider.upper
    other = ct.stats.rate_interval(x, exposure, per=1, level=level, method=method)
    assert found == pytest.approx([v * 100_000 for v in other], rel=1e-12)


@given(st.integers(1, 10**6), st.floats(0.8, 0.9999))
@QUICK
def test_the_two_forms_of_byar(x, level):
    """Rothman and Boice stand inside Breslow and Day: half an event nearer on either side."""
    day = ct.stats.rate_interval(x, 1, per=1, level=level, method="byar_only")
    boice = ct.stats.rate_interval(x, 1, per=1, level=level, method="byar_rothman_boice")
    assert day.lower <= boice.lower <= x <= boice.upper <= day.upper
    if x > 100:
        assert boice.lower - day.lower == pytest.approx(0.5, abs=0.25)
        assert day.upper - boice.upper == pytest.approx(0.5, abs=0.25)


@given(STRATA, st.sampled_from(["dobson", "fay_feuer"]), st.floats(0.001, 1e6))
@QUICK
def test_standardised_rates(strata, method, unit):
    events, population, standard = map(list, zip(*strata, strict=True))
    assume(sum(events) >= 10)
    found = ct.stats.standardised_rate(events, population, standard, method=method)
    assert 0 <= found.lower <= found.value <= found.upper
    # The unit of the standard does not matter, nor the order of the strata.
    again = ct.stats.standardised_rate(
        events[::-1], population[::-1], [w * unit for w in standard[::-1]], method=method
    )
    assert again == pytest.approx(found, rel=1e-9)
    # The rate is a mean of the rates of the strata.
    rates = [x / n * 100_000 for x, n in zip(events, population, strict=True)]
    assert min(rates) * (1 - 1e-12) <= found.value <= max(rates) * (1 + 1e-12)
    # A standard like the population gives the crude rate.
    crude = ct.stats.rate_interval(sum(events), sum(population), method="byar_only")
    own = ct.stats.standardised_rate(events, population, population)
    assert own == pytest.approx(crude, rel=1e-9)


@given(STRATA)
@QUICK
def test_repeats_of_one_change_nothing_and_others_widen(strata):
    events, population, standard = map(list, zip(*strata, strict=True))
    assume(sum(events) >= 10)
    plain = ct.stats.standardised_rate(events, population, standard)
    once = ct.stats.standardised_rate(events, population, standard, repeats=[[x] for x in events])
    assert once == plain
    paired = [[x % 2, x // 2] for x in events]
    wider = ct.stats.standardised_rate(events, population, standard, repeats=paired)
    assert wider.value == plain.value and wider.lower <= plain.lower and wider.upper >= plain.upper


@given(
    st.lists(st.tuples(EXPOSURES, st.floats(1, 1e5), st.floats(1e5, 1e9)), min_size=1, max_size=6),
    st.integers(0, 5_000),
)
@QUICK
def test_indirect_rates(strata, x):
    population, reference, base = map(list, zip(*strata, strict=True))
    ratio = ct.stats.standardised_ratio(x, population, reference, base)
    rate = ct.stats.indirect_rate(x, population, reference, base)
    crude = sum(reference) / sum(base) * 100_000
    assert rate == pytest.approx([v * crude for v in ratio], rel=1e-12)
    expected = sum(n * r / b for n, r, b in strata)
    assert ratio == pytest.approx(ct.stats.rate_interval(x, expected, per=1), rel=1e-12)


@given(SMALL, SMALL, st.floats(0.5, 0.999))
@QUICK
def test_differences_change_sign_when_turned(first, second, level):
    found = ct.stats.proportion_difference(*first, *second, level=level)
    turned = ct.stats.proportion_difference(*second, *first, level=level)
    assert -1 <= found.lower <= found.value <= found.upper <= 1
    assert turned == pytest.approx([-found.value, -found.upper, -found.lower], abs=1e-14)
    assert found.p_value == pytest.approx(turned.p_value) and 0 <= found.p_value <= 1


@given(st.integers(0, 3_000), EXPOSURES, st.integers(1, 3_000), EXPOSURES)
@QUICK
def test_ratios_and_differences_of_rates(x, e, y, f):
    ratio = ct.stats.rate_ratio(x, e, y, f)
    assert 0 <= ratio.lower <= ratio.value <= ratio.upper
    assert (ratio.lower > 1 or ratio.upper < 1) == (ratio.p_value < 0.05)
    found = ct.stats.rate_difference(x, e, y, f)
    turned = ct.stats.rate_difference(y, f, x, e)
    assert found.lower <= found.value <= found.upper
    assert turned == pytest.approx([-found.value, -found.upper, -found.lower], rel=1e-12)
    assert found.p_value == ratio.p_value


@given(SMALL, SMALL)
@QUICK
def test_ratios_of_shares(first, second):
    assume(second[0] > 0)
    found = ct.stats.proportion_ratio(*first, *second)
    assert 0 <= found.lower <= found.value <= found.upper < math.inf
    if first[0]:
        turned = ct.stats.proportion_ratio(*second, *first)
        assert turned == pytest.approx([1 / found.value, 1 / found.upper, 1 / found.lower], rel=1e-9)


@given(st.lists(SMALL, min_size=1, max_size=10), st.sampled_from(["exact", "normal"]))
@QUICK
def test_funnels_say_what_their_limits_say(areas, method):
    events, sizes = map(list, zip(*areas, strict=True))
    for point in ct.stats.funnel(events, sizes, method=method, per=100):
        limits = point[1:5]
        assert list(limits) == sorted(limits)
        expected = (
            "low_998" if point.value < point.low_998
            else "low_95" if point.value < point.low_95
            else "high_998" if point.value > point.high_998
            else "high_95" if point.value > point.high_95
            else "unreliable" if point.status == "unreliable"
            else "within"
        )  # fmt: skip
        assert point.place == expected


def test_funnels_of_nothing_and_of_all():
    assert ct.stats.funnel([], []) == []
    assert [p.place for p in ct.stats.funnel([0, 0], [0, 50])] == ["not_available", "within"]
    assert [p.place for p in ct.stats.funnel([50, 31], [50, 31])] == ["within", "within"]
    assert [p.place for p in ct.stats.funnel([0, 0], [10, 50], kind="rate")] == [
        "unreliable",
        "unreliable",
    ]
    # The target is in the unit of the values.
    limits = ct.stats.funnel_limits(25.0, 400, kind="rate", per=1_000)
    assert limits.low_95 < 25 < limits.high_95
    assert ct.stats.funnel([200], [400], kind="rate", target=25.0, per=1_000)[0].place == "high_998"


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(50, 90)), min_size=2, max_size=8),
    st.floats(0.01, 100),
    st.floats(-1e4, 1e4),
)
@QUICK
def test_trends_do_not_depend_on_the_scale_of_scores(groups, factor, shift):
    events, sizes = map(list, zip(*groups, strict=True))
    assume(0 < sum(events) < sum(sizes))
    scores = list(range(len(events)))
    for kind in ("proportion", "rate"):
        found = ct.stats.trend_test(events, sizes, scores=scores, kind=kind)
        moved = ct.stats.trend_test(events, sizes, scores=[s * factor + shift for s in scores], kind=kind)
        back = ct.stats.trend_test(events[::-1], sizes[::-1], scores=scores, kind=kind)
        assert moved.z == pytest.approx(found.z, rel=1e-6, abs=1e-6)
        assert back.z == pytest.approx(-found.z, rel=1e-9, abs=1e-9)
        assert 0 <= found.p_value <= 1


def test_trends_without_variance():
    assert ct.stats.trend_test([0, 0], [40, 40]).status == "not_available"
    assert math.isnan(ct.stats.trend_test([40, 40], [40, 40]).p_value)
    assert ct.stats.trend_test([1, 3], [40, 40]).status == "unreliable"
    assert ct.stats.trend_test([1, 30], [40, 40]).status == "ok"


REFUSED = [
    lambda: ct.stats.proportion_interval(2, 1),
    lambda: ct.stats.proportion_interval(-1, 1),
    lambda: ct.stats.proportion_interval(0, 0),
    lambda: ct.stats.proportion_interval(1, 2, level=1),
    lambda: ct.stats.proportion_interval(1, 2, level=math.nan),
    lambda: ct.stats.proportion_interval(1, 2, method="wald"),
    lambda: ct.stats.rate_interval(1, 0),
    lambda: ct.stats.rate_interval(1, math.inf),
    lambda: ct.stats.rate_interval(1, 1, per=-1),
    lambda: ct.stats.rate_interval(10, 1e-300, per=1e300),
    lambda: ct.stats.rate_interval(1, 1, method="garwood"),
    lambda: ct.stats.standardised_rate([], [], []),
    lambda: ct.stats.standardised_rate([20], [100, 100], [1]),
    lambda: ct.stats.standardised_rate([20], [100], []),
    lambda: ct.stats.standardised_rate([20], [0], [1]),
    lambda: ct.stats.standardised_rate([20], [100], [0]),
    lambda: ct.stats.standardised_rate([20], [100], [-1]),
    lambda: ct.stats.standardised_rate([-1], [100], [1]),
    lambda: ct.stats.standardised_rate([20], [100], [1], method="normal"),
    lambda: ct.stats.standardised_rate([20], [100], [1], repeats=[[18, 2]]),
    lambda: ct.stats.standardised_rate([20], [100], [1], repeats=[[20], [0]]),
    lambda: ct.stats.standardised_rate([20], [100], [1], repeats=[[22, -1]]),
    lambda: ct.stats.standardised_rate([20], [100], [1], method="fay_feuer", repeats=[[20]]),
    lambda: ct.stats.standardised_ratio(3, [], [], []),
    lambda: ct.stats.standardised_ratio(3, [1], [1, 2], [1]),
    lambda: ct.stats.standardised_ratio(3, [1], [1], [0]),
    lambda: ct.stats.standardised_ratio(3, [0], [1], [1]),
    lambda: ct.stats.indirect_rate(-3, [1], [1], [1]),
    lambda: ct.stats.rate_ratio(1, 1, 1, 0),
    lambda: ct.stats.rate_difference(1, 1, 1, 1, method="mover"),
    lambda: ct.stats.proportion_difference(1, 0, 1, 1),
    lambda: ct.stats.proportion_ratio(3, 2, 1, 1),
    lambda: ct.stats.modified_z([1, math.nan]),
    lambda: ct.stats.funnel_limits(1.5, 10),
    lambda: ct.stats.funnel_limits(0.5, 10.5),
    lambda: ct.stats.funnel_limits(0.5, 0),
    lambda: ct.stats.funnel_limits(0.5, 10, kind="ratio"),
    lambda: ct.stats.funnel_limits(0.5, 10, method="wilson"),
    lambda: ct.stats.funnel([3], [2]),
    lambda: ct.stats.funnel([3], [0], kind="rate"),
    lambda: ct.stats.funnel([3], [2, 3]),
    lambda: ct.stats.trend_test([1], [10]),
    lambda: ct.stats.trend_test([1, 2], [10, 10], scores=[3, 3]),
    lambda: ct.stats.trend_test([1, 20], [10, 10]),
    lambda: ct.stats.trend_test([1, 2], [10, 0]),
    lambda: ct.stats.trend_test([1, 2], [10, 10], kind="share"),
    lambda: ct.stats.annual_change([5]),
    lambda: ct.stats.annual_change([5, 0]),
    lambda: ct.stats.annual_change([5, 4], years=[2020, 2020]),
    lambda: ct.stats.annual_change([5, 4], years=[2020]),
    lambda: ct.stats.annual_change([5, 4], method="linear"),
    lambda: ct.stats.required_change(5, 0, 3),
    lambda: ct.stats.required_change(5, 4, 0),
]


@pytest.mark.parametrize("call", REFUSED)
def test_refusals(call):
    with pytest.raises(ct.PlanError) as refused:
        call()
    assert refused.value.code in ("bad_number", "unknown_choice")
    assert refused.value.expected and refused.value.got is not None


@pytest.mark.parametrize("call", REFUSED)
def test_refusals_in_vietnamese(call):
    ct.set_language("vi")
    try:
        with pytest.raises(ct.PlanError) as refused:
            call()
    finally:
        ct.set_language("en")
    message = str(refused.value)
    assert "cần" in message
    if refused.value.code == "bad_number":
        assert refused.value.expected not in message


def test_what_a_refusal_says():
    with pytest.raises(ct.PlanError, match=r"repeats: expected persons whose events add up to 20, found 22"):
        ct.stats.standardised_rate([20], [100], [1], repeats=[[18, 2]])
    with pytest.raises(ct.PlanError, match=r'method: "wald" is not one of wilson, clopper_pearson'):
        ct.stats.proportion_interval(1, 2, method="wald")


def test_what_comes_from_frames():
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame({"x": [40, 75, 2, 383], "n": [1_000, 1_000, 10, 9_000]})
    points = ct.stats.funnel(frame["x"], frame["n"])
    assert pl.DataFrame(points)["place"].to_list() == ["within", "high_998", "unreliable", "within"]
    assert ct.stats.modified_z(frame["x"].to_numpy())[2] < 0
