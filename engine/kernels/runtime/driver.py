"""The loop: walks a plan's op table for a chunk of mini-batches."""

from __future__ import annotations

from engine.kernels.runtime.layout import (
    ADDRESS,
    AVERAGED,
    AVERAGING,
    AVERAGING_START,
    BACKWARD,
    BATCH,
    BATCH_SIZE,
    CAPACITY,
    CORRECT,
    EPOCH,
    EPOCH_ITEMS,
    EPOCH_LOSS,
    EPOCH_SUM,
    EXAMPLES,
    EXCHANGE,
    FIRST_STATISTIC,
    FORWARD,
    GATHER,
    GRADIENT_NONFINITE,
    HEAD,
    HELPERS,
    ITEMS,
    L1,
    L2,
    LEARNING_RATE,
    LOSS,
    LOSS_SECTION,
    MEASURE,
    NONFINITE,
    OPTIMIZER_STEP,
    ORDER,
    OWN_L1,
    OWN_L2,
    OWN_WEIGHT_DECAY,
    POSITION,
    RATE,
    REDUCED,
    ROW_LENGTH,
    SCHEDULE,
    SCORE,
    SEED,
    SHARDS,
    SHOWN,
    SHUFFLE,
    STATISTICS,
    STEP,
    STOP,
    TOGETHER,
    TRAINING,
    TRAINING_ORDER,
    TURN,
    UPDATE,
    VALIDATION,
    VALIDATION_LOSS,
    VALIDATION_ORDER,
    VALIDATION_SCORE,
    VARIANCE,
    WATCHED,
    WEIGHT_DECAY,
)
from engine.kernels.runtime.memory import call_op, finish_writes
from engine.kernels.runtime.policy import control
from engine.kernels.runtime.random import shuffle
from engine.kernels.runtime.rounding import flush_denormals, restore_mode
from engine.kernels.runtime.schedules import PLATEAU, follow_plateau, schedule_factor
from engine.kernels.runtime.threads import do_shard, share


@control
def _walk(table, sections, first, last, arena, batch, board):
    """Do all jobs from the first section to the last; ``board`` is the helpers', or 0."""
    base = table.ctypes.data
    if board == 0:
        for r in range(sections[first], sections[last + 1]):
            call_op(table[r, ADDRESS], base + 8 * ROW_LENGTH * r, arena, batch, 0, 1)
        return
    r = sections[first]
    while r < sections[last + 1]:
        shards, count = table[r + table[r, TURN], SHARDS], max(table[r, TOGETHER], 1)
        row = base + 8 * ROW_LENGTH * r
        if shards > 1:
            share(board, row, count, arena, batch, shards)
        elif count > 1:
            share(board, row, 0, arena, batch, count)
        else:
            do_shard(row, 1, arena, batch, 0, 1)
        r += count


@control
def run_section(table, sections, section, arena, batch):
    """Call every op of a section in its order, its shards one after the other.

    Parameters
    ----------
    table : int64[r, ROW_LENGTH]
        The op table.
    sections : int64[SECTIONS + 1]
        Where every section begins.
    section : int64
        Which one.
    arena : int64
        Address of the arena.
    batch : int64
        Examples in the batch.
    """
    mode = flush_denormals()
    base = table.ctypes.data
    for r in range(sections[section], sections[section + 1]):
        shards = table[r, SHARDS]
        for shard in range(shards):
            call_op(table[r, ADDRESS], base + 8 * ROW_LENGTH * r, arena, batch, shard, shards)
    restore_mode(mode)


@control
def _mean(total, items):
    """Return a mean; 0 of nothing. Weighted, there may be less than one item."""
    return total / items if items > 0.0 else 0.0


@control
def evaluate(table, sections, arena, control, results):
    """Measure loss and score of the examples that ``control`` names, without learning.

    Parameters
    ----------
    table, sections, arena : int64[r, ROW_LENGTH], int64[SECTIONS + 1], int64
        The plan.
    control : int64[CONTROL_LENGTH]
        ORDER and VALIDATION say which examples and how many; POSITION and BATCH are used up.
    results : float64[...]
        VALIDATION_LOSS and VALIDATION_SCORE are written: mean loss, and share of right classes or,
        where VARIANCE is not 0, the coefficient of determination.
    """
    control[TRAINING] = 0
    control[POSITION] = 0
    loss = 0.0
    items = 0.0
    correct = 0.0
    board = control[HELPERS]
    while control[POSITION] < control[VALIDATION]:
        batch = min(control[CAPACITY], control[VALIDATION] - control[POSITION])
        _walk(table, sections, GATHER, FORWARD, arena, batch, board)
        _walk(table, sections, LOSS_SECTION, LOSS_SECTION, arena, batch, board)
        _walk(table, sections, SCORE, SCORE, arena, batch, board)
        loss += results[LOSS] * results[ITEMS]
        items += results[ITEMS]
        correct += results[CORRECT]
        control[POSITION] += batch
    results[VALIDATION_LOSS] = _mean(loss, items)
    results[VALIDATION_SCORE] = correct / control[VALIDATION]
    if results[VARIANCE] != 0:
        results[VALIDATION_SCORE] = 1.0 - results[VALIDATION_SCORE] / results[VARIANCE]


@control
def _own(value, usual):
    """Return a layer's own penalty; the usual one where it is NaN."""
    return value if value >= 0.0 else usual


@control
def _begin_step(control, hyper, requested, order, results):
    """Take over what was requested, and choose the next batch."""
    # Element by element: an assignment of slices takes Numba seconds to compile.
    for place in range(requested.size):
        hyper[0, place] = requested[place]
    rate = hyper[0, LEARNING_RATE] * schedule_factor(hyper[0], control[STEP], results[REDUCED])
    hyper[0, LEARNING_RATE] = results[RATE] = rate
    for pair in range(0, hyper.shape[0], 2):
        for place in range(requested.size):
            hyper[pair, place] = hyper[pair + 1, place] = hyper[0, place]
        hyper[pair, L1] = _own(hyper[pair, OWN_L1], hyper[0, L1])
        hyper[pair, L2] = _own(hyper[pair, OWN_L2], hyper[0, L2])
        hyper[pair, WEIGHT_DECAY] = _own(hyper[pair, OWN_WEIGHT_DECAY], hyper[0, WEIGHT_DECAY])
        hyper[pair + 1, L1] = hyper[pair + 1, L2] = hyper[pair + 1, WEIGHT_DECAY] = 0.0
    control[TRAINING] = 1
    control[ORDER] = control[TRAINING_ORDER]
    if control[POSITION] == 0 and control[SHUFFLE] != 0:
        shuffle(order, control[SEED], control[EPOCH])
    size = int(requested[BATCH_SIZE])
    if size <= 0:
        size = control[EXAMPLES]
    control[BATCH] = min(size, control[CAPACITY], control[EXAMPLES] - control[POSITION])


@control
def _overflowed(results):
    """Say whether any gradient of the step is NaN or infinite."""
    for place in range(FIRST_STATISTIC + GRADIENT_NONFINITE, results.size, STATISTICS):
        if results[place] != 0:
            return True
    return False


@control
def _end_epoch(hyper, control, results):
    """Sum the epoch up, and let the plateau schedule see its loss."""
    results[EPOCH_LOSS] = _mean(results[EPOCH_SUM], results[EPOCH_ITEMS])
    results[EPOCH_SUM] = results[EPOCH_ITEMS] = 0.0
    state = results[REDUCED:REDUCED + 3]
    if hyper[0, SCHEDULE] == PLATEAU:
        seen = results[VALIDATION_LOSS] if control[VALIDATION] > 0 else results[EPOCH_LOSS]
        follow_plateau(state, hyper[0], seen)
    else:
        state[0], state[1], state[2] = 1.0, float("inf"), 0.0


@control
def _end_step(table, sections, arena, control, hyper, results):
    """Count the step; at the end of an epoch, validate with the average of the weights, if any."""
    control[STEP] += 1
    control[OPTIMIZER_STEP] += 1
    control[POSITION] += control[BATCH]
    results[EPOCH_SUM] += results[LOSS] * results[ITEMS]
    results[EPOCH_ITEMS] += results[ITEMS]
    results[VALIDATION_LOSS] = results[VALIDATION_SCORE] = float("nan")
    if hyper[0, AVERAGING] != 0.0 and control[EPOCH] >= hyper[0, AVERAGING_START]:
        results[AVERAGED] += 1.0
    if control[POSITION] < control[EXAMPLES]:
        return
    control[EPOCH] += 1
    if control[VALIDATION] > 0:
        loss = results[LOSS]
        control[ORDER] = control[VALIDATION_ORDER]
        _walk(table, sections, EXCHANGE, EXCHANGE, arena, 1, control[HELPERS])
        evaluate(table, sections, arena, control, results)
        _walk(table, sections, EXCHANGE, EXCHANGE, arena, 1, control[HELPERS])
        results[LOSS] = loss
    _end_epoch(hyper, control, results)
    control[POSITION] = 0


@control
def _record(ring, control, results):
    """Write the step's row; the head moves last, so that a reader never sees half a row."""
    row = control[HEAD] % ring.shape[0]
    ring[row, 0] = control[STEP]
    for place in range(SHOWN):
        ring[row, 1 + place] = results[place]
    for place in range(results.size - FIRST_STATISTIC):
        ring[row, 1 + SHOWN + place] = results[FIRST_STATISTIC + place]
    finish_writes()
    control[HEAD] += 1


@control
def _train(table, sections, arena, control, hyper, requested, order, results, ring, steps):
    """Do what `run_steps` says, whatever the treatment of denormals."""
    for done in range(steps):
        if control[STOP] != 0:
            return done
        _begin_step(control, hyper, requested, order, results)
        batch, board = control[BATCH], control[HELPERS]
        _walk(table, sections, GATHER, FORWARD, arena, batch, board)
        _walk(table, sections, LOSS_SECTION, LOSS_SECTION, arena, batch, board)
        if results[LOSS] - results[LOSS] != 0.0:
            control[NONFINITE] = 1
            return done
        _walk(table, sections, BACKWARD, MEASURE, arena, batch, board)
        if _overflowed(results):
            control[NONFINITE] = 1
            return done
        _walk(table, sections, UPDATE, UPDATE, arena, batch, board)
        _end_step(table, sections, arena, control, hyper, results)
        _record(ring, control, results)
        if control[WATCHED] != 0 and control[POSITION] == 0:
            return done + 1
    return steps


@control
def run_steps(table, sections, arena, control, hyper, requested, order, results, ring, steps):
    """Train for up to ``steps`` mini-batches.

    Parameters
    ----------
    table, sections, arena : int64[r, ROW_LENGTH], int64[SECTIONS + 1], int64
        The plan.
    control : int64[CONTROL_LENGTH]
        Counters; STOP is polled once per step, NONFINITE is set when the loop stops because of one.
    hyper : float64[2 * (1 + m), HYPER_LENGTH]
        Constants in force, for weights and for biases: first those of most layers, then a pair for
        each of m layers with penalties of its own. Overwritten from ``requested`` at every step,
        but for what a layer has of its own.
    requested : float64[REQUESTED_LENGTH]
        What another thread may write at any time.
    order : int64[n]
        Training examples in the order of the running epoch.
    results : float64[FIRST_STATISTIC + STATISTICS * layers]
        Figures of the last step.
    ring : float64[capacity, 1 + SHOWN + STATISTICS * layers]
        One row per step: its number, and the figures of `engine.statistics`.
    steps : int64
        How many.

    Returns
    -------
    int64
        Steps done: fewer than asked for after STOP, at the end of an epoch if WATCHED, or at a
        number that is not finite. Parameters are then those before the step that failed.

    Notes
    -----
    Denormal numbers are taken for 0 meanwhile: a vanished gradient reads as exactly 0.
    """
    mode = flush_denormals()
    done = _train(table, sections, arena, control, hyper, requested, order, results, ring, steps)
    restore_mode(mode)
    return done
