"""Everything in the window below its frame: panels and instruments around one document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from engine.diagnosis.baseline import baseline_of
from engine.diagnosis.rules import thresholds_of
from engine.errors import DivergedError, EngineError
from gui import theme
from gui.builder.inspector import Inspector
from gui.builder.network_view import NetworkView
from gui.builder.palette import LayerPalette
from gui.data.data_panel import DataPanel
from gui.doctor.verdict_strip import VerdictStrip
from gui.document.commands import Change
from gui.document.document import Document
from gui.document.file_folder import FileFolder
from gui.document.file_kinds import may_be_project
from gui.frames.frame import Frame
from gui.frames.run_info import FIRST, SECOND, RunInfo
from gui.hyper import TrainingSheet
from gui.hyper.bar import HyperBar
from gui.output import OutputPanel
from gui.plots import GradientPlot, LossPlot
from gui.plots.canvas import Canvas
from gui.runs.pair_bar import PairBar
from gui.runs.timeline import Timeline
from gui.templates import Gallery, Template, families
from gui.widgets import MessageBar
from gui.window.body import Body
from gui.window.document_files import DocumentFiles
from gui.window.explain_desk import ExplainDesk
from gui.window.initialiser_desk import InitialiserDesk
from gui.window.left_column import LeftColumn
from gui.window.pad_desk import PadDesk
from gui.window.pages import Pages
from gui.window.pair_desk import PairDesk
from gui.window.plot_exports import PlotExports
from gui.window.preferences import Settings
from gui.window.preparation import PREPARING, Preparation
from gui.window.right_column import Instrument, RightColumn
from gui.window.run_switches import RunSwitches
from gui.window.stage import Stage
from gui.window.theory_desk import TheoryDesk
from gui.window.top_bar import TopBar
from gui.window.transfer_report import TransferDialog
from gui.window.translation_desk import TranslationDesk
from gui.window.transport_bar import TransportBar
from gui.window.wishes import Wishes
from gui.workbench.pace import Speed
from gui.workbench.state import IDLE, State
from gui.workbench.words import headline, prospect
from gui.workbench.workbench import Workbench

if TYPE_CHECKING:
    from engine.experiments.outcome import Outcome
    from gui.doctor.limits_dialog import LimitsDialog

LOSS_TIP = "<p>The loss of training and validation examples over the steps.</p>"
GRADIENTS_TIP = "<p>The size of every layer’s gradient over the steps.</p>"
OUTPUT_TIP = "<p>What the network gives, and how good that is.</p>"
NOT_YET = "This cannot be trained yet."
PRESS_RUN = "Press Run to start"


class LabPage(QWidget):
    """The lab: one document, its workbench, and every view of them. GUI thread only.

    It is empty until `build` has run to its end.

    Parameters
    ----------
    document : Document
        What is built and trained.
    workbench : Workbench
        What trains it.
    settings : Settings
        What a person has chosen before.

    Signals
    -------
    boundary_shown()
        The first snapshot is on the screen.
    """

    boundary_shown = Signal()

    def __init__(self, document: Document, workbench: Workbench, settings: Settings,
                 parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document, self.workbench, self._settings = document, workbench, settings
        self._limits: LimitsDialog | None = None

    def build(self) -> Iterator[None]:
        """Make the parts one after the other, so that the window can answer in between."""
        document, workbench = self.document, self.workbench
        folder = FileFolder(self._settings.folder, self._settings.keep_folder)
        self._folder = folder
        self.files = DocumentFiles(document, self, workbench.checkpoint, folder)
        self.transport = TransportBar()
        self.hyper = HyperBar(document)
        self.top_bar = TopBar(self.transport, self.hyper)
        self.message = MessageBar()
        # Apart from other messages, so that none of them can take the place of lost work.
        self.offer = MessageBar()
        yield
        self.data_panel = DataPanel(document, folder)
        self.palette_panel = LayerPalette()
        yield
        self.inspector = Inspector(document)
        self.network = NetworkView(document)
        yield
        self.loss = LossPlot()
        yield
        self.gradients = GradientPlot()
        yield
        self.output = OutputPanel()
        self.strip, self.switches = VerdictStrip(), RunSwitches()
        self.pair_bar, self.timeline = PairBar(), Timeline()
        yield
        self._stage = Stage((self.network, self.inspector, self.output, self.loss, self.gradients),
                            workbench.clock.note_painted, self,
                            apart={one: one.picture for one in (self.loss, self.gradients)})
        self._wishes = Wishes((self.network, self.inspector, self.output, self.loss,
                               self.gradients, self.strip), self)
        self._seen_boundary = self._reports_transfer = False
        self._preparation = Preparation(workbench, self.strip, self._show_empty_text, self)
        self._arrange()
        yield
        self.sheet = TrainingSheet(document, self)
        self.desk = PairDesk(document, workbench, self.pair_bar, self.timeline, self.strip, self)
        self._wire()

    def import_table(self) -> None:
        """Open the dialog that imports a person's file."""
        self.data_panel.open_table_dialog()

    def bring_data(self) -> None:
        """Open the dialog for images, sounds, texts and series."""
        self.data_panel.open_bring_dialog()

    def choose_template(self) -> Gallery | None:
        """Open the gallery of templates; None, and a message, if there are none."""
        try:
            found = families()
        except EngineError as error:
            self._on_refused(error.sentence)
            return None
        gallery = Gallery(found, self)
        gallery.chosen.connect(self._on_gallery_chosen)
        gallery.finished.connect(gallery.deleteLater)
        gallery.open()
        return gallery

    def choose_start(self, *, foreign: bool = False) -> None:
        """Ask for a project, or another program's file, to take weights from; report what fits."""
        before = self.document.project.start_from
        if self.files.ask_weights() if foreign else self.files.ask_start():
            self._reports_transfer = self.document.project.start_from != before

    def start_fresh(self) -> None:
        """Draw all weights anew."""
        self.files.start_from(None)

    def show_limits(self) -> LimitsDialog:
        """Open the doctor's limits, beside which everything goes on."""
        if self._limits is None:
            # Few ask for it.
            from gui.doctor.limits_dialog import LimitsDialog

            self._limits = LimitsDialog(self.document, self)
            self._limits.finished.connect(self._on_limits_finished)
        self._limits.show()
        self._limits.raise_()
        self._limits.activateWindow()
        return self._limits

    def set_theme(self, scheme: theme.Scheme) -> None:
        """Show another theme, now and at the next start."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.apply(app, scheme)
            self._settings.theme = scheme

    def set_scale(self, factor: float) -> None:
        """Show text and controls at another size, now and at the next start."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.set_scale(app, factor)
            self._settings.scale = theme.scale()

    def toggle_log(self) -> None:
        """Switch the loss plot between a logarithmic and a plain axis."""
        self.loss.toggle_log()

    def shut_down(self) -> None:
        """Stop and wait for everything that works behind the window."""
        self._preparation.stop()
        self._stage.stop()
        for desk in (self.theory, self.initialisers, self.pages, self.translation):
            desk.shut_down()
        # Qt's undo stack tells of its end when its document is half gone already.
        self.document.undo_stack.blockSignals(True)
        self.workbench.shut_down()
        self.data_panel.shut_down()

    def open_dropped(self, paths: Sequence[Path]) -> None:
        """Open what was dropped onto the window: a project, a table, or other data."""
        if len(paths) == 1:
            self.open_chosen(paths[0])
        else:
            self.data_panel.open_own(paths)

    @Slot(object)
    def open_chosen(self, path: Path) -> None:
        """Open a file that was named or chosen: a project, or the dialog for such data."""
        if not may_be_project(path):
            self.data_panel.open_own((path,))
        elif self.files.may_leave():
            self.files.open(path)

    # Composition

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top_bar)
        self._inner = QVBoxLayout()
        column.addLayout(self._inner, 1)
        self._inner.addWidget(self.offer)
        self._inner.addWidget(self.message)
        self._inner.addWidget(self.pair_bar)
        self.left = LeftColumn(self.data_panel, self.palette_panel, self.inspector)
        self.right = RightColumn()
        self.body = Body(self.left, self.network, self.right, self)
        self._lab = QWidget()
        self._below = QVBoxLayout(self._lab)
        self._below.setContentsMargins(0, 0, 0, 0)
        self._inner.addWidget(self._lab, 1)
        self._below.addWidget(self.body, 1)
        self.right.fill((Instrument("loss", "Loss", LOSS_TIP, self.loss, 140, 4),
                         Instrument("gradients", "Gradients", GRADIENTS_TIP, self.gradients,
                                    150, 5),
                         Instrument("output", "Output", OUTPUT_TIP, self.output, 200, 6)))
        # The Tab key comes to things in the order in which they came here.
        self._below.addWidget(self.timeline)
        for part in (self.pair_bar, self.timeline):
            part.hide()
        self._foot = QHBoxLayout()
        self._foot.addWidget(self.strip, 1)
        self._foot.addWidget(self.switches)
        self._below.addLayout(self._foot)
        self.pages = Pages(self.document, self.workbench, self.top_bar.pages, self._lab,
                           self._inner, self._stage, self._folder, self._settings, self)
        self.explain = ExplainDesk(self.document, self._stage, self.pages, self.right,
                                   self.network, self)
        self.translation = TranslationDesk(self.document, self.workbench, self.pages, self.right,
                                           self.network, self)
        theme.notifier().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def _wire(self) -> None:
        self.theory = TheoryDesk(self.document, self.workbench, (self.network, self.gradients),
                                 parent=self)
        self.initialisers = InitialiserDesk(self.document, self.workbench, self.right, self,
                                            cover=self.network.set_cover)
        self.inspector.first_weights_requested.connect(self.initialisers.open_for)
        self.pad_desk = PadDesk(self.document, self.workbench, self.output.pad, self._folder, self)
        self.exports = PlotExports((self.loss, self.gradients, self.output, self.network),
                                   lambda: self.document.title, self._folder, self)
        self.pages.pictured.connect(self.exports.add)
        self._wire_document()
        self._wire_workbench()
        self._wire_pair()
        self._on_document_path_changed()
        self._on_workbench_state_changed(self.workbench.state)

    def _wire_document(self) -> None:
        document = self.document
        for view in (self.gradients, self.output):
            document.selection_changed.connect(view.set_selected)
        document.changed.connect(self._on_document_changed)
        document.sides_changed.connect(self._on_document_sides_changed)
        self._show_examples()
        self._show_limits()
        document.path_changed.connect(self._on_document_path_changed)
        document.undo_stack.cleanChanged.connect(self._on_document_path_changed)
        self.gradients.layer_selected.connect(document.select)
        self.gradients.show_view(self._settings.instrument)
        self.gradients.instrument_chosen.connect(self._on_gradients_instrument_chosen)
        self.gradients.frozen.connect(self.loss.set_frozen)
        self.loss.frozen.connect(self.gradients.set_frozen)
        self.strip.layer_selected.connect(document.select)
        self.strip.why_requested.connect(self.explain.open)
        self.explain.asked.connect(self.strip.answer)
        self.strip.mend_requested.connect(self._on_strip_mend_requested)
        self.strip.limits_requested.connect(self.show_limits)
        for clicked in (self.network.rows.clicked, self.gradients.layer_selected,
                        self.strip.layer_selected):
            clicked.connect(self._on_layer_clicked)
        self.palette_panel.insert_requested.connect(self.network.layer_actions.add)
        for refusing in (self.hyper, self.sheet, self.inspector, self.files, self.pages,
                         self.pad_desk, self.exports, self.initialisers):
            refusing.refused.connect(self._on_refused)
        self.pad_desk.told.connect(self._on_pad_desk_told)
        for saving in (self.files, self.pages, self.exports):
            saving.saved.connect(self._on_files_saved)
        self.files.saved_first.connect(self._on_files_saved_first)
        self.files.chosen.connect(self.open_chosen)
        self.hyper.more.requested.connect(self._on_more_requested)
        self.sheet.closed.connect(self.hyper.more.show_closed)
        self.top_bar.theme_requested.connect(self._on_top_bar_theme_requested)

    def _wire_workbench(self) -> None:
        bench, transport = self.workbench, self.transport
        transport.toggle_requested.connect(bench.toggle)
        transport.step_requested.connect(bench.step)
        transport.epoch_requested.connect(bench.step_epoch)
        transport.reset_requested.connect(self._on_transport_reset_requested)
        transport.speed.show_speed(bench.speed)
        transport.speed.speed_requested.connect(self._on_transport_speed_requested)
        bench.state_changed.connect(self._on_workbench_state_changed)
        bench.run_replaced.connect(self._on_workbench_run_replaced)
        bench.frame.connect(self._on_workbench_frame)
        bench.failed.connect(self._on_workbench_failed)
        self._wishes.changed.connect(bench.set_wanted)
        self.loss.count_changed.connect(self.gradients.set_count)

    def _wire_pair(self) -> None:
        bench, desk = self.workbench, self.desk
        self.switches.compare_requested.connect(desk.set_compares)
        self.switches.recorder_requested.connect(desk.show_recorder)
        desk.compare_action.toggled.connect(self.switches.compare.setChecked)
        desk.recorder_action.toggled.connect(self.switches.recorder.setChecked)
        desk.told.connect(self._on_desk_told)
        self.pages.told.connect(self._on_desk_told)
        desk.bands_changed.connect(self.loss.set_bands)
        bench.earlier_changed.connect(self._on_workbench_earlier_changed)
        bench.trial.decided.connect(self._on_trial_decided)
        self.gradients.parting_requested.connect(bench.request_parting)
        bench.parting_changed.connect(self.gradients.set_parting)

    # What the workbench tells

    @Slot(object)
    def _on_workbench_run_replaced(self, info: RunInfo) -> None:
        self._stage.set_run(info)
        if info.run != self._edited():
            return
        for view in (self.gradients, self.output):
            view.set_selected(self.document.selected)
        if info.transfer is not None and self._reports_transfer:
            self._reports_transfer = False
            source = Path(self.document.project.start_from).name
            order = [layer.id for layer in self.document.project.network]
            report = TransferDialog(info.transfer, source, order, self)
            report.freeze_requested.connect(self.document.freeze)
            report.finished.connect(report.deleteLater)
            report.open()

    @Slot(object)
    def _on_workbench_frame(self, frame: Frame) -> None:
        self._stage.show_frame(frame)
        if frame.run != self._edited():
            return
        self.transport.show_frame(frame)
        self.sheet.set_step(frame.step)
        self._tell(frame)
        if frame.snapshot is not None and not self._seen_boundary:
            self._seen_boundary = True
            self.boundary_shown.emit()

    def _tell(self, frame: Frame) -> None:
        """Say what there is to say of the run that is edited, or what has come of the pair."""
        bench, verdict = self.workbench, frame.verdict
        looks_back, outcome = frame.cursor is not None, bench.trial.outcome
        speaks = looks_back or bench.state is State.RUNNING or (
            bench.state in IDLE and not bench.sentence)
        # That the edited run has broken off is more than what had come of the pair before.
        is_last_word = outcome is not None and (outcome.code == "broke"
                                                or not self.desk.has_failed)
        if outcome is not None and is_last_word and not looks_back:
            self.strip.show_outcome(outcome)
        elif self.desk.has_failed:
            self.desk.show_box()
        elif verdict is None or not speaks:
            return
        elif looks_back and verdict.code == "waiting":
            self.strip.say("waiting", 0, f"Step {frame.cursor:,}.",
                           "Nothing had been said of the run yet.")
        elif bench.state is State.RUNNING and verdict.code == "waiting":
            # A large network may take a second for its first steps.
            self.strip.say("waiting", 0, "Running.", "The first figures are on their way.")
        else:
            self.strip.show_verdict(verdict, *self.desk.offers(verdict))

    def _tell_anew(self) -> None:
        """Say what there is to say where no frame is on its way that would."""
        key = self._edited()
        frame = self._stage.frame_of(key)
        if key not in self.workbench.runs:
            return
        run = self.workbench.runs[key]
        if run.state is State.INVALID:
            self.strip.say("flat", 1, NOT_YET, "" if run.message is None else run.message.text)
        elif frame is not None and frame.run_id == run.run_id:
            self._tell(frame)
        elif run.state is State.FAILED:
            self._say_failed("" if run.message is None else run.message.text)

    def _say_failed(self, sentence: str) -> None:
        """Say why the edited run has ended, and what was known to bring that about."""
        self.strip.show_failure(sentence, next(
            (note for note in self.document.notes if note.severity > 1), None))

    @Slot(object)
    def _on_trial_decided(self, _outcome: Outcome | None) -> None:
        self._tell_anew()

    @Slot()
    def _on_workbench_earlier_changed(self) -> None:
        self.loss.set_earlier(self.workbench.shown_earlier)

    @Slot(str)
    def _on_desk_told(self, sentence: str) -> None:
        self.message.show_message(sentence, topic="pair")

    @Slot(str, object)
    def _on_workbench_failed(self, run: str, error: EngineError) -> None:
        if run == self._edited() and isinstance(error, DivergedError):
            self.network.show_failure(error.layer_id)
        if run == self._edited() and self.workbench.state is not State.FAILED:
            # The other one goes on, and says nothing of this.
            self._say_failed(error.sentence)

    @Slot(object)
    def _on_workbench_state_changed(self, state: State) -> None:
        reason, sentence = self.workbench.reason, self.workbench.sentence
        waits = self.workbench.waits_to_run
        self.transport.show_state(state, sentence, waits=waits)
        self._show_empty_text(PREPARING if waits else PRESS_RUN if state is State.READY else "")
        self._preparation.follow(state)
        if state is State.INVALID:
            self.strip.say("flat", 1, NOT_YET, sentence)
        elif state is State.FAILED:
            self._say_failed(sentence)
        elif state is State.READY and reason is not None:
            self.strip.say("waiting", 0, headline(reason).text,
                           prospect(reason, self.workbench.begins_at).text)
        elif state is State.PAUSED and sentence:
            self.strip.say("waiting", 0, "Training has ended.", sentence)

    def _show_empty_text(self, text: str) -> None:
        """Say this in plots that have nothing to draw yet."""
        for canvas in self.right.findChildren(Canvas):
            canvas.set_empty_text(text)

    # What a person does

    @Slot(bool)
    def _on_more_requested(self, wanted: bool) -> None:
        if wanted:
            # Over the network, so that the plots stay in view.
            self.sheet.show_over(self.network)
            # Space goes on driving the run for those who came with the mouse.
            if self.hyper.more.button.hasFocus():
                self.sheet.take_focus()
        else:
            self.sheet.hide()

    @Slot()
    def _on_limits_finished(self) -> None:
        self._limits = None

    @Slot(str, str)
    def _on_strip_mend_requested(self, code: str, layer_id: str) -> None:
        try:
            self.document.mend(code, layer_id)
        except EngineError as error:
            self._on_refused(error.sentence)

    @Slot()
    def _on_layer_clicked(self) -> None:
        self.left.show_panel("inspector")

    @Slot()
    def _on_transport_reset_requested(self) -> None:
        self.workbench.reset()

    @Slot(object)
    def _on_transport_speed_requested(self, speed: Speed) -> None:
        self.workbench.set_speed(speed)
        self._settings.speed = speed

    @Slot()
    def _on_top_bar_theme_requested(self) -> None:
        self.set_theme("light" if theme.current().is_dark else "dark")

    @Slot(str)
    def tell_no_copy(self, reason: str) -> None:
        """Say that work would be lost if the program ended now."""
        self.message.show_message(
            f"There is no copy of unsaved work in case the program ends: {reason} Save it to a "
            "file.",
            "warning", topic="copy")

    @Slot(str)
    def _on_refused(self, sentence: str) -> None:
        self.message.show_message(sentence, "warning", topic="refused")

    @Slot(str)
    def _on_gradients_instrument_chosen(self, key: str) -> None:
        self._settings.instrument = key

    @Slot(str)
    def _on_pad_desk_told(self, sentence: str) -> None:
        self.message.show_message(sentence, "good", topic="drawings")

    @Slot(object)
    def _on_gallery_chosen(self, template: Template) -> None:
        if self.files.open_template(template.path):
            self.message.show_message(f"{self.document.title}. {template.watch}",
                                      topic="template")

    @Slot(object)
    def _on_files_saved(self, path: Path) -> None:
        self.message.show_message(f"Saved {path}.", "good", topic="saved")

    @Slot(object)
    def _on_files_saved_first(self, path: Path) -> None:
        self.message.show_message(
            f"Saved A in {path}. A text file holds one project: save as .bplab to keep B, too.",
            "warning", topic="saved")

    @Slot(object)
    def _on_document_changed(self, change: Change) -> None:
        # What a template promises holds for what it is made of; all else until the next edit.
        if change.opened or change.rows_changed or self.message.topic != "template":
            self.message.hide()
        if change.opened:
            self._reports_transfer = False
        self._show_examples()
        self._show_limits()
        if self.document.sides.is_pair:
            self._tell_anew()

    def _show_limits(self) -> None:
        self.strip.set_limits(self.document.project.limits)
        self.gradients.set_thresholds(thresholds_of(self.document.project.limits))

    @Slot()
    def _on_document_sides_changed(self) -> None:
        if not self.document.sides.is_pair:
            self._stage.drop(SECOND)
        self._stage.set_edited(self._edited())
        self._tell_anew()

    def _edited(self) -> str:
        """Return the key of the run that is edited."""
        return SECOND if self.document.sides.edits_second else FIRST

    def _show_examples(self) -> None:
        # The examples are known before the engine is ready for them.
        project, dataset = self.document.project, self.document.dataset
        self.output.set_dataset(dataset)
        self.output.set_chance(baseline_of(project, dataset).loss)

    @Slot()
    def _on_document_path_changed(self) -> None:
        mark = "*" if self.document.is_modified() else ""
        self.top_bar.set_title(self.document.title + mark)

    @Slot()
    def _on_theme_changed(self) -> None:
        gap = theme.px(8)
        self._inner.setContentsMargins(gap, gap, gap, gap)
        for column in (self._inner, self._below):
            column.setSpacing(gap)
        self._foot.setSpacing(theme.px(6))
        self.body.restyle()
        self.right.take_usual_heights()
