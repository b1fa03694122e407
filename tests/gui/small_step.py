"""A step that no engine has computed: one weight layer, a few examples, a dozen lines."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from engine.messages import say
from engine.microscope.dissection import Dissection
from engine.microscope.program import Program
from engine.microscope.statement import Phase, Statement
from engine.microscope.trace import run
from engine.microscope.writer import Subject
from engine.spec import LayerSpec, ProjectSpec, TrainingSpec

UNITS = 4


def small_program(n: int = 3, *, slope: float = 1.0) -> Program:
    """Return the step of a linear layer of two inputs and four units, least squares."""
    rng = np.random.default_rng(n)
    given = {"x": rng.normal(size=(n, 2)), "t": rng.normal(size=(n, UNITS)),
             "W1": slope * rng.normal(size=(2, UNITS)), "b1": rng.normal(size=UNITS)}

    def line(name: str, code: str, phase: Phase, symbol: str, shape: tuple[int, ...],
             number: int = -1) -> Statement:
        return Statement(
            name=name, code=f"{name} = {code}", words=say("microscope.gather-targets"), formula="",
            symbol=symbol, phase=phase, layer="dense-1" if number == 1 else "", number=number,
            shape=shape, per_example=bool(shape) and shape[0] == n)

    gather, forward, loss = Phase.GATHER, Phase.FORWARD, Phase.LOSS
    return Program(given, n, (
        line("x", "x", gather, "x", (n, 2)), line("t", "t", gather, "t", (n, UNITS)),
        line("z1", "x @ W1 + b1", forward, "z<sub>1</sub>", (n, UNITS), 1),
        line("L", "np.mean((z1 - t)**2)", loss, "L", ()),
        line("dz1", "2 * (z1 - t) / t.size", loss, "∂L/∂z<sub>1</sub>", (n, UNITS), 1),
        line("dW1", "x.T @ dz1", Phase.BACKWARD, "∂L/∂W<sub>1</sub>", (2, UNITS), 1),
        line("db1", "dz1.sum(0)", Phase.BACKWARD, "∂L/∂b<sub>1</sub>", (UNITS,), 1),
        line("W1", "W1 - 0.1 * dW1", Phase.UPDATE, "W<sub>1</sub>", (2, UNITS)),
        line("b1", "b1 - 0.1 * db1", Phase.UPDATE, "b<sub>1</sub>", (UNITS,)),
    ), Subject(lines=(), layers=(_placed("input"), _placed("dense")), training=TrainingSpec(),
               batch=n, step=0, epoch=0, optimizer_step=0, rate=0.1, penalties={}, given=given))


def _placed(kind: str) -> Any:
    """Return a layer of which nothing but its kind is looked at."""
    return SimpleNamespace(spec=LayerSpec(kind, kind))


def small_step(project: ProjectSpec, run_id: int = 1, step: int = 0, n: int = 3,
               batch: int = 0) -> Dissection:
    """Return it as the step of some run; of so many examples out of a larger batch."""
    trace = run(small_program(n))
    return Dissection(project, run_id, step, 0, np.arange(n), batch or n, UNITS, trace,
                      {"W1": "dense-1/w", "b1": "dense-1/b"}, {})
