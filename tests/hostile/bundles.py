"""Bundles with all that there can be in one, and something in them that is not so.

A project with its run, another run beside it as B, and earlier ones; what is spoilt lies as deep in
it as may be. The same number always makes the same file.
"""

from __future__ import annotations

import io
import json
import random
from pathlib import Path
from typing import Any

import numpy as np

from engine.bundles import read_saved, write_bundle
from engine.bundles.files import Beside
from engine.telemetry.earlier_run import EarlierRun
from tests.engine.bundles import whole
from tests.hostile.others import SIZES
from tests.hostile.projects import SPOILINGS, STRANGE, places

Rng = random.Random

SHAPES = ((), (0,), (1,), (3,), (2, 6), (6, 2), (7, 7), (1,) * 9)
KINDS = ("<f4", "<f8", "<i4", "<i8", "|b1", "<c8", ">f4", "<U3")
VALUES = (0.0, -1.0, 1e300, np.nan, np.inf, 2.0**62)


def whole_bundle(trained: Path) -> bytes:
    """Return a bundle with a run, B and two earlier runs, from a project saved with its run."""
    saved = read_saved(trained)
    assert saved.checkpoint is not None
    assert saved.weights is not None
    steps = np.array([1.0, 2.0, 5.0])
    earlier = [EarlierRun(
        name=name, project=saved.project, task="classification", step=5, epoch=1,
        figures={"loss": 0.25}, weights=saved.weights, steps=steps, epochs=steps / 5,
        curves={"loss": steps, "hidden/gradient_rms": -steps}) for name in ("Xavier", "He")]
    path = trained.with_name("whole.bplab")
    write_bundle(saved.project, {}, path, checkpoint=saved.checkpoint,
                 beside=Beside(saved.project, saved.checkpoint), earlier=earlier)
    return path.read_bytes()


def _array(rng: Rng, content: bytes) -> bytes:
    """Return an array of another shape, kind or value, or one that lies of its size."""
    if rng.random() < 0.3:
        return content.replace(b"'shape': (", b"'shape': (%d, " % rng.choice(SIZES), 1)
    before = np.load(io.BytesIO(content))
    shape, kind = ((before.shape, before.dtype) if rng.random() < 0.5 else
                   (rng.choice(SHAPES), np.dtype(rng.choice(KINDS))))
    with np.errstate(all="ignore"):
        made = np.full(shape, rng.choice(VALUES)).astype(kind)
    found = io.BytesIO()
    np.save(found, made)
    return found.getvalue()


def _text(rng: Rng, content: bytes) -> bytes:
    """Return a JSON text in which something is another."""
    told: Any = json.loads(content)
    if ways := places(told):
        *way, last = rng.choice(ways)
        inside = told
        for key in way:
            inside = inside[key]
        inside[last] = rng.choice((*STRANGE, *SIZES))
    return json.dumps(told).encode("utf-8", "surrogatepass")


def spoilt(rng: Rng, content: bytes) -> bytes:
    """Return a member of a bundle, or a bundle, with something in it that is not so."""
    if rng.random() < 0.1:
        return rng.choice(SPOILINGS)(rng, content)
    if content.startswith(b"PK"):
        files = whole.members(content)
        name = rng.choice(list(files) or ["nothing"])
        way = rng.random()
        if way < 0.06:
            files.pop(name, None)
        elif way < 0.12:
            files[rng.choice(("more", "../up", "earlier-9.zip", "a\0b", "x" * 400))] = files.get(
                name, b"")
        elif way < 0.2:
            files[name] = rng.choice(list(files.values()) or [b""])
        elif files:
            files[name] = spoilt(rng, files[name])
        return whole.zipped(files)
    if content.startswith(b"\x93NUMPY"):
        return _array(rng, content)
    try:
        return _text(rng, content)
    except ValueError:
        return rng.choice(SPOILINGS)(rng, content)


def written(seed: int, content: bytes, folder: Path) -> Path:
    """Write a bundle with something spoilt in it into a folder, and return its file."""
    path = folder / "project.bplab"
    path.write_bytes(spoilt(Rng(seed), content))
    return path
