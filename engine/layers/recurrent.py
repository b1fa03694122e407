"""Recurrent layers: they read a sequence step by step and carry a state along."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from engine.layers.dense import lower_product, lower_product_backward
from engine.layers.fields import Choice, Field
from engine.layers.images import check_rank
from engine.layers.initialisers import INITIALISER_CHOICES, INITIALISERS, Initialiser
from engine.layers.kind import LayerKind, Lowering, Options, Parameter, Shape, Value
from engine.layers.weighted import BIAS_FIELDS, INITIAL_FIELDS

UNITS = Field("units", "Units", 16, "Number of units, the width of the state.", 1, 4096,
              logarithmic=True)

OUTPUT = Field("output", "Output", "last", "What the layer gives.", choices=(
    Choice("last", "Last state", "The state after the last step: one row of numbers."),
    Choice("sequence", "Every state", "The state after every step: a sequence as long as the "
                                      "input, for another recurrent layer or a dense one.")))

RECURRENT_FIELDS = (
    Field("recurrent_weights", "Recurrent weights", "orthogonal",
          "How the weights from state to state are drawn at first; an orthogonal matrix keeps the "
          "length of what it multiplies.", choices=INITIALISER_CHOICES),
    Field("recurrent_spread", "Recurrent spread", 0.5,
          "Standard deviation of normal, limit of uniform recurrent weights.", 0.0, 100.0,
          logarithmic=True,
          shown_when=("recurrent_weights",
                      tuple(i.key for i in INITIALISERS.values() if i.has_spread))),
)

TIME_FIELDS = (
    Field("carried", "Carry state over", False,
          "The state at the end of a batch is where the next batch starts, so that training sees "
          "one long sequence in pieces. Examples then keep their order, whatever Shuffle says, and "
          "every epoch starts from 0."),
    Field("truncation", "Truncate after", 0,
          "Backpropagation through time stops at the border of every block of so many steps; 0 "
          "goes back through the whole sequence.", 0, 10000, unit="steps"),
)


@dataclass(frozen=True)
class Walk:
    """Where the ops of one recurrent layer find their numbers.

    Attributes
    ----------
    z : Value
        Pre-activations of the gates, (steps, gates x units).
    states : Value
        State after every step, (steps, units).
    start : int
        Offset of the state before the first step.
    u : Value
        Recurrent weights.
    ut : int
        Room for them transposed.
    sizes : dict[str, int]
        Slots that all of these ops have: units, steps, mask.
    """

    z: Value
    states: Value
    start: int
    u: Value
    ut: int
    sizes: dict[str, int]


class Recurrent(LayerKind):
    """What all recurrent layers share; a subclass says what happens in a step.

    Attributes
    ----------
    gates : int
        Weighted sums that each unit needs for one step.
    """

    icon = "repeat"
    width_option = "units"
    group = "Sequence"
    gates: int

    def infer_shape(self, options: Options, inputs: tuple[Shape, ...]) -> Shape:
        """Return ``(units,)``, or ``(steps, units)`` when every state is given."""
        (shape,) = inputs
        check_rank(self.title, shape, 2)
        units = int(options["units"])
        return (shape[0], units) if options["output"] == "sequence" else (units,)

    def parameters(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[Parameter, ...]:
        """Return ``w`` (features, gates x units), ``u`` (units, gates x units), biases ``b``."""
        features, units = inputs[0][-1], int(options["units"])
        fresh = INITIALISERS[str(options["weights"])]
        kept = INITIALISERS[str(options["recurrent_weights"])]
        w = Parameter("w", (features, self.gates * units), partial(
            _drawn, fresh, self.gates, features, units, float(options["spread"])))
        u = Parameter("u", (units, self.gates * units), partial(
            _drawn, kept, self.gates, units, units, float(options["recurrent_spread"])))
        if not options["bias"]:
            return w, u
        start = float(options["initial_bias"]) if fresh.bias is None else fresh.bias
        biases = np.repeat(self.gate_biases(options, start), units)
        return w, u, Parameter("b", biases.shape, partial(_given, biases), False)

    def gate_biases(self, options: Options, start: float) -> list[float]:
        """Return where the biases of every gate start."""
        return [start] * self.gates

    def carries(self, options: Options) -> bool:
        """Say whether the option to carry the state over is on."""
        return bool(options["carried"])

    def label(self, options: Options) -> str:
        """Return for example ``LSTM 16``."""
        return f"{self.title} {options['units']}"

    def activation(self, options: Options) -> str:
        """Return the key of the function that bounds the state."""
        return "tanh"

    def lower(self, options: Options, plan: Lowering) -> None:
        """Lower to one product for all steps, a walk through time, and both of them back."""
        (x,) = plan.inputs
        steps, units = x.shape[0], int(options["units"])
        z, states = plan.value((steps, self.gates * units)), plan.value((steps, units))
        w, u = plan.parameter("w"), plan.parameter("u")
        b = plan.parameter("b") if options["bias"] else None
        walk = Walk(z, states, self.start(options, plan, states), u, plan.scratch(u.size),
                    {"units": units, "steps": steps, "mask": x.mask})
        lower_product(plan, z, w, b)
        result = states
        if options["output"] == "last":
            result = plan.value((units,))
            plan.backward("last_state_backward", units, dh=states.gradient, dy=result.gradient,
                          units=units, steps=steps)
        plan.backward("transpose", y=walk.ut, x=u.data, i=units, o=u.shape[1])
        self.lower_walk(options, plan, walk)
        if options["output"] == "last":
            plan.forward("last_state", units, y=result.data, h=states.data, units=units,
                         steps=steps)
        lower_product_backward(plan, z, w, b)
        plan.states(states)
        plan.result(result)

    @abstractmethod
    def lower_walk(self, options: Options, plan: Lowering, walk: Walk) -> None:
        """Append the walk through time to both passes, up to the gradients of what it learns."""

    @staticmethod
    def start(options: Options, plan: Lowering, states: Value) -> int:
        """Return where the state before the first step stands: 0, or what was carried over."""
        steps, units = states.shape
        start = plan.value((units,)).data
        if options["carried"]:
            kept, count = plan.value((units,)).data, plan.scratch(1)
            plan.forward("take_up_state", units, start=start, kept=kept, count=count, units=units)
            plan.update("keep_state", kept=kept, count=count, h=states.data, units=units,
                        steps=steps)
        return start

    @staticmethod
    def work(walk: Walk) -> int:
        """Return the multiply-adds of the recurrent products of an example."""
        return walk.sizes["steps"] * walk.u.size

    def lower_weights(self, plan: Lowering, walk: Walk, dz: Value, db: int, column: int,
                      width: int) -> None:
        """Append the gradient of columns of the recurrent weights."""
        plan.backward(
            "recurrent_backward_weights", self.work(walk) * width // walk.u.shape[1],
            du=walk.u.gradient, db=db, dz=dz.gradient, h=walk.states.data, start=walk.start,
            units=walk.sizes["units"], steps=walk.sizes["steps"], columns=walk.u.shape[1],
            column=column, width=width, dz_columns=dz.shape[1])


class SimpleRNN(Recurrent):
    """h = f(x W + h' U + b), h' being the state before."""

    key = "rnn"
    title = "Simple RNN"
    help = ("Adds its own last state to every step's input: hₜ = f(xₜ W + hₜ₋₁ U + b) (Elman "
            "1990). On the way back through time, the gradient is multiplied by U at every step: "
            "it vanishes or explodes.")
    gates = 1
    fields = (
        UNITS, OUTPUT,
        Field("activation", "Activation", "tanh", "The function f behind the weighted sum.",
              choices=(Choice("tanh", "Tanh", "f(x) = tanh x keeps the state between -1 and 1."),
                       Choice("relu", "ReLU", "f(x) = max(0, x) lets the state grow."))),
        *INITIAL_FIELDS, *RECURRENT_FIELDS, *BIAS_FIELDS, *TIME_FIELDS,
    )

    def label(self, options: Options) -> str:
        """Return for example ``Simple RNN 16 · ReLU``."""
        return f"{super().label(options)} · {'ReLU' if _is_relu(options) else 'Tanh'}"

    def activation(self, options: Options) -> str:
        """Return the key of f."""
        return str(options["activation"])

    def lower_walk(self, options: Options, plan: Lowering, walk: Walk) -> None:
        """Lower to one op each way and the gradient of the recurrent weights."""
        relu = int(_is_relu(options))
        plan.forward("rnn_forward", self.work(walk), h=walk.states.data, z=walk.z.data,
                     start=walk.start, u=walk.u.data, is_relu=relu, **walk.sizes)
        plan.backward("rnn_backward", self.work(walk), dz=walk.z.gradient,
                      dh=walk.states.gradient, h=walk.states.data, ut=walk.ut,
                      truncation=int(options["truncation"]), is_relu=relu, **walk.sizes)
        self.lower_weights(plan, walk, walk.z, -1, 0, walk.u.shape[1])


class LSTM(Recurrent):
    """c = f c' + i g and h = o tanh c; a gate is the logistic function of a weighted sum."""

    key = "lstm"
    title = "LSTM"
    icon = "memory-stick"
    help = ("Keeps a cell that gates open and close: cₜ = f cₜ₋₁ + i g and hₜ = o tanh cₜ "
            "(Hochreiter and Schmidhuber 1997; forget gate f: Gers et al. 2000). Where f is near "
            "1, the gradient passes from cell to cell back through time almost unchanged.")
    gates = 4
    fields = (
        UNITS, OUTPUT, *INITIAL_FIELDS, *RECURRENT_FIELDS, *BIAS_FIELDS,
        Field("forget_bias", "Forget bias", 1.0,
              "Where the biases of the forget gate start. At first the cell keeps about the share "
              "σ(bias) of itself from one step to the next: 73 % for 1, the usual choice "
              "(Jozefowicz et al. 2015), and 99 % for 5.", -100.0, 100.0,
              shown_when=("bias", (True,))),
        *TIME_FIELDS,
    )

    def gate_biases(self, options: Options, start: float) -> list[float]:
        """Return where the biases of i, f, g and o start."""
        return [start, float(options["forget_bias"]), start, start]

    def lower_walk(self, options: Options, plan: Lowering, walk: Walk) -> None:
        """Lower to one op each way and the gradient of the recurrent weights."""
        cells = plan.value(walk.states.shape)
        start = self.start(options, plan, cells)
        plan.forward("lstm_forward", self.work(walk), h=walk.states.data, c=cells.data,
                     z=walk.z.data, start=walk.start, start_c=start, u=walk.u.data, **walk.sizes)
        plan.backward("lstm_backward", self.work(walk), dz=walk.z.gradient,
                      dh=walk.states.gradient, dc=cells.gradient, gates=walk.z.data, c=cells.data,
                      start_c=start, ut=walk.ut, truncation=int(options["truncation"]),
                      **walk.sizes)
        self.lower_weights(plan, walk, walk.z, -1, 0, walk.u.shape[1])


class GRU(Recurrent):
    """h = (1 - z) n + z h' with the candidate n = tanh(x W + b + r (h' U + c))."""

    key = "gru"
    title = "GRU"
    icon = "repeat-2"
    help = ("Mixes the old state with a new one: hₜ = (1 - z) n + z hₜ₋₁, where the candidate is "
            "n = tanh(xₜ W + b + r (hₜ₋₁ U + c)) (Cho et al. 2014). Gates like an LSTM's, but one "
            "fewer, and no cell beside the state.")
    gates = 3
    fields = (UNITS, OUTPUT, *INITIAL_FIELDS, *RECURRENT_FIELDS, *BIAS_FIELDS, *TIME_FIELDS)

    def parameters(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[Parameter, ...]:
        """Return what all recurrent layers have and, with a bias, ``c`` of the candidate."""
        found, units = super().parameters(options, inputs), int(options["units"])
        if not options["bias"]:
            return found
        return (*found, Parameter("c", (units,), partial(_given, np.zeros(units)), False))

    def lower_walk(self, options: Options, plan: Lowering, walk: Walk) -> None:
        """Lower to one op each way and the gradient of the recurrent weights, in two parts."""
        products = plan.value(walk.states.shape)
        units = walk.sizes["units"]
        c = plan.parameter("c") if options["bias"] else None
        plan.forward("gru_forward", self.work(walk), h=walk.states.data, q=products.data,
                     z=walk.z.data, start=walk.start, u=walk.u.data, c=c.data if c else -1,
                     **walk.sizes)
        plan.backward("gru_backward", self.work(walk), dz=walk.z.gradient, dq=products.gradient,
                      dh=walk.states.gradient, gates=walk.z.data, q=products.data,
                      h=walk.states.data, start=walk.start, ut=walk.ut,
                      truncation=int(options["truncation"]), **walk.sizes)
        self.lower_weights(plan, walk, walk.z, -1, 0, 2 * units)
        self.lower_weights(plan, walk, products, c.gradient if c else -1, 2 * units, units)


def _is_relu(options: Options) -> bool:
    return options["activation"] == "relu"


def _drawn(scheme: Initialiser, gates: int, fan_in: int, units: int, spread: float,
           rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the weights of all gates side by side, each drawn as a matrix of its own."""
    return np.hstack([scheme.draw(rng, fan_in, units, spread) for _ in range(gates)])


def _given(values: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    return values
