"""What the Experiments page shows of a table of the article, and which network stands in a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from engine.experiments.sweep import Cell
from gui.experiments.course_view import CourseCurve, course_of
from gui.experiments.table_pane import TableView
from gui.experiments.table_rows import TableFigures, TableRow

if TYPE_CHECKING:
    from engine.experiments.article import ArticleTable
    from engine.experiments.article.file import RowFile
    from engine.experiments.board import Values
    from engine.experiments.results import Result
    from engine.experiments.sweep import Sweep
    from engine.spec import ProjectSpec

MOST_CURVES = 4
"""Rows whose losses are drawn, where the article has none."""


class TableTeller:
    """Puts a table into the form in which it is shown.

    Parameters
    ----------
    table : ArticleTable
        The table.
    """

    def __init__(self, table: ArticleTable) -> None:
        self.table = table

    def view(self, results: Sequence[Result], *, is_whole: bool, can_run: bool) -> TableView:
        """Return what the pane shows.

        Parameters
        ----------
        results : sequence of Result
            What has been computed.
        is_whole : bool
            Whether that is all.
        can_run : bool
            Whether more of it can be asked for now.
        """
        table = self.table
        rows = tuple(TableRow(row.label.text, row.article or "", row.measured, row.shown.text,
                              "" if row.beside is None else row.beside.text)
                     for row in table.rows(results))
        figures = TableFigures(rows, table.axis_title.text, table.scale == "log")
        return TableView(
            table.title.text, table.setting.text, table.claim.text, figures,
            self._curves(results), table.sweeps[0].goal_loss, "neutral", "Measured:",
            table.verdict(results).text if results else "",
            f"Left out by the article: {table.left_out.text}", is_whole, can_run)

    def text(self, results: Sequence[Result]) -> str:
        """Return the rows as text with tabs between columns."""
        lines = ["\t".join(("", "article", f"measured: {self.table.axis_title.text}", "beside",
                            "every seed"))]
        for row in self.table.rows(results):
            lines.append("\t".join((
                row.label.text, row.article or "–", row.shown.text,
                "" if row.beside is None else row.beside.text,
                " ".join(f"{figure:g}" for figure in row.measured))))
        return "\n".join(lines) + "\n"

    def project(self, number: int) -> ProjectSpec:
        """Return the project of a row, of its first seed; raises SpecError if there can be none."""
        row = self.table.file.rows[number]
        sweep = self._sweep_of(row)
        place = tuple(axis.values.index(value)
                      for axis, value in zip(sweep.axes, row.values[0], strict=True))
        return sweep.project_at(Cell(place, 0))

    def label(self, number: int) -> str:
        """Return what a row is called."""
        return self.table.file.rows[number].label

    def _sweep_of(self, row: RowFile) -> Sweep:
        sweeps = {sweep.name: sweep for sweep in self.table.sweeps}
        return sweeps.get(row.sweep, self.table.sweeps[0])

    @cached_property
    def _places(self) -> Mapping[str, Values]:
        """Values of every cell of the first sweep by its key."""
        sweep = self.table.sweeps[0]
        return {sweep.key_at(cell): sweep.values_at(cell) for cell in sweep.cells()}

    def _curves(self, results: Sequence[Result]) -> tuple[CourseCurve, ...]:
        """Return the losses of the article's rows, or of some where it has none."""
        found: dict[Values, list[Result]] = {}
        for result in results:
            if result.key in self._places:
                found.setdefault(self._places[result.key], []).append(result)
        first = self.table.sweeps[0]
        rows = [row for row in self.table.file.rows
                if self._sweep_of(row) is first and len(row.values) == 1]
        wanted = [row for row in rows if row.article is not None] or rows[:MOST_CURVES]
        curves = (course_of(row.label, found.get(tuple(row.values[0]), ())) for row in wanted)
        return tuple(curve for curve in curves if curve is not None)
