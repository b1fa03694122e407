"""What all that paints columns of the network starts with."""

from __future__ import annotations

from gui.microscope.network_hits import Hit
from gui.microscope.network_ink import Ink
from gui.microscope.network_reading import Reading


class ColumnPainter:
    """Paints columns of one kind. GUI thread only.

    Parameters
    ----------
    ink : Ink
        What to write with.
    reading : Reading
        What there is to say.
    hits : list[Hit]
        What can be pointed at is added to it.
    """

    def __init__(self, ink: Ink, reading: Reading, hits: list[Hit]) -> None:
        self._ink, self._reading, self._hits = ink, reading, hits
