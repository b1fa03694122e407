"""The dialogs: a sweep of one's own, and the computers of a room."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from engine.errors import SpecError
from engine.experiments.sweep import Axis, Sweep
from engine.spec import NetworkSpec
from gui.experiments.cluster_dialog import ClusterDialog
from gui.experiments.new_sweep_dialog import MOST_AXES, NewSweepDialog
from tests.engine.experiments.boards import deep_project
from tests.gui.experiments.conftest import Show

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def dialog(show: Show) -> NewSweepDialog:
    dialog = NewSweepDialog(deep_project(), lambda sweep: 2.0 * sweep.size)
    show(dialog)
    return dialog


def test_it_begins_with_two_axes_a_count_and_a_time(dialog: NewSweepDialog) -> None:
    sweep = dialog.sweep()
    assert [axis.knob for axis in sweep.axes] == ["learning_rate", "batch_size"]
    assert sweep.name == "Deep: learning rate × batch size"
    assert dialog.told.text() == "7 × 5 = 35 networks, about 70 s on this computer."
    assert dialog.ok.isEnabled()


def test_ranges_and_counts_are_taken(dialog: NewSweepDialog, qtbot: QtBot) -> None:
    row = dialog.rows[0]
    row.first.clear()
    qtbot.keyClicks(row.first, "0,01")
    row.last.clear()
    qtbot.keyClicks(row.last, "10")
    row.count.setValue(4)
    dialog.seeds.setValue(3)
    assert dialog.sweep().axes[0] == Axis("learning_rate", (0.01, 0.1, 1.0, 10.0))
    assert dialog.told.text() == "4 × 5 × 3 seeds = 60 networks, about 2 min on this computer."


def test_names_are_chosen_by_name(dialog: NewSweepDialog, qtbot: QtBot) -> None:
    row = dialog.rows[0]
    row.knob.setCurrentIndex(row.knob.findData("activation"))
    assert "tanh" in row.names.text()
    row.names.clear()
    qtbot.keyClicks(row.names, "tanh, relu")
    assert dialog.sweep().axes[0] == Axis("activation", ("tanh", "relu"))
    qtbot.keyClicks(row.names, ", nonsense")
    assert not dialog.ok.isEnabled()
    assert "nonsense" in dialog.told.text()


@pytest.mark.parametrize(("first", "last"), [("", "1"), ("x", "1"), ("1", "nan"), ("-1", "1e400")])
def test_what_is_no_range_is_refused_in_a_sentence(dialog: NewSweepDialog, first: str, last: str,
                                                   qtbot: QtBot) -> None:
    row = dialog.rows[0]
    row.first.setText(first)
    row.last.clear()
    qtbot.keyClicks(row.last, last)
    assert not dialog.ok.isEnabled()
    assert len(dialog.told.text()) > 10
    with qtbot.assertNotEmitted(dialog.made):
        dialog.ok.click()


def test_the_same_knob_twice_and_too_many_cells_are_refused(dialog: NewSweepDialog) -> None:
    dialog.rows[1].knob.setCurrentIndex(dialog.rows[1].knob.findData("learning_rate"))
    assert not dialog.ok.isEnabled()
    dialog.rows[1].knob.setCurrentIndex(dialog.rows[1].knob.findData("l2"))
    assert dialog.ok.isEnabled()
    dialog.seeds.setValue(50)
    for row in dialog.rows:
        row.count.setValue(200)
    assert not dialog.ok.isEnabled()


def test_what_the_network_does_not_have_is_told_before(show: Show) -> None:
    project = deep_project()
    first, *_, last = project.network.layers
    flat = NewSweepDialog(replace(project, network=NetworkSpec((first, last))), lambda _sweep: 1.0)
    show(flat)
    flat.rows[0].knob.setCurrentIndex(flat.rows[0].knob.findData("depth"))
    assert not flat.ok.isEnabled()
    assert "hidden" in flat.told.text()


def test_axes_are_added_and_taken_away(dialog: NewSweepDialog, qtbot: QtBot) -> None:
    while dialog.add_axis.isEnabled():
        qtbot.mouseClick(dialog.add_axis, LEFT)
    assert len(dialog.rows) == MOST_AXES
    assert len({row.key() for row in dialog.rows}) == MOST_AXES
    for _ in range(MOST_AXES - 1):
        qtbot.mouseClick(dialog.rows[0].remove, LEFT)
    assert len(dialog.rows) == 1
    assert not dialog.rows[0].remove.isEnabled()
    assert len(dialog.sweep().axes) == 1


def test_a_name_of_ones_own_stays(dialog: NewSweepDialog, qtbot: QtBot) -> None:
    dialog.name.clear()
    qtbot.keyClicks(dialog.name, "Mine")
    dialog.seeds.setValue(2)
    heard: list[Sweep] = []
    dialog.made.connect(heard.append)
    qtbot.mouseClick(dialog.ok, LEFT)
    assert [sweep.name for sweep in heard] == ["Mine"]
    assert heard[0].seeds == 2
    assert heard[0].steps == dialog.steps.value()


def test_a_room_is_checked_before_it_is_used(
    show: Show, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[tuple[str, Path | None]] = []

    def check(address: str, folder: Path | None) -> None:
        asked.append((address, folder))
        if not address:
            raise SpecError("as-given", place="Address", found="there is none", remedy="Name one")
    dialog = ClusterDialog("", "", check)
    show(dialog)
    with qtbot.assertNotEmitted(dialog.chosen):
        qtbot.mouseClick(dialog.ok, LEFT)
    assert "there is none" in dialog.told.text()
    qtbot.keyClicks(dialog.address, "pc-1:8786")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    dialog._on_browse_clicked()
    with qtbot.waitSignal(dialog.chosen) as heard:
        qtbot.mouseClick(dialog.ok, LEFT)
    assert heard.args == ["pc-1:8786", str(tmp_path)]
    assert asked == [("", None), ("pc-1:8786", tmp_path)]
