"""What is said of networks whose illness, or health, is known."""

from __future__ import annotations

import pytest

from tests.engine.diagnosis.making import Network, out, table, well
from tests.engine.diagnosis.networks import CODES, GROUPS, NETWORKS
from tests.engine.diagnosis.suite import (
    MOST_CHANGES,
    Course,
    Said,
    courses_of,
    looks,
    row,
    watched,
)

RIGHT = 0.95
"""Share of first verdicts, and of last ones, that have to be right."""

SEEDS = (1, 2, 3)

QUICK = (
    "circle, playground", "clouds by two linear layers", "plane, linear", "iris, full batch",
    "sine, simple recurrent", "table of values", "rare but known", "ten of sigmoid",
    "ten of tanh, spread 0.05", "ten of ReLU, gain 3", "saturated tanh", "dead in the middle",
    "zeros", "rate 0", "rate 1e-6", "diverging line", "linear, circle", "sigmoid twice",
    "ReLU output for any value", "L2 of 1", "inputs of millions, ReLU", "coins by heart",
    "80 and 20",
)
"""Networks of all groups that are trained in a part of a second each."""


def named(name: str) -> Network:
    return next(network for network in NETWORKS if network.name == name)


@pytest.mark.parametrize("name", QUICK)
def test_a_network_of_each_kind_is_judged_rightly(name: str) -> None:
    (course,) = watched(named(name), 1, (26,))
    assert not course.faults(), row(course)


@pytest.mark.whole
@pytest.mark.parametrize("group", GROUPS)
def test_every_network_is_judged_rightly(group: str) -> None:
    courses = list(courses_of(GROUPS[group], SEEDS))
    for wrong in ([course for course in courses if course.first not in course.network.first],
                  [course for course in courses if not course.ends_rightly]):
        told = "\n".join(map(row, wrong))
        assert len(wrong) <= (1 - RIGHT) * len(courses), f"\n{told}"
    faults = {
        "false alarm": [course for course in courses if course.false_alarm],
        "must not be said": [course for course in courses if course.forbidden],
        "restless": [course for course in courses if course.changes > MOST_CHANGES],
        "back to too early": [course for course in courses if course.returns],
    }
    told = "\n".join(f"{fault}: {row(course)}" for fault, found in faults.items()
                     for course in found)
    assert not told, f"\n{told}"


def test_the_table_is_large_and_says_what_a_judge_can_say() -> None:
    names = [network.name for network in NETWORKS]
    assert len(names) == len(set(names))
    assert sum(network.is_well for network in NETWORKS) >= 25
    assert sum(not network.is_well for network in NETWORKS) >= 55
    for network in NETWORKS:
        assert network.first, network.name
        said = network.first | network.last | network.never
        assert said <= CODES, network.name
        assert not (network.first | network.last) & network.never, network.name
        assert network.why.endswith("."), network.name


def course_of(*codes: str, severity: int = 0) -> Course:
    course = Course(well("any", "Any.", table("circle")), 1, 10)
    for number, code in enumerate(codes):
        course.note(Said(10 * number, code, severity))
    return course


def test_changes_are_counted_from_the_first_that_says_something() -> None:
    course = course_of("waiting", "early", "learning", "learning", "learned")
    assert (course.first, course.changes, course.faults()) == ("learning", 1, [])
    course = course_of("waiting", "early")
    assert (course.first, course.faults()) == ("", ["first is nothing"])
    course = course_of("waiting", "learned", "early", "learned", "learning")
    assert course.faults() == ["3 changes", "back to early"]


def test_a_graver_word_on_a_network_that_is_well_is_a_false_alarm() -> None:
    assert course_of("waiting", "learning", severity=1).faults() == ["false alarm"]
    course = course_of("learning")
    course.note(Said(10, "learning", 1))
    course.note(Said(20, "learning", 0))
    assert course.faults() == ["false alarm"]
    assert course.changes == 0


def test_everybody_looks_at_their_own_steps() -> None:
    assert looks(60, (20, 26)) == [20, 26, 40, 52, 60]
    first, second = watched(well("any", "Any.", table("circle"), out(2), steps=60), 1, (20, 50))
    assert [course.said[0].step for course in (first, second)] == [0, 0]
