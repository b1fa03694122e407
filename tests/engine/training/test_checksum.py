"""The checksum by which a saved run knows its examples."""

from __future__ import annotations

import dataclasses

import numpy as np

from engine.training.examples import SUMMED, checksum
from tests.engine.training.runs import clouds, curve


def test_equal_examples_have_equal_sums() -> None:
    for made in (clouds, curve):
        assert checksum(made()) == checksum(made())
        assert 0 <= checksum(made()) < 2**32
    assert checksum(clouds()) != checksum(curve())


def test_another_number_makes_another_sum() -> None:
    data = clouds()
    inputs, labels = data.inputs.copy(), data.labels.copy()
    inputs[3, 1] += 0.001
    labels[5] = (labels[5] + 1) % 3
    others = [dataclasses.replace(data, inputs=inputs), dataclasses.replace(data, labels=labels),
              dataclasses.replace(curve(), values=curve().values + 0.001)]
    assert not {checksum(data), checksum(curve())} & {checksum(other) for other in others}


def test_a_last_digit_makes_none() -> None:
    data = clouds()
    near = np.nextafter(data.inputs, np.inf)
    assert checksum(dataclasses.replace(data, inputs=near)) == checksum(data)


def test_of_many_examples_some_are_summed() -> None:
    data = clouds(3 * SUMMED)
    inputs = data.inputs.copy()
    inputs[::2] += 0.1
    assert checksum(dataclasses.replace(data, inputs=inputs)) != checksum(data)
    assert checksum(dataclasses.replace(data, inputs=data.inputs[:0], labels=data.labels[:0]))
