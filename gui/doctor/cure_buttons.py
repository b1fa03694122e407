"""Cures as buttons: what they change is their text, and what has no room is in a menu."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QWidget

from gui import theme
from gui.widgets import Button, set_page

if TYPE_CHECKING:
    from engine.diagnosis.cures import Cure

MOST = 2
"""Cures that stand as buttons where there is room."""
SHORT = 170
"""Least width in px, at 13 px text, of a button whose text is cut."""
TIP = ("Starts run B beside A with this change and no other; A goes on as it is. One step to "
       "undo.")


class CureButton(Button):
    """One cure; its text ends in an ellipsis where room is short. GUI thread only."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", accent=True, parent=parent)
        self._whole = ""
        self.cure: Cure | None = None

    def show_cure(self, cure: Cure) -> None:
        """Offer a cure."""
        self.cure = cure
        self._whole = f"Try: {cure.label.text}"
        # Who has a cure has this already.
        from engine.diagnosis.cure_kinds import KINDS

        set_page(self, f"cures/{cure.code}" if cure.code in KINDS else f"verdicts/{cure.code}")
        self.setAccessibleName(self._whole)
        self.fit()

    def fit(self, most: int = 0) -> int:
        """Take at most so many px, or as many as the text needs; return how many."""
        self.setText(_shown(self._whole))
        if most and self.sizeHint().width() > most:
            around = self.sizeHint().width() - self.fontMetrics().horizontalAdvance(self._whole)
            self.setText(_shown(self.fontMetrics().elidedText(
                self._whole, Qt.TextElideMode.ElideRight, most - around)))
        return self.sizeHint().width()


class CureButtons(QWidget):
    """Cures from left to right, the most promising first. GUI thread only.

    Signals
    -------
    requested(Cure)
        A person wants to try it.
    layer_requested()
        A person wants to see the layer that all this is about.
    """

    requested = Signal(object)
    layer_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cures: tuple[Cure, ...] = ()
        self._shown = 0
        self._leads_to_layer = False
        self._tips: tuple[str, ...] = ()
        self._buttons = tuple(CureButton() for _ in range(MOST))
        self.more = Button("")
        self.more.setToolTip("What else may mend it. Each starts run B beside A.")
        self.more.clicked.connect(self._on_more_clicked)
        self._menu = QMenu(self)
        self._menu.setToolTipsVisible(True)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        for button in self._buttons:
            button.clicked.connect(self._on_button_clicked)
        for widget in (*self._buttons, self.more):
            self._row.addWidget(widget)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setVisible(False)

    def cures(self) -> tuple[Cure, ...]:
        """Return what is offered."""
        return self._cures

    def set_cures(self, cures: Sequence[Cure], decides: str = "") -> None:
        """Offer other cures.

        Parameters
        ----------
        cures : Sequence[Cure]
            The most promising first.
        decides : str
            Which figure will tell whether it helped, and at which step: a sentence.
        """
        self._cures = tuple(cures)
        for button, cure in zip(self._buttons, self._cures, strict=False):
            button.show_cure(cure)
        self.set_decides(decides)
        self.setVisible(bool(cures))

    def set_decides(self, decides: str) -> None:
        """Say which figure will tell whether a cure helped, and at which step."""
        tips = tuple(" ".join(filter(None, (f"{cure.label.text}.", TIP, decides)))
                     for cure in self._cures)
        if tips != self._tips:
            self._tips = tips
            for button, tip in zip(self._buttons, tips, strict=False):
                button.setToolTip(tip)

    def least(self) -> int:
        """Return the px of the menu alone."""
        self._name_menu(0, slim=False)
        return self.more.sizeHint().width()

    def fit(self, room: int, *, leads_to_layer: bool) -> None:
        """Show as many as have room in so many px; the rest goes into a menu.

        Parameters
        ----------
        room : int
            The px.
        leads_to_layer : bool
            Whether the menu has to lead to the layer, for want of room for a button.
        """
        self._row.setSpacing(theme.px(8))
        self._leads_to_layer = leads_to_layer
        count = min(len(self._cures), MOST)
        for shown, slim in ((count, False), (count, True), (1, False), (1, True), (0, False)):
            widths = self._widths(room, shown, slim)
            if min(widths, default=0) >= 0:
                break
        for place, button in enumerate(self._buttons):
            button.setVisible(place < shown)
            if place < shown:
                button.fit(widths[place])
        self._name_menu(shown, slim=slim)
        self.more.setVisible(shown < len(self._cures))
        self._shown = shown

    def _widths(self, room: int, shown: int, slim: bool) -> list[int]:
        """Return the px of so many buttons beside that of the menu; -1 where one has no room."""
        if shown < len(self._cures):
            self._name_menu(shown, slim=slim)
            room -= self.more.sizeHint().width() + self._row.spacing()
        room -= self._row.spacing() * (shown - 1)
        wanted = [button.fit() for button in self._buttons[:shown]]
        found = []
        for place, width in enumerate(wanted):
            # What the next one does not need of its half is for this one.
            mine = max(room // (shown - place), room - sum(wanted[place + 1:]))
            found.append(min(width, mine) if min(width, theme.px(SHORT)) <= mine else -1)
            room -= found[-1]
        return found

    def _name_menu(self, shown: int, *, slim: bool) -> None:
        name = "Other cures" if shown else "Try a cure"
        self.more.setText("▾" if slim else f"{name} ▾")
        self.more.setAccessibleName(name)

    @Slot()
    def _on_button_clicked(self) -> None:
        sender = self.sender()
        if isinstance(sender, CureButton) and sender.cure is not None:
            self.requested.emit(sender.cure)

    @Slot()
    def _on_more_clicked(self) -> None:
        self._menu.clear()
        for cure, tip in list(zip(self._cures, self._tips, strict=True))[self._shown:]:
            action = QAction(_shown(cure.label.text), self._menu)
            action.setToolTip(tip)
            action.setData(self._cures.index(cure))
            action.triggered.connect(self._on_action_triggered)
            self._menu.addAction(action)
        if self._leads_to_layer:
            self._menu.addSeparator()
            self._menu.addAction("Show layer", self.layer_requested.emit)
        # Above the button: the strip lies at the foot of the window.
        height = self._menu.sizeHint().height() + theme.px(2)
        self._menu.popup(self.more.mapToGlobal(QPoint(0, -height)))

    @Slot()
    def _on_action_triggered(self) -> None:
        sender = self.sender()
        if isinstance(sender, QAction):
            self.requested.emit(self._cures[sender.data()])


def _shown(text: str) -> str:
    """Return a text as a button or menu shows it: Qt takes an ampersand for a key."""
    return text.replace("&", "&&")
