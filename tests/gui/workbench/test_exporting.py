"""The errand that exports: with the real engine, in two pieces."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from engine.data import load
from engine.export.target import Target, Written
from engine.export.targets import target
from engine.spec import read_project
from engine.training import Trainer
from gui.workbench import exporting
from gui.workbench.exporting import Export, ExportErrand, ExportReports

IRIS = Path(__file__).parents[3] / "resources" / "examples" / "08-iris.json"


def test_a_project_is_written_with_the_weights_that_it_is_given(qtbot: QtBot, tmp_path: Path
                                                                ) -> None:
    project = read_project(IRIS)
    dataset = load(project.data)
    weights = Trainer(project, dataset, threads=1).weights()
    reports = ExportReports()
    errand = ExportErrand(
        Export(project, dataset, weights, target("numpy"), tmp_path, "iris"), reports)
    with qtbot.waitSignal(reports.made) as told:
        assert not errand.advance(0.0)
        assert not list(tmp_path.iterdir())
        assert errand.advance(0.0)
    assert told.args == [tmp_path / "iris.py"]
    assert {path.name for path in tmp_path.iterdir()} == {"iris.py", "iris.npz"}


class Watched:
    """A target whose writer can be cancelled while it writes."""

    def __init__(self) -> None:
        self.errand: ExportErrand | None = None
        self.written = 0

    def write(self, _graph: object, stem: str) -> Written:
        self.written += 1
        if self.errand is not None:
            self.errand.cancel()
        return Written({f"{stem}.py": b"script"})


@pytest.mark.parametrize("when", ["before", "between", "while it is written"])
def test_what_is_cancelled_writes_nothing(
        qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    monkeypatch.setattr(exporting, "make_graph", lambda _asked: object())
    watched, reports = Watched(), ExportReports()
    fake = Target("fake", "Fake", "A script.", (".py",), watched.write)
    project = read_project(IRIS)
    errand = ExportErrand(Export(project, load(project.data), {}, fake, tmp_path, "net"), reports)
    if when == "while it is written":
        watched.errand = errand
    if when == "before":
        errand.cancel()
    else:
        assert not errand.advance(0.0)
    if when == "between":
        errand.cancel()
    with qtbot.assertNotEmitted(reports.made), qtbot.waitSignal(reports.cancelled):
        assert errand.advance(0.0)
    assert not list(tmp_path.iterdir())
    assert watched.written == (when == "while it is written")
