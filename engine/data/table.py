"""A person's table as a data set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from engine.data.columns import Column
from engine.data.dataset import Dataset, Indices, Reals
from engine.data.encoding import encode
from engine.data.limits import WHOLE_BYTES
from engine.data.reading import Reading, read
from engine.data.remark import Remark
from engine.data.split import split_apart
from engine.data.table_split import divide
from engine.data.target_scale import scale_target
from engine.data.understanding import Understanding, understand
from engine.data.validation_file import add_file, blank
from engine.errors import DataError
from engine.footprint import collecting_seldom
from engine.spec import DataSpec, Scaling, TableSpec


@collecting_seldom()
def load_table(path: Path, spec: DataSpec, key: str = "table", title: str = "",
               test: Path | None = None) -> Dataset:
    """Load a person's file as a data set.

    Parameters
    ----------
    path : Path
        The file.
    spec : DataSpec
        How to read, scale and split it.
    key, title : str
        What the data set is called; the title is by default the file's name.
    test : Path or None
        Another file, whose rows are all for validation; all of the first are then to learn from,
        whatever share and split ``spec`` has.

    Raises
    ------
    DataError
        If a file cannot be read or there is nothing to learn in it; the sentence says where.
    """
    reading = _read(path, spec.table)
    found, place = understand(reading, spec.table), path.name
    if found.made is None or found.target is None:
        assert found.fault is not None
        raise DataError.of(found.fault)
    rows = _divided(reading, found, spec) if test is None else _with_file(
        path, test, reading, found, spec)
    scaling: Scaling = "standard" if spec.scaling == "auto" else spec.scaling
    encoded = encode(rows.inputs, rows.training, scaling, place)
    blank(encoded.inputs, encoded.names, rows.inputs, rows.unseen)
    made = Dataset(
        key=key, title=title or path.name, task=found.made.task, inputs=encoded.inputs,
        labels=rows.labels, values=rows.values, class_names=found.made.class_names,
        feature_names=encoded.names, target_names=_target_names(found),
        training=rows.training, validation=rows.validation, scaler=encoded.scaler,
        remarks=(*found.remarks, *rows.remarks, *encoded.remarks))
    if made.task == "classification":
        return made
    scaled = scale_target(rows.values, made.target_names, rows.training,
                          spec.table.target_scaling, scaling, place)
    return replace(made, values=scaled.values, units_of=scaled.units_of,
                   remarks=(*made.remarks, *scaled.remarks))


@dataclass(frozen=True, eq=False)
class _Rows:
    """Examples before they are encoded, and the two sides that they stand on."""

    inputs: tuple[Column, ...]
    labels: Indices
    values: Reals
    training: Indices
    validation: Indices
    remarks: tuple[Remark, ...]
    unseen: Mapping[str, NDArray[np.bool_]] = field(default_factory=lambda: MappingProxyType({}))


def _divided(reading: Reading, found: Understanding, spec: DataSpec) -> _Rows:
    made = found.made
    assert made is not None
    sides = divide(reading.columns, made, found.inputs, spec, reading.place)
    return _Rows(found.inputs, made.labels, made.values, sides.training, sides.validation,
                 sides.remarks)


def _with_file(path: Path, test: Path, reading: Reading, found: Understanding,
               spec: DataSpec) -> _Rows:
    made = found.made
    assert made is not None
    if _is_same(path, test):
        raise DataError("split.same-file", place=path.name)
    by_name = {column.name: column for column in reading.columns}
    targets = [by_name[name] for name in _target_names(found)]
    added = add_file(test, reading, targets, made, found.inputs, spec.table)
    count = len(made.rows)
    training, validation = split_apart(count, added.count, spec.seed)
    return _Rows(added.inputs, added.labels, added.values, training, validation, added.remarks,
                 added.unseen)


def _target_names(found: Understanding) -> tuple[str, ...]:
    return tuple(column.name for column in found.targets)


def _is_same(path: Path, test: Path) -> bool:
    try:
        return path.samefile(test)
    except (OSError, ValueError):
        # What is wrong with it is told when it is read.
        return False


def _read(path: Path, spec: TableSpec) -> Reading:
    """Read what is needed; all columns of a small file, so that its preview need not read again."""
    if not spec.inputs or not spec.target or _size(path) <= WHOLE_BYTES:
        return read(path, spec)
    return read(path, spec, wanted=(*spec.inputs, spec.target, *spec.more_targets, spec.split_by))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):
        return 0
