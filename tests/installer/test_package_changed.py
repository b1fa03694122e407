"""When the frozen program is made and tried before a change is taken in."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path, PurePath

import pytest

from tests.contracts.source import ROOT

RULE = ROOT / ".ci" / "package-changed"

FIRST_PAINT = """\
import os, sys
from gui import app, start
def note(text):
    if text.startswith("first paint: "):
        names = [name for name in sys.modules if name.split(".")[0] in ("gui", "engine")]
        print("\\n".join(file for name in names
                        if (file := getattr(sys.modules[name], "__file__", None))), flush=True)
        os._exit(0)
app.say = note
start.run(["--profile-start"])
"""
"""Prints the files of all of our modules that are loaded when the window has painted itself."""

pytestmark = pytest.mark.skipif(sys.platform == "win32" or shutil.which("git") is None,
                                reason="a shell script that asks git")


class Repository:
    """A small repository with the rule in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / ".ci").mkdir(parents=True)
        shutil.copy(RULE, folder / ".ci")
        self.git("init", "--quiet", "--initial-branch=main")
        self.commit("engine/layers/first.py")

    def git(self, *arguments: str) -> None:
        environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}
        subprocess.run(["git", "-c", "user.name=n", "-c", "user.email=e@localhost", *arguments],
                       cwd=self.folder, env=environment, check=True, capture_output=True)

    def commit(self, name: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, "utf-8")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", name)

    def merge(self, name: str) -> None:
        """Merge a branch on which a file has been added."""
        self.git("checkout", "--quiet", "-b", "side")
        self.commit(name)
        self.git("checkout", "--quiet", "main")
        self.git("merge", "--quiet", "--no-ff", "--no-edit", "side")
        self.git("branch", "--quiet", "--delete", "side")


def builds(folder: Path) -> bool:
    done = subprocess.run([folder / ".ci" / RULE.name], check=False, capture_output=True)
    return done.returncode == 0


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "all")


def test_without_a_release_or_a_merge_it_is_made(repository: Repository) -> None:
    assert builds(repository.folder)


def test_a_merge_counts_if_it_touches_what_is_frozen(repository: Repository) -> None:
    repository.merge("engine/layers/other.py")
    assert not builds(repository.folder)
    repository.merge("resources/installer/new.py")
    assert builds(repository.folder)
    repository.merge("gui/builder/other.py")
    assert not builds(repository.folder)
    repository.commit("gui/start.py")
    assert builds(repository.folder)


def test_changes_count_from_the_last_release_on(repository: Repository) -> None:
    repository.commit("pyproject.toml")
    repository.git("tag", "v1.0.0")
    repository.merge("engine/layers/other.py")
    assert not builds(repository.folder)
    repository.merge("gui/app.py")
    repository.merge("engine/layers/third.py")
    assert builds(repository.folder)


def test_a_clone_of_one_commit_makes_it(repository: Repository, tmp_path: Path) -> None:
    repository.merge("engine/layers/other.py")
    assert not builds(repository.folder)
    repository.git("clone", "--quiet", "--depth=1", f"file://{repository.folder}",
                   str(tmp_path / "shallow"))
    assert builds(tmp_path / "shallow")
    shutil.rmtree(tmp_path / "shallow" / ".git")
    assert builds(tmp_path / "shallow")


def named() -> list[str]:
    """Return the places that the rule names, some with a star."""
    text = RULE.read_text("utf-8").partition(" -- \\\n")[2].partition(" 2>")[0]
    return [name.removeprefix(":(glob)") for name in shlex.split(text.replace("\\\n", " "))]


def watched(file: str) -> bool:
    return any(file == name or file.startswith(f"{name}/")
               or ("*" in name and PurePath(file).match(name)
                   and file.count("/") == name.count("/")) for name in named())


def test_all_that_the_rule_names_is_there() -> None:
    assert "gui/*.py" in named()
    assert [name for name in named() if not any(ROOT.glob(name))] == []


@pytest.mark.parametrize("name", [
    "gui/window/skeleton.py", "gui/start.py", "gui/theme/sheet.py", "gui/workbench/state.py",
    "gui/plots/graph.py", "engine/facts.py", "engine/cachedir.py", "resources/icons/new.svg",
    ".ci/run"])
def test_changes_in_start_up_code_count(name: str, repository: Repository) -> None:
    repository.merge("engine/layers/other.py")
    assert not builds(repository.folder)
    repository.merge(name)
    assert builds(repository.folder)
    assert watched(name)


def test_all_that_is_loaded_until_the_first_paint_is_watched(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FIRST_PAINT], cwd=ROOT, capture_output=True, text=True, timeout=120,
        check=True, env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path)})
    loaded = [Path(line).relative_to(ROOT).as_posix() for line in done.stdout.splitlines()]
    assert "gui/window/main_window.py" in loaded
    assert [name for name in loaded if not watched(name)] == []


def test_ci_asks_the_rule() -> None:
    assert "if .ci/package-changed; then" in (ROOT / ".ci" / "run").read_text("utf-8")
