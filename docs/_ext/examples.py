"""Python examples are run while the guide is built; the value of the last line is shown.

The blocks of one page share their names, as in a notebook. An example that fails fails the build. What ``print`` gives
stands in a comment beside it and is held to that by the tests.
"""

from __future__ import annotations

import ast
import io
from contextlib import redirect_stdout
from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

#: Rows of a frame that are shown.
ROWS = 10


def run(app: Sphinx, doctree: nodes.document) -> None:
    """Run the examples of a page."""
    import chitieu as ct

    ct.set_language(app.config.language)
    names: dict[str, Any] = {}
    for block in list(doctree.findall(nodes.literal_block)):
        if block.get("language") != "python" or app.env.docname.startswith("api/"):
            continue
        try:
            with redirect_stdout(io.StringIO()):
                value = last_value(block.astext(), names)
        except Exception as error:
            raise ExtensionError(f"{app.env.docname}, line {block.line}: {type(error).__name__}: {error}") from error
        if value is not None:
            shown = nodes.raw("", f'<div class="output">{display(value)}</div>', format="html")
            block.parent.insert(block.parent.index(block) + 1, shown)
    ct.set_language(app.config.language)


def last_value(code: str, names: dict[str, Any]) -> Any:
    """Run code and return the value of its last line, if that is an expression."""
    tree = ast.parse(code)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<example>", "exec"), names)
    if last is None:
        return None
    return eval(compile(ast.Expression(last.value), "<example>", "eval"), names)


def display(value: Any) -> str:
    """Return a value as a page shows it."""
    import polars as pl

    if isinstance(value, pl.DataFrame):
        return frame(value)
    if type(value).__module__.startswith("altair"):
        return chart(value)
    if hasattr(value, "_repr_html_"):
        return str(value._repr_html_())
    return f"<pre>{escape(str(value) if isinstance(value, str) else repr(value))}</pre>"


def frame(value: Any) -> str:
    """Return the first rows of a frame as a table."""
    import chitieu as ct

    numbers = [dtype.is_numeric() for dtype in value.dtypes]

    def cells(tag: str, row: Any) -> str:
        side = [' class="number"' if number else "" for number in numbers]
        return "".join(f"<{tag}{s}>{escape(cell(v))}</{tag}>" for s, v in zip(side, row, strict=True))

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in value.head(ROWS).iter_rows())
    rest = value.height - ROWS
    more = f"<p>… {rest} {'dòng nữa' if ct.get_language() == 'vi' else 'more rows'}</p>" if rest > 0 else ""
    return f"<table><thead><tr>{cells('th', value.columns)}</tr></thead><tbody>{body}</tbody></table>{more}"


def cell(value: Any) -> str:
    """Return a value of a frame as text."""
    if value is None:
        return "–"
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def chart(value: Any) -> str:
    """Return a chart as SVG, which needs no script."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(value.to_dict()))


def setup(app: Sphinx) -> dict[str, Any]:
    """Run the examples of each page once it is read."""
    app.connect("doctree-read", run)
    return {"parallel_read_safe": False}
