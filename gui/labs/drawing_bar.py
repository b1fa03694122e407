"""'Draw your prediction first': the buttons for it, and how far the drawing was from the truth."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from gui.labs.profile import distance_of
from gui.widgets import Button

DRAW = "Draw the gradient of every layer with the mouse, or with the arrow keys; then reveal it."


class DrawingBar(QWidget):
    """What a person can do with a drawing, and what is said of it. GUI thread only.

    Signals
    -------
    begun()
        A person wants to draw.
    revealed()
        A person wants to see how it is.
    cleared()
        A person wants the drawing taken away.
    """

    begun = Signal()
    revealed = Signal()
    cleared = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.told = QLabel()
        self.told.setWordWrap(True)
        self.begin = Button("Draw your prediction first", "pencil")
        self.begin.setToolTip("<p>Hides measurement and theory, and lets you draw what you expect "
                              "of the gradients before you see them.</p>")
        self.reveal = Button("Reveal", accent=True)
        self.reveal.setToolTip("<p>Shows measurement and theory, and how far your drawing lies "
                               "from them in decades.</p>")
        self.clear = Button("Clear")
        self.clear.setToolTip("<p>Takes the drawing away.</p>")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.told, 1)
        for button, wish in ((self.clear, self.cleared), (self.reveal, self.revealed),
                             (self.begin, self.begun)):
            row.addWidget(button)
            button.clicked.connect(wish)

    def show_state(self, is_drawing: bool, drawn: Mapping[str, float],
                   measured: Mapping[str, float], names: Mapping[str, str]) -> None:
        """Show what can be done now, and what there is to say.

        Parameters
        ----------
        is_drawing : bool
            Whether somebody draws.
        drawn, measured : Mapping[str, float]
            Gradients by layer.
        names : Mapping[str, str]
            What layers are called.
        """
        self.begin.setVisible(not is_drawing)
        self.reveal.setVisible(is_drawing)
        self.reveal.setEnabled(bool(drawn) and bool(measured))
        self.clear.setVisible(bool(drawn))
        self.told.setText(DRAW if is_drawing else distance_words(drawn, measured, names))


def distance_words(drawn: Mapping[str, float], measured: Mapping[str, float],
                   names: Mapping[str, str]) -> str:
    """Return how far a drawing lies from what was measured; what the plot is, without one."""
    found = distance_of(drawn, measured)
    if found is None:
        return "RMS of ∂L/∂W by layer: dots are measured, fine dots are theory."
    worst = found.decades[found.worst]
    side = "too large" if worst > 0 else "too small"
    return (f"Your drawing is {found.mean:.1f} decades off on average; most in "
            f"{names.get(found.worst, found.worst)}, {abs(worst):.1f} {side}.")
