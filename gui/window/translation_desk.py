"""Lets the script of another library stand beside the network and follow it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication

from engine.errors import EngineError
from engine.export.names import file_stem
from gui.workbench.drafting import Draft, Drafts
from gui.workbench.latest import Latest

if TYPE_CHECKING:
    from engine.export.graph import Graph
    from gui.builder.network_view import NetworkView
    from gui.document.document import Document
    from gui.translation.pane import TranslationPane
    from gui.translation.script import Script
    from gui.window.pages import Pages
    from gui.window.right_column import RightColumn
    from gui.workbench.workbench import Workbench

CALM_MS = 200
"""How long an edit has to rest before the script follows: a slider makes many."""
NOT_YET = "This cannot be trained yet."


class Answer(NamedTuple):
    """What has come of a request for a script.

    Attributes
    ----------
    library : str
        Its key.
    script : Script | None
        The script; None where the library cannot say it.
    refusal : str
        Why, in a sentence.
    """

    library: str
    script: Script | None
    refusal: str = ""


def written(graph: Graph, stem: str, library: str) -> Answer:
    """Return a project in the words of a library, or why that has none; in any thread."""
    # Not at the top: no start of the program waits for what leads out of it.
    from engine.export.targets import target
    from gui.translation.script import script_of

    try:
        return Answer(library, script_of(target(library).write(graph, stem)))
    except EngineError as error:
        return Answer(library, None, error.sentence)


class TranslationDesk(QObject):
    """Shows the translation pane, and keeps it and the network at one. GUI thread only.

    The pane is made when it is opened for the first time. What it shows is drafted in the training
    thread and written in one of its own; while it is not seen, nothing is.

    Parameters
    ----------
    document, workbench : Document, Workbench
        What is translated, and the run whose weights go with it.
    pages : Pages
        The window's pages, of which one is seen.
    right : RightColumn
        Where the pane stands.
    network : NetworkView
        Whose rows and the script's lines light one another.

    Attributes
    ----------
    pane : TranslationPane | None
        The pane, once it has been opened.

    Signals
    -------
    toggled(bool)
        The pane has been opened or closed.
    export_requested(str)
        The script is to be written to a file; key of its library.
    """

    toggled = Signal(bool)
    export_requested = Signal(str)

    def __init__(self, document: Document, workbench: Workbench, pages: Pages, right: RightColumn,
                 network: NetworkView, parent: QObject) -> None:
        super().__init__(parent)
        self._document, self._bench, self._pages = document, workbench, pages
        self._right, self._network = right, network
        self.pane: TranslationPane | None = None
        self.is_open = False
        self._draft: Draft | None = None
        self._asked: tuple[object, ...] = ()
        self._answers: dict[str, Answer] = {}
        self._calm = QTimer(self)
        self._calm.setSingleShot(True)
        self._calm.setInterval(CALM_MS)
        self._calm.timeout.connect(self._ask)
        self._drafts = Drafts(workbench.runs, self)
        self._drafts.drafted.connect(self._on_drafts_drafted)
        self._drafts.failed.connect(self._on_failed)
        self._writing = Latest("a script", self)
        self._writing.done.connect(self._on_writing_done)
        self._writing.failed.connect(self._on_failed)
        document.changed.connect(self._on_document_changed)
        document.sides_changed.connect(self._on_document_changed)

    @property
    def is_busy(self) -> bool:
        """Whether a script is on its way."""
        return self._calm.isActive() or self._drafts.is_waiting or self._writing.is_busy

    def shut_down(self) -> None:
        """Wait for the thread that writes."""
        self._calm.stop()
        self._writing.shut_down()

    @Slot()
    def toggle(self) -> None:
        """Open the pane beside the network, or close it where it is seen."""
        if self.is_open and self._is_seen():
            self.close()
        else:
            self.open()

    def open(self) -> None:
        """Show the script beside the network."""
        from gui.window.pages import LAB

        self._pages.show(LAB)
        pane = self.pane or self._made()
        self.is_open = True
        self._right.show_page(pane)
        pane.code.set_selected(self._document.selected)
        self._ask()
        self.toggled.emit(True)

    @Slot()
    def close(self) -> None:
        """Give the instruments their place again."""
        if self.pane is None or not self.is_open:
            return
        self.is_open = False
        had_focus = self.pane.isAncestorOf(QApplication.focusWidget() or self._network)
        self._right.drop_page(self.pane)
        self._network.rows.mark("")
        self._rest()
        if had_focus:
            self._network.setFocus(Qt.FocusReason.OtherFocusReason)
        self.toggled.emit(False)

    def _made(self) -> TranslationPane:
        from gui.translation.pane import TranslationPane

        pane = self.pane = TranslationPane()
        rows = self._network.rows
        pane.closed.connect(self.close)
        # What was edited while it was not seen is followed now.
        pane.came.connect(self._ask)
        pane.export_requested.connect(self.export_requested)
        pane.library_chosen.connect(self._on_pane_library_chosen)
        pane.layer_chosen.connect(self._document.select)
        pane.layer_hovered.connect(rows.mark)
        rows.layer_hovered.connect(pane.code.set_hovered)
        self._document.selection_changed.connect(pane.code.set_selected)
        return pane

    def _is_seen(self) -> bool:
        return self.pane is not None and self.is_open and self.pane.isVisible()

    def _rest(self) -> None:
        """Ask for nothing more, and let go of what there is."""
        self._calm.stop()
        self._drafts.release()
        self._writing.forget()
        self._draft, self._asked = None, ()
        self._answers.clear()
        if self.pane is not None:
            self.pane.begin()

    @Slot()
    def _ask(self) -> None:
        """Have the project as it is now drafted, and then written."""
        pane, document, key = self.pane, self._document, self._bench.edited
        if pane is None or not self.is_open:
            return
        asked = document.project, id(document.dataset), key
        if asked == self._asked:
            return
        self._asked = asked
        self._draft = None
        self._answers.clear()
        self._writing.forget()
        if document.issues:
            self._drafts.release()
            pane.refuse(NOT_YET, document.issues[0].text)
            return
        pane.set_titles({row.layer_id: f"{row.label}, layer {row.position}" for row in
                         self._network.rows.model_of_rows.rows if not row.is_input})
        pane.wait()
        self._drafts.ask(document.project, document.dataset, key)

    def _write(self) -> None:
        """Show the script of the library that is chosen, written now if need be."""
        pane, draft = self.pane, self._draft
        if pane is None or draft is None:
            return
        from gui.translation.pane import LIBRARIES

        library = pane.library
        answer = self._answers.get(library)
        if answer is None:
            pane.wait()
            self._writing.ask(partial(written, draft.graph, file_stem(self._document.title),
                                      library))
        elif answer.script is None:
            pane.refuse(f"{LIBRARIES[library]} cannot say this.", answer.refusal)
        else:
            pane.show_script(answer.script, f"the weights of step {draft.step:,}" if draft.step else
                             "the first weights")

    @Slot(object)
    def _on_drafts_drafted(self, draft: Draft) -> None:
        self._draft = draft
        self._write()

    @Slot(object)
    def _on_writing_done(self, answer: Answer) -> None:
        self._answers[answer.library] = answer
        self._write()

    @Slot(object)
    def _on_failed(self, error: EngineError) -> None:
        if self.pane is not None:
            self.pane.refuse("There is no script of this.", error.sentence)

    @Slot(str)
    def _on_pane_library_chosen(self, _library: str) -> None:
        if self.pane is not None:
            self.pane.begin()
        self._write()

    @Slot()
    def _on_document_changed(self) -> None:
        if self._is_seen():
            self._calm.start()
