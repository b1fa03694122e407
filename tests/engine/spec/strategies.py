"""Projects of every kind: well-typed ones for files, and broken ones."""

from __future__ import annotations

from hypothesis import strategies as st

from engine.layers import ACTIVATIONS, INITIALISERS, LOSSES, OPTIMIZERS, SCHEDULES
from engine.spec import (
    LIMITS,
    AugmentationSpec,
    DataSpec,
    LayerSpec,
    LimitField,
    LimitValue,
    NetworkSpec,
    OptimizerSpec,
    ProjectSpec,
    ScheduleSpec,
    StoppingSpec,
    TableSpec,
    TrainingSpec,
)

NAMES = st.text(max_size=12)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
POSITIVE = st.floats(0, 1e300, exclude_min=True)
NOT_NEGATIVE = st.floats(0, 1e300)
BELOW_ONE = st.floats(0, 1, exclude_max=True)
WORDS = st.sampled_from([*ACTIVATIONS, *INITIALISERS, *LOSSES, *OPTIMIZERS, "dense", "input", ""])
OPTION_KEYS = st.one_of(st.sampled_from(["units", "activation", "weights", "spread", "bias",
                                         "initial_bias", "function", "rate"]), NAMES)
OPTIONS = st.one_of(st.booleans(), st.integers(-2**63, 2**63 - 1), st.integers(-3, 5), FINITE,
                    WORDS, NAMES)

OPTIMIZER_SPECS = st.builds(
    OptimizerSpec, st.one_of(st.sampled_from(list(OPTIMIZERS)), NAMES), BELOW_ONE, BELOW_ONE,
    BELOW_ONE, BELOW_ONE, POSITIVE, NOT_NEGATIVE)
SHARES = st.floats(0, 1)
SCHEDULE_SPECS = st.builds(
    ScheduleSpec, st.one_of(st.sampled_from(list(SCHEDULES)), NAMES), st.integers(1, 2**40),
    st.floats(0, 1, exclude_min=True), st.integers(1, 2**40), st.floats(0, 1, exclude_min=True),
    SHARES, SHARES, st.integers(0, 2**40), SHARES)
STOPPING_SPECS = st.builds(StoppingSpec, st.integers(0, 2**40), NOT_NEGATIVE, NOT_NEGATIVE, SHARES,
                           st.integers(0, 2**40), SHARES)
AUGMENTATION_SPECS = st.builds(
    AugmentationSpec, st.floats(0, 0.5), st.floats(0, 180), st.booleans(), st.booleans(),
    st.booleans(), NOT_NEGATIVE, SHARES,
    NOT_NEGATIVE)
TRAINING_SPECS = st.builds(
    TrainingSpec, st.one_of(st.sampled_from(list(LOSSES)), NAMES), OPTIMIZER_SPECS, NOT_NEGATIVE,
    st.integers(0, 2**40), NOT_NEGATIVE, NOT_NEGATIVE, st.sampled_from(["float32", "float64"]),
    st.integers(0, 2**32 - 1), st.booleans(), st.integers(0, 2**40),
    schedule=SCHEDULE_SPECS, stopping=STOPPING_SPECS, clip_value=NOT_NEGATIVE,
    clip_norm=NOT_NEGATIVE, max_norm=NOT_NEGATIVE, augmentation=AUGMENTATION_SPECS)
TABLE_SPECS = st.builds(
    TableSpec, NAMES, NAMES, st.none() | st.booleans(), NAMES, NAMES,
    st.lists(NAMES, max_size=3).map(tuple),
    st.sampled_from([None, "classification", "regression"]))
DATA_SPECS = st.builds(
    DataSpec, NAMES, st.floats(0, 50), st.integers(0, 2**32 - 1), st.floats(0.05, 0.95),
    st.lists(NAMES, max_size=3).map(tuple),
    st.sampled_from(["auto", "none", "standard", "minmax"]),
    st.sampled_from(["predict", "reconstruct"]), st.integers(2, 1024), NAMES, TABLE_SPECS)
LAYER_SPECS = st.builds(
    LayerSpec, NAMES,
    st.one_of(st.sampled_from(["input", "dense", "activation", "dropout"]), NAMES),
    st.dictionaries(OPTION_KEYS, OPTIONS, max_size=3), st.lists(NAMES, max_size=2).map(tuple),
    st.booleans(), *[st.none() | NOT_NEGATIVE] * 3)
NETWORK_SPECS = st.builds(NetworkSpec, st.lists(LAYER_SPECS, max_size=5).map(tuple))


def limit_values(field: LimitField) -> st.SearchStrategy[LimitValue]:
    """Return values that a limit may have."""
    if field.is_whole:
        return st.integers(int(field.minimum), int(min(field.maximum, 2**53)))
    numbers = st.floats(field.minimum, field.maximum)
    if not field.is_pair:
        return numbers
    return st.tuples(numbers, numbers).map(
        lambda pair: (max(pair), min(pair)) if field.falls else (min(pair), max(pair)))


LIMITS_OF_PROJECTS = st.fixed_dictionaries(
    {}, optional={field.key: limit_values(field) for field in LIMITS})
PROJECT_SPECS = st.builds(ProjectSpec, name=NAMES, data=DATA_SPECS, network=NETWORK_SPECS,
                          training=TRAINING_SPECS, start_from=NAMES,
                          limits=st.just({}) | LIMITS_OF_PROJECTS)
