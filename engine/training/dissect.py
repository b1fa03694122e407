"""The next step of a run, computed once more in float64 beside it and written down line by line."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from msgspec.structs import replace

from engine.arrays import Doubles, Integers
from engine.kernels.matmul import tile
from engine.kernels.runtime import layout
from engine.kernels.runtime.driver import run_steps
from engine.kernels.runtime.random import shuffle
from engine.layers import Value
from engine.microscope.dissection import Dissection
from engine.microscope.names import parameter_name
from engine.microscope.program import write_program
from engine.microscope.trace import Execution
from engine.microscope.writer import Subject
from engine.plan import Plan, build_plan
from engine.plan.build import REGIONS
from engine.plan.update import has_own
from engine.spec import AugmentationSpec, AveragingSpec, ProjectSpec
from engine.training import carried, warmup
from engine.training.examples import Examples
from engine.training.visit import rows_of, run, undisturbed

MOST_NUMBERS = 2**21
"""Numbers that the layers of a step may keep for its batch; of a larger one, the first examples."""

FEWEST = 1

PENALTIES = {"l1": layout.L1, "l2": layout.L2, "weight_decay": layout.WEIGHT_DECAY}


@dataclass(frozen=True)
class Running:
    """A run between two steps.

    Attributes
    ----------
    project, plan, examples : ProjectSpec, Plan, Examples
        What is trained, in memory, and its data.
    order : int64[m]
        The order of the running epoch.
    run_id, n_outputs : int
        The run; how many classes or numbers are predicted.
    """

    project: ProjectSpec
    plan: Plan
    examples: Examples
    order: Integers
    run_id: int
    n_outputs: int


class Dissecting:
    """Takes the run's next step apart a little at a time; no byte of the run is changed.

    Making it lets the engine do the step beside the run, which takes as long as some steps;
    whatever the run does afterwards makes no difference.

    Parameters
    ----------
    running : Running
        The run.
    example : int, optional
        Take the step of this one example of the batch alone, of the last one where it has fewer;
        None: of the whole batch.

    Raises
    ------
    SpecError
        If it would take too much memory.
    """

    def __init__(self, running: Running, example: int | None = None) -> None:
        rows, inputs, targets, batch = _batch(running, example)
        plan = _twin(running, inputs, targets)
        given = {**_given(plan), "x": inputs, "t": targets}
        # What is carried over ends with the epoch.
        goes_on = running.plan.shared.control[layout.POSITION] != 0
        begun = {name: array.astype(np.float64) for name, array in carried.taken(plan).items()
                 } if goes_on else {}
        engine = _stepped(running, plan, len(rows))
        self._subject = subject_of(plan, running.project, len(rows), given,
                                   running.examples.class_weights, begun)
        control = running.plan.shared.control
        self._finished = partial(
            Dissection, running.project, running.run_id, int(control[layout.STEP]),
            int(control[layout.EPOCH]), rows, batch, running.n_outputs,
            parameters=_names(plan), engine=engine)
        self._execution: Execution | None = None

    def advance(self, budget_s: float = math.inf) -> bool:
        """Go on for about so many seconds; return whether all is done."""
        if self._execution is None:
            self._execution = Execution(write_program(self._subject))
            if budget_s < math.inf:
                return False
        return self._execution.advance(budget_s)

    @property
    def found(self) -> Dissection:
        """The step, once all is done."""
        assert self._execution is not None
        return self._finished(trace=self._execution.trace)


def subject_of(plan: Plan, project: ProjectSpec, batch: int, given: Mapping[str, Doubles],
               class_weights: Doubles | None = None,
               begun: Mapping[str, Doubles] | None = None) -> Subject:
    """Return what the program of a plan's next step is written from.

    Parameters
    ----------
    plan, project : Plan, ProjectSpec
        A plan in float64, its constants those in force in the step.
    batch : int
        Examples.
    given : Mapping[str, float64 array]
        What `engine.microscope.writer.Subject.given` says.
    class_weights : float64[k] | None
        What an example of each class counts.
    begun : Mapping[str, float64 array] | None
        What recurrent layers carry over.
    """
    control, hyper = plan.shared.control, plan.shared.hyper
    own, penalties = 0, {}
    for layer in plan.layers:
        own += has_own(layer.spec)
        pair = 2 * own if has_own(layer.spec) else 0
        penalties[layer.spec.id] = {key: float(hyper[pair, place])
                                    for key, place in PENALTIES.items()}
    return Subject(
        lines=plan.lines, layers=plan.layers, training=project.training, batch=batch,
        step=int(control[layout.STEP]), epoch=int(control[layout.EPOCH]),
        optimizer_step=int(control[layout.OPTIMIZER_STEP]),
        rate=float(hyper[0, layout.LEARNING_RATE]), penalties=penalties, given=given,
        class_weights=class_weights, carried=begun or {})


def _batch(running: Running, example: int | None
           ) -> tuple[Integers, Doubles, Doubles, int]:
    """Return rows, inputs and targets of the next batch as the run will see them, and its size."""
    plan, control = running.plan, running.plan.shared.control
    order = running.order.copy()
    if control[layout.POSITION] == 0 and control[layout.SHUFFLE]:
        shuffle(order, control[layout.SEED], control[layout.EPOCH])
    size = int(plan.shared.requested[layout.BATCH_SIZE]) or int(control[layout.EXAMPLES])
    begin = int(control[layout.POSITION])
    batch = min(size, plan.capacity, int(control[layout.EXAMPLES]) - begin)
    with undisturbed(plan):
        control[layout.TRAINING], control[layout.ORDER] = 1, order.ctypes.data
        control[layout.BATCH] = batch
        run(plan, batch, layout.GATHER)
        inputs, targets = (rows_of(plan, value, batch) for value in (plan.input, plan.target))
    kept = sum(layer.output.size for layer in plan.layers)
    # The last batch of an epoch may have fewer examples than those before.
    first = 0 if example is None else min(example, batch - 1)
    count = max(FEWEST, min(batch, MOST_NUMBERS // kept)) if example is None else 1
    seen = slice(first, first + count)
    return order[begin:begin + batch][seen], inputs[seen], targets[seen], batch


def _twin(running: Running, inputs: Doubles, targets: Doubles) -> Plan:
    """Return a plan in float64 around the batch alone, with the run's numbers in it."""
    training = replace(running.project.training, precision="float64",
                       augmentation=AugmentationSpec(), averaging=AveragingSpec())
    project = replace(running.project, training=training)
    warmup.compile_for(project, Examples(inputs, targets, 0.0, None,
                                         running.examples.class_weights), None)
    tile.install("float64")
    plan = build_plan(project, inputs, targets, len(inputs),
                      class_weights=running.examples.class_weights)
    count = min(plan.parameters, running.plan.parameters)
    for region in range(REGIONS):
        mine, theirs = region * plan.parameters, region * running.plan.parameters
        plan.arena[mine:mine + count] = running.plan.arena[theirs:theirs + count]
    plan.forget_rows()
    carried.put_back(plan, carried.taken(running.plan), [one.spec.id for one in plan.layers])
    return plan


def _stepped(running: Running, plan: Plan, batch: int) -> dict[str, Doubles]:
    """Let the engine do the step; return the loss, gradients and parameters after it by name."""
    theirs, shared = running.plan.shared, plan.shared
    control, results = shared.control, shared.results
    for place in (layout.STEP, layout.EPOCH, layout.SEED, layout.OPTIMIZER_STEP):
        control[place] = theirs.control[place]
    # Twice, so that the step can stand in the middle of an epoch: what is carried over asks.
    rows = np.tile(np.arange(batch), 2)
    control[layout.EXAMPLES], control[layout.TRAINING_ORDER] = len(rows), rows.ctypes.data
    control[layout.POSITION] = batch if theirs.control[layout.POSITION] else 0
    shared.requested[:] = theirs.requested
    shared.requested[layout.BATCH_SIZE] = batch
    reduced = slice(layout.REDUCED, layout.REDUCED + 3)
    results[reduced] = theirs.results[reduced]
    done = run_steps(plan.table, plan.sections, plan.arena.ctypes.data, control, shared.hyper,
                     shared.requested, rows, results, np.zeros((1, 1 + len(results))), 1)
    for place, count in ((layout.STEP, done), (layout.OPTIMIZER_STEP, done)):
        control[place] -= count
    found = {"L": np.asarray(results[layout.LOSS])}
    for number, layer in enumerate(plan.layers):
        for key, value in layer.parameters.items():
            name = parameter_name(key, number)
            if value.gradient >= 0:
                found[f"d{name}"] = _array(plan, value.gradient, value)
            if done:
                found[name] = _array(plan, value.data, value)
    return found


def _names(plan: Plan) -> dict[str, str]:
    """Return what parameters are called in the engine, by their names in the program."""
    return {parameter_name(key, number): f"{layer.spec.id}/{key}"
            for number, layer in enumerate(plan.layers) for key in layer.parameters}


def _array(plan: Plan, begin: int, value: Value) -> Doubles:
    return plan.arena[begin:begin + value.size].reshape(value.shape).astype(np.float64)


def _given(plan: Plan) -> dict[str, Doubles]:
    """Return parameters and the optimizer's memory by name."""
    found = {}
    for number, layer in enumerate(plan.layers):
        for key, value in layer.parameters.items():
            name = parameter_name(key, number)
            regions = ("", "m", "v") if value.gradient >= 0 else ("",)
            for prefix, region in zip(regions, (0, 2, 3), strict=False):
                found[f"{prefix}{name}"] = _array(plan, value.data + region * plan.parameters,
                                                  value)
    return found
