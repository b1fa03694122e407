"""A row of the op table as an op sees it: every slot by its name.

``slots.x`` reads the number behind the header that stands for ``x``: an integer, such as a place in
the arena, or a real number, of which the slot holds the bits. The names belong to the type of what
an op is called with, so that they cost nothing when it runs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core.typing.templates import AttributeTemplate
from numba.extending import infer_getattr, lower_getattr_generic, models, register_model

from engine.kernels.runtime.layout import FIRST_SLOT, ROW_LENGTH

REAL = ":real"
"""Behind the name of a slot that holds a real number."""

WORD = ir.IntType(64)


class Slots(types.Type):  # type: ignore[misc]
    """The type of a pointer to a row.

    Parameters
    ----------
    declared : str
        Names of the slots in order, separated by spaces, each with `REAL` behind it or not.

    Attributes
    ----------
    places : dict[str, int]
        Where each stands in its row.
    reals : frozenset[str]
        Which of them hold real numbers.

    Raises
    ------
    ValueError
        If a name occurs twice, or a row has no room for so many.
    """

    def __init__(self, declared: str) -> None:
        words = declared.split()
        names = [word.removesuffix(REAL) for word in words]
        if len(set(names)) < len(names):
            raise ValueError(f"a slot is named twice: {declared}")
        if len(names) > ROW_LENGTH - FIRST_SLOT:
            raise ValueError(f"{len(names)} slots; a row has {ROW_LENGTH - FIRST_SLOT}: {declared}")
        self.places = {name: place for place, name in enumerate(names, FIRST_SLOT)}
        self.reals = frozenset(word.removesuffix(REAL) for word in words if word.endswith(REAL))
        super().__init__(f"Slots({declared})")

    def encode(self, name: str, value: int | float) -> int:
        """Return what a row holds for a slot's value; ValueError if it is to be a whole number."""
        if name in self.reals:
            return int(np.float64(value).view(np.int64))
        if int(value) != value:
            raise ValueError(f"slot {name} holds whole numbers, not {value}")
        return int(value)


@register_model(Slots)
class _Pointer(models.PrimitiveModel):  # type: ignore[misc]
    """In code, a pointer to int64."""

    def __init__(self, manager: Any, kind: Slots) -> None:
        super().__init__(manager, kind, WORD.as_pointer())


@infer_getattr
class _Names(AttributeTemplate):  # type: ignore[misc]
    key = Slots

    def generic_resolve(self, slots: Slots, name: str) -> Any:
        """Return the type of a slot, which must be one of the row's."""
        if name not in slots.places:
            return None
        return types.float64 if name in slots.reals else types.int64


@lower_getattr_generic(Slots)
def _read(context: Any, builder: Any, slots: Slots, pointer: Any, name: str) -> Any:
    number = builder.load(builder.gep(pointer, [WORD(slots.places[name])]))
    return builder.bitcast(number, ir.DoubleType()) if name in slots.reals else number
