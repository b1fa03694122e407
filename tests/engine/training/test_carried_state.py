"""Training on windows of long sequences, with the state carried from batch to batch."""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.data.dataset import Dataset
from engine.kernels.runtime import layout
from engine.spec import LayerSpec, NetworkSpec, OptimizerSpec, ProjectSpec, TrainingSpec
from engine.training import Trainer
from engine.training.order import carries_state, continued
from tests.engine.training.networks import dataset
from tests.engine.training.runs import advance, change, contents

KINDS = ("rnn", "lstm", "gru")
STREAMS, WINDOWS, STEPS, UNITS = 3, 4, 5, 6
FOLD = {"form": "sequence", "features": 1}


def windows(leftover: int = 0) -> Dataset:
    """Return windows of a few streams, one stream behind the other; learned from in any order."""
    rng = np.random.default_rng(8)
    count = STREAMS * WINDOWS + leftover
    data = dataset(rng.standard_normal((count, STEPS)), values=rng.standard_normal((count, 2)))
    return dataclasses.replace(data, training=rng.permutation(count))


def trainer(kind: str, data: Dataset, steps: int = STEPS, carried: bool = True,
            **training: Any) -> Trainer:
    network = NetworkSpec((
        LayerSpec("input", "input"), LayerSpec("fold", "reshape", {**FOLD, "steps": steps}),
        LayerSpec("layer", kind, {"units": UNITS, "carried": carried}),
        LayerSpec("output", "dense", {"units": 2, "activation": "linear"})))
    options: dict[str, Any] = {"batch_size": STREAMS, "learning_rate": 0.0,
                               "precision": "float64", **training}
    return Trainer(ProjectSpec(network=network, training=TrainingSpec(
        loss="mean_squared_error", **options)), data)


def states(run: Trainer, batch: int) -> NDArray[np.float64]:
    """Return the states of the last batch, float64[batch, steps, units]."""
    [value] = [layer.states for layer in run._plan.layers if layer.states is not None]
    return np.array(run._plan.arena[value.data:value.data + batch * value.size].reshape(
        batch, *value.shape))


def one_epoch(run: Trainer) -> NDArray[np.float64]:
    """Return the states of every stream, window behind window."""
    return np.concatenate([states(advance(run, 1), STREAMS) for _ in range(WINDOWS)], axis=1)


def test_batches_read_streams_side_by_side() -> None:
    assert continued(np.arange(12), 3).tolist() == [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]
    assert continued(np.arange(14), 3).tolist() == [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]
    assert continued(np.arange(7, 10), 3).tolist() == [7, 8, 9]
    assert continued(np.arange(4), 1).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("kind", KINDS)
def test_windows_in_turn_are_one_long_sequence(kind: str) -> None:
    data = windows()
    run = trainer(kind, data)
    whole = dataset(data.inputs.reshape(STREAMS, -1), values=np.zeros((STREAMS, 2)))
    long = advance(trainer(kind, whole, STEPS * WINDOWS, carried=False, shuffle=False), 1)
    truth = states(long, STREAMS)
    np.testing.assert_allclose(one_epoch(run), truth, 1e-12, 1e-15)
    # The next epoch starts from 0 again, and so it finds the same states.
    assert run.epoch == 1
    np.testing.assert_allclose(one_epoch(run), truth, 1e-12, 1e-15)


@pytest.mark.parametrize("kind", KINDS)
def test_without_carrying_every_window_starts_from_zero(kind: str) -> None:
    data = windows()
    carried = one_epoch(trainer(kind, data))
    ordered = dataclasses.replace(data, training=continued(
        np.arange(STREAMS * WINDOWS), STREAMS))
    alone = one_epoch(trainer(kind, ordered, carried=False, shuffle=False))
    np.testing.assert_array_equal(alone[:, :STEPS], carried[:, :STEPS])
    assert (np.abs(alone - carried)[:, STEPS] > 1e-6).any(axis=1).all()


@pytest.mark.parametrize("kind", KINDS)
def test_looking_at_the_network_disturbs_nothing(kind: str) -> None:
    data = dataclasses.replace(windows(leftover=5), training=np.arange(12),
                               validation=np.arange(12, 17))
    quiet, watched = (trainer(kind, data, learning_rate=0.05) for _ in range(2))
    for _ in range(2 * WINDOWS + 1):
        advance(quiet, 1)
        advance(watched, 1)
        watched.snapshot()
        watched.evaluate("training")
        first = watched.predict(data.inputs)
        np.testing.assert_array_equal(watched.predict(data.inputs), first)
    assert contents(watched) == contents(quiet)


def test_evaluation_starts_every_example_from_zero() -> None:
    data = windows()
    run = advance(trainer("lstm", data), 2)
    alone = np.concatenate([run.predict(data.inputs[n:n + 1]) for n in range(len(data.inputs))])
    np.testing.assert_allclose(run.predict(data.inputs), alone, 1e-12)
    # As many examples as the kept state belongs to are no exception.
    batch = data.inputs[:STREAMS]
    np.testing.assert_array_equal(run.predict(batch), run.predict(data.inputs)[:STREAMS])
    plain = trainer("lstm", data, carried=False)
    np.testing.assert_array_equal(plain.predict(data.inputs), run.predict(data.inputs))


def test_what_does_not_fill_a_batch_is_left_out() -> None:
    run = trainer("gru", windows(leftover=2))
    assert run.steps_per_epoch == WINDOWS
    advance(run, 1)
    assert run.steps_left_in_epoch == WINDOWS - 1
    advance(run, WINDOWS - 1)
    assert run.epoch == 1
    everything = trainer("gru", windows(leftover=2), batch_size=0)
    assert everything.steps_per_epoch == 1
    assert advance(everything, 2).epoch == 2


def test_another_batch_size_begins_an_epoch_in_its_own_order() -> None:
    data = windows()
    run = advance(trainer("lstm", data), WINDOWS + 2)
    change(run, batch_size=2)
    advance(run, 1)
    control = run._plan.shared.control
    assert (control[layout.EPOCH], control[layout.POSITION], control[layout.EXAMPLES]) == (1, 2, 12)
    assert run._order.tolist() == continued(np.arange(12), 2).tolist()
    fresh = trainer("lstm", data, batch_size=2)
    np.testing.assert_array_equal(states(run, 2), states(advance(fresh, 1), 2))
    np.testing.assert_array_equal(states(advance(run, 1), 2), states(advance(fresh, 1), 2))
    advance(run, 4)
    assert run.epoch == 2
    # The mean loss of an epoch counts only its own examples.
    losses = run.ring.read(WINDOWS + 2)[1][:, 0]
    assert run._plan.shared.results[layout.EPOCH_LOSS] == pytest.approx(losses.mean())


def test_a_batch_of_another_size_does_not_take_up_the_state() -> None:
    """A wish is felt at the next step, even where the order could not follow it yet."""
    run = advance(trainer("gru", windows()), 1)
    run._plan.shared.requested[layout.BATCH_SIZE] = 2
    run._arrangement._batch_size = 2
    found = states(advance(run, 1), 2)
    run.predict(windows().inputs[run._order[STREAMS:STREAMS + 2]])
    np.testing.assert_array_equal(found, states(run, 2))


def test_nothing_is_shuffled_while_state_is_carried() -> None:
    run = advance(trainer("rnn", windows(), shuffle=True), WINDOWS + 1)
    assert run._order.tolist() == continued(np.arange(12), STREAMS).tolist()
    change(run, shuffle=False)
    change(run, shuffle=True)
    advance(run, WINDOWS)
    assert run._order.tolist() == continued(np.arange(12), STREAMS).tolist()


def test_a_new_plan_starts_from_zero_and_goes_on() -> None:
    run = advance(trainer("gru", windows()), 2)
    change(run, optimizer=OptimizerSpec("adam"))
    fresh = states(advance(run, 1), STREAMS)
    data = windows()
    third = np.arange(STREAMS) * WINDOWS + 2
    alone = trainer("gru", dataclasses.replace(data, training=third))
    np.testing.assert_array_equal(fresh, states(advance(alone, 1), STREAMS))


def test_only_the_option_asks_for_an_order() -> None:
    layers = (LayerSpec("input", "input"), LayerSpec("a", "dense"))
    for kind in KINDS:
        assert not carries_state(NetworkSpec((*layers, LayerSpec("b", kind))))
        assert carries_state(NetworkSpec((*layers, LayerSpec("b", kind, {"carried": True}))))


@pytest.mark.parametrize("kind", KINDS)
def test_a_frozen_layer_carries_its_state_as_any_other(kind: str) -> None:
    free = trainer(kind, windows())
    layers = tuple(msgspec.structs.replace(layer, frozen=layer.id == "layer")
                   for layer in free.project.network)
    held = Trainer(msgspec.structs.replace(free.project, network=NetworkSpec(layers)), windows())
    np.testing.assert_array_equal(one_epoch(held), one_epoch(free))
