"""The column of instruments: all at once or in turn, as the height allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QWidget

from gui import theme
from gui.widgets import Segmented

LEAST_PX = 330
PAGE_PX, PAGE_SHARE = 480, 12
"""Least height in px, at 13 px text, of a page that stands above the views; its share of what is
left."""
SWITCH_PX = 30


@dataclass(frozen=True)
class Instrument:
    """A view of the column.

    Attributes
    ----------
    key, title, tip : str
        Its name, the word on its tab, and what that explains, as rich text.
    view : QWidget
        The view.
    least, share : int
        The height in px, at 13 px text, below which it cannot be read; its share of what is left.
    """

    key: str
    title: str
    tip: str
    view: QWidget
    least: int
    share: int


class RightColumn(QSplitter):
    """Views one below the other, never narrower than the tabs in their headers. GUI thread only.

    Which tabs there are depends on the network, so that the width is asked for, not set. Where the
    height is short, those above the last view take turns, and where it is very short, all do. A
    page may stand above them; where there is no room for both, it takes their place.
    """

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self.setChildrenCollapsible(False)
        self._instruments: dict[str, Instrument] = {}
        self._switches: dict[tuple[str, ...], QWidget] = {}
        self._turns: tuple[str, ...] = ()
        # The last of them is seen; the others wait until it is dropped.
        self._pages: list[QWidget] = []
        self._gives_way = False
        self._height = 0

    def fill(self, instruments: Sequence[Instrument]) -> None:
        """Put views into it, from top to bottom."""
        self._instruments = {one.key: one for one in instruments}
        keys = tuple(self._instruments)
        self._switches = {turns: self._made_switch(turns) for turns in (keys[:-1], keys) if turns}
        for one in instruments:
            self.addWidget(one.view)
            self.setStretchFactor(self.count() - 1, one.share)

    def show_page(self, page: QWidget) -> None:
        """Let a page stand above the views, or in their place; one that stands there waits."""
        self._pages = [one for one in self._pages if one is not page]
        for other in self._pages:
            other.hide()
        self._pages.append(page)
        self.insertWidget(0, page)
        self.setStretchFactor(0, PAGE_SHARE)
        page.show()
        self.fit(self._height)
        self.take_usual_heights()

    def drop_page(self, page: QWidget) -> None:
        """Give the views, or the page that waits, their place again.

        The page belongs to whoever has shown it; one that stands elsewhere stays as it is.
        """
        if page not in self._pages:
            return
        self._pages.remove(page)
        page.hide()
        if self._pages:
            self._pages[-1].show()
        self.fit(self._height)
        self.take_usual_heights()

    def gives_way(self) -> bool:
        """Say whether the views are not seen, since a page has their place."""
        return self._gives_way

    @property
    def _page(self) -> QWidget | None:
        return self._pages[-1] if self._pages else None

    def take_usual_heights(self) -> None:
        """Give every view its share of the height."""
        shares = {id(one.view): one.share for one in self._instruments.values()}
        if self._page is not None:
            shares[id(self._page)] = PAGE_SHARE
        self.setSizes([theme.px(55 * shares.get(id(self.widget(place)), 0))
                       for place in range(self.count())])

    def turns(self) -> tuple[str, ...]:
        """Return the keys of the views that take turns at present."""
        return self._turns

    def show_view(self, key: str) -> None:
        """Bring a view to the front if it takes turns."""
        if key in self._turns:
            self._switches[self._turns].findChildren(Segmented)[0].set_current(key)
            for other in self._turns:
                self._instruments[other].view.setVisible(other == key and not self._gives_way)

    def fit(self, height: int) -> None:
        """Let views take turns where a height in px is too little for all."""
        self._height = height
        for one in self._instruments.values():
            one.view.setMinimumHeight(theme.px(one.least))
        for switch in self._switches.values():
            switch.setFixedHeight(theme.px(SWITCH_PX))
        room = height if self._page is None else height - self._needed(PAGE_PX, 2)
        gives_way = self._page is not None and self._least_in_turn() > room
        self._take_turns(self._turns_within(room), gives_way=gives_way)

    def _turns_within(self, room: int) -> tuple[str, ...]:
        """Return which views take turns in so many px."""
        least, keys = [one.least for one in self._instruments.values()], tuple(self._instruments)
        if self._needed(sum(least), len(keys)) <= room:
            return ()
        two = max(least[:-1], default=0) + SWITCH_PX + sum(least[-1:])
        return keys[:-1] if self._needed(two, 3) <= room else keys

    def _least_in_turn(self) -> int:
        """Return the px that the views need where all of them take turns."""
        least = max((one.least for one in self._instruments.values()), default=0)
        return self._needed(least + SWITCH_PX, 2)

    def minimumSizeHint(self) -> QSize:
        """Return room for the widest header."""
        least = super().minimumSizeHint()
        return QSize(max(theme.px(LEAST_PX), least.width()), least.height())

    def _made_switch(self, turns: Sequence[str]) -> QWidget:
        switch = QWidget()
        tabs = Segmented([(key, self._instruments[key].title) for key in turns], "Instrument")
        tabs.set_tooltips({key: self._instruments[key].tip for key in turns})
        tabs.selected.connect(self.show_view)
        row = QHBoxLayout(switch)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(tabs)
        row.addStretch(1)
        self.addWidget(switch)
        switch.hide()
        return switch

    def _needed(self, height: int, parts: int) -> int:
        """Return the px of parts that are so high together, at 13 px text, and of their gaps."""
        return theme.px(height) + self.handleWidth() * (parts - 1)

    def _take_turns(self, turns: tuple[str, ...], *, gives_way: bool) -> None:
        if (turns, gives_way) == (self._turns, self._gives_way):
            return
        self._turns, self._gives_way = turns, gives_way
        for keys, switch in self._switches.items():
            switch.setVisible(keys == turns and not gives_way)
        for one in self._instruments.values():
            one.view.setVisible(not gives_way)
        self.take_usual_heights()
        if turns:
            # What the network gives has the loss beside it.
            self.show_view(turns[-1] if len(turns) == len(self._instruments) else turns[0])
