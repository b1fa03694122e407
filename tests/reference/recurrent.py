"""Recurrent layers. Legend as in `engine.kernels.recurrent`; an empty mask lets all steps count."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]


def logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def counts(mask: Reals, n: int, t: int) -> bool:
    return mask.size == 0 or mask[n, t] != 0


def state_before(states: Reals, start: Reals, t: int) -> Reals:
    return start[:, 0] if t == 0 else states[:, t - 1]


def pass_through(dstates: Reals, mask: Reals, t: int) -> None:
    for n in range(len(mask)):
        if not counts(mask, n, t):
            dstates[n, t - 1] += dstates[n, t]


def weighted(state: Reals, u: Reals, k: int) -> float:
    return sum(float(state[j] * u[j, k]) for j in range(len(u)))


def goes_back(t: int, truncation: int) -> bool:
    return t > 0 and not (truncation > 0 and t % truncation == 0)


def rnn_forward(states: Reals, z: Reals, start: Reals, u: Reals, mask: Reals, is_relu: int) -> None:
    for n in range(z.shape[0]):
        for t in range(z.shape[1]):
            before = state_before(states, start, t)[n]
            for j in range(z.shape[2]):
                z[n, t, j] += weighted(before, u, j)
                f = max(z[n, t, j], 0.0) if is_relu else math.tanh(z[n, t, j])
                states[n, t, j] = f if counts(mask, n, t) else before[j]


def rnn_backward(dz: Reals, dstates: Reals, states: Reals, ut: Reals, mask: Reals, truncation: int,
                 is_relu: int) -> None:
    for n in range(dz.shape[0]):
        for t in reversed(range(dz.shape[1])):
            for j in range(dz.shape[2]):
                h = states[n, t, j]
                slope = float(h > 0) if is_relu else 1 - h * h
                dz[n, t, j] = dstates[n, t, j] * slope if counts(mask, n, t) else 0.0
            _to_state_before(dstates, dz, ut, mask, truncation, n, t)


def _to_state_before(dstates: Reals, dz: Reals, ut: Reals, mask: Reals, truncation: int, n: int,
                     t: int) -> None:
    if not goes_back(t, truncation):
        return
    for j in range(dstates.shape[2]):
        dstates[n, t - 1, j] += weighted(dz[n, t], ut, j) if counts(mask, n, t) else \
            dstates[n, t, j]


def recurrent_backward_weights(du: Reals, db: Reals, dz: Reals, states: Reals, start: Reals,
                               first: int) -> None:
    du[:] = 0.0
    db[:] = 0.0
    for n in range(dz.shape[0]):
        for t in range(dz.shape[1]):
            before = state_before(states, start, t)[n]
            for k in range(dz.shape[2]):
                for r in range(du.shape[0]):
                    du[r, k] += before[first + r] * dz[n, t, k]
                if db.size:
                    db[k] += dz[n, t, k]


def last_state(y: Reals, states: Reals) -> None:
    for n in range(len(y)):
        y[n] = states[n, -1]


def last_state_backward(dstates: Reals, dy: Reals) -> None:
    dstates[:] = 0.0
    for n in range(len(dy)):
        dstates[n, -1] = dy[n]


def lstm_forward(states: Reals, cells: Reals, z: Reals, start: Reals, start_cells: Reals, u: Reals,
                 mask: Reals) -> None:
    h = states.shape[2]
    for n in range(z.shape[0]):
        for t in range(z.shape[1]):
            before = state_before(states, start, t)[n]
            cells_before = state_before(cells, start_cells, t)[n]
            for k in range(4 * h):
                z[n, t, k] += weighted(before, u, k)
            for j in range(h):
                if not counts(mask, n, t):
                    states[n, t, j], cells[n, t, j] = before[j], cells_before[j]
                    continue
                i, f, g, o = (math.tanh(a) if gate == 2 else logistic(a)
                              for gate, a in enumerate(z[n, t, j::h]))
                z[n, t, j::h] = i, f, g, o
                cells[n, t, j] = f * cells_before[j] + i * g
                states[n, t, j] = o * math.tanh(cells[n, t, j])


def lstm_backward(dz: Reals, dstates: Reals, dcells: Reals, gates: Reals, cells: Reals,
                  start_cells: Reals, ut: Reals, mask: Reals, truncation: int) -> None:
    dcells[:] = 0.0
    h = cells.shape[2]
    for n in range(dz.shape[0]):
        for t in reversed(range(dz.shape[1])):
            before = state_before(cells, start_cells, t)[n]
            for j in range(h):
                forget = 1.0
                dz[n, t, j::h] = 0.0
                if counts(mask, n, t):
                    i, f, g, o = gates[n, t, j::h]
                    y = math.tanh(cells[n, t, j])
                    dh = dstates[n, t, j]
                    dcells[n, t, j] += dh * o * (1 - y * y)
                    dc, forget = dcells[n, t, j], f
                    dz[n, t, j::h] = (dc * g * i * (1 - i), dc * before[j] * f * (1 - f),
                                      dc * i * (1 - g * g), dh * y * o * (1 - o))
                if goes_back(t, truncation):
                    dcells[n, t - 1, j] += dcells[n, t, j] * forget
            _to_state_before(dstates, dz, ut, mask, truncation, n, t)


def gru_forward(states: Reals, products: Reals, z: Reals, start: Reals, u: Reals, c: Reals,
                mask: Reals) -> None:
    h = states.shape[2]
    for n in range(z.shape[0]):
        for t in range(z.shape[1]):
            before = state_before(states, start, t)[n]
            for j in range(h):
                z[n, t, j] += weighted(before, u, j)
                z[n, t, h + j] += weighted(before, u, h + j)
                products[n, t, j] = weighted(before, u, 2 * h + j) + (c[j] if c.size else 0.0)
                if not counts(mask, n, t):
                    states[n, t, j] = before[j]
                    continue
                r, k = logistic(z[n, t, j]), logistic(z[n, t, h + j])
                new = math.tanh(z[n, t, 2 * h + j] + r * products[n, t, j])
                z[n, t, j::h] = r, k, new
                states[n, t, j] = (1 - k) * new + k * before[j]


def gru_backward(dz: Reals, dproducts: Reals, dstates: Reals, gates: Reals, products: Reals,
                 states: Reals, start: Reals, ut: Reals, mask: Reals, truncation: int) -> None:
    h = states.shape[2]
    for n in range(dz.shape[0]):
        for t in reversed(range(dz.shape[1])):
            before = state_before(states, start, t)[n]
            for j in range(h):
                dz[n, t, j::h] = dproducts[n, t, j] = 0.0
                if not counts(mask, n, t):
                    continue
                r, k, new = gates[n, t, j::h]
                dh = dstates[n, t, j]
                dnew = dh * (1 - k) * (1 - new * new)
                dz[n, t, j::h] = (dnew * products[n, t, j] * r * (1 - r),
                                  dh * (before[j] - new) * k * (1 - k), dnew)
                dproducts[n, t, j] = dnew * r
            if not goes_back(t, truncation):
                continue
            for j in range(h):
                if not counts(mask, n, t):
                    dstates[n, t - 1, j] += dstates[n, t, j]
                    continue
                dstates[n, t - 1, j] += (
                    dstates[n, t, j] * gates[n, t, h + j]
                    + weighted(dz[n, t, :2 * h], ut[:2 * h], j)
                    + weighted(dproducts[n, t], ut[2 * h:], j))
