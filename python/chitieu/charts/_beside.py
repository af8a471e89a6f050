"""Names beside points: each on the side where it covers the least."""

from __future__ import annotations

from collections.abc import Sequence

Dot = tuple[float, float]
Box = tuple[float, float, float, float]

#: Where a name may be beside its point, best first: its shift and alignment.
SIDES = {
    "right": (9, 0, "left"),
    "left": (-9, 0, "right"),
    "above": (0, -12, "center"),
    "below": (0, 12, "center"),
    "above right": (7, -10, "left"),
    "above left": (-7, -10, "right"),
    "below right": (7, 10, "left"),
    "below left": (-7, 10, "right"),
}

#: Width and half the height of a letter of a name.
_WIDE, _HALF = 6.2, 7.0


def sides(points: Sequence[Dot], names: Sequence[str], lines: Sequence[Dot], size: Dot) -> list[str]:
    """Return for each point the side of its name: where it covers the least of points, lines and names before it.

    Args:
        points: Where the points are, in a drawing that begins at its upper left.
        names: The name of each point, empty for none.
        lines: Dots along the lines of the drawing.
        size: Width and height of the drawing.

    Returns:
        A key of :data:`SIDES` for each point, empty for one without a name.
    """
    taken = [(x - 5, y - 5, x + 5, y + 5) for x, y in points] + [(x - 2, y - 2, x + 2, y + 2) for x, y in lines]
    found = []
    for nth, ((x, y), name) in enumerate(zip(points, names, strict=True)):
        best: tuple[float, str, Box] | None = None
        for side, (dx, dy, align) in SIDES.items() if name else ():
            wide = _WIDE * len(name)
            left = x + dx - {"left": 0.0, "right": wide, "center": wide / 2}[align]
            box = (left, y + dy - _HALF, left + wide, y + dy + _HALF)
            over = sum(_overlap(box, other) for i, other in enumerate(taken) if i != nth)
            # Outside of the drawing is worse than on top of something in it.
            out = (-box[0], box[2] - size[0], -box[1], box[3] - size[1])
            over += 10 * sum(max(0.0, beyond) for beyond in out)
            if best is None or over < best[0] - 1e-9:
                best = (over, side, box)
        if best is not None:
            taken.append(best[2])
        found.append(best[1] if best else "")
    return found


def _overlap(a: Box, b: Box) -> float:
    """Return the area that two boxes share."""
    wide, high = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    return wide * high if wide > 0 and high > 0 else 0.0
