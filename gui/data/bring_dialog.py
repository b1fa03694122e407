"""The dialog that turns images, sounds, texts and series of a person's own into data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QFileDialog, QWidget

from engine.data import Dataset, load
from engine.data.files import at_home, is_there
from engine.data.importers.catalogue import IMPORTERS
from engine.data.importers.importer import Importer, Preview, Sample
from engine.errors import EngineError
from engine.spec import DataSpec, Option
from gui import theme
from gui.data.background import Background
from gui.data.bring_layout import Invitation, OptionsColumn, PreviewColumn, TopRow, middle_row
from gui.data.brought_files import (
    OTHER_WAYS,
    brought_paths,
    filter_of,
    other_ways,
    pasted_paths,
)
from gui.data.clipboard_table import copied, forget_pasted
from gui.data.looking import Found, look
from gui.data.record_dialog import RecordDialog
from gui.data.remark_list import Line, RemarkList
from gui.data.table_layout import arranged, bottom_row
from gui.document.bringing import Brought, bring
from gui.document.dataset_text import preview_sentence
from gui.document.file_folder import FileFolder
from gui.widgets import Button, MessageBar

SOUNDS = "sounds"
"""Key of the importer of recordings."""

ROOM = QSize(16, 48)
"""What the desktop draws round a window."""
PAUSE_MS = 250
"""How long a person may go on changing options before they are looked at."""
NOTHING_COPIED = "There is nothing to paste. Copy a file, a folder, its path or an image first."


class BringDialog(QDialog):
    """Recognises what a person brings, shows it as the network will see it, and loads it.

    Parameters
    ----------
    data : DataSpec
        The data in use; their split and seed are kept.
    folder : FileFolder | None
        Where files are looked for; by default it is not remembered.
    parent : QWidget | None
        The window.
    importers : Mapping[str, Importer]
        What can be read.
    load_data : callable
        Loads data.

    Signals
    -------
    brought(DataSpec, Dataset)
        A person wants to learn from this.
    other_way(str, Path)
        A person wants it read as ``table`` or as ``text`` to be continued.
    """

    brought = Signal(object, object)
    other_way = Signal(str, object)

    def __init__(self, data: DataSpec, folder: FileFolder | None = None,
                 parent: QWidget | None = None, *,
                 importers: Mapping[str, Importer] = IMPORTERS,
                 load_data: Callable[[DataSpec], Dataset] = load) -> None:
        super().__init__(parent)
        self._folder = folder or FileFolder()
        self._importers, self._load = importers, load_data
        self._data = data
        self._paths: tuple[Path, ...] = ()
        self._source = ""
        self._options: dict[str, Option] = {}
        self._found: Found | None = None
        self._looked_at: DataSpec | None = None
        self._pasted: list[Path] = []
        self._loads = False
        self._looker, self._loader = Background("Preview"), Background("Import")
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self.setWindowTitle("Bring your own data")
        self.setAcceptDrops(True)
        self._build()
        self._wire()
        self._show_found()

    def read(self, paths: Sequence[Path], source: str = "",
             options: Mapping[str, Option] | None = None) -> None:
        """Look at files or folders of one kind.

        Parameters
        ----------
        paths : sequence of Path
            What was chosen, at least one.
        source : str
            Key of the importer; empty finds out.
        options : Mapping[str, Option] | None
            What was chosen for it before.
        """
        self._paths = tuple(at_home(str(path)).absolute() for path in paths)
        self._source, self._options = source, dict(options or {})
        self._found = None
        self.options.embeds.setChecked(bool(self._data.embedded)
                                       and str(self._paths[0]) == self._data.path)
        more = f" and {len(self._paths) - 1} more" if self._paths[1:] else ""
        self.top.place.setText(f"{self._paths[0]}{more}")
        self.message.hide()
        self._show_found()
        self._look()

    # Widgets

    def _build(self) -> None:
        self.top, self.message = TopRow(), MessageBar()
        self.options, self.view = OptionsColumn(), PreviewColumn()
        self.remarks = RemarkList()
        self.middle, row = middle_row(self.options, self.view)
        self.invitation = Invitation(self._importers.values())
        row.addWidget(self.invitation)
        bottom, self.progress, self.status, self.cancel, self.accept_button = bottom_row()
        self.accept_button.setText("Use")
        self.accept_button.setToolTip("Learn from this.")
        arranged(self, (self.top, self.message, self.middle, self.remarks, bottom),
                 filling=self.middle)
        for button in self.findChildren(Button):
            button.setAutoDefault(button is self.accept_button)
        self.top.file.setFocus()
        self.resize(QSize(theme.px(1120), theme.px(640)).boundedTo(
            self.screen().availableSize() - ROOM))

    def _wire(self) -> None:
        self._looker.done.connect(self._on_looker_done)
        self._looker.failed.connect(self._on_looker_failed)
        self._loader.done.connect(self._on_loader_done)
        self._loader.read.connect(self.progress.set_share)
        self._loader.failed.connect(self._on_loader_failed)
        self._pause.timeout.connect(self._look)
        self.top.file.clicked.connect(self.ask_file)
        self.top.folder.clicked.connect(self.ask_folder)
        self.top.paste.clicked.connect(self.paste)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Paste), self, self.paste)
        self.options.kind.value_changed.connect(self._on_kind_value_changed)
        self.options.form.chosen.connect(self._on_form_chosen)
        self.view.classes.class_chosen.connect(self.view.samples.show_class)
        self.view.samples.pointed_at.connect(self._on_samples_pointed_at)
        self.view.samples.opened.connect(self._on_samples_opened)
        self.top.record.clicked.connect(self.open_record_dialog)
        self.cancel.clicked.connect(self.reject)
        self.accept_button.clicked.connect(self._on_accept_clicked)

    @Slot()
    def open_record_dialog(self) -> RecordDialog:
        """Open the dialog that records sounds; what is recorded there is then looked at."""
        is_folder = (self._source == SOUNDS and self._paths and is_there(self._paths[0])
                     and self._paths[0].is_dir())
        dialog = RecordDialog(self, self._paths[0] if is_folder else None)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.recorded.connect(self._on_dialog_recorded)
        dialog.open()
        return dialog

    @Slot(object)
    def _on_dialog_recorded(self, folder: Path) -> None:
        self.read([folder], SOUNDS, {"labels": "folders"})

    # Looking

    @Slot()
    def _look(self) -> None:
        if not self._paths or self._looked_at is not None:
            # One look at a time: what has changed meanwhile is looked at after it.
            return
        wanted = self._wanted()
        self._looked_at = wanted
        self._say(f"Looking at {self._paths[0].name}…", busy=True)
        self._looker.submit(partial(look, self._paths, wanted, self._importers))

    def _wanted(self) -> DataSpec:
        paths = tuple(map(str, self._paths))
        return replace(self._data, source=self._source, path=paths[0], more_paths=paths[1:],
                       options=dict(self._options), goal="predict", scaling="auto")

    def _is_stale(self) -> bool:
        """Say whether something else has been asked for since; then it is looked at."""
        before, self._looked_at = self._looked_at, None
        if before == self._wanted():
            return False
        self._look()
        return True

    @Slot(object)
    def _on_looker_done(self, found: Found) -> None:
        if self._is_stale():
            return
        self._found = found
        if found.importer is not None:
            self._source, self._options = found.importer.key, dict(found.data.options)
        self._show_found()
        if found.fault is not None:
            tone = "warning" if found.importer is None else "bad"
            self.message.show_message(found.fault.sentence, tone)
        else:
            self.message.hide()
            if self.top.file.hasFocus():
                self.accept_button.setFocus()

    @Slot(object)
    def _on_looker_failed(self, error: EngineError) -> None:
        if not self._is_stale():
            self._show_found()
            self.message.show_message(error.sentence, "bad")

    # Loading

    @Slot()
    def _on_accept_clicked(self) -> None:
        found = self._found
        if found is None or found.preview is None or self._loads:
            return
        self._loads = True
        self._say(f"Loading {found.preview.title}…", busy=True)
        self._loader.submit(partial(bring, found.data, self._load,
                                    embeds=self.options.embeds.isChecked()))

    @Slot(object)
    def _on_loader_done(self, result: Brought) -> None:
        self._loads = False
        self._pasted = [path for path in self._pasted if str(path) != result.data.path]
        self.brought.emit(result.data, result.dataset)
        self.accept()

    @Slot(object)
    def _on_loader_failed(self, error: EngineError) -> None:
        self._stop_loading()
        self.message.show_message(error.sentence, "bad")

    def _stop_loading(self) -> None:
        self._loader.cancel()
        self._loads = False
        self._say("", busy=False)

    def reject(self) -> None:
        """Stop loading; where nothing is being loaded, close."""
        if self._loads:
            self._stop_loading()
        else:
            super().reject()

    def done(self, result: int) -> None:
        """Close, and forget what is being read and what was pasted in vain."""
        self._pause.stop()
        self._looker.cancel()
        self._loader.cancel()
        self.view.player.stop()
        forget_pasted(self._pasted)
        super().done(result)

    # Saying what is

    def _show_found(self) -> None:
        found = self._found
        seen = None if found is None else found.preview
        self._show_kinds()
        importer = None if found is None else found.importer
        self.options.form.set_fields(() if importer is None else importer.fields)
        if seen is not None:
            # Where one that was chosen cannot be used, the others are the way out.
            self.options.form.offer_columns(seen.columns)
        if importer is not None:
            self.options.form.show_options({
                field.key: self._options.get(field.key, field.default)
                for field in importer.fields})
        self._show_preview(seen)
        self.options.show_size(0 if found is None else found.size)
        self._say("", busy=False)

    def _show_kinds(self) -> None:
        found, ways = self._found, other_ways(self._paths)
        kinds = () if found is None else found.candidates
        self.options.kind.set_options(
            [*((one.key, one.title) for one in kinds), *((way, OTHER_WAYS[way]) for way in ways)],
            [*(f"<p>{one.help}</p>" for one in kinds), *("" for _ in ways)])
        self.options.kind.set_value(self._source)
        self.options.setVisible(not self._is_lost() or bool(ways))

    def _is_lost(self) -> bool:
        """Say whether nothing has been chosen, or nothing that is known."""
        return not self._paths or (self._found is not None and self._found.importer is None)

    def _show_preview(self, seen: Preview | None) -> None:
        self.view.setVisible(not self._is_lost())
        self.invitation.setVisible(self._is_lost())
        self.view.sentence.setText("" if seen is None else preview_sentence(seen))
        self.view.classes.show_classes({} if seen is None else seen.classes)
        self.view.samples.show_samples(() if seen is None else seen.samples,
                                       tuple(seen.classes) if seen is not None else ())
        sounds = [one for one in seen.samples if one.sound is not None] if seen is not None else []
        self.view.play.setVisible(bool(sounds))
        left = () if seen is None else seen.left_out
        self.view.left_out.clear()
        self.view.left_out.addItems([f"{one.name}: {one.reason.text}" for one in left])
        self.view.left_out_fold.setVisible(bool(left))
        noun = "file or row is" if len(left) == 1 else "files or rows are"
        self.view.left_out_fold.set_summary(f"{len(left):,} {noun} not among the examples")
        if not left:
            self.view.left_out_fold.set_open(False)
        self.remarks.show_lines([Line(one.text) for one in (seen.remarks if seen else ())])

    def _say(self, text: str, *, busy: bool) -> None:
        self.status.setText(text)
        self.progress.setVisible(busy)
        self.cancel.setText("Stop" if self._loads else "Cancel")
        can_use = self._found is not None and self._found.preview is not None
        self.accept_button.setEnabled(can_use and not busy)
        self.options.setEnabled(not self._loads)

    # What a person does

    @Slot(str)
    def _on_kind_value_changed(self, key: str) -> None:
        if key in OTHER_WAYS:
            self.other_way.emit(key, self._paths[0])
            self.reject()
            return
        self._source, self._options = key, {}
        self._look()

    @Slot(str, object)
    def _on_form_chosen(self, key: str, value: Option) -> None:
        self._options[key] = value
        if self._found is not None and self._found.importer is not None:
            importer = self._found.importer
            self._options = {field.key: self._options[field.key] for field in importer.fields
                             if self._options.get(field.key, field.default) != field.default}
            self.options.form.show_options({
                field.key: self._options.get(field.key, field.default)
                for field in importer.fields})
        self.accept_button.setEnabled(False)
        self._pause.start()

    @Slot(object)
    def _on_samples_pointed_at(self, sample: Sample | None) -> None:
        self.view.pointed.setText("" if sample is None else " · ".join(
            filter(None, (sample.name, sample.label))))
        self.view.play.set_sound(None if sample is None else sample.sound)

    @Slot(object)
    def _on_samples_opened(self, sample: Sample | None) -> None:
        if sample is not None and sample.sound is not None:
            self.view.player.play(sample.sound)

    @Slot()
    def ask_file(self) -> None:
        """Ask for files and look at them."""
        names, _ = QFileDialog.getOpenFileNames(self, "Choose your data", self._folder.path(),
                                                filter_of(self._importers))
        if names:
            self._folder.note(Path(names[0]))
            self.read([Path(name) for name in names], *self._kept())

    @Slot()
    def ask_folder(self) -> None:
        """Ask for a folder and look at it."""
        name = QFileDialog.getExistingDirectory(self, "Choose a folder with your data",
                                                self._folder.path())
        if name:
            self._folder.note(Path(name))
            self.read([Path(name)], *self._kept())

    def _kept(self) -> tuple[str, dict[str, Option]]:
        """Return how to read what takes the place of files that are gone: as those were."""
        is_gone = bool(self._paths) and not is_there(self._paths[0])
        return (self._source, self._options) if is_gone else ("", {})

    @Slot()
    def paste(self) -> None:
        """Take what was copied: files, the path of one, or an image."""
        paths, kept = pasted_paths(copied())
        self._pasted.extend(kept)
        if paths:
            self.read(paths)
        else:
            self.message.show_message(NOTHING_COPIED, "warning")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if brought_paths(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = brought_paths(event.mimeData())
        if paths:
            event.acceptProposedAction()
            self.read(paths)
