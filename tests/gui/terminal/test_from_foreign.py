"""``train --from`` with weights that another program has written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gui.terminal.command_line import main
from tests.engine.foreign.made_files import gemm, numbered, onnx_bytes, safetensors_bytes
from tests.gui.terminal.test_command_line import LAYERS, assert_one_sentence, written

W, B = numbered(2, 6) / 10, numbered(6) / 20
V, C = numbered(6, 2, start=-3) / 10, numbered(2) / 20


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return written(tmp_path, {"name": "Test", "network": {"layers": LAYERS}})


def first_weights(folder: Path) -> dict[str, NDArray[Any]]:
    with np.load(folder / "weights.npz") as file:
        return {key.removeprefix("initial/"): file[key] for key in file.files
                if key.startswith("initial/")}


def assert_all_are_there(folder: Path) -> None:
    found = first_weights(folder)
    for name, array in (("hidden/w", W), ("hidden/b", B), ("output/w", V), ("output/b", C)):
        np.testing.assert_array_equal(found[name], array)


def write(path: Path) -> None:
    """Write the weights of the network as the ending of the name says."""
    if path.suffix == ".safetensors":
        path.write_bytes(safetensors_bytes({
            "net.0.weight": W.T, "net.0.bias": B, "net.2.weight": V.T, "net.2.bias": C},
            format="pt"))
    elif path.suffix == ".npz":
        np.savez(path, **{"sequential/dense/kernel": W, "sequential/dense/bias": B,
                          "sequential/dense_1/kernel": V, "sequential/dense_1/bias": C})
    else:
        path.write_bytes(onnx_bytes(
            [gemm("a", "x", "w", "b"), gemm("c", "a-out", "v", "d", transB=1)],
            {"w": W, "b": B, "v": np.ascontiguousarray(V.T), "d": C}))


@pytest.mark.parametrize("name", ["net.safetensors", "net.npz", "net.onnx"])
def test_every_kind_of_file_is_started_from(
    project: Path, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / name)
    assert main(["train", str(project), "--from", str(tmp_path / name), "--steps", "1",
                 "--keep-initial", "--out", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "2 of 2 layers started with weights of the file." in said
    assert "found by its place in the order" in said
    assert ("transposed" in said) == (name != "net.npz")
    assert_all_are_there(tmp_path)


def test_a_project_can_name_such_a_file(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "net.safetensors")
    content = json.loads(project.read_text())
    project = written(tmp_path, {**content, "start_from": "net.safetensors"})
    assert main(["check", str(project)]) == 0
    assert main(["train", str(project), "--steps", "1", "--keep-initial",
                 "--out", str(tmp_path)]) == 0
    assert_all_are_there(tmp_path)
    (tmp_path / "net.safetensors").write_bytes(b"cut off")
    assert main(["check", str(project)]) == 2
    assert "net.safetensors: this cannot be read as a safetensors file" in capsys.readouterr().out


def test_a_file_of_which_nothing_fits_ends_the_command(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "net.safetensors").write_bytes(safetensors_bytes({
        "hidden.weight": numbered(9, 9), "hidden.bias": numbered(9)}))
    assert main(["train", str(project), "--from", str(tmp_path / "net.safetensors"),
                 "--out", str(tmp_path)]) == 2
    said = assert_one_sentence(capsys)
    assert "hidden: w is 2x6 here, and hidden.weight is 9x9" in said


@pytest.mark.parametrize(("name", "words"), [
    ("net.pt", "save_file(model.state_dict()"), ("net.keras", "numpy.savez("),
    ("net.safetensors", "cannot be read as a safetensors file"),
    ("net.npz", "cannot be read as an archive of NumPy arrays"),
    ("net.onnx", "cannot be read as an ONNX model")])
def test_a_broken_file_gets_one_sentence(
    project: Path, tmp_path: Path, name: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_bytes(b"\x80\x04nonsense")
    assert main(["train", str(project), "--from", str(tmp_path / name),
                 "--out", str(tmp_path)]) == 2
    assert words in assert_one_sentence(capsys)


def test_a_pickle_in_an_archive_is_not_run(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    np.savez(tmp_path / "net.npz", w=np.array([{"a": 1}], dtype=object))
    assert main(["train", str(project), "--from", str(tmp_path / "net.npz"),
                 "--out", str(tmp_path)]) == 2
    assert "holds objects of Python as a pickle" in assert_one_sentence(capsys)
