"""What a network sees of a drawing."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from engine.data.drawing.ink import covered
from engine.data.drawing.stages import STEPS, Recipe, picture, pictures, stages
from engine.data.drawing.strokes import Drawing
from tests.handwriting import strokes

LINE = np.array([[0.2, 0.3], [0.2, 0.7]])


def box(image):
    """Return rows and columns of the ink that is at least half dark: first and behind the last."""
    rows, columns = (np.flatnonzero((image > 0.5).any(axis=axis)) for axis in (1, 0))
    return rows[0], rows[-1] + 1, columns[0], columns[-1] + 1


def mass(image):
    places = np.arange(len(image)) + 0.5
    return image.sum(1) @ places / image.sum(), image.sum(0) @ places / image.sum()


def naive(lines, pen, shape):
    """Return the picture by the formula, pixel by pixel."""
    image = np.zeros(shape)
    for row, column in np.ndindex(shape):
        for x0, y0, x1, y1 in lines:
            point, begin, step = (np.array(pair) for pair in (
                (column + 0.5, row + 0.5), (x0, y0), (x1 - x0, y1 - y0)))
            share = np.clip((point - begin) @ step / max(step @ step, 1e-12), 0, 1)
            distance = np.linalg.norm(point - begin - share * step)
            ink = np.clip(max(pen, 1) / 2 - distance + 0.5, 0, 1) * min(pen, 1)
            image[row, column] = max(image[row, column], ink)
    return image


@pytest.mark.parametrize("pen", [0.4, 1.0, 2.6, 7.0])
def test_lines_cover_pixels_as_the_formula_says(pen):
    rng = np.random.default_rng(3)
    # Some lie wholly outside, one is a dot.
    lines = np.vstack((rng.uniform(-9, 25, (12, 4)), [[5, 5, 5, 5]]))
    found = covered(lines, np.full(13, pen), np.zeros(13, np.int64), 1, (13, 17))
    np.testing.assert_allclose(found[0], naive(lines, pen, (13, 17)), atol=2e-5)


def test_every_picture_has_its_own_lines():
    lines = np.array([[3.0, 3, 3, 9], [9.0, 3, 9, 9]])
    both = covered(lines, np.array([2.0, 3.0]), np.array([0, 1]), 2, (12, 12))
    alone = covered(lines[1:], np.array([3.0]), np.array([0]), 1, (12, 12))
    np.testing.assert_array_equal(both[1], alone[0])


@pytest.mark.parametrize("shape", [(28, 28), (20, 44), (16, 16)])
@pytest.mark.parametrize("digit", list("0123456789"))
def test_the_longer_side_of_the_ink_is_20_of_28(digit, shape):
    recipe = Recipe(shape)
    found = picture(Drawing(strokes("round", digit)), recipe)
    top, bottom, left, right = box(found)
    assert max(bottom - top, right - left) == pytest.approx(recipe.short * 20 / 28, abs=1)


def test_the_centre_of_mass_is_in_the_middle_to_the_nearest_pixel():
    for digit in "0123456789":
        found = picture(Drawing(strokes("slanted", digit)), Recipe())
        assert np.abs(np.array(mass(found)) - 14).max() <= 0.5


@pytest.mark.parametrize(("scale", "left", "top", "pen"), [
    (0.2, 0.75, 0.05, 0.05), (0.5, 0.5, 0.5, 0.01), (0.1, 0.4, 0.1, 0.3)])
def test_place_size_and_thickness_of_a_drawing_make_no_difference(scale, left, top, pen):
    drawn = strokes("upright", "5")
    moved = Drawing(tuple(scale * stroke + (left, top) for stroke in drawn), 1.0, pen)
    np.testing.assert_allclose(picture(moved, Recipe()), picture(Drawing(drawn), Recipe()),
                               atol=1e-4)


def test_every_stage_is_shown_and_a_step_that_is_left_out_changes_nothing():
    drawn = Drawing((LINE, *(0.3 * LINE + (0.2 + x, 0.1) for x in (0.0, 0.02, 0.1))), 1.0, 0.02)
    shown = stages(drawn, Recipe())
    assert [stage.key for stage in shown] == ["sheet", *STEPS]
    np.testing.assert_array_equal(shown[-1].picture, picture(drawn, Recipe()))
    for before, after in pairwise(shown):
        assert np.abs(before.picture - after.picture).max() > 0.3
        left_out = stages(drawn, Recipe().switched(after.key, on=False))
        at = [stage.key for stage in shown].index(after.key)
        np.testing.assert_array_equal(left_out[at].picture, left_out[at - 1].picture)


def test_the_sheet_is_seen_as_it_is():
    sheet = stages(Drawing((LINE,), 1.0, 0.1), Recipe())[0].picture
    assert box(sheet) == (pytest.approx(0.25 * 28, abs=1), pytest.approx(0.75 * 28, abs=1),
                          pytest.approx(0.15 * 28, abs=1), pytest.approx(0.25 * 28, abs=1))


@pytest.mark.parametrize("drawn", [(), (np.empty((0, 2)),)])
def test_of_nothing_nothing_is_seen(drawn):
    assert not any(stage.picture.any() for stage in stages(Drawing(drawn), Recipe()))
    assert pictures([], Recipe()).shape == (0, 28, 28)


def test_a_dot_is_a_dot_in_the_middle():
    found = picture(Drawing((np.array([[0.9, 0.1]]),)), Recipe())
    assert mass(found) == pytest.approx((14, 14), abs=0.5)
    assert box(found)[1] - box(found)[0] <= 3


def test_a_grey_image_is_cut_scaled_and_centred_like_strokes():
    drawn = Drawing(strokes("round", "2"), 1.0, 0.1)
    scan = np.zeros((90, 130))
    scan[10:66, 60:116] = picture(drawn, Recipe((56, 56), 1.0, 0.1, frozenset(("crop", "scale"))))
    strokes_seen = picture(drawn, Recipe().switched("pen", on=False))
    seen = picture(scan, Recipe())
    assert np.corrcoef(seen.ravel(), strokes_seen.ravel())[0, 1] > 0.97
    top, bottom, left, right = box(seen)
    assert max(bottom - top, right - left) == pytest.approx(20, abs=1)
    assert not picture(np.zeros((9, 9)), Recipe()).any()


def test_ink_at_an_edge_stays_in_the_picture():
    # Its centre of mass lies far to the left; moved into the middle, its right end would be lost.
    long = Drawing((np.array([[0.0, 0.5], [1.0, 0.5]]),
                    *(np.array([[0.0, 0.5 + d], [0.15, 0.5 + d]]) for d in (-0.3, -0.2, 0.2, 0.3))))
    full = Recipe(fill=1.0)
    with_step, without = picture(long, full), picture(long, full.switched("centre", on=False))
    assert with_step.sum() == pytest.approx(without.sum())
