from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QScrollArea
from pytestqt.qtbot import QtBot

from engine.data import DRAWINGS, PAINTED, TABLE, TEXT, catalogue
from engine.layers import LOSSES
from engine.spec import DataSpec, TableSpec, default_project, write_project
from gui.data import data_panel, table_dialog
from gui.data.data_panel import BROUGHT, DataPanel
from gui.data.table_dialog import TableDialog
from gui.document.dataset_text import data_sentence
from gui.document.document import Document


@pytest.fixture
def document(qtbot: QtBot) -> Document:
    """Return a document on real data: generated points cost a millisecond."""
    return Document()


@pytest.fixture
def panel(qtbot: QtBot, document: Document) -> Iterator[DataPanel]:
    panel = DataPanel(document)
    qtbot.addWidget(panel)
    panel.resize(208, 600)
    panel.show()
    yield panel
    panel.shut_down()


def data(document: Document) -> DataSpec:
    return document.project.data


def test_there_is_a_tile_for_every_source(panel: DataPanel) -> None:
    assert list(panel.tiles) == [*(info.key for info in catalogue()), PAINTED, DRAWINGS, TABLE,
                                 TEXT, BROUGHT]
    for tile in panel.tiles.values():
        assert tile.accessibleName()
        assert tile.toolTip()
    assert panel.tiles["spiral"].isChecked()
    assert len({bytes(panel.tiles[k].grab().toImage().constBits()) for k in panel.tiles}) > 8


def test_points_are_chosen_at_once(panel: DataPanel, document: Document) -> None:
    panel.tiles["circle"].click()
    assert data(document).source == "circle"
    assert document.dataset.key == "circle"
    panel.tiles["plane"].click()
    assert document.project.training.loss == "mean_squared_error"
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert panel.tiles["spiral"].isChecked()


def test_files_are_loaded_in_the_background(panel: DataPanel, document: Document,
                                            qtbot: QtBot) -> None:
    panel.tiles["digits"].click()
    assert panel.progress.isVisible()
    assert data(document).source == "spiral"
    qtbot.waitUntil(lambda: data(document).source == "digits")
    assert not panel.progress.isVisible()
    assert document.dataset.n_outputs == 10
    assert not panel.noise.isVisible()
    assert not panel.feature_box.isVisible()
    assert panel.sentence.text() == "1,797 images of 8 × 8 pixels, 10 classes."
    assert "BSD" in panel.sentence.toolTip()


def test_the_latest_choice_wins(panel: DataPanel, document: Document, qtbot: QtBot) -> None:
    panel.tiles["iris"].click()
    panel.tiles["circle"].click()
    panel._background.join()
    qtbot.waitUntil(lambda: not panel._background._waiting)
    assert data(document).source == "circle"
    assert panel.tiles["circle"].isChecked()
    assert document.undo_stack.count() == 1


def test_sliders_change_share_and_noise(panel: DataPanel, document: Document) -> None:
    for slider in (panel.share.slider, panel.noise.slider):
        slider.setSliderDown(True)
        for position in (3, 5, 8):
            slider.setSliderPosition(position)
        slider.setSliderDown(False)
    assert data(document).training_share == 0.5
    assert data(document).noise == 40
    assert document.undo_stack.count() == 1
    panel.share.slider.setValue(14)
    assert data(document).training_share == 0.8
    assert len(document.dataset.training) == 400
    assert panel.share.value_text() == "80 %"


def test_share_of_a_file_waits_for_the_slider_to_be_let_go(
        panel: DataPanel, document: Document, qtbot: QtBot) -> None:
    panel.tiles["iris"].click()
    qtbot.waitUntil(lambda: data(document).source == "iris")
    panel.share.slider.setSliderDown(True)
    panel.share.slider.setSliderPosition(14)
    assert not panel.progress.isVisible()
    panel.share.slider.setSliderDown(False)
    qtbot.waitUntil(lambda: data(document).training_share == 0.8)
    assert len(document.dataset.training) == 120


def test_a_new_seed_draws_new_points(panel: DataPanel, document: Document,
                                     monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_panel.random, "randrange", lambda n: 42)
    panel.tiles["gaussian"].click()
    before = document.dataset.inputs
    assert panel.seed.text() == "Seed 42"
    panel.regenerate.click()
    assert data(document).seed == 43
    assert panel.seed.text() == "Seed 43"
    assert (document.dataset.inputs != before).any()


def test_features_toggle_and_one_stays(panel: DataPanel, document: Document) -> None:
    panel.features["sin(x1)"].click()
    panel.features["x1"].click()
    assert data(document).features == ("x2", "sin(x1)")
    assert document.dataset.n_inputs == 2
    panel.features["x2"].click()
    panel.features["sin(x1)"].click()
    assert data(document).features == ("sin(x1)",)
    assert panel.features["sin(x1)"].isChecked()
    assert "at least one" in panel.message.text()
    assert panel.features["x1^2"].text() == "x₁²"


def test_a_file_that_has_gone_is_told(panel: DataPanel, document: Document, qtbot: QtBot,
                                      tmp_path: Path) -> None:
    panel._set(DataSpec(source=TABLE, path=str(tmp_path / "gone.csv")))
    qtbot.waitUntil(panel.message.isVisible)
    assert "gone.csv" in panel.message.text()
    assert data(document).source == "spiral"


def test_what_was_refused_goes_with_the_next_edit_and_with_another_project(
    panel: DataPanel, document: Document
) -> None:
    for amend in (lambda: document.set_training(learning_rate=0.5),
                  lambda: document.load_project(default_project())):
        panel.refused.emit("This cannot be read.")
        assert panel.message.isVisible()
        amend()
        assert not panel.message.isVisible()


def test_what_was_being_loaded_is_not_for_another_project(
    panel: DataPanel, document: Document, qtbot: QtBot
) -> None:
    panel.tiles["digits"].click()
    document.load_project(default_project())
    assert not panel.progress.isVisible()
    panel._background.join()
    qtbot.wait(50)
    assert data(document).source == "spiral"


def test_csv_tile_opens_the_dialog_and_keeps_the_data(panel: DataPanel, document: Document,
                                                      qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("x;y\n" + "".join(f"{i},5;{'ab'[i % 2]}\n" for i in range(20)), "utf-8")
    panel.tiles[TABLE].click()
    assert panel.tiles["spiral"].isChecked()
    dialogs = [d for d in panel.window().findChildren(data_panel.TableDialog) if d.isVisible()]
    assert len(dialogs) == 1
    dialogs[0].reject()
    dialog = panel.open_table_dialog(path)
    qtbot.waitUntil(dialog.accept_button.isEnabled)
    dialog.accept_button.click()
    assert data(document).source == TABLE
    assert panel.tiles[TABLE].isChecked()
    assert panel.sentence.text() == "a.csv: 20 examples, 1 input, 2 classes."
    again = panel.open_table_dialog()
    assert again.file.text() == str(path)
    qtbot.waitUntil(again.accept_button.isEnabled)
    again.reject()


def test_sentences(document: Document) -> None:
    assert data_sentence(document.dataset) == "Spiral: 500 examples, 2 features, 2 classes."


def test_nothing_is_squeezed_where_room_is_short(document: Document, qtbot: QtBot) -> None:
    scroll = QScrollArea()
    qtbot.addWidget(scroll)
    panel = DataPanel(document)
    scroll.setWidgetResizable(True)
    scroll.setWidget(panel)
    scroll.resize(200, 220)
    scroll.show()
    panel.grab()
    controls = [*panel.tiles.values(), *panel.features.values(), panel.share, panel.noise]
    assert all(control.height() >= control.sizeHint().height() for control in controls)
    assert panel.tiles["moons"].x() == panel.tiles["circle"].x()
    panel.shut_down()


def test_what_is_left_of_the_height_stays_below(panel: DataPanel) -> None:
    panel.resize(222, 900)
    panel.grab()
    lowest = max(tile.mapTo(panel, QPoint(0, tile.height())).y() for tile in panel.tiles.values())
    assert panel.feature_box.mapTo(panel, QPoint(0, 0)).y() - lowest < 20


@pytest.fixture
def orphan(tmp_path: Path) -> Path:
    """Return a project whose table is not there any more."""
    table = TableSpec(target="kind", separator=";")
    project = replace(default_project(), name="Orphan", data=DataSpec(
        source=TABLE, path="people.csv", table=table))
    network = project.network.replaced(
        project.network.layer("dense-1").with_options(units=9, activation="relu"))
    path = tmp_path / "orphan.json"
    write_project(replace(project, network=network), path)
    return path


def test_a_project_without_its_table_opens_and_offers_to_choose_it(
        panel: DataPanel, document: Document, orphan: Path, qtbot: QtBot,
        monkeypatch: pytest.MonkeyPatch) -> None:
    document.open(orphan)
    assert document.project.network.layer("dense-1").options["units"] == 9
    assert panel.message.isVisible()
    assert panel.message.text() == "people.csv was not found."
    assert panel.sentence.text().replace(data_panel.BREAK, "") == str(
        orphan.parent / "people.csv")
    assert panel.minimumSizeHint().width() < 200
    assert panel.choose_file.isVisible()
    moved = orphan.parent / "moved.csv"
    moved.write_text("size;kind\n" + "".join(f"{i}.5;{'ab'[i % 2]}\n" for i in range(20)), "utf-8")
    monkeypatch.setattr(table_dialog.QFileDialog, "getOpenFileName",
                        lambda *_: (str(moved), ""))
    panel.choose_file.click()
    dialog = next(d for d in panel.window().findChildren(data_panel.TableDialog) if d.isVisible())
    assert dialog.spec() == data(document).table
    qtbot.waitUntil(dialog.accept_button.isEnabled)
    dialog.accept_button.click()
    assert data(document).path == str(moved)
    assert data(document).table.separator == ";"
    assert document.project.network.layer("dense-1").options["units"] == 9
    assert document.data_problem == ""
    assert not panel.choose_file.isVisible()
    assert not panel.message.isVisible()


def test_another_data_set_ends_the_search_for_a_table(
        panel: DataPanel, document: Document, orphan: Path) -> None:
    document.open(orphan)
    panel.tiles["circle"].click()
    assert not panel.message.isVisible()
    assert document.issues == ()
    document.undo_stack.undo()
    assert panel.choose_file.isVisible()
    assert data(document).path == str(orphan.parent / "people.csv")


def test_images_can_be_reconstructed(panel: DataPanel, document: Document, qtbot: QtBot) -> None:
    assert not panel.goal_box.isVisible()
    panel.tiles["digits"].click()
    qtbot.waitUntil(lambda: data(document).source == "digits")
    assert panel.goal_box.isVisible()
    assert not panel.noise.isVisible()
    panel.goal.button("reconstruct").click()
    # Until the examples are there, the goal is what it was.
    assert panel.goal.current() == "predict"
    qtbot.waitUntil(lambda: data(document).goal == "reconstruct")
    assert panel.goal.current() == "reconstruct"
    assert document.dataset.task == "reconstruction"
    assert "reconstruction" in LOSSES[document.project.training.loss].tasks
    assert document.issues == ()
    assert panel.sentence.text() == "1,797 images of 8 × 8 pixels, to be reconstructed."
    document.undo_stack.undo()
    assert panel.goal.current() == "predict"
    assert document.project.training.loss == "softmax_cross_entropy"


def test_noise_on_what_is_reconstructed_waits_for_the_sliders_release(
    panel: DataPanel, document: Document, qtbot: QtBot
) -> None:
    document.set_data(DataSpec(source="iris", goal="reconstruct"))
    assert panel.noise.isVisible()
    assert "targets stay clean" in panel.noise.toolTip()
    slider = panel.noise.slider
    slider.setSliderDown(True)
    slider.setSliderPosition(4)
    assert not panel.progress.isVisible()
    slider.setSliderDown(False)
    qtbot.waitUntil(lambda: data(document).noise == 20.0)
    assert not (document.dataset.inputs == document.dataset.values).all()


def test_another_source_is_predicted_where_it_cannot_be_reconstructed(
    panel: DataPanel, document: Document
) -> None:
    document.set_data(DataSpec(source="iris", goal="reconstruct"))
    panel.tiles["circle"].click()
    assert data(document).goal == "predict"
    assert document.dataset.task == "classification"
    assert document.issues == ()


def test_a_text_of_ones_own_is_continued(
    panel: DataPanel, document: Document, qtbot: QtBot, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "poem.txt").write_text("the quick brown fox jumps over the lazy dog. " * 20)
    monkeypatch.setattr(QFileDialog, "getOpenFileName",
                        lambda *_: (str(tmp_path / "poem.txt"), ""))
    panel.tiles[TEXT].click()
    assert panel.tiles["spiral"].isChecked()
    qtbot.waitUntil(lambda: data(document).source == TEXT)
    assert panel.tiles[TEXT].isChecked()
    assert document.dataset.task == "sequence"
    assert document.project.name == "poem"
    assert document.issues == ()
    assert not panel.noise.isVisible()
    assert not panel.goal_box.isVisible()
    assert "texts of 32 characters" in panel.sentence.text()
    assert panel.window_length.isVisible()
    panel.window_length.set_value(16)
    panel.window_length.value_changed.emit(16.0)
    qtbot.waitUntil(lambda: data(document).window == 16)
    assert document.dataset.n_inputs == 16


@pytest.mark.parametrize(("source", "noise", "sentence"), [
    ("alice", False, "the next at every step"), ("reviews", True, "2 classes"),
    ("sine", True, "predicts next value")])
def test_texts_and_series_have_a_window(
    panel: DataPanel, document: Document, source: str, noise: bool, sentence: str
) -> None:
    document.set_data(DataSpec(source=source))
    assert panel.window_length.isVisible()
    assert panel.noise.isVisible() is noise
    assert sentence in panel.sentence.text()
    assert document.issues == ()


def test_the_keyboard_comes_to_the_data_in_use(panel: DataPanel) -> None:
    panel.tiles["circle"].click()
    stops = [key for key, tile in panel.tiles.items()
             if tile.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert stops == ["circle"]


def test_copied_cells_open_the_dialog_and_a_letter_does_not(
    panel: DataPanel, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_dialog, "pasted_folder", lambda: tmp_path)
    QGuiApplication.clipboard().setText("Dear reader,\nthis is a letter.\n")
    qtbot.keyClick(panel, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert "nothing to paste" in panel.message.text()
    QGuiApplication.clipboard().setText(
        "x\ty\n" + "".join(f"{i}\t{i * i % 7}\n" for i in range(30)))
    qtbot.keyClick(panel, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    dialog = panel.window().findChild(TableDialog)
    assert dialog is not None
    qtbot.waitUntil(dialog.accept_button.isEnabled)
    assert "pasted-20" in dialog.file.text()
    dialog.reject()
    assert not list(tmp_path.iterdir())
