"""Keras scripts: run by Keras on two backends, they compute what our engine does."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from engine.errors import EngineError
from engine.export.build import build_graph
from engine.export.graph import Graph
from engine.export.keras.script import write_keras
from engine.layers import ACTIVATIONS, LOSSES, OPTIMIZERS, SCHEDULES, kinds
from engine.spec import AveragingSpec, OptimizerSpec, ScheduleSpec
from tests.engine.export.exports import CHAOTIC, TEMPLATES, made, transcribing
from tests.engine.export.exports import graph_of as shipped_graph
from tests.engine.export.frameworks import answers_of, with_frameworks
from tests.engine.export.interop_cases import (
    PADDED,
    Case,
    data_of,
    layer_cases,
    loss_cases,
    project_of,
    rule_cases,
)

RUNNER = Path(__file__).with_name("run_keras.py")

BACKENDS = ("torch", "jax")

REFUSED = {"export.carried", "export.rows-rest", "export.long-texts", "export.bag-beside"}
"""Codes of what Keras cannot do."""


def _more() -> dict[str, Case]:
    schedules = {
        key: Case(training={"schedule": ScheduleSpec(key, every=4, length=12, patience=1,
                                                     threshold=0.3), "learning_rate": 0.2})
        for key in SCHEDULES}
    averages = {kind: Case(training={"averaging": AveragingSpec(kind, 0.7), "learning_rate": 0.3})
                for kind in ("exponential", "equal")}
    resting = {"embedding that rests": Case((("embedding", {
        "vocabulary": 9, "units": 4, "sparse": True}), ("flatten", {})), "tokens")}
    momentum = {"momentum under a schedule": Case(
        optimizer=OptimizerSpec("momentum"), training={"schedule": ScheduleSpec("cosine")})}
    return {**{f"schedule {key}": case for key, case in schedules.items()},
            **{f"average {key}": case for key, case in averages.items()}, **resting, **momentum}


CASES = {name: case for name, case in {
    **layer_cases(), **loss_cases(), **rule_cases(), **_more()}.items()
    if not name.endswith("carried")}

FREE = 3000
"""What rounding in float32 may have grown to in some steps of Adam, in units of the tolerance."""


def graph_of(case: Case) -> Graph:
    return build_graph(project_of(case), data_of(case))


def put(graph: Graph, folder: Path) -> None:
    """Write a graph as a script into a folder, and what is to be compared."""
    written = write_keras(graph, "case")
    folder.mkdir()
    for name, content in written.files.items():
        (folder / name).write_bytes(content)
    np.savez(folder / "after.npz", asked=graph.proof.asked, outputs=graph.proof.after,
             steps=graph.proof.steps)


def wrong_of(folder: Path, backend: str, allowed: float = 1.0) -> str:
    """Return a line for every script in a folder that is something else in Keras."""
    answers = answers_of(RUNNER, folder, KERAS_BACKEND=backend)
    assert "" not in answers, answers[""]["error"]
    assert len(answers) == len(list(folder.iterdir()))
    return "\n".join(
        f"{name}: {told.get('error', told)}" for name, told in answers.items()
        if "error" in told or not (
            told["proof"] <= told["tolerance"]
            and (name.endswith(CHAOTIC) or told["after"] <= allowed * told["tolerance"])))


@with_frameworks
@pytest.mark.slow
@pytest.mark.parametrize("backend", BACKENDS)
def test_every_script_proves_itself_and_trains_to_the_same(backend: str, tmp_path: Path) -> None:
    for name, case in CASES.items():
        put(graph_of(case), tmp_path / name.replace(" ", "-"))
    assert not wrong_of(tmp_path, backend)


@with_frameworks
@pytest.mark.slow
@pytest.mark.parametrize("backend", BACKENDS)
def test_templates_and_what_is_recorded_are_the_same(backend: str, tmp_path: Path) -> None:
    refused = {}
    for number, (name, project) in enumerate(
            {**TEMPLATES, **made(), **transcribing()}.items()):
        try:
            put(shipped_graph(project), tmp_path / f"{number}-{name.replace(' ', '-')}")
        except EngineError as error:
            refused[name] = error.message.code
    assert set(refused.values()) <= REFUSED
    assert {name for name in refused if name in TEMPLATES} == {"25-reviews-n-grams"}
    assert not wrong_of(tmp_path, backend, FREE)


def test_every_word_is_written_or_refused_by_name() -> None:
    from engine.export.keras.loss import TEXTS
    from engine.export.keras.made import OPS
    from engine.export.keras.model import Model  # noqa: F401 - registers what is written
    from engine.export.keras.optimizer import RULES

    words = {node.op for case in layer_cases().values() for layer in graph_words(case)
             for node in layer}
    assert words <= OPS.keys()
    assert {key for key, function in ACTIVATIONS.items() if function.forward} <= OPS.keys()
    assert LOSSES.keys() == TEXTS.keys()
    assert OPTIMIZERS.keys() == RULES.keys()
    tried = {layer.kind for case in layer_cases().values()
             for layer in project_of(case).network}
    assert tried == {kind.key for kind in kinds()}


def graph_words(case: Case) -> Iterator[tuple[Any, ...]]:
    from engine.export.graph import graph_layers

    for layer in graph_layers(project_of(case), data_of(case).n_inputs):
        yield layer.nodes


@pytest.mark.parametrize(("case", "code"), [
    (Case((PADDED, ("lstm", {"units": 3, "carried": True})), "tokens"), "export.carried"),
    (Case((("embedding", {"vocabulary": 9, "units": 4, "sparse": True}), ("flatten", {})),
          "tokens", optimizer=OptimizerSpec("adam")), "export.rows-rest"),
])
def test_what_keras_cannot_do_is_refused_by_name(case: Case, code: str) -> None:
    with pytest.raises(EngineError) as told:
        write_keras(graph_of(case), "case")
    assert told.value.message.code == code
    assert "Keras" in told.value.sentence


def test_keras_own_optimizers_are_taken_where_they_do_the_same() -> None:
    plain = write_keras(graph_of(Case(optimizer=OptimizerSpec("momentum"))), "case")
    text = plain.files["case.py"].decode()
    assert "keras.optimizers.SGD(learning_rate=LEARNING_RATE, momentum=0.9)" in text
    assert "class Rule" not in text
    adam = write_keras(graph_of(Case(optimizer=OptimizerSpec("adam"))), "case")
    text = adam.files["case.py"].decode()
    assert "Keras adds epsilon before the bias correction" in text


def test_a_script_is_short_where_the_network_is() -> None:
    text = write_keras(graph_of(Case()), "case").files["case.py"].decode()
    assert "keras.Sequential" in text
    assert len(text.splitlines()) < 220
    assert all(len(line) <= 99 for line in text.splitlines())


def test_lines_speak_of_their_layers() -> None:
    written = write_keras(graph_of(CASES["paths"]), "case")
    lines = written.files["case.py"].decode().splitlines()
    for layer, spans in written.lines.items():
        for first, last in spans:
            assert any(f'name="{layer}' in line for line in lines[first - 1:last])
    assert set(written.lines) == {"a", "b", "sum", "row", "output"}


def test_the_same_project_makes_the_same_script() -> None:
    case = CASES["rule adam with all"]
    first, second = (write_keras(graph_of(case), "case").files["case.py"] for _ in range(2))
    assert first == second
    other = dataclasses.replace(case, training={**case.training, "learning_rate": 0.5})
    assert write_keras(graph_of(other), "case").files["case.py"] != first


def test_layers_that_decay_by_themselves_are_named() -> None:
    case = CASES["rule adamw"]
    project = project_of(case)
    project = replace(project, network=project.network.replaced(
        replace(project.network.layer("output"), weight_decay=0.5)))
    text = write_keras(build_graph(project, data_of(case)), "case").files["case.py"].decode()
    assert '"output": 0.5' in text
