"""How many tiles stand in a row, and how large they are."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tiling:
    """Equal tiles in rows.

    Attributes
    ----------
    columns, rows : int
        Tiles across and down.
    zoom : int
        Side, in device pixels, of the square that a number becomes.
    gap : int
        Between two tiles, in device pixels.
    """

    columns: int
    rows: int
    zoom: int
    gap: int

    def size(self, height: int, width: int) -> tuple[int, int]:
        """Return width and height of all tiles of so many numbers, in device pixels."""
        return (self.columns * (width * self.zoom + self.gap) - self.gap,
                self.rows * (height * self.zoom + self.gap) - self.gap)


def tiling(n: int, tile: tuple[int, int], room: tuple[float, float], gap: int) -> Tiling:
    """Return the largest tiles that fit.

    Parameters
    ----------
    n : int
        Number of tiles.
    tile : tuple[int, int]
        Height and width of a tile in numbers.
    room : tuple[float, float]
        Width and height, in device pixels; where it is too small, a number is one of them.
    gap : int
        Between two tiles.
    """
    best = Tiling(max(n, 1), 1, 0, gap)
    for columns in range(1, max(n, 1) + 1):
        rows = -(-n // columns)
        zoom = min((room[0] + gap - columns * gap) // (columns * tile[1]),
                   (room[1] + gap - rows * gap) // (rows * tile[0]))
        if zoom > best.zoom:
            best = Tiling(columns, rows, int(zoom), gap)
    if best.zoom >= 1:
        return best
    columns = max(1, min(n, int((room[0] + gap) // (tile[1] + gap))))
    return Tiling(columns, -(-n // columns), 1, gap)
