"""How many tiles stand in a row, and how large they are."""

from __future__ import annotations

from dataclasses import dataclass

LARGEST = 24.0
"""No number becomes a larger square than this, in device pixels."""


@dataclass(frozen=True)
class Tiling:
    """Equal tiles in rows.

    Attributes
    ----------
    columns, rows : int
        Tiles across and down.
    height, width : int
        Of a tile, in device pixels.
    gap : int
        Between two tiles, in device pixels.
    """

    columns: int
    rows: int
    height: int
    width: int
    gap: int

    @classmethod
    def of(cls, columns: int, rows: int, tile: tuple[int, int], zoom: float, gap: int) -> Tiling:
        """Return tiles in which a number is a square of ``zoom``, at least one device pixel."""
        zoom = min(max(zoom, 1.0), LARGEST)
        return cls(columns, rows, int(tile[0] * zoom), int(tile[1] * zoom), gap)

    def covered(self) -> int:
        """Return the number of device pixels below all tiles."""
        return self.columns * self.rows * self.height * self.width

    def tile_at(self, x: float, y: float) -> int:
        """Return the tile at a place, in device pixels; -1 for none."""
        column, row = int(x // (self.width + self.gap)), int(y // (self.height + self.gap))
        inside = 0 <= column < self.columns and 0 <= row < self.rows
        return row * self.columns + column if inside else -1


def zoom_for(columns: int, rows: int, tile: tuple[int, int], room: tuple[float, float],
             gap: int) -> float:
    """Return how large a number may be so that so many tiles fit."""
    return min((room[0] + gap - columns * gap) / (columns * tile[1]),
               (room[1] + gap - rows * gap) / (rows * tile[0]))


def tiling(n: int, tile: tuple[int, int], room: tuple[float, float], gap: int) -> Tiling:
    """Return the largest tiles that fit.

    Parameters
    ----------
    n : int
        Number of tiles, at least 1.
    tile : tuple[int, int]
        Height and width of a tile in numbers.
    room : tuple[float, float]
        Width and height, in device pixels. Where it is too small, as many tiles as fit stand in a
        row and the last rows are cut off.
    gap : int
        Between two tiles.
    """
    zooms = {columns: zoom_for(columns, -(-n // columns), tile, room, gap)
             for columns in range(1, n + 1)}
    columns = max(zooms, key=lambda c: (min(zooms[c], LARGEST), c))
    if zooms[columns] < 1.0:
        columns = max(1, min(n, int((room[0] + gap) // (tile[1] + gap))))
    return Tiling.of(columns, -(-n // columns), tile, zooms[columns], gap)
