"""From a chart to a page or a file: the optional packages, texts that cannot end a script, PNG."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from chitieu._errors import PlanError
from chitieu._files import write_whole
from chitieu._language import say


def load_altair() -> Any:
    """Return the package ``altair``, which is optional and slow to import: nothing imports it earlier."""
    try:
        import altair
    except ImportError as error:
        raise ImportError(
            say(
                'vẽ biểu đồ cần gói "altair": pip install chitieu[plot]',
                'charts need the package "altair": pip install chitieu[plot]',
            )
        ) from error
    return altair


#: What begins or ends a script, or hides its end, where a chart is written into a page.
_SCRIPT = re.compile(r"<(?=/?script|!--)", re.IGNORECASE)


def inside_script(part: Any) -> Any:
    """Return a chart, or a part of one, whose texts cannot end the script that a page holds it in.

    Altair writes texts into a page as they are. A word joiner, which has no width, follows such a ``<`` in all texts
    alike, so that names in data, scales and expressions still match.
    """
    if isinstance(part, str):
        return _SCRIPT.sub("<\u2060", part)
    if isinstance(part, (list, tuple)):
        return type(part)(inside_script(item) for item in part)
    if isinstance(part, dict):
        return {inside_script(key): inside_script(value) for key, value in part.items()}
    for inner in ("_args", "_kwds"):
        if isinstance(held := getattr(part, inner, None), (dict, tuple)):
            object.__setattr__(part, inner, inside_script(held))
    return part


def save_png(chart: Any, *, path: str | os.PathLike[str], scale: float = 2.0) -> Path:
    """Write a chart as PNG, whole or not at all, without a browser or a network.

    Args:
        chart: A chart of ``result.plot`` or of :mod:`chitieu.charts`, or any Altair chart.
        path: The file to write; its folder must be there.
        scale: Dots per point of the chart, at most 20; 2 is enough for print on half a page.

    Returns:
        The path.

    Raises:
        ImportError: If the package ``vl-convert-python`` is not there.
        FileNotFoundError: If the folder is not there.
        PlanError: For a scale out of range.

    Example:
        >>> import altair as alt, tempfile
        >>> from pathlib import Path
        >>> chart = alt.Chart(alt.Data(values=[{"n": 1}])).mark_bar().encode(x="n:Q")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save_png(chart, path=Path(folder) / "n.png").read_bytes()[1:4]
        b'PNG'
    """
    if not hasattr(type(chart), "save"):
        got = type(chart).__name__
        raise TypeError(
            say(f"chart: cần biểu đồ Altair, nhận được {got}", f"chart: expected an Altair chart, got {got}")
        )
    if not 0 < scale <= 20:
        raise PlanError(
            say(f"scale: cần số trên 0, tối đa 20, không phải {scale}", f"scale: expected 0 to 20, found {scale}"),
            code="bad_number",
            expected="0 < scale <= 20",
            got=str(scale),
        )
    try:
        import vl_convert  # noqa: F401
    except ImportError as error:
        raise ImportError(
            say(
                'ghi PNG cần gói "vl-convert-python": pip install chitieu[plot]',
                'PNG needs the package "vl-convert-python": pip install chitieu[plot]',
            )
        ) from error
    return write_whole(path, lambda name: chart.save(name, format="png", scale_factor=scale))
