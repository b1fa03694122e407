"""A network that reads texts beside the one that PyTorch ran (tests/golden)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.spec import LayerSpec, NetworkSpec, OptimizerSpec, Precision, ProjectSpec, TrainingSpec
from engine.training import Trainer
from tests.engine.training.beside_pytorch import TOLERANCE, assert_follows, initial
from tests.engine.training.texts import tokens
from tests.golden.transcription_cases import (
    BATCH_SIZE,
    CHARACTERS,
    FILE,
    HIDDEN,
    LOSS,
    RATES,
    STEPS,
    VECTOR,
    VOCABULARY,
)


@pytest.mark.parametrize("precision", TOLERANCE)
@pytest.mark.parametrize("rule", RATES)
def test_ten_steps_are_pytorchs(rule: str, precision: Precision) -> None:
    of = ProjectSpec(
        network=NetworkSpec((
            LayerSpec("input", "input"),
            LayerSpec("embedding", "embedding", {"vocabulary": VOCABULARY, "units": VECTOR,
                                                 "padding": True}),
            LayerSpec("hidden", "dense", {"units": HIDDEN, "activation": "tanh"}),
            LayerSpec("output", "dense", {"units": CHARACTERS + 1, "activation": "linear"}))),
        training=TrainingSpec(loss=LOSS, optimizer=OptimizerSpec(rule), learning_rate=RATES[rule],
                              batch_size=BATCH_SIZE, precision=precision, shuffle=False))
    with np.load(FILE) as golden:
        data = replace(tokens(golden["inputs"], golden["labels"], CHARACTERS, VOCABULARY),
                       task="transcription")
        run = Trainer(of, data, weights=initial(golden))
        assert_follows(run, data.inputs, golden, f"{rule}/{precision}", STEPS, precision)
