"""The step as a program: it runs in a fresh interpreter with NumPy alone, and says the same."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace
from numpy.typing import NDArray

from engine.microscope.dissection import Dissection
from engine.microscope.script import SHOWN, literal, parameters, script
from tests.engine.microscope.dissections import LONG, dissected, projects
from tests.tiers import examples

FEWEST = 30
"""Projects whose programs are run."""

MOST_NUMBERS = 150_000
"""That a program may begin with to be run here: Python reads larger ones for seconds."""

RUNNER = """
import contextlib, io, pathlib, sys
for name in sys.argv[1:]:
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        exec(compile(pathlib.Path(name).read_text(), name, "exec"), {"__name__": "__main__"})
    pathlib.Path(name).with_suffix(".out").write_text(told.getvalue())
strange = {module.partition(".")[0] for module in sys.modules} & {"engine", "gui", "numba"}
assert not strange, strange
"""
"""Runs programs one after the other, each among no other's names."""


def run_fresh(folder: Path, texts: Mapping[str, str]) -> dict[str, str]:
    """Return what each program prints in a fresh interpreter that knows nothing of this one."""
    paths = {name: folder / f"step{place}.py" for place, name in enumerate(texts)}
    for name, path in paths.items():
        path.write_text(texts[name], encoding="utf-8")
    done = subprocess.run([sys.executable, "-I", "-X", "utf8", "-W", "error", "-c", RUNNER,
                           *map(str, paths.values())],
                          cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {name: path.with_suffix(".out").read_text() for name, path in paths.items()}


def figures(value: NDArray[np.float64]) -> list[float]:
    """Return the numbers that a program prints of a result."""
    if value.size <= SHOWN:
        return [float(number) for number in value.ravel()]
    return [float(np.sum(value)), float(np.sqrt(np.mean(value**2))),
            *(float(number) for number in value.ravel()[:8])]


def check(dissection: Dissection, printed: str) -> None:
    """Compare what was printed with what the engine has computed."""
    lines = {line.split(" ", 1)[0]: line for line in printed.splitlines()}
    names = parameters(dissection.program)
    assert {"L", *names, *(f"d{name}" for name in names)} == lines.keys()
    assert names
    for name, theirs in dissection.engine.items():
        if name not in lines:
            continue
        shape, _, rest = lines[name].removeprefix(f"{name} ").partition(")")
        assert shape + ")" == str(theirs.shape)
        numbers = [float(word) for word in rest.split() if word not in ("sum", "rms", "first")]
        scale = float(np.max(np.abs(theirs), initial=0.0))
        wanted = figures(theirs)
        room = 1e-12 * scale * (theirs.size if theirs.size > SHOWN else 1)
        np.testing.assert_allclose(numbers, wanted, rtol=0, atol=room + 1e-300, err_msg=name)


@pytest.mark.sampled
def test_the_programs_of_all_projects_print_the_engines_numbers(tmp_path: Path) -> None:
    names = [name for name in projects() if name not in LONG or examples(0, 1)]
    steps = {name: step for name, step in ((name, dissected(name)) for name in names)
             if sum(array.size for array in step.program.given.values()) < MOST_NUMBERS}
    assert len(steps) >= FEWEST
    printed = run_fresh(tmp_path, {name: script(step) for name, step in steps.items()})
    for name, step in steps.items():
        check(step, printed[name])


def test_a_program_is_readable() -> None:
    step = dissected("05-exclusive-or")
    text = script(step)
    assert f"{step.step} steps" in text
    assert "import numpy as np" in text
    for part in ("# Forward", "# Loss", "# Backward", "# Update"):
        assert part in text.splitlines()
    for statement in step.program.statements[2:]:
        assert statement.code in text
    lines = text.splitlines()
    assert max(map(len, lines)) <= 100
    # What every layer does stands under its name, in each part of the step and in what is given.
    assert lines.count("# Layer 1: Dense.") == 4
    assert all(lines[i - 1] == "" for i, line in enumerate(lines) if line == "# Layer 1: Dense.")
    assert text.index("x = ") < text.index("t = ") < text.index("W1 = ")
    # What is said of several lines in a row is said once.
    assert not any(lines[i] == lines[i + 2] for i in range(len(lines) - 2)
                   if lines[i].startswith("# "))
    # Plain descent remembers nothing, so that nothing remembered is given.
    assert "mW1" not in text
    assert "def softplus" not in text


def test_a_name_cannot_break_the_program(tmp_path: Path) -> None:
    step = dissected("05-exclusive-or")
    project = replace(step.project, name='a"""\\N{x}\nimport engine')
    text = script(dataclasses.replace(step, project=project))
    check(step, run_fresh(tmp_path, {"odd": text})["odd"])


@pytest.mark.parametrize("array", [
    np.array(0.1), np.array([1 / 3, -0.0, np.inf, np.nan]), np.zeros((2, 3)), np.array([0.0]),
    np.random.default_rng(0).standard_normal((4, 2)), np.full((3, 50, 2), 1e-300),
    np.random.default_rng(0).standard_normal((40, 30)), np.zeros((0, 3)),
])
def test_an_array_is_read_back_to_the_last_bit(array: NDArray[np.float64]) -> None:
    found = eval(literal(array), {"np": np})
    assert found.shape == array.shape
    assert found.tobytes() == array.tobytes()
    assert max(map(len, literal(array).splitlines())) <= 100
