"""Large bundles: what they hold is in memory once, while they are read, written and checked."""

from __future__ import annotations

import dataclasses
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from engine.bundles import (
    LARGEST_ENCLOSED,
    Beside,
    look_at,
    read_bundle,
    read_saved,
    write_bundle,
)
from engine.bundles import enclosed as enclosed_data
from engine.bundles.enclosed import keep_copy, packed
from engine.data import copies
from engine.spec import DataSpec, default_project
from engine.telemetry.checkpoint import Checkpoint, Place
from engine.telemetry.earlier_run import EarlierRun
from tests.engine.telemetry.test_checkpoint import made

ARRAYS = 100_000_000
"""Bytes of each bundle that is made here."""

SHARE, CONSTANT = 0.2, 6 * 2**20
"""What may be taken beside them: a share of them, and bytes."""


@contextmanager
def taking(most: float) -> Iterator[None]:
    """Fail where so many bytes more are in use at one time than before."""
    tracemalloc.start()
    try:
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        yield
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert peak <= most + CONSTANT, f"{peak / 1e6:.0f} MB, where {most / 1e6:.0f} are enough"


def weights(n_bytes: int, dtype: str = "float32") -> dict[str, np.ndarray]:
    """Return weights of one layer that are nearly all of it, as those of a wide network are."""
    count = n_bytes // np.dtype(dtype).itemsize
    rng = np.random.default_rng(1)
    return {"dense-1/w": rng.random((count // 1000, 1000), dtype),
            "dense-1/b": rng.random(7, dtype)}


def state(n_bytes: int) -> Checkpoint:
    """Return where a run was that has parameters, gradients and two memories."""
    before = made()
    width = n_bytes // (len(before.regions) * before.regions.itemsize)
    regions = np.full((len(before.regions), width), 0.5, before.regions.dtype)
    places = {"dense-1/w": Place(0, (1, width - 7), True),
              "dense-1/b": Place(width - 7, (7,), True)}
    return dataclasses.replace(before, regions=regions, places=places, best=None, averaged=0,
                               carried={})


def earlier(n_bytes: int) -> EarlierRun:
    return EarlierRun(
        name="Before", project=default_project(), task="classification", step=40, epoch=4,
        figures={}, weights=weights(n_bytes), steps=np.array([1.0, 2.0]),
        epochs=np.array([0.0, 1.0]), curves={})


CASES: dict[str, Callable[[], tuple[dict[str, np.ndarray], dict[str, Any]]]] = {
    "weights": lambda: (weights(ARRAYS), {}),
    "float64": lambda: (weights(ARRAYS, "float64"), {}),
    "a run": lambda: ({}, {"checkpoint": state(ARRAYS)}),
    "a pair": lambda: ({}, {"checkpoint": state(ARRAYS // 2), "beside": Beside(
        default_project(), state(ARRAYS // 2))}),
    "earlier runs": lambda: ({}, {"earlier": [earlier(ARRAYS // 4)] * 4}),
}


@pytest.mark.parametrize("name", CASES)
def test_numbers_are_in_memory_once(name: str, tmp_path: Path) -> None:
    path = tmp_path / "large.bplab"
    learned, held = CASES[name]()
    # What is loaded where there are runs is no part of them.
    write_bundle(default_project(), {}, tmp_path / "small.bplab", checkpoint=state(400_000),
                 earlier=[earlier(4000)])
    read_saved(tmp_path / "small.bplab")
    with taking(SHARE * ARRAYS):
        write_bundle(default_project(), learned, path, **held)
    assert path.stat().st_size >= ARRAYS
    del learned, held
    with taking((1 + SHARE) * ARRAYS):
        saved = read_saved(path)
    assert saved.unread == ()
    del saved
    # Whoever checks a file keeps nothing of it.
    with taking(0):
        look_at(path)
    if name in ("weights", "float64"):
        with taking((1 + SHARE) * ARRAYS):
            read_bundle(path)


def test_data_that_travel_are_never_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch
                                              ) -> None:
    for module in (copies, enclosed_data):
        monkeypatch.setattr(module, "copies_folder", lambda: tmp_path / "cache")
    table, path = tmp_path / "large.csv", tmp_path / "large.bplab"
    table.write_bytes(b"1,2,3\n" * (LARGEST_ENCLOSED // 20))
    with taking(0):
        key = keep_copy(packed([table]))
    project = replace(default_project(), data=DataSpec("table", path=str(table), embedded=key))
    with taking(0):
        write_bundle(project, {}, path)
    (tmp_path / "cache").rename(tmp_path / "old")
    with taking(0):
        assert read_saved(path).unread == ()
    assert (tmp_path / "cache" / key / "0" / "large.csv").read_bytes() == table.read_bytes()
    # From one project's file into another one's.
    (tmp_path / "cache").rename(tmp_path / "older")
    with taking(0):
        write_bundle(project, {}, tmp_path / "other.bplab", opened=path)
    assert (tmp_path / "other.bplab").read_bytes() == path.read_bytes()
