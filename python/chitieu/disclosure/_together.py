"""Results and tables of abuse protected together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar, cast

from chitieu._abuse_table import Table
from chitieu._errors import PlanError
from chitieu._language import say
from chitieu._protection import NO_EXACT_VALUE, THRESHOLD, Rule, protected
from chitieu._releases import ReleaseLog
from chitieu._result import Result

#: One of what is published: what is given comes back, protected.
One = TypeVar("One", bound=Result | Table)


def protect_together(
    results: Sequence[One],
    *,
    threshold: int = THRESHOLD,
    zeros: str = "shown",
    protection: str | int = NO_EXACT_VALUE,
    indicators: Sequence[str] | None = None,
    whole_groups: str = "told",
    releases: ReleaseLog | None = None,
    changes: str = "protected",
) -> list[One]:
    """Return results and tables of abuse protected together: by sex, by age, by form, of one or several periods.

    A count that stands in several results is hidden in all or in none, so that none of them gives another away. Three
    results that are a circle (sex by age, age by form, form by sex; or form by commune, age by commune, and form by age
    of the province) say more together than this takes into account: protect the full cross as one result,
    ``by=["sex", "age_group", "form"]``, and print parts of it.

    Args:
        results: Results, and tables of abuse, of the same records. Of filtered ones the whole is protected, and those
            rows are returned.
        threshold: As in :meth:`chitieu.Result.protect`, and so are the other options.
        zeros: ``"shown"`` or ``"hidden"``.
        protection: ``"no_exact_value"`` or a number of possible values.
        indicators: Those to be protected. None: all that count people or what happened to them.
        whole_groups: ``"told"`` or ``"hidden"``.
        releases: What was published before.
        changes: ``"protected"`` or ``"known"``: small differences between periods and releases.

    Raises:
        PlanError: ``already_protected`` for a result that is, or that leaves unprotected; ``other_records`` for results
            that count the same differently.
        DataError: ``given_away`` where small counts would follow with what was published before, whatever is hidden.

    Example:
        >>> import chitieu as ct
        >>> dataset = ct.synthetic.province("33", children=5_000, year=2022)
        >>> results = [ct.compute(dataset, period="2022", by=[of], indicators=["abused_children"])
        ...            for of in ("sex", "age_group")]
        >>> by_sex, by_age = ct.disclosure.protect_together(results)
        >>> by_sex.rule.threshold
        5
    """
    rule = Rule.of(threshold, zeros, protection, whole_groups)
    for number, one in enumerate(results, 1):
        if one.rule is not None:
            said = say(f"kết quả thứ {number} đã được che", f"result {number} is protected already")
            raise PlanError(said, code="already_protected")
        if one._open is not None:
            said = say(f"kết quả thứ {number} được lấy ra không che", f"result {number} leaves unprotected")
            raise PlanError(said, code="already_protected", got=one._open)
    counted = [one for one in results if isinstance(one, Result)]
    tables = [one for one in results if isinstance(one, Table)]
    scopes = [result._scope_of(indicators) for result in counted]
    named = dict.fromkeys(id for scope in scopes if isinstance(scope, tuple) for id in scope)
    scope = "people" if indicators is None else tuple(named)
    frames, natives, report = protected(
        [result._counted for result in counted],
        [table._whole for table in tables],
        scope=scope,
        rule=rule,
        releases=releases,
        changes=changes,
    )
    safe, kept = iter(frames), iter(natives)
    return [
        cast("One", one._as_kept(one._without_small(next(safe), rule, scope, report)))
        if isinstance(one, Result)
        else cast("One", one._as_kept(one._without_small(next(kept), rule, report)))
        for one in results
    ]
