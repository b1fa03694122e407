"""The reference loops against PyTorch: the truth is held to a truth of its own."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.layers import LOSSES
from tests.golden.cases import CASES, CONSTANTS, RATES, Case
from tests.reference import optimizers
from tests.reference.network import Layer, compute

Reals = NDArray[np.float64]
STEPS = 4
"""Enough to reach the smaller batch at the end of an epoch in the smaller cases."""

RUNS = [pytest.param(case, rule, id=f"{case.name}-{rule}")
        for case in CASES for rule in case.optimizers]


def one_step(rule: str, parameters: dict[str, Reals], gradients: dict[str, Reals],
             memory: dict[str, tuple[Reals, Reals]], case: Case, count: int) -> None:
    for name, w in parameters.items():
        is_weight = name.endswith("/w")
        constants = {**CONSTANTS, "learning_rate": RATES[rule],
                     "l1": case.l1 * is_weight, "l2": case.l2 * is_weight,
                     "weight_decay": CONSTANTS["weight_decay"] * (rule == "adamw" and is_weight)}
        flat, g = w.reshape(-1), gradients[name].reshape(-1)
        v, s = (m.reshape(-1) for m in memory[name])
        if rule == "nadam":
            optimizers.update_nadam(flat, g, v, s, constants, count)
        elif rule == "adadelta":
            optimizers.update_adadelta(flat, g, v, s, constants)
        elif rule == "adagrad":
            optimizers.update_adagrad(flat, g, s, constants)
        elif rule in ("adam", "adamw"):
            optimizers.update_adam(flat, g, v, s, constants, count)
        elif rule == "sgd":
            optimizers.update_sgd(flat, g, constants)
        elif rule == "rmsprop":
            optimizers.update_rmsprop(flat, g, s, constants)
        else:
            getattr(optimizers, f"update_{rule}")(flat, g, v, constants)


@pytest.mark.parametrize(("case", "rule"), RUNS)
def test_loops_reproduce_pytorch(case: Case, rule: str) -> None:
    with np.load(case.file) as golden:
        parameters = {name: golden[f"initial/{name}"].copy() for name in case.parameters()}
        memory = {name: (np.zeros_like(w), np.zeros_like(w)) for name, w in parameters.items()}
        layers = [Layer(block.id, block.activation, parameters.get(f"{block.id}/w"),
                        parameters.get(f"{block.id}/b"), parameters.get(f"{block.id}/slope"))
                  for block in case.blocks]
        inputs = golden["inputs"]
        targets = golden["values"] if "values" in golden else LOSSES[case.loss].encode(
            golden["labels"], case.outputs, case.blocks[-1].units)
        batches = list(pairwise([*range(0, case.examples, case.batch_size), case.examples]))
        for step in range(STEPS):
            begin, end = batches[step % len(batches)]
            found = compute(layers, inputs[begin:end], targets[begin:end], case.loss,
                            *(value for _, value in case.constants))
            run = f"{rule}/float64"
            assert found.loss == pytest.approx(golden[f"{run}/losses"][step], rel=1e-12)
            for name, gradient in found.gradients.items():
                truth = golden[f"{run}/gradient/{name}"][step]
                np.testing.assert_allclose(gradient, truth, 1e-9, 1e-12 * np.abs(truth).max())
            one_step(rule, parameters, found.gradients, memory, case, step + 1)
