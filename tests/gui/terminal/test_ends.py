"""Whatever becomes of a terminal, a disk or the computer: a sentence, and the results are kept."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import numpy as np
import pytest

from engine.bundles import read_saved
from engine.spec import default_project, write_project
from engine.spec.locks import claim
from gui.program import ERROR
from gui.terminal import command_line
from gui.terminal.command_line import main
from gui.terminal.interrupting import ENDINGS, interruptible, put_off

ROOT = Path(command_line.__file__).parents[2]
FULL = Path("/dev/full")

unix = pytest.mark.skipif(os.name == "nt", reason="Unix signals and streams")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="needs a disk that is always full")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    path = tmp_path / "project.json"
    write_project(default_project(), path)
    return path


def program(*arguments: object, **options: Any) -> subprocess.Popen[str]:
    """Start the program as a terminal does."""
    return subprocess.Popen([sys.executable, "-m", "gui", *map(str, arguments)], cwd=ROOT,
                            text=True, **options)


def carried_out(*arguments: object, **options: Any) -> tuple[int, str]:
    """Return the exit code of the program, and what it has said on standard error."""
    process = program(*arguments, stderr=subprocess.PIPE, **options)
    _, told = process.communicate(timeout=120)
    return process.returncode, told


@unix
@pytest.mark.parametrize("command", [("check",), ("--help",), ("train", "--help")], ids=str)
def test_a_reader_who_has_left_is_no_fault(project: Path, command: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    arguments = (*command, project) if command == ("check",) else command
    with os.fdopen(writing, "w") as gone:
        assert carried_out(*arguments, stdout=gone) == (0, "")


@needs_full
def test_what_could_not_be_said_is_told_and_has_a_code(project: Path) -> None:
    with FULL.open("w") as full:
        status, told = carried_out("check", project, stdout=full)
    assert status == ERROR
    assert told == ("Standard output: what was said could not be written (No space left on "
                    "device). Let it go somewhere else.\n")


@needs_full
def test_results_are_kept_where_nothing_can_be_said(project: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with FULL.open("w") as full:
        process = program("train", project, "--steps", 30, "--out", out, stderr=full,
                          stdout=subprocess.PIPE)
        said, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    assert "30 steps" in said
    assert (out / "weights.npz").exists()


@needs_full
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_with_and_without_buffers(project: Path, unbuffered: str) -> None:
    with FULL.open("w") as full:
        status, told = carried_out("check", project, stdout=full,
                                   env={**os.environ, "PYTHONUNBUFFERED": unbuffered})
    assert (status, told.count("\n")) == (ERROR, 1)


@unix
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_files(project: Path, tmp_path: Path, closed: str) -> None:
    out = tmp_path / "out"
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {closed}', "sh", sys.executable, "-m", "gui", "train",
         str(project), "--steps", "30", "--out", str(out)], cwd=ROOT, check=False, timeout=120)
    assert done.returncode == 0
    with (out / "history.csv").open() as file:
        # What is written to a stream that is closed must not come here.
        rows = list(csv.DictReader(file))
    assert [int(row["step"]) for row in rows] == list(range(1, 31))


LIMITED = """
import resource, sys
from gui.terminal.command_line import main
from gui.workbench.engine_port import make_trainer
import engine.training.trainer
resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))
sys.exit(main(sys.argv[1:]))
"""
"""A program that may write no file of more than 30,000 bytes, as on a disk that is nearly full."""


@unix
def test_a_disk_that_becomes_full_is_a_sentence_and_the_weights_are_kept(
    project: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    done = subprocess.run([sys.executable, "-c", LIMITED, "train", str(project), "--steps", "5000",
                           "--quiet", "--out", str(out)], cwd=ROOT, capture_output=True, text=True,
                          check=False, timeout=120)
    assert done.returncode == ERROR
    assert done.stderr.count("\n") == 1
    assert f"{out}: cannot be written (File too large)" in done.stderr
    with np.load(out / "weights.npz") as weights:
        assert np.isfinite(weights["output/w"]).all()


def wait_for(path: Path, size: int, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 90
    while not (path.exists() and path.stat().st_size > size) and time.monotonic() < deadline:
        assert process.poll() is None
        time.sleep(0.02)


@unix
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_whatever_ends_it_keeps_what_was_learned(name: str, project: Path, tmp_path: Path) -> None:
    number = getattr(signal, name)
    saved = tmp_path / "run.bplab"
    process = program("train", project, "--steps", 10**9, "--out", tmp_path, "--save", saved,
                      stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_for(tmp_path / "history.csv", 10_000, process)
    process.send_signal(number)
    if name == "SIGHUP":
        # A terminal that is closed says so, and its shell says it again.
        with suppress(ProcessLookupError):
            process.send_signal(number)
    said, told = process.communicate(timeout=60)
    assert process.returncode == 128 + number, told
    assert "Traceback" not in told
    assert "interrupted" in said
    checkpoint = read_saved(saved).checkpoint
    assert checkpoint is not None
    with (tmp_path / "history.csv").open() as file:
        assert sum(1 for _ in file) == checkpoint.step + 1
    assert (tmp_path / "weights.npz").exists()


@unix
def test_what_is_ignored_stays_ignored(project: Path, tmp_path: Path) -> None:
    def ignore() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    process = program("train", project, "--steps", 10**9, "--out", tmp_path, preexec_fn=ignore,
                      stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_for(tmp_path / "history.csv", 10_000, process)
    process.send_signal(signal.SIGHUP)
    wait_for(tmp_path / "history.csv", (tmp_path / "history.csv").stat().st_size, process)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM


def until(stream: IO[str], words: str) -> None:
    """Read a stream letter by letter until it has said something."""
    said = ""
    while words not in said:
        letter = stream.read(1)
        assert letter, said
        said += letter


@unix
@pytest.mark.slow
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_preparing_ends_between_two_parts(name: str, project: Path, tmp_path: Path) -> None:
    number = getattr(signal, name)
    process = program("train", project, "--out", tmp_path, stdout=subprocess.PIPE,
                      stderr=subprocess.PIPE,
                      env={**os.environ, "BACKPROP_LAB_CACHE": str(tmp_path / "empty")})
    assert process.stderr is not None
    until(process.stderr, "training loop")
    process.send_signal(number)
    _, told = process.communicate(timeout=120)
    assert process.returncode == 128 + number
    assert "Traceback" not in told
    assert "Exception ignored" not in told
    assert not (tmp_path / "history.csv").exists()


def test_nothing_is_raised_until_it_is_asked_for() -> None:
    handlers = [signal.getsignal(number) for number in ENDINGS]
    steps = []

    def compile_two() -> None:
        with put_off() as check:
            check()
            signal.raise_signal(signal.SIGINT)
            steps.append("first")
            check()
            steps.append("second")

    def compile_one() -> None:
        with put_off():
            signal.raise_signal(signal.SIGTERM)
            steps.append("whole")

    with pytest.raises(KeyboardInterrupt):
        compile_two()
    with pytest.raises(SystemExit, match="143"):
        compile_one()
    assert steps == ["first", "whole"]
    assert [signal.getsignal(number) for number in ENDINGS] == handlers


def test_ctrl_c_again_ends_at_once() -> None:
    told = []

    def be_pressed_twice() -> None:
        with interruptible(lambda: told.append("once")):
            signal.raise_signal(signal.SIGINT)
            assert told == ["once"]
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        be_pressed_twice()
    with interruptible(lambda: told.append("more")) as heard:
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)
    assert heard.status == 143
    assert told == ["once", "more", "more"]


@unix
def test_two_programs_do_not_mix_their_results(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (tmp_path / "history.csv").open("w") as other:
        other.write("step,of another\n1,0.5\n")
        other.flush()
        assert claim(other.fileno())
        assert main(["train", str(project), "--steps", "5", "--out", str(tmp_path),
                     "--quiet"]) == ERROR
    assert "another program is writing its results there" in capsys.readouterr().err
    assert (tmp_path / "history.csv").read_text() == "step,of another\n1,0.5\n"


def test_a_file_for_the_run_that_cannot_be_written_is_told_before(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", str(project), "--save", str(tmp_path / "none" / "run.bplab")]) == ERROR
    assert f"{tmp_path / 'none'}: there is no such folder" in capsys.readouterr().err
