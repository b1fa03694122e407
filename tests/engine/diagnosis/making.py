"""What the suite's networks are made of: layers and data in few words, and the entry of a table."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from engine.data import load
from engine.data.dataset import Dataset
from engine.spec import (
    DataSpec,
    LayerSpec,
    NetworkSpec,
    OptimizerSpec,
    Option,
    ProjectSpec,
    TableSpec,
    TrainingSpec,
    read_project,
)

Reals = NDArray[np.float64]
Codes = frozenset[str]
Part = LayerSpec | Sequence[LayerSpec]

FILES = Path(os.environ.get("BACKPROP_LAB_CASES")
             or Path(__file__).resolve().parents[4] / "shared" / "cases" / "turn2")
"""Projects after public reports, beside the program; the table leaves out those not there."""

NOT_YET = frozenset({"waiting", "early"})
"""What is said before anything can be."""

PROGRESS = frozenset({"learning", "learned"})
"""What alone is said first of a network in which nothing is wrong."""

PRAISE = frozenset({"learned"})

AT_CHANCE = frozenset({"chance", "flat"})


@dataclass(frozen=True)
class Network:
    """A network whose illness, or health, is known.

    Attributes
    ----------
    name : str
        What the suite calls it.
    why : str
        One sentence: what is wrong, or why nothing is.
    make : callable
        Returns project and data for a seed.
    steps : int
        How long it is trained.
    first : frozenset[str]
        What may be said first, once anything can be said.
    last : frozenset[str]
        What has to be said in the end; empty where nothing more is asked.
    never : frozenset[str]
        What must not be said at any time.
    is_well : bool
        Whether every severity but 0 is a false alarm.
    file : str
        Name of its project file, where it has one.
    """

    name: str
    why: str
    make: Callable[[int], tuple[ProjectSpec, Dataset]]
    steps: int
    first: Codes
    last: Codes
    never: Codes
    is_well: bool
    file: str = ""


def well(name: str, why: str, data: Data, *parts: Part, steps: int = 1000,
         last: Codes = frozenset(), **training: Any) -> Network:
    """Return a network in which nothing is wrong."""
    return Network(name, why, partial(_made, name, data, parts, training), steps, PROGRESS, last,
                   frozenset(), True)


def ill(name: str, why: str, first: str | Codes, data: Data, *parts: Part, steps: int = 1000,
        last: str | Codes = frozenset(), never: Codes = PRAISE, **training: Any) -> Network:
    """Return a network of which one of some codes, by their names, is right at first."""
    return Network(name, why, partial(_made, name, data, parts, training), steps, codes(first),
                   codes(last), never, False)


def codes(names: str | Codes) -> Codes:
    """Return codes that are written with spaces between."""
    return frozenset(names.split()) if isinstance(names, str) else names


def filed(file: str, first: str, *, steps: int = 2000, last: str = "", is_well: bool = False,
          never: Codes = PRAISE) -> Network:
    """Return the network of a project file beside the program."""
    return Network(f"file: {file}", "As the index of these files says.", partial(_read, file),
                   steps, codes(first), codes(last), frozenset() if is_well else never, is_well,
                   file)


def _read(file: str, seed: int) -> tuple[ProjectSpec, Dataset]:
    path = FILES / f"{file}.json"
    project = read_project(path)
    project = replace(project, training=replace(project.training, seed=seed))
    return project, load(project.data, path)


def _made(name: str, data: Data, parts: Sequence[Part], training: Mapping[str, Any], seed: int
          ) -> tuple[ProjectSpec, Dataset]:
    if isinstance(data, DataSpec):
        spec = replace(data, seed=seed)
        dataset = load(spec)
    else:
        spec, dataset = data(seed)
    options = dict(training)
    rule = options.pop("optimizer", "sgd")
    if isinstance(rule, str):
        rule = OptimizerSpec(rule)
    usual = ("mean_squared_error" if dataset.task in ("regression", "reconstruction") else
             "sequence_cross_entropy" if dataset.task == "sequence" else "softmax_cross_entropy")
    return ProjectSpec(name=name, data=spec, network=network(*parts), training=TrainingSpec(
        **{"loss": usual, "seed": seed, "optimizer": rule, **options})), dataset


# Layers.

def network(*parts: Part) -> NetworkSpec:
    """Return layers behind an input, each with a name of its own unless it has one."""
    found = NetworkSpec((LayerSpec("input", "input"),))
    for part in parts:
        for layer in (part,) if isinstance(part, LayerSpec) else part:
            named = layer if layer.id else replace(layer, id=found.fresh_id(layer.kind))
            found = found.inserted(len(found), named)
    return found


def layer(kind: str, /, *, name: str = "", inputs: tuple[str, ...] = (), **options: Option
          ) -> LayerSpec:
    """Return any layer."""
    return LayerSpec(name, kind, options, inputs)


def dense(units: int, activation: str = "tanh", weights: str = "xavier_uniform", /, *,
          name: str = "", inputs: tuple[str, ...] = (), **options: float) -> LayerSpec:
    """Return a dense layer."""
    return LayerSpec(name, "dense", {"units": units, "activation": activation, "weights": weights,
                                     **options}, inputs)


def stack(depth: int, units: int, activation: str = "tanh", weights: str = "xavier_uniform", /,
          **options: float) -> tuple[LayerSpec, ...]:
    """Return dense layers that are alike."""
    return (LayerSpec("", "dense", {"units": units, "activation": activation, "weights": weights,
                                    **options}),) * depth


def out(units: int, activation: str = "linear", **options: Option) -> LayerSpec:
    """Return the last layer, called ``output``."""
    return LayerSpec("output", "dense", {"units": units, "activation": activation, **options})


def conv(filters: int, activation: str = "relu", weights: str = "he_normal", /,
         **options: Option) -> LayerSpec:
    """Return a convolution with windows of 3 by 3."""
    return LayerSpec("", "conv2d", {"filters": filters, "activation": activation,
                                    "weights": weights, **options})


def image(size: int = 8) -> LayerSpec:
    """Return what makes a square grey image of numbers."""
    return layer("reshape", height=size, width=size)


def sequence(steps: int) -> LayerSpec:
    """Return what makes a sequence of one number a step of numbers."""
    return layer("reshape", form="sequence", steps=steps, features=1)


# Data.

Data = DataSpec | Callable[[int], tuple[DataSpec, Dataset]]
"""What comes with the program, or what makes data for a seed and says how they were prepared."""


def table(source: str, share: float = 0.7, **options: Any) -> DataSpec:
    """Return shipped or generated data."""
    return DataSpec(source, training_share=share, **options)


def classes(draw: Callable[[np.random.Generator], tuple[Reals, NDArray[np.int64]]], *,
            share: float = 0.7, scaling: str = "standard", factor: float | Sequence[float] = 1.0,
            centre: float = 0.0) -> Data:
    """Return inputs with classes as a person's table would be.

    Parameters
    ----------
    draw : callable
        Returns inputs of about unit size, and labels.
    share : float
        Share of rows to learn from.
    scaling : str
        ``standard``, or ``none`` where a person has switched it off.
    factor, centre : float
        Unit of the inputs, and their mean in it: with scaling nothing is left of them.
    """
    def make(seed: int) -> tuple[DataSpec, Dataset]:
        inputs, labels = draw(np.random.default_rng(seed))
        return _finished(inputs + centre, share, scaling, factor, seed, labels=labels)
    return make


def values(draw: Callable[[np.random.Generator], tuple[Reals, Reals]], *, share: float = 0.7,
           scaling: str = "standard", factor: float = 1.0, unit: float = 1.0, mean: float = 0.0
           ) -> Data:
    """Return inputs with values as a person's table would be; see `classes`.

    Parameters
    ----------
    draw : callable
        Returns inputs and values of about unit size.
    share, scaling, factor : float, str, float
        As `classes` has them.
    unit, mean : float
        Of the values, which are standardised with the inputs, or not at all.
    """
    def make(seed: int) -> tuple[DataSpec, Dataset]:
        inputs, target = draw(np.random.default_rng(seed))
        return _finished(inputs, share, scaling, factor, seed, target=target * unit + mean)
    return make


def series(draw: Callable[[np.random.Generator], Reals], *, window: int = 8, share: float = 0.7
           ) -> Data:
    """Return windows of a series, standardised, each with the value that follows."""
    def make(seed: int) -> tuple[DataSpec, Dataset]:
        drawn = draw(np.random.default_rng(seed))
        drawn = (drawn - drawn.mean()) / drawn.std()
        inputs = np.lib.stride_tricks.sliding_window_view(drawn, window)[:-1].copy()
        learned = round(share * len(inputs))
        return DataSpec("table", path="series.csv", seed=seed, window=window), Dataset(
            key="table", title="series.csv", task="regression", inputs=inputs,
            labels=np.empty(0, np.int64), values=drawn[window:, None].copy(), class_names=(),
            feature_names=tuple(f"{ago} steps ago" for ago in range(window, 0, -1)),
            target_names=("next value",), training=np.arange(learned),
            validation=np.arange(learned, len(inputs)), is_series=True)
    return make


def tokens(draw: Callable[[np.random.Generator], tuple[NDArray[np.int64], NDArray[np.int64]]],
           vocabulary: int) -> Data:
    """Return texts of numbered words with a class each."""
    def make(seed: int) -> tuple[DataSpec, Dataset]:
        inputs, labels = draw(np.random.default_rng(seed))
        spec, data = _finished(inputs.astype(np.float64), 0.7, "none", 1.0, seed, labels=labels)
        return spec, dataclasses.replace(data, tokens=tuple(map(str, range(vocabulary))))
    return make


def _finished(inputs: Reals, share: float, scaling: str, factor: float | Sequence[float],
              seed: int, *, labels: NDArray[np.int64] | None = None, target: Reals | None = None
              ) -> tuple[DataSpec, Dataset]:
    """Return data as the program would have loaded them from a file."""
    learned = round(share * len(inputs))
    inputs = inputs * np.asarray(factor)
    if scaling == "standard":
        inputs = _standard(inputs, learned)
        target = None if target is None else _standard(target, learned)
    spec = DataSpec("table", path="made.csv", seed=seed, training_share=share,
                    scaling=scaling, table=TableSpec(target="y"))  # type: ignore[arg-type]
    rows = np.arange(len(inputs))
    return spec, Dataset(
        key="table", title="made.csv",
        task="regression" if labels is None else "classification", inputs=inputs,
        labels=np.empty(0, np.int64) if labels is None else labels,
        values=np.empty((len(inputs), 0)) if target is None else target.reshape(len(inputs), -1),
        class_names=() if labels is None else tuple(f"class {n}" for n in range(labels.max() + 1)),
        feature_names=tuple(f"x{number}" for number in range(inputs.shape[1])),
        target_names=("y",), training=rows[:learned], validation=rows[learned:])


def _standard(numbers: Reals, learned: int) -> Reals:
    scaled: Reals = (numbers - numbers[:learned].mean(0)) / numbers[:learned].std(0)
    return scaled


def shares(*counts: int, width: int = 4) -> Callable[..., tuple[Reals, NDArray[np.int64]]]:
    """Return what draws so many of each class, whose inputs say nothing."""
    def draw(rng: np.random.Generator) -> tuple[Reals, NDArray[np.int64]]:
        # Every block of rows has all classes alike, so that each side of the split has them too.
        each = np.gcd.reduce(counts)
        block = np.repeat(np.arange(len(counts)), [count // each for count in counts])
        labels = np.concatenate([rng.permutation(block) for _ in range(each)])
        return rng.standard_normal((len(labels), width)), labels
    return draw


def clouds(n: int, count: int = 2, width: int = 4, distance: float = 3.0,
           rare: float = 0.5) -> Callable[..., tuple[Reals, NDArray[np.int64]]]:
    """Return what draws points around a centre for each class; the last has a share of ``rare``."""
    def draw(rng: np.random.Generator) -> tuple[Reals, NDArray[np.int64]]:
        weights = np.array([(1 - rare) / (count - 1)] * (count - 1) + [rare])
        labels = rng.choice(count, n, p=weights)
        centres = rng.standard_normal((count, width))
        centres *= distance / np.linalg.norm(centres, axis=1, keepdims=True)
        return centres[labels] + rng.standard_normal((n, width)), labels
    return draw


def smooth(n: int, width: int = 4, noise: float = 0.1) -> Callable[..., tuple[Reals, Reals]]:
    """Return what draws inputs and a value that depends on them smoothly."""
    def draw(rng: np.random.Generator) -> tuple[Reals, Reals]:
        inputs = rng.standard_normal((n, width))
        slopes = rng.standard_normal(width) / np.sqrt(width)
        found = np.sin(1.5 * inputs @ slopes) + 0.5 * inputs[:, 0]
        return inputs, np.asarray(found + noise * rng.standard_normal(n))
    return draw
