"""What the Experiments page shows of a sweep: its boards, theory over them, and what they say."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec.structs import replace

from engine.data import load
from engine.diagnosis.baseline import baseline_of
from engine.errors import EngineError
from engine.experiments.board import board_of
from engine.experiments.map_verdict import goal_of, verdict
from engine.experiments.sweep import Cell, plain
from engine.experiments.theory_lines import TheoryLines, reading, theory_lines
from gui.experiments.sweep_picture import SweepPicture, style_of
from gui.window.experiment_words import tip_of

if TYPE_CHECKING:
    from engine.experiments.board import Values
    from engine.experiments.map_verdict import Verdict
    from engine.experiments.results import Result
    from engine.experiments.sweep import Sweep
    from engine.experiments.theory_lines import Reading
    from engine.spec import ProjectSpec
    from gui.experiments.tip import Tip


@dataclass(frozen=True)
class Known:
    """What is known of a sweep before any of it is computed.

    Attributes
    ----------
    theory : TheoryLines
        What theory says.
    guessing : float
        The figure of the best answer that does not look at the inputs; NaN where none is known.
    """

    theory: TheoryLines = field(default_factory=TheoryLines)
    guessing: float = math.nan


def known_of(sweep: Sweep) -> Known:
    """Return what is known of a sweep; takes a moment, and belongs into a thread.

    Raises
    ------
    EngineError
        If its data cannot be read.
    """
    dataset = load(sweep.project.data)
    base = baseline_of(sweep.project, dataset)
    guesses = {"loss": base.loss, "validation_loss": base.loss, "accuracy": base.training,
               "validation_accuracy": base.validation}
    return Known(theory_lines(sweep, dataset), guesses.get(sweep.measure, math.nan))


class SweepTeller:
    """Puts a sweep, and the parts of it that are computed finer, into the form to be shown.

    Parameters
    ----------
    sweep : Sweep
        What was asked for first.
    parts : sequence of Sweep
        Parts of it with values between its own.

    Attributes
    ----------
    known : Known
        What theory says.
    is_known : bool
        Whether that has been asked.
    picture : SweepPicture
        What was shown last.
    """

    def __init__(self, sweep: Sweep, parts: Sequence[Sweep] = ()) -> None:
        self.sweep = sweep
        self.parts = tuple(parts)
        self.known = Known()
        self.is_known = False
        self.picture = SweepPicture((board_of(sweep, ()),), tuple(map(style_of, sweep.axes)))
        self._readings: dict[Values, Reading | None] = {}

    def set_known(self, known: Known) -> None:
        """Take in what theory says."""
        self.known, self.is_known = known, True

    def with_part(self, part: Sweep) -> SweepTeller:
        """Return the same with a part that is computed finer."""
        other = SweepTeller(self.sweep, (*self.parts, part))
        other.known, other.is_known = self.known, self.is_known
        return other

    @cached_property
    def size(self) -> int:
        """Cells of all, each counted once."""
        if not self.parts:
            return self.sweep.size
        places = {tuple(plain(values)) for sweep in (self.sweep, *self.parts)
                  for values in itertools.product(*(axis.values for axis in sweep.axes))}
        return len(places) * self.sweep.seeds

    def show(self, results: Sequence[Result]) -> SweepPicture:
        """Return the picture of these results."""
        sweeps = self.sweep, *self.parts
        before = dict(zip(range(len(sweeps)), self.picture.boards, strict=False))
        boards = [board_of(sweep, _within(sweep, results), before.get(number))
                  for number, sweep in enumerate(sweeps)]
        self.picture = SweepPicture(tuple(boards), self.picture.axes, self.known.theory)
        return self.picture

    def verdict(self) -> Verdict:
        """Return what the picture shows."""
        theory, board = self.known.theory, self.picture.ranking
        return verdict(board, goal_of(board, self.known.guessing), theory.is_inside, theory.bound)

    def tip(self, values: Values) -> Tip:
        """Return what there is to say of a setting."""
        return tip_of(self.sweep, values, self.picture.spot(values), self.picture.board.measure,
                      self.reading(values), self.known.theory.rate(values))

    def reading(self, values: Values) -> Reading | None:
        """Return what theory says of a setting's depth and scale; None where it has no rule."""
        if not self.known.theory.reaches:
            return None
        if values not in self._readings:
            project = self.project(values)
            self._readings[values] = None if project is None else reading(project)
        return self._readings[values]

    def project(self, values: Values, seed: int = 0) -> ProjectSpec | None:
        """Return the project of a setting; None if there can be none."""
        for sweep in (self.sweep, *self.parts):
            places = [plain(axis.values) for axis in sweep.axes]
            wanted = plain(values)
            if all(value in place for value, place in zip(wanted, places, strict=True)):
                cell = Cell(tuple(place.index(value) for value, place
                                  in zip(wanted, places, strict=True)), seed)
                try:
                    return sweep.project_at(cell)
                except EngineError:
                    return None
        return None


def _within(sweep: Sweep, results: Sequence[Result]) -> list[Result]:
    """Return the results that have a place in a sweep."""
    axes = [frozenset(plain(axis.values)) for axis in sweep.axes]
    return [result for result in results if result.seed < sweep.seeds and all(
        value in axis for value, axis in zip(plain(result.values), axes, strict=True))]


def part_of(sweep: Sweep, spans: Sequence[Sequence[object]]) -> Sweep | None:
    """Return the part of a sweep within some values of its axes, with others between them.

    None where nothing lies between: whole numbers that follow one another, or names.
    """
    axes = []
    for axis, span in zip(sweep.axes, spans, strict=True):
        places = [axis.values.index(value) for value in span if value in axis.values]
        first, last = min(places), max(places)
        finer = axis.refined(first, last)
        begin, end = (finer.values.index(axis.values[place]) for place in (first, last))
        axes.append(replace(axis, values=finer.values[begin:end + 1]))
    part = replace(sweep, axes=tuple(axes))
    if part.shape == tuple(len(span) for span in spans):
        return None
    return part
