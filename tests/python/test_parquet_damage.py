"""A Parquet file that is damaged, cut short or replaced: the count is right, or there is an error of ours."""

import os
import random
import subprocess
import sys

import chitieu as ct
import polars as pl
import pyarrow.parquet as pq
import pytest

ROWS = 600


def register(rows=ROWS):
    return pl.DataFrame(
        {
            "child_id": [f"k{n}" for n in range(rows)],
            "birth_year": [2015] * rows,
            "commune": ["12364"] * rows,
            "full_name": [f"Nguyễn Văn {n}" for n in range(rows)],
            "circumstances": [["a1"] if n % 3 else [] for n in range(rows)],
        }
    )


def counted(dataset):
    """Return the rows that reach the count, whatever stands in them."""
    return sum(batch.height for batch in dataset.batches("children", columns=["child_id", "birth_year", "commune"]))


# Runs apart from the tests: a panic of polars in another thread is printed whatever becomes of it.
TRY = """
import random, sys
import chitieu as ct
sys.path.insert(0, sys.argv[3])
from test_parquet_damage import ROWS, counted
good, seeds = open(sys.argv[1], "rb").read(), range(*map(int, sys.argv[2].split(":")))
ways = [
    lambda p: counted(ct.Dataset(children=p)),
    lambda p: ct.check(ct.Dataset(children=p, area_vintage="2022-12-31"), period="2022")._native.rows("children"),
    lambda p: ct.read(p, table="children").to_polars().height,
    lambda p: ct.Dataset(children=p)["children"].height,
]
wrong = errors = 0
for seed in seeds:
    chance = random.Random(seed)
    data = bytearray(good)
    # Every second damage hits the last part, where the footer stands.
    place = chance.randrange(len(data)) if seed % 2 else chance.randrange(len(data) * 2 // 3, len(data))
    data[place] ^= chance.randrange(1, 256)
    path = sys.argv[1] + f".{seed}.parquet"
    open(path, "wb").write(data)
    try:
        found = ways[seed % len(ways)](path)
    except ct.ChitieuError as error:
        errors += 1
        assert "Nguyễn" not in str(error), error
    else:
        if found != ROWS:
            wrong += 1
            print("damage", seed, "at", place, "of", len(data), "gave", found)
print("errors", errors)
sys.exit(wrong > 0)
"""


@pytest.mark.parametrize("compression", ["zstd", "uncompressed"])
@pytest.mark.parametrize("part", range(2))
def test_one_byte_of_damage_gives_the_right_count_or_an_error(tmp_path, compression, part):
    path = tmp_path / "good.parquet"
    register().write_parquet(path, row_group_size=100, compression=compression)
    here = os.path.dirname(__file__)
    seeds = f"{part * 500}:{part * 500 + 500}"
    done = subprocess.run(
        [sys.executable, "-c", TRY, str(path), seeds, here],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        env=os.environ | {"RUST_BACKTRACE": "0"},
    )
    # A panic that leaves the process as a traceback, or ends it, is a return code too.
    assert done.returncode == 0, (done.stdout[-2000:], done.stderr[-2000:])
    assert int(done.stdout.split()[-1]) > 50


def test_a_count_of_rows_that_was_hit_is_seen(tmp_path):
    """The number of rows stands in the footer once for the file and once for each row group."""
    path = tmp_path / "children.parquet"
    register().write_parquet(path, row_group_size=100)
    data = path.read_bytes()
    length = int.from_bytes(data[-8:-4], "little")
    footer = len(data) - 8 - length
    # 600 as a zigzag varint, after the head of the field of 64 bits.
    place = data.index(bytes([0x16, 0xB0, 0x09]), footer) + 1
    path.write_bytes(data[:place] + bytes([0xB2]) + data[place + 1 :])
    with pytest.raises(ct.SchemaError, match="damaged"):
        ct.Dataset(children=path)
    with pytest.raises(ct.DataError):
        ct.read(path, table="children")


def test_a_file_cut_short_after_it_was_named(tmp_path):
    path = tmp_path / "children.parquet"
    register(20_000).write_parquet(path, row_group_size=1_000)
    dataset = ct.Dataset(children=path, area_vintage="2022-12-31")
    os.truncate(path, path.stat().st_size * 6 // 10)
    for work in (
        lambda: ct.compute(dataset, period="2022", indicators=["child_population"]),
        lambda: ct.check(dataset, period="2022"),
        lambda: dataset["children"],
    ):
        with pytest.raises(ct.DataError):
            work()


def test_a_lazy_frame_over_a_file_cut_short(tmp_path):
    """Half of the children, with the status ok, before rows were compared with those announced."""
    path = tmp_path / "children.parquet"
    register(20_000).write_parquet(path, row_group_size=1_000)
    dataset = ct.Dataset(children=pl.scan_parquet(path), area_vintage="2022-12-31")
    assert dataset.rows("children") == 20_000
    os.truncate(path, path.stat().st_size * 6 // 10)
    with pytest.raises(ct.ChitieuError):
        ct.compute(dataset, period="2022", indicators=["child_population"])


def test_a_file_replaced_by_another(tmp_path):
    path = tmp_path / "children.parquet"
    register().write_parquet(path)
    dataset = ct.Dataset(children=path, area_vintage="2022-12-31")
    register(ROWS - 1).write_parquet(path)
    with pytest.raises(ct.DataError, match="has changed") as caught:
        ct.compute(dataset, period="2022", indicators=["child_population"])
    assert str(path) in str(caught.value)
    again = ct.Dataset(children=path, area_vintage="2022-12-31")
    assert ct.compute(again, period="2022", indicators=["child_population"]).printed("child_population") == "599"


def test_fewer_rows_than_announced_name_both(monkeypatch):
    dataset = ct.Dataset(children=register().lazy(), area_vintage="2022-12-31")
    dataset._announced["children"] = ROWS + 1
    with pytest.raises(ct.DataError) as caught:
        ct.compute(dataset, period="2022", indicators=["child_population"])
    facts = (caught.value.code, caught.value.expected, caught.value.got)
    assert facts == ("rows_differ", "601 rows", "600 rows")
    assert 'table "children"' in str(caught.value)


def test_pages_with_a_checksum_are_held_to_it(tmp_path):
    """A year that damage turned into another can be seen only where its writer left a checksum."""
    path = tmp_path / "children.parquet"
    frame = register().to_arrow()
    pq.write_table(frame, path, compression="none", use_dictionary=False, write_page_checksum=True)
    assert counted(ct.Dataset(children=path)) == ROWS
    data = bytearray(path.read_bytes())
    data[data.index((2015).to_bytes(8, "little") * 4)] ^= 1
    path.write_bytes(data)
    with pytest.raises(ct.DataError):
        ct.compute(ct.Dataset(children=path, area_vintage="2022-12-31"), period="2022", indicators=["child_population"])


@pytest.mark.parametrize("options", [{}, {"version": "1.0"}, {"data_page_version": "2.0"}, {"use_dictionary": False}])
def test_whole_files_of_other_writers_are_read(tmp_path, options):
    path = tmp_path / "children.parquet"
    pq.write_table(register().to_arrow(), path, row_group_size=250, **options)
    assert counted(ct.Dataset(children=path)) == ROWS
    assert ct.read(path, table="children").to_polars().height == ROWS


def test_a_column_that_only_a_later_part_has_is_read(tmp_path):
    first, second = register(2), register(2).with_columns(birth_registered=pl.lit(True))
    first.with_columns(birth_year=2020).write_parquet(tmp_path / "a.parquet")
    second.with_columns(birth_year=2020).write_parquet(tmp_path / "b.parquet")
    dataset = ct.Dataset(children=tmp_path, area_vintage="2022-12-31")
    result = ct.compute(dataset, period="2022", indicators=["birth_registration_under_5"])
    row = result.only("birth_registration_under_5", area="VN", measure="percent")
    assert row.select("numerator", "denominator", "undecided").row(0) == (2, 2, 2)


def test_what_polars_throws_is_an_error_of_ours_without_a_value():
    frame = pl.DataFrame({"child_id": ["a"], "full_name": ["Nguyễn Văn Kín"], "commune": ["12364"]}).lazy()
    dataset = ct.Dataset(children=frame.filter(pl.col("full_name").cast(pl.Int64) > 1))
    for work in (
        lambda: dataset.rows("children"),
        lambda: dataset["children"],
        lambda: list(dataset.batches("children", columns=["child_id"])),
        lambda: ct.compute(dataset, period="2022", on_progress=lambda done, total: None),
    ):
        with pytest.raises(ct.ChitieuError) as caught:
            work()
        chain, error = [], caught.value
        while error is not None:
            chain.append(str(error))
            error = error.__context__
        assert "Kín" not in " ".join(chain)


def test_an_unknown_table_is_told():
    dataset = ct.Dataset(children=register())
    for work in (
        lambda: dataset.rows("kids"),
        lambda: dataset.schema("kids"),
        lambda: list(dataset.batches("kids", columns=[])),
    ):
        with pytest.raises(ct.SchemaError, match='no table "kids"'):
            work()


def test_every_seed_is_another_damage():
    """The property above would test little if its damages were few."""
    places = {random.Random(seed).randrange(10_000) for seed in range(1, 1_000, 2)}
    assert len(places) > 450
