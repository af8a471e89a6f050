"""A folder for machines without a network installs by itself and draws. Run by ``make bundle``: the folder."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

PROGRAM = """
import chitieu as ct
dataset = ct.synthetic.province("33", children=1_000, year=2022)
result = ct.compute(dataset, period="2022", indicators=["child_population"], area_level="district")
shown, _ = result.plot("child_population")._repr_mimebundle_()
assert set(shown) == {"image/svg+xml", "image/png"}, set(shown)
result.to_pandas()
import jupyterlab
"""


def main() -> None:
    folder = Path(sys.argv[1])
    packages = list((folder / "packages").glob("*.whl"))
    with tempfile.TemporaryDirectory() as made:
        venv.create(made, with_pip=True)
        python = Path(made) / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        # No index, no folder of the user's settings: what is not in the folder is not there.
        alone = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))}
        source = ["--no-index", "--find-links", str(folder / "packages"), "-r", str(folder / "requirements.txt")]
        pip = [python, "-m", "pip", "--isolated", "--disable-pip-version-check", "install", "--quiet", "--no-compile"]
        subprocess.run([*pip, *source], check=True, env=alone)
        subprocess.run([python, "-c", PROGRAM], check=True, env=alone, cwd=made)
    size = sum(package.stat().st_size for package in packages) / 1e6
    print(f"{folder}: {len(packages)} packages, {size:.0f} MB, installed without a network and tried")


if __name__ == "__main__":
    main()
