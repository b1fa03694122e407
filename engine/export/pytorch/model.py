"""The network in PyTorch: its modules by the names of layers, and the way through them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import SpecError
from engine.export.graph import Graph, GraphLayer
from engine.export.names import TAKEN, identifiers
from engine.export.pytorch import images, sequences, units  # noqa: F401 - register what they write
from engine.export.pytorch.module import OPS, Module, Place
from engine.export.source import WIDTH, Source, call_text


@dataclass(frozen=True)
class Named:
    """A module by its name.

    Attributes
    ----------
    layer : GraphLayer
        The layer that it belongs to.
    name : str
        What the network calls it; what it gives is called so, too.
    module : Module
        The module.
    """

    layer: GraphLayer
    name: str
    module: Module


class Model:
    """All modules of a graph.

    Parameters
    ----------
    graph : Graph
        The project.

    Attributes
    ----------
    modules : tuple[Named, ...]
        In the order of computation.
    names : Mapping[str, str]
        What each layer is called, by its id.
    helpers : frozenset[str]
        Helpers that they are made from.
    is_sequential : bool
        Whether each reads the one before and nothing else.

    Raises
    ------
    SpecError
        If PyTorch has no word for an op, or a layer does something that it cannot do.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self.names: Mapping[str, str] = identifiers(layer.id for layer in graph.layers)
        self.modules = tuple(self._named())
        self.is_sequential = not graph.branches and all(
            one.module.make and not one.module.is_masked for one in self.modules)
        self.helpers = frozenset(
            name for one in self.modules if self.is_sequential or not one.module.call
            for name in one.module.helpers)

    def _named(self) -> Iterator[Named]:
        used = {*TAKEN, *self.names.values()}
        examples, size = len(self._graph.data.training), self._graph.training.batch_size
        single = size == 1 or (examples % size == 1 and not self._graph.training.carries)
        for layer in self._graph.layers:
            shape = layer.input_shapes[0]
            for number, node in enumerate(layer.nodes):
                if node.op not in OPS:
                    raise SpecError("export.cannot", place=layer.place, target="PyTorch",
                                    what=node.op)
                place = Place(layer, node, shape, self._graph.weights, single)
                for module in OPS[node.op](place):
                    yield Named(layer, self._free(layer, module, number, used), module)
                shape = layer.shape

    def _free(self, layer: GraphLayer, module: Module, number: int, used: set[str]) -> str:
        own = self.names[layer.id]
        if not module.suffix or (number == 0 and not layer.parameters):
            return own
        name, count = f"{own}_{module.suffix}", 2
        while name in used:
            name, count = f"{own}_{module.suffix}_{count}", count + 1
        used.add(name)
        return name

    @property
    def reads_tokens(self) -> bool:
        """Whether the data are whole numbers that stand for tokens."""
        return any(node.op in TOKENS for layer in self._graph.layers for node in layer.nodes)

    def _seen(self, value: str, layer: GraphLayer) -> str:
        """Return a value as a layer reads it: tokens as numbers, where it is for others."""
        is_other = value == "x" and self.reads_tokens and layer.nodes and \
            layer.nodes[0].op not in TOKENS
        return "x.to(DTYPE)" if is_other else value

    @property
    def frozen_norms(self) -> tuple[str, ...]:
        """Names of frozen modules that would go on keeping up a mean and a variance."""
        return tuple(one.name for one in self.modules if one.layer.frozen
                     and any(name.endswith("running_mean") for name in one.module.arrays))

    @property
    def frozen(self) -> tuple[str, ...]:
        """Names of modules whose parameters stay as they are."""
        return tuple(one.name for one in self.modules if one.layer.frozen and one.module.arrays)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return all parameters as PyTorch's ``state_dict`` has them."""
        return {f"{one.name}.{name}": np.ascontiguousarray(array)
                for one in self.modules for name, array in one.module.arrays.items()}

    def write(self, source: Source) -> None:
        """Append what makes the network."""
        if self.is_sequential:
            self._write_sequential(source)
        else:
            self._write_network(source)

    def _write_sequential(self, source: Source) -> None:
        with source.block("def make_model():"):
            source.add('"""Return the network, its weights not yet those of the project."""')
            source.add("return nn.Sequential(OrderedDict([")
            with source.indented():
                for one in self.modules:
                    with source.of(one.layer.id):
                        if one.module.note:
                            source.comment(one.module.note)
                        before = f'("{one.name}", '
                        source.add(before + call_text(one.module.make, len(before) + 8, "),"))
            source.add("]))")

    def _write_network(self, source: Source) -> None:
        with source.block("class Network(nn.Module):"):
            source.add('"""The network; layers are called as in the project."""', "")
            with source.block("def __init__(self):"):
                source.add("super().__init__()")
                for one in self.modules:
                    if one.module.make and not one.module.call:
                        with source.of(one.layer.id):
                            if one.module.note:
                                source.comment(one.module.note)
                            before = f"self.{one.name} = "
                            source.add(before + call_text(one.module.make, len(before) + 8))
            source.add("")
            with source.block("def forward(self, x):"):
                self._write_forward(source)
        source.add("", "")
        with source.block("def make_model():"):
            source.add('"""Return the network, its weights not yet those of the project."""',
                       "return Network()")

    def _write_forward(self, source: Source) -> None:
        if any(one.module.is_masked for one in self.modules):
            source.add("# Token 0 is padding: its steps do not count.", "counts = x != 0")
        given: dict[str, str] = {}
        for layer in self._graph.layers:
            inputs = [self._seen(given[name], layer) for name in layer.inputs] or ["x"]
            found = inputs[0]
            with source.of(layer.id):
                for one in (one for one in self.modules if one.layer is layer):
                    called = _called(one, inputs)
                    if one.module.note and one.module.call:
                        source.comment(one.module.note)
                    found = self.names[layer.id]
                    _assign(source, found, called, one.module.between)
                    inputs = [found]
            given[layer.id] = found
        source.add(f"return {found}")


TOKENS = frozenset({"embedding", "ngram_bag"})
"""Ops that read the data as whole numbers."""


def _called(one: Named, inputs: list[str]) -> str:
    joined = one.module.between.join(inputs)
    if one.module.call:
        return one.module.call.replace("{x}", joined)
    return f"self.{one.name}({joined}{', counts' if one.module.is_masked else ''})"


def _assign(source: Source, name: str, value: str, between: str) -> None:
    """Append an assignment, in brackets over several lines where one would be too long."""
    if len(name) + len(value) + 11 <= WIDTH:
        source.add(f"{name} = {value}")
        return
    parts = value.split(between)
    lines, line = [], parts[0]
    for part in parts[1:]:
        if len(line) + len(between) + len(part) + 12 > WIDTH:
            lines.append(line + between.rstrip())
            line = part
        else:
            line += between + part
    with source.block(f"{name} = ("):
        source.add(*lines, line)
    source.add(")")
