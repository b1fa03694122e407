"""New weights in Keras: initializers of its layers, its own where they do what ours do."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.export.graph import Graph
from engine.export.keras.made import Place, number
from engine.export.source import Source, filled
from engine.layers.initialisers import LOOKED_AT, PROBE, SPREAD, STATE, SUM, TABLE
from engine.layers.starts import Biases, Drawn, Filled

TOLD = "ratio"
"""What the variable is called that says what n-grams count."""

OWN: dict[str, str] = {
    "dirac": '''def dirac(gain=1.0):
    """Pass on what stands in the middle of the window: Keras' Identity takes matrices alone."""
    def draw(shape, dtype=None):
        weights = np.zeros(shape)
        np.fill_diagonal(weights[tuple(axis // 2 for axis in shape[:-2])], gain)
        return ops.convert_to_tensor(weights, dtype=dtype)
    return draw''',
    "by_gates": '''def by_gates(gates, make):
    """Draw the matrix of every gate by itself; Keras draws one for all."""
    def draw(shape, dtype=None):
        apart = (shape[0], shape[1] // gates)
        # A new one each time: an initializer gives the same numbers whenever it is called.
        return ops.concatenate([make()(apart, dtype=dtype) for _ in range(gates)], axis=1)
    return draw''',
    "padded": '''def padded(initializer):
    """Let the vector of token 0 be 0."""
    def draw(shape, dtype=None):
        weights = initializer(shape, dtype=dtype)
        return ops.concatenate([ops.zeros_like(weights[:1]), weights[1:]])
    return draw''',
    "gate_biases": '''def gate_biases(*starts):
    """Let the biases of every gate begin at a number of its own."""
    def draw(shape, dtype=None):
        return ops.convert_to_tensor(np.repeat(starts, shape[0] // len(starts)), dtype=dtype)
    return draw''',
    "pytorch_biases": '''def pytorch_biases(limit, start, twice):
    """Draw biases as PyTorch does, which adds up two of them for the first gates."""
    def draw(shape, dtype=None):
        first, second = (keras.random.uniform(shape, -limit, limit, dtype=dtype)
                         for _ in range(2))
        return start + first + ops.where(ops.arange(shape[0]) < twice, second, 0.0)
    return draw''',
}
"""Initializers that Keras does not have."""

WATCHED = '''def watched(model, layer, inputs):
    """Return what a layer reads while the network looks at some examples."""
    before = keras.Model(model.inputs, layer.input)
    return before.predict(inputs, batch_size=512, verbose=0)'''

SCALE = '''def scale_by_data(model, layer, inputs):
    """Scale weights until a layer's sums have variance 1 (LSUV: Mishkin and Matas 2016)."""
    seen = watched(model, layer, inputs)
    function, layer.activation = layer.activation, keras.activations.linear
    for _ in range(10):
        variance = np.var(ops.convert_to_numpy(layer(seen)), dtype=np.float64)
        if not 0 < variance < np.inf or abs(variance - 1) <= 0.01:
            break
        layer.kernel.assign(layer.kernel / np.sqrt(variance))
    layer.activation = function'''

WHITEN = '''def whiten(model, layer, inputs):
    """Take the principal axes of what a layer sees for weights, whitened, then the same negated.

    Units beyond these keep what was drawn (Coates and Ng 2012, Learning feature representations
    with k-means, sec. 3).
    """
    seen = watched(model, layer, inputs).astype(np.float64)
    *sizes, _, units = layer.kernel.shape
    if sizes:
        # The places of a window stand before its channels, as in the weights.
        places = tuple(range(1, 1 + len(sizes)))
        seen = np.lib.stride_tricks.sliding_window_view(seen, sizes, places)
        seen = np.moveaxis(seen, 1 + len(sizes), -1)
    kernel = ops.convert_to_numpy(layer.kernel).reshape(-1, units).copy()
    seen = seen.reshape(-1, len(kernel))
    variances, axes = np.linalg.eigh(np.cov(seen.T, bias=True))
    # Of an axis and its negative, the one whose largest number is positive.
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(len(axes))])
    # The strongest axes come first. A share of the mean variance keeps the weakest from being loud.
    filters = axes[:, ::-1] / np.sqrt(np.maximum(variances[::-1], 0) + 5e-4 * variances.mean())
    filters = np.concatenate([filters, -filters], axis=1)[:, :units]
    kernel[:, :filters.shape[1]] = filters
    layer.kernel.assign(kernel.reshape(layer.kernel.shape))
    if layer.bias is not None:
        bias = ops.convert_to_numpy(layer.bias).copy()
        bias[:filters.shape[1]] -= seen.mean(axis=0) @ filters
        layer.bias.assign(bias)'''


@dataclass(frozen=True)
class _Weights:
    """Weights that an initializer draws."""

    start: Drawn

    def scaled(self, scale: float, mode: str, law: str) -> str:
        """Return an initializer of a variance of ``scale``, divided by a fan."""
        scale *= self.start.gain**2
        if self.start.role == SPREAD:
            # Keras counts the fans of transposed convolutions the other way round.
            mode = {"fan_in": "fan_out", "fan_out": "fan_in"}.get(mode, mode)
        law = "uniform" if law == "uniform" else "untruncated_normal"
        own = _NAMES.get((scale, mode, law))
        if own is not None:
            return f"initializers.{own}()"
        return f'initializers.VarianceScaling({number(scale)}, "{mode}", "{law}")'

    def between(self, limit: float) -> str:
        """Return an initializer between minus and plus a limit times the gain."""
        limit *= self.start.gain
        return f"initializers.RandomUniform({number(-limit)}, {number(limit)})"

    def normal(self, deviation: float) -> str:
        """Return an initializer of a deviation times the gain."""
        return f"initializers.RandomNormal(stddev={number(deviation * self.start.gain)})"

    def with_gain(self, name: str) -> str:
        """Return an initializer that takes a gain."""
        gain = self.start.gain
        return f"initializers.{name}({f'gain={number(gain)}' if gain != 1 else ''})"


_NAMES = {(1.0, "fan_avg", "uniform"): "GlorotUniform", (2.0, "fan_in", "uniform"): "HeUniform",
          (1.0, "fan_in", "uniform"): "LecunUniform"}
"""Those of Keras that do what ours do; what it calls he_normal cuts normal numbers off."""


def _pytorch(x: _Weights) -> str:
    role = x.start.role
    if role == TABLE:
        return x.normal(1.0)
    if role == SUM:
        return x.scaled(1 / 3, "fan_in", "uniform")
    return x.between(1 / math.sqrt(x.start.fans[1]))


def _keras(x: _Weights) -> str:
    if x.start.role == TABLE:
        return x.between(0.05)
    return x.with_gain("Orthogonal") if x.start.role == STATE else x.scaled(
        1.0, "fan_avg", "uniform")


def _identity(x: _Weights) -> str:
    if len(x.start.shape) == 2:
        return x.with_gain("Identity")
    return f"dirac({number(x.start.gain) if x.start.gain != 1 else ''})"


SCHEMES: dict[str, Callable[[_Weights], str]] = {
    "xavier_uniform": lambda x: x.scaled(1.0, "fan_avg", "uniform"),
    "xavier_normal": lambda x: x.scaled(1.0, "fan_avg", "normal"),
    "he_uniform": lambda x: x.scaled(2.0, "fan_in", "uniform"),
    "he_normal": lambda x: x.scaled(2.0, "fan_in", "normal"),
    "lecun_uniform": lambda x: x.scaled(1.0, "fan_in", "uniform"),
    "lecun_normal": lambda x: x.scaled(1.0, "fan_in", "normal"),
    "orthogonal": lambda x: x.with_gain("Orthogonal"),
    "lsuv": lambda x: "initializers.Orthogonal()",
    "whitened": lambda x: "initializers.Orthogonal()",
    "normal": lambda x: x.normal(x.start.spread),
    "uniform": lambda x: x.between(x.start.spread),
    "zeros": lambda x: "initializers.Zeros()",
    "constant": lambda x: f"initializers.Constant({number(x.start.spread)})",
    "identity": _identity,
    "playground": lambda x: x.between(0.5),
    "pytorch": _pytorch,
    "keras": _keras,
}
"""By initialiser, what makes Keras' or ours."""

BY_SHAPE = frozenset({"xavier_uniform", "xavier_normal", "orthogonal", "identity"})
"""Schemes to which it makes a difference whether matrices are drawn apart or as one."""

DEFAULTS = {
    "kernel_initializer": "initializers.GlorotUniform()",
    "recurrent_initializer": "initializers.Orthogonal()",
    "embeddings_initializer": "initializers.RandomUniform(-0.05, 0.05)",
    "bias_initializer": "initializers.Zeros()", "alpha_initializer": "initializers.Zeros()",
    "candidate_initializer": "initializers.Zeros()",
}
"""What Keras, and our own layers, take where nothing is said."""


SHORT = {f"initializers.{name}()": f'"{short}"' for name, short in (
    ("GlorotUniform", "glorot_uniform"), ("HeUniform", "he_uniform"), ("Zeros", "zeros"),
    ("LecunUniform", "lecun_uniform"), ("Orthogonal", "orthogonal"), ("Identity", "identity"))}
"""What Keras calls them where one is an option of its own."""


def starts_of(place: Place, **roles: str) -> tuple[str, ...]:
    """Return the options that say how parameters begin, but for those that Keras takes anyway.

    Parameters
    ----------
    place : Place
        A node.
    roles : str
        Roles of parameters, by what the layer's parameters are called: ``kernel="weight"``.
    """
    found = []
    for name, role in roles.items():
        if role in place.node.parameters:
            option = f"{name}_initializer"
            made = _made(place, role)
            if made != DEFAULTS[option]:
                found.append(f"{option}={SHORT.get(made, made)}")
    return tuple(found)


def lstm_biases(place: Place) -> tuple[str, ...]:
    """Return the same of an LSTM's biases, of which Keras lets the forget gate's begin at 1."""
    start = place.layer.parameter("bias").start
    assert isinstance(start, Biases)
    rest, forget, *_ = start.starts
    if start.limit or forget != 1:
        return (*starts_of(place, bias="bias"), "unit_forget_bias=False")
    return (f"bias_initializer=initializers.Constant({number(rest)})",) if rest else ()


def _made(place: Place, role: str) -> str:
    start = place.layer.parameter(role).start
    if isinstance(start, Filled):
        return f"initializers.Constant({number(start.value)})" if start.value else \
            DEFAULTS["bias_initializer"]
    return _biases(start) if isinstance(start, Biases) else _weights(start)


def _weights(start: Drawn) -> str:
    made = SCHEMES[start.scheme.key](_Weights(start))
    if start.parts > 1 and start.scheme.key in BY_SHAPE:
        maker = made.removesuffix("()") if made.endswith("()") else f"lambda: {made}"
        made = f"by_gates({start.parts}, {maker})"
    return f"padded({made})" if start.is_padded and start.scheme.key != "zeros" else made


def _biases(start: Biases) -> str:
    first = start.starts[0]
    if start.limit and start.twice:
        return (f"pytorch_biases({number(start.limit)}, {number(first)}, "
                f"{start.twice * start.units})")
    if start.limit:
        return f"initializers.RandomUniform({number(first - start.limit)}, " \
               f"{number(first + start.limit)})"
    if len(set(start.starts)) > 1:
        return f"gate_biases({', '.join(number(one) for one in start.starts)})"
    return f"initializers.Constant({number(first)})" if first else DEFAULTS["bias_initializer"]


def own_in(text: str) -> tuple[str, ...]:
    """Return the texts of those of our own initializers that a program calls."""
    return tuple(own for name, own in OWN.items() if f"{name}(" in text)


def write_fresh(source: Source, graph: Graph, names: Mapping[str, str], kept: tuple[str, ...],
                stem: str) -> None:
    """Append the function that returns the network with new weights.

    Parameters
    ----------
    source : Source
        The script.
    graph : Graph
        The project.
    names : Mapping[str, str]
        What each of our layers is called, by its id.
    kept : tuple[str, ...]
        How the paths of variables begin that are not drawn.
    stem : str
        How the names of files begin.
    """
    adapting = graph.adapting
    whitened = [layer for layer in adapting if layer.is_whitened]
    for text, wanted in ((WATCHED, adapting), (SCALE, len(whitened) < len(adapting)),
                         (WHITEN, whitened)):
        source.add(*((text, "", "") if wanted else ()))
    with source.block(f"def fresh_model(seed{', inputs' if adapting else ''}):"):
        source.add('"""Return the network with new weights, drawn as the project draws them."""',
                   "keras.utils.set_random_seed(seed)")
        if not kept and not adapting:
            source.add("return make_model()")
            return
        source.add("model = make_model()")
        if kept:
            told = any(one.endswith(TOLD) for one in kept)
            source.add("# What data say of n-grams is no weight that could be drawn." if told else
                       "# Frozen layers keep their weights.",
                       filled("kept = (", [f'"{one}"' for one in kept],
                              ",)" if len(kept) == 1 else ")", 4))
            with source.block(f'with np.load(FOLDER / "{stem}_weights.npz") as file:'), \
                    source.block("for variable in model.weights:"), \
                    source.block("if path_of(variable).startswith(kept):"):
                source.add("variable.assign(file[path_of(variable)])")
        for layer in adapting:
            call, seen = ("whiten", LOOKED_AT) if layer.is_whitened else ("scale_by_data", PROBE)
            source.add(f'{call}(model, model.get_layer("{names[layer.id]}"), inputs[:{seen}])')
        source.add("return model")
