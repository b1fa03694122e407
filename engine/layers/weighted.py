"""What all layers with weights have in common: activation, initial weights, biases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import msgspec

from engine.layers.activations import ACTIVATION_CHOICES, ACTIVATIONS
from engine.layers.initialisers import (
    DRAWN_CHOICES,
    INITIALISER_CHOICES,
    INITIALISERS,
    SUM,
    Initialiser,
)
from engine.layers.kind import LayerKind, Options, Parameter, Shape
from engine.layers.mean_field import MeanFieldRule, Passage
from engine.layers.starts import Biases, Drawn
from engine.messages import Message, say
from engine.spec import NetworkSpec
from engine.spec.fields import Choice, Field

INITIAL_FIELDS = (
    Field("weights", "Initial weights", "xavier_uniform", "How weights are drawn at first.",
          choices=INITIALISER_CHOICES),
    Field("spread", "Spread", 0.5,
          "Standard deviation of normal, limit of uniform, value of constant initial weights.", 0.0,
          100.0, logarithmic=True,
          shown_when=("weights", tuple(i.key for i in INITIALISERS.values() if i.has_spread))),
    Field("gain", "Gain", 1.0,
          "Factor on the drawn weights; to keep signals alive, PyTorch names 5/3 for tanh and √2 "
          "for ReLU.", 0.01, 100.0, logarithmic=True,
          shown_when=("weights", tuple(i.key for i in INITIALISERS.values() if i.has_gain))),
)
"""How weights start."""

DRAWN_FIELDS = (replace(INITIAL_FIELDS[0], choices=DRAWN_CHOICES), *INITIAL_FIELDS[1:])
"""How weights start of which no weighted sums are known that data could scale."""

BIAS_FIELDS = (
    Field("bias", "Bias", True, "Whether every unit adds a learned number."),
    Field("initial_bias", "Initial bias", 0.0, "Where biases start.", -100.0, 100.0,
          shown_when=("bias", (True,))),
)
"""Whether there are biases, and how they start."""

AT_FIRST = frozenset({"weights", "spread", "gain", "initial_bias", "recurrent_weights",
                      "recurrent_spread", "forget_bias"})
"""Options of layers that say how their parameters begin, and nothing later."""


def without_starts(network: NetworkSpec) -> NetworkSpec:
    """Return the network without what says how parameters begin."""
    return NetworkSpec(tuple(msgspec.structs.replace(layer, options={
        key: value for key, value in layer.options.items() if key not in AT_FIRST})
        for layer in network))


class WeightedKind(LayerKind):
    """A kind whose weights are drawn by the values of `INITIAL_FIELDS`."""

    def initialiser(self, options: Options) -> str:
        """Return the key of how the weights are drawn."""
        return str(options["weights"])

    def starts_equal(self, options: Options) -> bool:
        """Say whether the scheme makes all weights the same."""
        return INITIALISERS[self.initialiser(options)].starts_equal(float(options["spread"]))

    def equal_units(self, options: Options) -> int:
        """Return all units where all weights are the same, since biases always are."""
        return self.units(options) if self.starts_equal(options) else 1


def weighted_fields(activation: str, choices: tuple[Choice, ...] = INITIALISER_CHOICES
                    ) -> tuple[Field, ...]:
    """Return the fields of a layer that computes f(weighted sum + bias).

    Parameters
    ----------
    activation : str
        Key of the function f that such layers have at first.
    choices : tuple[Choice, ...]
        How weights may be drawn.
    """
    return (Field("activation", "Activation", activation,
                  "The function f behind the weighted sum.", choices=ACTIVATION_CHOICES),
            replace(INITIAL_FIELDS[0], choices=choices), *INITIAL_FIELDS[1:], *BIAS_FIELDS)


def weights_and_biases(options: Options, shape: Shape, fans: tuple[int, int], units: int,
                       role: str = SUM) -> tuple[Parameter, ...]:
    """Return ``w`` and, with a bias, ``b`` of shape (units,).

    Parameters
    ----------
    options : Mapping[str, Option]
        Values of `weighted_fields`.
    shape : tuple[int, ...]
        Shape of the weights; their last axis is the columns of the matrix that is drawn.
    fans : tuple[int, int]
        What `engine.layers.kind.LayerKind.fans` returns.
    units : int
        How many biases there are.
    role : str
        The kind's; see `engine.layers.initialisers`.
    """
    weights = Parameter("w", shape, initial_weights(options, shape, fans, role))
    if not options["bias"]:
        return (weights,)
    scheme = INITIALISERS[str(options["weights"])].at(role)
    # Their numbers are made when they are drawn: until then, nobody has looked how many they are.
    return weights, Parameter("b", (units,), Biases(
        scheme, fans, (first_bias(scheme, options),), units), False)


def weight_and_bias(options: Options) -> dict[str, str]:
    """Return the roles of what `weights_and_biases` returns, for a neutral graph."""
    return {"weight": "w", "bias": "b"} if options["bias"] else {"weight": "w"}


def first_bias(scheme: Initialiser, options: Options) -> float:
    """Return where biases start, or around which number where they are random."""
    return float(options["initial_bias"]) if scheme.bias is None else scheme.bias


def initial_weights(options: Options, shape: Shape, fans: tuple[int, int], role: str = SUM, *,
                    parts: int = 1, is_padded: bool = False) -> Drawn:
    """Return what draws weights by the values of `INITIAL_FIELDS`.

    Parameters
    ----------
    options : Mapping[str, Option]
        Among them those values.
    shape : tuple[int, ...]
        Shape of the weights; see `engine.layers.initialisers.Draw`.
    fans : tuple[int, int]
        What `engine.layers.kind.LayerKind.fans` returns.
    role : str
        The kind's; see `engine.layers.initialisers`.
    parts, is_padded : int, bool
        See `engine.layers.starts.Drawn`.
    """
    scheme = INITIALISERS[str(options["weights"])].at(role)
    gain = float(options["gain"]) if scheme.has_gain else 1.0
    return Drawn(scheme, role, shape, fans, float(options["spread"]), gain, parts, is_padded)


def initial_size(options: Options, shape: Shape, fan_in: int, fan_out: int, role: str = SUM
                 ) -> float:
    """Return the root mean square of weights that `initial_weights` draws, without drawing all."""
    scheme = INITIALISERS[str(options["weights"])].at(role)
    gain = float(options["gain"]) if scheme.has_gain else 1.0
    return gain * scheme.root_mean_square(shape, fan_in, fan_out, float(options["spread"]))


def weighted_rule(options: Options, shape: Shape, fans: tuple[int, int],
                  seen: tuple[float, float], role: str = SUM) -> MeanFieldRule:
    """Return the mean-field rule of a function of weighted sums.

    Parameters
    ----------
    options, shape : Mapping[str, Option], tuple[int, ...]
        Values of `weighted_fields`, and the shape of the weights.
    fans : tuple[int, int]
        Fan in and fan out, as the weights are drawn by.
    seen : tuple[float, float]
        How many numbers there really are in a sum, and sums that see a number.
    role : str
        The kind's; see `engine.layers.initialisers`.
    """
    square = initial_size(options, shape, *fans, role)**2
    rule = ACTIVATIONS[str(options["activation"])].moments

    def passage(given: tuple[float, ...]) -> Passage:
        argument = seen[0] * square * given[0]
        # So that neighbours in a deep network, which hardly differ, are calculated once.
        moments = rule(float(f"{argument:.4g}"))
        return Passage(moments.value, (seen[1] * square * moments.slope,), argument, moments.slope)
    return passage


def weight_square(options: Options, shape: Shape, fans: tuple[int, int], seen: float,
                  squares: Mapping[str, float], name: str = "w", role: str = SUM
                  ) -> float | Message:
    """Return the mean square of random weights, or why they are not taken for random.

    Parameters
    ----------
    options, shape, fans : Mapping[str, Option], tuple[int, ...], tuple[int, int]
        Values of `weighted_fields`, the weights' shape, and fans as they are drawn by.
    seen : float
        Variance of a weighted sum whose weights have a mean square of 1.
    squares : Mapping[str, float]
        Mean squares that are measured, by the parameter's name.
    name : str
        That of the weights.
    role : str
        The kind's; see `engine.layers.initialisers`.
    """
    if name in squares:
        return squares[name]
    scheme = INITIALISERS[str(options["weights"])].at(role)
    if scheme.is_random:
        if scheme.is_scaled_by_data:
            return 1 / seen if seen > 0 else initial_size(options, shape, *fans, role)**2
        return initial_size(options, shape, *fans, role)**2
    return say("theory.weights-not-random", title=scheme.title)


def first_biases(options: Options, squares: Mapping[str, float], fans: tuple[int, int],
                 role: str = SUM) -> tuple[float, float]:
    """Return the mean of a layer's biases, and their variance: as drawn, or as measured."""
    if not options["bias"]:
        return 0.0, 0.0
    if "b" in squares:
        return 0.0, squares["b"]
    scheme = INITIALISERS[str(options["weights"])].at(role)
    limit = 0.0 if scheme.bias_limit is None else scheme.bias_limit(*fans)
    return first_bias(scheme, options), limit**2 / 3

