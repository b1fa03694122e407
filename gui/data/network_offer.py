"""The offer of a network that suits what a person has brought."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

from PySide6.QtCore import QObject, Signal, Slot

from engine.layers.suited import suited
from engine.spec import NetworkSpec
from gui.document.document import Document
from gui.widgets import MessageBar

SUITED = "suited"
"""Topic of the message."""
OFFERS: Mapping[str, tuple[str, str]] = MappingProxyType({
    "image": ("Convolutions suit images: they see neighbours.", "Use convolutions"),
    "sound": ("Convolutions suit sounds: they see neighbours.", "Use convolutions"),
    "steps": ("A recurrent layer suits series: it goes step by step.", "Use a GRU"),
    "tokens": ("A mean over the words suits texts: their places matter little.", "Use the mean"),
})
"""What is said, and the word on the button, by the kind of an example."""


class NetworkOffer(QObject):
    """Offers such a network once data have been brought. GUI thread only.

    Parameters
    ----------
    document : Document
        What is edited.
    message : MessageBar
        Where it is told.
    parent : QObject
        Qt's owner.

    Signals
    -------
    accepted(object)
        A person wants it: the edit to be done.
    """

    accepted = Signal(object)

    def __init__(self, document: Document, message: MessageBar, parent: QObject) -> None:
        super().__init__(parent)
        self._document, self._message = document, message
        self._network: NetworkSpec | None = None
        message.action_requested.connect(self._on_message_action_requested)

    def offer(self) -> None:
        """Offer a network where the one that is there does not see the order of the numbers."""
        dataset = self._document.dataset
        example = dataset.example
        if dataset.task not in ("classification", "regression") or example.kind not in OFFERS:
            return
        self._network = suited(self._document.project.network, example.kind, example.shape,
                               dataset.vocabulary)
        if self._network is not None:
            sentence, word = OFFERS[example.kind]
            self._message.show_message(sentence, action=word, topic=SUITED)

    @Slot()
    def _on_message_action_requested(self) -> None:
        if self._message.topic == SUITED and self._network is not None:
            word = OFFERS[self._document.dataset.example.kind][1]
            self.accepted.emit(partial(self._document.set_network, self._network, word.lower()))
