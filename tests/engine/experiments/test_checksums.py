"""What two runs start with is compared by its bytes, and said as it is."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from engine.data.dataset import Dataset
from engine.experiments.checksums import SameStart, Start, same_start, sums
from engine.spec import LayerSpec, ProjectSpec
from engine.training import Trainer
from engine.training.order import first_batches
from tests.engine.training.runs import advance, clouds, dense, project

LAYERS = (dense("dense-1", 8, weights="xavier_uniform"), dense("dense-2", 5, "relu"),
          dense("output", 3, "linear"))
DATA = clouds()


def of(spec: ProjectSpec, data: Dataset = DATA) -> Start:
    return Start.of(spec, data, sums(Trainer(spec, data, threads=1).weights()),
                    first_batches(spec, data))


def pair(*layers: LayerSpec, data: Dataset = DATA, **training: Any) -> SameStart:
    """Return what of a run of three layers and another one is equal."""
    return same_start(of(project(*LAYERS)), of(project(*(layers or LAYERS), **training), data))


@pytest.mark.parametrize("training", [{}, {"batch_size": 0}, {"batch_size": 7}, {"shuffle": False},
                                      {"seed": 8}], ids=str)
def test_the_order_is_the_one_that_the_loop_takes(training: dict[str, Any]) -> None:
    spec = project(*LAYERS, **training)
    run = Trainer(spec, DATA, threads=1)
    rows, sizes = first_batches(spec, DATA, epochs=3)
    per_epoch = len(sizes) // 3
    assert per_epoch == run.steps_per_epoch
    for epoch in range(3):
        advance(run, 1)
        begin = epoch * len(DATA.training)
        np.testing.assert_array_equal(run._order, rows[begin:begin + len(DATA.training)])
        advance(run, per_epoch - 1)
    assert (run.epoch, int(sizes.sum())) == (3, len(rows))


def test_a_state_that_is_carried_over_has_an_order_of_its_own() -> None:
    spec = project(LayerSpec("shape", "reshape", {"form": "sequence", "steps": 4}),
                   LayerSpec("rnn", "rnn", {"units": 3, "carried": True}),
                   dense("output", 3, "linear"), batch_size=4)
    run = Trainer(spec, DATA, threads=1)
    advance(run, 1)
    rows, sizes = first_batches(spec, DATA, epochs=2)
    half = len(rows) // 2
    np.testing.assert_array_equal(run._order[:half], rows[:half])
    np.testing.assert_array_equal(rows[:half], rows[half:])
    assert set(sizes.tolist()) == {4}


def test_another_learning_rate_leaves_all_of_the_start_as_it_is() -> None:
    same = pair(learning_rate=0.5, optimizer="sgd")
    assert same.all_equal
    assert same.weights == "all"
    assert same.sentence.text == "= same start, same batches"
    assert same.differs is None


def test_he_draws_the_same_numbers_as_xavier_in_another_size() -> None:
    he = (dense("dense-1", 8, weights="he_uniform"), *LAYERS[1:])
    same = pair(*he)
    assert (same.scaled, same.equal) == (("dense-1",), ("dense-2", "output"))
    assert same.sentence.text == ("= same seed, same batches; "
                                  "≠ first weights in 1 of 3 layers, in size only")
    normal = pair(dense("dense-1", 8, weights="he_normal"), *LAYERS[1:])
    assert (normal.scaled, normal.other) == ((), ("dense-1",))


def test_layers_of_equal_shape_start_equal_beside_a_wider_one() -> None:
    same = pair(dense("dense-1", 9), *LAYERS[1:])
    assert same.weights == "some"
    assert (same.equal, same.reshaped) == (("output",), ("dense-1", "dense-2"))
    assert same.batches
    alone = pair(*LAYERS[:2], dense("dense-9", 4), LAYERS[2])
    assert (alone.lone, alone.reshaped) == (("dense-9",), ("output",))


def test_another_seed_is_another_start() -> None:
    same = pair(seed=43)
    assert (same.weights, same.order, same.seeds) == ("none", False, False)
    assert same.equals is None
    assert same.sentence.text == "≠ seed, first weights in 3 of 3 layers, batches"


def test_larger_batches_of_the_same_order_are_told_apart_from_another_order() -> None:
    larger = pair(batch_size=20)
    assert (larger.order, larger.batches) == (True, False)
    assert larger.sentence.text == "= same start, same order of examples; ≠ size of the batches"
    assert not pair(shuffle=False).order


def test_equal_rows_of_other_numbers_are_no_equal_batches() -> None:
    scaled = dataclasses.replace(DATA, inputs=DATA.inputs * 2)
    same = pair(data=scaled)
    assert (same.order, same.batches) == (True, False)
    assert "numbers that go in" in same.sentence.text
    assert not pair(data=dataclasses.replace(DATA, key="other")).order
    assert pair(data=dataclasses.replace(DATA, inputs=DATA.inputs.copy())).all_equal


def test_one_bit_of_one_weight_changes_the_checksum() -> None:
    run = Trainer(project(*LAYERS), DATA, threads=1)
    first = run.weights()
    again = {name: array.copy() for name, array in first.items()}
    again["dense-2/w"].view(np.uint32)[0, 0] ^= 1
    start, other = (Start.of(run.project, DATA, sums(weights), first_batches(run.project, DATA))
                    for weights in (first, again))
    assert start.weights_sum != other.weights_sum
    assert start.batches_sum == other.batches_sum
    assert same_start(start, other).other == ("dense-2",)


def test_looking_at_the_order_changes_no_byte_of_a_run() -> None:
    before = DATA.training.copy()
    first_batches(project(*LAYERS), DATA)
    np.testing.assert_array_equal(DATA.training, before)
