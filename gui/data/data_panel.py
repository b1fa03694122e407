"""The data panel: which examples, how many to learn from, how noisy, and what the network sees."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from html import escape
from pathlib import Path
from types import MappingProxyType
from typing import Any

from msgspec.structs import replace
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from engine.data import (
    DRAWINGS,
    FEATURES,
    PAINTED,
    TABLE,
    TEXT,
    Dataset,
    SourceInfo,
    catalogue,
    load,
)
from engine.data.importers.catalogue import IMPORTERS
from engine.errors import EngineError
from engine.messages import elided, legible
from engine.spec import DataSpec, TableSpec
from gui.data.background import Background
from gui.data.bring_dialog import BringDialog
from gui.data.brought_files import may_be_brought
from gui.data.clipboard_table import copied, may_be_table, table_text, why_nothing
from gui.data.network_offer import NetworkOffer
from gui.data.paint_dialog import PaintDialog
from gui.data.painting import Painting
from gui.data.source_traits import SourceTraits, noise_text, traits_of
from gui.data.source_watch import MOVED, SourceWatch
from gui.data.table_dialog import TableDialog
from gui.data.table_files import SUFFIXES, dropped_tables
from gui.data.tile_grid import BROUGHT, TileGrid
from gui.document.bringing import Brought, bring, embedded
from gui.document.dataset_text import data_sentence, feature_title
from gui.document.document import Change, Document
from gui.document.editing import EditingPanel
from gui.document.file_folder import FileFolder
from gui.document.gesture import Gesture
from gui.widgets import (
    Button,
    FlowLayout,
    IconButton,
    LabelledSlider,
    MessageBar,
    ReadingBar,
    Segmented,
    even_stops,
    plain_tip,
)

LARGEST_NEW_SEED = 9999
WINDOWS = (4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)
TEXT_FILTER = "Texts (*.txt *.md *.py *.tex *.csv);;All files (*)"
UNBROUGHT: Mapping[str, Any] = MappingProxyType({
    "table": TableSpec(), "more_paths": (), "options": {}, "digest": "", "embedded": ""})
"""What belongs to a file that was brought, and to no other."""
BREAK = "\N{ZERO WIDTH SPACE}"
FEATURE_TIPS = {
    "x1": "The horizontal coordinate.", "x2": "The vertical coordinate.",
    "x1^2": "Its square: the same on both sides.", "x2^2": "Its square: the same above and below.",
    "x1*x2": "The product, which tells quadrants apart.",
    "sin(x1)": "The sine of the horizontal coordinate.",
    "sin(x2)": "The sine of the vertical coordinate.",
}


class DataPanel(EditingPanel):
    """Chooses and prepares the document's data; what is refused it tells itself, too.

    Parameters
    ----------
    document : Document
        What is edited.
    folder : FileFolder | None
        Where dialogs open; by default it is not remembered.
    parent : QWidget | None
        Qt's owner.
    """

    def __init__(self, document: Document, folder: FileFolder | None = None,
                 parent: QWidget | None = None) -> None:
        super().__init__(document, parent)
        self._folder = folder or FileFolder()
        self._gesture = Gesture(document, self)
        self._background = Background("Data")
        self._wanted: DataSpec | None = None
        self._shown_problem = ""
        self._painting = Painting(document, UNBROUGHT, self)
        self._sources: dict[str, SourceInfo] = {info.key: info for info in catalogue()}
        self.grid = TileGrid(self._sources.values())
        self.grid.chosen.connect(self._on_grid_chosen)
        self.tiles = self.grid.tiles
        self.features: dict[str, Button] = {}
        self._build()
        self._background.done.connect(self._on_background_done)
        self._background.failed.connect(self._on_background_failed)
        self._watch = SourceWatch(document, self.message, self)
        self._watch.accepted.connect(self._set_same)
        self._watch.choose_requested.connect(self._on_choose_file_clicked)
        self._offer = NetworkOffer(document, self.message, self)
        self._offer.accepted.connect(self.attempt)
        self.refused.connect(self._on_refused)
        # Nothing else in the window is pasted but text into a line, which takes the keys first.
        QShortcut(QKeySequence(QKeySequence.StandardKey.Paste), self, self.paste)
        document.changed.connect(self._on_document_changed)
        self.show_document()

    def open_table_dialog(self, path: Path | None = None, *, pasting: bool = False) -> TableDialog:
        """Open the dialog that imports a person's file.

        Parameters
        ----------
        path : Path | None
            The file; by default the one in use, if any.
        pasting : bool
            Whether to read what was copied instead.
        """
        data = self._document.project.data
        table = data.table if data.source == TABLE and path is None else TableSpec()
        if path is None and data.source == TABLE and data.path:
            path = Path(data.path)
        dialog = TableDialog(data, self._folder, self.window())
        dialog.imported.connect(self._on_dialog_imported)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        if pasting:
            dialog.paste()
        elif path is not None:
            dialog.read(path, table)
        return dialog

    def open_paint_dialog(self) -> PaintDialog:
        """Open the plane to paint on, with the points that are there; the window stays in use."""
        # Until something has been painted, the data stay what they are.
        self.show_document()
        return self._painting.open(self.window())

    def open_bring_dialog(self, paths: Sequence[Path] = (), *, pasting: bool = False
                          ) -> BringDialog:
        """Open the dialog for images, sounds, texts and series.

        Parameters
        ----------
        paths : sequence of Path
            Files or folders; by default those in use, if any.
        pasting : bool
            Whether to take what was copied instead.
        """
        data = self._document.project.data
        dialog = BringDialog(data, self._folder, self.window())
        dialog.brought.connect(self._on_dialog_imported)
        dialog.other_way.connect(self._on_dialog_other_way)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        if pasting:
            dialog.paste()
        elif paths:
            dialog.read(paths)
        elif data.source in IMPORTERS and data.path:
            dialog.read([Path(path) for path in (data.path, *data.more_paths)], data.source,
                        data.options)
        return dialog

    def open_own(self, paths: Sequence[Path]) -> None:
        """Open the dialog that files or folders are for, as the first of them looks."""
        if all(path.suffix.lower() in SUFFIXES for path in paths):
            self.open_table_dialog(paths[0])
        else:
            self.open_bring_dialog(paths)

    @Slot()
    def paste(self) -> None:
        """Open the dialog that what was copied in another program is for."""
        mime = copied()
        if dropped_tables(mime) or may_be_table(table_text(mime)):
            self.open_table_dialog(pasting=True)
        elif may_be_brought(mime):
            self.open_bring_dialog(pasting=True)
        else:
            self.message.show_message(why_nothing(mime), "warning")

    def shut_down(self) -> None:
        """Wait for what is being loaded, and forget it."""
        self._background.join()
        self._watch.join()

    # Widgets

    def _build(self) -> None:
        self.setAccessibleName("Data")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.message = MessageBar(stacked=True)
        self.progress = ReadingBar("Loading data")
        self.progress.hide()
        self._background.read.connect(self.progress.set_share)
        self.share = LabelledSlider(
            "Training share", even_stops(10, 90, 5), 50, unit="%",
            tooltip="Share of the examples to learn from; the others are for validation.")
        self.noise = LabelledSlider("Noise", even_stops(0, 50, 5))
        self.window_length = LabelledSlider(
            "Window", WINDOWS, unit="steps",
            tooltip="How many steps an example has: what a recurrent network sees before it "
                    "answers, and how far back the gradient goes.")
        for slider, change in ((self.share, self._share_change), (self.noise, self._noise_change),
                               (self.window_length, self._window_change)):
            self._gesture.watch(slider.slider)
            slider.value_changed.connect(partial(self._on_slider_moved, slider, change))
            slider.edit_finished.connect(partial(self._on_slider_let_go, change))
        self.sentence = QLabel()
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.sentence.setProperty("role", "muted")
        self.sentence.setWordWrap(True)
        self.sentence.setMinimumWidth(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.message)
        layout.addWidget(self.grid)
        layout.addWidget(self.progress)
        layout.addWidget(self._build_features())
        layout.addWidget(self.sentence)
        layout.addWidget(self._build_choose())
        layout.addWidget(self._build_goal())
        layout.addWidget(self.window_length)
        layout.addWidget(self.share)
        layout.addLayout(self._build_noise_and_seed())
        layout.addStretch(1)

    def _build_features(self) -> QWidget:
        self.feature_box = QWidget()
        column = QVBoxLayout(self.feature_box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        title = QLabel("Features")
        title.setProperty("role", "muted")
        column.addWidget(title)
        flow = FlowLayout(spacing=4)
        for name in FEATURES:
            chip = Button(feature_title(name))
            chip.setCheckable(True)
            chip.setAccessibleName(f"Feature {name}")
            chip.setToolTip(f"<p>{feature_title(name)}: {FEATURE_TIPS.get(name, '')} Click to let "
                            "the network see it or not.</p>")
            chip.clicked.connect(partial(self._on_feature_clicked, name))
            flow.addWidget(chip)
            self.features[name] = chip
        column.addLayout(flow)
        return self.feature_box

    def _build_choose(self) -> QWidget:
        self.choose_file = Button("Choose the file…", "folder-open", accent=True)
        self.choose_file.setToolTip("<p>Choose where the file of this project is now. How to read "
                                    "it stays as it was.</p>")
        self.choose_file.clicked.connect(self._on_choose_file_clicked)
        return self.choose_file

    def _build_goal(self) -> QWidget:
        self.goal_box = QWidget()
        self.goal = Segmented([("predict", "Predict"), ("reconstruct", "Reconstruct")], "Goal")
        self.goal.set_tooltips({
            "predict": "<p>Learn to say the class or the number that belongs to an example.</p>",
            "reconstruct": "<p>Learn to give the inputs themselves back, through whatever the "
                           "network lets pass: an autoencoder. Loss and output layer are made to "
                           "fit.</p>"})
        self.goal.selected.connect(self._on_goal_selected)
        row = QHBoxLayout(self.goal_box)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.goal)
        row.addStretch(1)
        return self.goal_box

    def _build_noise_and_seed(self) -> QHBoxLayout:
        self.seed = QLabel()
        self.seed.setProperty("role", "muted")
        self.regenerate = IconButton("dices", "<p>Draw new points and a new split with another "
                                     "seed.</p>", name="New seed for the data")
        self.regenerate.clicked.connect(self._on_regenerate_clicked)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.noise, 1)
        row.addWidget(self.seed)
        row.addWidget(self.regenerate)
        return row

    def show_document(self) -> None:
        """Show what is learned from."""
        data, problem = self._document.project.data, self._document.data_problem
        info = self._sources.get(data.source)
        traits = self._traits()
        own = data.source in IMPORTERS and data.source not in self.tiles
        self.grid.show_chosen(BROUGHT if own else data.source)
        self.share.set_value(round(data.training_share * 100, 1))
        noise = noise_text(traits, data)
        self.noise.set_value(data.noise)
        self.noise.setVisible(bool(noise))
        self.noise.setToolTip(noise)
        self.window_length.set_value(data.window)
        self.window_length.setVisible(traits.has_window)
        self.goal.set_current(data.goal)
        self.goal_box.setVisible(traits.has_goal)
        self.feature_box.setVisible(traits.has_features)
        for name, chip in self.features.items():
            chip.setChecked(name in data.features)
        self.seed.setText(f"Seed {data.seed}")
        self.choose_file.setVisible(bool(problem) and info is None and data.source != PAINTED)
        self.sentence.setVisible(bool(data.path if problem else not traits.has_features))
        if problem != self._shown_problem:
            if problem:
                self.message.show_message(problem, "bad", topic="data")
            elif self.message.topic == "data":
                self.message.hide()
            self._shown_problem = problem
        self._show_sentence(data, info)

    def _show_sentence(self, data: DataSpec, info: SourceInfo | None) -> None:
        dataset = self._document.dataset
        if self._document.data_problem:
            # A long path may break after every folder.
            self.sentence.setText(legible(elided(data.path)).replace(os.sep, os.sep + BREAK))
            self.sentence.setToolTip("")
            return
        self.sentence.setText(data_sentence(dataset))
        help_text, licence = (info.help, info.licence) if info is not None else ("", "")
        tips = [help_text, *dataset.notes, f"Licence: {licence}" if licence else ""]
        self.sentence.setToolTip("".join(f"<p>{escape(tip)}</p>" for tip in tips if tip))

    # What a person does

    @Slot(str)
    def _on_grid_chosen(self, key: str) -> None:
        if key in self._sources:
            self._choose(key)
            return
        # Until a person has chosen something, the data stay what they are.
        self.show_document()
        if key == TABLE:
            self.open_table_dialog()
        elif key == TEXT:
            self._ask_text()
        elif key == DRAWINGS:
            self._ask_drawings()
        elif key == PAINTED:
            self.open_paint_dialog()
        else:
            self.open_bring_dialog()

    def _ask_text(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self.window(), "Choose a text", self._folder.path(),
                                              TEXT_FILTER)
        if name:
            self._folder.note(Path(name))
            self._continue_text(Path(name))

    def _continue_text(self, path: Path) -> None:
        self._set(replace(self._document.project.data, source=TEXT, path=str(path), goal="predict",
                          **UNBROUGHT))

    def _ask_drawings(self) -> None:
        data = self._document.project.data
        if data.source != DRAWINGS and len({one.word for one in data.drawings}) > 1:
            self._set(replace(data, source=DRAWINGS, path="", goal="predict", **UNBROUGHT))
        else:
            self.open_bring_dialog()

    def _choose(self, key: str) -> None:
        data = self._document.project.data
        if key != data.source:
            wanted = replace(data, source=key, path="", **UNBROUGHT)
            goal = data.goal if traits_of(wanted, self._sources[key]).has_goal else "predict"
            self._set(replace(wanted, goal=goal))

    def _set(self, data: DataSpec) -> None:
        """Learn from other data: points at once, files as soon as they have been read."""
        self.message.hide()
        info = self._sources.get(data.source)
        if traits_of(data, info).at_once:
            self._cancel_loading()
            self.attempt(partial(self._document.set_data, data))
            return
        title = info.title if info is not None else Path(data.path).name
        self._wanted = data
        self.progress.setToolTip(plain_tip(f"Loading {title}…"))
        self.progress.show()
        self._background.submit(partial(self._load, data))

    @staticmethod
    def _load(data: DataSpec) -> Brought:
        """Load data in another thread; of a person's own, what lay there is noted."""
        return bring(data) if data.path and not data.embedded else Brought(data, load(data))

    def set_embedded(self, wanted: bool) -> None:
        """Let the data travel in the project from now on, as they are now, or no longer."""
        data = self._document.project.data
        if not wanted:
            self._set_same(replace(data, embedded=""))
            return
        dataset = self._document.dataset
        self._wanted = data
        self.progress.setToolTip(plain_tip(f"Copying {Path(data.path).name}…"))
        self.progress.show()
        # The copy has to be enough, but the run goes on with what it has.
        self._background.submit(lambda: Brought(embedded(data).data, dataset))

    @Slot(object)
    def _set_same(self, data: DataSpec) -> None:
        """Note something else about data that stay what they are; the run goes on."""
        if self._document.data_problem:
            # Perhaps they are there now.
            self._set(data)
        else:
            self.attempt(partial(self._document.set_data, data, self._document.dataset))

    def attempt(self, edit: Callable[[], object]) -> bool:
        possible = super().attempt(edit)
        if possible:
            self.show_document()
        return possible

    @Slot(str)
    def _on_refused(self, sentence: str) -> None:
        self.message.show_message(sentence, "bad")

    def _cancel_loading(self) -> None:
        self._background.cancel()
        self._wanted = None
        self.progress.hide()

    @Slot(object)
    def _on_background_done(self, brought: Brought) -> None:
        wanted, self._wanted = self._wanted, None
        self.progress.hide()
        if wanted is not None:
            self.attempt(partial(self._document.set_data, brought.data, brought.dataset))

    @Slot(object)
    def _on_background_failed(self, error: EngineError) -> None:
        self._cancel_loading()
        self.message.show_message(error.sentence, "bad")
        self.show_document()

    @Slot(str, object)
    def _on_dialog_other_way(self, way: str, path: Path) -> None:
        if way == TABLE:
            self.open_table_dialog(path)
        else:
            self._continue_text(path)

    @Slot(object, object)
    def _on_dialog_imported(self, data: DataSpec, dataset: Dataset) -> None:
        self._cancel_loading()
        if self.attempt(partial(self._document.set_data, data, dataset)):
            self._offer.offer()

    def _traits(self) -> SourceTraits:
        data = self._document.project.data
        return traits_of(data, self._sources.get(data.source))

    def _share_change(self) -> DataSpec:
        return replace(self._document.project.data, training_share=self.share.value() / 100)

    def _noise_change(self) -> DataSpec:
        return replace(self._document.project.data, noise=self.noise.value())

    def _window_change(self) -> DataSpec:
        return replace(self._document.project.data, window=int(self.window_length.value()))

    def _on_slider_moved(self, slider: LabelledSlider, change: Callable[[], DataSpec],
                         _value: float) -> None:
        if not self._traits().at_once and slider.slider.isSliderDown():
            return  # A file is prepared once, when the slider is let go.
        self._gesture.touch()
        self._set(change())

    def _on_slider_let_go(self, change: Callable[[], DataSpec]) -> None:
        wanted = change()
        if not self._traits().at_once and wanted != self._document.project.data:
            self._set(wanted)

    @Slot(str)
    def _on_goal_selected(self, goal: str) -> None:
        data = self._document.project.data
        self._set(replace(data, goal=goal))
        # Until the examples are there, the goal is what it was.
        self.goal.set_current(self._document.project.data.goal)

    @Slot()
    def _on_choose_file_clicked(self) -> None:
        source = self._document.project.data.source
        if source == TEXT:
            self._ask_text()
        elif source == DRAWINGS:
            self._ask_drawings()
        elif source in IMPORTERS:
            self.open_bring_dialog()
        else:
            self.open_table_dialog().ask_file()

    @Slot()
    def _on_regenerate_clicked(self) -> None:
        data = self._document.project.data
        seed = random.randrange(LARGEST_NEW_SEED)
        self._set(replace(data, seed=seed if seed < data.seed else seed + 1))

    def _on_feature_clicked(self, name: str, _checked: bool = False) -> None:
        data = self._document.project.data
        wanted = set(data.features) ^ {name}
        if wanted:
            self._set(replace(data, features=tuple(f for f in FEATURES if f in wanted)))
        else:
            self.message.show_message("The network needs at least one feature.", "warning")
            self.show_document()

    @Slot(object)
    def _on_document_changed(self, change: Change) -> None:
        if change.opened:
            # What was on its way is for another project.
            self._cancel_loading()
            self._shown_problem = ""
        # What has been refused is history; why there are no examples is told as long as it is so.
        if change.opened or self.message.topic not in ("data", MOVED) or (
                change.before.data != change.after.data):
            self.message.hide()
        self.show_document()
