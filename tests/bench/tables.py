"""What opening a person's table costs: ``python -m tests.bench checks tables``.

Each measurement is a process of its own, for its memory, and a timer ticks in its main thread as
the window does.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from itertools import chain, count, islice
from pathlib import Path

import numpy as np

from tests.bench.process import ROOT

SIZES = (10_000_000, 200_000_000)
"""Bytes of the tables."""

TICK_S = 0.01


def _numbers(rng: np.random.Generator, place: int) -> str:
    return ",".join(f"{x:.5f}" for x in rng.normal(size=8).tolist()) + f",{place % 3}\n"


def _german(rng: np.random.Generator, place: int) -> str:
    cells = ";".join(f"{x:.2f}" for x in (100 * rng.normal(size=8)).tolist())
    return f"{cells.replace('.', ',')};{place % 3}\n"


def _money(rng: np.random.Generator, place: int) -> str:
    cells = ",".join(f'"${x:,.2f}"' for x in rng.lognormal(8, 1, 5).tolist())
    return f"{cells},{'abc'[place % 3]}\n"


def _ids(rng: np.random.Generator, place: int) -> str:
    cells = ",".join(f"{x:.5f}" for x in rng.normal(size=8).tolist())
    return f"C{place * 7919 % 10**9:09d},{cells}\n"


def _dates(rng: np.random.Generator, place: int) -> str:
    cells = ",".join(f"{x:.5f}" for x in rng.normal(size=8).tolist())
    return f"{np.datetime64('2015-01-01T00:00') + place},{cells}\n"


KINDS: dict[str, tuple[str, Callable[[np.random.Generator, int], str]]] = {
    "numbers": ("a,b,c,d,e,f,g,h,kind\n", _numbers),
    "german": ("a;b;c;d;e;f;g;h;kind\n", _german),
    "money": ("a,b,c,d,e,kind\n", _money),
    "ids": ("customer,a,b,c,d,e,f,g,h\n", _ids),
    "dates": ("time,a,b,c,d,e,f,g,h\n", _dates),
}
WIDE = 10_000
"""Columns of the wide table, of as many equal names."""


def write(path: Path, kind: str, size: int) -> None:
    """Write a table of about so many bytes."""
    rng = np.random.default_rng(1)
    if kind == "wide":
        lines = (",".join(f"{x:.4f}" for x in rng.normal(size=WIDE).tolist()) + "\n"
                 for _ in count())
        head = ",".join(["x"] * WIDE) + "\n"
    else:
        head, row = KINDS[kind]
        lines = (row(rng, place) for place in count())
    with path.open("w", encoding="utf-8") as file:
        for line in _until(chain([head], lines), size):
            file.write(line)


def _until(lines: Iterator[str], size: int) -> Iterator[str]:
    while size > 0:
        for line in islice(lines, 100):
            size -= len(line)
            yield line


def measured(kind: str, size: int) -> dict[str, float]:
    """Return the seconds of preview and load, in all and of a processor, memory, and the pause.

    ``memory`` is in times the file's size; ``pause`` the longest time that the main thread, which
    wants to run every hundredth of a second, was kept waiting.
    """
    with tempfile.TemporaryDirectory(prefix="backprop-lab-table-") as folder:
        path = Path(folder) / f"{kind}.csv"
        write(path, kind, size)
        done = subprocess.run([sys.executable, "-m", "tests.bench.tables", str(path)], check=True,
                              text=True, stdout=subprocess.PIPE, cwd=ROOT,
                              env={**os.environ, "PYTHONPATH": str(ROOT)})
    found: dict[str, float] = json.loads(done.stdout)
    return found


def medians(kind: str, size: int, rounds: int) -> dict[str, float]:
    """Return the median of each of some measurements."""
    found = [measured(kind, size) for _ in range(rounds)]
    return {name: statistics.median(one[name] for one in found) for name in found[0]}


def _open(path: Path) -> dict[str, float]:
    """Open a table in a thread, as the dialog does, while this one ticks."""
    from engine.data import load, preview
    from engine.spec import DataSpec, TableSpec

    (warm := path.with_name("warm.csv")).write_text("a,k\n" + "1.5,x\n2.5,y\n" * 20, "utf-8")
    load(DataSpec(source="table", path=str(warm), table=TableSpec(target=preview(warm).target)))
    before, found, pause = _memory(), dict[str, float](), 0.0

    def job() -> None:
        begin, used = time.perf_counter(), time.process_time()
        target = preview(path).target
        found.update(preview=time.perf_counter() - begin,
                     preview_cpu=time.process_time() - used)
        begin, used = time.perf_counter(), time.process_time()
        load(DataSpec(source="table", path=str(path), table=TableSpec(target=target)))
        found.update(load=time.perf_counter() - begin, load_cpu=time.process_time() - used)

    thread = threading.Thread(target=job)
    thread.start()
    while thread.is_alive():
        begin = time.perf_counter()
        time.sleep(TICK_S)
        pause = max(pause, time.perf_counter() - begin - TICK_S)
    return found | {"memory": (_memory() - before) / path.stat().st_size, "pause": pause}


def _memory() -> float:
    """Return the most memory that this process has had, in bytes."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_open(Path(sys.argv[1]))))
