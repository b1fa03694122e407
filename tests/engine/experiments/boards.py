"""Results that nobody has computed, for boards that tests look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from engine.experiments.board import Board, board_of
from engine.experiments.paths import Value
from engine.experiments.results import End, Result
from engine.experiments.sweep import Axis, Cell, Sweep
from engine.spec import DataSpec, LayerSpec, NetworkSpec, ProjectSpec, TrainingSpec


def deep_project(activation: str = "relu", **training: object) -> ProjectSpec:
    """Return a stack of two hidden layers for the digits, weights of variance gain² / fan in."""
    options = {"units": 16, "activation": activation, "weights": "lecun_normal"}
    settings = {"learning_rate": 0.03, "batch_size": 32, "steps": 20, **training}
    return ProjectSpec(name="Deep", data=DataSpec(source="digits"), network=NetworkSpec((
        LayerSpec("input", "input"),
        *(LayerSpec(f"dense-{number}", "dense", dict(options)) for number in (1, 2)),
        LayerSpec("output", "dense", {"units": 10, "activation": "linear",
                                      "weights": "lecun_normal"}))),
        training=TrainingSpec(**settings))  # type: ignore[arg-type]


def grid_sweep(gains: tuple[float, ...] = (0.5, 1.0, 1.5, 2.0), depths: tuple[int, ...] = (1, 2, 3),
               **options: object) -> Sweep:
    """Return a sweep over scale and depth."""
    return Sweep("grid", deep_project(), (Axis("gain", gains), Axis("depth", depths)),
                 **options)  # type: ignore[arg-type]


def made(values: tuple[Value, ...], loss: float | None = 1.0, *, seed: int = 0,
         end: End = "done", gradient: float | None = 1.0, **more: object) -> Result:
    """Return a result; without a loss it diverged."""
    end = "diverged" if loss is None and end == "done" else end
    return Result(f"{values}/{seed}", values, seed, end, step=20, loss=loss,
                  first_gradients=(gradient,), **more)  # type: ignore[arg-type]


def filled(sweep: Sweep, loss_of: Callable[..., float | None],
           cells: Iterable[Cell] | None = None) -> Board:
    """Return a board whose losses a function of the values gives; None diverges."""
    return board_of(sweep, [made(sweep.values_at(cell), loss_of(*sweep.values_at(cell)),
                                 seed=cell.seed, gradient=float(sum(
                                     v for v in sweep.values_at(cell) if isinstance(v, int | float)
                                 ))) for cell in (sweep.cells() if cells is None else cells)])
