"""Lines drawn into pixels: where Qt would draw them, with their gaps, and one over the other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter, QPolygonF

from gui.plots.feed import Reals
from gui.plots.raster import Flags, Spans, fill, spans

WIDE, TALL = 90, 60


def covered(found: Spans, line: int = 0) -> Flags:
    """Return which pixels a line covers, bool[width, height]."""
    image = np.zeros((WIDE, TALL), np.uint32)
    only = Spans(found.low[line:line + 1], found.high[line:line + 1])
    fill(image, only, np.array([1], np.uint32))
    return image > 0


def by_definition(x: Reals, y: Reals) -> Flags:
    """Return which pixels lie on a line, walked along in small steps, bool[width, height]."""
    found = np.zeros((WIDE, TALL), np.bool_)
    for (x0, y0), (x1, y1) in zip(zip(x, y, strict=True), zip(x[1:], y[1:], strict=True),
                                  strict=False):
        if np.isfinite([y0, y1]).all():
            for share in np.linspace(0.0, 1.0, 4000):
                column, row = int(np.floor(x0 + (x1 - x0) * share)), int(
                    np.floor(y0 + (y1 - y0) * share))
                if 0 <= column < WIDE and 0 <= row < TALL:
                    found[column, row] = True
    return found


def near(pixels: Flags) -> Flags:
    """Return these pixels and their neighbours."""
    padded = np.pad(pixels, 1)
    return np.any([padded[i:i + WIDE, j:j + TALL] for i in range(3) for j in range(3)], axis=0)


@given(st.lists(st.tuples(st.floats(0.1, 20.0), st.floats(-20.0, 80.0)), min_size=2, max_size=8))
def test_a_line_covers_what_it_runs_over_and_no_more(steps: list[tuple[float, float]]) -> None:
    x, y = np.cumsum([step for step, _ in steps]) - 10.0, np.array([height for _, height in steps])
    found, wanted = covered(spans(x, y[None], (WIDE, TALL))), by_definition(x, y)
    assert not (found & ~near(wanted)).any(), "nothing beside it"
    # Of the two pixels at a corner, one is enough.
    assert not (wanted & ~near(found)).any(), "no hole"


@pytest.mark.parametrize("slope", [0.0, 0.3, -0.7, 1.0, -1.0])
def test_a_gentle_line_has_one_pixel_in_every_column(slope: float) -> None:
    x = np.array([0.0, WIDE])
    y = TALL / 2 + slope * (x - WIDE / 2) * TALL / WIDE
    found = covered(spans(x, y[None], (WIDE, TALL)))
    assert found.any(axis=1).mean() > 0.95
    assert found.sum(axis=1).max() == 1


def test_a_peak_between_two_columns_is_not_lost() -> None:
    x = np.array([0.0, 40.2, 40.5, 40.8, 90.0])
    y = np.array([[50.0, 50.0, 3.0, 50.0, 50.0]])
    found = covered(spans(x, y, (WIDE, TALL)))
    assert found[40, 3:51].all()
    assert not found[40, :3].any()
    assert (found[41:].sum(axis=1) == 1).all()


def test_many_points_in_a_column_are_one_stroke_from_the_least_to_the_greatest() -> None:
    x = np.linspace(0.0, WIDE, 50 * WIDE)
    y = 30.0 + 10.0 * np.sin(np.arange(len(x)))
    found = spans(x, y[None], (WIDE, TALL))
    assert found.low[0].tolist() == [20] * WIDE
    assert found.high[0].tolist() == [39] * WIDE


def test_a_gap_has_no_pixels_and_a_line_without_points_none() -> None:
    x = np.arange(0.0, 91.0, 10.0)
    y = np.full((2, 10), 20.0)
    y[0, 4], y[1] = np.nan, np.nan
    found = spans(x, y, (WIDE, TALL))
    assert not covered(found)[31:50].any()
    assert covered(found)[:30, 20].all()
    assert covered(found)[50:89, 20].all()
    assert not covered(found, 1).any()


def test_what_is_beyond_the_picture_is_left_out() -> None:
    x = np.array([-500.0, 30.0, 60.0, 900.0])
    y = np.array([[-1e6, -1e6, 1e6, 1e6]])
    found = covered(spans(x, y, (WIDE, TALL)))
    assert not found[:44].any()
    assert not found[46:].any()
    assert found[44:46].any(axis=0).all()


def test_later_lines_lie_over_earlier_ones() -> None:
    x, y = np.array([0.0, 90.0]), np.array([[20.0, 20.0], [0.0, 59.0]])
    image = np.zeros((WIDE, TALL), np.uint32)
    fill(image, spans(x, y, (WIDE, TALL)), np.array([7, 9], np.uint32))
    crossing = np.flatnonzero((image == 9)[:, 20])
    assert len(crossing)
    assert (np.delete(image[:, 20], crossing) == 7).all()


def test_only_some_columns_are_drawn_of_a_dashed_line() -> None:
    found = spans(np.array([0.0, 90.0]), np.array([[20.0, 20.0]]), (WIDE, TALL))
    dashes = np.arange(WIDE) % 10 < 6
    assert (covered(found.only(dashes)).any(axis=1) == dashes).all()


@pytest.mark.parametrize("width", [1, 2, 3])
def test_a_wide_line_is_as_wide_whichever_way_it_runs(width: int) -> None:
    x = np.array([10.0, 45.4, 45.6, 80.0])
    y = np.array([[50.0, 50.0, 10.0, 10.0]])
    found = covered(spans(x, y, (WIDE, TALL)).widened(width, TALL))
    assert found[30].sum() == width
    assert found[:, 30].sum() == width
    assert not found[:8].any()


def test_it_is_where_qt_draws_it(qapp: QGuiApplication) -> None:
    rng = np.random.default_rng(3)
    x, y = np.sort(rng.uniform(0, WIDE, 30)), rng.uniform(0, TALL, 30)
    image = QImage(WIDE, TALL, QImage.Format.Format_RGB32)
    image.fill("white")
    painter = QPainter(image)
    painter.setPen(QColor("black"))
    painter.drawPolyline(QPolygonF([QPointF(*point) for point in zip(x, y, strict=True)]))
    painter.end()
    drawn = np.array(image.constBits()).reshape(TALL, WIDE, 4)[:, :, 0].T == 0
    found = covered(spans(x, y[None], (WIDE, TALL)))
    assert (found & drawn).sum() > 0.9 * (found | drawn).sum()
    assert not (found & ~near(drawn)).any()
    assert not (drawn & ~near(found)).any()
