"""What a change of the document asks of a run."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from engine.layers import Issue
from engine.messages import say
from engine.spec import default_project
from gui.workbench.run_plan import Apply, Keep, Reason, Rejudge, Restart, RunPlan
from gui.workbench.words import ANEW, TITLES, headline, prospect
from tests.gui.workbench.conftest import two_clouds

PROJECT = default_project()
DATA = two_clouds(PROJECT.data)
PLAN = RunPlan(PROJECT, DATA)
BROKEN = RunPlan(PROJECT, DATA, (Issue("output", say("run.none-yet")),))


def trained(**changes: Any) -> RunPlan:
    return RunPlan(replace(PROJECT, training=replace(PROJECT.training, **changes)), DATA)


@pytest.mark.parametrize(("after", "expected"), [
    (PLAN, Keep()),
    (RunPlan(replace(PROJECT, name="Another"), DATA), Keep()),
    (RunPlan(replace(PROJECT, limits={"gap": 0.2}), DATA), Rejudge()),
    (trained(learning_rate=0.7), Apply(trained(learning_rate=0.7).project.training)),
    (trained(loss="mean_squared_error"),
     Apply(trained(loss="mean_squared_error").project.training)),
    (RunPlan(PROJECT, two_clouds(PROJECT.data)), Restart(Reason.DATA)),
    (trained(precision="float64"), Restart(Reason.PRECISION)),
    (trained(seed=7, learning_rate=0.7), Restart(Reason.SEED)),
    (RunPlan(replace(PROJECT, start_from="other.bplab"), DATA), Restart(Reason.START)),
    (BROKEN, Restart(None)),
], ids=["nothing", "name", "limits", "rate", "loss", "data", "precision", "seed", "start",
        "broken"])
def test_a_change_keeps_changes_or_restarts_a_run(after: RunPlan, expected: object) -> None:
    assert RunPlan.diff(PLAN, after) == expected


def test_another_network_begins_anew() -> None:
    network = type(PROJECT.network)(PROJECT.network.layers[:-1])
    after = RunPlan(replace(PROJECT, network=network), DATA)
    assert RunPlan.diff(PLAN, after) == Restart(Reason.NETWORK)
    assert RunPlan.diff(after, PLAN) == Restart(Reason.NETWORK)


def test_what_is_mended_begins_anew_and_so_does_what_is_opened() -> None:
    assert RunPlan.diff(BROKEN, PLAN) == Restart(None)
    assert RunPlan.diff(PLAN, PLAN, opened=True) == Restart(Reason.OPENED)


def test_every_reason_has_words() -> None:
    assert set(TITLES) == set(Reason)
    assert len({message.text for message in TITLES.values()}) == len(Reason)
    assert headline(Reason.SEED).text == "Seed changed: reset."
    assert prospect(Reason.SEED) == ANEW
    assert "goes on" in prospect(Reason.LEARNED).text
