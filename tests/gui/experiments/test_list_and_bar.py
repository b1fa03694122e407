"""The list of experiments, and the bar that says where they run."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from engine.experiments.library import Group
from gui.experiments.entries import HEADINGS, Entry, Status
from gui.experiments.experiment_list import ENTRY, ExperimentList
from gui.experiments.where_bar import CLUSTER, HERE, STATES, Progress, WhereBar, WorkerSign
from tests.gui.experiments.conftest import Show

LEFT = Qt.MouseButton.LeftButton
ENTRIES = [Entry("rate", "Learning rate", Group.TABLE, Status.DONE, 1.0),
           Entry("shallow", "Only for deep networks", Group.OPINION),
           Entry("map-a", "Depth × scale", Group.MAP, Status.RUNNING, 0.74),
           Entry("own-a", "Wine", Group.OWN, Status.PART, 0.5),
           Entry("own-b", "Digits", Group.OWN, Status.WAITING)]


@pytest.fixture
def listing(show: Show) -> ExperimentList:
    listing = ExperimentList()
    listing.set_entries(ENTRIES)
    show(listing)
    return listing


def point_of(listing: ExperimentList, key: str) -> QPoint:
    model = listing.list.model()
    for row in range(model.rowCount()):
        entry = model.index(row, 0).data(ENTRY)
        if isinstance(entry, Entry) and entry.key == key:
            return listing.list.visualRect(model.index(row, 0)).center()
    raise AssertionError(key)


def test_every_group_has_a_heading_and_every_sign_is_told(listing: ExperimentList) -> None:
    model = listing.list.model()
    texts = [model.index(row, 0).data() for row in range(model.rowCount())]
    assert [text for text in texts if text in HEADINGS.values()] == list(HEADINGS.values())
    told = [model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole)
            for row in range(model.rowCount())]
    assert "Depth × scale, being computed, 74 %" in told
    assert "Wine, computed in part, 50 %" in told
    listing.grab()


def test_a_click_chooses(listing: ExperimentList, qtbot: QtBot) -> None:
    with qtbot.waitSignal(listing.chosen) as heard:
        qtbot.mouseClick(listing.list.viewport(), LEFT, pos=point_of(listing, "map-a"))
    assert heard.args == ["map-a"]


def test_one_that_lost_its_place_is_chosen_again_by_a_click(listing: ExperimentList, qtbot: QtBot
                                                            ) -> None:
    qtbot.mouseClick(listing.list.viewport(), LEFT, pos=point_of(listing, "map-a"))
    listing.set_chosen("map-a", "rate")
    with qtbot.assertNotEmitted(listing.chosen):
        qtbot.mouseClick(listing.list.viewport(), LEFT, pos=point_of(listing, "map-a"))
    listing.set_chosen("own-a", "rate")
    with qtbot.waitSignal(listing.chosen):
        qtbot.mouseClick(listing.list.viewport(), LEFT, pos=point_of(listing, "map-a"))


def test_arrows_pass_over_headings(listing: ExperimentList, qtbot: QtBot) -> None:
    heard: list[str] = []
    listing.chosen.connect(heard.append)
    listing.go_to("rate")
    listing.list.setFocus()
    qtbot.waitUntil(listing.list.hasFocus)
    for _ in range(4):
        qtbot.keyClick(listing.list, Qt.Key.Key_Down)
    assert heard == [entry.key for entry in ENTRIES]


def test_only_ones_own_sweeps_can_be_removed(listing: ExperimentList, qtbot: QtBot) -> None:
    listing.list.setFocus()
    qtbot.waitUntil(listing.list.hasFocus)
    listing.go_to("map-a")
    with qtbot.assertNotEmitted(listing.remove_requested):
        qtbot.keyClick(listing.list, Qt.Key.Key_Delete)
    listing.go_to("own-b")
    with qtbot.waitSignal(listing.remove_requested) as heard:
        qtbot.keyClick(listing.list, Qt.Key.Key_Delete)
    assert heard.args == ["own-b"]


def test_a_new_state_keeps_the_row_and_says_nothing(listing: ExperimentList, qtbot: QtBot) -> None:
    listing.go_to("own-a")
    with qtbot.assertNotEmitted(listing.chosen):
        listing.set_entries([Entry(one.key, one.title, one.group, Status.DONE, 1.0)
                             for one in ENTRIES])
        listing.set_entries(ENTRIES[1:])
    assert listing.current() == "own-a"


@pytest.fixture
def bar(show: Show) -> WhereBar:
    bar = WhereBar()
    bar.show_where(HERE, {HERE: "2 cores here", CLUSTER: "Lab PCs"})
    show(bar)
    return bar


def test_it_says_who_is_at_work(bar: WhereBar) -> None:
    workers = [WorkerSign(f"PC {number}", state) for number, state in enumerate(STATES)]
    bar.show_workers(workers)
    bar.grab()
    assert "1 busy" in bar._busy.text()
    assert "PC 4: gone: its cells went to the others" in bar.signs.accessibleDescription()
    bar.show_workers([WorkerSign("1", "working")] * 60)
    assert "60 busy" in bar._busy.text()
    assert bar.signs.sizeHint().width() < 600
    bar.show_workers(())
    assert bar._busy.text() == "none at work"


def test_pause_and_cancel_are_there_while_something_runs(bar: WhereBar, qtbot: QtBot) -> None:
    assert not bar.pause.isVisible()
    bar.show_progress(Progress("Map", 1888, 2550, "40 s left"))
    assert (bar.bar.value(), bar.bar.maximum()) == (1888, 2550)
    assert bar.pause.isVisible()
    for button, signal in ((bar.pause, bar.pause_requested), (bar.cancel, bar.cancel_requested)):
        with qtbot.waitSignal(signal):
            qtbot.mouseClick(button, LEFT)
    bar.show_progress(Progress("Map", 1888, 2550, is_paused=True))
    assert bar.pause.text() == "Go on"
    bar.show_progress(None)
    assert not bar.cancel.isVisible()


def test_the_height_stays_when_something_runs(bar: WhereBar) -> None:
    before = bar.sizeHint().height()
    bar.show_progress(Progress("Map", 1, 2, "40 s left", "coarse to fine"))
    assert bar.sizeHint().height() == before


def test_compute_is_offered_by_name(bar: WhereBar, qtbot: QtBot) -> None:
    assert not bar.start.isVisible()
    bar.show_start("Compute", "Compute it.")
    with qtbot.waitSignal(bar.start_requested):
        qtbot.mouseClick(bar.start, LEFT)
    bar.show_start("Compute", "All is there.", enabled=False)
    assert not bar.start.isEnabled()


def test_another_place_is_asked_for(bar: WhereBar, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bar.where_requested) as heard:
        qtbot.mouseClick(bar.where.button(CLUSTER), LEFT)
    assert heard.args == [CLUSTER]
