"""Results that nobody has computed, and tables to hold them, for tests."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from engine.experiments.article.figures import Figures
from engine.experiments.article.file import RowFile, TableFile
from engine.experiments.article.table import ArticleTable
from engine.experiments.results import Result
from engine.experiments.sweep import Axis, Cell, Sweep
from engine.messages import say
from engine.spec import default_project

RATES = Sweep("rates", default_project(), (Axis("learning_rate", (0.001, 0.01, 0.1)),), seeds=5,
              steps=100, goal_loss=0.1)


def row(key: str, *values: float, **more: Any) -> Figures:
    """Return figures of a row that is called like its key."""
    return Figures(key, say("article.written", text=key), values, **more)


def results(sweep: Sweep, figure: Callable[[Cell], dict[str, Any]]) -> Iterator[Result]:
    """Yield a result of every cell, with what a function says of it."""
    for cell in sweep.cells():
        yield Result(**{"key": sweep.key_at(cell), "values": sweep.values_at(cell),
                        "seed": cell.seed, "end": "done", **figure(cell)})


def table(*judges: Any, sweeps: tuple[Sweep, ...] = (RATES,), rows: tuple[RowFile, ...] = (),
          measure: str = "steps_to_goal", **more: Any) -> ArticleTable:
    """Return a table; without rows, one of three learning rates as the article has them."""
    rows = rows or (RowFile("rate 0.001", article="fast", rank=1, values=((0.001,),)),
                    RowFile("rate 0.01", article="moderate", rank=2, values=((0.01,),)),
                    RowFile("rate 0.1", article="slow", rank=3, values=((0.1,),)))
    return ArticleTable("made", TableFile("Made", "A claim.", "A setting.", "A reason.", "A rest.",
                                          measure, sweeps, rows, judges, **more))


def reached(step: int) -> dict[str, Any]:
    """Return what a result says that has come to its goal at a step."""
    return {"end": "reached", "step": step, "epoch": step // 10, "seconds": step / 1000}


NAN, INF = math.nan, math.inf
