from __future__ import annotations

import numpy as np
import pytest

from engine.errors import ShapeError
from engine.layers import LOSSES
from engine.spec import TrainingSpec

LABELS = np.array([0, 2, 1, 0])
PAIR = np.array([0, 1, 1])


CLASSIFIERS = [loss.key for loss in LOSSES.values() if "classification" in loss.tasks]


@pytest.mark.parametrize("loss", CLASSIFIERS)
def test_classes_become_one_hot_rows(loss: str) -> None:
    np.testing.assert_array_equal(
        LOSSES[loss].encode(LABELS, 3, 3), [[1, 0, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0]])


@pytest.mark.parametrize(("loss", "targets"), [("binary_cross_entropy", [0, 1, 1]),
                                               ("mean_squared_error", [-1, 1, 1]),
                                               ("hinge", [-1, 1, 1])])
def test_one_unit_can_stand_for_two_classes(loss: str, targets: list[float]) -> None:
    assert LOSSES[loss].widths("classification", 2) == (1, 2)
    np.testing.assert_array_equal(LOSSES[loss].encode(PAIR, 2, 1)[:, 0], targets)
    np.testing.assert_array_equal(LOSSES[loss].encode(PAIR, 2, 2), np.eye(2)[PAIR])


def test_softmax_needs_a_unit_for_every_class() -> None:
    assert LOSSES["softmax_cross_entropy"].widths("classification", 2) == (2,)


@pytest.mark.parametrize("loss", ["mean_squared_error", "mean_absolute_error", "huber"])
def test_regression_needs_a_unit_for_every_value(loss: str) -> None:
    assert LOSSES[loss].widths("regression", 2) == (2,)
    assert LOSSES[loss].widths("regression", 1) == (1,)


def test_texts_need_a_unit_for_every_character_and_one_for_the_blank() -> None:
    assert LOSSES["ctc"].widths("transcription", 10) == (11,)


@pytest.mark.parametrize("loss", CLASSIFIERS)
def test_a_width_that_does_not_fit_is_refused(loss: str) -> None:
    with pytest.raises(ShapeError, match="2 units for 3 classes; expected 3"):
        LOSSES[loss].encode(LABELS, 3, 2)
    with pytest.raises(ShapeError):
        LOSSES[loss].encode(PAIR, 2, 3)


@pytest.mark.parametrize("loss", LOSSES.values(), ids=list(LOSSES))
def test_a_loss_describes_itself(loss: object) -> None:
    from engine.layers import Loss
    assert isinstance(loss, Loss)
    assert loss.title
    assert loss.formula.startswith("L = ")
    assert loss.help.endswith(".")
    assert loss.tasks
    assert bool(loss.output_op) == bool(loss.output_title)
    # Whatever is for classes can weigh them.
    assert loss.weighted_op == (f"weighted_{loss.op}" if loss.guess else "")
    spec = TrainingSpec()
    for field in loss.constants:
        assert getattr(spec, field.key) == field.default
    if loss.single_output_classes is not None:
        # What the loop's count of right answers rests on.
        low, high = loss.single_output_classes
        assert low <= 0 < 0.5 < high
