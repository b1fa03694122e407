"""``experiment`` in the terminal: a table of the article, computed whole, printed and kept."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from engine.experiments.article import tables
from engine.experiments.article.catalogue import table
from engine.experiments.article.computing import compute, store_of
from engine.experiments.article.lines import aligned, columns, markdown
from gui.program import ERROR, INTERRUPTED
from gui.start import COMMAND_LINE
from gui.start import run as main
from gui.terminal.command_line import COMMANDS, USAGE
from gui.terminal.experiment_run import told

SMALL = "shallow"


def test_without_a_name_it_lists_the_tables(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["experiment"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [one.key for one in tables()]
    assert "Learning rate and convergence" in lines[1]


def test_a_name_that_is_none_is_told_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["experiment", "speed"]) == ERROR
    assert "'speed'" in (error := capsys.readouterr().err)
    assert "learning-rate" in error


def test_the_command_is_told_of() -> None:
    assert set(COMMANDS) <= COMMAND_LINE
    assert "backprop-lab experiment [NAME]" in USAGE


def test_an_experiment_is_computed_printed_and_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["experiment", SMALL, "--out", str(tmp_path)]) == 0
    output = capsys.readouterr()
    assert "10/10" in output.err
    lines = output.out.splitlines()
    made = table(SMALL)
    assert lines[0] == made.title.text
    assert lines[-1] == f"Saved {tmp_path / f'{SMALL}.results'}."
    assert lines[-2] == f"Left out: {made.left_out.text}"
    with store_of(made, tmp_path) as store:
        results = store.results()
    assert len(results) == 10
    assert all(len(row.measured) == 5 for row in made.rows(results))
    assert lines[-3] == f"Measured: {made.verdict(results).text}"
    assert made.verdict(results).text.startswith("With every seed, accuracy is above 0.5")
    assert all(row in lines for row in aligned(columns(made, results)) if row.strip())
    before = (tmp_path / f"{SMALL}.results").read_bytes()
    assert main(["experiment", SMALL, "--out", str(tmp_path), "--quiet"]) == 0
    output = capsys.readouterr()
    assert output.out.splitlines() == lines
    assert output.err == ""
    assert (tmp_path / f"{SMALL}.results").read_bytes() == before


def test_ctrl_c_prints_what_there_is_by_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_arguments: object, **_more: object) -> tuple[()]:
        os.kill(os.getpid(), signal.SIGINT)
        return ()

    monkeypatch.setattr("gui.terminal.experiment_run.compute", interrupted)
    assert main(["experiment", SMALL, "--quiet"]) == INTERRUPTED
    assert "Measured: Nothing of it has been measured yet." in capsys.readouterr().out


def test_a_folder_that_cannot_be_written_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert main(["experiment", SMALL, "--out", str(tmp_path / "file"), "--quiet"]) == ERROR
    assert str(tmp_path / "file") in capsys.readouterr().err


def test_seconds_are_not_measured_on_several_computers(capsys: pytest.CaptureFixture[str]) -> None:
    timed = next(one.key for one in tables() if one.is_timed)
    assert main(["experiment", timed, "--cluster", "tcp://localhost"]) == ERROR
    said = capsys.readouterr().err
    assert f"Experiment {timed}" in said
    assert "Leave out --cluster" in said


def test_columns_stand_below_one_another() -> None:
    made = table("learning-rate")
    lines = list(aligned(columns(made, ())))
    place = lines[0].index("Article")
    assert {line[place - 2:place] for line in lines} == {"  "}
    assert lines[1].startswith("-----")
    assert any("moderate" in line for line in lines)


def test_a_line_of_markdown_keeps_its_cells() -> None:
    assert list(markdown([("a|b", "c"), ("d", "e")])) == [
        r"| a\|b | c |", "| --- | --- |", "| d | e |"]


@pytest.mark.parametrize("key", [
    pytest.param(one.key, marks=pytest.mark.whole) for one in tables()])
def test_every_table_is_computed_to_its_end(key: str, tmp_path: Path) -> None:
    made = table(key)
    with store_of(made, tmp_path) as store:
        results = compute(made, store, lambda _done, _total: None)
    assert len(results) == sum(sweep.size for sweep in made.sweeps)
    assert not any(result.end == "refused" for result in results)
    assert all(row.measured for row in made.rows(results))
    text = "\n".join(told(made, results))
    assert "not measured yet" not in text
    assert made.verdict(results).code == "article.told"
