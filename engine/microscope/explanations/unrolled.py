"""A recurrent layer unrolled in time: what the program calls its numbers, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.messages import Message, say
from engine.microscope.choices import OneOfMany, SideBySide, Where
from engine.microscope.names import Variable, gradient_symbol, parameter_name, parameter_symbol
from engine.microscope.number import Contraction, Opening, Part
from engine.microscope.writer import Writer

FORWARD = ("rnn_forward", "lstm_forward", "gru_forward")
BACKWARD = ("rnn_backward", "lstm_backward", "gru_backward")

SPELT = {"wx": "(xW)", "uh": "(hU)"}
"""What names stand for in mathematics, where it is no letter."""

COUNTED = {"i": "input", "j": "unit", "k": "sum"}
"""What the axes of weights count."""

NOTHING = Contraction("nj", (), {})
"""Opens a number that is 0."""


def tanh_of(part: Part) -> Part:
    """Return tanh of a number as a factor."""
    return Part(f"tanh({part.symbol})", f"np.tanh({part.code})", part.axes)


def slope_of(walk: Unrolled, gate: str, t: int) -> Part:
    """Return the slope of a gate's function in step t as a factor: g and n are tanh."""
    value = walk.part(gate, t)
    if gate in "gn":
        return Part(f"(1 − {value.symbol}²)", f"(1 - {value.code}**2)", "nj")
    return Part(f"{value.symbol} ⊙ (1 − {value.symbol})", f"{value.code} * (1 - {value.code})",
                "nj")


def at_step(t: int | str) -> str:
    """Return the mark of a step in mathematics, which counts from 1; -1 is before the first."""
    step = t if isinstance(t, str) else "start" if t < 0 else t + 1
    return f"<sup>({step})</sup>"


class Unrolled:
    """What the lines of one recurrent layer read and write.

    Parameters
    ----------
    w : Writer
        Of any line of the layer.

    Attributes
    ----------
    w, forward : Writer
        That line, and the layer's walk forward.
    number, steps, units, features, columns : int
        The layer's number and sizes; columns of its weights.
    x : str
        NumPy for what it reads, (n, steps, features).
    mask : str
        NumPy for which steps count, (n, steps); empty where all do.
    truncation : int
        After so many steps the way back stops; 0: never.
    """

    def __init__(self, w: Writer) -> None:
        assert w.layer is not None
        self.w, self.number, self.forward = w, w.number, w.of_layer(*FORWARD)
        self.steps, self.units, self.features = (
            self.forward.size(slot) for slot in ("steps", "units", "features"))
        self.columns = w.layer.parameters["w"].shape[1]
        self.has_bias = "b" in w.layer.parameters
        self.x = self.forward.value("x", self.steps, self.features)
        self.mask = self.forward.value("mask", self.steps) if self.forward.has("mask") else ""
        backward = [line for line in w.subject.lines
                    if line.layer == w.line.layer and line.op in BACKWARD]
        self.truncation = int(backward[0].slots["truncation"]) if backward else 0

    def name(self, letter: str, t: int) -> str:
        """Return what a number of step t is called; -1 is what stands before the first."""
        return f"{letter}{self.number}_{t if t >= 0 else 'start'}"

    def symbol(self, letter: str, t: int | str) -> str:
        """Return the same in mathematics, which counts from 1; ``t`` may be text, for any step."""
        return f"{SPELT.get(letter, letter)}<sub>{self.number}</sub>{at_step(t)}"

    def part(self, letter: str, t: int, axes: str = "nj") -> Part:
        """Return a number of step t as a factor."""
        return Part(self.symbol(letter, t), self.name(letter, t), axes)

    def gradient_symbol(self, letter: str, t: int | str) -> str:
        """Return the gradient of a number of step t in mathematics."""
        return gradient_symbol(self.symbol(letter, t))

    def gradient(self, letter: str, t: int, axes: str = "nj") -> Part:
        """Return the gradient of a number of step t as a factor."""
        return Part(self.gradient_symbol(letter, t), self.name(f"d{letter}", t), axes)

    def features_symbol(self, t: int | str) -> str:
        """Return the features of step t in mathematics."""
        return f"{self.forward.symbol('x')}{at_step(t)}"

    def features_at(self, t: int) -> Part:
        """Return the features of step t as a factor."""
        return Part(self.features_symbol(t), f"{self.x}[:, {t}]", "ni")

    def weights(self, key: str, axes: str) -> Part:
        """Return a parameter as a factor."""
        return Part(parameter_symbol(key, self.number), parameter_name(key, self.number), axes)

    def counts(self, t: int) -> str:
        """Return which examples have a step t that counts, bool[n, 1]."""
        return f"{self.mask}[:, {t}:{t + 1}] > 0"

    def kept(self, t: int, letter: str, code: str) -> str:
        """Return a new number of step t; what it was before where the step does not count."""
        return f"np.where({self.counts(t)}, {code}, {self.name(letter, t - 1)})" if self.mask \
            else code

    def kept_opening(self, t: int, letter: str, opening: Opening) -> Opening:
        """Return what opens such a number."""
        return Where(self.counts(t), opening, Contraction("nj", (self.part(letter, t - 1),), {})) \
            if self.mask else opening

    def counted(self, t: int, code: str) -> str:
        """Return a gradient of step t; 0 where the step does not count."""
        return f"np.where({self.counts(t)}, {code}, 0)" if self.mask else code

    def counted_opening(self, t: int, opening: Opening) -> Opening:
        """Return what opens such a number."""
        return Where(self.counts(t), opening, NOTHING) if self.mask else opening

    def write(self, letter: str, t: int, code: str, *, words: Message, formula: str,
              width: int = 0, opening: Opening | None = None, place: int = -1) -> None:
        """Write a number of step t."""
        name, symbol = self.name(letter, t), self.symbol(letter, t)
        self.w.emit(name, f"{name} = {code}", words=words, formula=f"{symbol} = {formula}",
                    symbol=symbol, shape=(width or self.units,), step=t, opening=opening,
                    place=place)

    def write_gradient(self, letter: str, t: int, code: str, *, words: Message, formula: str,
                       width: int = 0, opening: Opening | None = None,
                       mistakes: Mapping[str, str] | None = None) -> None:
        """Write the gradient of a number of step t."""
        name, symbol = self.name(f"d{letter}", t), self.gradient_symbol(letter, t)
        self.w.emit(name, f"{name} = {code}", words=words, formula=f"{symbol} = {formula}",
                    symbol=symbol, shape=(width or self.units,), step=t, opening=opening,
                    of=self.name(letter, t),
                    mistakes={key: f"{name} = {wrong}" for key, wrong in (mistakes or {}).items()})

    def write_side_by_side(self, letter: str, t: int, columns: Sequence[tuple[Part, ...]],
                           wrong: Mapping[str, Sequence[tuple[Part, ...]]], words: Message
                           ) -> None:
        """Write the gradient of what stands under all gates: for each of them a product.

        ``wrong`` has other products by the mistake that they are.
        """
        def code(products: Sequence[tuple[Part, ...]]) -> str:
            return "np.hstack([" + ", ".join(
                " * ".join(part.code for part in product) for product in products) + "])"

        self.write_gradient(
            letter, t, code(columns), words=words, width=self.columns,
            formula=", ".join(" ⊙ ".join(part.symbol for part in product) for product in columns),
            opening=SideBySide(tuple(Contraction("nj", product, {}) for product in columns),
                               self.units),
            mistakes={key: code(products) for key, products in wrong.items()})

    def begin(self, letter: str, slot: str, words: Message, code: str = "",
              formula: str = "0") -> None:
        """Write what stands before the first step: 0, or what is given."""
        name, symbol = self.name(letter, -1), self.symbol(letter, -1)
        self.w.call(slot, Variable(name, symbol, (self.units,), per_example=True))
        self.w.emit(name, f"{name} = {code or f'np.zeros((n, {self.units}))'}", words=words,
                    formula=f"{symbol} = {formula}", symbol=symbol, shape=(self.units,), slot=slot)

    def begin_if_new(self, letter: str, slot: str, words: Message) -> None:
        """Write that a layer begins with 0 that takes up nothing from the batch before."""
        if not self.w.is_known(slot):
            self.begin(letter, slot, words)

    def write_weighted_sum(self, t: int) -> None:
        """Write the arguments of all functions in step t."""
        x, h = self.features_at(t), self.part("h", t - 1)
        weights, recurrent = self.weights("w", "ik"), self.weights("u", "jk")
        bias = (self.weights("b", "k"),) if self.has_bias else ()
        plus = [f" + {one}" for part in bias for one in (part.code, part.symbol)] or ["", ""]
        self.write("z", t, f"{x.code} @ {weights.code} + {h.code} @ {recurrent.code}{plus[0]}",
                   words=say("microscope.time-weighted-sum", step=t + 1) if bias else
                   say("microscope.time-weighted-sum-only", step=t + 1), width=self.columns,
                   formula=f"{x.symbol} {weights.symbol} + {h.symbol} {recurrent.symbol}{plus[1]}",
                   opening=Contraction("nk", (x, weights), COUNTED, bias, also=(
                       Contraction("nk", (h, recurrent), COUNTED),)))

    def write_states(self) -> None:
        """Write the array of all states."""
        names = [self.name("h", t) for t in range(self.steps)]
        self.w.write("h", f"np.stack([{', '.join(names)}], axis=1)",
                     words=say("microscope.time-states"),
                     formula=f"{self.symbol('h', 't')} of all steps",
                     shape=(self.steps, self.units),
                     opening=OneOfMany(tuple(names), tuple(
                         self.symbol("h", t) for t in range(self.steps))))

    def write_errors(self, letter: str) -> None:
        """Write the array of the gradients of all steps that weights learn from."""
        names = [self.name(f"d{letter}", t) for t in range(self.steps)]
        name, symbol = f"d{letter}{self.number}", self.gradient_symbol(letter, "t")
        self.w.emit(name, f"{name} = np.stack([{', '.join(names)}], axis=1)",
                    words=say("microscope.time-errors"), formula=f"{symbol} of all steps",
                    symbol=symbol, shape=(self.steps, self.columns),
                    opening=OneOfMany(tuple(names), tuple(
                        self.gradient_symbol(letter, t) for t in range(self.steps))))

    def write_features_gradient(self, letter: str) -> None:
        """Write what goes back to the features of all steps, where a layer below asks for it."""
        if not self.w.has("dx"):
            return
        errors, weights = f"d{letter}{self.number}", self.weights("w", "ik")
        symbol = self.gradient_symbol(letter, "t")
        self.w.target("dx", f"dx{self.number}", f"∂L/∂x<sub>{self.number}</sub>", self.steps,
                      self.features)
        self.w.write("dx", f"{errors} @ {weights.code}.T",
                     words=say("microscope.time-input-gradient"),
                     formula=f"{symbol} {weights.symbol}<sup>T</sup> for every t",
                     shape=(self.steps, self.features),
                     opening=Contraction("nti", (Part(symbol, errors, "ntk"), weights),
                                         {"k": "sum"}),
                     mistakes={"weights-not-transposed":
                               f"{errors} @ {weights.code}.reshape({self.columns}, -1)"}
                     if self.features * self.columns > 1 else {})
