"""Steps of real runs, taken apart: every template, and made projects of every kind."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from msgspec.structs import replace

from engine.data import load
from engine.microscope.dissection import Dissection
from engine.spec import ProjectSpec
from engine.training import Trainer
from tests.golden.same_bytes_cases import EXAMPLES, made, templates

LONG = {"03-ten-sigmoid-layers", "04-ten-relu-layers", "09-thirty-tanh-layers", "10-residual",
        "13-lenet", "14-denoising-autoencoder", "15-variational-autoencoder", "16-character-rnn",
        "17-character-lstm", "18-character-gru", "19-sine-forecast", "21-reviews-gru",
        "22-sine-simple-rnn", "padded gru", "padded lstm", "padded rnn",
        "recurrent float32"}
"""Projects of which every check takes seconds: others stand for them."""

BATCH = 4
"""Examples of a step: enough for every mean over them."""


def projects() -> dict[str, ProjectSpec]:
    """Return templates and made projects by name."""
    return templates() | {name: project for name, project in made().items()
                          if "float64" not in name}


def sweep() -> list[Any]:
    """Return all names as parameters of a test, those of long ones for the whole run alone."""
    return [pytest.param(name, marks=pytest.mark.whole) if name in LONG else name
            for name in projects()]


@cache
def dissected(name: str, steps: int = 2) -> Dissection:
    """Return the step of a project after some others."""
    project = projects()[name]
    project = replace(project, training=replace(project.training, batch_size=BATCH))
    run = Trainer(project, load(project.data, EXAMPLES), threads=1)
    run.run(steps, budget_s=60.0)
    return run.dissect()
