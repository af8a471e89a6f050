"""The wheel holds no path of the machine that built it. Run by ``make wheel``: folder of the wheel, paths."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path


def main() -> None:
    folder, *paths = sys.argv[1:]
    (wheel,) = Path(folder).glob("*.whl")
    with zipfile.ZipFile(wheel) as file:
        for name in file.namelist():
            content = file.read(name)
            for path in paths:
                if len(path) > 1 and path.encode() in content:
                    sys.exit(f"{name} holds {path}")
    print(f"{wheel.name}: {wheel.stat().st_size / 1e6:.1f} MB, no path of this machine")


if __name__ == "__main__":
    main()
