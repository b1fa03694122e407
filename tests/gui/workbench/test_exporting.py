"""The errand that exports: with the real engine, in two pieces."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from engine.data import load
from engine.export.targets import target
from engine.spec import read_project
from engine.training import Trainer
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
