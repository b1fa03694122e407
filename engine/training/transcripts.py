"""What a network reads out of single examples, and what it gave at every step."""

from __future__ import annotations

import numpy as np

from engine.arrays import Integers
from engine.data.transcription import read_greedily
from engine.kernels.runtime import layout
from engine.plan import Plan
from engine.telemetry.snapshot import Transcript, frozen
from engine.training.visit import blocks, rows_of, run, undisturbed

TRANSCRIBED = 24
"""Examples whose reading a snapshot carries: each has numbers for every step."""


def transcripts(plan: Plan, seen: Integers) -> tuple[Transcript, ...]:
    """Return what the network reads out of the first examples.

    Parameters
    ----------
    plan : Plan
        The network between two steps.
    seen : int64[m]
        Rows of the data set.
    """
    rows, found = frozen(seen[:TRANSCRIBED]), []
    output = plan.layers[-1].output
    with undisturbed(plan):
        plan.shared.control[layout.ORDER] = rows.ctypes.data
        for begin, batch in blocks(plan, len(rows)):
            plan.shared.control[layout.POSITION] = begin
            run(plan, batch, layout.GATHER, layout.FORWARD, layout.OUTPUT)
            logits, shares = rows_of(plan, output, batch), rows_of(plan, plan.prediction, batch)
            counts = np.ones(logits.shape[:2], bool)
            if output.mask >= 0:
                size = batch * output.shape[0]
                counts = plan.arena[output.mask:output.mask + size].reshape(counts.shape) != 0
            found += [Transcript(
                int(row), frozen(read_greedily(np.argmax(logits[n, counts[n]], axis=-1))),
                frozen(shares[n, counts[n]])) for n, row in enumerate(rows[begin:begin + batch])]
    return tuple(found)
