"""The one home of compiler options."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from numba import cfunc, njit, types

from engine.kernels.runtime.linking import Control, Kernel, compiled
from engine.kernels.runtime.slots import Slots

FASTMATH = {"nsz", "arcp", "contract", "afn", "reassoc"}
"""Every fast-math flag but nnan and ninf: with those, NaN and infinity would go unseen."""

OPTIONS = {"nogil": True, "no_cfunc_wrapper": True, "fastmath": FASTMATH, "error_model": "numpy"}

kernel = compiled(Kernel, **OPTIONS)
"""Compile a function that kernels, ops or Python call; it runs without the interpreter's lock."""

shared = kernel
"""Compile what some kernels have in common once for each of its types: `inlined`, it would be
compiled anew at every place that calls it.
"""

control = compiled(Control, **OPTIONS)
"""Compile a function of the training loop: it decides what runs, and sums nothing up."""

finished = njit(cache=True, **OPTIONS)
"""Compile a function to machine code before it becomes a part of others. LLVM prepares its loops on
the way, and then unrolls them otherwise; so long sums keep the order in which runs are recorded.
"""

careful = compiled(Kernel, nogil=True, no_cfunc_wrapper=True, fastmath={"nsz", "contract"},
                   error_model="numpy")
"""Compile a function whose rounding errors are arranged on purpose: nothing may be reordered."""

INTO_LOOPS = {"forceinline": True}
"""What lets a function become part of whatever loop applies it."""

careful_in_loops = compiled(Kernel, nogil=True, no_cfunc_wrapper=True,
                            fastmath={"nsz", "contract"}, error_model="numpy", **INTO_LOOPS)
"""The same as `careful` for one so long that the compiler would otherwise call it number by number,
from a loop that could apply it to a register: GELU then takes an eighth of the time.
"""

inlined = njit(cache=True, inline="always", **OPTIONS)
"""Compile a function of a few operations into its callers."""

DTYPES = {"float32": types.float32, "float64": types.float64}

Function = Callable[..., None]
ByExamples = Callable[[Mapping[str, int | float]], bool]


def compiled_callback(signature: Any, function: Function) -> Any:
    """Return a function compiled for callers that know only its ``address``."""
    found = cfunc(signature, cache=True, fastmath=FASTMATH, error_model="numpy")(function)
    # Kept by Numba for functions that will be linked with this one, which none is: 27 MB for all
    # ops of a precision.
    found._library._shared_module = None
    return found


class Op:
    """A row's kernel: one signature for all, compiled for a precision when first asked for.

    Attributes
    ----------
    name : str
        Name by which layer kinds call it.
    slots : Slots
        What its row holds behind the header.
    formula : str
        What it computes, in plain mathematics with the names of its slots; what none of them holds
        has the name that the literature gives it.
    is_whole : bool
        Whether one call does all the work; else every shard does its part, and any number of
        shards together write the same bytes.
    weight : int
        Multiply-adds of a matrix product that take as long as one unit of the op's work: 1 for a
        product itself, more for what goes from number to number.
    comes_last : bool
        Whether it may run behind all other ops of its section: what it reads none of them
        overwrites, and what it writes none of them reads.
    needs : callable, optional
        Makes ready, for a precision, what the op calls by its address.
    """

    def __init__(self, function: Function, slots: Slots, formula: str, is_whole: bool = False,
                 weight: int = 1, by_examples: bool | ByExamples = False,
                 comes_last: bool = False, needs: Callable[[str], None] | None = None) -> None:
        self.name = function.__name__.removesuffix("_op")
        self.slots = slots
        self.formula = formula
        self.is_whole = is_whole
        self.weight = weight
        self.comes_last = comes_last
        self._by_examples = by_examples
        self.needs = needs
        self._function = function
        self._compiled: dict[str, Any] = {}

    def address(self, precision: str) -> int:
        """Return the machine address for ``float32`` or ``float64``; compiles if need be."""
        if precision not in self._compiled:
            if self.needs is not None:
                self.needs(precision)
            real = DTYPES[precision]
            signature = types.void(self.slots, types.CPointer(real), *[types.int64] * 3)
            self._compiled[precision] = compiled_callback(signature, self._function)
        return int(self._compiled[precision].address)

    def is_by_examples(self, slots: Mapping[str, int | float]) -> bool:
        """Say whether a shard of a row with these slots works on its own examples alone.

        They are `engine.kernels.runtime.memory.examples`, of any batch; of what others of the batch
        left behind, it reads nothing.
        """
        return self._by_examples(slots) if callable(self._by_examples) else self._by_examples

    def is_compiled(self, precision: str) -> bool:
        """Say whether `address` would answer at once."""
        return precision in self._compiled


ELEMENTWISE = 16
"""Weight of an op that reads, compares and writes numbers: one of ReLU's takes 0.11 ns in cache, in
which a product does 14 multiply-adds. Ops with functions, random numbers or sums in float64 weigh
twice as much.
"""

OPS: dict[str, Op] = {}
"""Every op by name."""


def op(slots: str, formula: str, *, whole: bool = False, weight: int = 1,
       by_examples: bool | ByExamples = False, comes_last: bool = False,
       needs: Callable[[str], None] | None = None) -> Callable[[Function], Op]:
    """Register a function ``(slots, arena, batch, shard, shards)`` as an op.

    Parameters
    ----------
    slots : str
        Names of what the row holds, as `Slots` takes them: the function reads ``slots.x``.
    formula : str
        What it computes: see `Op`.
    whole : bool
        Whether the function does all the work whatever its shard.
    weight : int
        Multiply-adds of a matrix product that take as long as one unit of its work.
    by_examples : bool or callable
        Whether a shard works on its own examples alone, or what says so of a row's slots.
    comes_last : bool
        See `Op`.
    needs : callable, optional
        Called with a precision before the op is compiled for it: see `Op`.
    """
    def register(function: Function) -> Op:
        registered = Op(function, Slots(slots), formula, whole, weight, by_examples, comes_last,
                        needs)
        OPS[registered.name] = registered
        return registered
    return register
