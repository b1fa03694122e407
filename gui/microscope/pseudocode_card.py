"""The step as pseudocode: words, formulae or NumPy, with the line in hand lit up."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from PySide6.QtCore import (
    QAbstractAnimation,
    QEasingCurve,
    QModelIndex,
    QPoint,
    QPropertyAnimation,
    QSignalBlocker,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QAction, QGuiApplication, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QMenu, QWidget

from engine.microscope.script import MOST, length, script
from gui import theme
from gui.microscope.lens import Lens
from gui.microscope.program_lines import (
    FORMULAE,
    REGISTERS,
    ProgramDelegate,
    ProgramModel,
    line_in_hand,
    text_of,
)
from gui.widgets import Card, IconButton, Segmented

FOLLOW_MS = 160
TOOLTIPS = {
    "words": "Every line as a sentence.",
    "formulae": "Every line as mathematics, which counts from 1.",
    "numpy": "Every line as NumPy, which counts from 0; it runs as it stands.",
}


class _Lines(QListView):
    """The list; it scrolls to the lit line by itself and takes the keyboard by Tab only.

    Signals
    -------
    widened()
        Lines wrap elsewhere.
    """

    widened = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("program")
        self.setStyleSheet("#program { border: none; background: transparent; }")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setAutoScroll(False)
        self.setMinimumHeight(theme.px(104))
        self._way = QPropertyAnimation(self.verticalScrollBar(), b"value", self)
        self._way.setDuration(FOLLOW_MS)
        self._way.setEasingCurve(QEasingCurve.Type.OutCubic)

    def follow(self, index: QModelIndex, *, smoothly: bool) -> None:
        """Scroll until a line stands wholly in sight, with some lines before and behind it."""
        bar, rect = self.verticalScrollBar(), self.visualRect(index)
        height = self.viewport().height()
        margin = max(min(theme.px(48), (height - rect.height()) // 2), 0)
        by = 0
        if rect.top() < margin:
            by = rect.top() - margin
        elif rect.bottom() > height - margin:
            by = rect.bottom() - height + margin
        self._way.stop()
        end = max(bar.minimum(), min(bar.value() + by, bar.maximum()))
        if end == bar.value():
            return
        # Only the next line or so is moved to; what lies farther would still be under way when
        # a person looks for it, the more so beside a run that takes the computer's time.
        if not smoothly or abs(end - bar.value()) > height // 2 or not self.isVisible():
            bar.setValue(end)
            return
        self._way.setStartValue(bar.value())
        self._way.setEndValue(end)
        self._way.start()

    def showEvent(self, event: QShowEvent) -> None:
        """Measure the lines that came while it was hidden."""
        super().showEvent(event)
        self.widened.emit()

    @property
    def is_under_way(self) -> bool:
        """Whether it is scrolling."""
        return self._way.state() == QAbstractAnimation.State.Running

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let lines wrap at the new width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.widened.emit()
        elif self.isVisible():
            self.follow(self.currentIndex(), smoothly=False)


class PseudocodeCard(Card):
    """The program of the step; the line in hand stands there in every register.

    Parameters
    ----------
    lens : Lens
        What is looked at.
    hidden : iterable of str
        Registers that are hidden: ``words``, ``formulae``, ``numpy``; at least one is shown.

    Signals
    -------
    hidden_changed(frozenset)
        A person shows or hides a register; the keys of those that are hidden now.
    """

    hidden_changed = Signal(object)

    def __init__(self, lens: Lens, hidden: Iterable[str] = (), parent: QWidget | None = None
                 ) -> None:
        super().__init__("Backpropagation", parent)
        # In a narrow window the registers need the room.
        self.set_title("Backpropagation", "Step")
        self._lens = lens
        self.switch = Segmented(tuple(REGISTERS.items()), "How the lines are written")
        self.switch.set_current(FORMULAE)
        self.switch.selected.connect(self._on_register_selected)
        self.add_header_widget(self.switch)
        self.menu = QMenu("Show", self)
        self.show_button = IconButton(
            "sliders-horizontal", "Choose which of words, formulae and NumPy are shown.",
            name="Show", plain=True)
        self.show_button.clicked.connect(self._on_show_clicked)
        self.add_header_widget(self.show_button)
        self._ticks = {key: self._tick(key, title) for key, title in REGISTERS.items()}
        self.lines = _Lines()
        self.lines.setAccessibleName("Lines of the step")
        self.model = ProgramModel(lens, self)
        self.delegate = ProgramDelegate(lens, self.model, self.lines)
        self.lines.setModel(self.model)
        self.lines.setItemDelegate(self.delegate)
        self.lines.widened.connect(self._measure_anew)
        self.lines.clicked.connect(self._on_line_clicked)
        self.lines.selectionModel().currentChanged.connect(self._on_current_changed)
        self.lines.customContextMenuRequested.connect(self._on_context_menu_requested)
        self.body.addWidget(self.lines, 1)
        self.set_hidden(hidden)
        lens.dissected.connect(self._on_lens_dissected)
        lens.moved.connect(self._on_lens_moved)
        lens.opened.connect(self._on_lens_moved)
        theme.notifier().changed.connect(self._on_notifier_changed)
        self._on_lens_dissected()

    # Registers

    @property
    def hidden(self) -> frozenset[str]:
        """The registers that are hidden."""
        return self.delegate.hidden

    def set_hidden(self, hidden: Iterable[str]) -> None:
        """Hide these registers; where nothing would be left, none is hidden. Emits nothing."""
        keys = frozenset(hidden) & frozenset(REGISTERS)
        self.delegate.hidden = keys if len(keys) < len(REGISTERS) else frozenset()
        shown = self.delegate.shown()
        for key, tick in self._ticks.items():
            with QSignalBlocker(tick):
                tick.setChecked(key in shown)
            tick.setEnabled(shown != [key])
        self.switch.set_options([(key, REGISTERS[key]) for key in shown])
        self.switch.set_tooltips({key: TOOLTIPS[key] for key in shown})
        self.switch.setVisible(len(shown) > 1)
        self.model.register = self.switch.current()
        self._measure_anew()

    def set_register(self, register: str) -> None:
        """Write the lines in a register that is not hidden."""
        self.switch.set_current(register)
        self._on_register_selected(self.switch.current())

    def _tick(self, key: str, title: str) -> QAction:
        tick = self.menu.addAction(title)
        tick.setCheckable(True)
        tick.setChecked(True)
        tick.setData(key)
        tick.toggled.connect(self._on_tick_toggled)
        return tick

    @Slot()
    def _on_tick_toggled(self) -> None:
        self.set_hidden(key for key, tick in self._ticks.items() if not tick.isChecked())
        self.hidden_changed.emit(self.hidden)

    @Slot()
    def _on_show_clicked(self) -> None:
        self.menu.popup(self.show_button.mapToGlobal(QPoint(0, self.show_button.height())))

    @Slot(str)
    def _on_register_selected(self, register: str) -> None:
        self.model.register = register
        self._measure_anew()

    # Following

    @Slot()
    def _measure_anew(self) -> None:
        self.delegate.forget()
        if not self.lines.isVisible():
            # Once it is shown, it has a width, and measures.
            self.lines.scheduleDelayedItemsLayout()
            return
        self.lines.doItemsLayout()
        self.lines.viewport().update()
        self._follow(smoothly=False)

    def _follow(self, *, smoothly: bool) -> None:
        if self._lens.is_empty:
            return
        index = self.model.index(self.delegate.lit)
        with QSignalBlocker(self.lines.selectionModel()):
            self.lines.setCurrentIndex(index)
        self.lines.follow(index, smoothly=smoothly)

    @Slot()
    def _on_lens_dissected(self) -> None:
        self.delegate.lit = -1 if self._lens.is_empty else line_in_hand(self._lens)
        self.delegate.forget()
        self.model.renew()
        self._measure_anew()

    @Slot()
    def _on_lens_moved(self) -> None:
        before, self.delegate.lit = self.delegate.lit, line_in_hand(self._lens)
        if self.delegate.lit != before:
            self.lines.doItemsLayout()
            self._follow(smoothly=True)
        self.lines.viewport().update()

    @Slot()
    def _on_notifier_changed(self) -> None:
        self.model.recolour()
        self._measure_anew()

    # What a person does

    @Slot(QModelIndex)
    def _on_line_clicked(self, index: QModelIndex) -> None:
        self._go_to(index.row())

    @Slot(QModelIndex)
    def _on_current_changed(self, index: QModelIndex) -> None:
        if index.isValid() and self.lines.hasFocus():
            self._go_to(index.row())

    def _go_to(self, row: int) -> None:
        lens = self._lens
        if row == line_in_hand(self._lens):
            return
        lens.go_to(row)
        if lens.opened_statement != row:
            lens.open(row, (0,) * len(lens.trace.program.statements[row].shape))

    @Slot(QPoint)
    def _on_context_menu_requested(self, at: QPoint) -> None:
        index = self.lines.indexAt(at)
        if self._lens.is_empty or not index.isValid():
            return
        menu = self.made_menu(index.row())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.lines.viewport().mapToGlobal(at))

    def made_menu(self, row: int) -> QMenu:
        """Return a menu of what can be copied from a line."""
        menu = QMenu(self)
        line = menu.addAction("Copy this line")
        line.setData(row)
        line.triggered.connect(self._on_copy_line_triggered)
        menu.addAction("Copy all lines").triggered.connect(self.copy_all)
        program = menu.addAction("Copy as a NumPy program")
        program.triggered.connect(self.copy_program)
        count = length(self._lens.trace.program)
        if count > MOST:
            program.setText(f"{program.text()} (too long: {count:,} numbers)")
            program.setEnabled(False)
        return menu

    @Slot()
    def _on_copy_line_triggered(self) -> None:
        sender = self.sender()
        if isinstance(sender, QAction):
            self.copy_line(int(sender.data()))

    def copy_line(self, row: int) -> None:
        """Copy a line, in every register that is shown."""
        statement = self.model.statements[row]
        QGuiApplication.clipboard().setText(
            "\n".join(text_of(statement, register) for register in self.delegate.shown()))

    @Slot()
    def copy_program(self) -> None:
        """Copy the step as a program that runs with NumPy alone; a mistake in it stays in it."""
        lens = self._lens
        if lens.dissection is not None:
            looked_at = dataclasses.replace(lens.dissection, trace=lens.trace)
            QGuiApplication.clipboard().setText(script(looked_at))

    @Slot()
    def copy_all(self) -> None:
        """Copy every line, in the register of the list."""
        QGuiApplication.clipboard().setText(
            "\n".join(text_of(one, self.model.register) for one in self.model.statements))
