"""What holds for every test: the platform of Qt, and guards against what a test leaves behind."""

from __future__ import annotations

import gc
import logging
import os
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from pytestqt.qtbot import QtBot

hypothesis.settings.register_profile("ci", derandomize=True, deadline=None)
hypothesis.settings.load_profile("ci")

PATIENCE_MS = 30_000
"""How long qtbot waits for what must happen: other tests may use the processor meanwhile."""

JOIN_S = 2.0
"""How long a thread that is about to end may take after its test."""


ALONE = ("e2e", "alone")
"""Marks of what runs with --screen, one after the other."""

WHOLE = ("whole", "sampled", "needs")
"""Marks of what runs with --whole: what was left out, in part or for want of a package."""

left_out = pytest.StashKey[Counter[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screen", action="store_true",
                     help="run the tests marked e2e, which need a screen, and those marked alone, "
                          "and no others")
    parser.addoption("--whole", action="store_true",
                     help="run what is left out without this option: the tests marked whole, and "
                          "all of what is sampled otherwise; and those that need further packages")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[left_out] = Counter()
    if config.getoption("--whole"):
        # Read by tests/tiers.py.
        os.environ["BACKPROP_LAB_WHOLE"] = "yes"
    for wait in (QtBot.waitSignal, QtBot.waitSignals, QtBot.waitUntil):
        wait.__kwdefaults__["timeout"] = PATIENCE_MS
    if not config.getoption("--screen"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Pass over files without a mark that is wanted: to import them all takes many seconds."""
    wanted = [names for option, names in (("--screen", ALONE), ("--whole", WHOLE))
              if config.getoption(option)]
    if not wanted or collection_path.suffix != ".py":
        return None
    text = collection_path.read_text("utf-8")
    return not all(any(f"mark.{name}" in text for name in names) for names in wanted) or None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    kept, deselected = [], []
    for item in items:
        is_kept = is_of_this_run(item, config) and is_of_this_tier(item, config)
        (kept if is_kept else deselected).append(item)
        for mark in item.iter_markers("needs"):
            for name in mark.args:
                if not is_installed(name):
                    item.add_marker(pytest.mark.skip(
                        reason=f"needs {name}, which 'dev.py check' installs"))
    config.hook.pytest_deselected(items=deselected)
    items[:] = kept


def is_of_this_run(item: pytest.Item, config: pytest.Config) -> bool:
    """Say whether a test is one for a screen, or one that others may run beside, as is wanted."""
    on_screen = item.get_closest_marker("e2e") is not None
    if on_screen or item.get_closest_marker("alone") is None:
        return on_screen == config.getoption("--screen")
    return config.getoption("--screen") or not hasattr(config, "workerinput")


def is_of_this_tier(item: pytest.Item, config: pytest.Config) -> bool:
    """Say whether a test is wanted with --whole, or without; count what the other tier has."""
    if config.getoption("--whole"):
        return any(item.get_closest_marker(name) for name in WHOLE)
    for name in ("whole", "sampled"):
        config.stash[left_out][name] += item.get_closest_marker(name) is not None
    return item.get_closest_marker("whole") is None


def is_installed(package: str) -> bool:
    try:
        metadata.distribution(package)
    except metadata.PackageNotFoundError:
        return False
    return True


def pytest_sessionfinish(session: pytest.Session) -> None:
    qt = sys.modules.get("PySide6.QtGui")
    if qt is not None and qt.QGuiApplication.instance() is not None:
        # Without a system, what was copied is freed only when the interpreter has gone.
        qt.QGuiApplication.clipboard().clear()
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = dict(session.config.stash[left_out])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    # Every worker has collected all tests.
    node.config.stash[left_out] = Counter(getattr(node, "workeroutput", {}).get("left_out", {}))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    counts = config.stash[left_out]
    if config.getoption("--whole"):
        terminalreporter.write_line("Left out: all that runs without --whole.")
    elif any(counts.values()):
        terminalreporter.write_line(
            f"Left out: {counts['whole']} tests and parts of {counts['sampled']} others (run with "
            f"--whole).")


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
    # As in the program, no thread destroys what belongs to Qt; afterwards there are none.
    gc.disable()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QThread, "start", noted_start)
        yield
    gc.unfreeze()
    gc.enable()
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
