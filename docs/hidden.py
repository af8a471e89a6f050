"""The picture of the page on publishing, from the real output: ``python docs/hidden.py`` writes it in both languages.

A table of made-up counts three times: as counted, with its small count alone hidden, and as it can be published.
"""

from pathlib import Path

import chitieu as ct
import polars as pl

HERE = Path(__file__).parent
COMMUNES, SEXES = ["A", "B", "C", "total"], ["female", "male", "total"]
COUNTS = pl.DataFrame(
    {"commune": ["A", "A", "B", "B", "C", "C"], "sex": ["female", "male"] * 3, "n": [1, 9, 7, 12, 8, 20]}
)
SMALL = ("A", "female")
WORDS = {
    "vi": {
        "head": ("Xã", "Nữ", "Nam", "Tổng số"),
        "sign": "(bm)",
        "titles": ("1. Như đếm được", "2. Ẩn một ô: chưa đủ", "3. Công bố được"),
        "texts": ("Cả xã A biết em gái ấy là ai.", "10 − 9 = 1; 16 − 7 − 8 = 1", "Xã A: từ {} đến {} em gái."),
    },
    "en": {
        "head": ("Commune", "Girls", "Boys", "Total"),
        "sign": "(c)",
        "titles": ("1. As counted", "2. One cell hidden: not enough", "3. Can be published"),
        "texts": (
            "All of A know which girl it is.",
            "10 − 9 = 1; 16 − 7 − 8 = 1",
            "Girls of A: anything from {} to {}.",
        ),
    },
}
#: In pixels: the columns, a row, the space between tables, above and below them.
COLUMNS, ROW, GAP, ABOVE, BELOW = (66, 46, 46, 58), 28, 26, 32, 30
WIDTH, HEIGHT = 3 * sum(COLUMNS) + 2 * GAP, ABOVE + 5 * ROW + BELOW
STYLE = "font-family: Arial, Helvetica, sans-serif; font-size: 13px; fill: #111"


def numbers(hidden: set[tuple[str, str]]) -> list[list[int | None]]:
    """Return the table with its margins, row by row, without what is hidden."""
    of = {"total": pl.lit(True)}
    rows: list[list[int | None]] = []
    for commune in COMMUNES:
        rows.append([])
        for sex in SEXES:
            here = COUNTS.filter(of.get(commune, pl.col("commune") == commune), of.get(sex, pl.col("sex") == sex))
            rows[-1].append(None if (commune, sex) in hidden else here["n"].sum())
    return rows


def protected() -> tuple[set[tuple[str, str]], tuple[int, int]]:
    """Return the cells that have to be hidden, and what can be worked out of the small one."""
    hidden = ct.disclosure.protect(COUNTS, dims=["commune", "sex"]).to_polars().filter(status="suppressed")
    cells = set(hidden.select("commune", "sex").iter_rows())
    return cells, hidden.filter(commune=SMALL[0], sex=SMALL[1]).select("lower", "upper").row(0)


def text(x: float, y: float, words: str, more: str = "") -> str:
    """Return a text of the picture."""
    return f'<text x="{x}" y="{y}" {more}>{words}</text>'


def panel(nth: int, hidden: set[tuple[str, str]], words: dict, bounds: tuple[int, int]) -> list[str]:
    """Return one of the three tables."""
    left, right = nth * (sum(COLUMNS) + GAP), [sum(COLUMNS[: n + 1]) for n in range(len(COLUMNS))]
    of_all = {"total": words["head"][-1]}
    drawn = [text(left, 16, words["titles"][nth], 'font-weight="bold"')]
    rows = [list(words["head"]), *([of_all.get(c, c), *of] for c, of in zip(COMMUNES, numbers(hidden), strict=True))]
    for line, row in enumerate(rows):
        top = ABOVE + line * ROW
        for column, value in enumerate(row):
            x, width = left + right[column] - COLUMNS[column], COLUMNS[column]
            box = f'<rect x="{x + 1.5}" y="{top + 1.5}" width="{width - 3}" height="{ROW - 3}"'
            if value is None:
                drawn.append(f'{box} fill="#d4d4d4"/>')
            if nth == 0 and (line, column) == (1, 1):
                drawn.append(f'{box} fill="none" stroke="#111" stroke-width="2"/>')
            side = f'x="{x + 2}"' if column == 0 else f'x="{x + width - 8}" text-anchor="end"'
            heavy = ' font-weight="bold"' if line == 0 or (nth == 0 and (line, column) == (1, 1)) else ""
            shown = words["sign"] if value is None else value
            drawn.append(f'<text {side} y="{top + 19}"{heavy}>{shown}</text>')
        # Lines under the head and above the totals are darker.
        dark = "#111" if line in (0, 3) else "#bbb"
        drawn.append(f'<path d="M{left} {top + ROW}h{sum(COLUMNS)}" stroke="{dark}"/>')
    return [*drawn, text(left, HEIGHT - 10, words["texts"][nth].format(*bounds))]


def main() -> None:
    """Write both pictures."""
    cells, bounds = protected()
    for language, words in WORDS.items():
        drawn = [
            part for nth, hidden in enumerate((set(), {SMALL}, cells)) for part in panel(nth, hidden, words, bounds)
        ]
        svg = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-8 0 {WIDTH + 16} {HEIGHT}" width="{WIDTH + 16}" '
            f'height="{HEIGHT}" style="{STYLE}">',
            f'<rect x="-8" width="{WIDTH + 16}" height="{HEIGHT}" fill="white"/>',
            *drawn,
            "</svg>\n",
        ]
        (HERE / f"hidden.{language}.svg").write_text("\n".join(svg), encoding="utf-8")


if __name__ == "__main__":
    main()
