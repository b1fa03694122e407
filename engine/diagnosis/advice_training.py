"""What learning rate, penalties and batches tell before the first step.

The limits were found by training six healthy networks, on points, flowers, wines and digits, with
one setting after the other: what deserves attention cost some of them accuracy, what is severe left
two of them or more near chance.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from msgspec.structs import replace

from engine.diagnosis.design import Design, Fix, Note
from engine.diagnosis.rules import Limit
from engine.layers import OPTIMIZERS, SCHEDULES, Schedule
from engine.messages import Message, say
from engine.spec import ProjectSpec, ScheduleSpec

_MODEST_DROPOUT = 0.5
_USUAL_NORM = 3.0
_MODEST_BATCH = 16

_NOTHING = 1e-3
"""Share of the learning rate that is as good as none."""

_EARLY = 200
"""Steps within which a schedule must not end a run of unknown length."""


@dataclass(frozen=True)
class Penalty:
    """What pulls weights to 0, and when it pulls too hard.

    Attributes
    ----------
    key : str
        Its name among a layer's and the training's values, and that of its limit.
    code : str
        The note's.
    title : Message
        Its name for people.
    modest : float
        What to begin with instead.
    """

    key: str
    code: str
    title: Message
    modest: float


_PENALTIES = (
    Penalty("l1", "l1", say("advice.name-l1"), 0.001),
    Penalty("l2", "l2", say("advice.name-l2"), 0.001),
    Penalty("weight_decay", "l2", say("advice.name-weight-decay"), 0.01),
)


def _rate(design: Design) -> Iterator[Note]:
    """Say that the learning rate is 0."""
    training = design.project.training
    if training.learning_rate > 0:
        return
    rate = OPTIMIZERS[training.optimizer.kind].learning_rate
    yield Note("rate-zero", 2, "", say("advice.rate-zero.title"), say("advice.rate-zero.told"),
               None, Fix(say("advice.set-rate", rate=rate),
                         design.with_training(learning_rate=rate)))


def _penalties(design: Design) -> Iterator[Note]:
    """Say that a penalty leaves nothing of the weights."""
    training = design.project.training
    for penalty in _PENALTIES:
        if penalty.key == "weight_decay" and training.optimizer.kind != "adamw":
            continue
        usual = (training.optimizer.weight_decay if penalty.key == "weight_decay" else
                 getattr(training, penalty.key))
        learning = [p for p in design.weighted if not design.spec(p).frozen]
        own = {p: getattr(design.spec(p), penalty.key) for p in learning}
        values = {p: usual if value is None else value for p, value in own.items()}
        worst = max(values, key=lambda p: values[p], default=None)
        if worst is None or not (severity := _limit(design, penalty).above(values[worst])):
            continue
        yield Note(penalty.code, severity, "" if own[worst] is None else design.spec(worst).id,
                   say("advice.penalty.title", penalty=penalty.title),
                   say("advice.penalty.told", penalty=penalty.title, value=values[worst],
                       modest=penalty.modest),
                   None, Fix(say("advice.set-penalty", penalty=penalty.title,
                                 value=penalty.modest), _relaxed(design, penalty)))


def _limit(design: Design, penalty: Penalty) -> Limit:
    """Return beyond what a penalty crushes."""
    limit: Limit = getattr(design.limits, penalty.key)
    return limit


def _relaxed(design: Design, penalty: Penalty) -> ProjectSpec:
    """Return the project with a modest value wherever a penalty crushes."""
    network, training = design.project.network, design.project.training
    limit = _limit(design, penalty)
    for layer in network:
        value = getattr(layer, penalty.key)
        if value is not None and limit.above(value):
            network = network.replaced(replace(layer, **{penalty.key: penalty.modest}))
    if penalty.key == "weight_decay":
        if limit.above(training.optimizer.weight_decay):
            training = replace(training, optimizer=replace(training.optimizer,
                                                           weight_decay=penalty.modest))
    elif limit.above(getattr(training, penalty.key)):
        training = replace(training, **{penalty.key: penalty.modest})
    return replace(design.project, network=network, training=training)


def _norm(design: Design) -> Iterator[Note]:
    """Say that max-norm leaves weights no room."""
    norm = design.project.training.max_norm
    if norm > 0 and (severity := design.limits.max_norm.below(norm)):
        yield Note("max-norm", severity, "", say("advice.max-norm.title"),
                   say("advice.max-norm.told", value=norm, usual=_USUAL_NORM), None,
                   Fix(say("advice.set-max-norm", value=_USUAL_NORM),
                       design.with_training(max_norm=_USUAL_NORM)))


def _dropout(design: Design) -> Iterator[Note]:
    """Say that dropout leaves hardly anything."""
    rates = {position: float(layer.options["rate"]) for position, layer in enumerate(design.layers)
             if layer.kind.field("rate")}
    limit = design.limits.dropout
    hard = [position for position, rate in rates.items() if limit.above(rate)]
    if not hard:
        return
    worst = max(hard, key=lambda position: rates[position])
    yield Note("dropout", limit.above(rates[worst]), design.spec(worst).id,
               say("advice.dropout.title"),
               say("advice.dropout.told", rate=rates[worst], left=1 - rates[worst]), None,
               Fix(say("advice.set-dropout", rate=_MODEST_DROPOUT),
                   design.with_options(*hard, rate=_MODEST_DROPOUT)))


def _batch(design: Design) -> Iterator[Note]:
    """Say that batch norm has a single row to take a mean of."""
    if design.project.training.batch_size != 1:
        return
    for layer in design.layers:
        rows = math.prod(layer.inputs[0][:-1])
        if layer.kind.reads_batch and rows == 1 and not layer.spec.frozen:
            yield Note("batch-of-one", 1, layer.spec.id, say("advice.batch-of-one.title"),
                       say("advice.batch-of-one.told"), None,
                       Fix(say("advice.set-batch", size=_MODEST_BATCH),
                           design.with_training(batch_size=_MODEST_BATCH)))
            return


def _schedule(design: Design) -> Iterator[Note]:
    """Say that the schedule leaves nothing of the rate long before the run ends."""
    spec = design.project.training.schedule
    schedule, end = SCHEDULES[spec.kind], _length(design)
    if schedule.follows_loss or spec.kind == "constant":
        return
    alive = _last_alive(schedule, spec, end or 100 * _EARLY)
    if alive < 0:
        return
    severity = design.limits.schedule.below(alive / end) if end else 2 * int(alive < _EARLY)
    if severity:
        evidence = (say("advice.schedule-of", step=alive, end=end) if end else
                    say("advice.schedule-at", step=alive))
        yield Note("schedule-decays", severity, "", say("advice.schedule-decays.title"),
                   say("advice.schedule-decays.told", schedule=schedule.title), evidence,
                   _stretched(design, end))


def _length(design: Design) -> int:
    """Return after how many steps the run ends; 0 where nothing says so."""
    training, examples = design.project.training, len(design.dataset.training)
    epochs = training.stopping.epochs * math.ceil(examples / (training.batch_size or examples))
    ends = [steps for steps in (training.steps, epochs) if steps]
    return min(ends, default=0)


def _last_alive(schedule: Schedule, spec: ScheduleSpec, end: int) -> int:
    """Return the last step whose rate is more than next to nothing; -1 if it is so to the end."""
    steps = np.unique(np.rint(np.linspace(0, end, 2001)).astype(int))
    alive = [step for step in steps if schedule.factor(spec, step) > _NOTHING]
    if not alive:
        return 0
    return -1 if alive[-1] == end else int(alive[-1])


def _stretched(design: Design, end: int) -> Fix:
    """Return the project with a schedule that reaches to the end, or with none."""
    spec = design.project.training.schedule
    if not end:
        return Fix(say("advice.keep-rate"), design.with_training(schedule=ScheduleSpec()))
    keys = {field.key for field in SCHEDULES[spec.kind].constants}
    if "length" in keys:
        spec = replace(spec, length=end)
    else:
        # A hundredth of the rate is left at the end.
        every = math.ceil(end * math.log(spec.decay) / math.log(0.01))
        spec = replace(spec, every=max(every, 1))
    return Fix(say("advice.stretch"), design.with_training(schedule=spec))


TRAINING_RULES = (_rate, _penalties, _norm, _dropout, _batch, _schedule)
"""Rules about training, each with the notes that it has."""
