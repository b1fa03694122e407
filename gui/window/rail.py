"""What is left of the left column where the window is too narrow for it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui import theme
from gui.widgets import Card, IconButton
from gui.window.left_column import TIPS, TITLES

ICONS = {"data": "database", "layers": "layers", "inspector": "sliders-horizontal"}
WIDTH = 44


class Rail(Card):
    """A button for every panel of the left column. GUI thread only.

    Signals
    -------
    panel_requested(str)
        A person wants to see a panel, or no more: ``data``, ``layers`` or ``inspector``.
    """

    panel_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setAccessibleName("Panels")
        self.buttons: dict[str, IconButton] = {}
        for key, title in TITLES.items():
            button = IconButton(ICONS[key], f"<p><b>{title}.</b></p>{TIPS[key]}", name=title,
                                plain=True)
            button.clicked.connect(partial(self.panel_requested.emit, key))
            self.body.addWidget(button)
            self.buttons[key] = button
        self.body.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        theme.notifier().changed.connect(self._on_rail_theme_changed)
        self._on_rail_theme_changed()

    @Slot()
    def _on_rail_theme_changed(self) -> None:
        px, layout = theme.px, self.layout()
        self.setFixedWidth(px(WIDTH))
        if layout is not None:
            layout.setContentsMargins(px(7), px(9), px(7), px(9))
