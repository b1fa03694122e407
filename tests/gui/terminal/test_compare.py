"""``compare`` in the terminal: what it says, what it writes, and what it leaves alone."""

from __future__ import annotations

import csv
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from engine.bundles import write_bundle
from engine.experiments.pair import Pair
from engine.experiments.repeats import Repeats
from engine.spec import (
    DataSpec,
    LayerSpec,
    NetworkSpec,
    OptimizerSpec,
    ProjectSpec,
    StoppingSpec,
    TrainingSpec,
    write_project,
)
from engine.training import Trainer
from gui.program import INTERRUPTED
from gui.start import run as start
from gui.terminal.command_line import COMMANDS, USAGE, main
from gui.terminal.results import ResultFile

BASE = ProjectSpec(name="First", network=NetworkSpec((
    LayerSpec("input", "input"), LayerSpec("hidden", "dense", {"units": 5}),
    LayerSpec("output", "dense", {"units": 2, "activation": "linear"}))))


def trained(**changes: Any) -> ProjectSpec:
    return replace(BASE, training=TrainingSpec(**changes))


@pytest.fixture
def a(tmp_path: Path) -> Path:
    return written(tmp_path, "a", BASE)


def written(folder: Path, name: str, project: ProjectSpec) -> Path:
    path = folder / f"{name}.json"
    write_project(project, path)
    return path


def compared(a: Path, b: Path, *more: str) -> int:
    """Compare at step 40 and write beside the projects, as far as ``more`` says nothing else."""
    return main(["compare", str(a), str(b), "--steps", "40", "--out", str(a.parent / "out"),
                 *more])


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_it_says_what_differs_what_is_equal_what_decides_and_what_came_of_it(
    a: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    b = written(a.parent, "b", replace(trained(learning_rate=0.0), name="Second"))
    assert compared(a, b) == 0
    output = capsys.readouterr()
    lines = output.out.splitlines()
    assert lines[:4] == [f"A is First ({a}).", f"B is Second ({b}).",
                         "B: Learning rate 0 instead of 0.03.", "= same start, same batches."]
    assert lines[4].startswith("  A and B: first weights ")
    decides, outcome = (next(place for place, line in enumerate(lines) if word in line)
                        for word in ("Decides: validation loss at step 40.", "At step 40 B"))
    first = next(place for place, line in enumerate(lines) if line.startswith("A: 40 steps."))
    assert 4 < decides < first < outcome
    assert lines[outcome].startswith("B is worse.")
    assert "--seeds 5" in lines[outcome + 1]
    assert "80/80" in output.err
    for name in ("history-a.csv", "history-b.csv"):
        rows = table(a.parent / "out" / name)
        assert [int(row["step"]) for row in rows] == list(range(1, 41))
    assert sorted(os.listdir(a.parent / "out")) == ["history-a.csv", "history-b.csv"]


def test_a_history_is_that_of_a_run_alone(a: Path) -> None:
    b = written(a.parent, "b", trained(seed=7))
    assert compared(a, b, "--quiet") == 0
    for name, path in (("a", a), ("b", b)):
        out = a.parent / f"alone-{name}"
        assert main(["train", str(path), "--steps", "40", "--out", str(out), "--quiet"]) == 0
        assert (out / "history.csv").read_bytes() == (
            a.parent / "out" / f"history-{name}.csv").read_bytes()


def test_seeds_are_judged_and_written(a: Path, capsys: pytest.CaptureFixture[str]) -> None:
    b = written(a.parent, "b", trained(optimizer=OptimizerSpec("sgd"), learning_rate=1e38))
    assert compared(a, b, "--seeds", "5", "--quiet") == 0
    said = capsys.readouterr().out
    assert "5 of 5 seeds: B worse in 5 of 5; median no finite number against 0." in said
    assert "B diverged in 5 of 5." in said
    assert "B broke." in said
    assert "nan" not in said
    rows = table(a.parent / "out" / "spread.csv")
    assert [(row["pair"], row["run"], row["seed"]) for row in rows] == [
        (str(pair), run, str(41 + pair)) for pair in range(1, 6) for run in "AB"]
    assert {row["steps"] for row in rows if row["run"] == "A"} == {"40"}
    assert {row["figure"] for row in rows if row["run"] == "B"} == {""}
    assert all(0 < float(row["figure"]) < 2 for row in rows if row["run"] == "A")


def test_the_same_file_twice_is_no_difference(a: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compared(a, a, "--seeds", "2", "--quiet") == 0
    said = capsys.readouterr().out
    assert "B: the same as A." in said
    assert "No difference." in said
    assert "2 of 2 seeds: the same in all 2." in said
    a_bytes, b_bytes = ((a.parent / "out" / f"history-{name}.csv").read_bytes() for name in "ab")
    assert a_bytes == b_bytes


def test_two_changes_are_listed(a: Path, capsys: pytest.CaptureFixture[str]) -> None:
    b = written(a.parent, "b", trained(batch_size=20, l2=0.1))
    assert compared(a, b, "--quiet") == 0
    assert ("B: 2 changes.\n  Batch size 20 instead of 10\n  L2 0.1 instead of 0\n"
            "= same start, same order of examples; ≠ size of the batches.\n"
            ) in capsys.readouterr().out


def test_without_steps_the_project_says_where_it_ends(
    a: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    b = written(a.parent, "b", trained(stopping=StoppingSpec(epochs=2)))
    assert main(["compare", str(b), str(a), "--out", str(a.parent), "--quiet"]) == 0
    # 250 training examples in batches of 10.
    assert "Decides: validation loss at step 50." in capsys.readouterr().out
    assert len(table(a.parent / "history-b.csv")) == 50


def test_what_a_file_has_learned_is_left_aside(
    a: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from engine.data import load

    path = a.parent / "learned.bplab"
    write_bundle(BASE, Trainer(BASE, load(BASE.data), threads=1).weights(), path)
    assert compared(path, a) == 0
    said = capsys.readouterr().out
    assert "Note: what learned.bplab has learned is left aside; it begins at step 0." in said
    assert "B: the same as A." in said


@pytest.mark.parametrize(("more", "words"), [
    (["--seeds", "0"], "'0' is not a whole number above 0"),
    (["--seeds", "five"], "'five' is not a whole number above 0"),
    (["--steps", "-3"], "'-3' is not a whole number above 0"),
    (["--steps", "9" * 20], f"'{'9' * 20}' is more than 1,000,000,000,000"),
])
def test_wrong_numbers_are_a_sentence(a: Path, more: list[str], words: str,
                                      capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["compare", str(a), str(a), *more])
    assert caught.value.code == 2
    assert words in capsys.readouterr().err


def test_a_missing_file_and_other_data_are_a_sentence(
    a: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compared(a, a.parent / "none.bplab") == 2
    assert "none.bplab: cannot be read" in capsys.readouterr().err
    iris = written(a.parent, "iris", replace(BASE, data=DataSpec("iris")))
    assert compared(a, iris) == 2
    assert "its data are Iris, those of A are Spiral" in capsys.readouterr().err
    broken = written(a.parent, "broken", replace(BASE, network=NetworkSpec(
        (*BASE.network.layers[:2], LayerSpec("output", "dense", {"units": 3})))))
    assert compared(a, broken) == 2
    assert capsys.readouterr().err.startswith("broken.json: Layer 2 (Dense): ")
    strange = written(a.parent, "strange", trained(loss="no such"))
    assert compared(strange, a) == 2
    assert capsys.readouterr().err.startswith("strange.json: Training")
    assert not (a.parent / "out").exists()


@pytest.mark.parametrize("stage", [Pair, Repeats])
def test_ctrl_c_keeps_what_there_is(a: Path, stage: type, monkeypatch: pytest.MonkeyPatch,
                                    capsys: pytest.CaptureFixture[str]) -> None:
    advance, calls = stage.advance, 0
    handler = signal.getsignal(signal.SIGINT)

    def interrupted(self: Any, budget_s: float) -> bool:
        nonlocal calls
        calls += 1
        if calls == 4:
            os.kill(os.getpid(), signal.SIGINT)
        return bool(advance(self, 0.0))

    monkeypatch.setattr(stage, "advance", interrupted)
    assert compared(a, a, "--seeds", "9", "--quiet", "--steps", "100000") == INTERRUPTED if (
        stage is Pair) else compared(a, a, "--seeds", "9", "--quiet") == INTERRUPTED
    said = capsys.readouterr().out
    out = a.parent / "out"
    rows = [len(table(out / f"history-{name}.csv")) for name in "ab"]
    assert signal.getsignal(signal.SIGINT) is handler
    if stage is Pair:
        assert all(0 < count < 100000 for count in rows)
        assert "interrupted." in said
        assert "Too early to say." in said
        assert not (out / "spread.csv").exists()
    else:
        assert rows == [40, 40]
        assert "1 of 9 seeds: the same in all 1." in said
        assert len(table(out / "spread.csv")) == 2
    assert not list(out.glob(".*"))


def test_a_file_that_holds_more_is_left_as_it_is(a: Path, capsys: pytest.CaptureFixture[str]
                                                 ) -> None:
    assert compared(a, a, "--quiet") == 0
    out = a.parent / "out"
    before = (out / "history-a.csv").read_bytes()
    assert compared(a, a, "--quiet", "--steps", "30") == 0
    assert (out / "history-a.csv").read_bytes() == before
    assert len(table(out / "history-a-2.csv")) == 30
    assert f"Saved {out / 'history-a-2.csv'}." in capsys.readouterr().out
    assert compared(a, a, "--quiet", "--steps", "50") == 0
    assert len(table(out / "history-a.csv")) == 50


def test_rows_are_counted_for_each_place(tmp_path: Path) -> None:
    for count, name in ((3, "x.csv"), (2, "x-2.csv"), (2, "x-2.csv"), (1, "x-3.csv"),
                        (4, "x.csv")):
        file = ResultFile(tmp_path, "x.csv", ("step", "a, b"))
        file.write("1,2\n" * count)
        assert file.close() == tmp_path / name
    assert (tmp_path / "x.csv").read_text() == 'step,"a, b"\n' + "1,2\n" * 4


def test_a_folder_that_cannot_be_made_is_a_sentence(a: Path, capsys: pytest.CaptureFixture[str]
                                                    ) -> None:
    (a.parent / "out").write_text("")
    assert compared(a, a, "--quiet") == 2
    assert "choose another with --out" in capsys.readouterr().err.lower()


def test_the_program_knows_the_command(a: Path) -> None:
    assert "compare" in COMMANDS
    assert "backprop-lab compare A B" in USAGE
    assert start(["compare", str(a), str(a), "--steps", "5", "--out", str(a.parent),
                  "--quiet"]) == 0
