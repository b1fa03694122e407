"""Transcendental functions that a loop can apply to a whole register at a time.

In float32 they are polynomials of our own fit (largest relative error of each polynomial 5e-8;
tests measure the whole function). In float64 they call the C library, a number at a time.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic, overload

from engine.kernels.policy import careful

_LOG2_E = np.float32(1.44269504)
# ln 2 in two parts: k * _LN2_HIGH is exact for every exponent k of a float32.
_LN2_HIGH = np.float32(0.693359375)
_LN2_LOW = np.float32(-2.12194440e-4)
_ONE = np.float32(1)
_HALF = np.float32(0.5)
_SQRT_HALF_PI_INVERSE = np.float32(0.3989422804)

# (exp(r) - 1) / r for |r| <= ln(2) / 2, relative error 1.2e-8.
_E0, _E1, _E2, _E3, _E4, _E5 = (np.float32(c) for c in (
    1.0, 0.49999997, 0.166665, 0.041667156, 0.0083697867, 0.0013888868))

# Mills' ratio M(z) / u with u = 1 / (1 + z / 4) for z >= 0, relative error 3.4e-8.
_M = tuple(np.float32(c) for c in (
    0.24999998509883, 0.25000217556953, 0.23428511619568, 0.20455132424831, 0.14781577885151,
    0.15970690548420, -0.07956665009260, 0.23968885838985, -0.20276318490505, 0.04959379136562))
_M0, _M1, _M2, _M3, _M4, _M5, _M6, _M7, _M8, _M9 = _M

# (atanh(s) / s - 1) / s**2 by s**2 for 0 <= s <= 1 / 3; atanh(s) has a relative error of 1e-9.
_L0, _L1, _L2, _L3, _L4 = (np.float32(c) for c in (
    0.333333337, 0.199998501, 0.142963092, 0.108514473, 0.11620366))


@intrinsic
def _power_of_two(typingctx: Any, exponent: Any) -> Any:
    """Return 2**exponent as float32 for an int32 from -126 to 127, by its bits."""
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        word = ir.IntType(32)
        bits = builder.shl(builder.add(args[0], word(127)), word(23))
        return builder.bitcast(bits, ir.FloatType())
    return types.float32(types.int32), codegen


@careful
def _split_32(x):
    """Return k and exp(r) - 1 with x = k ln 2 + r, |r| <= ln(2) / 2."""
    k = np.floor(x * _LOG2_E + _HALF)
    r = (x - k * _LN2_HIGH) - k * _LN2_LOW
    p = r * (_E0 + r * (_E1 + r * (_E2 + r * (_E3 + r * (_E4 + r * _E5)))))
    return k, p


@careful
def _exp_32(x):
    inside = min(max(x, np.float32(-104)), np.float32(89))
    k, p = _split_32(inside)
    # Two factors, since 2**k alone would leave the range for results that are denormal or huge.
    exponent = np.int32(k)
    half = exponent >> np.int32(1)
    y = (_ONE + p) * _power_of_two(half) * _power_of_two(np.int32(exponent - half))
    return y if x == x else x


@careful
def _expm1_32(x):
    inside = min(max(x, np.float32(-20)), np.float32(88))
    k, p = _split_32(inside)
    scale = _power_of_two(np.int32(k))
    y = scale * p + (scale - _ONE)
    y = y if x <= np.float32(88) else np.float32(np.inf)
    return y if x == x else x


@careful
def _tanh_32(x):
    t = _expm1_32(np.float32(-2) * abs(x))
    y = -t / (np.float32(2) + t)
    return y if x >= np.float32(0) else -y


@careful
def _tanh_64(x):
    return math.tanh(x)


@careful
def _sigmoid_32(x):
    # Both branches keep full relative accuracy; exp never overflows.
    e = _exp_32(-abs(x))
    return (_ONE if x >= np.float32(0) else e) / (_ONE + e)


@careful
def _sigmoid_64(x):
    e = math.exp(-abs(x))
    return (1.0 if x >= 0.0 else e) / (1.0 + e)


@careful
def _softplus_32(x):
    # log(1 + e) = 2 atanh(s), which keeps the digits of a small e.
    e = _exp_32(-abs(x))
    s = e / (np.float32(2) + e)
    q = s * s
    p = q * (_L0 + q * (_L1 + q * (_L2 + q * (_L3 + q * _L4))))
    rest = np.float32(2) * (s + s * p)
    return (x if x > np.float32(0) else np.float32(0)) + rest


@careful
def _softplus_64(x):
    return (x if x > 0.0 else 0.0) + math.log1p(math.exp(-abs(x)))


@careful
def _normal_density_32(x):
    # Beyond 16 it is 0. Far out, the digits that rounding takes from the square would count.
    inside = min(abs(x), np.float32(16))
    square = inside * inside
    # The first twelve bits, whose square is exact.
    high = np.float32(np.int32(inside * np.float32(256))) * np.float32(1 / 256)
    rest = (high * high - square) + (inside - high) * (inside + high)
    y = _SQRT_HALF_PI_INVERSE * _exp_32(-_HALF * square) * (_ONE - _HALF * rest)
    return y if x == x else x


@careful
def _normal_density_64(x):
    return 0.3989422804014327 * math.exp(-0.5 * x * x)


@careful
def _normal_distribution_32(x):
    u = _ONE / (_ONE + np.float32(0.25) * abs(x))
    mills = u * (_M0 + u * (_M1 + u * (_M2 + u * (_M3 + u * (_M4 + u * (
        _M5 + u * (_M6 + u * (_M7 + u * (_M8 + u * _M9)))))))))
    tail = _normal_density_32(x) * mills
    y = tail if x < np.float32(0) else _ONE - tail
    return y if x == x else x


@careful
def _normal_distribution_64(x):
    return 0.5 * math.erfc(-0.7071067811865476 * x)


@careful
def _exp_64(x):
    return math.exp(x)


@careful
def _expm1_64(x):
    return math.expm1(x)


def exponential(x: float) -> float:
    """Return e**x."""
    return math.exp(x)


def exponential_less_one(x: float) -> float:
    """Return e**x - 1, accurate for small x too; infinite above 88 in float32."""
    return math.expm1(x)


def hyperbolic_tangent(x: float) -> float:
    """Return tanh x."""
    return math.tanh(x)


def logistic(x: float) -> float:
    """Return 1 / (1 + e**-x)."""
    return 1.0 / (1.0 + math.exp(-x))


def softplus(x: float) -> float:
    """Return log(1 + e**x), accurate where it is nearly 0 or nearly x."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def normal_density(x: float) -> float:
    """Return the density of the standard normal distribution."""
    return 0.3989422804014327 * math.exp(-0.5 * x * x)


def normal_distribution(x: float) -> float:
    """Return the probability that a standard normal number is below x."""
    return 0.5 * math.erfc(-0.7071067811865476 * x)


def _by_precision(function: Any, single: Any, double: Any) -> None:
    """Let kernels call ``function`` with either precision."""
    @overload(function)
    def choose(x):  # Numba compares argument names and annotations with those below.
        return (lambda x: single(x)) if x == types.float32 else (lambda x: double(x))


_by_precision(exponential, _exp_32, _exp_64)
_by_precision(exponential_less_one, _expm1_32, _expm1_64)
_by_precision(hyperbolic_tangent, _tanh_32, _tanh_64)
_by_precision(logistic, _sigmoid_32, _sigmoid_64)
_by_precision(softplus, _softplus_32, _softplus_64)
_by_precision(normal_density, _normal_density_32, _normal_density_64)
_by_precision(normal_distribution, _normal_distribution_32, _normal_distribution_64)
