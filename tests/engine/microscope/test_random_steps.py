"""Steps of random networks: every line has the engine's numbers."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from tests.engine.microscope.agreement import compare
from tests.engine.microscope.test_units_step import moved
from tests.engine.training.graphs import Graph, graphs
from tests.engine.training.test_random_graphs import data
from tests.tiers import examples

counts: Counter[str] = Counter()


def _compared(graph: Graph) -> None:
    counts["graphs"] += 1
    program = compare(graph.project, *data(graph, np.random.default_rng(3)), prepare=moved,
                      apart=True)
    counts["lines"] += len(program.statements)
    counts["branching"] += any("branch-overwritten" in one.mistakes for one in program.statements)


@settings(max_examples=examples(8, 400), suppress_health_check=[HealthCheck.too_slow])
@given(graphs())
def _random_step(graph: Graph) -> None:
    _compared(graph)


@settings(max_examples=examples(5, 200), suppress_health_check=[HealthCheck.too_slow])
@given(graphs(padded=True))
def _random_step_of_tokens(graph: Graph) -> None:
    _compared(graph)


@pytest.mark.slow
@pytest.mark.sampled
@pytest.mark.parametrize("sweep", [_random_step, _random_step_of_tokens])
def test_random_steps(sweep: object) -> None:
    counts.clear()
    assert callable(sweep)
    sweep()
    assert counts["lines"] > 20 * counts["graphs"]
    assert counts["branching"] > counts["graphs"] / 4
