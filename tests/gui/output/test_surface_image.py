"""Colours of a surface."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from gui import theme
from gui.output.surface_image import finer, picture


def name(pixel: np.ndarray) -> str:
    return QColor(*pixel.tolist()).name()


def test_one_unit_is_the_probability_of_class_one(app: QApplication) -> None:
    surface = np.array([[[0.0], [1.0]], [[0.0], [1.0]]])
    pixels = picture(surface, "classification", discrete=False)
    assert name(pixels[0, 0]) == theme.LIGHT.map_negative
    assert name(pixels[0, 1]) == theme.LIGHT.map_positive


def test_two_outputs_look_like_one(app: QApplication) -> None:
    p = np.linspace(0, 1, 9).reshape(3, 3, 1)
    both = np.concatenate((1 - p, p), axis=2)
    one = picture(p, "classification", discrete=False)
    assert (picture(both, "classification", discrete=False) == one).all()


def test_largest_x2_is_at_the_top(app: QApplication) -> None:
    surface = np.zeros((4, 4, 1))
    surface[-1] = 1.0
    pixels = picture(surface, "classification", discrete=False)
    assert name(pixels[0, 0]) == theme.LIGHT.map_positive
    assert name(pixels[-1, 0]) == theme.LIGHT.map_negative


def test_many_classes_blend_by_probability(app: QApplication) -> None:
    surface = np.zeros((2, 2, 3))
    surface[..., 0] = surface[..., 1] = 0.5
    sure = np.zeros((2, 2, 3))
    sure[..., 0] = 1.0
    other = np.zeros((2, 2, 3))
    other[..., 1] = 1.0
    half, a, b = (
        picture(s, "classification", discrete=False)[0, 0].astype(int)
        for s in (surface, sure, other))
    assert np.abs(half - (a + b) / 2).max() <= 1


@pytest.mark.parametrize("k", [1, 2, 4])
def test_discrete_shows_pure_decisions(app: QApplication, k: int) -> None:
    rng = np.random.default_rng(0)
    surface = rng.uniform(size=(8, 8, k))
    pixels = picture(surface, "classification", discrete=True)
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) <= max(k, 2)
    assert len(pixels) > 8, "the edge between decisions is drawn finer than the grid"


def test_regression_is_clipped_to_one(app: QApplication) -> None:
    pixels = picture(np.array([[[-7.0], [9.0]]] * 2), "regression", discrete=False)
    assert name(pixels[0, 0]) == theme.LIGHT.map_negative
    assert name(pixels[0, 1]) == theme.LIGHT.map_positive


def test_what_is_not_finite_does_not_crash(app: QApplication) -> None:
    # A warning would be an error here.
    for k, value in product((1, 2, 3), (np.nan, np.inf, -np.inf)):
        surface = np.full((3, 3, k), value)
        for discrete in (False, True):
            assert picture(surface, "classification", discrete=discrete).dtype == np.uint8


def test_finer_is_linear_and_keeps_the_ends() -> None:
    surface = np.arange(9.0).reshape(3, 3, 1)
    fine = finer(surface, 2)[..., 0]
    assert fine.shape == (5, 5)
    assert fine[0].tolist() == [0, 0.5, 1, 1.5, 2]
    assert fine[:, 0].tolist() == [0, 1.5, 3, 4.5, 6]
