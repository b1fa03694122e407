"""ReLU with learned slopes. Legend: m rows of c units; a row is an example or a part of one."""

from __future__ import annotations

from engine.kernels.runtime.memory import matrix, span, vector
from engine.kernels.runtime.policy import ELEMENTWISE, kernel, op


@kernel
def prelu_forward(y, x, slopes):
    """Compute ``y = x for x > 0, else slope x``.

    Parameters
    ----------
    y, x : real[m, c]
        Result and argument.
    slopes : real[c]
        One slope for every unit.

    Notes
    -----
    Source: He, Zhang, Ren and Sun (2015), eq. 1.
    """
    for m in range(x.shape[0]):
        for c in range(x.shape[1]):
            y[m, c] = x[m, c] if x[m, c] > 0 else slopes[c] * x[m, c]


@kernel
def prelu_backward_input(dx, dy, x, slopes):
    """Compute the arguments' gradient ``dx = dy for x > 0, else slope dy``.

    Parameters
    ----------
    dx : real[m, c]
        dL/dx, overwritten; may be ``dy`` itself.
    dy, x : real[m, c]
        dL/dy, and what the forward pass saw.
    slopes : real[c]
        One slope for every unit.

    Notes
    -----
    Source: He, Zhang, Ren and Sun (2015), sec. 2.1.
    """
    for m in range(x.shape[0]):
        for c in range(x.shape[1]):
            dx[m, c] = dy[m, c] if x[m, c] > 0 else slopes[c] * dy[m, c]


@kernel
def prelu_backward_slopes(ds, dy, x):
    """Compute the slopes' gradient: ``ds = sum of x dy over the rows where x <= 0``.

    Parameters
    ----------
    ds : real[c]
        dL/d(slope), overwritten.
    dy, x : real[m, c]
        dL/dy, and what the forward pass saw.

    Notes
    -----
    Source: He, Zhang, Ren and Sun (2015), eq. 2 and 3.
    """
    zero = x.dtype.type(0)
    ds[:] = 0
    for m in range(x.shape[0]):
        for c in range(ds.size):
            ds[c] += zero if x[m, c] > 0 else x[m, c] * dy[m, c]


@op("y x slopes rows c", weight=ELEMENTWISE)
def prelu_forward_op(slots, arena, batch, shard, shards):
    c = slots.c
    begin, end = span(batch * slots.rows, shard, shards)
    prelu_forward(matrix(arena, slots.y + begin * c, end - begin, c),
                  matrix(arena, slots.x + begin * c, end - begin, c),
                  vector(arena, slots.slopes, c))


@op("dx dy x slopes rows c", weight=ELEMENTWISE)
def prelu_backward_input_op(slots, arena, batch, shard, shards):
    c = slots.c
    begin, end = span(batch * slots.rows, shard, shards)
    prelu_backward_input(matrix(arena, slots.dx + begin * c, end - begin, c),
                         matrix(arena, slots.dy + begin * c, end - begin, c),
                         matrix(arena, slots.x + begin * c, end - begin, c),
                         vector(arena, slots.slopes, c))


@op("ds dy x rows c", weight=ELEMENTWISE)
def prelu_backward_slopes_op(slots, arena, batch, shard, shards):
    rows, c = batch * slots.rows, slots.c
    begin, end = span(c, shard, shards)
    prelu_backward_slopes(vector(arena, slots.ds + begin, end - begin),
                          matrix(arena, slots.dy, rows, c)[:, begin:end],
                          matrix(arena, slots.x, rows, c)[:, begin:end])
