"""A check as a page to be read, sent and printed, and as a few lines for a notebook."""

from __future__ import annotations

from datetime import date
from html import escape
from typing import Any, Protocol

import polars as pl

from chitieu import _native
from chitieu._areas import area_names
from chitieu._language import get_language, printed_in, words
from chitieu._table import Table

#: Rules shown in a notebook.
RULES_SHOWN = 12

SEVERITIES = {"error": ("Lỗi", "Error"), "warning": ("Cảnh báo", "Warning"), "info": ("Lưu ý", "Note")}
SCORES = {
    "completeness": ("Đầy đủ", "Complete"),
    "accuracy": ("Chính xác", "Accurate"),
    "timeliness": ("Kịp thời", "Timely"),
}

STYLE = """
:root{--ink:#1b2a38;--muted:#5a6875;--line:#d5dce3;--bar:#2f6f9f;--error:#a8261c;--warning:#8a5300;--info:#34506b}
*{box-sizing:border-box}
body{font:15px/1.5 "Noto Sans","Segoe UI",Roboto,Arial,sans-serif;color:var(--ink)}
body{margin:0 auto;max-width:1100px;padding:24px}
h1{font-size:26px;line-height:1.25;margin:0 0 4px}h2{font-size:19px;margin:32px 0 8px}
p{margin:6px 0;max-width:80ch}
.muted{color:var(--muted)}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(210px,1fr));gap:12px;margin:18px 0}
.card{border:1px solid var(--line);border-radius:8px;padding:12px 14px}
.card b{display:block;font-size:26px;line-height:1.3}
.card small{display:block;color:var(--muted);font-size:13px}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:14px}
caption{text-align:left;color:var(--muted);padding:4px 0}
th,td{border-bottom:1px solid var(--line);padding:6px 8px;text-align:left;vertical-align:top}
thead th{border-bottom:2px solid var(--ink);white-space:nowrap}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
code{font-size:12px;color:var(--muted)}
.tag{font-weight:600;white-space:nowrap}.error{color:var(--error)}.warning{color:var(--warning)}.info{color:var(--info)}
svg{vertical-align:middle}
dt{font-weight:600;margin-top:8px}dd{margin:0 0 4px 0;max-width:80ch}
@media print{body{max-width:none;padding:0;font-size:11px}table{font-size:10.5px}tr,.card{break-inside:avoid}
thead{display:table-header-group}.scroll{overflow:visible}h2{break-after:avoid}}
"""


class Checked(Protocol):
    """What a page shows of a check."""

    @property
    def _native(self) -> _native.Check: ...
    @property
    def _dataset(self) -> Checkable: ...
    @property
    def reference(self) -> str: ...
    @property
    def area_vintage(self) -> str: ...
    def scorecard(self, area_level: str = ..., *, period: str | None = ...) -> Table: ...


class Checkable(Protocol):
    """What a page shows of the records."""

    @property
    def tables(self) -> list[str]: ...


def _bar(percent: float | None, label: str) -> str:
    """Return a score as a number beside a bar."""
    if percent is None:
        return "<span class='muted'>–</span>"
    width = max(0.0, min(100.0, percent)) * 0.6
    return (
        f"{label}&nbsp;<svg width='60' height='10' aria-hidden='true'>"
        "<rect width='60' height='10' rx='2' fill='#e6ebf0'/>"
        f"<rect width='{width:.1f}' height='10' rx='2' fill='#2f6f9f'/></svg>"
    )


class _Page:
    def __init__(self, check: Checked, period: str, language: str) -> None:
        self.check, self.period, self.language = check, period, language
        self.summary = pl.DataFrame(check._native.summary()).rename({f"text_{language}": "text"})
        self.tables = {t["id"]: str(t["name"][language]) for t in words()["tables"]}

    def say(self, vi: str, en: str) -> str:
        return vi if self.language == "vi" else en

    def column(self, column: str) -> str:
        return _native.column_names(column)[self.language != "vi"]

    def number(self, value: float, decimals: int = 0) -> str:
        return printed_in(self.language, value, decimals)

    def day(self, text: str) -> str:
        day = date.fromisoformat(text)
        return f"{day.day:02}/{day.month:02}/{day.year}" if self.language == "vi" else text

    def span(self) -> str:
        first, _, last = self.period.partition("/")
        return f"{self.day(first)} – {self.day(last)}" if last else first

    def score(self, value: float | None) -> str:
        return _bar(value, "" if value is None else self.number(value, 1))

    def table(self, caption: str, head: list[tuple[str, bool]], rows: list[list[str]]) -> str:
        """Return a table; its cells are HTML, and those of a column marked so are aligned right."""

        def side(right: bool) -> str:
            return " class='n'" if right else ""

        heads = "".join(f"<th scope='col'{side(right)}>{escape(name)}</th>" for name, right in head)
        body = "".join(
            "<tr>" + "".join(f"<td{side(r)}>{cell}</td>" for cell, (_, r) in zip(row, head, strict=True)) + "</tr>"
            for row in rows
        )
        return (
            f"<div class='scroll'><table><caption>{escape(caption)}</caption><thead><tr>{heads}</tr></thead>"
            f"<tbody>{body}</tbody></table></div>"
        )

    def failing(self, most: int | None = None) -> str:
        rank = pl.col("severity").replace_strict({"error": 0, "warning": 1, "info": 2})
        found = self.summary.filter(pl.col("failed") > 0).sort(rank, -pl.col("failed").cast(pl.Int64), "rule", "table")
        if not found.height:
            return f"<p>{self.say('Mọi quy tắc đều đạt.', 'Every rule passes.')}</p>"
        rows = []
        for row in found.head(found.height if most is None else most).iter_rows(named=True):
            severity = SEVERITIES[row["severity"]][self.language != "vi"]
            decided = row["passed"] + row["failed"]
            names = [self.column(c) for c in row["columns"].split(", ") if c]
            columns = f"<br><span class='muted'>{escape(', '.join(names))}</span>" if names else ""
            rows.append(
                [
                    f"<span class='tag {row['severity']}'>{escape(severity)}</span>",
                    escape(self.tables[row["table"]]),
                    f"{escape(row['text'])}{columns}<br><code>{escape(row['rule'])}</code>",
                    self.number(row["failed"]),
                    self.score(100 * row["failed"] / decided),
                    self.number(row["undecided"]),
                ]
            )
        head = [
            (self.say("Mức độ", "Severity"), False),
            (self.say("Bảng", "Table"), False),
            (self.say("Nội dung và việc cần làm", "What is wrong, what to do"), False),
            (self.say("Không đạt", "Fail"), True),
            (self.say("% không đạt", "% failing"), True),
            (self.say("Chưa rõ", "Undecided"), True),
        ]
        caption = self.say(
            "Số dòng (hoặc số xã và kỳ) không đạt từng quy tắc; phần trăm tính trên các dòng kết luận được.",
            "Rows (or communes and periods) that fail each rule; the percentage is of those that could be decided.",
        )
        more = found.height - len(rows)
        note = f"<p class='muted'>… {more} {self.say('quy tắc nữa', 'more rules')}</p>" if more > 0 else ""
        return self.table(caption, head, rows) + note

    def cards(self) -> str:
        total = self.check.scorecard("country", period=self.period).to_polars()
        line: dict[str, Any] = {**dict.fromkeys(SCORES), **(total.row(0, named=True) if total.height else {})}
        what = {
            "completeness": (("giá trị đã ghi", "values recorded"), "recorded_values", "expected_values"),
            "accuracy": (("kết luận đạt", "verdicts pass"), "passed", "judged"),
            "timeliness": (("xã × tháng có cập nhật", "communes × months updated"), "updated", "months"),
        }
        cards = []
        for score, names in SCORES.items():
            (vi, en), part, whole = what[score]
            value = line[score]
            shown = "–" if value is None else self.number(value, 1)
            of = "" if value is None else f"{self.number(line[part])} / {self.number(line[whole])} {self.say(vi, en)}"
            bar = "" if value is None else _wide_bar(value)
            cards.append(f"<div class='card'>{self.say(*names)}<b>{shown}</b>{bar}<small>{of}</small></div>")
        if line.get("reported") is not None:
            name = self.say("Xã đã báo cáo", "Communes reporting")
            of = f"/ {self.number(line['expected'])} {self.say('xã', 'communes')}"
            cards.append(f"<div class='card'>{name}<b>{self.number(line['reported'])}</b><small>{of}</small></div>")
        failing = self.summary.filter(pl.col("failed") > 0, pl.col("severity") == "error").height
        judged = self.summary.filter(pl.col("missing") == "").height
        lead = self.say("Quy tắc mức lỗi không đạt", "Rules of severity error that fail")
        of = f"{self.number(judged)} {self.say('quy tắc đã áp dụng', 'rules judged')}"
        cards.append(f"<div class='card'>{lead}<b>{self.number(failing)}</b><small>{of}</small></div>")
        return f"<div class='cards'>{''.join(cards)}</div>"

    def communes(self) -> str:
        score = self.check.scorecard("commune", period=self.period).to_polars()
        if not score.height:
            return ""
        mean = pl.mean_horizontal(*SCORES).fill_null(101)
        head = [
            (self.say("Mã", "Code"), False),
            (self.say("Xã, phường, thị trấn", "Commune"), False),
            (self.say("Số dòng", "Rows"), True),
            *((self.say(*names), True) for names in SCORES.values()),
        ]
        rows = [
            [
                escape(row["area"] if row["area"] != "unknown" else "–"),
                escape(row["name"] or self.say("Không rõ xã", "Commune unknown")),
                self.number(row["rows"]),
                *(self.score(row[s]) for s in SCORES),
            ]
            for row in score.filter(pl.col("rows") > 0).sort(mean, "area").iter_rows(named=True)
        ]
        caption = self.say(
            "Điểm từ 0 đến 100; xã có điểm trung bình thấp nhất đứng đầu. “–”: không có gì để đánh giá.",
            "Scores from 0 to 100, the lowest mean first. “–”: nothing to judge.",
        )
        silent = score.filter(pl.col("rows") == 0)["name"].drop_nulls().to_list()
        lead = self.say(f"{len(silent)} xã chưa có dòng nào", f"{len(silent)} communes have no row")
        absent = f"<p><b>{lead}</b>: {escape(', '.join(silent))}.</p>" if silent else ""
        return self.table(caption, head, rows) + absent

    def not_judged(self) -> str:
        # Tables that were read from no file have no cells that a reader of files could not read.
        found = self.summary.filter(~pl.col("missing").is_in(["", "source_unread"]))
        if not found.height:
            return ""
        rows = [
            [
                escape(self.tables[table]),
                f"{escape(text)}<br><code>{escape(rule)}</code>",
                escape(", ".join(self.tables.get(c) or self.column(c) for c in missing.split(", "))),
            ]
            for table, text, rule, missing in found.select("table", "text", "rule", "missing").iter_rows()
        ]
        head = [
            (self.say("Bảng", "Table"), False),
            (self.say("Quy tắc", "Rule"), False),
            (self.say("Thiếu", "Missing"), False),
        ]
        title = self.say("Quy tắc chưa áp dụng được", "Rules that could not be judged")
        caption = self.say("Dữ liệu không có cột hoặc bảng cần thiết.", "The data lack a column or a table they need.")
        return f"<h2>{title}</h2>{self.table(caption, head, rows)}"

    def formulas(self) -> str:
        terms = [
            (
                self.say(*SCORES["completeness"]),
                self.say(
                    "100 × số giá trị đã ghi ÷ số giá trị cần có (các cột bắt buộc và cần thiết của từng bảng, nhân số "
                    "dòng). Cột không có trong bảng tính là chưa ghi.",
                    "100 × values recorded ÷ values expected (the columns that a complete row of the table has, times "
                    "its rows). A column that a table does not have is not recorded.",
                ),
            ),
            (
                self.say(*SCORES["accuracy"]),
                self.say(
                    "100 × số kết luận đạt ÷ số kết luận đạt hoặc không đạt của các quy tắc mức lỗi. Dòng chưa rõ "
                    "không tính vào cả hai.",
                    "100 × passes ÷ (passes + failures) by the rules of severity error. Undecided rows are in neither.",
                ),
            ),
            (
                self.say(*SCORES["timeliness"]),
                self.say(
                    "100 × số tháng xã có cập nhật sổ theo dõi ÷ số tháng đã qua của kỳ; không tính xã chưa có sổ.",
                    "100 × months in which the commune brought its register up to date ÷ months of the period that are "
                    "over; communes without a register are left out.",
                ),
            ),
        ]
        body = "".join(f"<dt>{escape(term)}</dt><dd>{escape(text)}</dd>" for term, text in terms)
        note = self.say(
            "Sổ theo dõi tính toàn bộ; sự kiện tính theo ngày trong kỳ; bảng hằng năm tính theo năm. Công thức, mức "
            "độ và ngưỡng là quyết định của dự án chitieu, không phải văn bản pháp luật. "
            "Báo cáo không chứa thông tin cá nhân.",
            "The register counts whole, events by their date in the period, yearly tables by the year. Formulas, "
            "severities and thresholds are decisions of the project chitieu, not of a legal text. "
            "No personal value is in this report.",
        )
        return (
            f"<h2>{self.say('Cách tính', 'How it is computed')}</h2><dl>{body}</dl><p class='muted'>{escape(note)}</p>"
        )

    def title(self) -> str:
        names = area_names(self.check.area_vintage)
        provinces = self.check.scorecard("province", period=self.period).to_polars()["area"]
        where = ", ".join(names.get(("province", code), code) for code in provinces if code != "unknown")
        head = self.say("Chất lượng dữ liệu trẻ em", "Quality of the records on children")
        return f"{head}: {where}" if where else head

    def lead(self) -> str:
        tables = [
            f"{escape(self.tables[t])}: {self.number(self.check._native.rows(t) or 0)}"
            for t in self.check._dataset.tables
        ]
        return (
            f"<p class='muted'>{self.say('Kỳ', 'Period')}: {escape(self.span())} · "
            f"{self.say('Ngày đối chiếu', 'Reference day')}: {self.day(self.check.reference)} · "
            f"{self.say('Danh mục đơn vị hành chính ngày', 'Areas as of')} {self.day(self.check.area_vintage)}</p>"
            f"<p>{self.say('Số dòng đã kiểm tra', 'Rows checked')} — {'; '.join(tables)}.</p>"
        )


def _wide_bar(percent: float) -> str:
    return (
        "<svg width='100%' height='8' viewBox='0 0 100 8' preserveAspectRatio='none' aria-hidden='true'>"
        "<rect width='100' height='8' fill='#e6ebf0'/>"
        f"<rect width='{percent:.1f}' height='8' fill='#2f6f9f'/></svg>"
    )


def page(check: Checked, period: str, language: str) -> str:
    """Return the whole report."""
    made = _Page(check, period, language)
    title = escape(made.title())
    return (
        f"<!doctype html><html lang='{language}'><head><meta charset='utf-8'>"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>"
        f"<title>{title}</title><style>{STYLE}</style></head><body><header><h1>{title}</h1>{made.lead()}</header><main>"
        f"{made.cards()}<h2>{made.say('Những việc cần xử lý', 'What needs attention')}</h2>{made.failing()}"
        f"<h2>{made.say('Điểm của từng xã', 'Scores by commune')}</h2>{made.communes()}"
        f"{made.not_judged()}{made.formulas()}</main></body></html>"
    )


def short(check: Checked) -> str:
    """Return what a notebook shows."""
    made = _Page(check, check._native.whole_months(), get_language())
    return f"<style>.tag{{font-weight:600}}</style>{made.lead()}{made.failing(RULES_SHOWN)}"
