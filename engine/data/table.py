"""A person's table as a data set."""

from __future__ import annotations

from pathlib import Path

from engine.data.dataset import Dataset
from engine.data.encoding import encode
from engine.data.limits import WHOLE_BYTES
from engine.data.reading import Reading, read
from engine.data.remark import Remark, remark
from engine.data.scaling import check_range, measure
from engine.data.split import split_rows
from engine.data.understanding import understand
from engine.errors import DataError
from engine.spec import DataSpec, Scaling, TableSpec


def load_table(path: Path, spec: DataSpec, key: str = "table", title: str = "") -> Dataset:
    """Load a person's file as a data set.

    Parameters
    ----------
    path : Path
        The file.
    spec : DataSpec
        How to read, scale and split it.
    key, title : str
        What the data set is called; the title is by default the file's name.

    Raises
    ------
    DataError
        If the file cannot be read or there is nothing to learn in it; the sentence says where.
    """
    reading = _read(path, spec.table)
    found, place = understand(reading, spec.table), path.name
    if found.made is None or found.target is None:
        assert found.fault is not None
        raise DataError.of(found.fault)
    target = found.made
    n = len(target.rows)
    classes = target.task == "classification"
    training, validation = split_rows(n, target.labels if classes else None,
                                      spec.training_share, spec.seed)
    scaling: Scaling = "standard" if spec.scaling == "auto" else spec.scaling
    encoded = encode(found.inputs, training, scaling, place)
    values = target.values
    target_remarks: tuple[Remark, ...] = ()
    units_of = None
    if not classes:
        scaler = measure(scaling, values[training])
        values, units_of = scaler(values), scaler.inverse
        check_range(values, (found.target.name,), place)
        target_remarks = _target_remarks(scaling, found.target.name)
    return Dataset(
        key=key, title=title or path.name, task=target.task, inputs=encoded.inputs,
        labels=target.labels, values=values, class_names=target.class_names,
        feature_names=encoded.names, target_names=(found.target.name,), training=training,
        validation=validation, units_of=units_of,
        remarks=(*found.remarks, *encoded.remarks, *target_remarks))


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


def _target_remarks(scaling: Scaling, name: str) -> tuple[Remark, ...]:
    if scaling == "standard":
        return (remark("note.target-standard", name=name),)
    if scaling == "minmax":
        return (remark("note.target-minmax", name=name),)
    return ()
