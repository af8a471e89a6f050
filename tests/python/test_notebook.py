"""The notebook of examples/: stored clean, and every cell runs."""

from __future__ import annotations

from pathlib import Path

import nbclient
import nbformat
import pytest

NOTEBOOK = Path(__file__).parents[2] / "examples" / "hung_yen_2022.ipynb"


@pytest.fixture(scope="module")
def stored():
    return nbformat.read(NOTEBOOK, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_it_is_stored_clean(stored):
    nbformat.validate(stored)
    for cell in code_cells(stored):
        assert cell.outputs == []
        assert cell.execution_count is None


# The kernel's own packages may warn; what counts here is the cells.
@pytest.mark.filterwarnings("default")
def test_every_cell_runs(stored, tmp_path):
    client = nbclient.NotebookClient(
        stored, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute()
    cells = code_cells(stored)
    outputs = [output for cell in cells for output in cell.outputs]
    assert all(cell.execution_count for cell in cells)
    assert [o for o in outputs if o.output_type == "error"] == []
    assert [o.text for o in outputs if o.get("name") == "stderr"] == []

    shown = [o.data for o in outputs if o.output_type in ("execute_result", "display_data")]
    assert sum("image/svg+xml" in data for data in shown) >= 4
    assert sum("text/html" in data for data in shown) >= 5
    printed = "".join(o.text for o in outputs if o.output_type == "stream")
    for code in ("unknown_indicator", "bad_period", "missing_column"):
        assert f"[{code}]" in printed
    assert "bằng đếm một lần: True" in printed
    written = {path.name for path in (tmp_path / "ket_qua").iterdir()}
    assert {"chi_tieu_2022.parquet", "khai_sinh_khoai_chau.png", "hung_yen.toml"} <= written
