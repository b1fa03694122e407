"""One step taken apart: its program, what every line computed, and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.microscope.program import Program
from engine.microscope.trace import Trace
from engine.spec import ProjectSpec


@dataclass(frozen=True)
class Dissection:
    """The next step of a run, computed beside it.

    Attributes
    ----------
    project : ProjectSpec
        What is trained, and how.
    run_id, step, epoch : int
        The run, and what it had completed.
    rows : int64[n]
        Rows of the data set that the batch is made of.
    batch : int
        Examples that the run's own step takes: more than n where there is no room for all.
    n_outputs : int
        Classes or numbers that are predicted.
    trace : Trace
        The program and what it computed.
    parameters : Mapping[str, str]
        What the engine calls every parameter, ``layer-id/w``, by the program's name, ``W2``.
    engine : Mapping[str, float64 array]
        What the engine itself computes in float64: gradients by ``dW2``, parameters after the step
        by ``W2``, and the loss ``L``.
    """

    project: ProjectSpec
    run_id: int
    step: int
    epoch: int
    rows: NDArray[np.int64]
    batch: int
    n_outputs: int
    trace: Trace
    parameters: Mapping[str, str]
    engine: Mapping[str, NDArray[np.float64]]

    @property
    def program(self) -> Program:
        """The program."""
        return self.trace.program

    def gradients(self) -> dict[str, NDArray[np.float64]]:
        """Return dL/d(parameter) as the update sees it, by the engine's names."""
        return {name: self.trace.last(f"d{variable}")
                for variable, name in self.parameters.items() if f"d{variable}" in self.engine}

    def disagreement(self) -> float:
        """Return by how much program and engine differ at most, relative to the largest number."""
        worst = 0.0
        for name, theirs in self.engine.items():
            ours = self.trace.last(name)
            scale = float(np.max(np.abs(theirs), initial=0.0)) or 1.0
            worst = max(worst, float(np.max(np.abs(ours - theirs), initial=0.0)) / scale)
        return worst
