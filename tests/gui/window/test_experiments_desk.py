"""The Experiments page in its window: from a sweep that is computed to a network opened as B."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from engine.experiments import cluster
from engine.experiments.library import Experiment, Library
from engine.experiments.store import Store
from engine.experiments.sweep import Axis, Sweep
from gui.experiments.cluster_dialog import ClusterDialog
from gui.experiments.entries import Status
from gui.experiments.experiment_list import ENTRY
from gui.experiments.map_view import MapView
from gui.experiments.new_sweep_dialog import NewSweepDialog
from gui.experiments.where_bar import CLUSTER, HERE
from gui.window import experiments_desk
from gui.window.experiments_desk import ExperimentsDesk
from gui.window.lab_page import LabPage
from gui.window.pages import EXPERIMENTS, LAB, MICROSCOPE
from gui.window.preferences import Settings
from gui.window.sweep_teller import SweepTeller, part_of
from tests.engine.experiments.boards import grid_sweep, made
from tests.engine.experiments.sweeps import small_sweep
from tests.gui.windows import Open, lab_of
from tests.gui.workbench.test_sweep_queue import Room

KEY, LEFT = Qt.Key, Qt.MouseButton.LeftButton
MAP = "map-depth-scale"


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Room:
    """What computes in the place of processes, at once."""
    room = Room()
    monkeypatch.setattr(experiments_desk, "LocalExecutor", room)
    return room


def desk_of(lab: LabPage) -> ExperimentsDesk:
    assert lab.pages.experiments is not None
    return lab.pages.experiments


@pytest.fixture
def desk(lab: LabPage, room: Room, qtbot: QtBot) -> ExperimentsDesk:
    lab.pages.show(EXPERIMENTS)
    desk = desk_of(lab)
    qtbot.waitUntil(lambda: not desk._asking.is_busy)
    return desk


def add_own(desk: ExperimentsDesk, sweep: Sweep) -> Experiment:
    """Keep a sweep and show it."""
    own = desk.library.add(sweep)
    desk.choose(own.key)
    return own


def status_of(desk: ExperimentsDesk, key: str) -> Status:
    model = desk.page.list.list.model()
    entries = (model.index(row, 0).data(ENTRY) for row in range(model.rowCount()))
    return next(entry.status for entry in entries if entry is not None and entry.key == key)


def map_of(desk: ExperimentsDesk) -> MapView:
    view = desk.page.sweep.view()
    assert isinstance(view, MapView)
    return view


def centre(view: MapView, *values: object) -> QPoint:
    return view.place_of(values).center().toPoint()  # type: ignore[arg-type]


def test_the_page_is_loaded_when_it_is_shown() -> None:
    """No start of the program waits for it."""
    done = subprocess.run(
        [sys.executable, "-c", "import sys, gui.window.lab_page, gui.window.actions; print("
         "[name for name in sys.modules if name.startswith('gui.experiments') or name in ("
         "'gui.window.experiments_desk', 'engine.experiments.sweep', 'engine.experiments.article',"
         " 'distributed')])"],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3])
    assert done.stdout.strip() == "[]"


def test_keys_and_switch_show_it_and_leave_it(qtbot: QtBot, open_window: Open, room: Room) -> None:
    window = open_window()
    lab = lab_of(window)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    focus = QApplication.focusWidget() or window
    assert isinstance(focus, QWidget)
    qtbot.keyClick(focus, KEY.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert lab.pages.current == EXPERIMENTS
    page = desk_of(lab).page
    assert page.isVisible()
    assert not lab.network.isVisible()
    # Space and arrows belong to what has the keyboard.
    qtbot.keyClick(page.list.list, KEY.Key_Right)
    qtbot.keyClick(page.list.list, KEY.Key_Space)
    assert lab.transport.step_readout.value() == "0"
    lab.pages.show(MICROSCOPE)
    assert not page.isVisible()
    assert lab.pages.desk is not None
    assert lab.pages.desk.page.isVisible()
    lab.pages.show(EXPERIMENTS)
    assert page.isVisible()
    assert not lab.pages.desk.page.isVisible()
    qtbot.mouseClick(lab.top_bar.pages.button(LAB), LEFT)
    assert lab.network.isVisible()
    assert not page.isVisible()


def test_it_opens_with_a_table_and_a_map_and_theory_over_it(desk: ExperimentsDesk) -> None:
    page = desk.page
    assert page.sweep.title() == "Depth × initial scale"
    assert page.table.title() != "Table"
    view = map_of(desk)
    assert view.picture is not None
    assert {line.key for line in view.picture.theory.lines} == {"critical", "reach"}
    assert page.where.start.text() == "Compute"
    assert page.sweep.verdict.text() == (
        "Nothing computed yet. What will count as learned: Loss at the end fell to 1.2 or below.")
    tip = view.tip_of((1.0, 24))
    assert tip.heading == "Initial scale 1, depth 24"
    assert tip.told == "not computed yet"
    assert tip.notes[0] == "χ = 0.5: each layer multiplies the error signal by 0.707"
    assert tip.notes[1] == "ξ = 1.4 layers, 6 ξ = 8.66 < 24"


@pytest.mark.parametrize("key", ["rate-batch", "width-depth", "dropout", "l2"])
def test_every_map_is_shown(desk: ExperimentsDesk, qtbot: QtBot, key: str) -> None:
    desk.page.list.go_to(f"map-{key}")
    qtbot.waitUntil(lambda: desk._tellers[f"map-{key}"].is_known)
    view = desk.page.sweep.view()
    assert view is not None
    assert view.isVisible()
    view.grab()


def test_a_whole_sweep_from_the_page_to_a_network_as_b(
    lab: LabPage, desk: ExperimentsDesk, qtbot: QtBot, room: Room
) -> None:
    own = add_own(desk, grid_sweep())
    assert status_of(desk, own.key) is Status.NONE
    qtbot.mouseClick(desk.page.where.start, LEFT)
    assert desk.queue.current == own.key
    qtbot.waitUntil(lambda: status_of(desk, own.key) is Status.DONE)
    view = map_of(desk)
    qtbot.waitUntil(lambda: view.picture is not None and len(view.picture.board.spots) == 12)
    assert not desk.page.where.start.isEnabled()
    qtbot.waitUntil(lambda: "networks" in desk.page.sweep.verdict.text())
    qtbot.mouseClick(view, LEFT, pos=centre(view, 1.5, 3))
    assert lab.pages.current == LAB
    sides = lab.document.sides
    assert sides.second is not None
    assert sides.edits_second
    assert sum(layer.kind == "dense" for layer in sides.second.project.network) == 4
    assert {layer.options.get("gain", 1.0) for layer in sides.second.project.network
            if layer.kind == "dense"} == {1.5}
    assert "Initial scale 1.5, depth 3" in lab.message.text()
    lab.document.undo_stack.undo()
    assert not lab.document.sides.is_pair


def test_real_networks_are_computed_and_shown(
    lab: LabPage, desk: ExperimentsDesk, qtbot: QtBot, room: Room,
    monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.engine.experiments.sweeps import Here

    class InThread(Here):
        """Trains in the thread in which the run begins."""

    monkeypatch.setattr(desk, "_local", lambda _workers: InThread())
    own = add_own(desk, small_sweep(Axis("learning_rate", (0.01, 0.1, 1e38)),
                                    Axis("depth", (1, 2))))
    desk.compute(own.key)
    qtbot.waitUntil(lambda: status_of(desk, own.key) is Status.DONE)
    view = map_of(desk)
    qtbot.waitUntil(lambda: view.picture is not None and len(view.picture.board.spots) == 6)
    assert view.tip_of((0.1, 2)).told.startswith("loss at the end 0.")
    assert "blew up at step" in view.tip_of((1e38, 2)).told
    path = desk.library.results_path(own.key)
    qtbot.waitUntil(lambda: len(Store(path, appends=False).results()) == 6)


def test_what_was_computed_is_there_at_the_next_start(
    qtbot: QtBot, open_window: Open, room: Room, tmp_path: Path
) -> None:
    library = Library(tmp_path)
    own = library.add(grid_sweep())
    with Store(library.results_path(own.key)) as store:
        store.append(made((0.5, 1), 0.7))
    lab = lab_of(open_window(settings=Settings(None, tmp_path)))
    lab.pages.show(EXPERIMENTS)
    desk = desk_of(lab)
    qtbot.waitUntil(lambda: status_of(desk, own.key) is Status.PART)
    desk.page.list.go_to(own.key)
    assert desk.page.where.start.text() == "Go on"
    assert map_of(desk).tip_of((0.5, 1)).told == "loss at the end 0.7"


def test_a_rectangle_is_computed_finer_and_stays_after_a_restart(
    desk: ExperimentsDesk, qtbot: QtBot, room: Room
) -> None:
    own = add_own(desk, grid_sweep(depths=(1, 3, 5)))
    desk.compute(own.key)
    qtbot.waitUntil(lambda: status_of(desk, own.key) is Status.DONE)
    view = map_of(desk)
    before = view.place_of((2.0, 5)).width()
    view.refine_requested.emit((0.5, 1.0), (1, 3))
    qtbot.waitUntil(lambda: status_of(desk, own.key) is Status.DONE and not desk.queue.current)
    qtbot.waitUntil(lambda: view.picture is not None and len(view.picture.ranking.spots) == 17)
    assert view.place_of((2.0, 5)).width() == before, "the rest stays as it was"
    assert view.values_at(view.place_of((0.707107, 2)).center()) == (0.707107, 2)
    assert len(room.jobs) == 17, "nothing was computed twice"
    # Once more, it is there already.
    view.refine_requested.emit((0.5, 1.0), (1, 3))
    qtbot.waitUntil(lambda: not desk.queue.current)
    assert len(room.jobs) == 17
    assert Library(desk.library.folder).parts(own.key) == desk._tellers[own.key].parts


def test_where_nothing_lies_between_that_is_said(desk: ExperimentsDesk) -> None:
    assert part_of(small_sweep(Axis("depth", (1, 2)), Axis("activation", ("tanh", "relu"))),
                   ((1, 2), ("tanh", "relu"))) is None
    add_own(desk, small_sweep(Axis("depth", (1, 2)), Axis("width", (1, 2))))
    map_of(desk).refine_requested.emit((1, 2), (1, 2))
    assert "Nothing lies between" in desk.page.message.text()


def test_cells_of_parts_count_once() -> None:
    sweep = grid_sweep(depths=(1, 3, 5), seeds=2)
    part = part_of(sweep, ((0.5, 1.0), (1, 3)))
    assert part is not None
    teller = SweepTeller(sweep).with_part(part)
    assert part.shape == (3, 3)
    assert teller.size == (12 + 5) * 2


def test_pause_and_cancel(desk: ExperimentsDesk, qtbot: QtBot, room: Room) -> None:
    where = desk.page.where
    room.may_go.clear()
    own = add_own(desk, grid_sweep())
    qtbot.mouseClick(where.start, LEFT)
    qtbot.waitUntil(lambda: where.pause.isVisible())
    assert not where.start.isVisible()
    qtbot.mouseClick(where.pause, LEFT)
    assert where.pause.text() == "Go on"
    qtbot.mouseClick(where.pause, LEFT)
    assert where.pause.text() == "Pause"
    qtbot.mouseClick(where.cancel, LEFT)
    assert not where.pause.isVisible()
    assert where.start.isVisible()
    assert status_of(desk, own.key) is Status.NONE
    room.may_go.set()


def test_a_new_sweep_is_made_of_the_labs_project_and_removed_again(
    lab: LabPage, desk: ExperimentsDesk, qtbot: QtBot, room: Room
) -> None:
    qtbot.mouseClick(desk.page.list.new, LEFT)
    (dialog,) = desk.page.findChildren(NewSweepDialog)
    dialog.rows[0].count.setValue(3)
    dialog.rows[1].count.setValue(2)

    dialog.ok.click()
    key = desk._sweep_key
    assert key.startswith("own-")
    qtbot.waitUntil(lambda: status_of(desk, key) is Status.DONE)
    experiment = desk.library.experiment(key)
    assert experiment is not None
    assert experiment.sweep.project == lab.document.project
    assert len(room.jobs) == 6
    desk.page.list.remove_requested.emit(key)
    assert desk.library.experiment(key) is None
    assert desk._sweep_key == MAP


def test_a_table_is_run_copied_and_opened(
    lab: LabPage, desk: ExperimentsDesk, qtbot: QtBot, room: Room
) -> None:
    pane = desk.page.table
    desk.page.list.go_to("learning-rate")
    assert pane.title() == "Learning rate and convergence"
    assert pane.run.text() == "Run"
    qtbot.mouseClick(pane.run, LEFT)
    assert not pane.run.isEnabled()
    qtbot.waitUntil(lambda: status_of(desk, "learning-rate") is Status.DONE)
    qtbot.waitUntil(lambda: pane.run.text() == "Run again" and pane.run.isEnabled())
    assert pane.verdict.text()
    count = len(room.jobs)
    qtbot.mouseClick(pane.copy, LEFT)
    lines = QApplication.clipboard().text().splitlines()
    assert len(lines) == len(pane.rows._table.rows) + 1
    assert all(line.count("\t") == 4 for line in lines)
    qtbot.mouseClick(pane.run, LEFT)
    qtbot.waitUntil(lambda: len(room.jobs) == 2 * count)
    qtbot.waitUntil(lambda: not desk.queue.current)
    qtbot.mouseClick(pane.open, LEFT)
    assert lab.pages.current == LAB
    second = lab.document.sides.second
    assert second is not None
    assert second.project.training.learning_rate == 0.001


def test_a_table_of_seconds_is_computed_one_after_the_other(
    desk: ExperimentsDesk, qtbot: QtBot, room: Room
) -> None:
    timed = next(one for one in desk.library if one.table is not None and one.table.is_timed)
    desk.choose(timed.key)
    desk.compute(timed.key)
    qtbot.waitUntil(lambda: bool(room.workers))
    assert room.workers == [1]
    desk.queue.cancel()


def test_every_table_is_shown(desk: ExperimentsDesk, qtbot: QtBot) -> None:
    for one in desk.library:
        if one.table is not None:
            desk.choose(one.key)
            desk.page.table.grab()
            assert desk.page.table.rows.minimumSizeHint().height() > 60
            assert desk._tables[one.key].project(0).network.layers


def test_a_project_that_cannot_be_trained_makes_no_sweep(lab: LabPage, desk: ExperimentsDesk
                                                         ) -> None:
    for layer in lab.document.project.network.layers[1:]:
        lab.document.remove_layer(layer.id)
    desk.ask_new()
    assert not desk.page.findChildren(NewSweepDialog)
    assert desk.page.message.text()


def test_what_fails_is_told_in_a_sentence(
    desk: ExperimentsDesk, qtbot: QtBot, room: Room
) -> None:
    own = add_own(desk, grid_sweep())
    with Store(desk.library.results_path(own.key)):
        desk.compute(own.key)
        qtbot.waitUntil(lambda: "another program" in desk.page.message.text())
    assert desk.page.where.start.isVisible()


def test_a_room_of_computers_is_asked_for_and_used(
    desk: ExperimentsDesk, qtbot: QtBot, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: list[tuple[str, Path | None]] = []
    far = Room()

    def executor(address: str, certificates: Path | None) -> object:
        used.append((address, certificates))
        return far(0)
    monkeypatch.setattr(cluster, "check_installed", lambda: None)
    monkeypatch.setattr(cluster, "DaskExecutor", executor)
    where = desk.page.where
    qtbot.mouseClick(where.where.button(CLUSTER), LEFT)
    assert where.where.current() == HERE, "until an address is given"
    (dialog,) = desk.page.findChildren(ClusterDialog)
    dialog.address.setText("pc-1:nonsense")
    dialog.ok.click()
    assert not dialog.told.isHidden()
    dialog.address.setText("tcp://pc-1:8786")
    dialog.ok.click()
    assert where.where.current() == CLUSTER
    assert "tcp://pc-1:8786" in where.where.button(CLUSTER).text()
    own = add_own(desk, grid_sweep())
    desk.compute(own.key)
    qtbot.waitUntil(lambda: status_of(desk, own.key) is Status.DONE)
    assert used == [("tcp://pc-1:8786", None)]
    assert len(far.jobs) == 12
    assert not room.jobs
    qtbot.mouseClick(where.where.button(HERE), LEFT)
    assert where.where.current() == HERE


def test_at_1366_by_768_nothing_is_cut_off(desk: ExperimentsDesk, lab: LabPage, qtbot: QtBot
                                           ) -> None:
    lab.resize(1366, 768)
    QApplication.processEvents()
    page = desk.page
    assert page.width() <= 1366
    for part in (page.list, page.sweep, page.table, page.where):
        corner = part.mapTo(lab, QPoint(part.width(), part.height()))
        assert corner.x() <= 1366
        assert corner.y() <= 768
    assert map_of(desk).width() >= 420
    assert map_of(desk).height() >= 240
    assert page.table.rows.width() >= 330


def test_every_control_says_what_it_is(desk: ExperimentsDesk) -> None:
    page = desk.page
    for control in (page.list.list, page.sweep.map, page.table.rows, page.where.signs,
                    page.where.bar, page.list.new, page.table.run, page.where.where):
        assert control.accessibleName() or control.property("text"), control
    for button in (page.list.new, page.table.run, page.table.copy, page.table.open,
                   page.where.start):
        assert button.toolTip(), button
    order = [page.list.new, page.list.list, page.sweep.map, page.table.rows, page.table.run,
             page.where.start]
    chain: list[QWidget] = []
    at = page.list.new
    while at not in chain:
        chain.append(at)
        at = at.nextInFocusChain()  # type: ignore[assignment]
    places = [chain.index(one) for one in order]
    assert places == sorted(places)


def test_the_window_closes_while_something_is_computed(
    qtbot: QtBot, open_window: Open, room: Room
) -> None:
    lab = lab_of(open_window())
    lab.pages.show(EXPERIMENTS)
    room.may_go.clear()
    desk = desk_of(lab)
    desk.compute(MAP)
    qtbot.waitUntil(lambda: bool(room.made))
    lab.shut_down()
    room.may_go.set()


