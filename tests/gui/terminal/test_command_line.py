"""The command line: train and check with the real engine, and what it says about mistakes."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.bundles import write_bundle
from engine.data import load
from engine.spec import default_project, project_from_json, write_project
from gui.program import INTERRUPTED
from gui.terminal import command_line
from gui.terminal.command_line import main

ROOT = Path(command_line.__file__).parents[2]
LAYERS: list[dict[str, Any]] = [
    {"id": "input", "kind": "input"},
    {"id": "hidden", "kind": "dense", "options": {"units": 6}},
    {"id": "output", "kind": "dense", "options": {"units": 2, "activation": "linear"}},
]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return written(tmp_path, {"name": "Test", "network": {"layers": LAYERS}})


def written(folder: Path, content: dict[str, Any]) -> Path:
    path = folder / "project.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def history(folder: Path) -> list[dict[str, str]]:
    with (folder / "history.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def started(project: Path, path: str) -> Path:
    """Write a bundle beside a project that starts from it; the output layer does not fit."""
    content = json.loads(project.read_text())
    spec = project_from_json(json.dumps(content))
    weights = {"hidden/w": np.full((2, 6), 0.125), "hidden/b": np.zeros(6),
               "output/w": np.zeros((6, 5)), "output/b": np.zeros(5)}
    (project.parent / "features").mkdir()
    write_bundle(spec, weights, project.parent / "features" / "first.bplab")
    return written(project.parent, {**content, "start_from": path})


def test_a_run_starts_with_another_projects_weights(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    started(project, "features/first.bplab")
    assert main(["check", str(project)]) == 0
    assert main(["train", str(project), "--steps", "1", "--out", str(tmp_path),
                 "--keep-initial"]) == 0
    said = capsys.readouterr().out
    assert "1 of 2 layers started with the other project's weights." in said
    assert "output: w is 6x2 here, and 6x5 there." in said
    with np.load(tmp_path / "weights.npz") as weights:
        np.testing.assert_array_equal(weights["initial/hidden/w"], np.full((2, 6), 0.125))


def test_weights_to_start_from_that_are_not_there(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    started(project, "elsewhere.bplab")
    for command in ("check", "train"):
        assert main([command, str(project)]) == 2
        said = capsys.readouterr()
        assert "elsewhere.bplab: cannot be read" in said.out + said.err


def test_training_writes_history_and_weights(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "results"
    assert main(["train", str(project), "--steps", "60", "--out", str(out),
                 "--keep-initial"]) == 0
    rows = history(out)
    assert [int(row["step"]) for row in rows] == list(range(1, 61))
    statistics = ("gradient_rms", "gradient_max", "gradient_zero_share", "gradient_nonfinite",
                  "update_ratio")
    assert list(rows[0]) == ["step", "loss", "validation_loss", "validation_accuracy",
                             "learning_rate", "gradient_norm", "clipped_norm",
                             *(f"{layer}/{name}" for layer in ("hidden", "output")
                               for name in statistics)]
    assert all(float(row["loss"]) > 0 for row in rows)
    # 250 training examples in batches of 10: an epoch has 25 steps.
    measured = [int(row["step"]) for row in rows if row["validation_loss"]]
    assert {25, 50} <= set(measured)
    with np.load(out / "weights.npz") as weights:
        names = ["hidden/b", "hidden/w", "output/b", "output/w"]
        assert sorted(weights.files) == sorted(names + [f"initial/{name}" for name in names])
        assert weights["hidden/w"].shape == (2, 6)
        assert not np.array_equal(weights["hidden/w"], weights["initial/hidden/w"])
    assert "60 steps, 2 epochs." in capsys.readouterr().out


def test_training_goes_on_from_given_weights(project: Path, tmp_path: Path) -> None:
    first, again = tmp_path / "first", tmp_path / "again"
    assert main(["train", str(project), "--steps", "40", "--out", str(first), "--quiet"]) == 0
    assert main(["train", str(project), "--steps", "1", "--out", str(again), "--quiet",
                 "--keep-initial", "--from", str(first / "weights.npz")]) == 0
    with np.load(first / "weights.npz") as before, np.load(again / "weights.npz") as after:
        for name in before.files:
            np.testing.assert_array_equal(before[name], after[f"initial/{name}"])


@pytest.mark.parametrize("name", ["initial", "a, b", 'say "a"', "two\nlines", "w.npy", " Ω ",
                                  200 * "a"], ids=ascii)
def test_what_is_written_of_a_layer_can_be_read_whatever_its_name(name: str, tmp_path: Path
                                                                  ) -> None:
    layers = [{**layer, "id": name} if layer["id"] == "hidden" else layer for layer in LAYERS]
    project = written(tmp_path, {"name": "Test", "network": {"layers": layers}})
    first, again = tmp_path / "first", tmp_path / "again"
    assert main(["check", str(project)]) == 0
    assert main(["train", str(project), "--steps", "2", "--out", str(first), "--quiet",
                 "--keep-initial"]) == 0
    with (first / "history.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(None not in row and float(row[f"{name}/gradient_rms"]) > 0 for row in rows)
    assert main(["train", str(project), "--steps", "1", "--out", str(again), "--quiet",
                 "--keep-initial", "--from", str(first / "weights.npz")]) == 0
    with np.load(first / "weights.npz") as before, np.load(again / "weights.npz") as after:
        for key in (f"{name}/w", f"{name}/b", "output/w"):
            np.testing.assert_array_equal(before[key], after[f"initial/{key}"])


def test_weights_of_another_network_are_refused(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    np.savez(tmp_path / "other.npz", **{"hidden/w": np.zeros((3, 3))})
    assert main(["train", str(project), "--steps", "1", "--quiet", "--out", str(tmp_path),
                 "--from", str(tmp_path / "other.npz")]) == 2
    assert_one_sentence(capsys)


def test_the_same_project_gives_the_same_history(project: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert main(["train", str(project), "--steps", "50", "--quiet",
                     "--out", str(tmp_path / name)]) == 0
    one, two = ((tmp_path / name / "history.csv").read_bytes() for name in ("one", "two"))
    assert one == two


def test_the_projects_own_number_of_steps_counts(tmp_path: Path) -> None:
    path = written(tmp_path, {"network": {"layers": LAYERS}, "training": {"steps": 30}})
    assert main(["train", str(path), "--quiet", "--out", str(tmp_path)]) == 0
    assert len(history(tmp_path)) == 30


def test_a_stopping_rule_ends_a_run_and_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = {"stopping": {"epochs": 130}}
    path = written(tmp_path, {"network": {"layers": LAYERS}, "training": rules})
    assert main(["train", str(path), "--out", str(tmp_path)]) == 0
    # More than the steps that are usual: 25 an epoch.
    assert len(history(tmp_path)) == 130 * 25
    assert "Stopped after 130 epochs." in capsys.readouterr().out
    assert main(["train", str(path), "--out", str(tmp_path), "--steps", "30"]) == 0
    assert len(history(tmp_path)) == 30


def test_divergence_is_a_sentence_and_keeps_the_history(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, {
        "data": {"source": "plane"}, "training": {"loss": "mean_squared_error",
                                                  "learning_rate": 1e6},
        "network": {"layers": [*LAYERS[:1], {"id": "output", "kind": "dense", "options":
                                             {"units": 1, "activation": "linear"}}]}})
    assert main(["train", str(path), "--quiet", "--out", str(tmp_path), "--steps", "500"]) == 2
    assert "step" in assert_one_sentence(capsys)
    rows = history(tmp_path)
    assert 0 < len(rows) < 500
    with np.load(tmp_path / "weights.npz") as weights:
        assert np.isfinite(weights["output/w"]).all()


def test_check_says_what_is_wrong_a_line_each(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(project)]) == 0
    assert capsys.readouterr().out == "project.json: nothing is wrong.\n"
    broken = [dict(LAYERS[0]), {"id": "a", "kind": "dense", "options": {"units": 0}},
              {"id": "a", "kind": "convolutoin"}]
    path = written(tmp_path, {"network": {"layers": broken}, "training": {"loss": "shame"}})
    assert main(["check", str(path)]) == 2
    output = capsys.readouterr()
    lines = output.out.splitlines()
    assert len(lines) == 4
    assert not output.err
    for word, line in zip(("shame", "Units", "twice", "convolutoin"), lines, strict=True):
        assert word in line


def test_check_notes_what_is_decided_before_the_first_step(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = json.loads(project.read_text())
    path = written(project.parent, {**content, "training": {"learning_rate": 0.0, "l1": 0.1}})
    assert main(["check", str(path)]) == 0
    rate, penalty, end = capsys.readouterr().out.splitlines()
    assert rate.startswith("Note: Learning rate 0. ")
    assert penalty.startswith("Note: L1 pulls too hard. ")
    assert end == "project.json: it can be trained."


def test_check_judges_by_the_limits_of_the_project(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = json.loads(project.read_text())
    training = {"l1": 0.1}
    path = written(project.parent, {**content, "training": training, "limits": {"l1": [0.2, 0.3]}})
    assert main(["check", str(path)]) == 0
    assert "L1" not in capsys.readouterr().out
    path = written(project.parent, {**content, "training": training, "limits": {"l3": [0.2, 0.3]}})
    assert main(["check", str(path)]) != 0
    assert "the doctor has no limit" in "".join(capsys.readouterr())


def test_check_and_train_say_alike_what_was_done_to_the_data(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [f"{i},{'' if i == 5 else i * i % 7},{'ab'[i % 2]}" for i in range(40)]
    (tmp_path / "table.csv").write_text("time,x,kind\n" + "\n".join(rows) + "\n")
    path = written(tmp_path, {
        "data": {"source": "table", "path": "table.csv",
                 "table": {"target": "kind", "inputs": ["x"]}},
        "network": {"layers": LAYERS}})
    train = ["train", "--steps", "1", "--out", str(tmp_path), str(path)]
    told = []
    for command in (["check", str(path)], train):
        assert main(command) == 0
        told.append([line for line in capsys.readouterr().out.splitlines()
                     if line.startswith("Note: ")])
    notes = load(project_from_json(path.read_text()).data, tmp_path).notes
    assert any("'x' (1)" in note for note in notes)
    # Advice on the project comes behind them, and is what check alone gives.
    assert told[0][:len(notes)] == told[1] == [f"Note: {note}" for note in notes]
    assert main([*train, "--quiet"]) == 0
    assert not capsys.readouterr().out


def test_check_says_what_training_would_refuse(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, {
        "data": {"source": "wine", "goal": "reconstruct"},
        "network": {"layers": [*LAYERS[:1], {"id": "code", "kind": "dense"}, {
            "id": "output", "kind": "dense", "options": {"units": 13, "activation": "linear"}}]},
        "training": {"loss": "binary_cross_entropy"}})
    told = []
    for command in (["check"], ["train", "--steps", "1", "--out", str(tmp_path)]):
        assert main([*command, str(path)]) == 2
        said = capsys.readouterr()
        told.append((said.out + said.err).splitlines()[-1].removeprefix("backprop-lab: "))
    assert told[0] == told[1]
    assert told[0].startswith("Training: Binary cross-entropy with targets from -")


@pytest.mark.parametrize("content", ["", "[1]", "{", '{"version": 99}', '{"nework": {}}'],
                         ids=["empty", "list", "half", "newer", "unknown field"])
def test_what_is_no_project_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    path = tmp_path / "project.json"
    path.write_text(content)
    for command in ("check", "train"):
        assert main([command, str(path)]) == 2
        assert "project.json" in assert_one_sentence(capsys)


@pytest.mark.parametrize("arguments", [
    ["train"], ["train", "a.json", "--steps", "0"], ["train", "a.json", "--steps", "many"],
    ["train", "missing.json"], ["check", "a.json", "b.json"], ["check", "."],
    ["train", "a.json", "--lr", "3"],
], ids=" ".join)
def test_wrong_commands_are_one_sentence(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    try:
        status = main(arguments)
    except SystemExit as exit_:
        status = exit_.code  # type: ignore[assignment]
    assert status == 2
    assert_one_sentence(capsys)


def test_an_invalid_project_is_not_trained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, {"network": {"layers": LAYERS[:2]}})
    assert main(["train", str(path), "--quiet", "--out", str(tmp_path)]) == 2
    assert "classes" in assert_one_sentence(capsys)
    assert not (tmp_path / "history.csv").exists()


def test_data_beside_the_project_are_found_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "points.csv").write_text("a;b\n" + "".join(
        f"{i / 10};{'yes' if i % 2 else 'no'}\n".replace(".", ",") for i in range(40)))
    path = written(tmp_path, {"data": {"source": "table", "path": "points.csv"},
                              "network": {"layers": LAYERS}})
    monkeypatch.chdir(ROOT)
    assert main(["check", str(path)]) == 0


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    assert "backprop-lab train" in text
    assert "--screenshot" in text
    commands = text[:text.index("\n\n")].splitlines()
    # Where the second column begins.
    assert len({re.match(r".*?  +", line).end() for line in commands}) == 1  # type: ignore[union-attr]
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("Backprop Lab")


def test_qt_is_not_imported_and_ctrl_c_keeps_what_there_is(project: Path, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c",
         "import sys; from gui.start import run; status = run(sys.argv[1:]);"
         "assert not [m for m in sys.modules if m.startswith(('PySide6', 'pyqtgraph'))];"
         "sys.exit(status)", "train", str(project), "--steps", "1000000000",
         "--out", str(tmp_path)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={key: value for key, value in os.environ.items() if key != "DISPLAY"})
    deadline = time.monotonic() + 90
    path = tmp_path / "history.csv"
    while not (path.exists() and path.stat().st_size > 10_000) and time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "interrupted" in out
    assert "loss" in err
    rows = history(tmp_path)
    assert [int(row["step"]) for row in rows] == list(range(1, len(rows) + 1))
    assert (tmp_path / "weights.npz").exists()


def assert_one_sentence(capsys: pytest.CaptureFixture[str]) -> str:
    output = capsys.readouterr()
    assert not output.out
    assert output.err.count("\n") == 1
    assert output.err.rstrip().endswith(".")
    return output.err


def test_threads_change_no_byte(tmp_path: Path) -> None:
    write_project(default_project(), tmp_path / "p.json")
    found = []
    for threads in ("1", "2"):
        out = tmp_path / threads
        assert main(["train", str(tmp_path / "p.json"), "--steps", "20", "--quiet", "--out",
                     str(out), "--threads", threads]) == 0
        found.append((out / "history.csv").read_bytes())
    assert found[0] == found[1]


def test_compile_is_for_every_op(monkeypatch: pytest.MonkeyPatch) -> None:
    from engine import compiling
    from engine.kernels.ops.catalogue import OPS

    asked = []
    monkeypatch.setattr(compiling, "compile_ops",
                        lambda names, precision, progress: asked.append((names, precision)))
    assert main(["compile", "--quiet"]) == 0
    assert main(["compile", "--quiet", "--precision", "float64"]) == 0
    assert asked == [(list(OPS), "float32"), (list(OPS), "float64")]


def test_a_second_process_compiles_what_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from engine import compiling

    asked = []
    monkeypatch.setattr(compiling, "serve", lambda arguments: asked.append(arguments) or 0)
    assert main(["compile-ops", "float32", "relu_forward"]) == 0
    assert asked == [["float32", "relu_forward"]]


@pytest.mark.parametrize(("command", "at"), [
    (["--self-test"], "engine.selftest.self_test"), (["compile"], "engine.compiling.compile_ops"),
    (["compile-ops", "float32"], "engine.compiling.serve")])
def test_an_interrupt_ends_every_command_without_a_word(
        command: list[str], at: str, monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*arguments: Any, **options: Any) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(at, interrupted)
    assert main(command) == INTERRUPTED
    assert "Traceback" not in capsys.readouterr().err
