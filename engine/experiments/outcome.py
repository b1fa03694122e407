"""What came of a run beside another one: true whatever came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from engine.data.dataset import Dataset
from engine.diagnosis.case import Words
from engine.diagnosis.price import price
from engine.diagnosis.verdicts import Verdict
from engine.experiments.judgement import Judgement
from engine.experiments.judgement import Outcome as Said
from engine.experiments.mechanism import mechanism
from engine.experiments.yardstick import Yardstick
from engine.messages import Message, say
from engine.spec import ProjectSpec
from engine.telemetry.snapshot import Snapshot

Code = Literal["helped", "did-not-help", "no-difference", "worse", "too-early", "broke",
               "disputed"]

AGREE: Mapping[Code, tuple[Said, ...]] = {
    "helped": ("better",), "worse": ("worse",), "broke": ("worse", "same"),
    "did-not-help": ("same", "none"), "no-difference": ("same", "none")}
"""What several seeds say where they say the same as one."""

MOST_DIGITS = 4
"""Digits up to which two figures are written, so that they can be told apart."""


@dataclass(frozen=True)
class Standing:
    """How a run stands when it is judged.

    Attributes
    ----------
    project, dataset : ProjectSpec, Dataset
        What runs, on which data.
    snapshot : Snapshot
        The run at the yardstick's step, or where it ended before.
    verdict : Verdict | None
        The last word on it.
    end : str
        ``stopped`` where a rule of its own has ended it, ``broke`` where a number was no longer
        finite; empty where it goes on.
    """

    project: ProjectSpec
    dataset: Dataset
    snapshot: Snapshot
    verdict: Verdict | None = None
    end: Literal["", "stopped", "broke"] = ""

    @property
    def step(self) -> int:
        """The step at which it stands."""
        return self.snapshot.step


@dataclass(frozen=True)
class Outcome:
    """What came of it.

    Attributes
    ----------
    code : str
        ``helped`` (B's figure is better), ``did-not-help`` (with a cure: it is the same),
        ``no-difference`` (the same without a cure), ``worse``, ``too-early``, ``broke`` (B has no
        figure) or ``disputed`` (other seeds say something else).
    words : Words
        Title, sentence, and what decides.
    price : Message | None
        What B has to pay for it.
    """

    code: Code
    words: Words
    price: Message | None = None


def outcome(yardstick: Yardstick, a: Standing, b: Standing, *, is_cure: bool = False,
            repeated: bool = False) -> Outcome:
    """Return what came of B beside A.

    Parameters
    ----------
    yardstick : Yardstick
        What decides, fixed before B ran.
    a, b : Standing
        Both at the yardstick's step, as far as they have come.
    is_cure : bool
        Whether B is A with a cure of the doctor.
    repeated : bool
        Whether other seeds have come to the same: without them the evidence says that it is one.
    """
    code, title = _judged(yardstick, a, b, is_cure)
    evidence = (yardstick.sentence if repeated else
                say("outcome.evidence", decides=yardstick.sentence))
    if code == "too-early":
        return Outcome(code, Words(title, say("outcome.wait", a=a.step, b=b.step),
                                   yardstick.sentence))
    told = _figures(yardstick, a, b)
    # Of runs that do not differ nothing has to be explained.
    how = None if code == "no-difference" or "broke" in (a.end, b.end) else mechanism(
        (a.project, a.snapshot, a.verdict), (b.project, b.snapshot, b.verdict))
    sentence = told if how is None else say("outcome.told", mechanism=how, figures=told)
    cost = None
    if code == "helped" and a.verdict is not None and b.verdict is not None:
        cost = price((a.project, a.verdict, a.dataset), (b.project, b.verdict, b.dataset))
    return Outcome(code, Words(title, sentence, evidence),
                   None if cost is None else say("outcome.price", price=cost))


def beside_repeats(found: Outcome, yardstick: Yardstick, repeats: Judgement, step: int) -> Outcome:
    """Return what came of B, and what several seeds say of it.

    Parameters
    ----------
    found : Outcome
        What came of it with one seed.
    yardstick : Yardstick
        What decided there.
    repeats : Judgement
        What came of the pair with several seeds; too few say nothing.
    step : int
        The step up to which these were trained.
    """
    said, agree = repeats.outcome, AGREE.get(found.code, ())
    if said == "few" or not repeats.pairs or not agree:
        return found
    evidence = say("outcome.repeated", decides=yardstick.sentence, step=step,
                   told=repeats.message)
    if said in agree:
        return replace(found, words=replace(found.words, evidence=evidence))
    title = say("outcome.disputed", told=found.words.title)
    return replace(found, code="disputed",
                   words=replace(found.words, title=title, evidence=evidence))


def _judged(yardstick: Yardstick, a: Standing, b: Standing, is_cure: bool
            ) -> tuple[Code, Message]:
    """Return what came of it, and its title."""
    if a.end == b.end == "broke":
        return "broke", say("outcome.both-broke")
    if b.end == "broke":
        return "broke", say("outcome.broke")
    if any(one.step < yardstick.step and not one.end for one in (a, b)):
        return "too-early", say("outcome.too-early")
    value = yardstick.of(b.snapshot)
    if a.end == "broke":
        # That its numbers are finite is not enough: they must be worth something.
        better = int(yardstick.beside_guessing(value) >= 0)
    else:
        better = yardstick.compared(yardstick.of(a.snapshot), value)
    if better > 0:
        return "helped", say("outcome.helped") if is_cure else say("outcome.better")
    if better < 0:
        return "worse", say("outcome.made-worse") if is_cure else say("outcome.worse")
    if is_cure:
        return "did-not-help", say("outcome.did-not-help")
    return "no-difference", say("outcome.same")


def _figures(yardstick: Yardstick, a: Standing, b: Standing) -> Message:
    """Return the figures that decide, each with what it means."""
    if a.end == b.end == "broke":
        return say("outcome.both-broke-at", a=a.step + 1, b=b.step + 1)
    one, two = (yardstick.of(run.snapshot) for run in (a, b))
    if a.end == "broke":
        return say("outcome.a-broke", stop=a.step + 1, step=b.step, figure=yardstick.name,
                   b=_beside(yardstick, two, 2))
    if b.end == "broke":
        return say("outcome.b-broke", stop=b.step + 1, step=a.step, figure=yardstick.name,
                   a=_beside(yardstick, one, 2))
    digits = _digits(one, two)
    values = {"figure": yardstick.name, "a": _beside(yardstick, one, digits),
              "b": _beside(yardstick, two, digits), "step": a.step}
    if a.step == b.step:
        return say("outcome.figures", **values)
    if a.end and b.end:
        return say("outcome.figures-both-stopped", **values, stop=b.step)
    if not a.end and not b.end:
        return say("outcome.figures-apart", **values, stop=b.step)
    if a.end:
        return say("outcome.figures-a-stopped", **{**values, "step": b.step}, stop=a.step)
    return say("outcome.figures-stopped", **values, stop=b.step)


def _digits(a: float, b: float) -> int:
    """Return how many digits tell two figures apart; the most, where none do."""
    return next((digits for digits in range(2, MOST_DIGITS)
                 if f"{a:.{digits}g}" != f"{b:.{digits}g}"), MOST_DIGITS)


def _beside(yardstick: Yardstick, value: float, digits: int) -> Message:
    """Return a figure with what guessing gets, where it is no better."""
    written = _written(yardstick, value, digits)
    place = yardstick.beside_guessing(value)
    if place > 0:
        return written
    if place == 0:
        return (say("outcome.mean", value=written) if yardstick.of_values else
                say("outcome.chance", value=written))
    guessing = _written(yardstick, yardstick.guessing, max(digits, 2))
    if yardstick.of_values:
        return say("outcome.worse-than-mean", value=written, guessing=guessing)
    return say("outcome.worse-than-chance", value=written, guessing=guessing)


def _written(yardstick: Yardstick, value: float, digits: int) -> Message:
    if yardstick.figure in ("accuracy", "balanced"):
        return say("outcome.percent", value=100 * value)
    return say("outcome.number", value=value, digits=digits)
