"""What CI runs, and on which machine, seen by a Python that only notes what it is told."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.contracts.source import ROOT

NOTES = """#!/bin/sh
[ -e .venv ] && with=-with-left-overs
shift
echo "$*$with" >> commands
[ "$*" = "$FAILING" ] && exit 1
mkdir -p .venv
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a folder with CI's files, and with what an earlier run has left."""
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python3").write_text(NOTES, "utf-8")
    (tmp_path / "bin" / "python3").chmod(0o755)
    return tmp_path


def run(clone: Path, failing: str = "") -> tuple[int, list[str]]:
    """Return CI's exit code and the commands that it gave."""
    environment = {**os.environ, "PATH": f"{clone / 'bin'}{os.pathsep}{os.environ['PATH']}",
                   "FAILING": failing}
    done = subprocess.run([clone / ".ci" / "run"], env=environment, check=False)
    return done.returncode, (clone / "commands").read_text("utf-8").splitlines()


def test_it_begins_with_the_readmes_command_on_a_bare_machine(clone: Path) -> None:
    code, commands = run(clone)
    assert code == 0
    assert f"python3 resources/dev.py {commands[0]} " in (ROOT / "README.md").read_text("utf-8")
    assert commands == ["test", "check-with-left-overs", "test --whole-with-left-overs",
                        "package bundle smoke-with-left-overs"]


def test_it_works_in_a_fresh_clone(clone: Path) -> None:
    shutil.rmtree(clone / ".venv")
    assert run(clone)[1][0] == "test"


@pytest.mark.parametrize("failing", ["test", "check", "test --whole", "package bundle smoke"])
def test_one_failure_fails_all_and_ends_nothing(clone: Path, failing: str) -> None:
    code, commands = run(clone, failing)
    assert code == 1
    assert len(commands) == 4


def test_left_overs_are_seen(clone: Path) -> None:
    script = clone / ".ci" / "run"
    script.write_text(script.read_text("utf-8").replace("rm -rf .venv", ":"), "utf-8")
    assert run(clone)[1][0] == "test-with-left-overs"
