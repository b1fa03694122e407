"""Projects that are exported: every template, and small ones that bring in every op."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from engine.data import load
from engine.export.build import build_graph
from engine.export.graph import Graph
from engine.export.target import Written
from engine.export.targets import target
from engine.layers import LOSSES, OPTIMIZERS
from engine.spec import (
    AveragingSpec,
    LayerSpec,
    NetworkSpec,
    OptimizerSpec,
    ProjectSpec,
    StoppingSpec,
)
from tests.golden import same_bytes_cases as cases

FRAMEWORKS = os.environ.get("BACKPROP_LAB_FRAMEWORKS", "")
"""A Python with torch, safetensors and matplotlib; with keras and onnxruntime, too."""

TEMPLATES = cases.templates()
STEPS = 20

CHAOTIC = ("10-residual",)
"""Each step of these makes any difference several times as large, so that after some nothing can
be compared: in float64, rounding has grown from 1e-13 to 1."""


@cache
def made() -> Mapping[str, ProjectSpec]:
    """Return small projects that together use every op, loss, optimizer and schedule."""
    return {**cases.made(), **_pairs(), **_more()}


def _pairs() -> dict[str, ProjectSpec]:
    """Return every loss with every optimizer, in float64; texts apart: see `transcribing`."""
    found = {}
    for loss, base in (("mean_absolute_error", "loss mean_absolute_error"),
                       ("huber", "loss huber"), ("sequence_cross_entropy", "balanced letters")):
        for rule in OPTIMIZERS:
            found[f"{loss} by {rule}"] = _by(cases.made()[base], rule)
    for loss in ("softmax_cross_entropy", "binary_cross_entropy", "mean_squared_error", "hinge"):
        width = LOSSES[loss].widths("classification", 3)[-1]
        for rule in OPTIMIZERS:
            base = cases.made()["loss softmax_cross_entropy of classes"]
            layers = (*base.network.layers[:-1],
                      base.network.layers[-1].with_options(units=width))
            found[f"{loss} by {rule}"] = _by(replace(
                base, network=NetworkSpec(layers),
                training=replace(base.training, loss=loss)), rule)
    return found


def _by(base: ProjectSpec, rule: str, epsilon: float = OptimizerSpec().epsilon) -> ProjectSpec:
    return replace(base, training=replace(
        base.training, optimizer=OptimizerSpec(rule, epsilon=epsilon), class_weights="none",
        l2=1e-3, l1=1e-4, precision="float64"))


def transcribing() -> dict[str, ProjectSpec]:
    """Return the loss of texts with every optimizer; slow in NumPy, which walks step by step."""
    base = TEMPLATES["27-vowel-strings"]
    # With a small epsilon, rules such as Adam make whole steps of gradients that are but rounding;
    # with large steps, what rounding does grows from one to the next.
    base = replace(base, training=replace(base.training, learning_rate=3e-4))
    return {f"ctc by {rule}": _by(base, rule, 1e-4) for rule in OPTIMIZERS}


def _more() -> dict[str, ProjectSpec]:
    """Return what no recorded run has: averages, single examples, tables of which rows rest."""
    made_ = cases.made()
    clipped, rows = made_["clipped"], made_["mean of used rows"]
    average = AveragingSpec("equal")
    return {
        "average of all steps": replace(clipped, training=replace(
            clipped.training, averaging=average, precision="float64")),
        "one by one": replace(made_["averaged"], training=replace(
            made_["averaged"].training, batch_size=1)),
        "resting rows by nadam": replace(rows, training=replace(
            rows.training, optimizer=OptimizerSpec("nadam"), l2=1e-3, precision="float64")),
        "full batches": replace(clipped, training=replace(clipped.training, batch_size=0)),
        "every rule of stopping": replace(clipped, training=replace(
            clipped.training, averaging=AveragingSpec("exponential", start=2),
            stopping=StoppingSpec(epochs=9, seconds=100.0, loss=1e-9, accuracy=0.99, patience=2,
                                  convergence=1e-9))),
        "n-grams": _ngrams("mean", distinct=False),
        "n-grams once": _ngrams("sum", distinct=True),
        "every recurrent state of padded text": _states(made_["padded gru"]),
        "layer called self": _renamed(made_["clipped"], ("x", "self", "class")),
        "names with quotes": replace(_renamed(made_["clipped"], ("in\"", "a\"b'\n\"\"\"", "ä ö")),
                                     name='A """ \\ \n {x} %s'),
    }


def _ngrams(combine: str, *, distinct: bool) -> ProjectSpec:
    layers = (LayerSpec("input", "input"), LayerSpec("bag", "ngram_bag", {
        "vocabulary": 80, "units": 6, "buckets": 50, "combine": combine, "distinct": distinct,
        "weighting": "naive_bayes" if distinct else "none"}),
        LayerSpec("output", "dense", {"units": 2, "activation": "linear"}))
    base = cases.made()["padded mean"]
    return replace(base, network=NetworkSpec(layers))


def _states(base: ProjectSpec) -> ProjectSpec:
    layers = base.network.layers
    return replace(base, network=NetworkSpec((
        *layers[:2], layers[2].with_options(output="sequence", truncation=0),
        LayerSpec("mean", "global_average_pooling"), layers[-1])))


def _renamed(base: ProjectSpec, names: tuple[str, ...]) -> ProjectSpec:
    return replace(base, network=NetworkSpec(tuple(
        replace(layer, id=name) for layer, name in zip(base.network.layers, names, strict=False))))


def doubled(project: ProjectSpec) -> ProjectSpec:
    """Return a project in float64, where rounding hides nothing."""
    return replace(project, training=replace(project.training, precision="float64"))


def graph_of(project: ProjectSpec) -> Graph:
    """Return the graph of a project that comes with the program."""
    return build_graph(project, load(project.data, cases.EXAMPLES))


def write(project: ProjectSpec, key: str, folder: Path, stem: str) -> tuple[Graph, Written]:
    """Write a project's files into a folder, with what is expected after some steps."""
    graph = graph_of(project)
    written = target(key).write(graph, stem)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in written.files.items():
        (folder / name).write_bytes(content)
    np.savez(folder / f"{stem}_after.npz", after=graph.proof.after, asked=graph.proof.asked)
    return graph, written


def code_of(written: Written) -> str:
    """Return the program in what was written: a script, or the cells of a notebook."""
    content = written.files[written.main].decode()
    if not written.main.endswith(".ipynb"):
        return content
    cells = json.loads(content)["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
