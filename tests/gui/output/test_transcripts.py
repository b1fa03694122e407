"""Texts beside what a network reads, and its probabilities at every step of one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.data.dataset import Dataset
from engine.data.transcription import read_greedily
from engine.telemetry.parts import Part
from engine.telemetry.snapshot import Evaluation, Snapshot, Transcript
from gui import theme
from gui.output import OutputPanel
from gui.output.transcripts import TranscriptView
from tests.gui.output.examples import Frame, Run, snapshot_of

CHARACTERS = "0123456789"
STEPS = 30
TEXTS = ((4, 2), (7, 7, 1), (0,), (3, 5, 8), (9, 9))
PATHS = ((0, 5, 5, 0, 3), (8, 0, 2), (0, 1), (4, 0, 6, 0, 9), (0, 0, 0))
"""Outputs of the first steps; the rest are blanks. The second loses a 7, the last reads nothing."""


def strings() -> Dataset:
    """Return spoken numbers, all for validation but the first."""
    labels = np.full((len(TEXTS), 3), -1)
    for row, text in enumerate(TEXTS):
        labels[row, :len(text)] = text
    n = len(TEXTS)
    return Dataset(
        "spoken", "Spoken", "transcription", np.zeros((n, STEPS)), labels, np.zeros((n, 0)),
        tuple(CHARACTERS), tuple(f"x{i}" for i in range(STEPS)), ("text",), np.arange(1),
        np.arange(1, n))


def heard(*rows: int, share: float = 0.9) -> Snapshot:
    """Return what is read of these examples, each output with this probability."""
    found = []
    for row in rows or range(len(TEXTS)):
        path = np.zeros(STEPS, np.int64)
        path[:len(PATHS[row])] = PATHS[row]
        shares = np.full((STEPS, len(CHARACTERS) + 1), (1 - share) / len(CHARACTERS))
        shares[np.arange(STEPS), path] = share
        found.append(Transcript(row, read_greedily(path), shares))
    return snapshot_of(transcripts=tuple(found))


@pytest.fixture
def panel(app: QApplication, qtbot: QtBot) -> OutputPanel:
    panel = OutputPanel()
    qtbot.addWidget(panel)
    panel.resize(760, 280)
    panel.show()
    panel.set_run(Run(strings()))
    return panel


def view_of(panel: OutputPanel) -> TranscriptView:
    view = panel._views["transcripts"]
    assert isinstance(view, TranscriptView)
    return view


def test_the_view_suits_texts_that_are_read(panel: OutputPanel) -> None:
    assert panel.views() == ("transcripts",)
    assert panel.wanted() == {Part.EVALUATION, Part.TRANSCRIPTS}
    panel.grab()
    assert view_of(panel).list.isHidden()
    panel.show_frame(Frame(heard()))
    assert not view_of(panel).list.isHidden()
    panel.grab()


def test_errors_are_marked(panel: OutputPanel) -> None:
    panel.show_frame(Frame(heard()))
    readings = view_of(panel).readings()
    kinds = ["".join(change.kind[0] for change in one.changes) for one in readings]
    assert kinds == ["rr", "mrr", "r", "rrr", "mm"]
    assert [one.errors for one in readings] == [0, 1, 0, 0, 2]
    said = [view_of(panel).list.model().index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole)
            for row in range(len(TEXTS))]
    assert said[0] == "Training example 1: “42”, read as “42”: right."
    assert said[1] == "Validation example 2: “771”, read as “71”: 1 of 3 characters wrong."
    assert said[4] == "Validation example 5: “99”, nothing is read: 2 of 2 characters wrong."
    # The ground of an error is drawn, and of a text that is right, none is.
    image = view_of(panel).list.grab().toImage()
    ground = theme.current().bad_soft
    for row, one in enumerate(readings):
        place = view_of(panel).list.visualRect(view_of(panel).list.model().index(row, 0))
        colours = {image.pixelColor(x, y).name() for x in range(0, place.right(), 2)
                   for y in range(place.top() + 1, min(place.bottom(), image.height() - 1), 2)}
        if place.bottom() < image.height():
            assert (ground in colours) == bool(one.errors), row


def test_the_chosen_example_keeps_its_place(panel: OutputPanel) -> None:
    view = view_of(panel)
    panel.show_frame(Frame(heard()))
    assert view.chosen() is view.readings()[0]
    QTest.keyClick(view.list, Qt.Key.Key_Down)
    assert view.chosen() is view.readings()[1]
    panel.show_frame(Frame(heard(share=0.7)))
    assert view.chosen() is view.readings()[1]
    assert "blank" not in view.picture.sentence(0).split(",")[0]
    view.wrong_first.setChecked(True)
    assert [one.transcript.row for one in view.readings()] == [4, 1, 0, 2, 3]
    # It is the same one, wherever it stands now.
    assert view.chosen() is view.readings()[1]
    assert view.list.currentIndex().row() == 1
    panel.show_frame(Frame(heard(0, 2)))
    assert view.chosen() is view.readings()[0]


def test_the_picture_has_a_column_for_every_step(panel: OutputPanel) -> None:
    view = view_of(panel)
    panel.show_frame(Frame(heard()))
    pixels = view.picture.pixels()
    assert pixels.shape == (len(CHARACTERS) + 1, STEPS, 3)
    path = np.zeros(STEPS, np.int64)
    path[:len(PATHS[0])] = PATHS[0]
    # The likeliest output of each step is unlike all others of it.
    for step, output in enumerate(path):
        others = np.delete(pixels[:, step], output, axis=0)
        assert (others == others[0]).all()
        assert (pixels[output, step] != others[0]).any()
    area = view.picture._area()
    first = QPointF(area.left() + 1, area.center().y())
    assert view.picture.step_at(first) == 0
    assert view.picture.step_at(QPointF(area.right() - 1, area.center().y())) == STEPS - 1
    assert view.picture.step_at(QPointF(1, 1)) is None
    assert view.picture.sentence(1).startswith("Step 2: “4” 90.0 %, ")


def test_scores_are_wrong_characters(panel: OutputPanel) -> None:
    look = replace(heard(), training=Evaluation(0.5, 0.962, 20),
                   validation=Evaluation(0.9, -0.25, 20))
    panel.show_frame(Frame(look))
    assert panel.scores() == {"Wrong characters, train": "3.8 %", "Loss, train": "0.500",
                              "Wrong characters, validation": "125.0 %",
                              "Loss, validation": "0.900"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_not_finite_is_drawn_all_the_same(panel: OutputPanel, qapp: QApplication,
                                                  scheme: theme.Scheme) -> None:
    theme.apply(qapp, scheme)
    look = heard()
    broken = tuple(Transcript(one.row, one.read, np.full_like(one.shares, np.nan))
                   for one in look.transcripts)
    panel.show_frame(Frame(replace(look, transcripts=broken)))
    panel.grab()
    none = Transcript(0, np.zeros(0, np.int64), np.zeros((0, len(CHARACTERS) + 1)))
    panel.show_frame(Frame(replace(look, transcripts=(none,))))
    panel.grab()
    assert view_of(panel).picture.step_at(view_of(panel).picture._area().center()) is None
