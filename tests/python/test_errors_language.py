"""The same errors in Vietnamese; codes and facts do not change with the language."""

import chitieu as ct
import polars as pl
import pytest
from records import ask, births, children, refusal, victims


@pytest.fixture
def vietnamese():
    ct.set_language("vi")
    yield
    ct.set_language("en")


REFUSALS = {
    "unknown_indicator": (
        lambda: ct.plan(period="2022", indicators=["birth_registration"]),
        'danh mục không có chỉ tiêu "birth_registration"; gần nhất: birth_registration_under_5',
    ),
    "unknown_choice": (
        lambda: ct.plan(period="2022", by=["age"]),
        'by: "age" không hợp lệ; cần một trong: sex, age_group',
    ),
    "repeated": (lambda: ct.plan(period="2022", by=["sex", "sex"]), 'by: "sex" bị lặp lại'),
    "bad_period": (lambda: ct.plan(period="2022Q5"), 'kỳ "2022Q5" không đọc được; các dạng hợp lệ: '),
    "period_not_defined": (
        lambda: ct.plan(period="2022Q1", indicators=["crude_birth_rate"]),
        "chỉ tiêu crude_birth_rate không được định nghĩa cho kỳ 2022Q1",
    ),
    "no_area_list": (
        lambda: ct.plan(period="2019"),
        "không có danh mục đơn vị hành chính cho ngày 2019-12-31",
    ),
    "bad_plan": (lambda: ct.Plan.from_json("{}"), "không đọc được kế hoạch: "),
    "tally_mismatch": (lambda: ct.merge([]), "không có bảng đếm nào"),
    "missing_table": (
        lambda: ask("sanctions", births=births()),
        'thiếu bảng "sanctions": chỉ tiêu sanctions cần bảng này',
    ),
    "missing_column": (
        lambda: ask("sex_ratio_at_birth", births=births().drop("sex")),
        'bảng "births" thiếu cột "sex" (',
    ),
    "wrong_type": (
        lambda: ask("child_population", children=children(commune=[12364])),
        'bảng "children", cột "commune": cần kiểu ',
    ),
    "bad_value": (
        lambda: ask("sex_ratio_at_birth", births=births(sex=["x", "male"])),
        'bảng "births", cột "sex": cần male, female, nhưng 1 dòng có giá trị khác (các dòng đầu tiên: 1)',
    ),
    "unknown_areas": (
        lambda: ask("sex_ratio_at_birth", births=births(commune=["99999", "12364"])),
        "1 dòng có mã không thuộc danh mục đơn vị hành chính ngày 2022-12-31: 99999",
    ),
    "no_ethnic_list": (
        lambda: ask("child_population", by=["ethnicity"], children=children(ethnicity=["01"])),
        "dữ liệu có mã dân tộc nhưng không nói theo danh mục nào",
    ),
}


@pytest.mark.usefixtures("vietnamese")
@pytest.mark.parametrize("code", REFUSALS)
def test_messages_are_in_vietnamese(code):
    call, text = REFUSALS[code]
    with pytest.raises(ct.ChitieuError) as caught:
        call()
    assert caught.value.code == code
    assert text in str(caught.value)


@pytest.mark.parametrize("code", REFUSALS)
def test_code_and_column_do_not_depend_on_the_language(code):
    call, _ = REFUSALS[code]
    found = []
    for language in ("en", "vi"):
        ct.set_language(language)
        try:
            with pytest.raises(ct.ChitieuError) as caught:
                call()
        finally:
            ct.set_language("en")
        found.append([getattr(caught.value, name) for name in ("code", "column")])
    assert found[0] == found[1]


@pytest.mark.usefixtures("vietnamese")
@pytest.mark.parametrize(
    "call",
    [
        lambda: ask("sex_ratio_at_birth", births=births(date=[None, None]).with_columns(pl.col("date").cast(pl.Date))),
        lambda: ask("abuse_cases", victims=victims(case_id=[None, "c1"])),
        lambda: ask("special_circumstances", children=children(circumstances=[["w9"]])),
    ],
)
def test_a_vietnamese_message_is_vietnamese_throughout(call):
    with pytest.raises(ct.ChitieuError) as caught:
        call()
    words = str(caught.value).replace(",", " ").replace(":", " ").split()
    assert {"a", "of", "the", "list", "text", "date", "expected"}.isdisjoint(words), str(caught.value)


@pytest.mark.usefixtures("vietnamese")
def test_hints_are_in_vietnamese():
    message = refusal(
        lambda: ask("sex_ratio_at_birth", births=births(commune=["99999", "12364"])),
        ct.DataError,
        code="unknown_areas",
    )
    assert "→ kiểm tra area_vintage, hoặc dùng" in message


@pytest.mark.usefixtures("vietnamese")
def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match="không có tệp"):
        ct.Dataset(children=tmp_path / "none.parquet")


@pytest.mark.usefixtures("vietnamese")
def test_warnings_are_in_both_languages():
    frame = victims(child_id=["k1", "k1"])
    result = ask("abused_children", victims=frame, by=["form"])
    (warning,) = [w for w in result.warnings if w.code == "parts_do_not_sum"]
    assert "các phần cộng lại 2, tổng số 1" in str(warning)
    assert "the parts sum to 2, the total is 1" in warning.text["en"]


@pytest.mark.usefixtures("vietnamese")
def test_what_is_left_out_is_told_in_the_language_of_the_day():
    result = ct.compute(ct.Dataset(births=births()), period="2022")
    told = [w for w in result.warnings if w.code == "left_out" and w.indicator == "sanctions"]
    assert "thiếu bảng" in str(told[0])
    assert "is missing" in told[0].text["en"]
