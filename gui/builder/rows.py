"""What the network's rows say, in words: one description per layer, whatever its kind."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from engine.data.dataset import Dataset
from engine.layers import LOSSES, Issue, LayerKind, Shape
from engine.spec import LayerSpec, Option, ProjectSpec
from gui.builder.pairing import Pairing
from gui.document.dataset_text import example_text, feature_title, inputs_text, tokens
from gui.document.wiring import Wired, known_kind, wired

FEATURES_SHOWN = 4


@dataclass(frozen=True)
class Row:
    """The fixed part of one row.

    Attributes
    ----------
    layer_id : str
        The layer.
    position : int
        Its number; the input layer is 0.
    label : str
        ``Dense 16 · Sigmoid``.
    detail : str
        ``272 parameters · Xavier uniform``; for the input layer its features.
    note : str
        What stands where the instruments would be when the layer has none.
    help : str
        What a layer of this kind does.
    parameters : int | None
        Numbers that it learns; None when shapes do not fit.
    numbers_in, numbers_out : int | None
        Numbers per example that go in and come out; None when shapes do not fit.
    is_input : bool
        Whether data enter here.
    can_change : bool
        Whether people may move and remove it.
    issue : str
        What is wrong with it; empty if nothing is.
    sources : tuple[int, ...]
        Numbers of the layers that feed it.
    fed_by : str
        ``fed by layers 3 and 1`` where a person has chosen them; else empty.
    shape : str
        Shape of what it gives, ``8x8x16``; empty when shapes do not fit.
    has_weights : bool | None
        Whether it learns weights, which penalties count; None when shapes do not fit.
    frozen : bool
        Whether its parameters stay as they are.
    fans : tuple[int, int] | None
        Numbers that a unit weighs, and units that weigh a number; None without weights, and when
        shapes do not fit.
    place : int
        Where its row stands in the list, from 0.
    pairing : Pairing | None
        What it is in A and in B; None without a pair.
    is_foreign : bool
        Whether only the run of a pair has it that is not edited.
    flows : bool
        Whether, in a run of a pair, what it gives goes to the layer in the row below.
    """

    layer_id: str
    position: int
    label: str
    detail: str
    note: str
    help: str
    parameters: int | None
    numbers_in: int | None
    numbers_out: int | None
    is_input: bool
    can_change: bool
    issue: str
    sources: tuple[int, ...] = ()
    fed_by: str = ""
    shape: str = ""
    has_weights: bool | None = None
    frozen: bool = False
    fans: tuple[int, int] | None = None
    place: int = -1
    pairing: Pairing | None = None
    is_foreign: bool = False
    flows: bool = False

    @property
    def only(self) -> str:
        """Key of the run of a pair that alone has the layer; empty for none."""
        return "" if self.pairing is None else self.pairing.only


def describe(project: ProjectSpec, dataset: Dataset, issues: Sequence[Issue]) -> tuple[Row, ...]:
    """Return a row for every layer; never raises, however broken the network is."""
    network = project.network
    found = wired(network, dataset.n_inputs)
    complaints = {issue.layer_id: issue.text for issue in reversed(issues) if issue.layer_id}
    return tuple(
        _row(project, dataset, position, found[position], complaints.get(layer.id, ""))
        for position, layer in enumerate(network)
    )


def _row(project: ProjectSpec, dataset: Dataset, position: int, found: Wired, issue: str) -> Row:
    layer = project.network.layers[position]
    layer_kind = known_kind(layer)
    if layer_kind is None:
        return Row(layer.id, position, layer.kind, "unknown kind of layer", "", "", None, None,
                   None, False, True, issue, found.sources, place=position)
    is_input = position == 0 and not layer_kind.insertable
    is_output = position == len(project.network) - 1
    count, fed_by = _count(found), _fed_by(found.sources) if layer.inputs else ""
    if is_input:
        label, detail, note = _input_texts(dataset)
    else:
        output_title = _output_title(project) if is_output else ""
        label = _label(layer, layer_kind, output_title)
        detail = _detail(layer, layer_kind, count, fed_by)
        note = "nothing to learn" if count == 0 else ""
    return Row(layer.id, position, label, detail, note, layer_kind.help, count,
               _size(found.inputs), None if found.shape is None else math.prod(found.shape),
               is_input, not is_input, issue, found.sources, fed_by, shape_text(found.shape),
               _has_weights(found), layer.frozen, _fans(layer, layer_kind, found), position)


def _fans(layer: LayerSpec, layer_kind: LayerKind, found: Wired) -> tuple[int, int] | None:
    if found.parameters is None or found.inputs is None:
        return None
    return layer_kind.fans(layer_kind.options(layer), found.inputs)


def _size(shapes: Sequence[Shape] | None) -> int | None:
    return None if shapes is None else sum(math.prod(shape) for shape in shapes)


def _count(found: Wired) -> int | None:
    if found.parameters is None:
        return None
    return sum(parameter.size for parameter in found.parameters if parameter.is_learned)


def _has_weights(found: Wired) -> bool | None:
    if found.parameters is None:
        return None
    return any(parameter.is_weight and parameter.is_learned for parameter in found.parameters)


def shape_text(shape: Shape | None) -> str:
    """Return ``8x8x16``; empty for no shape."""
    return "" if shape is None else "x".join(map(str, shape))


def _fed_by(sources: Sequence[int]) -> str:
    """Return the layers as ``fed by layers 3, 2 and 1``; 0 is the input."""
    names = ["the input" if source == 0 else str(source) for source in sources]
    if not names:
        return ""
    several = "layers " if sum(source > 0 for source in sources) > 1 else \
        "layer " if sources[0] else ""
    return f"fed by {several}" + " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def summary(rows: Sequence[Row]) -> str:
    """Return ``9 layers · 2,258 parameters``; the input does not count as a layer."""
    n_layers = sum(not row.is_input for row in rows)
    text = "1 layer" if n_layers == 1 else f"{n_layers} layers"
    counts = [row.parameters for row in rows if row.parameters is not None]
    if len(counts) == len(rows):
        total = sum(counts)
        text += " · 1 parameter" if total == 1 else f" · {total:,} parameters"
    return text


def _label(layer: LayerSpec, layer_kind: LayerKind, output_title: str) -> str:
    options = layer_kind.options(layer)
    try:
        # The identity in front of softmax goes without saying.
        unsaid = output_title and layer_kind.activation(options) == "linear"
        label = layer_kind.short_label(options) if unsaid else layer_kind.label(options)
    except (LookupError, TypeError, ValueError):
        return layer_kind.title
    return f"{label} · {output_title}" if output_title else label


def _output_title(project: ProjectSpec) -> str:
    loss = LOSSES.get(project.training.loss)
    return loss.output_title if loss is not None else ""


def _detail(layer: LayerSpec, layer_kind: LayerKind, count: int | None, fed_by: str) -> str:
    options = layer_kind.options(layer)
    parts = []
    if fed_by:
        # First, because what follows is cut where room is short.
        parts.append(fed_by)
    if count:
        parts.append("1 parameter" if count == 1 else f"{count:,} parameters")
    active = layer_kind.activation(options) if options else ""
    for field in layer_kind.fields:
        # The label already names the activation function.
        if field.choices and options[field.key] != active and count != 0:
            parts.append(choice_title(layer_kind, field.key, options[field.key]))
    return " · ".join(parts) or ("no parameters" if count == 0 else "")


def choice_title(layer_kind: LayerKind, key: str, value: Option) -> str:
    """Return how people call the value of a choice."""
    field = layer_kind.field(key)
    choices = field.choices if field else ()
    return next((choice.title for choice in choices if choice.key == value), str(value))


def _input_texts(dataset: Dataset) -> tuple[str, str, str]:
    n_inputs = dataset.n_inputs
    if not n_inputs:
        return "Input", dataset.title, ""
    label = f"Input · {inputs_text(dataset)}"
    detail = example_text(dataset.example)
    if dataset.tokens is not None:
        detail = f"{dataset.vocabulary:,} different {tokens(dataset)}"
    if not detail:
        shown = [feature_title(name) for name in dataset.feature_names[:FEATURES_SHOWN]]
        detail = ", ".join(shown) + (", …" if n_inputs > FEATURES_SHOWN else "")
    note = f"{len(dataset.training):,} training · {len(dataset.validation):,} validation examples"
    return label, detail, note
