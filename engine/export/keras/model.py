"""The network in Keras: its layers by their names, and the way through them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from engine.arrays import Reals
from engine.errors import SpecError
from engine.export.graph import Graph, GraphLayer
from engine.export.keras import images, sequences, units  # noqa: F401 - register what they write
from engine.export.keras.made import FUNCTIONS, OPS, Made, Place
from engine.export.names import identifiers
from engine.export.source import Source, filled

TITLE = "Keras"

TOKEN_OPS = frozenset({"embedding", "ngram_bag"})

WHOLE = "network"
"""Name of the network where it is a sequence of layers, whose paths then begin with it."""

OWN_PATH = f'''def path_of(variable):
    """Return where a variable stands in the network: dense_1/kernel."""
    return variable.path.removeprefix("{WHOLE}/")'''


@dataclass(frozen=True)
class Named:
    """A layer of Keras by its name.

    Attributes
    ----------
    layer : GraphLayer
        Ours that it belongs to.
    name : str
        What Keras calls it.
    made : Made
        The layer.
    """

    layer: GraphLayer
    name: str
    made: Made

    def text(self, before: str = "", behind: str = "", indent: int = 4) -> str:
        """Return what makes it, with what stands before and behind."""
        begins = ("trainable=False",) if self.layer.frozen and self.made.arrays else \
            self.made.starts
        return filled(f"{before}{self.made.kind}(",
                      (*self.made.options, *begins, f'name="{self.name}"'),
                      f"){behind}", indent)


class Model:
    """All layers of a graph.

    Parameters
    ----------
    graph : Graph
        The project.

    Attributes
    ----------
    layers : tuple[Named, ...]
        In the order of computation.
    names : Mapping[str, str]
        What each of ours is called, by its id.
    helpers : frozenset[str]
        Helpers that they need.
    is_sequential : bool
        Whether each reads the one before and nothing else.

    Raises
    ------
    SpecError
        If Keras has no word for an op, or a layer does something that it cannot do.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self.names: Mapping[str, str] = identifiers((layer.id for layer in graph.layers),
                                                    ("inputs",))
        self.layers = tuple(self._named())
        self.helpers = frozenset(name for one in self.layers for name in one.made.helpers)
        self.is_sequential = not graph.branches and not self.is_masked

    @property
    def reads_tokens(self) -> bool:
        """Whether whole numbers go in."""
        return any(node.op in TOKEN_OPS for layer in self._graph.layers for node in layer.nodes)

    @property
    def bag(self) -> GraphLayer | None:
        """The bag of n-grams that reads the data, if there is one."""
        return next((layer for layer in self._graph.layers for node in layer.nodes
                     if node.op == "ngram_bag"), None)

    @property
    def is_masked(self) -> bool:
        """Whether any layer is told which steps count."""
        return any(one.made.mask and one.layer.is_masked for one in self.layers)

    @property
    def width(self) -> int:
        """How many numbers of an example go into the network."""
        size = int(self._graph.data.inputs.shape[1])
        if self.bag is None:
            return size
        longest = self.bag.nodes[0].whole("longest")
        return sum(size - length for length in range(longest))

    @property
    def kept(self) -> tuple[str, ...]:
        """How the paths of variables begin that are not drawn anew: frozen, or told by data."""
        frozen = (f"{one.name}/" for one in self.layers if one.layer.frozen and one.made.arrays)
        told = (f"{one.name}/ratio" for one in self.layers
                if "ratio" in one.made.arrays and not one.layer.frozen)
        return (*frozen, *told)

    def arrays(self) -> dict[str, Reals]:
        """Return all parameters by Keras' paths."""
        return {f"{one.name}/{name}": np.ascontiguousarray(array)
                for one in self.layers for name, array in one.made.arrays.items()}

    @property
    def text(self) -> str:
        """What makes all layers, one after the other."""
        return "\n".join(one.text() for one in self.layers)

    def write(self, source: Source) -> None:
        """Append what makes the network, and what says where its variables are."""
        source.add(OWN_PATH, "", "")
        kind = ', dtype="int32"' if self.reads_tokens else ""
        with source.block("def make_model():"):
            source.add('"""Return the network, its weights not yet those of the project."""')
            if self.is_sequential:
                source.add("return keras.Sequential([")
                with source.indented():
                    source.add(f"keras.Input(({self.width},){kind}),")
                    for one in self.layers:
                        self._write_note(source, one)
                        with source.of(one.layer.id):
                            source.add(one.text(behind=",", indent=8))
                source.add(f'], name="{WHOLE}")')
            else:
                self._write_way(source, kind)

    def _write_way(self, source: Source, kind: str) -> None:
        source.add(f"inputs = keras.Input(({self.width},){kind})")
        if self.is_masked:
            source.add("# Token 0 is padding: its steps do not count.",
                       "counts = ops.not_equal(inputs, 0)")
        given: dict[str, str] = {}
        for layer in self._graph.layers:
            feeding = [given[name] for name in layer.inputs] or ["inputs"]
            found = feeding[0]
            for one in (one for one in self.layers if one.layer is layer):
                self._write_note(source, one)
                read = f"[{', '.join(feeding)}]" if one.made.takes_list else feeding[0]
                told = f", {one.made.mask}=counts" if one.made.mask and layer.is_masked else ""
                found = self.names[layer.id]
                with source.of(layer.id):
                    source.add(one.text(f"{found} = ", f"({read}{told})"))
                feeding = [found]
            given[layer.id] = found
        source.add(f"return keras.Model(inputs, {found})")

    @staticmethod
    def _write_note(source: Source, one: Named) -> None:
        if one.made.note:
            source.comment(one.made.note)

    def _named(self) -> Iterator[Named]:
        used = set(self.names.values())
        for layer in self._graph.layers:
            for number, made in enumerate(self._made(layer)):
                name = self.names[layer.id]
                if made.suffix and (number or made.arrays):
                    name = f"{name}_{made.suffix}"
                    while name in used:
                        name += "_"
                    used.add(name)
                yield Named(layer, name, made)

    def _made(self, layer: GraphLayer) -> list[Made]:
        """Return the layers of one of ours, a function being an option where it can."""
        found: list[Made] = []
        shape = layer.input_shapes[0]
        for node in layer.nodes:
            if node.op not in OPS:
                raise SpecError("export.cannot", place=layer.place, target=TITLE, what=node.op)
            if found and found[-1].takes_activation and node.op in FUNCTIONS:
                found[-1] = found[-1].activated(*FUNCTIONS[node.op])
            else:
                found.append(OPS[node.op](Place(self._graph, layer, node, shape)))
            shape = layer.shape
        return [replace(one, takes_activation=False) for one in found]
