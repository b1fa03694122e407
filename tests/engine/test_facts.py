"""What the engine tells about itself is what it does."""

from __future__ import annotations

import os

import pytest

from engine import facts as facts_module
from engine.facts import facts
from engine.training import pace


def test_threads_are_those_that_a_run_has(monkeypatch: pytest.MonkeyPatch) -> None:
    assert facts()["Threads"] == f"up to {pace.spare_processors()}"
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: set(range(8)), raising=False)
    assert facts()["Threads"] == "up to 7"


def test_the_layer_of_threads_is_the_engines() -> None:
    assert facts()["Threading layer"] == "the engine's own threads"
    assert not [value for value in facts().values() if "not started" in value]


def test_whoever_reports_a_slow_computer_finds_version_and_width(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts_module.numba, "__version__", "99.0")
    told = facts()
    assert told["Compiler"].startswith("Numba 99.0, LLVM ")
    assert "bits" in told["Vectors"]
    assert all(told.values())
