"""The timeline: what it shows, and how a person moves through the kept steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QAction, QColor, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from engine.telemetry.recorder import Stretch
from gui import theme
from gui.frames.recording import Recording
from gui.runs.timeline import Timeline

STEPS = (0, 10, 50, 200, 500, 800, 950, 990, 998, 999, 1000)


def kept(steps: tuple[int, ...] = STEPS, stretches: Sequence[tuple[int, int, str, int]] = (
        (0, 199, "early", 0), (200, 1000, "vanishing", 2)), last: int = 1000, problem: str = ""
        ) -> Recording:
    """Return what was kept of a run that never happened."""
    return Recording(steps, tuple(map(Stretch._make, stretches)), 0, last, 0, problem)


@pytest.fixture
def timeline(qtbot: QtBot, app: QApplication) -> Timeline:
    timeline = Timeline()
    qtbot.addWidget(timeline)
    timeline.resize(1090, timeline.height())
    timeline.show_recordings({"A": kept()})
    timeline.show_cursor(None, 1000)
    timeline.show()
    qtbot.waitExposed(timeline)
    return timeline


@pytest.fixture
def asked(timeline: Timeline) -> list[int]:
    """Return the steps that were asked for, in a list that goes on growing."""
    steps: list[int] = []
    timeline.step_requested.connect(steps.append)
    return steps


Settle = Callable[[int], None]


@pytest.fixture
def settle(qtbot: QtBot, timeline: Timeline, asked: list[int]) -> Settle:
    """Return what waits until the last step that was asked for is this one, and grants it."""
    def wait(step: int) -> None:
        qtbot.waitUntil(lambda: asked[-1:] == [step])
        timeline.show_cursor(step, 1000)
    return wait


def press(widget: QWidget, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(widget, key)


def test_keys_go_from_one_kept_step_to_the_next(timeline: Timeline, settle: Settle) -> None:
    track = timeline.track
    for key, step in ((Qt.Key.Key_Left, 999), (Qt.Key.Key_Left, 998), (Qt.Key.Key_Right, 999),
                      (Qt.Key.Key_Home, 0), (Qt.Key.Key_Right, 10), (Qt.Key.Key_End, 1000)):
        press(track, key)
        settle(step)
    assert timeline.field.text() == "1,000"


def test_the_field_tells_the_step_that_is_shown_while_the_handle_is_dragged(timeline: Timeline
                                                                           ) -> None:
    timeline.track.setSliderDown(True)
    timeline.track.go_to(500)
    timeline.show_cursor(800, 1000)
    assert timeline.track.value() == 500
    assert timeline.field.text() == "800"
    timeline.track.setSliderDown(False)


def test_a_page_is_twenty_kept_steps(timeline: Timeline, settle: Settle) -> None:
    timeline.show_recordings({"A": kept(steps=tuple(range(0, 1001, 10)))})
    press(timeline.track, Qt.Key.Key_PageUp)
    settle(800)
    press(timeline.track, Qt.Key.Key_PageUp)
    settle(600)
    press(timeline.track, Qt.Key.Key_PageDown)
    settle(800)


def test_buttons_go_where_keys_go(qtbot: QtBot, timeline: Timeline, settle: Settle) -> None:
    assert not timeline.next.isEnabled()
    assert not timeline.last.isEnabled()
    for button, step in ((timeline.previous, 999), (timeline.first, 0), (timeline.next, 10),
                         (timeline.last, 1000)):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        settle(step)


def test_a_typed_step_is_the_nearest_kept_one(qtbot: QtBot, timeline: Timeline, settle: Settle
                                              ) -> None:
    for typed, step in (("790", 800), ("1,000", 1000), ("40", 50), ("99999999999999", 1000)):
        timeline.field.selectAll()
        QTest.keyClicks(timeline.field, typed)
        press(timeline.field, Qt.Key.Key_Return)
        settle(step)
        assert timeline.field.text() == f"{step:,}"


def test_what_is_no_step_is_put_back(timeline: Timeline, asked: list[int]) -> None:
    timeline.field.selectAll()
    QTest.keyClicks(timeline.field, "x-3")
    press(timeline.field, Qt.Key.Key_Return)
    assert timeline.field.text() == "1,000"
    assert asked == []


def x_of(timeline: Timeline, step: int) -> QPoint:
    return QPoint(round(float(timeline.track.axis().at(step))), timeline.track.height() // 2)


def test_the_handle_is_dragged_from_kept_step_to_kept_step(
        qtbot: QtBot, timeline: Timeline, asked: list[int], settle: Settle) -> None:
    track = timeline.track
    qtbot.mousePress(track, Qt.MouseButton.LeftButton, pos=x_of(timeline, 990))
    for step in (900, 850, 700, 480, 300, 210):
        qtbot.mouseMove(track, x_of(timeline, step))
    qtbot.mouseRelease(track, Qt.MouseButton.LeftButton, pos=x_of(timeline, 210))
    settle(200)
    # Not each of them: while the lab draws one, the latest takes the place of those before.
    assert asked[0] == 990
    assert set(asked) <= set(STEPS)
    assert len(asked) < 6


def test_a_late_answer_does_not_pull_the_handle_back(
        qtbot: QtBot, timeline: Timeline, settle: Settle) -> None:
    track = timeline.track
    qtbot.mousePress(track, Qt.MouseButton.LeftButton, pos=x_of(timeline, 990))
    qtbot.mouseMove(track, x_of(timeline, 500))
    timeline.show_cursor(990, 1000)
    assert track.value() == 500
    qtbot.mouseRelease(track, Qt.MouseButton.LeftButton, pos=x_of(timeline, 500))
    settle(500)
    assert track.value() == 500


def test_space_plays_the_kept_steps_to_the_end(qtbot: QtBot, timeline: Timeline, asked: list[int]
                                               ) -> None:
    press(timeline.track, Qt.Key.Key_Space)
    assert timeline.is_playing()
    assert timeline.play.accessibleName() == "Pause"
    qtbot.waitUntil(lambda: not timeline.is_playing())
    assert asked == list(STEPS)
    assert timeline.play.accessibleName() == "Play"


def test_whoever_takes_the_handle_stops_the_playing(qtbot: QtBot, timeline: Timeline) -> None:
    qtbot.mouseClick(timeline.play, Qt.MouseButton.LeftButton)
    assert timeline.is_playing()
    press(timeline.track, Qt.Key.Key_Right)
    assert not timeline.is_playing()
    press(timeline.track, Qt.Key.Key_Space, Qt.Key.Key_Space)
    assert not timeline.is_playing()


def test_a_replay_begins_where_it_is_told(qtbot: QtBot, timeline: Timeline, asked: list[int]
                                          ) -> None:
    timeline.replay(998)
    assert timeline.is_playing()
    qtbot.waitUntil(lambda: not timeline.is_playing())
    assert asked == [998, 999, 1000]


def test_live_leads_back_and_says_where_one_is(qtbot: QtBot, timeline: Timeline, settle: Settle
                                               ) -> None:
    assert not timeline.live.isEnabled()
    assert not timeline.branch.isEnabled()
    press(timeline.track, Qt.Key.Key_Home)
    settle(0)
    assert timeline.branch.isEnabled()
    with qtbot.waitSignal(timeline.live_requested):
        qtbot.mouseClick(timeline.live, Qt.MouseButton.LeftButton)
    assert timeline.track.value() == 1000
    assert not timeline.live.isEnabled()


def test_esc_leads_back_to_live(qtbot: QtBot, timeline: Timeline, settle: Settle) -> None:
    press(timeline.track, Qt.Key.Key_Home)
    settle(0)
    with qtbot.waitSignal(timeline.live_requested):
        press(timeline.track, Qt.Key.Key_Escape)
    assert timeline.track.value() == 1000
    with qtbot.assertNotEmitted(timeline.live_requested):
        press(timeline.track, Qt.Key.Key_Escape)


def test_live_goes_along_and_a_step_of_the_past_stays(timeline: Timeline, settle: Settle) -> None:
    longer = kept(steps=(*STEPS, 1500), last=1500)
    timeline.show_recordings({"A": longer})
    timeline.show_cursor(None, 1500)
    assert timeline.track.value() == 1500
    press(timeline.track, Qt.Key.Key_Left)
    timeline.show_recordings({"A": kept(steps=(*STEPS, 1500, 2000), last=2000)})
    timeline.show_cursor(1000, 2000)
    assert timeline.track.value() == 1000


def test_one_can_go_on_from_there(qtbot: QtBot, timeline: Timeline, settle: Settle) -> None:
    press(timeline.track, Qt.Key.Key_Left)
    settle(999)
    with qtbot.waitSignal(timeline.branch_requested):
        qtbot.mouseClick(timeline.branch, Qt.MouseButton.LeftButton)


def test_verdicts_have_their_colours_in_a_lane_for_each_run(timeline: Timeline) -> None:
    ill = kept(stretches=((0, 599, "dead", 1), (600, 1000, "learned", 0)))
    timeline.show_recordings({"A": kept(), "B": ill})
    timeline.show_cursor(0, 1000)
    image = timeline.track.grab().toImage()
    seen = {(x, y): image.pixelColor(x, y).name() for x in range(image.width())
            for y in range(image.height())}

    def tinted(role: str) -> str:
        tokens = theme.current()
        return theme.blended(getattr(tokens, role), tokens.surface, 0.45).name()

    def rows(role: str, x: int) -> set[int]:
        return {y for y in range(image.height()) if seen[x, y] == tinted(role)}

    at_400, at_700 = x_of(timeline, 400).x(), x_of(timeline, 700).x()
    assert rows("vanishing", at_400)
    assert rows("vanishing", at_700)
    assert min(rows("bad", at_400)) > max(rows("vanishing", at_400))
    assert rows("good", at_700) == rows("bad", at_400)
    assert not rows("bad", at_700)


def test_thousands_of_verdicts_and_steps_are_drawn(timeline: Timeline) -> None:
    codes = ("dead", "learned", "flat", "vanishing")
    many = kept(tuple(range(20_000)),
                [(step, step, codes[step % 4], step % 3) for step in range(0, 20_000, 2)], 20_000)
    timeline.show_recordings({"A": many, "B": many})
    timeline.show_cursor(None, 20_000)
    assert not timeline.grab().isNull()
    timeline.log.click()
    assert not timeline.grab().isNull()


def test_a_logarithmic_axis_spreads_the_first_steps(timeline: Timeline) -> None:
    before = x_of(timeline, 10).x()
    timeline.log.click()
    assert x_of(timeline, 10).x() > before + 100


def test_it_says_why_less_is_kept_than_one_expects(timeline: Timeline) -> None:
    assert not timeline.note.isVisible()
    timeline.show_recordings({"A": kept(problem="Only looks are kept: the network is large.")})
    assert timeline.note.isVisible()
    assert timeline.note.toolTip() == "Only looks are kept: the network is large."


def test_nothing_is_kept_yet(qtbot: QtBot, app: QApplication) -> None:
    timeline = Timeline()
    qtbot.addWidget(timeline)
    timeline.resize(900, timeline.height())
    timeline.show()
    press(timeline.track, Qt.Key.Key_Left, Qt.Key.Key_Space, Qt.Key.Key_End)
    timeline.track.setFocus()
    assert not timeline.is_playing()
    assert not any(button.isEnabled() for button in (timeline.first, timeline.last, timeline.play))
    assert not timeline.grab().isNull()


def test_its_keys_come_before_those_of_the_window(qtbot: QtBot, app: QApplication) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    timeline = Timeline()
    window.setCentralWidget(timeline)
    fired = []
    for key in ("Space", "Right", "Shift+Right"):
        action = QAction(key, window)
        action.setShortcut(QKeySequence(key))
        action.triggered.connect(lambda _checked=False, key=key: fired.append(key))
        window.addAction(action)
    timeline.show_recordings({"A": kept()})
    timeline.show_cursor(None, 1000)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    timeline.track.setFocus()
    press(timeline.track, Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_Space)
    assert fired == []
    assert timeline.is_playing()
    QTest.keyClick(timeline.track, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert fired == ["Shift+Right"]
    timeline.stop()


def test_it_tells_those_who_hear_it(timeline: Timeline) -> None:
    timeline.show_cursor(500, 1000)
    heard = QAccessible.queryAccessibleInterface(timeline.track)
    assert heard is not None
    assert heard.role() is QAccessible.Role.Slider
    assert heard.valueInterface().currentValue() == 500
    assert timeline.track.accessibleDescription() == "Step 500. vanishing"
    timeline.show_recordings({"A": kept(), "B": kept(stretches=((0, 1000, "update_large", 1),))})
    assert timeline.track.told(20) == "Step 20. A: early, B: update large"
    for control in (timeline.first, timeline.previous, timeline.play, timeline.next, timeline.last,
                    timeline.field, timeline.log, timeline.live, timeline.branch):
        assert control.toolTip()
        assert control.accessibleName() or control.text()  # type: ignore[attr-defined]
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("scale", [1.0, 1.25])
def test_it_fits_beside_the_left_column(
        qtbot: QtBot, app: QApplication, timeline: Timeline, scheme: theme.Scheme, scale: float
        ) -> None:
    theme.set_scale(app, scale)
    theme.apply(app, scheme)
    qtbot.waitUntil(lambda: timeline.minimumSizeHint().width() > 0)
    assert timeline.minimumSizeHint().width() <= 1366 - 16 - theme.px(260)
    image = timeline.grab().toImage()
    assert image.pixelColor(image.width() // 2, 3) == QColor(theme.current().surface)
