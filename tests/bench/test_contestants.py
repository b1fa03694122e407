"""All contestants of a case compute the same thing; nothing here is a matter of time.

Peers are run by the interpreter that BACKPROP_LAB_PEERS names, or by this one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from typing import Any

import pytest

from tests.bench.cases import CASES, multiply_adds
from tests.bench.ours import first_step, trainer
from tests.bench.process import PEERS, ROOT, Contestant, ContestantError, environment, installed

PEERS_PYTHON = os.environ.get("BACKPROP_LAB_PEERS", sys.executable)

QUICK = {"playground", "playground6", "small", "deep", "digits", "images", "rnn", "gru", "lstm"}
NAMES = [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in CASES]

VANISHED = 1e-17
"""Peers square in float32: a smaller norm has lost its digits, or is 0."""


@cache
def first_steps(module: str) -> dict[str, dict[str, Any]]:
    """Return every case's first step by a peer."""
    done = subprocess.run([PEERS_PYTHON, "-m", module, "first", *CASES], check=True, text=True,
                          stdout=subprocess.PIPE, cwd=ROOT, env=environment(1))
    return {step["case"]: step for step in map(json.loads, done.stdout.splitlines())}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("peer", ["pytorch", "jax"])
def test_first_step_is_a_peers(peer: str, name: str) -> None:
    if not installed(PEERS_PYTHON, PEERS[peer].package):
        pytest.skip(f"{PEERS[peer].title} is not installed for {PEERS_PYTHON}; BACKPROP_LAB_PEERS "
                    "names an interpreter that has it")
    theirs = first_steps(PEERS[peer].module)[name]
    loss, norms = first_step(CASES[name])
    assert loss == pytest.approx(theirs["loss"], rel=1e-4)
    assert norms == pytest.approx(theirs["norms"], rel=1e-4, abs=VANISHED)


@pytest.mark.parametrize("name", sorted(QUICK))
def test_counted_work_is_no_more_than_the_plans(name: str) -> None:
    """The plan counts other ops, too; those are little beside the products."""
    network = trainer(CASES[name], threads=1)
    planned = (network._plan.work + network._plan.backward_work) * CASES[name].batch
    assert multiply_adds(CASES[name]) <= planned
    if name in ("digits", "lstm"):
        assert multiply_adds(CASES[name]) > 0.9 * planned


def test_our_contestant_trains() -> None:
    with Contestant("tests.bench.ours", CASES["playground"], sys.executable, 1) as ours:
        assert ours.round(0.05) > 0
        assert ours.loss == pytest.approx(first_step(CASES["playground"])[0])


def test_a_contestant_that_dies_says_why() -> None:
    with pytest.raises(ContestantError, match="No module named"):
        Contestant("tests.bench.nothing", CASES["playground"], sys.executable, 1)
