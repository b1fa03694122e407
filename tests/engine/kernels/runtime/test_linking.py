"""What kernels call is compiled once for its types, no further than to be linked with them."""

from __future__ import annotations

import numpy as np
import pytest
from numba import typeof, types

from engine.kernels.runtime.policy import control, kernel


@kernel
def total_of(x, times):  # type: ignore[no-untyped-def]
    """Sum numbers up, in registers, and multiply."""
    total = x.dtype.type(0)
    for j in range(x.size):
        total += x[j]
    return times * total


@control
def chosen(which, x):  # type: ignore[no-untyped-def]
    """Choose a factor."""
    return total_of(x, 2) if which > 0 else total_of(x, 3)


@kernel
def whole(x):  # type: ignore[no-untyped-def]
    """Call one that calls another, with one constant or another."""
    return chosen(1, x) if x.size > 0 else chosen(0, x)


def numbers(precision: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.random.default_rng(3).standard_normal(1003).astype(precision)


def call_for_parts() -> None:
    """Ask as a kernel does that is compiled; one that is in the cache asks for nothing."""
    x = typeof(numbers("float32"))
    total_of.get_call_template((x, types.int64), {})
    for which in (1, 0):
        chosen.get_call_template((types.literal(which), x), {})


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_a_part_sums_up_in_the_order_in_which_it_does_by_itself(precision: str) -> None:
    x = numbers(precision)
    linked = whole(x)
    assert linked == pytest.approx(2 * float(np.sum(x, dtype=np.float64)), rel=1e-4)
    assert np.asarray(linked).tobytes() == np.asarray(total_of(x, 2)).tobytes()


def test_parts_are_not_made_ready_to_run() -> None:
    whole(numbers("float32"))
    call_for_parts()
    assert not chosen.overloads
    engine = chosen.targetctx.codegen()._engine
    for function in (total_of, chosen):
        for part in function._part.overloads.values():
            assert part.library.get_function(part.fndesc.llvm_func_name)
            wrappers = {part.fndesc.llvm_cpython_wrapper_name, part.fndesc.llvm_cfunc_wrapper_name}
            assert not wrappers & {one.name for one in part.library.get_defined_functions()}
    for part in chosen._part.overloads.values():
        assert not engine.is_symbol_defined(part.fndesc.llvm_cpython_wrapper_name)


def test_constants_have_no_version_of_the_loop_of_their_own() -> None:
    call_for_parts()
    assert {str(kinds[0]) for kinds in chosen._part.overloads} == {"int64"}


def test_a_part_is_found_again() -> None:
    linked = whole(numbers("float32"))
    call_for_parts()
    again = type(total_of)(total_of.py_func, None, dict(total_of.targetoptions))
    again.enable_caching()
    (kinds, *_) = total_of._part.overloads
    again.get_call_template(kinds, {})
    assert sum(again._part._cache_hits.values()) == 1
    (found,) = again._part.overloads.values()
    assert found.library.get_function(found.fndesc.llvm_func_name)

    @kernel
    def other(x):  # type: ignore[no-untyped-def]
        return again(x, 2)
    assert other(numbers("float32")) == linked
