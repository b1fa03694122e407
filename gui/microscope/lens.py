"""What the microscope looks at: a step, a place in it, a number; the page's parts all follow it."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from engine.microscope.dissection import Dissection
from engine.microscope.ladder import Ladder, ladder
from engine.microscope.number import Number
from engine.microscope.statement import Statement
from engine.microscope.trace import Trace
from engine.microscope.walk import Level, MicroStep, Walk

Index = tuple[int, ...]
SPEEDS = (0.5, 1.0, 2.0, 5.0, 20.0)
"""Micro-steps a second."""


class Lens(QObject):
    """Holds where one stands in a step. GUI thread only.

    Signals
    -------
    dissected()
        Another step is looked at, or the same one with another mistake in it; everything is new.
    moved()
        It stands at another micro-step, or at another level of detail.
    opened()
        Another number is open, or another example under the pointer.
    played(bool)
        Whether it walks on by itself.
    """

    dissected = Signal()
    moved = Signal()
    opened = Signal()
    played = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.dissection: Dissection | None = None
        self._trace: Trace | None = None
        self._walk: Walk | None = None
        self._ladder: Ladder | None = None
        self._level, self._place, self._example = Level.NEURON, 0, 0
        self._index: Index | None = None
        self._statement = 0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._on_timer_timeout)
        self.set_speed(1.0)

    # What is looked at

    @property
    def trace(self) -> Trace:
        """The step; only while there is one."""
        assert self._trace is not None
        return self._trace

    @property
    def walk(self) -> Walk:
        """Its micro-steps at the present level."""
        assert self._walk is not None
        return self._walk

    @property
    def ladder(self) -> Ladder:
        """The gradient at every layer."""
        if self._ladder is None:
            self._ladder = ladder(self.trace)
        return self._ladder

    @property
    def is_empty(self) -> bool:
        """Whether there is no step yet."""
        return self._trace is None

    def look_at(self, dissection: Dissection | None, trace: Trace | None = None) -> None:
        """Look at another step; ``trace`` in place of its own is one with a mistake in it.

        The place in the walk is kept where the program is the same; where its arrays alone have
        another shape, the line is.
        """
        before = None if self._trace is None else self._trace.program.statements
        stood = None if self._walk is None else self._walk.step(self._place)
        self.dissection = dissection
        self._trace = trace or (None if dissection is None else dissection.trace)
        self._ladder = None
        self.pause()
        if self._trace is None:
            self._walk = None
            self.dissected.emit()
            return
        program = self._trace.program
        self._walk = Walk(program, self._level)
        if before is None or stood is None or [one.name for one in before] != [
                one.name for one in program.statements]:
            self._place, self._index, self._example = 0, None, 0
            self._statement = self._walk.step(0).statement
        elif [one.shape for one in before] != [one.shape for one in program.statements]:
            shape = program.statements[stood.statement].shape
            unit = min(stood.unit, shape[-1] - 1) if shape else 0
            self._place, self._example = self._walk.place(stood.statement, max(unit, 0)), 0
            self._follow()
        self.dissected.emit()

    # Where it stands

    @property
    def level(self) -> Level:
        """How finely it is walked through."""
        return self._level

    @property
    def place(self) -> int:
        """Micro-steps before this one."""
        return self._place

    @property
    def micro_step(self) -> MicroStep:
        """The micro-step in hand."""
        return self.walk.step(self._place)

    @property
    def statement(self) -> Statement:
        """The statement in hand."""
        return self.trace.program.statements[self.micro_step.statement]

    def is_done(self, statement: int) -> bool:
        """Say whether a statement has been computed where one stands, wholly or in part."""
        return statement <= self.micro_step.statement

    def go(self, place: int) -> None:
        """Stand at a micro-step; the nearest one there is."""
        place = max(0, min(place, len(self.walk) - 1))
        if place == self._place:
            return
        self._place = place
        self._follow()
        self.moved.emit()

    def go_to(self, statement: int, unit: int = 0, index: Index | None = None) -> None:
        """Stand where a number is computed, and open it."""
        self.go(self.walk.place(statement, unit, index))
        if index is not None:
            self.open(statement, index)

    def forward(self) -> None:
        """Go on by one."""
        self.go(self._place + 1)

    def back(self) -> None:
        """Go back by one."""
        self.go(self._place - 1)

    def finish_phase(self) -> None:
        """Go to the beginning of the next layer's part."""
        self.go(self.walk.next_group(self._place))

    def back_phase(self) -> None:
        """Go to the beginning of this part, or of the one before."""
        group = self.micro_step.group
        begin = self.walk.group_begin(group)
        self.go(begin if begin < self._place or group == 0 else self.walk.group_begin(group - 1))

    def set_level(self, level: Level) -> None:
        """Walk more or less finely, from the same statement on."""
        if level is self._level:
            return
        step = None if self.is_empty else self.micro_step
        self._level = level
        if step is None:
            return
        self._walk = Walk(self.trace.program, level)
        self._place = self._walk.place(step.statement, max(step.unit, 0), step.index)
        self._follow()
        self.moved.emit()

    # The number that is open

    @property
    def opened_statement(self) -> int:
        """Of which statement a number is open."""
        return self._statement

    @property
    def opened_index(self) -> Index:
        """Which of its numbers."""
        shape = self.trace.program.statements[self._statement].shape
        return self._index if self._index is not None else (0,) * len(shape)

    def open(self, statement: int, index: Index) -> None:
        """Open a number."""
        self._statement, self._index = statement, index
        if self.trace.program.statements[statement].per_example and index:
            self._example = index[0]
        self.opened.emit()

    def number(self) -> Number:
        """Return the number that is open, taken apart."""
        return self.trace.number(self._statement, self.opened_index)

    @property
    def example(self) -> int:
        """The example of the batch that is marked everywhere."""
        return self._example

    def mark_example(self, example: int) -> None:
        """Mark another example; a number of one example is opened for that one."""
        if example == self._example:
            return
        self._example = example
        one = self.trace.program.statements[self._statement]
        if one.per_example and self.opened_index:
            self._index = (example, *self.opened_index[1:])
        self.opened.emit()

    def _follow(self) -> None:
        """Open the number at which the walk stands."""
        step = self.micro_step
        one = self.trace.program.statements[step.statement]
        self._statement = step.statement
        if step.index is not None:
            self._index = step.index
            if one.per_example and step.index:
                self._example = step.index[0]
            return
        shape = one.shape
        middle = [0] * len(shape)
        if one.per_example and shape:
            middle[0] = min(self._example, shape[0] - 1)
        if shape and step.unit >= 0:
            middle[-1] = step.unit
        self._index = tuple(middle)

    # Playing

    @property
    def is_playing(self) -> bool:
        """Whether it walks on by itself."""
        return self._timer.isActive()

    def set_speed(self, per_second: float) -> None:
        """Set how many micro-steps a second it plays."""
        self._timer.setInterval(round(1000 / per_second))

    def play(self) -> None:
        """Walk on by itself; from the beginning if it stands at the end."""
        if self.is_empty or self.is_playing:
            return
        if self._place == len(self.walk) - 1:
            self.go(0)
        self._timer.start()
        self.played.emit(True)

    def pause(self) -> None:
        """Stand still."""
        if self.is_playing:
            self._timer.stop()
            self.played.emit(False)

    @Slot()
    def _on_timer_timeout(self) -> None:
        self.forward()
        if self._place == len(self.walk) - 1:
            self.pause()
