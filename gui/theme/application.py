"""Dresses the application: palette, font and style sheet of the theme, switched live."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache

from PySide6.QtCore import QCoreApplication, QDir, QEvent, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QToolTip, QWidget
from shiboken6 import isValid

from gui.theme.icons import FOLDER
from gui.theme.sheet import style_sheet
from gui.theme.state import SCALES, Scheme, notifier
from gui.theme.tokens import DARK, LIGHT, Tokens

BASE_PX = 13
FONTS = FOLDER.parent / "fonts"
LEFT_OUT = "left out of themes"


def apply(app: QApplication, scheme: Scheme = "system") -> None:
    """Give the application this theme now and, with ``system``, follow the desktop from now on.

    Parameters
    ----------
    app : QApplication
        The running application.
    scheme : {'system', 'light', 'dark'}
        A desktop that does not say which it prefers gets the light theme.
    """
    state = notifier()
    if not state.follows_system:
        state.follows_system = True
        QGuiApplication.styleHints().colorSchemeChanged.connect(_on_system_scheme_changed)
    state.scheme = scheme
    state.tokens = DARK if scheme == "dark" or (scheme == "system" and _is_dark()) else LIGHT
    _dress(app)


@contextmanager
def in_light(app: QApplication) -> Iterator[None]:
    """Show the light theme meanwhile, whatever the person has chosen: paper is white."""
    state = notifier()
    before = state.tokens
    if before is not LIGHT:
        state.tokens = LIGHT
        _dress(app)
    try:
        yield
    finally:
        if before is not LIGHT:
            state.tokens = before
            _dress(app)


def set_scale(app: QApplication, factor: float) -> None:
    """Make text and controls ``factor`` times their designed size (0.8 to 2)."""
    notifier().scale = min(max(factor, SCALES[0]), SCALES[-1])
    _dress(app)


def leave_out(window: QWidget) -> None:
    """Let a window, and all in it, be passed over by changes of theme: nobody ever sees it."""
    window.setProperty(LEFT_OUT, True)


def forget_styles(app: QApplication) -> None:
    """Let Qt forget what it has worked out of the style sheet for widgets.

    That takes some 10 KB for each, seen or not, and more for each of its parts and states. It is
    worked out anew for those that are seen again, for all of a page in 10 ms.
    """
    app.style().unpolish(app)


def base_font(points: float | None = None) -> QFont:
    """Return the shipped font, the same on every computer, with figures of equal width.

    Parameters
    ----------
    points : float | None
        Size; by default that of ordinary text at the present interface size.
    """
    font = QFont(_family())
    per_px = 1.0 if sys.platform == "darwin" else 0.75
    font.setPointSizeF(points if points is not None else BASE_PX * per_px * notifier().scale)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


@cache
def _family() -> str:
    """Return the name of the shipped font; where it cannot be read, that of the system's."""
    loaded = [QFontDatabase.addApplicationFont(str(path)) for path in sorted(FONTS.glob("*.otf"))]
    names = [name for font in loaded for name in QFontDatabase.applicationFontFamilies(font)]
    return names[0] if names else \
        QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()


def _on_system_scheme_changed() -> None:
    app = QApplication.instance()
    if notifier().scheme == "system" and isinstance(app, QApplication):
        apply(app, "system")


def _is_dark() -> bool:
    return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark


def _dress(app: QApplication) -> None:
    state = notifier()
    QDir.setSearchPaths("icons", [str(FOLDER)])
    # A style sheet hides the name of the style below it.
    if not app.styleSheet() and app.style().objectName().lower() != "fusion":
        app.setStyle("Fusion")
    sheet, font = style_sheet(state.tokens, state.scale), base_font()
    if sheet == app.styleSheet():
        return
    is_resized = font.pointSizeF() != app.font().pointSizeF()
    # With what is kept of the old sheet, setting another one styles every widget once for each
    # widget that it lies in: ten times as long.
    forget_styles(app)
    app.setStyleSheet(sheet)
    palette = palette_of(state.tokens)
    app.setPalette(palette)
    QToolTip.setPalette(palette)
    if is_resized:
        app.setFont(font)
    windows = app.topLevelWidgets()
    _hold_painting([window for window in windows if window.isVisible()])
    for window in windows:
        if window.parentWidget() is None and not window.property(LEFT_OUT):
            _restyle(window, is_resized)
    state.changed.emit()


def _hold_painting(windows: Sequence[QWidget]) -> None:
    """Let windows be painted once all in them has its new place, and others were served before."""
    held = [window for window in windows if window.updatesEnabled()]
    for window in held:
        window.setUpdatesEnabled(False)

    def let_paint() -> None:
        for window in held:
            if isValid(window):
                window.setUpdatesEnabled(True)

    QTimer.singleShot(0, let_paint)


def _restyle(window: QWidget, is_resized: bool) -> None:
    """Style a window and all that belongs to it by the sheet in force, from the outside in."""
    event = QEvent(QEvent.Type.StyleChange)
    for widget in (window, *window.findChildren(QWidget)):
        widget.style().polish(widget)
        if is_resized:
            # Nothing is measured anew where nothing but colours are new.
            QCoreApplication.sendEvent(widget, event)
        else:
            widget.update()


def palette_of(tokens: Tokens) -> QPalette:
    """Return the palette that stock controls and plots paint with."""
    palette = QPalette()
    roles = QPalette.ColorRole
    for role, colour in (
        (roles.Window, tokens.background), (roles.WindowText, tokens.text),
        (roles.Base, tokens.surface), (roles.AlternateBase, tokens.surface_sunken),
        (roles.Text, tokens.text), (roles.PlaceholderText, tokens.text_muted),
        (roles.Button, tokens.surface), (roles.ButtonText, tokens.text),
        (roles.BrightText, tokens.accent_text), (roles.ToolTipBase, tokens.surface_raised),
        (roles.ToolTipText, tokens.text), (roles.Highlight, tokens.accent),
        (roles.HighlightedText, tokens.accent_text), (roles.Link, tokens.accent),
        (roles.LinkVisited, tokens.vanishing), (roles.Accent, tokens.accent),
        (roles.Light, tokens.surface_raised), (roles.Midlight, tokens.border),
        (roles.Mid, tokens.border_strong), (roles.Dark, tokens.border_strong),
        (roles.Shadow, tokens.border_strong),
    ):
        palette.setColor(role, QColor(colour))
    for role in (roles.WindowText, roles.Text, roles.ButtonText, roles.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(tokens.text_disabled))
    palette.setColor(QPalette.ColorGroup.Disabled, roles.Highlight, QColor(tokens.border))
    return palette
