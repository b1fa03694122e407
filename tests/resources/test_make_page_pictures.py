"""The picture of where theory is wrong is drawn from what runs and theory give."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QByteArray
from PySide6.QtSvg import QSvgRenderer
from pytestqt.qtbot import QtBot

from engine.pages.catalogue import PICTURES
from engine.spec import ProjectSpec
from resources import make_page_pictures as pictures


def measured(project: ProjectSpec, steps: int = 1) -> tuple[list[float], list[float]]:
    layers = len(project.network) - 1
    run = [10.0 ** (-1 - layer % 3) / steps for layer in range(layers)]
    return run, [2 * value for value in run]


def test_every_run_has_its_line(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "measured", measured)
    svg = pictures.picture()
    assert QSvgRenderer(QByteArray(svg.encode())).isValid()
    lines = re.findall(r'<polyline points="([^"]+)" stroke="([^"]+)"', svg)
    seen = [points for points, colour in lines if colour == pictures.MEASURED]
    assert len(seen) == pictures.SEEDS + 2
    assert len(lines) == pictures.SEEDS + 2 + 3
    for points, _ in lines:
        for point in points.split():
            x, y = map(float, point.split(","))
            assert 0 <= x <= pictures.WIDE
            assert 0 <= y <= pictures.HIGH


def test_the_picture_of_the_page_suits_both_themes() -> None:
    svg = (PICTURES / "theory-limits.svg").read_text("utf-8")
    assert set(re.findall(r"#[0-9a-f]{6}", svg)) == {pictures.MEASURED, pictures.EXPECTED}
    assert "currentColor" in svg
