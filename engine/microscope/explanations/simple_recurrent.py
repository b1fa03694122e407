"""The simple recurrent layer: one state, handed from step to step."""

from __future__ import annotations

from engine.messages import say
from engine.microscope.explanations.activations import FUNCTIONS
from engine.microscope.explanations.arriving import mark_borders, write_state_gradient
from engine.microscope.explanations.unrolled import COUNTED, Unrolled
from engine.microscope.names import PRIME
from engine.microscope.number import Contraction, Part
from engine.microscope.writer import Writer, explains


@explains("rnn_forward")
def rnn_forward(w: Writer) -> None:
    """Write z = x W + h' U + b and h = f(z), step by step."""
    walk = Unrolled(w)
    walk.begin_if_new("h", "start", say("microscope.time-start"))
    function = FUNCTIONS["relu" if w.size("is_relu") else "tanh"]
    for t in range(walk.steps):
        walk.write_weighted_sum(t)
        z = walk.part("z", t)
        new = function.value.format(z=z.code)
        opening = Contraction("nj", (z,), {}, (), 1.0, function.symbol,
                              function.value.format(z="s"))
        walk.write("h", t, walk.kept(t, "h", new), words=say("microscope.time-state", step=t + 1),
                   formula=f"{function.symbol}({z.symbol})",
                   opening=walk.kept_opening(t, "h", opening))
    walk.write_states()


@explains("rnn_backward")
def rnn_backward(w: Writer) -> None:
    """Write dL/dh and dL/dz of every step, the last one first, and what goes to the features."""
    walk = Unrolled(w)
    function = FUNCTIONS["relu" if w.size("is_relu") else "tanh"]
    recurrent = walk.weights("u", "jk")
    mark_borders(walk)
    for t in range(walk.steps - 1, -1, -1):
        later = walk.gradient("z", t + 1, "nk")
        write_state_gradient(
            walk, t, f"{later.code} @ {recurrent.code}.T",
            f"{later.symbol} {recurrent.symbol}<sup>T</sup>",
            f"{later.code} @ {recurrent.code}" if walk.units > 1 else "",
            Contraction("nj", (later, recurrent), COUNTED))
        dh, z, h = walk.gradient("h", t), walk.part("z", t), walk.part("h", t)
        slope = function.slope.format(z=z.code, a=h.code)
        at_value = function.slope.format(z=h.code, a=z.code)
        mistakes = {"derivative-forgotten": walk.counted(t, f"{dh.code} * 1.0")}
        if function is FUNCTIONS["tanh"]:
            mistakes["derivative-at-value"] = walk.counted(t, f"{dh.code} * ({at_value})")
        symbol = f"{function.symbol}{PRIME}({z.symbol})"
        walk.write_gradient(
            "z", t, walk.counted(t, f"{dh.code} * ({slope})"),
            words=say("microscope.time-argument-gradient", step=t + 1),
            formula=f"{dh.symbol} ⊙ {symbol}", mistakes=mistakes,
            opening=walk.counted_opening(t, Contraction("nj", (dh, Part(symbol, slope, "nj")), {})))
    walk.write_errors("z")
    walk.write_features_gradient("z")
