"""When a script's training ends: the rules of the engine, in Python that every target reads."""

from __future__ import annotations

from collections.abc import Iterator

from engine.export.source import Source
from engine.spec import StoppingSpec


def remembered(stopping: StoppingSpec) -> Iterator[str]:
    """Yield the lines that stand before training, for what the rules remember."""
    if stopping.seconds:
        yield "begin = time.perf_counter()"
    if stopping.patience:
        yield 'best, waited, kept = float("inf"), 0, None'
    if stopping.convergence:
        yield 'last = float("inf")'


def write_stopping(source: Source, stopping: StoppingSpec, seen: str, *, kept: str,
                   given_back: tuple[str, ...], accuracy: str = "") -> None:
    """Append what ends the loop over epochs.

    Parameters
    ----------
    source : Source
        Where it stands: behind an epoch.
    stopping : StoppingSpec
        The rules.
    seen : str
        The loss that early stopping follows.
    kept : str
        What makes a copy of the weights.
    given_back : tuple[str, ...]
        Lines that put ``kept`` back when early stopping ends the run, and leave the loop.
    accuracy : str
        What measures the share of examples that are right.
    """
    rules = ((stopping.epochs, f"epoch == {stopping.epochs}"),
             (stopping.seconds, f"time.perf_counter() - begin >= {stopping.seconds!r}"),
             (stopping.loss, f"training_loss <= {stopping.loss!r}"),
             (stopping.accuracy, f"{accuracy} >= {stopping.accuracy!r}"))
    for is_set, rule in rules:
        if is_set:
            source.add(f"if {rule}:", "    break")
    if stopping.patience:
        source.add(f"waited = 0 if {seen} < best else waited + 1", "if waited == 0:",
                   f"    best, kept = {seen}, {kept}", f"if waited >= {stopping.patience}:",
                   *(f"    {line}" for line in given_back))
    if stopping.convergence:
        source.add(f"if abs(training_loss - last) < {stopping.convergence!r} * abs(last):",
                   "    break", "last = training_loss")
