"""A step of layers over images and sequences: every line, and what its numbers are made of."""

from __future__ import annotations

import numpy as np
import pytest

from engine.microscope.program import Program
from engine.microscope.trace import Trace, run
from engine.microscope.uses import kernel_uses
from engine.spec import LayerSpec, NetworkSpec, Option
from tests.engine.microscope.agreement import compare, project_of
from tests.engine.microscope.indices import indices
from tests.engine.microscope.proofs import assert_mistakes

pytestmark = pytest.mark.sampled

CLASSES = 3
OPS = {"convolution", "convolution_adjoint", "convolution_weights", "sum_rows", "max_pooling",
       "max_pooling_backward", "window_sums", "window_spread"}


def layer(name: str, kind: str, **options: Option) -> LayerSpec:
    return LayerSpec(name, kind, options)


def reshape(*shape: int) -> LayerSpec:
    keys = ("height", "width", "channels") if len(shape) == 3 else ("steps", "features")
    return layer("form", "reshape", form="image" if len(shape) == 3 else "sequence",
                 **dict(zip(keys, shape, strict=True)))


def step(shape: tuple[int, ...], *middle: LayerSpec, examples: int = 3, first: bool = False
         ) -> Program:
    """Return the program of a network, once all its lines agree with the engine's.

    A dense layer stands in front, so that there are gradients of images too, unless what is looked
    at comes ``first``.
    """
    rng, size = np.random.default_rng(1), int(np.prod(shape))
    front = () if first else (layer("front", "dense", units=size, activation="tanh"),)
    network = NetworkSpec((
        LayerSpec("input", "input"), *front, reshape(*shape), *middle,
        layer("flat", "flatten"), layer("last", "dense", units=CLASSES, activation="linear")))
    inputs = rng.standard_normal((examples, size if first else 2))
    return compare(project_of(network), inputs, np.eye(CLASSES)[rng.integers(0, 3, examples)])


def check_openings(trace: Trace) -> None:
    """Assert that every number is what its terms say, and its factors stand where they say."""
    for i, statement in enumerate(trace.program.statements):
        # Where the largest number is, is not a sum of anything.
        if statement.op not in OPS or statement.name.startswith("at"):
            continue
        assert statement.opening is not None
        for index in indices(trace.values[i].shape, i):
            number = trace.number(i, index)
            assert number.value == pytest.approx(trace.values[i][index], rel=1e-12, abs=1e-14)
            terms = int(np.prod([length for _, length in number.over]))
            for factor in (*number.factors, *number.added):
                if factor.variable:
                    array = trace.before(i)[factor.variable]
                    np.testing.assert_array_equal(array[tuple(factor.indices.T)], factor.values)
            assert not number.factors or len(number.products) == terms
            total = number.products.sum() + sum(one.values[0] for one in number.added)
            assert number.scale * total == pytest.approx(number.value, rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("kind", ["conv2d", "conv2d_transpose"])
@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize(("kernel", "stride", "channels", "bias"), [
    (1, 1, 2, True), (3, 1, 2, True), (2, 2, 2, True), (3, 2, 2, False), (2, 3, 2, False),
    (4, 1, 1, False), (3, 2, 1, True)])
def test_convolutions_agree_with_the_engine(kind: str, padding: str, kernel: int, stride: int,
                                            channels: int, bias: bool) -> None:
    program = step((4, 5, channels), layer(
        "conv", kind, filters=2, kernel=kernel, stride=stride, padding=padding, bias=bias,
        activation="tanh"))
    check_openings(run(program))
    assert_mistakes(program, "updated-too-early")


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize(("kernel", "stride"), [(1, 1), (3, 1), (3, 2), (2, 3)])
@pytest.mark.parametrize("bias", [True, False])
def test_convolutions_over_sequences_agree_with_the_engine(padding: str, kernel: int, stride: int,
                                                           bias: bool) -> None:
    program = step((7, 2), layer("conv", "conv1d", filters=3, kernel=kernel, stride=stride,
                                 padding=padding, bias=bias, activation="relu"))
    check_openings(run(program))
    assert_mistakes(program)


@pytest.mark.parametrize("kind", ["max_pooling", "average_pooling"])
@pytest.mark.parametrize(("size", "stride"), [(2, 2), (3, 1), (2, 1), (1, 2), (3, 2)])
@pytest.mark.parametrize("shape", [(4, 5, 2), (3, 3, 1), (6, 3)])
def test_pooling_agrees_with_the_engine(kind: str, size: int, stride: int, shape: tuple[int, ...]
                                        ) -> None:
    program = step(shape, layer("pool", kind, size=size, stride=stride))
    check_openings(run(program))
    wrong = "gradient-to-all-places" if kind == "max_pooling" else "pooling-not-averaged"
    assert_mistakes(program, *(wrong,) if size > 1 else ())


@pytest.mark.parametrize("shape", [(4, 5, 2), (1, 4, 1), (6, 3)])
@pytest.mark.parametrize("middle", [layer("one", "upsampling", factor=2),
                                    layer("one", "upsampling", factor=3),
                                    layer("one", "global_average_pooling")])
def test_layers_that_resize_agree_with_the_engine(middle: LayerSpec, shape: tuple[int, ...]
                                                  ) -> None:
    program = step(shape, middle)
    check_openings(run(program))
    assert_mistakes(program, "summed-over-one-place" if middle.kind == "upsampling" else
                    "pooling-not-averaged")


@pytest.mark.parametrize("activation", ["linear", "relu"])
def test_layers_follow_one_another_from_the_examples_on(activation: str) -> None:
    program = step((6, 6, 1),
                   layer("c1", "conv2d", filters=2, kernel=3, activation=activation),
                   layer("p1", "max_pooling"),
                   layer("c2", "conv2d", filters=3, kernel=2, padding="valid",
                         activation=activation),
                   layer("up", "conv2d_transpose", filters=2, kernel=2, activation=activation),
                   layer("p2", "average_pooling"), first=True)
    check_openings(run(program))
    assert_mistakes(
        program, "kernel-not-flipped", "stride-forgotten", "summed-over-one-place",
        "bias-averaged", "summed-over-one-example", "gradient-to-all-places",
        "pooling-not-averaged", "weights-not-transposed")


def test_one_example_alone_offers_no_mistake_that_changes_nothing() -> None:
    program = step((4, 4, 2), layer("conv", "conv2d", filters=2, kernel=3), examples=1)
    assert_mistakes(program)
    gradient = next(one for one in program.statements if one.op == "convolution_weights")
    assert set(gradient.mistakes) == {"summed-over-one-place"}


def test_what_several_layers_read_has_a_part_of_its_gradient_from_each() -> None:
    rng = np.random.default_rng(2)
    network = NetworkSpec((
        LayerSpec("input", "input"), layer("front", "dense", units=18, activation="tanh"),
        reshape(3, 3, 2), layer("one", "conv2d", filters=2, kernel=3),
        LayerSpec("two", "max_pooling", {"size": 1, "stride": 1}, inputs=("form",)),
        LayerSpec("sum", "add", inputs=("one", "two")),
        layer("flat", "flatten"), layer("last", "dense", units=CLASSES, activation="linear")))
    program = compare(project_of(network), rng.standard_normal((3, 2)),
                      np.eye(CLASSES)[rng.integers(0, 3, 3)])
    check_openings(run(program))
    parts = [one for one in program.statements
             if one.op in ("convolution_adjoint", "max_pooling_backward")]
    assert len({one.name for one in parts}) == 2
    assert {one.of for one in parts} == {""}


@pytest.mark.parametrize(("shape", "kind", "stride"), [
    ((5, 4, 2), "conv2d", 1), ((5, 4, 2), "conv2d", 2), ((3, 3, 2), "conv2d_transpose", 2),
    ((6, 2), "conv1d", 2)])
def test_one_weight_of_a_kernel_is_shown_wherever_it_was_used(shape: tuple[int, ...], kind: str,
                                                              stride: int) -> None:
    trace = run(step(shape, layer("conv", kind, filters=3, kernel=3, stride=stride)))
    i, statement = next((i, one) for i, one in enumerate(trace.program.statements)
                        if one.op == "convolution_weights")
    for index in np.ndindex(*statement.shape):
        found = [kernel_uses(trace, i, index, example) for example in range(3)]
        assert sum(uses.total for uses in found if uses) == pytest.approx(
            trace.values[i][index], rel=1e-12)
        for uses in found:
            assert uses is not None
            assert uses.whole == pytest.approx(trace.values[i][index], rel=1e-12)
            assert uses.tap == index[:-2]
            windows = uses.windows
            for place in np.ndindex(*windows.places):
                spot = tuple(p * stride + t - before for p, t, (before, _) in zip(
                    place, uses.tap, windows.padding, strict=True))
                inside = all(0 <= at < size for at, size in zip(spot, windows.size, strict=True))
                expected = uses.errors[place] * uses.image[spot] if inside else 0
                assert uses.products[place] == expected
                if inside:
                    assert uses.on_image[spot] == expected


def test_only_a_kernel_has_uses() -> None:
    trace = run(step((4, 4, 1), layer("conv", "conv2d", filters=1, kernel=3)))
    for i, statement in enumerate(trace.program.statements):
        index = (0,) * len(statement.shape)
        assert (kernel_uses(trace, i, index, 0) is not None) == (
            statement.op == "convolution_weights")
