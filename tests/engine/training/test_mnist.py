"""LeNet on MNIST, where its files are at hand."""

from __future__ import annotations

import numpy as np
import pytest

from engine.spec import OptimizerSpec, ProjectSpec, ScheduleSpec, TrainingSpec
from tests.engine.training.digits import trained
from tests.mnist import FOLDER, LENET, TRAINING, mnist

BATCH = 32


@pytest.mark.slow
@pytest.mark.skipif(not FOLDER.is_dir(), reason="MNIST is not at hand")
def test_one_pass_over_mnist() -> None:
    data = mnist()
    run = trained(ProjectSpec(network=LENET, training=TrainingSpec(
        optimizer=OptimizerSpec("adam"), learning_rate=0.003, batch_size=BATCH, seed=1,
        schedule=ScheduleSpec("cosine", length=TRAINING // BATCH))), data)
    assert run.epoch == 1
    guesses = run.predict(data.inputs[data.validation]).argmax(axis=1)
    assert np.mean(guesses == data.labels[data.validation]) >= 0.985
