"""What holds for every test: the platform of Qt, and guards against what a test leaves behind."""

from __future__ import annotations

import gc
import logging
import os
import sys
import threading
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest

hypothesis.settings.register_profile("ci", derandomize=True, deadline=None)
hypothesis.settings.load_profile("ci")

JOIN_S = 2.0
"""How long a thread that is about to end may take after its test."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screen", action="store_true",
                     help="run the tests marked e2e, which need a screen, and no others")


def pytest_configure(config: pytest.Config) -> None:
    if not config.getoption("--screen"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    screen = config.getoption("--screen")
    kept, left_out = [], []
    for item in items:
        wanted = (item.get_closest_marker("e2e") is not None) == screen
        (kept if wanted else left_out).append(item)
    config.hook.pytest_deselected(items=left_out)
    items[:] = kept


@pytest.fixture(autouse=True)
def no_warnings_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test whose code logs a warning; one that expects it ends with `caplog.clear()`."""
    yield
    logged = [f"{record.name}: {record.getMessage()}"
              for record in (*caplog.get_records("setup"), *caplog.get_records("call"))
              if record.levelno >= logging.WARNING]
    assert not logged, f"the test logged warnings: {logged}"


@pytest.fixture(autouse=True)
def no_threads_left() -> Iterator[None]:
    """Fail a test that leaves a thread running, a training one above all."""
    before = set(threading.enumerate())
    yield
    started = set(threading.enumerate()) - before
    # A Qt thread that has run Python code shows up here too, but cannot be joined; the helpers of
    # the training loop wait for the next run.
    started = {thread for thread in started
               if not thread.name.startswith(("Dummy-", "tqdm", "helper"))}
    for thread in started:
        thread.join(JOIN_S)
    alive = sorted(thread.name for thread in started if thread.is_alive())
    assert not alive, f"the test left threads running: {alive}; stop and join them"


@pytest.fixture(autouse=True)
def no_qt_objects_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a Qt test that leaves a window or a QThread; tests without Qt never import it."""
    if "qapp" not in request.fixturenames:
        yield
        return
    from PySide6.QtCore import QThread

    qt_threads: list[QThread] = []
    start = QThread.start

    def noted_start(thread: QThread, *arguments: Any) -> None:
        qt_threads.append(thread)
        start(thread, *arguments)

    before = set(windows())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QThread, "start", noted_start)
        yield
    running = [thread.objectName() or "unnamed" for thread in qt_threads if is_running(thread)]
    assert not running, f"the test left QThreads running: {running}; quit and wait for them"
    left = windows_left(before)
    assert not left, f"the test left windows: {left}; give them to qtbot.addWidget or close them"


def windows() -> dict[int, str]:
    """Return address, class and name of the windows that nothing but Python keeps alive.

    Menus are left out, since pyqtgraph keeps those of its view boxes until the next collection,
    and tooltips, which Qt takes away itself.
    """
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QApplication, QMenu

    shiboken = sys.modules["shiboken6"]
    return {
        shiboken.getCppPointer(widget)[0]:
            f"{type(widget).__name__} {widget.objectName() or widget.windowTitle()!r}"
        for widget in QApplication.topLevelWidgets()
        if widget.parent() is None and not isinstance(widget, QMenu)
        and widget.windowType() != Qt.WindowType.ToolTip
    }


def windows_left(before: set[int]) -> list[str]:
    """Return class and name of every window that did not exist before and will not go away."""
    from PySide6.QtCore import QCoreApplication, QEvent

    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    if windows().keys() - before:
        gc.collect()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return [name for address, name in windows().items() if address not in before]


def is_running(thread: Any) -> bool:
    """Say whether a QThread runs; one that Qt has already deleted does not."""
    shiboken = sys.modules["shiboken6"]
    return bool(shiboken.isValid(thread)) and bool(thread.isRunning())
