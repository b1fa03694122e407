"""Seldom changed in training: constants of optimizer and loss, precision, seed and shuffling."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, Qt, Slot
from PySide6.QtWidgets import QCheckBox, QFormLayout, QLabel, QWidget

from engine.layers import LOSSES, OPTIMIZERS, Field
from gui import theme
from gui.builder.document import Document
from gui.builder.editing import EditingPanel
from gui.number_box import NumberBox
from gui.widgets import CalmComboBox

CONSTANTS_ROW = 2
"""The form's first line that is different for every optimizer and loss."""
PRECISIONS = (("float32", "32 bits"), ("float64", "64 bits"))


class ConstantsPopup(EditingPanel):
    """A small form that opens below a button. GUI thread only.

    Parameters
    ----------
    document : Document
        What is edited.

    Signals
    -------
    refused(str)
        An edit was not possible; why.
    """

    def __init__(self, document: Document, parent: QWidget) -> None:
        super().__init__(document, parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._built_for = ("", "")
        self.boxes: dict[str, NumberBox] = {}
        self.loss_boxes: dict[str, NumberBox] = {}
        self.setObjectName("popup")
        self.setAccessibleName("More training options")
        self._form = QFormLayout(self)
        self._heading = QLabel()
        self._heading.setProperty("role", "title")
        self._formula = QLabel()
        self._formula.setProperty("role", "muted")
        self.precision = CalmComboBox()
        for key, title in PRECISIONS:
            self.precision.addItem(title, key)
        self.precision.setAccessibleName("Precision")
        self.precision.setToolTip("Bits of every number; 64 see gradients that 32 round to 0. "
                                  "Another precision begins a new run.")
        self.seed = NumberBox("Seed", seed_problem)
        self.seed.setToolTip("Fixes initial weights, order of examples and dropout. Another seed "
                             "begins a new run.")
        self.shuffle = QCheckBox("Shuffle every epoch")
        self.shuffle.setToolTip("Draw a new order of the examples in every epoch.")
        self._form.addRow(self._heading)
        self._form.addRow(self._formula)
        self._form.addRow("Precision", self.precision)
        self._form.addRow("Seed", self.seed)
        self._form.addRow(self.shuffle)
        self.precision.activated.connect(self._on_precision_activated)
        self.seed.edited.connect(self._on_seed_edited)
        self.seed.refused.connect(self.refused)
        self.shuffle.clicked.connect(self._on_shuffle_clicked)
        document.changed.connect(self._on_document_changed)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self._on_document_changed()

    def show_below(self, anchor: QWidget) -> None:
        """Open below a widget, inside the screen."""
        self.adjustSize()
        corner = anchor.mapToGlobal(QPoint(0, anchor.height() + theme.px(4)))
        room = anchor.screen().availableGeometry()
        corner.setX(max(room.left(), min(corner.x(), room.right() - self.width())))
        self.move(corner)
        self.show()

    def _build(self, kind: str, loss: str) -> None:
        """Make a line for every constant of optimizer and loss, straight from the registry."""
        for _ in (*self.boxes, *self.loss_boxes):
            self._form.removeRow(CONSTANTS_ROW)
        rule = OPTIMIZERS[kind]
        self._built_for = (kind, loss)
        self._heading.setText(rule.title)
        self._formula.setText(rule.formula)
        self.boxes = self._lines(rule.constants, CONSTANTS_ROW)
        self.loss_boxes = self._lines(LOSSES[loss].constants, CONSTANTS_ROW + len(self.boxes))
        for box in self.boxes.values():
            box.edited.connect(self._on_box_edited)
        for box in self.loss_boxes.values():
            box.edited.connect(self._on_loss_box_edited)

    def _lines(self, fields: tuple[Field, ...], first: int) -> dict[str, NumberBox]:
        """Insert a line for every field; return their boxes."""
        boxes = {}
        for row, field in enumerate(fields, first):
            box = NumberBox(field.title, field.problem)
            box.setToolTip(field.help)
            box.setProperty("key", field.key)
            box.refused.connect(self.refused)
            boxes[field.key] = box
            self._form.insertRow(row, field.title, box)
        return boxes

    def _edit(self, **changes: Any) -> None:
        self.attempt(lambda: self._document.set_training(**changes))

    @Slot()
    def _on_document_changed(self) -> None:
        self.show_document()

    def show_document(self) -> None:
        """Show the document's optimizer, precision and seed."""
        training = self._document.project.training
        wanted = (training.optimizer.kind, training.loss)
        if wanted != self._built_for and wanted[0] in OPTIMIZERS and wanted[1] in LOSSES:
            self._build(*wanted)
        for key, box in self.boxes.items():
            box.set_value(getattr(training.optimizer, key))
        for key, box in self.loss_boxes.items():
            box.set_value(getattr(training, key))
        self.precision.setCurrentIndex(self.precision.findData(training.precision))
        self.seed.set_value(training.seed)
        self.shuffle.setChecked(training.shuffle)

    @Slot(float)
    def _on_box_edited(self, value: float) -> None:
        sender = self.sender()
        if isinstance(sender, NumberBox):
            changes = {str(sender.property("key")): value}
            self.attempt(lambda: self._document.set_optimizer(**changes))

    @Slot(float)
    def _on_loss_box_edited(self, value: float) -> None:
        sender = self.sender()
        if isinstance(sender, NumberBox):
            self._edit(**{str(sender.property("key")): value})

    @Slot()
    def _on_precision_activated(self) -> None:
        self._edit(precision=self.precision.currentData())

    @Slot(float)
    def _on_seed_edited(self, value: float) -> None:
        self._edit(seed=int(value))

    @Slot(bool)
    def _on_shuffle_clicked(self, checked: bool) -> None:
        self._edit(shuffle=checked)

    @Slot()
    def _on_theme_changed(self) -> None:
        tokens, px = theme.current(), theme.px
        self.setStyleSheet(f"#popup {{ background: {tokens.surface}; "
                           f"border: 1px solid {tokens.border_strong}; }}")
        self._form.setContentsMargins(px(14), px(12), px(14), px(12))
        self._form.setHorizontalSpacing(px(14))
        self._form.setVerticalSpacing(px(7))


def seed_problem(value: float) -> str:
    """Say what is wrong with a seed, or return an empty text."""
    return "" if value.is_integer() and 0 <= value < 2**32 else "not a whole number below 2³²"
