"""Steps that follow one another on the page: no part keeps anything of the step before."""

from __future__ import annotations

import itertools
from functools import cache

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from engine.microscope.dissection import Dissection
from engine.microscope.walk import Level
from gui.microscope.lens import Lens
from gui.microscope.page import MicroscopePage
from tests.engine.microscope.test_not_finite import grown
from tests.gui.microscope import steps
from tests.gui.themed import app

__all__ = ["app"]

MADE = {"first": steps.first, "images": steps.images, "sequences": steps.sequences,
        "residual": steps.residual}


@cache
def step(name: str) -> Dissection:
    return MADE[name]().dissect()


@pytest.fixture
def page(qtbot: QtBot) -> MicroscopePage:
    page = MicroscopePage(Lens())
    qtbot.addWidget(page)
    page.resize(1300, 760)
    page.show_step()
    page.show()
    return page


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("level", [Level.LAYER, Level.TERM])
def test_every_part_lets_go_of_the_step_before(
    page: MicroscopePage, qtbot: QtBot, level: Level
) -> None:
    lens, check = page.lens, page.check.check
    lens.set_level(level)
    for before, after in itertools.pairwise([*MADE, *MADE][:len(MADE) + 1]):
        lens.look_at(step(before))
        statements = lens.trace.program.statements
        last = max(i for i, one in enumerate(statements) if one.of)
        for i in (last, len(statements) - 1):
            lens.go_to(i, 0, tuple(length - 1 for length in statements[i].shape))
            check.check_one()
            page.grab()
            lens.look_at(step(after))
            assert check.found is None
            page.grab()
            lens.look_at(step(before))
        check.all_button.click()
        page.check.hunt.begin(3)
        qtbot.waitUntil(lambda: page.check.hunt.hunt is not None)
        lens.look_at(step(after))
        page.grab()
        assert page.check.hunt.hunt is None
        assert not check.is_waiting


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("size", [1e200, np.inf])
def test_a_step_that_has_overflowed_is_shown(page: MicroscopePage, size: float) -> None:
    lens = page.lens
    lens.look_at(grown("series", size))
    for i, one in enumerate(lens.trace.program.statements):
        lens.open(i, tuple(length - 1 for length in one.shape))
    lens.go(len(lens.walk) - 1)
    page.grab()
