"""Ways to break a project that can be trained, each with what is then to be complained about."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from hypothesis import assume
from hypothesis import strategies as st

from engine.layers import LOSSES, Shape, infer_shapes, kind
from engine.spec import LayerSpec, NetworkSpec, OptimizerSpec, ScheduleSpec
from tests.engine.training.graphs import BY_STEP, Graph

NOBODY = ""


@dataclass(frozen=True)
class Broken:
    """A project that cannot be trained.

    Attributes
    ----------
    graph : Graph
        The project, and what its data are.
    layer_id : str
        The layer to blame; empty if it is none.
    found : str
        What the complaint has to name.
    """

    graph: Graph
    layer_id: str
    found: str


Mutation = Callable[[st.DrawFn, Graph], Broken]

MUTATIONS: list[Mutation] = []


def mutation(function: Mutation) -> Mutation:
    MUTATIONS.append(function)
    return function


def with_layers(graph: Graph, *layers: LayerSpec) -> Graph:
    project = msgspec.structs.replace(graph.project, network=NetworkSpec(layers))
    return replace(graph, project=project)


def replaced(graph: Graph, position: int, **changes: Any) -> Graph:
    """Return the graph in which one layer is another."""
    layers = list(graph.project.network.layers)
    layers[position] = msgspec.structs.replace(layers[position], **changes)
    return with_layers(graph, *layers)


def before_last(graph: Graph, *layers: LayerSpec) -> Graph:
    """Return the graph with more layers in front of the last one."""
    *rest, last = graph.project.network.layers
    return with_layers(graph, *rest, *layers, last)


def trained(graph: Graph, **changes: Any) -> Graph:
    training = msgspec.structs.replace(graph.project.training, **changes)
    return replace(graph, project=msgspec.structs.replace(graph.project, training=training))


def shape_before_last(graph: Graph) -> Shape:
    return infer_shapes(graph.project.network, (graph.n_inputs,))[-2]


def any_layer(draw: st.DrawFn, graph: Graph, *, fields: bool = False) -> tuple[int, LayerSpec]:
    """Return some layer with its position; on request, one that has options."""
    layers = graph.project.network.layers
    return draw(st.sampled_from([
        (place, layer) for place, layer in enumerate(layers)
        if place and not (fields and not kind(layer.kind).fields)]))


@mutation
def wrong_type(draw: st.DrawFn, graph: Graph) -> Broken:
    position, layer = any_layer(draw, graph, fields=True)
    field = draw(st.sampled_from(kind(layer.kind).fields))
    value = draw(st.sampled_from([None, [], {}, b"x", "a word", (1, 2), 1j]))
    options = {**layer.options, field.key: value}
    return Broken(replaced(graph, position, options=options), layer.id, repr(value))


@mutation
def out_of_range(draw: st.DrawFn, graph: Graph) -> Broken:
    position, layer = any_layer(draw, graph, fields=True)
    fields = [field for field in kind(layer.kind).fields if field.minimum is not None]
    assume(fields)
    field = draw(st.sampled_from(fields))
    assert field.minimum is not None
    assert field.maximum is not None
    value = draw(st.sampled_from([
        int(field.minimum) - 1, math.ceil(field.maximum) + 1, 10**30, -10**400, math.nan, math.inf,
        -math.inf]))
    options = {**layer.options, field.key: value}
    return Broken(replaced(graph, position, options=options), layer.id,
                  f"{field.title}: {str(value)[:40]}")


@mutation
def unknown_option(draw: st.DrawFn, graph: Graph) -> Broken:
    position, layer = any_layer(draw, graph)
    return Broken(replaced(graph, position, options={**layer.options, "colour": 3}), layer.id,
                  "'colour'")


@mutation
def unknown_kind(draw: st.DrawFn, graph: Graph) -> Broken:
    position, layer = any_layer(draw, graph)
    name = draw(st.sampled_from(["transformer", "", "Dense", "../dense"]))
    return Broken(replaced(graph, position, kind=name), layer.id, repr(name))


@mutation
def reference_forward(draw: st.DrawFn, graph: Graph) -> Broken:
    """A layer that reads itself or a later one: with the order of layers, every cycle has one."""
    position, layer = any_layer(draw, graph)
    later = draw(st.sampled_from(graph.project.network.layers[position:]))
    return Broken(replaced(graph, position, inputs=(later.id,)), layer.id,
                  "does not stand before it")


@mutation
def reference_to_nothing(draw: st.DrawFn, graph: Graph) -> Broken:
    position, layer = any_layer(draw, graph)
    return Broken(replaced(graph, position, inputs=("gone",)), layer.id, "'gone'")


@mutation
def reference_twice(draw: st.DrawFn, graph: Graph) -> Broken:
    position, layer = any_layer(draw, graph)
    name = graph.project.network.layers[position - 1].id
    # Where there can be but one, two are too many, whichever they are.
    found = "an input twice" if kind(layer.kind).most_inputs > 1 else "2 inputs"
    return Broken(replaced(graph, position, inputs=(name, name)), layer.id, found)


@mutation
def wrong_id(draw: st.DrawFn, graph: Graph) -> Broken:
    position, _ = any_layer(draw, graph)
    name = draw(st.sampled_from(["", "a/b", "input"]))
    return Broken(replaced(graph, position, id=name), name, f"the id {name!r}")


@mutation
def second_input(draw: st.DrawFn, graph: Graph) -> Broken:
    return Broken(before_last(graph, LayerSpec("again", "input")), "again", "another input layer")


@mutation
def no_input(draw: st.DrawFn, graph: Graph) -> Broken:
    layers = graph.project.network.layers[1:]
    return Broken(with_layers(graph, *layers), layers[0].id, repr(layers[0].kind))


@mutation
def output_width(draw: st.DrawFn, graph: Graph) -> Broken:
    last = graph.project.network.layers[-1]
    # One more than there are characters would be right: the blank.
    width = draw(st.integers(max(2, graph.n_outputs) + 2, 4096))
    options = {**last.options, "units": width}
    return Broken(replaced(graph, len(graph.project.network) - 1, options=options), last.id,
                  f"{graph.n_inputs}x{width}" if graph.task in BY_STEP else f"{width} numbers")


@mutation
def inputs_too_many(draw: st.DrawFn, graph: Graph) -> Broken:
    last = graph.project.network.layers[-1]
    first, second = (layer.id for layer in graph.project.network.layers[:2])
    return Broken(replaced(graph, len(graph.project.network) - 1, inputs=(first, second)), last.id,
                  "2 inputs")


@mutation
def inputs_too_few(draw: st.DrawFn, graph: Graph) -> Broken:
    key = draw(st.sampled_from(["add", "concatenate"]))
    return Broken(before_last(graph, LayerSpec("join", key)), "join", "1 input")


@mutation
def unequal_sum(draw: st.DrawFn, graph: Graph) -> Broken:
    *places, width = shape_before_last(graph)
    before = graph.project.network.layers[-2].id
    wide = LayerSpec("wide", "dense", {"units": width + 1})
    shapes = ", ".join("x".join(map(str, [*places, k])) for k in (width, width + 1))
    return Broken(before_last(graph, wide, LayerSpec("sum", "add", inputs=(before, "wide"))), "sum",
                  shapes)


@mutation
def wrong_rank(draw: st.DrawFn, graph: Graph) -> Broken:
    key = draw(st.sampled_from(["conv2d", "conv2d_transpose"]))
    shape = shape_before_last(graph)
    found = f"{shape[0]:,} numbers in a row" if len(shape) == 1 else \
        "an input of shape " + "x".join(map(str, shape))
    return Broken(before_last(graph, LayerSpec("odd", key)), "odd", found)


@mutation
def window_too_large(draw: st.DrawFn, graph: Graph) -> Broken:
    shape = shape_before_last(graph)
    steps = shape[0]
    size = draw(st.integers(steps + 1, 64))
    key, option = draw(st.sampled_from([("conv1d", "kernel"), ("max_pooling", "size"),
                                        ("average_pooling", "size")]))
    options = {option: size, **({"padding": "valid"} if key == "conv1d" else {})}
    fold = [] if len(shape) == 2 else [LayerSpec("fold", "reshape", {
        "form": "sequence", "steps": steps, "features": 1})]
    return Broken(before_last(graph, *fold, LayerSpec("window", key, options)), "window",
                  f"an input of {steps} along an axis")


@mutation
def wrong_reshape(draw: st.DrawFn, graph: Graph) -> Broken:
    size = math.prod(shape_before_last(graph))
    steps = draw(st.integers(1, 65_536).filter(lambda steps: steps != size))
    fold = LayerSpec("fold", "reshape", {"form": "sequence", "steps": steps, "features": 1})
    return Broken(before_last(graph, fold), "fold", f"{size:,} numbers")


@mutation
def odd_code(draw: st.DrawFn, graph: Graph) -> Broken:
    assume(graph.task not in BY_STEP)
    units = 2 * draw(st.integers(0, 2000)) + 1
    code = [LayerSpec("moments", "dense", {"units": units}), LayerSpec("code", "sampling")]
    return Broken(before_last(graph, *code), "code", f"{units} numbers")


@mutation
def unread(draw: st.DrawFn, graph: Graph) -> Broken:
    *rest, before, last = graph.project.network.layers
    lost = LayerSpec("lost", "activation")
    layers = [*rest, before, lost, last.with_inputs(before.id)]
    return Broken(with_layers(graph, *layers), "lost", "no layer reads its output")


@mutation
def wrong_penalty(draw: st.DrawFn, graph: Graph) -> Broken:
    position, layer = any_layer(draw, graph)
    key = draw(st.sampled_from(["l1", "l2", "weight_decay"]))
    value = draw(st.sampled_from([math.nan, math.inf, -1.0, "much", True]))
    return Broken(replaced(graph, position, **{key: value}), layer.id, repr(value))


@mutation
def wrong_frozen(draw: st.DrawFn, graph: Graph) -> Broken:
    position, layer = any_layer(draw, graph)
    value = draw(st.sampled_from([None, 2, "yes", math.nan]))
    return Broken(replaced(graph, position, frozen=value), layer.id, f"frozen: {value!r}")


@mutation
def all_frozen(draw: st.DrawFn, graph: Graph) -> Broken:
    layers = [msgspec.structs.replace(layer, frozen=True) for layer in graph.project.network]
    return Broken(with_layers(graph, *layers), NOBODY, "every layer that could learn is frozen")


@mutation
def too_many_parameters(draw: st.DrawFn, graph: Graph) -> Broken:
    wide = [LayerSpec(f"wide-{n}", "dense", {"units": 4096}) for n in range(5)]
    return Broken(before_last(graph, *wide), NOBODY, "parameters")


@mutation
def too_large_image(draw: st.DrawFn, graph: Graph) -> Broken:
    assume(graph.task not in BY_STEP)
    grow = [LayerSpec(f"grow-{n}", "upsampling", {"factor": 64}) for n in range(3)]
    fold = LayerSpec("fold", "reshape", {"height": 1, "width": 1, "channels": 1})
    one = LayerSpec("one", "dense", {"units": 1})
    shrink = LayerSpec("shrink", "global_average_pooling")
    return Broken(before_last(graph, one, fold, *grow, shrink), "grow-1", "16,777,216 numbers")


@mutation
def vocabulary_too_small(draw: st.DrawFn, graph: Graph) -> Broken:
    assume(graph.vocabulary)
    layer = graph.project.network.layers[1]
    room = int(layer.options["vocabulary"])
    more = draw(st.integers(room + 1, 10**6))
    return Broken(replace(graph, vocabulary=more), layer.id, f"Vocabulary: {room}")


@mutation
def embedding_of_numbers(draw: st.DrawFn, graph: Graph) -> Broken:
    assume(graph.vocabulary)
    return Broken(replace(graph, vocabulary=0), graph.project.network.layers[1].id,
                  "the data are no tokens")


@mutation
def embedding_of_activations(draw: st.DrawFn, graph: Graph) -> Broken:
    middle = LayerSpec("middle", "embedding", {"vocabulary": 9, "units": 2})
    # Without any tokens, no other input would mend it.
    found = "numbers that a layer computes" if graph.vocabulary else "the data are no tokens"
    return Broken(before_last(graph, middle), "middle", found)


@mutation
def unfit_loss(draw: st.DrawFn, graph: Graph) -> Broken:
    loss = draw(st.sampled_from([loss for loss in LOSSES.values()
                                 if graph.task not in loss.tasks]))
    return Broken(trained(graph, loss=loss.key), NOBODY, loss.title)


@mutation
def unknown_rule(draw: st.DrawFn, graph: Graph) -> Broken:
    change = draw(st.sampled_from([
        {"loss": "elbow"}, {"optimizer": OptimizerSpec("elbow")},
        {"schedule": ScheduleSpec("elbow")}]))
    return Broken(trained(graph, **change), NOBODY, "'elbow'")


@mutation
def wrong_training(draw: st.DrawFn, graph: Graph) -> Broken:
    key, value = draw(st.sampled_from([
        ("learning_rate", math.nan), ("learning_rate", -1.0), ("l1", -0.5), ("seed", -3),
        ("precision", "float16"), ("batch_size", 1.5), ("steps", "many"),
        ("optimizer", "sgd"), ("huber_delta", -2.0), ("schedule", ScheduleSpec(every=0))]))
    found = "every: 0" if key == "schedule" else f"{key}: {value!r}"
    return Broken(trained(graph, **{key: value}), NOBODY, found)


@st.composite
def broken_graphs(draw: st.DrawFn, graphs: st.SearchStrategy[Graph]) -> Broken:
    """Return a project that could be trained before one thing was changed."""
    change = draw(st.sampled_from(MUTATIONS))
    return change(draw, draw(graphs))
