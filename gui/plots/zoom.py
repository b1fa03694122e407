"""Which part of a plot is seen: all of it, or where somebody has zoomed in."""

from __future__ import annotations

from typing import NamedTuple

Span = tuple[float, float]

DEEPEST = 5000.0
"""How many times as large as at first a stretch of an axis may become."""


class Ranges(NamedTuple):
    """A part of the plane.

    Attributes
    ----------
    x, y : tuple[float, float]
        Least and greatest coordinate.
    """

    x: Span
    y: Span


class Zoom:
    """Keeps a part of the plane in sight while the whole grows; it never leaves the whole.

    An axis on which nobody has zoomed shows all that there is. A stretch that reaches to the right
    end, where the newest is, stays there.
    """

    def __init__(self) -> None:
        self._home = Ranges((0.0, 1.0), (0.0, 1.0))
        self._parts: list[Span | None] = [None, None]

    @property
    def is_on(self) -> bool:
        """Whether a part is seen, not the whole."""
        return any(part is not None for part in self._parts)

    @property
    def sees_end(self) -> bool:
        """Whether the right end of the whole is seen."""
        return self.seen().x[1] >= self._home.x[1]

    def seen(self) -> Ranges:
        """Return what is seen."""
        x, y = (home if part is None else part
                for home, part in zip(self._home, self._parts, strict=True))
        return Ranges(x, y)

    def set_home(self, x: Span, y: Span) -> Ranges:
        """Let the whole be another one; return what is seen of it."""
        across = self._parts[0]
        if across is not None and across[1] >= self._home.x[1]:
            self._parts[0] = (across[0] + x[1] - across[1], x[1])
        self._home = Ranges(x, y)
        self._keep_inside()
        return self.seen()

    def zoom(self, at: tuple[float, float], factors: tuple[float, float]) -> Ranges:
        """Come nearer to a point, which stays where it is; return what is seen.

        Parameters
        ----------
        at : tuple[float, float]
            The point.
        factors : tuple[float, float]
            How much larger both axes become; 1 leaves one as it is, less than 1 goes away from it.
        """
        for axis, (place, factor) in enumerate(zip(at, factors, strict=True)):
            if factor == 1.0:
                continue
            home, (low, high) = self._home[axis], self.seen()[axis]
            width = max((high - low) / factor, (home[1] - home[0]) / DEEPEST)
            share = (place - low) / (high - low)
            self._parts[axis] = (place - share * width, place + (1 - share) * width)
        self._keep_inside()
        return self.seen()

    def move(self, across: float, along: float) -> Ranges:
        """Look at another place, so far away in data coordinates; return what is seen."""
        for axis, way in enumerate((across, along)):
            part = self._parts[axis]
            if part is not None:
                self._parts[axis] = (part[0] + way, part[1] + way)
        self._keep_inside()
        return self.seen()

    def reset(self) -> Ranges:
        """See the whole again; return it."""
        self._parts = [None, None]
        return self._home

    def _keep_inside(self) -> None:
        for axis, part in enumerate(self._parts):
            if part is None:
                continue
            (low, high), width = self._home[axis], part[1] - part[0]
            if width >= (high - low) * (1 - 1e-9):
                self._parts[axis] = None
            else:
                begin = min(max(part[0], low), high - width)
                # Just the end, not almost: who looks at the newest is to go on doing so.
                self._parts[axis] = (begin, high if part[1] >= high else begin + width)
