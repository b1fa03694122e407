"""Batch norm: mean and variance of a batch, and the ways in which the error goes back through them.

A row is an example, or a place of an image or a sequence. A batch of one row has no spread, and a
frozen layer is to stay as it is: both are normalised with the running mean and variance.
"""

from __future__ import annotations

import math

from engine.messages import say
from engine.microscope.explanations.axes import COUNTED, all_but_last, letters
from engine.microscope.number import Contraction, Part
from engine.microscope.writer import Writer, explains, says_nothing

# Sums of some rows each, which threads share: told where they are joined.
says_nothing("batch_moments", "batch_norm_sums")


class Normalised:
    """What a normalising layer is called in the program, and how it divides.

    Parameters
    ----------
    w : Writer
        A line of the layer.
    """

    def __init__(self, w: Writer) -> None:
        assert w.layer is not None
        i = self.number = w.number
        self.shape = w.layer.output.shape
        self.letters, self.axes = letters(self.shape), all_but_last(self.shape)
        self.mean, self.centred, self.variance = f"mean{i}", f"centred{i}", f"var{i}"
        self.rstd, self.x_hat = f"rstd{i}", f"xhat{i}"
        self.mean_symbol, self.variance_symbol = f"μ<sub>{i}</sub>", f"σ²<sub>{i}</sub>"
        self.rstd_symbol, self.x_hat_symbol = f"1/σ<sub>{i}</sub>", f"x̂<sub>{i}</sub>"
        self.scale, self.shift = f"scale{i}", f"shift{i}"
        self.scale_symbol, self.shift_symbol = f"scale<sub>{i}</sub>", f"shift<sub>{i}</sub>"
        self.rows = w.n * math.prod(self.shape[:-1])
        forward = w.of_layer("batch_norm_forward", "layer_norm_forward")
        self.has_own_mean = forward.line.op == "layer_norm_forward" or (
            not w.layer.spec.frozen and self.rows > 1)
        mean = self.mean_symbol if self.has_own_mean else f"running mean<sub>{i}</sub>"
        self.centred_symbol = f"({forward.symbol('x')} − {mean})"

    @property
    def over(self) -> dict[str, str]:
        """What sums over the rows of a batch run through."""
        return {letter: COUNTED.get(letter, "place") for letter in self.letters[:-1]}


def uses_batch(w: Writer) -> bool:
    """Say whether a batch norm takes its batch's own mean and variance."""
    return Normalised(w).has_own_mean


@explains("batch_norm_table")
def statistics(w: Writer) -> None:
    """Write mean and variance of every feature over the batch, and one divided by its spread."""
    one, inner = Normalised(w), w.beside("batch_norm_forward")
    x, symbol, k = inner.value("x", *one.shape), inner.symbol("x"), w.size("k")
    mean, variance = one.mean, one.variance
    mean_symbol, variance_symbol = one.mean_symbol, one.variance_symbol
    by_batch = uses_batch(w)
    if by_batch:
        w.emit(mean, f"{mean} = {x}.mean(axis={one.axes})", symbol=mean_symbol, shape=(k,),
               words=say("microscope.batch-mean", count=one.rows), per_example=False,
               formula=f"{mean_symbol} = mean of {symbol} over the batch", place=w.size("moments"),
               opening=Contraction("c", (Part(symbol, x, one.letters),), one.over,
                                   scale=1 / one.rows))
    else:
        mean, variance = f"running_mean{one.number}", f"running_variance{one.number}"
        mean_symbol = f"running mean<sub>{one.number}</sub>"
        variance_symbol = f"running variance<sub>{one.number}</sub>"
    centred_symbol = f"({symbol} − {mean_symbol})"
    w.emit(one.centred, f"{one.centred} = {x} - {mean}", words=say("microscope.centred"),
           symbol=centred_symbol, shape=one.shape, formula=f"{symbol} − {mean_symbol}",
           opening=Contraction(one.letters, (), {}, (Part(symbol, x, one.letters),
                                                     Part(f"−{mean_symbol}", f"-{mean}", "c"))))
    if by_batch:
        part = Part(centred_symbol, one.centred, one.letters)
        w.emit(variance, f"{variance} = ({one.centred}**2).mean(axis={one.axes})",
               words=say("microscope.batch-variance", count=one.rows), symbol=variance_symbol,
               formula=f"{variance_symbol} = mean of {centred_symbol}<sup>2</sup> over the batch",
               shape=(k,), per_example=False, place=w.size("moments") + k,
               opening=Contraction("c", (part, part), one.over, scale=1 / one.rows))
    epsilon = w.constant("epsilon")
    words = say("microscope.spread", epsilon=epsilon) if by_batch else \
        say("microscope.running-spread", epsilon=epsilon)
    w.emit(one.rstd, f"{one.rstd} = 1 / np.sqrt({variance} + {epsilon!r})", words=words,
           symbol=one.rstd_symbol, shape=(k,), per_example=False, place=w.size("stats") + k,
           formula=f"{one.rstd_symbol} = 1 / √({variance_symbol} + {epsilon:g})",
           opening=Contraction("c", (Part(variance_symbol, variance, "c"),), {},
                               (Part(f"{epsilon:g}", repr(epsilon), ""),), function="1/√",
                               apply="1 / np.sqrt(s)"))


@explains("batch_norm_forward")
def forward(w: Writer) -> None:
    """Write x_hat = (x - mean) / spread, and y = x_hat scale + shift."""
    one = Normalised(w)
    write_x_hat(w, one, f"{one.centred} * {one.rstd}", "c")
    write_y(w, one)


def write_x_hat(w: Writer, one: Normalised, code: str, letters_of_rstd: str) -> None:
    """Write x_hat."""
    centred_symbol = one.centred_symbol
    w.emit(one.x_hat, f"{one.x_hat} = {code}", words=say("microscope.normalised"),
           symbol=one.x_hat_symbol, shape=one.shape,
           formula=f"{one.x_hat_symbol} = {centred_symbol} {one.rstd_symbol}",
           opening=Contraction(one.letters, (Part(centred_symbol, one.centred, one.letters),
                                             Part(one.rstd_symbol, one.rstd, letters_of_rstd)),
                               {}))


def write_y(w: Writer, one: Normalised) -> None:
    """Write y = x_hat scale + shift."""
    w.target("y", f"a{one.number}", f"a<sub>{one.number}</sub>", *one.shape)
    w.write("y", f"{one.x_hat} * {one.scale} + {one.shift}", words=say("microscope.scale-shift"),
            formula=f"{one.x_hat_symbol} {one.scale_symbol} + {one.shift_symbol}",
            shape=one.shape,
            opening=Contraction(one.letters, (Part(one.x_hat_symbol, one.x_hat, one.letters),
                                              Part(one.scale_symbol, one.scale, "c")), {},
                                (Part(one.shift_symbol, one.shift, "c"),)))


@explains("batch_norm_parameters")
def batch_norm_parameters(w: Writer) -> None:
    """Write the gradients of scale and shift."""
    one, sums = Normalised(w), w.beside("batch_norm_sums")
    write_parameters(w, one, sums.value("dy", *one.shape), sums.symbol("dy"),
                     sums.value("x", *one.shape))


def write_parameters(w: Writer, one: Normalised, dy: str, dy_symbol: str, x: str) -> None:
    """Write dL/dscale = sum of dL/dy x_hat, and dL/dshift = sum of dL/dy."""
    part = Part(dy_symbol, dy, one.letters)
    w.write("dscale", f"({dy} * {one.x_hat}).sum(axis={one.axes})",
            words=say("microscope.scale-gradient"), shape=one.shape[-1:],
            formula=f"sum of {dy_symbol} {one.x_hat_symbol} over the batch",
            opening=Contraction("c", (part, Part(one.x_hat_symbol, one.x_hat, one.letters)),
                                one.over),
            mistakes={"not-normalised": f"({dy} * {x}).sum(axis={one.axes})"})
    w.write("dshift", f"{dy}.sum(axis={one.axes})", words=say("microscope.shift-gradient"),
            formula=f"sum of {dy_symbol} over the batch", shape=one.shape[-1:],
            opening=Contraction("c", (part,), one.over),
            mistakes={"bias-averaged": f"{dy}.mean(axis={one.axes})"} if one.rows > 1 else {})


@explains("batch_norm_backward")
def backward(w: Writer) -> None:
    """Write dL/dx_hat, dL/dvariance and dL/dmean, and dL/dx as the sum of the three ways."""
    one = Normalised(w)
    write_x_hat_gradient(w, one)
    x_hat = Part(f"∂L/∂{one.x_hat_symbol}", f"d{one.x_hat}", one.letters)
    rstd = Part(one.rstd_symbol, one.rstd, "c")
    if not uses_batch(w):
        w.target("dx", f"dx{one.number}", f"∂L/∂x<sub>{one.number}</sub>", *one.shape)
        w.write("dx", f"d{one.x_hat} * {one.rstd}", words=say("microscope.norm-gradient-fixed"),
                formula=f"{x_hat.symbol} {one.rstd_symbol}", shape=one.shape,
                opening=Contraction(one.letters, (x_hat, rstd), {}),
                mistakes={"derivative-forgotten": f"d{one.x_hat} * 1.0"})
        return
    k, centred = w.size("k"), Part(one.centred_symbol, one.centred, one.letters)
    cube = Part(f"{one.rstd_symbol}<sup>3</sup>", f"{one.rstd}**3", "c")
    w.emit(f"d{one.variance}",
           f"d{one.variance} = -0.5 * {one.rstd}**3 * "
           f"(d{one.x_hat} * {one.centred}).sum(axis={one.axes})",
           words=say("microscope.batch-variance-gradient"), of=one.variance,
           symbol=f"∂L/∂{one.variance_symbol}", shape=(k,), per_example=False,
           formula=f"∂L/∂{one.variance_symbol} = −½ {cube.symbol} sum of {x_hat.symbol} "
                   f"{centred.symbol} over the batch",
           opening=Contraction("c", (x_hat, centred, cube), one.over, scale=-0.5),
           mistakes={"sign-forgotten": f"d{one.variance} = 0.5 * {one.rstd}**3 * "
                     f"(d{one.x_hat} * {one.centred}).sum(axis={one.axes})"})
    w.emit(f"d{one.mean}", f"d{one.mean} = -{one.rstd} * d{one.x_hat}.sum(axis={one.axes})",
           words=say("microscope.batch-mean-gradient"), of=one.mean,
           symbol=f"∂L/∂{one.mean_symbol}", shape=(k,), per_example=False,
           formula=f"∂L/∂{one.mean_symbol} = −{one.rstd_symbol} sum of {x_hat.symbol} "
                   "over the batch",
           opening=Contraction("c", (x_hat, rstd), one.over, scale=-1.0),
           mistakes={"sign-forgotten":
                     f"d{one.mean} = {one.rstd} * d{one.x_hat}.sum(axis={one.axes})"})
    write_three_ways(w, one, one.rows, ("", "c"))


def write_x_hat_gradient(w: Writer, one: Normalised) -> None:
    """Write dL/dx_hat = dL/dy scale."""
    dy, symbol = w.value("dy", *one.shape), w.symbol("dy")
    w.emit(f"d{one.x_hat}", f"d{one.x_hat} = {dy} * {one.scale}", of=one.x_hat, shape=one.shape,
           words=say("microscope.normalised-gradient"), symbol=f"∂L/∂{one.x_hat_symbol}",
           formula=f"∂L/∂{one.x_hat_symbol} = {symbol} {one.scale_symbol}",
           opening=Contraction(one.letters, (Part(symbol, dy, one.letters),
                                             Part(one.scale_symbol, one.scale, "c")), {}),
           mistakes={"scale-left-out": f"d{one.x_hat} = {dy} * 1.0"})


def write_three_ways(w: Writer, one: Normalised, count: int, row: tuple[str, str]) -> None:
    """Write dL/dx: straight through x_hat, through the variance and through the mean.

    ``count`` numbers have mean and variance in common; ``row`` says how NumPy brings these beside
    x, and which letters their axes have.
    """
    beside, of_row = row
    straight = f"d{one.x_hat} * {one.rstd}{beside}"
    variance = f"2 / {count} * {one.centred} * d{one.variance}{beside}"
    mean = f"d{one.mean}{beside} / {count}"
    names = (f"∂L/∂{one.x_hat_symbol} {one.rstd_symbol}",
             f"(2/{count}) {one.centred_symbol} ∂L/∂{one.variance_symbol}",
             f"(1/{count}) ∂L/∂{one.mean_symbol}")
    w.target("dx", f"dx{one.number}", f"∂L/∂x<sub>{one.number}</sub>", *one.shape)
    w.write("dx", f"{straight} + {variance} + {mean}", words=say("microscope.three-ways"),
            formula=" + ".join(names), shape=one.shape,
            opening=Contraction(one.letters, (), {}, (
                Part(names[0], straight, one.letters), Part(names[1], variance, one.letters),
                Part(names[2], f"d{one.mean} / {count}", of_row))),
            mistakes={"mean-term-forgotten": f"{straight} + {variance}",
                      "variance-term-forgotten": f"{straight} + {mean}",
                      # Of a single number they are 0, like its distance from the mean.
                      "statistics-taken-for-constants": straight} if count > 1 else
                     {"mean-term-forgotten": f"{straight} + {variance}"})


@explains("update_running_stats")
def update_running_stats(w: Writer) -> None:
    """Write how the running mean and variance follow those of the batch."""
    if not uses_batch(w):
        return
    one, k, share = Normalised(w), w.size("k"), w.constant("momentum")
    unbiased = f" * {one.rows} / {one.rows - 1}"
    for place, name, batch, symbol, more in (
            (0, "mean", one.mean, one.mean_symbol, ""),
            (k, "variance", one.variance, one.variance_symbol, unbiased)):
        own = f"running_{name}{one.number}"
        own_symbol = f"running {name}<sub>{one.number}</sub>"
        words = say("microscope.running-mean-follows", share=share)
        if more:
            words = say("microscope.running-variance-follows", share=share, count=one.rows)
        shown = f" · {one.rows}/{one.rows - 1}" if more else ""
        w.emit(own, f"{own} = {1 - share!r} * {own} + {share!r} * {batch}{more}", words=words,
               symbol=own_symbol, shape=(k,), per_example=False,
               place=w.size("running") + place,
               formula=f"{own_symbol} ← {1 - share:g} {own_symbol} + {share:g} {symbol}{shown}",
               opening=Contraction("c", (), {}, (
                   Part(f"{1 - share:g} {own_symbol}", f"{1 - share!r} * {own}", "c"),
                   Part(f"{share:g} {symbol}{shown}", f"{share!r} * {batch}{more}", "c"))))
