"""The picture of the READMEs, from the real output: ``python docs/picture.py`` writes it in both languages.

It is kept in the repository, since a README has no build. `tests/python/test_readme.py` holds its numbers to what
``result.printed`` gives today.
"""

from pathlib import Path

import chitieu as ct
import vl_convert

HERE = Path(__file__).parent
INDICATOR = "special_circumstances"


def result() -> ct.Result:
    """Return what the picture shows."""
    province = ct.synthetic.province("33", children=20_000, year=2022, seed=1)
    return ct.compute(province, period="2022", indicators=[INDICATOR], area_level="district")


def main() -> None:
    """Write both pictures."""
    for language in ("vi", "en"):
        ct.set_language(language)
        chart = result().plot(INDICATOR, area_level="district")
        (HERE / f"picture.{language}.svg").write_text(vl_convert.vegalite_to_svg(chart.to_dict()), encoding="utf-8")


if __name__ == "__main__":
    main()
