from __future__ import annotations

import pytest

from tests.contracts.architecture import wrong_names
from tests.contracts.rooms import ORDER
from tests.contracts.source import ROOT, must_be_empty, sources

PAGE = ROOT / ".github" / "ARCHITECTURE.md"
PROGRAM = {source.name: source for source in sources("engine", "gui", "resources", "tests")}


def test_all_that_the_page_names_exists() -> None:
    must_be_empty(wrong_names(PAGE.read_text("utf-8"), PROGRAM))


def test_every_room_is_described() -> None:
    text = PAGE.read_text("utf-8")
    must_be_empty(f"{room} is not described" for room in ORDER if f"`{room}`" not in text)


@pytest.mark.parametrize("name", [
    "engine.plan.nothing", "engine.plan.build.no_function", "gui/window/nothing.py",
    "engine.training.trainer.Trainer.no_method", ".github/NOTHING.md",
])
def test_a_wrong_name_is_seen(name: str) -> None:
    assert list(wrong_names(f"First line.\nSee `{name}`.", PROGRAM))


@pytest.mark.parametrize("name", [
    "engine.plan", "engine.plan.build.build_plan", "engine.training.trainer.Trainer.run",
    "gui/window/main_window.py", "gui/window", "resources/dev.py", "w", "a sentence", "tests.bench",
])
def test_a_right_name_passes(name: str) -> None:
    assert not list(wrong_names(f"See `{name}`.", PROGRAM))
