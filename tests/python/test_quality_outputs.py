"""Outputs of a check: no personal value, a page that stands alone, workbooks, rows set aside."""

import pickle
import re
from datetime import date
from html.parser import HTMLParser

import chitieu as ct
import openpyxl
import polars as pl
import pytest

NAME, NUMBER, CHILD, CASE = "Trần Bí Mật", "999999999999", "kín-child-77", "kín-case-88"


@pytest.fixture
def dataset():
    children = pl.DataFrame(
        {
            "child_id": [CHILD, CHILD, "b", None],
            "birth_date": [date(2015, 1, 1)] * 3 + [date(2030, 1, 1)],
            "sex": ["male", "male", "x", "male"],
            "commune": ["12364", "12364", "12337", "99999"],
            "supported": [True, False, None, True],
            "circumstances": [[], ["d2"], [], ["zz"]],
            "personal_id": [NUMBER] * 4,
            "full_name": [NAME] * 4,
            "updated_on": [date(2022, 3, 3)] * 4,
            "source_file": ["Sổ 1.xlsx", "Sổ 1.xlsx", "Sổ 2.xlsx", "Sổ 2.xlsx"],
            "source_sheet": ["Trang 1"] * 4,
            "source_row": pl.Series([5, 6, 4, 9], dtype=pl.UInt32),
            "source_unread": [None, None, "sex", None],
        }
    )
    victims = pl.DataFrame(
        {
            "case_id": [CASE, CASE],
            "child_id": [CHILD, CHILD],
            "commune": "12364",
            "received_date": [date(2022, 3, 3)] * 2,
            "incident_date": [date(2022, 3, 4)] * 2,
        }
    )
    return ct.Dataset(children=children, victims=victims)


def texts_of(path):
    book = openpyxl.load_workbook(path)
    return [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]


def test_no_personal_value_comes_out(dataset, tmp_path):
    found = ct.check(dataset, period="2022")
    out = [
        repr(found),
        found._repr_html_(),
        found.to_html(),
        str(found.scorecard(area_level="commune").to_polars().rows()),
    ]
    out += [str(found.summary().rows()), str(vars(found)["_native"])]
    out += [str(found.failures(rule).rows()) for rule in found.summary()["rule"].unique()]
    for path in found.write_corrections(tmp_path, severity="info"):
        out += [path.name, *texts_of(path)]
    for text in out:
        for secret in (NAME, NUMBER, CHILD, CASE, "Bí Mật", "bi mat"):
            assert secret not in text


def test_failures_name_file_and_row(dataset):
    found = ct.check(dataset, period="2022")
    row = found.failures("child_repeated").row(0, named=True)
    assert (row["row"], row["other_row"], row["commune"]) == (2, 1, "12364")
    assert (row["source_file"], row["source_sheet"], row["source_row"]) == ("Sổ 1.xlsx", "Trang 1", 6)
    with pytest.raises(ct.PlanError, match="child_repeated"):
        found.failures("child_repeatet")


def test_parts_and_the_register_say_what_was_set_aside(dataset):
    """The number travels with a tally, also merged and pickled, and with the register of abuse."""
    kept = dataset.without(ct.check(dataset, period="2022"))
    rows = kept.set_aside
    assert rows["children"] > 0
    plan = ct.plan(period="2022", indicators=["child_population"])
    tally = pickle.loads(pickle.dumps(plan.partial(kept)))
    (warning,) = [w for w in plan.finish(ct.merge([tally, tally])).warnings if w.code == "set_aside"]
    assert warning.text["en"].endswith(f"{2 * rows['children']} of Children (register)")


def test_the_register_of_abuse_says_what_was_set_aside():
    victims = pl.DataFrame(
        {
            "case_id": ["1", "2"],
            "birth_year": [2015] * 2,
            "commune": "12364",
            "received_date": [date(2022, 3, 3)] * 2,
            "incident_date": [date(2022, 3, 1), date(2022, 3, 4)],  # the second after its reception
            "confirmed": [True] * 2,
        }
    )
    dataset = ct.Dataset(victims=victims, area_vintage="2022-12-31")
    register = ct.abuse.register(dataset.without(ct.check(dataset, period="2022")))
    assert register.set_aside == {"victims": 1} and "Set aside: Victims of abuse: 1" in repr(register)
    assert register.merge(register).set_aside == {"victims": 2}


def test_the_page_stands_alone(dataset, tmp_path, monkeypatch):
    monkeypatch.setattr("chitieu._language._chosen", None)  # nobody has chosen a language
    path = ct.check(dataset, period="2022").write_report(tmp_path / "báo cáo.html")
    page = path.read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>") and "lang='vi'" in page
    assert not re.search(r"https?:|//[a-z]|src=|<link|<script|@import|url\(", page)

    class Balanced(HTMLParser):
        open_: list[str] = []  # noqa: RUF012

        def handle_starttag(self, tag, attrs):
            if tag not in ("meta", "br", "rect"):
                self.open_.append(tag)

        def handle_endtag(self, tag):
            if tag not in ("rect",):
                assert self.open_.pop() == tag

    parser = Balanced()
    parser.feed(page)
    assert not parser.open_


def test_the_page_is_english_where_that_was_chosen(dataset):
    found = ct.check(dataset, period="2022")
    ct.set_language("en")
    try:
        assert "lang='en'" in found.to_html()
        ct.set_language("vi")
        assert "lang='vi'" in found.to_html()
        assert "không đạt" in repr(found)
        assert "Được trợ giúp" in str(found.summary()["text"].to_list())
    finally:
        ct.set_language("en")


def test_each_commune_gets_a_workbook(dataset, tmp_path):
    found = ct.check(dataset, period="2022")
    ct.set_language("vi")
    try:
        paths = found.write_corrections(tmp_path / "sửa", severity="error")
    finally:
        ct.set_language("en")
    assert [p.name for p in paths] == ["12337-thi-tran-vuong.xlsx", "12364-xa-hai-trieu.xlsx", "khong-xac-dinh-xa.xlsx"]
    assert sorted(p.name for p in (tmp_path / "sửa").iterdir()) == sorted(p.name for p in paths)
    book = openpyxl.load_workbook(paths[1])
    assert book.sheetnames == ["Tổng hợp", "Cần xác minh 1"]
    sheet = book["Cần xác minh 1"]
    lines = list(sheet.iter_rows(min_row=2, values_only=True))
    repeated = next(line for line in lines if "Mã trẻ em đã có" in line[6])
    assert repeated[:5] == ("Sổ 1.xlsx", "Trang 1", 6, "Trẻ em (sổ theo dõi)", 2)
    assert repeated[6].split("\n")[0].endswith("(dòng trước: Sổ 1.xlsx, 5)")
    assert repeated[7].split(", ")[0] == "Mã trẻ em"
    assert repeated[8:] == (None, None)
    assert sheet.freeze_panes == "A2"


def test_failing_rows_are_set_aside_and_told(dataset):
    found = ct.check(dataset, period="2022")
    kept = dataset.without(found)
    assert kept.set_aside["children"] == 4 - kept.rows("children")
    assert dataset.set_aside == {}
    with pytest.raises(ct.PlanError):
        kept.without(found)
    lazy = ct.Dataset(children=dataset["children"].lazy(), victims=dataset["victims"])
    assert lazy.without(ct.check(lazy, period="2022"))["children"].equals(kept["children"])


def test_what_is_computed_says_how_many_rows_were_set_aside():
    children = pl.DataFrame({"child_id": ["a", "a", "b"], "birth_year": 2015, "commune": "12364"})
    dataset = ct.Dataset(children=children)
    kept = dataset.without(ct.check(dataset, period="2022"))
    result = ct.compute(kept, period="2022", indicators=["child_population"])
    assert result.only("child_population", measure="count", area="33")["numerator"].item() == 2
    told = [w for w in result.warnings if w.code == "set_aside"]
    assert [w.text["en"] for w in told] == [
        "Rows that failed a check of quality were set aside: 1 of Children (register)"
    ]
    assert "set aside" in repr(result)


OF_ABUSE = ("victims", "perpetrators", "sanctions")


@pytest.mark.parametrize("lazy", [False, True])
def test_a_table_without_any_column_that_is_read(lazy):
    frame = pl.DataFrame({"note": ["x", "y"]})
    dataset = ct.Dataset(children=frame.lazy() if lazy else frame, area_vintage="2022-12-31")
    found = ct.check(dataset, period="2022")
    assert found.summary()["failed"].sum() == 0
    assert dataset.without(found)["children"].height == 2


def test_a_made_up_province_is_computed_after_its_check():
    province = ct.synthetic.province("33", children=20_000, year=2022, seed=1)
    kept = province.without(ct.check(province, period="2022"), severity="error")
    warnings = [w.code for w in ct.compute(kept, period="2022").warnings]
    assert "set_aside" in warnings
    assert ct.abuse.register(kept).set_aside == {t: n for t, n in kept.set_aside.items() if t in OF_ABUSE}


@pytest.mark.parametrize(
    "as_table", [pl.DataFrame.lazy, lambda f: f.with_columns(pl.col("case_id").cast(pl.Categorical))]
)
def test_perpetrators_go_with_the_last_victim_of_their_case(as_table):
    """Case 1 keeps one of two victims, case 2 loses its only one, case 3 never had one."""
    victims = pl.DataFrame(
        {
            "case_id": ["1", "1", "2"],
            "child_id": ["a", "b", "c"],
            "birth_year": 2015,
            "commune": "12364",
            "incident_date": [date(2022, 1, 1), date(2022, 5, 1), date(2022, 5, 1)],
            "received_date": [date(2022, 1, 2), date(2022, 4, 1), date(2022, 4, 1)],
            "confirmed": True,
            "#row": 1,  # a column of the user
        }
    )
    perpetrators = pl.DataFrame({"case_id": ["1", "2", "2", "3", None], "person_id": list("pqrst"), "sex": "male"})
    tables = {"victims": as_table(victims), "perpetrators": as_table(perpetrators)}
    dataset = ct.Dataset(area_vintage="2022-12-31", **tables)
    kept = dataset.without(ct.check(dataset, period="2022"))
    assert kept.set_aside == {"victims": 2, "perpetrators": 4}
    assert kept["perpetrators"]["person_id"].to_list() == ["p"]
    assert kept["victims"].columns == victims.columns
    result = ct.compute(kept, period="2022", indicators=["perpetrators"])
    assert result.only("perpetrators", measure="count", area="33")["numerator"].item() == 1
    assert ct.abuse.register(kept).set_aside == kept.set_aside


def test_of_rows_with_the_same_key_the_first_good_one_stays():
    """a: the second, as the first is born later; b: the first; c: none is good."""
    born = [date(2030, 1, 1), date(2015, 1, 1), date(2015, 1, 2), *[date(2016, 1, 1)] * 2, *[date(2030, 1, 1)] * 2]
    children = pl.DataFrame({"child_id": list("aaabbcc"), "birth_date": born, "commune": "12364"})
    dataset = ct.Dataset(children=children)
    kept = dataset.without(ct.check(dataset, period="2022"))
    assert kept["children"].rows() == children[[1, 3]].rows()
    assert kept.set_aside == {"children": 5}
    again = ct.check(kept, period="2022").summary()
    assert again.filter(pl.col("severity") == "error")["failed"].sum() == 0


def test_a_total_among_its_parts_is_set_aside():
    population = pl.DataFrame(
        {"commune": "12364", "year": 2022, "sex": ["male", "female", None], "persons": [50, 60, 110]}
    )
    dataset = ct.Dataset(population=population)
    kept = dataset.without(ct.check(dataset, period="2022"))
    assert kept["population"].equals(population[:2])


def test_a_period_that_cuts_months_has_scores_of_the_whole_ones(dataset):
    found = ct.check(dataset, period="2022-02-10/2022-04-20")
    assert found.period == "2022-02-10/2022-04-20"
    whole = found.scorecard(area_level="commune", period="2022-02-01/2022-04-30")
    assert found.scorecard(area_level="commune").to_polars().equals(whole.to_polars())
    # February and March of the two communes with a register.
    assert found.scorecard("country").to_polars()["months"][0] == 2 * 2
    assert "2022" in found.to_html() and found._repr_html_()
    with pytest.raises(ct.PlanError, match="whole months"):
        found.scorecard(area_level="commune", period="2022-02-10/2022-04-20")


def test_rules_of_ones_own_are_checked(tmp_path):
    with pytest.raises(FileNotFoundError):
        ct.rules(tmp_path / "none.toml")
    mine = tmp_path / "mine.toml"
    mine.write_text('[[rule]]\ncode = "x"\nseverity = "fatal"\n', encoding="utf-8")
    with pytest.raises(ct.PlanError, match=r"mine\.toml: line 3"):
        ct.rules(mine)
    mine.write_bytes(b"\xff\xfe")
    with pytest.raises(ct.PlanError, match="UTF-8"):
        ct.rules([mine])
    assert ct.rules().height > 60
    assert ct.rules()["text"].str.len_chars().min() > 20
