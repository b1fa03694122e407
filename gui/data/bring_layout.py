"""How the parts of the dialog for a person's own data stand in it."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QListWidget,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from engine.bundles import LARGEST_ENCLOSED
from engine.data.importers.importer import Importer
from gui import theme
from gui.data.choices import choice
from gui.data.option_form import OptionForm
from gui.data.sample_view import ClassList, SampleView
from gui.widgets import Button, ElidedLabel, Fold, LabelledCombo
from gui.widgets.sound_player import PlayButton, SoundPlayer

OPTIONS_PX, CLASSES_PX, LEFT_OUT_PX = 270, 150, 110
NOTHING_CHOSEN = "Choose a file or a folder, drop it here, or paste what you have copied."


def size_text(size: int) -> str:
    """Return ``11.2 MB`` for a number of bytes."""
    return f"{size / 1e6:,.1f} MB" if size >= 100_000 else f"{size:,} bytes"


class TopRow(QHBoxLayout):
    """What is looked at, and the buttons that choose something else."""

    def __init__(self) -> None:
        super().__init__()
        self.setSpacing(theme.px(10))
        self.place = ElidedLabel(NOTHING_CHOSEN, role="muted")
        self.paste = Button("Paste", "copy")
        self.paste.setToolTip("Take what you have copied: a file, a folder, its path, or an image "
                              "(Ctrl+V).")
        self.file = Button("Choose file…", "folder-open")
        self.file.setToolTip("Choose a file, or several of the same kind: an archive of images or "
                             "sounds, a table of texts, a series.")
        self.folder = Button("Choose folder…", "folder-open")
        self.folder.setToolTip("Choose a folder, such as one with a folder of images for each "
                               "class.")
        self.record = Button("Record…", "mic")
        self.record.setToolTip("Record sounds of your own with the microphone, class by class, and "
                               "learn from them.")
        self.addWidget(self.place, 1)
        for button in (self.record, self.paste, self.file, self.folder):
            self.addWidget(button)


class OptionsColumn(QWidget):
    """How it is read: as what, with which options, and whether it travels in the project."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind: LabelledCombo = choice("Read as", "What this is. The first is the most likely.")
        self.form = OptionForm()
        self.embeds = QCheckBox("Embed in the project")
        self.embeds.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, theme.px(8), 0)
        column.setSpacing(theme.px(8))
        column.addWidget(self.kind)
        column.addWidget(self.form)
        column.addStretch(1)
        scroll.setWidget(inner)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll, 1)
        layout.addWidget(self.embeds)
        self.setFixedWidth(theme.px(OPTIONS_PX))

    def show_size(self, size: int) -> None:
        """Say how large it is, and offer to let it travel in the project where it is not larger."""
        fits = 0 < size <= LARGEST_ENCLOSED
        self.embeds.setEnabled(fits)
        if size and not fits:
            self.embeds.setChecked(False)
        self.embeds.setText(f"Embed in the project ({size_text(size)})" if size else
                            "Embed in the project")
        self.embeds.setToolTip(
            "<p>Put a copy into the project's .bplab file, so that it can be given away or moved "
            f"alone. At most {size_text(LARGEST_ENCLOSED)}; what is larger stays where it is and "
            "is found by its path.</p>")


class PreviewColumn(QWidget):
    """What was found: how much, of which classes, some of it, and what was left out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sentence = QLabel()
        self.sentence.setProperty("role", "title")
        self.sentence.setWordWrap(True)
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.samples, self.classes = SampleView(), ClassList()
        self.classes.setFixedWidth(theme.px(CLASSES_PX))
        self.pointed = ElidedLabel(role="muted")
        self.below = QHBoxLayout()
        self.player = SoundPlayer(self)
        self.play = PlayButton(self.player)
        self.play.hide()
        self.below.addWidget(self.play)
        self.below.addWidget(self.pointed, 1)
        self.left_out = QListWidget()
        self.left_out.setAccessibleName("What is left out, and why")
        self.left_out.setMaximumHeight(theme.px(LEFT_OUT_PX))
        self.left_out.setWordWrap(True)
        self.left_out_fold = Fold("Left out", self.left_out,
                                  "Show what is not among the examples, and why.")
        middle = QHBoxLayout()
        middle.setSpacing(theme.px(8))
        middle.addWidget(self.classes)
        middle.addWidget(self.samples, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.px(6))
        layout.addWidget(self.sentence)
        layout.addLayout(middle, 1)
        layout.addLayout(self.below)
        layout.addWidget(self.left_out_fold)
        layout.addWidget(self.left_out)


class Invitation(QLabel):
    """What can be brought, where nothing has been chosen yet."""

    def __init__(self, importers: Iterable[Importer], parent: QWidget | None = None) -> None:
        kinds = "".join(f"<p><b>{escape(one.title)}.</b> {escape(one.help)}</p>"
                        for one in importers)
        super().__init__(f"<p>Drop a file or a folder here. It may hold:</p>{kinds}", parent)
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setProperty("role", "muted")
        self.setContentsMargins(*(theme.px(60),) * 4)


def middle_row(options: QWidget, preview: QWidget) -> tuple[QWidget, QLayout]:
    """Return options and preview side by side."""
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme.px(14))
    row.addWidget(options)
    row.addWidget(preview, 1)
    return box, row
