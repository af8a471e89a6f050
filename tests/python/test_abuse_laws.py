"""What holds for every register of abuse, whatever its numbers are."""

import random

import chitieu as ct
import polars as pl
from abuse_counter import UNITS, VERIFICATION
from abuse_strategies import choices, registers, typed
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

QUICK = settings(max_examples=40, deadline=None, derandomize=True)
FORMS = ["violence", "exploitation", "sexual_abuse", "trafficking", "abandonment", "neglect", "other"]
IDS = ["case_id", "child_id", "person_id", "decision_id", "violator_id"]
any_register = st.one_of(registers(), registers(most=12, sure=True))
any_choice = st.one_of(choices(), choices(sure=True))


def read(tables, whole=True):
    return ct.abuse.register(ct.Dataset(**tables, area_vintage="2022-12-31"), whole=whole)


def every_table(register, choice):
    """Return many tables of a register as frames."""
    s = register.select(**choice)
    windows = ["2022-03", "2022H1", "2022"]
    tables = [s.counts(unit, by=["form", "sex"], area_level="province") for unit in ("child", "case", "incident")]
    tables += [s.counts("pair", by=["relation", "age_group"]), s.counts("perpetrator", by=["relation"])]
    tables += [
        s.units(area_level="district"),
        s.forms(area_level="province"),
        s.forms(unit="case"),
        s.overlaps(),
        s.form_matrix(),
    ]
    tables += [s.repeats(windows), s.recurrence("2023-06-30"), s.relations(), s.response(until="2022-12-31")]
    tables += [
        s.supported(area_level="province"),
        register.sanctions(by=["clause", "decree"]),
        register.sanction_findings(),
    ]
    return [table.to_polars() for table in tables]


def assert_same_tables(one, other, choice):
    for a, b in zip(every_table(one, choice), every_table(other, choice), strict=True):
        assert_frame_equal(a, b)


def split(tables, parts, seed, together=True):
    """Deal cases and decisions to parts; perpetrators go with their case, or anywhere."""
    chance = random.Random(seed)
    home = {}
    dealt = [{} for _ in range(parts)]
    for name, frame in tables.items():
        keys = frame["decision_id" if name == "sanctions" else "case_id"].to_list()
        if name == "perpetrators" and not together:
            places = [chance.randrange(parts) for _ in keys]
        else:
            places = [home.setdefault((name == "sanctions", key), chance.randrange(parts)) for key in keys]
        for part in range(parts):
            rows = frame.filter(pl.Series(places, dtype=pl.Int64) == part)
            dealt[part][name] = rows.sample(fraction=1, shuffle=True, seed=seed)
    return dealt


@given(any_register, any_choice, st.integers(1, 4), st.integers(0, 10_000), st.booleans())
@QUICK
def test_any_split_merges_to_the_whole(tables, choice, parts, seed, together):
    whole = read(tables)
    registers = [read(part, whole=together) for part in split(tables, parts, seed, together)]
    random.Random(seed).shuffle(registers)
    merged = registers[0]
    for part in registers[1:]:
        merged = merged.merge(part)
    assert merged == whole
    assert_same_tables(merged, whole, choice)


@given(any_register, st.integers(0, 10_000))
@QUICK
def test_grouping_does_not_matter(tables, seed):
    a, b, c = (read(part) for part in split(tables, 3, seed))
    assert a.merge(b).merge(c) == a.merge(b.merge(c)) == c.merge(a).merge(b)


@given(any_register, any_choice, st.integers(0, 10_000))
@QUICK
def test_the_order_of_rows_does_not_matter(tables, choice, seed):
    shuffled = {name: frame.sample(fraction=1, shuffle=True, seed=seed) for name, frame in tables.items()}
    assert read(shuffled) == read(tables)
    assert_same_tables(read(shuffled), read(tables), choice)


@given(any_register, any_choice)
@QUICK
def test_the_spelling_of_ids_does_not_matter(tables, choice):
    def other(frame):
        there = [c for c in IDS if c in frame.columns]
        # The other way round, so that they sort otherwise too.
        return frame.with_columns(pl.format("{}-mã", 9 - pl.col(c).str.slice(1).cast(pl.Int64)).alias(c) for c in there)

    renamed = {name: other(frame) for name, frame in tables.items()}
    assert_same_tables(read(renamed), read(tables), choice)


@given(registers(), registers(most=4, sure=True), any_choice)
@QUICK
def test_a_later_register_replaces_its_cases_and_decisions(tables, later, choice):
    cases, decisions = later["victims"]["case_id"].to_list(), later["sanctions"]["decision_id"].to_list()
    expected = {}
    for name, frame in tables.items():
        key, replaced = ("decision_id", decisions) if name == "sanctions" else ("case_id", cases)
        expected[name] = pl.concat([frame.filter(~pl.col(key).is_in(replaced)), later[name]])
    updated = read(tables).updated_by(read(later))
    assert updated == read(expected)
    assert_same_tables(updated, read(expected), choice)


@given(registers(), registers(most=4, sure=True), any_choice, st.sets(st.sampled_from(["perpetrators", "sanctions"])))
@QUICK
def test_a_later_register_without_a_table_takes_nothing_of_it_away(tables, later, choice, absent):
    there = {name: frame for name, frame in later.items() if name not in absent}
    cases, decisions = later["victims"]["case_id"].to_list(), later["sanctions"]["decision_id"].to_list()
    expected = {"victims": pl.concat([tables["victims"].filter(~pl.col("case_id").is_in(cases)), later["victims"]])}
    for name, key, replaced in (("perpetrators", "case_id", cases), ("sanctions", "decision_id", decisions)):
        kept = tables[name] if name in absent else tables[name].filter(~pl.col(key).is_in(replaced))
        expected[name] = kept if name in absent else pl.concat([kept, later[name]])
    # The cases of earlier perpetrators stand in one of the two.
    assert read(tables).updated_by(read(there)) == read(expected)
    # The other way: what the earlier one had not, the later one brings.
    earlier = {name: frame for name, frame in tables.items() if name not in absent}
    updated = read(earlier).updated_by(read(later))
    assert_same_tables(updated.updated_by(read(later)), updated, choice)
    for name in absent:
        expected[name] = later[name]
    assert updated == read(expected)


@given(registers(), registers(most=4, sure=True))
@QUICK
def test_a_later_register_of_sanctions_alone_keeps_reports_and_perpetrators(tables, later):
    updated = read(tables).updated_by(read({"sanctions": later["sanctions"]}))
    decisions = later["sanctions"]["decision_id"].to_list()
    sanctions = pl.concat([tables["sanctions"].filter(~pl.col("decision_id").is_in(decisions)), later["sanctions"]])
    assert updated == read(tables | {"sanctions": sanctions})


@given(any_register, any_choice)
@QUICK
def test_a_register_brings_itself_up_to_date(tables, choice):
    register = read(tables)
    assert register.updated_by(register) == register
    nothing = read({name: typed(name, []) for name in tables})
    assert register.merge(nothing) == nothing.merge(register) == register.updated_by(nothing) == register


def one(table, **where):
    """Return one row of a table, by default that of the country."""
    rows = table.to_polars().filter(*(pl.col(c) == v for c, v in ({"area": "VN"} | where).items())).to_dicts()
    assert len(rows) == 1
    return rows[0]


PARTS = {"2022": ["2022H1", "2022H2"], "2022H1": ["2022Q1", "2022Q2"], "2022Q1": ["2022-01", "2022-02", "2022-03"]}


@given(any_register, any_choice, st.sampled_from(UNITS), st.sampled_from(sorted(PARTS)))
@QUICK
def test_things_of_a_period_lie_between_those_of_its_parts_and_their_sum(tables, choice, unit, period):
    register = read(tables)

    def count(period):
        return one(register.select(**choice | {"period": period}).counts(unit))["count"]

    parts = [count(p) for p in PARTS[period]]
    assert max(parts) <= count(period) <= sum(parts)
    if unit == "incident":
        assert count(period) == sum(parts)


@given(any_register, any_choice, st.sampled_from(UNITS))
@QUICK
def test_things_of_the_country_lie_between_those_of_its_areas_and_their_sum(tables, choice, unit):
    frame = read(tables).select(**choice).counts(unit, area_level="province").to_polars()
    whole, parts = frame.filter(area="VN")["count"][0], frame.filter(pl.col("area") != "VN")["count"]
    assert parts.max() <= whole <= parts.sum()
    if unit == "incident":
        assert whole == parts.sum()


@given(any_register, any_choice, st.sampled_from(["child", "case", "incident"]), st.permutations(FORMS))
@QUICK
def test_forms_and_the_total(tables, choice, unit, order):
    selection = read(tables).select(**choice | {"abandonment_with_neglect": False})
    several, single = selection.forms(unit=unit), selection.forms(unit=unit, priority=order)
    total, unknown = one(several, form="total"), one(several, form="unknown")
    forms = [one(several, form=form)["numerator"] for form in FORMS]
    assert sum(forms) + unknown["numerator"] >= total["numerator"] >= max(forms)
    none = one(single, form="unknown")["numerator"]
    assert sum(one(single, form=f)["numerator"] for f in FORMS) + none == total["numerator"]
    # A report without a form beside one with a form: unknown among several, not as the only form.
    assert none <= unknown["numerator"]
    assert unknown["numerator"] == one(selection.counts(unit, by=["form"]), form="unknown")["count"]
    assert one(single, form=order[0])["numerator"] == one(several, form=order[0])["numerator"]
    frame = selection.overlaps(unit=unit).to_polars().filter(area="VN")
    overlaps = dict(zip(frame["forms"], frame["count"], strict=True))
    assert (
        overlaps["1"] + overlaps["2"] + overlaps["3+"] + overlaps["unknown"] == overlaps["total"] == total["numerator"]
    )
    assert overlaps["unknown"] == none
    matrix = {(r["form"], r["other_form"]): r["count"] for r in selection.form_matrix(unit=unit).to_polars().to_dicts()}
    assert all(matrix[a, b] == matrix[b, a] <= matrix[a, a] for a, b in matrix)
    assert [matrix[f, f] for f in FORMS] == forms


@given(registers(most=12, sure=True), choices(sure=True))
@QUICK
def test_new_and_repeated_children_are_all_children(tables, choice):
    windows = ["2022-03", "2022Q1", "2022", "2021-01-01/2023-06-30"]
    register = read(tables)
    frame = register.select(**choice).repeats(windows, area_level="province").to_polars()
    whole = pl.col("new") + pl.col("repeated") + pl.col("without_key")
    assert frame.filter(whole != pl.col("children")).is_empty()
    assert frame.filter(pl.col("repeated_in_window") + pl.col("seen_before") != pl.col("repeated")).is_empty()
    assert frame.filter(pl.col("incidents") < pl.col("children")).is_empty()
    for window in windows:
        row = one(register.select(**choice).repeats([window]), window=window)
        selection = register.select(**choice | {"period": window})
        counted = one(selection.counts("child"))
        assert row["children"] == counted["count"] == one(selection.units(), unit="child")["count"]
        assert row["incidents"] == one(selection.counts("incident"))["count"]
        assert all(row[c] == counted[c] for c in ("without_key", "undecided", "least", "most"))


@given(registers(most=12, sure=True), choices(sure=True), st.dates())
@QUICK
def test_children_followed_have_an_event_or_are_censored_or_at_risk(tables, choice, until):
    frame = read(tables).select(**choice).recurrence(str(until), months=(1, 6, 24)).to_polars()
    assert frame.filter(pl.col("events") + pl.col("censored") + pl.col("at_risk") != pl.col("children")).is_empty()
    known = frame.filter(pl.col("value").is_not_null()).sort("days")
    assert known["value"].is_sorted()
    assert known.filter(~pl.col("value").is_between("lower", "upper")).is_empty()


@given(any_register, any_choice, st.sampled_from(UNITS))
@QUICK
def test_a_count_lies_between_its_bounds(tables, choice, unit):
    by = {"perpetrator": ["relation"]}.get(unit, ["sex", "form"])
    frame = read(tables).select(**choice).counts(unit, by=by, area_level="province").to_polars()
    least, count, most = pl.col("least"), pl.col("count"), pl.col("most")
    assert frame.filter((least > count) | (count > most)).is_empty()
    assert frame.filter(count + pl.col("undecided") != most).is_empty()
    assert frame.filter((count - pl.col("without_key") > least) | (pl.min_horizontal(count, 1) > least)).is_empty()


def fewest(rows, people=None):
    """Return the fewest children that some rows may be, by trying all: each has a case and a key or none."""
    if people is None:
        keyed = {key: {case for case, k in rows if k == key} for _, key in rows if key}
        people, rows = list(keyed.values()), [case for case, key in rows if not key]
    if not rows:
        return len(people)
    case, *others = rows
    best = fewest(others, [*people, {case}])
    for n, cases in enumerate(people):
        if case not in cases:
            best = min(best, fewest(others, [*people[:n], cases | {case}, *people[n + 1 :]]))
    return best


@given(registers(most=6))
@QUICK
def test_the_least_is_the_fewest_children_there_can_be(tables):
    choice = {"verification": tuple(VERIFICATION), "under": 18}
    young = tables["victims"].with_columns(
        pl.lit(5, pl.Int64).alias("age_to"), pl.lit(None, pl.Int64).alias("birth_year")
    )
    young = young.with_columns(pl.lit(None, pl.Date).alias("birth_date"), pl.lit(0, pl.Int64).alias("age_from"))
    row = one(read(tables | {"victims": young}).select(**choice).counts("child"))
    assert row["count"] + row["undecided"] == row["most"]
    assert row["least"] == fewest(young.select("case_id", "child_id").rows())


@given(any_register, any_choice, st.sampled_from(UNITS))
@QUICK
def test_a_wider_choice_counts_no_less(tables, choice, unit):
    register = read(tables)

    def count(**wider):
        return one(register.select(**choice | wider).counts(unit))

    assert count(under=18)["count"] >= count(under=16)["count"]
    narrow, wide = count(), count(verification=VERIFICATION)
    assert wide["count"] >= narrow["count"] and wide["most"] >= narrow["most"]
    if choice["date"] != "decided":
        assert count(period=None)["count"] >= narrow["count"]


@given(any_register, any_choice, st.sampled_from(["exploitation", "sexual_abuse", "both"]))
@QUICK
def test_views_of_forms_change_no_total(tables, choice, view):
    register = read(tables)

    def total(**views):
        return one(register.select(**choice | views).forms(), form="total")["numerator"]

    assert total(prostitution=view) == total(prostitution="as_recorded")
    assert total(abandonment_with_neglect=True) == total(abandonment_with_neglect=False)
