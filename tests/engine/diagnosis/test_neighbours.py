"""Whether there is anything to be learned is seen in what neighbours say."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from engine.data import load
from engine.data.dataset import Dataset
from engine.diagnosis.baseline import baseline_of
from engine.diagnosis.neighbours import is_learnable
from engine.spec import DataSpec, ProjectSpec
from tests.engine.diagnosis.making import (
    classes,
    clouds,
    dense,
    network,
    out,
    series,
    shares,
    table,
)


def learnable(spec: DataSpec, data: Dataset) -> bool:
    return is_learnable(data, baseline_of(
        ProjectSpec(data=spec, network=network(dense(4), out(max(1, data.n_outputs)))), data))


@pytest.mark.parametrize("source", ["circle", "spiral", "xor", "moons", "digits", "iris", "wine",
                                    "plane", "multi_gaussian", "sine"])
def test_shipped_data_can_be_learned(source: str) -> None:
    spec = table(source, 0.5)
    data = load(spec)
    assert learnable(spec, data)
    thrown = dataclasses.replace(
        data, inputs=np.random.default_rng(1).standard_normal(data.inputs.shape))
    assert not learnable(spec, thrown)


@pytest.mark.parametrize("seed", range(5))
def test_inputs_that_say_nothing_cannot(seed: int) -> None:
    for counts in ((640, 160), (900, 50, 50), (990, 10), (400, 400)):
        assert not learnable(*classes(shares(*counts))(seed))


def test_a_rare_class_that_lies_apart_can() -> None:
    assert learnable(*classes(clouds(800, rare=0.05))(1))


def test_a_walk_of_which_the_last_value_says_all_cannot() -> None:
    walk = series(lambda rng: np.cumsum(rng.standard_normal(600)))
    assert not learnable(*walk(1))


def test_what_cannot_be_seen_so_is_taken_to_be_learnable() -> None:
    spec = table("digits", 0.5, goal="reconstruct")
    assert learnable(spec, load(spec))
    data = load(table("circle", 0.5))
    assert learnable(table("circle"), dataclasses.replace(data, training=data.training[:4]))
