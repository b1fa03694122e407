"""A cure is tried as run B, kept and undone; a run breaks, is replayed, and cured from before."""

from __future__ import annotations

import math

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt

from engine.spec import LayerSpec, NetworkSpec, OptimizerSpec
from gui.doctor.cure_buttons import CureButton
from gui.document.document import Document
from gui.workbench.pace import Speed
from gui.workbench.state import State
from tests.e2e.conftest import Person

pytestmark = pytest.mark.e2e
STEPS = 2000


def deep(units: int, layers: int, activation: str, weights: str) -> NetworkSpec:
    def dense(name: str, width: int, function: str) -> LayerSpec:
        return LayerSpec(name, "dense", {"units": width, "activation": function,
                                         "weights": weights})

    hidden = (dense(f"dense-{number}", units, activation) for number in range(1, layers + 1))
    return NetworkSpec((LayerSpec("input", "input"), *hidden, dense("output", 2, "linear")))


def open_network(person: Person, network: NetworkSpec, rate: float, optimizer: str = "adam",
                 steps: int = 0) -> Document:
    document = person.lab.document
    training = replace(document.project.training, learning_rate=rate, l2=0.0, steps=steps,
                       optimizer=OptimizerSpec(optimizer))
    document.load_project(replace(document.project, network=network, training=training))
    person.wait_until_ready()
    person.lab.workbench.set_speed(Speed.FULL)
    return document


def first_cure(person: Person) -> CureButton:
    def is_offered() -> None:
        # In words, so that whoever reads a failure learns what was said instead.
        assert any(button.isVisible() for button in person.lab.strip.findChildren(CureButton)), \
            (person.lab.strip.accessibleName(), steps(person), person.lab.workbench.state)

    person.qtbot.waitUntil(is_offered, timeout=60_000)
    return next(button for button in person.lab.strip.findChildren(CureButton)
                if button.isVisible())


def press_undo(person: Person) -> None:
    person.window.activateWindow()
    person.qtbot.waitUntil(person.window.isActiveWindow)
    person.qtbot.keyClick(person.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)


def steps(person: Person) -> dict[str, int]:
    return {run.key: run.step for run in person.lab.workbench.runs}


def test_a_cure_is_tried_as_b_kept_and_undone(person: Person) -> None:
    lab, bench = person.lab, person.lab.workbench
    document = open_network(person, deep(16, 10, "sigmoid", "xavier_uniform"), 0.003,
                            steps=STEPS)
    ill = document.project
    person.click(lab.transport.toggle)
    person.qtbot.waitUntil(lambda: steps(person) == {"A": STEPS} and bench.state is State.PAUSED,
                           timeout=60_000)
    cure = first_cure(person).cure
    assert cure is not None
    assert cure.code == "activation"
    person.click(first_cure(person))
    assert document.sides.is_pair
    assert lab.pair_bar.isVisible()
    # B catches up, and what came of it is said of the step at which A has stood.
    person.qtbot.waitUntil(lambda: bench.trial.outcome is not None, timeout=90_000)
    assert bench.trial.outcome is not None
    assert bench.trial.outcome.code == "helped"
    assert lab.strip.accessibleName().startswith("The cure helped.")
    at = {"A": STEPS, "B": STEPS}
    person.qtbot.waitUntil(lambda: steps(person) == at and bench.state is State.PAUSED)
    person.click(lab.pair_bar.keep)
    assert document.project == cure.project
    assert not lab.pair_bar.isVisible()
    assert steps(person) == {"A": at["B"]}
    press_undo(person)
    assert document.sides.first.project == ill
    person.qtbot.waitUntil(lambda: steps(person) == at and bench.state is State.PAUSED,
                           timeout=30_000)
    press_undo(person)
    assert not document.sides.is_pair
    assert document.project == ill
    assert steps(person) == {"A": at["A"]}


def test_a_run_that_was_over_in_no_time_has_cures(person: Person) -> None:
    """Of 100 steps at full speed there are two snapshots: before the first and after the last."""
    lab, bench = person.lab, person.lab.workbench
    open_network(person, deep(16, 10, "sigmoid", "xavier_uniform"), 0.003, steps=100)
    person.click(lab.transport.toggle)
    person.qtbot.waitUntil(lambda: steps(person) == {"A": 100} and bench.state is State.PAUSED,
                           timeout=60_000)
    cure = first_cure(person).cure
    assert cure is not None
    assert cure.code == "activation"
    assert lab.strip.accessibleName().startswith("Vanishing gradient.")


def test_a_run_that_breaks_is_replayed_and_cured_from_before(person: Person) -> None:
    lab, bench = person.lab, person.lab.workbench
    document = open_network(person, deep(8, 3, "silu", "he_normal"), 100.0, "sgd")
    person.click(lab.transport.toggle)
    person.qtbot.waitUntil(lambda: lab.strip.replay.isVisible(), timeout=60_000)
    assert bench.state is State.FAILED
    box = bench.runs["A"].past.box
    assert box is not None
    assert lab.strip.accessibleName().startswith("Overflow: ")
    # Everything stands at the last step whose numbers are finite.
    assert bench.cursor == box.last_finite
    assert lab.timeline.isVisible()
    assert all(math.isfinite(one.loss) for one in box.steps)
    seen: set[int | None] = set()
    bench.cursor_changed.connect(seen.add)
    person.click(lab.strip.replay)
    person.qtbot.waitUntil(lambda: len(seen) > min(2, len(box.steps) - 1), timeout=30_000)
    person.qtbot.waitUntil(lambda: bench.cursor == box.last_finite, timeout=30_000)
    cure = first_cure(person).cure
    assert cure is not None
    person.click(first_cure(person))
    assert document.sides.second is not None
    assert document.sides.second.project == cure.project
    # From the last step at which the network could still be cured, if there was one.
    assert document.sides.second.branch_step == (None if cure.begins_anew else box.sound_step)
    person.qtbot.waitUntil(lambda: steps(person).get("B", 0) > 200, timeout=60_000)
    assert bench.runs["B"].state is State.RUNNING
    person.click(lab.transport.toggle)
