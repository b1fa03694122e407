"""The doctor's limits in a project: checked, saved where they differ, and read again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from engine.errors import FormatError
from engine.spec import LIMITS, LimitField, ProjectSpec, project_from_json, project_to_json
from engine.spec.limits import BY_KEY, differences, differing, limits_fault
from tests.engine.spec.strategies import LIMITS_OF_PROJECTS


@pytest.mark.parametrize("field", LIMITS, ids=lambda field: field.key)
def test_every_default_is_allowed_and_explained(field: LimitField) -> None:
    assert field.fault(field.default) is None
    assert field.title
    assert field.help
    assert list(BY_KEY).count(field.key) == 1


def test_titles_are_each_ones_own() -> None:
    assert len({field.title for field in LIMITS}) == len(LIMITS)


@given(LIMITS_OF_PROJECTS)
def test_a_project_brings_them_back(limits: dict[str, Any]) -> None:
    project = ProjectSpec(limits=limits)
    assert project_from_json(project_to_json(project)) == project


def test_only_what_differs_is_kept() -> None:
    limits = {"gap": 0.1, "dead": (0.1, 0.3), "vanishing": (1e-2, 1e-4)}
    assert differing(limits) == {"dead": (0.1, 0.3)}
    assert [one.text for one in differences(limits)] == [
        "Dead units: 0.1 and 0.3 (default 0.2 and 0.5)"]
    assert json.loads(project_to_json(ProjectSpec()))["limits"] == {}


@pytest.mark.parametrize(("limits", "told"), [
    ({"vanishin": [0.1, 0.01]}, "vanishin"),
    ({"vanishing": [1e-4, 1e-2]}, "amber (0.0001) must not be below red (0.01)"),
    ({"dead": [0.5, 0.2]}, "amber (0.5) must not be above red (0.2)"),
    ({"dead": [0.5, 1.5]}, "“Dead units”: 1.5 is above 1"),
    ({"vanishing": [0.1, 0.0]}, "is below"),
    ({"dead": 0.5}, "not two numbers"),
    ({"gap": [0.1, 0.2]}, "is not a number"),
    ({"patience": 2.5}, "2.5 is not a whole number"),
    ({"patience": "long"}, "limits"),
    ({"exploding": [1, 2, 3]}, "limits"),
], ids=str)
def test_a_file_with_a_wrong_one_is_refused_by_name(limits: dict[str, Any], told: str) -> None:
    with pytest.raises(FormatError) as caught:
        project_from_json(json.dumps({"limits": limits}))
    assert told in caught.value.sentence


def test_figures_that_are_none_are_refused() -> None:
    for value in (float("nan"), float("inf"), True, "1", None, (float("nan"), 1.0)):
        assert limits_fault({"growth": value}) is not None  # type: ignore[dict-item]
        assert limits_fault({"exploding": (10.0, value)}) is not None  # type: ignore[dict-item]
