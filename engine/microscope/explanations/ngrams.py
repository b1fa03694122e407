"""Bags of n-grams: their rows, the sum of these rows' vectors, and its gradient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.messages import say
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


@dataclass(frozen=True)
class _Gram:
    """The row of an n-gram: what is made of its tokens.

    Attributes
    ----------
    tokens : str
        NumPy for the tokens (n, t).
    sizes : str
        Vocabulary, buckets and longest n-gram, as NumPy.
    rows : str
        NumPy for the rows, as the line makes them.
    longest : int
        Most tokens of an n-gram.
    symbol : str
        Of the tokens.
    """

    tokens: str
    sizes: str
    rows: str
    longest: int
    symbol: str

    def __call__(self, variables: Variables, index: Index) -> Number:
        """Return the number of an index, taken apart: 0 is of no n-gram."""
        example, place = index
        row = float(np.asarray(evaluate(self.rows, variables))[example, place])
        if not row:
            return Number(0.0)
        plain = f"ngram_rows({self.tokens}, {self.sizes}, 0)"
        found = int(np.argmax(np.asarray(evaluate(plain, variables))[example] == row))
        first, length = found // self.longest, found % self.longest + 1
        at = np.stack([np.full(length, example), first + np.arange(length)]).astype(np.int64)
        tokens = np.asarray(evaluate(self.tokens, variables), np.float64)[tuple(at)]
        factor = Factor(self.symbol, tokens, *followed(self.tokens, at, variables))
        return Number(row, (factor,), (("token", length),), function="row of")


@explains("ngram_rows")
def ngram_rows(w: Writer) -> None:
    """Write the row of every n-gram."""
    steps, longest = w.size("steps"), w.size("longest")
    x, uses = w.value("x", steps), steps * longest
    w.target("rows", f"rows{w.number}", f"rows<sub>{w.number}</sub>", uses)
    sizes = ", ".join(str(w.size(name)) for name in ("vocabulary", "buckets", "longest"))
    code = f"ngram_rows({x}, {sizes}, {w.size('distinct')})"
    words = say("microscope.ngram-rows-once" if w.size("distinct") else "microscope.ngram-rows",
                longest=longest)
    w.write("rows", code, words=words, shape=(uses,),
            formula=f"row of every n-gram of {w.symbol('x')}",
            opening=_Gram(x, sizes, code, longest, w.symbol("x")))


def _counts(w: Writer) -> Part:
    """Return what every n-gram of an example counts."""
    rows = w.variable("rows")
    code, symbol = f"({rows.name} > 0) * 1.0", f"{rows.symbol} > 0"
    if w.has("ratio"):
        ratio = w.variable("ratio")
        code = f"({rows.name} > 0) * {ratio.name}[{rows.name}.astype(int)]"
        symbol = f"{ratio.symbol}[row]"
    return Part(symbol, code, "nt")


def _count(w: Writer) -> Part:
    return Part(f"1/count<sub>{w.number}</sub>", f"1 / count{w.number}", "n")


@explains("ngram_bag")
def ngram_bag(w: Writer) -> None:
    """Write y = sum or mean of the vectors of all n-grams."""
    v, k = w.size("v"), w.size("k")
    rows, weights, counts = w.variable("rows"), w.array("w", v, k), _counts(w)
    table = Part(f"{w.symbol('w')}[row]", f"{weights}[{rows.name}.astype(int)]", "ntc")
    parts: tuple[Part, ...] = (table, counts)
    share = ""
    words = say("microscope.ngrams-sum")
    if w.size("mean"):
        count, symbol = f"count{w.number}", f"count<sub>{w.number}</sub>"
        there = Part(f"{rows.symbol} > 0", f"({rows.name} > 0) * 1.0", "nt")
        w.emit(count, f"{count} = np.maximum(np.sum({there.code}, axis=1), 1)", symbol=symbol,
               words=say("microscope.ngrams-counted"), shape=(),
               formula=f"{symbol} = number of n-grams, at least 1",
               opening=Contraction("n", (there,), {"t": "n-gram"}, (), 1.0, "max(1, ·)",
                                   "max(s, 1.0)"))
        parts, share = (*parts, _count(w)), f" / {count}[:, None]"
        words = say("microscope.ngrams-mean")
    w.target("y", f"a{w.number}", f"a<sub>{w.number}</sub>", k)
    w.write("y", f"({table.code} * ({counts.code})[..., None]).sum(axis=1){share}", words=words,
            formula=f"sum of {counts.symbol} {table.symbol} over the n-grams", shape=(k,),
            opening=Contraction("nc", parts, {"t": "n-gram"}))


@dataclass(frozen=True)
class _Uses:
    """The gradient of a row's vector: one term for every n-gram that has the row.

    Attributes
    ----------
    rows, counts, errors : str
        NumPy for the rows (n, t), for what each n-gram counts, and for dL/dy (n, k).
    symbols : tuple[str, str]
        Of what counts, and of dL/dy.
    """

    rows: str
    counts: str
    errors: str
    symbols: tuple[str, str]

    def __call__(self, variables: Variables, index: Index) -> Number:
        """Return the number of an index, taken apart."""
        row, k = index
        rows = np.asarray(evaluate(self.rows, variables))
        places = np.argwhere((rows == row) & (rows > 0)).T
        at = np.stack([places[0], np.full(places.shape[1], k)]).astype(np.int64)
        counts = np.asarray(evaluate(self.counts, variables), np.float64)[tuple(places)]
        errors = np.asarray(evaluate(self.errors, variables), np.float64)[tuple(at)]
        factors = (Factor(self.symbols[0], counts),
                   Factor(self.symbols[1], errors, *followed(self.errors, at, variables)))
        return Number(sum_of(counts * errors), factors, (("n-gram", len(errors)),))


@explains("ngram_bag_backward")
def ngram_bag_backward(w: Writer) -> None:
    """Write dL/dW: every row the sum of dL/dy over all n-grams that have it."""
    v, k = w.size("v"), w.size("k")
    rows, dy, counts = w.variable("rows"), w.value("dy", k), _counts(w)
    code, symbol = f"({counts.code})", counts.symbol
    if w.size("mean"):
        code, symbol = f"({counts.code}) / count{w.number}[:, None]", f"{symbol} {_count(w).symbol}"
    errors = f"({code})[..., None] * {dy}[:, None]"
    everything = f"({rows.name} > 0)[..., None] * {dy}[:, None]"
    w.write("dw", f"add_rows({rows.name}, {errors}, {v})", words=say("microscope.ngrams-gradient"),
            shape=(v, k), formula=f"row j: sum of {symbol} {w.symbol('dy')} over its n-grams",
            opening=_Uses(rows.name, code, dy, (symbol, w.symbol("dy"))),
            mistakes={"count-forgotten": f"add_rows({rows.name}, {everything}, {v})"}
            if w.size("mean") else {})
