"""Tokens: the vector of each, the steps that count, and the mean of a sequence over these."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.messages import say
from engine.microscope.explanations.learned import used_symbol
from engine.microscope.number import (
    Contraction,
    Factor,
    Index,
    Number,
    Part,
    Variables,
    evaluate,
    followed,
    sum_of,
)
from engine.microscope.writer import Writer, explains


@explains("embed")
def embed(w: Writer) -> None:
    """Write y = W[token]."""
    v, k, steps = w.size("v"), w.size("k"), w.size("steps")
    x, weights = w.value("x", steps), w.array("w", v, k)
    code, symbol = f"{weights}[{x}.astype(int)]", w.symbol("w")
    w.target("y", f"a{w.number}", f"a<sub>{w.number}</sub>", steps, k)
    w.write("y", code, words=say("microscope.looked-up", count=v),
            formula=f"rows {w.symbol('x')} of {symbol}", shape=(steps, k),
            opening=Contraction("ntc", (Part(f"{symbol}[token]", code, "ntc"),), {}))


@dataclass(frozen=True)
class Uses:
    """The gradient of a token's vector: one term for every place where the token stands.

    Attributes
    ----------
    tokens, errors : str
        NumPy for the tokens (n, t) and for dL/dy (n, t, k).
    symbol : str
        Of dL/dy.
    padding : int
        The first token that learns.
    """

    tokens: str
    errors: str
    symbol: str
    padding: int

    def __call__(self, variables: Variables, index: Index) -> Number:
        """Return the number of an index, taken apart."""
        token, k = index
        tokens = np.asarray(evaluate(self.tokens, variables))
        rows = np.argwhere(tokens == token) if token >= self.padding else np.zeros((0, 2), int)
        places = np.column_stack([rows, np.full(len(rows), k)]).T.astype(np.int64)
        errors = np.asarray(evaluate(self.errors, variables), np.float64)[tuple(places)]
        factor = Factor(self.symbol, errors, *followed(self.errors, places, variables))
        return Number(sum_of(errors), (factor,), (("use", len(rows)),))


@dataclass(frozen=True)
class _Named:
    """Whether a row is used: one term for every place where its token stands.

    Attributes
    ----------
    tokens : str
        NumPy for the tokens.
    padding : int
        The first token that counts.
    """

    tokens: str
    padding: int

    def __call__(self, variables: Variables, index: Index) -> Number:
        """Return the number of an index, taken apart."""
        tokens = np.asarray(evaluate(self.tokens, variables))
        count = int(np.sum(tokens == index[0])) if index[0] >= self.padding else 0
        return Number(float(count > 0), (Factor("1", np.ones(count)),), (("use", count),),
                      function="0 &lt;")


@explains("list_rows")
def list_rows(w: Writer) -> None:
    """Write which rows of the table the batch uses."""
    v, padding = w.size("v"), w.size("padding")
    x, symbol = w.value("x", w.size("steps")), w.symbol("x")
    name, learns = f"used{w.number}", f" & (np.arange({v}) >= {padding})" if padding else ""
    w.emit(name, f"{name} = np.isin(np.arange({v}), {x}){learns}", symbol=used_symbol(w.number),
           words=say("microscope.rows-used"), shape=(v,), per_example=False,
           formula=f"row j: whether it is in {symbol}", opening=_Named(x, padding))


@explains("embed_backward", "embed_rows_backward")
def embed_backward(w: Writer) -> None:
    """Write dL/dW: every row the sum of dL/dy over all places where its token stands."""
    v, k, steps = w.size("v"), w.size("k"), w.size("steps")
    padding = w.of_layer("embed_backward", "list_rows").size("padding")
    x, dy, symbol = w.value("x", steps), w.value("dy", steps, k), w.symbol("dy")
    name = w.variable("dw").name
    keeps = f" * (np.arange({v}) > 0)[:, None]" if padding else ""
    given = w.subject.given["x"]
    seen = given[given >= padding]
    mistakes = {}
    if len(np.unique(seen)) < seen.size:
        mistakes["row-counted-once"] = \
            f"np.zeros(({v}, {k}))\n{name}[{x}.astype(int)] = {dy}" \
            + (f"\n{name} = {name}{keeps}" if padding else "")
    stays = bool(padding) and bool((given == 0).any()) and not _is_mask_read(w)
    if stays:
        mistakes["padding-learns"] = f"add_rows({x}, {dy}, {v})"
    if padding:
        words = say("microscope.vectors-gradient-padded")
    else:
        words = say("microscope.vectors-gradient")
    w.write("dw", f"add_rows({x}, {dy}, {v}){keeps}", words=words, shape=(v, k),
            formula=f"row j: sum of {symbol} where the token is j", mistakes=mistakes,
            # The vector of padding stays 0, whatever the loss's slope there.
            is_whole=not stays,
            opening=Uses(x, dy, symbol, padding))


def _is_mask_read(w: Writer) -> bool:
    """Say whether a layer leaves padding out, so that no error comes back from there."""
    mask = w.beside("mark_tokens").size("mask")
    return any(mask == line.slots.get(slot) for line in w.subject.lines
               for slot in ("mask", "a", "b") if line.op != "mark_tokens")


@explains("mark_tokens")
def mark_tokens(w: Writer) -> None:
    """Write mask = 1 for tokens, 0 for padding."""
    steps = w.size("steps")
    x, symbol = w.value("x", steps), w.symbol("x")
    w.target("mask", f"mask{w.number}", f"mask<sub>{w.number}</sub>", steps)
    w.write("mask", f"({x} != 0) * 1.0", words=say("microscope.tokens-marked"),
            formula=f"1 where {symbol} ≠ 0, else 0", shape=(steps,),
            opening=Contraction("nt", (Part(symbol, x, "nt"),), {}, (), 1.0, "≠ 0",
                                "float(s != 0)"))


def _counts(w: Writer, steps: int) -> Part:
    """Return which steps of a masked sequence count."""
    symbol = f"{w.symbol('mask')} > 0"
    return Part(symbol, f"({w.value('mask', steps)} > 0) * 1.0", "nt")


def _count(w: Writer) -> Part:
    return Part(f"1/count<sub>{w.number}</sub>", f"1 / count{w.number}", "n")


@explains("sequence_mean")
def sequence_mean(w: Writer) -> None:
    """Write y = mean of x over the steps that count."""
    k, steps = w.size("k"), w.size("steps")
    x, symbol = w.value("x", steps, k), w.symbol("x")
    part, over = Part(symbol, x, "ntc"), {"t": "step"}
    if not w.has("mask"):
        w.target("y", f"a{w.number}", f"a<sub>{w.number}</sub>", k)
        w.write("y", f"{x}.mean(axis=1)", words=say("microscope.steps-mean", count=steps),
                formula=f"mean of {symbol} over the steps", shape=(k,),
                opening=Contraction("nc", (part,), over, scale=1 / steps))
        return
    counts, count = _counts(w, steps), f"count{w.number}"
    symbol_of_count = f"count<sub>{w.number}</sub>"
    w.emit(count, f"{count} = np.maximum(np.sum({counts.code}, axis=1), 1)",
           words=say("microscope.steps-counted", count=steps), symbol=symbol_of_count, shape=(),
           formula=f"{symbol_of_count} = number of steps where {counts.symbol}, at least 1",
           opening=Contraction("n", (counts,), over, (), 1.0, "max(1, ·)", "max(s, 1.0)"))
    w.target("y", f"a{w.number}", f"a<sub>{w.number}</sub>", k)
    w.write("y", f"({x} * ({counts.code})[..., None]).sum(axis=1) / {count}[:, None]",
            words=say("microscope.steps-mean-masked"), shape=(k,),
            formula=f"sum of {symbol} where {counts.symbol} / {symbol_of_count}",
            opening=Contraction("nc", (part, counts, _count(w)), over))


@explains("sequence_mean_backward")
def sequence_mean_backward(w: Writer) -> None:
    """Write dL/dx = dL/dy / count at every step that counts, else 0."""
    k, steps = w.size("k"), w.size("steps")
    dy, symbol = w.value("dy", k), w.symbol("dy")
    part = Part(symbol, dy, "nc")
    w.target("dx", f"dx{w.number}", f"∂L/∂x<sub>{w.number}</sub>", steps, k)
    every = f"np.ones(({steps}, 1))"
    if not w.has("mask"):
        w.write("dx", f"{dy}[:, None] * {every} / {steps}", shape=(steps, k),
                words=say("microscope.steps-gradient", count=steps),
                formula=f"{symbol} / {steps} at every step",
                opening=Contraction("ntc", (part,), {}, scale=1 / steps),
                mistakes={"count-forgotten": f"{dy}[:, None] * {every}"} if steps > 1 else {})
        return
    counts, count = _counts(w, steps), f"count{w.number}"
    kept = f"({counts.code})[..., None]"
    mistakes = {}
    if (w.subject.given["x"] == 0).any():
        mistakes = {"divided-by-all-steps": f"{dy}[:, None] * {kept} / {steps}",
                    "padding-counted": f"{dy}[:, None] * {every} / {count}[:, None, None]"}
    w.write("dx", f"{dy}[:, None] * {kept} / {count}[:, None, None]", shape=(steps, k),
            words=say("microscope.steps-gradient-masked"),
            formula=f"{symbol} / count<sub>{w.number}</sub> where {counts.symbol}, else 0",
            opening=Contraction("ntc", (part, counts, _count(w)), {}), mistakes=mistakes)
