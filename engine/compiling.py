"""Compiling ops, with a second process that does the other half.

Compiling holds Python's lock, so that a second thread would win nothing. The second process begins
at the other end of the list and leaves what it has compiled in the cache, where the first finds it.
"""

from __future__ import annotations

import atexit
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from engine import native
from engine.cachedir import cache_folder, prune
from engine.footprint import collecting_seldom, give_back
from engine.kernels.matmul import tile
from engine.kernels.ops import catalogue
from engine.kernels.runtime.driver import run_steps
from engine.kernels.runtime.processor import VARIABLE

log = logging.getLogger(__name__)

Progress = Callable[[str, float], None]

LOOP = "training loop"
"""Stands for the loop in lists of ops."""

SIGNATURE = "int64(int64[:,::1], int64[::1], int64, int64[::1], float64[:,::1], float64[::1], " \
            "int64[::1], float64[::1], float64[:,::1], int64)"
"""Of the loop, so that it can be compiled before there is a network."""

COMMAND = "compile-ops"
"""What makes a frozen program the second process."""

SLOW_S = 0.1
"""Seconds that compiling takes at least, and loading from the cache never does."""

BACKGROUND = 10
"""How much Unix is to prefer other processes to one in the background, from 0 to 19."""

WORTH_A_PROCESS = 6
"""Fewest ops left to compile for which a second process, once it runs, is a help."""

_BEGUN: set[str] = set()
_BEGUN_LOCK = threading.Lock()


def compile_op(name: str, precision: str) -> None:
    """Compile an op, or `LOOP`, or load it from the cache."""
    if name == LOOP:
        run_steps.compile(SIGNATURE)
    else:
        catalogue.OPS[name].address(precision)


def compile_ops(names: Sequence[str], precision: str, progress: Progress | None = None) -> None:
    """Compile ops and the training loop, or load them from the cache.

    Parameters
    ----------
    names : sequence of str
        Names of ops.
    precision : str
        ``float32`` or ``float64``.
    progress : callable, optional
        Called with what is being compiled and the share that is done.
    """
    report = progress or (lambda text, share: None)
    with collecting_seldom():
        is_best = _compile_both([LOOP, *names], precision, report)
    if names:
        give_back()
    report("ready", 1.0)
    _begin_once("old kernels", prune)
    if not is_best:
        _begin_once(f"matrix product in {precision}", lambda: compile_native(precision))


def _compile_both(waiting: Sequence[str], precision: str, report: Progress) -> bool:
    """Compile the product and ops, from the end of the list in another process.

    Returns
    -------
    bool
        What `native.load` says of the product.
    """
    partner = None
    try:
        report("matrix product", 0.0)
        begin = time.perf_counter()
        tile.install(precision)
        is_best = native.load(precision)
        for place, name in enumerate(waiting):
            left = waiting[place + 1:]
            if partner is None and (os.cpu_count() or 1) > 1 and len(left) >= WORTH_A_PROCESS and (
                    time.perf_counter() - begin > SLOW_S):
                partner = Partner(left[::-1], precision)
            done = set(waiting[:place]) | (partner.done if partner else set())
            report(name.replace("_", " "), (len(done) + 1) / (len(waiting) + 1))
            begin = time.perf_counter()
            compile_op(name, precision)
    finally:
        if partner is not None:
            partner.close()
    return is_best


def _begin_once(name: str, work: Callable[[], object]) -> None:
    """Let a thread do in the background what the program needs once, and not for training."""
    with _BEGUN_LOCK:
        if name in _BEGUN:
            return
        _BEGUN.add(name)
    threading.Thread(target=work, name=name, daemon=True).start()


def compile_native(precision: str) -> bool:
    """Let a second process compile the product for this very processor, then use it.

    Returns
    -------
    bool
        Whether it is in use; if not, training goes on with the other, and the log says so.
    """
    partner = Partner((), precision, {VARIABLE: "native"}, in_background=True)
    partner.wait()
    is_loaded = native.load(precision)
    if not is_loaded:
        log.info("the matrix product for this processor could not be compiled")
    return is_loaded


class Partner:
    """A process that compiles ops into the cache.

    Parameters
    ----------
    names : sequence of str
        Names of ops, in the order of compiling; the product that they need comes before them.
    precision : str
        ``float32`` or ``float64``.
    variables : mapping, optional
        Changes to the environment.
    in_background : bool
        Whether everything else on the computer goes first.

    Attributes
    ----------
    done : set of str
        Names of what it has compiled so far.
    """

    def __init__(self, names: Sequence[str], precision: str,
                 variables: Mapping[str, str] | None = None, *, in_background: bool = False
                 ) -> None:
        self.done: set[str] = set()
        self._process: subprocess.Popen[str] | None = None
        flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
        if in_background:
            flags |= getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)
        # A machine that allows no second process compiles with one.
        with suppress(OSError):
            self._process = subprocess.Popen(
                [*command(), precision, *names],
                env={**environment(), **(variables or {})}, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                creationflags=flags)
            self._reader = threading.Thread(target=self._read, name="compiling", daemon=True)
            self._reader.start()
            # Before a folder for this program alone goes, or the process would make it anew.
            atexit.register(self.close)
            if in_background and sys.platform != "win32":
                os.setpriority(os.PRIO_PROCESS, self._process.pid, BACKGROUND)

    def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.done.add(line.rstrip("\n"))

    def wait(self) -> None:
        """Return when the process has ended by itself."""
        if self._process is not None:
            self._process.wait()
            self.close()

    def close(self) -> None:
        """End the process; what it has finished stays in the cache."""
        if self._process is None:
            return
        atexit.unregister(self.close)
        self._process.kill()
        self._process.wait()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


def command() -> list[str]:
    """Return the command that runs `serve` in a new process."""
    if getattr(sys, "frozen", False):
        return [sys.executable, COMMAND]
    return [sys.executable, "-m", "engine.compiling"]


def environment() -> dict[str, str]:
    """Return the environment in which a new process finds this engine and this cache."""
    root = str(Path(__file__).parents[1])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths),
            "BACKPROP_LAB_CACHE": str(cache_folder().parent)}


def serve(arguments: Sequence[str]) -> int:
    """Compile the product and the ops behind a precision; write the name of each op as a line."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    precision, *names = arguments
    with collecting_seldom():
        tile.install(precision)
        for name in names:
            compile_op(name, precision)
            sys.stdout.write(name + "\n")
            sys.stdout.flush()
    return 0


def _end_with_parent() -> None:
    """End the process when nobody holds the other end of its input any more."""
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    sys.exit(serve(sys.argv[1:]))
