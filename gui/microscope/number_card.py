"""One number of the step: where it stands, the equation that it comes from, and all its terms."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSignalBlocker, QSize, Qt, Slot
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QWidget

from engine.microscope.number import Factor, Index, Number
from gui import theme
from gui.microscope.anatomy import (
    axis_names,
    classes_of,
    code_text,
    divides,
    equation,
    inside_of,
    is_link,
    opened_number,
    place_text,
    remark_of,
)
from gui.microscope.equation import Box, Row, broken
from gui.microscope.figures import MINUS, all_digits, number_text
from gui.microscope.formula import plain
from gui.microscope.lens import Lens
from gui.microscope.term_sheet import Content
from gui.microscope.term_view import TermView
from gui.microscope.terms import Terms
from gui.widgets import CalmSpinBox, Card, FlowLayout, IconButton, SegmentButton

GAP = 8
"""Between the equals signs of an equation, at 13 px text."""

SMALLEST = 0.84
"""Share of its size to which an equation is shrunk before it is broken."""

BEGIN = ("A step begins with its batch. Play, or the right arrow key, goes on from here; a click "
         "on any number takes it apart.")


class EquationView(QWidget):
    """The equation, in as many lines as the width asks for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._boxes: list[Box] = []
        self._digits = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_equation(self, boxes: list[Box], digits: str) -> None:
        """Show another equation; ``digits`` is its result with every digit."""
        self._boxes, self._digits = boxes, digits
        self.setAccessibleName(" ".join(box.text for box in boxes))
        self.setToolTip(digits)
        self._fit()

    def _rows(self) -> list[Row]:
        whole = Row(self._boxes, GAP)
        if whole.extent.width * SMALLEST <= self.width():
            return [whole]
        return broken(self._boxes, self.width(), GAP)

    def _shrunk(self, rows: list[Row]) -> float:
        """Return by how much the equation is made smaller so that it stays on one line."""
        widest = max(row.extent.width for row in rows)
        return min(1.0, max(self.width() / widest, SMALLEST)) if widest else 1.0

    def _fit(self) -> None:
        gap, rows = theme.px(4), self._rows()
        height = self._shrunk(rows) * sum(row.extent.ascent + row.extent.descent + gap
                                          for row in rows)
        self.setFixedHeight(max(round(height), theme.px(24)))
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for a line of ordinary width."""
        return QSize(theme.px(320), self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Break it anew."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        y, rows = 0.0, self._rows()
        share = self._shrunk(rows)
        painter.scale(share, share)
        for row in rows:
            row.paint(painter, 0.0, y + row.extent.ascent)
            y += row.extent.ascent + row.extent.descent + theme.px(4)


class AxisBoxes(QWidget):
    """A box for each axis in which one number is chosen, counted from 1."""

    def __init__(self, lens: Lens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lens = lens
        self._flow = FlowLayout(self, spacing=4)
        self._boxes: list[CalmSpinBox] = []
        self._labels: list[QLabel] = []
        self._pairs: list[QWidget] = []
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def boxes(self) -> list[CalmSpinBox]:
        """Those in use, one for each axis."""
        return [box for box, pair in zip(self._boxes, self._pairs, strict=True)
                if not pair.isHidden()]

    def show_index(self) -> None:
        """Show which number is open."""
        lens = self._lens
        statement = lens.trace.program.statements[lens.opened_statement]
        names, index = axis_names(statement), lens.opened_index
        while len(self._boxes) < len(names):
            self._add()
        for i, pair in enumerate(self._pairs):
            pair.setVisible(i < len(names))
        for i, (label, box) in enumerate(zip(self._labels[:len(names)], self._boxes, strict=False)):
            label.setText(names[i])
            # A row that was laid out for a shorter name would cut this one.
            label.setMinimumWidth(label.sizeHint().width())
            box.setAccessibleName(names[i])
            box.setToolTip(f"Which {names[i]}, counted from 1; NumPy counts from 0.")
            with QSignalBlocker(box):
                box.setRange(1, statement.shape[i])
                box.setValue(index[i] + 1)
        self._flow.invalidate()
        self.updateGeometry()

    def _add(self) -> None:
        pair, label, box = QWidget(self), QLabel(), CalmSpinBox()
        label.setProperty("role", "small")
        box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        box.setKeyboardTracking(False)
        box.valueChanged.connect(self._on_value_changed)
        label.setBuddy(box)
        row = QHBoxLayout(pair)
        row.setContentsMargins(0, 0, 6, 0)
        row.setSpacing(4)
        row.addWidget(label)
        row.addWidget(box)
        self._flow.addWidget(pair)
        self._pairs.append(pair)
        self._labels.append(label)
        self._boxes.append(box)

    @Slot()
    def _on_value_changed(self) -> None:
        index = tuple(box.value() - 1 for box in self.boxes)
        self._lens.go_to(self._lens.opened_statement, 0, index)


class NumberCard(Card):
    """The number that is open, taken apart; its factors lead to where they come from.

    Parameters
    ----------
    lens : Lens
        What is looked at.
    """

    def __init__(self, lens: Lens, parent: QWidget | None = None) -> None:
        super().__init__("One number", parent)
        # The hint may have all the room that the title leaves.
        self.header.setStretch(0, 0)
        self._lens = lens
        self._history: list[tuple[int, Index]] = []
        self._shown: tuple[int, Index] | None = None
        self._where: tuple[str, ...] = ("",)
        self.back_button = IconButton("chevron-left", "Go back to the number before.",
                                      name="Back", plain=True)
        self.back_button.clicked.connect(self._on_back_clicked)
        self.axes = AxisBoxes(lens)
        self.order_button = SegmentButton("Largest first")
        self.order_button.setCheckable(True)
        self.order_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.order_button.setToolTip("List the terms by their size instead of their order.")
        self.order_button.toggled.connect(self._on_order_toggled)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.back_button)
        row.addWidget(self.axes, 1)
        row.addWidget(self.order_button, 0, Qt.AlignmentFlag.AlignVCenter)
        self.equation = EquationView()
        self.view = TermView()
        self.view.followed.connect(self._on_view_followed)
        self.view.pointed.connect(lens.mark_example)
        self.remark = QLabel()
        self.remark.setProperty("role", "small")
        self.remark.setWordWrap(True)
        self.body.addWidget(self.equation)
        self.body.addLayout(row)
        self.body.addWidget(self.view, 1)
        self.body.addWidget(self.remark)
        self.body.addStretch(0)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._on_context_menu_requested)
        lens.dissected.connect(self._on_lens_dissected)
        lens.moved.connect(self._on_lens_opened)
        lens.opened.connect(self._on_lens_opened)
        theme.notifier().changed.connect(self._on_notifier_changed)
        self._on_lens_dissected()

    # What is open

    @Slot()
    def _on_lens_dissected(self) -> None:
        self._history.clear()
        self._shown = None
        for widget in (self.equation, self.axes, self.order_button, self.back_button, self.view,
                       self.remark):
            widget.setVisible(not self._lens.is_empty)
        self.set_hint("")
        if not self._lens.is_empty:
            self._on_lens_opened()

    @Slot()
    def _on_lens_opened(self) -> None:
        lens = self._lens
        if lens.is_empty:
            return
        now = lens.opened_statement, lens.opened_index
        if now != self._shown:
            self._shown = now
            self._show_number(opened_number(lens))
        self.view.set_example(lens.example)
        self.back_button.setVisible(bool(self._history))

    def _show_number(self, number: Number) -> None:
        lens, (at, index) = self._lens, (self._lens.opened_statement, self._lens.opened_index)
        statement = lens.trace.program.statements[at]
        value = float(lens.trace.values[at][index])
        place, code = place_text(statement, index), code_text(statement, index)
        whole = f"{place} · {code} in NumPy".removeprefix(" · ")
        short = f"{code} in NumPy"
        layer = f"layer {statement.number} · {short}" if statement.number >= 1 else short
        between = whole.replace("from neuron ", "from ").replace("from input ", "from ").replace(
            "to neuron ", "to ")
        self._where = whole, between, layer, short, code
        self._fit_hint()
        self.axes.show_index()
        self.equation.set_equation(equation(lens, number, value), all_digits(value))
        terms = Terms(number)
        terms.largest_first = self.order_button.isChecked()
        classes, n_classes = classes_of(lens)
        factors = [factor for section in terms.sections for factor in section.factors]
        factors += terms.added
        links = frozenset(one.variable for one in factors if is_link(lens, one))
        total = number_text(terms.total) if terms.count > 1 else ""
        self.view.set_content(Content(terms, links, classes, n_classes, total,
                                      _result(number, terms.total, value)))
        self.view.setVisible(terms.count > 0)
        self.order_button.setVisible(terms.count > 3)
        remarks = (remark_of(lens, number), BEGIN if lens.place == 0 else "")
        self.remark.setText("\n\n".join(filter(None, remarks)))
        self.remark.setVisible(bool(self.remark.text()))

    def _fit_hint(self) -> None:
        metrics = self.fontMetrics()
        room = self.width() - theme.px(52) - metrics.horizontalAdvance(self.title())
        self.set_hint(next((text for text in self._where
                            if metrics.horizontalAdvance(text) < room), self._where[-1]))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say where the number stands as far as there is room."""
        super().resizeEvent(event)
        self._fit_hint()

    @Slot()
    def _on_notifier_changed(self) -> None:
        self._shown = None
        self._on_lens_opened()

    # Following

    @Slot(object, int)
    def _on_view_followed(self, factor: Factor, term: int) -> None:
        lens = self._lens
        writer = lens.trace.writer(factor.variable, lens.opened_statement)
        if writer < 0:
            return
        self._history.append((lens.opened_statement, lens.opened_index))
        index = tuple(int(axis) for axis in factor.indices[term])
        statement = lens.trace.program.statements[writer]
        is_own = statement.name == factor.variable and len(index) == len(statement.shape)
        lens.go_to(writer, 0, index if is_own else (0,) * len(statement.shape))
        self.back_button.setVisible(True)

    @Slot()
    def _on_back_clicked(self) -> None:
        if self._history:
            statement, index = self._history.pop()
            self._lens.go_to(statement, 0, index)
            self.back_button.setVisible(bool(self._history))

    @Slot(bool)
    def _on_order_toggled(self, is_on: bool) -> None:
        self._shown = None
        self._on_lens_opened()

    # Copies

    @Slot(QPoint)
    def _on_context_menu_requested(self, at: QPoint) -> None:
        if self._lens.is_empty:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy this number").triggered.connect(self.copy_number)
        menu.addAction("Copy its terms").triggered.connect(self.copy_terms)
        menu.popup(self.mapToGlobal(at))

    @Slot()
    def copy_number(self) -> None:
        """Copy the number with every digit."""
        lens = self._lens
        value = float(lens.trace.values[lens.opened_statement][lens.opened_index])
        QGuiApplication.clipboard().setText(all_digits(value))

    @Slot()
    def copy_terms(self) -> None:
        """Copy the terms as a table with every digit, for a spreadsheet."""
        terms = Terms(opened_number(self._lens))
        lines = []
        for section in terms.sections:
            names = [factor.variable or plain(factor.symbol) for factor in section.factors]
            lines.append("\t".join([*section.names, *names, "product"]))
            for term, product in enumerate(section.products):
                places = [str(axis + 1) for axis in section.places[:, term]]
                values = [all_digits(float(factor.values[term])) for factor in section.factors]
                lines.append("\t".join([*places, *values, all_digits(float(product))]))
        for factor in terms.added:
            lines.append(f"{plain(factor.symbol)}\t{all_digits(float(factor.values[0]))}")
        QGuiApplication.clipboard().setText("\n".join(lines))


def _result(number: Number, total: float, value: float) -> str:
    """Return what stands beside the sum: what is made of it."""
    if number.function:
        inside = number_text(total * number.scale)
        if divides(number):
            return f"{number_text(value * inside_of(number))} / {inside} = {number_text(value)}"
        return f"{plain(number.function)}({inside}) = {number_text(value)}"
    if number.scale == 1:
        return ""
    count = round(1 / number.scale) if number.scale else 0
    lengths = {length for name, length in number.over if name == "example"}
    if count and abs(count * number.scale - 1) < 1e-9:
        word = "mean" if lengths == {count} else f"/ {count} =".replace("-", MINUS)
        return f"{word} {number_text(value)}"
    return f"× {number_text(number.scale)} = {number_text(value)}"
