"""By which rule small counts are hidden, said once for every table that is protected."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import index
from typing import TYPE_CHECKING

import polars as pl

from chitieu import _native
from chitieu._errors import PlanError
from chitieu._language import printed, printed_in, say
from chitieu._nearest import one_of

if TYPE_CHECKING:
    from chitieu._native import Plan as NativePlan

    #: Plan, table as published, whether zeros were shown.
    ReleasedResult = tuple[NativePlan, pl.DataFrame, bool]
    #: Rows as published, day of the list of areas, whether zeros were shown.
    ReleasedAbuse = tuple[pl.DataFrame, str, bool]


class Releases(ABC):
    """What was published before; :class:`chitieu.ReleaseLog` is one."""

    @abstractmethod
    def _results(self) -> list[ReleasedResult]: ...
    @abstractmethod
    def _abuse(self) -> list[ReleasedAbuse]: ...


#: Counts below it are small unless another threshold is given.
THRESHOLD = 5

#: The weakest protection: the exact number of a small count cannot be worked out.
NO_EXACT_VALUE = "no_exact_value"

_ZEROS = {
    "shown": ("hiện ô bằng 0", "zeros are published"),
    "hidden": ("ẩn cả ô bằng 0", "zeros are hidden like other small counts"),
}
_WHOLE_GROUPS = {"told": ("báo số lượng", "told"), "hidden": ("ẩn", "hidden")}
_CHANGES = {"protected": ("bảo vệ", "protected"), "known": ("được biết", "known")}
_PROTECTION = {NO_EXACT_VALUE: ("không suy ra được số chính xác", "the exact number cannot be worked out")}


@dataclass(frozen=True)
class Rule:
    """What is small, and how well it is hidden.

    Attributes:
        threshold: Counts from 1 to one below it are small.
        zeros: ``"shown"`` or ``"hidden"``.
        protection: ``"no_exact_value"``, or how many values at least are possible for each small count.
        whole_groups: ``"told"`` or ``"hidden"``: shares of exactly 0 or 100 % in groups below 30.
    """

    threshold: int = THRESHOLD
    zeros: str = "shown"
    protection: str | int = NO_EXACT_VALUE
    whole_groups: str = "told"

    @classmethod
    def of(cls, threshold: int, zeros: str, protection: str | int, whole_groups: str = "told") -> Rule:
        """Return the rule that a user asks for.

        Raises:
            PlanError: For another word.
        """
        if isinstance(protection, str):
            protection = one_of("protection", protection, _PROTECTION)
        return cls(
            index(threshold),
            one_of("zeros", zeros, _ZEROS),
            protection if isinstance(protection, str) else index(protection),
            one_of("whole_groups", whole_groups, _WHOLE_GROUPS),
        )

    @property
    def values(self) -> int | None:
        """The number of possible values that is asked for."""
        return None if isinstance(self.protection, str) else self.protection

    @property
    def text(self) -> dict[str, str]:
        """What is hidden, for the readers of a table, in both languages."""
        least, most = 1 if self.zeros == "shown" else 0, self.threshold - 1
        return {
            "vi": f"Số từ {least} đến {printed_in('vi', most)}, và những số phải ẩn thêm để không suy ra được chúng, "
            "không được công bố.",
            "en": f"Counts from {least} to {printed_in('en', most)}, and others without which they could be worked "
            "out, are not published.",
        }


def reason(why: str, rule: Rule | None) -> str:
    """Return why small counts are not hidden, as it is printed on all that leaves.

    Raises:
        PlanError: Without a reason, or for what is protected: it holds no small counts any more.
    """
    if rule is not None:
        said = say("phần đã che không còn số nhỏ", "what is protected holds no small counts any more")
        raise PlanError(said, code="already_protected", column="why")
    if not why.strip():
        said = say("cần nêu lý do không che số nhỏ", "say why small counts are not hidden")
        raise PlanError(said, code="unknown_choice", column="why")
    return why.strip()


def protected_already(rule: Rule, asked: Rule) -> PlanError:
    """Return the error of what was protected in another way than is asked for now."""
    return PlanError(
        say(
            "đã được che, theo quy tắc khác, cho chỉ tiêu khác hoặc không tính đến các lần công bố",
            "protected already: by another rule, for other indicators, or without these releases",
        ),
        code="already_protected",
        expected=str(asked),
        got=str(rule),
    )


def open_text(why: str) -> dict[str, str]:
    """Return what stands on everything that leaves unprotected, in both languages; its makers said why."""
    return {
        "vi": f"Số nhỏ không được che ({why}): không dùng để công bố.",
        "en": f"Small counts are not hidden ({why}): not for publication.",
    }


@dataclass(frozen=True)
class ResultsReport:
    """How results were protected: for the office that made them, not for their readers.

    Attributes:
        counts: Counts that are protected; one that stands in several rows counts once.
        primary: Small counts, hidden for their own sake.
        secondary: Counts hidden to protect others.
        certified: Small counts, in the results or implied by them, for which another whole table was found, and added
            up again, that agrees with all that is published and has another number there.
        exposed: Small counts that what was published before gives away: table, area, categories.
        whole_groups: Published shares of exactly 0 or 100 % in groups below 30: they tell the same of each in a group.
        circles: Things that are counted by breakdowns in a circle, as sex by age, age by form and form by sex: together
            these tables say more than is taken into account. Protect the full cross, and print parts of it.
    """

    counts: int
    primary: int
    secondary: int
    certified: int
    exposed: list[list[str]]
    whole_groups: int
    circles: int

    def __str__(self) -> str:
        text = say(
            f"{printed(self.counts)} số đếm, ẩn {printed(self.primary)} số nhỏ và {printed(self.secondary)} số khác để "
            f"bảo vệ chúng; {printed(self.certified)} số nhỏ đã được kiểm chứng là không suy ra được",
            f"{printed(self.counts)} counts, {printed(self.primary)} small ones hidden and {printed(self.secondary)} "
            f"others to protect them; {printed(self.certified)} small counts certified: they cannot be worked out",
        )
        if self.whole_groups:
            text += "; " + say(
                f"{printed(self.whole_groups)} tỷ lệ đúng 0 % hoặc 100 % trong nhóm dưới 30",
                f"{printed(self.whole_groups)} shares of exactly 0 or 100 % in groups below 30",
            )
        if self.exposed:
            text += "; " + say(
                f"{printed(len(self.exposed))} số nhỏ suy ra được từ những gì đã công bố trước",
                f"{printed(len(self.exposed))} small counts follow from what was published before",
            )
        if self.circles:
            text += "; " + say(
                "các phân tổ tạo thành vòng tròn, cùng nhau cho biết nhiều hơn những gì đã xét: hãy che bảng chéo đầy "
                "đủ rồi in từng phần",
                "breakdowns are in a circle and together say more than was taken into account: protect the full "
                "cross, and print parts of it",
            )
        return text


def protected(
    results: Sequence[tuple[NativePlan, pl.DataFrame]],
    tables: Sequence[tuple[_native.AbuseTable, str]],
    *,
    scope: str | Iterable[str],
    rule: Rule,
    releases: Releases | None,
    changes: str,
) -> tuple[list[pl.DataFrame], list[_native.AbuseTable], ResultsReport]:
    """Return results and tables of abuse without their small counts, and the report.

    Args:
        results: Plans and tables, unfiltered.
        tables: Tables of abuse, unfiltered, each with the day of its list of areas.
        scope: ``"abuse"``, ``"people"``, or the ids of indicators.
        rule: What is small.
        releases: What was published before.
        changes: ``"protected"`` or ``"known"``.
    """
    is_named = isinstance(scope, str)
    terms = _native.Terms(
        scope if isinstance(scope, str) else "only",
        [] if is_named else list(scope),
        rule.threshold,
        rule.zeros == "shown",
        rule.values,
        rule.whole_groups == "hidden",
        [] if releases is None else releases._results(),
        [] if releases is None else releases._abuse(),
        one_of("changes", changes, _CHANGES) == "protected",
    )
    plans, frames = [plan for plan, _ in results], [frame for _, frame in results]
    found, safe, counts, exposed = _native.protect_together(plans, list(frames), list(tables), terms)
    total, primary, secondary, certified, whole, circles = counts
    report = ResultsReport(total, primary, secondary, certified, exposed, whole, circles)
    return [pl.DataFrame(frame) for frame in found], safe, report
