"""New weights in NumPy: drawn as the project draws them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.export.graph import Graph, GraphLayer
from engine.export.source import Source, filled
from engine.layers.initialisers import LOOKED_AT, PROBE, STATE, SUM, TABLE
from engine.layers.starts import Biases, Drawn, Filled, Start

NAME = "{name}"
"""What a statement calls the layer that it is about."""

TOLD = "ratio"
"""The role of what data say of n-grams, which nothing draws."""

LAWS: dict[str, str] = {
    "xavier_uniform": '''def xavier_uniform(rng, shape, fan_in, fan_out):
    """Draw weights between ±√(6 / (fan in + fan out)) (Glorot and Bengio 2010)."""
    limit = np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-limit, limit, shape)''',
    "xavier_normal": '''def xavier_normal(rng, shape, fan_in, fan_out):
    """Draw weights of variance 2 / (fan in + fan out) (Glorot and Bengio 2010)."""
    return rng.normal(0, np.sqrt(2 / (fan_in + fan_out)), shape)''',
    "he_uniform": '''def he_uniform(rng, shape, fan_in):
    """Draw weights between ±√(6 / fan in) (He et al. 2015)."""
    limit = np.sqrt(6 / fan_in)
    return rng.uniform(-limit, limit, shape)''',
    "he_normal": '''def he_normal(rng, shape, fan_in):
    """Draw weights of variance 2 / fan in (He et al. 2015)."""
    return rng.normal(0, np.sqrt(2 / fan_in), shape)''',
    "lecun_uniform": '''def lecun_uniform(rng, shape, fan_in):
    """Draw weights between ±√(3 / fan in) (LeCun et al. 1998)."""
    limit = np.sqrt(3 / fan_in)
    return rng.uniform(-limit, limit, shape)''',
    "lecun_normal": '''def lecun_normal(rng, shape, fan_in):
    """Draw weights of variance 1 / fan in (LeCun et al. 1998)."""
    return rng.normal(0, np.sqrt(1 / fan_in), shape)''',
    "orthogonal": '''def orthogonal(rng, shape):
    """Draw a matrix with orthonormal columns or rows (Saxe et al. 2014)."""
    rows, columns = int(np.prod(shape[:-1])), shape[-1]
    q, r = np.linalg.qr(rng.standard_normal((max(rows, columns), min(rows, columns))))
    # With R's diagonal positive, every orthogonal matrix is as likely as any other.
    q = q * np.sign(np.diag(r))
    return (q if rows >= columns else q.T).reshape(shape)''',
    "identity": '''def identity(shape):
    """Return 1 from every input to the unit of its number, in the middle of a window; else 0."""
    weights = np.zeros(shape)
    np.fill_diagonal(weights[tuple(axis // 2 for axis in shape[:-2])], 1.0)
    return weights''',
}
"""Functions that draw, by name."""

WATCHED = '''def watched(network, layer, inputs):
    """Return what a layer reads and what it gives while the network looks at some examples."""
    seen, forward = [], layer.forward

    def watching(x, training):
        seen.append((x, forward(x, training)))
        return seen[-1][1]

    layer.forward = watching
    network.forward(inputs, training=False)
    del layer.forward
    return seen[-1]'''

SCALE = '''def scale_by_data(network, layer, inputs):
    """Scale weights until a layer's sums have variance 1 (LSUV: Mishkin and Matas 2016)."""
    for _ in range(10):
        variance = watched(network, layer, inputs)[1].var()
        if not 0 < variance < np.inf or abs(variance - 1) <= 0.01:
            break
        layer.parameters["w"] = layer.parameters["w"] / np.sqrt(variance)'''

WHITEN = '''def whiten(network, layer, inputs):
    """Take the principal axes of what a layer sees for weights, whitened, then the same negated.

    Units beyond these keep what was drawn (Coates and Ng 2012, Learning feature representations
    with k-means, sec. 3).
    """
    seen, _ = watched(network, layer, inputs)
    w = layer.parameters["w"]
    *kernel, channels, units = w.shape
    if kernel:
        # The places of a window stand before its channels, as in the weights.
        places = tuple(range(1, 1 + len(kernel)))
        seen = np.lib.stride_tricks.sliding_window_view(seen, kernel, places)
        seen = np.moveaxis(seen, 1 + len(kernel), -1)
    seen = seen.reshape(-1, w[..., 0].size)
    variances, axes = np.linalg.eigh(np.cov(seen.T, bias=True))
    # Of an axis and its negative, the one whose largest number is positive.
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(len(axes))])
    # The strongest axes come first. A share of the mean variance keeps the weakest from being loud.
    filters = axes[:, ::-1] / np.sqrt(np.maximum(variances[::-1], 0) + 5e-4 * variances.mean())
    filters = np.concatenate([filters, -filters], axis=1)[:, :units]
    w.reshape(-1, units)[:, :filters.shape[1]] = filters
    if "b" in layer.parameters:
        layer.parameters["b"][:filters.shape[1]] -= seen.mean(axis=0) @ filters'''


@dataclass(frozen=True)
class _Weights:
    """How weights are drawn: statements' shape, and fans."""

    start: Drawn

    def drawn(self, name: str, fans: int = 2) -> str:
        """Return a call of one of `LAWS`, with so many of the fans."""
        told = (str(fan) for fan in self.start.fans[:fans])
        return f"{name}({', '.join(('rng', str(self.start.shape), *told))})"

    def between(self, limit: float) -> str:
        """Return a call that draws between minus and plus a limit."""
        return f"rng.uniform({-limit!r}, {limit!r}, {self.start.shape})"

    def normal(self, deviation: float) -> str:
        """Return a call that draws normal numbers."""
        return f"rng.normal(0, {deviation!r}, {self.start.shape})"


def _pytorch(x: _Weights) -> str:
    role = x.start.role
    return x.normal(1.0) if role == TABLE else x.between(
        1 / math.sqrt(x.start.fans[0 if role == SUM else 1]))


def _keras(x: _Weights) -> str:
    if x.start.role == TABLE:
        return x.between(0.05)
    return x.drawn("orthogonal", 0) if x.start.role == STATE else x.drawn("xavier_uniform")


SCHEMES: dict[str, Callable[[_Weights], str]] = {
    "xavier_uniform": lambda x: x.drawn("xavier_uniform"),
    "xavier_normal": lambda x: x.drawn("xavier_normal"),
    "he_uniform": lambda x: x.drawn("he_uniform", 1),
    "he_normal": lambda x: x.drawn("he_normal", 1),
    "lecun_uniform": lambda x: x.drawn("lecun_uniform", 1),
    "lecun_normal": lambda x: x.drawn("lecun_normal", 1),
    "orthogonal": lambda x: x.drawn("orthogonal", 0),
    "lsuv": lambda x: x.drawn("orthogonal", 0),
    "whitened": lambda x: x.drawn("orthogonal", 0),
    "normal": lambda x: x.normal(x.start.spread),
    "uniform": lambda x: x.between(x.start.spread),
    "zeros": lambda x: f"np.zeros({x.start.shape})",
    "constant": lambda x: f"np.full({x.start.shape}, {x.start.spread!r})",
    "identity": lambda x: f"identity({x.start.shape})",
    "playground": lambda x: x.between(0.5),
    "pytorch": _pytorch,
    "keras": _keras,
}
"""By initialiser, what draws weights."""


def write_fresh(source: Source, graph: Graph, names: Mapping[str, str]) -> None:
    """Append the function that returns the network with new weights, and what it calls.

    Parameters
    ----------
    source : Source
        The script.
    graph : Graph
        The project.
    names : Mapping[str, str]
        What each layer is called, by its id.
    """
    groups = _groups(graph, names)
    text = "\n".join(line for statements in groups for line in statements)
    found = {layer.is_whitened for layer in graph.adapting}
    laws = [law for name, law in LAWS.items() if f"{name}(" in text]
    for part in (*laws, *((WATCHED,) if found else ()), *((SCALE,) if False in found else ()),
                 *((WHITEN,) if True in found else ())):
        source.add(part, "", "")
    with source.block(f"def fresh_network(seed{', inputs' if found else ''}):"):
        source.add('"""Return the network with new weights, drawn as the project draws them."""')
        source.add(*(["rng = np.random.default_rng(seed)"] if "rng" in text else []))
        if any(layer.frozen or one.role == TOLD for layer in graph.layers
               for one in layer.parameters):
            source.add("weights = load_weights()  # what is frozen, or told by data, stays")
        else:
            source.add("weights = {}")
        for statements, layers in groups.items():
            _write_group(source, statements, layers)
        if not found:
            source.add("return make_network(weights)")
            return
        source.add("network = make_network(weights)")
        for layer in graph.adapting:
            call, seen = ("whiten", LOOKED_AT) if layer.is_whitened else ("scale_by_data", PROBE)
            source.add(f'{call}(network, network.layers["{names[layer.id]}"], inputs[:{seen}])')
        source.add("return network")


def _groups(graph: Graph, names: Mapping[str, str]) -> dict[tuple[str, ...], list[str]]:
    """Return statements with the names of all layers that they are for."""
    found: dict[tuple[str, ...], list[str]] = {}
    for layer in graph.layers:
        if layer.parameters and not layer.frozen:
            found.setdefault(_statements(layer), []).append(names[layer.id])
    return found


def _write_group(source: Source, statements: tuple[str, ...], names: list[str]) -> None:
    if len(names) == 1:
        source.add(*(line.replace(NAME, names[0]) for line in statements))
        return
    quoted = [f'"{name}"' for name in names]
    with source.block(filled("for name in (", quoted, "):", 4)):
        source.add(*(line.replace('["', '[f"') for line in statements))


def _statements(layer: GraphLayer) -> tuple[str, ...]:
    found = []
    for one in layer.parameters:
        if one.role != TOLD:
            place = f'weights["{NAME}/{one.own}"]'
            found.append(f"{place} = {_value(one.start)}")
            if isinstance(one.start, Drawn) and one.start.is_padded:
                found.append(f"{place}[0] = 0")
    return tuple(found)


def _value(start: Start) -> str:
    if isinstance(start, Filled):
        return _equal(start.value, start.size)
    if isinstance(start, Biases):
        return _biases(start)
    drawn = SCHEMES[start.scheme.key](_Weights(start))
    if start.parts > 1:
        # Of a recurrent layer, the matrix of every gate is drawn by itself.
        drawn = f"np.hstack([{drawn} for _ in range({start.parts})])"
    return drawn if start.gain == 1 else f"{start.gain!r} * {drawn}"


def _biases(start: Biases) -> str:
    blocks, units = len(start.starts), start.units
    found = _equal(start.starts[0], blocks * units) if len(set(start.starts)) == 1 else \
        f"np.repeat({list(start.starts)}, {units})"
    if not start.limit:
        return found
    limits = f"{-start.limit!r}, {start.limit!r}"
    drawn = f"rng.uniform({limits}, {blocks * units})"
    if start.twice:
        # PyTorch adds two biases up.
        drawn += f" + np.pad(rng.uniform({limits}, {start.twice * units}), " \
                 f"(0, {(blocks - start.twice) * units}))"
    return drawn if not any(start.starts) else f"{start.starts[0]!r} + {drawn}"


def _equal(value: float, size: int) -> str:
    names = {0.0: f"np.zeros({size})", 1.0: f"np.ones({size})"}
    return names.get(value, f"np.full({size}, {value!r})")
