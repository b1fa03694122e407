"""A run that goes on from a checkpoint comes to the bytes of one that never stopped."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from engine.errors import FormatError
from engine.kernels.runtime import layout
from engine.layers import OPTIMIZERS
from engine.spec import OptimizerSpec
from engine.telemetry.checkpoint import Checkpoint, nbytes_together
from engine.training import Trainer
from tests.engine.training.resumed import CASES, fresh, learned, onward, rows_from, windows
from tests.engine.training.runs import LAYERS, change, clouds, dense, project, trainer

STOPS = (0, 7, 10, 13)
"""Steps at which is stopped: before the first, in the middle of an epoch, at its end."""

END = 47


def moved(checkpoint: Checkpoint) -> Checkpoint:
    """Return a checkpoint by way of a file."""
    return Checkpoint.from_arrays(checkpoint.to_arrays())


@pytest.mark.parametrize("case", CASES)
def test_going_on_gives_the_bytes_of_never_having_stopped(case: str) -> None:
    straight = fresh(case)
    kept = [onward(straight, stop).checkpoint() for stop in STOPS]
    onward(straight, END)
    other, twin = fresh(case), straight.twin()
    for stop, checkpoint in reversed(list(zip(STOPS, kept, strict=True))):
        for run, way in ((other, moved(checkpoint)), (twin, checkpoint)):
            begin = run.ring.read(0)[2]
            run.restore(way)
            assert (run.step, run.epoch) == (stop, checkpoint.epoch)
            onward(run, END)
            assert learned(run) == learned(straight), stop
            rows = run.ring.read(begin)[1]
            assert rows.tobytes() == rows_from(straight, stop), stop
    assert onward(straight, END + 20).step == END + 20
    onward(twin, END + 20)
    assert learned(twin) == learned(straight)


@pytest.mark.parametrize("case", CASES)
def test_a_new_trainer_begins_at_a_checkpoint(case: str) -> None:
    straight = fresh(case)
    checkpoint = moved(onward(straight, 13).checkpoint())
    of, data = CASES[case]
    run = Trainer(of, data, checkpoint=checkpoint, threads=2)
    assert (run.step, run.transfer) == (13, None)
    assert run.checkpoint().to_arrays().keys() == checkpoint.to_arrays().keys()
    for name, array in run.checkpoint().to_arrays().items():
        assert array.tobytes() == checkpoint.to_arrays()[name].tobytes(), name
    onward(run, END)
    assert learned(run) == learned(onward(straight, END))


@pytest.mark.parametrize("case", ["adam", "gru", "patience", "plateau"])
def test_taking_a_checkpoint_disturbs_nothing(case: str) -> None:
    quiet, kept = fresh(case), fresh(case)
    for step in range(1, 30):
        onward(quiet, step)
        onward(kept, step).checkpoint()
    assert learned(quiet) == learned(kept)
    assert rows_from(quiet, 0) == rows_from(kept, 0)


def test_a_checkpoint_does_not_move_with_the_run() -> None:
    for case in ("adam", "gru", "patience"):
        run = onward(fresh(case), 13)
        checkpoint = run.checkpoint()
        before = {name: array.tobytes() for name, array in checkpoint.to_arrays().items()}
        onward(run, 40)
        assert {name: array.tobytes() for name, array in checkpoint.to_arrays().items()} == before
        for array in checkpoint.arrays:
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 0


@pytest.mark.parametrize("case", ["adam", "convolution", "gru", "dropout"])
def test_two_runs_without_a_difference_stay_the_same(case: str) -> None:
    one, other = (onward(fresh(case), 2000) for _ in range(2))
    assert learned(one) == learned(other)
    assert one.ring.data.tobytes() == other.ring.data.tobytes()


def test_what_was_changed_while_running_stays_changed() -> None:
    straight = onward(trainer(batch_size=5), 8)
    change(straight, learning_rate=0.3, batch_size=4, optimizer=OptimizerSpec("momentum", 0.5))
    checkpoint = moved(onward(straight, 17).checkpoint())
    onward(straight, END)
    run = trainer(batch_size=5)
    run.restore(checkpoint)
    assert run.project.training == straight.project.training
    assert learned(onward(run, END)) == learned(straight)


@pytest.mark.parametrize("kind", ["rnn", "lstm"])
def test_another_batch_size_on_the_way_of_carried_state(kind: str) -> None:
    straight = onward(fresh(kind), 7)
    change(straight, batch_size=4)
    checkpoint = moved(onward(straight, 12).checkpoint())
    onward(straight, END)
    run = onward(fresh(kind), 3)
    run.restore(checkpoint)
    assert learned(onward(run, END)) == learned(straight)


def test_losses_are_summed_over_as_many_examples_at_once() -> None:
    """Where there was room for a larger batch, validation adds up in another order."""
    data = clouds(700, 600)
    straight = trainer(data, batch_size=650)
    change(straight, batch_size=660)
    change(straight, batch_size=650)
    checkpoint = moved(onward(straight, 3).checkpoint())
    assert checkpoint.counters.capacity == 660
    onward(straight, 9)
    run = trainer(data, batch_size=650)
    run.restore(checkpoint)
    onward(run, 9)
    assert rows_from(run, 3) == rows_from(straight, 3)
    assert run._plan.capacity == 660
    smaller = trainer(data, batch_size=650)
    run.restore(smaller.checkpoint())
    assert run._plan.capacity == 650


def test_the_memory_that_a_rule_declares_is_the_one_that_it_uses() -> None:
    for rule, optimizer in OPTIMIZERS.items():
        run = onward(fresh(rule), 5)
        plan = run._plan
        used = tuple(region for region in (0, 1)
                     if plan.arena[(2 + region) * plan.parameters:][:plan.parameters].any())
        assert used == optimizer.memory, rule


def test_checkpoints_of_an_epoch_share_its_order() -> None:
    run = onward(trainer(batch_size=5), 6)
    first = run.checkpoint()
    second = onward(run, 9).checkpoint()
    third = onward(run, 11).checkpoint()
    assert first.order is second.order
    assert second.order is not third.order
    assert first.nbytes + second.nbytes - first.order.nbytes == nbytes_together([first, second])
    run.restore(second)
    assert run.checkpoint().order is second.order


def test_an_order_that_was_shuffled_is_not_taken_for_the_one_before() -> None:
    run = trainer(batch_size=5)
    before = run.checkpoint()
    onward(run, 5)
    at_end = run.checkpoint()
    assert at_end.order.tolist() == run._order.tolist() != before.order.tolist()
    onward(run, 6)
    assert run.checkpoint().order.tolist() == run._order.tolist() != at_end.order.tolist()


def test_checkpoints_share_the_best_weights() -> None:
    run = onward(fresh("patience"), 10)
    kept = [onward(run, step).checkpoint() for step in (12, 14)]
    assert kept[0].best is not None
    assert kept[0].best is kept[1].best


def test_looks_are_those_of_the_run() -> None:
    for case in ("adam", "gru", "batch-norm", "frozen"):
        straight = onward(fresh(case), 13)
        run = fresh(case)
        run.restore(moved(straight.checkpoint()))
        one, other = straight.snapshot(), run.snapshot()
        assert (one.step, one.epoch, one.loss) == (other.step, other.epoch, other.loss)
        for here, there in zip(one.layers, other.layers, strict=True):
            np.testing.assert_array_equal(
                [here.gradient_rms, here.update_ratio, here.gradient_low],
                [there.gradient_rms, there.update_ratio, there.gradient_low])
        for name, gradient in straight.gradients().items():
            np.testing.assert_array_equal(gradient, run.gradients()[name])
            np.testing.assert_array_equal(gradient, run.checkpoint().gradient(name))


@pytest.mark.parametrize(("layers", "training", "words"), [
    ((*LAYERS[:1], LAYERS[2]), {}, "'dense-2/w', which this network lacks"),
    ((dense("dense-1", 8), dense("dense-2", 6, "relu"), LAYERS[2]), {},
     "dense-2/w is 8x5 there, and 8x6 here"),
    ((*LAYERS[:2], dense("dense-3", 4), LAYERS[2]), {}, "no 'dense-3/w'"),
    (LAYERS, {"seed": 43}, "seed 42"),
    (LAYERS, {"precision": "float64"}, "float32"),
])
def test_the_checkpoint_of_another_project_is_refused(
        layers: tuple[object, ...], training: dict[str, object], words: str) -> None:
    checkpoint = onward(trainer(batch_size=5, learning_rate=0.3), 7).checkpoint()
    run = onward(Trainer(project(*layers, **training), clouds()), 3)
    before = learned(run)
    with pytest.raises(FormatError) as caught:
        run.restore(checkpoint)
    assert words in caught.value.sentence
    assert (run.step, learned(run)) == (3, before)
    assert run.project.training.learning_rate == 0.03


def test_the_checkpoint_of_other_examples_is_refused() -> None:
    checkpoint = onward(trainer(batch_size=5), 7).checkpoint()
    with pytest.raises(FormatError) as caught:
        trainer(clouds(24)).restore(checkpoint)
    assert "23 training examples are others" in caught.value.sentence
    data = clouds()
    changed = dataclasses.replace(data, inputs=data.inputs + 0.01)
    with pytest.raises(FormatError):
        trainer(changed).restore(checkpoint)
    other = Trainer(trainer().project, changed, checkpoint=checkpoint)
    assert other.transfer is not None
    assert other.checkpoint().order.tolist() == checkpoint.order.tolist()
    carried = onward(fresh("gru"), 7).checkpoint()
    other = dataclasses.replace(windows(), training=np.arange(1, 15))
    with pytest.raises(FormatError):
        Trainer(CASES["gru"][0], other).restore(carried)


def test_a_checkpoint_of_a_step_that_failed_can_be_saved() -> None:
    run = onward(trainer(batch_size=5), 7)
    run._plan.arena[run._plan.parameters] = np.nan
    arrays = run.checkpoint().to_arrays()
    assert not any(array.any() for name, array in arrays.items() if name.startswith("gradients/"))
    assert Checkpoint.from_arrays(arrays).step == run._plan.shared.control[layout.STEP]
