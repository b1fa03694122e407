"""Recurrent layers that compute with the table of an embedding in place of its rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.errors import SpecError
from engine.kernels.runtime import layout
from engine.kernels.runtime.policy import OPS
from engine.plan import build
from engine.spec import LayerSpec
from engine.training import Trainer
from engine.training.readings import probe_readings
from tests.engine.training.runs import advance, contents
from tests.engine.training.test_gradient_check import check
from tests.engine.training.test_token_gradients import EXAMPLES, layer, text, trainer

KINDS = ("rnn", "lstm", "gru")
kinds = pytest.mark.parametrize("kind", KINDS)


def is_looked_up(run: Trainer) -> bool:
    """Say whether the first recurrent layer computes with the table."""
    line = next(line for line in run._plan.lines if line.op == "stack_weights")
    return int(line.slots["by_token"]) >= 0


def by_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let recurrent layers of networks that are made from now on take the rows one by one."""
    monkeypatch.setattr(build, "FEW", 0)


@kinds
@pytest.mark.parametrize("padding", [True, False])
@pytest.mark.parametrize("options", [{}, {"bias": False}], ids=str)
def test_gradients(kind: str, padding: bool, options: dict[str, Any]) -> None:
    run = trainer(text(by_step=False), layer(kind, units=5, **options), padding=padding)
    assert is_looked_up(run)
    check(run)


@kinds
@pytest.mark.parametrize("padding", [True, False])
@pytest.mark.parametrize("truncation", [0, 2])
def test_steps_and_readings_are_those_of_the_rows(
        kind: str, padding: bool, truncation: int, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    for looked_up in (True, False):
        run = trainer(text(by_step=True), layer(
            kind, units=5, output="sequence", truncation=truncation), padding=padding,
                      learning_rate=0.1, batch_size=3)
        assert is_looked_up(run) is looked_up
        advance(run, 4)
        readings = probe_readings(run._plan, np.arange(EXAMPLES))
        seen.append({**run.weights(), **{
            f"d{name}": gradient for name, gradient in run.gradients().items()}, **{
            reading.layer_id: reading.activation_gradient_rms for reading in readings}})
        by_rows(monkeypatch)
    assert seen[0]["embedding"] > 0
    for name, number in seen[0].items():
        np.testing.assert_allclose(number, seen[1][name], 1e-10, 1e-14, err_msg=name)


@kinds
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_any_number_of_shards_gives_the_same_bytes(kind: str, precision: str) -> None:
    found = []
    for shards in (1, 2, 3):
        run = trainer(text(by_step=True), layer(kind, units=19, output="sequence"),
                      learning_rate=0.1, batch_size=3, precision=precision)
        owners = (kind, "recurrent", "stack", "embed")
        addresses = [op.address(precision) for name, op in OPS.items()
                     if name.split("_")[0] in owners]
        split = np.isin(run._plan.table[:, layout.ADDRESS], addresses)
        assert split.sum() == 7
        run._plan.table[split, layout.SHARDS] = shards
        found.append(contents(advance(run, 6)))
    assert found[0] == found[1] == found[2]


def test_rows_that_others_read_or_that_are_few_are_taken_one_by_one() -> None:
    two = (layer("gru", "gru", units=4), LayerSpec("lstm", "lstm", {"units": 4},
                                                   inputs=("embedding",)),
           LayerSpec("sum", "add", inputs=("gru", "lstm")))
    run = trainer(text(by_step=False), *two)
    assert not is_looked_up(run)
    check(run)
    between = trainer(text(by_step=False), LayerSpec("norm", "layer_norm", {}),
                      layer("gru", units=4))
    assert not is_looked_up(between)


def test_a_table_of_more_rows_than_a_batch_looks_up_is_not_multiplied() -> None:
    data = text(by_step=False)
    few, many = (trainer(data, layer("gru", units=4), batch_size=count, learning_rate=0.1)
                 for count in (1, 8))
    assert not is_looked_up(few)
    assert is_looked_up(many)
    advance(few, 3)
    few.apply(many.project.training)
    assert is_looked_up(few)
    resumed = Trainer(few.project, data, checkpoint=few.checkpoint())
    for run in (few, resumed):
        advance(run, 4)
    np.testing.assert_array_equal(few.predict(data.inputs), resumed.predict(data.inputs))


def test_nothing_is_decoded_behind_a_table_that_is_multiplied(
        monkeypatch: pytest.MonkeyPatch) -> None:
    run = trainer(text(by_step=False), layer("gru", units=4))
    codes = np.zeros((2, run._plan.layers[1].output.size))
    with pytest.raises(SpecError, match="Embedding"):
        run.decode("embedding", codes)
    by_rows(monkeypatch)
    assert trainer(text(by_step=False), layer("gru", units=4)).decode("embedding", codes).shape
