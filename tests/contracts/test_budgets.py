from __future__ import annotations

from tests.contracts.budgets import (
    body_lines,
    documented,
    kernels,
    kernels_at_fault,
    over_budget,
    top_functions,
    undocumented,
)
from tests.contracts.source import Source, must_be_empty, sources

PROGRAM = sources("engine", "gui", "resources")


def test_nothing_is_over_budget() -> None:
    must_be_empty(fault for source in PROGRAM for fault in over_budget(source))


def test_every_kernel_has_a_docstring_and_a_twin() -> None:
    twins = {name for source in sources("tests/reference") for name in top_functions(source)}
    arithmetic = [source for source in PROGRAM if source.within("engine.kernels")]
    assert sum(len(list(kernels(source))) for source in arithmetic) >= 10
    must_be_empty(fault for source in arithmetic for fault in kernels_at_fault(source, twins))


def test_every_public_method_of_the_window_is_documented() -> None:
    known = documented(PROGRAM)
    must_be_empty(fault for source in PROGRAM if source.within("gui")
                  for fault in undocumented(source, known))


def function_of(lines: int, name: str = "f") -> str:
    return f'def {name}():\n    """Docstring."""\n' + "    pass\n" * lines


def test_long_module_is_seen() -> None:
    assert not over_budget(Source("engine.a", "\n" * 600))
    assert over_budget(Source("engine.a", "\n" * 601)) == [
        "engine.a has 601 lines, the limit is 600"]


def test_long_function_is_seen() -> None:
    assert not over_budget(Source("gui.a", function_of(40)))
    assert over_budget(Source("gui.a", function_of(41))) == [
        "gui.a.f, line 1: body of 41 lines, the limit is 40"]


def test_long_method_is_seen() -> None:
    method = "class A:\n" + "".join(f"    {line}\n" for line in function_of(41).splitlines())
    assert over_budget(Source("gui.a", method))


def test_kernels_may_be_longer() -> None:
    assert not over_budget(Source("engine.kernels.a", function_of(60)))
    assert over_budget(Source("engine.kernels.a", function_of(61)))


def test_docstring_and_signature_do_not_count() -> None:
    [function] = Source("a", 'def f(\n    x,\n):\n    """One.\n\n    Two.\n    """\n'
                             "    y = x\n\n    return y\n").functions()
    assert body_lines(function) == 3


def test_function_of_a_docstring_alone_is_empty() -> None:
    [function] = Source("a", 'def f():\n    """One."""\n').functions()
    assert body_lines(function) == 0


def test_many_arguments_of_a_kernel_are_seen() -> None:
    eleven = "def f(a, b, c, d, e, /, f, g, h, i, *, j, k):\n    pass\n"
    assert over_budget(Source("engine.kernels.a", eleven)) == [
        "engine.kernels.a.f, line 1: 11 arguments, the limit is 10"]
    assert not over_budget(Source("engine.plan.a", eleven))


def test_kernel_without_docstring_or_twin_is_seen() -> None:
    text = ("@finished\ndef relu(y, x):\n    pass\n\n"
            "@policy.kernel(1)\ndef tanh(y, x):\n    'ok'\n")
    assert kernels_at_fault(Source("engine.kernels.a", text), {"relu"}) == [
        "engine.kernels.a.relu has no docstring",
        "engine.kernels.a.tanh has no twin in tests/reference"]


def test_private_kernels_and_plain_functions_are_not_asked() -> None:
    text = "@kernel\ndef _step(y):\n    pass\n\ndef plan(y):\n    pass\n"
    assert kernels_at_fault(Source("engine.kernels.a", text), set()) == []


def test_driver_needs_no_twin() -> None:
    text = "@kernel\ndef run_steps(rows):\n    'Walk the table.'\n"
    assert not kernels_at_fault(Source("engine.kernels.runtime.driver", text), set())
    assert kernels_at_fault(Source("engine.kernels.ops.dense", text), set())


def test_undocumented_method_is_seen_and_overrides_are_not() -> None:
    module = Source("gui.a", (
        "class Editor:\n    def set_value(self, value):\n        'Show a value.'\n"
        "class A(Editor, QUndoCommand):\n    def show_frame(self): ...\n"
        "    def set_value(self, value): ...\n    def mergeWith(self, other): ...\n"
        "    def redo(self): ...\n    def _private(self): ...\n"
        "    @kind.setter\n    def kind(self, value): ...\n"))
    assert undocumented(module, documented([module])) == ["gui.a.A.show_frame, line 5"]
