"""The GRU: one gate mixes the old state with a new one, the other weighs what the new one sees."""

from __future__ import annotations

from engine.messages import say
from engine.microscope.explanations.arriving import mark_borders, write_state_gradient
from engine.microscope.explanations.unrolled import COUNTED, Unrolled, slope_of
from engine.microscope.number import Contraction, Part
from engine.microscope.writer import Writer, explains

GATES = "rzn"
"""In the order of their columns: reset, update, candidate."""


@explains("gru_forward")
def gru_forward(w: Writer) -> None:
    """Write r, z, the candidate n and h = (1 - z) n + z h', step by step."""
    walk = Unrolled(w)
    walk.begin_if_new("h", "start", say("microscope.time-start"))
    for t in range(walk.steps):
        _write_products(walk, t)
        _write_gate(walk, "r", t)
        _write_gate(walk, "z", t)
        _write_candidate(walk, t)
        z, new, before = walk.part("z", t), walk.part("n", t), walk.part("h", t - 1)
        kept = Part(f"(1 − {z.symbol})", f"1 - {z.code}", "nj")
        code = f"({kept.code}) * {new.code} + {z.code} * {before.code}"
        walk.write("h", t, walk.kept(t, "h", code), words=say("microscope.time-mixed", step=t + 1),
                   formula=f"{kept.symbol} ⊙ {new.symbol} + {z.symbol} ⊙ {before.symbol}",
                   opening=walk.kept_opening(t, "h", Contraction(
                       "nj", (kept, new), {}, also=(Contraction("nj", (z, before), {}),))))
    walk.write_states()


def _write_products(walk: Unrolled, t: int) -> None:
    """Write what the features of step t bring to gates and candidate, and what the state brings."""
    x, weights = walk.features_at(t), walk.weights("w", "ik")
    bias = (walk.weights("b", "k"),) if walk.has_bias else ()
    plus = [f" + {one}" for part in bias for one in (part.code, part.symbol)] or ["", ""]
    walk.write("wx", t, f"{x.code} @ {weights.code}{plus[0]}", width=walk.columns,
               words=say("microscope.time-features-sum", step=t + 1),
               formula=f"{x.symbol} {weights.symbol}{plus[1]}",
               opening=Contraction("nk", (x, weights), COUNTED, bias))
    h, recurrent = walk.part("h", t - 1), walk.weights("u", "jk")
    walk.write("uh", t, f"{h.code} @ {recurrent.code}", width=walk.columns,
               words=say("microscope.time-state-sum", step=t + 1),
               formula=f"{h.symbol} {recurrent.symbol}",
               opening=Contraction("nk", (h, recurrent), COUNTED))


def _columns(walk: Unrolled, letter: str, gate: str, t: int) -> Part:
    """Return a gate's columns of the sums of step t as a factor."""
    begin = GATES.index(gate) * walk.units
    symbol = walk.gradient_symbol(letter[1:], t) if letter[0] == "d" else walk.symbol(letter, t)
    return Part(f"{symbol}<sub>{gate}</sub>",
                f"{walk.name(letter, t)}[:, {begin}:{begin + walk.units}]", "nj")


def _write_gate(walk: Unrolled, gate: str, t: int) -> None:
    """Write the reset or the update gate of step t."""
    sums = tuple(_columns(walk, letter, gate, t) for letter in ("wx", "uh"))
    walk.write(gate, t, f"sigmoid({sums[0].code} + {sums[1].code})",
               words=say("microscope.time-reset-gate", step=t + 1) if gate == "r" else
               say("microscope.time-update-gate", step=t + 1),
               formula=f"σ({sums[0].symbol} + {sums[1].symbol})",
               opening=Contraction("nj", (), {}, sums, 1.0, "σ", "sigmoid(s)"))


def _write_candidate(walk: Unrolled, t: int) -> None:
    """Write what the state would become without the update gate."""
    x, h, r = _columns(walk, "wx", "n", t), _columns(walk, "uh", "n", t), walk.part("r", t)
    inside, symbol = _weighed(walk, t)
    bias = (Contraction("nj", (r, walk.weights("c", "j")), {}),) if walk.has_bias else ()
    walk.write("n", t, f"np.tanh({x.code} + {r.code} * {inside})",
               words=say("microscope.time-candidate", step=t + 1),
               formula=f"tanh({x.symbol} + {r.symbol} ⊙ {symbol})",
               opening=Contraction("nj", (), {}, (x,), 1.0, "tanh", "np.tanh(s)",
                                   (Contraction("nj", (r, h), {}), *bias)))


def _weighed(walk: Unrolled, t: int) -> tuple[str, str]:
    """Return what the reset gate of step t is multiplied with, in NumPy and in mathematics."""
    h, c = _columns(walk, "uh", "n", t), walk.weights("c", "j")
    return (f"({h.code} + {c.code})", f"({h.symbol} + {c.symbol})") if walk.has_bias else \
        (h.code, h.symbol)


@explains("gru_backward")
def gru_backward(w: Writer) -> None:
    """Write the errors of state and gates of every step, the last one first."""
    walk = Unrolled(w)
    recurrent = walk.weights("u", "jk")
    mark_borders(walk)
    for t in range(walk.steps - 1, -1, -1):
        later = walk.gradient("uh", t + 1, "nk")
        dh, z = walk.gradient("h", t + 1), walk.part("z", t + 1)
        direct = f"{dh.code} * {z.code}"
        write_state_gradient(
            walk, t, f"{direct} + {later.code} @ {recurrent.code}.T",
            f"{dh.symbol} ⊙ {z.symbol} + {later.symbol} {recurrent.symbol}<sup>T</sup>",
            f"{direct} + {later.code} @ {recurrent.code}.reshape({walk.columns}, {walk.units})",
            Contraction("nj", (later, recurrent), COUNTED,
                        also=(Contraction("nj", (dh, z), {}),)),
            {"update-gate-forgotten": f"{dh.code} + {later.code} @ {recurrent.code}.T",
             "direct-path-forgotten": f"{later.code} @ {recurrent.code}.T"})
        _write_gate_gradients(walk, t)
        _write_product_gradients(walk, t)
    walk.write_errors("wx")
    walk.write_errors("uh")
    walk.write_features_gradient("wx")


def _write_gate_gradients(walk: Unrolled, t: int) -> None:
    """Write the gradients of candidate, update gate and reset gate of step t."""
    dh, dn = walk.gradient("h", t), walk.gradient("n", t)
    z, new, before = walk.part("z", t), walk.part("n", t), walk.part("h", t - 1)
    rest = Part(f"(1 − {z.symbol})", f"(1 - {z.code})", "nj")
    change = Part(f"({before.symbol} − {new.symbol})", f"({before.code} - {new.code})", "nj")
    inside, symbol = _weighed(walk, t)
    slope, weighed = slope_of(walk, "n", t), Part(symbol, inside, "nj")
    _write_product(walk, "n", t, (dh, rest), {"update-gate-forgotten": (dh,)})
    _write_product(walk, "z", t, (dh, change), {"candidate-forgotten": (dh, before)})
    _write_product(walk, "r", t, (dn, slope, weighed), {"derivative-forgotten": (dn, weighed)})


def _write_product(walk: Unrolled, gate: str, t: int, factors: tuple[Part, ...],
                   wrong: dict[str, tuple[Part, ...]]) -> None:
    """Write the gradient of a gate; ``wrong`` has other factors by the mistake that they are."""
    def product(parts: tuple[Part, ...]) -> str:
        return walk.counted(t, " * ".join(part.code for part in parts))

    walk.write_gradient(
        gate, t, product(factors),
        words=say("microscope.time-gate-gradient", step=t + 1, gate=gate),
        formula=" ⊙ ".join(part.symbol for part in factors),
        opening=walk.counted_opening(t, Contraction("nj", factors, {})),
        mistakes={key: product(parts) for key, parts in wrong.items()})


def _write_product_gradients(walk: Unrolled, t: int) -> None:
    """Write the gradients of what features and state bring: they differ by the reset gate."""
    sums = [(walk.gradient(gate, t), slope_of(walk, gate, t)) for gate in GATES]
    walk.write_side_by_side("wx", t, sums, {"gate-derivative-forgotten": [
        (error,) for error, _ in sums]}, say("microscope.time-arguments-gradient", step=t + 1))
    # As they stand in what the features have; the candidate's alone pass the reset gate.
    same = [(_columns(walk, "dwx", gate, t),) for gate in GATES]
    walk.write_side_by_side("uh", t, [*same[:2], (*same[2], walk.part("r", t))],
                            {"reset-gate-forgotten": same},
                            say("microscope.time-state-sum-gradient", step=t + 1))
