"""A run on rows that are read on demand is the run on rows that are there."""

from __future__ import annotations

import dataclasses
import threading

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.data.dataset import Dataset
from engine.data.late_rows import LateRows
from engine.data.modality import image
from engine.data.rows import ByteRows
from engine.spec import AugmentationSpec
from engine.telemetry.parts import EVERYTHING
from engine.training import Trainer
from engine.training.examples import checksum, measured_examples
from tests.engine.training.runs import clouds, dense, project

H, W = 5, 4
PLAIN = clouds(60, 30, width=H * W)
CONTENT = np.random.default_rng(4).integers(0, 256, PLAIN.inputs.shape).astype(np.uint8)


def with_rows(rows: ByteRows) -> Dataset:
    return dataclasses.replace(PLAIN, inputs=rows, modality=image(H, W))


def late(pauses: int = 0, gate: threading.Event | None = None) -> Dataset:
    """Return the data set with rows whose reader takes its time, more for some than for others."""
    waits = np.random.default_rng(pauses).random(len(CONTENT)) * 0.004 * bool(pauses)

    def read(row: int) -> NDArray[np.uint8]:
        if gate is not None:
            gate.wait()
        threading.Event().wait(waits[row])
        return CONTENT[row]

    return with_rows(LateRows(CONTENT.shape, read, 1 / 256, -0.5, names=["x"] * len(CONTENT),
                              measured=16))


def measured_like_late(data: Dataset) -> Dataset:
    """Return the data set with as many validation examples as are measured of the late one."""
    return dataclasses.replace(data, validation=data.validation[:16])


@pytest.mark.parametrize("settings", [
    {}, {"augmentation": AugmentationSpec(shift=0.25, flip=True)}, {"batch_size": 0},
    {"shuffle": False}])
def test_the_bytes_do_not_depend_on_the_speed_of_reading(settings: dict[str, object]) -> None:
    wanted = project(dense("dense-1", 6), dense("output", 3, "linear"),
                     **{"batch_size": 7, **settings})  # type: ignore[arg-type]
    there = measured_like_late(with_rows(ByteRows(CONTENT, 1 / 256, -0.5)))
    runs = [Trainer(wanted, data) for data in (there, late(), late(1), late(2))]
    for run in runs:
        while run.step < 30:
            run.run(30 - run.step)
    for run in runs[1:]:
        for name, value in runs[0].weights().items():
            assert np.array_equal(run.weights()[name], value), name
        # Row by row: what every step has shown, the validation at the ends of epochs included.
        assert np.array_equal(run.ring.data, runs[0].ring.data, equal_nan=True)


def test_the_first_step_waits_for_its_own_batch_alone() -> None:
    gate = threading.Event()
    data = late(gate=gate)
    run = Trainer(project(dense("output", 3, "linear"), batch_size=4), data)
    stopped = threading.Timer(0.05, run.request_stop)
    stopped.start()
    assert run.run(5, 10.0) == 0
    stopped.join()
    gate.set()
    assert run.run(5, 10.0) == 5
    assert isinstance(data.inputs, LateRows)


def test_looks_see_what_they_look_at() -> None:
    wanted = project(dense("dense-1", 6), dense("output", 3, "linear"), batch_size=7)
    first, second = Trainer(wanted, late(3)), Trainer(wanted, measured_like_late(
        with_rows(ByteRows(CONTENT, 1 / 256, -0.5))))
    for run in (first, second):
        run.run(3, 10.0)
    looks = [run.snapshot(EVERYTHING) for run in (first, second)]
    assert looks[0].validation == looks[1].validation
    assert np.array_equal(looks[0].sample_outputs, looks[1].sample_outputs)
    assert np.array_equal(first.dissect().trace.values[-1], second.dissect().trace.values[-1])


def test_checkpoints_do_not_read_examples() -> None:
    gate = threading.Event()
    data = late(gate=gate)
    run = Trainer(project(dense("output", 3, "linear"), batch_size=4), data)
    before = run.checkpoint()
    gate.set()
    run.run(4, 10.0)
    after = run.weights()
    run.restore(before)
    run.run(4, 10.0)
    assert all(np.array_equal(run.weights()[name], value) for name, value in after.items())
    assert checksum(data) == checksum(late())
    assert measured_examples(data) == 16
