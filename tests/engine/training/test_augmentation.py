"""Augmentation inside the loop: what the network sees while it is trained, and only then."""

from __future__ import annotations

import ctypes
import dataclasses
import functools
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace
from numpy.typing import NDArray

from engine.data.dataset import Dataset
from engine.data.modality import image
from engine.errors import SpecError
from engine.kernels.ops import catalogue
from engine.kernels.runtime import layout
from engine.layers import AUGMENTATIONS, OF_IMAGES, diagnose
from engine.plan import Plan
from engine.spec import AugmentationSpec, OptimizerSpec, ProjectSpec
from engine.training import Trainer
from engine.training.visit import run as run_sections
from tests.engine.training.runs import (
    LAYERS,
    advance,
    change,
    clouds,
    contents,
    curve,
    project,
    trainer,
)
from tests.reference import augmentation as twins
from tests.reference import randomness

Reals = NDArray[Any]
ALL = AugmentationSpec(shift=0.25, rotation=30.0, flip=True, brightness=0.2, cutout=0.3, noise=0.1)
H, W = 6, 5


@functools.cache
def images(channels: int = 1) -> Dataset:
    """Return pictures whose pixels lie around 3, none of them for validation."""
    data = clouds(23, 0, width=H * W * channels)
    return dataclasses.replace(data, inputs=3 + 0.1 * data.inputs, modality=image(H, W, channels))


def seen(run: Trainer) -> Reals:
    """Train for an epoch of one batch; return what the network saw, by rows of the data set."""
    advance(run, 1)
    value = run._plan.input
    count = len(run._order)
    found = np.empty((count, value.size))
    found[run._order] = run._plan.arena[value.data:value.data + count * value.size].reshape(
        count, value.size)
    return found


def still(data: Dataset, augmentation: AugmentationSpec, **training: Any) -> Trainer:
    """Return a trainer whose weights do not move."""
    return trainer(data, optimizer="sgd", learning_rate=0.0, batch_size=0,
                   augmentation=augmentation, **training)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_the_network_sees_what_the_definition_says(precision: str, channels: int) -> None:
    data = images(channels)
    run = still(data, ALL, precision=precision, seed=7)
    for epoch in range(3):
        found = seen(run)
        for source in range(len(data.inputs)):
            truth = np.empty((H, W, channels))
            key_of = functools.partial(_key, seed=7, epoch=epoch, source=source)
            twins.augment_image(truth, data.inputs[source].reshape(H, W, channels),
                                key_of(0x494D414745), 0.25, 30.0, 0.5, 0.2, 0.3, 0)
            flat = truth.reshape(-1)
            randomness.gaussian_noise(flat, flat.copy(), 0.1, key_of(0x4E4F495345), 0)
            np.testing.assert_allclose(found[source], flat, 0,
                                       2e-5 if precision == "float32" else 1e-12)


def _key(stream: int, seed: int, epoch: int, source: int) -> int:
    word = randomness.WORD
    key = randomness.mixed((randomness.mixed((seed + stream) % word) + epoch) % word)
    return randomness.mixed((key + source) % word)


@pytest.mark.parametrize("changes", [
    {"shift": 0.2}, {"rotation": 20.0}, {"flip": True}, {"brightness": 0.5}, {"cutout": 0.5},
    {"noise": 0.5}])
def test_every_change_is_felt_and_differs_from_epoch_to_epoch(changes: dict[str, Any]) -> None:
    data = images()
    run = still(data, AugmentationSpec(**changes))
    first, second = seen(run), seen(run)
    assert (first != data.inputs).any()
    assert (first != second).any()
    if "noise" in changes:
        assert (first - data.inputs).std() == pytest.approx(0.5, rel=0.1)
    if "flip" in changes:
        shaped, given = (a.reshape(-1, H, W) for a in (first.astype(np.float32),
                                                       data.inputs.astype(np.float32)))
        mirrored = (shaped == given[:, :, ::-1]).all(axis=(1, 2))
        assert (mirrored | (shaped == given).all(axis=(1, 2))).all()
        assert 0 < mirrored.mean() < 1


def test_images_that_are_mirrored_in_turn_are_never_seen_the_same_way_twice_running() -> None:
    data = images()
    run = still(data, AugmentationSpec(alternate=True), precision="float64")
    given = data.inputs.reshape(-1, H, W)
    before = None
    for _ in range(4):
        found = seen(run).reshape(-1, H, W)
        mirrored = (found == given[:, :, ::-1]).all(axis=(1, 2))
        assert (mirrored | (found == given).all(axis=(1, 2))).all()
        assert 0 < mirrored.mean() < 1
        if before is not None:
            np.testing.assert_array_equal(mirrored, ~before)
        before = mirrored


def test_a_shift_can_bring_in_the_image_reflected() -> None:
    data = images()
    plain, reflected = (seen(still(data, AugmentationSpec(shift=0.3, reflect=reflect), seed=5,
                                   precision="float64")) for reflect in (False, True))
    came_in = plain == 0
    assert came_in.any()
    assert (reflected[came_in] != 0).all()
    np.testing.assert_array_equal(reflected[~came_in], plain[~came_in])


def test_without_augmentation_the_examples_are_seen_as_they_are() -> None:
    data = images()
    run = still(data, AugmentationSpec(), precision="float64")
    np.testing.assert_array_equal(seen(run), data.inputs)


def test_batches_do_not_matter() -> None:
    """An example is changed by its row and the epoch: whoever shares the batch with it."""
    data = images()
    whole = still(data, ALL, seed=3, shuffle=False)
    parts = trainer(data, optimizer="sgd", learning_rate=0.0, batch_size=7, augmentation=ALL,
                    seed=3, shuffle=False)
    truth = seen(whole)
    for begin in range(0, 23, 7):
        advance(parts, 1)
        batch = min(7, 23 - begin)
        value = parts._plan.input
        found = parts._plan.arena[value.data:value.data + batch * value.size]
        np.testing.assert_array_equal(found.reshape(batch, -1), truth[begin:begin + batch])


def gathered(plan: Plan, shards: int, batch: int) -> bytes:
    """Return the bytes of a batch whose ops were run shard by shard, the last one first."""
    begin, end = plan.sections[layout.GATHER], plan.sections[layout.GATHER + 1]
    addresses = {catalogue.OPS[name].address("float32"): catalogue.OPS[name]
                 for name in ("augment_image", "augment_noise")}
    form = ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * 5)
    for r in range(begin, end):
        address = int(plan.table[r, layout.ADDRESS])
        parts = shards if address in addresses else 1
        for shard in reversed(range(parts)):
            form(address)(plan.table[r].ctypes.data, plan.arena.ctypes.data, batch, shard, parts)
    value = plan.input
    return plan.arena[value.data:value.data + batch * value.size].tobytes()


def test_shards_give_the_same_bytes() -> None:
    run = still(images(), ALL)
    plan = run._plan
    plan.shared.control[layout.ORDER] = run._order.ctypes.data
    plan.shared.control[layout.TRAINING] = 1
    one = gathered(plan, 1, 23)
    assert all(gathered(plan, shards, 23) == one for shards in (2, 3, 7))
    plan.shared.control[layout.TRAINING] = 0
    run_sections(plan, 23, layout.GATHER)
    assert gathered(plan, 3, 23) != one


def test_the_same_seed_gives_the_same_bytes() -> None:
    first, second, other = (trainer(images(), augmentation=ALL, seed=seed) for seed in (1, 1, 2))
    advance(first, 40)
    for _ in range(40):
        advance(second, 1)
    assert contents(first) == contents(second)
    assert contents(first) != contents(advance(other, 40))


def test_targets_and_evaluation_stay() -> None:
    data = dataclasses.replace(images(), training=np.arange(15), validation=np.arange(15, 23))
    plain, changed = (still(data, augmentation) for augmentation in (AugmentationSpec(), ALL))
    for _ in range(3):
        for run in (plain, changed):
            advance(run, 1)
        assert plain.evaluate("training") == changed.evaluate("training")
        assert plain.evaluate("validation") == changed.evaluate("validation")
    columns = [plain.ring.columns.index(name) for name in ("loss", "validation_loss")]
    one, other = (run.ring.read(0)[1][:, columns] for run in (plain, changed))
    assert (one[:, 0] != other[:, 0]).all()
    np.testing.assert_array_equal(one[:, 1], other[:, 1])
    np.testing.assert_array_equal(plain.predict(data.inputs), changed.predict(data.inputs))
    first, second = (run.snapshot() for run in (plain, changed))
    assert [r.activation_mean for r in first.layers] == [r.activation_mean for r in second.layers]
    target = changed._plan.target
    seen(changed)
    order = changed._order
    found = changed._plan.arena[target.data:target.data + len(order) * target.size]
    validation = changed._validation
    # The last thing an epoch does is to look at the validation examples.
    kept = changed._examples.targets[np.concatenate([validation, order[len(validation):]])]
    np.testing.assert_array_equal(found.reshape(len(order), -1), kept)


def test_noise_fits_any_numbers() -> None:
    for data in (clouds(23, 0), curve(23, 0)):
        layers = LAYERS if data.task == "classification" else (
            *LAYERS[:-1], LAYERS[-1].with_options(units=2))
        loss = "softmax_cross_entropy" if data.task == "classification" else "mean_squared_error"
        run = trainer(data, *layers, loss=loss, optimizer="sgd", learning_rate=0.0, batch_size=0,
                      augmentation=AugmentationSpec(noise=0.3))
        apart = np.concatenate([seen(run) - data.inputs for _ in range(40)])
        assert apart.mean() == pytest.approx(0, abs=0.03)
        assert apart.std() == pytest.approx(0.3, rel=0.05)


def test_it_is_turned_on_and_off_while_training() -> None:
    data = images()
    run = advance(trainer(data, batch_size=0), 5)
    before, step = run.weights(), run.step
    change(run, augmentation=ALL)
    for name, array in run.weights().items():
        np.testing.assert_array_equal(array, before[name])
    assert run.step == step
    assert (seen(run).astype(np.float32) != data.inputs.astype(np.float32)).any()
    change(run, augmentation=AugmentationSpec(noise=0.5), learning_rate=0.0)
    assert (seen(run) - data.inputs).std() == pytest.approx(0.5, rel=0.1)
    change(run, augmentation=AugmentationSpec(), optimizer=OptimizerSpec("sgd"))
    np.testing.assert_array_equal(seen(run).astype(np.float32), data.inputs.astype(np.float32))


def test_the_fields_are_those_of_the_spec() -> None:
    assert [field.key for field in AUGMENTATIONS] == list(AugmentationSpec.__struct_fields__)
    assert set(OF_IMAGES) == {field.key for field in AUGMENTATIONS} - {"noise"}
    for field in AUGMENTATIONS:
        assert field.default == getattr(AugmentationSpec(), field.key)
        assert field.problem(field.default) == ""
        assert field.help.endswith(".")


def texts(augmentation: AugmentationSpec, task: str = "classification", **data: int) -> list[str]:
    of = project(*LAYERS, augmentation=augmentation)
    return [issue.text for issue in diagnose(of, task, 4, 3, **data)]  # type: ignore[arg-type]


SWITCHES = {field.key for field in AUGMENTATIONS if isinstance(field.default, bool)}


@pytest.mark.parametrize("key", OF_IMAGES)
def test_what_needs_images_is_refused_without(key: str) -> None:
    augmentation = AugmentationSpec(**{key: True if key in SWITCHES else 0.2})
    text, = texts(augmentation)
    assert f"augmentation: {key} on examples that are no images" in text
    assert "Turn it off" in text
    assert texts(augmentation, is_image=True) == []
    with pytest.raises(SpecError, match=f"{key} on examples that are no images"):
        trainer(clouds(), augmentation=augmentation)


def test_a_text_is_not_changed_at_all() -> None:
    text, = texts(AugmentationSpec(noise=0.1, flip=True), vocabulary=2)
    assert "flip, noise on a text" in text
    assert texts(AugmentationSpec(), vocabulary=2) == []
    with pytest.raises(SpecError, match="on a text"):
        trainer(dataclasses.replace(clouds(), tokens=("a", "b")),
                augmentation=AugmentationSpec(noise=0.1))


def test_what_is_to_be_reconstructed_does_not_move() -> None:
    of = ProjectSpec(network=project(*LAYERS[:-1], LAYERS[-1].with_options(units=4)).network)
    for augmentation, count in ((ALL, 1), (AugmentationSpec(noise=0.1, cutout=0.5), 0)):
        training = replace(of.training, loss="mean_squared_error", augmentation=augmentation)
        issues = diagnose(replace(of, training=training), "reconstruction", 4, 4, is_image=True)
        assert len(issues) == count
        assert all("shift, rotation, flip moves the inputs" in issue.text for issue in issues)


def test_what_is_out_of_range_is_refused() -> None:
    for changes in ({"shift": 0.6}, {"noise": -1.0}, {"noise": float("inf")}, {"cutout": 1.5},
                    {"rotation": float("nan")}, {"flip": 2}):
        with pytest.raises(SpecError, match="Training"):
            trainer(images(), augmentation=AugmentationSpec(**changes))  # type: ignore[arg-type]
