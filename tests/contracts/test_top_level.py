from __future__ import annotations

import subprocess

from tests.contracts.source import ROOT

HOUSE = {"pyproject.toml", "README.md", "gui", "engine", "resources", "tests",
         "LICENSE", ".ci", ".github", ".gitignore"}
BESIDE = {"findings"}
"""May stand there or not: what was found out about programs and formats of others."""


def strays(paths: list[str]) -> set[str]:
    """Return the first parts of paths that have no place at the top of the project."""
    return {path.split("/")[0] for path in paths} - HOUSE - BESIDE


def tracked() -> list[str]:
    """Return the files that belong to the project, or its plain folders where git cannot tell."""
    try:
        listing = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
        return listing.stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        return [path.name for path in ROOT.iterdir()
                if not path.name.startswith(".") and path.suffix not in {".egg-info", ".png"}]


def test_top_level_is_as_planned() -> None:
    paths = tracked()
    assert paths
    assert strays(paths) == set()


def test_whole_house_stands() -> None:
    assert {name for name in HOUSE if not (ROOT / name).exists()} == set()


def test_stray_is_seen() -> None:
    assert strays(["gui/app.py", "setup.py", "docs/index.md", ".ci/run"]) == {"setup.py", "docs"}
