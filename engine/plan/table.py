"""The op table: lines by name, packed into rows of numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from engine.arrays import Integers
from engine.kernels.ops import catalogue
from engine.kernels.runtime import layout
from engine.plan import jobs


@dataclass(frozen=True)
class Line:
    """One op with what its row holds.

    Attributes
    ----------
    op : str
        Name of the op.
    slots : Mapping[str, int | float]
        Contents by name; those of `Table.pack`'s ``common`` need not be repeated.
    work : int
        Multiply-adds per example.
    per_step : int
        What it does once a step, whatever the batch: multiply-adds that take as long. It decides on
        sharing alone and is not counted as the network's arithmetic.
    layer : str
        Id of the layer that it belongs to: the first takes the examples, the last is what the loss
        sees. Empty for what is done for all layers together.
    section : int
        Where it stands in the table; `Table.add` says so.
    """

    op: str
    slots: Mapping[str, int | float]
    work: int = 0
    per_step: int = 0
    layer: str = ""
    section: int = -1

    @property
    def formula(self) -> str:
        """What the op computes, in plain mathematics."""
        return catalogue.OPS[self.op].formula

    @property
    def section_name(self) -> str:
        """The part of a step in which it runs, such as ``backward``."""
        return layout.SECTION_NAMES[self.section]


class Table:
    """Lines of every section, in the order in which they run."""

    def __init__(self) -> None:
        self._sections: list[list[Line]] = [[] for _ in range(layout.SECTIONS)]

    def add(self, section: int, line: Line) -> None:
        """Append a line to a section."""
        # Made anew by its fields: `dataclasses.replace` takes four times as long.
        self._sections[section].append(Line(line.op, line.slots, line.work, line.per_step,
                                            line.layer, section))

    def extend(self, section: int, lines: Iterable[Line]) -> None:
        """Append lines to a section."""
        for line in lines:
            self.add(section, line)

    def length(self, section: int) -> int:
        """Return how many lines a section has so far."""
        return len(self._sections[section])

    def lines(self) -> tuple[Line, ...]:
        """Return all lines in the order of the packed rows."""
        return tuple(line for section in self._sections for line in section)

    def ops(self) -> tuple[str, ...]:
        """Return the names of all ops, each once."""
        return tuple(dict.fromkeys(line.op for line in self.lines()))

    def pack(self, precision: str, common: Mapping[str, int], threads: int = 1, batch: int = 1
             ) -> tuple[Integers, Integers]:
        """Return table and section begins; compiles ops that are not compiled yet.

        Parameters
        ----------
        precision : str
            ``float32`` or ``float64``.
        common : Mapping[str, int]
            Slots that mean the same for every op, such as the address of the results.
        threads : int
            Threads that share the work of an op, where it is worth it.
        batch : int
            Examples of the usual batch.

        Returns
        -------
        int64[r, ROW_LENGTH], int64[SECTIONS + 1]
            The table, and where each section begins.
        """
        lines = self.lines()
        table = np.zeros((len(lines), layout.ROW_LENGTH), np.int64)
        tasks: list[jobs.Task] = []
        for packed, line in zip(table, lines, strict=True):
            op = catalogue.OPS[line.op]
            if unknown := line.slots.keys() - op.slots.places.keys():
                raise KeyError(f"{line.op} has no slot {', '.join(sorted(unknown))}")
            packed[layout.ADDRESS] = op.address(precision)
            done = line.work * batch * op.weight + line.per_step
            kind = jobs.BY_EXAMPLES if op.is_by_examples(line.slots) else \
                jobs.LAST if op.comes_last else jobs.ALONE
            tasks.append(jobs.Task(len(tasks), done, kind, op.is_whole))
            for slot, place in op.slots.places.items():
                value = line.slots[slot] if slot in line.slots else common[slot]
                packed[place] = op.slots.encode(slot, value)
        sizes = [len(section) for section in self._sections]
        sections = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        jobs.arrange(table, sections, tasks, threads)
        return table, sections
