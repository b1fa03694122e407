"""Starting, stopping, and what a run costs."""

from __future__ import annotations

import dataclasses
import threading
import time
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import DataError, FormatError, ShapeError, SpecError
from engine.kernels.runtime import layout
from engine.spec import LayerSpec
from engine.training import Trainer, visit, warmup
from tests.engine.training.runs import (
    LAYERS,
    advance,
    clouds,
    dense,
    project,
    trainer,
)


def endless() -> Trainer:
    """Return a run that a chunk keeps busy for long."""
    return trainer(clouds(2000), dense("dense-1", 64), dense("output", 3, "linear"), batch_size=0)


@pytest.mark.alone
def test_a_stop_asked_for_by_another_thread_is_felt_within_a_step() -> None:
    run = endless()
    advance(run, 3)
    timer = threading.Timer(0.05, run.request_stop)
    timer.start()
    begin = time.perf_counter()
    done = run.run(10**9, budget_s=60.0)
    took = time.perf_counter() - begin
    timer.join()
    assert 0 < done < 10**9
    assert took < 1.0


def test_a_stop_between_two_calls_holds_for_one() -> None:
    run = trainer()
    run.request_stop()
    assert run.run(5, budget_s=10.0) == 0
    advance(run, 5)


def test_a_stop_while_somebody_looks_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    run = trainer()
    original = visit.run

    def run_and_stop(*arguments: Any) -> None:
        run.request_stop()
        original(*arguments)
    monkeypatch.setattr("engine.training.observe.run", run_and_stop)
    run.predict(np.zeros((3, 4)))
    assert run._plan.shared.control[layout.STOP] == 1


@pytest.mark.alone
@pytest.mark.parametrize("budget", [0.005, 0.02])
def test_a_chunk_keeps_to_its_budget(budget: float) -> None:
    run = trainer(clouds(2000), batch_size=10)
    advance(run, 2000)
    took = []
    for _ in range(20):
        begin = time.perf_counter()
        assert run.run(10**9, budget) > 0
        took.append(time.perf_counter() - begin)
    # The best chunk, since other programs may take the processor at any moment.
    assert min(took) < 1.5 * budget
    assert max(took) > budget / 2


def test_a_budget_of_nothing_does_one_step_and_no_steps_do_nothing() -> None:
    run = trainer()
    assert run.run(10, budget_s=0.0) == 1
    assert run.run(0) == 0
    assert run.step == 1


def test_nothing_to_learn_from() -> None:
    data = clouds()
    with pytest.raises(DataError, match="no examples to learn from"):
        trainer(dataclasses.replace(data, training=data.training[:0]))


def test_without_validation_there_is_none() -> None:
    data = dataclasses.replace(clouds(), validation=np.zeros(0, np.int64))
    run = advance(trainer(data, batch_size=5), 10)
    _, rows, _ = run.ring.read(0)
    assert np.isnan(rows[:, 1:3]).all()
    assert run.snapshot().validation is None
    assert run.evaluate("validation").examples == 0


def test_a_project_with_issues_is_refused_with_the_first() -> None:
    with pytest.raises(SpecError, match="gives 4 numbers for 3 classes"):
        trainer(None, dense("output", 4, "linear"))


WRONG_WEIGHTS = {
    "missing": (lambda w: w.pop("dense-2/b"), "dense-2/b is missing"),
    "unknown": (lambda w: w.update({"dense-9/w": w["dense-2/w"]}), "no parameter dense-9/w"),
    "shape": (lambda w: w.update({"dense-2/w": w["dense-2/w"].T}), r"shape \(5, 8\)"),
    "nan": (lambda w: w["dense-2/w"].__setitem__((0, 0), np.nan), "not a finite number"),
    "infinite": (lambda w: w["dense-2/w"].__setitem__((0, 0), np.inf), "not a finite number"),
    "text": (lambda w: w.update({"dense-2/b": np.array(list("abcde"))}), "not a finite number"),
    "objects": (lambda w: w.update({"dense-2/b": np.array([None] * 5)}), "not a finite number"),
    "complex": (lambda w: w.update({"dense-2/b": np.ones(5) * 1j}), "not a finite number"),
    "too large": (lambda w: w.update({"dense-2/b": np.full(5, 1e300)}), "numbers of float32"),
}


@pytest.mark.parametrize("fault", WRONG_WEIGHTS)
def test_weights_that_do_not_fit_are_named(fault: str) -> None:
    spoil, message = WRONG_WEIGHTS[fault]
    weights = trainer().weights()
    spoil(weights)  # type: ignore[no-untyped-call]
    with pytest.raises(FormatError, match=message):
        trainer(weights=weights)


def test_whole_numbers_and_another_precision_are_weights_too() -> None:
    weights = {name: np.round(array).astype(np.int64)
               for name, array in trainer().weights().items()}
    run = trainer(weights=weights, precision="float64")
    np.testing.assert_array_equal(run.weights()["dense-1/w"], weights["dense-1/w"])


def test_predicting_needs_the_width_of_the_inputs() -> None:
    run = trainer()
    for inputs in (np.zeros((5, 3)), np.zeros((5, 400)), np.zeros(4)):
        with pytest.raises(ShapeError, match="4 numbers for every example"):
            run.predict(inputs)
    assert run.predict(np.zeros((0, 4))).shape == (0, 3)


def test_compiling_reports_its_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    # Of a form that has been trained in this process already, there is nothing to report.
    monkeypatch.setattr(warmup, "_KNOWN", set())
    reports: list[tuple[str, float]] = []
    Trainer(project(*LAYERS), clouds(), progress=lambda text, share: reports.append((text, share)))
    shares = [share for _, share in reports]
    assert shares == sorted(shares)
    assert (shares[0], reports[-1]) == (0.0, ("ready", 1.0))
    assert all(text for text, _ in reports)


def test_steps_allocate_nothing() -> None:
    run = trainer(None, LAYERS[0], LayerSpec("dropout-1", "dropout"), *LAYERS[1:], batch_size=5)
    advance(run, 1000)
    tracemalloc.start()
    try:
        before = tracemalloc.take_snapshot()
        advance(run, 50_000)
        after = tracemalloc.take_snapshot()
    finally:
        tracemalloc.stop()
    grown = sum(entry.size_diff for entry in after.compare_to(before, "filename"))
    assert grown < 50_000


def resident() -> int:
    """Return the bytes of memory that the process occupies."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="Linux counts memory there")
def test_memory_stays_flat_over_many_steps_and_looks() -> None:
    run = trainer(clouds(100), batch_size=10)
    for _ in range(50):
        run.run(10**9)
        run.snapshot()
    before = resident()
    for _ in range(200):
        run.run(10**9, 0.002)
        run.snapshot()
    assert resident() - before < 10 * 2**20
