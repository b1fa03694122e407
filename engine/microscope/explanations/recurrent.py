"""What all recurrent layers share: where they begin, their last state, what their weights learn."""

from __future__ import annotations

from engine.messages import say
from engine.microscope.choices import OneOfMany
from engine.microscope.explanations.unrolled import Unrolled
from engine.microscope.number import Contraction, Part
from engine.microscope.writer import Writer, explains, says_nothing

# The program multiplies with the weights as they are.
says_nothing("stack_weights", "stack_transposed")

SUMMED = {"n": "example", "t": "step"}
"""What the gradient of a weight is summed over."""


@explains("take_up_state")
def take_up_state(w: Writer) -> None:
    """Write what stands before the first step: what the batch before left, or 0."""
    walk = Unrolled(w)
    assert w.layer is not None
    is_cell = walk.forward.line.slots.get("start_c", -1) == w.size("start")
    letter, what = ("c", "cells") if is_cell else ("h", "state")
    found = w.subject.carried.get(f"{w.layer.spec.id}/{what}")
    if found is None or len(found) != w.n:
        words = say("microscope.time-start-cell") if is_cell else say("microscope.time-start")
        walk.begin(letter, "start", words)
        return
    words = say("microscope.time-taken-up-cell") if is_cell else say("microscope.time-taken-up")
    walk.begin(letter, "start", words, w.give(f"{letter}{w.number}_kept", found),
               "the last one of the batch before")


@explains("keep_state", "keep_cells")
def keep(w: Writer) -> None:
    """Write what the next batch begins with."""
    walk = Unrolled(w)
    is_cell = w.line.op == "keep_cells"
    letter = "c" if is_cell else "h"
    last, start = walk.part(letter, walk.steps - 1), walk.symbol(letter, -1)
    name = f"{letter}{w.number}_kept"
    w.emit(name, f"{name} = {last.code}", symbol=start, shape=(walk.units,), slot="kept",
           words=say("microscope.time-kept-cell") if is_cell else say("microscope.time-kept"),
           formula=f"{start} of the next batch ← {last.symbol}",
           opening=Contraction("nj", (last,), {}))


@explains("last_state")
def last_state(w: Writer) -> None:
    """Write a = h of the last step."""
    walk = Unrolled(w)
    last = walk.part("h", walk.steps - 1)
    w.write("y", last.code, words=say("microscope.time-last-state"), formula=last.symbol,
            shape=(walk.units,), step=walk.steps - 1, opening=Contraction("nj", (last,), {}))


@explains("last_state_backward")
def last_state_backward(w: Writer) -> None:
    """Let what is asked of the last state stand for what is asked of all: nothing of the others."""
    w.call("dh", w.variable("dy"))


@explains("recurrent_backward_weights")
def recurrent_backward_weights(w: Writer) -> None:
    """Write dL/dU, dL/dW and dL/db: sums over all steps of what each of them gives."""
    walk = Unrolled(w)
    split = walk.forward.line.op == "gru_forward"
    inputs, states = (_errors(walk, letter) for letter in (("wx", "uh") if split else ("z", "z")))
    _write_before(walk)
    before = Part(walk.symbol("h", "t−1"), f"before{w.number}", "ntj")
    features = Part(walk.features_symbol("t"), walk.x, "nti")
    _write_product(walk, "du", before, states, walk.units,
                   {"state-of-the-wrong-step": Part("", f"h{w.number}", "ntj")})
    _write_product(walk, "dw", features, inputs, walk.features, {})
    _write_sum(walk, "db", inputs, walk.columns)
    candidate = f"{states.code}[:, :, {walk.columns - walk.units}:]"
    _write_sum(walk, "dc", Part(f"{states.symbol}<sub>n</sub>", candidate, "ntk"), walk.units)


def _errors(walk: Unrolled, letter: str) -> Part:
    return Part(walk.gradient_symbol(letter, "t"), f"d{letter}{walk.number}", "ntk")


def _write_before(walk: Unrolled) -> None:
    """Write the array of the states before each step."""
    name, symbol = f"before{walk.number}", walk.symbol("h", "t−1")
    names = [walk.name("h", t - 1) for t in range(walk.steps)]
    walk.w.emit(name, f"{name} = np.stack([{', '.join(names)}], axis=1)",
                words=say("microscope.time-before"), formula=f"{symbol} of all steps",
                symbol=symbol, shape=(walk.steps, walk.units),
                opening=OneOfMany(tuple(names), tuple(
                    walk.symbol("h", t - 1) for t in range(walk.steps))))


def _write_product(walk: Unrolled, slot: str, came_in: Part, errors: Part, rows: int,
                   instead: dict[str, Part]) -> None:
    """Write the gradient of a matrix; ``instead`` has wrong arrays in the place of what came in."""
    def code(array: str) -> str:
        # What is read with another shape needs but one.
        array = array.partition(".reshape(")[0]
        return f"{array}.reshape(-1, {rows}).T @ {errors.code}.reshape(-1, {walk.columns})"

    mistakes = {key: code(part.code) for key, part in instead.items()}
    if walk.steps > 1:
        mistakes |= {"only-last-step": f"{came_in.code}[:, -1].T @ {errors.code}[:, -1]",
                     "steps-averaged": f"{code(came_in.code)} / {walk.steps}"}
    words = say("microscope.time-recurrent-gradient") if slot == "du" else \
        say("microscope.time-weights-gradient")
    walk.w.write(slot, code(came_in.code), words=words,
                 formula=f"Σ<sub>t</sub> {came_in.symbol}<sup>T</sup> {errors.symbol}",
                 shape=(rows, walk.columns), mistakes=mistakes,
                 opening=Contraction(f"{came_in.axes[-1]}k", (errors, came_in), SUMMED))


def _write_sum(walk: Unrolled, slot: str, errors: Part, width: int) -> None:
    """Write the gradient of biases, where the layer has them."""
    if not walk.w.has(slot):
        return
    code = f"{errors.code}.sum(axis=(0, 1))"
    mistakes = {"only-last-step": f"{errors.code}[:, -1].sum(axis=0)",
                "steps-averaged": f"{code} / {walk.steps}"} if walk.steps > 1 else {}
    walk.w.write(slot, code, words=say("microscope.time-biases-gradient"),
                 formula=f"Σ<sub>t</sub> {errors.symbol}, over the batch", shape=(width,),
                 mistakes=mistakes,
                 opening=Contraction("k", (errors,), SUMMED))
