"""Networks that read tokens beside those that PyTorch ran (tests/golden)."""

from __future__ import annotations

import numpy as np
import pytest

from engine.spec import LayerSpec, NetworkSpec, OptimizerSpec, Precision, ProjectSpec, TrainingSpec
from engine.training import Trainer
from tests.engine.training.test_golden_images import TOLERANCE, assert_equal
from tests.engine.training.texts import tokens
from tests.golden.token_cases import (
    HIDDEN,
    RATES,
    STEPS,
    TOKEN_CASES,
    VECTOR,
    VOCABULARY,
    TokenCase,
)


def project(case: TokenCase, rule: str, precision: Precision) -> ProjectSpec:
    middle = LayerSpec("hidden", "dense", {"units": HIDDEN, "activation": "tanh"}) \
        if case.by_step else LayerSpec("mean", "sequence_mean")
    return ProjectSpec(
        network=NetworkSpec((
            LayerSpec("input", "input"),
            LayerSpec("embedding", "embedding", {"vocabulary": VOCABULARY, "units": VECTOR,
                                                 "padding": case.padding}),
            middle,
            LayerSpec("output", "dense", {"units": case.classes, "activation": "linear"}))),
        training=TrainingSpec(
            loss="sequence_cross_entropy" if case.by_step else "softmax_cross_entropy",
            optimizer=OptimizerSpec(rule), learning_rate=RATES[rule], batch_size=case.batch_size,
            precision=precision, shuffle=False))


@pytest.mark.parametrize("precision", TOLERANCE)
@pytest.mark.parametrize("rule", RATES)
@pytest.mark.parametrize("case", TOKEN_CASES, ids=lambda case: case.name)
def test_ten_steps_are_pytorchs(case: TokenCase, rule: str, precision: Precision) -> None:
    with np.load(case.file) as golden:
        data = tokens(golden["inputs"], golden["labels"], case.classes, VOCABULARY)
        start = {name.removeprefix("initial/"): golden[name] for name in golden
                 if name.startswith("initial/")}
        run = Trainer(project(case, rule, precision), data, weights=start)
        place = f"{rule}/{precision}"
        assert_equal("output", run.predict(data.inputs), golden[f"{place}/outputs"], precision)
        for step in range(STEPS):
            assert run.run(1) == 1
            _, rows, _ = run.ring.read(step)
            assert rows[-1][0] == pytest.approx(golden[f"{place}/losses"][step],
                                                rel=TOLERANCE[precision])
            gradients = run.gradients()
            assert gradients.keys() == start.keys()
            for name, gradient in gradients.items():
                assert_equal(f"step {step}, gradient of {name}", gradient,
                             golden[f"{place}/gradient/{name}"][step], precision)
        for name, parameter in run.weights().items():
            assert_equal(f"final {name}", parameter, golden[f"{place}/final/{name}"], precision)
