"""The pad's headline: which drawings it has read, through the pad itself, and what it says."""

from __future__ import annotations

import gc
from typing import Any

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.data import load
from engine.data.drawing.load import recipe_of
from engine.data.drawing.stages import picture
from engine.data.drawing.strokes import Drawing
from engine.spec import DataSpec
from gui.output.pad import PadView
from tests.bench import pad as headline
from tests.handwriting import HANDS, strokes


class Nearest:
    """Answers with the drawing that looks most alike: all that a network has to learn."""

    def __init__(self, hands: tuple[str, ...]) -> None:
        recipe = recipe_of((28, 28))
        self._known = [(int(digit), picture(Drawing(strokes(hand, digit)), recipe).ravel())
                       for hand in hands for digit in HANDS[hand]]

    def predict(self, inputs: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        near = max(self._known, key=lambda one: float(np.corrcoef(one[1], inputs[0])[0, 1]))
        return np.eye(10)[[near[0]]]


@pytest.fixture
def pad(qtbot: QtBot, qapp: QApplication) -> PadView:
    pad = PadView()
    for widget in (pad, *pad.controls):
        qtbot.addWidget(widget)
    pad.set_dataset(load(DataSpec(source="drawn_digits")))
    return pad


def test_every_hand_is_read_in_every_way(pad: PadView) -> None:
    assert len(list(headline.drawings())) == len(HANDS) * len(headline.WAYS) * 10
    wrong, times = headline.read(pad, Nearest(tuple(HANDS)))  # type: ignore[arg-type]
    assert wrong == [], "place, size and thickness make no difference"
    assert len(times) == 120
    # Who knows one hand only is wrong about others, and that is said.
    wrong, _ = headline.read(pad, Nearest(("round",)))  # type: ignore[arg-type]
    assert wrong
    assert not any("round" in one for one in wrong)


@pytest.mark.whole
def test_the_shipped_network_reads_them() -> None:
    assert headline.main(2) == 0
    # Nothing holds the pad any more, but its parts hold one another.
    gc.collect()
