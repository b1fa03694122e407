"""Projects and data sets built directly, without drawing or loading anything."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.data.dataset import Dataset
from engine.spec import LayerSpec, NetworkSpec, OptimizerSpec, Precision, ProjectSpec, TrainingSpec
from tests.golden.cases import CONSTANTS, RATES, Block, Case

Reals = NDArray[np.float64]


def dataset(inputs: Reals, labels: NDArray[np.int64] | None = None, values: Reals | None = None,
            classes: int = 2) -> Dataset:
    """Return a data set whose rows are all for training, in their order."""
    n = len(inputs)
    return Dataset(
        key="made", title="Made", task="regression" if labels is None else "classification",
        inputs=inputs, labels=np.zeros(0, np.int64) if labels is None else labels,
        values=np.zeros((n, 0)) if values is None else values,
        class_names=tuple("abcdefghij"[:classes]) if labels is not None else (),
        feature_names=tuple(f"x{i}" for i in range(inputs.shape[1])), target_names=("y",),
        training=np.arange(n), validation=np.zeros(0, np.int64))


def network(blocks: tuple[Block, ...]) -> NetworkSpec:
    """Return a network with an input layer and these blocks."""
    return NetworkSpec((LayerSpec("input", "input"), *(
        LayerSpec(block.id, "dense", {"units": block.units, "activation": block.activation,
                                      "bias": block.bias})
        if block.units else LayerSpec(block.id, block.activation)
        if block.activation in ("prelu", "softmax") else
        LayerSpec(block.id, "activation", {"function": block.activation})
        for block in blocks)))


def project(case: Case, rule: str, precision: Precision) -> ProjectSpec:
    """Return the project of a golden run."""
    constants = {key: CONSTANTS[key] for key in ("momentum", "rho", "beta1", "beta2", "epsilon",
                                                 "weight_decay")}
    return ProjectSpec(network=network(case.blocks), training=TrainingSpec(
        loss=case.loss, optimizer=OptimizerSpec(rule, **constants), learning_rate=RATES[rule],
        batch_size=case.batch_size, l1=case.l1, l2=case.l2, precision=precision, shuffle=False,
        **dict(case.constants)))
