"""A run that is saved with its project goes on where it was, in the window too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from engine.bundles import read_saved
from engine.data import load
from engine.spec import default_project
from engine.telemetry.earlier_run import EarlierRun
from engine.training import Trainer
from gui.document.document import Document
from gui.document.project_files import read_file, write_file
from gui.window.lab_page import LabPage
from gui.workbench.run_plan import Reason
from gui.workbench.state import State
from gui.workbench.workbench import Workbench
from tests.engine.bundles import whole
from tests.gui.workbench.fake_trainer import FakeEngine

PROJECT = replace(default_project(), training=replace(default_project().training, steps=70))


def earlier(name: str) -> EarlierRun:
    return EarlierRun(name=name, project=default_project(), task="classification", step=3, epoch=0,
                      figures={"loss": 0.5}, weights={}, steps=np.arange(3.0), epochs=np.zeros(3),
                      curves={"loss": np.ones(3)})


def test_an_opened_run_stands_where_it_was(
    qtbot: QtBot, lab: LabPage, engine: FakeEngine, tmp_path: Path
) -> None:
    path = tmp_path / "trained.bplab"
    lab.workbench.run()
    qtbot.waitUntil(lambda: engine.newest.step > 10)
    lab.workbench.pause()
    qtbot.waitUntil(lambda: lab.workbench.state is State.PAUSED)
    step = engine.newest.step
    assert lab.files.save_to(path, with_weights=True)
    saved = read_saved(path).checkpoint
    assert saved is not None
    assert saved.step == step
    assert lab.files.open(path)
    qtbot.waitUntil(lambda: len(engine.trainers) == 2 and lab.workbench.state is State.READY)
    assert lab.workbench.reason is Reason.RESUMED
    assert engine.newest.step == step
    assert engine.newest.given_weights is None
    assert lab.strip.accessibleName().startswith(
        f"Project opened with its run. Run (Space) goes on from step {step:,}.")
    qtbot.waitUntil(lambda: lab.transport.step_readout.value() == f"{step:,}")
    lab.workbench.step()
    qtbot.waitUntil(lambda: engine.newest.step == step + 1)
    # Once only: a reset begins at step 0.
    lab.workbench.reset()
    qtbot.waitUntil(lambda: len(engine.trainers) == 3 and lab.workbench.state is State.READY)
    assert engine.newest.step == 0


def test_a_run_is_saved_while_it_trains(
    qtbot: QtBot, lab: LabPage, engine: FakeEngine, tmp_path: Path
) -> None:
    lab.workbench.run()
    qtbot.waitUntil(lambda: engine.newest.step > 10)
    assert lab.files.save_to(tmp_path / "a.bplab", with_weights=True)
    assert lab.workbench.state is State.RUNNING
    first = read_saved(tmp_path / "a.bplab").checkpoint
    step = engine.newest.step
    qtbot.waitUntil(lambda: engine.newest.step > step)
    assert lab.files.save()
    second = read_saved(tmp_path / "a.bplab").checkpoint
    assert first is not None
    assert second is not None
    assert 10 < first.step < second.step


def test_the_real_run_goes_on_with_the_bytes_of_never_having_stopped(
    qtbot: QtBot, tmp_path: Path
) -> None:
    path, data = tmp_path / "half.bplab", load(PROJECT.data)
    straight, half = Trainer(PROJECT, data, threads=1), Trainer(PROJECT, data, threads=1)
    straight.run(70, 60.0)
    half.run(33, 60.0)
    write_file(PROJECT, path, checkpoint=half.checkpoint())
    document = Document()
    assert document.open(path) == ()
    bench = Workbench(document)
    try:
        qtbot.waitUntil(lambda: bench.state is State.READY, timeout=60_000)
        bench.run()
        qtbot.waitUntil(lambda: bench.state is State.PAUSED, timeout=60_000)
        found = bench.checkpoint()
        assert found.step == 70
        for name, array in straight.weights().items():
            assert found.array(name).tobytes() == array.tobytes(), name
    finally:
        bench.shut_down()


def test_earlier_runs_stay_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.bplab"
    document = Document()
    document.earlier = (earlier("Xavier"), earlier("He"))
    document.save(path)
    assert read_saved(path).earlier == ()
    document.keeps_earlier = True
    document.save(path)
    document.earlier = ()
    document.open(path)
    assert [run.name for run in document.earlier] == ["Xavier", "He"]
    document.save()
    assert [run.name for run in read_saved(path).earlier] == ["Xavier", "He"]
    document.load_project(default_project())
    assert document.earlier == ()
    assert not document.keeps_earlier


def test_files_that_earlier_runs_name_move_with_the_project(tmp_path: Path) -> None:
    inside = replace(default_project(), data=replace(
        default_project().data, source="table", path=str(tmp_path / "people.csv")))
    run = EarlierRun(**{**earlier("table").__dict__, "project": inside})
    write_file(inside, tmp_path / "a.bplab", earlier=[run])
    assert read_saved(tmp_path / "a.bplab").earlier[0].project.data.path == "people.csv"
    found = read_file(tmp_path / "a.bplab")
    assert found.project == found.earlier[0].project == inside


def test_a_broken_earlier_run_is_told(lab: LabPage, tmp_path: Path) -> None:
    path = tmp_path / "a.bplab"
    write_file(lab.document.project, path, earlier=[earlier("Xavier")])
    files = whole.members(path.read_bytes())
    path.write_bytes(whole.zipped({**files, "earlier-1.zip": b"nothing"}))
    assert lab.files.open(path)
    assert "earlier-1.zip is left out" in lab.message.text()
    assert lab.document.path == path


def test_a_failing_save_leaves_the_saved_run(
    lab: LabPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.bplab"
    assert lab.files.save_to(path, with_weights=True)
    before = path.read_bytes()

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", fail)
        assert not lab.files.save()
    assert path.read_bytes() == before


def test_a_run_whose_project_had_to_be_mended_begins_anew(
    qtbot: QtBot, lab: LabPage, engine: FakeEngine
) -> None:
    saved = Trainer(PROJECT, load(PROJECT.data), threads=1)
    saved.run(3, 60.0)
    layers = PROJECT.network.layers[:-1]
    lab.document.load_project(replace(PROJECT, network=type(PROJECT.network)(layers)),
                              checkpoint=saved.checkpoint())
    assert lab.workbench.state is State.INVALID
    lab.document.set_option(layers[-1].id, "units", lab.document.dataset.n_outputs)
    lab.document.set_option(layers[-1].id, "activation", "linear")
    qtbot.waitUntil(lambda: lab.workbench.state is State.READY)
    assert engine.newest.step == 0
    assert lab.workbench.begins_at == 0
