"""New weights in PyTorch: drawn as the project draws them, by ``torch.nn.init`` where it can."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from engine.export.graph import Graph
from engine.export.pytorch.model import Model, Named
from engine.export.pytorch.module import number
from engine.export.source import Source, call_text, filled
from engine.layers.initialisers import LOOKED_AT, PROBE, SPREAD, STATE, TABLE
from engine.layers.starts import Biases, Drawn, Start

LAYER = "layer"
"""What a statement calls the module that it is about."""

RESET = f"{LAYER}.reset_parameters()"
"""What PyTorch does by itself with a module that is made."""

WATCHED = '''def watched(model, layer, inputs):
    """Return what a layer reads and what it gives while the network looks at some examples."""
    seen = []
    watch = layer.register_forward_hook(lambda _layer, given, found: seen.append((given[0], found)))
    model.eval()(inputs)
    watch.remove()
    return seen.pop()'''

SCALE = '''def scale_by_data(model, layer, inputs):
    """Scale weights until a layer's sums have variance 1 (LSUV: Mishkin and Matas 2016)."""
    for _ in range(10):
        variance = watched(model, layer, inputs)[1].var(correction=0)
        if not 0 < variance < torch.inf or abs(variance - 1) <= 0.01:
            break
        layer.weight /= variance.sqrt()'''

WHITEN = '''def whiten(layer, windows):
    """Take the principal axes of windows for weights, whitened, then the same negated.

    Units beyond these keep what was drawn (Coates and Ng 2012, Learning feature representations
    with k-means, sec. 3).
    """
    windows = windows.double()
    variances, axes = torch.linalg.eigh(torch.cov(windows.T, correction=0))
    # Of an axis and its negative, the one whose largest number is positive.
    axes = axes * axes.gather(0, axes.abs().argmax(dim=0, keepdim=True)).sign()
    # The strongest axes come first. A share of the mean variance keeps the weakest from being loud.
    filters = axes.flip(1) / (variances.flip(0).clamp(min=0) + 5e-4 * variances.mean()).sqrt()
    filters = torch.cat([filters, -filters], dim=1)[:, :len(layer.weight)]
    layer.weight.flatten(1)[:filters.shape[1]] = filters.T.to(layer.weight)
    if layer.bias is not None:
        layer.bias[:filters.shape[1]] -= (windows.mean(dim=0) @ filters).to(layer.bias)'''

WINDOWS = {
    "nn.Linear": "{seen}.flatten(0, -2)",
    "nn.Conv1d": "{seen}.unfold(2, {layer}.kernel_size[0], 1).transpose(1, 2).flatten(2)"
                 ".flatten(0, 1)",
    "nn.Conv2d": "F.unfold({seen}, {layer}.kernel_size).transpose(1, 2).flatten(0, 1)",
}
"""By module, what its weights are laid on, a row for each place."""


@dataclass(frozen=True)
class _Weights:
    """How weights are drawn: the array's name in a statement, its law, and its gain."""

    name: str
    start: Drawn

    @property
    def gain(self) -> float:
        return self.start.gain

    def with_gain(self, call: str, *options: str) -> tuple[str, ...]:
        """Return a call of what takes a gain."""
        gain = (f"gain={number(self.gain)}",) if self.gain != 1 else ()
        return (f"nn.init.{call}({', '.join((self.name, *options, *gain))})",)

    def times_gain(self, call: str, *options: str) -> tuple[str, ...]:
        """Return a call of what takes none, and what multiplies by it."""
        drawn = f"nn.init.{call}({', '.join((self.name, *options))})"
        return (drawn, f"{self.name}.mul_({number(self.gain)})") if self.gain != 1 else (drawn,)

    def he(self, law: str, function: str) -> tuple[str, ...]:
        """Return a call of He's, by our fan in."""
        is_turned = self.start.role in (SPREAD, TABLE)
        mode = ('mode="fan_out"',) if is_turned else ()
        told = ("# PyTorch counts the fans of these weights the other way round.",) if is_turned \
            else ()
        return (*told, *self.times_gain(f"kaiming_{law}_", *mode, f'nonlinearity="{function}"'))

    def between(self, limit: float) -> tuple[str, ...]:
        """Return a call that draws between minus and plus a limit times the gain."""
        limit = limit * self.gain
        return (f"nn.init.uniform_({self.name}, {number(-limit)}, {number(limit)})",)


def _default(x: _Weights) -> tuple[str, ...]:
    return (f"{x.name}.mul_({number(x.gain)})",) if x.gain != 1 else ()


def _of_keras(x: _Weights) -> tuple[str, ...]:
    if x.start.role == TABLE:
        return x.between(0.05)
    return x.with_gain("orthogonal_" if x.start.role == STATE else "xavier_uniform_")


def _identity(x: _Weights) -> tuple[str, ...]:
    return x.times_gain("eye_" if len(x.start.shape) == 2 else "dirac_")


LECUN = "# LeCun's is He's for a function that takes nothing away."

SCHEMES: dict[str, Callable[[_Weights], tuple[str, ...]]] = {
    "xavier_uniform": lambda x: x.with_gain("xavier_uniform_"),
    "xavier_normal": lambda x: x.with_gain("xavier_normal_"),
    "he_uniform": lambda x: x.he("uniform", "relu"),
    "he_normal": lambda x: x.he("normal", "relu"),
    "lecun_uniform": lambda x: (LECUN, *x.he("uniform", "linear")),
    "lecun_normal": lambda x: (LECUN, *x.he("normal", "linear")),
    "orthogonal": lambda x: x.with_gain("orthogonal_"),
    "lsuv": lambda x: (f"nn.init.orthogonal_({x.name})",),
    "whitened": lambda x: (f"nn.init.orthogonal_({x.name})",),
    "normal": lambda x: (f"nn.init.normal_({x.name}, std={number(x.start.spread * x.gain)})",),
    "uniform": lambda x: x.between(x.start.spread),
    "zeros": lambda x: (f"nn.init.zeros_({x.name})",),
    "constant": lambda x: (f"nn.init.constant_({x.name}, {number(x.start.spread)})",),
    "identity": _identity,
    "playground": lambda x: x.between(0.5),
    "pytorch": _default,
    "keras": _of_keras,
}
"""By initialiser, statements that draw weights."""

BY_SHAPE = frozenset({"xavier_uniform", "xavier_normal", "orthogonal", "identity"})
"""Schemes to which it makes a difference whether matrices are drawn apart or as one."""


class Starts:
    """New weights for every layer that is not frozen.

    Parameters
    ----------
    graph : Graph
        The project.
    model : Model
        Its modules.
    """

    def __init__(self, graph: Graph, model: Model) -> None:
        self._graph, self._model = graph, model

    @property
    def helpers(self) -> tuple[str, ...]:
        """Functions that look at data."""
        found = {layer.is_whitened for layer in self._graph.adapting}
        return (*((WATCHED,) if found else ()), *((SCALE,) if False in found else ()),
                *((WHITEN,) if True in found else ()))

    def write(self, source: Source) -> None:
        """Append the function that returns the network with new weights."""
        for text in self.helpers:
            source.add(text, "", "")
        given = "seed, inputs" if self._graph.adapting else "seed"
        source.add("@torch.no_grad()")
        with source.block(f"def fresh_model({given}):"):
            source.add('"""Return the network with new weights, drawn as the project draws '
                       'them."""', "torch.manual_seed(seed)")
            source.add(*(["# Frozen layers keep what is loaded."] if self._model.frozen else []),
                       "model = load_model()")
            for statements, modules in self._groups():
                self._write_group(source, statements, modules)
            for one in self._adapting():
                self._write_adapting(source, one)
            source.add("return model")

    def _groups(self) -> Iterator[tuple[tuple[str, ...], list[Named]]]:
        """Yield statements with all modules that they are for."""
        found: dict[tuple[str, ...], list[Named]] = {}
        for one in self._model.modules:
            if one.module.arrays and not one.layer.frozen:
                found.setdefault(_statements(one), []).append(one)
        yield from found.items()

    def _write_group(self, source: Source, statements: tuple[str, ...], modules: list[Named]
                     ) -> None:
        if len(modules) == 1:
            own = _path(modules[0])
            source.add(*(call_text(line.replace(f"{LAYER}.", f"{own}."), 4)
                         for line in statements))
            return
        kinds = sorted({_class(one) for one in modules})
        everywhere = Counter(_class(one) for one in self._model.modules if one.module.arrays)
        if sum(everywhere[kind] for kind in kinds) == len(modules):
            of = kinds[0] if len(kinds) == 1 else f"({', '.join(kinds)})"
            with source.block(f"for {LAYER} in model.modules():"), \
                    source.block(f"if isinstance({LAYER}, {of}):"):
                source.add(*statements)
            return
        with source.block(filled(f"for {LAYER} in (", [_path(one) for one in modules], "):", 4)):
            source.add(*statements)

    def _adapting(self) -> Iterator[Named]:
        for layer in self._graph.adapting:
            yield next(one for one in self._model.modules
                       if one.layer is layer and one.module.starts)

    def _write_adapting(self, source: Source, one: Named) -> None:
        path = _path(one)
        if not one.layer.is_whitened:
            source.add(f"scale_by_data(model, {path}, inputs[:{PROBE}])")
            return
        # Zeros around an image are none of what whitening looks at.
        first = next(other for other in self._model.modules if other.layer is one.layer)
        before = _path(first, ".module" if one.module.inner else "")
        source.add(f"seen, _ = watched(model, {before}, inputs[:{LOOKED_AT}])",
                   f"whiten({path}, "
                   f"{WINDOWS[_class(one)].format(seen='seen', layer=path)})")


def _path(one: Named, inner: str | None = None) -> str:
    return f"model.{one.name}{one.module.inner if inner is None else inner}"


def _class(one: Named) -> str:
    """Return the class of the module that has the parameters."""
    if one.module.inner == ".table":
        return "nn.Embedding"
    make = one.module.make
    return (make.split("(")[1] if one.module.inner else make.split("(")[0])


def _statements(one: Named) -> tuple[str, ...]:
    """Return what draws a module's parameters."""
    found: list[str] = []
    for name, start in one.module.starts.items():
        # What is told of a parameter need not be told of the next one.
        found += [line for line in _of(f"{LAYER}.{name}", start)
                  if not (line.startswith("#") and line in found)]
    if all(_is_default(start) for start in one.module.starts.values()):
        return (RESET, *found)
    is_mixed = any(_is_default(start) for start in one.module.starts.values())
    return (RESET, *found) if is_mixed else tuple(found)


def _is_default(start: Start) -> bool:
    """Say whether PyTorch draws so by itself, but for a factor or a shift."""
    if isinstance(start, Biases):
        return start.limit > 0
    return isinstance(start, Drawn) and (start.scheme.key == "pytorch" or _is_own_table(start))


def _is_own_table(start: Drawn) -> bool:
    return start.role == TABLE and start.scheme.key == "normal" and start.spread == 1 \
        and start.gain == 1


def _of(name: str, start: Start) -> Iterable[str]:
    if isinstance(start, Biases):
        return _biases(name, start)
    assert isinstance(start, Drawn)
    if _is_own_table(start):
        return ()
    if start.parts > 1 and start.scheme.key in BY_SHAPE:
        drawn = SCHEMES[start.scheme.key](_Weights("gate", start))
        return ("# The matrix of every gate is drawn by itself.",
                f"for gate in {name}.chunk({start.parts}):", *(f"    {line}" for line in drawn))
    rest = (f"{name}[0].zero_()",) if start.is_padded and start.scheme.key != "zeros" else ()
    return (*SCHEMES[start.scheme.key](_Weights(name, start)), *rest)


def _biases(name: str, start: Biases) -> Iterable[str]:
    first = max(set(start.starts), key=start.starts.count)
    if start.limit:
        return (f"{name}.add_({number(first)})",) if first else ()
    found = [f"nn.init.constant_({name}, {number(first)})" if first else f"nn.init.zeros_({name})"]
    # Of an LSTM's gates, that which forgets may begin apart.
    return (*found, *(f"{name}.chunk({len(start.starts)})[{gate}].fill_({number(one)})"
                      "  # the forget gate"
                      for gate, one in enumerate(start.starts) if one != first))
