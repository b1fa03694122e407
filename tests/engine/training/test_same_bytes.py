"""Every template and every op still comes to the numbers that are recorded, byte for byte."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.kernels.ops import catalogue
from tests.golden.make_same_bytes import SHOWN, nameless, ops_in, project_of, read, surroundings
from tests.golden.same_bytes_cases import made, templates

TABLE = read()
CASES: dict[str, Any] = TABLE["cases"]
LONG = ("16-character-rnn", "17-character-lstm", "18-character-gru")

NEAR = 1e-3
"""How far losses and weights may be from those of another processor: they were within 2e-5."""

CHAOTIC = ("10-residual", "24-drawn-digits", "26-vowels", "27-vowel-strings")
"""Runs that rounding throws off their course; of these the first five steps count."""

BEGIN = sum(step < 5 for step in SHOWN)

HOW = "record it with `python -m tests.golden.make_same_bytes` on a state whose numbers are right"


def group(name: str) -> str:
    """Return with which other cases one is run: what compiling takes must not look like hanging."""
    return "long" if name in LONG else "made" if name in made() else "template"


@cache
def outcomes(of: str) -> dict[str, Any]:
    """Return what the cases come to in a process that loads its kernels and compiles none."""
    names = [name for name in CASES if group(name) == of]
    told = subprocess.run([sys.executable, "-m", "tests.golden.make_same_bytes", "--tell", *names],
                          cwd=Path(__file__).parents[3], capture_output=True, text=True,
                          check=False)
    assert told.returncode == 0, told.stderr
    found: dict[str, Any] = json.loads(told.stdout)
    return found


@pytest.mark.parametrize("name", [
    pytest.param(name, marks=pytest.mark.whole) if name in LONG else name for name in CASES])
def test_a_run_comes_to_the_recorded_numbers(name: str) -> None:
    wanted, found = CASES[name], outcomes(group(name))[name]
    compared = BEGIN if name in CHAOTIC else len(wanted["losses"])
    np.testing.assert_allclose(found["losses"][:compared], wanted["losses"][:compared], rtol=NEAR)
    assert found["rms"].keys() == wanted["rms"].keys()
    for place, rms in wanted["rms"].items():
        near = pytest.approx(rms, rel=NEAR, abs=1e-6)
        assert name in CHAOTIC or found["rms"][place] == near, place
    if surroundings() == TABLE["surroundings"]:
        recorded = {key: wanted[key] for key in ("weights", "rows")}
        assert {key: found[key] for key in recorded} == recorded, "near, but not the same bytes"


@pytest.mark.parametrize("name", [*templates(), *made()])
def test_a_project_is_recorded(name: str) -> None:
    project = nameless((templates() | made())[name])
    recorded = [nameless(project_of(case)) for case in CASES.values()]
    assert project in recorded, f"{name} has no recorded run, or has changed: {HOW}"


def test_every_op_is_in_a_recorded_run() -> None:
    used = {op for case in CASES.values() for op in ops_in(project_of(case))}
    missing = catalogue.OPS.keys() - used
    assert not missing, f"{sorted(missing)} run in no case of tests/golden/same_bytes_cases.py"
