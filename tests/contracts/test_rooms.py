from __future__ import annotations

from tests.contracts.rooms import (
    ORDER,
    circles,
    homeless,
    module_arrows,
    report,
    room_of,
    upward,
)
from tests.contracts.source import Source, must_be_empty, sources

PROGRAM = sources("engine", "gui")
ARROWS = module_arrows(PROGRAM)


def test_arrows_point_down() -> None:
    must_be_empty(upward(ARROWS))


def test_no_modules_import_one_another() -> None:
    must_be_empty(" - ".join(circle) for circle in circles(ARROWS))


def test_every_module_lies_in_a_room() -> None:
    must_be_empty(homeless(PROGRAM))


def test_every_room_exists() -> None:
    names = {source.name for source in PROGRAM}
    inhabited = {room_of(name) for name in names}
    assert [room for room in ORDER if room not in inhabited] == []


def test_an_arrow_upward_is_seen() -> None:
    program = [Source("engine.spec.network", "import engine.plan.build"),
               Source("engine.plan.build", "from engine.spec import network")]
    assert upward(module_arrows(program)) == [
        "engine.spec.network imports engine.plan.build, but engine.plan stands above engine.spec"]


def test_an_import_deep_in_a_function_counts() -> None:
    program = [Source("gui.theme.tokens", "def f():\n    from gui.window import keys"),
               Source("gui.window.keys", "")]
    assert upward(module_arrows(program))


def test_a_circle_is_seen_however_long() -> None:
    program = [Source("gui.plots.a", "import gui.plots.b"),
               Source("gui.plots.b", "from gui.plots import c"),
               Source("gui.plots.c", "from gui.plots.a import A"), Source("gui.plots.d", "")]
    assert circles(module_arrows(program)) == [["gui.plots.a", "gui.plots.b", "gui.plots.c"]]
    assert circles({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_a_module_without_a_room_is_seen() -> None:
    assert homeless([Source("gui.loose", "")])
    assert not homeless([Source("gui.plots.loss", ""), Source("gui", "")])


def test_the_report_names_what_is_wrong() -> None:
    program = [Source("gui.plots.a", "import gui.window.b"),
               Source("gui.window.b", "import gui.plots.a")]
    lines = list(report(program))
    assert "arrows upward: 1" in lines
    assert "gui.plots.a - gui.window.b" in lines
