"""Weighted sums of all inputs, and their three gradients."""

from __future__ import annotations

from engine.messages import say
from engine.microscope.number import Contraction, Part
from engine.microscope.writer import Writer, explains

EXAMPLES = {"n": "example", "t": "step", "i": "input", "o": "unit"}
"""What the axes of a dense layer count."""


def _axes(w: Writer) -> tuple[tuple[int, ...], str, str]:
    """Return the axes between the batch and the numbers, their letters, and those to sum over."""
    rows = w.size("rows")
    return ((), "", "0") if rows == 1 else ((rows,), "t", "(0, 1)")


@explains("dense_forward")
def dense_forward(w: Writer) -> None:
    """Write z = x W + b."""
    between, letter, _ = _axes(w)
    i, o = w.size("i"), w.size("o")
    x, weights = w.value("x", *between, i), w.array("w", i, o)
    w.target("y", f"z{w.number}", f"z<sub>{w.number}</sub>", *between, o)
    has_bias = w.has("b")
    bias = w.array("b", o) if has_bias else ""
    symbols = w.symbol("x"), w.symbol("w")
    w.write("y", f"{x} @ {weights}" + (f" + {bias}" if has_bias else ""),
            words=say("microscope.weighted-sum" if has_bias else "microscope.weighted-sum-only"),
            formula=f"{symbols[0]} {symbols[1]}" + (f" + {w.symbol('b')}" if has_bias else ""),
            shape=(*between, o),
            opening=Contraction(
                f"n{letter}o", (Part(symbols[0], x, f"n{letter}i"),
                                Part(symbols[1], weights, "io")), EXAMPLES,
                (Part(w.symbol("b"), bias, "o"),) if has_bias else ()))


@explains("dense_backward_weights")
def dense_backward_weights(w: Writer) -> None:
    """Write dL/dW = x^T dL/dz, and dL/db."""
    between, letter, summed = _axes(w)
    i, o = w.size("i"), w.size("o")
    x, dy, weights = w.value("x", *between, i), w.value("dy", *between, o), w.variable("dw")
    rows, errors = (x, dy) if not between else (f"{x}.reshape(-1, {i})", f"{dy}.reshape(-1, {o})")
    w.write("dw", f"{rows}.T @ {errors}", words=say("microscope.weights-gradient"),
            formula=f"{w.symbol('x')}<sup>T</sup> {w.symbol('dy')}", shape=weights.shape,
            opening=Contraction("io", (Part(w.symbol("dy"), dy, f"n{letter}o"),
                                       Part(w.symbol("x"), x, f"n{letter}i")), EXAMPLES),
            mistakes={"summed-over-one-example": f"{rows}[:1].T @ {errors}[:1]"}
            if w.n * w.size("rows") > 1 else {})
    if w.has("db"):
        w.write("db", f"{dy}.sum(axis={summed})", words=say("microscope.biases-gradient"),
                formula=f"sum of {w.symbol('dy')} over the batch", shape=(o,),
                opening=Contraction("o", (Part(w.symbol("dy"), dy, f"n{letter}o"),), EXAMPLES),
                mistakes={"bias-averaged": f"{dy}.mean(axis={summed})"}
                if w.n * w.size("rows") > 1 else {})


@explains("dense_backward_input")
def dense_backward_input(w: Writer) -> None:
    """Write dL/dx = dL/dz W^T."""
    between, letter, _ = _axes(w)
    i, o = w.size("i"), w.size("o")
    dy, weights = w.value("dy", *between, o), w.array("w", i, o)
    w.target("dx", f"dx{w.number}", f"∂L/∂x<sub>{w.number}</sub>", *between, i)
    rate = w.subject.rate
    later = f"({weights} - {rate!r} * d{w.variable('w').name})"
    mistakes = {"updated-too-early": f"{dy} @ {later}.T"} if rate else {}
    if min(i, o) > 1:
        mistakes["weights-not-transposed"] = f"{dy} @ {weights}.reshape({o}, {i})"
    w.write("dx", f"{dy} @ {weights}.T", words=say("microscope.input-gradient"),
            formula=f"{w.symbol('dy')} {w.symbol('w')}<sup>T</sup>", shape=(*between, i),
            opening=Contraction(f"n{letter}i", (Part(w.symbol("dy"), dy, f"n{letter}o"),
                                                Part(w.symbol("w"), weights, "io")), EXAMPLES),
            mistakes=mistakes)
