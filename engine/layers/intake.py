"""How a network takes the data in: fitted to tokens or numbers, and to how many there are."""

from __future__ import annotations

from msgspec.structs import replace

from engine.errors import EngineError
from engine.layers.kind import Shape
from engine.layers.registry import kind, kinds
from engine.layers.shapes import infer_shapes
from engine.spec import LayerSpec, NetworkSpec, Option, Task

_READERS = {kind.key: kind for kind in kinds() if kind.reads_tokens}
"""The kinds of layers that take the data for tokens."""
_MEANS = frozenset({"sequence_mean"})
"""The kinds that only make one row of a sequence."""
_STEPS = {kind.key for kind in kinds() if kind.field("output") is not None}
"""The kinds that give the last step or all of them."""


def reading(network: NetworkSpec, task: Task, vocabulary: int, n_inputs: int,
            shape: Shape = ()) -> NetworkSpec:
    """Return a network whose first layers can take the data.

    Parameters
    ----------
    network : NetworkSpec
        The network.
    task : str
        The data set's task.
    vocabulary : int
        How many tokens the inputs stand for; 0 when they are just numbers.
    n_inputs : int
        Numbers per example that go in; 0 leaves layers that need to know it as they are.
    shape : tuple[int, ...]
        Axes of an example that has several.
    """
    if not network.layers:
        return network
    if vocabulary:
        return _reading_tokens(network, task, vocabulary)
    if not n_inputs:
        return network
    if any(layer.kind in _READERS for layer in network):
        network = _reading_numbers(network, task, n_inputs)
    return _refitted(network, n_inputs, shape)


def giving(network: NetworkSpec, task: Task, n_inputs: int) -> NetworkSpec:
    """Return a network that gives one row, or one for every step where the task asks for it.

    The last recurrent layer is made to, or the mean over the steps is left out; where neither helps
    the network is returned as it is. Parameters as of `reading`.
    """
    wanted = 2 if task in ("sequence", "transcription") else 1
    if not n_inputs or _rank(network, n_inputs) == wanted:
        return network
    last = [layer for layer in network if layer.kind in _STEPS][-1:]
    output = "sequence" if wanted == 2 else "last"
    for after in (*(network.replaced(layer.with_options(output=output)) for layer in last),
                  _without(network, _MEANS)):
        if _rank(after, n_inputs) == wanted:
            return after
    return network


def _reading_tokens(network: NetworkSpec, task: Task, vocabulary: int) -> NetworkSpec:
    readers = [layer for layer in network if layer.kind in _READERS]
    if readers:
        for layer in readers:
            if _READERS[layer.kind].options(layer)["vocabulary"] != vocabulary:
                network = network.replaced(layer.with_options(vocabulary=vocabulary))
        return network
    reader = LayerSpec(network.fresh_id("embedding"), "embedding", {"vocabulary": vocabulary})
    steps = next((layer for layer in _fed(network) if _makes_steps(layer)), None)
    if steps is not None:
        # What went through the numbers one by one goes through the tokens now.
        return network.replaced(replace(steps, kind=reader.kind, options=reader.options))
    first = network.layers[0].id
    after = NetworkSpec(tuple(
        layer.with_inputs(*(reader.id if name == first else name for name in layer.inputs))
        for layer in network))
    network = after.inserted(1, reader)
    if task == "sequence":
        return network
    # One row of numbers, as what was there before has seen.
    return network.inserted(2, LayerSpec(network.fresh_id("flatten"), "flatten"))


def _reading_numbers(network: NetworkSpec, task: Task, n_inputs: int) -> NetworkSpec:
    """Return a network without readers of tokens; one as it is if it cannot do without."""
    plain = _without(network, frozenset(_READERS))
    options: dict[str, Option] = {"form": "sequence", "steps": n_inputs, "features": 1}
    steps = NetworkSpec(tuple(
        LayerSpec(layer.id, "reshape", options, layer.inputs) if layer.kind in _READERS else layer
        for layer in network))
    # Dense layers take a row as it comes; recurrent ones go through it a number at a time.
    for candidate in (plain, _without(plain, _MEANS), steps):
        if _shape(giving(candidate, task, n_inputs), n_inputs) is not None:
            return candidate
    return network


def _without(network: NetworkSpec, unwanted: frozenset[str]) -> NetworkSpec:
    """Return the network without layers of some kinds, and the Flatten layers that serve them."""
    for layer in network.layers[1:]:
        if layer.kind not in unwanted:
            continue
        after = network.layers[network.index(layer.id) + 1:][:1]
        network = network.removed(layer.id)
        for flatten in after:
            if flatten.kind == "flatten" and flatten.inputs in ((), (layer.id,)):
                network = network.removed(flatten.id)
    return network


def _refitted(network: NetworkSpec, n_inputs: int, shape: Shape) -> NetworkSpec:
    """Let the layers that the data themselves feed take as many numbers."""
    for layer in _fed(network):
        layer_kind = kind(layer.kind)
        changes = layer_kind.refitted(layer_kind.options(layer), n_inputs, shape)
        if changes:
            network = network.replaced(layer.with_options(**changes))
    return network


def _fed(network: NetworkSpec) -> tuple[LayerSpec, ...]:
    """Return the layers of known kinds that the data alone feed."""
    known, first = {kind.key for kind in kinds()}, network.layers[0].id
    return tuple(layer for position, layer in enumerate(network) if layer.kind in known
                 and (layer.inputs == (first,) or (position == 1 and not layer.inputs)))


def _makes_steps(layer: LayerSpec) -> bool:
    return layer.kind == "reshape" and kind(layer.kind).options(layer)["form"] == "sequence"


def _rank(network: NetworkSpec, n_inputs: int) -> int:
    """Return how many axes come out; 0 when the layers do not fit one another."""
    return len(_shape(network, n_inputs) or ())


def _shape(network: NetworkSpec, n_inputs: int) -> Shape | None:
    try:
        return infer_shapes(network, (n_inputs,))[-1]
    except (EngineError, IndexError):
        return None
