"""What is done with gradients before the optimizer's rule, and with weights after it."""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass

import numpy as np

from engine.messages import say
from engine.microscope.explanations.learned import Learned, learned, penalty_of, shown
from engine.microscope.number import Contraction, Factor, Index, Number, Part, Variables, sum_of
from engine.microscope.writer import Writer, explains

LEAST_NORM = 1e-6
"""What `engine.kernels.ops.limits.limited_norm` adds to a norm before it divides by it."""


@dataclass(frozen=True)
class _Norm:
    """Opens the norm of many arrays: a term for each of them."""

    names: tuple[str, ...]

    def __call__(self, variables: Variables, index: Index) -> Number:
        squares = np.array([np.sum(variables[name] ** 2) for name in self.names])
        return Number(math.sqrt(sum_of(squares)), (Factor("Σ (∂L/∂w)²", squares),),
                      (("parameter", len(squares)),), function="√")


@explains("sum_gradients")
def limit_gradients(w: Writer) -> None:
    """Clip every number of the gradients, then shorten all of them together."""
    most, longest = w.subject.training.clip_value, w.subject.training.clip_norm
    parameters = tuple(learned(w))
    if most > 0:
        for one in parameters:
            _clip(one, most)
    if longest > 0 and parameters:
        kept = _kept(w, parameters, longest)
        for one in parameters:
            _shorten(one, kept, longest, is_alone=len(parameters) == 1)


def _clip(one: Learned, most: float) -> None:
    """Write dW = clip(dW)."""
    name, symbol = one.gradient, one.gradient_symbol
    one.emit(name, f"np.clip({name}, {-most!r}, {most!r})", symbol=symbol,
             words=say("microscope.clip-value", limit=most),
             formula=f"{symbol} ← max(−{shown(most)}, min({shown(most)}, {symbol}))",
             opening=Contraction(one.axes, (one.part(symbol, name),), {}, function="clip",
                                 apply=f"min(max(s, {-most!r}), {most!r})"),
             mistakes={"clipped-on-one-side": f"np.minimum({name}, {most!r})"})


def _kept(w: Writer, parameters: tuple[Learned, ...], longest: float) -> str:
    """Write the norm of all gradients, and what is kept of each; return the latter's name."""
    names = tuple(one.gradient for one in parameters)
    norm, kept = w.fresh("norm"), w.fresh("kept")
    all_of_them = "({})".format(", ".join(names) + ("," if len(names) == 1 else ""))
    total = f"sum(np.sum(g**2) for g in {all_of_them})"
    w.emit(norm, _wrapped(f"{norm} = np.sqrt({total})"), words=say("microscope.clip-norm"),
           symbol="‖∂L/∂w‖", formula="‖∂L/∂w‖ = √(Σ over all parameters of (∂L/∂w)²)", shape=(),
           per_example=False, opening=_Norm(names),
           mistakes={"root-forgotten": _wrapped(f"{norm} = {total}")})
    below, below_symbol = f"({norm} + {LEAST_NORM!r})", f"(‖∂L/∂w‖ + {shown(LEAST_NORM)})"
    w.emit(kept, f"{kept} = min(1.0, {longest!r} / {below})", slot="figures",
           words=say("microscope.clip-share", limit=longest), symbol="kept",
           formula=f"kept = min(1, {shown(longest)} / {below_symbol})", shape=(),
           per_example=False, opening=Contraction("", (
               Part(shown(longest), repr(longest), ""),
               Part(f"1 / {below_symbol}", f"1 / {below}", "")), {},
               function="min(1, ·)", apply="min(1.0, s)"),
           mistakes={"short-gradients-lengthened": f"{kept} = {longest!r} / {below}"})
    return kept


def _wrapped(code: str) -> str:
    """Break a long line between the names in its innermost brackets, where NumPy allows it."""
    return "\n".join(textwrap.wrap(code, 96, subsequent_indent=" " * 8, break_long_words=False,
                                   break_on_hyphens=False))


def _shorten(one: Learned, kept: str, longest: float, is_alone: bool) -> None:
    """Write dW = kept dW."""
    name, symbol = one.gradient, one.gradient_symbol
    own = f"min(1.0, {longest!r} / (np.sqrt(np.sum({name}**2)) + {LEAST_NORM!r}))"
    one.emit(name, f"{name} * {kept}", symbol=symbol, words=say("microscope.clip"),
             formula=f"{symbol} ← kept {symbol}",
             opening=Contraction(one.axes, (one.part(symbol, name), Part("kept", kept, "")), {}),
             mistakes={} if is_alone else {"clipped-layer-by-layer": f"{name} * {own}"})


def penalise(one: Learned) -> tuple[str, str]:
    """Write the gradient with the penalties' part; return its name and symbol.

    Where there are none, these are the gradient's own.
    """
    name, symbol = one.gradient, one.gradient_symbol
    l1, l2 = (one.penalty(key) if one.is_weight else 0.0 for key in ("l1", "l2"))
    if not (l1 or l2):
        return name, symbol
    found, whole = one.w.fresh(f"g{one.name}"), f"g({one.symbol})"
    parts = [one.part(symbol, name)]
    if l2:
        parts.append(one.part(f"{shown(l2)} {one.symbol}", f"{l2!r} * {one.name}"))
    if l1:
        parts.append(one.part(f"{shown(l1)} sign({one.symbol})", f"{l1!r} * np.sign({one.name})"))
    more = penalty_of(one.name, l1, l2)
    one.emit(found, f"{name} + {more}", symbol=whole, words=say("microscope.penalty"),
             formula=f"{whole} = {' + '.join(part.symbol for part in parts)}",
             opening=Contraction(one.axes, (), {}, tuple(parts)),
             mistakes={} if one.is_zero() else {
                 "penalty-left-out": f"{name} * 1.0", "penalty-turned": f"{name} - ({more})"})
    return found, whole


@explains("limit_columns")
def limit_columns(w: Writer) -> None:
    """Write what max-norm does with the weights into every unit."""
    limit, weights = w.subject.training.max_norm, w.variable("w")
    name, symbol, axes = weights.name, weights.symbol, "ijklmnop"[:len(weights.shape)]
    columns, before = weights.shape[-1], tuple(range(len(weights.shape) - 1))
    summed = "0" if before == (0,) else str(before)
    length, norm = w.fresh(f"length{name}"), f"‖{symbol}‖"
    spread = f"{length} = np.sqrt(np.sum({name}**2)) * np.ones({columns})"
    w.emit(length, f"{length} = np.sqrt(np.sum({name}**2, axis={summed}))", symbol=norm,
           words=say("microscope.column-lengths"), shape=(columns,), per_example=False,
           formula=f"{norm} = √(Σ {symbol}²) for every unit",
           opening=Contraction(axes[-1], (Part(symbol, name, axes), Part(symbol, name, axes)),
                               dict.fromkeys(axes[:-1], "input"), function="√",
                               apply="np.sqrt(s)"),
           mistakes={"length-of-all-units": spread} if columns > 1 else {})
    share = f"{limit!r} / np.maximum({length}, {limit!r})"
    w.emit(name, f"{name} = {name} * ({share})", symbol=symbol, shape=weights.shape,
           words=say("microscope.limit-columns", limit=limit), per_example=False, slot="w",
           formula=f"{symbol} ← {symbol} · {shown(limit)} / max({shown(limit)}, {norm})",
           opening=Contraction(axes, (
               Part(symbol, name, axes),
               Part(f"{shown(limit)} / max({shown(limit)}, {norm})", share, axes[-1])), {}),
           mistakes={"short-weights-lengthened": f"{name} = {name} * ({limit!r} / {length})"})
