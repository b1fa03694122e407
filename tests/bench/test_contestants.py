"""All contestants do the same work: same loss and same gradients from the same weights.

Needs an interpreter that has them, named by BACKPROP_LAB_PEERS_PYTHON; skipped without it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.bench import ours
from tests.bench.cases import CASES, PROMISED
from tests.bench.compare import PEERS, Absent, Contestant, Result, has
from tests.bench.machine import machine
from tests.bench.roofline import Limits
from tests.bench.table import cell, header, markdown, row, write

INTERPRETER = os.environ.get("BACKPROP_LAB_PEERS_PYTHON", sys.executable)
NEAR = 1e-4


def present(key: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not has(INTERPRETER, PEERS[key].package),
                              reason=f"{PEERS[key].title} is not at hand")


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("key", [pytest.param(key, marks=present(key))
                                 for key in ("pytorch", "jax")])
def test_a_contestant_computes_what_ours_does(key: str, name: str, tmp_path: Path) -> None:
    case, peer = CASES[name], PEERS[key]
    weights = ours.trainer(case, 1).weights()
    np.savez(tmp_path / "weights.npz", **weights)  # type: ignore[arg-type]
    mine = ours.first(case, weights)
    with Contestant(peer.module, case, INTERPRETER, 1, peer.modes_of(case)[-1]) as contestant:
        theirs = contestant.first(tmp_path / "weights.npz")
    assert theirs["loss"] == pytest.approx(mine["loss"], rel=NEAR)
    assert theirs["norms"].keys() <= mine["norms"].keys()
    # All but moving averages, which have no gradient.
    assert len(theirs["norms"]) >= len(mine["norms"]) - sum(
        layer.kind in ("norm", "gru") for layer in case.layers)
    largest = max(mine["norms"].values())
    for part, norm in theirs["norms"].items():
        # Relative, but for what is nothing but rounding beside the others.
        assert norm == pytest.approx(mine["norms"][part], rel=10 * NEAR, abs=1e-6 * largest), part


@pytest.mark.parametrize("name", ["playground", "rnn"])
def test_ours_says_what_it_does(name: str) -> None:
    with Contestant("tests.bench.ours", CASES[name], sys.executable, 1) as contestant:
        assert contestant.facts.startswith("Numba ")
        assert contestant.round(0.05) > 1.0


def test_a_contestant_that_dies_tells_why() -> None:
    with pytest.raises(Absent, match=r"No module named tests\.bench\.nobody"):
        Contestant("tests.bench.nobody", CASES["playground"], sys.executable, 1)


def test_what_is_promised_is_in_the_table() -> None:
    assert len(PROMISED) == 13
    for name in PROMISED:
        assert {"pytorch", "jax"} <= CASES[name].goals.keys()
        assert ("sklearn" in CASES[name].goals) == CASES[name].is_dense
        assert PEERS["sklearn"].takes_part(CASES[name]) == CASES[name].is_dense


def test_the_table_tells_ratios_goals_and_failures(tmp_path: Path) -> None:
    peers = [PEERS["pytorch"], PEERS["jax"], PEERS["sklearn"]]
    result = Result("playground", 2e-6, {"pytorch": 70.0, "jax": 19.0}, {"pytorch": 61.0,
                    "jax": 18.0}, {"pytorch": 140e-6, "jax": 38e-6},
                    {"pytorch": "eager", "jax": ""}, {"sklearn": "no"})
    assert cell(result, peers[0]) == "70.00x (lowest 61.00, goal 60; 140 µs)"
    assert cell(result, peers[1]) == "19.00x (lowest 18.00, goal 20 MISSED; 38 µs)"
    assert cell(result, peers[2]) == "failed"
    cells = row(result, peers, flops=1e6, peak=1000.0)
    assert cells[1:4] == ["2.0", "500.0", "50%"]
    page = markdown([machine()], header(peers), [cells])
    lines = page.splitlines()
    assert {line.count("|") for line in lines if line.startswith("|")} == {len(peers) + 5}
    write(tmp_path / "new", page, [result], Limits(2, 480.0, 20.0), ["facts"])
    assert (tmp_path / "new" / "bench.md").read_text("utf-8") == page
    assert '"pytorch": 70.0' in (tmp_path / "new" / "bench.json").read_text("utf-8")
