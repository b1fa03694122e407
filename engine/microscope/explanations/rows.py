"""PReLU, which learns its slopes, and softmax as a layer: functions of a row of numbers."""

from __future__ import annotations

from engine.messages import say
from engine.microscope.explanations.axes import COUNTED, all_but_last, letters
from engine.microscope.names import PRIME
from engine.microscope.number import Contraction, Part
from engine.microscope.writer import Writer, explains


def _shape(w: Writer) -> tuple[int, ...]:
    assert w.layer is not None
    return w.layer.output.shape


def _slope(w: Writer, x: str) -> Part:
    """Return the derivative of a PReLU: 1 above 0, else the unit's slope."""
    slopes = w.array("slopes", w.size("c"))
    return Part(f"f{PRIME}({w.symbol('x')})", f"np.where({x} > 0, 1, {slopes})",
                letters(_shape(w)))


@explains("prelu_forward")
def prelu_forward(w: Writer) -> None:
    """Write y = x above 0, else slope x."""
    shape = _shape(w)
    x, symbol, axes = w.value("x", *shape), w.symbol("x"), letters(shape)
    slope = _slope(w, x)
    w.target("y", f"a{w.number}", f"a<sub>{w.number}</sub>", *shape)
    w.write("y", f"{x} * {slope.code}", words=say("microscope.prelu"), shape=shape,
            formula=f"{symbol} where {symbol} > 0, else {w.symbol('slopes')} {symbol}",
            opening=Contraction(axes, (Part(symbol, x, axes),
                                       Part(f"1 or {w.symbol('slopes')}", slope.code, axes)), {}))


@explains("prelu_backward_slopes")
def prelu_backward_slopes(w: Writer) -> None:
    """Write dL/dslope = sum of x dL/dy where x is not above 0."""
    shape = _shape(w)
    x, dy, axes, summed = w.value("x", *shape), w.value("dy", *shape), letters(shape), \
        all_but_last(shape)
    below = f"np.minimum({x}, 0)"
    w.write("ds", f"({dy} * {below}).sum(axis={summed})", shape=shape[-1:],
            words=say("microscope.slopes-gradient"),
            formula=f"sum of {w.symbol('dy')} min({w.symbol('x')}, 0) over the batch",
            opening=Contraction("c" if len(shape) < 4 else axes[-1], (
                Part(w.symbol("dy"), dy, axes), Part(f"min({w.symbol('x')}, 0)", below, axes)),
                {letter: COUNTED.get(letter, "place") for letter in axes[:-1]}),
            mistakes={"positive-counted": f"({dy} * {x}).sum(axis={summed})"})


@explains("prelu_backward_input")
def prelu_backward_input(w: Writer) -> None:
    """Write dL/dx = dL/dy above 0, else slope dL/dy."""
    shape = _shape(w)
    x, dy, axes = w.value("x", *shape), w.value("dy", *shape), letters(shape)
    slope = _slope(w, x)
    w.target("dx", f"dx{w.number}", f"∂L/∂x<sub>{w.number}</sub>", *shape)
    w.write("dx", f"{dy} * {slope.code}", words=say("microscope.activation-gradient"),
            formula=f"{w.symbol('dy')} ⊙ {slope.symbol}", shape=shape,
            opening=Contraction(axes, (Part(w.symbol("dy"), dy, axes), slope), {}),
            mistakes={"derivative-forgotten": f"{dy} * 1.0",
                      "slope-forgotten": f"{dy} * ({x} > 0)"})


@explains("softmax_rows")
def softmax_rows(w: Writer) -> None:
    """Write y = exp(x) / sum of exp(x)."""
    shape = _shape(w)
    x, symbol, axes = w.value("x", *shape), w.symbol("x"), letters(shape)
    largest = f"np.exp({x} - {x}.max(axis=-1, keepdims=True))"
    w.target("y", f"a{w.number}", f"a<sub>{w.number}</sub>", *shape)
    w.write("y", f"softmax({x})", words=say("microscope.shares"), shape=shape,
            formula=f"exp({symbol}) / Σ exp({symbol})",
            opening=Contraction(axes, (
                Part(f"exp({symbol} − max)", largest, axes),
                Part(f"1/Σ exp({symbol} − max)", f"1 / {largest}.sum(axis=-1)", axes[:-1])), {}))


@explains("softmax_backward")
def softmax_backward(w: Writer) -> None:
    """Write dL/dx = y (dL/dy - sum of dL/dy y)."""
    shape, i = _shape(w), w.number
    dy, y, axes = w.value("dy", *shape), w.value("y", *shape), letters(shape)
    dy_symbol, symbol = w.symbol("dy"), w.symbol("y")
    mean, mean_symbol = f"mean_error{i}", f"ē<sub>{i}</sub>"
    one, other = Part(dy_symbol, dy, axes), Part(symbol, y, axes)
    w.emit(mean, f"{mean} = ({dy} * {y}).sum(axis=-1)", words=say("microscope.shares-error"),
           symbol=mean_symbol, formula=f"{mean_symbol} = Σ {dy_symbol} {symbol}",
           shape=shape[:-1],
           opening=Contraction(axes[:-1], (one, other), {axes[-1]: COUNTED.get(axes[-1], "unit")}))
    w.target("dx", f"dx{i}", f"∂L/∂x<sub>{i}</sub>", *shape)
    difference = f"({dy} - {mean}[..., None])"
    w.write("dx", f"{y} * {difference}", words=say("microscope.shares-gradient"), shape=shape,
            formula=f"{symbol} ⊙ ({dy_symbol} − {mean_symbol})",
            opening=Contraction(axes, (
                other, Part(f"({dy_symbol} − {mean_symbol})", difference, axes)), {}),
            mistakes={"others-forgotten": f"{dy} * {y} * (1 - {y})"})
