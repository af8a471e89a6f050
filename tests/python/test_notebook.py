"""The notebooks of examples/: stored clean, and every cell runs."""

from __future__ import annotations

import re
from pathlib import Path

import nbclient
import nbformat
import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


def stored(name):
    return nbformat.read(EXAMPLES / name, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def run(name, folder):
    """Return what every cell of a notebook shows, and what it prints."""
    notebook = stored(name)
    client = nbclient.NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    )
    client.execute()
    cells = code_cells(notebook)
    outputs = [output for cell in cells for output in cell.outputs]
    assert all(cell.execution_count for cell in cells)
    assert [o for o in outputs if o.output_type == "error"] == []
    assert [o.text for o in outputs if o.get("name") == "stderr"] == []
    shown = [o.data for o in outputs if o.output_type in ("execute_result", "display_data")]
    return shown, "".join(o.text for o in outputs if o.output_type == "stream")


@pytest.mark.filterwarnings("default")
def test_a_traceback_ends_at_the_line_of_the_user():
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("import chitieu as ct\nct.plan(period='2022Q5')")]
    )
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3", allow_errors=True).execute()
    (error,) = (output for output in notebook.cells[0].outputs if output.output_type == "error")
    shown = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(error.traceback))
    assert error.ename == "PlanError"
    assert "ct.plan(period='2022Q5')" in shown
    assert "2022Q1" in shown.splitlines()[-1]
    assert "_guard" not in shown and len(shown.splitlines()) < 10


@pytest.mark.parametrize("name", sorted(p.name for p in EXAMPLES.glob("*.ipynb")))
def test_it_is_stored_clean(name):
    notebook = stored(name)
    nbformat.validate(notebook)
    for cell in code_cells(notebook):
        assert cell.outputs == []
        assert cell.execution_count is None


# The kernel's own packages may warn; what counts here is the cells.
@pytest.mark.filterwarnings("default")
def test_the_indicators_run(tmp_path):
    shown, printed = run("hung_yen_2022.ipynb", tmp_path)
    assert sum("image/svg+xml" in data for data in shown) >= 4
    assert sum("text/html" in data for data in shown) >= 5
    for code in ("unknown_indicator", "bad_period", "missing_column"):
        assert f"[{code}]" in printed
    assert "bằng đếm một lần: True" in printed
    written = {path.name for path in (tmp_path / "ket_qua").iterdir()}
    assert {"chi_tieu_2022.parquet", "khai_sinh_khoai_chau.png", "hung_yen.toml"} <= written


@pytest.mark.filterwarnings("default")
def test_the_abuse_statistics_run(tmp_path):
    shown, _ = run("abuse_2022.ipynb", tmp_path)
    assert sum("image/svg+xml" in data for data in shown) >= 6
    assert sum("text/html" in data for data in shown) >= 8
    assert list((tmp_path / "ket_qua").iterdir())


@pytest.mark.filterwarnings("default")
def test_the_first_hour_runs(tmp_path):
    """From a messy workbook to printed tables, a chart and a comparison; what was typed wrong is answered."""
    shown, printed = run("gio_dau_tien.ipynb", tmp_path)
    assert sum("image/svg+xml" in data for data in shown) == 1
    assert sum("text/html" in data for data in shown) >= 12
    made = {path.name for path in (tmp_path / "ket_qua").iterdir()}
    tables = {
        "bang_1_dan_so_tre_em.xlsx",
        "bang_1_dan_so_tre_em.csv",
        "bang_2_khai_sinh.xlsx",
        "bang_3_so_voi_2021.xlsx",
    }
    assert tables | {"hinh_1_khai_sinh.png", "xac_minh"} <= made
    assert "12364 (Xã Hải Triều)" in printed
    told = str(shown) + printed
    # The date that does not exist is told by its rule, not by itself.
    assert "31/02/2019" not in told
    assert "ngày có trong tháng" in told


@pytest.mark.filterwarnings("default")
def test_the_messy_files_run(tmp_path):
    """From eight files to a checked dataset, scores and workbooks; what is set aside is told."""
    shown, printed = run("messy_files.ipynb", tmp_path)
    assert sum("image/svg+xml" in data for data in shown) == 1
    assert sum("text/html" in data for data in shown) >= 10
    made = tmp_path / "ket_qua"
    assert len(list((made / "tep_cua_xa").iterdir())) == 8
    assert len(list((made / "xac_minh").glob("*.xlsx"))) == 8
    assert {"bang_diem.png", "bao_cao_chat_luong.html"} <= {path.name for path in made.iterdir()}
    assert "ô không đọc được" in printed and "vì không đạt kiểm tra chất lượng" in printed
    # Everything shown is about rows and areas: no name of a child.
    told = str(shown) + printed
    assert not [name for name in ("Nguyễn Văn", "Trần Thị", "Lê Ngọc") if name in told]
