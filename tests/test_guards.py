"""The guards of conftest.py, seen to fail: each bad test below must be reported."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

BAD_TESTS = '''
import logging, threading
import pytest

kept = []
stop = threading.Event()

def test_logs_a_warning():
    logging.getLogger("engine").warning("lukewarm")

def test_leaves_a_thread():
    threading.Thread(target=stop.wait, args=(5,), name="trainer", daemon=True).start()

def test_leaves_a_window(qtbot):
    from PySide6.QtWidgets import QWidget
    kept.append(QWidget(objectName="forgotten"))

def test_leaves_a_qthread(qtbot):
    from PySide6.QtCore import QThread
    kept.append(QThread(objectName="sleeper"))
    kept[-1].start()

def test_makes_qt_complain(qtbot):
    from PySide6.QtCore import qWarning
    qWarning("hem")

def test_stops_what_a_test_before_has_left():
    stop.set()
    for thing in kept:
        if hasattr(thing, "quit"):
            thing.quit()
            thing.wait()
    kept.clear()

def test_expects_its_warning(caplog):
    logging.getLogger("engine").warning("expected")
    assert caplog.messages == ["expected"]
    caplog.clear()

def test_shows_a_window(qtbot):
    from PySide6.QtWidgets import QComboBox
    box = QComboBox()
    box.addItem("one")
    qtbot.addWidget(box)
    box.show()
    box.showPopup()

def test_draws_a_plot(qtbot):
    import pyqtgraph
    plot = pyqtgraph.PlotWidget()
    qtbot.addWidget(plot)
    plot.plot([1, 2, 3])
    plot.show()

@pytest.mark.e2e
def test_needs_a_screen():
    raise RuntimeError("must not run without --screen")
'''


def test_every_bad_test_is_reported(pytester: pytest.Pytester, pytestconfig: pytest.Config) -> None:
    here = Path(__file__).parent
    pytester.makeconftest((here / "conftest.py").read_text("utf-8").replace("JOIN_S = 2.0",
                                                                            "JOIN_S = 0.1"))
    assert pytestconfig.inipath is not None
    (pytester.path / "pyproject.toml").write_text(pytestconfig.inipath.read_text("utf-8"), "utf-8")
    pytester.makepyfile(test_bad=BAD_TESTS)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "test_bad.py")
    result.assert_outcomes(passed=8, failed=1, errors=4, deselected=1)
    result.stdout.fnmatch_lines_random([
        "*the test logged warnings: [[]'engine: lukewarm'[]]*",
        "*the test left threads running: [[]'trainer'[]]*",
        "*the test left windows: *forgotten*",
        "*the test left QThreads running: [[]'sleeper'[]]*",
        "*FAILED test_bad.py::test_makes_qt_complain*",
    ])
