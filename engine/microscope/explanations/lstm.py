"""The LSTM: gates open and close a cell, which is handed from step to step beside the state."""

from __future__ import annotations

from engine.messages import Message, say
from engine.microscope.choices import Where
from engine.microscope.explanations.arriving import (
    cut,
    cut_opening,
    goes_back,
    mark_borders,
    write_state_gradient,
)
from engine.microscope.explanations.unrolled import (
    COUNTED,
    NOTHING,
    Unrolled,
    slope_of,
    tanh_of,
)
from engine.microscope.names import PRIME
from engine.microscope.number import Contraction, Opening, Part
from engine.microscope.writer import Writer, explains

GATES = "ifgo"
"""In the order of their columns: input, forget, the cell's candidate, output."""


@explains("lstm_forward")
def lstm_forward(w: Writer) -> None:
    """Write the gates, c = f c' + i g and h = o tanh c, step by step."""
    walk = Unrolled(w)
    walk.begin_if_new("h", "start", say("microscope.time-start"))
    walk.begin_if_new("c", "start_c", say("microscope.time-start-cell"))
    for t in range(walk.steps):
        walk.write_weighted_sum(t)
        for place, letter in enumerate(GATES):
            _write_gate(walk, letter, place, t)
        i, f, g, o = (walk.part(letter, t) for letter in GATES)
        c, before = walk.part("c", t), walk.part("c", t - 1)
        walk.write("c", t, walk.kept(t, "c", f"{f.code} * {before.code} + {i.code} * {g.code}"),
                   words=say("microscope.time-cell", step=t + 1),
                   formula=f"{f.symbol} ⊙ {before.symbol} + {i.symbol} ⊙ {g.symbol}",
                   place=w.size("c") + (t + 1) * w.n * walk.units,
                   opening=walk.kept_opening(t, "c", Contraction(
                       "nj", (f, before), {}, also=(Contraction("nj", (i, g), {}),))))
        walk.write("h", t, walk.kept(t, "h", f"{o.code} * np.tanh({c.code})"),
                   words=say("microscope.time-state-of-cell", step=t + 1),
                   formula=f"{o.symbol} ⊙ tanh({c.symbol})",
                   opening=walk.kept_opening(t, "h", Contraction("nj", (o, tanh_of(c)), {})))
    walk.write_states()


def _write_gate(walk: Unrolled, letter: str, place: int, t: int) -> None:
    """Write a gate of step t: a function of its columns of the weighted sums."""
    z = walk.part("z", t)
    columns = f"{z.code}[:, {place * walk.units}:{(place + 1) * walk.units}]"
    symbol_of = f"{z.symbol}<sub>{letter}</sub>"
    symbol, function = ("tanh", "np.tanh") if letter == "g" else ("σ", "sigmoid")
    walk.write(letter, t, f"{function}({columns})", words=_gate_words(letter, t),
               formula=f"{symbol}({symbol_of})",
               opening=Contraction("nj", (Part(symbol_of, columns, "nj"),), {}, (), 1.0, symbol,
                                   f"{function}(s)"))


def _gate_words(letter: str, t: int) -> Message:
    """Return what a gate is for."""
    if letter == "i":
        return say("microscope.time-input-gate", step=t + 1)
    if letter == "f":
        return say("microscope.time-forget-gate", step=t + 1)
    if letter == "g":
        return say("microscope.time-cell-candidate", step=t + 1)
    return say("microscope.time-output-gate", step=t + 1)


@explains("lstm_backward")
def lstm_backward(w: Writer) -> None:
    """Write the errors of state, cell, gates and arguments of every step, the last one first."""
    walk = Unrolled(w)
    recurrent = walk.weights("u", "jk")
    mark_borders(walk)
    for t in range(walk.steps - 1, -1, -1):
        later = walk.gradient("z", t + 1, "nk")
        write_state_gradient(
            walk, t, f"{later.code} @ {recurrent.code}.T",
            f"{later.symbol} {recurrent.symbol}<sup>T</sup>",
            f"{later.code} @ {recurrent.code}.reshape({walk.columns}, {walk.units})",
            Contraction("nj", (later, recurrent), COUNTED))
        _write_cell_gradient(walk, t)
        _write_gate_gradients(walk, t)
        sums = [(walk.gradient(letter, t), slope_of(walk, letter, t)) for letter in GATES]
        walk.write_side_by_side("z", t, sums, {"gate-derivative-forgotten": [
            (error,) for error, _ in sums]}, say("microscope.time-arguments-gradient", step=t + 1))
    walk.write_errors("z")
    walk.write_features_gradient("z")


def _write_cell_gradient(walk: Unrolled, t: int) -> None:
    """Write dL/dc of step t: what comes through the state, and along the cell."""
    dh, o, c = walk.gradient("h", t), walk.part("o", t), walk.part("c", t)
    slope = Part(f"tanh{PRIME}({c.symbol})", f"1 - np.tanh({c.code})**2", "nj")
    own = walk.counted(t, f"{dh.code} * {o.code} * ({slope.code})")
    formula = f"{dh.symbol} ⊙ {o.symbol} ⊙ {slope.symbol}"
    unsloped = walk.counted(t, f"{dh.code} * {o.code}")
    opening: Opening = walk.counted_opening(t, Contraction("nj", (dh, o, slope), {}))
    if t == walk.steps - 1 or not goes_back(walk, t + 1):
        walk.write_gradient("c", t, own, formula=formula, opening=opening,
                            words=say("microscope.time-cell-gradient-last", step=t + 1),
                            mistakes={"derivative-forgotten": unsloped})
        return
    f, later = walk.part("f", t + 1), walk.gradient("c", t + 1)
    along = _along(walk, t + 1, f"{later.code} * {f.code}")
    walk.write_gradient(
        "c", t, f"{own} + {along}", words=say("microscope.time-cell-gradient", step=t + 1),
        formula=f"{formula} + {later.symbol} ⊙ {f.symbol}",
        opening=Contraction("nj", (), {}, also=(opening, _along_opening(walk, t + 1, later, f))),
        mistakes={"forget-gate-forgotten": f"{own} + {_along(walk, t + 1, later.code)}",
                  "cell-path-forgotten": own,
                  "derivative-forgotten": f"{unsloped} + {along}"})


def _along(walk: Unrolled, t: int, code: str) -> str:
    """Return what step t hands back along the cell: all of it where the step does not count."""
    handed = cut(walk, t, code)
    return f"np.where({walk.counts(t)}, {handed}, {walk.name('dc', t)})" if walk.mask else handed


def _along_opening(walk: Unrolled, t: int, later: Part, forget: Part) -> Opening:
    """Return what opens a number of it."""
    met = cut_opening(walk, t, Contraction("nj", (later, forget), {}), NOTHING)
    return Where(walk.counts(t), met, Contraction("nj", (later,), {})) if walk.mask else met


def _write_gate_gradients(walk: Unrolled, t: int) -> None:
    """Write the gradients of the four gates of step t: each is a factor of cell or state."""
    dh, dc = walk.gradient("h", t), walk.gradient("c", t)
    i, g = walk.part("i", t), walk.part("g", t)
    before, cell = walk.part("c", t - 1), walk.part("c", t)
    others = {"o": (dh, tanh_of(cell)), "i": (dc, g), "f": (dc, before), "g": (dc, i)}
    for letter, (error, other) in others.items():
        wrong = walk.counted(t, f"{error.code} * {cell.code}")
        walk.write_gradient(
            letter, t, walk.counted(t, f"{error.code} * {other.code}"),
            words=say("microscope.time-gate-gradient", step=t + 1, gate=letter),
            formula=f"{error.symbol} ⊙ {other.symbol}",
            mistakes={"cell-of-the-wrong-step": wrong} if letter == "f" else {},
            opening=walk.counted_opening(t, Contraction("nj", (error, other), {})))
