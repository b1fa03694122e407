"""Recurrent layers. Legend: `engine.kernels.ops.recurrent`; an empty mask lets all steps count."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]


def logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def counts(mask: Reals, n: int, t: int) -> bool:
    return mask.size == 0 or mask[n, t] != 0


def weighted(row: Reals, w: Reals, k: int) -> float:
    return sum(float(row[j] * w[j, k]) for j in range(len(w)))


def goes_back(mask: Reals, n: int, t: int, truncation: int) -> bool:
    """Say whether step t, which counts, hands a gradient to the step before."""
    earlier = [other for other in range(t) if counts(mask, n, other)]
    return truncation == 0 or len(earlier) % truncation != 0


def set_out(before: Reals, x: Reals, t: int, units: int) -> None:
    for n in range(len(before)):
        for j in range(x.shape[2]):
            before[n, units + j] = x[n, t, j]
        before[n, units + x.shape[2]] = 1.0


def skip_back(dstates: Reals, n: int, t: int) -> None:
    if t > 0:
        dstates[n, t - 1] += dstates[n, t]


def send_back(dstates: Reals, dz: Reals, ut: Reals, mask: Reals, t: int, truncation: int) -> None:
    for n in range(len(dz)):
        if t > 0 and goes_back(mask, n, t, truncation):
            for j in range(ut.shape[1]):
                dstates[n, t - 1, j] += weighted(dz[n], ut, j)


def rnn_forward(states: Reals, after: Reals, before: Reals, w: Reals, mask: Reals, t: int,
                is_relu: int, add: int) -> None:
    for n in range(len(after)):
        for j in range(w.shape[1]):
            z = weighted(before[n], w, j) + (after[n, j] if add else 0.0)
            f = max(z, 0.0) if is_relu else math.tanh(z)
            states[n, t, j] = after[n, j] = f if counts(mask, n, t) else before[n, j]


def rnn_backward(dz: Reals, dstates: Reals, after: Reals, mask: Reals, t: int, is_relu: int
                 ) -> None:
    for n in range(len(after)):
        for j in range(dstates.shape[2]):
            h = after[n, j]
            slope = float(h > 0) if is_relu else 1 - h * h
            dz[n, j] = dstates[n, t, j] * slope if counts(mask, n, t) else 0.0
        if not counts(mask, n, t):
            skip_back(dstates, n, t)


def recurrent_backward_weights(du: Reals, dw: Reals, db: Reals, dc: Reals, dz: Reals,
                               before: Reals, add: int, first: int, last: int) -> None:
    (h, columns), features, apart = du.shape, len(dw), dc.shape[1]
    for k in range(first, last):
        behind = k + apart if k >= columns - apart else k
        summed = [(du, k, h, 0, behind), (dw, k, features, h, k),
                  (db, k, len(db), h + features, k)]
        if k >= columns - apart:
            summed.append((dc, k - (columns - apart), len(dc), h + features, behind))
        for gradient, column, size, place, cause in summed:
            for r in range(size):
                total = sum(before[:, place + r] * dz[:, cause])
                gradient[r, column] = total + (gradient[r, column] if add else 0.0)


def stack_weights(stacked: Reals, u: Reals, w: Reals, b: Reals, first: int, last: int) -> None:
    for k in range(first, last):
        for row, value in enumerate([*u[:, k], *w[:, k], b[k] if b.size else 0.0]):
            stacked[row, k] = value


def last_state(y: Reals, states: Reals) -> None:
    for n in range(len(y)):
        y[n] = states[n, -1]


def last_state_backward(dstates: Reals, dy: Reals) -> None:
    dstates[:] = 0.0
    for n in range(len(dy)):
        dstates[n, -1] = dy[n]


def lstm_forward(states: Reals, after: Reals, cells: Reals, gates: Reals, before: Reals,
                 cells_before: Reals, w: Reals, mask: Reals, t: int, add: int) -> None:
    h = cells.shape[1]
    for n in range(len(cells)):
        for k in range(4 * h):
            z = weighted(before[n], w, k) + (gates[n, k] if add else 0.0)
            gates[n, k] = z
            if counts(mask, n, t):
                gates[n, k] = math.tanh(z) if k // h == 2 else logistic(z)
        for j in range(h):
            i, f, g, o = gates[n, j:4 * h:h]
            cells[n, j] = f * cells_before[n, j] + i * g
            after[n, j] = o * math.tanh(cells[n, j])
            if not counts(mask, n, t):
                after[n, j], cells[n, j] = before[n, j], cells_before[n, j]
            states[n, t, j] = after[n, j]


def lstm_backward(gates: Reals, dcells: Reals, dstates: Reals, cells: Reals, cells_before: Reals,
                  mask: Reals, t: int, truncation: int) -> None:
    h = cells.shape[1]
    for n in range(len(cells)):
        if not counts(mask, n, t):
            gates[n, :4 * h] = 0.0
            skip_back(dstates, n, t)
            continue
        for j in range(h):
            i, f, g, o = gates[n, j:4 * h:h]
            y = math.tanh(cells[n, j])
            dh = dstates[n, t, j]
            dc = dcells[n, j] + dh * o * (1 - y * y)
            gates[n, j:4 * h:h] = (dc * g * i * (1 - i), dc * cells_before[n, j] * f * (1 - f),
                                   dc * i * (1 - g * g), dh * y * o * (1 - o))
            dcells[n, j] = dc * f if goes_back(mask, n, t, truncation) else 0.0


def gru_forward(states: Reals, after: Reals, gates: Reals, before: Reals, w: Reals, c: Reals,
                mask: Reals, t: int, add: int) -> None:
    h = w.shape[1] // 3
    for n in range(len(after)):
        for j in range(h):
            begin = gates[n, j:3 * h:h] if add else np.zeros(3)
            r, z = begin[0] + weighted(before[n], w, j), begin[1] + weighted(before[n], w, h + j)
            new = begin[2] + weighted(before[n, h:], w[h:], 2 * h + j)
            q = weighted(before[n], w[:h], 2 * h + j) + (c[j] if c.size else 0.0)
            after[n, j] = before[n, j]
            if counts(mask, n, t):
                r, z = logistic(r), logistic(z)
                new = math.tanh(new + r * q)
                after[n, j] = (1 - z) * new + z * before[n, j]
            gates[n, j:4 * h:h] = r, z, new, q
            states[n, t, j] = after[n, j]


def gru_backward(gates: Reals, dstates: Reals, before: Reals, mask: Reals, t: int, truncation: int
                 ) -> None:
    h = dstates.shape[2]
    for n in range(len(gates)):
        if not counts(mask, n, t):
            gates[n, :4 * h] = 0.0
            skip_back(dstates, n, t)
            continue
        for j in range(h):
            r, z, new, q = gates[n, j:4 * h:h]
            dh = dstates[n, t, j]
            dnew = dh * (1 - z) * (1 - new * new)
            gates[n, j:4 * h:h] = (dnew * q * r * (1 - r), dh * (before[n, j] - new) * z * (1 - z),
                                   dnew, dnew * r)
            if t > 0 and goes_back(mask, n, t, truncation):
                dstates[n, t - 1, j] += dh * z
