"""Typed views of raw memory for ops."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from engine.kernels.runtime.policy import inlined


@intrinsic
def shifted(typingctx: Any, pointer: Any, offset: Any) -> Any:
    """Return ``pointer + offset``, counted in elements."""
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.gep(args[0], [args[1]])
    return pointer(pointer, types.int64), codegen


@intrinsic
def integers_at(typingctx: Any, address: Any) -> Any:
    """Return an address as a pointer to int64."""
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.inttoptr(args[0], ir.IntType(64).as_pointer())
    return types.CPointer(types.int64)(types.int64), codegen


@intrinsic
def reals_at(typingctx: Any, address: Any) -> Any:
    """Return an address as a pointer to float64."""
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.inttoptr(args[0], ir.DoubleType().as_pointer())
    return types.CPointer(types.float64)(types.int64), codegen


@intrinsic
def bytes_at(typingctx: Any, address: Any) -> Any:
    """Return an address as a pointer to uint8."""
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.inttoptr(args[0], ir.IntType(8).as_pointer())
    return types.CPointer(types.uint8)(types.int64), codegen


@intrinsic
def same_kind_at(typingctx: Any, pointer: Any, address: Any) -> Any:
    """Return an address as a pointer of the same type as ``pointer``."""
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.inttoptr(args[1], args[0].type)
    return pointer(pointer, types.int64), codegen


@intrinsic
def as_doubles(typingctx: Any, pointer: Any) -> Any:
    """Return a pointer as one to float64."""
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.DoubleType().as_pointer())
    return types.CPointer(types.float64)(pointer), codegen


@intrinsic
def call_op(typingctx: Any, address: Any, row: Any, arena: Any, batch: Any, shard: Any,
            shards: Any) -> Any:
    """Call the op at ``address``; ``row`` and ``arena`` are addresses too."""
    integer = types.int64

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        word = ir.IntType(64)
        function = ir.FunctionType(ir.VoidType(), [word.as_pointer(), word.as_pointer(),
                                                   word, word, word])
        callee = builder.inttoptr(args[0], function.as_pointer())
        pointers = [builder.inttoptr(arg, word.as_pointer()) for arg in args[1:3]]
        builder.call(callee, [*pointers, *args[3:]])
        return context.get_dummy_value()
    return types.void(*[integer] * 6), codegen


@intrinsic
def magnitude_bits(typingctx: Any, value: Any) -> Any:
    """Return the bits of ``|value|`` as an integer: ordered as magnitudes are, NaN above all."""
    integer = types.int32 if value == types.float32 else types.int64

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        word = ir.IntType(integer.bitwidth)
        return builder.and_(builder.bitcast(args[0], word), word(integer.maxval))
    return integer(value), codegen


@intrinsic
def from_bits(typingctx: Any, bits: Any) -> Any:
    """Return the real number that has these bits."""
    real = types.float32 if bits == types.int32 else types.float64

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], context.get_value_type(real))
    return real(bits), codegen


FIRST_CACHE, SECOND_CACHE = 3, 2
"""Where to memory is brought that is asked for ahead."""


def emit_prefetch(builder: Any, pointer: Any, cache: int) -> None:
    """Emit a request for the line of memory at a pointer, which may point anywhere."""
    number = ir.IntType(32)
    byte = ir.IntType(8).as_pointer()
    function = cgutils.get_or_insert_function(
        builder.module, ir.FunctionType(ir.VoidType(), [byte, number, number, number]),
        "llvm.prefetch.p0")
    # To be read, and no code.
    builder.call(function, [builder.bitcast(pointer, byte), number(0), number(cache), number(1)])


@intrinsic
def prefetch(typingctx: Any, array: Any, place: Any) -> Any:
    """Ask for the line of memory that holds a number of a contiguous array, or one beyond it."""
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        data = context.make_array(array)(context, builder, args[0]).data
        emit_prefetch(builder, builder.gep(data, [args[1]]), FIRST_CACHE)
        return context.get_dummy_value()
    return types.void(array, types.int64), codegen


@intrinsic
def finish_writes(typingctx: Any) -> Any:
    """Let other threads see all that was written before anything that is written from here on."""
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        builder.fence("release")
        return context.get_dummy_value()
    return types.void(), codegen


@intrinsic(prefer_literal=True)
def on_stack(typingctx: Any, like: Any, count: Any) -> Any:
    """Return a pointer to space for ``count`` numbers, until the caller returns.

    ``like``, an array or a pointer, says of which type; ``count`` is a constant. Nothing is
    allocated, and no array can be in the same place.
    """
    real, numbers = like.dtype, count.literal_value

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        with builder.goto_entry_block():
            space = builder.alloca(ir.ArrayType(context.get_value_type(real), numbers))
            space.align = 64
        return builder.bitcast(space, context.get_value_type(real).as_pointer())
    return types.CPointer(real)(like, count), codegen


def _size(context: Any, kind: Any) -> Any:
    """Return a number's size in bytes, as code."""
    return context.get_constant(types.intp, context.get_abi_sizeof(
        context.get_data_type(kind.dtype)))


def _array(context: Any, builder: Any, kind: Any, data: Any, shape: list[Any],
           strides: list[Any]) -> Any:
    """Return an array over memory that it does not own, as code."""
    # Takes long to import, and what is loaded from the cache does without.
    from numba.np.arrayobj import populate_array

    result = context.make_array(kind)(context, builder)
    populate_array(result, data=data, shape=shape, strides=strides,
                   itemsize=_size(context, kind), meminfo=None)
    return result._getvalue()


def _contiguous(context: Any, builder: Any, kind: Any, data: Any, shape: list[Any]) -> Any:
    """Return the same of rows behind one another, as code."""
    strides = [_size(context, kind)]
    for length in reversed(shape[1:]):
        strides.insert(0, builder.mul(strides[0], length))
    return _array(context, builder, kind, data, shape, strides)


def _view(arena: Any, dimensions: int, dtype: Any = None) -> Any:
    """Return signature and code of an intrinsic ``(arena, offset, *shape)`` that makes an array."""
    kind = types.Array(dtype or arena.dtype, dimensions, "C")

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        number = context.get_data_type(kind.dtype)
        place, *shape = args[1:]
        data = builder.bitcast(builder.gep(args[0], [place]), number.as_pointer())
        return _contiguous(context, builder, kind, data, shape)
    return kind(arena, *[types.int64] * (1 + dimensions)), codegen


@intrinsic
def array_at(typingctx: Any, pointer: Any, shape: Any) -> Any:
    """Return a C-contiguous array of numbers that begin at a pointer.

    As `numba.carray` does, which Numba compiles as a function of its own for every type.
    """
    kind = types.Array(pointer.dtype, len(shape), "C")

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _contiguous(context, builder, kind, args[0], cgutils.unpack_tuple(builder, args[1]))
    return kind(pointer, types.UniTuple(types.int64, len(shape))), codegen


@intrinsic
def vector(typingctx: Any, arena: Any, offset: Any, size: Any) -> Any:
    """Return ``size`` numbers of the arena as a 1-D array."""
    return _view(arena, 1)


@intrinsic
def doubles(typingctx: Any, arena: Any, offset: Any, size: Any) -> Any:
    """Return ``size`` float64, whatever the precision of the arena in whose scratch they stand."""
    return _view(arena, 1, types.float64)


@intrinsic
def matrix(typingctx: Any, arena: Any, offset: Any, rows: Any, columns: Any) -> Any:
    """Return a part of the arena as a 2-D array."""
    return _view(arena, 2)


@intrinsic
def sequence(typingctx: Any, arena: Any, offset: Any, examples: Any, steps: Any, features: Any
             ) -> Any:
    """Return a part of the arena as a 3-D array."""
    return _view(arena, 3)


@intrinsic
def image(typingctx: Any, arena: Any, offset: Any, examples: Any, height: Any, width: Any,
          channels: Any) -> Any:
    """Return a part of the arena as a 4-D array."""
    return _view(arena, 4)


@intrinsic
def strided(typingctx: Any, pointer: Any, rows: Any, columns: Any, row: Any, step: Any) -> Any:
    """Return a 2-D array at a pointer, of any strides; these are counted in numbers."""
    kind = types.Array(pointer.dtype, 2, "A")

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        data, rows, columns, *strides = args
        size = _size(context, kind)
        return _array(context, builder, kind, data, [rows, columns],
                      [builder.mul(stride, size) for stride in strides])
    return kind(pointer, *[types.int64] * 4), codegen


@intrinsic
def span(typingctx: Any, size: Any, shard: Any, shards: Any) -> Any:
    """Return begin and end of a shard's part of ``range(size)``."""
    pair = types.UniTuple(types.int64, 2)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        size, shard, shards = args
        word = ir.IntType(64)
        ends = [cgutils.alloca_once_value(builder, value) for value in (word(0), size)]
        # Divisions take as long as a whole op on a small layer.
        with builder.if_then(builder.icmp_signed("!=", shards, word(1))):
            for end, place in zip(ends, (shard, builder.add(shard, word(1))), strict=True):
                builder.store(builder.sdiv(builder.mul(size, place), shards), end)
        return context.make_tuple(builder, pair, [builder.load(end) for end in ends])
    return pair(*[types.int64] * 3), codegen


@inlined
def examples(batch, size, shard, shards):
    """Return begin and end of a shard's numbers: those of some examples of ``size`` numbers each.

    Ops that divide a batch so need no barrier between them.
    """
    begin, end = span(batch, shard, shards)
    return begin * size, end * size


@intrinsic
def flat(typingctx: Any, array: Any) -> Any:
    """Return a C-contiguous array as a 1-D array."""
    kind = types.Array(array.dtype, 1, "C")

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        source = context.make_array(array)(context, builder, args[0])
        return _array(context, builder, kind, source.data, [source.nitems],
                      [_size(context, kind)])
    return kind(array), codegen
