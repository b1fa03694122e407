"""Signal and noise of a gradient, beside NumPy on the gradients of single examples."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.kernels.runtime import layout
from engine.telemetry.parts import Part
from engine.training import Trainer
from engine.training.noise import PARTS
from engine.training.visit import run as run_sections
from engine.training.visit import undisturbed
from tests.engine.training.runs import advance, clouds, dense, trainer

NOISE = frozenset({Part.GRADIENT_NOISE})


def gradient_of(run: Trainer, first: int, count: int) -> dict[str, NDArray[np.float64]]:
    """Return the gradient of some rows of the order."""
    plan = run._plan
    control = plan.shared.control
    with undisturbed(plan, gradients=True):
        control[layout.ORDER] = control[layout.TRAINING_ORDER]
        control[layout.POSITION] = first
        run_sections(plan, count, layout.GATHER, layout.FORWARD, layout.LOSS_SECTION,
                     layout.BACKWARD)
        return {name: g.astype(np.float64) for name, g in run.gradients().items()}


def test_they_are_numpys_on_the_parts_of_the_next_batch() -> None:
    run = advance(trainer(clouds(100), precision="float64", batch_size=33), 2)
    begin = int(run._plan.shared.control[layout.POSITION])
    parts = [gradient_of(run, begin + 4 * i, 4) for i in range(PARTS)]
    found = {one.layer_id: one for one in run.snapshot(NOISE).layers}
    for layer_id in run.weight_layers:
        g = np.stack([part[f"{layer_id}/w"].ravel() for part in parts])
        variance = g.var(axis=0, ddof=1).mean()
        assert found[layer_id].gradient_noise == pytest.approx(variance * 4 / 33, rel=1e-9)
        assert found[layer_id].gradient_signal == pytest.approx(
            (g.mean(axis=0)**2).mean() - variance / PARTS, rel=1e-9)
    assert np.isnan(found["input"].gradient_noise)


def test_noise_is_that_of_real_batches() -> None:
    """What eight parts of one batch say is, over many looks, how far whole batches lie apart."""
    run = trainer(clouds(4000), dense("dense-1", 8), dense("output", 3, "linear"),
                  learning_rate=0.0, optimizer="sgd", batch_size=32, precision="float64")
    said, seen = [], []
    for _ in range(100):
        reading = next(one for one in run.snapshot(NOISE).layers if one.layer_id == "dense-1")
        said.append((reading.gradient_signal, reading.gradient_noise))
        advance(run, 1)
        seen.append(run.gradients()["dense-1/w"].ravel())
    signal, noise = np.mean(said, axis=0)
    batches = np.array(seen)
    assert noise == pytest.approx(batches.var(axis=0, ddof=1).mean(), rel=0.2)
    assert signal == pytest.approx((batches.mean(axis=0)**2).mean(), rel=0.2)


def test_a_batch_of_one_says_nothing() -> None:
    run = advance(trainer(batch_size=1), 1)
    assert all(np.isnan(one.gradient_noise) for one in run.snapshot(NOISE).layers)


def test_of_equal_examples_there_is_no_noise() -> None:
    data = clouds(64, validation=0)
    data.inputs[:], data.labels[:] = data.inputs[0], data.labels[0]
    run = trainer(data, batch_size=16, precision="float64")
    for one in run.snapshot(NOISE).layers[1:]:
        assert 0 <= one.gradient_noise < 1e-9 * one.gradient_signal
