"""Convolutions over images and sequences, transposed ones too, and their gradients."""

from __future__ import annotations

import math
from collections.abc import Callable

from engine.messages import say
from engine.microscope.explanations import sliding
from engine.microscope.number import Contraction, Part
from engine.microscope.windows import Windows, WindowSum
from engine.microscope.writer import Writer, explains


@explains("flip_weights")
def flip_weights(w: Writer) -> None:
    """Write nothing: the engine sorts the weights so that it can read them in a row."""
    w.alias("y", w.variable("x").name)


@explains("convolution")
def convolution(w: Writer) -> None:
    """Write z = x ∗ W + b; or dL/dx of a transposed convolution, which is one of dL/dz."""
    windows, c, o = _layout(w, "w")
    shape, is_forward = (*windows.places, o), w.line.section_name == "forward"
    sliding.target(w, "y", *shape)
    x, weights = w.value("x", *windows.size, c), w.variable("w").name
    bias = w.variable("b").name if w.has("b") else ""
    view, axes = sliding.seen(x, windows), windows.rank + 1
    mistakes = {}
    if not is_forward:
        mistakes = _wrong_weights(w, lambda wrong: f"np.tensordot({view}, {wrong}, {axes})")
        if windows.is_sparse:
            near = sliding.seen(x, windows, 1) + sliding.first(windows.places)
            mistakes["stride-forgotten"] = f"np.tensordot({near}, {weights}, {axes})"
    words = say("microscope.transposed-input-gradient") if not is_forward else \
        say("microscope.convolution") if bias else say("microscope.convolution-only")
    code = f"np.tensordot({view}, {weights}, {axes})" + (f" + {bias}" if bias else "")
    w.write(
        "y", code, shape=shape, words=words, mistakes=mistakes,
        formula=f"{w.symbol('x')} ∗ {w.symbol('w')}" + _plus_bias(w),
        opening=WindowSum(
            windows, "nPo",
            (sliding.array(w, "x", "nSc", *windows.size, c),
             sliding.array(w, "w", "Tco", *windows.kernel, c, o)), {"c": "channel"},
            (sliding.array(w, "b", "o", o),) if bias else ()))


@explains("convolution_adjoint")
def convolution_adjoint(w: Writer) -> None:
    """Write dL/dx of a convolution, or the z of a transposed one: windows that are added up."""
    windows, c, o = _layout(w, "w")
    shape, is_forward = (*windows.size, c), w.line.section_name == "forward"
    sliding.target(w, "x", *shape)
    y, weights = w.value("y", *windows.places, o), w.variable("w").name
    bias = w.variable("b").name if w.has("b") else ""
    last = windows.rank + 1

    def spread(kernel: str) -> str:
        return f"np.tensordot({y}, {kernel}, ({last}, {last}))"
    mistakes = {}
    if not is_forward:
        mistakes = _wrong_weights(w, lambda wrong: sliding.added(spread(wrong), windows))
        mistakes |= _wrong_ways(windows, y, weights, sliding.added(spread(weights), windows, 1))
    code = sliding.added(spread(weights), windows) + (f" + {bias}" if bias else "")
    words = say("microscope.convolution-input-gradient") if not is_forward else \
        say("microscope.transposed") if bias else say("microscope.transposed-only")
    w.write(
        "x", code, shape=shape, words=words, mistakes=mistakes,
        formula=f"{w.symbol('y')} ∗<sup>T</sup> {w.symbol('w')}" + _plus_bias(w),
        opening=WindowSum(
            windows, "nSc",
            (sliding.array(w, "y", "nPo", *windows.places, o),
             sliding.array(w, "w", "Tco", *windows.kernel, c, o)),
            {"o": "channel" if is_forward else "filter"},
            (sliding.array(w, "b", "c", c),) if bias else ()))


@explains("convolution_weights")
def convolution_weights(w: Writer) -> None:
    """Write dL/dW: every weight was used at all places, so that it has a term from each."""
    windows, c, o = _layout(w, "dw")
    shape, places = (*windows.kernel, c, o), math.prod(windows.places)
    x, dy = w.value("x", *windows.size, c), w.value("dy", *windows.places, o)
    axes = tuple(range(windows.rank + 1))

    def summed(view: str, errors: str) -> str:
        return f"np.tensordot({view}, {errors}, ({axes}, {axes}))"
    view = sliding.seen(x, windows)
    mistakes = {}
    if w.n > 1:
        mistakes["summed-over-one-example"] = summed(f"{view}[:1]", f"{dy}[:1]")
    if places > 1:
        corner = sliding.first((1,) * windows.rank)
        mistakes["summed-over-one-place"] = summed(view + corner, dy + corner)
    if windows.is_sparse:
        near = sliding.seen(x, windows, 1) + sliding.first(windows.places)
        mistakes["stride-forgotten"] = summed(near, dy)
    w.write(
        "dw", summed(view, dy), shape=shape, mistakes=mistakes,
        words=say("microscope.kernel-gradient", places=places, count=w.n),
        formula=f"{w.symbol('x')} ∗ {w.symbol('dy')}",
        opening=WindowSum(
            windows, "Tco",
            (sliding.array(w, "dy", "nPo", *windows.places, o),
             sliding.array(w, "x", "nSc", *windows.size, c)), {"n": "example"}))


@explains("sum_rows")
def sum_rows(w: Writer) -> None:
    """Write dL/db: the same bias was added at every place."""
    errors = w.variable("x")
    rank = len(errors.shape) - 1
    letters, names = ("pq", ("row", "column")) if rank == 2 else ("t", ("step",))
    axes, places = tuple(range(rank + 1)), math.prod(errors.shape[:-1])
    mistakes = {}
    if w.n * places > 1:
        mistakes["bias-averaged"] = f"{errors.name}.mean({axes})"
    if places > 1:
        corner = f"[:, {', '.join('0' * rank)}]"
        mistakes["summed-over-one-place"] = f"{errors.name}{corner}.sum(0)"
    w.write("y", f"{errors.name}.sum({axes})", shape=w.variable("y").shape,
            words=say("microscope.filter-bias-gradient", places=places, count=w.n),
            formula=f"sum of {errors.symbol} over all places of all examples", mistakes=mistakes,
            opening=Contraction("o", (Part(errors.symbol, errors.name, f"n{letters}o"),),
                                {"n": "example", **dict(zip(letters, names, strict=True))}))


def _layout(w: Writer, weights: str) -> tuple[Windows, int, int]:
    """Return windows, channels of the image and numbers of every window's result."""
    return (sliding.windows_of(w, len(w.variable(weights).shape) - 2), w.size("c"), w.size("o"))


def _plus_bias(w: Writer) -> str:
    return f" + {w.symbol('b')}" if w.has("b") else ""


def _wrong_weights(w: Writer, product: Callable[[str], str]) -> dict[str, str]:
    """Return products with other weights than the right ones."""
    weights = w.variable("w")
    *kernel, c, o = weights.shape
    found = {}
    if w.subject.rate:
        later = f"{weights.name} - {w.subject.rate!r} * d{weights.name}"
        found["updated-too-early"] = product(later)
    if min(c, o) > 1:
        # As dense layers have it: numbers in the right shape, but not in the right order.
        shape = ", ".join(map(str, (*kernel, o, c)))
        found["weights-not-transposed"] = product(
            f"{weights.name}.reshape({shape}).swapaxes(-1, -2)")
    return found


def _wrong_ways(windows: Windows, y: str, weights: str, near: str) -> dict[str, str]:
    """Return wrong ways back to the image, ``near`` being the one with stride 1."""
    if windows.is_sparse:
        return {"stride-forgotten": near}
    if windows.stride > 1 or max(windows.kernel) == 1 or math.prod(windows.size) == 1:
        return {}
    # As a convolution of the errors, for which the kernel has to be turned round.
    around = tuple((kernel - 1 - before, size + before - places) for kernel, size, places, (
        before, _) in zip(windows.kernel, windows.size, windows.places, windows.padding,
                          strict=True))
    rank = windows.rank
    axes = (*range(rank + 1, 2 * rank + 2),), (*range(rank), rank + 1)
    return {"kernel-not-flipped":
            f"np.tensordot(windows({y}, {windows.kernel}, pad={around}), {weights}, {axes})"}
