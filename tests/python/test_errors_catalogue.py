"""A user's own TOML file is held to the checks of the files shipped: the error names file and key."""

import chitieu as ct
import pytest
from records import ask, births, children, refusal

QUANTITY = """
[[quantity]]
id = "working_girls"
table = "children"
name = { vi = "Trẻ em gái làm việc", en = "Working girls" }
unit = "child"
where = "works AND sex = 'female'"
dimensions = ["age_group"]
"""
INDICATOR = """
[[indicator]]
id = "working_girls"
version = 3
name = { vi = "Số trẻ em gái làm việc", en = "Working girls" }
concept = { vi = "Trẻ em gái làm việc", en = "Girls who work" }
kind = "count"
outputs = ["count"]
numerator = "working_girls"
read_in = { name = "ours", code = "ours", formula = "ours", breakdowns = "ours" }
"""
MINE = QUANTITY + INDICATOR
WHERE = "works AND sex = 'female'"


@pytest.fixture
def catalogue_of(tmp_path):
    def read(text):
        path = tmp_path / "mine.toml"
        path.write_text(text, encoding="utf-8")
        return ct.catalogue().with_file(path)

    return read


@pytest.fixture
def refuse(catalogue_of):
    def check(text, key, found):
        error = refusal(lambda: catalogue_of(text), ct.PlanError, code="catalogue", column=key)
        assert error.startswith(f"mine.toml: {key}: expected ")
        assert found in error

    return check


def with_where(sql):
    assert WHERE in MINE
    return MINE.replace(WHERE, sql)


def test_a_sound_file_adds_an_indicator(catalogue_of):
    mine = catalogue_of(MINE)
    assert len(mine) == len(ct.catalogue()) + 1
    frame = children(works=[True])
    result = ask("working_girls", children=frame, catalogue=mine)
    assert result.printed("working_girls") == "1"
    assert result.to_polars()["definition"].unique().to_list() == ["mine/working_girls@3"]
    refusal(lambda: ask("working_girls", children=frame), ct.PlanError, code="unknown_indicator")


def test_a_file_replaces_an_indicator(catalogue_of):
    mine = catalogue_of(MINE.replace('id = "working_girls"\nversion', 'id = "child_labour"\nversion'))
    assert len(mine) == len(ct.catalogue())
    assert mine["child_labour"].outputs == ["count"]
    assert ct.catalogue()["child_labour"].outputs == ["count", "percent"]


def test_unknown_quantity(refuse):
    text = MINE.replace('numerator = "working_girls"', 'numerator = "nothing"')
    refuse(text, 'indicator "working_girls".numerator', 'the id of a quantity, found "nothing"')
    text = MINE.replace('outputs = ["count"]', 'outputs = ["percent"]\ndenominator = "nothing"')
    refuse(text, 'indicator "working_girls".denominator', 'the id of a quantity, found "nothing"')


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        ("works AND AND sex", "one condition"),
        ("works) OR (1 = 1", "one condition"),
        ("works; DROP TABLE children", "one condition"),
        ("", "a condition in SQL"),
        ("works AND", "a condition in SQL"),
        ("sex = 5", "text in single quotes, found 5"),
        ("age < 'five'", "a whole number, found 'five'"),
        ("age", "a boolean column, found age, which is integer"),
        ("sex LIKE 'f%'", "a condition over columns"),
        ("works = (SELECT 1)", "TRUE or FALSE"),
        ("birth_date < '2020-02-30'", "DATE 'YYYY-MM-DD'"),
        ("sex < 'female'", "a comparison that fits the column"),
        ("array_contains(sex, 'female')", "a list column"),
        ("array_sum(circumstances) > 0", "array_length(list)"),
        ("circumstances", "a boolean column"),
        ("(" * 3_000 + "works" + ")" * 3_000, "a condition in SQL"),
    ],
)
def test_bad_sql(refuse, sql, found):
    refuse(with_where(sql), 'quantity "working_girls".where', found)


def test_a_code_that_its_list_does_not_have(refuse):
    """A misspelt code would count nobody and never say so."""
    refuse(with_where("sex = 'femal'"), 'quantity "working_girls".where', "femal")


def test_unknown_column(refuse):
    refuse(
        with_where("wurks AND sex = 'female'"),
        'quantity "working_girls".where',
        "table children, found wurks",
    )


@pytest.mark.parametrize("sql", ["full_name = 'x'", "personal_id IS NULL", "works AND full_name IS NOT NULL"])
def test_a_condition_may_not_read_who_it_is(refuse, sql):
    refuse(with_where(sql), 'quantity "working_girls".where', "a column of the table children")


@pytest.mark.parametrize("column", ["full_name", "personal_id"])
def test_a_count_may_not_read_who_it_is(refuse, column):
    text = MINE.replace(f'where = "{WHERE}"', f'distinct = "{column}"')
    refuse(text, 'quantity "working_girls".distinct', column)


def test_duplicate_ids(refuse):
    refuse(MINE + INDICATOR, 'indicator "working_girls"', "the same id twice")
    refuse(QUANTITY + MINE, 'quantity "working_girls"', "the same id twice")


def test_missing_and_empty_names(refuse):
    name = 'name = { vi = "Số trẻ em gái làm việc", en = "Working girls" }\n'
    refuse(MINE.replace(name, ""), "line 10", "missing field `name`")
    refuse(MINE.replace('vi = "Số trẻ em gái làm việc", ', ""), "line 13", "missing field `vi`")
    key = 'indicator "working_girls".name'
    refuse(MINE.replace('vi = "Số trẻ em gái làm việc"', 'vi = " "'), key, "a text in vi and in en")
    key = 'indicator "working_girls".concept'
    refuse(MINE.replace('en = "Girls who work"', 'en = ""'), key, "a text in vi and in en")


def test_text_that_is_no_catalogue(refuse):
    refuse(MINE + "colour =\n", "line 19", "")
    refuse(MINE + 'colour = "red"\n', "line 19", "unknown field `colour`")
    refuse(MINE.replace("version = 3", "version = -1"), "line 12", "-1")


@pytest.mark.parametrize(
    ("old", "new", "key", "found"),
    [
        ('"children"', '"kids"', 'quantity "working_girls".table', '"kids"'),
        ('unit = "child"', 'unit = "kid"', 'quantity "working_girls".unit', '"kid"'),
        ('["age_group"]', '["form"]', 'quantity "working_girls".dimensions', "form"),
        ('["age_group"]', '["colour"]', "line 8", "`colour`"),
        ('["count"]', "[]", 'indicator "working_girls".outputs', "none"),
        ('["count"]', '["percent"]', 'indicator "working_girls".denominator', "none"),
        ("version = 3", 'version = 3\nbreakdowns = ["sex"]', 'indicator "working_girls".breakdowns', '"sex"'),
        ("version = 3", "version = 3\nage_bands = [5, 3]", 'indicator "working_girls".age_bands', "[5, 3]"),
        ("version = 3", "version = 3\nage_bands = [5]", 'indicator "working_girls".age_bands', "[5]"),
        ("version = 3", "version = 3\ndecimals = 30", 'indicator "working_girls".decimals', "30"),
        ('id = "working_girls"\nversion', 'id = "Trẻ em"\nversion', 'indicator "Trẻ em"', "an id of a-z"),
        ('unit = "child"', 'unit = "child"\nsum = "sex"', 'quantity "working_girls".sum', "sex"),
        (
            'unit = "child"',
            'unit = "child"\nsum = "birth_year"\ndistinct = "child_id"',
            'quantity "working_girls"',
            "both",
        ),
        (
            'unit = "child"',
            'unit = "child"\ndate = "birth_date"',
            'quantity "working_girls".date',
            "a table of events",
        ),
        (
            "version = 3",
            'version = 3\ntargets = [{ year = 2025, measure = "count", op = "~", value = 1 }]',
            'indicator "working_girls".targets',
            '"~"',
        ),
    ],
)
def test_keys_that_do_not_hold(refuse, old, new, key, found):
    assert old in MINE
    refuse(MINE.replace(old, new), key, found)


def test_a_proportion_is_of_one_thing_counted(refuse):
    text = MINE.replace('kind = "count"', 'kind = "proportion"\ndenominator = "live_births"')
    text = text.replace('outputs = ["count"]', 'outputs = ["percent"]')
    refuse(text, 'indicator "working_girls".kind', "child of children over birth of births")
    # The same table and rows, told to count other things.
    text = text.replace("live_births", "child_population").replace('unit = "child"', 'unit = "person"')
    refuse(text, 'indicator "working_girls".kind', "person of children over child of children")


def test_a_replaced_quantity_must_fit_those_who_use_it(refuse):
    text = QUANTITY.replace("working_girls", "child_population")
    refuse(text, 'indicator "child_population".breakdowns', '"sex"')


@pytest.mark.parametrize("lag", [99_999_999, -2_147_483_648])
def test_a_lag_of_no_number_of_years(catalogue_of, lag):
    text = MINE.replace('"children"', '"births"').replace(WHERE, "sex = 'female'")
    text = text.replace('dimensions = ["age_group"]', f'dimensions = ["sex"]\nlag_years = {lag}')
    with pytest.raises(ct.PlanError, match="lag"):
        ask("working_girls", births=births(), catalogue=catalogue_of(text))
