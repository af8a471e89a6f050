"""A check as a page to be read, sent and printed, and as a few lines for a notebook."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any

import polars as pl

from chitieu._catalogue import html_table
from chitieu._check_facts import SCORED, SCORES, SEVERITIES, Absent, Checked, Facts, column_name, day, nothing_fails
from chitieu._check_parts import Column, Rows, card, count, dash, percent, share, table
from chitieu._check_style import STYLE
from chitieu._language import get_language, printed, say, speaking
from chitieu._period import period_in_words

#: Rules shown in a notebook.
RULES_SHOWN = 12
#: Up to so many communes without rows are shown without being unfolded.
UNFOLDED = 20


def page(check: Checked, period: str, language: str) -> str:
    """Return the whole report."""
    return speaking(language, lambda: _page(Facts(check, period)))


def _page(facts: Facts) -> str:
    head, place = say("Chất lượng dữ liệu trẻ em", "Quality of the records on children"), facts.place()
    title, sections = escape(f"{head}: {place}" if place else head), list(_sections(facts))
    contents = "".join(f"<li><a href='#{anchor}'>{name}</a></li>" for anchor, name, _ in sections)
    body = "".join(
        f"<section aria-labelledby='{anchor}'><h2 id='{anchor}'>{name}</h2>{content}</section>"
        for anchor, name, content in sections
    )
    rows, tables = count(sum(facts.tables.values()), "dòng", "row"), count(len(facts.tables), "bảng", "table")
    checked = f"{say('Đã kiểm tra', 'Checked')}: {rows}, {tables}"
    foot = say(
        "Công thức, mức độ và ngưỡng là quy ước của dự án chitieu, không phải văn bản pháp luật. Báo cáo không chứa "
        "thông tin cá nhân.",
        "Formulas, severities and thresholds are decisions of the project chitieu, not of a legal text. No personal "
        "value is in this report.",
    )
    return (
        f"<!doctype html><html lang='{get_language()}'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>{title}</title><style>{STYLE}</style></head><body>"
        f"<a class='skip' href='#main'>{say('Đến nội dung chính', 'Skip to the content')}</a>"
        f"<header><h1>{title}</h1><p class='muted'>{escape(' · '.join([*_dates(facts), checked]))}</p></header>"
        f"<nav aria-label='{say('Mục lục', 'Contents')}'><ul>{contents}</ul></nav>"
        f"<main id='main' tabindex='-1'>{body}</main><footer><p>{foot}</p></footer></body></html>"
    )


def _dates(facts: Facts) -> list[str]:
    return [
        f"{say('Kỳ', 'Period')}: {period_in_words(facts.period)}",
        f"{say('Ngày đối chiếu', 'Reference day')}: {day(facts.check.reference)}",
        f"{say('Danh mục đơn vị hành chính ngày', 'Administrative units as of')} {day(facts.check.area_vintage)}",
    ]


def _sections(facts: Facts) -> Iterator[tuple[str, str, str]]:
    """Return the sections that have something to say: anchor, title, content."""
    yield "summary", say("Tóm tắt", "Summary"), _cards(facts)
    yield "findings", say("Việc cần làm", "What to do"), _findings(facts)
    if facts.tables:
        yield "tables", say("Các bảng đã kiểm tra", "The tables that were checked"), _tables(facts)
    if facts.silent:
        yield "absent", say("Xã chưa có dữ liệu", "Communes without rows"), _absent(facts)
    if facts.communes["rows"].sum() or facts.placeless.height:
        yield "communes", say("Điểm của từng xã", "Scores by commune"), _communes(facts)
    if facts.not_judged().height:
        yield "not-judged", say("Quy tắc chưa áp dụng được", "Rules that could not be judged"), _not_judged(facts)
    yield "formulas", say("Cách tính", "How it is computed"), _formulas()


# ---------------------------------------------------------------- the summary


def _cards(facts: Facts) -> str:
    cards = [_coverage_card(facts), *(_score_card(facts, score) for score in SCORES), _error_card(facts)]
    return f"<div class='cards'>{''.join(cards)}</div>"


def _coverage_card(facts: Facts) -> str:
    """Return of how many communes there are rows: what every score is to be read with."""
    communes, there = facts.communes.height, facts.communes.height - len(facts.silent)
    name, notes = say("Xã có dữ liệu trong kỳ", "Communes with rows in the period"), list(_coverage_notes(facts))
    if not communes:
        nothing = say("Không có dòng nào.", "There are no rows.")
        return card("whole", name, dash(say("không có xã nào", "no commune")), None, notes or [nothing])
    return card("whole", name, f"{printed(there)}/{printed(communes)}", 100 * there / communes, notes)


def _coverage_notes(facts: Facts) -> Iterator[str]:
    if facts.silent:
        lead = f"{count(len(facts.silent), 'xã', 'commune')} {say('chưa có dòng nào', 'without a row')}"
        yield f"<a href='#absent'>{lead}</a>: " + say(
            "không tính vào ba điểm dưới đây, cũng không bị coi là 0 điểm. Các điểm chỉ nói về xã có dữ liệu.",
            "in none of the three scores below, nor taken as 0. The scores speak of the communes with rows alone.",
        )
    if facts.communes.height and facts.total.get("reported") is not None:
        reported = printed(facts.total["reported"])
        yield say(
            f"Xã đã báo cáo (có dòng trong bảng mà xã nào cũng phải có): {reported}.",
            f"Communes that reported (with rows in a table in which every commune has some): {reported}.",
        )
    if rows := int(facts.placeless["rows"].sum()):
        why = say("(thiếu mã, hoặc mã không có trong danh mục)", "(no code, or one that is not in the list)")
        left_out = say("không tính vào ba điểm dưới đây", "in none of the three scores below")
        alone = say("các điểm dưới đây chỉ tính trên những dòng này", "the scores below are of these alone")
        what = f"{count(rows, 'dòng', 'row')} {say('không xác định xã', 'without a known commune')} {why}"
        yield f"{what}: {left_out if facts.communes.height else alone}."


def _score_card(facts: Facts, score: str) -> str:
    value, name = facts.total.get(score), say(*SCORES[score])
    nothing = say("Không có gì để xét.", "There is nothing to judge.")
    if value is None:
        return card("score", name, dash(nothing), None, [nothing])
    return card("score", name, escape(percent(value)), value, list(_score_notes(facts, score)))


def _score_notes(facts: Facts, score: str) -> Iterator[str]:
    """Return what a score is a share of, and over how many communes it is taken."""
    part, whole = SCORED[score]
    vi, en = {
        "completeness": ("giá trị đã ghi", "values are recorded"),
        "accuracy": ("kết luận đạt", "verdicts pass"),
        "timeliness": ("xã × tháng có cập nhật", "communes × months have an update"),
    }[score]
    yield f"{printed(facts.total[part])}/{printed(facts.total[whole])} {say(vi, en)}."
    communes, counted = facts.communes.height, facts.communes[score].count()
    if not communes:
        return
    of = f"{printed(counted)}/{printed(communes)}"
    if score != "timeliness":
        yield say(f"Tính trên {of} xã.", f"Over {of} communes.")
        return
    yield say(f"Tính trên {of} xã: những xã có sổ theo dõi.", f"Over {of} communes: those with a register.")
    if rest := communes - counted:
        without = say("không có dòng nào trong sổ: không được tính", "without a row in the register: not counted")
        yield f"{count(rest, 'xã', 'commune')} {without}."
    if not facts.has_updates():
        yield say(
            "Sổ không có cột Ngày cập nhật: mọi tháng tính là không cập nhật.",
            "The register has no column “Updated on”: no month counts as updated.",
        )


def _error_card(facts: Facts) -> str:
    judged = facts.summary.filter(pl.col("severity") == "error", pl.col("missing") == "")
    failing = judged.filter(pl.col("failed") > 0)
    notes = [
        f"{say('Trên', 'Of')} {count(judged.height, 'quy tắc', 'rule')} "
        f"{say('đã áp dụng, mỗi bảng đếm riêng', 'that were judged, each table apart')}.",
        f"{count(int(failing['failed'].sum()), 'lần không đạt', 'failure')}.",
    ]
    name = say("Quy tắc mức lỗi không đạt", "Rules of severity error that fail")
    return card("score", name, printed(failing.height), None, notes)


# ---------------------------------------------------------------- what to do


def _findings(facts: Facts) -> str:
    failing = facts.failing()
    if failing.is_empty():
        return f"<p>{nothing_fails(facts.summary)}</p>"
    lead = say(
        "Sửa lỗi trước, rồi xác minh cảnh báo. Địa chỉ từng dòng: tệp Excel cần xác minh của từng xã, nếu đã lập.",
        "Correct errors first, then verify warnings. Addresses of rows: the workbooks of communes, if written.",
    )
    note = say(
        "“Không đạt” đếm số dòng; quy tắc về xã đếm số xã × tháng (hoặc quý, năm). Phần trăm tính trên những gì kết "
        "luận được. “Chưa xác định được”: thiếu thông tin để kết luận.",
        "“Fail” counts rows; rules about communes count communes × months (or quarters, years). The percentage is of "
        "what could be decided. “Undecided”: too little is recorded to decide.",
    )
    parts = [_of_severity(facts, severity, failing.filter(pl.col("severity") == severity)) for severity in SEVERITIES]
    return f"<p>{lead}</p><p class='muted'>{note}</p>{''.join(parts)}"


def _of_severity(facts: Facts, severity: str, failing: pl.DataFrame) -> str:
    if failing.is_empty():
        return ""
    what = {
        "error": say(
            "Sai, hoặc không tính được chỉ tiêu. Sửa theo hồ sơ gốc.",
            "Wrong, or refused by the indicators. Correct by the original record.",
        ),
        "warning": say("Có thể sai. Xác minh.", "Probably wrong. Verify."),
        "info": say("Nên biết; chưa chắc là sai.", "Worth knowing; not necessarily wrong."),
    }[severity]
    groups = [
        Rows(facts.table_names[str(of)], [_finding(facts, row) for row in rows.iter_rows(named=True)])
        for (of,), rows in failing.group_by("table", maintain_order=True)
    ]
    columns = [
        Column(say("Nội dung và việc cần làm", "What is wrong, what to do")),
        Column(say("Không đạt", "Fail"), True),
        Column(say("% không đạt", "% failing"), True),
        Column(say("Chưa xác định được", "Undecided"), True),
        Column(say("Ở đâu", "Where")),
    ]
    name, failures = say(*SEVERITIES[severity]), count(int(failing["failed"].sum()), "lần không đạt", "failure")
    heading = f"{name}: {count(failing.height, 'quy tắc', 'rule')}, {failures}"
    return f"<h3 class='{severity}'>{heading}</h3>{table('findings', what, columns, groups)}"


def _finding(facts: Facts, row: dict[str, Any]) -> list[str]:
    names = ", ".join(column_name(column) for column in row["columns"].split(", ") if column)
    columns = f"{say('Cột', 'Columns')}: {escape(names)} · " if names else ""
    return [
        f"{escape(row['text'])}<br><small>{columns}<code>{escape(row['rule'])}</code></small>",
        printed(row["failed"]),
        share(_failing_share(row)),
        printed(row["undecided"]),
        escape(facts.where(row["rule"], row["table"])),
    ]


def _failing_share(row: dict[str, Any]) -> float:
    """Return how many in a hundred of the rows on which a rule decided fail it."""
    failed, passed = int(row["failed"]), int(row["passed"])
    return 100 * failed / (passed + failed)


# ---------------------------------------------------------------- tables and communes


def _tables(facts: Facts) -> str:
    def cells(name: str, rows: int) -> list[str]:
        of_table = facts.summary.filter(pl.col("table") == name)
        failed = [of_table.filter(pl.col("severity") == severity)["failed"].sum() for severity in SEVERITIES]
        return [escape(facts.table_names[name]), *map(printed, [rows, *failed])]

    columns = [Column(say("Bảng", "Table")), Column(say("Số dòng", "Rows"), True)]
    columns += [Column(say(*names), True) for names in SEVERITIES.values()]
    caption = say(
        "Số dòng của từng bảng và số lần không đạt; một dòng có thể không đạt nhiều quy tắc.",
        "The rows of each table and how often they fail; a row may fail several rules.",
    )
    return table("tables", caption, columns, [Rows("", [cells(*of) for of in facts.tables.items()])])


def _absent(facts: Facts) -> str:
    silent, communes = printed(len(facts.silent)), printed(facts.communes.height)
    lead = say(
        f"{silent}/{communes} xã chưa có dòng nào trong kỳ, ở mọi bảng đã kiểm tra. Đề nghị xã gửi dữ liệu, hoặc kiểm "
        "tra mã xã trong tệp đã nhận.",
        f"{silent}/{communes} communes have no row of the period in any table. Ask them for their records, or check "
        "the codes of communes in the files that came.",
    )
    is_open = len(facts.silent) <= UNFOLDED
    return f"<p>{lead}</p>{''.join(_fold(absent, is_open) for absent in facts.absent())}"


def _fold(absent: Absent, is_open: bool) -> str:
    """Return communes under the name of their area, to be unfolded.

    They stand after the fold, which hides them by style: what is inside a closed one is not printed.
    """
    of = f"{printed(len(absent.names))}/{count(absent.communes, 'xã', 'commune')}"
    names = "".join(f"<li>{escape(name)}</li>" for name in absent.names)
    return (
        f"<details{' open' if is_open else ''}><summary>{escape(absent.area)}: {of}</summary></details>"
        f"<ul class='names'>{names}</ul>"
    )


def _communes(facts: Facts) -> str:
    mean = pl.mean_horizontal(*SCORES).fill_null(101)
    there = pl.concat([facts.communes, facts.placeless]).filter(pl.col("rows") > 0).sort(mean, "area")
    rows = [
        [
            _commune(facts, row["area"]),
            *(share(row[score]) for score in SCORES),
            printed(row["judged"] - row["passed"]),
            printed(row["rows"]),
        ]
        for row in there.iter_rows(named=True)
    ]
    kinds = say("Xã, phường, thị trấn" if facts.parent == "district" else "Xã, phường, đặc khu", "Commune")
    columns = [
        Column(kinds),
        *(Column(say(*names), True) for names in SCORES.values()),
        Column(say("Lần sai", "Errors"), True),
        Column(say("Số dòng", "Rows"), True),
    ]
    caption = say(
        "Điểm từ 0 đến 100; xã có điểm trung bình thấp nhất đứng đầu. “–”: không có gì để xét. “Lần sai”: số lần không "
        "đạt quy tắc mức lỗi.",
        "Scores from 0 to 100, the lowest mean first. “–”: nothing to judge. “Errors”: failures of rules of severity "
        "error.",
    )
    return table("scores", caption, columns, [Rows("", rows)])


def _commune(facts: Facts, code: str) -> str:
    if code == "unknown":
        return say("Không xác định xã", "Commune not recorded")
    names = facts.units.names
    above = facts.units.above(("commune", code), facts.parent)
    where = f"{names[facts.parent, above]} · " if above and facts.parent == "district" else ""
    return (
        f"{escape(names['commune', code])}<br>"
        f"<small>{escape(where)}{say('mã', 'code')} <code>{escape(code)}</code></small>"
    )


# ---------------------------------------------------------------- rules that were not judged, formulas


def _not_judged(facts: Facts) -> str:
    def cells(row: dict[str, Any]) -> list[str]:
        missing = (facts.table_names.get(word) or column_name(word) for word in row["missing"].split(", "))
        return [f"{escape(row['text'])}<br><code>{escape(row['rule'])}</code>", escape(", ".join(missing))]

    groups = [
        Rows(facts.table_names[str(of)], [cells(row) for row in rows.iter_rows(named=True)])
        for (of,), rows in facts.not_judged().group_by("table", maintain_order=True)
    ]
    caption = say("Dữ liệu không có cột hoặc bảng cần thiết.", "The data lack a column or a table they need.")
    columns = [Column(say("Quy tắc", "Rule")), Column(say("Thiếu", "Missing"))]
    return table("unjudged", caption, columns, groups)


def _formulas() -> str:
    texts = {
        "completeness": say(
            "100 × số giá trị đã ghi ÷ số giá trị cần có (các cột bắt buộc và cần thiết của từng bảng, nhân số dòng). "
            "Cột không có trong bảng tính là chưa ghi.",
            "100 × values recorded ÷ values expected (the columns that a complete row of the table has, times its "
            "rows). A column that a table does not have is not recorded.",
        ),
        "accuracy": say(
            "100 × số kết luận đạt ÷ số kết luận đạt hoặc không đạt của các quy tắc mức lỗi về dòng. Dòng chưa xác "
            "định được không tính vào cả hai.",
            "100 × passes ÷ (passes + failures) by the rules of severity error about rows. Undecided rows are in "
            "neither.",
        ),
        "timeliness": say(
            "100 × số tháng xã có cập nhật sổ theo dõi ÷ số tháng đã qua của kỳ, cộng trên các xã có sổ. Xã không có "
            "dòng nào trong sổ không tính vào cả hai.",
            "100 × months in which the commune brought its register up to date ÷ months of the period that are over, "
            "added over the communes with a register. Communes without a row in it are in neither.",
        ),
    }
    body = "".join(f"<dt>{say(*SCORES[score])}</dt><dd>{escape(text)}</dd>" for score, text in texts.items())
    note = say(
        "Sổ theo dõi tính toàn bộ; sự kiện tính theo ngày trong kỳ; bảng hằng năm tính theo năm.",
        "The register counts whole, events by their date in the period, yearly tables by the year.",
    )
    return f"<dl>{body}</dl><p>{note}</p>"


# ---------------------------------------------------------------- a notebook


def short(check: Checked) -> str:
    """Return what a notebook shows; styles are written in each element, and touch nothing else there."""
    facts = Facts(check, check._native.whole_months())
    failing = facts.failing()
    rows = [
        (
            say(*SEVERITIES[row["severity"]]),
            facts.table_names[row["table"]],
            f"{row['text']} ({row['rule']})",
            printed(row["failed"]),
            percent(_failing_share(row)),
            printed(row["undecided"]),
        )
        for row in failing.head(RULES_SHOWN).iter_rows(named=True)
    ]
    head = (
        say("Mức độ", "Severity"),
        say("Bảng", "Table"),
        say("Nội dung và việc cần làm", "What is wrong, what to do"),
        say("Không đạt", "Fail"),
        say("% không đạt", "% failing"),
        say("Chưa xác định được", "Undecided"),
    )
    found = html_table(head, rows, (3, 4, 5)) if rows else _left(nothing_fails(facts.summary))
    more = failing.height - len(rows)
    rest = f"… {count(more, 'quy tắc nữa', 'more rule')}" if more else ""
    return f"{''.join(map(_left, _lead(facts)))}{found}{_left(rest) if rest else ''}"


def _lead(facts: Facts) -> list[str]:
    there, communes = printed(facts.communes.height - len(facts.silent)), printed(facts.communes.height)
    rows = "; ".join(f"{facts.table_names[of]}: {printed(number)}" for of, number in facts.tables.items())
    return [
        " · ".join(_dates(facts)),
        f"{say('Số dòng đã kiểm tra', 'Rows checked')}: {rows or printed(0)}",
        f"{say('Xã có dữ liệu trong kỳ', 'Communes with rows in the period')}: {there}/{communes}",
    ]


def _left(text: str) -> str:
    return f"<p style='text-align:left'>{escape(text)}</p>"
