"""The same seed, the same bytes; and nothing that only looks may change them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from engine.layers import OPTIMIZERS
from engine.plan import jobs
from engine.spec import LayerSpec
from engine.training import Trainer
from engine.training import trainer as module
from engine.training.pace import Pace
from tests.engine.training.runs import (
    LAYERS,
    advance,
    clouds,
    contents,
    curve,
    dense,
    project,
    trainer,
)

DROPOUT = LayerSpec("dropout-1", "dropout", {"rate": 0.3})
WITH_DROPOUT = (LAYERS[0], DROPOUT, *LAYERS[1:])


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_same_seed_gives_the_same_bytes(optimizer: str, precision: str) -> None:
    runs = [advance(trainer(None, *WITH_DROPOUT, optimizer=optimizer, precision=precision), 40)
            for _ in range(2)]
    assert contents(runs[0]) == contents(runs[1])


def test_how_a_run_is_cut_into_chunks_does_not_matter() -> None:
    whole = advance(trainer(None, *WITH_DROPOUT), 40)
    steps = trainer(None, *WITH_DROPOUT)
    for _ in range(40):
        assert steps.run(1) == 1
    assert contents(whole) == contents(steps)


def test_another_seed_gives_others() -> None:
    first, second = (advance(trainer(None, seed=seed), 3).weights() for seed in (1, 2))
    for name, array in first.items():
        assert (array != second[name]).any(), name


def test_a_seed_fixes_more_than_the_initial_weights() -> None:
    start = trainer(seed=1).weights()
    first, second = (advance(trainer(weights=start, seed=seed), 3).weights() for seed in (1, 2))
    assert (first["output/w"] != second["output/w"]).any()


@pytest.mark.parametrize("other", [
    (LAYERS[0], dense("dense-2", 9, "sigmoid"), LAYERS[2]),
    (LAYERS[0], dense("dense-2", 5, "relu", weights="he_normal"), LAYERS[2]),
    (LAYERS[0], dense("inserted", 8), *LAYERS[1:]),
    WITH_DROPOUT,
], ids=["units", "initial weights", "inserted", "dropout"])
def test_one_layer_apart_leaves_the_first_ones_weights(other: tuple[LayerSpec, ...]) -> None:
    before, after = trainer().weights(), trainer(None, *other).weights()
    for name in ("dense-1/w", "dense-1/b"):
        np.testing.assert_array_equal(before[name], after[name])


def test_weights_belong_to_names_and_not_to_places() -> None:
    data = clouds(width=8)
    layers = (dense("a", 8), dense("b", 8), dense("output", 3, "linear"))
    before = trainer(data, *layers).weights()
    after = trainer(data, layers[1], layers[0], layers[2]).weights()
    for name, array in before.items():
        np.testing.assert_array_equal(array, after[name])
    assert (before["a/w"] != before["b/w"]).any()


@pytest.mark.parametrize("option", ["batch_size", "learning_rate", "loss", "optimizer"])
def test_training_options_leave_the_initial_weights(option: str) -> None:
    changes: dict[str, Any] = {"batch_size": 3, "learning_rate": 1.0, "loss": "mean_squared_error",
                               "optimizer": "sgd"}
    np.testing.assert_array_equal(trainer().weights()["dense-1/w"],
                                  trainer(**{option: changes[option]}).weights()["dense-1/w"])


@pytest.mark.parametrize("look", [
    Trainer.snapshot, Trainer.weights, Trainer.gradients, lambda run: run.ring.read(0),
    lambda run: run.evaluate("training"), lambda run: run.evaluate("validation"),
    lambda run: run.predict(np.full((200, 4), 1e30)),
], ids=["snapshot", "weights", "gradients", "ring", "training", "validation", "predict"])
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_looking_changes_nothing(look: Callable[[Trainer], object], precision: str) -> None:
    def run(looks: bool) -> Trainer:
        # 23 examples in batches of 5: looks fall within epochs, at their ends and before the first.
        found = trainer(None, *WITH_DROPOUT, precision=precision, batch_size=5)
        for _ in range(12):
            if looks:
                look(found)
            advance(found, 1)
        return found
    watched, alone = run(True), run(False)
    assert contents(watched) == contents(alone)
    for name, gradient in alone.gradients().items():
        np.testing.assert_array_equal(watched.gradients()[name], gradient)


def test_looking_changes_no_gradient_of_the_last_step() -> None:
    run = advance(trainer(), 3)
    before = run.gradients()
    run.snapshot()
    for name, gradient in run.gradients().items():
        np.testing.assert_array_equal(before[name], gradient)


@pytest.mark.parametrize("data", [clouds(700), curve(700)], ids=["classes", "values"])
@pytest.mark.parametrize("size", [600, 700, 0])
def test_a_batch_that_grows_beyond_its_room_is_as_if_there_had_been_room(data: Any, size: int
                                                                         ) -> None:
    task = data.task
    layers = (dense("dense-1", 8), dense("output", 3 if task == "classification" else 2, "linear"))
    loss = "softmax_cross_entropy" if task == "classification" else "mean_squared_error"
    grown = trainer(data, *layers, loss=loss, batch_size=10)
    roomy = trainer(data, *layers, loss=loss, batch_size=size)
    assert roomy._plan.capacity > grown._plan.capacity
    roomy.apply(replace(roomy.project.training, batch_size=10))
    for run in (grown, roomy):
        advance(run, 13)
        run.apply(replace(run.project.training, batch_size=size))
        advance(run, 13)
    assert contents(grown) == contents(roomy)


def test_given_weights_are_used_to_the_bit() -> None:
    start = trainer(seed=5).weights()
    run = trainer(weights=start, learning_rate=0.0)
    advance(run, 5)
    for name, array in run.weights().items():
        np.testing.assert_array_equal(array, start[name])


def test_a_project_and_its_data_are_left_alone() -> None:
    data, of = clouds(), project(*LAYERS)
    copies = [array.copy() for array in (data.inputs, data.labels, data.training, data.validation)]
    run = Trainer(of, data)
    advance(run, 50)
    run.snapshot()
    for array, copy in zip((data.inputs, data.labels, data.training, data.validation), copies,
                           strict=True):
        np.testing.assert_array_equal(array, copy)
    assert run.project is of


SHARED = {
    "convolution": (
        LayerSpec("fold", "reshape", {"form": "image", "height": 2, "width": 2, "channels": 1}),
        LayerSpec("c", "conv2d", {"filters": 5, "activation": "relu"}),
        LayerSpec("n", "batch_norm"), LayerSpec("p", "max_pooling", {"size": 1, "stride": 1}),
        LayerSpec("f", "flatten"), LayerSpec("d", "dropout"), LAYERS[-1]),
    "recurrence": (
        LayerSpec("fold", "reshape", {"form": "sequence", "steps": 4, "features": 1}),
        LayerSpec("l", "lstm", {"units": 6, "output": "sequence"}),
        LayerSpec("g", "gru", {"units": 5}), LAYERS[-1]),
    "dense": WITH_DROPOUT,
}


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("name", SHARED)
def test_more_threads_give_the_bytes_of_one(name: str, precision: str,
                                            monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "WORTH_SHARING", 0)
    # Always as many as there may be, whatever is the fastest.
    monkeypatch.setattr(Pace, "threads", property(lambda pace: pace._speeds[-1].threads))
    of = project(*SHARED[name], precision=precision, optimizer="adam")
    runs = [advance(Trainer(of, clouds(), threads=threads), 30) for threads in (1, 2, 5)]
    assert [run._pace.threads for run in runs] == [1, 2, 5]
    assert contents(runs[0]) == contents(runs[1]) == contents(runs[2])


def test_fewer_threads_for_a_while_change_no_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "WORTH_SHARING", 0)
    monkeypatch.setattr(Pace, "threads", property(lambda pace: pace._speeds[-1].threads))
    shared: list[int] = []
    helped = module.helped
    monkeypatch.setattr(module, "helped", lambda control, threads: (
        shared.append(threads), helped(control, threads))[1])
    of = project(*WITH_DROPOUT, optimizer="adam")
    usual, some = (Trainer(of, clouds(), threads=3) for _ in range(2))
    advance(usual, 30)
    shared.clear()
    for most in (None, 1, 2, 8, None):
        assert some.run(6, 60.0, most) == 6
    assert list(dict.fromkeys(shared)) == [3, 1, 2]
    assert shared[-1] == 3
    assert contents(usual) == contents(some)
