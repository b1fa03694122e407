"""A step of an embedding and of means of sequences, with padding and without."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.kernels.runtime import random
from engine.microscope.draws import kept, key_of, mixed, normals
from engine.spec import LayerSpec, NetworkSpec, OptimizerSpec
from tests.engine.microscope import opened
from tests.engine.microscope.agreement import compare, project_of

pytestmark = pytest.mark.sampled

TOKENS = np.array([[1, 2, 2, 3], [4, 1, 0, 0], [2, 0, 0, 0], [0, 0, 0, 0]], float)
TARGETS = np.eye(3)[[0, 1, 2, 1]]


def embedding(name: str = "one", **options: Any) -> LayerSpec:
    return LayerSpec(name, "embedding", {"vocabulary": 6, "units": 3, **options}, ("input",))


def network(*layers: LayerSpec) -> NetworkSpec:
    last = LayerSpec("last", "dense", {"units": 3, "activation": "linear"})
    return NetworkSpec((LayerSpec("input", "input"), *layers, last))


@pytest.mark.parametrize(("key", "padding"), [
    ("sequence_mean", True), ("sequence_mean", False), ("flatten", True), ("flatten", False),
    ("global_average_pooling", True)])
def test_every_line_agrees_with_the_engine(key: str, padding: bool) -> None:
    chain = network(embedding(padding=padding), LayerSpec("two", key))
    opened.check(compare(project_of(chain), TOKENS, TARGETS))


def test_a_token_used_twice_gets_both_errors() -> None:
    chain = network(embedding(padding=True), LayerSpec("two", "sequence_mean"))
    program = compare(project_of(chain), TOKENS, TARGETS)
    trace = opened.check(program)
    row, = program.writers("dW1")
    number = trace.number(row, (2, 1))
    assert number.over == (("use", 3),)
    assert number.factors[0].variable == "da1"
    assert number.factors[0].indices.tolist() == [[0, 1, 1], [0, 2, 1], [2, 0, 1]]
    assert trace.number(row, (0, 1)).value == 0 == trace.number(row, (5, 1)).value
    assert set(program.statements[row].mistakes) == {"row-counted-once"}
    mean, = program.writers("da1")
    assert set(program.statements[mean].mistakes) == {"divided-by-all-steps", "padding-counted"}
    counts = trace.last("count2")
    np.testing.assert_array_equal(counts, [4, 2, 1, 1])


def test_padding_may_learn_by_mistake_where_no_layer_leaves_it_out() -> None:
    chain = network(embedding(padding=True), LayerSpec("two", "flatten"))
    program = compare(project_of(chain), TOKENS, TARGETS)
    opened.check(program)
    row, = program.writers("dW1")
    assert set(program.statements[row].mistakes) == {"row-counted-once", "padding-learns"}


def test_tokens_that_stand_once_cannot_be_counted_once_by_mistake() -> None:
    chain = network(embedding(), LayerSpec("two", "sequence_mean"))
    program = compare(project_of(chain), np.array([[1.0, 2.0, 5.0]]), TARGETS[:1])
    row, = program.writers("dW1")
    assert not program.statements[row].mistakes


@pytest.mark.parametrize("join", ["add", "concatenate"])
def test_masks_are_joined(join: str) -> None:
    chain = network(embedding(padding=True), embedding("two", padding=True),
                    embedding("three", padding=True),
                    LayerSpec("join", join, {}, ("one", "two", "three")),
                    LayerSpec("mean", "sequence_mean"))
    program = compare(project_of(chain), TOKENS, TARGETS)
    trace = opened.check(program)
    np.testing.assert_array_equal(trace.last("mask4"), 3 * (TOKENS != 0))


def test_random_numbers_are_the_engines() -> None:
    for seed, stream, step in ((0, 0, 0), (7, 3_999_999_999, 12), (2**62, 5, 10**9)):
        word = np.uint64(seed) + np.uint64(stream)
        theirs = random.mixed(random.mixed(word) + np.uint64(step))
        key = key_of(seed, stream, step)
        assert key == int(theirs)
        np.testing.assert_array_equal(
            mixed(np.arange(9, dtype=np.uint64)), [random.mixed(np.uint64(i)) for i in range(9)])
        np.testing.assert_allclose(normals(key, 50),
                                   [random.normal(theirs, i) for i in range(50)], rtol=1e-13)
        np.testing.assert_array_equal(
            kept(key, 50, 0.3), [random.uniform(theirs, i) >= 0.3 for i in range(50)])


@pytest.mark.parametrize("rule", ["sgd", "momentum", "adamw", "adadelta"])
def test_rows_that_are_not_used_are_told_to_rest(rule: str) -> None:
    chain = network(embedding(padding=True, sparse=True), LayerSpec("two", "sequence_mean"))
    spec = project_of(chain, optimizer=OptimizerSpec(rule, epsilon=1e-3), l1=0.01)
    program = compare(spec, TOKENS, TARGETS)
    trace = opened.check(program)
    assert trace.last("used1").tolist() == [0, 1, 1, 1, 1, 0]
    update = program.writers("W1")[-1]
    resting = trace.number(update, (5, 1))
    assert resting.value == program.given["W1"][5, 1]
    assert resting.factors[0].variable == "W1"


@pytest.mark.parametrize("options", [
    {}, {"combine": "sum", "distinct": True}, {"weighting": "naive_bayes", "sparse": False}])
def test_a_bag_of_ngrams(options: dict[str, Any]) -> None:
    bag = LayerSpec("one", "ngram_bag", {"vocabulary": 6, "buckets": 5, "units": 3, **options})
    program = compare(project_of(network(bag)), TOKENS, TARGETS)
    trace = opened.check(program)
    rows = trace.last("rows1")
    assert rows.max() > 5
    assert trace.last("dW1").any(axis=1).sum() < len(trace.last("dW1"))
    row, = program.writers("dW1")
    used = int(rows[0].max())
    assert trace.number(row, (used, 0)).over == (("n-gram", int((rows == used).sum())),)
