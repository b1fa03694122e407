"""What a network writes and foretells: text, next characters, sentences, series."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.telemetry.snapshot import Forecast
from gui.output import OutputPanel
from gui.output.diary import MOST, Diary
from gui.output.forecast import ForecastView, value_range
from gui.output.next_tokens import NextTokens
from gui.output.sample_table import SampleTable
from gui.output.texts import sentence
from gui.output.written_text import HELD, WrittenText
from tests.gui.output.examples import Frame, Run, sample_of
from tests.gui.output.scenes import foreseen, sentences, series, text, written

FOX, FILMS, SINE = text(), sentences(), series()


@pytest.fixture
def panel(app: QApplication, qtbot: QtBot) -> OutputPanel:
    panel = OutputPanel()
    qtbot.addWidget(panel)
    panel.resize(560, 260)
    panel.show()
    return panel


def writing(panel: OutputPanel) -> WrittenText:
    panel.set_run(Run(FOX))
    panel.show_frame(Frame(written(FOX, step=0, words="xxxx")))
    return panel._views["text"]


def forecast(panel: OutputPanel) -> ForecastView:
    panel.set_run(Run(SINE))
    panel.show_frame(Frame(foreseen(SINE)))
    view = panel._views["forecast"]
    assert isinstance(view, ForecastView)
    return view


def tokens(panel: OutputPanel) -> NextTokens:
    panel.set_run(Run(FOX))
    panel.show_view("characters")
    panel.show_frame(Frame(written(FOX)))
    view = panel._views["characters"]
    assert isinstance(view, NextTokens)
    return view


def test_views_suit_text_and_series(panel: OutputPanel) -> None:
    panel.set_run(Run(FOX))
    assert panel.views() == ("text", "characters")
    panel.grab()
    panel.set_run(Run(replace(FOX, joint=" ")))
    assert panel.views() == ("text", "words")
    panel.set_run(Run(SINE))
    assert panel.views() == ("forecast", "scatter")
    panel.grab()
    panel.set_run(Run(FILMS))
    assert panel.views() == ("table", "confusion")


def test_chance_of_the_next_character(panel: OutputPanel) -> None:
    panel.set_run(Run(FOX))
    panel.set_chance(math.log(len(FOX.class_names)))
    panel.show_frame(Frame(written(FOX)))
    scores = panel.scores()
    assert scores["Accuracy, train"] == "90.0 %"
    assert f"Loss at chance −ln(1/{len(FOX.class_names)})" in scores


def test_diary_keeps_the_way_from_noise_to_words() -> None:
    diary = Diary()
    for step in range(0, 100_000, 10):
        diary.note(written(FOX, step=step, words=f"{step}"))
    steps = [entry.step for entry in diary.earlier]
    assert steps[0] == 0
    assert all(b >= a + 50 for a, b in pairwise(steps))
    assert len(steps) < MOST
    assert diary.newest is not None
    assert diary.newest.step == 99_990


def test_diary_has_an_end_but_remembers_the_beginning() -> None:
    diary = Diary()
    for k in range(80):
        diary.note(written(FOX, step=2**k, words=f"{k}"))
    assert len(diary.earlier) <= MOST
    assert diary.earlier[0].step == 1
    assert diary.earlier[-1].step == 2**78


def test_text_stands_below_its_step(panel: OutputPanel) -> None:
    view = writing(panel)
    assert view.text() == "Step 0\nThe quxxxx"
    view._drawn_s = 0.0
    panel.show_frame(Frame(written(FOX, step=1500, words="ick brown")))
    assert view.text() == "Step 0\nThe quxxxx\n\nStep 1,500\nThe quick brown"


def test_text_grows_at_once_below_its_steps(panel: OutputPanel) -> None:
    view = writing(panel)
    for step in (4, 1200):
        panel.show_frame(Frame(written(FOX, step=step, words="xxxx" + "y" * step)))
    assert view.text() == f"Steps 0 to 1,200\nThe quxxxx{'y' * 1200}"
    assert view.diary.earlier == []


def test_given_beginning_is_muted(panel: OutputPanel) -> None:
    view = writing(panel)
    cursor = view.box.textCursor()
    colours = []
    for place in (len("Step 0\nThe"), len("Step 0\nThe qux")):
        cursor.setPosition(place)
        colours.append(cursor.charFormat().foreground().color().name())
    assert colours[0] != colours[1]


def test_texts_follow_one_another_slowly_but_the_last_one_comes(
    panel: OutputPanel, qtbot: QtBot
) -> None:
    view = writing(panel)
    for step in (1, 2, 3):
        panel.show_frame(Frame(written(FOX, step=step, words=f"w{step}")))
    assert "Step 3" not in view.text(), "there was no time to read the one before"
    qtbot.waitUntil(lambda: "Step 3\nThe quw3" in view.text())


def test_selected_text_is_held(panel: OutputPanel, qtbot: QtBot) -> None:
    view = writing(panel)
    view.box.selectAll()
    view._drawn_s = 0.0
    panel.show_frame(Frame(written(FOX, step=900, words="more")))
    assert "900" not in view.text()
    assert view.hint.text() == HELD
    view.box.moveCursor(QTextCursor.MoveOperation.Start)
    qtbot.waitUntil(lambda: "Step 900" in view.text())


def test_text_can_be_copied(panel: OutputPanel) -> None:
    view = writing(panel)
    view.copy.click()
    assert QGuiApplication.clipboard().text() == "xxxx"


def test_view_follows_unless_a_person_scrolls(panel: OutputPanel) -> None:
    view = writing(panel)
    bar = view.box.verticalScrollBar()
    for step in (100, 1000):
        view._drawn_s = 0.0
        panel.show_frame(Frame(written(FOX, step=step, words="line\n" * 12)))
    assert bar.value() == bar.maximum() > 0
    bar.setValue(2)
    view._drawn_s = 0.0
    panel.show_frame(Frame(written(FOX, step=5000, words="line\n" * 12)))
    assert bar.value() == 2


def test_texts_of_another_run_are_forgotten(panel: OutputPanel) -> None:
    view = writing(panel)
    panel.set_run(Run(FOX))
    assert view.text() == ""
    assert not view.copy.isEnabled()


def test_texts_that_come_unseen_are_kept(panel: OutputPanel) -> None:
    view = writing(panel)
    panel.show_view("characters")
    view._drawn_s = 0.0
    for step, words in ((100, "one"), (1000, "two"), (5000, "three")):
        panel.show_frame(Frame(written(FOX, step=step, words=words)))
    panel.show_view("text")
    assert [line for line in view.text().splitlines() if line.startswith("Step")] == [
        "Step 0", "Step 100", "Step 1,000", "Step 5,000"]


def test_every_character_has_its_probability(panel: OutputPanel) -> None:
    view = tokens(panel)
    window = view.windows()[0]
    row = int(FOX.validation[0])
    assert [told.token for told in window] == [int(FOX.inputs[row, 0]), *FOX.labels[row].tolist()]
    assert window[0].step == -1
    assert [told.probability for told in window[1:]] == pytest.approx(np.linspace(0, 1, 24))
    panel.grab()


def test_character_is_explained_in_a_sentence(panel: OutputPanel) -> None:
    view = tokens(panel)
    window = view.windows()[0]
    assert view.sentence(window[0]) == "The first character is given."
    assert view.sentence(window[-1]).endswith(" 100.0 %: it is the most probable character.")
    assert view.sentence(window[1]) == (
        "After “h” the network gives “e” 0.0 %; most probable is the end of the line with 3.3 %.")


def test_steps_that_do_not_count_are_left_out(panel: OutputPanel) -> None:
    labels = FOX.labels.copy()
    labels[:, :20] = -1
    padded = replace(FOX, labels=labels)
    panel.set_run(Run(padded))
    panel.show_view("characters")
    panel.show_frame(Frame(written(FOX)))
    view = panel._views["characters"]
    assert isinstance(view, NextTokens)
    assert len(view.windows()[0]) == 1 + 4
    panel.grab()


def test_place_of_a_character_is_found(panel: OutputPanel) -> None:
    view = tokens(panel)
    place, told = view._lines._places[7]
    assert view._lines.told_at(place.center().toPoint()) == told


def test_sentence_leaves_padding_out() -> None:
    assert sentence(FILMS, 1) == "a bad film"


def test_samples_of_a_text_show_the_text(panel: OutputPanel) -> None:
    panel.set_run(Run(FILMS))
    panel.show_frame(Frame(sample_of(FILMS, wrong=1)))
    table = panel.findChild(SampleTable)
    assert isinstance(table, SampleTable)
    model = table.model()
    heads = [model.headerData(i, Qt.Orientation.Horizontal) for i in range(model.columnCount())]
    assert heads == ["", "Text", "True", "Predicted"]
    shown = [model.index(0, i).data() for i in range(1, 4)]
    assert shown == ["a bad film", "bad", "bad  80 %"]
    assert model.index(0, 1).data(Qt.ItemDataRole.ToolTipRole).startswith("a bad film\n")
    panel.set_run(Run(replace(FILMS, tokens=None)))
    assert model.columnCount() == 4
    assert model.headerData(1, Qt.Orientation.Horizontal) == "True"


def test_forecast_reads_its_values(panel: OutputPanel) -> None:
    view = forecast(panel)
    assert view.lines_at(0) == ("Time step 0", "Actual: 0", "One step ahead: 0.05",
                                "Free-running: 0")
    assert view.lines_at(20)[-1] == "from its own forecasts alone"
    assert "from its own forecasts alone" not in view.lines_at(19)
    area = view.area()
    assert view.time_at(area.left()) == 0
    assert view.time_at(area.right()) == 119
    assert view.error("one_step") < view.error("rollout")
    assert "Free-running: mean absolute error" in view.accessibleDescription()


def test_the_legend_of_the_forecast_explains_the_dashed_line(panel: OutputPanel) -> None:
    view = forecast(panel)
    metrics = view.fontMetrics()
    assert view.legend(metrics, 2000, 30) == [
        "Actual", "One step ahead", "Free-running", "Only its own from here on"]
    assert view.legend(metrics, 100, 30) == ["True", "One", "Free", "Own only"]
    assert len(view._legend_pens()) == 4
    assert view._legend_pens()[-1].style() is Qt.PenStyle.DashLine
    view._window = 0
    assert len(view.legend(metrics, 2000, 30)) == len(view._legend_pens()) == 3


def test_arrow_keys_walk_along_the_series(panel: OutputPanel) -> None:
    view = forecast(panel)
    for expected in (0, 1, 2):
        QTest.keyClick(view, Qt.Key.Key_Right)
        assert view.pointed is not None
        assert view.time_at(view.pointed.x()) == expected
    QTest.keyClick(view, Qt.Key.Key_Left)
    assert view.time_at(view.pointed.x()) == 1
    panel.grab()


def test_forecast_that_runs_away_does_not_flatten_the_series() -> None:
    actual = np.sin(np.arange(50) / 5)
    low, high = value_range(Forecast(actual, actual, np.exp(np.arange(50))))
    assert -1.5 < low < -1.0
    assert 1.0 < high < 2.0


def test_forecast_that_is_not_finite_has_gaps(panel: OutputPanel) -> None:
    panel.set_run(Run(SINE))
    actual = np.sin(np.arange(50) / 5)
    broken = np.where(np.arange(50) > 30, np.nan, actual)
    snapshot = replace(foreseen(SINE), forecast=Forecast(actual, broken, np.full(50, np.inf)))
    panel.show_frame(Frame(snapshot))
    view = panel._views["forecast"]
    assert isinstance(view, ForecastView)
    assert view.lines_at(40) == ("Time step 40", "Actual: 0.989")
    view.point_at(QPointF(100, 40))
    panel.grab()
    assert np.isnan(view.error("rollout"))
