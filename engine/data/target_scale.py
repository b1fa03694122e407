"""Bringing what is to be predicted to a size that a network can learn, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from engine.data.dataset import Indices, Reals
from engine.data.remark import Change, Remark
from engine.data.scaling import Scaler, check_range, measure
from engine.errors import DataError
from engine.messages import say
from engine.spec import Scaling, TargetScaling

_AS_IT_IS = Change(say("change.target-as-it-is"), MappingProxyType({"target_scaling": "none"}))
_LIKE_INPUTS = Change(say("change.target-like-inputs"),
                      MappingProxyType({"target_scaling": "auto"}))


@dataclass(frozen=True)
class ScaledTarget:
    """Targets as a network learns them.

    Attributes
    ----------
    values : float64[n, k]
        All finite.
    units_of : callable
        Maps targets and predictions, float64[m, k], back to the units of the file.
    remarks : tuple[Remark, ...]
        What was done to them.
    """

    values: Reals
    units_of: Callable[[Reals], Reals]
    remarks: tuple[Remark, ...]


@dataclass(frozen=True)
class _Exponential:
    """The way back from scaled logarithms."""

    scaler: Scaler

    def __call__(self, scaled: Reals) -> Reals:
        # What an untrained network says may be beyond every number; it is then infinite.
        with np.errstate(over="ignore"):
            values: Reals = np.exp(self.scaler.inverse(scaled))
        return values


def scale_target(values: Reals, names: tuple[str, ...], training: Indices, how: TargetScaling,
                 scaling: Scaling, place: str) -> ScaledTarget:
    """Scale the targets of a regression, each column by itself.

    Parameters
    ----------
    values : float64[n, k]
        Targets as the file has them.
    names : tuple[str, ...]
        Names of their columns.
    training : int64[...]
        Examples to measure on.
    how : str
        What the person has chosen; ``auto`` does as with the inputs.
    scaling : str
        How the inputs are scaled: ``standard``, ``minmax`` or ``none``.
    place : str
        The file's name for error messages.

    Raises
    ------
    DataError
        If a number is too large, or one of which the logarithm is to be taken is not above 0.
    """
    if how == "log":
        return _logarithms(values, names, training, place)
    like_inputs = how == "auto"
    used: Scaling = scaling if like_inputs else "none" if how == "none" else "standard"
    scaler = measure(used, values[training])
    scaled = scaler(values)
    check_range(scaled, names, place)
    code = _SAID[used, like_inputs]
    remarks = (Remark(say(code, names=names, count=len(names)), _AS_IT_IS),) if code else ()
    return ScaledTarget(scaled, scaler.inverse, remarks)


_SAID: Mapping[tuple[str, bool], str] = MappingProxyType({
    ("standard", True): "note.target-standard", ("standard", False): "note.target-standard-alone",
    ("minmax", True): "note.target-minmax", ("none", True): "", ("none", False): "",
})
"""What is said of a scaling, by whether it is that of the inputs."""


def _logarithms(values: Reals, names: tuple[str, ...], training: Indices,
                place: str) -> ScaledTarget:
    lowest = values.min(axis=0)
    wrong = np.flatnonzero(~(lowest > 0))
    if len(wrong):
        column = int(wrong[0])
        raise DataError("target.no-logarithm",
                        place=say("place.column", file=place, column=names[column]),
                        value=float(lowest[column]), rows=int((values[:, column] <= 0).sum()))
    logarithms = np.log(values)
    scaler = measure("standard", logarithms[training])
    said = Remark(say("note.target-log", names=names, count=len(names)), _LIKE_INPUTS)
    return ScaledTarget(scaler(logarithms), _Exponential(scaler), (said,))
