"""``train --from`` with a project that was saved with its run: it goes on to the same bytes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.bundles import read_saved, write_bundle
from engine.spec import project_from_json
from gui.terminal.command_line import main
from gui.terminal.history_file import open_history
from tests.engine.bundles import whole
from tests.gui.terminal.test_command_line import LAYERS, assert_one_sentence, written

TRAINING = {"optimizer": {"kind": "adam"}, "learning_rate": 0.01}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return written(tmp_path, {"name": "Test", "network": {"layers": LAYERS},
                              "training": TRAINING})


def train(*arguments: Any) -> int:
    return main(["train", *map(str, arguments)])


def outcome(folder: Path) -> tuple[bytes, dict[str, bytes]]:
    """Return history and weights, byte for byte."""
    with np.load(folder / "weights.npz") as weights:
        return ((folder / "history.csv").read_bytes(),
                {name: weights[name].tobytes() for name in weights.files})


@pytest.fixture
def straight(project: Path, tmp_path: Path) -> tuple[bytes, dict[str, bytes]]:
    """Return what 130 steps come to without a stop."""
    assert train(project, "--steps", 130, "--quiet", "--out", tmp_path / "straight") == 0
    return outcome(tmp_path / "straight")


@pytest.fixture
def stopped(project: Path, tmp_path: Path) -> Path:
    """Return a project that was saved in the middle of an epoch, beside its history."""
    path = tmp_path / "stopped.bplab"
    assert train(project, "--steps", 60, "--quiet", "--out", tmp_path / "out", "--save", path) == 0
    return path


@pytest.mark.parametrize("is_named", [True, False])
def test_it_comes_to_the_bytes_of_never_having_stopped(
        straight: tuple[bytes, dict[str, bytes]], stopped: Path, tmp_path: Path, is_named: bool,
        capsys: pytest.CaptureFixture[str]) -> None:
    named = (stopped,) if is_named else ()
    again = tmp_path / "again.bplab"
    for steps, source, target in ((90, stopped, again), (130, again, again)):
        assert train(*named, "--from", source, "--steps", steps, "--out", tmp_path / "out",
                     "--save", target) == 0
    assert outcome(tmp_path / "out") == straight
    said = capsys.readouterr().out
    assert "130 steps, 5 epochs." in said
    assert "Went on at step 60." in said
    assert "started with" not in said
    found = read_saved(again).checkpoint
    assert found is not None
    assert found.step == 130


def test_rows_behind_the_saved_step_are_cut_off(
        straight: tuple[bytes, dict[str, bytes]], stopped: Path, tmp_path: Path) -> None:
    """As after a crash of a run that went on."""
    assert train("--from", stopped, "--steps", 99, "--quiet", "--out", tmp_path / "out") == 0
    assert train("--from", stopped, "--steps", 130, "--quiet", "--out", tmp_path / "out") == 0
    assert outcome(tmp_path / "out") == straight


def test_another_runs_history_is_not_continued(
        straight: tuple[bytes, dict[str, bytes]], stopped: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    rows = straight[0].splitlines(keepends=True)
    changed = [*rows[:60], rows[60].replace(b"0", b"1"), *rows[61:]]
    for content in (b"", b"step,loss\n", b"".join(rows[:40]), b"".join(changed), b"\xff" * 999):
        (other / "history.csv").write_bytes(content)
        assert train("--from", stopped, "--steps", 130, "--quiet", "--out", other) == 0
        history, weights = outcome(other)
        assert history == b"".join([rows[0], *rows[61:]])
        assert weights == straight[1]


def test_a_history_is_continued_behind_its_row(tmp_path: Path) -> None:
    path, columns = tmp_path / "history.csv", ("loss", 'a "layer",\nof two lines/rms')
    row = np.array([0.5, np.nan])
    with open_history(path, columns) as file:
        file.write("1,0.75,\n2,0.5,\n3,0.25,\n")
    begin = path.read_text()
    with open_history(path, columns, 2, row) as file:
        file.write("3,0.125,\n")
    assert path.read_text() == begin.replace("0.25", "0.125")
    with open_history(path, columns[:1], 2, row[:1]) as file:
        pass
    assert path.read_text() == "step,loss\n"


def test_another_project_takes_over_what_agrees(
        stopped: Path, project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    layers = [*LAYERS[:2], {"id": "more", "kind": "dense"}, LAYERS[2]]
    wider = written(tmp_path, {"network": {"layers": layers}, "training": TRAINING})
    assert train(wider, "--from", stopped, "--steps", 61, "--out", tmp_path / "out") == 0
    said = capsys.readouterr().out
    assert "61 steps" in said
    assert "1 of 3 layers started with the other project's weights." in said
    assert "more: the other project has no layer of this name" in said
    assert len((tmp_path / "out" / "history.csv").read_text().splitlines()) == 2


def test_where_no_layer_agrees_there_is_nothing_to_go_on_with(
        stopped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    layers = [LAYERS[0], {**LAYERS[2], "id": "last"}]
    other = written(tmp_path, {"network": {"layers": layers}})
    assert train(other, "--from", stopped, "--quiet", "--out", tmp_path / "none") == 2
    assert "no layer of this network agrees" in assert_one_sentence(capsys)
    assert not (tmp_path / "none").exists()


def test_a_run_that_is_there_already_is_told(
        stopped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for steps in (60, 1):
        assert train("--from", stopped, "--steps", steps, "--out", tmp_path / "none") == 2
        assert "stands at step 60 already" in assert_one_sentence(capsys)
    assert not (tmp_path / "none").exists()


def test_weights_without_a_run_begin_at_step_0(
        project: Path, stopped: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved = read_saved(stopped)
    assert saved.weights is not None
    plain = tmp_path / "plain.bplab"
    write_bundle(saved.project, saved.weights, plain)
    assert train(project, "--from", plain, "--steps", 1, "--keep-initial",
                 "--out", tmp_path / "new") == 0
    with np.load(tmp_path / "new" / "weights.npz") as weights:
        np.testing.assert_array_equal(weights["initial/hidden/w"], saved.weights["hidden/w"])
    capsys.readouterr()
    assert train("--from", plain) == 2
    assert "plain.bplab: it holds no run" in assert_one_sentence(capsys)
    write_bundle(saved.project, {}, plain)
    assert train(project, "--from", plain) == 2
    assert "it holds no run" in assert_one_sentence(capsys)


def test_a_project_alone_begins_anew(stopped: Path, tmp_path: Path,
                                     capsys: pytest.CaptureFixture[str]) -> None:
    assert train(stopped, "--steps", 3, "--out", tmp_path / "new") == 0
    assert "3 steps" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [
    ["train", "--from", "weights.npz"], ["train", "--from", "none.bplab"],
    ["train", "p.json", "--save", "p.json"]], ids=" ".join)
def test_wrong_commands_are_one_sentence(
        capsys: pytest.CaptureFixture[str], arguments: list[str], tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    np.savez(tmp_path / "weights.npz", w=np.zeros(2))
    assert main(arguments) == 2
    assert_one_sentence(capsys)


def test_a_broken_state_is_one_sentence(stopped: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = whole.members(stopped.read_bytes())
    stopped.write_bytes(whole.zipped({**files, "state.npz": whole.zipped({})}))
    assert train("--from", stopped, "--steps", 130) == 2
    assert "stopped.bplab: 'counters'" in assert_one_sentence(capsys)


def test_data_beside_the_saved_project_are_found(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    home.mkdir()
    elsewhere.mkdir()
    (home / "points.csv").write_text("a,b\n" + "".join(
        f"{i / 10},{'yes' if i % 2 else 'no'}\n" for i in range(40)))
    layers = {"network": {"layers": LAYERS}}
    path = written(home, {"data": {"source": "table", "path": "points.csv"}, **layers})
    monkeypatch.chdir(tmp_path)
    for target in (home / "a.bplab", elsewhere / "a.bplab"):
        assert train(path, "--steps", 2, "--quiet", "--out", elsewhere, "--save", target) == 0
        assert train("--from", target, "--steps", 3, "--quiet", "--out", elsewhere) == 0
    assert project_from_json(json.dumps(json.loads(path.read_text()))).data.path == "points.csv"
    assert read_saved(home / "a.bplab").project.data.path == "points.csv"
