"""What is read from the results of an experiment, and what it is called."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from engine.experiments.results import Result
from engine.messages import Message, say

WITHOUT_FIGURE = frozenset({"diverged", "refused"})
"""Ends of a cell that has come to nothing that could be compared."""

Read = Callable[[Result, int], float]
"""Given a result and the place that a row names (an epoch, for example): the figure."""


@dataclass(frozen=True)
class Measure:
    """One figure of a result.

    Attributes
    ----------
    title : Message
        What an axis of such figures says, with their unit.
    noun : Message
        What a sentence calls it.
    read : callable
        Reads it; infinite where a goal was not reached, NaN where there is no such figure.
    larger_is_better : bool
        Whether a large figure is a good one.
    is_timed : bool
        Whether it depends on the machine, so that nothing should run beside it.
    """

    title: Message
    noun: Message
    read: Read
    larger_is_better: bool = False
    is_timed: bool = False

    @property
    def worst(self) -> float:
        """The figure than which none is worse."""
        return -math.inf if self.larger_is_better else math.inf

    def of(self, result: Result, at: int = 0) -> float:
        """Return the figure of a result; NaN where its numbers outgrew what can be held."""
        if result.end in WITHOUT_FIGURE:
            return math.nan
        return float(self.read(result, at))


def _or_none(value: float | None) -> float:
    return math.nan if value is None else value


def _epoch_loss(result: Result, epoch: int) -> float:
    losses = result.epoch_losses
    return _or_none(losses[epoch - 1]) if 0 < epoch <= len(losses) else math.nan


def _has_reached(result: Result) -> bool:
    """Say whether a cell has come to its goal: a loss, or an accuracy on validation examples."""
    return result.end == "reached" or (
        result.message is not None and result.message.code == "stopped.accuracy")


def _when_reached(value: Callable[[Result], float]) -> Read:
    """Return a reader of what a cell that has come to its goal has needed."""
    return lambda result, _at: value(result) if _has_reached(result) else math.inf


def _per_epoch(result: Result, _at: int) -> float:
    return result.seconds / result.epoch if result.epoch else math.nan


MEASURES: Mapping[str, Measure] = MappingProxyType({
    "loss": Measure(
        say("article.axis.loss"), say("article.noun.loss"),
        lambda result, _at: _or_none(result.loss)),
    "epoch_loss": Measure(
        say("article.axis.epoch-loss"), say("article.noun.epoch-loss"), _epoch_loss),
    "validation_accuracy": Measure(
        say("article.axis.validation-accuracy"), say("article.noun.validation-accuracy"),
        lambda result, _at: _or_none(result.validation_accuracy), larger_is_better=True),
    # What a run measures in place of an accuracy where values are to be found, and no class.
    "validation_r2": Measure(
        say("article.axis.validation-r2"), say("article.noun.validation-r2"),
        lambda result, _at: _or_none(result.validation_accuracy), larger_is_better=True),
    "steps_to_goal": Measure(
        say("article.axis.steps"), say("article.noun.steps"),
        _when_reached(lambda result: result.step)),
    "epochs_to_goal": Measure(
        say("article.axis.epochs"), say("article.noun.epochs"),
        _when_reached(lambda result: result.epoch)),
    "seconds_to_goal": Measure(
        say("article.axis.seconds"), say("article.noun.seconds"),
        _when_reached(lambda result: result.seconds), is_timed=True),
    "seconds_per_epoch": Measure(
        say("article.axis.seconds-per-epoch"), say("article.noun.seconds-per-epoch"),
        _per_epoch, is_timed=True),
    "operations": Measure(
        say("article.axis.operations"), say("article.noun.operations"),
        lambda result, _at: result.operations),
})
"""What tables measure, by the names that their files call it."""
