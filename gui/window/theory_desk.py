"""Keeps what theory expects of the runs up to date, and shows it beside what is measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Protocol
from weakref import ReferenceType, ref

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction, QActionGroup

from gui.frames.run_info import FIRST, SECOND
from gui.frames.theory import Expected, Theory
from gui.workbench.latest import Latest
from gui.workbench.state import State

if TYPE_CHECKING:
    from engine.data.dataset import Dataset
    from engine.spec import ProjectSpec
    from gui.document.document import Document
    from gui.frames.frame import Frame
    from gui.frames.run_info import RunInfo
    from gui.workbench.workbench import Workbench

PROBE = 64
"""Examples of the batch on which gradients are measured before the first step."""
KEPT = 8
"""Predictions that are known still: undoing may bring their networks back."""
TIP = ("Marks on every bar, and with fine dots over depth, the gradient that theory expects with "
       "such random weights.")


class PredictionLike(Protocol):
    """What theory expects of a project; see `engine.theory.Prediction`."""

    @property
    def layers(self) -> Sequence[Expected]:
        """Of every layer, in the network's order."""


Squares = Mapping[str, float]
"""Mean squares of parameters by name, ``layer-id/w``."""
Predict = Callable[["ProjectSpec", "Dataset", Squares | None], PredictionLike]
OFF, START, WEIGHTS = "off", "start", "weights"
MODES = {
    OFF: ("Off", "Shows what is measured alone."),
    START: ("At the start", TIP),
    WEIGHTS: ("For these weights", "The same for random weights as large as those of the step that "
                                   "is seen. While training goes on, it stays at that step."),
}
"""What a person can choose: title and tooltip."""


class TheoryView(Protocol):
    """What shows theory beside measurement."""

    def set_theory(self, theories: Mapping[str, Theory], /) -> None:
        """Show it, by the keys of the runs."""


class Question(NamedTuple):
    """What decides a prediction: the project as far as it matters, with its batch, and its data.

    Where it is not of the first weights, also the step, and how large weights are there. What is
    known of data lasts longer than the data themselves, which may take hundreds of megabytes.
    """

    project: ProjectSpec
    dataset: ReferenceType[Dataset]
    step: int | None = None
    squares: Squares | None = None


class TheoryDesk(QObject):
    """Asks for predictions beside the window's thread, and gives them to views. GUI thread only.

    The first is made once the engine is ready, and then one whenever network, data, loss or batch
    change; until it is there, nothing is shown of the network that was.

    Parameters
    ----------
    document, workbench : Document, Workbench
        What is edited, and what runs.
    views : Sequence[TheoryView]
        What shows them.
    predict : callable
        What theory expects of a project on its data; by default `engine.theory.predict`.

    Attributes
    ----------
    modes : dict[str, QAction]
        What a person can choose, by the keys of `MODES`.
    """

    def __init__(self, document: Document, workbench: Workbench, views: Sequence[TheoryView],
                 predict: Predict | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._views = document, tuple(views)
        self._predict = predict or predicted
        self._known: list[tuple[Question, Theory]] = []
        self._asked: list[Question] = []
        self._begun: dict[str, bool] = {}
        self._waits = workbench.state is State.PREPARING
        self._shown: Mapping[str, Theory] = {}
        self._asking = Latest("theory", self)
        self._asking.done.connect(self._on_asking_done)
        self._asking.failed.connect(self._on_asking_failed)
        self._bench = workbench
        self._weighed: dict[str, tuple[int, Squares]] = {}
        self.modes = self._made_modes()
        self.modes[START].setChecked(True)
        document.changed.connect(self._refresh)
        document.sides_changed.connect(self._refresh)
        workbench.frame.connect(self._on_workbench_frame)
        workbench.run_replaced.connect(self._on_workbench_run_replaced)
        workbench.state_changed.connect(self._on_workbench_state_changed)
        workbench.weighing.weighed.connect(self._on_weighing_weighed)
        self._refresh()

    def _made_modes(self) -> dict[str, QAction]:
        group, found = QActionGroup(self), {}
        for key, (title, tip) in MODES.items():
            action = found[key] = QAction(title, self)
            action.setCheckable(True)
            action.setToolTip(tip)
            action.triggered.connect(self._on_mode_triggered)
            group.addAction(action)
        return found

    @property
    def is_waiting(self) -> bool:
        """Whether a prediction is on its way."""
        return self._asking.is_busy

    def mode(self) -> str:
        """Return what is chosen, a key of `MODES`."""
        return next(key for key, action in self.modes.items() if action.isChecked())

    def shut_down(self) -> None:
        """Wait for the thread that predicts."""
        self._asking.shut_down()

    def _questions(self) -> dict[str, Question]:
        """Return what is to be known of each run that can be trained, by its key."""
        found = {}
        sides = (False, True) if self._document.sides.is_pair else (False,)
        for second in sides:
            examined = self._document.examined(second=second)
            if examined.issues:
                continue
            key = SECOND if second else FIRST
            project, examples = examined.project, len(examined.dataset.training)
            size = project.training.batch_size or examples
            # Before the first step, bars are those of the probe batch.
            batch = min(size if self._begun.get(key) else PROBE, examples)
            question = Question(_decisive(project, batch), ref(examined.dataset))
            if self.mode() == START:
                found[key] = question
            elif key in self._weighed:
                step, squares = self._weighed[key]
                found[key] = question._replace(step=step, squares=squares)
        return found

    def _known_of(self, question: Question) -> Theory | None:
        return next((theory for asked, theory in self._known if asked == question), None)

    @Slot()
    def _refresh(self) -> None:
        """Show what is known, and ask for what is not."""
        questions = {} if self.mode() == OFF else self._questions()
        known = {key: self._known_of(question) for key, question in questions.items()}
        self._show({key: theory for key, theory in known.items() if theory is not None})
        missing = [questions[key] for key, theory in known.items() if theory is None]
        if not missing or self._waits:
            self._asking.forget()
        elif not self._asking.is_busy or missing != self._asked:
            self._asked = missing
            asked = [(question, question.dataset()) for question in missing]
            self._asking.ask(partial(_answers, asked, self._predict))

    def _show(self, theories: Mapping[str, Theory]) -> None:
        if theories != self._shown:
            self._shown = theories
            for view in self._views:
                view.set_theory(theories)

    @Slot(object)
    def _on_asking_done(self, answers: list[tuple[Question, Theory]]) -> None:
        self._known = (self._known + answers)[-KEPT:]
        self._refresh()

    @Slot()
    def _on_asking_failed(self) -> None:
        # Of what theory cannot read, it says nothing; the run says what is wrong.
        self._show({})

    def _weigh(self, key: str) -> None:
        if self.mode() == WEIGHTS:
            self._bench.weighing.ask(key)

    @Slot()
    def _on_mode_triggered(self) -> None:
        self._weighed = {}
        for run in self._bench.runs:
            self._weigh(run.key)
        self._refresh()

    @Slot(str, int, object)
    def _on_weighing_weighed(self, key: str, step: int, squares: Squares) -> None:
        if self.mode() == WEIGHTS:
            self._weighed[key] = step, squares
            self._refresh()

    @Slot(object)
    def _on_workbench_state_changed(self, state: State) -> None:
        # At the start of the program, the engine comes first.
        if self._waits and state is not State.PREPARING:
            self._waits = False
            self._refresh()

    @Slot(object)
    def _on_workbench_run_replaced(self, info: RunInfo) -> None:
        # What was known is of other weights.
        self._weighed.pop(info.run, None)
        self._weigh(info.run)

    @Slot(object)
    def _on_workbench_frame(self, frame: Frame) -> None:
        step = frame.step if frame.cursor is None else frame.cursor
        if self._begun.get(frame.run, False) != (step > 0):
            self._begun[frame.run] = step > 0
            self._refresh()
        known = self._weighed.get(frame.run)
        if not frame.running and known is not None and known[0] != step:
            self._weigh(frame.run)


def predicted(project: ProjectSpec, dataset: Dataset, squares: Squares | None) -> PredictionLike:
    """Return what theory expects of a project, or of weights as large as these."""
    # Not at the top: no start of the program waits for it.
    from engine.theory import predict

    return predict(project, dataset, weights=squares)


def _answers(asked: Sequence[tuple[Question, Dataset | None]], predict: Predict
             ) -> list[tuple[Question, Theory]]:
    """Return what theory expects in each case. In the thread that predicts."""
    found = []
    for question, dataset in asked:
        if dataset is not None:
            layers = predict(question.project, dataset, question.squares).layers
            theory = Theory({one.layer_id: one for one in layers}, question.step)
            found.append((question, theory))
    return found


def _decisive(project: ProjectSpec, batch: int) -> ProjectSpec:
    """Return a project without what makes no difference to a gradient at the start."""
    training = project.training
    return type(project)(network=project.network, data=project.data, training=type(training)(
        loss=training.loss, batch_size=batch, huber_delta=training.huber_delta,
        label_smoothing=training.label_smoothing, class_weights=training.class_weights))
