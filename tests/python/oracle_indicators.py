"""What each indicator counts, in SQL over the views of ``oracle.py``."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """Something counted: rows of a view, distinct keys, or the sum of a weight."""

    view: str
    where: str
    dims: tuple[str, ...] = ()
    key: str = ""
    weight: str = "1"


@dataclass(frozen=True)
class Asked:
    """An indicator: what is counted, over what, in which age bands."""

    kind: str
    outputs: tuple[str, ...]
    top: Part
    below: Part | None = None
    bands: tuple[int, ...] = (0, 6, 11, 16)


CHILD = "lt(lo, hi, 16)"
BASIC = ("sex", "age_group")
STAGES = (0, 3, 6, 11, 16)
ABUSE = ("sex", "age_group", "form", "environment", "outcome")


def ages(least: int, limit: int) -> str:
    """Return the SQL for an age from ``least`` to under ``limit`` years."""
    return f"NOT lt(lo, hi, {least}) AND lt(lo, hi, {limit})" if least else f"lt(lo, hi, {limit})"


def share(who: str, what: str, bands: tuple[int, ...] = STAGES, outputs=("percent",), dims=BASIC) -> Asked:
    """Return the share of the children of an age of whom something is recorded."""
    part = Part("the_children", f"({who}) AND ({what})", dims)
    return Asked("proportion", outputs, part, Part("the_children", who, dims), bands)


def quotient(top: Part, below: Part, outputs=("per_1000",), bands: tuple[int, ...] = STAGES) -> Asked:
    """Return events over a population."""
    return Asked("rate", outputs, top, below, bands)


def facilities(view: str, key: str, what: str) -> Asked:
    """Return the share of the places of a year that have something."""
    return Asked("proportion", ("percent",), Part(view, what, key=key), Part(view, "true", key=key))


def pupils(what: str, weight: str, back: int) -> Part:
    """Return a sum over the pupils of some grades, so many school years back."""
    return Part("the_pupils", f"back = {back} AND grade {what}", ("sex",), weight=weight)


def completion(grade: int, entry: int, back: int) -> Asked:
    """Return those who complete over those who entered years before."""
    return Asked("ratio", ("percent",), pupils(f"= {grade}", "completed", 0), pupils(f"= {entry}", "enrolled", back))


def drop_out(grades: str) -> Asked:
    """Return those who dropped out over the enrolment: two sums over the same rows."""
    return Asked("proportion", ("percent",), pupils(grades, "dropped_out", 0), pupils(grades, "enrolled", 0))


def victims(where: str, key: str = "child_id", dims: tuple[str, ...] = ABUSE) -> Part:
    """Return distinct children or cases among the victims."""
    return Part("the_victims", where, dims, key)


CHILDREN = Part("the_children", CHILD, BASIC)
BIRTHS = Part("the_births", "true", ("sex",))
PEOPLE = Part("the_population", "true", ("sex",), weight="persons")
ABUSED = f"confirmed AND {CHILD}"
WITHOUT_FORM = tuple(d for d in ABUSE if d != "form")
BOTH = ("count", "percent")
CIRCUMSTANCES = (*BASIC, "circumstance")
SPECIAL = Part("the_children", f"{CHILD} AND len(circumstances) > 0", CIRCUMSTANCES)
SUPPORTED = Part("the_children", f"{SPECIAL.where} AND supported", CIRCUMSTANCES)
NURSERY_AGE = "NOT lt(mlo, mhi, 3) AND lt(mlo, mhi, 36)"
KINDERGARTEN_AGE = "NOT lt(mlo, mhi, 36) AND lt(lo, hi, 6)"
FIVE = "NOT lt(lo, hi, 5) AND lt(lo, hi, 6)"
SINGLE = (0, 1, 2, 3, 4, 5)

INDICATORS = {
    # the register
    "child_population": Asked("count", ("count",), CHILDREN, bands=STAGES),
    "fully_vaccinated_under_1": share(ages(0, 1), "fully_vaccinated", dims=("sex",)),
    "fully_vaccinated_under_5": share(ages(0, 5), "fully_vaccinated", SINGLE),
    "birth_registration_under_5": share(ages(0, 5), "birth_registered", SINGLE),
    "on_track_under_5": share(ages(0, 5), "on_track", SINGLE),
    "development_services": share(ages(0, 9), "development_services", (0, 3, 6, 9)),
    "special_circumstances": Asked("proportion", BOTH, SPECIAL, CHILDREN, STAGES),
    "special_circumstances_supported": Asked("proportion", BOTH, SUPPORTED, SPECIAL, STAGES),
    "children_at_risk": share(CHILD, "at_risk", outputs=BOTH),
    "child_labour": share(ages(5, 18), "works", (5, 13, 15, 18), BOTH),
    "nursery_enrolment": share(NURSERY_AGE, "attends = 'nursery'", (0, 1, 2, 3), BOTH),
    "kindergarten_enrolment": share(KINDERGARTEN_AGE, "attends = 'kindergarten'", (3, 4, 5, 6), BOTH),
    "five_year_olds_in_kindergarten": share(FIVE, "attends = 'kindergarten'", dims=("sex",)),
    "consulted_7_plus": share(ages(7, 16), "consulted", (7, 11, 16)),
    "participation_11_plus": share(ages(11, 16), "participates", (11, 14, 16)),
    "rights_awareness": share(CHILD, "aware_of_rights"),
    "online_safety": share(CHILD, "online_safety"),
    # births, deaths, population
    "child_share_of_population": Asked(
        "proportion", BOTH, Part("the_population", "age < 16", ("sex",), weight="persons"), PEOPLE
    ),
    "sex_ratio_at_birth": Asked(
        "ratio", ("ratio",), Part("the_births", "sex = 'male'"), Part("the_births", "sex = 'female'")
    ),
    "crude_birth_rate": quotient(BIRTHS, PEOPLE),
    "neonatal_mortality_rate": quotient(Part("the_deaths", "days <= 27", ("sex",)), BIRTHS),
    "infant_mortality_rate": quotient(Part("the_deaths", ages(0, 1), ("sex",)), BIRTHS),
    "under_five_mortality_rate": quotient(Part("the_deaths", ages(0, 5), ("sex",)), BIRTHS),
    # abuse
    "abused_children": quotient(victims(ABUSED), CHILDREN, ("count", "percent", "per_100000"), (0, 6, 11, 16)),
    "abused_children_by_form_share": Asked(
        "proportion", ("percent",), victims(ABUSED), victims(ABUSED, dims=WITHOUT_FORM)
    ),
    "abused_children_supported": Asked("proportion", BOTH, victims(f"{ABUSED} AND supported"), victims(ABUSED)),
    "abuse_cases": Asked("count", ("count",), victims(ABUSED, "case_id")),
    "abuse_cases_by_form_share": Asked(
        "proportion", ("percent",), victims(ABUSED, "case_id"), victims(ABUSED, "case_id", WITHOUT_FORM)
    ),
    "perpetrators": Asked("count", ("count",), Part("the_perpetrators", "abuses", ("sex", "relation"), "person_id")),
    "sanctions": Asked("count", ("count",), Part("the_sanctions", "status = 'in_force'", key="decision_id")),
    # injuries, marriages
    "child_injury": quotient(Part("the_injuries", CHILD, BASIC), CHILDREN, ("count", "per_100000")),
    "child_injury_death": quotient(
        Part("the_injuries", f"{CHILD} AND fatal", BASIC), CHILDREN, ("count", "per_100000")
    ),
    "under_age_marriages": Asked("count", ("count",), Part("the_marriages", "under_age")),
    # places
    "communes_with_play_area": facilities("the_communes", "commune", "play_area"),
    "child_friendly_communes": facilities("the_communes", "commune", "child_friendly"),
    "villages_with_facilities": facilities("the_villages", "village_id", "facility"),
    "schools_with_sanitation": facilities("the_schools", "school_id", "sanitation"),
    "schools_with_psychological_support": facilities("the_schools", "school_id", "psychological_support"),
    "schools_with_disability_access": facilities("the_schools", "school_id", "disability_access"),
    # pupils
    "primary_completion": completion(5, 1, 4),
    "lower_secondary_completion": completion(9, 6, 3),
    "primary_drop_out": drop_out("BETWEEN 1 AND 5"),
    "lower_secondary_drop_out": drop_out("BETWEEN 6 AND 9"),
}
