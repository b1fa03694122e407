"""What the Experiments page says: of a setting, of a table, of what runs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from engine.experiments.board import Fate, Spot, Values
from engine.experiments.estimate import in_words
from engine.experiments.map_verdict import title_of, value_text
from engine.experiments.theory_lines import REACH, Reading
from engine.messages import Message, say
from gui.experiments.entries import Entry, Status
from gui.experiments.tip import Tip
from gui.experiments.where_bar import Progress, WorkerSign

if TYPE_CHECKING:
    from engine.experiments.board import Measure
    from engine.experiments.execution import WorkerState
    from engine.experiments.library import Experiment
    from engine.experiments.sweep import Sweep
    from gui.workbench.sweep_queue import Course

OPEN = "Click: open it in the Lab as B"
CODES = {Fate.LEARNED: "healthy", Fate.BROKE: "nonfinite", Fate.REFUSED: "waiting"}


def setting_text(sweep: Sweep, values: Values) -> str:
    """Return the values of a setting in words: ``depth 24, initial scale 1.85``."""
    said = [f"{title_of(axis.knob)} {value_text(value)}"
            for axis, value in zip(sweep.axes, values, strict=True)]
    text = ", ".join(said)
    return text[:1].upper() + text[1:]


def tip_of(sweep: Sweep, values: Values, spot: Spot | None, measure: Measure,
           reading: Reading | None, rate: float | None) -> Tip:
    """Return what there is to say of a setting.

    Parameters
    ----------
    sweep, values : Sweep, tuple
        Which one.
    spot : Spot | None
        What became of it; None while it is not computed.
    measure : Measure
        What is measured.
    reading : Reading | None
        What theory says of its depth and scale.
    rate : float | None
        The largest stable learning rate there.
    """
    notes = [message.text for message in _theory(reading, rate)]
    heading = setting_text(sweep, values)
    if spot is None:
        return Tip(heading, "", say("map.waiting").text, tuple(notes), OPEN)
    return Tip(heading, CODES[spot.fate], _became(spot, measure).text, tuple(notes), OPEN)


def _became(spot: Spot, measure: Measure) -> Message:
    if spot.fate is Fate.REFUSED:
        why = spot.results[0].message
        return say("map.refused-unsaid") if why is None else say("map.refused",
                                                                 reason=why.message)
    if spot.fate is Fate.BROKE:
        step = min(result.step for result, figure in zip(spot.results, spot.figures, strict=True)
                   if math.isnan(figure))
        told = say("map.blew-up-unmeasured", step=step) if math.isnan(spot.size) else say(
            "map.blew-up", step=step, size=spot.size)
    else:
        told = say("map.learned", what=measure.title, figure=spot.size)
    count = len(spot.figures)
    known = tuple(f"{figure:.3g}" for figure in spot.figures if not math.isnan(figure))
    if spot.fate is Fate.LEARNED and count > 1:
        told = say("map.seeds", told=told, count=len(known), figures=known)
    if count > 1 and spot.broken:
        told = say("map.some-blew-up", told=told, count=spot.broken, seeds=count)
    return told


def _theory(reading: Reading | None, rate: float | None) -> Iterable[Message]:
    if reading is not None:
        yield say("map.chi", chi=reading.chi, each=math.sqrt(max(reading.chi, 0.0)))
        if math.isfinite(reading.xi):
            yield say("map.xi", xi=reading.xi, times=REACH, reach=reading.reach,
                      sign="≥" if reading.is_trainable else "<", depth=reading.depth)
        else:
            yield say("map.xi-endless")
    if rate is not None:
        yield say("map.rate", rate=rate)


def entry_of(experiment: Experiment, share: float, waiting: Sequence[str], current: str) -> Entry:
    """Return how an experiment stands in the list, of which such a share is computed."""
    status = (Status.RUNNING if experiment.key == current else
              Status.WAITING if experiment.key in waiting else
              Status.DONE if share >= 1 else Status.PART if share > 0 else Status.NONE)
    title, short = experiment.title.text, experiment.key.replace("-", " ").capitalize()
    if experiment.table is None:
        return Entry(experiment.key, title, experiment.group, status, share)
    return Entry(experiment.key, short, experiment.group, status, share, title)


def signs_of(workers: Sequence[WorkerState], title: str) -> tuple[WorkerSign, ...]:
    """Return workers as the bar shows them."""
    return tuple(WorkerSign(f"{title} {one.name}".strip(), one.state,
                            "" if one.message is None else one.message.text) for one in workers)


def progress_of(course: Course, waiting: int) -> Progress:
    """Return how far what runs is."""
    left = "" if course.seconds_left is None or course.is_paused else (
        f"{in_words(course.seconds_left)} left")
    notes = ["paused"] if course.is_paused else []
    notes.append("coarse to fine, cheap first")
    if waiting:
        notes.append(f"{waiting} more {'waits' if waiting == 1 else 'wait'}")
    return Progress(course.title, course.done, course.total, left, " · ".join(notes),
                    course.is_paused)
