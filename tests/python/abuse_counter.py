"""Every table of ``ct.abuse`` once more, slowly: plain dicts, lists and sets, written from the counting rules alone.

Three truth values are numbers: no < possible < certain, so "and" is ``min`` and "or" is ``max``.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from math import ceil, floor, inf

from abuse_basics import (
    areas_of,
    birthday,
    kaplan_meier,
    labelled,
    percent,
    places_of,
    span,
    timely,
    told,
    windows_of,
    years,
)

NO, POSSIBLE, CERTAIN = 0, 1, 2
UNITS = ["case", "child", "incident", "perpetrator", "pair"]
CHOICES = ["period", "date", "place", "verification", "age_limit"]
BANDS = {16: [0, 6, 11, 16], 18: [0, 6, 11, 16, 18]}
FORMS = ["violence", "exploitation", "sexual_abuse", "trafficking", "abandonment", "neglect", "other"]
MERGED = "abandonment_or_neglect"
VERIFICATION = ["suspected", "confirmed", "refuted"]
LISTS = {
    "sex": ["male", "female"],
    "perpetrator_sex": ["male", "female"],
    "environment": ["family", "school", "community", "other"],
    "online": ["yes", "no"],
    "outcome": ["died", "injured", "mental_disorder", "pregnant", "dropped_out", "other"],
    "verification": VERIFICATION,
    "relation": ["parent", "step_parent", "other_relative", "teacher_or_carer", "acquaintance", "friend", "stranger"],
    "decree": ["144/2013", "130/2021"],
    "sanction_form": ["a", "b", "c", "d", "đ"],
    "violator": ["person", "organisation"],
}
#: The groups that records of the tests name, by official list.
ETHNIC = {
    "1979": {"01": "Kinh", "04": "Hoa", "06": "Mường"},
    "2008": {"01": "Kinh", "04": "Mường", "06": "Hoa"},
}
FINE_BANDS = ["0-5", "5-10", "10-15", "15-20", "20-25", "25+"]
NEW_DECREE = date(2022, 1, 1)
#: Fines of a person under the decree of 2021, in million đồng; an organisation pays double.
FINES = {"21": (20, 25), "22.1": (10, 20), "23.1": (3, 5), "23.2": (10, 15), "23.3": (20, 25)}
STEPS = [("emergency", 12, "hours"), ("plan", 5, "working_days"), ("approval", 2, "working_days")]


# ================================================================ what is counted


@dataclass(frozen=True)
class Member:
    """One appearance of a thing: a report, or a row of perpetrators with one of its reports."""

    key: tuple
    keyed: bool
    case: str
    certainty: int
    report: "Report"
    perpetrator: dict | None = None
    named: bool = True


@dataclass(frozen=True, eq=False)
class Report:
    """One child in one case."""

    number: int
    row: dict

    @property
    def case(self):
        return self.row["case_id"]

    @property
    def child(self):
        return self.row.get("child_id")

    @property
    def age(self):
        """The least and greatest age at the incident."""
        row, incident, received = self.row, self.row.get("incident_date"), self.row["received_date"]
        day, year = row.get("birth_date"), row.get("birth_year")
        if day is None and year is None:
            low, high = row.get("age_from"), row.get("age_to")
            return (0 if low is None else low, inf if high is None else high)
        earliest, latest = (day, day) if day else (date(year, 1, 1), date(year, 12, 31))
        high = years(earliest, incident or received)
        if high < 0:
            return 0, inf
        return (max(0, years(latest, incident)) if incident else 0), high

    @property
    def words(self):
        """What verification may have found."""
        word = told(self.row.get("verification"))
        if word:
            return {word}
        return {True: {"confirmed"}, False: {"suspected", "refuted"}, None: set(VERIFICATION)}[
            self.row.get("confirmed")
        ]


def tally(members):
    """Return count, undecided and bounds of the things among some members."""
    best = {}
    for m in members:
        best[m.key] = max(best.get(m.key, NO), m.certainty)
    keyed = {m.key: m.keyed for m in members}
    certain = [k for k, c in best.items() if c == CERTAIN]
    known = sum(keyed[k] for k in certain)
    in_case = defaultdict(lambda: (set(), set()))
    for m in members:
        if m.certainty == CERTAIN:
            in_case[m.case][m.keyed].add(m.key)
    more = max((len(without) - (known - len(k)) for without, k in in_case.values()), default=0)
    undecided = sum(c == POSSIBLE for c in best.values())
    return {
        "count": len(certain),
        "undecided": undecided,
        "without_key": len(certain) - known,
        "least": known + max(0, more),
        "most": len(certain) + undecided,
    }


class Register:
    """Victims, perpetrators and sanctions as lists of rows."""

    def __init__(self, victims=None, perpetrators=None, sanctions=None, day="2022-12-31", ethnic_list="2008"):
        self.day, self.ethnic_list = day, ethnic_list
        self.tables = {"victims": victims, "perpetrators": perpetrators, "sanctions": sanctions}
        self.reports = [Report(n, row) for n, row in enumerate(victims or [])]
        self.perpetrators = list(perpetrators or [])
        self.decisions = [Decision(row) for row in sanctions or []]

    def select(self, **choice):
        """Return the reports that a choice counts."""
        return Selection(self, **choice)

    def sanctions(self, period=None, by=(), area_level="province"):
        """Return decisions, violators and fines."""
        cells = defaultdict(list)
        for d in self.decisions:
            if d.within(period):
                for area in places_of(d.row["commune"], self.day):
                    for cell in product(*(("total", d.category(b)) for b in by)):
                        cells[area, cell].append(d)
        lists = [["total", *self.categories(b)] for b in by]
        rows = []
        for level, code in areas_of({d.row["commune"] for d in self.decisions}, area_level, self.day):
            for cell in product(*lists):
                facts = decided(cells[(level, code), cell])
                area = {"unit": "decision", "area": code, "area_level": level}
                rows.append(area | dict(zip(by, cell, strict=True)) | facts | {"period": period or "all"})
        return rows

    def categories(self, dimension):
        """Return the categories of a dimension of the decisions."""
        if dimension in ("article", "clause"):
            return sorted({d.category(dimension) for d in self.decisions} | {"unknown"})
        if dimension == "fine_band":
            return [*FINE_BANDS, "none"]
        return [*LISTS["sanction_form" if dimension == "form" else dimension], "unknown"]

    def sanction_findings(self, period=None):
        """Return what does not fit the decrees."""
        found = defaultdict(set)
        for d in self.decisions:
            if d.in_force and d.within(period):
                for rule in d.findings():
                    found[rule, d.category("clause")].add(d.id)
        return [
            {"unit": "decision", "rule": r, "article": a, "decisions": len(ids), "period": period or "all"}
            for (r, a), ids in sorted(found.items())
        ]


class Decision:
    """One row of sanctions."""

    def __init__(self, row):
        self.row, self.id = row, row["decision_id"]
        self.in_force = row["status"] == "in_force"
        self.fine = row.get("fine")

    def within(self, period):
        return period is None or span(period)[0] <= self.row["decided_on"] <= span(period)[1]

    def decree_of_the_act(self):
        """The decree that the days alone give."""
        if act := self.row.get("act_date"):
            return "144/2013" if act < NEW_DECREE else "130/2021"
        return "144/2013" if self.row["decided_on"] < NEW_DECREE else None

    def numbers(self):
        """The numbers in the text of the article."""
        text = self.row.get("article") or ""
        return "".join(c if c.isdigit() else " " for c in text).split()

    def category(self, dimension):
        if dimension == "decree":
            return self.decree_of_the_act() or told(self.row.get("decree")) or "unknown"
        if dimension == "fine_band":
            return "none" if self.fine is None else FINE_BANDS[min(self.fine // 5_000_000, 5)]
        if dimension in ("article", "clause"):
            return ".".join(self.numbers()[: 1 if dimension == "article" else 2]) or "unknown"
        return told(self.row.get(dimension)) or "unknown"

    def findings(self):
        """The rules that a decision in force breaks."""
        row = self.row
        violator, born, act, recorded = (row.get(c) for c in ("violator", "violator_birth_date", "act_date", "decree"))
        band = FINES.get(self.category("clause")) or FINES.get(self.category("article"))
        if band and self.fine is not None and self.category("decree") == "130/2021":
            factors = {"person": [1], "organisation": [2]}.get(violator, [1, 2])
            if not any(f * band[0] <= self.fine / 1_000_000 <= f * band[1] for f in factors):
                yield "fine_outside_band"
        if told(recorded) and self.decree_of_the_act() and recorded != self.decree_of_the_act():
            yield "decree_differs"
        if born and act:
            if 14 <= years(born, act) < 16 and told(row.get("form")) not in (None, "a"):
                yield "minor_not_warned"
            if years(born, act) < 14:
                yield "violator_under_14"


def decided(rows):
    """Return the facts of some decisions."""
    in_force = [d for d in rows if d.in_force]

    def violators(word):
        keys = ((d.row.get("violator_id") or ("decision", d.id)) for d in in_force if d.row.get("violator") == word)
        return len(set(keys))

    return {
        "decisions": len({d.id for d in in_force}),
        "persons": violators("person"),
        "organisations": violators("organisation"),
        "fine_total": sum(d.fine for d in in_force if d.fine is not None),
        "fined": len({d.id for d in in_force if d.fine is not None}),
        "fine_missing": len({d.id for d in in_force if d.row.get("form") == "b" and d.fine is None}),
        "annulled": len({d.id for d in rows if d.row["status"] == "annulled"}),
        "to_criminal": len({d.id for d in rows if d.row["status"] == "to_criminal"}),
    }


# ================================================================ a selection


class Selection:
    """The reports that count, and how."""

    def __init__(
        self,
        register,
        *,
        period=None,
        date="received",
        place="incident",
        verification=("confirmed",),
        under=16,
        abandonment_with_neglect=False,
        prostitution="as_recorded",
    ):
        self.register, self.period, self.date, self.place = register, period, date, place
        self.verification, self.under = tuple(verification), under
        self.merged, self.prostitution = abandonment_with_neglect, prostitution
        self.form_list = (
            [MERGED if f == "abandonment" else f for f in FORMS if f != "neglect"] if self.merged else FORMS
        )
        self.choices = {
            "period": period or "all",
            "date": date,
            "place": place,
            "verification": "+".join(self.verification),
            "age_limit": f"under_{under}",
        }

    # ------------------------------------------------ one report

    def verified(self, report):
        hits = [word in self.verification for word in report.words]
        return CERTAIN if all(hits) else POSSIBLE if any(hits) else NO

    def young(self, report):
        low, high = report.age
        return CERTAIN if high < self.under else NO if low >= self.under else POSSIBLE

    def day(self, report):
        """The day that decides, if known."""
        if self.date == "received":
            return report.row["received_date"]
        if self.date == "incident":
            return report.row.get("incident_date")
        of_case = [d.row for d in self.register.decisions if d.in_force and d.row.get("case_id") == report.case]
        return min((row["decided_on"] for row in of_case), default=None)

    def in_period(self, report, period):
        day = self.day(report)
        if day is None:
            if self.date == "decided":
                return NO
            if period is None:
                return CERTAIN
            return POSSIBLE if report.row["received_date"] >= span(period)[0] else NO
        return CERTAIN if period is None or span(period)[0] <= day <= span(period)[1] else NO

    def certainty(self, report, period):
        return min(self.verified(report), self.young(report), self.in_period(report, period))

    def commune(self, report):
        return report.row.get("residence") if self.place == "residence" else report.row["commune"]

    def places(self, report):
        return places_of(self.commune(report), self.register.day)

    def forms_of(self, report):
        """The forms of a report, none if not recorded."""
        forms = {f for f in report.row.get("forms") or [] if f != "unknown"}
        if report.row.get("prostitution"):
            one, other = "exploitation", "sexual_abuse"
            if self.prostitution == "both":
                forms |= {one, other}
            elif self.prostitution in (one, other):
                forms = forms - {one, other} | {self.prostitution}
        if self.merged and forms & {"abandonment", "neglect"}:
            forms = forms - {"abandonment", "neglect"} | {MERGED}
        return forms

    # ------------------------------------------------ members and cells

    def members(self, unit, period):
        """Return every appearance of the things of a unit that may count."""
        found = []
        if unit in ("child", "case", "incident"):
            for r in self.register.reports:
                key = {"child": r.child, "case": r.case, "incident": str(r.number)}[unit]
                own = ("key", key) if key else ("row", r.number)
                found.append(Member(own, bool(key), r.case, self.certainty(r, period), r))
        else:
            for n, p in enumerate(self.register.perpetrators):
                case = [r for r in self.register.reports if r.case == p["case_id"]]
                named = [r for r in case if p.get("child_id") and r.child == p["child_id"]]
                for r in named or case:
                    person = p.get("person_id")
                    if unit == "perpetrator":
                        own, keyed = (("key", person), True) if person else (("row", n), False)
                    else:
                        keyed = bool(person and r.child)
                        own = ("key", r.child, person) if keyed else ("row", n, r.number)
                    found.append(Member(own, keyed, r.case, self.certainty(r, period), r, p, bool(named)))
        return [m for m in found if m.certainty > NO]

    def categories(self, member, dimension, bands):
        """Return the categories of a member with how certain each is."""
        report, row = member.report, member.report.row
        if dimension == "form":
            return {f: CERTAIN for f in self.forms_of(report)} or {"unknown": CERTAIN}
        if dimension == "age_group":
            low, high = report.age
            over = {
                label: CERTAIN if a <= low and high < b else POSSIBLE
                for label, (a, b) in labelled(bands).items()
                if low < b and high >= a
            }
            if CERTAIN in over.values() or not over:
                return over
            return over | {"unknown": CERTAIN}
        if dimension == "verification":
            words = report.words
            return dict.fromkeys(words, CERTAIN if len(words) == 1 else POSSIBLE) | (
                {} if len(words) == 1 else {"unknown": CERTAIN}
            )
        if dimension == "online":
            return {{True: "yes", False: "no", None: "unknown"}[row.get("online")]: CERTAIN}
        if dimension == "ethnicity":
            code = told(row.get("ethnicity"))
            return {ETHNIC[self.register.ethnic_list][code] if code else "unknown": CERTAIN}
        if dimension in ("relation", "perpetrator_sex"):
            row, dimension = member.perpetrator, dimension.removeprefix("perpetrator_")
        return {told(row.get(dimension)) or "unknown": CERTAIN}

    def labels(self, dimension, bands):
        """Return the categories of a dimension that a table must have."""
        if dimension == "form":
            return [*self.form_list, "unknown"]
        if dimension == "age_group":
            return [*labelled(bands), "unknown"]
        if dimension == "ethnicity":
            codes = {told(r.row.get("ethnicity")) for r in self.register.reports} - {None}
            return [*sorted(ETHNIC[self.register.ethnic_list][c] for c in codes), "unknown"]
        return [*LISTS[dimension], "unknown"]

    def areas(self, level):
        return areas_of({self.commune(r) for r in self.register.reports}, level, self.register.day)

    def start(self, unit, area):
        return {"unit": unit, "area": area[1], "area_level": area[0]}

    def by_area(self, members):
        """Return the members in each area."""
        found = defaultdict(list)
        for m in members:
            for area in self.places(m.report):
                found[area].append(m)
        return found

    # ------------------------------------------------ counts

    def counts(self, unit, by=(), area_level="province", age_bands=None):
        """Return things by area and cell."""
        bands = age_bands or BANDS[self.under]
        cells = defaultdict(list)
        for m in self.members(unit, self.period):
            sides = [{"total": CERTAIN} | self.categories(m, d, bands) for d in by]
            for cell in product(*sides):
                sure = min([m.certainty, *(side[c] for side, c in zip(sides, cell, strict=True))])
                there = Member(m.key, m.keyed, m.case, sure, m.report, m.perpetrator, m.named)
                for area in self.places(m.report):
                    cells[area, cell].append(there)
        rows = []
        for area in self.areas(area_level):
            for cell in product(*(["total", *self.labels(d, bands)] for d in by)):
                found = cells.get((area, cell), [])
                dims = dict(zip(by, cell, strict=True))
                # A name stands once: the dimension "verification" takes the place of the choice.
                choices = {c: v for c, v in self.choices.items() if c not in by}
                rows.append(self.start(unit, area) | dims | tally(found) | choices)
        return rows

    def units(self, area_level="province"):
        """Return every unit side by side."""
        tables, day = self.register.tables, self.register.day
        there = UNITS if tables["perpetrators"] is not None else UNITS[:3]
        communes = {self.commune(r) for r in self.register.reports}
        communes |= {d.row["commune"] for d in self.register.decisions}
        rows = []
        for unit in there:
            members = self.by_area(self.members(unit, self.period))
            for area in areas_of(communes, area_level, day):
                rows.append(self.start(unit, area) | tally(members.get(area, [])) | self.choices)
        for area in areas_of(communes, area_level, day) if tables["sanctions"] is not None else []:
            decisions = {
                d.id
                for d in self.register.decisions
                if d.in_force and d.within(self.period) and area in places_of(d.row["commune"], day)
            }
            n = len(decisions)
            facts = {"count": n, "undecided": 0, "without_key": 0, "least": n, "most": n}
            rows.append(self.start("decision", area) | facts | self.choices)
        return rows

    # ------------------------------------------------ forms

    def things(self, unit, several=False):
        """Return the certain things of each area with their forms there; of several, what a report lacks is one too."""
        found = defaultdict(lambda: defaultdict(set))
        for area, members in self.by_area(self.members(unit, self.period)).items():
            for m in members:
                if m.certainty == CERTAIN:
                    found[area][m.key] |= self.forms_of(m.report) or ({"unknown"} if several else set())
        return found

    def forms(self, unit="child", priority=None, area_level="province"):
        """Return things by form: each of its forms, or the first of a list."""
        things = self.things(unit, several=not priority)
        rows = []
        for area in self.areas(area_level):
            sets = list(things[area].values()) if area in things else []
            if priority:
                sets = [{next(f for f in priority if f in s)} if s else s for s in sets]
            for form in ["total", *self.form_list, "unknown"]:
                n = sum(form in s or form == "total" or (form == "unknown" and not s) for s in sets)
                facts = {"form": form, "numerator": n, "denominator": len(sets)} | percent(n, len(sets))
                mode = {"mode": "single" if priority else "several"}
                rows.append(self.start(unit, area) | facts | self.choices | mode)
        return rows

    def overlaps(self, unit="child", area_level="province"):
        """Return things by how many forms they have."""
        things = self.things(unit)
        rows = []
        for area in self.areas(area_level):
            sizes = [len(s) for s in things[area].values()] if area in things else []
            counts = {
                "total": len(sizes),
                "1": sizes.count(1),
                "2": sizes.count(2),
                "3+": sum(n > 2 for n in sizes),
                "unknown": sizes.count(0),
            }
            rows += [self.start(unit, area) | {"forms": f, "count": n} | self.choices for f, n in counts.items()]
        return rows

    def form_matrix(self, unit="child"):
        """Return the things of the country that have two forms."""
        sets = list(self.things(unit)["country", "VN"].values())
        pairs = product(self.form_list, repeat=2)
        return [
            {"unit": unit, "form": a, "other_form": b, "count": sum({a, b} <= s for s in sets)} | self.choices
            for a, b in pairs
        ]

    # ------------------------------------------------ repeats

    def known(self):
        """Return the reports certain but for the day, with a known day."""
        sure = [r for r in self.register.reports if min(self.verified(r), self.young(r)) == CERTAIN]
        return [r for r in sure if self.day(r) is not None]

    def repeats(self, windows, area_level="province"):
        """Return new and repeated children by window."""
        windows = windows_of(windows, self.period) if isinstance(windows, str) else windows
        days = defaultdict(list)
        for r in self.known():
            if r.child:
                days[r.child].append(self.day(r))
        rows = []
        for window in windows:
            first, last = span(window)
            members = self.by_area(self.members("child", window))
            for area in self.areas(area_level):
                here = members.get(area, [])
                reports = [m.report for m in here if m.certainty == CERTAIN]
                children = {r.child for r in reports if r.child}
                seen = {c for c in children if min(days[c]) < first}
                again = {c for c in children - seen if sum(d <= last for d in days[c]) > 1}
                bounds = tally(here)
                facts = {
                    "children": bounds["count"],
                    "new": len(children - seen - again),
                    "repeated": len(seen) + len(again),
                    "repeated_in_window": len(again),
                    "seen_before": len(seen),
                    "incidents": len(reports),
                    "without_key": bounds["without_key"],
                    "undecided": bounds["undecided"],
                    "least": bounds["least"],
                    "most": bounds["most"],
                }
                rows.append({"unit": "child", "window": window} | self.start("child", area) | facts | self.choices)
        return rows

    def followed(self, until):
        """Return the days each child is followed, and whether a report ended them."""
        reports = defaultdict(list)
        for r in self.known():
            if r.child:
                reports[r.child].append(r)
        times = []
        for of_child in reports.values():
            days = sorted({self.day(r) for r in of_child})
            start, end = days[0], until
            if start > until or (self.period and not span(self.period)[0] <= start <= span(self.period)[1]):
                continue
            born = min((r.row["birth_date"] for r in of_child if r.row.get("birth_date")), default=None)
            if born:
                end = min(end, birthday(born, self.under) - timedelta(days=1))
            again = [d for d in days if start < d <= end]
            times.append(((again[0] - start).days, True) if again else (max(0, (end - start).days), False))
        return times

    def recurrence(self, until, months=(6, 12, 24), level=0.95):
        """Return the share of children reported again, by Kaplan and Meier."""
        times = self.followed(until)
        rows = []
        for m in months:
            days = floor(m * 30.4375)
            row = {
                "unit": "child",
                "months": m,
                "days": days,
                "children": len(times),
                "events": sum(event and t <= days for t, event in times),
                "censored": sum(not event and t <= days for t, event in times),
                "at_risk": sum(t > days for t, _ in times),
            }
            if any(t >= days for t, _ in times):
                status = "unreliable" if row["events"] < 10 else "ok"
                row |= kaplan_meier(times, days, level) | {"status": status}
            else:
                row |= {"value": None, "lower": None, "upper": None, "status": "not_available"}
            rows.append(row | self.choices)
        return rows

    # ------------------------------------------------ relations, response, support

    def relations(self, area_level="province"):
        """Return pairs by relation, with those that rest on the case."""
        rows = self.counts("pair", ["relation"], area_level)
        members = self.by_area(self.members("pair", self.period))
        for row in rows:
            here = members.get((row["area_level"], row["area"]), [])
            sure = [
                m
                for m in here
                if m.certainty == CERTAIN
                and row["relation"] in ("total", told(m.perpetrator.get("relation")) or "unknown")
            ]
            row["by_case"] = len({m.key for m in sure} - {m.key for m in sure if m.named})
        return [row | {c: row.pop(c) for c in CHOICES} for row in rows]

    def response(self, until=None, holidays=(), area_level="province"):
        """Return what was done in time."""
        members = self.by_area(self.members("incident", self.period))
        rows = []
        for area in self.areas(area_level):
            reports = [m.report.row for m in members.get(area, []) if m.certainty == CERTAIN]
            for step, limit, unit in STEPS:
                answers = [timely(step, limit, row, until, holidays) for row in reports]
                verdicts = [a[0] for a in answers if a]
                durations = sorted(a[1] for a in answers if a and a[1] is not None)
                done, late = verdicts.count("on_time"), verdicts.count("late")
                facts = {"step": step, "limit": limit, "limit_unit": unit, "on_time": done, "late": late}
                facts |= {"undecided": verdicts.count("undecided")} | percent(done, done + late)
                facts |= {"recorded": len(durations)}
                for p in (25, 50, 75, 90):
                    facts[f"p{p}"] = durations[ceil(len(durations) * p / 100) - 1] if durations else None
                rows.append(self.start("incident", area) | facts | self.choices)
        return rows

    def supported(self, area_level="province"):
        """Return the children who are supported in any of their reports."""
        members = self.by_area(self.members("child", self.period))
        rows = []
        for area in self.areas(area_level):
            answers = defaultdict(set)
            for m in members.get(area, []):
                if m.certainty == CERTAIN:
                    answers[m.key].add(m.report.row.get("supported"))
            yes = sum(True in a for a in answers.values())
            no = sum(a == {False} for a in answers.values())
            facts = {"numerator": yes, "denominator": yes + no, "undecided": len(answers) - yes - no}
            rows.append(self.start("child", area) | facts | percent(yes, yes + no) | self.choices)
        return rows
