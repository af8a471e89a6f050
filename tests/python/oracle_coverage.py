"""Who reported, once more: by counting days and communes in SQL, without the library.

What a commune sent of a view is one of four: ``0`` nothing, ``1`` a part, ``2`` all, NULL nobody knows. Submissions
that are about some of the days asked decide; without one, the commune's rows do.
"""

import re
from datetime import date
from functools import cache

import duckdb
import polars as pl
from case_files import ROOT
from oracle_indicators import Part

#: Where every commune has rows: silence is no zero.
EVERY = {"children", "population", "communes", "villages"}
#: Tables of one day or one year: that day must be reported.
OF_A_DAY = {"children", "population", "communes", "villages", "schools"}

#: Communes with a row; of the register any row, of the others those of the period.
ROWS = {
    "the_children": "SELECT commune FROM children",
    "the_pupils": "SELECT commune FROM the_pupils WHERE back = {back}",
}

SENT = """
WITH named AS (
    SELECT commune, greatest(first, DATE '{a}') AS f, least(last, DATE '{b}') AS l, came FROM submissions
    WHERE "table" = '{table}' AND first <= DATE '{b}' AND last >= DATE '{a}'),
days AS (
    SELECT commune, count(DISTINCT day) AS days
    FROM (SELECT commune, unnest(generate_series(f, l, INTERVAL 1 DAY)) AS day FROM named WHERE came) GROUP BY commune),
rows AS (SELECT DISTINCT commune FROM ({rows})),
known AS (SELECT {every} OR {complete} OR EXISTS (SELECT * FROM named) AS yes)
SELECT commune, areas, r.commune IS NOT NULL AS has, CASE
    WHEN NOT (SELECT yes FROM known) THEN NULL
    WHEN {complete} THEN 2
    WHEN n.commune IS NOT NULL THEN CASE
        WHEN coalesce(d.days, 0) = DATE '{b}' - DATE '{a}' + 1 THEN 2
        WHEN r.commune IS NOT NULL THEN 1 ELSE 0 END
    WHEN r.commune IS NOT NULL THEN 2 ELSE 0 END AS sent
FROM places p LEFT JOIN rows r USING (commune) LEFT JOIN days d USING (commune)
LEFT JOIN (SELECT DISTINCT commune FROM named) n USING (commune)
"""


@cache
def every_commune() -> set[str]:
    """Return what the file of tables says, which this module holds apart."""
    text = (ROOT / "src" / "catalogue" / "tables.toml").read_text(encoding="utf-8")
    return set(re.findall(r'id = "(\w+)"\nname = .*\ntime = .*\nevery_commune = true', text))


class Coverage:
    """What is known of who reported, asked of a database of the oracle."""

    def __init__(self, sql: duckdb.DuckDBPyConnection, first: date, last: date, complete: list[str]) -> None:
        self.sql, self.first, self.last, self.complete = sql, first, last, complete
        self.known: dict[str, pl.DataFrame] = {}

    def sent(self, part: Part) -> pl.DataFrame:
        """Return commune, areas, whether it has rows, and what it sent."""
        table = part.view.removeprefix("the_")
        if table == "perpetrators":
            table = "victims"  # of whom perpetrators are, and who are never named apart here
        back = int((re.findall(r"back = (\d+)", part.where) or ["0"])[0])
        a, b = self.first, self.last
        if table in OF_A_DAY:
            a = b
        elif table == "pupils":
            a = b = date(self.last.year - back, 8, 31)
        query = SENT.format(
            a=a,
            b=b,
            table=table,
            rows=ROWS.get(part.view, f"SELECT commune FROM {part.view}").format(back=back),
            every=str(table in EVERY).lower(),
            complete=str(table in self.complete).lower(),
        )
        if query not in self.known:
            self.known[query] = pl.DataFrame(self.sql.sql(query))
        return self.known[query]

    def of(self, parts: list[Part], provinces: list[str]) -> pl.DataFrame:
        """Return by area: ``reported`` and ``expected`` for all parts together, and if ``some`` of each is there."""
        inside = pl.col("areas").list.eval(pl.element().is_in(provinces)).list.any()
        frames = [self.sent(p).filter(inside) for p in parts]
        both = frames[0].select("commune", "areas", "sent")
        for frame in frames[1:]:
            both = both.join(frame.select("commune", other="sent"), on="commune")
            both = both.with_columns(sent=pl.min_horizontal("sent", "other")).drop("other")
        found = (
            both.explode("areas")
            .group_by(area="areas")
            .agg(
                expected=pl.len().cast(pl.Int64),
                reported=pl.when(pl.col("sent").is_null().all())
                .then(None)
                .otherwise((pl.col("sent") == 2).sum())
                .first()
                .cast(pl.Int64),
            )
        )
        for nth, frame in enumerate(frames):
            some = (
                frame.explode("areas")
                .group_by(area="areas")
                .agg((pl.col("sent").is_null() | (pl.col("sent") > 0)).any().alias(f"some_{nth}"))
            )
            found = found.join(some, on="area")
        return found
