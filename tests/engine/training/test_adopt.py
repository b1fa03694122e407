"""Branching off: what of a run another network, or another way of training, takes over."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from engine.kernels.runtime import layout
from engine.spec import NetworkSpec, OptimizerSpec, ScheduleSpec, StoppingSpec
from engine.telemetry.checkpoint import Checkpoint
from engine.training import Trainer
from tests.engine.training.resumed import CASES, fresh, learned, onward, rows_from
from tests.engine.training.runs import LAYERS, change, clouds, dense, project, trainer

END = 40


def branch(checkpoint: Checkpoint, *layers: Any, optimizer: str = "adam", **training: Any
           ) -> Trainer:
    """Return a run of other layers or training that begins at a checkpoint."""
    options = {"batch_size": 5, **training}
    return Trainer(project(*(layers or LAYERS), optimizer=optimizer, **options), clouds(),
                   checkpoint=checkpoint)


@pytest.fixture
def parent() -> Trainer:
    """Return a run in the middle of an epoch."""
    return onward(trainer(batch_size=5), 12)


@pytest.mark.parametrize("case", CASES)
def test_without_a_difference_a_branch_is_the_run_itself(case: str) -> None:
    straight = onward(fresh(case), 13)
    checkpoint = straight.checkpoint()
    of, data = CASES[case]
    # Pausing changes no byte, but makes it another project.
    run = Trainer(replace(of, training=replace(of.training, steps=7)), data, checkpoint=checkpoint)
    assert run.transfer is not None
    assert run.transfer.left == ()
    onward(straight, END)
    assert learned(onward(run, END)) == learned(straight)
    assert run.ring.read(0)[1].tobytes() == rows_from(straight, 13)


def test_another_learning_rate_keeps_weights_memory_and_order(parent: Trainer) -> None:
    run = branch(parent.checkpoint(), learning_rate=0.5)
    assert learned(run) == learned(parent)
    assert (run.step, run.epoch, run.project.training.learning_rate) == (12, 2, 0.5)
    here, there = run.checkpoint(), parent.checkpoint()
    assert here.order.tobytes() == there.order.tobytes()
    assert here.regions.tobytes() == there.regions.tobytes()
    change(parent, learning_rate=0.5)
    assert learned(onward(run, END)) == learned(onward(parent, END))


def test_another_learning_rate_from_the_start_has_the_same_batches() -> None:
    one, other = trainer(batch_size=5), trainer(batch_size=5, learning_rate=0.5)
    assert learned(one) == learned(other)
    for step in range(END):
        assert onward(one, step)._order.tolist() == onward(other, step)._order.tolist()
    assert learned(one) != learned(other)


def test_other_widths_leave_the_layers_whose_shapes_agree_equal() -> None:
    wider = (dense("dense-1", 8), dense("dense-2", 7, "relu"), LAYERS[2])
    one, other = trainer(batch_size=5), trainer(None, *wider, batch_size=5)
    for name in ("dense-1/w", "dense-1/b"):
        np.testing.assert_array_equal(one.weights()[name], other.weights()[name])


def test_another_width_takes_over_the_layers_that_agree(parent: Trainer) -> None:
    wider = (dense("dense-1", 8), dense("dense-2", 7, "relu"), LAYERS[2])
    run = branch(parent.checkpoint(), *wider)
    first = trainer(None, *wider)
    assert run.transfer is not None
    assert run.transfer.matched == ("dense-1",)
    assert [layer.layer_id for layer in run.transfer.left] == ["dense-2", "output"]
    here, there = run.checkpoint(), parent.checkpoint()
    np.testing.assert_array_equal(here.array("dense-1/w"), there.array("dense-1/w"))
    np.testing.assert_array_equal(here.gradient("dense-1/w"), there.gradient("dense-1/w"))
    for mine, its in zip(here.memory("dense-1/w"), there.memory("dense-1/w"), strict=True):
        np.testing.assert_array_equal(mine, its)
    np.testing.assert_array_equal(here.array("dense-2/w"), first.weights()["dense-2/w"])
    assert not any(array.any() for array in here.memory("dense-2/w"))
    assert (here.step, here.epoch, here.counters.position) == (12, 2, 10)
    assert here.order.tobytes() == there.order.tobytes()
    readings = {layer.layer_id: layer for layer in run.snapshot().layers}
    assert readings["dense-1"].gradient_rms == pytest.approx(
        parent.snapshot().layers[1].gradient_rms)
    assert np.isnan(readings["dense-2"].gradient_rms)
    assert onward(run, END).step == END


def test_another_rule_begins_with_an_empty_memory(parent: Trainer) -> None:
    run = branch(parent.checkpoint(), optimizer="momentum")
    assert learned(run) == learned(parent)
    assert run.checkpoint().counters.optimizer_step == 0
    assert not any(array.any() for array in run.checkpoint().memory("dense-1/w"))
    change(parent, optimizer=OptimizerSpec("momentum"))
    assert learned(onward(run, END)) == learned(onward(parent, END))


def test_another_activation_keeps_everything(parent: Trainer) -> None:
    run = branch(parent.checkpoint(), dense("dense-1", 8, "relu"), *LAYERS[1:])
    assert learned(run) == learned(parent)
    assert learned(onward(run, END)) != learned(onward(parent, END))


def test_other_examples_begin_an_epoch(parent: Trainer) -> None:
    data = clouds(24)
    run = Trainer(project(*LAYERS, batch_size=5), data, checkpoint=parent.checkpoint())
    assert (run.step, run.epoch, run.steps_left_in_epoch) == (12, 2, 5)
    assert sorted(run._order.tolist()) == data.training.tolist()
    assert run.checkpoint().figures.epoch_items == 0


def test_another_loss_forgets_what_losses_were(parent: Trainer) -> None:
    schedule = ScheduleSpec("plateau", patience=0)
    change(parent, schedule=schedule, stopping=StoppingSpec(patience=30))
    there = onward(parent, 17).checkpoint()
    assert np.isfinite((there.figures.smallest, there.figures.best_loss)).all()
    same = branch(there, schedule=schedule, stopping=StoppingSpec(patience=30)).checkpoint()
    assert same.figures == there.figures
    other = branch(there, schedule=schedule, stopping=StoppingSpec(patience=30),
                   loss="hinge").checkpoint()
    assert (other.figures.smallest, other.figures.best_loss) == (np.inf, np.inf)
    assert other.figures.epoch_items == 0
    assert other.best is None
    rules = branch(there, schedule=schedule, stopping=StoppingSpec(patience=31)).checkpoint()
    assert rules.figures.smallest == there.figures.smallest
    assert rules.figures.best_loss == np.inf


def test_the_best_weights_of_another_network_are_not_brought_back() -> None:
    parent = onward(fresh("patience"), 10)
    assert parent.checkpoint().best is not None
    run = Trainer(project(LAYERS[0], dense("dense-2", 7, "relu"), LAYERS[2], optimizer="sgd",
                          batch_size=5, stopping=StoppingSpec(patience=2)), clouds(),
                  checkpoint=parent.checkpoint())
    assert run.checkpoint().best is None
    assert run.checkpoint().counters.best_epoch == 0


def test_a_layer_that_is_frozen_now_keeps_its_weights_elsewhere() -> None:
    parent = onward(fresh("patience"), 10)
    frozen = (replace(LAYERS[0], frozen=True), *LAYERS[1:])
    run = Trainer(project(*frozen, optimizer="sgd", batch_size=5,
                          stopping=StoppingSpec(patience=2)), clouds(),
                  checkpoint=parent.checkpoint())
    assert learned(run) == learned(parent)
    assert run.checkpoint().best_array("output/w").tobytes() == (
        parent.checkpoint().best_array("output/w").tobytes())


def test_carried_state_goes_on_with_the_same_batches_only() -> None:
    parent = onward(fresh("lstm"), 7)
    of, data = CASES["lstm"]

    def run(**training: Any) -> Trainer:
        return Trainer(replace(of, training=replace(of.training, **training)), data,
                       checkpoint=parent.checkpoint())
    same = run(learning_rate=0.5)
    for name, array in parent.checkpoint().carried.items():
        assert same.checkpoint().carried[name].tobytes() == array.tobytes()
        assert array.shape == (3, 6)
        assert array.any()
    other = run(batch_size=2).checkpoint()
    assert (other.counters.position, other.counters.examples) == (0, 14)
    assert all(len(array) == 0 for array in other.carried.values())
    free = NetworkSpec(tuple(
        replace(layer, options={"units": 6, "carried": False}) if layer.id == "layer" else layer
        for layer in of.network))
    shuffled = Trainer(replace(of, network=free), data, checkpoint=parent.checkpoint())
    assert shuffled._plan.shared.control[layout.EXAMPLES] == 14
    assert onward(shuffled, 20).step == 20


def test_nothing_stays_of_the_run_that_adopts(parent: Trainer) -> None:
    wider = (dense("dense-1", 8), dense("dense-2", 7, "relu"), LAYERS[2])
    run = onward(trainer(None, *wider, batch_size=5), 20)
    run.adopt(parent.checkpoint())
    fresh = branch(parent.checkpoint(), *wider)
    here, there = run.checkpoint(), fresh.checkpoint()
    assert here.regions.tobytes() == there.regions.tobytes()
    assert here.counters == there.counters
    assert learned(onward(run, END)) == learned(onward(fresh, END))
