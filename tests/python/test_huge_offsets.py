"""Arrays that are slices of more than 2^31 rows or bytes: the places before them exist only as address space."""

import mmap
import struct
import sys

import chitieu as ct
import pyarrow as pa
import pytest

FAR = 2**31 + 5
PLAN = {
    "period": "2022",
    "indicators": ["birth_registration_under_5", "child_population"],
    "by": ["sex", "age_group"],
    "area_level": "commune",
}
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="address space without memory, as Linux gives it")


def far(size, at, content):
    """Return a buffer of so many bytes, all zero and none in memory, with some content at a place."""
    reserve = getattr(mmap, "MAP_NORESERVE", 0x4000)
    space = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | reserve)
    space[at : at + len(content)] = content
    return pa.py_buffer(space)


def numbers(kind, values, code, width):
    """Return values that stand behind more than 2^31 others."""
    content = struct.pack(f"<{len(values)}{code}", *values)
    space = far((FAR + len(values)) * width, FAR * width, content)
    return pa.Array.from_buffers(kind, len(values), [None, space], 0, FAR)


def flags(values):
    """Return flags that stand behind more than 2^31 others."""
    bits = sum(int(value) << (FAR % 8 + nth) for nth, value in enumerate(values))
    space = far(FAR // 8 + 8, FAR // 8, bits.to_bytes(4, "little"))
    return pa.Array.from_buffers(pa.bool_(), len(values), [None, space], 0, FAR)


def codes(values):
    """Return words of a dictionary whose places stand behind more than 2^31 others."""
    words = sorted(set(values))
    places = numbers(pa.int8(), [words.index(value) for value in values], "b", 1)
    return pa.DictionaryArray.from_arrays(places, pa.array(words))


def texts(values):
    """Return words that stand behind more than 2^31 bytes of text."""
    content = "".join(values).encode()
    ends = [FAR]
    for value in values:
        ends.append(ends[-1] + len(value.encode()))
    offsets = pa.py_buffer(struct.pack(f"<{len(ends)}q", *ends))
    return pa.LargeStringArray.from_buffers(len(values), offsets, far(FAR + len(content), FAR, content))


# Three children at the end of 2022: a girl and a boy of 12364, born on 1 January 2020 (day 18262) and in 2021 (day
# 18700), she registered and he not; a registered girl of 11950, born on 1 January 2010 (day 14610).
BORN = [18_262, 18_700, 14_610]
SEX = ["female", "male", "female"]
COMMUNE = ["12364", "12364", "11950"]
REGISTERED = [True, False, True]
CODES = pa.array(["a1", "d1", "d2"], pa.large_string())


def near():
    """Return the same children in plain arrays."""
    return pa.table(
        {"birth_date": pa.array(BORN, pa.date32()), "sex": SEX, "commune": COMMUNE, "birth_registered": REGISTERED},
    )


@pytest.mark.parametrize("words", [codes, texts])
def test_rows_beyond_two_to_the_thirty_first(words):
    columns = {
        "birth_date": numbers(pa.date32(), BORN, "i", 4),
        "sex": words(SEX),
        "commune": words(COMMUNE),
        "birth_registered": flags(REGISTERED),
    }
    found = ct.compute(ct.Dataset(children=pa.table(columns)), **PLAN).to_polars()
    expected = ct.compute(ct.Dataset(children=near()), **PLAN).to_polars()
    assert found.equals(expected)
    country = {"area": "VN", "sex": "total", "age_group": "total"}
    numerators = found.filter(**country).select("indicator", "numerator").unique().rows()
    # Three children; of the two under five the girl alone is registered.
    assert set(numerators) == {("child_population", 3), ("birth_registration_under_5", 1)}


def test_lists_beyond_two_to_the_thirty_first():
    """More than 2^31 empty lists stand before these."""
    space = far((FAR + 4) * 8, FAR * 8, struct.pack("<4q", 0, 1, 1, 3))
    found = pa.LargeListArray.from_buffers(pa.large_list(pa.large_string()), 3, [None, space], 0, FAR, [CODES])
    children = near().append_column("circumstances", found)
    plan = PLAN | {"indicators": ["special_circumstances"], "by": ["circumstance"]}
    table = ct.compute(ct.Dataset(children=children), **plan).to_polars().filter(area="VN", measure="count")
    counts = dict(table.select("circumstance", "numerator").iter_rows())
    assert (counts["total"], counts["a1"], counts["d1"], counts["d2"], counts["d"]) == (2, 1, 1, 1, 1)
