"""Pages of the catalogue, from the TOML files that the crate itself reads.

``{indicators} tt13_2021`` writes a section for each indicator of a file, ``{indicator-list}`` a table of all;
``{tables}``, ``{codes}`` and ``{rules}`` do the same for tables of records, lists of codes and rules of quality.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import tomllib
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

SOURCE = Path(__file__).parents[2] / "src"

#: The files of indicators, in the order of the pages.
FILES = ("tt13_2021", "qd23_2021")

#: What the output is multiplied by, as a formula shows it.
TIMES = {
    "vi": {"percent": " × 100", "ratio": " × 100", "per_1000": " × 1.000", "per_100000": " × 100.000"},
    "en": {"percent": " × 100", "ratio": " × 100", "per_1000": " × 1,000", "per_100000": " × 100,000"},
}
SIGNS = {">=": "≥", "<=": "≤", ">": ">", "<": "<"}

#: The words of these pages: Vietnamese, English.
WORDS = {
    "id": ("Mã trong chương trình", "Id"),
    "code": ("Mã số", "Code"),
    "name": ("Tên", "Name"),
    "outputs": ("Đơn vị tính", "Measures"),
    "formula": ("Công thức", "Formula"),
    "numerator": ("Tử số", "Numerator"),
    "denominator": ("Mẫu số", "Denominator"),
    "breakdowns": ("Phân tổ", "Breakdowns"),
    "bands": ("Nhóm tuổi", "Age bands"),
    "periods": ("Kỳ", "Periods"),
    "read_in": ("Đọc ở", "Read in"),
    "references": ("Căn cứ", "References"),
    "targets": ("Mục tiêu", "Targets"),
    "agency": ("Cơ quan", "Agency"),
    "definition": ("Định nghĩa", "Definition"),
    "table": ("bảng", "table"),
    "where": ("điều kiện", "where"),
    "distinct": ("mỗi giá trị đếm một lần", "distinct"),
    "sum": ("tổng của cột", "sum of"),
    "date": ("theo ngày", "by the date"),
    "lag": ("của năm học trước đó {n} năm", "{n} school years earlier"),
    "none": ("không có", "none"),
    "since": ("từ {day}", "from {day}"),
    "until": ("đến {day}", "to {day}"),
    "column": ("Cột", "Column"),
    "type": ("Kiểu", "Type"),
    "meaning": ("Nội dung", "Meaning"),
    "remarks": ("Ghi chú", "Remarks"),
    "required": ("bắt buộc", "required"),
    "private": ("chỉ dùng để kiểm tra, không xuất hiện ở đâu khác", "read by checks alone, shown nowhere"),
    "identifier": ("định danh", "identifier"),
    "rule": ("Quy tắc", "Rule"),
    "severity": ("Mức độ", "Severity"),
    "source": ("Nguồn", "Source"),
    "of": ("thuộc", "part of"),
    "every_commune": (
        "Xã nào cũng có dòng: xã không có dòng nào là chưa báo cáo.",
        "Every commune has rows: one without any has not reported.",
    ),
    "some_communes": ("Một xã có thể thật sự không có dòng nào.", "A commune may truly have no row."),
}
PERIODS = {
    "year": ("năm", "year"),
    "school_year": ("năm học", "school year"),
    "half_year": ("nửa năm", "half-year"),
    "quarter": ("quý", "quarter"),
    "month": ("tháng", "month"),
    "days": ("khoảng ngày", "range of days"),
}
TIME = {
    "stock": ("Tại ngày cuối kỳ.", "At the last day of the period."),
    "event": ("Theo ngày ở cột `{date}`.", "By the date in `{date}`."),
    "year": ("Theo năm ở cột `year`.", "By the column `year`."),
    "school_year": ("Theo năm học ở cột `school_year`.", "By the column `school_year`."),
}
TYPES = {
    "text": ("văn bản", "text"),
    "area": ("mã xã", "code of a commune"),
    "flag": ("đúng/sai", "true or false"),
    "date": ("ngày", "date"),
    "integer": ("số nguyên", "whole number"),
    "list": ("danh sách mã", "list of codes"),
}
SEVERITIES = {"error": ("lỗi", "error"), "warning": ("cảnh báo", "warning"), "info": ("lưu ý", "info")}


@cache
def toml(name: str) -> dict[str, Any]:
    """Return a file of the crate, wherever in its source it lies."""
    [path] = SOURCE.rglob(f"{name}.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def quantities() -> dict[str, dict[str, Any]]:
    """Return what is counted, by id."""
    return {quantity["id"]: quantity for quantity in toml("quantities")["quantity"]}


def row(*cells: str) -> str:
    """Return a row of a table."""
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


class FromToml(SphinxDirective):
    """A directive that writes Markdown and has it read."""

    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the parts of the page."""
        import chitieu as ct

        ct.set_language(self.config.language)
        return self.parse_text_to_nodes("\n".join(self.lines()), allow_section_headings=True)

    def lines(self) -> Iterable[str]:
        """Return the Markdown."""
        raise NotImplementedError

    def pick(self, text: dict[str, str] | tuple[str, str]) -> str:
        """Return a text in the language of the build."""
        vi, en = (text["vi"], text["en"]) if isinstance(text, dict) else text
        return vi if self.config.language == "vi" else en

    def either(self, text: dict[str, str] | str) -> str:
        """Return a text that may have one wording for both languages."""
        return text if isinstance(text, str) else self.pick(text)

    def say(self, word: str) -> str:
        """Return a word of these pages."""
        return self.pick(WORDS[word])

    def labels(self, list_id: str, codes: Iterable[str]) -> str:
        """Return the names of some codes."""
        import chitieu as ct

        return ", ".join(ct.label(list_id, code=code) for code in codes)


class Indicators(FromToml):
    """A section for each indicator of one file."""

    required_arguments = 1
    optional_arguments = 0

    def lines(self) -> Iterable[str]:
        """Return the sections."""
        file = toml(self.arguments[0])
        for indicator in file["indicator"]:
            yield from self.section(file["source"]["id"], indicator)

    def section(self, source: str, indicator: dict[str, Any]) -> Iterable[str]:
        """Return the section of one indicator."""
        import chitieu as ct

        code = f"{indicator['code']} " if "code" in indicator else ""
        yield f"(indicator-{indicator['id']})=\n## {code}{self.pick(indicator['name'])}\n"
        yield self.pick(indicator["concept"]) + "\n"
        yield "| | |\n|---|---|"
        yield row(self.say("id"), f"`{indicator['id']}`")
        yield row(self.say("formula"), self.formula(indicator))
        numerator, denominator = indicator["numerator"], indicator.get("denominator")
        yield row(self.say("numerator"), self.quantity(numerator))
        if denominator:
            yield row(self.say("denominator"), self.quantity(denominator))
        yield row(self.say("breakdowns"), self.labels("dimension", indicator["breakdowns"]) or self.say("none"))
        if "age_bands" in indicator:
            bands = [
                f"{low}–{high - 1}" if high - low > 1 else f"{low}" for low, high in pairwise(indicator["age_bands"])
            ]
            yield row(self.say("bands"), ", ".join(bands))
        if "periods" in indicator:
            yield row(self.say("periods"), ", ".join(self.pick(PERIODS[p]) for p in indicator["periods"]))
        parts = [f"{self.say(part).lower()}: {ct.label('read_in', code=indicator['read_in'][part])}" for part in PARTS]
        yield row(self.say("read_in"), "<br>".join(parts))
        yield row(self.say("references"), "<br>".join(self.reference(r) for r in indicator["references"]))
        if "targets" in indicator:
            yield row(self.say("targets"), "<br>".join(self.target(t) for t in indicator["targets"]))
        yield row(self.say("agency"), "<br>".join(self.agency(a) for a in indicator["agency"]))
        yield (row(self.say("definition"), f"`{source}/{indicator['id']}@{indicator['version']}`") + "\n")

    def formula(self, indicator: dict[str, Any]) -> str:
        """Return what each measure is made of."""
        import chitieu as ct

        quotient = f"{self.say('numerator').lower()} ÷ {self.say('denominator').lower()}"
        times = TIMES[self.config.language]
        made = [
            f"{ct.label('measure', code=m)} = {quotient + times[m] if m in times else self.say('numerator').lower()}"
            for m in indicator["outputs"]
        ]
        return "<br>".join(made)

    def quantity(self, id: str) -> str:
        """Return what is counted, of which rows."""
        quantity = quantities()[id]
        parts = [f"{self.say('table')} [`{quantity['table']}`](#table-{quantity['table']})"]
        if "where" in quantity:
            parts.append(f"{self.say('where')} `{quantity['where']}`")
        if "distinct" in quantity:
            parts.append(f"`{quantity['distinct']}` {self.say('distinct')}")
        if "sum" in quantity:
            parts.append(f"{self.say('sum')} `{quantity['sum']}`")
        if "date" in quantity:
            parts.append(f"{self.say('date')} `{quantity['date']}`")
        if "lag_years" in quantity:
            parts.append(self.say("lag").format(n=quantity["lag_years"]))
        return f"{self.pick(quantity['name'])}<br>{', '.join(parts)}"

    def reference(self, reference: dict[str, Any]) -> str:
        """Return a place in a text."""
        note = f" ({self.pick(reference['note'])})" if "note" in reference else ""
        return f"{self.either(reference['text'])}, {self.either(reference['where'])}{note}"

    def target(self, target: dict[str, Any]) -> str:
        """Return what is aimed at by a year."""
        value = f"{target['value']:g}".replace(".", "," if self.config.language == "vi" else ".")
        note = f" ({self.pick(target['note'])})" if "note" in target else ""
        return f"{target['year']}: {SIGNS[target['op']]} {value} ({self.labels('measure', [target['measure']])}){note}"

    def agency(self, agency: dict[str, Any]) -> str:
        """Return who is responsible, and when."""
        days = [
            self.say(word).format(day=agency[key])
            for key, word in (("from", "since"), ("to", "until"))
            if key in agency
        ]
        return f"{self.pick(agency['name'])} ({', '.join(days)})" if days else self.pick(agency["name"])


#: The parts of a definition that say where they were read.
PARTS = ("name", "code", "formula", "breakdowns")


class IndicatorList(FromToml):
    """All indicators in one table, each with a link to its section."""

    optional_arguments = 0

    def lines(self) -> Iterable[str]:
        """Return the table."""
        yield row(self.say("code"), self.say("name"), self.say("id"), self.say("outputs"))
        yield "|---|---|---|---|"
        for name in FILES:
            for indicator in toml(name)["indicator"]:
                link = f"[{self.pick(indicator['name'])}](#indicator-{indicator['id']})"
                measures = self.labels("measure", indicator["outputs"])
                yield row(indicator.get("code", "–"), link, f"`{indicator['id']}`", measures)


class Tables(FromToml):
    """A section for each table of records, with its columns."""

    optional_arguments = 0

    def lines(self) -> Iterable[str]:
        """Return the sections."""
        names = toml("columns")["columns"]
        for table in toml("tables")["table"]:
            yield f"(table-{table['id']})=\n## `{table['id']}`: {self.pick(table['name'])}\n"
            time = self.pick(TIME[table["time"]]).format(date=table.get("date"))
            yield f"{time} {self.say('every_commune' if table['every_commune'] else 'some_communes')}\n"
            yield row(self.say("column"), self.say("meaning"), self.say("type"), self.say("remarks"))
            yield "|---|---|---|---|"
            for column in table["columns"]:
                kind, codes = self.pick(TYPES[column["type"]]), column.get("codes")
                if codes:
                    kind += f": [{codes}](#codes-{codes})"
                remarks = [self.say(fact) for fact in ("required", "identifier", "private") if column.get(fact)]
                if "least" in column:
                    remarks.append(f"{column['least']} – {column['greatest']}")
                meaning = self.pick(names[column["id"]]) if column["id"] in names else ""
                yield row(f"`{column['id']}`", meaning, kind, "; ".join(remarks))
            yield ""


class Codes(FromToml):
    """A section for each list of codes that a column of records uses."""

    optional_arguments = 0

    def lines(self) -> Iterable[str]:
        """Return the sections."""
        import chitieu as ct

        used = {column.get("codes") for table in toml("tables")["table"] for column in table["columns"]}
        for found in toml("codes")["list"]:
            if found["id"] not in used:
                continue
            source = f"; {self.either(found['source'])}" if "source" in found else ""
            yield f"(codes-{found['id']})=\n## `{found['id']}`: {self.pick(found['name'])}\n"
            yield f"{self.say('read_in')}: {ct.label('read_in', code=found['read_in'])}{source}.\n"
            yield row(self.say("code"), self.say("name"))
            yield "|---|---|"
            for item in found["items"]:
                within = f" ({self.say('of')} `{item['parent']}`)" if "parent" in item else ""
                yield row(f"`{item['code']}`", self.pick(item) + within)
            yield ""
        yield f"(codes-ethnicity)=\n## `ethnicity`: {ct.label('dimension', code='ethnicity')}\n"
        yield row("1979", "2008", self.say("name"))
        yield "|---|---|---|"
        for group in toml("ethnicity")["group"]:
            yield row(f"`{group['code_1979']}`", f"`{group['code_2008']}`", group["name"])


class Rules(FromToml):
    """All rules of quality, a table for each table of records."""

    optional_arguments = 0

    def lines(self) -> Iterable[str]:
        """Return the tables."""
        import chitieu as ct

        rules = ct.rules()
        for table in toml("tables")["table"]:
            here = rules.filter(table=table["id"])
            if here.is_empty():
                continue
            yield f"## `{table['id']}`: {self.pick(table['name'])}\n"
            yield row(self.say("rule"), self.say("severity"), self.say("meaning"), self.say("source"))
            yield "|---|---|---|---|"
            for rule in here.iter_rows(named=True):
                severity = self.pick(SEVERITIES[rule["severity"]])
                yield row(f"`{rule['rule']}`", severity, rule["text"], rule["source"] or "–")
            yield ""


def setup(app: Sphinx) -> dict[str, Any]:
    """Offer the directives."""
    for name, directive in (
        ("indicators", Indicators),
        ("indicator-list", IndicatorList),
        ("tables", Tables),
        ("codes", Codes),
        ("rules", Rules),
    ):
        app.add_directive(name, directive)
    return {"parallel_read_safe": True}
