"""What a person has at home, from the file through the dialog to a network that has learned."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
import soundfile
from msgspec.structs import replace
from PIL import Image, ImageDraw
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog

from gui.data.bring_dialog import BringDialog
from tests.e2e.conftest import Person, validation_accuracy

pytestmark = pytest.mark.e2e

RATE = 8000


def write_pictures(folder: Path) -> Path:
    """Write a folder of red discs and one of blue squares, as PNG and JPEG, and a broken file."""
    rng = np.random.default_rng(1)
    for number in range(60):
        is_disc = number % 2
        picture = Image.new("RGB", (40, 36), (230, 230, 220))
        left, top = (int(place) for place in rng.integers(2, 16, 2))
        box = (left, top, left + 16, top + 16)
        draw = ImageDraw.Draw(picture)
        (draw.ellipse if is_disc else draw.rectangle)(
            box, fill=(200, 30, 40) if is_disc else (30, 60, 200))
        name = f"{number}.{'png' if number % 3 else 'jpg'}"
        path = folder / ("discs" if is_disc else "squares") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        picture.save(path)
    (folder / "discs" / "torn.jpg").write_bytes(b"\xff\xd8\xff\xe0 torn")
    return folder


def write_sounds(path: Path, work: Path) -> Path:
    """Write a zip of low and of high tones in noise, as WAV and FLAC."""
    rng = np.random.default_rng(2)
    seconds = np.arange(RATE // 4) / RATE
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(60):
            name, tone = ("low", 300) if number % 2 else ("high", 1500)
            wave = 0.5 * np.sin(2 * np.pi * tone * rng.uniform(0.9, 1.1) * seconds)
            file = work / f"{name}{number}.{'wav' if number % 3 else 'flac'}"
            soundfile.write(file, wave + 0.02 * rng.standard_normal(len(wave)), RATE)
            archive.write(file, f"{name}/{file.name}")
    return path


def write_texts(path: Path) -> Path:
    """Write a table of remarks on books, pleased or not."""
    rng = np.random.default_rng(3)
    words = {"good": ("splendid", "wonderful", "charming"), "bad": ("dull", "tedious", "awful")}
    lines = ["remark;opinion"]
    for number in range(120):
        opinion = "good" if number % 2 else "bad"
        first, second = rng.choice(words[opinion], 2)
        lines.append(f"The book was {first} and its end was {second} to read;{opinion}")
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def write_series(path: Path) -> Path:
    """Write the warmth of 400 days, which comes and goes with the month."""
    days = np.datetime64("2020-01-01") + np.arange(400)
    warmth = 10 + 8 * np.sin(np.arange(400) * 2 * np.pi / 30)
    path.write_text("day,warmth\n" + "".join(
        f"{day},{value:.2f}\n" for day, value in zip(days, warmth, strict=True)))
    return path


def dialog_of(person: Person) -> BringDialog:
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, BringDialog)
    person.qtbot.waitUntil(dialog.accept_button.isEnabled, timeout=30_000)
    return dialog


def drop(person: Person, path: Path) -> BringDialog:
    """Drop a file or folder onto the window; return the dialog once it shows what is in it."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    person.window.dropEvent(QDropEvent(QPointF(400, 300), Qt.DropAction.CopyAction, mime,
                                       Qt.MouseButton.LeftButton,
                                       Qt.KeyboardModifier.NoModifier))
    return dialog_of(person)


def use(person: Person, dialog: BringDialog, source: str) -> None:
    """Press Use, and wait until the network is ready for what was brought."""
    person.click(dialog.accept_button)
    person.qtbot.waitUntil(lambda: person.lab.document.project.data.source == source,
                           timeout=30_000)
    person.wait_until_ready()


def test_colour_pictures_of_two_folders_are_told_apart(
    person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, lab = write_pictures(tmp_path / "shapes"), person.lab
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    person.click(lab.data_panel.tiles["brought"])
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, BringDialog)
    person.click(dialog.top.folder)
    dialog = dialog_of(person)
    assert "in colour, 2 classes" in dialog.view.sentence.text()
    assert "torn.jpg" in dialog.view.left_out.item(0).text()
    use(person, dialog, "images")
    assert lab.document.dataset.image_shape == (36, 40, 3)
    assert "Images, sounds…" in [tile.text() for tile in lab.data_panel.tiles.values()
                                 if tile.isChecked()]
    person.run_until(lambda s: validation_accuracy(s) >= 0.95, seconds=60)
    lab.document.undo_stack.undo()
    assert lab.document.dataset.key == "spiral"


def test_sounds_of_a_zip_are_told_apart_and_travel_in_the_project(person: Person, tmp_path: Path
                                                                  ) -> None:
    path, lab = write_sounds(tmp_path / "tones.zip", tmp_path), person.lab
    dialog = drop(person, path)
    assert dialog.view.play.isVisible()
    person.click(dialog.options.embeds)
    use(person, dialog, "sounds")
    assert lab.document.dataset.example.kind == "sound"
    person.run_until(lambda s: validation_accuracy(s) >= 0.95, seconds=60)
    inputs = np.asarray(lab.document.dataset.inputs)
    assert lab.files.save_to(tmp_path / "tones.bplab", with_weights=True)
    path.unlink()
    assert lab.files.open(tmp_path / "tones.bplab")
    assert not lab.document.data_problem
    np.testing.assert_array_equal(np.asarray(lab.document.dataset.inputs), inputs)


def test_remarks_of_a_table_are_told_apart(person: Person, tmp_path: Path) -> None:
    path, lab = write_texts(tmp_path / "remarks.csv"), person.lab
    lab.data_panel.open_bring_dialog([path])
    dialog = dialog_of(person)
    assert dialog.options.kind.value() == "texts"
    use(person, dialog, "texts")
    # The network begins with what makes numbers of words.
    assert [layer.kind for layer in lab.document.project.network][:2] == ["input", "embedding"]
    person.run_until(lambda s: validation_accuracy(s) >= 0.95, seconds=60)


def test_the_warmth_of_tomorrow_is_forecast(person: Person, tmp_path: Path) -> None:
    path, lab = write_series(tmp_path / "warmth.csv"), person.lab
    lab.data_panel.open_bring_dialog([path])
    dialog = dialog_of(person)
    assert dialog.options.kind.value() == "series"
    use(person, dialog, "series")
    assert lab.document.dataset.task == "regression"
    lab.document.set_training(**{"learning_rate": 0.01})
    person.wait_until_ready()
    person.run_until(lambda s: s.validation is not None and s.validation.loss < 0.02, seconds=60)
    # The project is whole: its paths begin at the file that it is saved in.
    assert lab.files.save_to(tmp_path / "warmth.json")
    assert '"path": "warmth.csv"' in (tmp_path / "warmth.json").read_text()
    data = lab.document.project.data
    assert data.digest
    assert lab.files.open(tmp_path / "warmth.json")
    assert lab.document.project.data == replace(data)
