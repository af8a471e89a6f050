"""What holds of the built guide; ``make docs`` runs it after both builds, and ``make lint`` runs ``make docs``.

It is no test of pytest: with several workers each would build the site, and what is to be looked at is one whole site.

- Both languages have the same pages, and each page the same levels of headings.
- Nothing refers to another host: no script, style, font, picture, and no link.
- Every link leads to a page and an anchor that are there, from one language to the other too.
"""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LANGUAGES = ("vi", "en")
#: Attributes that name something to be fetched or gone to.
ADDRESSES = ("href", "src", "srcset", "data", "action", "poster")
#: What a style fetches.
IN_STYLES = re.compile(r"""(?:url\(\s*['"]?|@import\s+['"]?)([^'")\s]+)""")


class Page(HTMLParser):
    """The headings, anchors and addresses of a page."""

    def __init__(self, path: Path) -> None:
        """Read a page."""
        super().__init__()
        self.headings: list[str] = []
        self.anchors: set[str] = set()
        self.addresses: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag has."""
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(tag)
        for name, value in attrs:
            if name in ("id", "name") and value:
                self.anchors.add(value)
            elif name.split(":")[-1] in ADDRESSES and value is not None:
                self.addresses.append(value)
            elif name == "style" and value:
                self.addresses += IN_STYLES.findall(value)


def is_foreign(address: str) -> bool:
    """Tell an address of another host from one of the site."""
    parts = urlsplit(address)
    return bool(parts.netloc) or parts.scheme not in ("", "data")


def faults(site: Path) -> list[str]:
    """Return what does not hold of a built site."""
    pages = {path: Page(path) for path in sorted(site.rglob("*.html"))}
    found = []
    names = {
        language: {path.relative_to(site / language) for path in pages if path.is_relative_to(site / language)}
        for language in LANGUAGES
    }
    if not names["vi"] or names["vi"] != names["en"]:
        found.append(f"pages of one language alone: {sorted(map(str, names['vi'] ^ names['en']))}")
    for name in sorted(names["vi"] & names["en"]):
        vi, en = (pages[site / language / name].headings for language in LANGUAGES)
        if vi != en and name.name != "genindex.html":
            found.append(f"{name}: headings differ: {' '.join(vi)} | {' '.join(en)}")
    for path, page in pages.items():
        for address in page.addresses:
            if is_foreign(address):
                found.append(f"{path.relative_to(site)}: refers to another host: {address[:80]}")
            elif missing := is_missing(path, address, pages):
                found.append(f"{path.relative_to(site)}: {missing}: {address}")
    for path in sorted(site.rglob("*.css")):
        for address in IN_STYLES.findall(path.read_text(encoding="utf-8")):
            if is_foreign(address):
                found.append(f"{path.relative_to(site)}: refers to another host: {address[:80]}")
    return found


def is_missing(path: Path, address: str, pages: dict[Path, Page]) -> str | None:
    """Return why an address of a page leads nowhere, if it does."""
    parts = urlsplit(address)
    if parts.scheme == "data":
        return None
    there = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if not there.is_file():
        return "no such file"
    anchor = unquote(parts.fragment)
    # Pictures drawn by the theme are referred to as #svg-…, which stand in the page like other anchors.
    if anchor and there in pages and anchor not in pages[there].anchors:
        return "no such anchor"
    return None


def main() -> None:
    """Check the site of a folder."""
    site = Path(sys.argv[1]).resolve()
    if found := faults(site):
        sys.exit("\n".join(found))
    print(f"{len(list(site.rglob('*.html')))} pages of the guide, the same in both languages, no foreign host")


if __name__ == "__main__":
    main()
