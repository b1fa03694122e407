"""`backprop-lab export`: files of other libraries, from a project and from what it has learned."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.bundles import write_bundle
from engine.data import load
from engine.export.build import build_graph
from engine.export.graph import Graph
from engine.spec import read_project
from engine.training import Trainer
from gui.terminal import export_run
from gui.terminal.command_line import main
from gui.terminal.results import holding

IRIS = Path("resources/examples/08-iris.json").resolve()


def export(*arguments: object) -> int:
    return main(["export", *map(str, arguments)])


@pytest.mark.parametrize(("key", "names"), [
    ("pytorch", {"net.py", "net.npz", "net.safetensors"}),
    ("notebook", {"net.ipynb", "net.npz", "net.safetensors"}), ("numpy", {"net.py", "net.npz"})])
def test_files_go_where_they_are_wanted(key: str, names: set[str], tmp_path: Path,
                                        capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "new" / "folder"
    assert export(IRIS, "--to", key, "--out", out, "--name", "net") == 0
    assert {path.name for path in out.iterdir()} == names
    told = capsys.readouterr().out
    assert all(name in told for name in names)


def test_the_name_is_that_of_the_project_file(tmp_path: Path) -> None:
    assert export(IRIS, "--to", "numpy", "--out", tmp_path, "--quiet") == 0
    assert (tmp_path / "network_08_iris.py").exists()


def test_what_is_there_stays_unless_it_may_be_replaced(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / "net.npz"
    mine.write_text("mine")
    assert export(IRIS, "--to", "numpy", "--out", tmp_path, "--name", "net") == 2
    assert mine.read_text() == "mine"
    assert not (tmp_path / "net.py").exists()
    assert "net.npz" in capsys.readouterr().err
    assert export(IRIS, "--to", "numpy", "--out", tmp_path, "--name", "net", "--replace") == 0
    assert mine.read_bytes()[:2] == b"PK"


def test_weights_are_those_of_the_file(tmp_path: Path) -> None:
    project = read_project(IRIS)
    run = Trainer(project, load(project.data), threads=1)
    run.run(30, 60.0)
    learned = run.weights()
    write_bundle(project, learned, tmp_path / "learned.bplab")
    assert export(tmp_path / "learned.bplab", "--to", "numpy", "--out", tmp_path) == 0
    with np.load(tmp_path / "learned.npz") as found:
        for name, array in learned.items():
            np.testing.assert_array_equal(found[f"weights/{name.replace('-', '_')}"], array)


@pytest.mark.parametrize(("arguments", "said"), [
    (("--to", "caffe"), "one of pytorch"), ((), "--to")])
def test_a_wrong_target_is_said_in_a_sentence(
        arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        code = export(IRIS, *arguments)
    except SystemExit as ended:
        code = ended.code
    assert code == 2
    assert said in capsys.readouterr().err


def test_a_folder_that_another_program_writes_to_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with holding(tmp_path):
        assert export(IRIS, "--to", "numpy", "--out", tmp_path) == 2
        assert main(["compare", str(IRIS), str(IRIS), "--steps", "1", "--quiet", "--out",
                     str(tmp_path)]) == 2
    told = capsys.readouterr().err
    assert told.count("another program is writing its results there") == 2
    assert not list(tmp_path.iterdir())
    assert export(IRIS, "--to", "numpy", "--out", tmp_path, "--quiet") == 0


def test_what_has_come_meanwhile_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = tmp_path / "net.npz"

    def late(*arguments: object) -> Graph:
        there.write_bytes(b"another program's")
        return build_graph(*arguments)

    monkeypatch.setattr(export_run, "build_graph", late)
    assert export(IRIS, "--to", "numpy", "--out", tmp_path, "--name", "net") == 2
    assert [path.name for path in tmp_path.iterdir()] == [there.name]
