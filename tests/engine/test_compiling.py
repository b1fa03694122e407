"""Two processes share the compiling, and the second is never in the way."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from engine import compiling, native
from engine.compiling import COMMAND, LOOP, Partner, command, compile_ops, environment
from engine.footprint import SELDOM
from engine.kernels.matmul import tile
from engine.kernels.ops.catalogue import OPS
from gui.program import COMPILE_OPS
from gui.start import COMMAND_LINE

NAMES = tuple(f"op {number}" for number in range(10))


class FakePartner:
    """Has compiled everything at once."""

    made: list[tuple[str, ...]]

    def __init__(self, names: Sequence[str], precision: str) -> None:
        self.made.append(tuple(names))
        self.done = set(names)
        self.is_closed = False

    def close(self) -> None:
        assert not self.is_closed
        self.is_closed = True
        self.made.append(())


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """Replace the second process; return what it is given, and () when it is closed."""
    FakePartner.made = []
    monkeypatch.setattr(compiling, "Partner", FakePartner)
    monkeypatch.setattr(compiling.os, "cpu_count", lambda: 2)
    monkeypatch.setattr(tile, "install", lambda precision: None)
    return FakePartner.made


def slow(compiled: list[str], takes_s: Callable[[str], float]) -> Callable[[str, str], None]:
    def compile_op(name: str, precision: str) -> None:
        time.sleep(takes_s(name))
        compiled.append(name)
    return compile_op


def test_the_second_process_begins_at_the_other_end(made: list[tuple[str, ...]],
                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    monkeypatch.setattr(compiling, "compile_op",
                        slow(compiled, lambda name: 0.15 if name == "op 1" else 0.0))
    shares: list[float] = []
    compile_ops(NAMES, "float32", lambda text, share: shares.append(share))
    # While the first process compiles op 2 itself.
    assert made == [tuple(f"op {number}" for number in (9, 8, 7, 6, 5, 4, 3)), ()]
    assert compiled == [LOOP, *NAMES]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)


def test_a_product_that_is_compiled_brings_the_second_process_at_once(
        made: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    monkeypatch.setattr(tile, "install", lambda precision: time.sleep(0.15))
    monkeypatch.setattr(compiling, "compile_op", slow(compiled, lambda name: 0.0))
    compile_ops(NAMES, "float32")
    # While the first process compiles the loop.
    assert made == [NAMES[::-1], ()]


def test_garbage_is_looked_for_seldom_while_the_compiler_is_at_work(
        made: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch) -> None:
    def compile_op(name: str, precision: str) -> None:
        found.append(gc.get_threshold())
        if name == "op 2":
            raise MemoryError

    found: list[tuple[int, ...]] = []
    monkeypatch.setattr(compiling, "compile_op", compile_op)
    before = gc.get_threshold()
    with pytest.raises(MemoryError):
        compile_ops(NAMES, "float32")
    assert set(found) == {SELDOM} != {before}
    assert gc.get_threshold() == before


def test_nothing_is_started_when_all_comes_from_the_cache(made: list[tuple[str, ...]],
                                                          monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    monkeypatch.setattr(compiling, "compile_op", slow(compiled, lambda name: 0.0))
    compile_ops(NAMES, "float32")
    assert not made


def test_a_few_ops_are_not_worth_a_process(made: list[tuple[str, ...]],
                                           monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling, "compile_op", slow([], lambda name: 0.11))
    compile_ops(NAMES[:compiling.WORTH_A_PROCESS], "float32")
    assert not made


def test_the_second_process_ends_after_an_error(made: list[tuple[str, ...]],
                                                monkeypatch: pytest.MonkeyPatch) -> None:
    def takes_s(name: str) -> float:
        if name == "op 2":
            raise MemoryError
        return 0.15

    monkeypatch.setattr(compiling, "compile_op", slow([], takes_s))
    with pytest.raises(MemoryError):
        compile_ops(NAMES, "float32")
    assert made[-1] == ()


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Forget what was begun in the background; return what is begun now."""
    calls: list[str] = []
    monkeypatch.setattr(compiling, "_BEGUN", set())
    monkeypatch.setattr(compiling, "prune", lambda: calls.append("prune"))
    monkeypatch.setattr(compiling, "compile_native", calls.append)
    return calls


@pytest.mark.parametrize("is_best", [True, False])
def test_what_training_does_not_wait_for_is_done_once(
        made: list[tuple[str, ...]], begun: list[str], monkeypatch: pytest.MonkeyPatch,
        is_best: bool) -> None:
    monkeypatch.setattr(native, "load", lambda precision: is_best)
    monkeypatch.setattr(compiling, "compile_op", lambda name, precision: begun.append(name))
    for precision in ("float32", "float32", "float64"):
        compile_ops((), precision)
        for thread in threading.enumerate():
            if thread.name.startswith(("old kernels", "matrix product")):
                thread.join(10.0)
    products = [[], []] if is_best else [["float32"], ["float64"]]
    assert sorted(begun[:len(products[0]) + 2]) == sorted([LOOP, "prune", *products[0]])
    assert begun[len(products[0]) + 2:] == [LOOP, LOOP, *products[1]]
    assert begun[0] == LOOP


def test_without_a_second_process_the_portable_product_stays(monkeypatch: pytest.MonkeyPatch
                                                             ) -> None:
    monkeypatch.setattr(compiling, "command", lambda: ["/nowhere/at/all"])
    monkeypatch.setattr(native, "load", lambda precision: False)
    before = tile.PRODUCT.cells["float32"].value
    assert not compiling.compile_native("float32")
    assert tile.PRODUCT.cells["float32"].value == before


@pytest.mark.skipif(sys.platform == "win32", reason="its priorities are asked for otherwise")
def test_a_process_in_the_background_lets_others_go_first() -> None:
    partner = Partner(tuple(OPS), "float32", in_background=True)
    assert partner._process is not None
    assert os.getpriority(os.PRIO_PROCESS, partner._process.pid) >= compiling.BACKGROUND
    partner.close()


def test_a_partner_compiles_what_it_is_told() -> None:
    names = ("relu_forward", LOOP, "relu_backward")
    partner = Partner(names, "float32")
    end = time.perf_counter() + 60.0
    while len(partner.done) < len(names) and time.perf_counter() < end:
        time.sleep(0.02)
    assert partner.done == set(names)
    partner.close()


def test_a_partner_that_is_closed_early_is_gone_at_once() -> None:
    partner = Partner(tuple(OPS), "float64")
    process = partner._process
    assert process is not None
    begin = time.perf_counter()
    partner.close()
    assert time.perf_counter() - begin < 5.0
    assert process.poll() is not None


def test_a_partner_ends_with_the_program_that_started_it() -> None:
    """Also when that one had no time to say so: the end of its pipe is enough."""
    process = subprocess.Popen([*command(), "float32"] + ["relu_forward"] * 10_000,
                               env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdout.readline()
    process.stdin.close()
    assert process.wait(30.0) in (0, 1)
    process.stdout.close()


LEAVE = """
import time
from engine.cachedir import cache_folder
from engine.compiling import Partner
cache_folder()
partner = Partner(("relu_forward",), "float32")
time.sleep(0.3)
"""


def test_a_program_that_ends_leaves_neither_a_partner_nor_its_folder(tmp_path: Path) -> None:
    """Where the folder of kernels is one for this program alone."""
    changed = environment() | {"BACKPROP_LAB_CACHE": "/proc/nobody", "TMPDIR": str(tmp_path)}
    # So that there is none for all programs either.
    taken = tmp_path / f"backprop-lab-{os.geteuid()}"
    taken.write_bytes(b"")
    subprocess.run([sys.executable, "-c", LEAVE], env=changed, check=True, timeout=60)
    time.sleep(1.5)
    assert list(tmp_path.iterdir()) == [taken]


def test_without_a_second_process_compiling_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling, "command", lambda: ["/nowhere/at/all"])
    partner = Partner(("relu_forward",), "float32")
    assert not partner.done
    partner.close()


def test_a_frozen_program_calls_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    assert COMMAND == COMPILE_OPS
    assert COMMAND in COMMAND_LINE
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert command() == [sys.executable, COMMAND]
