"""What a cure costs, read off the run that had it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from engine.data.dataset import Dataset
from engine.diagnosis.rules import thresholds_of
from engine.diagnosis.verdicts import Verdict
from engine.layers import costs, resolve
from engine.messages import Message, say
from engine.spec import ProjectSpec
from engine.telemetry.snapshot import LayerReading

MORE_WORK = 1.2
"""Times the multiply-adds of a step that are worth a word."""

MORE_PARAMETERS = 1.1
"""The same of the parameters."""

Side = tuple[ProjectSpec, Verdict, Dataset]
"""What ran, the last word on it, and its data."""


def price(a: Side, b: Side) -> Message | None:
    """Return what B has to pay for what it has over A; None if nothing.

    Parameters
    ----------
    a, b : tuple[ProjectSpec, Verdict, Dataset]
        The run as it was, and the one with the cure.
    """
    return next(_prices(a, b), None)


def _prices(a: Side, b: Side) -> Iterator[Message]:
    """Yield all that it costs, the gravest first."""
    yield from _dead(a[1], b)
    yield from _saturated(a[1], b)
    if b[1].code == "overfitting" != a[1].code:
        yield say("price.overfits")
    yield from _fewer_examples(a[2], b[2])
    yield from _effort(a, b)


def _dead(before: Verdict, side: Side) -> Iterator[Message]:
    project, verdict, dataset = side
    known = {one.layer_id: one for one in before.readings}
    limit = thresholds_of(project.limits).dead
    worse = [one for one in verdict.readings if limit.above(one.dead_share)
             and not _was(known, one, "dead_share") >= one.dead_share]
    if not worse:
        return
    most = max(worse, key=lambda one: one.dead_share)
    position = project.network.index(most.layer_id)
    units = resolve(project.network, (dataset.n_inputs,))[position].shape[-1]
    yield say("price.dead", dead=round(units * most.dead_share), units=units, layer=position)


def _saturated(before: Verdict, side: Side) -> Iterator[Message]:
    project, verdict, _ = side
    known = {one.layer_id: one for one in before.readings}
    limit = thresholds_of(project.limits).saturated
    worse = [one for one in verdict.readings if limit.above(one.saturated_share)
             and not _was(known, one, "saturated_share") >= one.saturated_share]
    if worse:
        most = max(worse, key=lambda one: one.saturated_share)
        yield say("price.saturated", share=most.saturated_share,
                  layer=project.network.index(most.layer_id))


def _was(known: dict[str, LayerReading], reading: LayerReading, name: str) -> float:
    """Return a layer's figure in the run as it was; NaN where it was not measured."""
    before = known.get(reading.layer_id)
    return math.nan if before is None else float(getattr(before, name))


def _fewer_examples(before: Dataset, after: Dataset) -> Iterator[Message]:
    if len(after.validation) < len(before.validation):
        yield say("price.validation", count=len(after.validation), before=len(before.validation))


def _effort(a: Side, b: Side) -> Iterator[Message]:
    """Say how much more there is to calculate and to learn."""
    works, counts = [], []
    for project, _, dataset in (a, b):
        found = costs(project.network, (dataset.n_inputs,))
        batch = min(project.training.batch_size or len(dataset.training), len(dataset.training))
        works.append(batch * sum(one.forward + one.backward for one in found))
        counts.append(sum(one.parameters for one in found))
    if works[0] and works[1] >= MORE_WORK * works[0]:
        yield say("price.work", times=works[1] / works[0])
    elif counts[1] >= MORE_PARAMETERS * counts[0]:
        yield say("price.parameters", count=counts[1], before=counts[0])
