"""Compares a step's program with the engine, line by line: every number, after every line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from engine.kernels.matmul import tile
from engine.kernels.runtime import layout
from engine.kernels.runtime.driver import run_section, run_steps
from engine.microscope.names import parameter_name
from engine.microscope.program import Program, written
from engine.microscope.statement import Statement
from engine.microscope.trace import execute, helpers
from engine.plan import Plan, build_plan
from engine.spec import NetworkSpec, ProjectSpec
from engine.training import carried
from engine.training.dissect import subject_of
from engine.training.hyperparameters import write_hyperparameters
from engine.training.weights import draw

Reals = NDArray[np.float64]
TOLERANCE = 1e-12
"""Of the largest number of an array: sums may be in another order."""

SQUARED = 1e-30
"""What rounding makes of a variance that is 0."""


def compare(project: ProjectSpec, inputs: Reals, targets: Reals, *, steps: int = 3,
            class_weights: Reals | None = None, spread: float = 0.4,
            prepare: Callable[[Plan], None] = lambda plan: None, apart: bool = False) -> Program:
    """Assert that program and engine agree in every line of a step; return the program.

    Parameters
    ----------
    project : ProjectSpec
        Of any precision: float64 is taken.
    inputs, targets : float64[n, i], float64[n, o]
        The batch.
    steps : int
        Which step, counted from 0 since the optimizer's memory was empty.
    class_weights : float64[k] | None
        What an example of each class counts.
    spread : float
        How far parameters lie from 0 at most.
    prepare : callable
        Changes the plan before the step.
    apart : bool
        Judge every line by itself: what it reads is the engine's, and it may be off by the rounding
        of its terms. Where these cancel nothing else is left, which no line behind may carry on.
    """
    project = replace(project, training=replace(project.training, precision="float64"))
    tile.install("float64")
    plan = build_plan(project, inputs, targets, len(inputs), class_weights=class_weights)
    rows = _fill(plan, project, inputs, steps, spread)
    prepare(plan)
    given = {"x": inputs.copy(), "t": targets.copy(), **_given(plan)}
    begun = carried.taken(plan)
    _constants_in_force(plan, rows)
    program, origins = written(subject_of(plan, project, len(inputs), given, class_weights, begun))
    variables = {**helpers(), **program.given, "n": program.n}
    seen = 0
    for position, line in enumerate(plan.lines):
        _run_row(plan, position, len(inputs))
        while seen < len(origins) and origins[seen] == position:
            statement = program.statements[seen]
            before = {name: (value, value.copy()) for name, value in variables.items()
                      if isinstance(value, np.ndarray)}
            execute(statement, variables)
            for name, (value, copy) in before.items():
                # Others may hold the same array: no line may change one in place.
                assert np.array_equal(value, copy), f"{statement.code} changes {name}"
            assert np.shape(variables[statement.name]) == statement.shape, statement
            started = {**variables, **{name: value for name, (value, _) in before.items()}}
            _agree(plan, statement, np.asarray(variables[statement.name]), line.op,
                   started if apart else None)
            if apart and statement.place >= 0:
                variables[statement.name] = _there(plan, statement)
            seen += 1
    assert seen == len(program.statements)
    _agree_at_the_end(plan, program, variables)
    return program


def _there(plan: Plan, statement: Statement) -> Reals:
    size = int(np.prod(statement.shape, dtype=int))
    return plan.arena[statement.place:statement.place + size].reshape(statement.shape).copy()


def _agree(plan: Plan, statement: Statement, value: Reals, op: str,
           started: dict[str, Any] | None) -> None:
    """Compare a line's result; by its terms, too, if it is given what it started with."""
    if statement.place < 0:
        return
    there, what = _there(plan, statement), f"{op}: {statement.code}"
    if started is None or statement.opening is None:
        _close(value, there, what)
        return
    assert np.isfinite(there).all(), what
    error = np.abs(value - there)
    off = np.argwhere(error > TOLERANCE * np.max(np.abs(there), initial=0.0) + SQUARED)
    inside = np.zeros_like(error)
    for index in map(tuple, off):
        number = statement.opening(started, tuple(map(int, index)))
        terms = [*number.products, *(one.values[0] for one in number.added),
                 *(one.value for one in number.also)]
        slack = TOLERANCE * abs(number.scale) * float(np.max(np.abs(terms), initial=0.0))
        if error[index] > slack and not inside.any():
            inside = _of_what_it_reads(statement, started)
        assert error[index] <= max(slack, inside[index]), f"{what}: {error[index]} of {terms}"


def _of_what_it_reads(statement: Statement, started: dict[str, Any]) -> Reals:
    """Return how far a result moves when what its line reads is off by the tolerance.

    A factor may be a difference, in which nothing but rounding is left: its size says nothing.
    """
    rng = np.random.default_rng(5)
    near = dict(started)
    execute(statement, near)
    moves = np.zeros(np.shape(near[statement.name]))
    for _ in range(8):
        other = {name: _nudged(value, rng) for name, value in started.items()}
        execute(statement, other)
        moves = np.maximum(moves, np.abs(other[statement.name] - near[statement.name]))
    return moves


def _nudged(value: Any, rng: np.random.Generator) -> Any:
    if not isinstance(value, np.ndarray) or value.dtype != np.float64:
        return value
    # Whole numbers are classes, tokens, masks and what a rectifier cuts off: not rounded.
    return np.where(value == np.round(value), value,
                    value * (1 + TOLERANCE * rng.choice((-1.0, 1.0), value.shape)))


def _agree_at_the_end(plan: Plan, program: Program, variables: dict[str, object]) -> None:
    """Compare the loss, every gradient and every parameter, whatever lines have places."""
    loss = np.asarray(variables["L"])
    _close(loss, np.asarray(plan.shared.results[layout.LOSS]), "L")
    for number, layer in enumerate(plan.layers):
        for key, value in layer.parameters.items():
            name = parameter_name(key, number)
            there = plan.arena[value.data:value.data + value.size].reshape(value.shape)
            _close(np.asarray(variables[name]), there, name)
            if value.gradient >= 0:
                there = plan.arena[value.gradient:value.gradient + value.size]
                _close(np.asarray(variables[f"d{name}"]), there.reshape(value.shape), f"d{name}")


def _close(ours: Reals, theirs: Reals, what: str) -> None:
    assert np.isfinite(theirs).all(), what
    scale = float(np.max(np.abs(theirs), initial=0.0))
    error = float(np.max(np.abs(ours - theirs), initial=0.0))
    assert error <= TOLERANCE * scale, f"{what}: {error} of {scale}"


def _fill(plan: Plan, project: ProjectSpec, inputs: Reals, steps: int, spread: float
          ) -> NDArray[np.int64]:
    """Fill parameters and memories, and let the plan stand at a step in the middle of an epoch."""
    draw(plan, project, inputs.shape[1])
    rng = np.random.default_rng(7)
    for layer in plan.layers:
        for value in layer.parameters.values():
            if value.gradient < 0:
                continue
            for region, low in ((0, -spread), (2, 0.01), (3, 0.01)):
                begin = value.data + region * plan.parameters
                if region == 0 or steps:
                    plan.arena[begin:begin + value.size] = rng.uniform(low, spread, value.size)
    control, rows = plan.shared.control, np.tile(np.arange(len(inputs)), 2)
    control[layout.TRAINING_ORDER] = rows.ctypes.data
    control[layout.EXAMPLES], control[layout.POSITION] = len(rows), len(inputs)
    control[layout.SEED] = project.training.seed
    control[layout.STEP] = control[layout.OPTIMIZER_STEP] = steps
    plan.shared.results[layout.REDUCED:layout.REDUCED + 3] = 1.0, np.inf, 0.0
    requested = plan.shared.requested
    write_hyperparameters(requested, project.training, project.training.optimizer.kind)
    requested[layout.BATCH_SIZE] = len(inputs)
    return rows


def _constants_in_force(plan: Plan, rows: NDArray[np.int64]) -> None:
    """Let the loop do the step once, so that its constants are known; then put all back."""
    shared, arena = plan.shared, plan.arena.copy()
    control, results = shared.control.copy(), shared.results.copy()
    done = run_steps(plan.table, plan.sections, plan.arena.ctypes.data, shared.control,
                     shared.hyper, shared.requested, rows, shared.results,
                     np.zeros((1, 1 + len(results))), 1)
    assert done == 1
    plan.arena[:] = arena
    shared.control[:], shared.results[:] = control, results
    shared.control[layout.TRAINING], shared.control[layout.ORDER] = 1, rows.ctypes.data
    shared.control[layout.BATCH] = len(rows) // 2


def _run_row(plan: Plan, row: int, batch: int) -> None:
    control = plan.shared.control
    # What goes back to rows of a table is computed only where somebody looks.
    control[layout.TRAINING] = plan.lines[row].slots.get("by_token", -1) < 0
    run_section(plan.table, np.array([row, row + 1]), 0, plan.arena.ctypes.data, batch)
    control[layout.TRAINING] = 1


def _given(plan: Plan) -> dict[str, Reals]:
    found = {}
    for number, layer in enumerate(plan.layers):
        for key, value in layer.parameters.items():
            name = parameter_name(key, number)
            for prefix, region in (("", 0), ("m", 2), ("v", 3)):
                if prefix and value.gradient < 0:
                    continue
                begin = value.data + region * plan.parameters
                found[f"{prefix}{name}"] = plan.arena[begin:begin + value.size].reshape(
                    value.shape).copy()
    return found


def project_of(network: NetworkSpec, loss: str = "softmax_cross_entropy", **training: Any
               ) -> ProjectSpec:
    """Return a project around a network."""
    project = ProjectSpec()
    return replace(project, network=network,
                   training=replace(project.training, loss=loss, l2=0.0, **training))
