"""Taking a run's state out of a plan, and going on from it in the same or in another one."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np

from engine.arrays import Reals
from engine.errors import FormatError
from engine.kernels.runtime import layout
from engine.layers import LOSSES, OPTIMIZERS
from engine.messages import Message, say
from engine.plan import Plan
from engine.plan.build import REGIONS
from engine.spec import TrainingSpec
from engine.telemetry.checkpoint import Checkpoint, Counters, Figures, Place, layer_of
from engine.training.averaging import average
from engine.training.carried import carried, put_back, taken
from engine.training.ending import Ending
from engine.training.order import Order
from engine.training.stopping import Memory

MEMORIES = 2
"""Region of the first of the optimizer's memories: parameters and gradients come before."""


class Run(NamedTuple):
    """What of a trainer a checkpoint is taken of, and put into.

    Attributes
    ----------
    plan, order, ending : Plan, Order, Ending
        The network, the order of examples, the rules that end training.
    training : TrainingSpec
        As it is in force.
    data : int
        What `engine.training.examples.checksum` says of the data.
    """

    plan: Plan
    order: Order
    ending: Ending
    training: TrainingSpec
    data: int

    @property
    def rows(self) -> tuple[int, ...]:
        """Regions that count: parameters, gradients, those memories that the optimizer uses."""
        memory = OPTIMIZERS[self.training.optimizer.kind].memory
        return (0, 1, *(MEMORIES + region for region in memory))


def regions(plan: Plan) -> Reals:
    """Return a view of parameters, gradients and the optimizer's two memories, real[4, n]."""
    return plan.arena[:REGIONS * plan.parameters].reshape(REGIONS, plan.parameters)


def _kept(plan: Plan, rows: tuple[int, ...]) -> Reals:
    """Return copies of regions that count, the average of the parameters behind them."""
    found = regions(plan).take(rows, axis=0)
    kept = average(plan)
    return found if kept is None else np.concatenate([found, kept[None]])


def places(plan: Plan) -> dict[str, Place]:
    """Return where every parameter stands in its region."""
    return {f"{layer.spec.id}/{name}": Place(value.data, value.shape, value.gradient >= 0)
            for layer in plan.layers for name, value in layer.parameters.items()}


def take(run: Run, trained_s: float) -> Checkpoint:
    """Return all that decides how a run goes on.

    Parameters
    ----------
    run : Run
        Between two steps.
    trained_s : float
        Seconds of training so far.
    """
    plan, control, results = run.plan, run.plan.shared.control, run.plan.shared.results
    step, epoch, position, optimizer_step, examples = (int(control[place]) for place in (
        layout.STEP, layout.EPOCH, layout.POSITION, layout.OPTIMIZER_STEP, layout.EXAMPLES))
    epoch_sum, items, loss, reduced, smallest, waited = (float(results[place]) for place in (
        layout.EPOCH_SUM, layout.EPOCH_ITEMS, layout.EPOCH_LOSS, layout.REDUCED,
        layout.REDUCED + 1, layout.REDUCED + 2))
    memory = run.ending.rules.memory
    return Checkpoint(
        training=run.training,
        counters=Counters(step, epoch, position, optimizer_step, examples, plan.capacity,
                          memory.best_epoch, memory.waited, run.data),
        figures=Figures(trained_s, epoch_sum, items, loss, reduced, smallest, waited,
                        memory.best, memory.last, memory.begin),
        places=places(plan), regions=_kept(plan, run.rows), carried=taken(plan),
        averaged=int(results[layout.AVERAGED]) if average(plan) is not None else 0,
        row=np.concatenate([results[:layout.SHOWN], results[layout.FIRST_STATISTIC:]]),
        order=run.order.copy(), best=run.ending.best)


def misfit(checkpoint: Checkpoint, run: Run) -> FormatError | None:
    """Return what keeps a run from going on with a checkpoint's bytes; None: nothing.

    Parameters
    ----------
    checkpoint : Checkpoint
        Its training may be another in all but seed and precision.
    run : Run
        What is to go on.
    """
    there, here = checkpoint.training, run.training
    if there.precision != here.precision:
        return FormatError("state.precision", there=there.precision, here=here.precision)
    if there.seed != here.seed:
        return FormatError("state.seed", there=there.seed, here=here.seed)
    if difference := _difference(checkpoint, run.plan):
        return FormatError("state.network", problem=difference)
    if checkpoint.counters.data != run.data or not _accepts(checkpoint, run.order, there):
        return FormatError("state.examples", there=checkpoint.counters.examples,
                           here=len(run.order.rows))
    return None


def _difference(checkpoint: Checkpoint, plan: Plan) -> Message | None:
    """Say what another network the checkpoint is of; None where it is this one."""
    own, given = places(plan), checkpoint.places
    for name in own:
        if name not in given:
            return say("state.missing", name=name)
    for name in given:
        if name not in own:
            return say("state.unknown", name=name)
        if own[name].shape != given[name].shape or own[name].is_learned != given[name].is_learned:
            return say("state.shape", name=name, here=own[name].shape, there=given[name].shape)
    units = {one.name: one.units for one in carried(plan)}
    for name in {**units, **checkpoint.carried}:
        array = checkpoint.carried.get(name)
        if array is None or array.shape[1] != units.get(name):
            return say("state.carried", name=name)
    return None


def is_same_network(checkpoint: Checkpoint, plan: Plan) -> bool:
    """Say whether a checkpoint is of a network with the same parameters."""
    return _difference(checkpoint, plan) is None


def _accepts(checkpoint: Checkpoint, order: Order, training: TrainingSpec) -> bool:
    most = len(order.rows)
    return order.accepts(checkpoint.order, checkpoint.counters.examples,
                         min(training.batch_size or most, most))


def put(checkpoint: Checkpoint, run: Run, matched: Collection[str]) -> None:
    """Go on where a checkpoint was taken, with all of it that still has its meaning.

    Where nothing differs that is everything, and the run goes on with the same bytes.

    Parameters
    ----------
    checkpoint : Checkpoint
        Of this run, or of another one.
    run : Run
        What goes on.
    matched : collection of str
        Ids of the layers whose parameters agree in name and shape; those of others stay.
    """
    shared, counters, there = run.plan.shared, checkpoint.counters, checkpoint.training
    same_rule = there.optimizer.kind == run.training.optimizer.kind
    _fill(checkpoint, run, matched, same_rule)
    _fill_average(checkpoint, run, matched)
    _show(checkpoint, run.plan, matched)
    control, results = shared.control, shared.results
    control[layout.STEP], control[layout.EPOCH] = counters.step, counters.epoch
    control[layout.OPTIMIZER_STEP] = counters.optimizer_step if same_rule else 0
    continues = _accepts(checkpoint, run.order, run.training)
    control[layout.POSITION] = counters.position if continues else 0
    if continues:
        run.order.take(checkpoint.order)
        control[layout.EXAMPLES] = counters.examples
    put_back(run.plan, checkpoint.carried if continues else {}, matched)
    is_comparable = _objective(there) == _objective(run.training)
    figures = checkpoint.figures if is_comparable else Figures()
    counted = figures if continues else Figures()
    results[layout.EPOCH_SUM] = counted.epoch_sum
    results[layout.EPOCH_ITEMS] = counted.epoch_items
    results[layout.EPOCH_LOSS] = figures.epoch_loss
    results[layout.REDUCED:layout.REDUCED + 3] = figures.reduced, figures.smallest, figures.waited
    run.ending.watch(run.plan, run.training.stopping)
    if is_comparable and there.stopping == run.training.stopping:
        _remember(checkpoint, run)


def _objective(training: TrainingSpec) -> tuple[object, ...]:
    """Return what the numbers of a loss depend on."""
    loss = LOSSES.get(training.loss)
    return (training.loss, training.class_weights,
            *(getattr(training, field.key) for field in (loss.constants if loss else ())))


def _fill(checkpoint: Checkpoint, run: Run, matched: Collection[str], same_rule: bool) -> None:
    """Fill in parameters, gradients and, with the same rule, what the optimizer remembers."""
    here, own = regions(run.plan), places(run.plan)
    rows = run.rows if same_rule else run.rows[:MEMORIES]
    here[1:] = 0
    names = {name for name, place in own.items() if layer_of(name) in matched}
    for row, kept in zip(rows, checkpoint.regions, strict=False):
        _lay_out(here[row], own, kept, checkpoint.places, names)
    run.plan.forget_rows()


def _fill_average(checkpoint: Checkpoint, run: Run, matched: Collection[str]) -> None:
    """Fill in the average of the parameters, if there is one of all of them."""
    plan, own = run.plan, places(run.plan)
    whole = {layer_of(name) for name in own} <= set(matched)
    if plan.average < 0 or checkpoint.average is None or not whole:
        plan.shared.results[layout.AVERAGED] = 0
        return
    here = plan.arena[plan.average:plan.average + plan.parameters]
    _lay_out(here, own, checkpoint.average, checkpoint.places, own)
    plan.shared.results[layout.AVERAGED] = checkpoint.averaged


def _lay_out(here: Reals, own: Mapping[str, Place], kept: Reals, given: Mapping[str, Place],
             names: Collection[str]) -> None:
    """Copy parameters, each from its place there to its own."""
    if own == given and len(names) == len(own) and len(here) == len(kept):
        np.copyto(here, kept)
        return
    for name in names:
        begin, there, size = own[name].begin, given[name].begin, math.prod(own[name].shape)
        here[begin:begin + size] = kept[there:there + size]


def _show(checkpoint: Checkpoint, plan: Plan, matched: Collection[str]) -> None:
    """Write the figures of the last step; of a layer that took no part in it, there are none."""
    results, row = plan.shared.results, checkpoint.row
    results[:layout.SHOWN] = row[:layout.SHOWN]
    known = {layer: layout.SHOWN + place * layout.STATISTICS
             for place, layer in enumerate(checkpoint.learning)}
    for layer in plan.layers:
        if layer.statistic < 0:
            continue
        begin = layout.FIRST_STATISTIC + layer.statistic * layout.STATISTICS
        figures = results[begin:begin + layout.STATISTICS]
        if layer.spec.id in matched and layer.spec.id in known:
            figures[:] = row[known[layer.spec.id]:][:layout.STATISTICS]
        else:
            figures[:] = math.nan
            figures[layout.GRADIENT_NONFINITE] = 0


def _remember(checkpoint: Checkpoint, run: Run) -> None:
    """Let the stopping rules go on; not where the best weights are those of another network."""
    own, best = places(run.plan), None
    if checkpoint.best is not None:
        if {name: place.shape for name, place in own.items()} != {
                name: place.shape for name, place in checkpoint.places.items()}:
            return
        if own == checkpoint.places and len(checkpoint.best) == run.plan.parameters:
            best = checkpoint.best
        else:
            best = np.zeros(run.plan.parameters, run.plan.arena.dtype)
            _lay_out(best, own, checkpoint.best, checkpoint.places, own)
            best.flags.writeable = False
    counters, figures = checkpoint.counters, checkpoint.figures
    run.ending.best = best
    run.ending.rules.remember(Memory(figures.best_loss, counters.best_epoch, counters.waited,
                                     figures.last_loss, figures.begin_s))
