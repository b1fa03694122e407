"""Combo boxes of which the first line is what the reader finds out by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QSizePolicy

from gui import theme
from gui.widgets import LabelledCombo

DETECT = ""


def roomy(combo: LabelledCombo, letters: int = 8) -> LabelledCombo:
    """Let a box take the room that there is, whatever its longest line is."""
    combo.combo.setMinimumContentsLength(letters)
    combo.combo.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    combo.combo.setSizeAdjustPolicy(
        QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    return combo


def choice(label: str, tip: str) -> LabelledCombo:
    """Return an empty box with its label and tooltip."""
    return roomy(LabelledCombo(label, tooltip=f"<p>{tip}</p>"))


def offer(combo: LabelledCombo, titles: Mapping[str, str], found: str, chosen: str) -> None:
    """Offer choices, first of all to find it out; one that was made is kept, known or not."""
    known = titles.get(found, found)
    others = dict(titles) if chosen in titles or not chosen else {**titles, chosen: chosen}
    combo.set_options([(DETECT, f"Found: {known}" if found and not chosen else "Detect"),
                       *others.items()])
    combo.set_value(chosen)


def offer_names(combo: LabelledCombo, names: Sequence[str], first: str = "") -> None:
    """Offer columns by their whole names, which are elided in the middle where they are long.

    Parameters
    ----------
    combo : LabelledCombo
        The box.
    names : sequence of str
        Names of columns.
    first : str
        What stands above them and stands for none of them; empty for nothing.
    """
    options = [("", first)] if first else []
    combo.set_options([*options, *((name, one_line(name)) for name in names)],
                      [first] * len(options) + list(names))
    combo.combo.elide = Qt.TextElideMode.ElideMiddle


def one_line(text: str) -> str:
    """Return a text without breaks, for a place of one line."""
    return " ".join(text.split())


def line_of(label: str, tip: str, placeholder: str) -> QLineEdit:
    """Return a line to type in, called by its label."""
    line = QLineEdit()
    line.setAccessibleName(label)
    line.setToolTip(f"<p>{tip}</p>")
    line.setPlaceholderText(placeholder)
    line.setMinimumWidth(theme.px(90))
    return line
