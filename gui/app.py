"""The application around the window: look, log, faults, and what it does unattended."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from platformdirs import PlatformDirs
from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from engine.errors import DivergedError
from engine.footprint import hold_little
from gui import theme
from gui.program import ERROR, NAME, WindowOptions, complain, say
from gui.window.collector import Collector
from gui.window.faults import Faults, write_log
from gui.window.main_window import MainWindow
from gui.window.preferences import Settings
from gui.window.unfinished import Unfinished
from gui.workbench.pace import Speed

if TYPE_CHECKING:
    from gui.workbench.workbench import Workbench

SWITCH_INTERVAL_S = 0.001
"""How soon the training thread gets the interpreter back from the window, and the reverse."""
POLL_MS = 5
DIRECTORIES = PlatformDirs("backprop-lab", appauthor=False)


def run(options: WindowOptions, started_s: float) -> int:
    """Show the window until it is closed; return the exit code.

    Parameters
    ----------
    options : WindowOptions
        What the command line says.
    started_s : float
        `time.perf_counter` when the process began.
    """
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    app = application()
    faults = Faults(write_log(folder_of("log")), options.unattended)
    faults.install()
    try:
        window = open_window(app, options, faults)
        unattended = Unattended(window, options, started_s)
        window.show()
    except Exception as error:  # noqa: BLE001 - whatever is missing, it is told
        faults.end(error)
        app.exec()
        return faults.status
    status = app.exec()
    return faults.status or unattended.status or status


def open_window(app: QApplication, options: WindowOptions, faults: Faults) -> MainWindow:
    """Return the window, in the look that a person has chosen, not shown yet."""
    alone = options.unattended
    config, data = folder_of("config"), folder_of("data")
    settings = Settings(None if alone or config is None else config / "settings.ini",
                        None if alone or data is None else data / "experiments")
    scheme: theme.Scheme = options.theme or ("light" if alone else settings.theme)
    theme.set_scale(app, settings.scale)
    theme.apply(app, scheme)
    window = MainWindow(settings, options.project,
                        None if alone or data is None else data / "recovery", asks=not alone)
    Collector(window)
    unfinished = Unfinished(window)
    window.furnished.connect(lambda: unfinished.watch(window.actions()))
    faults.guard(window, window.keep_work)
    window.start_failed.connect(faults.end)
    app.aboutToQuit.connect(window.shut_down)
    # Before there are threads with heaps of their own; the first paint does not wait for it.
    window.painted.connect(hold_little)
    if sys.platform == "darwin":
        # Only there; what filters an application's events costs time at every one.
        from gui.window.file_open import FileOpener

        FileOpener(app, window.open_if_untouched)
    if options.size is not None:
        window.resize(*options.size)
    else:
        window.fill_small_screen()
    return window


def folder_of(kind: Literal["config", "data", "log"]) -> Path | None:
    """Return the user's folder for settings, for work, or for the log; None if there is none."""
    try:
        path: Path = getattr(DIRECTORIES, f"user_{kind}_path")
    except RuntimeError:
        # A user without an entry in the system's list and without HOME.
        return None
    # Some versions of platformdirs return "~/..." for such a user.
    return path if path.is_absolute() else None


def application() -> QApplication:
    """Return the Qt application under its name."""
    app = QApplication.instance() or QApplication([NAME])
    assert isinstance(app, QApplication)
    app.setApplicationName("backprop-lab")
    app.setApplicationDisplayName(NAME)
    app.setDesktopFileName("org.backproplab.BackpropLab")
    app.setWindowIcon(QIcon(str(theme.icons.FOLDER / "backprop-lab.svg")))
    return app


def picture_of(window: QWidget) -> QPixmap:
    """Return a picture of all that a window shows, also of plots that would be painted next."""
    for held in window.findChildren(QWidget):
        if not held.updatesEnabled():
            held.setUpdatesEnabled(True)
    return window.grab()


class Unattended(QObject):
    """What happens by itself after the start: run, picture, figures. GUI thread only.

    Parameters
    ----------
    window : MainWindow
        The window.
    options : WindowOptions
        What the command line says.
    started_s : float
        `time.perf_counter` when the process began.

    Attributes
    ----------
    status : int
        Exit code.
    """

    def __init__(self, window: MainWindow, options: WindowOptions, started_s: float) -> None:
        super().__init__(window)
        self.status = 0
        self._window, self._options = window, options
        self._started_s = started_s
        self._poll = QTimer(self)
        self._poll.setInterval(POLL_MS)
        self._poll.timeout.connect(self._on_poll_timeout)
        window.painted.connect(self._on_window_painted)
        window.workbench_made.connect(self._on_window_workbench_made)
        window.furnished.connect(self._on_window_furnished)
        if options.unattended:
            QTimer.singleShot(round(1000 * (options.within_s + options.after_s)),
                              self._on_too_late)

    @Slot()
    def _on_window_painted(self) -> None:
        self._note("first paint")

    @Slot(object)
    def _on_window_workbench_made(self, workbench: Workbench) -> None:
        if self._options.unattended:
            # Nobody watches: a picture after some seconds is to show as much as can be learned.
            workbench.set_speed(Speed.FULL)
        if self._options.run:
            workbench.run()

    @Slot()
    def _on_window_furnished(self) -> None:
        self._note("ready for input")
        lab = self._window.lab
        assert lab is not None
        lab.boundary_shown.connect(self._on_lab_boundary_shown)
        lab.workbench.failed.connect(self._on_workbench_failed)
        if self._options.run:
            lab.workbench.run()
        if self._options.unattended and lab.document.issues:
            self._tell_untrainable(lab.document.issues[0].text)

    def _tell_untrainable(self, sentence: str) -> None:
        """Say why nothing will be trained, for which a picture need not wait."""
        complain(sentence)
        if self._options.screenshot is not None:
            QTimer.singleShot(round(1000 * self._options.after_s), self._on_picture_due)
        else:
            self.status = ERROR
            self._window.close()

    @Slot()
    def _on_lab_boundary_shown(self) -> None:
        # The frame is on the screen once the event loop has come round.
        QTimer.singleShot(0, self._on_boundary_painted)

    @Slot()
    def _on_boundary_painted(self) -> None:
        self._note("first boundary")
        if self._options.screenshot is not None:
            QTimer.singleShot(round(1000 * self._options.after_s), self._on_picture_due)
        elif self._options.profile_start and not self._options.run:
            self._window.close()
        elif self._options.profile_start:
            self._poll.start()

    @Slot()
    def _on_poll_timeout(self) -> None:
        lab = self._window.lab
        if lab is not None and lab.loss.points:
            self._poll.stop()
            self._note("first training step", lab.workbench.stepped_s)
            self._note("first training point")
            self._window.close()

    @Slot()
    def _on_picture_due(self) -> None:
        path: Path | None = self._options.screenshot
        if not picture_of(self._window).save(str(path)):
            complain(f"{path}: the picture cannot be written. Choose another folder.")
            self.status = 2
        self._window.close()

    @Slot(str, object)
    def _on_workbench_failed(self, _run: str, error: Exception) -> None:
        if not self._options.unattended:
            return
        complain(str(error))
        # A network that diverges is something to take a picture of; a broken engine is not.
        if not isinstance(error, DivergedError):
            self.status = 2
            self._window.close()

    @Slot()
    def _on_too_late(self) -> None:
        complain("The window has not come to life in time.")
        self.status = 2
        self._window.close()

    def _note(self, what: str, at_s: float | None = None) -> None:
        if self._options.profile_start:
            at_s = time.perf_counter() if at_s is None else at_s
            say(f"{what}: {1000 * (at_s - self._started_s):.0f} ms")
