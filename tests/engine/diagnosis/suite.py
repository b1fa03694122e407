"""Networks of the table trained and judged: ``python -m tests.engine.diagnosis.suite``.

Every network is trained once for a seed, and three judges look at it, each at steps of its own.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from engine.data.dataset import Dataset
from engine.diagnosis.verdicts import JUDGED, RunJudge, Verdict
from engine.errors import DivergedError
from engine.spec import ProjectSpec
from engine.telemetry.snapshot import Snapshot
from engine.training import Trainer
from tests.engine.diagnosis.making import NOT_YET, Network
from tests.engine.diagnosis.networks import NETWORKS

SPACINGS = (20, 26, 50)
"""Steps between two looks."""

MOST_CHANGES = 2
"""Of the verdict, in a run that nobody edits."""


@dataclass(frozen=True)
class Said:
    """What was said at a step, by which figures."""

    step: int
    code: str
    severity: int
    title: str = ""
    sentence: str = ""
    evidence: str = ""


@dataclass
class Course:
    """What was said of a run, looked at every so many steps.

    Attributes
    ----------
    network : Network
        What ran.
    seed, spacing : int
        How it was trained and looked at.
    said : list[Said]
        The first of each stretch of equal verdicts, in order.
    end : str
        Loss and score in the end.
    """

    network: Network
    seed: int
    spacing: int
    said: list[Said] = field(default_factory=list)
    end: str = ""

    def note(self, said: Said) -> None:
        """Add what was said, if it is news."""
        if not self.said or (said.code, said.severity) != (self.said[-1].code,
                                                           self.said[-1].severity):
            self.said.append(said)

    @property
    def told(self) -> list[Said]:
        """From the first verdict on that says something."""
        firsts = [n for n, said in enumerate(self.said) if said.code not in NOT_YET]
        return self.said[firsts[0]:] if firsts else []

    @property
    def first(self) -> str:
        """The first code that says something; empty if none did."""
        return self.told[0].code if self.told else ""

    @property
    def ends_rightly(self) -> bool:
        """Whether the last word is one of those that are asked for."""
        last = self.told[-1].code if self.told else ""
        return not self.network.last or last in self.network.last

    @property
    def changes(self) -> int:
        """How often another code was said after that."""
        return max(0, sum(1 for _ in groupby(said.code for said in self.told)) - 1)

    @property
    def false_alarm(self) -> bool:
        """Whether attention was asked for a network in which nothing is wrong."""
        return self.network.is_well and any(said.severity > 0 for said in self.said)

    @property
    def forbidden(self) -> list[str]:
        """What was said though it must never be."""
        return sorted(self.network.never & {said.code for said in self.told})

    @property
    def returns(self) -> list[str]:
        """What was said again though it may only be said before all else."""
        return [said.code for said in self.told if said.code in NOT_YET]

    def faults(self) -> list[str]:
        """Return what is wrong with the verdicts, a few words each; empty if nothing is."""
        network, told = self.network, self.told
        found = []
        if self.first not in network.first:
            found.append(f"first is {self.first or 'nothing'}")
        if not self.ends_rightly:
            found.append(f"last is {told[-1].code if told else 'nothing'}")
        found += [f"says {code}" for code in self.forbidden]
        if self.changes > MOST_CHANGES:
            found.append(f"{self.changes} changes")
        found += [f"back to {code}" for code in self.returns]
        if self.false_alarm:
            found.append("false alarm")
        return found


def judge_of(project: ProjectSpec, dataset: Dataset) -> RunJudge:
    """Return what judges the runs of a project."""
    return RunJudge.of(project, dataset)


def watched(network: Network, seed: int, spacings: Sequence[int] = SPACINGS) -> list[Course]:
    """Train a network once; return what was said of it at each spacing."""
    project, dataset = network.make(seed)
    trainer = Trainer(project, dataset, threads=1)
    courses = [Course(network, seed, spacing) for spacing in spacings]
    judges = [judge_of(project, dataset) for _ in spacings]
    for step in (0, *looks(network.steps, spacings)):
        diverged = not advanced(trainer, step)
        snapshot = trainer.snapshot(JUDGED)
        for judge, course in zip(judges, courses, strict=True):
            # As in the window, everybody sees what was left before numbers went out of range.
            if step % course.spacing == 0 or diverged:
                course.note(as_said(snapshot, judge.judge(snapshot)))
            course.end = figures(snapshot) + (", diverged" if diverged else "")
        if diverged:
            break
    return courses


def advanced(trainer: Trainer, step: int) -> bool:
    """Train up to a step; say whether all numbers stayed finite."""
    try:
        while trainer.step < step:
            trainer.run(step - trainer.step, budget_s=10.0)
    except DivergedError:
        return False
    return True


def looks(steps: int, spacings: Sequence[int]) -> list[int]:
    """Return the steps at which somebody looks."""
    return sorted({step for spacing in spacings for step in range(spacing, steps + 1, spacing)})


def as_said(snapshot: Snapshot, verdict: Verdict) -> Said:
    return Said(snapshot.step, verdict.code, verdict.severity, verdict.title, verdict.sentence,
                verdict.evidence)


def figures(snapshot: Snapshot) -> str:
    """Return loss and score on both sides."""
    sides = [("training", snapshot.training), ("validation", snapshot.validation)]
    return ", ".join(f"{name} {side.loss:.3g}, {side.accuracy:.3f}"
                     for name, side in sides if side is not None)


def row(course: Course) -> str:
    """Return a course in a line of the table."""
    said = " ".join(f"{said.step}:{said.code}{'!' * said.severity}" for said in course.said)
    faults = ", ".join(course.faults())
    return " | ".join((
        f"{course.network.name} ({course.seed}, {course.spacing})",
        " ".join(sorted(course.network.first)), course.first or "nothing", said,
        str(course.changes), "FALSE ALARM" if course.false_alarm else "",
        f"NO: {faults}" if faults else "ok", course.end))


def summary(courses: Sequence[Course]) -> str:
    """Return how many courses are right."""
    right = sum(course.first in course.network.first for course in courses)
    restless = sum(course.changes > MOST_CHANGES for course in courses)
    return (f"{len({course.network.name for course in courses})} networks, {len(courses)} courses: "
            f"first verdict right in {right / max(1, len(courses)):.1%}, "
            f"{sum(course.false_alarm for course in courses)} false alarms, "
            f"{sum('learned' in course.forbidden for course in courses)} "
            f"false 'Learned', {restless} restless, "
            f"{sum(not course.faults() for course in courses)} without a fault.")


def courses_of(networks: Iterable[Network], seeds: Iterable[int],
               spacings: Sequence[int] = SPACINGS) -> Iterator[Course]:
    """Yield every course."""
    seeds = tuple(seeds)
    for network in networks:
        for seed in seeds:
            yield from watched(network, seed, spacings)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; return 1 if a verdict is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.engine.diagnosis.suite")
    parser.add_argument("--only", default="", help="a part of the networks' names")
    parser.add_argument("--seeds", type=int, default=3, help="how many of each")
    parser.add_argument("--wrong", action="store_true", help="wrong ones alone, with sentences")
    wanted = parser.parse_args(arguments)
    logging.disable()
    chosen = [network for network in NETWORKS if wanted.only in network.name]
    courses = []
    for course in courses_of(chosen, range(1, wanted.seeds + 1)):
        courses.append(course)
        if course.faults() or not wanted.wrong:
            sys.stdout.write(row(course) + "\n")
        if course.faults() and wanted.wrong:
            sys.stdout.writelines(f"    {said.step}: {said.sentence} [{said.evidence}]\n"
                                  for said in course.told)
        sys.stdout.flush()
    sys.stdout.write(summary(courses) + "\n")
    return int(any(course.faults() for course in courses))


if __name__ == "__main__":
    sys.exit(main())
