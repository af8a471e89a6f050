"""The sentences under a title and below a chart: the choices behind it, who reported, the source."""

from __future__ import annotations

from typing import Any

import polars as pl

from chitieu._language import instead, name_of, printed, say
from chitieu._period import period_in_words
from chitieu._table import CHOICES, Table
from chitieu.charts._checks import Checks
from chitieu.charts._words import upper


def choices(check: Checks, *frames: pl.DataFrame, but: tuple[str, ...] = ()) -> list[str]:
    """Return the choices behind the frames as a sentence.

    Args:
        check: The checks of the chart.
        *frames: The tables of the chart.
        but: Choices that may vary, since the chart shows them.

    Raises:
        PlanError: With code ``choices_differ``, if a choice is not the same in all.
    """
    found = {c: check.one(frames, c, "choices_differ") for c in CHOICES if c not in but}
    parts = []
    if (period := found.get("period")) is not None:
        parts.append(period_in_words(period))
    for column, codes in (("date", "abuse_date"), ("place", "abuse_place"), ("age_limit", "age_limit")):
        if (code := found.get(column)) is not None:
            parts.append(name_of(codes, code))
    if (verification := found.get("verification")) is not None:
        parts.append(" + ".join(name_of("verification", word).lower() for word in verification.split("+")))
    return [upper(", ".join(parts)) + "."] if parts else []


def coverage(frame: pl.DataFrame, *, together: bool = False, zero: bool = False) -> list[str]:
    """Return how many communes reported what is drawn, as a sentence; nothing for a frame that does not say.

    Args:
        frame: The rows drawn.
        together: Whether they are areas side by side, whose communes add up.
        zero: Whether a zero is drawn, which may be a report that did not come.
    """
    if not {"reported", "expected"} <= set(frame.columns):
        return []
    known = frame.select("reported", "expected").filter(pl.col("expected").is_not_null())
    if together and not known["reported"].null_count():
        known = known.sum()
    rows = known.unique().rows()
    if not rows:
        return []
    if any(reported is None for reported, _ in rows):
        unknown = say("Chưa biết xã nào đã báo cáo.", "It is not known which communes reported.")
        may_be = say(" Số 0 có thể là chưa báo cáo.", " A zero may be a commune that did not report.")
        return [unknown + (may_be if zero else "")]
    if len(rows) == 1:
        if not rows[0][0] and "status" in frame.columns and (frame["status"] == "partial").any():
            return [say("Chưa xã nào báo cáo đủ mọi phần.", "No commune has reported in all its parts.")]
        reported, expected = (printed(n) for n in rows[0])
        return [say(f"{reported}/{expected} xã đã báo cáo.", f"{reported} of {expected} communes reported.")]
    if all(reported >= expected for reported, expected in rows):
        return [say("Mọi xã đã báo cáo.", "All communes reported.")]
    share = sorted((reported / expected if expected else 1.0, reported, expected) for reported, expected in rows)
    (_, low, of), (_, high, in_all) = share[0], share[-1]
    return [
        say(
            f"Xã báo cáo: từ {printed(low)}/{printed(of)} đến {printed(high)}/{printed(in_all)}.",
            f"Communes that reported: from {printed(low)} of {printed(of)} to {printed(high)} of {printed(in_all)}.",
        )
    ]


def hiding(is_hidden: bool, *tables: Any) -> list[str]:
    """Return what the sign of a hidden number means, and by which rule small counts are hidden, or why they are not.

    Args:
        is_hidden: Whether a number that would be drawn is hidden.
        *tables: The tables of the chart, as they were given.
    """
    sign = [f"{instead('suppressed')}: {name_of('status', 'suppressed')}."] if is_hidden else []
    rules = (text for table in tables if isinstance(table, Table) for text in table._leaving._hiding)
    return packed([*sign, *dict.fromkeys(rules)])


def confidence() -> str:
    """Return the name of the limits of shares and rates."""
    return say("khoảng tin cậy 95 %", "95% limits")


def packed(sentences: list[str], letters: int = 100) -> list[str]:
    """Return short sentences on as few lines as hold each of them whole."""
    lines: list[str] = []
    for sentence in sentences:
        if lines and len(lines[-1]) + 1 + len(sentence) <= letters:
            lines[-1] += f" {sentence}"
        else:
            lines.append(sentence)
    return lines


def source_line(check: Checks, source: str) -> str:
    """Return the line that names the source.

    Raises:
        PlanError: With code ``no_source``, if it is empty.
    """
    if not isinstance(source, str) or not source.strip():
        raise check.error(
            "phải nêu nguồn số liệu (source)",
            "the source of the data must be named (source)",
            code="no_source",
            column="source",
            expected=say('như "Sổ xâm hại trẻ em tỉnh Hưng Yên"', 'such as "register of Hưng Yên province"'),
            got=repr(source),
        )
    return say("Nguồn: ", "Source: ") + source.strip().rstrip(".") + "."
