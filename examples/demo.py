"""What `make demo` runs: a made-up Hưng Yên of 2022, from its records to a table and a chart.

python examples/demo.py [--lang vi|en] [--children 320000] [--out build/demo]
"""

from __future__ import annotations

import argparse
import textwrap
import time
from collections.abc import Sequence
from pathlib import Path

started = time.perf_counter()
import polars as pl  # noqa: E402

polars_ready = time.perf_counter()
import chitieu as ct  # noqa: E402
from chitieu import label  # noqa: E402

chitieu_ready = time.perf_counter()

WIDTH = 110
PROVINCE, YEAR = "33", 2022

# Indicator, measure, and the head of its column in Vietnamese and English.
MAIN = [
    ("child_population", "count", "Trẻ em dưới 16 tuổi", "Children under 16"),
    ("birth_registration_under_5", "percent", "Khai sinh dưới 5 tuổi, %", "Births registered under 5, %"),
    ("fully_vaccinated_under_1", "percent", "Tiêm đủ dưới 1 tuổi, %", "Fully vaccinated under 1, %"),
    ("kindergarten_enrolment", "percent", "Đi mẫu giáo 3–5 tuổi, %", "In kinder-garten at 3–5, %"),
    ("special_circumstances", "percent", "Hoàn cảnh đặc biệt, %", "Special circum-stances, %"),
    ("infant_mortality_rate", "per_1000", "Chết dưới 1 tuổi, ‰", "Infant deaths, ‰"),
    ("abused_children", "per_100000", "Bị xâm hại, /100.000", "Abused, per 100,000"),
]


def say(vi: str, en: str) -> str:
    """Return one of two wordings."""
    return vi if ct.get_language() == "vi" else en


def main() -> None:
    """Make the province, compute, print, write."""
    options = arguments()
    ct.set_language(options.lang)
    steps = [
        ("import polars", polars_ready - started),
        ("import chitieu", chitieu_ready - polars_ready),
    ]

    at = time.perf_counter()
    dataset = ct.synthetic.province(PROVINCE, children=options.children, year=YEAR, seed=1)
    made = say("tạo dữ liệu tổng hợp", "make the synthetic records")
    steps.append((f"{made}: {number(options.children)} {say('trẻ em', 'children')}", time.perf_counter() - at))

    at = time.perf_counter()
    result = ct.compute(dataset, period=str(YEAR), by=["sex", "age_group"], area_level="commune")
    whole = say("tính cả danh mục theo giới tính, nhóm tuổi, xã", "the whole catalogue by sex, age group, commune")
    steps.append((f"{whole}: {number(len(result))} {say('dòng', 'rows')}", time.perf_counter() - at))

    at = time.perf_counter()
    reports = ct.abuse.register(dataset).select(period=str(YEAR))
    abuse = reports.counts("child", by=["form", "sex"])
    forms = say(
        "đọc sổ xâm hại, đếm trẻ em theo hình thức, giới tính", "the register of abuse, children by form and sex"
    )
    steps.append((f"{forms}: {number(len(abuse))} {say('dòng', 'rows')}", time.perf_counter() - at))

    print(say(f"chitieu {ct.__version__}: Hưng Yên năm {YEAR}", f"chitieu {ct.__version__}: Hưng Yên in {YEAR}"))
    print(
        say(
            "Mọi bản ghi dưới đây là dữ liệu tổng hợp, không nói gì về một địa phương có thật.",
            "All records below are made up: nothing here tells of a real place.",
        )
    )
    show_catalogue()
    show_records(dataset)
    show_steps(steps)
    show_districts(result)
    show_abuse(abuse)
    show_warnings(result)
    write(result, options.out)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The indicators of a made-up Hưng Yên of 2022.")
    parser.add_argument("--lang", choices=["vi", "en"], default="vi", help="language of what is printed")
    parser.add_argument("--children", type=int, default=320_000, help="rows of the register of children")
    parser.add_argument("--out", type=Path, default=Path("build/demo"), help="folder to write to")
    return parser.parse_args()


def show_catalogue() -> None:
    catalogue = ct.catalogue()
    head(say(f"Danh mục: {len(catalogue)} chỉ tiêu", f"Catalogue: {len(catalogue)} indicators"))
    signs = {"percent": "%", "per_1000": "‰", "per_100000": f"/{number(100_000)}", "ratio": "/100"}
    rows = [
        (
            i.code or "–",
            textwrap.shorten(i.name, 76, placeholder=" …"),
            ", ".join(say("số", "number") if m == "count" else signs[m] for m in i.outputs),
        )
        for i in catalogue
    ]
    table([say("Mã", "Code"), say("Chỉ tiêu", "Indicator"), say("Đơn vị", "Measures")], rows, right=())


def show_records(dataset: ct.Dataset) -> None:
    head(say("Các bảng bản ghi", "Tables of records"))
    told = [f"{name} {number(dataset.rows(name))}" for name in dataset.tables]
    print(textwrap.fill(", ".join(told), WIDTH))


def show_steps(steps: Sequence[tuple[str, float]]) -> None:
    head(say("Thời gian", "Time taken"))
    table(
        [say("Bước", "Step"), say("giây", "seconds")],
        [(name, decimal(f"{seconds:.3f}")) for name, seconds in steps],
        right=(1,),
    )


def show_districts(result: ct.Result) -> None:
    head(say("Chỉ tiêu chính theo huyện", "Main indicators by district"))
    units = ct.areas(on=f"{YEAR}-12-31")
    districts = units.filter(pl.col("level") == "district", pl.col("parent") == PROVINCE).sort("code")
    province = units.filter(pl.col("level") == "province", pl.col("code") == PROVINCE)
    few = False
    rows = []
    for code, name in [*districts.select("code", "name").rows(), *province.select("code", "name").rows()]:
        row = [name]
        for indicator, measure, *_ in MAIN:
            cell = result.only(indicator, measure=measure, area=code).row(0, named=True)
            text = result.printed(indicator, measure=measure, area=code)
            if cell["value"] is None:
                text = "–"
            elif measure == "count":
                text = number(cell["numerator"])
            unreliable = cell["status"] == "unreliable"
            few = few or unreliable
            row.append(text + ("*" if unreliable else " "))
        rows.append(tuple(row))
    heads = [label("area_level", code="district"), *(say(vi, en) for *_, vi, en in MAIN)]
    table(heads, rows, wrap_at=11, last_is_total=True)
    if few:
        print(say("* số liệu nhỏ, độ tin cậy thấp", "* too few events to be reliable"))


def show_abuse(counts: ct.abuse.Table) -> None:
    head(say("Trẻ em bị xâm hại theo hình thức và giới tính", "Abused children by form and sex"))
    shown = counts.table(rows="form", columns="sex", percent=True)
    for line in repr(shown).splitlines():
        print(textwrap.fill(line, WIDTH) if line in shown.notes else line)


def show_warnings(result: ct.Result, most: int = 6) -> None:
    # What does not add up comes first, what was merely not recorded after it.
    found = sorted(result.warnings, key=lambda warning: warning.code == "not_recorded")
    head(say(f"Lưu ý: {len(found)}", f"Warnings: {len(found)}"))
    for warning in found[:most]:
        print(textwrap.fill(str(warning), WIDTH, initial_indent="- ", subsequent_indent="  "))
    if (more := len(found) - most) > 0:
        print(say(f"… {more} lưu ý nữa trong result.warnings", f"… {more} more in result.warnings"))


def write(result: ct.Result, folder: Path) -> None:
    head(say("Đã ghi", "Written"))
    folder.mkdir(parents=True, exist_ok=True)
    parquet = result.write_parquet(folder / f"hung_yen_{YEAR}.parquet")
    chart = result.plot("infant_mortality_rate", area_level="district")
    png = result.plot.save_png(chart, path=folder / f"hung_yen_{YEAR}.png")
    for path in (parquet, png):
        print(f"{path}  ({number(round(path.stat().st_size / 1000))} kB)")


def head(text: str) -> None:
    print(f"\n{text}\n{'=' * len(text)}")


def number(n: int) -> str:
    return f"{n:,}".replace(",", say(".", ","))


def decimal(text: str) -> str:
    return text.replace(".", say(",", "."))


def table(
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    right: Sequence[int] | None = None,
    wrap_at: int | None = None,
    last_is_total: bool = False,
) -> None:
    """Print columns under their heads; all but the first stand to the right unless told otherwise."""
    right = range(1, len(heads)) if right is None else right
    words = [[text] if wrap_at is None else textwrap.wrap(text, wrap_at) for text in heads]
    widths = [max([len(line) for line in lines] + [len(row[n]) for row in rows]) for n, lines in enumerate(words)]

    def line(cells: Sequence[str]) -> str:
        sides = [
            cell.rjust(width) if n in right else cell.ljust(width)
            for n, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        return "  ".join(sides).rstrip()

    deep = max(len(lines) for lines in words)
    padded = [[""] * (deep - len(lines)) + lines for lines in words]
    for part in zip(*padded, strict=True):
        print(line(part))
    rule = line(["-" * width for width in widths])
    print(rule)
    for row in rows[:-1] if last_is_total else rows:
        print(line(row))
    if last_is_total:
        print(rule)
        print(line(rows[-1]))


if __name__ == "__main__":
    main()
