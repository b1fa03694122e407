"""Connectionist temporal classification: the loss of a text that has more steps than characters.

Legend: n examples, s steps, k outputs of which the first is the blank, m characters at most. A text
has places: its characters, at 1, 3, 5, ..., and a blank before, between and behind them. A reading
gives every step a place, the same one as the step before or one further on; a blank may be left out
between two characters that differ. A step that is padding belongs to no reading.
"""

from __future__ import annotations

import math

import numpy as np

from engine.kernels.ops.losses import report
from engine.kernels.ops.mathematics import exponential, larger
from engine.kernels.ops.recurrent import mask_part, skipped
from engine.kernels.runtime.layout import CORRECT, FIRST_STATISTIC
from engine.kernels.runtime.memory import array_at, doubles, matrix, reals_at, sequence, span
from engine.kernels.runtime.policy import inlined, kernel, op

NEVER = -np.inf
"""Logarithm of the probability of what cannot be."""

WEIGHT = 1000
"""A step and a place take some exponentials and two logarithms, one number at a time: 140 ns."""


def room_of(steps: int, length: int, k: int) -> int:
    """Return how many float64 there is to be room for while an example is worked on."""
    return 2 * steps + (steps + 1) * (2 * length + 1) + k


_room_of = inlined(room_of)
"""The same for kernels: a plan, which asks too, is made without compiling anything."""


@inlined
def _symbol(text, place):
    """Return the output that stands at a place of a text."""
    return int(text[place >> 1]) + 1 if place & 1 else 0


@inlined
def _may_leave_out(text, place):
    """Say whether a reading may come to a place from the character before it, without a blank."""
    return place & 1 == 1 and place > 1 and text[place >> 1] != text[(place >> 1) - 1]


@kernel
def _sum_of(a, b, c):
    """Return log(e**a + e**b + e**c)."""
    if larger(larger(a, b), c) == NEVER:
        return NEVER
    if b > a:
        a, b = b, a
    if c > a:
        a, c = c, a
    total = 1.0 + exponential(b - a)
    if c != NEVER:
        total += exponential(c - a)
    return a + math.log(total)


@kernel
def _length(text):
    """Return how many characters a text has before its padding."""
    length = 0
    while length < text.size and text[length] >= 0:
        length += 1
    return length


@kernel
def _is_writable(text, mask, n, steps):
    """Say whether the steps of example n that count have room for its text."""
    needed = _length(text)
    for place in range(1, needed):
        needed += text[place] == text[place - 1]
    for step in range(steps):
        needed -= not skipped(mask, n, step)
    return needed <= 0


@kernel
def writable_texts(t, mask, steps):
    """Count the texts that can be written in the steps that count.

    Parameters
    ----------
    t : real[n, m]
        Numbers of characters, negative behind the end of a text.
    mask : real[n, s] or real[0, 0]
        0 for a step that does not count.
    steps : int64
        s.

    Returns
    -------
    int64
        How many have a step for every character, and one more between two equal ones.

    Notes
    -----
    Source: Graves et al. (2006), sec. 3.1.
    """
    count = 0
    for n in range(t.shape[0]):
        count += _is_writable(t[n], mask, n, steps)
    return count


@kernel
def _begin(order, norms, z, mask, n):
    """Note which steps count and the logarithm of each one's sum of e**z; return how many."""
    count = 0
    for step in range(z.shape[0]):
        if skipped(mask, n, step):
            continue
        largest = np.float64(z[step, 0])
        for k in range(1, z.shape[1]):
            largest = larger(largest, np.float64(z[step, k]))
        total = 0.0
        for k in range(z.shape[1]):
            total += exponential(np.float64(z[step, k]) - largest)
        order[count] = step
        norms[count] = largest + math.log(total)
        count += 1
    return count


@kernel
def _go_forward(forward, z, text, order, norms):
    """Fill in the log-probability of all ways to a place at a step; return that of the text."""
    count, places = forward.shape
    for i in range(count):
        step = int(order[i])
        for place in range(places):
            forward[i, place] = NEVER
        # From further back the end is out of reach, and further on is out of reach from the start.
        for place in range(max(0, places - 2 * (count - i)), min(places, 2 * i + 2)):
            before = 0.0
            if i > 0:
                leaps = _may_leave_out(text, place)
                before = _sum_of(forward[i - 1, place],
                                 forward[i - 1, place - 1] if place > 0 else NEVER,
                                 forward[i - 1, place - 2] if leaps else NEVER)
            forward[i, place] = before + (np.float64(z[step, _symbol(text, place)]) - norms[i])
    last = forward[count - 1]
    return _sum_of(last[places - 1], last[places - 2] if places > 1 else NEVER, NEVER)


@kernel
def _arrive(later, text, is_last):
    """Turn what follows the next step, from its places, into what follows this one, from its own.

    ``later`` has, in logarithms, the ways on from each place, that step itself included.
    """
    places = later.size
    for place in range(places):
        if is_last:
            later[place] = 0.0 if place >= places - 2 else NEVER
            continue
        leaps = place + 2 < places and _may_leave_out(text, place + 2)
        later[place] = _sum_of(later[place], later[place + 1] if place + 1 < places else NEVER,
                               later[place + 2] if leaps else NEVER)


@kernel
def _go_back(dz, z, text, forward, later, shares, order, norms, log_text, scale):
    """Fill in the gradient: how much likelier each output is than the readings of the text want."""
    count, places = forward.shape
    for i in range(count - 1, -1, -1):
        step = int(order[i])
        _arrive(later, text, i == count - 1)
        for k in range(shares.size):
            shares[k] = 0.0
        for place in range(places):
            if forward[i, place] != NEVER:
                shares[_symbol(text, place)] += exponential(
                    forward[i, place] + later[place] - log_text)
            later[place] += np.float64(z[step, _symbol(text, place)]) - norms[i]
        for k in range(shares.size):
            dz[step, k] = scale * (exponential(np.float64(z[step, k]) - norms[i]) - shares[k])


@kernel
def ctc(dz, z, t, mask, losses, count, room):
    """Compute ``L = -log p(text) / characters`` of every example, and the gradient of its mean.

    Parameters
    ----------
    dz : real[n, s, k]
        dL/dz = (softmax(z) - share of the readings that have k at this step) / (characters count),
        overwritten; 0 at a step that does not count, and for a text that cannot be written.
    z, t : real[n, s, k], real[n, m]
        Logits, and numbers of characters, negative behind the end of a text.
    mask : real[n, s] or real[0, 0]
        0 for a step that does not count.
    losses : float64[n]
        L of every example, overwritten; 0 for a text that cannot be written. A text without
        characters counts as one of one character.
    count : int64
        Over how many examples the mean is taken.
    room : float64[room_of(s, m, k)]
        Overwritten.

    Notes
    -----
    p(text) is the sum over all readings of the product of their steps' probabilities. Sums of
    products of many steps are kept as logarithms, in float64.
    Source: Graves, Fernandez, Gomez and Schmidhuber (2006), eq. 5 to 16, with the mean of PyTorch's
    ``CTCLoss``, but that texts that cannot be written are left out of it.
    """
    steps, k = z.shape[1], z.shape[2]
    order, norms = room[:steps], room[steps:2 * steps]
    shares, rest = room[2 * steps:2 * steps + k], room[2 * steps + k:]
    for n in range(z.shape[0]):
        dz[n] = 0
        losses[n] = 0.0
        text = t[n]
        if not _is_writable(text, mask, n, steps):
            continue
        counted = _begin(order, norms, z[n], mask, n)
        if counted == 0:
            continue
        length = _length(text)
        places, characters = 2 * length + 1, max(length, 1)
        forward = rest[places:places * (counted + 1)].reshape((counted, places))
        log_text = _go_forward(forward, z[n], text, order, norms)
        losses[n] = -log_text / characters
        _go_back(dz[n], z[n], text, forward, rest[:places], shares, order, norms, log_text,
                 1.0 / (characters * count))


@kernel
def _read(found, z, mask, n):
    """Write what is read greedily: the likeliest output of every step, repeats and blanks out."""
    count, before = 0, 0
    for step in range(z.shape[0]):
        if skipped(mask, n, step):
            continue
        best = 0
        for k in range(1, z.shape[1]):
            if z[step, k] > z[step, best]:
                best = k
        if best not in (0, before):
            found[count] = best - 1
            count += 1
        before = best
    return count


@kernel
def character_errors(z, t, mask, room):
    """Count the characters to be put in, left out or changed until what is read is the text.

    Parameters
    ----------
    z, t, mask : real[n, s, k], real[n, m], real[n, s] or real[0, 0]
        As of `ctc`.
    room : float64[room_of(s, m, k)]
        Overwritten.

    Returns
    -------
    int64
        The sum over all examples of the fewest such changes.

    Notes
    -----
    Source: Graves et al. (2006), sec. 3.2, best path decoding, and eq. 1; Levenshtein (1966).
    """
    errors = 0
    found, edits = room[:z.shape[1]], room[z.shape[1]:]
    for n in range(z.shape[0]):
        length = _length(t[n])
        for place in range(length + 1):
            edits[place] = place
        for i in range(_read(found, z[n], mask, n)):
            corner, edits[0] = edits[0], i + 1.0
            for place in range(length):
                changed = corner + (t[n, place] != found[i])
                corner = edits[place + 1]
                edits[place + 1] = min(changed, corner + 1.0, edits[place] + 1.0)
        errors += int(edits[length])
    return errors


@op("dz z t mask k steps length losses workspace size results",
    "L = -log(p(text)) / characters; dz = (softmax(z[t]) - share of its readings) / (characters "
    "batch)", weight=WEIGHT)
def ctc_op(slots, arena, batch, shard, shards):
    steps, k, length = slots.steps, slots.k, slots.length
    begin, end = span(batch, shard, shards)
    count = writable_texts(matrix(arena, slots.t, batch, length),
                           mask_part(arena, slots.mask, 0, batch, steps), steps)
    ctc(sequence(arena, slots.dz + begin * steps * k, end - begin, steps, k),
        sequence(arena, slots.z + begin * steps * k, end - begin, steps, k),
        matrix(arena, slots.t + begin * length, end - begin, length),
        mask_part(arena, slots.mask, begin, end, steps),
        doubles(arena, slots.losses, batch)[begin:end], count,
        doubles(arena, slots.workspace + begin * slots.size, _room_of(steps, length, k)))


@op("t mask steps length losses results", "L = mean of the losses of all texts", whole=True)
def ctc_mean_op(slots, arena, batch, shard, shards):
    count = writable_texts(matrix(arena, slots.t, batch, slots.length),
                           mask_part(arena, slots.mask, 0, batch, slots.steps), slots.steps)
    losses, total = doubles(arena, slots.losses, batch), 0.0
    for n in range(batch):
        total += losses[n]
    report(slots.results, total / max(count, 1), count)


@op("z t mask k steps length workspace size results",
    "wrong = fewest changes that turn read(argmax(z)) into t", whole=True)
def ctc_score_op(slots, arena, batch, shard, shards):
    steps, k, length = slots.steps, slots.k, slots.length
    array_at(reals_at(slots.results), (FIRST_STATISTIC,))[CORRECT] = character_errors(
        sequence(arena, slots.z, batch, steps, k), matrix(arena, slots.t, batch, length),
        mask_part(arena, slots.mask, 0, batch, steps),
        doubles(arena, slots.workspace, _room_of(steps, length, k)))
