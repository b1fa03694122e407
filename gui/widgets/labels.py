"""Text that fits: labels, read-outs and badges."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from gui import theme


def plain_tip(text: str) -> str:
    """Return a tooltip that shows a text as it is, however much a person's words look like tags."""
    if "<" not in text:
        return text
    return f"<p>{escape(text)}</p>".replace("\n", "<br>")


class ElidedLabel(QLabel):
    """One line of text that ends in an ellipsis, with the whole as tooltip, where room is short.

    With the property ``own_tooltip`` it keeps the tooltip that it was given.

    Parameters
    ----------
    text : str
        The whole text.
    role : str
        ``title``, ``heading``, ``muted``, ``small``, ``strong``, ``number`` or empty.
    """

    def __init__(self, text: str = "", role: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._short = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        if role:
            self.setProperty("role", role)

    def set_short(self, text: str) -> None:
        """Set what is shown where the whole has no room, and always has room itself."""
        self._short = text
        self.updateGeometry()
        self.update()

    def shown(self) -> str:
        """Return the text as it is drawn."""
        room, metrics = self.contentsRect().width(), self.fontMetrics()
        if self._short and metrics.horizontalAdvance(self.text()) > room:
            return self._short
        return metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, room)

    def minimumSizeHint(self) -> QSize:
        """Return room for the short text; where there is none, for a letter and the ellipsis."""
        least = self.fontMetrics().horizontalAdvance(self._short or "M…")
        return QSize(least + 2, super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        """Return room for the whole text."""
        width = self.fontMetrics().horizontalAdvance(self.text()) + 2
        return QSize(width, super().sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the text, shortened to the width."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.contentsRect(), int(self.alignment()), self.shown())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Offer the whole text as tooltip when it is cut."""
        super().resizeEvent(event)
        self._refresh_tooltip()

    def setText(self, text: str) -> None:
        """Show another text."""
        super().setText(text)
        self.updateGeometry()
        self._refresh_tooltip()

    def _refresh_tooltip(self) -> None:
        if self.property("own_tooltip"):
            return
        needed = self.fontMetrics().horizontalAdvance(self.text())
        cut = needed > self.contentsRect().width()
        if cut:
            self.setToolTip(plain_tip(self.text()))
        elif self.toolTip():
            self.setToolTip("")


class StatReadout(QWidget):
    """A small label above a large number whose figures do not dance.

    Parameters
    ----------
    label : str
        What the number is.
    value : str
        First value.
    template, remark : str
        Widest value and remark to expect; the width is kept for them.
    """

    def __init__(
        self, label: str, value: str = "", *, template: str = "", remark: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._name = label
        self._label = QLabel(label)
        self._label.setProperty("role", "small")
        self._value = QLabel(value)
        self._value.setProperty("role", "number")
        self._value.setTextFormat(Qt.TextFormat.PlainText)
        self._template, self._widest_remark, self._remark = template, remark, ""
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        layout.addWidget(self._label)
        layout.addWidget(self._value)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.set_value(value)

    def value(self) -> str:
        """Return the text shown."""
        return self._value.text()

    def set_value(self, text: str) -> None:
        """Show another value."""
        if text != self._value.text():
            self._value.setText(text)
        self.setAccessibleName(f"{self._name}: {' '.join(filter(None, (text, self._remark)))}")

    def remark(self) -> str:
        """Return what stands behind the label."""
        return self._remark

    def set_remark(self, text: str) -> None:
        """Show a second, small figure behind the label; empty for none."""
        if text != self._remark:
            self._remark = text
            self._label.setText(self._labelled(text))
            self.set_value(self.value())

    def _labelled(self, remark: str) -> str:
        return f"{self._name}  {remark}" if remark else self._name

    @Slot()
    def _on_theme_changed(self) -> None:
        self._value.ensurePolished()
        width = self._value.fontMetrics().horizontalAdvance(self._template)
        self._value.setMinimumWidth(width + theme.px(2) if self._template else 0)
        self._label.ensurePolished()
        widest = self._label.fontMetrics().horizontalAdvance(self._labelled(self._widest_remark))
        self._label.setMinimumWidth(widest + theme.px(2) if self._widest_remark else 0)


class Badge(QLabel):
    """A short word on a tinted pill.

    Parameters
    ----------
    text : str
        The word.
    tone : str
        ``neutral``, ``accent``, ``good``, ``warning``, ``bad`` or ``vanishing``.
    """

    def __init__(
        self, text: str = "", tone: str = "neutral", parent: QWidget | None = None
    ) -> None:
        super().__init__(text, parent)
        self._tone = tone
        self.setProperty("role", "small")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the pill and the word."""
        tokens = theme.current()
        ground = {"neutral": tokens.surface_raised, "accent": tokens.accent_soft}.get(
            self._tone, getattr(tokens, f"{self._tone}_soft", tokens.surface_raised)
        )
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ground))
        radius = self.height() / 2
        painter.drawRoundedRect(QRectF(self.rect()), radius, radius)
        painter.setPen(QColor(tokens.text))
        painter.drawText(self.rect(), int(Qt.AlignmentFlag.AlignCenter), self.text())

    @Slot()
    def _on_theme_changed(self) -> None:
        self.setContentsMargins(theme.px(7), theme.px(2), theme.px(7), theme.px(2))


class StatusGlyph(QWidget):
    """A verdict as a shape.

    Parameters
    ----------
    code, severity : str, int
        As in `gui.theme.status_glyph`.
    size : int
        Side in px at 13 px text.
    """

    def __init__(
        self, code: str = "waiting", severity: int = 0, *, size: int = 14,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._code, self._severity, self._size = code, severity, size
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def set_status(self, code: str, severity: int) -> None:
        """Show another verdict."""
        if (code, severity) != (self._code, self._severity):
            self._code, self._severity = code, severity
            self.update()
        self.setAccessibleName(code.replace("_", " "))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the shape."""
        theme.status_glyph(QPainter(self), QRectF(self.rect()), self._code, self._severity)

    @Slot()
    def _on_theme_changed(self) -> None:
        side = theme.px(self._size)
        self.setFixedSize(side, side)
        self.update()
