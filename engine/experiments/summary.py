"""What the results of a sweep say together: the spread of seeds at every place, tables, CSV."""

from __future__ import annotations

import csv
import io
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine.experiments.results import Result
from engine.experiments.sweep import Cell, Sweep
from engine.messages.numbers import number

RISING = ("accuracy", "validation_accuracy")
"""Figures of which more is better."""

COLUMNS = ("end", "step", "epoch", "seconds", "loss", "validation_loss", "accuracy",
           "validation_accuracy", "largest_gradient", "operations")
"""Fields of a result that are columns of a table."""


@dataclass(frozen=True)
class Spread:
    """What the seeds of one place have come to.

    Attributes
    ----------
    place : tuple[int, ...]
        Of every axis the index of the value.
    figures : tuple[float, ...]
        The figure of every seed that has one, smallest first.
    ends : Mapping[str, int]
        How many have ended how.
    """

    place: tuple[int, ...]
    figures: tuple[float, ...]
    ends: Mapping[str, int]

    @property
    def count(self) -> int:
        """Seeds that have come to an end, whatever it was."""
        return sum(self.ends.values())

    @property
    def median(self) -> float | None:
        """The middle; None where no seed has a figure."""
        return statistics.median(self.figures) if self.figures else None

    @property
    def text(self) -> str:
        """Median, and lowest and highest where there are several: ``0.12 (0.1 to 0.15)``."""
        if self.median is None:
            return self.end
        told = number(self.median, 3)
        if len(self.figures) > 1:
            told += f" ({number(self.figures[0], 3)} to {number(self.figures[-1], 3)})"
        missing = self.count - len(self.figures)
        return f"{told}, {missing} {self.end}" if missing else told

    @property
    def end(self) -> str:
        """How most of those without a figure have ended."""
        none = {end: count for end, count in self.ends.items() if end in ("diverged", "refused")}
        return max(none, key=lambda end: none[end], default="")


def spreads(sweep: Sweep, results: Mapping[Cell, Result], measure: str = ""
            ) -> dict[tuple[int, ...], Spread]:
    """Return the spread at every place that has a result, in the order of the grid.

    Parameters
    ----------
    sweep : Sweep
        The sweep.
    results : Mapping[Cell, Result]
        What `engine.experiments.sweep_run.placed` returns.
    measure : str
        The figure; empty takes the sweep's.
    """
    figures: dict[tuple[int, ...], list[float]] = defaultdict(list)
    ends: dict[tuple[int, ...], Counter[str]] = defaultdict(Counter)
    for cell, result in results.items():
        value = result.figure(measure or sweep.measure)
        ends[cell.place][result.end] += 1
        if value is not None:
            figures[cell.place].append(value)
    return {place: Spread(place, tuple(sorted(figures[place])), ends[place])
            for place in sorted(ends)}


def best(sweep: Sweep, found: Iterable[Spread], measure: str = "") -> list[Spread]:
    """Return those that have a figure, best first by their medians."""
    rises = (measure or sweep.measure) in RISING
    known = [spread for spread in found if spread.median is not None]
    return sorted(known, key=lambda spread: (-1 if rises else 1) * (spread.median or 0.0))


def table(sweep: Sweep, found: Mapping[tuple[int, ...], Spread], most: int = 20
          ) -> list[list[str]]:
    """Return rows of cells, the first of them headings.

    One axis: a row for every value. Two: the medians, the second axis to the right. More: the best
    places, as many as are asked for.
    """
    if len(sweep.axes) == 2:
        return list(_matrix(sweep, found))
    titles = [axis.knob for axis in sweep.axes]
    chosen = list(found.values()) if len(sweep.axes) < 2 else best(sweep, found.values())[:most]
    return [[*titles, sweep.measure, "seeds"],
            *([*_words(sweep, spread), spread.text, str(spread.count)] for spread in chosen)]


def _matrix(sweep: Sweep, found: Mapping[tuple[int, ...], Spread]) -> Iterator[list[str]]:
    rows, columns = sweep.axes
    yield [f"{rows.knob} \\ {columns.knob}", *map(show, columns.values)]
    for place, value in enumerate(rows.values):
        cells = [found.get((place, column)) for column in range(len(columns.values))]
        yield [show(value), *("" if cell is None else cell.end if cell.median is None
                              else number(cell.median, 3) for cell in cells)]


def _words(sweep: Sweep, spread: Spread) -> list[str]:
    return [show(axis.values[index])
            for axis, index in zip(sweep.axes, spread.place, strict=True)]


def show(value: bool | int | float | str) -> str:
    """Return a coordinate as tables have it."""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def csv_text(sweep: Sweep, results: Mapping[Cell, Result]) -> str:
    """Return a line for every cell, in the order of the grid; an empty cell is no number."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    layers = max((len(result.first_gradients) for result in results.values()), default=0)
    writer.writerow([*(axis.knob for axis in sweep.axes), "seed", *COLUMNS,
                     *(f"first_gradient_{layer + 1}" for layer in range(layers)), "message"])
    for cell in sorted(results):
        result = results[cell]
        gradients = [*result.first_gradients, *[None] * (layers - len(result.first_gradients))]
        writer.writerow([*result.values, cell.seed, *(getattr(result, name) for name in COLUMNS),
                         *gradients, result.message.message.text if result.message else ""])
    return out.getvalue()
