"""The way back among the pages."""

from __future__ import annotations

from gui.pages.trail import Stop, Trail


def test_one_goes_back_and_on_again() -> None:
    trail = Trail()
    assert trail.here is None
    assert not trail.can_move(-1)
    first, second, third = Stop("contents"), Stop("page", "a/b"), Stop("page", "c/d")
    for stop in (first, second, second, third):
        trail.go(stop)
    trail.move(-1)
    assert trail.here == second
    trail.move(-1)
    assert trail.here == first
    trail.move(-1)
    assert trail.here == first
    trail.move(1)
    assert trail.here == second
    assert trail.can_move(1)


def test_what_lay_ahead_is_forgotten_and_letters_are_no_stops() -> None:
    trail = Trail()
    for stop in (Stop("contents"), Stop("found", "l"), Stop("found", "lo"), Stop("page", "a/b")):
        trail.go(stop)
    trail.move(-1)
    assert trail.here == Stop("found", "lo")
    trail.move(-1)
    assert trail.here == Stop("contents")
    trail.go(Stop("page", "c/d"))
    assert not trail.can_move(1)
