"""Every cure that is offered, tried: ``python -m tests.engine.diagnosis.cure_suite``.

An ill network is trained as run A. For its first verdict and its last one, every cure that is
offered is trained as run B to the same step, and judged by the yardstick; what is said of it is
held against the numbers.
"""

from __future__ import annotations

import argparse
import dataclasses
import logging
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from engine.data import load
from engine.data.dataset import Dataset
from engine.diagnosis.cures import Cure, cures_for
from engine.diagnosis.verdicts import JUDGED, RunJudge, Verdict
from engine.errors import DivergedError
from engine.experiments.outcome import Outcome, Standing, outcome
from engine.experiments.yardstick import Yardstick, yardstick
from engine.spec import ProjectSpec
from engine.training import Trainer
from tests.engine.diagnosis.cure_networks import MORE
from tests.engine.diagnosis.making import FILES, Network
from tests.engine.diagnosis.networks import NETWORKS
from tests.engine.diagnosis.truth import faults

SPACING = 20
"""Steps between two looks."""

ILL = (*(network for network in NETWORKS if not network.is_well), *MORE)


@dataclass(frozen=True)
class Course:
    """Run A: how it stands in the end, and the verdicts for which cures are offered.

    Attributes
    ----------
    standing : Standing
        The run at its last step.
    verdicts : tuple[Verdict, ...]
        The first one that deserves attention, and the last.
    """

    standing: Standing
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True)
class Trial:
    """A cure, and what came of it.

    Attributes
    ----------
    network, seed, verdict : str, int, str
        For which network, and for what the doctor said of it.
    cure : Cure
        What was tried.
    outcome : Outcome
        What is said of it.
    untrue : tuple[str, ...]
        What of that does not hold.
    """

    network: str
    seed: int
    verdict: str
    cure: Cure
    outcome: Outcome
    untrue: tuple[str, ...]

    @property
    def helped(self) -> bool:
        """Whether B's figure is better."""
        return self.outcome.code == "helped"


def trained(project: ProjectSpec, dataset: Dataset, steps: int) -> Course:
    """Train a project and judge it as the window does, to a step or its end."""
    trainer, judge = Trainer(project, dataset, threads=1), RunJudge.of(project, dataset)
    snapshot = trainer.snapshot(JUDGED)
    said = [judge.judge(snapshot)]
    end = ""
    for step in range(SPACING, steps + 1, SPACING):
        try:
            while trainer.step < step and not end:
                trainer.run(step - trainer.step, budget_s=10.0)
                end = "stopped" if trainer.ended is not None else ""
        except DivergedError:
            end = "broke"
        snapshot = trainer.snapshot(JUDGED)
        said.append(judge.judge(snapshot))
        if end:
            break
    grave = [verdict for verdict in said if verdict.severity > 0]
    verdicts = [*grave[:1], *(said[-1:] if said[-1].severity > 0 else ())]
    unique = {verdict.code: verdict for verdict in verdicts}
    standing = Standing(project, dataset, snapshot, said[-1], end)  # type: ignore[arg-type]
    return Course(standing, tuple(unique.values()))


def data_for(network: Network, before: ProjectSpec, dataset: Dataset, after: ProjectSpec
             ) -> Dataset:
    """Return the data as an edited project would have them."""
    if after.data == before.data:
        return dataset
    if network.file:
        return load(after.data, FILES / f"{network.file}.json")
    if after.data.source != "table":
        return load(after.data)
    rows = np.arange(len(dataset.inputs))
    learned = round(after.data.training_share * len(rows))
    inputs, values = dataset.inputs, dataset.values
    if after.data.scaling != before.data.scaling:
        inputs, values = (_standard(numbers, learned) for numbers in (inputs, values))
    return dataclasses.replace(dataset, inputs=inputs, values=values, training=rows[:learned],
                               validation=rows[learned:])


def _standard(numbers: np.ndarray, learned: int) -> np.ndarray:
    spread = numbers[:learned].std(0)
    found: np.ndarray = (numbers - numbers[:learned].mean(0)) / np.where(spread > 0, spread, 1.0)
    return found


def trials(network: Network, seed: int) -> Iterator[Trial]:
    """Yield every cure that is offered for a network, tried."""
    project, dataset = network.make(seed)
    course = trained(project, dataset, network.steps)
    tried: dict[str, tuple[Yardstick, Standing]] = {}
    for verdict in course.verdicts:
        for cure in cures_for(verdict, project, dataset):
            if cure.label.text not in tried:
                other = data_for(network, project, dataset, cure.project)
                rule = yardstick((project, dataset), (cure.project, other), network.steps)
                tried[cure.label.text] = rule, trained(cure.project, other, network.steps).standing
            rule, standing = tried[cure.label.text]
            found = outcome(rule, course.standing, standing, is_cure=True)
            yield Trial(network.name, seed, verdict.code, cure, found,
                        tuple(faults(found, rule, course.standing, standing)))


def row(trial: Trial) -> str:
    """Return a trial in a line of the table."""
    words = trial.outcome.words
    price = "" if trial.outcome.price is None else f" [{trial.outcome.price.text}]"
    return " | ".join((f"{trial.network} ({trial.seed})", trial.verdict, trial.cure.code,
                       trial.cure.label.text, trial.outcome.code,
                       f"{words.title.text} {words.sentence.text}{price}",
                       f"UNTRUE: {'; '.join(trial.untrue)}" if trial.untrue else ""))


def summary(found: Sequence[Trial]) -> Iterator[str]:
    """Yield how often each cure helped, by what it was offered for, and all together."""
    by_kind: dict[tuple[str, str], list[Trial]] = defaultdict(list)
    for trial in found:
        by_kind[trial.verdict, trial.cure.code].append(trial)
    for (verdict, cure), tried in sorted(by_kind.items()):
        helped = sum(trial.helped for trial in tried)
        mark = "" if helped == len(tried) else "  <-"
        yield f"{verdict:20} {cure:20} {helped:4} of {len(tried):4}{mark}"
    helped, true = sum(one.helped for one in found), sum(not one.untrue for one in found)
    yield (f"{len({one.network for one in found})} networks, {len(found)} cures: "
           f"{helped / max(1, len(found)):.1%} helped, {true / max(1, len(found)):.1%} sentences "
           "true.")


def all_trials(networks: Iterable[Network], seeds: Iterable[int]) -> Iterator[Trial]:
    """Yield every trial."""
    seeds = tuple(seeds)
    for network in networks:
        for seed in seeds:
            yield from trials(network, seed)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; return 1 if a sentence is untrue."""
    parser = argparse.ArgumentParser(prog="python -m tests.engine.diagnosis.cure_suite")
    parser.add_argument("--only", default="", help="a part of the networks' names")
    parser.add_argument("--seeds", type=int, default=3, help="how many of each")
    parser.add_argument("--failed", action="store_true", help="only cures that did not help")
    parser.add_argument("--more", action="store_true", help="only those of cure_networks")
    wanted = parser.parse_args(arguments)
    logging.disable()
    table = MORE if wanted.more else ILL
    chosen = [network for network in table if wanted.only in network.name]
    found = []
    for trial in all_trials(chosen, range(1, wanted.seeds + 1)):
        found.append(trial)
        if not (wanted.failed and trial.helped and not trial.untrue):
            sys.stdout.write(row(trial) + "\n")
            sys.stdout.flush()
    sys.stdout.writelines(f"{line}\n" for line in summary(found))
    return int(any(trial.untrue for trial in found))


if __name__ == "__main__":
    sys.exit(main())
