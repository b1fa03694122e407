"""A table of the article in the terminal: computed, and printed beside what the article prints."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from engine.experiments.article import ArticleTable, tables
from engine.experiments.article.computing import MakeExecutor, compute, store_of
from engine.experiments.article.lines import aligned, columns
from engine.experiments.results import Result
from gui.program import say
from gui.terminal.batch_run import progress_bar
from gui.terminal.interrupting import interruptible


def print_list() -> int:
    """Print which tables there are; return the exit code."""
    width = max(len(table.key) for table in tables())
    for table in tables():
        say(f"{table.key:<{width}}  {table.title.text}")
    return 0


class ExperimentRun:
    """Computes one table and says what holds of it.

    Parameters
    ----------
    table : ArticleTable
        The table.
    out : Path | None
        Folder in which results are kept, so that nothing is computed twice; None keeps none.
    make_executor : callable
        Who computes, given how many at a time; 0 is as many as there can be.
    quiet : bool
        Whether to show no progress bar.
    """

    def __init__(self, table: ArticleTable, out: Path | None, make_executor: MakeExecutor, *,
                 quiet: bool = False) -> None:
        self._table = table
        self._out = out
        self._make_executor = make_executor
        self._quiet = quiet
        self._interrupted = False

    def carry_out(self) -> int:
        """Compute and print; return 0, or 130 after Ctrl+C, which prints what there is by then.

        Other signals that ask a program to end do the same, with 128 and their number.

        Raises
        ------
        EngineError
            If the table cannot be computed, or results cannot be kept.
        """
        with ExitStack() as stack:
            folder = self._out or Path(stack.enter_context(tempfile.TemporaryDirectory()))
            store = stack.enter_context(store_of(self._table, folder))
            heard = stack.enter_context(interruptible(self._interrupt))
            bar = stack.enter_context(progress_bar(
                self._quiet, unit=" runs", desc=self._table.key,
                total=sum(sweep.size for sweep in self._table.sweeps)))
            results = compute(self._table, store, lambda done, _total: bar.update(done - bar.n),
                              should_stop=lambda: self._interrupted,
                              make_executor=self._make_executor)
        for line in told(self._table, results):
            say(line)
        if self._out is not None:
            say(f"Saved {store.path}.")
        return heard.status

    def _interrupt(self) -> None:
        self._interrupted = True


def told(table: ArticleTable, results: tuple[Result, ...]) -> Iterator[str]:
    """Yield all that is to be printed of a table, a line or a paragraph each."""
    yield table.title.text
    yield f"The article: {table.claim.text}"
    yield f"Here: {table.setting.text}"
    yield f"Why so: {table.why.text}"
    yield ""
    yield from aligned(columns(table, results))
    yield ""
    yield f"Measured: {table.verdict(results).text}"
    yield f"Left out: {table.left_out.text}"
