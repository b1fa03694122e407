"""Copying a batch of examples into the arena."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from engine.arrays import Reals
from engine.data.rows import ByteRows
from engine.kernels.runtime import layout
from engine.layers import Value
from engine.plan.table import Line, Table


@dataclass(frozen=True)
class Store:
    """All examples, where the loop finds them.

    Attributes
    ----------
    rows : real[m, k] | ByteRows
        In the precision of the plan, or as bytes.
    precision : str
        Of the plan.
    scale, shift : real[k]
        How bytes become numbers; empty for what are numbers.
    """

    rows: Reals | ByteRows
    precision: str
    scale: Reals = field(init=False)
    shift: Reals = field(init=False)

    def __post_init__(self) -> None:
        for name in ("scale", "shift"):
            of = getattr(self.rows, name) if isinstance(self.rows, ByteRows) else ()
            object.__setattr__(self, name, np.array(of, self.precision))

    @property
    def op(self) -> str:
        """Name of the op that copies them."""
        return gathering_op(is_bytes=isinstance(self.rows, ByteRows))

    def add_gather(self, table: Table, layer: str, batch: Value) -> None:
        """Append what copies a batch of them.

        Parameters
        ----------
        table : Table
            Of the plan.
        layer : str
            Id of the layer that takes the batch.
        batch : Value
            Its place.
        """
        if isinstance(self.rows, ByteRows):
            slots = {"x": self.rows.content.ctypes.data, "scale": self.scale.ctypes.data,
                     "shift": self.shift.ctypes.data}
        else:
            slots = {"x": self.rows.ctypes.data}
        table.add(layout.GATHER, Line(self.op, {
            "y": batch.data, "n": batch.size, "rows": len(self.rows), **slots}, batch.size,
            layer=layer))


def gathering_op(*, is_bytes: bool = False) -> str:
    """Return the name of the op that copies a batch of examples."""
    return "gather_bytes" if is_bytes else "gather"
