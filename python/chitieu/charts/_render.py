"""From a chart to a page or a file: the optional packages, texts that cannot end a script, PNG."""

from __future__ import annotations

import base64
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
                'vẽ biểu đồ cần gói "altair": pip install altair vl-convert-python',
                'charts need the package "altair": pip install altair vl-convert-python',
            )
        ) from error
    return altair


def load_vl_convert() -> Any:
    """Return the package ``vl_convert``, which draws without a browser; optional and slow to import."""
    try:
        import vl_convert
    except ImportError as error:
        raise ImportError(
            say(
                'vẽ thành hình cần gói "vl-convert-python": pip install vl-convert-python',
                'pictures need the package "vl-convert-python": pip install vl-convert-python',
            )
        ) from error
    return vl_convert


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


#: Dots of a PNG per point of a chart.
SCALE = 2.0


class SelfDrawn:
    """What shows a chart in a notebook: a picture, made here, without a script or a network.

    SVG for a page that takes it; PNG for one that trusts no SVG, such as a notebook of somebody else.
    """

    def _repr_mimebundle_(self, *args: object, **options: object) -> tuple[dict[str, str], dict[str, Any]]:
        try:
            convert = load_vl_convert()
        except ImportError as error:
            return {"text/plain": str(error)}, {}
        svg = svg_of(self)
        width, height = re.findall(r'(?:width|height)="([0-9.]+)"', svg)[:2]
        png = base64.b64encode(convert.svg_to_png(svg, scale=SCALE)).decode("ascii")
        size = {"width": round(float(width)), "height": round(float(height))}
        return {"image/svg+xml": svg, "image/png": png}, {"image/png": size}

    def __reduce_ex__(self, protocol: object) -> tuple[Any, ...]:
        # The class is made as needed, so that a pickle names that of Altair.
        return _restored, (type(self).__bases__[1], dict(vars(self)))


#: For each class of charts its child that draws itself.
_SELF_DRAWN: dict[type, type] = {}


def self_drawn(chart: Any) -> Any:
    """Return an Altair chart that draws itself; its class is a child of the class it had."""
    of = type(chart)
    if not issubclass(of, SelfDrawn):
        if of not in _SELF_DRAWN:
            _SELF_DRAWN[of] = type(of.__name__, (SelfDrawn, of), {"__doc__": of.__doc__, "__module__": of.__module__})
        object.__setattr__(chart, "__class__", _SELF_DRAWN[of])
    return chart


def _restored(of: Any, parts: dict[str, Any]) -> Any:
    """Return a chart from its pickle."""
    chart = of.__new__(of)
    vars(chart).update(parts)
    return self_drawn(chart)


def picture(chart: Any) -> Any:
    """Return an Altair chart of your own as one that a notebook shows like those of this package: as a picture.

    The picture is made on the machine, without a script or a network, and is still there when somebody else opens the
    notebook. The chart is the same one otherwise.

    Args:
        chart: Any Altair chart.

    Example:
        >>> import altair as alt, chitieu as ct
        >>> own = alt.Chart(alt.Data(values=[{"xa": "Xã Hải Triều", "n": 3}])).mark_bar().encode(x="n:Q", y="xa:N")
        >>> shown, _ = ct.charts.picture(own)._repr_mimebundle_()
        >>> sorted(shown)
        ['image/png', 'image/svg+xml']
    """
    _check_chart(chart)
    return self_drawn(chart)


def _check_chart(chart: Any) -> None:
    if not hasattr(type(chart), "save"):
        got = type(chart).__name__
        raise TypeError(
            say(f"chart: cần biểu đồ Altair, nhận được {got}", f"chart: expected an Altair chart, got {got}")
        )


def svg_of(chart: Any) -> str:
    """Return an Altair chart as SVG."""
    return str(load_vl_convert().vegalite_to_svg(chart.to_dict()))


def save_png(chart: Any, *, path: str | os.PathLike[str], scale: float = SCALE) -> Path:
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
    _check_chart(chart)
    if not 0 < scale <= 20:
        raise PlanError(
            say(f"scale: cần số trên 0, tối đa 20, không phải {scale}", f"scale: expected 0 to 20, found {scale}"),
            code="bad_number",
            expected="0 < scale <= 20",
            got=str(scale),
        )
    load_vl_convert()
    return write_whole(path, lambda name: chart.save(name, format="png", scale_factor=scale))
