"""The maps that the program brings: every one can be computed."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from engine.data import load
from engine.data.dataset import Dataset
from engine.experiments.cell import operations_of
from engine.experiments.estimate import in_words, seconds_of
from engine.experiments.map_templates import MapTemplate, map_templates
from engine.experiments.sweep import Axis, Cell
from engine.experiments.theory_lines import theory_lines
from engine.layers import diagnose
from tests.engine.experiments.boards import grid_sweep


@pytest.fixture(scope="module")
def digits() -> Dataset:
    return load(map_templates()[0].sweep.project.data)


@pytest.mark.parametrize("template", map_templates(), ids=lambda one: one.key)
def test_its_corners_can_be_trained(template: MapTemplate, digits: Dataset) -> None:
    sweep = template.sweep
    sweep.check()
    assert template.title.text
    assert template.setting.text
    for place in (tuple(0 for _ in sweep.shape), tuple(count - 1 for count in sweep.shape)):
        project = sweep.project_at(Cell(place, 0))
        assert not diagnose(project, digits.task, digits.n_inputs, digits.n_outputs)
        assert operations_of(project, digits) > 0


def test_keys_are_unique() -> None:
    keys = [one.key for one in map_templates()]
    assert len(set(keys)) == len(keys) == 5


def test_depth_and_scale_have_theory_and_so_have_rates(digits: Dataset) -> None:
    by_key = {one.key: one.sweep for one in map_templates()}
    assert theory_lines(by_key["depth-scale"]).bound == "reach"
    assert theory_lines(by_key["rate-batch"], digits).bound == "rate"


def test_what_costs_more_takes_longer(digits: Dataset) -> None:
    shallow, deep = (grid_sweep(depths=depths, steps=400) for depths in ((1, 2), (30, 40)))
    one, two = (seconds_of(sweep, digits, 1) for sweep in (shallow, deep))
    assert two > 3 * one
    assert seconds_of(deep, digits, 2) == pytest.approx(two / 2)
    assert seconds_of(grid_sweep(depths=(1, 2), steps=400, seeds=5), digits, 1) == pytest.approx(
        5 * one)


def test_what_is_refused_takes_no_time(digits: Dataset) -> None:
    sweep = replace(grid_sweep(), axes=(Axis("training_share", (2.0, 3.0)),))
    assert seconds_of(sweep, digits, 1) == 0.0


@pytest.mark.parametrize(("seconds", "words"), [
    (0.2, "1 s"), (40, "40 s"), (240, "4 min"), (9000, "2.5 h")])
def test_times_in_words(seconds: float, words: str) -> None:
    assert in_words(seconds) == words
