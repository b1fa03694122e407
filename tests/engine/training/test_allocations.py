"""A step takes no memory from the system: neither Python's nor that of compiled code."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from numba import njit
from numba.core.registry import cpu_target
from numba.core.runtime import _nrt_python, rtsys

from engine.training import Trainer
from engine.training.visit import run as run_sections
from tests.engine.training.graphs import Graph, graphs
from tests.engine.training.runs import advance, clouds, project
from tests.engine.training.test_random_graphs import BATCH, CAPACITY, data, planned
from tests.engine.training.test_reproducible import SHARED
from tests.engine.training.test_shards import STEP


@pytest.fixture(autouse=True)
def counters() -> Iterator[None]:
    """Let Numba count what compiled code allocates."""
    rtsys.initialize(cpu_target.target_context)
    _nrt_python.memsys_enable_stats()
    yield
    _nrt_python.memsys_disable_stats()


def taken() -> int:
    """Return how often compiled code has asked for memory until now."""
    return int(rtsys.get_allocation_stats().alloc)


def test_what_compiled_code_takes_is_counted() -> None:
    @njit
    def forgetful(n):  # type: ignore[no-untyped-def]
        return np.zeros(n).sum()

    forgetful(3)
    before = taken()
    for _ in range(7):
        forgetful(1000)
    assert taken() - before == 7


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize("name", SHARED)
def test_a_thousand_steps_take_what_one_takes(name: str, optimizer: str) -> None:
    run = Trainer(project(*SHARED[name], optimizer=optimizer, batch_size=5), clouds(), threads=1)
    advance(run, 3)

    def taken_by(steps: int) -> int:
        before = taken()
        assert run._advance(steps, run._pace) == steps
        return taken() - before

    # Its arrays are handed to the loop once, however many steps it does, epochs and validations.
    assert taken_by(1_000) == taken_by(1)


@pytest.mark.slow
def test_no_op_takes_memory() -> None:
    @settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
    @given(graphs())
    def check(graph: Graph) -> None:
        rng = np.random.default_rng(len(graph.project.network))
        order = np.arange(CAPACITY)
        inputs, targets = (array.astype(graph.project.training.precision)
                           for array in data(graph, rng))
        plan = planned(graph, (inputs, targets), rng, order)
        run_sections(plan, BATCH, *STEP)
        before = taken()
        run_sections(plan, BATCH, *STEP)
        # Table and sections are handed over once for each section.
        assert taken() - before == 2 * len(STEP)

    check()
