"""The command sweep: what it writes and says; neither Ctrl+C nor kill -9 costs anything."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from engine.bundles import write_bundle
from engine.experiments.results import Result
from engine.experiments.store import Store
from engine.experiments.sweep_files import read_sweep, write_sweep
from engine.experiments.sweep_run import SweepRun
from engine.spec import project_to_json
from gui.program import ERROR, INTERRUPTED
from gui.terminal import sweep_command
from gui.terminal.command_line import main
from gui.terminal.sweep_command import aligned, file_name, read_asked
from tests.engine.experiments.sweeps import Here, small_project, small_sweep

ROOT = Path(sweep_command.__file__).parents[2]
AXES = ("--axis", "learning_rate=0.01,0.1,1", "--axis", "depth=1:2:2")
GRID = ("--axis", "learning_rate=0.01:1:4", "--axis", "depth=1:3:3")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    path = tmp_path / "small.json"
    path.write_text(project_to_json(small_project()), encoding="utf-8")
    return path


def results(folder: Path, name: str = "small") -> dict[str, Result]:
    with Store(folder / f"{name}.results", appends=False) as store:
        found = store.results()
    assert len({result.key for result in found}) == len(found)
    return {result.key: result for result in found}


def contents(folder: Path, name: str = "small") -> dict[str, bytes]:
    return {key: result.content for key, result in results(folder, name).items()}


def undisturbed(out: Path) -> dict[str, bytes]:
    """Return what the sweep comes to whose files lie there, computed in this very thread."""
    with Store(out / "alone" / "small.results") as store:
        run = SweepRun(read_sweep(out / "small.sweep.json"), store, Here())
        run.start()
        assert run.wait(120)
        run.close()
    return contents(out / "alone")


def command(project: Path, out: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "gui", "sweep", str(project), "--out", str(out), *options]


def ran(project: Path, out: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(project, out, *options), capture_output=True, text=True,
                          cwd=ROOT, check=False, timeout=300)


def test_a_sweep_writes_results_and_a_table(project: Path, tmp_path: Path,
                                            capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "results"
    assert main(["sweep", str(project), *AXES, "--seeds", "2", "--workers", "2", "--out", str(out)
                 ]) == 0
    found = results(out)
    assert len(found) == 12
    with (out / "small.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["learning_rate"], row["depth"], row["seed"]) for row in rows] == [
        (rate, depth, seed) for rate in ("0.01", "0.1", "1") for depth in "12" for seed in "01"]
    by_place = {(result.values, result.seed): result for result in found.values()}
    for row in rows:
        result = by_place[(float(row["learning_rate"]), int(row["depth"])), int(row["seed"])]
        assert float(row["loss"]) == result.loss
        assert float(row["seconds"]) == result.seconds
        assert float(row["first_gradient_1"]) == result.first_gradients[0]
        assert row["end"] == "done"
    said = capsys.readouterr()
    assert "12 of 12 cells: 12 done." in said.out
    assert "learning_rate \\ depth" in said.out
    assert "Best loss: " in said.out
    assert "12/12" in said.err
    assert read_sweep(out / "small.sweep.json").seeds == 2


def test_a_sweep_file_is_computed_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]
                                           ) -> None:
    write_sweep(small_sweep(measure="validation_accuracy"), tmp_path / "a.json")
    assert main(["sweep", str(tmp_path / "a.json"), "--out", str(tmp_path), "--quiet",
                 "--workers", "1"]) == 0
    assert len(results(tmp_path)) == 6
    said = capsys.readouterr()
    assert "Best validation_accuracy" in said.out
    assert said.err == ""
    # What was written can be given again; all of it is there.
    assert main(["sweep", str(tmp_path / "small.sweep.json"), "--out", str(tmp_path),
                 "--workers", "1"]) == 0
    assert "6 of them were there before." in capsys.readouterr().out


def test_a_bundle_is_a_project_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_bundle(small_project(), {}, tmp_path / "net.bplab")
    assert main(["sweep", str(tmp_path / "net.bplab"), "--axis", "activation=tanh,relu", "--steps",
                 "7", "--out", str(tmp_path), "--quiet", "--workers", "1"]) == 0
    assert {result.step for result in results(tmp_path, "net").values()} == {7}
    said = capsys.readouterr().out
    assert "tanh" in said
    assert "relu" in said


@pytest.mark.slow
def test_a_sweep_that_is_killed_goes_on_to_the_same_bytes(project: Path, tmp_path: Path) -> None:
    """kill -9 in the middle, and again; then to the end: every cell once, the same bytes."""
    options = (*GRID, "--steps", "5000", "--workers", "2", "--quiet")
    out, before = tmp_path / "killed", 0
    for _ in range(2):
        process = subprocess.Popen(command(project, out, *options), cwd=ROOT,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 120
        while process.poll() is None and time.monotonic() < end and count(out) < before + 3:
            time.sleep(0.002)
        process.kill()
        process.wait()
        assert before + 3 <= count(out) < 12
        before = count(out)
    whole = undisturbed(out)
    assert contents(out).items() < whole.items()
    # The last line may be torn: cut it.
    path = out / "small.results"
    path.write_bytes(path.read_bytes()[:-20])
    done = ran(project, out, *options)
    assert done.returncode == 0, done.stderr
    assert contents(out) == whole
    assert len(whole) == 12
    assert f"{before - 1} of them were there before." in done.stdout


def count(out: Path) -> int:
    path = out / "small.results"
    return path.read_bytes().count(b"\n") if path.exists() else 0


@pytest.mark.slow
def test_ctrl_c_keeps_what_is_done(project: Path, tmp_path: Path) -> None:
    options = (*GRID, "--steps", "20000", "--workers", "2", "--quiet")
    process = subprocess.Popen(command(project, tmp_path, *options), cwd=ROOT, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    end = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < end and count(tmp_path) < 2:
        time.sleep(0.002)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == INTERRUPTED
    done = len(results(tmp_path))
    assert 2 <= done < 12
    assert f"{done} of 12 cells" in out
    assert "The same command computes what is missing." in out
    assert (tmp_path / "small.csv").exists()


@pytest.mark.slow
def test_two_programs_do_not_compute_in_one_folder(project: Path, tmp_path: Path) -> None:
    # So many that it is still at it when the second has started, on a busy computer, too.
    options = (*GRID, "--steps", "400000", "--workers", "1", "--quiet")
    process = subprocess.Popen(command(project, tmp_path, *options), cwd=ROOT,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 120
        while process.poll() is None and time.monotonic() < end and not count(tmp_path):
            time.sleep(0.002)
        second = ran(project, tmp_path, *options)
        assert second.returncode == ERROR
        assert "another program is computing this sweep" in second.stderr
        assert process.poll() is None
    finally:
        process.kill()
        process.wait()


FULL = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from gui.terminal.command_line import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), -1))
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
def test_a_full_disk_is_a_sentence_and_costs_nothing(project: Path, tmp_path: Path) -> None:
    options = (*GRID, "--steps", "100", "--workers", "1", "--quiet")
    full = subprocess.run(
        [sys.executable, "-c", FULL, "9000", *command(project, tmp_path, *options)[3:]],
        capture_output=True, text=True, cwd=ROOT, check=False, timeout=300)
    assert full.returncode == ERROR, full.stderr
    assert "cannot be written" in full.stderr
    assert "Traceback" not in full.stderr
    assert 0 < len(results(tmp_path)) < 12
    assert ran(project, tmp_path, *options).returncode == 0
    assert contents(tmp_path) == undisturbed(tmp_path)


@pytest.mark.parametrize(("options", "words"), [
    ((), "a project alone is one network"), (("--axis", "magic=1,2"), "there is no such knob"),
    (("--axis", "depth=1,2", "--axis", "depth=3"), "two axes turn the same knob"),
    (("--axis", "depth=1,2", "--measure", "beauty"), "there is no figure beauty"),
    (("--axis", "depth=1,2", "--goal", "-1"), "goal"),
    (("--axis", "layers.dense-9.units=1,2"), "dense-9"),
    (("--axis", "depth=1,2", "--workers", "0"), "not a whole number above 0")])
def test_what_makes_no_sense_is_one_sentence(
    project: Path, tmp_path: Path, options: tuple[str, ...], words: str,
    capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code = main(["sweep", str(project), "--out", str(tmp_path / "out"), *options])
    except SystemExit as error:
        code = int(error.code or 0)
    assert code == ERROR
    said = capsys.readouterr()
    assert words in said.err
    assert said.err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path,
                                                  capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("none.json", "none.bplab"):
        assert main(["sweep", str(tmp_path / name), "--axis", "depth=1,2"]) == ERROR
        assert "none" in capsys.readouterr().err


def test_cells_that_are_refused_are_told(project: Path, tmp_path: Path,
                                         capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", str(project), "--axis", "layers.dense-1.units=0,4", "--workers", "1",
                 "--out", str(tmp_path), "--quiet"]) == 0
    said = capsys.readouterr().out
    assert "1 done, 1 refused" in said or "1 refused, 1 done" in said
    with (tmp_path / "small.csv").open(encoding="utf-8") as file:
        rows = {row["layers.dense-1.units"]: row for row in csv.DictReader(file)}
    assert rows["0"]["end"] == "refused"
    assert "units" in rows["0"]["message"].lower()
    assert rows["0"]["loss"] == ""


def test_data_of_ones_own_are_told_apart_by_what_is_in_them(tmp_path: Path) -> None:
    content: dict[str, Any] = json.loads(project_to_json(small_project()))
    content["data"] = {"source": "table", "path": "points.csv"}
    path = tmp_path / "own.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    lines = ["a,b,kind"] + [f"{number},{number % 3},{'xy'[number % 2]}" for number in range(40)]
    (tmp_path / "points.csv").write_text("\n".join(lines), encoding="utf-8")
    first = read_asked(path, ["depth=1,2"])
    assert Path(first.project.data.path).is_absolute()
    (tmp_path / "points.csv").write_text("\n".join(lines[:-1]), encoding="utf-8")
    second = read_asked(path, ["depth=1,2"])
    cell = first.cells()[0]
    assert first.key_at(cell) != second.key_at(cell)


@pytest.mark.parametrize(("name", "plain"), [
    ("Depth x gain", "Depth x gain"), ("a/b\\c:d*e", "a-b-c-d-e"), ("..", "sweep"), ("", "sweep"),
    ("Größe σ", "Größe σ"), ("x" * 300, "x" * 100), ("CON\n", "CON-")])
def test_names_become_names_of_files(name: str, plain: str) -> None:
    assert file_name(name) == plain


def test_a_table_is_aligned() -> None:
    assert aligned([["a", "loss"], ["long", "1"]]) == ["a     loss", "long     1"]
    assert aligned([]) == []


def test_the_bar_says_who_is_at_work(project: Path, tmp_path: Path) -> None:
    done = ran(project, tmp_path, *AXES, "--steps", "20000", "--workers", "1")
    assert done.returncode == 0
    assert "6/6" in done.stderr
    assert "1 of 1 at work" in done.stderr
