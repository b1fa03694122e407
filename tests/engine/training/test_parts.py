"""A convolution's gradients are summed part by part of a batch, by whoever comes last."""

from __future__ import annotations

import numpy as np
import pytest

from engine.kernels.ops.catalogue import OPS
from engine.kernels.runtime import layout
from engine.layers import convolution
from engine.spec import LayerSpec
from engine.training import Trainer
from tests.engine.training.resumed import CONV, OUTPUT, images
from tests.engine.training.runs import advance, contents, project

LAYERS = (CONV[0], LayerSpec("first", "conv2d", {"filters": 4}),
          LayerSpec("second", "conv2d", {"filters": 5, "stride": 2}),
          LayerSpec("grown", "conv2d_transpose", {"filters": 3}), LayerSpec("flat", "flatten"),
          OUTPUT)
SUMMED = ("convolution_weights", "sum_rows")


def run(batch: int, precision: str, shards: int = 1, threads: int = 1) -> Trainer:
    """Return a run whose gradients of convolutions are shared out."""
    found = Trainer(project(*LAYERS, optimizer="sgd", learning_rate=0.1, batch_size=batch,
                            precision=precision), images(), threads=threads)
    table = found._plan.table
    shared = np.isin(table[:, layout.ADDRESS], [OPS[name].address(precision) for name in SUMMED])
    assert shared.sum() == 6
    table[shared, layout.SHARDS] = shards
    return found


def parts(trainer: Trainer) -> set[int]:
    """Return into how many parts the lines of weights' gradients divide a batch."""
    return {int(line.slots["parts"]) for line in trainer._plan.lines
            if line.op == "convolution_weights"}


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("batch", [5, 12])
def test_shards_and_threads_change_no_byte(batch: int, precision: str,
                                           monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convolution, "WORTH_PARTS", 0)
    one = run(batch, precision)
    assert parts(one) == {convolution.PARTS}
    expected = contents(advance(one, 5))
    for shards, threads in ((2, 1), (3, 1), (11, 1), (2, 2), (7, 2)):
        assert contents(advance(run(batch, precision, shards, threads), 5)) == expected


@pytest.mark.parametrize("batch", [5, 12])
def test_parts_come_to_the_same_sum(batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = run(batch, "float64")
    assert parts(whole) == {1}
    monkeypatch.setattr(convolution, "WORTH_PARTS", 0)
    divided = run(batch, "float64")
    expected, found = (advance(trainer, 3).weights() for trainer in (whole, divided))
    for name, array in expected.items():
        np.testing.assert_allclose(found[name], array, rtol=1e-11, atol=1e-13, err_msg=name)


def test_many_weights_are_shared_out_instead() -> None:
    few, many = ((CONV[0], LayerSpec("conv", "conv2d", {"filters": filters, "kernel": 5}),
                  LayerSpec("flat", "flatten"), OUTPUT) for filters in (64, 400))
    assert parts(Trainer(project(*few), images(), threads=1)) == {convolution.PARTS}
    assert parts(Trainer(project(*many), images(), threads=1)) == {1}
