"""Threads that share the work of some ops.

Whoever shares it writes on a board what is to be done, and takes shards like everybody else: as
many as nobody else takes. A helper that the machine keeps waiting is therefore missed, not waited
for, unless it was stopped in the middle of a shard.

Threads meet at the end of a job alone. So a job is as many ops as can do without it: a shard of
all of them, one after the other, where each works on its own examples; or whole ops of which none
reads what another writes.
"""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numpy.typing import NDArray

from engine.kernels.runtime.layout import ADDRESS, HELPERS, ROW_LENGTH, TURN
from engine.kernels.runtime.memory import call_op, integers_at
from engine.kernels.runtime.policy import control, inlined
from engine.kernels.runtime.rounding import ON_ARM, ON_X86, flush_denormals, restore_mode

# A board, int64. What different threads write lies apart: no two in one line of a cache.
TICKET = 0          # number of the job, its shards, and how many are taken from either end
DONE = 16           # shards of the job that helpers have finished
FIRST = 32          # the job: address of the row whose turn is first
COUNT = 33          # ops of which every shard does its part; 0: each shard is a whole op
ARENA = 34
BATCH = 35
YIELD = 36          # address of what gives the processor to another thread that waits for it
OPEN = 48           # 0 sends the helpers home
BOARD_LENGTH = 64

PATIENCE = 100
"""Pauses for the last shard until this thread lets others, the helper perhaps, have its processor.
"""

HELPERS_PATIENCE = 1000
"""Pauses of a helper without work until it does so: about as long as an op that is not shared."""

# A ticket: the job's number, shards, shards taken from the end, shards taken from the beginning.
BITS = 10
MOST_SHARDS = (1 << BITS) - 1
FROM_BEGINNING = 1
FROM_END = 1 << BITS

WORD = ir.IntType(64)


def _place(builder: Any, args: Any) -> Any:
    """Return a pointer to a word of a board."""
    address = builder.add(args[0], builder.mul(args[1], WORD(8)))
    return builder.inttoptr(address, WORD.as_pointer())


@intrinsic
def _load(typingctx: Any, board: Any, place: Any) -> Any:
    """Return a word and let what its writer wrote before it be seen."""
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.load_atomic(_place(builder, args), "acquire", 8)
    return types.int64(types.int64, types.int64), codegen


@intrinsic
def _store(typingctx: Any, board: Any, place: Any, value: Any) -> Any:
    """Write a word and let whoever sees it see what was written before."""
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        builder.store_atomic(args[2], _place(builder, args), "release", 8)
        return context.get_dummy_value()
    return types.void(types.int64, types.int64, types.int64), codegen


@intrinsic
def _count(typingctx: Any, board: Any, place: Any) -> Any:
    """Add 1 to a word."""
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        builder.atomic_rmw("add", _place(builder, args), WORD(1), "release")
        return context.get_dummy_value()
    return types.void(types.int64, types.int64), codegen


@intrinsic
def _take(typingctx: Any, board: Any, ticket: Any, end: Any) -> Any:
    """Take the next shard from an end, if the ticket is still what it was; say whether."""
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = _place(builder, [args[0], WORD(TICKET)])
        found = builder.cmpxchg(pointer, args[1], builder.add(args[1], args[2]), "acq_rel",
                                "monotonic")
        return builder.extract_value(found, 1)
    return types.boolean(types.int64, types.int64, types.int64), codegen


@intrinsic
def _pause(typingctx: Any) -> Any:
    """Spend a moment of a waiting loop without taking much from the processor."""
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        name, hint = ("llvm.x86.sse2.pause", []) if ON_X86 else \
            ("llvm.aarch64.hint", [ir.IntType(32)(1)])
        if ON_X86 or ON_ARM:
            kind = ir.FunctionType(ir.VoidType(), [value.type for value in hint])
            builder.call(cgutils.get_or_insert_function(builder.module, kind, name), hint)
        return context.get_dummy_value()
    return types.void(), codegen


@intrinsic
def _call(typingctx: Any, address: Any) -> Any:
    """Call a C function without arguments."""
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind = ir.FunctionType(ir.VoidType(), [])
        builder.call(builder.inttoptr(args[0], kind.as_pointer()), [])
        return context.get_dummy_value()
    return types.void(types.int64), codegen


@inlined
def _wait(board, waited, patience):
    """Wait a moment; return how many it has been."""
    if waited < patience:
        _pause()
    else:
        _call(_load(board, YIELD))
    return waited + 1


@inlined
def _read(ticket):
    """Return a ticket's shards, and how many of them are taken from the beginning and the end."""
    return ticket >> 2 * BITS & MOST_SHARDS, ticket & MOST_SHARDS, ticket >> BITS & MOST_SHARDS


@inlined
def _take_turn(first, place, arena, batch, shard, shards):
    """Call the op whose turn it is ``place`` turns behind that of the row at ``first``."""
    row = first + 8 * ROW_LENGTH * place
    row += 8 * ROW_LENGTH * integers_at(row)[TURN]
    call_op(integers_at(row)[ADDRESS], row, arena, batch, shard, shards)


@control
def do_shard(first, count, arena, batch, shard, shards):
    """Do a shard of a job.

    Parameters
    ----------
    first : int64
        Address of the row whose turn is first.
    count : int64
        Ops of which every shard does its part, one after the other; 0: each shard is a whole op.
    arena, batch : int64
        Address of the arena, and examples in the batch.
    shard, shards : int64
        Which one of how many.
    """
    if count == 0:
        _take_turn(first, shard, arena, batch, 0, 1)
    for place in range(count):
        _take_turn(first, place, arena, batch, shard, shards)


@control
def share(board, first, count, arena, batch, shards):
    """Do all shards of a job, together with whoever helps.

    Parameters
    ----------
    board : int64
        Address of the board on which helpers look.
    first, count, arena : int64
        As `do_shard` takes them.
    batch, shards : int64
        Examples in the batch, and parts into which the work falls: `MOST_SHARDS` at most.

    Notes
    -----
    This thread begins with the first shard and its helpers with the last, so that with two of them
    each finds in its cache what it has written in the job before.
    """
    # Nobody reads these but who takes a shard of this job: there is none left of the last one.
    _store(board, FIRST, first)
    _store(board, COUNT, count)
    _store(board, ARENA, arena)
    _store(board, BATCH, batch)
    _store(board, DONE, 0)
    job = (_load(board, TICKET) >> 3 * BITS) + 1
    _store(board, TICKET, (job << BITS | shards) << 2 * BITS)
    others = shards
    while True:
        ticket = _load(board, TICKET)
        _, mine, theirs = _read(ticket)
        if mine + theirs == shards:
            break
        if _take(board, ticket, FROM_BEGINNING):
            do_shard(first, count, arena, batch, mine, shards)
            others -= 1
    waited = 0
    while _load(board, DONE) != others:
        waited = _wait(board, waited, PATIENCE)


@control
def help_out(board):
    """Do shards of what is on the board until it is closed.

    Parameters
    ----------
    board : int64
        Its address.
    """
    # Every thread has a mode of its own, and the same bytes are wanted from each.
    mode = flush_denormals()
    waited = 0
    while _load(board, OPEN) != 0:
        ticket = _load(board, TICKET)
        shards, theirs, mine = _read(ticket)
        if mine + theirs == shards:
            waited = _wait(board, waited, HELPERS_PATIENCE)
            continue
        # A ticket that is still the same when its shard is taken says that the job is so, too.
        first, count = _load(board, FIRST), _load(board, COUNT)
        arena, batch = _load(board, ARENA), _load(board, BATCH)
        if _take(board, ticket, FROM_END):
            do_shard(first, count, arena, batch, shards - 1 - mine, shards)
            _count(board, DONE)
            waited = 0
    restore_mode(mode)


def _yield_address() -> int:
    """Return the address of the system's function that lets another thread have the processor."""
    if sys.platform == "win32":
        function = ctypes.WinDLL("kernel32").SwitchToThread
    else:
        function = ctypes.CDLL(None).sched_yield
    return ctypes.cast(function, ctypes.c_void_p).value or 0


class Helper:
    """A thread that waits for boards; the system tends to leave it on a processor of its own."""

    def __init__(self) -> None:
        self._boards: SimpleQueue[NDArray[np.int64]] = SimpleQueue()
        threading.Thread(target=self._serve, name="helper", daemon=True).start()

    def _serve(self) -> None:
        while True:
            # Held by name, since it must not be freed while this thread, late perhaps, looks at it.
            board = self._boards.get()
            help_out(board.ctypes.data)

    def call(self, board: NDArray[np.int64]) -> None:
        """Let the thread help with what is on a board until it is closed."""
        self._boards.put(board)


_idle: list[Helper] = []
"""Nobody needs them at present; they stay for the next time."""


def _idle_or_new() -> Helper:
    # Not by looking first: another training thread may take the last one meanwhile.
    try:
        return _idle.pop()
    except IndexError:
        return Helper()


@contextmanager
def helped(control: NDArray[np.int64], threads: int) -> Iterator[None]:
    """Let so many threads, this one among them, share what the training loop does meanwhile.

    Parameters
    ----------
    control : int64[CONTROL_LENGTH]
        HELPERS is the board's address meanwhile, and 0 afterwards.
    threads : int
        At least 1.
    """
    if threads == 1:
        yield
        return
    # A new board each time: a helper that is late must not stay for what comes next.
    board = np.zeros(BOARD_LENGTH, np.int64)
    board[OPEN], board[YIELD] = 1, _yield_address()
    helpers = [_idle_or_new() for _ in range(threads - 1)]
    control[HELPERS] = board.ctypes.data
    for helper in helpers:
        helper.call(board)
    try:
        yield
    finally:
        control[HELPERS] = 0
        board[OPEN] = 0
        _idle.extend(helpers)
