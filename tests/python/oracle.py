"""Every indicator once more, in DuckDB: SQL written by hand from the counting rules, without the library.

Three truth values are DuckDB's own: NULL is undecided. An age is an interval ``lo`` to ``hi`` in completed years, NULL
where nothing is known. What each indicator counts stands in ``oracle_indicators.py``.
"""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import duckdb
import polars as pl
from case_files import ROOT, TYPES, schemas
from oracle_coverage import Coverage
from oracle_indicators import INDICATORS, Part

MACROS = """
-- the birthday in a year; who is born on 29 February has it on 1 March of common years
CREATE MACRO birthday(b, y) AS make_date(y, month(b), 1) + (day(b) - 1)::INTEGER;
CREATE MACRO years(b, o) AS (year(o) - year(b) - CASE WHEN o < birthday(b, year(o)) THEN 1 ELSE 0 END)::INTEGER;
-- a month is complete on the same day of the month, or the first of the next where that day is missing
CREATE MACRO months(b, o) AS (12 * (year(o) - year(b)) + month(o) - month(b)
    - CASE WHEN o < make_date(year(o), month(o), 1) + (day(b) - 1)::INTEGER THEN 1 ELSE 0 END)::INTEGER;
-- a number between lo and hi against a limit: true, false, or NULL if it may be both
CREATE MACRO lt(lo, hi, k) AS CASE WHEN hi < k THEN true WHEN lo >= k THEN false END;
CREATE MACRO not_before(n) AS CASE WHEN n < 0 THEN 0 ELSE n END;
"""

LOOKS = """
CREATE TABLE places AS
SELECT c.code AS commune, [c.code, d.code, d.parent, 'VN'] AS areas
FROM units c JOIN units d ON d.level = 'district' AND d.code = c.parent WHERE c.level = 'commune';

-- register: children at the last day, those born later are not there yet; a year alone leaves two birthdays
CREATE TABLE the_children AS
SELECT *, not_before(years(b1, last)) AS lo, years(b0, last) AS hi,
    not_before(months(b1, last)) AS mlo, months(b0, last) AS mhi
FROM (SELECT *, DATE '{last}' AS last, coalesce(birth_date, make_date(birth_year, 1, 1)) AS b0,
        coalesce(birth_date, make_date(birth_year, 12, 31)) AS b1 FROM children JOIN places USING (commune))
WHERE b0 IS NULL OR b0 <= last;

CREATE TABLE the_births AS SELECT * FROM births JOIN places USING (commune)
WHERE date BETWEEN '{first}' AND '{last}';

-- a birth after the death is a contradiction: nothing is known of the age; days lived name the day of birth
CREATE TABLE the_deaths AS
SELECT *, years(b, date) AS lo, years(b, date) AS hi, date - b AS days
FROM (SELECT d.* EXCLUDE (birth_date), p.areas,
        CASE WHEN birth_date IS NULL THEN date - age_days::INTEGER WHEN birth_date <= date THEN birth_date END AS b
      FROM deaths d JOIN places p USING (commune) WHERE date BETWEEN '{first}' AND '{last}');

CREATE TABLE the_injuries AS
SELECT *, years(b, date) AS lo, years(b, date) AS hi
FROM (SELECT *, CASE WHEN birth_date <= date THEN birth_date END AS b
      FROM injuries JOIN places USING (commune) WHERE date BETWEEN '{first}' AND '{last}');

CREATE TABLE the_marriages AS SELECT * FROM marriages JOIN places USING (commune)
WHERE date BETWEEN '{first}' AND '{last}';

CREATE TABLE the_population AS SELECT * FROM population JOIN places USING (commune) WHERE year = year(DATE '{last}');
CREATE TABLE the_communes AS SELECT * FROM communes JOIN places USING (commune) WHERE year = year(DATE '{last}');
CREATE TABLE the_villages AS SELECT * FROM villages JOIN places USING (commune) WHERE year = year(DATE '{last}');
CREATE TABLE the_schools AS SELECT * FROM schools JOIN places USING (commune) WHERE year = year(DATE '{last}');
-- the school year that ends in the period's year, and `back` years before
CREATE TABLE the_pupils AS
SELECT *, year(DATE '{last}') - right(school_year, 4)::INTEGER AS back FROM pupils JOIN places USING (commune);

-- age at the incident; without its day, anything from birth to the day of reception
CREATE TABLE the_victims AS
SELECT * EXCLUDE (lo, hi), CASE WHEN hi >= 0 THEN lo END AS lo, CASE WHEN hi >= 0 THEN hi END AS hi
FROM (SELECT *, years(b0, coalesce(incident_date, received_date)) AS hi,
        CASE WHEN b0 IS NOT NULL AND incident_date IS NULL THEN 0 ELSE not_before(years(b1, incident_date)) END AS lo
      FROM (SELECT *, coalesce(birth_date, make_date(birth_year, 1, 1)) AS b0,
              coalesce(birth_date, make_date(birth_year, 12, 31)) AS b1
            FROM victims JOIN places USING (commune) WHERE received_date BETWEEN '{first}' AND '{last}'));

-- a perpetrator stands at the reports of the child named, if that child is in the case, else at those of the whole case
CREATE TABLE the_perpetrators AS
SELECT p.*, v.areas, v.commune, v.confirmed AND lt(v.lo, v.hi, 16) AS abuses
FROM perpetrators p JOIN the_victims v ON v.case_id = p.case_id
WHERE v.child_id = p.child_id
    OR NOT EXISTS (SELECT 1 FROM victims w WHERE w.case_id = p.case_id AND w.child_id = p.child_id);

CREATE TABLE the_sanctions AS SELECT * FROM sanctions JOIN places USING (commune)
WHERE decided_on BETWEEN '{first}' AND '{last}';
"""

#: The categories a record stands in, the total among them; sub-groups stand in their group too.
CATEGORIES = {
    "form": "CASE WHEN forms IS NULL THEN ['unknown', 'total'] ELSE list_distinct(forms || ['total']) END",
    "circumstance": """CASE WHEN circumstances IS NULL THEN ['unknown', 'total'] ELSE list_distinct(circumstances
        || list_transform(circumstances, lambda c: regexp_extract(c, '^[^0-9]+')) || ['total']) END""",
}


def category(dimension: str, bands: tuple[int, ...]) -> str:
    """Return the SQL of the list of categories of a record."""
    if dimension in CATEGORIES:
        return CATEGORIES[dimension]
    if dimension != "age_group":
        return f"[coalesce({dimension}, 'unknown'), 'total']"
    place = {end: " + ".join(f"({end} >= {cut})::INTEGER" for cut in bands) for end in ("lo", "hi")}
    labels = [
        "total",
        *(str(a) if b == a + 1 else f"{a}-{b - 1}" for a, b in pairwise(bands)),
        "total",
    ]
    named = f"{labels}[({place['lo']}) + 1]"
    # Unknown if the two ends lie in different bands; outside all bands in the total alone.
    return f"list_distinct([CASE WHEN ({place['lo']}) = ({place['hi']}) THEN {named} ELSE 'unknown' END, 'total'])"


@dataclass
class Oracle:
    """The records of one dataset in DuckDB, asked for one period."""

    tables: dict[str, pl.DataFrame]
    first: date
    last: date
    #: Columns table, commune, first, last (days), came.
    submissions: pl.DataFrame | None = None
    complete: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.sql = duckdb.connect(config={"threads": 1})
        self.known: dict[str, pl.DataFrame] = {}
        self.sql.execute(MACROS)
        file = ROOT / "src" / "area" / "units.csv"
        units = pl.read_csv(file, schema_overrides={"code": pl.String, "parent": pl.String})
        day = str(self.last)
        self.keep("units", units.filter(pl.col("valid_from") <= day, pl.col("valid_to") >= day))
        for name, types in schemas().items():
            frame = self.tables.get(name, pl.DataFrame(schema=types))
            there = frame.select(pl.col(c).cast(t) for c, t in types.items() if c in frame.columns)
            absent = [pl.lit(None, dtype=t).alias(c) for c, t in types.items() if c not in frame.columns]
            texts = pl.col(pl.String).replace("unknown", None)
            self.keep(name, there.with_columns(absent).with_columns(texts))
        self.sql.execute(LOOKS.format(first=self.first, last=self.last))
        types = {"table": pl.String, "commune": pl.String, "first": pl.Date, "last": pl.Date, "came": pl.Boolean}
        self.keep("submissions", pl.DataFrame(schema=types) if self.submissions is None else self.submissions)
        self.coverage = Coverage(self.sql, self.first, self.last, list(self.complete))

    def close(self) -> None:
        """Let the database go."""
        self.sql.close()

    def keep(self, name: str, frame: pl.DataFrame) -> None:
        """Copy a frame into the database, with a number for each row."""
        assert all(t in (*TYPES.values(), pl.UInt32) for t in frame.schema.values()), frame.schema
        self.sql.register("incoming", frame.to_arrow())
        self.sql.execute(f"CREATE TABLE {name} AS SELECT *, row_number() OVER () AS row FROM incoming")
        self.sql.unregister("incoming")

    def count(
        self, part: Part, by: list[str], bands: tuple[int, ...], flag: str, unless: str = "false"
    ) -> pl.DataFrame:
        """Count keys (or rows) of a part in every cell: those with the flag, without those that have the other too."""
        dims = [d for d in by if d in part.dims]
        key = f"coalesce('key ' || {part.key}, 'row ' || row)" if part.key else "'row ' || row"
        split = "".join(f", {category(d, bands)} AS {d}" for d in dims)
        flags = f"({flag}) AS yes, ({unless}) AS but"
        cells = f"SELECT areas AS area, {key} AS key, {part.weight} AS weight, {flags}{split} FROM {part.view}"
        for column in ["area", *dims]:
            cells = f"SELECT * REPLACE (unnest({column}) AS {column}) FROM ({cells})"
        cell = ", ".join(["area", *dims])
        keys = f"""SELECT {cell}, key, max(weight) AS weight,
                coalesce(bool_or(yes), false) AS yes, coalesce(bool_or(but), false) AS but
            FROM ({cells}) GROUP BY {cell}, key"""
        query = f"SELECT {cell}, sum(weight)::BIGINT AS found FROM ({keys}) WHERE yes AND NOT but GROUP BY {cell}"
        if query not in self.known:
            self.known[query] = pl.DataFrame(self.sql.sql(query))
        return self.known[query]

    def parts(self, indicator: str, measure: str, by: list[str]) -> dict[str, list[pl.DataFrame]]:
        """Return the counts whose sums are numerator, denominator and undecided."""
        asked = INDICATORS[indicator]
        bands, top, below = asked.bands, asked.top, asked.below
        n = top.where
        counted = self.count(top, by, bands, n)
        undecided = self.count(top, by, bands, f"({n}) IS NULL", n)
        if measure == "count":
            return {"numerator": [counted], "denominator": [], "undecided": [undecided]}
        d = below.where
        if asked.kind == "proportion":
            decided = f"({d}) AND ({n}) IS NOT NULL"
            return {
                "numerator": [self.count(top, by, bands, f"({d}) AND ({n})")],
                "denominator": [self.count(below, by, bands, decided)],
                "undecided": [self.count(top, by, bands, f"({d}) IS NULL OR (({d}) AND ({n}) IS NULL)", decided)],
            }
        whole = self.count(below, by, bands, d)
        if asked.kind == "ratio":
            either = [self.count(top, by, bands, f"({n}) IS NULL OR ({d}) IS NULL", f"({n}) OR ({d})")]
        else:
            either = [undecided, self.count(below, by, bands, f"({d}) IS NULL", d)]
        return {"numerator": [counted], "denominator": [whole], "undecided": either}
