"""Cures are tried: those that are offered help, and what is said of them is true."""

from __future__ import annotations

import dataclasses

import pytest

from engine.experiments.outcome import Standing
from engine.experiments.yardstick import yardstick
from tests.engine.diagnosis.cure_suite import ILL, all_trials, row, trained, trials
from tests.engine.diagnosis.truth import faults, read

HELPED = 0.9
"""Share of all cures that must make B's figure better."""

SEEDS = (1,)
"""One is a matter of minutes; ``python -m tests.engine.diagnosis.cure_suite`` takes three."""

QUICK = ("ten of sigmoid", "saturated hard tanh", "dead from the start", "zeros", "rate 1e-6",
         "diverging line", "coins by heart", "targets of 100,000, SGD", "clipped to nothing",
         "circle, rate 1")
"""Networks of many kinds that are trained, with their cures, in a few seconds together."""


def test_cures_of_each_kind_help_and_are_told_of_truly() -> None:
    found = list(all_trials([one for one in ILL if one.name in QUICK], (1,)))
    assert {trial.network for trial in found} == set(QUICK)
    for trial in found:
        assert not trial.untrue, row(trial)
    assert sum(trial.helped for trial in found) >= HELPED * len(found), "\n".join(map(row, found))


@pytest.mark.whole
def test_nine_cures_of_ten_help_and_every_sentence_is_true() -> None:
    found = list(all_trials(ILL, SEEDS))
    untrue = [row(trial) for trial in found if trial.untrue]
    assert not untrue, "\n" + "\n".join(untrue)
    vain = [row(trial) for trial in found if not trial.helped]
    assert len(vain) <= (1 - HELPED) * len(found), "\n" + "\n".join(vain)


def test_a_claim_that_does_not_hold_is_seen() -> None:
    network = next(one for one in ILL if one.name == "dead from the start")
    project, dataset = network.make(1)
    trial = next(trials(network, 1))
    a = trained(project, dataset, network.steps).standing
    b = trained(trial.cure.project, dataset, network.steps).standing
    rule = yardstick((project, dataset), (trial.cure.project, dataset), network.steps)
    assert not list(faults(trial.outcome, rule, a, b))
    for one, two in ((b, a), (a, a), (_worse(a), b), (a, _worse(b))):
        assert list(faults(trial.outcome, rule, one, two))


def _worse(run: Standing) -> Standing:
    """Return a run whose loss is a tenth more."""
    seen = run.snapshot.validation
    assert seen is not None
    held = dataclasses.replace(seen, loss=1.1 * seen.loss)
    return dataclasses.replace(run, snapshot=dataclasses.replace(run.snapshot, validation=held))


@pytest.mark.parametrize(("words", "number"), [
    ("a two-millionth", 0.5e-6), ("an eighty-thousandth", 1.25e-5), ("nothing", 0.0),
    ("a three-hundred-millionth", 1 / 3e8), ("1,234.5", 1234.5), ("2.4e-05.", 2.4e-5)])
def test_numbers_are_read_as_they_are_written(words: str, number: float) -> None:
    assert read(words) == pytest.approx(number)
