"""How recurrent layers pass covariances on through time: pairs of steps and examples.

Weights are the same at every step, so that a step's state goes together with another step's; on the
way back they are taken for others, which in the limit of many units makes no difference (Chen,
Pennington and Schoenholz 2018; Yang 2019).

Legend: t, s steps; n examples; moments are float64[t, n, s, n], of which s <= t is followed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.layers.covariance import Learned, Reals, Return, Signal
from engine.layers.duals import Dual, DualRule


@dataclass(frozen=True)
class Sizes:
    """What a recurrent layer's weights are like.

    Attributes
    ----------
    features, units : int
        Numbers of a step, and of a state.
    w, u : float
        Mean squares of the weights on the input, and from state to state.
    truncation : int
        Steps of a block that the way back does not leave; 0: it goes to the beginning.
    """

    features: int
    units: int
    w: float
    u: float
    truncation: int

    def is_border(self, step: int) -> bool:
        """Say whether no gradient goes from a step to the one before."""
        return bool(self.truncation) and step % self.truncation == 0


class Pairs:
    """Moments of pairs of steps, written step by step, as float64[t, s, n, n]."""

    def __init__(self, steps: int, n: int) -> None:
        self.of = np.zeros((steps, steps, n, n))

    def write(self, t: int, found: Reals) -> None:
        """Write the moments of step t with steps 0 to t, float64[t + 1, n, n], both ways."""
        self.of[t, :t + 1] = found
        self.of[:t + 1, t] = np.swapaxes(found, 1, 2)

    def before(self, t: int) -> Reals:
        """Return those of the steps before t and before 0 to t; before the first all is 0."""
        n = self.of.shape[-1]
        if t == 0:
            return np.zeros((1, n, n))
        return np.concatenate([np.zeros((1, n, n)), self.of[t - 1, :t]])

    def signal(self) -> Reals:
        """Return them as a signal has them."""
        steps, _, n, _ = self.of.shape
        return np.asarray(self.of.transpose(0, 2, 1, 3).reshape(1, steps * n, steps * n))


class Accumulated:
    """Moments of what is kept and added to at every step: c = f c' + g.

    f and g of any two steps are independent of one another; two of f go together, and two of g.
    Over several steps, the mean of f is taken for f.

    Parameters
    ----------
    steps, n : int
        How many there are, and examples.
    """

    def __init__(self, steps: int, n: int) -> None:
        self.pairs = Pairs(steps, n)
        self._mixed = np.zeros((steps, steps, n, n))
        self._means = np.zeros((steps, n))

    def add(self, t: int, kept: Reals, added: Reals, mean: Reals) -> Reals:
        """Take up step t; return moments of c with itself at steps 0 to t, float64[t + 1, n, n].

        ``kept`` and ``added`` are those of f and g, ``mean``, float64[n], is the mean of f.
        """
        mixed, means = self._mixed, self._means
        means[t] = mean
        for k in range(t):
            mixed[k, t] = added[k].T + (means[k][:, None] * mixed[k - 1, t] if k else 0.0)
        found = kept * self.pairs.before(t) + added
        row = added.copy()
        if t:
            earlier = mean[:, None] * mixed[t - 1, :t + 1]
            found += earlier
            found[1:] += np.swapaxes(mixed[:t, t], 1, 2) * means[1:t + 1, None, :]
            row += earlier
        mixed[t, :t + 1] = row
        self.pairs.write(t, found)
        return found


def pairs_of(second: Reals, steps: int) -> Reals:
    """Return a signal's moments as float64[t, s, n, n]."""
    n = second.shape[1] // steps
    return np.asarray(second.reshape(steps, n, steps, n).transpose(0, 2, 1, 3))


def dual_of_pairs(rule: DualRule, covariance: Pairs, t: int, mean: float) -> Dual:
    """Return the dual of step t with steps 0 to t: its value and slope are float64[t + 1, n, n]."""
    n = covariance.of.shape[-1]
    steps = np.arange(t + 1)
    own = np.broadcast_to(covariance.of[t, t], (t + 1, n, n))
    across = covariance.of[t, :t + 1]
    joint = np.block([[own, across], [np.swapaxes(across, 1, 2), covariance.of[steps, steps]]])
    found = rule(joint, np.full((t + 1, 2 * n), mean))
    value, slope = found.value[:, :n, n:].copy(), found.slope[:, :n, n:].copy()
    # A step with itself: not what two steps of the same correlation would have.
    value[t], slope[t] = found.value[t, :n, :n], found.slope[t, :n, :n]
    return Dual(found.mean[:, :n], value, slope)


class Walk:
    """The way of covariances through time: every argument is a weighted sum of input and state.

    Parameters
    ----------
    x : Signal
        The sequence, its steps together.
    sizes : Sizes
        The weights.
    bias_variance : float
        Variance of the biases, which are the same at every step.
    """

    def __init__(self, x: Signal, sizes: Sizes, bias_variance: float) -> None:
        self.bias_variance = bias_variance
        self.steps, self.n, self.sizes = x.places, x.examples, sizes
        self.x = pairs_of(x.second, self.steps)
        self.h = self.pairs()

    def pairs(self) -> Pairs:
        """Return room for moments."""
        return Pairs(self.steps, self.n)

    def from_input(self, t: int) -> Reals:
        """Return the moments of the input's part of a weighted sum, and of the biases."""
        return np.asarray(self.sizes.features * self.sizes.w * self.x[t, :t + 1]
                          + self.bias_variance)

    def from_state(self, t: int) -> Reals:
        """Return the moments of the state's part."""
        return np.asarray(self.sizes.units * self.sizes.u * self.h.before(t))

    def states_before(self) -> Reals:
        """Return the moments of the states before every step, float64[t, s, n, n]."""
        found = np.zeros_like(self.h.of)
        found[1:, 1:] = self.h.of[:-1, :-1]
        return found

    def direct(self, gradient: Reals, is_last: bool) -> Reals:
        """Return the moments of dL/d(state) that come from what reads the states."""
        if not is_last:
            return pairs_of(gradient, self.steps).copy()
        found = np.zeros_like(self.h.of)
        found[-1, -1] = gradient[0]
        return found

    def back(self, direct: Reals, step: Callable[[int, Reals], Reals]) -> Reals:
        """Go back through time; return the moments of dL/d(state), all of it.

        ``step(t, dh)`` takes those of step t with all others and returns those of dL/d(sums of
        which the state before is part), times what the weights from state to state make of them.
        """
        for t in range(self.steps - 1, 0, -1):
            self.carry(direct, t, step(t, direct[t]))
        return direct

    def carry(self, total: Reals, t: int, sent: Reals) -> None:
        """Add to the moments of the step before t what comes from t, with all other steps."""
        total[t - 1, :-1] += sent[1:] * self.goes(t)[:, None, None]

    def goes(self, t: int) -> Reals:
        """Return whether gradients go on from t and from each of steps 1 and later: 0 or 1."""
        return np.array([not (self.sizes.is_border(t) or self.sizes.is_border(s))
                         for s in range(1, self.steps)], np.float64)


class Backward:
    """The way back through layers whose state is kept in part: from the last step to the first.

    Parameters
    ----------
    walk : Walk
        The way forward.
    direct : float64[t, s, n, n]
        Moments of dL/d(state) that come from what reads the states; what comes from later steps is
        added.
    kept : float64[t, s, n, n]
        Moments of the share of what is kept that the step before has given.
    means : float64[t, n]
        Its mean.
    """

    def __init__(self, walk: Walk, direct: Reals, kept: Reals, means: Reals) -> None:
        self._walk, self.direct, self._kept, self._means = walk, direct, kept, means
        self._total = Accumulated(walk.steps, walk.n)

    def total(self, t: int, own: Reals) -> Reals:
        """Return moments of the gradient of what is kept, of step t with itself and later ones.

        ``own``, float64[steps - t, n, n], are those of what comes to it at the step itself.
        """
        walk = self._walk
        last = walk.steps - 1
        kept, mean = np.zeros_like(own), np.zeros(walk.n)
        if t < last:
            kept[:-1] = self._kept[t + 1, t + 1:] * walk.goes(t + 1)[t:, None, None]
            mean = self._means[t + 1] * (not walk.sizes.is_border(t + 1))
        return self._total.add(last - t, kept[::-1], own[::-1], mean)[::-1]

    def send(self, t: int, sent: Reals) -> None:
        """Add to dL/d(state) before t what the weights from state to state send there."""
        goes = self._walk.goes(t)[t - 1:, None, None]
        row = self.direct[t - 1, t - 1:-1] + sent * goes
        self.direct[t - 1, t - 1:-1] = row
        self.direct[t - 1:-1, t - 1] = np.swapaxes(row, 1, 2)


def both_ways(rows: Reals, t: int, found: Reals) -> None:
    """Write moments of step t with itself and later ones, and of those with t."""
    rows[t, t:] = found
    rows[t:, t] = np.swapaxes(found, 1, 2)


def returned(walk: Walk, sums: Reals, state_sums: Reals, dh: Reals, gates: int) -> Return:
    """Return what a recurrent layer sends back.

    Parameters
    ----------
    walk : Walk
        The way forward.
    sums : float64[t, s, n, n]
        Moments of dL/d(weighted sum of the input), the mean over gates.
    state_sums : float64[t, s, n, n]
        The same of what the weights from state to state give.
    dh : float64[t, s, n, n]
        Moments of dL/d(state).
    gates : int
        Weighted sums of a unit.
    """
    sizes, steps, n = walk.sizes, walk.steps, walk.n
    to_x = gates * sizes.units * sizes.w * sums
    learned = (Learned(gates * sizes.features * sizes.units, np.sum(sums * walk.x, axis=(0, 1))),
               Learned(gates * sizes.units**2,
                       np.sum(state_sums * walk.states_before(), axis=(0, 1))))
    own = np.arange(steps)
    sent = to_x.transpose(0, 2, 1, 3).reshape(1, steps * n, steps * n)
    return Return((sent,), learned,
                  np.mean(np.diagonal(dh[own, own], axis1=1, axis2=2), axis=1))
