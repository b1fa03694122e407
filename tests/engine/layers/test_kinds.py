from __future__ import annotations

import math
from pathlib import Path

import msgspec
import numpy as np
import pytest

from engine.errors import ShapeError, SpecError
from engine.layers import (
    ACTIVATIONS,
    INITIALISERS,
    LOSSES,
    OPTIMIZERS,
    SCHEDULES,
    ActivationFunction,
    Field,
    LayerKind,
    Schedule,
    infer_shapes,
    kind,
    kinds,
    parameter_counts,
    place,
)
from engine.spec import LayerSpec, NetworkSpec, OptimizerSpec, ScheduleSpec, TrainingSpec
from tests.reference import activations as reference
from tests.reference import schedules

KINDS = kinds()
FIELDS = [pytest.param(field, id=f"{owner.key}.{field.key}")
          for owner in KINDS for field in owner.fields] + [
    pytest.param(field, id=f"{optimizer.key}.{field.key}")
    for optimizer in OPTIMIZERS.values() for field in optimizer.constants] + [
    pytest.param(field, id=f"{loss.key}.{field.key}")
    for loss in LOSSES.values() for field in loss.constants] + [
    pytest.param(field, id=f"{schedule.key}.{field.key}")
    for schedule in SCHEDULES.values() for field in schedule.constants]


ICONS = Path(__file__).parents[3] / "resources" / "icons"
GROUPS = ("Basic", "Image", "Sequence", "Normalize & regularize", "Join", "Shape", "Generative")


@pytest.mark.parametrize("owner", KINDS, ids=lambda owner: owner.key)
def test_a_kind_says_everything_about_itself(owner: LayerKind) -> None:
    assert kind(owner.key) is owner
    assert owner.title
    assert (ICONS / f"{owner.icon}.svg").is_file()
    assert owner.group in GROUPS
    assert owner.help.endswith(".")
    keys = [field.key for field in owner.fields]
    assert len(set(keys)) == len(keys)
    options = owner.options(LayerSpec("x", owner.key))
    assert list(options) == keys
    assert owner.label(options)
    assert owner.activation(options) in ACTIVATIONS
    if owner.width_option:
        field = owner.field(owner.width_option)
        assert field is not None
        assert isinstance(field.default, int)


@pytest.mark.parametrize("field", FIELDS)
def test_a_default_is_allowed(field: Field) -> None:
    assert field.problem(field.default) == ""
    assert field.help.endswith(".")
    for choice in field.choices:
        assert field.problem(choice.key) == ""
        assert choice.title
    for bound in (field.minimum, field.maximum):
        if bound is not None:
            assert field.problem(type(field.default)(bound)) == ""


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("value", [None, [], {}, object(), "nonsense", math.nan, (), b"x"],
                         ids=lambda value: type(value).__name__)
def test_nonsense_is_a_problem_and_never_an_error(field: Field, value: object) -> None:
    assert field.problem(value)


def test_problems_name_value_and_bound() -> None:
    units = kind("dense").field("units")
    assert units is not None
    assert units.problem(0) == "0 is below 1"
    assert units.problem(5000) == "5000 is above 4096"
    assert units.problem(2.0) == "2.0 is not a whole number"
    assert units.problem(True) == "True is not a number"
    assert units.problem("4") == "'4' is not a number"
    bias = kind("dense").field("bias")
    assert bias is not None
    assert bias.problem(1) == "1 is not true or false"
    rate = kind("dropout").field("rate")
    assert rate is not None
    assert rate.problem(0) == ""
    assert rate.problem(1) == "1 is above 0.95"
    assert rate.problem(math.inf)
    function = kind("activation").field("function")
    assert function is not None
    assert function.problem("cubic").startswith("'cubic' is none of relu, tanh")


def test_fields_that_depend_on_others_name_real_ones() -> None:
    for owner in KINDS:
        for field in owner.fields:
            if field.shown_when is not None:
                key, values = field.shown_when
                other = owner.field(key)
                assert other is not None
                assert all(other.problem(value) == "" for value in values)


def test_an_unknown_kind() -> None:
    with pytest.raises(SpecError, match="kind 'conv9d'; expected one of input, dense"):
        kind("conv9d")


def test_activations_recommend_initial_weights_that_exist() -> None:
    for function in ACTIVATIONS.values():
        assert function.initialiser in INITIALISERS
        assert bool(function.forward) == bool(function.backward)


@pytest.mark.parametrize("function", [f for f in ACTIVATIONS.values() if f.forward],
                         ids=lambda function: function.key)
def test_flat_ends_are_where_the_slope_is_small(function: ActivationFunction) -> None:
    x, ones = np.linspace(-12, 12, 24001), np.ones(24001)
    y, slope = np.empty_like(x), np.empty_like(x)
    getattr(reference, f"{function.key}_forward")(y, x)
    getattr(reference, f"{function.key}_backward")(slope, ones, x, y)
    small = np.abs(slope) <= 0.0625 * np.abs(slope).max()
    low = y < (-math.inf if function.flat_below is None else function.flat_below)
    high = y > (math.inf if function.flat_above is None else function.flat_above)
    # A hundredth of the range: where exactly an end begins is a matter of taste.
    assert np.mean((low | high) & ~small) < 0.01
    assert low.any() == (function.flat_below is not None)
    assert high.any() == (function.flat_above is not None)
    if low.any() or high.any():
        assert np.mean((low | high) != small) < 0.01


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=list(OPTIMIZERS))
def test_an_optimizers_constants_are_those_of_the_spec(optimizer: object) -> None:
    from engine.layers import Optimizer
    assert isinstance(optimizer, Optimizer)
    spec = OptimizerSpec(optimizer.key)
    for field in optimizer.constants:
        assert getattr(spec, field.key) == field.default
    assert optimizer.learning_rate > 0


@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=list(SCHEDULES))
def test_a_schedules_constants_are_those_of_the_spec(schedule: Schedule) -> None:
    spec = ScheduleSpec(schedule.key)
    for field in schedule.constants:
        assert getattr(spec, field.key) == field.default
    assert next(iter(SCHEDULES)) == ScheduleSpec().kind


@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=list(SCHEDULES))
@pytest.mark.parametrize("spec", [
    ScheduleSpec(every=3, length=10, decay=0.7), ScheduleSpec(length=1, rise=0.0, final=0.3),
    ScheduleSpec(length=20, rise=1.0, start=0.5, final=0.1)], ids=["short", "one step", "rising"])
def test_a_schedules_factor_is_the_one_that_training_takes(
    schedule: Schedule, spec: ScheduleSpec
) -> None:
    spec = msgspec.structs.replace(spec, kind=schedule.key)
    assert schedule.span(spec) > 0
    for t in range(30):
        reduced = max(spec.decay ** t, spec.final)
        wanted = schedules.schedule_factor(msgspec.structs.asdict(spec), t, reduced)
        assert schedule.factor(spec, t) == pytest.approx(wanted, rel=1e-12)


def test_the_first_loss_and_optimizer_are_the_specs_defaults() -> None:
    assert next(iter(LOSSES)) == TrainingSpec().loss
    assert next(iter(OPTIMIZERS)) == TrainingSpec().optimizer.kind


NETWORK = NetworkSpec((
    LayerSpec("input", "input"), LayerSpec("a", "dense", {"units": 5}),
    LayerSpec("b", "activation"), LayerSpec("c", "dropout"),
    LayerSpec("d", "dense", {"units": 3, "bias": False})))


def test_shapes_and_parameter_counts() -> None:
    assert infer_shapes(NETWORK, (7,)) == ((7,), (5,), (5,), (5,), (3,))
    assert parameter_counts(NETWORK, (7,)) == (0, 7 * 5 + 5, 0, 0, 5 * 3)


def test_parameters_have_the_shapes_that_they_announce() -> None:
    shapes = ((7,), *infer_shapes(NETWORK, (7,)))
    rng = np.random.default_rng(0)
    for layer, shape in zip(NETWORK, shapes, strict=False):
        owner = kind(layer.kind)
        for parameter in owner.parameters(owner.options(layer), (shape,)):
            drawn = parameter.draw(rng)
            assert drawn.shape == parameter.shape
            assert drawn.dtype == np.float64
            assert parameter.size == drawn.size


def test_a_shape_error_names_the_layer() -> None:
    with pytest.raises(ShapeError, match=r"Layer 1 \(Dense\): an input of shape 2x8x8; expected"):
        infer_shapes(NETWORK, (2, 8, 8))


def test_places_count_from_the_input() -> None:
    assert place(0, NETWORK.layers[0]).text == "Layer 0 (Input)"
    assert place(1, NETWORK.layers[1]).text == "Layer 1 (Dense)"


def test_labels() -> None:
    dense = kind("dense")
    assert dense.label(dense.options(LayerSpec("a", "dense", {"units": 16}))) == "Dense 16 · Tanh"
    dropout = kind("dropout")
    assert dropout.label(dropout.options(LayerSpec("a", "dropout"))) == "Dropout 20 %"
    activation = kind("activation")
    assert activation.label({"function": "gelu"}) == "Activation · GELU"
