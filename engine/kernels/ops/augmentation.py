"""Random changes of training examples. Legend: h, w height and width of an image; c channels.

What happens to an example depends on the seed, the epoch and its row of the data set alone.
"""

from __future__ import annotations

import math

import numpy as np

from engine.kernels.ops.noise import gaussian_noise
from engine.kernels.runtime.layout import (
    CONTROL_LENGTH,
    EPOCH,
    ORDER,
    POSITION,
    SEED,
    TRAINING,
)
from engine.kernels.runtime.memory import array_at, integers_at, span, vector
from engine.kernels.runtime.policy import inlined, kernel, op
from engine.kernels.runtime.random import mixed, uniform

OF_IMAGES = 0x494D414745
OF_NOISE = 0x4E4F495345
OF_TURNS = 0x5455524E53
"""Keep the random numbers of the ops apart from one another and from those of layers."""


@inlined
def _reflected(place, size):
    """Return the place within 0 to size - 1 that a reflection at both ends leads to."""
    period = max(2 * (size - 1), 1)
    within = place % period
    return within if within < size else period - within


@kernel
def warp(y, x, cosine, sine, down, right, mirrored, reflecting):
    """Draw x mirrored left to right if asked for, turned about its centre, then shifted.

    Parameters
    ----------
    y, x : real[h, w, c]
        Result and argument.
    cosine, sine : float64
        Of the angle; a positive one turns anticlockwise.
    down, right : float64
        Shift in pixels.
    mirrored : int64
        1 to mirror, 0 to leave it.
    reflecting : int64
        What y is where nothing of x comes to lie: 0 for 0, 1 for x reflected at its edges, whose
        pixels are not repeated.

    Notes
    -----
    Between the pixels of x the value is bilinear. Source: definition; sampled backwards, as in
    Simard, Steinkraus and Platt (2003), sec. 2.
    """
    height, width = x.shape[0], x.shape[1]
    middle, centre = 0.5 * (height - 1), 0.5 * (width - 1)
    for i in range(height):
        for j in range(width):
            u, v = i - middle - down, j - centre - right
            across = cosine * v - sine * u
            row = cosine * u + sine * v + middle
            column = centre - across if mirrored != 0 else centre + across
            top, left = math.floor(row), math.floor(column)
            below, beside = row - top, column - left
            for c in range(x.shape[2]):
                total = 0.0
                for a in range(2):
                    for b in range(2):
                        share = (below if a else 1.0 - below) * (beside if b else 1.0 - beside)
                        p, q = top + a, left + b
                        if reflecting != 0:
                            p, q = _reflected(p, height), _reflected(q, width)
                        if share != 0.0 and 0 <= p < height and 0 <= q < width:
                            total += share * x[p, q, c]
                y[i, j, c] = total


@kernel
def brighten(y, light):
    """Compute ``y <- y + light``.

    Parameters
    ----------
    y : real[n]
        Pixels, changed in place.
    light : float64
        What is added to each.

    Notes
    -----
    Source: definition.
    """
    more = y.dtype.type(light)
    for j in range(y.size):
        y[j] += more


@kernel
def cut_out(y, top, left, side):
    """Set a square of an image to 0.

    Parameters
    ----------
    y : real[h, w, c]
        The image, changed in place.
    top, left, side : int64
        The square; it lies within the image.

    Notes
    -----
    Source: DeVries and Taylor (2017), Improved regularization of convolutional neural networks
    with cutout, sec. 3; their square may overlap the border.
    """
    for i in range(top, top + side):
        for j in range(left, left + side):
            for c in range(y.shape[2]):
                y[i, j, c] = 0


@inlined
def _between(key, place, limit):
    """Return a number that is uniform between minus and plus a limit."""
    return limit * (2.0 * uniform(key, place) - 1.0)


@kernel
def augment_image(y, x, key, shift, rotation, flip, brightness, cutout, reflecting):
    """Change an image at random: mirror, turn, shift, brighten, cut out, in this order.

    Parameters
    ----------
    y, x : real[h, w, c]
        Result and argument.
    key : uint64
        Fixes what happens.
    shift : float64
        Largest shift along each side, as a share of its length; rounded to whole pixels.
    rotation : float64
        Largest angle to either side, in degrees.
    flip : float64
        Probability of being mirrored left to right.
    brightness : float64
        Largest number that is added or taken off.
    cutout : float64
        Side of the square that is set to 0, as a share of the shorter side; at least a pixel, but
        none for 0.
    reflecting : int64
        As for `warp`.

    Notes
    -----
    Source: definition; Krizhevsky, Sutskever and Hinton (2012), sec. 4.1, name the idea.
    """
    height, width = x.shape[0], x.shape[1]
    angle = _between(key, 0, rotation) * (math.pi / 180.0)
    down = np.rint(_between(key, 1, shift * height))
    right = np.rint(_between(key, 2, shift * width))
    mirrored = 1 if uniform(key, 3) < flip else 0
    warp(y, x, math.cos(angle), math.sin(angle), down, right, mirrored, reflecting)
    if brightness > 0.0:
        brighten(y.reshape(-1), _between(key, 4, brightness))
    if cutout > 0.0:
        side = max(1, int(cutout * min(height, width) + 0.5))
        cut_out(y, int(uniform(key, 5) * (height - side + 1)),
                int(uniform(key, 6) * (width - side + 1)), side)


@inlined
def _key(control, stream):
    """Return what fixes the changes of an epoch."""
    return mixed(mixed(np.uint64(control[SEED]) + np.uint64(stream)) + np.uint64(control[EPOCH]))


@inlined
def _in_turn(control, source):
    """Return 1 where an image is mirrored in this epoch, if every other one has it so; else 0."""
    start = mixed(mixed(np.uint64(control[SEED]) + np.uint64(OF_TURNS)) + np.uint64(source))
    return 1.0 if (uniform(start, 0) < 0.5) != (control[EPOCH] % 2 != 0) else 0.0


@op("y x n height width shift:real rotation:real flip:real brightness:real cutout:real "
    "alternate reflect control",
    "y = x mirrored, turned, shifted, brightened, cut out at random")
def augment_image_op(slots, arena, batch, shard, shards):
    control = array_at(integers_at(slots.control), (CONTROL_LENGTH,))
    n, height, width = slots.n, slots.height, slots.width
    shape = (height, width, n // (height * width))
    begin, end = span(batch, shard, shards)
    if control[TRAINING] == 0:
        vector(arena, slots.y + begin * n, (end - begin) * n)[:] = vector(
            arena, slots.x + begin * n, (end - begin) * n)
        return
    order = array_at(integers_at(control[ORDER]), (control[POSITION] + batch,))
    key = _key(control, OF_IMAGES)
    for example in range(begin, end):
        source = order[control[POSITION] + example]
        flip = _in_turn(control, source) if slots.alternate != 0 else slots.flip
        augment_image(vector(arena, slots.y + example * n, n).reshape(shape),
                      vector(arena, slots.x + example * n, n).reshape(shape),
                      mixed(key + np.uint64(source)), slots.shift, slots.rotation,
                      flip, slots.brightness, slots.cutout, slots.reflect)


@op("y n deviation:real control", "y = y + deviation e, e normal")
def augment_noise_op(slots, arena, batch, shard, shards):
    control = array_at(integers_at(slots.control), (CONTROL_LENGTH,))
    if control[TRAINING] == 0:
        return
    begin, end = span(batch, shard, shards)
    order = array_at(integers_at(control[ORDER]), (control[POSITION] + batch,))
    key = _key(control, OF_NOISE)
    for example in range(begin, end):
        y = vector(arena, slots.y + example * slots.n, slots.n)
        source = order[control[POSITION] + example]
        gaussian_noise(y, y, slots.deviation, mixed(key + np.uint64(source)), 0)
