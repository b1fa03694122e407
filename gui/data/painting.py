"""Joins the plane to paint on with the document: each stroke is an edit of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace
from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from engine.data import PAINTED
from engine.data.painted import paint_over
from engine.errors import EngineError
from engine.spec import PaintedSpec
from gui.data.paint_dialog import PaintDialog
from gui.document.document import Change, Document


class Painting(QObject):
    """Opens the plane, and lets document and plane follow one another. GUI thread only.

    Parameters
    ----------
    document : Document
        What learns from what is painted.
    clean : Mapping[str, Any]
        Fields of `engine.spec.DataSpec` that painted points have no use for.
    parent : QObject | None
        Qt's owner.
    """

    def __init__(self, document: Document, clean: Mapping[str, Any],
                 parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._clean = document, clean
        self._dialog: PaintDialog | None = None
        document.changed.connect(self._on_document_changed)

    def open(self, window: QWidget) -> PaintDialog:
        """Show the plane with the points that are there; the window stays in use."""
        if self._dialog is None:
            self._dialog = PaintDialog(self._points(), window)
            self._dialog.painted.connect(self._on_dialog_painted)
            self._dialog.finished.connect(self._on_dialog_finished)
        self._dialog.show()
        self._dialog.raise_()
        return self._dialog

    def _points(self) -> PaintedSpec:
        """Return the points that can be painted on."""
        data, dataset = self._document.project.data, self._document.dataset
        if data.source == PAINTED or dataset.points is None:
            return data.painted
        return paint_over(dataset)

    @Slot(object)
    def _on_dialog_painted(self, painted: PaintedSpec) -> None:
        """Learn from what is painted, as soon as that can be learned from."""
        data = replace(self._document.project.data, source=PAINTED, painted=painted, path="",
                       goal="predict", **self._clean)
        problem = ""
        try:
            self._document.set_data(data)
        except EngineError as error:
            problem = error.sentence
        if self._dialog is not None:
            self._dialog.tell(problem)

    @Slot(object)
    def _on_document_changed(self, change: Change) -> None:
        if self._dialog is None:
            return
        data = self._document.project.data
        if change.opened:
            self._dialog.close()
        elif data.source == PAINTED:
            self._dialog.follow(data.painted)

    @Slot()
    def _on_dialog_finished(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None
