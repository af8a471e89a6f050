"""Small made-up records, and results and selections of them."""

import random
from collections.abc import Iterable, Mapping
from datetime import date, timedelta

import chitieu as ct
import polars as pl
from attacker import Rules

FORMS = ("violence", "exploitation", "sexual_abuse", "trafficking", "abandonment", "neglect", "other")


#: Communes of two districts of Hưng Yên, of which some become one in July 2025.
PLACES = ("12205", "12208", "12211", "12214", "12280", "12283", "12286", "12289")


ABUSE_INDICATORS = (
    "abused_children",
    "abused_children_by_form_share",
    "abused_children_supported",
    "abuse_cases",
    "abuse_cases_by_form_share",
    "perpetrators",
    "sanctions",
)


def tables(
    seed: int, *, children: int = 200, victims: int = 40, gaps: float = 0.1, many: float = 0.3
) -> dict[str, pl.DataFrame]:
    """Return small tables of made-up records; ``gaps`` are not recorded, ``many`` come back or have two forms."""
    chance = random.Random(seed)
    places = PLACES[: chance.randint(2, len(PLACES))]
    weights = [chance.choice([1, 1, 3, 10]) for _ in places]

    def gap(value: object, share: float = gaps) -> object:
        return None if chance.random() < share else value

    def place() -> str:
        return chance.choices(places, weights)[0]

    people = []
    for number in range(children):
        born = date(2006, 1, 1) + timedelta(days=chance.randrange(17 * 365))
        by_year = chance.random() < gaps
        people.append(
            {
                "child_id": f"k{number}",
                "birth_date": None if by_year else born,
                "birth_year": born.year if by_year else None,
                "sex": gap(chance.choice(["male", "female"])),
                "commune": place(),
                "birth_registered": gap(chance.random() < 0.9),
                "circumstances": gap(chance.sample(["d1", "d2", "d3"], chance.choice([0, 0, 0, 1, 2]))),
                "supported": gap(chance.random() < 0.6),
                "at_risk": gap(chance.random() < 0.1),
            }
        )
    abused = []
    cases = [f"c{number}" for number in range(max(1, victims))]
    for number in range(victims):
        # A child of the register, the same again now and then, or one that is not in it.
        child = people[chance.randrange(len(people))] if people and chance.random() < 0.8 else None
        if abused and chance.random() < many / 2:
            child = next((p for p in people if p["child_id"] == abused[-1]["child_id"]), child)
        born = date(2007, 1, 1) + timedelta(days=chance.randrange(15 * 365))
        own = {
            "child_id": f"x{number}",
            "birth_date": born,
            "birth_year": None,
            "sex": chance.choice(["male", "female"]),
        }
        own = {column: (child or own)[column] for column in own}
        abused.append(
            {
                "case_id": cases[number] if chance.random() > many / 2 else cases[max(0, number - 1)],
                **own,
                "commune": child["commune"] if child and chance.random() < 0.9 else place(),
                "received_date": date(2022, 1, 1) + timedelta(days=chance.randrange(365)),
                "forms": gap(chance.sample(FORMS[:4], 2 if chance.random() < many else 1)),
                "environment": gap(chance.choice(["family", "school"])),
                "confirmed": gap(chance.random() < 0.9),
                "supported": gap(chance.random() < 0.7),
            }
        )
    persons = [
        {
            "case_id": chance.choice(abused)["case_id"],
            "person_id": f"p{number}",
            "sex": gap(chance.choice(["male", "male", "female"])),
            "relation": gap(chance.choice(["parent", "stranger", "teacher_or_carer"])),
        }
        for number in range(victims if abused else 0)
    ]
    decisions = [
        {
            "decision_id": f"q{number}",
            "case_id": chance.choice(abused)["case_id"],
            "decided_on": date(2022, 1, 1) + timedelta(days=chance.randrange(365)),
            "commune": place(),
            "status": chance.choice(["in_force", "in_force", "annulled"]),
        }
        for number in range(victims // 2 if abused else 0)
    ]
    return {
        "children": pl.DataFrame(people, infer_schema_length=None),
        "victims": pl.DataFrame(abused, infer_schema_length=None),
        "perpetrators": pl.DataFrame(persons, infer_schema_length=None),
        "sanctions": pl.DataFrame(decisions, infer_schema_length=None),
    }


def dataset_of(frames: Mapping[str, pl.DataFrame]) -> ct.Dataset:
    return ct.Dataset(**{name: f for name, f in frames.items() if f.width}, area_vintage="2022-12-31")


def chosen(seed: int) -> tuple[random.Random, dict[str, pl.DataFrame]]:
    """Return tables of a seed, of one of several sizes, and the choices left."""
    chance = random.Random(seed)
    made = tables(
        seed,
        children=chance.choice([30, 100, 300]),
        victims=chance.choice([5, 15, 40, 80]),
        gaps=chance.choice([0, 0.1, 0.3]),
        many=chance.choice([0, 0.3]),
    )
    return chance, made


RULES = Rules(())


BREAKDOWNS = (["sex"], ["form"], ["age_group"], ["sex", "form"], [], ["environment"], ["relation"])


CHILDREN = (
    "birth_registration_under_5",
    "special_circumstances",
    "special_circumstances_supported",
    "children_at_risk",
)


def made_result(seed: int) -> tuple[ct.Result, Rules]:
    """Return a result of small counts and a rule, of a seed."""
    chance, frames = chosen(seed)
    by = chance.choice(BREAKDOWNS)
    indicators = [*ABUSE_INDICATORS, "child_population"]
    if chance.random() < 0.3:
        indicators = chance.sample(indicators, 3)
    if chance.random() < 0.3 and "form" not in by:
        indicators += CHILDREN
    level = chance.choice(["province", "district", "district" if by else "commune"])
    rules = Rules((), chance.choice([3, 5, 5, 10]), "shown", chance.choice(["no_exact_value", "no_exact_value", 3]))
    result = ct.compute(dataset_of(frames), period="2022", by=by, indicators=indicators, area_level=level)
    return result, rules


def options(rules: Rules) -> dict[str, object]:
    return {"threshold": rules.threshold, "protection": rules.protection, "zeros": rules.zeros}


SOME = (
    ("abused_children",),
    ("abuse_cases",),
    ("abused_children", "abused_children_supported"),
    ("sanctions", "perpetrators"),
    (*ABUSE_INDICATORS, "child_population"),
)


def made_selection(seed: int) -> tuple[random.Random, ct.Dataset, ct.abuse.Selection]:
    chance, frames = chosen(seed)
    dataset = dataset_of(frames)
    return chance, dataset, ct.abuse.register(dataset).select(period="2022")


def victims(rows: Iterable[Mapping[str, object]]) -> ct.Dataset:
    """Return a dataset of victims; what a row does not say is the same in all."""
    usual = {"birth_year": 2014, "sex": "male", "commune": "12364", "received_date": date(2022, 3, 3)}
    usual |= {"confirmed": True, "supported": True, "environment": "family"}
    frame = [
        usual | {"case_id": f"c{n}", "child_id": f"k{n}", "forms": ["violence"]} | row for n, row in enumerate(rows)
    ]
    return ct.Dataset(victims=pl.DataFrame(frame, infer_schema_length=None), area_vintage="2022-12-31")
