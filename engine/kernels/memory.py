"""Typed views of raw memory for ops."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import carray, types
from numba.extending import intrinsic
from numba.np.arrayobj import populate_array

from engine.kernels.policy import inlined


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
def as_real(typingctx: Any, bits: Any) -> Any:
    """Return the float64 whose bits a slot holds."""
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.DoubleType())
    return types.float64(types.int64), codegen


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


@intrinsic
def finish_writes(typingctx: Any) -> Any:
    """Let other threads see all that was written before anything that is written from here on."""
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        builder.fence("release")
        return context.get_dummy_value()
    return types.void(), codegen


@inlined
def vector(arena, offset, size):
    """Return ``size`` numbers of the arena as a 1-D array."""
    return carray(shifted(arena, offset), (size,))


@inlined
def doubles(arena, offset, size):
    """Return ``size`` float64, whatever the precision of the arena in whose scratch they stand."""
    return carray(as_doubles(shifted(arena, offset)), (size,))


@inlined
def matrix(arena, offset, rows, columns):
    """Return a part of the arena as a 2-D array."""
    return carray(shifted(arena, offset), (rows, columns))


@inlined
def span(size, shard, shards):
    """Return begin and end of a shard's part of ``range(size)``."""
    # Divisions take as long as a whole op on a small layer.
    begin, end = 0, size
    if shards > 1:
        begin, end = size * shard // shards, size * (shard + 1) // shards
    return begin, end


@intrinsic
def strided(typingctx: Any, array: Any, first: Any, rows: Any, step: Any, columns: Any) -> Any:
    """Return ``rows`` runs of ``columns`` numbers of a contiguous array as a 2-D array.

    Parameters
    ----------
    array : real[...]
        Numbers side by side.
    first : int64
        Place of the first run, counted in numbers.
    rows, step, columns : int64
        How many runs, from where one begins to where the next does, and their length: runs that
        are longer than their step overlap.
    """
    kind = types.Array(array.dtype, 2, "A")

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        source = context.make_array(array)(context, builder, args[0])
        result = context.make_array(kind)(context, builder)
        size = context.get_constant(types.intp, context.get_abi_sizeof(
            context.get_data_type(array.dtype)))
        populate_array(result, data=builder.gep(source.data, [args[1]]), shape=[args[2], args[4]],
                       strides=[builder.mul(args[3], size), size], itemsize=size, meminfo=None)
        return result._getvalue()
    return kind(array, *[types.int64] * 4), codegen


@inlined
def image(arena, offset, examples, height, width, channels):
    """Return a part of the arena as a 4-D array."""
    return carray(shifted(arena, offset), (examples, height, width, channels))


@inlined
def sequence(arena, offset, examples, steps, features):
    """Return a part of the arena as a 3-D array."""
    return carray(shifted(arena, offset), (examples, steps, features))
