"""The lines of theory over a map."""

from __future__ import annotations

import math

import pytest
from msgspec.structs import replace

from engine.data import load
from engine.experiments.sweep import Axis, Cell, Sweep
from engine.experiments.theory_lines import reading, theory_lines
from engine.spec import LayerSpec, NetworkSpec
from tests.engine.experiments.boards import deep_project, grid_sweep

GAINS = tuple(0.5 + 0.125 * place for place in range(21))


def test_chi_is_one_where_the_scale_is_critical() -> None:
    """He's variance for ReLU, LeCun's for tanh."""
    for activation, scale in (("relu", math.sqrt(2)), ("tanh", 1.0)):
        sweep = replace(grid_sweep(GAINS, (1, 20)), project=deep_project(activation))
        (line,) = [one for one in theory_lines(sweep).lines if one.key == "critical"]
        assert [point[0] for point in line.points] == pytest.approx([scale] * 2, abs=0.02)
        assert [point[1] for point in line.points] == [1, 20]


def test_the_reach_is_six_depth_scales() -> None:
    (line,) = [one for one in theory_lines(grid_sweep(GAINS, (1, 20))).lines if one.key == "reach"]
    for scale, reach in line.points:
        logarithm = abs(math.log(scale**2 / 2))
        if logarithm > 0.05:
            assert reach == pytest.approx(6 / logarithm, rel=1e-3)


def test_the_axes_may_stand_the_other_way_round() -> None:
    sweep = grid_sweep(GAINS, (1, 20))
    turned = replace(sweep, axes=sweep.axes[::-1])
    for one, two in zip(theory_lines(sweep).lines, theory_lines(turned).lines, strict=True):
        assert [point[::-1] for point in one.points] == list(two.points)
    assert theory_lines(turned).is_inside((3, 1.0)) is True
    assert theory_lines(turned).is_inside((19, 1.0)) is False


def test_inside_is_no_deeper_than_the_reach() -> None:
    sweep = grid_sweep(GAINS, (1, 8, 9, 50))
    theory = theory_lines(sweep)
    assert theory.bound == "reach"
    # 6 / |ln(1 / 2)| is 8.66 layers.
    assert [theory.is_inside((1.0, depth)) for depth in (1, 8, 9, 50)] == [True, True, False, False]
    assert theory.is_inside((1.4142, 50)) is True
    for cell in sweep.cells():
        one = reading(sweep.project_at(cell))
        assert one is not None
        gain = float(sweep.values_at(cell)[0])
        if abs(gain - math.sqrt(2)) > 0.1:
            assert one.is_trainable == theory.is_inside(sweep.values_at(cell))


def test_a_reading_says_chi_depth_scale_and_reach() -> None:
    sweep = grid_sweep((1.85,), (24,))
    one = reading(sweep.project_at(Cell((0, 0), 0)))
    assert one is not None
    assert one.chi == pytest.approx(1.711, abs=1e-3)
    assert one.depth == 24
    assert one.reach == pytest.approx(11.17, abs=0.02)
    assert not one.is_trainable


@pytest.mark.parametrize("hidden", [
    (), (LayerSpec("batch-norm-1", "batch_norm"),),
    (LayerSpec("dense-1", "dense", {"units": 16}), LayerSpec("dense-2", "dense", {"units": 8})),
    (LayerSpec("dense-1", "dense", {"units": 16, "weights": "lsuv"}),),
    (LayerSpec("dense-1", "dense", {"units": 16, "weights": "zeros"}),),
])
def test_of_other_networks_it_says_nothing(hidden: tuple[LayerSpec, ...]) -> None:
    project = deep_project()
    first, *_, last = project.network.layers
    assert reading(replace(project, network=NetworkSpec((first, *hidden, last)))) is None


def test_of_one_axis_of_three_or_of_names_there_are_no_lines() -> None:
    sweep = grid_sweep()
    for axes in (sweep.axes[:1], (*sweep.axes, Axis("l2", (0.1, 1.0))),
                 (sweep.axes[0], Axis("activation", ("tanh", "relu")))):
        assert theory_lines(replace(sweep, axes=axes)).lines == ()


def test_the_stable_rate_is_a_line_over_the_other_axis() -> None:
    project = deep_project()
    sweep = Sweep("rates", project, (Axis("width", (4, 8, 16, 32, 64)),
                                     Axis("learning_rate", (0.01, 0.1, 1.0, 10.0))))
    theory = theory_lines(sweep, load(project.data))
    (line,) = theory.lines
    assert (line.key, theory.bound) == ("rate", "rate")
    assert [point[0] for point in line.points] == [4, 8, 16, 32, 64]
    rate = theory.rate((16, 0.01))
    assert rate == pytest.approx(dict(theory.rates)[16.0])
    assert theory.is_inside((16, rate * 0.9)) is True
    assert theory.is_inside((16, rate * 1.1)) is False
    assert theory_lines(sweep).lines == (), "without data"
