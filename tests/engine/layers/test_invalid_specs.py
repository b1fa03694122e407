"""A thousand projects that cannot be trained, and what people are told about each."""

from __future__ import annotations

import re
import tracemalloc
from collections import Counter

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from engine.errors import SpecError
from engine.layers import diagnose
from engine.plan import arena, build_plan
from tests.engine.layers.mutations import MUTATIONS, Broken, broken_graphs
from tests.engine.training.graphs import Graph, graphs
from tests.tiers import examples

LITTLE = 2**20
"""Bytes that a diagnosis may take."""

SENTENCES = re.compile(r"(?P<place>[^:]+): (?P<found>.+); expected (?P<expected>.+)\. "
                       r"(?P<remedy>[A-Z][^;:]+\.)", re.DOTALL)
"""What every complaint consists of."""

seen: Counter[str] = Counter()


INVALID = examples(100, 1000)

TOLD = 20
"""Characters of what is found that stand in the sentence whatever its length."""


@settings(max_examples=INVALID, suppress_health_check=[HealthCheck.too_slow])
@given(broken_graphs(graphs()))
def _invalid(broken: Broken) -> None:
    graph = broken.graph
    tracemalloc.start()
    issues = diagnose(graph.project, graph.task, graph.n_inputs, graph.n_outputs,
                      vocabulary=graph.vocabulary)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < LITTLE
    for issue in issues:
        match = SENTENCES.fullmatch(issue.text)
        assert match, issue.text
        named = [position for position, layer in enumerate(graph.project.network)
                 if layer.id == issue.layer_id]
        assert not named or any(re.match(rf"Layer {position}\b", match["place"])
                                for position in named), issue.text
        assert named or match["place"] in ("Training", "Network"), issue.text
    # Of a number with dozens of digits, those in the middle are left out.
    found = broken.found[:TOLD]
    assert any(issue.layer_id == broken.layer_id and found in issue.text
               for issue in issues), (broken.found, issues)
    seen["all"] += 1


@pytest.mark.sampled
def test_what_is_wrong_is_told_with_place_finding_expectation_and_remedy() -> None:
    seen.clear()
    _invalid()
    assert seen["all"] >= 0.9 * INVALID
    assert len(MUTATIONS) > 25


@settings(max_examples=examples(20, 100),
          suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(graphs())
def _too_large(graph: Graph) -> None:
    inputs = np.zeros((2, graph.n_inputs))
    tracemalloc.start()
    with pytest.raises(SpecError, match=r"MiB of memory; expected at most 1 MiB\. Use fewer units"):
        build_plan(graph.project, inputs, inputs, capacity=10**7)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < LITTLE


@pytest.mark.sampled
def test_an_arena_beyond_the_limit_is_never_allocated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arena, "LARGEST_ARENA", LITTLE)
    _too_large()
