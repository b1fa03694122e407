from __future__ import annotations

import math

import pytest
from pytestqt.qtbot import QtBot

from gui.frames.theory import Theory
from gui.labs.chi_dial import ChiDial, depth_scale, fate, mean_chi
from gui.labs.profile import BLANK, Profile, distance_of, filled
from tests.gui.window.theories import FakeExpected

IDS = ("a", "b", "c")
NAMES = ("Layer 1", "Layer 2", "Layer 3")


def test_distance_is_in_decades_per_layer_and_on_average() -> None:
    found = distance_of({"a": 1e-5, "b": 1e-2, "c": 0.5}, {"a": 1e-2, "b": 1e-1, "c": 0.5})
    assert found is not None
    assert found.decades == pytest.approx({"a": -3.0, "b": -1.0, "c": 0.0})
    assert found.mean == pytest.approx(4 / 3)
    assert found.worst == "a"


def test_of_what_is_gone_for_good_no_decade_tells() -> None:
    assert distance_of({"a": 1e-5}, {"a": 0.0}) is None
    assert distance_of({"a": 1e-5}, {"b": 1.0}) is None
    assert distance_of({"a": 1e-5}, {"a": math.inf}) is None


def test_layers_passed_over_lie_between_those_that_are_drawn() -> None:
    assert filled({"a": 1e-4, "c": 1e-2}, IDS) == pytest.approx({"a": 1e-4, "b": 1e-3, "c": 1e-2})
    assert filled({"b": 1e-3}, IDS) == pytest.approx(dict.fromkeys(IDS, 1e-3))
    assert filled({}, IDS) == {}


def test_the_axis_holds_all_that_is_seen() -> None:
    expected = Theory({"a": FakeExpected("a", 3e-9)})
    profile = Profile(IDS, NAMES, {"a": 1e-6, "b": 1e-3, "c": 0.0}, {"a": 20.0}, expected)
    low, high = profile.span({"b": 1e4})
    assert -12 < low <= -9
    assert high >= 4
    assert Profile(IDS, NAMES).span({}) == BLANK
    narrow = Profile(IDS, NAMES, {"a": 0.02}).span({})
    assert narrow[1] - narrow[0] >= 3


def test_the_dial(qtbot: QtBot) -> None:
    dial = ChiDial()
    qtbot.addWidget(dial)
    shares = []
    for chi, word in ((0.0, "vanishes"), (0.41, "vanishes"), (1.0, "lasts"), (1.8, "explodes"),
                      (1e9, "explodes")):
        dial.set_chi(chi)
        shares.append(dial.share())
        assert fate(chi) == word
    assert shares == sorted(shares)
    assert (shares[0], shares[2], shares[4]) == (0.0, 0.5, 1.0)
    assert "explodes" in dial.accessibleDescription()
    dial.set_chi(math.nan)
    assert dial.accessibleDescription() == "χ is not known"


def test_chi_of_several_layers_and_the_depth_scale() -> None:
    theory = Theory({"a": FakeExpected("a", 1.0, chi=0.5), "b": FakeExpected("b", 1.0, chi=2.0),
                     "c": FakeExpected("c", 1.0, chi=math.nan)})
    assert mean_chi(theory, IDS) == pytest.approx(1.0)
    assert mean_chi(theory, ("a",)) == 0.5
    assert math.isnan(mean_chi(theory, ("c", "d")))
    assert depth_scale(math.exp(-0.5)) == pytest.approx(2.0)
    assert depth_scale(1.0) == math.inf
    assert depth_scale(0.0) == 0.0
