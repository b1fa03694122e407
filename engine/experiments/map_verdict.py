"""What a sweep shows, in a sentence that counts both sides of what theory promises.

One side alone flatters: a line that no network crosses is right about all within it. So those that
learned beyond it are counted as well; and what counts as learned is fixed before a cell is
computed, and printed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.experiments.board import Board, Fate, Spot, Values
from engine.experiments.knobs import knob
from engine.experiments.paths import Value
from engine.messages import Message, say

HOLDS, IN_PART = 0.85, 0.65
"""Shares of networks about which theory is right, from which on it holds, or holds in part."""

LINES: Mapping[str, Message] = {"reach": say("map.line-reach"), "rate": say("map.line-rate")}
"""What lines of theory are called, by key."""

ONE_SIDED: Mapping[str, Message] = {"rate": say("map.bound-holds")}
"""Lines beyond which nothing should learn, while not all within it need to, and what is said where
that is so."""

Inside = Callable[[Values], bool | None]
"""Says whether theory expects a setting to learn; None where it does not say."""


@dataclass(frozen=True)
class Verdict:
    """What a sweep shows.

    Attributes
    ----------
    tone : str
        ``good``, ``warning``, ``bad`` or ``neutral``.
    heading, sentence : Message
        In short; with the numbers.
    """

    tone: str
    heading: Message
    sentence: Message


@dataclass(frozen=True)
class Goal:
    """What counts as learned.

    Attributes
    ----------
    figure : float
        The figure that has to be reached; NaN where none is known.
    larger_is_better : bool
        Whether it is reached from below.
    """

    figure: float
    larger_is_better: bool = False

    def is_reached(self, spot: Spot) -> bool:
        """Say whether the networks of a setting have come to it, by their median."""
        if spot.fate is not Fate.LEARNED:
            return False
        return spot.size >= self.figure if self.larger_is_better else spot.size <= self.figure


def goal_of(board: Board, guessing: float) -> Goal:
    """Return what counts as learned in a sweep, whatever its results.

    Parameters
    ----------
    board : Board
        Of which the sweep alone is looked at: its own goal, where it has one.
    guessing : float
        The figure of the best answer that does not look at the inputs; NaN if it is not known.

    Notes
    -----
    Of losses, half of guessing; of accuracies, half of the way from guessing to 1.
    """
    if board.measure.larger_is_better:
        return Goal((1 + guessing) / 2, larger_is_better=True)
    own = board.sweep.goal_loss if board.measure.is_loss else 0.0
    return Goal(own if own > 0 else guessing / 2)


def verdict(board: Board, goal: Goal, inside: Inside | None = None, line: str = ""
            ) -> Verdict:
    """Return what a board shows; before there is anything, what will count as learned.

    Parameters
    ----------
    board : Board
        The settings that have been computed.
    goal : Goal
        What counts as learned.
    inside : callable | None
        What theory expects; None where it says nothing.
    line : str
        Key of the line within which networks should learn: ``reach`` or ``rate``.
    """
    spots = [spot for spot in board.spots.values() if spot.fate is not Fate.REFUSED]
    if not spots:
        what = (say("map.nothing-fixed") if math.isnan(goal.figure) else
                say("map.fixed", goal=_reached(board, goal)))
        return Verdict("neutral", say("map.nothing"), what)
    if inside is not None and line and not math.isnan(goal.figure):
        sides = [(inside(spot.values), goal.is_reached(spot)) for spot in spots]
        within = [reached for side, reached in sides if side is True]
        beyond = [reached for side, reached in sides if side is False]
        if within and beyond:
            return _against(board, goal, line, within, beyond)
    return _counted(board, goal, spots)


def _against(board: Board, goal: Goal, line: str, within: list[bool], beyond: list[bool]
             ) -> Verdict:
    kept = len(beyond) - sum(beyond)
    # A stable rate may be too small to come far: of it, theory says no more than what lies beyond.
    right = kept / len(beyond) if line in ONE_SIDED else (sum(within) + kept) / (
        len(within) + len(beyond))
    tone, heading = (
        ("good", ONE_SIDED.get(line, say("map.holds"))) if right >= HOLDS else
        ("warning", say("map.holds-in-part")) if right >= IN_PART else
        ("bad", say("map.fails")))
    return Verdict(tone, heading, say(
        "map.both-sides", what=_reached(board, goal), line=LINES[line],
        inside=sum(within), within=len(within), outside=sum(beyond), beyond=len(beyond)))


def _counted(board: Board, goal: Goal, spots: list[Spot]) -> Verdict:
    broken = sum(spot.fate is Fate.BROKE for spot in spots)
    best = board.best()
    if best is None:
        return Verdict("bad", say("map.none-learned"),
                       say("map.broken", count=broken, networks=len(spots)))
    axes = tuple(say("map.setting", what=title_of(axis.knob), value=value_text(value))
                 for axis, value in zip(board.sweep.axes, best.values, strict=True))
    sentence = say("map.best", what=board.measure.title, figure=best.size, settings=axes)
    if not math.isnan(goal.figure):
        sentence = say("map.counted", what=_reached(board, goal), best=sentence,
                       reached=sum(map(goal.is_reached, spots)), networks=len(spots))
    if broken:
        sentence = say("map.and-broken", told=sentence, count=broken)
    return Verdict("neutral", say("map.heading"), sentence)


def _reached(board: Board, goal: Goal) -> Message:
    code = "map.rose" if goal.larger_is_better else "map.fell"
    return say(code, what=(board.measure.title,), figure=goal.figure)


def title_of(path: str) -> str:
    """Return what an axis turns, as it stands within a sentence: ``learning rate``, ``L2``."""
    title = knob(path).title
    is_name = title[1:2].isupper() or title[1:2].isdigit()
    return title if is_name else title[:1].lower() + title[1:]


def value_text(value: Value) -> str:
    """Return a value of an axis as people read it."""
    return f"{value:g}" if isinstance(value, float) else str(value)
