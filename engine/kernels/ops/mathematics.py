"""Transcendental functions that a loop can apply to a whole register at a time.

In float32 they are polynomials of our own fit, evaluated in pairs of terms, since a register waits
for its last product. Their largest errors are given in units in the last place of the result, with
fused multiply-add; `tests.engine.kernels.ops.sweep_mathematics` measures them over all 2**32
arguments. Denormal arguments and results count, unless the processor is told to take them for 0.
In float64, `mathematics_double` has what deep networks need most; the others call the C library, a
number at a time.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, overload

from engine.kernels.ops.mathematics_double import (
    exp_64,
    expm1_64,
    limited,
    power_of_two,
    sigmoid_64,
    tanh_64,
)
from engine.kernels.runtime.policy import INTO_LOOPS, careful, careful_in_loops

_LOG2_E = np.float32(1.44269504)
# ln 2 in two parts: k * _LN2_HIGH is exact for every exponent k of a float32.
_LN2_HIGH = np.float32(0.693359375)
_LN2_LOW = np.float32(-2.12194440e-4)
# What is added to it is rounded to an integer, which its lowest bits then hold.
_ROUNDER = np.float32(1.5 * 2**23)
_ONE = np.float32(1)
_TWO = np.float32(2)
_HALF = np.float32(0.5)
_SQRT_HALF_PI_INVERSE = np.float32(0.3989422804)

# (exp(r) - 1 - r) / r**2 for |r| <= ln(2) / 2; exp(r) - 1 has a relative error of 1.4e-8.
_E0, _E1, _E2, _E3, _E4 = (np.float32(c) for c in (
    0.499999980417, 0.166665386834, 0.0416672213253, 0.00836718080716, 0.00138823917868))

# (z + 2.5) exp(z**2 / 2) times the probability beyond z, by t = (z - 2.5) / (z + 2.5) for z from 0
# to 14.4: relative error 1.5e-8. The first coefficient has a second part.
_TURN = np.float32(2.5)
_V0_LOW = np.float32(0.7066566601 - float(np.float32(0.7066566601)))
_V0, _V1, _V2, _V3, _V4, _V5, _V6, _V7, _V8, _V9 = (np.float32(c) for c in (
    0.7066566601, -0.4336920149, 0.1319869622, 0.009235923359, -0.01638598381, -0.001600989848,
    0.002523151215, 0.0006843276196, -0.0003106900297, -0.0001571655148))
# By how much the result is off per relative error of 1 / (z + 2.5), as a parabola in t.
_S0, _S1, _S2 = np.float32(1.00666), np.float32(-0.56438), np.float32(-0.04988)

# (log(1 + e) - e) / e**2 for 0 <= e <= 1; log(1 + e) has a relative error of 5.1e-9.
_L0, _L1, _L2, _L3, _L4, _L5, _L6, _L7, _L8 = (np.float32(c) for c in (
    -0.499999327739, 0.333305115492, -0.249585896469, 0.196954118846, -0.153554291677,
    0.106806116397, -0.0576650041265, 0.0202048867317, -0.00331854044632))

_WIDE = np.float32(2.0**32)
"""Factor by which the logistic function's quotient is expanded, to stay clear of denormals."""


@careful
def _reduced(x):
    """Return k, held by a float32 as `power_of_two` takes it, and r with x = k ln 2 + r."""
    rounded = x * _LOG2_E + _ROUNDER
    k = rounded - _ROUNDER
    return rounded, (x - k * _LN2_HIGH) - k * _LN2_LOW


@careful
def _growth(r):
    """Return exp(r) - 1 for |r| <= ln(2) / 2."""
    square = r * r
    return r + square * ((_E0 + r * _E1) + square * ((_E2 + r * _E3) + square * _E4))


@careful
def _scaled(y, rounded, x):
    """Return y 2**k for x = k ln 2 + r, |r| <= ln(2) / 2."""
    # Two factors, since 2**k alone would leave the range for results that are denormal or huge.
    small = x < np.float32(-85)
    first = power_of_two(rounded, np.int32(24) if small else np.int32(-1))
    return y * first * (np.float32(2.0**-24) if small else _TWO)


@careful
def _exp_32(x):
    inside = limited(x, np.float32(-104), np.float32(89))
    rounded, r = _reduced(inside)
    return _scaled(_ONE + _growth(r), rounded, inside)


@careful
def _expm1_32(x):
    rounded, r = _reduced(limited(x, np.float32(-20), np.float32(89)))
    half = power_of_two(rounded, np.int32(-1))
    return _TWO * (half * _growth(r) + (half - _HALF))


@careful
def _tanh_32(x):
    # (1 - e) / (1 + e) with e = exp(-2 |x|); each side is rounded once.
    rounded, r = _reduced(max(np.float32(-2) * abs(x), np.float32(-20)))
    growth, scale = _growth(r), power_of_two(rounded, np.int32(0))
    y = ((_ONE - scale) - scale * growth) / ((_ONE + scale) + scale * growth)
    return math.copysign(y, x)


@careful
def _sigmoid_32(x):
    # 2**k / (2**k + exp(-r)) for x = k ln 2 + r: the numerator is exact.
    rounded, r = _reduced(limited(x, np.float32(-104), np.float32(20)))
    scale = power_of_two(rounded, np.int32(32))
    most = scale + _WIDE
    lost = scale - (most - _WIDE)
    return scale / (most + (_WIDE * _growth(-r) + lost))


@careful
def _softplus_32(x):
    e = _exp_32(-abs(x))
    square = e * e
    p = _L0 + e * (((_L1 + e * _L2) + square * (_L3 + e * _L4))
                   + square * square * ((_L5 + e * _L6) + square * (_L7 + e * _L8)))
    return (x if x > np.float32(0) else np.float32(0)) + (e + square * p)


@careful
def _softplus_64(x):
    return (x if x > 0.0 else 0.0) + math.log1p(math.exp(-abs(x)))


@careful
def _bell(z):
    """Return y, k and x for z >= 0, with exp(-z**2 / 2) = (1 + y) 2**k = exp(x) about."""
    # Far out, the digits that rounding takes from the square would count.
    square = z * z
    # The first twelve bits, whose square is exact.
    high = np.float32(np.int32(z * np.float32(256))) * np.float32(1 / 256)
    lost = (high * high - square) + (z - high) * (z + high)
    exponent = -_HALF * square
    rounded, r = _reduced(exponent)
    return _growth(r - _HALF * lost), rounded, exponent


@careful
def _distance(x):
    """Return |x|, or 14.4 beyond that, where the normal distribution ends in float32."""
    z = abs(x)
    return np.float32(14.4) if z > np.float32(14.4) else z


@careful
def _normal_density_32(x):
    growth, rounded, exponent = _bell(_distance(x))
    return _scaled(_SQRT_HALF_PI_INVERSE + _SQRT_HALF_PI_INVERSE * growth, rounded, exponent)


@careful
def _normal_density_64(x):
    return 0.3989422804014327 * math.exp(-0.5 * x * x)


@careful_in_loops
def _normal_distribution_32(x):
    z = _distance(x)
    growth, rounded, exponent = _bell(z)
    inverse = _ONE / (z + _TURN)
    t = (z - _TURN) * inverse
    square = t * t
    slope = _V1 + t * (((_V2 + t * _V3) + square * (_V4 + t * _V5))
                       + square * square * ((_V6 + t * _V7) + square * (_V8 + t * _V9)))
    v = _V0 + t * slope
    # What rounding took from v and from the inverse; each of them would count.
    of_v = t * slope - ((v - _V0) - _V0_LOW)
    of_inverse = (_ONE - inverse * _TURN) - inverse * z
    more = growth + (of_inverse * (_S0 + t * (_S1 + t * _S2)) + of_v * (_ONE + t * np.float32(0.6)))
    tail = _scaled((v + v * more) * inverse, rounded, exponent)
    y = tail if x < np.float32(0) else _ONE - tail
    return y if x == x else x


@careful
def _normal_distribution_64(x):
    return 0.5 * math.erfc(-0.7071067811865476 * x)


@intrinsic
def larger(typingctx: Any, a: Any, b: Any) -> Any:
    """Return the larger of two numbers, NaN if either is: a loop of it can use registers."""
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind = args[0].type
        name = "llvm.maximum.f32" if a == types.float32 else "llvm.maximum.f64"
        function = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(kind, [kind, kind]), name)
        return builder.call(function, args)
    return a(a, b), codegen


def exponential(x: float) -> float:
    """Return e**x; error at most 1.1 units in the last place of float32."""
    return math.exp(x)


def exponential_less_one(x: float) -> float:
    """Return e**x - 1, accurate for small x too; error at most 1.7, near x = 0.4."""
    return math.expm1(x)


def hyperbolic_tangent(x: float) -> float:
    """Return tanh x; error at most 1.95, near x = 0.5."""
    return math.tanh(x)


def logistic(x: float) -> float:
    """Return 1 / (1 + e**-x); error at most 1.75, near x = -1.1."""
    return 1.0 / (1.0 + math.exp(-x))


def softplus(x: float) -> float:
    """Return log(1 + e**x), accurate near 0 and near x; error at most 2."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def normal_density(x: float) -> float:
    """Return the density of the standard normal distribution; error at most 1.4."""
    return 0.3989422804014327 * math.exp(-0.5 * x * x)


def normal_distribution(x: float) -> float:
    """Return the probability that a standard normal number is below x; error at most 3, for x < 0.

    What is left is the rounding of three factors: the tail is no sum with one large term.
    """
    return 0.5 * math.erfc(-0.7071067811865476 * x)


def _by_precision(function: Any, single: Any, double: Any) -> None:
    """Let kernels call ``function`` with either precision."""
    @overload(function, jit_options=INTO_LOOPS)
    def choose(x):  # Numba compares argument names and annotations with those below.
        return (lambda x: single(x)) if x == types.float32 else (lambda x: double(x))


_by_precision(exponential, _exp_32, exp_64)
_by_precision(exponential_less_one, _expm1_32, expm1_64)
_by_precision(hyperbolic_tangent, _tanh_32, tanh_64)
_by_precision(logistic, _sigmoid_32, sigmoid_64)
_by_precision(softplus, _softplus_32, _softplus_64)
_by_precision(normal_density, _normal_density_32, _normal_density_64)
_by_precision(normal_distribution, _normal_distribution_32, _normal_distribution_64)
