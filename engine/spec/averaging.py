"""Which average of the weights is kept beside those that are trained."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

Averages = Literal["none", "exponential", "equal"]


class AveragingSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An average of all parameters over the steps; training goes on as without it.

    Attributes
    ----------
    kind : str
        ``none``; ``exponential``: every step moves the average towards the weights; ``equal``:
        every step since the start counts alike.
    decay : float
        Share of the exponential average that a step leaves.
    start : int
        Completed epochs before the average begins.
    """

    kind: Averages = "none"
    decay: Annotated[float, msgspec.Meta(ge=0, lt=1)] = 0.99
    start: Annotated[int, msgspec.Meta(ge=0)] = 0
