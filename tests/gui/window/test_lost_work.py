"""Work that was not saved: the copy of it, its lock, and what a person does with it later."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QLockFile, QSysInfo, Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from engine.errors import FormatError
from engine.spec import ProjectSpec, default_project, read_project, write_project
from gui.document import recovery
from gui.document.document import Document
from gui.document.kept import Kept
from gui.document.recovery import STALE_S, Recovery, locked
from gui.window.lab_page import LabPage
from gui.window.main_window import MainWindow
from tests.gui.windows import Open, lab_of

BUTTONS = QMessageBox.StandardButton


def lost(folder: Path, name: str, learning_rate: float = 0.7) -> ProjectSpec:
    """Leave unsaved work as a crash does; return it."""
    project = default_project()
    project = replace(project, name=name,
                      training=replace(project.training, learning_rate=learning_rate))
    folder.mkdir(exist_ok=True)
    write_project(project, folder / f"{name}.json")
    return project


def copies(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*.json")}


def press(lab: LabPage, text: str) -> None:
    next(button for button in lab.offer.findChildren(QPushButton) if button.text() == text).click()


def forge_lock(path: Path, host: str, age_s: float) -> None:
    """Write a lock as a program that has not ended well leaves it."""
    lock = path.with_suffix(".lock")
    lock.write_text(f"99999999\npython3\n{host}\nmachine\nboot\n")
    then = time.time() - age_s
    os.utime(lock, (then, then))


def answer(monkeypatch: pytest.MonkeyPatch, button: BUTTONS) -> list[str]:
    """Answer every question with a button; return where the questions are noted."""
    asked: list[str] = []

    def exec_(box: QMessageBox) -> BUTTONS:
        asked.append(box.text())
        return button

    monkeypatch.setattr(QMessageBox, "exec", exec_)
    return asked


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "recovery"


def test_work_that_was_not_saved_is_offered_again(open_window: Open, folder: Path) -> None:
    first = open_window(None, folder)
    lab_of(first).document.set_training(learning_rate=0.7)
    assert first.keep_work() is Kept.COPY
    # A second window must not take what the first, which still lives, is working on.
    second = open_window(None, folder)
    assert not lab_of(second).offer.isVisible()
    first.shut_down()
    assert first._recovery is not None
    assert first._recovery._lock is not None
    first._recovery._lock.unlock()
    third = open_window(None, folder)
    lab = lab_of(third)
    assert "before “Spiral” was saved" in lab.offer.text()
    press(lab, "Restore it")
    assert lab.document.project.training.learning_rate == 0.7
    assert lab.document.is_modified()
    assert third.isWindowModified()
    assert len(copies(folder)) == 1
    assert not lab.offer.isVisible()


def test_restored_work_belongs_to_no_file_and_saving_it_leaves_the_opened_one_alone(
    open_window: Open, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = lost(folder, "A")
    opened = tmp_path / "B.json"
    write_project(default_project(), opened)
    before = opened.read_bytes()
    lab = lab_of(open_window(opened, folder))
    press(lab, "Restore it")
    assert lab.document.project == work
    assert lab.document.path is None
    assert lab.document.is_modified()
    target = tmp_path / "A.bplab"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    assert lab.files.save()
    assert opened.read_bytes() == before
    assert target.exists()
    assert not lab.document.is_modified()


@pytest.mark.parametrize(("button", "restored"), [
    (BUTTONS.Cancel, False), (BUTTONS.Discard, True)], ids=["cancel", "discard"])
def test_to_restore_asks_about_unsaved_changes(
    open_window: Open, folder: Path, monkeypatch: pytest.MonkeyPatch, button: BUTTONS,
    restored: bool,
) -> None:
    work = lost(folder, "A")
    lab = lab_of(open_window(None, folder))
    lab.document.set_training(learning_rate=0.5)
    asked = answer(monkeypatch, button)
    press(lab, "Restore it")
    assert len(asked) == 1
    assert (lab.document.project == work) is restored
    assert lab.offer.isVisible() is not restored
    assert copies(folder) == {"A.json"}


def test_to_close_the_message_deletes_nothing(open_window: Open, folder: Path) -> None:
    lost(folder, "A")
    lost(folder, "B")
    lab = lab_of(open_window(None, folder))
    offered = {lab.offer.text()}
    lab.offer.dismiss()
    offered.add(lab.offer.text())
    assert len(offered) == 2
    lab.offer.dismiss()
    assert not lab.offer.isVisible()
    assert copies(folder) == {"A.json", "B.json"}
    assert lab_of(open_window(None, folder)).offer.isVisible(), "the next start offers it again"


@pytest.mark.parametrize(("button", "left"), [
    (BUTTONS.Cancel, {"A.json"}), (BUTTONS.Discard, set())], ids=["cancel", "discard"])
def test_to_discard_is_a_button_of_its_own_that_asks_first(
    open_window: Open, folder: Path, monkeypatch: pytest.MonkeyPatch, button: BUTTONS,
    left: set[str],
) -> None:
    lost(folder, "A")
    lab = lab_of(open_window(None, folder))
    asked = answer(monkeypatch, button)
    press(lab, "Discard…")
    assert asked == ["Discard “A”?"]
    assert copies(folder) == left
    assert lab.offer.isVisible() is bool(left)


def test_lost_work_is_offered_beside_other_messages(
    open_window: Open, tmp_path: Path, folder: Path
) -> None:
    lost(folder, "A")
    (tmp_path / "broken.json").write_text("{")
    lab = lab_of(open_window(tmp_path / "broken.json", folder))
    assert "broken.json" in lab.message.text()
    assert lab.message.isVisible()
    lab.message.dismiss()
    assert "“A”" in lab.offer.text()
    assert copies(folder) == {"A.json"}


def test_restored_work_has_a_copy_even_where_none_can_be_written(
    open_window: Open, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise FormatError("as-given", place="Project", found="the disk is full")

    work = lost(folder, "A")
    window = open_window(None, folder)
    lab = lab_of(window)
    monkeypatch.setattr(recovery, "write_project", fail)
    press(lab, "Restore it")
    assert window.keep_work() is Kept.COPY
    lab.document.set_training(learning_rate=0.1)
    assert window.keep_work() is Kept.FAILED
    assert read_project(folder / "A.json") == work
    assert locked(folder / "A.json") is None, "no other window offers it meanwhile"
    monkeypatch.undo()
    assert window.keep_work() is Kept.COPY
    assert read_project(folder / "A.json") == lab.document.project


@pytest.mark.parametrize("text", ["{", '{"format": "backprop-lab", "version": 999}'],
                         ids=["broken", "newer"])
def test_an_unreadable_copy_of_work_is_not_offered_and_stays(
    open_window: Open, folder: Path, text: str
) -> None:
    folder.mkdir()
    (folder / "x.json").write_text(text)
    assert not lab_of(open_window(None, folder)).offer.isVisible()
    assert (folder / "x.json").read_text() == text


def test_what_became_of_the_work_is_told(qtbot: QtBot, folder: Path) -> None:
    document = Document()
    recovery_ = Recovery(document, folder)
    assert recovery_.keep() is Kept.NOTHING
    document.set_training(learning_rate=0.7)
    assert recovery_.keep() is Kept.COPY
    (copy,) = folder.glob("*.json")
    copy.unlink()
    assert recovery_.keep() is Kept.COPY
    assert copy.exists(), "a copy that somebody has deleted is none"
    recovery_.forget()
    folder.rmdir()
    folder.write_text("no folder")
    assert recovery_.keep() is Kept.FAILED
    recovery_.stop()


def test_without_a_folder_no_work_is_said_to_be_kept(open_window: Open) -> None:
    window: MainWindow = open_window()
    assert window.keep_work() is Kept.NOTHING
    lab_of(window).document.set_training(learning_rate=0.7)
    assert window.keep_work() is Kept.FAILED


def test_a_lock_is_held_by_one_program_only(tmp_path: Path) -> None:
    lock = locked(tmp_path / "a.json")
    assert lock is not None
    assert locked(tmp_path / "a.json") is None
    # However long this computer has slept.
    os.utime(lock.fileName(), (1, 1))
    assert locked(tmp_path / "a.json") is None
    lock.unlock()
    assert locked(tmp_path / "a.json") is not None


@pytest.mark.parametrize(("age_s", "free"), [(0.5 * STALE_S, False), (1.5 * STALE_S, True)],
                         ids=["lives", "dead"])
def test_a_lock_of_another_computer_is_given_up_after_some_minutes(
    tmp_path: Path, age_s: float, free: bool
) -> None:
    forge_lock(tmp_path / "a.json", f"not-{QSysInfo.machineHostName()}", age_s)
    assert (locked(tmp_path / "a.json") is not None) is free


def test_a_lock_is_refreshed_while_its_program_lives(qtbot: QtBot, folder: Path) -> None:
    lost(folder, "A")
    document = Document()
    recovery_ = Recovery(document, folder)
    # What is offered in a bar is locked too.
    found = recovery_.leftovers()
    document.set_training(learning_rate=0.7)
    recovery_.keep()
    locks = list(folder.glob("*.lock"))
    assert len(locks) == 2
    for lock in locks:
        os.utime(lock, (1, 1))
    recovery_.keep()
    assert all(time.time() - lock.stat().st_mtime < 60 for lock in locks)
    recovery_.stop()
    recovery_.forget()
    found[0].release()


def test_an_edit_has_a_copy_within_seconds(open_window: Open, folder: Path, qtbot: QtBot,
                                           monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recovery, "SOON_MS", 20)
    window = open_window(None, folder)
    assert not folder.exists()
    lab_of(window).document.set_training(learning_rate=0.7)
    qtbot.waitUntil(lambda: len(copies(folder)) == 1)
    (copy,) = folder.glob("*.json")
    assert read_project(copy).training.learning_rate == 0.7


def test_that_no_copy_can_be_kept_is_said_once(open_window: Open, folder: Path) -> None:
    # A file where the folder is to be: as little can be written there as on a full disk.
    folder.write_bytes(b"")
    window = open_window(None, folder)
    lab = lab_of(window)
    lab.document.set_training(learning_rate=0.7)
    assert window.keep_work() is Kept.FAILED
    assert "no copy" in lab.message.text()
    lab.message.dismiss()
    assert window.keep_work() is Kept.FAILED
    assert not lab.message.isVisible()
    folder.unlink()
    assert window.keep_work() is Kept.COPY


def test_a_link_that_leads_nowhere_hides_no_offer(open_window: Open, folder: Path) -> None:
    lost(folder, "A")
    (folder / "B.json").symlink_to(folder / "gone")
    assert "before “A” was saved" in lab_of(open_window(None, folder)).offer.text()


class FullDisk(QLockFile):
    """A lock for which there is no room; one that is there already stays."""

    def tryLock(self, timeout: int = 0) -> bool:
        return False

    def error(self) -> QLockFile.LockError:
        return (QLockFile.LockError.LockFailedError if Path(self.fileName()).exists()
                else QLockFile.LockError.UnknownError)


def test_a_full_disk_hides_no_lost_work(open_window: Open, tmp_path: Path,
                                        monkeypatch: pytest.MonkeyPatch) -> None:
    lost(tmp_path, "Net")
    monkeypatch.setattr(recovery, "QLockFile", FullDisk)
    lab = lab_of(open_window(None, tmp_path))
    assert "“Net”" in lab.offer.text()
    press(lab, "Restore it")
    assert lab.document.project.name == "Net"
    assert copies(tmp_path) == {"Net.json"}


@pytest.mark.parametrize(("number", "is_free"), [(99_999_999, True), (os.getpid(), False),
                                                 ("", True), (10**14, True)],
                         ids=("ended", "lives", "unknown", "impossible"))
def test_on_a_full_disk_a_lock_counts_while_its_program_lives(
    number: object, is_free: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost(tmp_path, "Net")
    path = tmp_path / "Net.json"
    path.with_suffix(".lock").write_text(
        f"{number}\npython3\n{QSysInfo.machineHostName()}\nmachine\nboot\n" if number else "")
    monkeypatch.setattr(recovery, "QLockFile", FullDisk)
    assert (locked(path) is not None) == is_free


def test_unfinished_copies_of_killed_programs_are_removed(open_window: Open, tmp_path: Path
                                                          ) -> None:
    for name in ("a.json", "b.beside"):
        (tmp_path / f".{name}.0123abcd.unfinished").write_text("half")
    open_window(None, tmp_path)
    assert not list(tmp_path.glob(".*"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_whatever_stands_among_copies_hides_none_of_them(open_window: Open, folder: Path) -> None:
    lost(folder, "Whole")
    copy = (folder / "Whole.json").read_bytes()
    for name, content in (("half", copy[:len(copy) // 2]), ("empty", b""), ("zeros", bytes(4096)),
                          ("deep", b"[" * 10**6), ("newer", copy.replace(b"1", b"9"))):
        (folder / f"{name}.json").write_bytes(content)
    with (folder / "huge.json").open("wb") as file:
        file.truncate(2**32)
    (folder / "folder.json").mkdir()
    (folder / "gone.json").symlink_to(folder / "nowhere")
    (folder / "loop.json").symlink_to(folder / "loop.json")
    (folder / "endless.json").symlink_to("/dev/zero")
    os.mkfifo(folder / "pipe.json")
    before = copies(folder)
    lab = lab_of(open_window(None, folder))
    assert "“Whole”" in lab.offer.text()
    lab.offer.closed.emit()
    assert not lab.offer.isVisible()
    assert copies(folder) == before


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
@pytest.mark.parametrize("kind", ["pipe", "folder", "huge", "nonsense"])
def test_what_is_no_lock_keeps_no_work_back(kind: str, folder: Path) -> None:
    lost(folder, "Net")
    lock = folder / "Net.lock"
    if kind == "pipe":
        os.mkfifo(lock)
    elif kind == "folder":
        lock.mkdir()
    else:
        with lock.open("wb") as file:
            file.write(b"\xff\0" * 100)
            file.truncate(2**32 if kind == "huge" else 200)
    assert locked(folder / "Net.json") is not None


def test_names_of_lost_work_are_shown_as_they_are_and_in_part(
    open_window: Open, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.mkdir()
    write_project(replace(default_project(), name="<b>Net</b>\x1b" + "n" * 10**6),
                  folder / "copy.json")
    lab = lab_of(open_window(None, folder))
    assert lab.offer.text().startswith(r"Backprop Lab ended before “<b>Net</b>\x1b")
    assert len(lab.offer.text()) < 300
    formats: list[Qt.TextFormat] = []

    def exec_(box: QMessageBox) -> BUTTONS:
        formats.append(box.textFormat())
        return BUTTONS.Cancel

    monkeypatch.setattr(QMessageBox, "exec", exec_)
    press(lab, "Discard…")
    lab.document.set_training(learning_rate=0.7)
    assert not lab.files.may_leave()
    assert formats == [Qt.TextFormat.PlainText] * 2
