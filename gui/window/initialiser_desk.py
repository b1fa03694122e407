"""Joins the initialiser lab with document and workbench: what is measured, expected and used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal, Slot

from engine.errors import EngineError
from engine.spec import NetworkSpec
from gui.frames.theory import Theory
from gui.labs.draft import rebased
from gui.workbench.latest import Latest

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from engine.data.dataset import Dataset
    from engine.messages import Message
    from engine.spec import ProjectSpec
    from engine.telemetry.snapshot import LayerReading
    from engine.theory import GainCurve
    from gui.document.document import Document
    from gui.labs.initialiser_lab import InitialiserLab
    from gui.workbench.workbench import Workbench

PROBE = 64
"""Examples of the batch on which is measured."""

DRAWING = "Hidden while you draw what you expect."


class Expected(NamedTuple):
    """What theory says of a project.

    Attributes
    ----------
    theory : Theory
        Of every layer.
    left : Message | None
        What all layers leave, in words.
    curves : callable
        Returns chi over the gain of the layers with these ids.
    """

    theory: Theory
    left: Message | None
    curves: Callable[[Sequence[str]], Sequence[GainCurve]]


Expectation = Callable[["ProjectSpec", "Dataset"], Expected]


class InitialiserDesk(QObject):
    """Lets a person try out first weights beside the network. GUI thread only.

    The lab is made when it is opened for the first time. While it is closed, nothing is measured.

    Parameters
    ----------
    document, workbench : Document, Workbench
        What is edited, and what measures.
    area : QWidget
        Over which part of the window it opens.
    parent : QWidget
        The window's content.
    cover : callable
        Hides what tells how it is, and says why; with an empty text, shows it again.
    expect : callable
        What theory expects; by default that of `engine.theory`.

    Attributes
    ----------
    lab : InitialiserLab | None
        The lab, once it has been opened.

    Signals
    -------
    refused(str)
        Something could not be done; why.
    """

    refused = Signal(str)

    def __init__(self, document: Document, workbench: Workbench, area: QWidget, parent: QWidget,
                 *, cover: Callable[[str], object], expect: Expectation | None = None) -> None:
        super().__init__(parent)
        self._cover = cover
        self._document, self._bench = document, workbench
        self._area, self._page = area, parent
        self._expect = expect or expected
        self._own = NetworkSpec()
        self._shown: object = None
        self.lab: InitialiserLab | None = None
        self._asking = Latest("theory of a lab", self)
        self._asking.done.connect(self._on_asking_done)
        self._asking.failed.connect(self._on_asking_failed)
        workbench.first_passes.measured.connect(self._on_measured)
        workbench.first_passes.failed.connect(self._on_measuring_failed)
        document.changed.connect(self._on_document_changed)
        document.sides_changed.connect(self._on_document_changed)
        document.selection_changed.connect(self._on_selection_changed)

    def shut_down(self) -> None:
        """Wait for the thread that predicts."""
        self._asking.shut_down()

    @Slot()
    def open(self) -> None:
        """Open the lab, with the project's own weights; close it where it is open."""
        lab = self.lab or self._made()
        if lab.isVisible():
            lab.hide()
            return
        lab.show_over(self._area)
        self._show(self._document.project.network)
        lab.set_selected(self._document.selected)
        lab.take_focus()

    @Slot(str)
    def open_for(self, layer_id: str) -> None:
        """Open the lab, if it is not open, with its sliders for one layer."""
        self._document.select(layer_id)
        if not self._is_open():
            self.open()
        if self.lab is not None:
            self.lab.show_one()

    def _made(self) -> InitialiserLab:
        from gui.labs.initialiser_lab import InitialiserLab

        lab = self.lab = InitialiserLab(self._page)
        lab.tried.connect(self._measure)
        lab.used.connect(self._on_lab_used)
        lab.reset_requested.connect(self._on_lab_reset_requested)
        lab.layer_selected.connect(self._document.select)
        lab.closed.connect(self._on_lab_closed)
        lab.drawing_changed.connect(self._on_drawing_changed)
        return lab

    def _show(self, tried: NetworkSpec) -> None:
        """Show what is tried out beside the project's own, and measure it."""
        lab, document = self.lab, self._document
        if lab is None:
            return
        own = self._own = document.project.network
        self._shown = self._decisive()
        names = {layer.id: f"layer {place}" for place, layer in enumerate(own) if place}
        reason = document.issues[0].text if document.issues else ""
        lab.set_network(own, tried, names, reason)
        self._measure(tried)

    @Slot(object)
    def _measure(self, network: NetworkSpec) -> None:
        document = self._document
        if document.issues:
            self._bench.first_passes.release()
            self._asking.forget()
            return
        dataset = document.dataset
        project = replace(document.project, network=network, training=replace(
            document.project.training, batch_size=min(PROBE, len(dataset.training))))
        self._bench.first_passes.ask(project, dataset)
        self._asking.ask(partial(self._expect, project, dataset))

    def _decisive(self) -> object:
        """Return what of the document decides what is measured."""
        project = self._document.project
        training = project.training
        return (project.network, project.data, training.loss, training.seed, training.precision,
                training.class_weights, self._document.sides.edits_second)

    def _is_open(self) -> bool:
        return self.lab is not None and self.lab.isVisible()

    @Slot(object)
    def _on_measured(self, readings: Sequence[LayerReading]) -> None:
        if self.lab is not None and self._is_open():
            self.lab.set_readings(readings)

    @Slot(str)
    def _on_measuring_failed(self, sentence: str) -> None:
        if self.lab is not None and self._is_open():
            self.lab.say(sentence)

    @Slot(object)
    def _on_asking_done(self, found: Expected) -> None:
        if self.lab is not None and self._is_open():
            self.lab.set_theory(*found)

    @Slot()
    def _on_asking_failed(self) -> None:
        # Of what theory cannot read, it says nothing; measuring says what is wrong.
        if self.lab is not None and self._is_open():
            self.lab.set_theory(Theory(), None, lambda _layer_ids: ())

    @Slot(object)
    def _on_lab_used(self, network: NetworkSpec) -> None:
        try:
            self._document.set_network(network, "use other initial weights")
        except EngineError as error:
            self.refused.emit(error.sentence)

    @Slot()
    def _on_lab_reset_requested(self) -> None:
        self._show(self._document.project.network)

    @Slot()
    def _on_lab_closed(self) -> None:
        self._asking.forget()
        self._bench.first_passes.release()

    @Slot(bool)
    def _on_drawing_changed(self, is_drawing: bool) -> None:
        self._cover(DRAWING if is_drawing else "")

    @Slot()
    def _on_document_changed(self) -> None:
        if self.lab is not None and self._is_open() and self._shown != self._decisive():
            self._show(rebased(self.lab.network(), self._own, self._document.project.network))

    @Slot(str)
    def _on_selection_changed(self, layer_id: str) -> None:
        if self.lab is not None:
            self.lab.set_selected(layer_id)


def expected(project: ProjectSpec, dataset: Dataset) -> Expected:
    """Return what theory says of a project."""
    # Not at the top: no start of the program waits for it.
    from engine.theory import gain_curves, predict
    from engine.theory.criticality import product_in_words
    from gui.labs.initialiser_lab import GAINS

    found = predict(project, dataset)
    network = project.network
    behind_data = [layer.id for layer in network.layers[1:]]
    return Expected(Theory({one.layer_id: one for one in found.layers}),
                    product_in_words(found, behind_data),
                    partial(gain_curves, network, dataset.n_inputs, gains=np.array(GAINS)))
