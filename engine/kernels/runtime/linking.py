"""Kernels as parts of others: what kernels call is linked with them, and not made ready to run.

Numba compiles every function that another one calls as if Python were to call it, too: to machine
code of its own, with a wrapper for the interpreter and, for every constant that it is called with,
once more. None of that is used when an op is called by its address. Here a function that kernels
call is compiled no further than to what is linked with them; only where Python calls it, too, is
the rest done.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar

import llvmlite.binding as llvm
from numba.core.caching import CompileResultCacheImpl, FunctionCache
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler, CompileResult, compile_result
from numba.core.registry import CPUDispatcher
from numba.core.types.misc import unliteral


class _Code(JITCodeLibrary):  # type: ignore[misc]
    """Code of a part together with that of its own parts, optimised."""

    def finalize(self) -> None:
        """Link and optimise it, as Numba does before it goes on to machine code."""
        for library in dict.fromkeys(self._linking_libraries):
            self._reload_init.update(library._reload_init)
            self._final_module.link_in(library._get_module_for_linking(), preserve=True)
        self._optimize()
        self.close()

    def _optimize(self) -> None:
        self._optimize_final_module()

    def close(self) -> None:
        """Let nothing be added any more."""
        self._finalize_dynamic_globals()
        self._finalized = True


class _UnoptimizedCode(_Code):
    """The same, as it comes."""

    def _optimize(self) -> None:
        pass


class _PartCompiler(Compiler):  # type: ignore[misc]
    """Compiles to what can be linked, and no further."""

    code: ClassVar[type[_Code]] = _Code

    def compile_extra(self, function: Callable[..., Any]) -> CompileResult:
        """Compile a Python function."""
        state = self.state
        state.library = self.code(state.targetctx.codegen(), function.__qualname__)
        state.flags.no_cpython_wrapper = state.flags.no_cfunc_wrapper = True
        state.flags.no_compile = True
        return super().compile_extra(function)


class _UnoptimizedPartCompiler(_PartCompiler):
    code = _UnoptimizedCode


class _PartForm(CompileResultCacheImpl):  # type: ignore[misc]
    """How a part is kept: Numba's own form is for machine code."""

    def reduce(self, compiled: CompileResult) -> tuple[Any, ...]:
        """Return what can be pickled."""
        described = compiled.fndesc
        # Of use while it was compiled alone, and not all of it can be pickled.
        described.typemap = described.calltypes = None
        # The environments, which no kernel uses, are known again once they are unpickled.
        return (compiled.library.name, compiled.library._get_module_for_linking().as_bitcode(),
                described, compiled.signature, compiled.environment,
                compiled._find_referenced_environments())

    def rebuild(self, context: Any, kept: tuple[Any, ...]) -> CompileResult:
        """Return the part."""
        name, bitcode, described, signature, environment, _ = kept
        library = _Code(context.codegen(), name)
        library._final_module = llvm.parse_bitcode(bitcode)
        library.close()
        return compile_result(
            typing_context=context.typing_context, target_context=context, library=library,
            environment=environment, entry_point=described, fndesc=described, signature=signature,
            objectmode=False)


class _PartCache(FunctionCache):  # type: ignore[misc]
    """Keeps a function as a part, beside what Python calls of it."""

    _impl_class = _PartForm

    def _index_key(self, signature: Any, codegen: Any) -> Any:
        return "part", super()._index_key(signature, codegen)


class _Part(CPUDispatcher):  # type: ignore[misc]
    """What kernels call of a function."""

    def enable_caching(self) -> None:
        """Keep what is compiled."""
        self._cache = _PartCache(self.py_func)

    def add_overload(self, compiled: CompileResult) -> None:
        """Let callers find a version by its description, since there is no function to call."""
        described = compiled.fndesc
        self.targetctx.insert_user_function(described, described, [compiled.library])
        self.overloads[tuple(compiled.signature.args)] = compiled._replace(entry_point=described)


class Kernel(CPUDispatcher):  # type: ignore[misc]
    """A function that Python may call, and that becomes a part of every kernel that calls it.

    Optimised by itself first: then its sums are added up in the same order wherever it is linked.
    """

    compiler: ClassVar[type[_PartCompiler]] = _PartCompiler

    @cached_property
    def _part(self) -> _Part:
        # Not before a kernel is compiled that calls this one: a warm start does without.
        part = _Part(self.py_func, self.locals, self.targetoptions, self.compiler)
        part.enable_caching()
        return part

    def get_call_template(self, arguments: Any, keywords: Any) -> Any:
        """Compile a version for a kernel's call."""
        return self._part.get_call_template(arguments, keywords)

    def get_overload(self, signature: Any) -> Any:
        """Return what a kernel's call finds its version by."""
        return self._part.get_overload(signature)


class Control(Kernel):
    """A function that decides what runs, in whole numbers: optimised with its callers alone."""

    compiler = _UnoptimizedPartCompiler

    def get_call_template(self, arguments: Any, keywords: Any) -> Any:
        """Compile a version for a kernel's call; constants have none of their own."""
        return super().get_call_template(
            tuple(unliteral(kind) for kind in arguments),
            {name: unliteral(kind) for name, kind in keywords.items()})


def compiled(kind: type[Kernel], **options: Any) -> Callable[[Callable[..., Any]], Kernel]:
    """Return a decorator like Numba's ``njit(cache=True, **options)`` for one of the kinds."""
    def decorate(function: Callable[..., Any]) -> Kernel:
        kernel = kind(function, targetoptions={"nopython": True, **options})
        kernel.enable_caching()
        return kernel
    return decorate
