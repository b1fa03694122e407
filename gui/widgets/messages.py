"""Messages inside the window: a bar that stays, a toast that goes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from gui import theme
from gui.widgets.buttons import Button, IconButton

ICONS = {"info": "info", "good": "circle-check", "warning": "triangle-alert", "bad": "circle-alert"}


class MessageBar(QWidget):
    """One message with an icon, up to two actions and a cross; hidden until `show_message`.

    Parameters
    ----------
    stacked : bool
        Whether the actions stand below the message, for a place that is narrow.

    Attributes
    ----------
    topic : str
        What the message is about, as `show_message` was told.

    Signals
    -------
    action_requested()
        The action's button was pressed.
    second_requested()
        The second action's button was pressed.
    closed()
        The message was dismissed.
    """

    action_requested = Signal()
    second_requested = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None, *, stacked: bool = False) -> None:
        super().__init__(parent)
        self._tone = "info"
        self.topic = ""
        self._icon = QLabel()
        self._label = QLabel()
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._action = Button("")
        self._action.clicked.connect(self.action_requested)
        self._second = Button("")
        self._second.clicked.connect(self.second_requested)
        self._close = IconButton("x", "Close this message.", name="Close message", plain=True)
        self._close.clicked.connect(self.dismiss)
        self._row = QGridLayout(self)
        middle = Qt.AlignmentFlag.AlignVCenter
        self._row.addWidget(self._icon, 0, 0, middle)
        self._row.addWidget(self._label, 0, 1)
        self._row.setColumnStretch(1, 1)
        self._row.addWidget(self._close, 0, 4, middle)
        if stacked:
            self._row.addWidget(self._action, 1, 0, 1, 5)
            self._row.addWidget(self._second, 2, 0, 1, 5)
        else:
            self._row.addWidget(self._action, 0, 2, middle)
            self._row.addWidget(self._second, 0, 3, middle)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.hide()

    def text(self) -> str:
        """Return the message."""
        return self._label.text()

    def show_message(self, text: str, tone: str = "info", *, action: str = "",
                     second: str = "", topic: str = "") -> None:
        """Show a message until it is dismissed or replaced.

        Parameters
        ----------
        text : str
            What to say.
        tone : {'info', 'good', 'warning', 'bad'}
            How grave it is.
        action : str
            Word on a button; none if empty.
        second : str
            Word on another button.
        topic : str
            What it is about, for whoever takes the message back when that is over.
        """
        self._tone = tone
        self.topic = topic
        self._label.setText(text)
        for button, word in ((self._action, action), (self._second, second)):
            button.setText(word)
            button.setVisible(bool(word))
        self.setAccessibleName(text)
        self._on_theme_changed()
        self.show()

    @Slot()
    def dismiss(self) -> None:
        """Hide the message."""
        if not self.isHidden():
            self.hide()
            self.closed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the tinted ground."""
        tokens = theme.current()
        ground = tokens.accent_soft if self._tone == "info" else getattr(
            tokens, f"{self._tone}_soft")
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._colour()), 1))
        painter.setBrush(QColor(ground))
        radius = theme.px(8)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)

    def _colour(self) -> str:
        tokens = theme.current()
        return tokens.accent if self._tone == "info" else str(getattr(tokens, self._tone))

    @Slot()
    def _on_theme_changed(self) -> None:
        px = theme.px
        self._row.setContentsMargins(px(12), px(8), px(8), px(8))
        self._row.setSpacing(px(9))
        side = px(18)
        self._icon.setPixmap(theme.icon(ICONS[self._tone], self._colour()).pixmap(side, side))
        self.update()


class Toast(MessageBar):
    """A message that floats above the bottom edge of its parent and goes by itself.

    Parameters
    ----------
    parent : QWidget
        What it floats on.
    seconds : float
        How long it stays; it stays while the pointer is over it.
    """

    def __init__(self, parent: QWidget, *, seconds: float = 4.0) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(round(seconds * 1000))
        self._timer.timeout.connect(self._on_timer_timeout)
        self._ground = parent
        parent.installEventFilter(self)

    def show_message(self, text: str, tone: str = "info", *, action: str = "",
                     second: str = "", topic: str = "") -> None:
        """Show a message for a few seconds; see `MessageBar.show_message`."""
        super().show_message(text, tone, action=action, second=second, topic=topic)
        self._place()
        self.raise_()
        self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in place when the parent is resized."""
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self._place()
        return super().eventFilter(watched, event)

    @Slot()
    def _on_timer_timeout(self) -> None:
        if self.underMouse():
            self._timer.start()
        else:
            self.dismiss()

    def _place(self) -> None:
        parent = self._ground
        room = parent.width() - theme.px(32)
        width = min(max(self.sizeHint().width(), theme.px(360)), theme.px(640), room)
        height = max(self.heightForWidth(width), self.minimumSizeHint().height())
        self.setGeometry(
            (parent.width() - width) // 2, parent.height() - height - theme.px(16), width, height
        )
