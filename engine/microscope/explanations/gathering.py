"""The batch, and what a step measures on the way: nothing is computed with it."""

from __future__ import annotations

from engine.messages import say
from engine.microscope.names import Variable
from engine.microscope.writer import Writer, explains, says_nothing


@explains("gather", "gather_bytes")
def gather(w: Writer) -> None:
    """Name the examples or their targets, which the program is given."""
    name = "x" if w.number == 0 else "t"
    if name == "x":
        w.emit("x", "x = x[:n]", words=say("microscope.gather", count=w.n), symbol="x",
               formula=f"x ← {w.n} examples", shape=(w.size("n"),), slot="y")
        return
    w.call("y", Variable("t", "t", (w.size("n"),), per_example=True))
    w.emit("t", "t = t[:n]", words=say("microscope.gather-targets"), symbol="t",
           formula="t ← their targets", shape=(w.size("n"),), slot="y")


# What is drawn at random of the batch is in the examples that the program is given.
says_nothing("augment_image", "augment_noise", "measure_gradients", "sum_updates")

# No step depends on the average of the weights: a dissected step is one without it.
says_nothing("average_parameters", "exchange_parameters")

