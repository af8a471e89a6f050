"""Charts of tables of child abuse, for a report that is printed in grey; ``result.plot`` draws indicators alike.

Every chart is a plain Altair chart in the language in use (see :func:`chitieu.set_language`), to be changed further
with ``.properties(...)`` and written by :func:`save_png`. It takes a table of :mod:`chitieu.abuse`, or any frame with
the same columns. Small counts of such a table are hidden, as are those of a frame that are null with the status
``suppressed``: a sign stands in their place. Under the title are the choices behind the numbers (period, date, place,
verification, age limit), who reported, and by which rule counts are hidden; on the axis the unit, and below the source,
which only the author knows. Nothing rests on colour alone.

A notebook shows a chart as a picture, which is made on the machine: no script, no network.

Example:
    >>> import chitieu as ct, polars as pl
    >>> from chitieu import charts
    >>> years = pl.DataFrame({
    ...     "unit": ["child"] * 3, "period": ["2020", "2021", "2022"], "count": [31, 27, 35],
    ... })
    >>> chart = charts.series(years, source="register of the province")
    >>> chart.to_dict()["title"]["text"]
    ['Abused children']
"""

from chitieu.charts._forms import forms_overlaps
from chitieu.charts._funnel import funnel
from chitieu.charts._pyramid import pyramid
from chitieu.charts._render import picture, save_png
from chitieu.charts._series import series

__all__ = ["forms_overlaps", "funnel", "picture", "pyramid", "save_png", "series"]
