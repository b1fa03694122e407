"""What can be tried against a finding: one function for each kind of cure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from engine.diagnosis import edits
from engine.diagnosis.advice_data import is_off
from engine.diagnosis.chart import HASTY, Chart
from engine.diagnosis.design import Design
from engine.diagnosis.passing import passings
from engine.layers import ACTIVATIONS, LOSSES
from engine.spec import OptimizerSpec, ProjectSpec, ScheduleSpec

BLOWN_UP = frozenset({"nonfinite", "exploding", "far_off"})
"""Codes of verdicts that leave no doubt that steps are too large, where the rate makes them so."""

USUAL_SHARE = 1e-3
"""What a step changes of the spread of the weights where the learning rate is right."""

CLIP = 1.0
"""Norm of all gradients together that is usual to clip at."""

L2 = 0.01
DROPOUT = 0.3
PATIENCE = 10
"""Epochs without a smaller validation loss after which training ends."""

MORE_DATA = 0.8
"""Share of the examples to learn from where more of them are needed."""

LARGE_INPUT = 1.5
"""Root mean square of an input from which scaling it makes a difference."""

UNITS = 16
"""Units that a narrow hidden layer gets."""

DEEPEST_NORM = 30
"""Layers of ReLU up to which batch norm helps: behind each, a gradient grows by a fifth."""

MOST_GROWTH = 100.0
"""Times by which sums may grow along residual connections, which add up all that was before."""

LAYERS = 6
"""Hidden layers that are left of too many."""

_SMALL_RATE = 0.003
"""Of Adam, for networks as small as these: three times what is usual for large ones."""


def activation(chart: Chart) -> ProjectSpec:
    """Put ReLU behind the hidden sums, or Leaky ReLU where units die, with weights to suit it."""
    key = "leaky_relu" if any(ACTIVATIONS[key].can_die for key in chart.functions) else "relu"
    design = chart.design
    if chart.starts_off:
        design = Design(edits.settled(design), design.dataset)
    return edits.bent(design, key) if design.hidden else chart.project


def weights(chart: Chart) -> ProjectSpec:
    """Draw initial weights as theory recommends, with biases near 0."""
    return edits.settled(chart.design) if chart.starts_off else chart.project


def fewer_layers(chart: Chart) -> ProjectSpec:
    """Leave a few hidden layers, with ReLU and the weights that suit it."""
    data = chart.design.dataset
    start = Design(edits.settled(chart.design), data) if chart.starts_off else chart.design
    design = Design(edits.shallower(start, LAYERS), data)
    return edits.bent(design) if chart.flattens else design.project


def slower(chart: Chart) -> ProjectSpec:
    """Lower the learning rate until steps are of the usual size."""
    rate, usual = chart.project.training.learning_rate, chart.usual_rate
    if rate <= 0:
        return chart.project
    wanted = rate * min(USUAL_SHARE / chart.share if chart.share > 0 else 0.1, 0.1)
    if rate > usual:
        # Where all is thrown about, nothing tells how far: what is usual does.
        low, high = usual / 10, usual * (1 if chart.verdict.code in BLOWN_UP else HASTY)
    else:
        low, high = rate / 100, rate / 10
    return chart.design.with_training(
        learning_rate=edits.rounded(min(max(wanted, low), high)))


def faster(chart: Chart) -> ProjectSpec:
    """Raise the learning rate until steps are of the usual size."""
    rate, most = chart.project.training.learning_rate, 3 * chart.usual_rate
    if rate <= 0 or rate >= most:
        return chart.project
    wanted = rate * max(USUAL_SHARE / chart.share, 3.0) if chart.share > 0 else most
    return chart.design.with_training(learning_rate=edits.rounded(min(wanted, most)))


def adaptive(chart: Chart) -> ProjectSpec:
    """Let Adam find the size of the step for every weight."""
    if chart.is_adaptive:
        return chart.project
    return chart.design.with_training(optimizer=OptimizerSpec("adam"), learning_rate=_SMALL_RATE)


def clipped(chart: Chart) -> ProjectSpec:
    """Clip all gradients together at the usual norm."""
    return chart.design.with_training(clip_norm=CLIP, clip_value=0.0)


def batch_norm(chart: Chart) -> ProjectSpec:
    """Norm what every hidden layer gives over the batch."""
    design = chart.design
    too_deep = not chart.flattens and chart.depth > DEEPEST_NORM
    if chart.project.training.batch_size == 1 or too_deep:
        return chart.project
    plain = [last for first, last in edits.blocks(design) if not edits.is_normed(design, first)]
    return edits.behind(design, plain, edits.key_of(normalises=True))


def residual(chart: Chart) -> ProjectSpec:
    """Lead the gradient past the hidden layers, unless sums of so many of them grow too large."""
    project = edits.joined(chart.design)
    found = passings(Design(project, chart.design.dataset).layers, 1.0)
    grown = found[-1].argument / max(found[0].argument, 1e-30) if found else 1.0
    return project if grown < MOST_GROWTH else chart.project


def scaled(chart: Chart) -> ProjectSpec:
    """Bring all inputs to mean 0 and deviation 1, where nothing does yet and they are larger."""
    design = chart.design
    of_points = design.dataset.points is not None and chart.project.data.scaling == "auto"
    if not (is_off(design) or of_points) or not (design.input_sizes > LARGE_INPUT).any():
        return chart.project
    return replace(chart.project, data=replace(chart.project.data, scaling="standard"))


def penalised(chart: Chart) -> ProjectSpec:
    """Pull the weights towards 0."""
    return chart.design.with_training(l2=max(L2, 10 * chart.project.training.l2))


def dropping(chart: Chart) -> ProjectSpec:
    """Silence units at random behind the last hidden layers."""
    design = chart.design
    if any(layer.kind.breaks_ties for layer in design.layers):
        return chart.project
    flat = [last for _, last in edits.blocks(design) if len(design.layers[last].shape) == 1]
    return edits.behind(design, flat[-2:], edits.key_of(drops=True), rate=DROPOUT)


def stopped(chart: Chart) -> ProjectSpec:
    """End training when the validation loss no longer falls, with the best weights."""
    stopping = chart.project.training.stopping
    if stopping.patience or not len(chart.design.dataset.validation):
        return chart.project
    return chart.design.with_training(stopping=replace(stopping, patience=PATIENCE))


def more_data(chart: Chart) -> ProjectSpec:
    """Learn from more of the examples."""
    data = chart.project.data
    if data.table.test_path or data.training_share > MORE_DATA - 0.2:
        return chart.project
    return replace(chart.project, data=replace(data, training_share=MORE_DATA))


def capacity(chart: Chart) -> ProjectSpec:
    """Give narrow hidden layers more units, and a single one another behind it."""
    if chart.design.dataset.task == "reconstruction" or not chart.depth:
        # What is narrow there is to be so.
        return chart.project
    design = Design(edits.widened(chart.design, UNITS), chart.design.dataset)
    return edits.doubled(design) if chart.depth == 1 else design.project


def weighed(chart: Chart) -> ProjectSpec:
    """Let every class count alike, with steps that find the rare ones."""
    training = chart.project.training
    if training.class_weights != "none" or not LOSSES[training.loss].weighted_op:
        return chart.project
    changes = {} if chart.is_adaptive else {"optimizer": OptimizerSpec("adam"),
                                            "learning_rate": _SMALL_RATE}
    return chart.design.with_training(class_weights="balanced", **changes)


def constant(chart: Chart) -> ProjectSpec:
    """Keep the learning rate as it is to the end."""
    return chart.design.with_training(schedule=ScheduleSpec())


KINDS: Mapping[str, Callable[[Chart], ProjectSpec]] = {
    "activation": activation, "weights": weights, "layers": fewer_layers, "slower": slower,
    "faster": faster, "optimizer": adaptive, "clip": clipped, "batch-norm": batch_norm,
    "residual": residual, "scale": scaled, "l2": penalised, "dropout": dropping,
    "stop": stopped, "data": more_data, "capacity": capacity, "class-weights": weighed,
    "schedule": constant,
}
"""What makes a cure of each kind from a chart; the project as it is where there is none."""
