"""An attack on protected results and tables of abuse: single ones, and those protected together."""

from collections.abc import Mapping
from itertools import combinations

import chitieu as ct
import polars as pl
import pytest
from attacker import OPEN, Rules
from reader import Given, Key, Known, System, assert_none, faults, result_given, rows_of, short, system_of, table_given
from small_records import (
    ABUSE_INDICATORS,
    CHILDREN,
    RULES,
    SOME,
    chosen,
    dataset_of,
    made_result,
    made_selection,
    options,
    victims,
)


@pytest.mark.parametrize("chunk", range(5))
def test_no_small_count_follows_from_sums_and_shares(chunk):
    found = {}
    for seed in range(chunk * 8, chunk * 8 + 8):
        result, rules = made_result(seed)
        found[seed] = faults([result_given(result, result.protect(**options(rules)))], rules, every=False)
    assert_none(found)


@pytest.mark.parametrize("chunk", range(4))
def test_no_small_count_follows_from_what_is_decided_and_undecided(chunk):
    """Those a share is of are decided or not: its denominator and its undecided are all, as the count has them."""
    found = {}
    for seed in range(chunk * 10, chunk * 10 + 10):
        chance, frames = chosen(seed)
        by = chance.choice([[], ["sex"], ["age_group"]])
        result = ct.compute(
            dataset_of(frames), period="2022", by=by, indicators=[*ABUSE_INDICATORS, "child_population", *CHILDREN]
        )
        found[seed] = faults([result_given(result, result.protect())], RULES)
    assert_none(found)


@pytest.mark.parametrize("chunk", range(2))
def test_no_small_count_follows_where_zeros_are_hidden(chunk):
    """Zeros are then small counts themselves, and a share of 100 % says that a rest is 0."""
    rules = Rules((), zeros="hidden")
    found = {}
    for seed in range(chunk * 6, chunk * 6 + 6):
        chance, frames = chosen(seed)
        by = chance.choice([[], ["sex"], ["form"], ["age_group"]])
        result = ct.compute(dataset_of(frames), period="2022", by=by, indicators=list(ABUSE_INDICATORS[:4]))
        safe = result.protect(zeros="hidden", whole_groups="hidden")
        found[seed] = faults([result_given(result, safe)], rules, every=False)
    assert_none(found)


def test_the_attacker_breaks_results_that_are_hidden_row_by_row():
    """Small counts hidden and nothing else: the attacker must find what follows, or it finds nothing anywhere."""
    tried = broken = 0
    for seed in range(20):
        result, _ = made_result(seed)
        frame = result.to_polars()
        small = [pl.col(c).is_between(1, 4).fill_null(False) for c in ("numerator", "denominator")]
        naive = frame.with_columns(
            *(pl.when(~pl.col(c).is_between(1, 4)).then(c) for c in ("numerator", "denominator", "undecided")),
            status=pl.when(pl.any_horizontal(small)).then(pl.lit("suppressed")).otherwise("status"),
            lower=None,
            upper=None,
        )
        tables_of = {q["id"]: q["table"] for q in result.plan._data["quantities"]}
        given = Given(rows_of(frame, result.plan), rows_of(naive, result.plan), tables_of)
        known, truth, targets = system_of([given], RULES, every=False)
        if targets:
            tried += 1
            broken += bool(System(known, RULES).leaks(truth, targets))
    print(f"{broken} of {tried} broken")
    assert tried > 12
    assert broken > 0.5 * tried


def test_limits_hold_the_truth_and_tell_no_more_than_the_numbers():
    """``lower`` and ``upper`` of what is suppressed are published: no counts that agree with the rest lie outside."""
    checked = 0
    wrong = []
    for seed in range(40):
        result, rules = made_result(seed)
        safe = result.protect(**options(rules))
        true, shown = result.to_polars(), safe.to_polars()
        for one, two in zip(true.iter_rows(named=True), shown.iter_rows(named=True), strict=True):
            low, high, value = two["lower"], two["upper"], one["value"]
            if two["status"] == "suppressed" and value is not None:
                near = 1e-9 * max(1, value)
                if (low is not None and low > value + near) or (high is not None and high < value - near):
                    wrong.append(f"{seed}: {one['indicator']} {value} is not in {low} to {high}")
        known, _, _ = system_of([result_given(result, safe)], rules, bounds=False)
        system = System(known, rules)
        if len(system.cells) > 100:
            continue
        ranges = dict(zip(system.cells, system.ranges(), strict=True))
        for row in rows_of(shown, safe.plan):
            low, high = row.given["lower"], row.given["upper"]
            if row.denominator is not None or row.given["status"] != "suppressed" or row.numerator not in ranges:
                continue
            least, most = ranges[row.numerator]  # type: ignore[index]
            checked += 1
            if (low is not None and low > least) or (high is not None and high < most):  # type: ignore[operator]
                wrong.append(f"{seed}: {short(row.numerator)} may be {least} to {most}, published are {low} to {high}")
    assert not wrong, wrong[:5]
    print(f"{checked} counts")
    assert checked > 40


@pytest.mark.parametrize("chunk", range(2))
def test_no_small_count_follows_from_results_protected_together(chunk):
    found = {}
    for seed in range(chunk * 10, chunk * 10 + 10):
        chance, frames = chosen(seed)
        dataset, indicators = dataset_of(frames), list(chance.choice(SOME))
        level = chance.choice(["province", "district"])
        crossed = [["sex", "age_group"]] if seed % 3 == 0 else []
        results = [
            ct.compute(dataset, period="2022", by=by, indicators=indicators, area_level=level)
            for by in [*chance.sample([["sex"], ["age_group"], ["form"], [], ["environment"]], 2), *crossed]
        ]
        safe = ct.disclosure.protect_together(results)
        given = [result_given(*pair) for pair in zip(results, safe, strict=True)]
        found[seed] = faults(given, RULES, every=False)
    assert_none(found)


def test_no_small_count_of_a_table_of_abuse_can_be_worked_out():
    found = {}
    for seed in range(40):
        chance, _, selection = made_selection(seed)
        by = chance.choice([["sex"], ["form"], ["age_group"], ["sex", "form"], []])
        unit = chance.choice(["child", "case", "incident", "pair"])
        table = selection.counts(unit, by=by, area_level=chance.choice(["province", "district"]))
        found[seed] = faults([table_given(table, table.protect(), by)], RULES, every=False)
    assert_none(found)


@pytest.mark.parametrize(
    "rows",
    [
        [{"supported": n > 0} for n in range(9)],
        [{"supported": n != 0, "confirmed": True if n < 9 else None} for n in range(14)],
        [{"supported": None if n < 5 else n != 5} for n in range(14)],
    ],
    ids=["all decided", "not yet confirmed", "not known whether supported"],
)
def test_the_only_child_without_support_is_not_told(rows):
    """9 abused, none undecided, 8 supported: the denominator may be hidden, it is 9 all the same."""
    for other in ("abused_children", "abused_children_by_form_share"):
        indicators = ["abused_children_supported", other]
        result = ct.compute(victims(rows), period="2022", indicators=indicators, area_level="country")
        assert not faults([result_given(result, result.protect())], RULES), other


def test_the_only_child_that_came_back_is_not_told():
    """20 children in 21 incidents: one came twice, whatever is hidden of it."""
    dataset = victims([*({} for _ in range(20)), {"child_id": "k3"}])
    table = ct.abuse.register(dataset).select(period="2022").repeats("year", area_level="country").protect()
    row = table.to_polars().row(0, named=True)
    if row["children"] is not None and row["incidents"] is not None and row["seen_before"] == 0:
        # At least one is known to be hidden there; each has two incidents or more.
        assert row["incidents"] - row["children"] != 1


FORMS_KNOWN = ("violence", "exploitation", "sexual_abuse", "trafficking", "abandonment", "neglect", "other")


def of_forms(table: ct.Table) -> dict[Key, int | None]:
    """Return the counts of a table of forms, of numbers of forms, or of pairs."""
    found: dict[Key, int | None] = {}
    for row in table.to_polars().iter_rows(named=True):
        words = {row[column] for column in ("form", "other_form") if row.get(column, "total") != "total"}
        words |= {f"number {row['forms']}"} if row.get("forms", "total") != "total" else set()
        key = ("n", "child", "2022", "", "country", "VN", frozenset(("", word) for word in words))
        if row.get("area", "VN") == "VN":
            found[key] = row["count"] if "count" in row else row["numerator"]
    return found


def laws_of_forms(truth: Mapping[Key, int]) -> list[tuple[list[tuple[Key, float]], float]]:
    """Return sums that are 0 at least, and at most another number: what a child in each of its forms means."""

    def n(*words: str) -> Key:
        return ("n", "child", "2022", "", "country", "VN", frozenset(("", word) for word in words))

    each = [(n(form), 1.0) for form in FORMS_KNOWN]
    pairs = [(n(*both), 1.0) for both in combinations(FORMS_KNOWN, 2)]
    one, two, more, unknown = (n(f"number {number}") for number in ("1", "2", "3+", "unknown"))
    total = n()
    # Only forms that occur can go together; zeros are shown.
    most = max(3, sum(truth[key] > 0 for key, _ in each))
    less = [(key, -weight) for key, weight in each]
    found = [
        ([*each, (one, -1), (two, -2), (more, -3)], OPEN),
        ([*less, (one, 1), (two, 2), (more, most)], OPEN),
        ([*pairs, (two, -1), (more, -3)], OPEN),
        ([*((key, -weight) for key, weight in pairs), (two, 1), (more, most * (most - 1) / 2)], OPEN),
        ([(total, -1), (one, 1), (two, 1), (more, 1), (unknown, 1)], 0),
        ([*less, *pairs, (total, 1)], OPEN),
        ([*each, (n("unknown"), 1), (total, -1)], OPEN),
    ]
    for form in FORMS_KNOWN:
        with_it = [(n(form, other), 1.0) for other in FORMS_KNOWN if other != form]
        found.append(([*with_it, (one, 1), (n(form), -1)], OPEN))
        found.append(([(total, 1), (n(form), -1)], OPEN))
        found += [([(n(form), 1), (pair, -1)], OPEN) for pair, _ in with_it]
    known = [(terms, high) for terms, high in found if all(key in truth for key, _ in terms)]
    for terms, high in known:
        assert 0 <= sum(truth[key] * weight for key, weight in terms) <= high
    return known


def test_no_small_count_follows_from_forms_how_many_and_which_together():
    """Forms add up to more than the children: by how much tells how many have two."""
    alone, found = 0, {}
    for seed in range(40):
        selection = made_selection(seed)[2]
        tables = [selection.forms(area_level="country"), selection.overlaps(area_level="country")]
        tables += [selection.form_matrix()] if seed % 2 else []
        truth: dict[Key, int] = {}
        for table in tables:
            truth |= {key: count for key, count in of_forms(table).items() if count is not None}
        for apart, safe in ((True, [t.protect() for t in tables]), (False, ct.disclosure.protect_together(tables))):
            known = Known()
            for table in safe:
                for key, count in of_forms(table).items():
                    known.see(key, count)
            for terms, high in laws_of_forms(truth):
                known.add(terms, 0, high, "forms")
            targets = {key for key, count in truth.items() if RULES.small(count)}
            told = [key for key in targets if key in known.value]
            leaks = [short(key) for key in System(known, RULES).leaks(truth, targets)] + [short(key) for key in told]
            if apart:
                alone += bool(leaks)
            else:
                found[seed] = leaks
    assert_none(found)
    # Or the attacker finds nothing anywhere.
    assert alone


def test_what_happens_between_two_horizons_is_not_told():
    """11 came back within 6 months, 13 within 12: 2 in between."""
    hidden = 0
    for seed in range(30):
        table = made_selection(seed)[2].recurrence(until="2023-12-31").protect().to_polars()
        for column in ("events", "censored"):
            shown = [n for n in table[column] if n is not None]
            assert not any(RULES.small(later - sooner) for sooner, later in combinations(shown, 2)), (seed, column)
            hidden += table[column].null_count()
    assert hidden


def test_breakdowns_in_a_circle_are_told():
    """Sex by age, age by form and form by sex are margins of a cross that nobody prints."""
    dataset = made_selection(1)[1]
    pairs = [["sex", "age_group"], ["age_group", "form"], ["sex", "form"]]
    for chosen_pairs, circles in ((pairs, 1), (pairs[:2], 0), ([*pairs, ["sex", "age_group", "form"]], 0)):
        results = [
            ct.compute(dataset, period="2022", by=by, indicators=["abuse_cases"], area_level="country")
            for by in chosen_pairs
        ]
        report = ct.disclosure.protect_together(results)[0].report
        assert bool(report.circles) == bool(circles), chosen_pairs
        assert ("circle" in str(report)) == bool(circles)


def test_steps_recorded_late_or_never_are_not_told():
    """15 in time and 17 recorded are 2 recorded late; with 5 late, 3 were never recorded."""
    rows = [{"emergency_hours": 3.0 if n < 15 else 20.0 if n < 17 else None} for n in range(20)]
    selection = ct.abuse.register(victims(rows)).select(period="2022")
    table = selection.response(until="2022-12-31").protect().filter(step="emergency")
    for row in table.to_polars().iter_rows(named=True):
        recorded, on_time, late = (row[name] for name in ("recorded", "on_time", "late"))
        assert recorded is None or on_time is None or not RULES.small(recorded - on_time)
        assert None in (recorded, on_time, late) or not RULES.small(on_time + late - recorded)


def test_three_forms_that_occur_are_three_at_most():
    """56 children, 36 with one form; the forms add up to 78: with three forms 18 have two, and 2 all three."""
    sets = [["violence"]] * 12 + [["sexual_abuse"]] * 12 + [["neglect"]] * 12
    sets += [["violence", "sexual_abuse"]] * 6 + [["violence", "neglect"]] * 6 + [["sexual_abuse", "neglect"]] * 6
    sets += [["violence", "sexual_abuse", "neglect"]] * 2
    selection = ct.abuse.register(victims({"forms": forms} for forms in sets)).select(period="2022")
    forms, overlaps = ct.disclosure.protect_together(
        [selection.forms(area_level="country"), selection.overlaps(area_level="country")]
    )
    by_form = dict(forms.to_polars().select("form", "numerator").iter_rows())
    by_number = dict(overlaps.to_polars().select("forms", "count").iter_rows())
    assert by_number["3+"] is None and by_number["2"] is None
    needed = [by_form["total"], by_number["1"], by_form["violence"], by_form["sexual_abuse"], by_form["neglect"]]
    assert None in needed


def test_what_is_filtered_stays_filtered_when_it_is_protected_together():
    selection = made_selection(3)[2]
    forms = selection.forms().filter(area="33")
    (safe,) = ct.disclosure.protect_together([forms])
    assert len(safe) == len(forms)
    with pytest.raises(ct.PlanError):
        ct.disclosure.protect_together([forms.without_protection("inside"), selection.overlaps()])
