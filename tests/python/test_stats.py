"""Limits and rounding against scipy, fractions and arithmetic of many digits."""

import math
from decimal import Decimal, getcontext
from fractions import Fraction

import chitieu as ct
import pytest
from chitieu import _native
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

getcontext().prec = 60
QUICK = settings(max_examples=300, deadline=None, derandomize=True)
LEVELS = [0.5, 0.8, 0.9, 0.95, 0.99, 0.999]
PROPORTIONS = [
    (0, 1), (1, 1), (0, 2), (1, 2), (1, 3), (2, 3), (0, 30), (29, 30), (30, 30), (81, 263), (15, 148), (6364, 8442),
    (0, 10**9), (1, 10**9), (10**9 - 1, 10**9), (10**9, 10**9), (24776733, 96208984), (2**52, 2**53),
]  # fmt: skip
#: R. G. Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
PRINTED = [(81, 263, (0.2553, 0.3662)), (15, 148, (0.0624, 0.1605)), (0, 20, (0.0, 0.1611)), (1, 29, (0.0061, 0.1718))]
EVENTS = [0, 1, 2, 3, 5, 9, 10, 11, 20, 50, 100, 1_000, 12_345, 10**6, 10**9]


def deviate(level):
    """Return the two-sided standard normal deviate, one Newton step beyond a double."""
    return Decimal(float(stats.norm.isf((1 - level) / 2)))


def wilson(x, n, level):
    """Return E. B. Wilson's limits of 1927, as the roots of his quadratic."""
    z, x, n = deviate(level), Decimal(x), Decimal(n)
    middle = x + z * z / 2
    half = z * (x * (n - x) / n + z * z / 4).sqrt()
    return (middle - half) / (n + z * z), (middle + half) / (n + z * z)


@pytest.mark.parametrize(("x", "n"), PROPORTIONS)
@pytest.mark.parametrize("level", LEVELS)
def test_wilson(x, n, level):
    value, lower, upper = ct.stats.proportion_interval(x, n, level=level)
    low, high = wilson(x, n, level)
    assert value == pytest.approx(x / n, rel=1e-15)
    assert lower == pytest.approx(float(low), rel=1e-12, abs=1e-40)
    assert upper == pytest.approx(float(high), rel=1e-12)
    assert 0 <= lower <= value <= upper <= 1


@given(st.integers(1, 10**9).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.sampled_from(LEVELS))
@QUICK
def test_wilson_anywhere(pair, level):
    x, n = pair
    value, lower, upper = ct.stats.proportion_interval(x, n, level=level)
    low, high = wilson(x, n, level)
    assert lower == pytest.approx(float(low), rel=1e-12, abs=1e-40)
    assert upper == pytest.approx(float(high), rel=1e-12)
    assert 0 <= lower <= value <= upper <= 1
    # The share of those who have it not is the mirror.
    _, other_lower, other_upper = ct.stats.proportion_interval(n - x, n, level=level)
    assert other_lower == pytest.approx(1 - upper, abs=1e-12)
    assert other_upper == pytest.approx(1 - lower, abs=1e-12)


def test_wilson_against_scipy():
    for x, n in PROPORTIONS:
        found = ct.stats.proportion_interval(x, n)
        if n < 2**31:
            other = stats.binomtest(x, n).proportion_ci(0.95, method="wilson")
            assert found[1:] == pytest.approx((other.low, other.high), rel=1e-9, abs=1e-15)


@pytest.mark.parametrize(("x", "n", "limits"), PRINTED)
def test_wilson_in_print(x, n, limits):
    assert tuple(round(v, 4) for v in ct.stats.proportion_interval(x, n)[1:]) == limits


def exact(x, level):
    """Return F. Garwood's limits of 1936 by the chi-squared distribution."""
    tail = (1 - level) / 2
    lower = stats.chi2.ppf(tail, 2 * x) / 2 if x else 0.0
    return lower, stats.chi2.isf(tail, 2 * x + 2) / 2


def byar(x, level):
    """Return Byar's limits: x for the lower and x + 1 for the upper one."""
    z = float(deviate(level))
    y = x + 1
    lower = x * (1 - 1 / (9 * x) - z / (3 * math.sqrt(x))) ** 3 if x else 0.0
    return max(lower, 0.0), y * (1 - 1 / (9 * y) + z / (3 * math.sqrt(y))) ** 3


@pytest.mark.parametrize("x", EVENTS)
@pytest.mark.parametrize("level", LEVELS)
def test_exact_poisson(x, level):
    value, lower, upper = ct.stats.rate_interval(x, 1, per=1, level=level, method="exact")
    assert value == x
    # Beyond some thousands of events the tails of scipy and ours differ in the last digits.
    assert (lower, upper) == pytest.approx(exact(x, level), rel=1e-9, abs=1e-300)


@pytest.mark.parametrize("x", EVENTS)
@pytest.mark.parametrize("level", LEVELS)
def test_byar(x, level):
    assert ct.stats.rate_interval(x, 1, per=1, level=level, method="byar_only")[1:] == pytest.approx(
        byar(x, level), rel=1e-12
    )
    found = ct.stats.rate_interval(x, 1, per=1, level=level)[1:]
    assert found == pytest.approx(exact(x, level) if x < 10 else byar(x, level), rel=1e-9)


@pytest.mark.parametrize(
    ("exposure", "per"), [(1, 1), (3, 1_000), (96_208_984, 100_000), (0.5, 100_000), (1e12, 1_000)]
)
def test_limits_scale_with_exposure(exposure, per):
    for x in (0, 4, 40):
        plain = ct.stats.rate_interval(x, 1, per=1)
        scaled = ct.stats.rate_interval(x, exposure, per=per)
        assert scaled == pytest.approx([v * per / exposure for v in plain], rel=1e-14)


@given(st.integers(0, 10_000), st.sampled_from(["byar", "byar_only", "exact"]), st.sampled_from(LEVELS))
@QUICK
def test_limits_hold_the_rate_and_rise_with_it(x, method, level):
    value, lower, upper = ct.stats.rate_interval(x, 1, per=1, level=level, method=method)
    assert 0 <= lower <= value <= upper
    more = ct.stats.rate_interval(
        x + 1, 1, per=1, level=level, method="exact" if method == "byar" and x < 10 else method
    )
    assert more[1] >= lower
    assert more[2] > upper


def half_up(numerator, denominator, multiplier, decimals):
    """Round the exact fraction once, half up."""
    scaled = Fraction(numerator * multiplier, denominator) * 10**decimals
    whole = math.floor(scaled + Fraction(1, 2))
    text = str(whole).rjust(decimals + 1, "0")
    return text if decimals == 0 else f"{text[:-decimals]}.{text[-decimals:]}"


@given(st.integers(0, 10**9), st.integers(1, 10**9), st.sampled_from([1, 100, 1_000, 100_000]), st.integers(0, 9))
@QUICK
def test_rounding_is_of_the_exact_fraction(numerator, denominator, multiplier, decimals):
    found = _native.round_half_up(numerator, denominator, multiplier, decimals)
    assert found == half_up(numerator, denominator, multiplier, decimals)


@pytest.mark.parametrize(
    ("numerator", "denominator", "decimals", "printed"),
    [
        (6_364, 8_442, 2, "75.38"),  # and never 75.39 through 75.385
        (6_432, 8_709, 2, "73.85"),
        (9_513, 7_590, 2, "125.34"),
        (1_576, 17_103, 1, "9.2"),
        (24_776_733, 96_208_984, 2, "25.75"),
        (4_901, 10_869, 2, "45.09"),
        (1, 8, 0, "13"),
        (1, 8, 1, "12.5"),
        (1, 200, 0, "1"),
        (1, 201, 0, "0"),
        (5, 100_000, 2, "0.01"),
        (1_005, 100_000, 2, "1.01"),
        (0, 7, 2, "0.00"),
        (2**63, 1, 0, str(2**63 * 100)),
    ],
)
def test_rounding_of_percentages(numerator, denominator, decimals, printed):
    assert _native.round_half_up(numerator, denominator, 100, decimals) == printed


def test_results_carry_these_limits():
    import polars as pl
    from records import COMMUNE

    children = pl.DataFrame({"child_id": [f"k{n}" for n in range(40)], "birth_year": 2020, "commune": COMMUNE})
    children = children.with_columns(birth_registered=pl.int_range(pl.len()) < 29)
    dataset = ct.Dataset(children=children)
    row = ct.compute(dataset, period="2022", indicators=["birth_registration_under_5"]).to_polars().row(0, named=True)
    limits = ct.stats.proportion_interval(29, 40)
    assert row["method"] == "wilson"
    assert [row["value"], row["lower"], row["upper"]] == pytest.approx([v * 100 for v in limits], rel=1e-15)
