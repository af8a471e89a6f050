"""What the library is built of: each crate under a licence that lets offices use and pass it on, none from elsewhere.

Run by ``make lint``, without a network. Known faults of crates (RustSec) need one: ``cargo deny check advisories``.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys

#: Licences without copyleft.
ALLOWED = {
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
}
REGISTRY = "registry+https://github.com/rust-lang/crates.io-index"


def is_allowed(expression: str) -> bool:
    """Tell whether an SPDX expression can be met by allowed licences."""
    plain = expression.replace("/", " OR ").replace("(", " ").replace(")", " ")
    either = re.split(r"\s+OR\s+", plain)
    # In "(A OR B) AND C" the part behind AND stands with B: it has to be met whichever is chosen.
    needed = [part for choice in either for part in re.split(r"\s+AND\s+", choice)[1:]]
    first = [re.split(r"\s+AND\s+", choice)[0].strip() for choice in either]
    return any(name in ALLOWED for name in first) and all(part.strip() in ALLOWED for part in needed)


def main() -> None:
    told = subprocess.run(
        ["cargo", "metadata", "--format-version", "1", "--locked", "--all-features"], capture_output=True, check=True
    )
    wrong = []
    packages = json.loads(told.stdout)["packages"]
    for package in packages:
        if package["source"] not in (None, REGISTRY):
            wrong.append(f"{package['name']}: from {package['source']}")
        if not is_allowed(package["license"] or ""):
            wrong.append(f"{package['name']}: {package['license']}")
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"{len(packages)} crates, each under a licence without copyleft")


if __name__ == "__main__":
    main()
