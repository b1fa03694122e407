"""The gallery of templates: a picture, a sentence, and what to watch for."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from engine.errors import EngineError
from engine.spec import ProjectSpec
from gui import theme
from gui.templates.catalogue import Family, Template
from gui.templates.picture import ProjectPicture
from gui.widgets import Segmented

SIZE = QSize(1010, 640)
SMALLEST_TILE = 440
ALL = "All"
STEPS: dict[int, int] = {
    Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 2, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -2,
}


class TemplateTile(QAbstractButton):
    """A template to click.

    Parameters
    ----------
    template : Template
        What it stands for.
    project : ProjectSpec
        Its project.

    Signals
    -------
    step_requested(int)
        An arrow key asks for the tile that stands so many tiles further on.
    """

    step_requested = Signal(int)

    def __init__(self, template: Template, project: ProjectSpec,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.template = template
        self.setText(project.name)
        self.setAccessibleName(project.name)
        self.setAccessibleDescription(f"{template.summary} {template.watch}")
        self.setToolTip(f"<p><b>{project.name}.</b> {template.summary}</p>"
                        f"<p>{template.watch}</p><p>Click to open it.</p>")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        words = QVBoxLayout()
        words.setSpacing(theme.px(3))
        for text, role in ((project.name, "title"), (template.summary, ""),
                           (template.watch, "muted")):
            words.addWidget(_label(text, role))
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(*[theme.px(10)] * 4)
        row.setSpacing(theme.px(12))
        row.addWidget(ProjectPicture(project), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)

    def sizeHint(self) -> QSize:
        """Return the size at which every word is seen."""
        layout = self.layout()
        width = theme.px(SMALLEST_TILE)
        return QSize(width, layout.heightForWidth(width) if layout is not None else 0)

    def hasHeightForWidth(self) -> bool:
        """Return that text breaks into lines."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height at which every word is seen."""
        layout = self.layout()
        return layout.heightForWidth(width) if layout is not None else 0

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, px = theme.current(), theme.px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focused, hovered = self.hasFocus(), self.underMouse()
        painter.setPen(QPen(QColor(tokens.focus if focused else tokens.accent if hovered
                                   else tokens.border), 2 if focused else 1))
        painter.setBrush(QColor(tokens.surface_raised if hovered else tokens.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), px(10), px(10))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open on Enter, too; arrow keys go to another tile."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() in STEPS:
            self.step_requested.emit(STEPS[event.key()])
        else:
            super().keyPressEvent(event)


class Gallery(QDialog):
    """All templates by family. GUI thread only.

    Parameters
    ----------
    found : tuple[Family, ...]
        The templates.

    Signals
    -------
    chosen(Template)
        A person wants this one; the gallery has closed.
    """

    chosen = Signal(object)

    def __init__(self, found: tuple[Family, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Templates")
        self._families = found
        self.tiles: list[TemplateTile] = []
        self._shown: list[TemplateTile] = []
        self._headings: dict[str, QLabel] = {}
        self._of_family: dict[str, list[TemplateTile]] = {}
        self.tabs = Segmented([ALL, *(family.title for family in found)], "Families")
        self.tabs.set_tooltips({ALL: "<p>Every template.</p>"} | {
            family.title: f"<p>{len(family.templates)} templates.</p>" for family in found})
        self.tabs.selected.connect(self.show_family)
        page = QWidget()
        self._grid = QGridLayout(page)
        self._grid.setContentsMargins(0, 0, theme.px(6), 0)
        self._grid.setSpacing(theme.px(8))
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidgetResizable(True)
        scroll.setWidget(page)
        self._scroll = scroll
        whole = QVBoxLayout(self)
        whole.setContentsMargins(*[theme.px(14)] * 4)
        whole.setSpacing(theme.px(10))
        whole.addWidget(self.tabs)
        whole.addWidget(scroll, 1)
        self._fill()
        self.show_family(ALL)
        room = self.screen().availableSize()
        self.resize(QSize(theme.px(SIZE.width()), theme.px(SIZE.height())).boundedTo(room))

    def show_family(self, title: str) -> None:
        """Show the templates of one family, or all."""
        self.tabs.set_current(title)
        while self._grid.takeAt(0) is not None:
            pass
        self._shown, line = [], 0
        for family in self._families:
            wanted = title in (ALL, family.title)
            self._headings[family.title].setVisible(wanted and title == ALL)
            tiles = self._of_family[family.title]
            for tile in tiles:
                tile.setVisible(wanted)
            if not wanted:
                continue
            if title == ALL:
                self._grid.addWidget(self._headings[family.title], line, 0, 1, 2)
                line += 1
            for place, tile in enumerate(tiles):
                self._grid.addWidget(tile, line + place // 2, place % 2)
            line += (len(tiles) + 1) // 2
            self._shown += tiles
        for row in range(self._grid.rowCount()):
            self._grid.setRowStretch(row, 0)
        self._grid.setRowStretch(line, 1)
        for column in (0, 1):
            self._grid.setColumnStretch(column, 1)
        self._scroll.verticalScrollBar().setValue(0)

    def _fill(self) -> None:
        for family in self._families:
            heading = QLabel(family.title)
            heading.setProperty("role", "heading")
            self._headings[family.title] = heading
            made = self._of_family[family.title] = []
            for template in family.templates:
                try:
                    tile = TemplateTile(template, template.project())
                except EngineError:
                    # A damaged file leaves the others to choose from.
                    continue
                tile.step_requested.connect(self._on_tile_step_requested)
                tile.clicked.connect(partial(self._on_tile_clicked, template))
                made.append(tile)
            self.tiles += made

    @Slot(int)
    def _on_tile_step_requested(self, step: int) -> None:
        sender = self.sender()
        if isinstance(sender, TemplateTile) and sender in self._shown:
            there = self._shown.index(sender) + step
            if 0 <= there < len(self._shown):
                self._shown[there].setFocus(Qt.FocusReason.TabFocusReason)
                self._scroll.ensureWidgetVisible(self._shown[there])

    @Slot()
    def _on_tile_clicked(self, template: Template, _checked: bool = False) -> None:
        self.accept()
        self.chosen.emit(template)


def _label(text: str, role: str) -> QLabel:
    label = QLabel(text)
    if role:
        label.setProperty("role", role)
    label.setWordWrap(True)
    label.setMinimumWidth(1)
    label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    return label
