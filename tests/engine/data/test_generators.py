"""The generators, held against the formulae of TensorFlow Playground."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data.generators import POINT_SETS


def draw(key: str, noise: float = 0.0, seed: int = 42, n: int | None = None):
    points = POINT_SETS[key]
    return points.draw(np.random.default_rng(seed), n or points.size, noise)


@pytest.mark.parametrize("key", POINT_SETS)
class TestEveryGenerator:
    def test_same_seed_same_bytes(self, key):
        (points, targets), (again, targets_again) = draw(key, 0.25), draw(key, 0.25)
        assert points.tobytes() == again.tobytes()
        assert targets.tobytes() == targets_again.tobytes()

    def test_noise_changes_the_data(self, key):
        (points, targets), (noisy, noisy_targets) = draw(key), draw(key, 0.4)
        assert not (np.array_equal(points, noisy) and np.array_equal(targets, noisy_targets))

    def test_shapes_and_size(self, key):
        points, targets = draw(key)
        size = 500 if POINT_SETS[key].task == "classification" else 1200
        assert points.shape == (size, 2)
        assert targets.shape == (size,)
        assert points.dtype == targets.dtype == np.float64

    @pytest.mark.parametrize("n", [2, 7, 101])
    def test_any_number_of_points(self, key, n):
        points, targets = draw(key, 0.1, n=n)
        assert points.shape == (n, 2)
        assert targets.shape == (n,)

    def test_stays_in_the_plane_without_noise(self, key):
        assert np.abs(draw(key)[0]).max() <= 6


@pytest.mark.parametrize("key", ["circle", "xor", "gaussian", "plane", "multi_gaussian"])
def test_another_seed_draws_other_points(key):
    assert not np.array_equal(draw(key)[0], draw(key, seed=43)[0])


@pytest.mark.parametrize("key", ["spiral", "moons"])
def test_another_seed_draws_other_noise(key):
    assert not np.array_equal(draw(key, 0.2)[0], draw(key, 0.2, seed=43)[0])


@pytest.mark.parametrize("key", ["circle", "xor", "plane", "multi_gaussian"])
def test_noise_moves_labels_not_points(key):
    assert np.array_equal(draw(key)[0], draw(key, 0.5)[0])


def test_circle_is_a_disc_in_a_ring():
    points, targets = draw("circle")
    radius = np.hypot(*points.T)
    assert np.array_equal(targets > 0, radius < 2.5)
    assert (targets > 0).sum() == 250
    ring = radius[targets < 0]
    assert ring.min() >= 3.5
    assert ring.max() <= 5
    # Radii are uniform, not areas: the mean is the middle of each interval.
    assert radius[targets > 0].mean() == pytest.approx(1.25, abs=0.1)
    assert ring.mean() == pytest.approx(4.25, abs=0.1)


def test_circle_noise_flips_some_labels():
    points, targets = draw("circle", 0.5)
    flipped = (targets > 0) != (np.hypot(*points.T) < 2.5)
    # A shift of up to 2.5 on each axis carries many points over the boundary, but not most.
    assert 0.08 < flipped.mean() < 0.35


def test_xor_labels_by_sign_and_keeps_off_the_axes():
    points, targets = draw("xor")
    assert np.array_equal(targets > 0, points[:, 0] * points[:, 1] >= 0)
    assert np.abs(points).min() >= 0.3
    assert np.abs(points).max() <= 5.3


@pytest.mark.parametrize(("noise", "variance"), [(0.0, 0.5), (0.25, 2.25), (0.5, 4.0)])
def test_gaussian_centres_and_variance(noise, variance):
    points, targets = draw("gaussian", noise, n=20_000)
    for sign in (1, -1):
        cloud = points[targets == sign]
        assert len(cloud) == 10_000
        assert cloud.mean(axis=0) == pytest.approx([2 * sign, 2 * sign], abs=0.08)
        assert cloud.var(axis=0) == pytest.approx([variance, variance], rel=0.06)


def test_spiral_arms():
    points, targets = draw("spiral")
    arm, other = points[targets > 0], points[targets < 0]
    assert arm == pytest.approx(-other)
    i = np.arange(250)
    radius, angle = i / 250 * 5, 1.75 * i / 250 * 2 * np.pi
    assert arm[:, 0] == pytest.approx(radius * np.sin(angle))
    assert arm[:, 1] == pytest.approx(radius * np.cos(angle))


def test_spiral_noise_is_uniform_and_bounded():
    shift = draw("spiral", 0.3)[0] - draw("spiral")[0]
    assert 0.28 < np.abs(shift).max() <= 0.3
    assert shift.std() == pytest.approx(0.3 / np.sqrt(3), rel=0.06)


def test_moons_interleave():
    points, targets = draw("moons")
    upper, lower = points[targets > 0], points[targets < 0]
    radius = 10 / 3
    assert np.hypot(*(upper - upper.mean(axis=0) * [1, 0] - [0, upper[:, 1].min()]).T) == (
        pytest.approx(radius))
    assert upper == pytest.approx(-lower)
    assert np.abs(points).max() == pytest.approx(5)
    assert upper[:, 1].min() < lower[:, 1].max()


def test_plane_value():
    points, values = draw("plane")
    assert values == pytest.approx(points.sum(axis=1) / 10)


def test_plane_noise_is_that_of_the_point():
    points, values = draw("plane", 0.5)
    error = values - points.sum(axis=1) / 10
    # Two uniform shifts of up to 3 each, divided by 10: variance 2 * 3^2 / 3 / 100.
    assert error.std() == pytest.approx(np.sqrt(0.06), rel=0.06)
    assert np.abs(error).max() <= 0.6


def test_multi_gaussian_value():
    points, values = draw("multi_gaussian")
    centres = [(-4, 2.5, 1), (0, 2.5, -1), (4, 2.5, 1), (-4, -2.5, -1), (0, -2.5, 1), (4, -2.5, -1)]
    for point, value in zip(points, values, strict=True):
        expected = 0.0
        for x, y, sign in centres:
            label = sign * max(0.0, 1 - np.hypot(point[0] - x, point[1] - y) / 2)
            if abs(label) > abs(expected):
                expected = label
        assert value == pytest.approx(expected)
    assert values.min() < -0.9
    assert values.max() > 0.9
