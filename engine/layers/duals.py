"""What an activation function makes of two correlated normal numbers: its dual.

Of u and v, normal with given means and covariance, the theory of wide networks needs three means:
of f(u), of f(u) f(v), and of f'(u) f'(v); for all pairs of a set of examples at once (Cho and Saul
2009; Daniely, Frostig and Singer 2016). Where no closed form is known, f(m + s z) is expanded in
Hermite polynomials of z: with coefficients a and b, the mean of f(u) f(v) is the sum of
``a[k] b[k] c**k``, c being the correlation, and the coefficients of f' follow from those of f.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Reals = NDArray[np.float64]
Function = Callable[[Reals], Reals]


@dataclass(frozen=True)
class Dual:
    """Means of a function f of normal numbers u, over which the last axes run.

    Attributes
    ----------
    mean : float64[..., m]
        Mean of f(u).
    value, slope : float64[..., m, m]
        Mean of f(u) f(v), and of f'(u) f'(v).
    """

    mean: Reals
    value: Reals
    slope: Reals


DualRule = Callable[[Reals, Reals], Dual]
"""``rule(covariance, mean)`` takes float64[..., m, m] and float64[..., m]."""

TERMS = 34
"""Hermite polynomials that are summed; what is left of a function is estimated."""

_NODES, _REACH, _CROWDING = 256, 9.0, 5.0


def _grid() -> tuple[Reals, Reals, Reals]:
    """Return places z, what a normal number's share of each is, and Hermite polynomials there.

    The places crowd around 0, where functions of large numbers turn; their ends are too far out for
    a polynomial of the highest order to be felt.
    """
    t = np.linspace(-1.0, 1.0, _NODES + 1)
    z = _REACH * np.sinh(_CROWDING * t) / math.sinh(_CROWDING)
    shares = np.exp(-z**2 / 2) * np.cosh(_CROWDING * t)
    shares /= shares.sum()
    polynomials = np.empty((TERMS + 2, z.size))
    polynomials[0], polynomials[1] = 1.0, z
    for k in range(1, TERMS + 1):
        polynomials[k + 1] = (z * polynomials[k] - math.sqrt(k) * polynomials[k - 1]
                              ) / math.sqrt(k + 1)
    return z, shares, np.ascontiguousarray((polynomials * shares).T)


_Z, _SHARES, _WEIGHTED = _grid()
_ROOTS = np.sqrt(np.arange(1.0, TERMS + 2))


def correlations(covariance: Reals) -> tuple[Reals, Reals]:
    """Return deviations, float64[..., m], and correlations, float64[..., m, m]."""
    deviation = np.sqrt(np.maximum(np.diagonal(covariance, axis1=-2, axis2=-1), 0.0))
    safe = np.where(deviation > 0, deviation, 1.0)
    found = covariance / safe[..., :, None] / safe[..., None, :]
    return deviation, np.clip(found, -1.0, 1.0)


def error_function(x: Reals) -> Reals:
    """Return erf(x), right to 2e-7 (Abramowitz and Stegun 1964, 7.1.26)."""
    t = 1 / (1 + 0.3275911 * np.abs(x))
    tail = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (
        -1.453152027 + t * 1.061405429)))) * np.exp(-np.minimum(x * x, 700.0))
    found: Reals = np.sign(x) * (1 - tail)
    return found


def normal_share(x: Reals) -> Reals:
    """Return the share of normal numbers below x."""
    return 0.5 + 0.5 * error_function(x / math.sqrt(2))


def expanded(f: Function, slope: Function, *kinks: float) -> DualRule:
    """Return the dual of a function by its Hermite expansion.

    Parameters
    ----------
    f, slope : callable
        The function and its derivative.
    kinks : float
        Where the derivative jumps.
    """
    def rule(covariance: Reals, mean: Reals) -> Dual:
        deviation, correlation = correlations(covariance)
        places = mean[..., None] + deviation[..., None] * _Z
        values, slopes = f(places), slope(places)
        squares = np.stack([values**2 @ _SHARES, slopes**2 @ _SHARES])
        for kink in kinks:
            squares[1] += _jump(slope, kink, mean, deviation)
        series = _series(values @ _WEIGHTED, slopes, deviation)
        rest = np.maximum(squares - np.sum(series**2, axis=-1), 0.0)
        found = _summed(series, rest, correlation)
        _set_diagonal(found, squares)
        return Dual(series[0, ..., 0], found[0], found[1])
    return rule


def _series(coefficients: Reals, slopes: Reals, deviation: Reals) -> Reals:
    """Return the coefficients of f and of f', float64[2, ..., TERMS]."""
    some = deviation > 1e-12
    of_slope = coefficients[..., 1:] * _ROOTS / np.where(some, deviation, 1.0)[..., None]
    if not some.all():
        # Numbers without a spread have one slope.
        flat = np.zeros_like(of_slope)
        flat[..., 0] = slopes[..., _Z.size // 2]
        of_slope = np.where(some[..., None], of_slope, flat)
    return np.stack([coefficients[..., :TERMS], of_slope[..., :TERMS]])


def _jump(slope: Function, kink: float, mean: Reals, deviation: Reals) -> Reals:
    """Return what the sum over places misses of the mean of f'² where f' jumps between two."""
    at = (kink - mean) / np.where(deviation > 0, deviation, 1.0)
    right = np.clip(np.searchsorted(_Z, at, "right"), 1, _Z.size - 1)
    left = right - 1
    wide = _Z[right] - _Z[left]
    part = np.clip((at - _Z[left]) / wide, 0.0, 1.0)
    near = 1e-9 * max(1.0, abs(kink))
    sides = slope(np.array([kink - near, kink + near]))**2
    density = np.exp(-np.minimum(at**2, 700.0) / 2) / math.sqrt(2 * math.pi)
    felt = (np.abs(at) < _REACH) & (deviation > 0)
    # A place that lies on the jump counts one side whole: as if the jump lay half a place off.
    found: Reals = np.where(felt, (sides[0] - sides[1]) * density * wide * (part - 0.5), 0.0)
    return found


def _summed(series: Reals, rest: Reals, correlation: Reals) -> Reals:
    """Return the sums over orders of ``a[k] b[k] c**k``, float64[2, ..., m, m]."""
    left = np.cumsum(series[..., ::-1]**2, axis=-1)[..., ::-1] + rest[..., None]
    share = left / np.maximum(left[..., :1], 1e-300)
    count = int(np.count_nonzero(share.reshape(-1, TERMS).max(axis=0) > 1e-9)) or 1
    if count < TERMS:
        rest = np.zeros_like(rest)
    found = np.zeros((2, *correlation.shape))
    for k in range(count - 1, -1, -1):
        found *= correlation
        found += series[..., :, None, k] * series[..., None, :, k]
    if rest.any():
        found += np.sqrt(rest[..., :, None] * rest[..., None, :]) * _tail(correlation)
    return found


def _tail(correlation: Reals) -> Reals:
    """Return how much of the orders beyond `TERMS` is left at a correlation.

    As of a function that jumps, whose squared coefficients fall like ``k**-1.5``: their sum times
    ``c**k`` is an incomplete gamma function of ``x = -TERMS log(c)``.
    """
    x = -TERMS * np.log(np.clip(correlation, 1e-30, 1.0))
    root = np.sqrt(x)
    return np.where(correlation > 0, np.maximum(
        np.exp(-x) - math.sqrt(math.pi) * root * (1 - error_function(root)), 0.0), 0.0)


def _set_diagonal(matrix: Reals, diagonal: Reals) -> None:
    places = np.arange(matrix.shape[-1])
    matrix[..., places, places] = diagonal


def unevenness(f: Function, size: float, mean: float) -> tuple[float, float, float]:
    """Return how unevenly a function of normal numbers treats them.

    Parameters
    ----------
    f : callable
        The function.
    size, mean : float
        Deviation and mean of the numbers.

    Returns
    -------
    value, slope, grip : float
        Mean of f⁴ over the square of the mean of f²; the same of f'; and the change of the mean of
        f², in logarithms, with the variance.
    """
    u = mean + size * _Z
    step = 1e-4 * max(size, 1e-9)
    values, slopes = f(u), (f(u + step) - f(u - step)) / (2 * step)
    squares, turns = values**2 @ _SHARES, slopes**2 @ _SHARES
    if not (squares > 0 and turns > 0):
        return 1.0, 1.0, 0.0
    grip = (values * slopes * (u - mean)) @ _SHARES / squares
    return (float(values**4 @ _SHARES / squares**2), float(slopes**4 @ _SHARES / turns**2),
            float(grip))


def linear(covariance: Reals, mean: Reals) -> Dual:
    """Return the dual of f(u) = u."""
    return Dual(mean, covariance + mean[..., :, None] * mean[..., None, :],
                np.ones_like(covariance))


def sine(covariance: Reals, mean: Reals) -> Dual:
    """Return the dual of f(u) = sin u, by the characteristic function of normal numbers."""
    variance = np.diagonal(covariance, axis1=-2, axis2=-1)
    both = (variance[..., :, None] + variance[..., None, :]) / 2
    apart = np.cos(mean[..., :, None] - mean[..., None, :]) * np.exp(covariance - both)
    together = np.cos(mean[..., :, None] + mean[..., None, :]) * np.exp(-covariance - both)
    return Dual(np.sin(mean) * np.exp(-variance / 2), (apart - together) / 2,
                (apart + together) / 2)


def leaky(share: float) -> DualRule:
    """Return the dual of f(u) = u for u > 0, else ``share`` u: arc-cosines where means are 0.

    Source: Cho and Saul (2009), Kernel methods for deep learning, eq. 6.
    """
    def f(u: Reals) -> Reals:
        found: Reals = np.where(u > 0, u, share * u)
        return found

    def slope(u: Reals) -> Reals:
        found: Reals = np.where(u > 0, 1.0, np.where(u < 0, share, (1 + share) / 2))
        return found

    shifted = expanded(f, slope, 0.0)

    def rule(covariance: Reals, mean: Reals) -> Dual:
        if mean.any():
            return shifted(covariance, mean)
        deviation, correlation = correlations(covariance)
        angle = np.arccos(correlation)
        sizes = deviation[..., :, None] * deviation[..., None, :]
        bent = sizes * (np.sin(angle) + (math.pi - angle) * correlation) / (2 * math.pi)
        value = share * covariance + (1 - share)**2 * bent
        turned = (math.pi - angle) / (2 * math.pi)
        return Dual((1 - share) * deviation / math.sqrt(2 * math.pi), value,
                    share + (1 - share)**2 * turned)
    return rule
