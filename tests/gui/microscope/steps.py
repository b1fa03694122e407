"""Small networks whose step is taken apart, for the views of the microscope."""

from __future__ import annotations

from engine.spec import LayerSpec
from engine.training import Trainer
from gui.microscope.lens import Lens
from tests.engine.training.runs import clouds, dense, trainer
from tests.engine.training.strings import listening, strings


def first() -> Trainer:
    """Return a run of two inputs, four and two tanh units, two classes: the first screen's."""
    return _begun(trainer(clouds(23, 7, 2, 2), dense("one", 4), dense("two", 2),
                          dense("output", 2, "linear"), optimizer="sgd"))


def wide() -> Trainer:
    """Return a run with a layer of many units."""
    return _begun(trainer(clouds(30, 7, 3, 5), dense("one", 64), dense("two", 12),
                          dense("output", 3, "linear"), optimizer="sgd"))


def deep() -> Trainer:
    """Return a run of 30 tanh layers and an output."""
    return _begun(trainer(clouds(23, 7, 2, 2), *(dense(f"l{i}", 8) for i in range(30)),
                          dense("output", 2, "linear"), optimizer="sgd"))


def images() -> Trainer:
    """Return a run of a small network over images of 6 x 6 numbers."""
    return _begun(trainer(
        clouds(20, 4, 3, 36),
        LayerSpec("image", "reshape", {"height": 6, "width": 6}),
        LayerSpec("conv", "conv2d", {"filters": 3, "kernel": 3, "activation": "tanh"}),
        LayerSpec("pool", "max_pooling"), LayerSpec("flat", "flatten"),
        dense("output", 3, "linear"), optimizer="sgd"))


def sequences(kind: str = "lstm") -> Trainer:
    """Return a run of a recurrent layer over 20 steps."""
    return _begun(trainer(
        clouds(20, 4, 3, 20),
        LayerSpec("series", "reshape", {"form": "sequence", "steps": 20, "features": 1}),
        LayerSpec("memory", kind, {"units": 5}),
        dense("output", 3, "linear"), optimizer="sgd"))


def texts() -> Trainer:
    """Return a run that reads strings of characters out of steps."""
    return _begun(trainer(strings(12, 0), listening(), dense("output", 6, "linear"), loss="ctc",
                          batch_size=4, optimizer="sgd"))


def residual() -> Trainer:
    """Return a run of two blocks that are added to what goes past them."""
    return _begun(trainer(
        clouds(23, 7, 3, 4), dense("one", 6), dense("two", 6),
        LayerSpec("add", "add", inputs=("one", "two")), dense("three", 6),
        LayerSpec("add-2", "add", inputs=("add", "three")), dense("output", 3, "linear"),
        optimizer="sgd"))


def _begun(run: Trainer) -> Trainer:
    run.run(7)
    return run


def lens_of(run: Trainer, example: int | None = None) -> Lens:
    """Return a lens that looks at a run's next step."""
    lens = Lens()
    lens.look_at(run.dissect(example))
    return lens


def statement(lens: Lens, name: str) -> int:
    """Return the first statement that writes a variable."""
    return next(i for i, one in enumerate(lens.trace.program.statements) if one.name == name)
