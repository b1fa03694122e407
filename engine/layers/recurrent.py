"""Recurrent layers: they read a sequence step by step and carry a state along."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from engine.layers.activations import ACTIVATIONS
from engine.layers.covariance import Crossing, Return, Signal, Surroundings, Unrest
from engine.layers.covariance import Reals as Moments
from engine.layers.export import Node
from engine.layers.images import check_rank
from engine.layers.initialisers import DRAWN_CHOICES, GATES, INITIALISERS, STATE
from engine.layers.kind import Lowering, Options, Parameter, Shape, Value
from engine.layers.places import is_together, too_many
from engine.layers.starts import Biases, Drawn
from engine.layers.time_covariances import (
    Accumulated,
    Backward,
    Pairs,
    Sizes,
    both_ways,
    dual_of_pairs,
    returned,
)
from engine.layers.time_covariances import Walk as TimeWalk
from engine.layers.weighted import (
    BIAS_FIELDS,
    DRAWN_FIELDS,
    WeightedKind,
    first_bias,
    first_biases,
    initial_weights,
    weight_and_bias,
    weight_square,
)
from engine.messages import Message, say
from engine.spec import Option
from engine.spec.fields import Choice, Field

UNITS = Field("units", "Units", 16, "Number of units, the width of the state.", 1, 4096,
              logarithmic=True)

OUTPUT = Field("output", "Output", "last", "What the layer gives.", choices=(
    Choice("last", "Last state", "The state after the last step: one row of numbers."),
    Choice("sequence", "Every state", "The state after every step: a sequence as long as the "
                                      "input, for another recurrent layer or a dense one.")))

RECURRENT_FIELDS = (
    Field("recurrent_weights", "Recurrent weights", "orthogonal",
          "How the weights from state to state are drawn at first; an orthogonal matrix keeps the "
          "length of what it multiplies.", choices=DRAWN_CHOICES),
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
          "Backpropagation through time stops at the border of every block of so many steps, from "
          "an example's first step on; padding does not count. 0 goes back through the whole "
          "sequence.", 0, 10000, unit="steps"),
)


LINE = 16
"""Numbers of a cache line."""

COPY, TRANSPOSITION = 16, 64
"""Multiply-adds of a product that take as long as to copy a weight, or to transpose it."""


def row_length(columns: int) -> int:
    """Return how far rows of so many numbers lie apart: an odd number of cache lines.

    Rows a power of two apart would all want the same few places of a cache.
    """
    return (-(-columns // LINE) | 1) * LINE


@dataclass(frozen=True)
class Walk:
    """Where the ops of one recurrent layer find their numbers.

    Attributes
    ----------
    states : Value
        State after every step, (steps, units).
    z : int
        Offset of the gates, and of the gradients of their arguments.
    forward, backward : dict[str, int]
        Slots that the ops of all kinds have, on either way.
    matrices : dict[str, int]
        Slots of all that turns the layer's weights, or their gradients, into others.
    work : int
        Multiply-adds of an example's products on the way forward.
    projecting : int
        Those of the weights with the table in which the features are looked up; 0 without one.
    """

    states: Value
    z: int
    forward: dict[str, int]
    backward: dict[str, int]
    matrices: dict[str, int]
    work: int
    projecting: int


class Recurrent(WeightedKind):
    """What all recurrent layers share; a subclass says what happens in a step.

    Attributes
    ----------
    gates : int
        Weighted sums that each unit needs for one step.
    apart : int
        How many of them keep the product with the state apart from the one with the features.
    order : str
        A letter for each of them, in the order in which they stand side by side.
    """

    icon = "repeat"
    bends = True
    width_option = "units"
    group = "Sequence"
    role = GATES
    gates: int
    apart = 0
    order: str
    followed = 256

    def infer_shape(self, options: Options, inputs: tuple[Shape, ...]) -> Shape:
        """Return ``(units,)``, or ``(steps, units)`` when every state is given."""
        (shape,) = inputs
        check_rank(self.title, shape, 2)
        units = int(options["units"])
        return (shape[0], units) if options["output"] == "sequence" else (units,)

    def parameters(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[Parameter, ...]:
        """Return ``w`` (features, gates x units), ``u`` (units, gates x units), biases ``b``."""
        units, fans = int(options["units"]), self.fans(options, inputs)
        columns = self.gates * units
        w = Parameter("w", (fans[0], columns), initial_weights(
            options, fans, fans, self.role, parts=columns // fans[1]))
        again = INITIALISERS[str(options["recurrent_weights"])].at(STATE)
        parts = 1 if again.is_whole else self.gates
        square = units, columns // parts
        u = Parameter("u", (units, columns), Drawn(
            again, STATE, square, square, float(options["recurrent_spread"]), parts=parts))
        if not options["bias"]:
            return w, u
        return w, u, Parameter("b", (columns,), self._biases(options, fans), False)

    def fans(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[int, int]:
        """Return the features of a step, and the units, or those of all gates, drawn as one."""
        is_whole = INITIALISERS[str(options["weights"])].at(self.role).is_whole
        return inputs[0][-1], int(options["units"]) * (self.gates if is_whole else 1)

    def _biases(self, options: Options, fans: tuple[int, int]) -> Biases:
        """Return how ``b`` begins; random ones are sums of two where there are not two to learn.

        PyTorch has a bias for the features and one for the state. Where both are added at once,
        ours stands for their sum.
        """
        scheme = INITIALISERS[str(options["weights"])].at(self.role)
        start = first_bias(scheme, options)
        starts = self.gate_biases(options, start) if scheme.bias_limit is None \
            else [start] * self.gates
        return Biases(scheme, fans, tuple(starts), int(options["units"]),
                      self.gates - self.apart)

    def equal_units(self, options: Options) -> int:
        """Return all units where the weights from state to state are the same as well."""
        scheme = INITIALISERS[str(options["recurrent_weights"])]
        alike = scheme.starts_equal(float(options["recurrent_spread"]))
        return super().equal_units(options) if alike else 1

    def gate_biases(self, options: Options, start: float) -> list[float]:
        """Return where the biases of every gate start."""
        return [start] * self.gates

    def carries(self, options: Options) -> bool:
        """Say whether the option to carry the state over is on."""
        return bool(options["carried"])

    def export(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[Node, ...]:
        """Return the walk through time, with the order of its gates."""
        named = ("output", "truncation", "carried", "bias")
        return (Node(self.key, {
            "inputs": inputs[0][-1], "units": int(options["units"]), "gates": self.order,
            **{name: options[name] for name in named}, **self.constants(options)},
            self.roles(options)),)

    def constants(self, options: Options) -> dict[str, Option]:
        """Return what a neutral graph has to know of one kind alone."""
        return {}

    def roles(self, options: Options) -> dict[str, str]:
        """Return what the parameters are, for a neutral graph."""
        return {**weight_and_bias(options), "state": "u"}

    def label(self, options: Options) -> str:
        """Return for example ``LSTM 16``."""
        return f"{self.title} {options['units']}"

    def activation(self, options: Options) -> str:
        """Return the key of the function that bounds the state."""
        return "tanh"

    def lower(self, options: Options, plan: Lowering) -> None:
        """Lower to a walk through time each way, and the sums of what its steps learn."""
        states = plan.value((plan.inputs[0].shape[0], int(options["units"])))
        (steps, units), result = states.shape, states
        walk = self._walk(options, plan, states)
        if options["output"] == "last":
            result = plan.value((units,))
            plan.backward("last_state_backward", units, dh=states.gradient, dy=result.gradient,
                          units=units, steps=steps)
        w, u = plan.parameter("w"), plan.parameter("u")
        b = plan.parameter("b") if options["bias"] else None
        found, tokens = plan.looked_up, walk.forward["tokens"]
        rows = {"by_token": walk.forward["by_token"], "v": walk.forward["v"],
                "table": found.table.data if found else -1}
        plan.forward("stack_weights", 0, per_step=COPY * (u.size + w.size) + walk.projecting,
                     stacked=walk.forward["w"], u=u.data, w=w.data, b=b.data if b else -1,
                     p=walk.forward["p"], **rows, **walk.matrices)
        plan.backward("stack_transposed", per_step=TRANSPOSITION * (u.size + w.size),
                      wt=walk.backward["wt"], u=u.data, w=w.data, q=walk.backward["q"],
                      **walk.matrices)
        c = self.lower_walk(options, plan, walk)
        plan.backward("recurrent_backward_weights", walk.work, du=u.gradient, dw=w.gradient,
                      db=b.gradient if b else -1, dc=c.gradient if c else -1, dz=walk.z,
                      before=walk.forward["before"], apart=self.apart * units, steps=steps,
                      p=walk.forward["p"], q=walk.forward["q"], tokens=tokens, **rows,
                      **walk.matrices)
        if walk.projecting:
            plan.answer(by_token=rows["by_token"], wt=walk.backward["wt"], units=units,
                        columns=walk.matrices["columns"], p=walk.forward["p"],
                        q=walk.forward["q"])
        if options["output"] == "last":
            plan.forward("last_state", units, y=result.data, h=states.data, units=units,
                         steps=steps)
        plan.states(states)
        plan.result(result)

    def covariances(self, options: Options, inputs: tuple[Signal, ...], around: Surroundings
                    ) -> Crossing | Message:
        """Return the recursion through time: covariances of pairs of steps."""
        (x,) = inputs
        if options["carried"]:
            return say("theory.carried")
        if x.mask is not None and not x.mask.all():
            return say("theory.padding")
        if not is_together(x):
            return too_many()
        sizes = self._theory_sizes(options, x, around)
        if not isinstance(sizes, Sizes):
            return sizes
        bias, variance = first_biases(options, around.squares, self.fans(options, (x.shape,)),
                                      self.role)
        # Random ones are sums of two.
        walk = TimeWalk(x, sizes, variance if "b" in around.squares else 2 * variance)
        back = self.through_time(options, walk, bias)
        is_last = options["output"] == "last"
        second = walk.h.of[-1, -1][None] if is_last else walk.h.signal()
        output = Signal(self.infer_shape(options, (x.shape,)), second, np.zeros(second.shape[:2]),
                        origins=frozenset((around.number,)))
        steps = 5.0 / sizes.units
        return Crossing(output, lambda gradient: back(walk.direct(gradient, is_last)),
                        Unrest(steps, 0.0, steps, 2 / sizes.features))

    def _theory_sizes(self, options: Options, x: Signal, around: Surroundings) -> Sizes | Message:
        fans, units = self.fans(options, (x.shape,)), int(options["units"])
        w = weight_square(options, fans, fans, 1.0, around.squares, role=self.role)
        kept = {"weights": options["recurrent_weights"], "spread": options["recurrent_spread"],
                "gain": 1.0}
        again = INITIALISERS[str(options["recurrent_weights"])].at(STATE)
        shape = units, units * (self.gates if again.is_whole else 1)
        u = weight_square(kept, shape, shape, 1.0, around.squares, "u", STATE)
        if not isinstance(w, float):
            return w
        if not isinstance(u, float):
            return u
        return Sizes(fans[0], units, w, u, int(options["truncation"]))

    @abstractmethod
    def through_time(self, options: Options, walk: TimeWalk, bias: float
                     ) -> Callable[[Moments], Return]:
        """Write the states' moments; return what takes dL/d(state) back."""

    @abstractmethod
    def lower_walk(self, options: Options, plan: Lowering, walk: Walk) -> Value | None:
        """Append the walk through time to both passes; return biases that only some kinds have."""

    def _walk(self, options: Options, plan: Lowering, states: Value) -> Walk:
        """Return where everything is, once there is room for it."""
        (x,) = plan.inputs
        (steps, features), units = x.shape, states.shape[1]
        columns = self.gates * units
        p, q = row_length(columns + self.apart * units), row_length(units + features + 1)
        start = self.start(options, plan, "keep_state", states)
        found, tokens, v = plan.looked_up, -1, 0
        # The table has fewer rows than a batch looks up.
        if found is not None and found.table.shape[0] <= found.examples * steps:
            tokens, v = found.tokens, found.table.shape[0]
        sizes = {"mask": x.mask, "units": units, "features": features, "steps": steps, "p": p,
                 "q": q, "by_token": plan.scratch(v * p) if v else -1}
        return Walk(
            states, plan.array((steps, p)),
            {**sizes, "h": states.data, "x": x.data, "before": plan.array((steps + 1, q)),
             "start": start, "w": plan.scratch((units + features + 1) * p), "tokens": tokens,
             "v": v},
            {**sizes, "dh": states.gradient, "dx": x.gradient,
             "wt": plan.scratch(columns * q), "truncation": int(options["truncation"])},
            {"units": units, "features": features, "columns": columns},
            steps * (units + features) * columns, v * features * columns)

    @staticmethod
    def backward_work(walk: Walk) -> int:
        """Return the multiply-adds of an example's walk back, the weights' gradients left out."""
        units, features = walk.forward["units"], walk.forward["features"]
        needed = units + (features if walk.backward["dx"] >= 0 else 0)
        return walk.work * needed // (units + features)

    @staticmethod
    def start(options: Options, plan: Lowering, keep: str, values: Value) -> int:
        """Return where what stands before the first step is: 0, or what was carried over.

        Parameters
        ----------
        options, plan : Mapping[str, Option], Lowering
            The layer's options, and the plan.
        keep : str
            Op that keeps what stands behind the last step.
        values : Value
            What stands behind every step, (steps, units).
        """
        steps, units = values.shape
        start = plan.array((units,))
        if options["carried"]:
            kept, count = plan.array((units,)), plan.scratch(1)
            plan.forward("take_up_state", units, start=start, kept=kept, count=count,
                         units=units)
            plan.update(keep, kept=kept, count=count, h=values.data, units=units, steps=steps)
        return start


class SimpleRNN(Recurrent):
    """h = f(x W + h' U + b), h' being the state before."""

    key = "rnn"
    title = "Simple RNN"
    help = ("Adds its own last state to every step's input: hₜ = f(xₜ W + hₜ₋₁ U + b) (Elman "
            "1990). On the way back through time, the gradient is multiplied by U at every step: "
            "it vanishes or explodes.")
    gates = 1
    order = "h"
    fields = (
        UNITS, OUTPUT,
        Field("activation", "Activation", "tanh", "The function f behind the weighted sum.",
              choices=(Choice("tanh", "Tanh", "f(x) = tanh x keeps the state between -1 and 1."),
                       Choice("relu", "ReLU", "f(x) = max(0, x) lets the state grow."))),
        *DRAWN_FIELDS, *RECURRENT_FIELDS, *BIAS_FIELDS, *TIME_FIELDS,
    )

    def label(self, options: Options) -> str:
        """Return for example ``Simple RNN 16 · ReLU``."""
        return f"{super().label(options)} · {'ReLU' if _is_relu(options) else 'Tanh'}"

    def activation(self, options: Options) -> str:
        """Return the key of f."""
        return str(options["activation"])

    def constants(self, options: Options) -> dict[str, Option]:
        """Return the function behind the weighted sum."""
        return {"function": self.activation(options)}

    def through_time(self, options: Options, walk: TimeWalk, bias: float
                     ) -> Callable[[Moments], Return]:
        """Return the recursion of one weighted sum."""
        rule = ACTIVATIONS[self.activation(options)].dual
        sums, slopes = walk.pairs(), walk.pairs()
        for t in range(walk.steps):
            sums.write(t, walk.from_input(t) + walk.from_state(t))
            found = dual_of_pairs(rule, sums, t, bias)
            walk.h.write(t, found.value)
            slopes.write(t, found.slope)
        factor = walk.sizes.units * walk.sizes.u

        def back(direct: Moments) -> Return:
            dh = walk.back(direct, lambda t, some: factor * some * slopes.of[t])
            dz = dh * slopes.of
            return returned(walk, dz, dz, dh, 1)
        return back

    def lower_walk(self, options: Options, plan: Lowering, walk: Walk) -> Value | None:
        """Lower to one op each way."""
        relu = int(_is_relu(options))
        plan.forward("rnn_forward", walk.work, is_relu=relu, **walk.forward)
        plan.backward("rnn_backward", self.backward_work(walk), z=walk.z,
                      before=walk.forward["before"], is_relu=relu, **walk.backward)
        return None


class LSTM(Recurrent):
    """c = f c' + i g and h = o tanh c; a gate is the logistic function of a weighted sum."""

    key = "lstm"
    title = "LSTM"
    icon = "memory-stick"
    help = ("Keeps a cell that gates open and close: cₜ = f cₜ₋₁ + i g and hₜ = o tanh cₜ "
            "(Hochreiter and Schmidhuber 1997; forget gate f: Gers et al. 2000). Where f is near "
            "1, the gradient passes from cell to cell back through time almost unchanged.")
    gates = 4
    order = "ifgo"
    fields = (
        UNITS, OUTPUT, *DRAWN_FIELDS, *RECURRENT_FIELDS, *BIAS_FIELDS,
        Field("forget_bias", "Forget bias", 1.0,
              "Where the biases of the forget gate start. At first the cell keeps about the share "
              "σ(bias) of itself from one step to the next: 73 % for 1, the usual choice "
              "(Jozefowicz et al. 2015), and 99 % for 5. PyTorch's default draws it.",
              -100.0, 100.0,
              shown_when=("bias", (True,))),
        *TIME_FIELDS,
    )

    def gate_biases(self, options: Options, start: float) -> list[float]:
        """Return where the biases of i, f, g and o start."""
        return [start, float(options["forget_bias"]), start, start]

    def through_time(self, options: Options, walk: TimeWalk, bias: float
                     ) -> Callable[[Moments], Return]:
        """Return the recursion of gates that are independent of one another."""
        # Random biases lie around one number, the forget gate's as well.
        fixed = options["bias"] and not walk.bias_variance
        biases = dict(zip("ifgo", self.gate_biases(options, bias) if fixed else (bias,) * 4,
                          strict=True))
        sums, cells = walk.pairs(), Accumulated(walk.steps, walk.n)
        forgetting = np.zeros((walk.steps, walk.n))
        gates = {name: (walk.pairs(), walk.pairs()) for name in "ifgoc"}
        rules = {name: ACTIVATIONS["tanh" if name in "gc" else "sigmoid"].dual for name in "ifgoc"}

        def passed(name: str, t: int, arguments: Pairs) -> Moments:
            found = dual_of_pairs(rules[name], arguments, t, biases.get(name, 0.0))
            for kept, moments in zip(gates[name], (found.value, found.slope), strict=True):
                kept.write(t, moments)
            if name == "f":
                forgetting[t] = found.mean[t]
            return found.value
        for t in range(walk.steps):
            sums.write(t, walk.from_input(t) + walk.from_state(t))
            i, f, g, o = (passed(name, t, sums) for name in "ifgo")
            cells.add(t, f, i * g, forgetting[t])
            walk.h.write(t, o * passed("c", t, cells.pairs))
        return partial(self._back, walk, cells.pairs, forgetting, {
            name: (value.of, slope.of) for name, (value, slope) in gates.items()})

    @staticmethod
    def _back(walk: TimeWalk, cells: Pairs, forgetting: Moments,
              gates: dict[str, tuple[Moments, Moments]], direct: Moments) -> Return:
        """Go back: a cell's gradient passes from step to step by the forget gate."""
        (i, di), (f, df), (g, dg), (o, do), (c, dc) = (gates[name] for name in "ifgoc")
        earlier = np.zeros_like(cells.of)
        earlier[1:, 1:] = cells.of[:-1, :-1]
        way, sums = Backward(walk, direct, f, forgetting), np.zeros_like(direct)
        for t in range(walk.steps - 1, -1, -1):
            on = np.s_[t, t:]
            dh = direct[on]
            of_cell = way.total(t, dh * o[on] * dc[on])
            found = (dh * c[on] * do[on] + of_cell * (
                earlier[on] * df[on] + g[on] * di[on] + i[on] * dg[on])) / 4
            both_ways(sums, t, found)
            if t:
                way.send(t, 4 * walk.sizes.units * walk.sizes.u * found)
        return returned(walk, sums, sums, direct, 4)

    def lower_walk(self, options: Options, plan: Lowering, walk: Walk) -> Value | None:
        """Lower to one op each way."""
        steps, units = walk.states.shape
        cells = Value(plan.array((steps + 1, units)), plan.array((units,)), (steps, units))
        start = self.start(options, plan, "keep_cells", cells)
        plan.forward("lstm_forward", walk.work, c=cells.data, gates=walk.z, start_c=start,
                     **walk.forward)
        plan.backward("lstm_backward", self.backward_work(walk), gates=walk.z, dc=cells.gradient,
                      c=cells.data, **walk.backward)
        return None


class GRU(Recurrent):
    """h = (1 - z) n + z h' with the candidate n = tanh(x W + b + r (h' U + c))."""

    key = "gru"
    title = "GRU"
    icon = "repeat-2"
    help = ("Mixes the old state with a new one: hₜ = (1 - z) n + z hₜ₋₁, where the candidate is "
            "n = tanh(xₜ W + b + r (hₜ₋₁ U + c)). Gates like an LSTM's, but one fewer, and no cell "
            "beside the state (Cho et al. 2014). The reset gate r weighs the product with U, as in "
            "cuDNN and PyTorch; in the paper as published, it weighs hₜ₋₁ before the product.")
    gates = 3
    apart = 1
    order = "rzn"
    fields = (UNITS, OUTPUT, *DRAWN_FIELDS, *RECURRENT_FIELDS, *BIAS_FIELDS, *TIME_FIELDS)

    def parameters(self, options: Options, inputs: tuple[Shape, ...]) -> tuple[Parameter, ...]:
        """Return what all recurrent layers have and, with a bias, ``c`` of the candidate."""
        found = super().parameters(options, inputs)
        if not options["bias"]:
            return found
        units, scheme = int(options["units"]), INITIALISERS[str(options["weights"])].at(self.role)
        return (*found, Parameter("c", (units,), Biases(
            scheme, self.fans(options, inputs), (0.0,), units), False))

    def roles(self, options: Options) -> dict[str, str]:
        """Return what the parameters are, with the bias inside the reset product."""
        found = super().roles(options)
        return {**found, "candidate": "c"} if options["bias"] else found

    def through_time(self, options: Options, walk: TimeWalk, bias: float
                     ) -> Callable[[Moments], Return]:
        """Return the recursion of two gates and a candidate."""
        sigmoid, tanh = (ACTIVATIONS[key].dual for key in ("sigmoid", "tanh"))
        sums, candidates, keeping = walk.pairs(), walk.pairs(), np.zeros((walk.steps, walk.n))
        gate, opening, rest, n, dn = (walk.pairs() for _ in range(5))
        states = Accumulated(walk.steps, walk.n)
        before, new_means = np.zeros((walk.steps + 1, walk.n)), np.zeros((walk.steps, walk.n))
        for t in range(walk.steps):
            old = walk.from_state(t)
            sums.write(t, walk.from_input(t) + old)
            found = dual_of_pairs(sigmoid, sums, t, bias)
            gate.write(t, found.value)
            opening.write(t, found.slope)
            keeping[t] = found.mean[t]
            # 1 - z, as large as z where the bias has the other sign.
            rest.write(t, dual_of_pairs(sigmoid, sums, t, -bias).value)
            candidates.write(t, walk.from_input(t) + found.value * old)
            new = dual_of_pairs(tanh, candidates, t, bias)
            n.write(t, new.value)
            dn.write(t, new.slope)
            new_means[t] = new.mean[t]
            before[t + 1] = (1 - keeping[t]) * new.mean[t] + keeping[t] * before[t]
            walk.h.write(t, states.add(t, found.value, rest.of[t, :t + 1] * new.value, keeping[t]))
        # What state and candidate have in common are their means.
        crossed = np.einsum("ta,sb->tsab", before[:-1], new_means)
        apart = n.of - crossed - crossed.transpose(1, 0, 3, 2)
        return partial(self._back, walk, keeping,
                       (gate.of, opening.of, rest.of, apart, dn.of))

    @staticmethod
    def _back(walk: TimeWalk, keeping: Moments, moments: tuple[Moments, ...], direct: Moments
              ) -> Return:
        """Go back: a state's gradient passes from step to step by the update gate."""
        gate, opening, rest, n, dn = moments
        earlier, factor = walk.states_before(), walk.sizes.units * walk.sizes.u
        of_gates, of_candidates, dh = (np.zeros_like(direct) for _ in range(3))
        way = Backward(walk, direct, gate, keeping)
        for t in range(walk.steps - 1, -1, -1):
            on = np.s_[t, t:]
            whole = way.total(t, direct[on])
            candidate = whole * rest[on] * dn[on]
            gates = (candidate * factor * earlier[on] + whole * (earlier[on] + n[on])
                     ) * opening[on] / 2
            for rows, found in ((dh, whole), (of_candidates, candidate), (of_gates, gates)):
                both_ways(rows, t, found)
            if t:
                way.send(t, factor * (2 * gates + gate[on] * candidate))
        return returned(walk, (2 * of_gates + of_candidates) / 3,
                        (2 * of_gates + gate * of_candidates) / 3, dh, 3)

    def lower_walk(self, options: Options, plan: Lowering, walk: Walk) -> Value | None:
        """Lower to one op each way."""
        c = plan.parameter("c") if options["bias"] else None
        plan.forward("gru_forward", walk.work, gates=walk.z, c=c.data if c else -1, **walk.forward)
        plan.backward("gru_backward", self.backward_work(walk), gates=walk.z,
                      before=walk.forward["before"], **walk.backward)
        return c


def _is_relu(options: Options) -> bool:
    return options["activation"] == "relu"
