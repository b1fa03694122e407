"""Hands out plots: as a picture, as a drawing, or as the numbers behind them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from engine.errors import EngineError
from engine.spec.replacing import replace_file
from engine.telemetry.tables import csv_text
from gui import theme
from gui.document.file_folder import with_ending
from gui.widgets import PictureCard
from gui.window.save_questions import file_to_write

if TYPE_CHECKING:
    from gui.document.file_folder import FileFolder

PNG, SVG, CSV = "Pictures (*.png)", "Drawings (*.svg)", "Tables (*.csv)"
SUFFIXES = {PNG: ".png", SVG: ".svg", CSV: ".csv"}
PNG_TIP = "Twice as many pixels as on the screen."
SVG_TIP = "Lines and texts that stay sharp at any size and can be changed."
CSV_TIP = ("All that is known, with every digit and on a linear scale, whatever the plot shows of "
           "it.")
WHITE_TIP = "Draw pictures as in the light theme."


class PlotExports(QObject):
    """Offers files of plots in a menu on each, and of the one that was used last. GUI thread only.

    Parameters
    ----------
    plots : sequence of PictureCard
        The plots, first to last. Each tells its numbers and what belongs to its picture.
    name : callable
        Returns what the project is called, for names of files.
    folder : FileFolder
        Where dialogs open.
    window : QWidget
        Where they appear; Qt's owner.

    Attributes
    ----------
    folder : FileFolder
        Where dialogs open.
    white : bool
        Whether pictures are drawn as in the light theme, whatever the window's.

    Signals
    -------
    refused(str)
        A file could not be written; why.
    saved(Path)
        A file has been written.
    """

    refused = Signal(str)
    saved = Signal(object)

    def __init__(self, plots: Sequence[PictureCard], name: Callable[[], str], folder: FileFolder,
                 window: QWidget) -> None:
        super().__init__(window)
        self._plots, self._name, self.folder = tuple(plots), name, folder
        self._window = window
        self._used: PictureCard | None = None
        self.white = True
        for plot in self._plots:
            plot.installEventFilter(self)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._on_focus_changed)

    @Slot(object)
    def add(self, plot: PictureCard) -> None:
        """Offer files of one more plot."""
        self._plots = *self._plots, plot
        plot.installEventFilter(self)

    def current(self) -> PictureCard | None:
        """Return the plot that was used last and can be seen, else the first that can."""
        seen = [plot for plot in self._plots if plot.isVisible()]
        if self._used in seen:
            return self._used
        return seen[0] if seen else None

    def menu(self, plot: PictureCard) -> QMenu:
        """Return the menu of a plot."""
        menu = QMenu(self._window)
        menu.setToolTipsVisible(True)
        for text, tip, ask in (
                ("Save as PNG…", PNG_TIP, lambda: self.ask_picture(plot, (PNG, SVG))),
                ("Save as SVG…", SVG_TIP, lambda: self.ask_picture(plot, (SVG, PNG))),
                ("Save figures as CSV…", CSV_TIP, lambda: self.ask_figures(plot))):
            action = menu.addAction(text)
            action.setToolTip(tip)
            # `triggered` carries a bool that nothing wants.
            action.triggered.connect(lambda _checked=False, ask=ask: ask())
        if theme.current().is_dark:
            menu.addSeparator()
            white = menu.addAction("White ground")
            white.setToolTip(WHITE_TIP)
            white.setCheckable(True)
            white.setChecked(self.white)
            white.toggled.connect(self._on_white_toggled)
        return menu

    def ask_picture(self, plot: PictureCard | None = None,
                    kinds: Sequence[str] = (PNG, SVG)) -> None:
        """Ask for a file, and write a picture of a plot to it, by its suffix as PNG or SVG.

        Parameters
        ----------
        plot : PictureCard | None
            The plot; by default the one that was used last.
        kinds : sequence of str
            What the dialog offers, the likeliest first.
        """
        plot = plot or self.current()
        if plot is not None:
            self._ask(plot, "Save picture of plot", kinds,
                      lambda path: self._drawn(plot, is_svg=path.suffix.lower() == ".svg"))

    def ask_figures(self, plot: PictureCard | None = None) -> None:
        """Ask for a file, and write the numbers behind a plot to it as CSV."""
        plot = plot or self.current()
        if plot is None:
            return
        table = plot.table()
        if not any(len(column) for column in table[1]):
            self.refused.emit(plot.nothing)
            return
        self._ask(plot, "Save figures of plot", (CSV,), lambda _path: csv_text(table).encode())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take note of the plot that is used, and open its menu."""
        if isinstance(watched, PictureCard):
            if event.type() == QEvent.Type.MouseButtonPress:
                self._used = watched
            elif isinstance(event, QContextMenuEvent):
                self._used = watched
                by_keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
                middle = watched.mapToGlobal(watched.rect().center())
                self._open(watched, middle if by_keyboard else event.globalPos())
                return True
        return super().eventFilter(watched, event)

    def _open(self, plot: PictureCard, spot: QPoint) -> None:
        menu = self.menu(plot)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(spot)

    def _ask(self, plot: PictureCard, title: str, kinds: Sequence[str],
             made: Callable[[Path], bytes]) -> None:
        name = _file_name(f"{self._name()} {plot.title()}" if plot.of_project else plot.title())
        suggested = str(Path(self.folder.path()) / f"{name}{SUFFIXES[kinds[0]]}")
        wanted = file_to_write(self._window, title, suggested, kinds, partial(_named, kinds))
        if wanted is None:
            return
        path = wanted[0]
        try:
            replace_file(path, made(path))
        except EngineError as error:
            self.refused.emit(error.sentence)
            return
        self.folder.note(path)
        self.saved.emit(path)

    def _drawn(self, plot: PictureCard, *, is_svg: bool) -> bytes:
        # Most who open the window never hand out a picture.
        from gui.widgets.drawings import svg_of
        from gui.widgets.pictures import png_of

        app = QApplication.instance()
        assert isinstance(app, QApplication)
        # Nobody sees the other theme come and go: the window is painted later. A plot whose figures
        # have just come may wait for that, and would not draw itself until then.
        for part in (plot, *plot.findChildren(QWidget)):
            part.setUpdatesEnabled(True)
        # What has the keyboard is marked, which belongs to that moment.
        focus = app.focusWidget() if plot.isAncestorOf(app.focusWidget() or self._window) else None
        if focus is not None:
            focus.clearFocus()
        try:
            with theme.in_light(app) if self.white else nullcontext():
                return svg_of(plot) if is_svg else png_of(plot)
        finally:
            if focus is not None:
                focus.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(bool)
    def _on_white_toggled(self, on: bool) -> None:
        self.white = on

    @Slot(QWidget, QWidget)
    def _on_focus_changed(self, _before: QWidget | None, now: QWidget | None) -> None:
        self._used = next((plot for plot in self._plots
                           if now is not None and plot.isAncestorOf(now)), self._used)


def _file_name(text: str) -> str:
    """Return a text without what no file may be called."""
    return "".join(letter if letter.isalnum() or letter in " -_." else "-"
                   for letter in text).strip() or "Plot"


def _named(kinds: Sequence[str], typed: Path, kind: str) -> Path:
    """Return a path that ends as one of the kinds does: as its name says, else as was chosen."""
    known, chosen = [SUFFIXES[one] for one in kinds], kind if kind in kinds else kinds[0]
    path = with_ending(typed, SUFFIXES[chosen], known)
    if chosen != kinds[0] and path.suffix.lower() == known[0]:
        # The name was suggested before the kind of file was chosen.
        return path.with_suffix(SUFFIXES[chosen])
    return path
