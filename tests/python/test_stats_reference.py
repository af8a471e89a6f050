"""The statistics against reference values made apart, against what is printed, and against scipy."""

import math
import sys
from functools import cache
from pathlib import Path

import chitieu as ct
import pytest
from scipy import optimize, stats

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FOLDER = Path(__file__).parents[1] / "stats"


@cache
def read(name):
    with (FOLDER / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


def printed(kind):
    return [pytest.param(row, id=str(row)) for entry in read("published")[kind] for row in entry["cases"]]


def test_exact_limits_have_ten_digits_up_to_a_billion():
    for row in read("reference")["clopper_pearson"]:
        found = ct.stats.proportion_interval(row["x"], row["n"], level=row["level"], method="clopper_pearson")
        assert found[1:] == pytest.approx((row["lower"], row["upper"]), rel=1e-10, abs=0), row
    for row in read("reference")["garwood"]:
        found = ct.stats.rate_interval(row["x"], 1, per=1, level=row["level"], method="exact")
        assert found[1:] == pytest.approx((row["lower"], row["upper"]), rel=1e-10, abs=0), row


def test_reference_values_are_those_of_scipy():
    for row in read("reference")["clopper_pearson"]:
        x, n, tail = row["x"], row["n"], (1 - row["level"]) / 2
        if 0 < x < n <= 10**6:
            assert row["lower"] == pytest.approx(stats.beta.ppf(tail, x, n - x + 1), rel=1e-8)
            assert row["upper"] == pytest.approx(stats.beta.isf(tail, x + 1, n - x), rel=1e-8)
    for row in read("reference")["garwood"]:
        tail = (1 - row["level"]) / 2
        assert row["upper"] == pytest.approx(stats.gamma.isf(tail, row["x"] + 1), rel=1e-9)


@pytest.mark.parametrize("row", printed("wilson"))
def test_wilson_in_print(row):
    assert [round(v, 4) for v in ct.stats.proportion_interval(row[0], row[1])[1:]] == row[2:]


@pytest.mark.parametrize("row", printed("clopper_pearson"))
def test_clopper_pearson_in_print(row):
    assert [round(v, 4) for v in ct.stats.proportion_interval(row[0], row[1], method="clopper_pearson")[1:]] == row[2:]


@pytest.mark.parametrize("row", printed("exact_poisson"))
def test_exact_poisson_in_print(row):
    for level, limits in ((0.95, row[1:3]), (0.998, row[3:])):
        assert ct.stats.rate_interval(row[0], 1, per=1, level=level, method="exact")[1:] == pytest.approx(
            limits, rel=1e-4
        )


@pytest.mark.parametrize("row", printed("proportion_difference"))
def test_proportion_difference_in_print(row):
    assert [round(v, 4) for v in ct.stats.proportion_difference(*row[:4])[1:]] == row[4:]


@pytest.mark.parametrize("row", printed("proportion_ratio"))
def test_proportion_ratio_in_print(row):
    assert [round(v, 2) for v in ct.stats.proportion_ratio(*row[:4])] == row[4:]


@pytest.mark.parametrize("row", printed("rate_ratio"))
def test_rate_ratio_in_print(row):
    assert [round(v, 6) for v in ct.stats.rate_ratio(*row[:4])] == row[4:]


@pytest.mark.parametrize("row", printed("funnel_normal"))
def test_funnel_in_print(row):
    target = read("published")["funnel_normal"][0]["target"]
    assert ct.stats.funnel_limits(target, row[0], per=100, method="normal") == pytest.approx(row[1:], abs=1e-5)


def test_fay_feuer_in_print():
    case = read("published")["fay_feuer"][0]
    found = ct.stats.standardised_rate(case["events"], case["population"], case["standard"], method="fay_feuer")
    assert [round(v, 5) for v in found] == [case["value"], case["lower"], case["upper"]]
    assert (found.method, found.status) == ("fay_feuer", "ok")


@pytest.mark.parametrize("case", read("published")["trend"], ids=lambda c: c["source"][:12])
def test_trend_in_print(case):
    found = ct.stats.trend_test(case["events"], case["denominators"], scores=case["scores"])
    for value, text in ((found.z**2, case["chi_squared"]), (found.p_value, case["p_value"])):
        assert f"{value:.{len(text.split('.')[1])}f}" == text


@pytest.mark.parametrize(
    ("x1", "e1", "x2", "e2"),
    [
        (0, 1, 3, 1),
        (5, 10, 5, 10),
        (11, 800, 21, 3011),
        (41, 28010, 15, 19017),
        (1, 1, 300, 5e3),
        (5000, 1e6, 5300, 1e6),
    ],
)
def test_p_value_of_rates_is_twice_the_smaller_tail(x1, e1, x2, e2):
    p = e1 / (e1 + e2)
    tails = [stats.binomtest(x1, x1 + x2, p, alternative=side).pvalue for side in ("less", "greater")]
    expected = min(1.0, 2 * min(tails))
    for found in (
        ct.stats.rate_ratio(x1, e1, x2, e2),
        ct.stats.rate_difference(x1, e1, x2, e2),
    ):
        assert found.p_value == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize(("x1", "n1", "x2", "n2"), [(56, 70, 48, 80), (1, 30, 9, 31), (900, 1000, 950, 1000)])
def test_p_value_of_shares_is_that_of_chi_squared(x1, n1, x2, n2):
    expected = stats.chi2_contingency([[x1, n1 - x1], [x2, n2 - x2]], correction=False).pvalue
    assert ct.stats.proportion_difference(x1, n1, x2, n2).p_value == pytest.approx(expected, rel=1e-10)
    assert ct.stats.proportion_ratio(x1, n1, x2, n2).p_value == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("z", [0.001, 0.3, 1.0, 2.0, 5.0, 9.0])
def test_normal_tails(z):
    # Two groups of the same size with d events apart: z = d / sqrt(total).
    total = 10**12
    apart = round(z * math.sqrt(total))
    found = ct.stats.trend_test([(total - apart) // 2, (total + apart) // 2], [1, 1], kind="rate")
    assert found.p_value == pytest.approx(2 * stats.norm.sf(found.z), rel=1e-11)


def koopman(x1, n1, x2, n2, ratio):
    """Return the score statistic with the shares found by maximising the likelihood."""

    def lost(p):
        return -(stats.binom.logpmf(x1, n1, ratio * p) + stats.binom.logpmf(x2, n2, p))

    found = optimize.minimize_scalar(
        lost, bounds=(1e-12, min(1, 1 / ratio) - 1e-12), method="bounded", options={"xatol": 1e-13}
    )
    p2, p1 = found.x, ratio * found.x
    return (x1 / n1 - ratio * x2 / n2) ** 2 / (p1 * (1 - p1) / n1 + ratio**2 * p2 * (1 - p2) / n2)


@pytest.mark.parametrize("row", [(36, 40, 16, 80), (4, 30, 9, 31), (0, 20, 7, 25), (120, 300, 40, 350)])
@pytest.mark.parametrize("level", [0.8, 0.95, 0.998])
def test_score_limits_solve_the_score_equation(row, level):
    found = ct.stats.proportion_ratio(*row, level=level)
    bound = stats.norm.isf((1 - level) / 2) ** 2
    assert koopman(*row, found.upper) == pytest.approx(bound, rel=1e-5)
    if row[0]:
        assert koopman(*row, found.lower) == pytest.approx(bound, rel=1e-5)


def interpolated(law, tail, mirror):
    """Return the limit of Spiegelhalter's appendix A.1, below, or of its mirror image, above."""
    if mirror:
        k = law.isf(tail)
        k = next(j for j in (k + 1, k, k - 1) if law.sf(j - 1) >= tail)
        return k + (law.sf(k - 1) - tail) / law.pmf(k)
    k = law.ppf(tail)
    return k - (law.cdf(k) - tail) / law.pmf(k)


@pytest.mark.parametrize("target", [0.01, 0.25, 0.5, 0.93])
@pytest.mark.parametrize("n", [1, 5, 30, 400, 10_000, 10**6])
def test_exact_funnel_of_proportions(target, n):
    law = stats.binom(n, target)
    expected = [interpolated(law, t, False) for t in (0.001, 0.025)] + [
        interpolated(law, t, True) for t in (0.025, 0.001)
    ]
    expected = [min(max(v / n, 0.0), 1.0) for v in expected]
    assert ct.stats.funnel_limits(target, n) == pytest.approx(expected, rel=1e-9, abs=1e-15)


@pytest.mark.parametrize("expected_events", [0.05, 3.3, 47.0, 1_200.5, 3e6])
def test_exact_funnel_of_rates(expected_events):
    law = stats.poisson(expected_events)
    expected = [interpolated(law, t, False) for t in (0.001, 0.025)] + [
        interpolated(law, t, True) for t in (0.025, 0.001)
    ]
    found = ct.stats.funnel_limits(100, expected_events * 1_000, kind="rate")
    assert found == pytest.approx([max(v, 0.0) / expected_events * 100 for v in expected], rel=1e-9)


def test_large_funnels_join_the_interpolated_ones():
    # Just below and above the size from which steps no longer show.
    for n in (4e8 - 2, 4e8 + 2):
        found = ct.stats.funnel_limits(0.5, n)
        width = stats.norm.isf(0.025) * math.sqrt(0.25 / n)
        assert found.low_95 == pytest.approx(0.5 - width - 0.5 / n, rel=1e-11)
        assert found.high_95 == pytest.approx(0.5 + width + 0.5 / n, rel=1e-11)


@pytest.mark.parametrize(("x1", "e1", "x2", "e2"), [(30, 1_000, 50, 1_200), (12, 5, 7, 9)])
def test_trend_of_two_rates_is_chi_squared(x1, e1, x2, e2):
    expected = [(x1 + x2) * e / (e1 + e2) for e in (e1, e2)]
    found = ct.stats.trend_test([x1, x2], [e1, e2], scores=[2020, 2021], kind="rate")
    known = stats.chisquare([x1, x2], expected)
    assert (found.z**2, found.p_value) == pytest.approx((known.statistic, known.pvalue), rel=1e-10)


def test_trend_of_shares_is_the_correlation_of_persons():
    # Armitage: z² = N·r² with r the correlation of score and property over all persons.
    events, denominators, scores = [4, 9, 17], [30, 40, 35], [2015, 2017, 2022]
    people = [(s, i < x) for x, n, s in zip(events, denominators, scores, strict=True) for i in range(n)]
    r = stats.pearsonr([s for s, _ in people], [float(h) for _, h in people]).statistic
    found = ct.stats.trend_test(events, denominators, scores=scores)
    assert found.z == pytest.approx(math.sqrt(len(people)) * r, rel=1e-12)


def test_modified_z_worked_by_hand():
    # Median 2.45, distances .05 .05 .15 .15 .15 .15 .35 .35 5.75 5.85, so MAD 0.15.
    values = [2.1, 2.6, 2.4, 2.5, 2.3, 2.1, 2.3, 2.6, 8.2, 8.3]
    found = ct.stats.modified_z(values)
    assert found[8:] == pytest.approx([0.6745 * 5.75 / 0.15, 0.6745 * 5.85 / 0.15], rel=1e-12)
    assert [abs(z) > 3.5 for z in found] == [False] * 8 + [True] * 2
    # More than half are equal: the mean distance, 2, takes the place of MAD.
    assert ct.stats.modified_z([5, 5, 5, 15, 5]) == pytest.approx([0, 0, 0, 10 / 1.253314 / 2, 0])
    assert ct.stats.modified_z([7, 7, 7]) == [0, 0, 0]
    assert ct.stats.modified_z([]) == []


def test_log_linear_change_is_the_regression_of_logarithms():
    years, values = [2011, 2014, 2015, 2019, 2021], [12.1, 10.9, 11.2, 8.8, 8.1]
    slope = stats.linregress(years, [math.log(v) for v in values]).slope
    assert ct.stats.annual_change(values, years=years) == pytest.approx(math.expm1(slope), rel=1e-11)
    # UNICEF's note of 2007: a slope of -0.06613 is an AARR of 6.4 %.
    assert f"{-ct.stats.annual_change([math.exp(-0.06613 * t) for t in range(9)]):.1%}" == "6.4%"


def test_targets_of_decision_23():
    # Infant mortality from 12.5 (2025) to 10 (2030): 12.5·0.8 = 10, so (1 + r)⁵ = 0.8.
    assert (1 + ct.stats.required_change(12.5, 10, 5)) ** 5 == pytest.approx(0.8)
    assert ct.stats.annual_change([12.5, 10], years=[2025, 2030], method="average") == ct.stats.required_change(
        12.5, 10, 5
    )
