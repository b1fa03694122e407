"""What can be tried against a finding: one function for each kind of cure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from msgspec.structs import replace

from engine.diagnosis import edits
from engine.diagnosis.design import Design
from engine.diagnosis.verdicts import Verdict
from engine.layers import ACTIVATIONS, LOSSES, OPTIMIZERS
from engine.spec import OptimizerSpec, ProjectSpec, ScheduleSpec
from engine.telemetry.snapshot import LayerReading

USUAL_SHARE = 1e-3
"""What a step changes of the spread of the weights where the learning rate is right."""

CLIP = 1.0
"""Norm of all gradients together that is usual to clip at."""

L2 = 1e-3
DROPOUT = 0.3
PATIENCE = 10
"""Epochs without a smaller validation loss after which training ends."""

MORE_DATA = 0.8
"""Share of the examples to learn from where more of them are needed."""

FEW_UNITS, MOST_UNITS = 16, 32
"""Units of the widest hidden layer below which more of them may help, and how many it gets."""


@dataclass(frozen=True)
class Chart:
    """A patient with what was found: what cures are made from.

    Attributes
    ----------
    design : Design
        Project and data.
    verdict : Verdict
        What the doctor says of its run.
    """

    design: Design
    verdict: Verdict

    @property
    def project(self) -> ProjectSpec:
        """The project that is ill."""
        return self.design.project

    @cached_property
    def functions(self) -> frozenset[str]:
        """Keys of the functions behind the hidden sums."""
        return frozenset(edits.function_of(self.design, p) for p in self.design.hidden)

    @cached_property
    def share(self) -> float:
        """What a step changes of the spread of the weights, of the layer in the middle; or NaN."""
        shares = sorted(10.0 ** min(one.update_ratio, 9.0) for one in self.readings
                        if math.isfinite(one.update_ratio))
        return shares[len(shares) // 2] if shares else math.nan

    @cached_property
    def readings(self) -> tuple[LayerReading, ...]:
        """Of the layers that learn."""
        return tuple(one for one in self.verdict.readings if not math.isnan(one.gradient_rms))

    @property
    def usual_rate(self) -> float:
        """A good first learning rate of the optimizer."""
        return OPTIMIZERS[self.project.training.optimizer.kind].learning_rate


def activation(chart: Chart) -> ProjectSpec | None:
    """Put ReLU behind the hidden sums, with the weights that suit it; Leaky ReLU where it dies."""
    design = chart.design
    if not design.hidden:
        return None
    dies = any(ACTIVATIONS[key].can_die for key in chart.functions)
    key = "leaky_relu" if dies else "relu"
    start = Design(edits.settled(design), design.dataset)
    if chart.functions <= {"leaky_relu", key}:
        return None
    return edits.bent(start, key)


def weights(chart: Chart) -> ProjectSpec | None:
    """Draw initial weights as theory recommends."""
    return edits.settled(chart.design)


def slower(chart: Chart) -> ProjectSpec | None:
    """Lower the learning rate until steps are of the usual size."""
    rate, share = chart.project.training.learning_rate, chart.share
    if rate <= 0:
        return None
    factor = min(USUAL_SHARE / share, 0.1) if share > 0 else 0.1
    wanted = rate * max(factor, 1e-4)
    if rate > chart.usual_rate:
        wanted = min(max(wanted, chart.usual_rate / 10), chart.usual_rate)
    return chart.design.with_training(learning_rate=edits.rounded(wanted))


def faster(chart: Chart) -> ProjectSpec | None:
    """Raise the learning rate until steps are of the usual size."""
    rate, share = chart.project.training.learning_rate, chart.share
    if rate <= 0:
        return None
    factor = max(USUAL_SHARE / share, 3.0) if share > 0 else 1e9
    return chart.design.with_training(
        learning_rate=edits.rounded(min(rate * factor, 3 * chart.usual_rate)))


def adaptive(chart: Chart) -> ProjectSpec | None:
    """Let Adam find a step for every weight."""
    training = chart.project.training
    if training.optimizer.kind in ("adam", "adamw", "nadam"):
        return None
    return chart.design.with_training(optimizer=OptimizerSpec("adam"), learning_rate=0.003)


def clipped(chart: Chart) -> ProjectSpec | None:
    """Clip all gradients together at the usual norm."""
    training = chart.project.training
    if training.clip_norm == CLIP:
        return None
    return chart.design.with_training(clip_norm=CLIP, clip_value=0.0)


def unclipped(chart: Chart) -> ProjectSpec | None:
    """Clip at the usual norm where a smaller one, or one of every number, leaves nothing."""
    training = chart.project.training
    if not (0 < training.clip_norm < CLIP or 0 < training.clip_value < CLIP):
        return None
    return chart.design.with_training(clip_norm=CLIP, clip_value=0.0)


def batch_norm(chart: Chart) -> ProjectSpec | None:
    """Norm what every hidden layer gives over the batch."""
    design = chart.design
    if chart.project.training.batch_size == 1:
        return None
    plain = [last for first, last in edits.blocks(design) if not edits.is_normed(design, first)]
    return edits.behind(design, plain, edits.key_of(normalises=True)) if plain else None


def residual(chart: Chart) -> ProjectSpec | None:
    """Lead the gradient past the hidden layers."""
    return edits.joined(chart.design)


def scaled(chart: Chart) -> ProjectSpec | None:
    """Bring all inputs to mean 0 and deviation 1."""
    design, data = chart.design, chart.project.data
    if design.dataset.tokens is not None or data.scaling in ("standard", "minmax"):
        return None
    if data.scaling == "auto" and not (design.dataset.points is not None
                                       or design.dataset.image_shape is not None):
        return None
    return replace(chart.project, data=replace(data, scaling="standard"))


def penalised(chart: Chart) -> ProjectSpec | None:
    """Pull the weights towards 0."""
    l2 = chart.project.training.l2
    return chart.design.with_training(l2=max(L2, 10 * l2))


def dropping(chart: Chart) -> ProjectSpec | None:
    """Silence units at random behind hidden layers."""
    design = chart.design
    if any(layer.kind.breaks_ties for layer in design.layers):
        return None
    flat = [last for _, last in edits.blocks(design) if len(design.layers[last].shape) == 1]
    return (edits.behind(design, flat[-2:], edits.key_of(drops=True), rate=DROPOUT)
            if flat else None)


def stopped(chart: Chart) -> ProjectSpec | None:
    """End training when the validation loss no longer falls, with the best weights."""
    stopping = chart.project.training.stopping
    if stopping.patience or not len(chart.design.dataset.validation):
        return None
    return chart.design.with_training(stopping=replace(stopping, patience=PATIENCE))


def more_data(chart: Chart) -> ProjectSpec | None:
    """Learn from more of the examples."""
    data = chart.project.data
    if data.table.test_path or data.training_share >= MORE_DATA - 0.05:
        return None
    return replace(chart.project, data=replace(data, training_share=MORE_DATA))


def weighed(chart: Chart) -> ProjectSpec | None:
    """Let every class count alike."""
    training = chart.project.training
    if training.class_weights != "none" or not LOSSES[training.loss].weighted_op:
        return None
    return chart.design.with_training(class_weights="balanced")


def wider(chart: Chart) -> ProjectSpec | None:
    """Give narrow hidden layers more units."""
    widths = [one.kind.units(one.options) for one in
              (chart.design.layers[p] for p in chart.design.hidden) if one.kind.width_option]
    if not widths or max(widths) >= FEW_UNITS:
        return None
    return edits.widened(chart.design, MOST_UNITS)


def constant(chart: Chart) -> ProjectSpec | None:
    """Keep the learning rate as it is to the end."""
    if chart.project.training.schedule.kind == "constant":
        return None
    return chart.design.with_training(schedule=ScheduleSpec())


KINDS: Mapping[str, Callable[[Chart], ProjectSpec | None]] = {
    "activation": activation, "weights": weights, "slower": slower, "faster": faster,
    "optimizer": adaptive, "clip": clipped, "unclip": unclipped, "batch-norm": batch_norm,
    "residual": residual, "scale": scaled, "l2": penalised, "dropout": dropping,
    "stop": stopped, "data": more_data, "class-weights": weighed, "units": wider,
    "constant-rate": constant,
}
"""What makes a cure of each kind from a chart; None, or the same project, where there is none."""
