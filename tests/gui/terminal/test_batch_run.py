"""A run in the terminal writes what it promises, also when it ends badly."""

from __future__ import annotations

import csv
import io
import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from engine import cachedir
from engine.errors import DivergedError, FormatError
from engine.messages import say
from engine.spec import default_project
from gui.program import INTERRUPTED
from gui.terminal import batch_run as batch_run_module
from gui.terminal.batch_run import BatchRun, read_weights, write_weights
from gui.terminal.history_file import csv_lines
from tests.gui.workbench.conftest import two_clouds
from tests.gui.workbench.fake_trainer import FakeEngine

PROJECT = default_project()
DATASET = two_clouds(PROJECT.data)
ROOT = Path(batch_run_module.__file__).parents[2]


def batch_run(out: Path | None, engine: FakeEngine, steps: int = 2500, **options: Any) -> BatchRun:
    return BatchRun(PROJECT, DATASET, steps, out, make=engine, **options)


def history(folder: Path) -> list[dict[str, str]]:
    with (folder / "history.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_step_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert batch_run(tmp_path / "new" / "folder", FakeEngine()).carry_out() == 0
    rows = history(tmp_path / "new" / "folder")
    assert [int(row["step"]) for row in rows] == list(range(1, 2501))
    assert list(rows[0]) == ["step", "loss", "validation_loss", "validation_accuracy",
                             "dense-1/gradient_rms", "dense-1/update_ratio"]
    assert float(rows[2]["loss"]) == 1 / 3
    assert rows[0]["validation_loss"] == ""
    with np.load(tmp_path / "new" / "folder" / "weights.npz") as weights:
        assert sorted(weights.files) == ["dense-1/b", "dense-1/w"]
        assert (weights["dense-1/w"] == 2500).all()
    output = capsys.readouterr()
    assert "2,500 steps, 100 epochs." in output.out
    assert "accuracy 50.0%" in output.out
    assert "2500/2500" in output.err
    assert "loss 0.0004" in output.err


def test_the_doctor_has_the_last_word(capsys: pytest.CaptureFixture[str]) -> None:
    project = replace(PROJECT, training=replace(PROJECT.training, learning_rate=1e-7))
    assert BatchRun(project, DATASET, 3000, None).carry_out() == 0
    told = capsys.readouterr().out
    assert "  Doctor: " in told
    verdict = told.split("  Doctor: ")[1].splitlines()
    assert verdict[0].startswith("Learning rate too low. "), verdict
    assert verdict[1].startswith("  Rule: "), verdict


def test_the_doctor_looks_the_more_rarely_the_longer_a_run_is(tmp_path: Path) -> None:
    engine = FakeEngine()
    batch_run(None, engine, 3000).carry_out()
    seen = engine.newest.snapshots
    assert 60 < seen < 90, "some 20 up to step 400, and so many from there to 3,000"
    batch_run(None, engine, 3000, quiet=True).carry_out()
    assert engine.newest.snapshots == 0, "who asks for no summary pays for none"


def test_initial_weights_are_kept_on_request(tmp_path: Path) -> None:
    batch_run(tmp_path, FakeEngine(), 10, keep_initial=True, quiet=True).carry_out()
    with np.load(tmp_path / "weights.npz") as weights:
        assert sorted(weights.files) == ["dense-1/b", "dense-1/w",
                                         "initial/dense-1/b", "initial/dense-1/w"]
        assert (weights["initial/dense-1/w"] == 0).all()
    assert sorted(read_weights(tmp_path / "weights.npz")) == ["dense-1/b", "dense-1/w"]
    assert sorted(os.listdir(tmp_path)) == ["history.csv", "weights.npz"]


@pytest.mark.parametrize("use_averaged", [False, True])
def test_the_average_takes_the_weights_place_on_request(use_averaged: bool, tmp_path: Path) -> None:
    batch_run(tmp_path, FakeEngine(), 10, use_averaged=use_averaged, quiet=True).carry_out()
    with np.load(tmp_path / "weights.npz") as weights:
        assert (weights["dense-1/w"] == (-1 if use_averaged else 10)).all()


def test_initial_weights_are_told_from_a_layer_called_initial(tmp_path: Path) -> None:
    own = {"initial/w": np.ones(2), "dense/w": np.zeros(2)}
    write_weights(tmp_path / "weights.npz", {**own, **{f"initial/{key}": np.full(2, 7.0)
                                                       for key in own}})
    found = read_weights(tmp_path / "weights.npz")
    assert found.keys() == own.keys()
    for key, array in own.items():
        np.testing.assert_array_equal(found[key], array)


def test_quiet_says_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    batch_run(tmp_path, FakeEngine(), 10, quiet=True).carry_out()
    assert capsys.readouterr() == ("", "")


def test_given_weights_reach_the_trainer(tmp_path: Path) -> None:
    engine, given = FakeEngine(), {"dense-1/w": np.ones((2, 4))}
    batch_run(tmp_path, engine, 1, weights=given, quiet=True).carry_out()
    assert engine.newest.given_weights is given


def test_what_there_is_before_a_divergence_is_kept(tmp_path: Path) -> None:
    with pytest.raises(DivergedError, match="step 40"):
        batch_run(tmp_path, FakeEngine(diverge_at=40), quiet=True).carry_out()
    assert len(history(tmp_path)) == 39
    assert (read_weights(tmp_path / "weights.npz")["dense-1/w"] == 39).all()


def test_ctrl_c_keeps_what_there_is(tmp_path: Path) -> None:
    engine = FakeEngine()
    handler = signal.getsignal(signal.SIGINT)

    def interrupt_later(*arguments: Any, **options: Any) -> Any:
        trainer = engine(*arguments, **options)
        run = trainer.run

        def interrupted_run(steps: int, budget_s: float) -> int:
            if trainer.step > 500:
                os.kill(os.getpid(), signal.SIGINT)
            return run(steps, budget_s)

        trainer.run = interrupted_run  # type: ignore[method-assign]
        return trainer

    run = BatchRun(PROJECT, DATASET, 10**9, tmp_path, quiet=True, make=interrupt_later)
    assert run.carry_out() == INTERRUPTED
    rows = history(tmp_path)
    assert 500 < len(rows) == engine.newest.step
    assert (read_weights(tmp_path / "weights.npz")["dense-1/w"] == len(rows)).all()
    assert signal.getsignal(signal.SIGINT) is handler


def test_nothing_is_written_without_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert batch_run(None, FakeEngine(), 10, quiet=True).carry_out() == 0
    assert os.listdir(tmp_path) == []


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FormatError, match=r"file: cannot be written .*--out"):
        batch_run(tmp_path / "file", FakeEngine(), 10, quiet=True).carry_out()


def test_numbers_come_back_exactly_from_csv() -> None:
    numbers = np.array([[0.1, 1 / 3, 1e-300, float("nan"), float("inf"), -0.0]])
    text = csv_lines(np.array([7]), numbers)
    cells = next(csv.reader(io.StringIO(text)))
    assert cells[0] == "7"
    assert cells[4] == ""
    assert [float(cell or "nan") for cell in cells[1:]] == pytest.approx(
        numbers[0].tolist(), rel=0, abs=0, nan_ok=True)


def test_what_is_no_weights_file_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "weights.npz"
    with pytest.raises(FormatError, match="cannot be read"):
        read_weights(path)
    with pytest.raises(FormatError, match="cannot be read"):
        read_weights(tmp_path)
    for content in (b"", b"not a zip", b"PK\x03\x04 neither"):
        path.write_bytes(content)
        with pytest.raises(FormatError, match="no weights file"):
            read_weights(path)
    np.savez(path, objects=np.array([{}, []], dtype=object))
    with pytest.raises(FormatError, match="no weights file"):
        read_weights(path)


def test_a_file_that_would_unpack_to_more_than_any_network_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.npz"
    write_weights(path, {"w": np.zeros(8)})
    content = bytearray(path.read_bytes())
    directory = content.index(b"PK\x01\x02")
    content[directory + 24:directory + 28] = (2**32 - 2).to_bytes(4, "little")
    path.write_bytes(content)
    with zipfile.ZipFile(path) as archive:
        assert archive.infolist()[0].file_size == 2**32 - 2
    with pytest.raises(FormatError, match="4,294,967,294 bytes"):
        read_weights(path)


def test_a_program_without_standard_error_trains_without_a_bar(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    assert batch_run(tmp_path, FakeEngine()).carry_out() == 0
    with batch_run_module.preparing(quiet=False) as show:
        show("loop", 0.5)
    assert len(history(tmp_path)) == 2500


def test_kernels_that_are_kept_elsewhere_are_told_of(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = say("kernels.elsewhere", folder="/tmp/a", path="/proc/b", reason="no such folder")
    monkeypatch.setattr(cachedir, "kept", lambda: cachedir.Kept(Path("/tmp/a/kernels-1"), told))
    for quiet in (False, True):
        with batch_run_module.preparing(quiet):
            pass
    assert capsys.readouterr().out == (
        "Note: Compiled kernels are kept in /tmp/a, since /proc/b cannot be used (no such "
        "folder).\n")


BAR = """
import multiprocessing, sys
multiprocessing.set_start_method("spawn")
from gui.terminal.batch_run import preparing
with preparing(quiet=sys.argv[1] == "quiet") as show:
    show("loop", 0.5)
from multiprocessing import resource_tracker
print(resource_tracker._resource_tracker._pid, "multiprocessing.synchronize" in sys.modules)
"""


@pytest.mark.parametrize("kind", ["quiet", "shown"])
def test_a_bar_starts_no_process(kind: str) -> None:
    """Processes are spawned on macOS: a frozen program would be started a second time."""
    done = subprocess.run([sys.executable, "-c", BAR, kind], capture_output=True, text=True,
                          cwd=ROOT, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["None", "False"]
    assert ("Preparing engine" in done.stderr) == (kind == "shown")
