"""What brushes do to points."""

from __future__ import annotations

import numpy as np

from engine.data.painting import JITTER, erased, jittered, sprayed

NONE = np.empty((0, 3))


def test_a_spray_is_even_over_its_disc():
    points = sprayed(NONE, (1.0, -2.0), 1.5, 4000, 3.0, np.random.default_rng(0))
    away = np.hypot(points[:, 0] - 1, points[:, 1] + 2)
    assert away.max() <= 1.501
    # Half of the area lies within the radius over the root of two.
    assert abs((away < 1.5 / np.sqrt(2)).mean() - 0.5) < 0.03
    assert (points[:, 2] == 3).all()


def test_a_point_is_put_where_it_is_meant_and_none_leaves_the_plane():
    one = sprayed(NONE, (0.25, 5.5), 0.0, 1, -0.5, np.random.default_rng(0))
    np.testing.assert_array_equal(one, [[0.25, 5.5, -0.5]])
    edge = sprayed(one, (6.0, 6.0), 2.0, 50, 0.0, np.random.default_rng(0))
    assert np.abs(edge[:, :2]).max() == 6
    np.testing.assert_array_equal(edge[0], one[0])


def test_only_what_lies_in_the_disc_is_erased_or_pushed():
    points = np.array([[0.0, 0.0, 1.0], [0.9, 0.0, 2.0], [1.1, 0.0, 0.0]])
    np.testing.assert_array_equal(erased(points, (0, 0), 1.0), points[2:])
    many = np.repeat(points, 2000, axis=0)
    moved = jittered(many, (0, 0), 1.0, np.random.default_rng(0))
    np.testing.assert_array_equal(moved[4000:], many[4000:])
    np.testing.assert_array_equal(moved[:, 2], many[:, 2])
    assert abs(np.std(moved[:2000, 0]) - JITTER) < 0.01
    assert (points[0] == [0, 0, 1]).all(), "what was there before stays as it was"
