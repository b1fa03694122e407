"""A project on a person's images, in the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.bundles import write_bundle
from engine.data.importers import image_rows
from engine.spec import (
    DataSpec,
    LayerSpec,
    NetworkSpec,
    ProjectSpec,
    TrainingSpec,
    write_project,
)
from gui.terminal.command_line import main
from tests.engine.data.importers.pictures import encoded, pixels, write, write_classes

NETWORK = NetworkSpec((
    LayerSpec("input", "input"), LayerSpec("dense-1", "dense", {"units": 4}),
    LayerSpec("output", "dense", {"units": 2, "activation": "linear"})))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = write_classes(tmp_path / "animals", 6, ("cats", "dogs"))
    write(root / "cats" / "broken.png", b"no image")
    spec = ProjectSpec(
        data=DataSpec("images", path="animals", options={"size": "chosen", "height": 6,
                                                         "width": 5}),
        network=NETWORK, training=TrainingSpec(batch_size=4))
    write_project(spec, tmp_path / "animals.json")
    write_bundle(spec, {}, tmp_path / "animals.bplab")
    return tmp_path


@pytest.mark.parametrize("suffix", ["json", "bplab"])
def test_check_and_train(project: Path, suffix: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = project / f"animals.{suffix}"
    assert main(["check", str(path)]) == 0
    told = capsys.readouterr().out
    assert "Left out: 1 image that cannot be used: cats/broken.png" in told
    assert main(["train", str(path), "--steps", "9", "--out", str(project / "out")]) == 0
    assert "9 steps, 4 epochs" in capsys.readouterr().out


def test_what_turns_out_broken_while_training_is_said(
        project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_rows, "EAGER", 5)
    cut = encoded(pixels(1, 60, 60))
    write(project / "animals" / "dogs" / "cut.png", cut[:len(cut) // 2])
    assert main(["train", str(project / "animals.json"), "--steps", "9", "--out",
                 str(project / "out")]) == 0
    assert "1 file could not be read" in capsys.readouterr().out
