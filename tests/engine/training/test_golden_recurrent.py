"""Recurrent networks beside those that PyTorch ran (tests/golden)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.lib.npyio import NpzFile

from engine.spec import LayerSpec, NetworkSpec, OptimizerSpec, Precision, ProjectSpec, TrainingSpec
from engine.telemetry.parts import Part
from engine.training import Trainer
from tests.engine.training import masked
from tests.engine.training.beside_pytorch import TOLERANCE, assert_equal, assert_follows, initial
from tests.engine.training.networks import dataset
from tests.golden.recurrent_cases import (
    CLASSES,
    FEATURES,
    LONG,
    LONG_FILE,
    LONG_KINDS,
    LONG_UNITS,
    MASK,
    RATE,
    RECURRENT_CASES,
    SEQUENCE,
    STEPS,
    TRUNCATION,
    Recurrence,
    RecurrentCase,
)


def layer_spec(layer: Recurrence) -> LayerSpec:
    options: dict[str, bool | int | str] = {}
    if layer.units:
        options |= {"units": layer.units, "bias": layer.bias}
    if layer.kind in ("dense", "rnn"):
        options["activation"] = layer.activation
    if layer.whole:
        options["output"] = "sequence"
    return LayerSpec(layer.id, layer.kind, options)


def project(case: RecurrentCase, precision: Precision) -> ProjectSpec:
    fold = LayerSpec("fold", "reshape", {"form": "sequence", "steps": SEQUENCE,
                                         "features": FEATURES})
    mask = (LayerSpec("mask", "masked"),) if case.masked else ()
    return ProjectSpec(
        network=NetworkSpec((LayerSpec("input", "input"), fold, *mask,
                             *map(layer_spec, case.layers))),
        training=TrainingSpec(optimizer=OptimizerSpec("sgd"), learning_rate=RATE,
                              batch_size=case.batch_size, precision=precision, shuffle=False))


@pytest.mark.parametrize("precision", TOLERANCE)
@pytest.mark.parametrize("case", RECURRENT_CASES, ids=lambda case: case.name)
def test_ten_steps_are_pytorchs(case: RecurrentCase, precision: Precision,
                                monkeypatch: pytest.MonkeyPatch) -> None:
    masked.register(monkeypatch)
    with np.load(case.file) as golden:
        data = dataset(golden["inputs"], golden["labels"], classes=CLASSES)
        run = Trainer(project(case, precision), data, weights=initial(golden))
        if case.masked:
            masked.fill(run, MASK)
        # The mask of these is made by hand, where no line of the plan would write it.
        assert_follows(run, golden["inputs"], golden, precision, STEPS, precision,
                       dissects=not case.masked)


@pytest.fixture
def long() -> Iterator[NpzFile]:
    with np.load(LONG_FILE) as golden:
        yield golden


def long_run(golden: NpzFile, kind: str, truncation: int) -> Trainer:
    """Return a trainer after one step of rate 0 on sequences of a hundred steps."""
    read = (LayerSpec("mean", "global_average_pooling"),) if truncation else ()
    network = NetworkSpec((
        LayerSpec("input", "input"),
        LayerSpec("fold", "reshape", {"form": "sequence", "steps": LONG, "features": 1}),
        LayerSpec("long", kind, {"units": LONG_UNITS, "truncation": truncation,
                                 "output": "sequence" if truncation else "last"}),
        *read, LayerSpec("output", "dense", {"units": CLASSES, "activation": "linear"})))
    place = f"{kind}/initial/"
    start = {name.removeprefix(place): golden[name] for name in golden if name.startswith(place)}
    run = Trainer(ProjectSpec(network=network, training=TrainingSpec(
        learning_rate=0.0, batch_size=0, precision="float64", shuffle=False)),
        dataset(golden["inputs"], golden["labels"], classes=CLASSES), weights=start)
    assert run.run(1) == 1
    return run


def sizes(golden: NpzFile, kind: str, truncation: int) -> np.ndarray:
    return np.asarray(np.sqrt(np.mean(golden[f"{kind}/{truncation}/states"]**2, axis=(0, 2))))


def measured(run: Trainer) -> np.ndarray:
    # Nothing else, so that the gradients stay in the arena.
    wanted = frozenset({Part.STEP_GRADIENTS})
    [found] = [reading.step_gradients for reading in run.snapshot(wanted).layers
               if reading.step_gradients is not None]
    return np.asarray(found)


@pytest.mark.parametrize("truncation", [0, TRUNCATION])
@pytest.mark.parametrize("kind", LONG_KINDS)
def test_every_step_of_time_has_pytorchs_gradient(long: NpzFile, kind: str, truncation: int
                                                  ) -> None:
    run = long_run(long, kind, truncation)
    for name, gradient in run.gradients().items():
        assert_equal(name, gradient, long[f"{kind}/{truncation}/gradient/{name}"], "float64")
    # Relative to each step's own size: the first ones are smaller by many powers of ten.
    np.testing.assert_allclose(measured(run), sizes(long, kind, truncation), 1e-9)
    [states] = [layer.states for layer in run._plan.layers if layer.states is not None]
    truth = long[f"{kind}/{truncation}/states"]
    found = run._plan.arena[states.gradient:states.gradient + truth.size].reshape(truth.shape)
    assert_equal("dL/dh", found, truth, "float64")


def test_a_truncated_gradient_is_another_one(long: NpzFile) -> None:
    for kind in LONG_KINDS:
        whole, cut = long_run(long, kind, 0), long_run(long, kind, TRUNCATION)
        assert not np.allclose(whole.gradients()["long/u"], cut.gradients()["long/u"], rtol=0.1)


def test_the_gradient_of_a_simple_rnn_vanishes_through_time(long: NpzFile) -> None:
    found = measured(long_run(long, "rnn", 0))
    assert found[0] / found[-1] < 1e-12
    # Exponentially: every stretch of time costs powers of ten.
    assert (found[:-20:20] / found[20::20] < 1e-1).all()


def test_the_gradient_of_an_lstm_that_remembers_does_not(long: NpzFile) -> None:
    found = measured(long_run(long, "lstm", 0))
    assert found[0] / found[-1] > 1e-4
    assert (found[:-20:20] / found[20::20] > 1e-1).all()
