"""One axis of a new sweep: what is turned, from where to where, in how many values."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QStackedWidget, QWidget

from engine.experiments.knobs import KNOBS, knob
from engine.experiments.paths import Value
from engine.experiments.sweep import Axis
from engine.experiments.sweep_files import parse_axis
from gui import theme
from gui.widgets import CalmComboBox, CalmSpinBox, IconButton
from gui.widgets.number_box import written
from gui.widgets.number_line import NumberLine

FEWEST, MOST, USUAL = 2, 200, 9
NAMES_TIP = "Names with commas between them; each is tried."


class AxisRow(QWidget):
    """One axis. GUI thread only.

    Signals
    -------
    changed()
        It turns something else, or to other values.
    removed()
        It is to be taken away.
    """

    changed = Signal()
    removed = Signal()

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.knob = CalmComboBox()
        for one in KNOBS.values():
            self.knob.addItem(one.title, one.key)
        self.knob.setAccessibleName("What is turned")
        self.knob.setToolTip("What differs from network to network along this axis.")
        self.first, self.last = NumberLine(), NumberLine()
        for line, name in ((self.first, "From"), (self.last, "To")):
            line.setAccessibleName(name)
            line.setFixedWidth(theme.px(84))
            line.setToolTip(f"{name} which value on.")
            line.textEdited.connect(self.changed)
        self.last.setToolTip("The last value.")
        self.count = CalmSpinBox()
        self.count.setRange(FEWEST, MOST)
        self.count.setAccessibleName("Values")
        self.count.setToolTip("How many values; they are spaced evenly, or by equal ratios where "
                              "that is usual.")
        self.count.valueChanged.connect(self.changed)
        self.names = QLineEdit()
        self.names.setAccessibleName("Names")
        self.names.setToolTip(NAMES_TIP)
        self.names.textEdited.connect(self.changed)
        self.remove = IconButton("x", "Take this axis away.", name="Remove axis", plain=True)
        self.remove.clicked.connect(self.removed)
        self._values = QStackedWidget()
        self._values.addWidget(self._made_range())
        self._values.addWidget(self.names)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.knob)
        row.addWidget(self._values, 1)
        row.addWidget(self.remove, 0, Qt.AlignmentFlag.AlignVCenter)
        self.knob.currentIndexChanged.connect(self._on_knob_changed)
        self.knob.setCurrentIndex(max(self.knob.findData(key), 0))
        self._suggest()

    def _made_range(self) -> QWidget:
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        for label, field in (("from", self.first), ("to", self.last), ("in", self.count),
                             ("values", None)):
            word = QLabel(label)
            word.setProperty("role", "muted")
            row.addWidget(word)
            if field is not None:
                row.addWidget(field)
        row.addStretch(1)
        return box

    def key(self) -> str:
        """Return what is turned."""
        return str(self.knob.currentData())

    def axis(self) -> Axis:
        """Return the axis as it is written.

        Raises
        ------
        SpecError
            If what is written are no values that the knob can be at.
        """
        key = self.key()
        if self._is_named():
            return parse_axis(f"{key}={self.names.text()}")
        first, last = (line.text().strip().replace(",", ".") for line in (self.first, self.last))
        return parse_axis(f"{key}={first}:{last}:{self.count.value()}")

    def set_axis(self, axis: Axis) -> None:
        """Show an axis, of a sweep that is changed."""
        self.knob.setCurrentIndex(max(self.knob.findData(axis.knob), 0))
        self._show(axis.values)

    def _is_named(self) -> bool:
        return knob(self.key()).scale == "names"

    @Slot()
    def _on_knob_changed(self) -> None:
        self._suggest()
        self.changed.emit()

    def _suggest(self) -> None:
        self._show(knob(self.key()).suggested)

    def _show(self, values: tuple[Value, ...]) -> None:
        named = self._is_named()
        self._values.setCurrentIndex(int(named))
        if named:
            self.names.setText(", ".join(map(str, values)))
        elif values:
            self.first.show_text(written(float(values[0])))
            self.last.show_text(written(float(values[-1])))
            self.count.setValue(max(len(values), FEWEST) if len(values) > 1 else USUAL)
