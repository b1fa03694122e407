"""Layer norm: what batch norm does over the batch, it does over the features of each row."""

from __future__ import annotations

from engine.messages import say
from engine.microscope.explanations.axes import COUNTED
from engine.microscope.explanations.normalising import (
    Normalised,
    write_parameters,
    write_three_ways,
    write_x_hat,
    write_x_hat_gradient,
    write_y,
)
from engine.microscope.number import Contraction, Part
from engine.microscope.writer import Writer, explains, says_nothing

# Sums of some rows each, which threads share: told where they are joined.
says_nothing("layer_norm_sums")

BESIDE = "[..., None]"
"""Brings one number of every row beside all its features."""


@explains("layer_norm_forward")
def layer_norm_forward(w: Writer) -> None:
    """Write mean and variance of every row's features, x_hat and y."""
    one = Normalised(w)
    x, symbol, k, epsilon = w.value("x", *one.shape), w.symbol("x"), w.size("k"), \
        w.constant("epsilon")
    every, row, over = one.letters, one.letters[:-1], {"c": COUNTED["c"]}
    w.emit(one.mean, f"{one.mean} = {x}.mean(axis=-1)", symbol=one.mean_symbol,
           words=say("microscope.row-mean", count=k), shape=one.shape[:-1],
           formula=f"{one.mean_symbol} = mean of {symbol} over its features",
           opening=Contraction(row, (Part(symbol, x, every),), over, scale=1 / k))
    centred = Part(f"({symbol} − {one.mean_symbol})", one.centred, every)
    w.emit(one.centred, f"{one.centred} = {x} - {one.mean}{BESIDE}", symbol=centred.symbol,
           words=say("microscope.centred"), formula=f"{symbol} − {one.mean_symbol}",
           shape=one.shape,
           opening=Contraction(every, (), {}, (Part(symbol, x, every),
                                               Part(f"−{one.mean_symbol}", f"-{one.mean}", row))))
    w.emit(one.variance, f"{one.variance} = ({one.centred}**2).mean(axis=-1)",
           words=say("microscope.row-variance", count=k), symbol=one.variance_symbol,
           formula=f"{one.variance_symbol} = mean of {centred.symbol}<sup>2</sup> "
                   "over its features",
           shape=one.shape[:-1],
           opening=Contraction(row, (centred, centred), over, scale=1 / k))
    w.emit(one.rstd, f"{one.rstd} = 1 / np.sqrt({one.variance} + {epsilon!r})",
           words=say("microscope.spread", epsilon=epsilon), symbol=one.rstd_symbol,
           shape=one.shape[:-1],
           formula=f"{one.rstd_symbol} = 1 / √({one.variance_symbol} + {epsilon:g})",
           opening=Contraction(row, (Part(one.variance_symbol, one.variance, row),), {},
                               (Part(f"{epsilon:g}", repr(epsilon), ""),), function="1/√",
                               apply="1 / np.sqrt(s)"))
    write_x_hat(w, one, f"{one.centred} * {one.rstd}{BESIDE}", row)
    write_y(w, one)


@explains("layer_norm_parameters")
def layer_norm_parameters(w: Writer) -> None:
    """Write the gradients of scale and shift."""
    one, sums = Normalised(w), w.beside("layer_norm_sums")
    write_parameters(w, one, sums.value("dy", *one.shape), sums.symbol("dy"),
                     sums.value("x", *one.shape))


@explains("layer_norm_backward")
def layer_norm_backward(w: Writer) -> None:
    """Write dL/dx_hat, dL/dvariance and dL/dmean, and dL/dx as the sum of the three ways."""
    one, k = Normalised(w), w.size("k")
    row, over = one.letters[:-1], {"c": COUNTED["c"]}
    write_x_hat_gradient(w, one)
    x_hat = Part(f"∂L/∂{one.x_hat_symbol}", f"d{one.x_hat}", one.letters)
    centred = Part(one.centred_symbol, one.centred, one.letters)
    cube = Part(f"{one.rstd_symbol}<sup>3</sup>", f"{one.rstd}**3", row)
    w.emit(f"d{one.variance}",
           f"d{one.variance} = -0.5 * {one.rstd}**3 * (d{one.x_hat} * {one.centred}).sum(axis=-1)",
           words=say("microscope.row-variance-gradient"), of=one.variance,
           symbol=f"∂L/∂{one.variance_symbol}", shape=one.shape[:-1],
           formula=f"∂L/∂{one.variance_symbol} = −½ {cube.symbol} sum of {x_hat.symbol} "
                   f"{centred.symbol} over the features",
           opening=Contraction(row, (x_hat, centred, cube), over, scale=-0.5),
           mistakes={"sign-forgotten": f"d{one.variance} = 0.5 * {one.rstd}**3 * "
                     f"(d{one.x_hat} * {one.centred}).sum(axis=-1)"} if k > 1 else {})
    w.emit(f"d{one.mean}", f"d{one.mean} = -{one.rstd} * d{one.x_hat}.sum(axis=-1)",
           words=say("microscope.row-mean-gradient"), of=one.mean,
           symbol=f"∂L/∂{one.mean_symbol}", shape=one.shape[:-1],
           formula=f"∂L/∂{one.mean_symbol} = −{one.rstd_symbol} sum of {x_hat.symbol} "
                   "over the features",
           opening=Contraction(row, (x_hat, Part(one.rstd_symbol, one.rstd, row)), over,
                               scale=-1.0),
           mistakes={"sign-forgotten": f"d{one.mean} = {one.rstd} * d{one.x_hat}.sum(axis=-1)"})
    write_three_ways(w, one, k, (BESIDE, row))
