"""Steps of real runs, taken apart: every template, and made projects of every kind."""

from __future__ import annotations

from functools import cache

from msgspec.structs import replace

from engine.data import load
from engine.microscope.dissection import Dissection
from engine.microscope.writer import EXPLANATIONS
from engine.plan import Plan
from engine.spec import ProjectSpec
from engine.training import Trainer
from tests.golden.same_bytes_cases import EXAMPLES, made, templates

BATCH = 4
"""Examples of a step: enough for every mean over them."""


def projects() -> dict[str, ProjectSpec]:
    """Return templates and made projects by name."""
    return templates() | {name: project for name, project in made().items()
                          if "float64" not in name}


@cache
def dissected(name: str, steps: int = 2) -> Dissection | None:
    """Return the step of a project after some others; None while an op of it has no explanation."""
    project = projects()[name]
    project = replace(project, training=replace(project.training, batch_size=BATCH))
    run = Trainer(project, load(project.data, EXAMPLES), threads=1)
    plan: Plan = run._plan
    if any(line.op not in EXPLANATIONS for line in plan.lines
           if line.section_name not in ("output", "score")):
        return None
    run.run(steps, budget_s=60.0)
    return run.dissect()
