"""Files beside projects and tables, broken or lying: the same number always makes the same one.

Weights of other programs, sweeps, results of experiments and drawings.
"""

from __future__ import annotations

import io
import json
import os
import random
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from engine.export.onnx.file import node
from tests.engine.foreign.made_files import onnx_bytes
from tests.hostile.projects import SPOILINGS, STRANGE, places, points

Rng = random.Random

SHAPES = ((2, 6), (6, 2), (6,), (0,), (), (1, 1, 1, 1), (1, 1, 1, 1, 1, 1, 1, 1, 1))
SIZES = (0, 1, -1, 2**31, 2**63 - 1, 2**64 - 1, 10**30)
"""What a file may claim that is not so."""


def _claim(rng: Rng, told: Any, values: tuple[Any, ...] = STRANGE) -> Any:
    """Change something of what a file says of itself, most of the time."""
    if rng.random() < 0.7 and (ways := places(told)):
        *way, last = rng.choice(ways)
        inside = told
        for key in way:
            inside = inside[key]
        inside[last] = rng.choice((*values, *SIZES))
    return told


def safetensors(rng: Rng) -> bytes:
    """Return a file of arrays whose header need not be true."""
    told: dict[str, Any] = {}
    content = b""
    for name in rng.sample(("hidden.weight", "hidden.bias", "output.weight", "x", "", "a" * 600),
                           rng.randint(0, 4)):
        numbers = np.ones(rng.choice(SHAPES), rng.choice(("<f4", "<f8", "<f2")))
        kind = {2: "F16", 4: "F32", 8: "F64"}[numbers.itemsize]
        told[name] = {"dtype": kind, "shape": list(numbers.shape),
                      "data_offsets": [len(content), len(content) + numbers.nbytes]}
        content += numbers.tobytes()
    header = json.dumps(_claim(rng, told)).encode("utf-8", "surrogatepass")
    size = len(header) if rng.random() < 0.9 else abs(rng.choice(SIZES)) % 2**64
    return struct.pack("<Q", size) + header + content


def npz(rng: Rng) -> bytes:
    """Return an archive of arrays, some compressed to nothing, some of other sizes than they say.
    """
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w") as archive:
        for name in rng.sample(("hidden/w", "hidden/b", "output/w", "x", "../up", "initial/a/w"),
                               rng.randint(0, 4)):
            array = io.BytesIO()
            np.save(array, np.ones(rng.choice(SHAPES), rng.choice(("<f4", "<f8", "<i4", "<c8"))))
            held = array.getvalue()
            if rng.random() < 0.3:
                held = held.replace(b"'shape': (", b"'shape': (%d, " % rng.choice(SIZES), 1)
            if rng.random() < 0.1:
                held += bytes(20_000_000)
            archive.writestr(f"{name}.npy", held, rng.choice((zipfile.ZIP_STORED,
                                                               zipfile.ZIP_DEFLATED)))
    return found.getvalue()


def onnx(rng: Rng) -> bytes:
    """Return a model."""
    arrays = {name: np.ones(rng.choice(SHAPES), np.float32) for name in ("w", "b")}
    nodes = [node(rng.choice(("Gemm", "Conv", "MatMul", "LSTM", "Relu")), "one", ["x", "w", "b"],
                  ["y"], {}) for _ in range(rng.randint(0, 3))]
    return onnx_bytes(nodes, arrays)


def sweep(rng: Rng) -> bytes:
    """Return a file of a sweep."""
    told = {"name": "Rates", "project": points(), "seeds": rng.choice((1, 3, 10**9)),
            "steps": rng.choice((1, 10**12)), "axes": [
                {"knob": "learning_rate", "values": [0.1, 0.2]},
                {"knob": rng.choice(("depth", "units", "nobody", "network.layers.1.options.units")),
                 "values": rng.choice(([1, 2], [], list(range(3000)), ["x"], [None]))}]}
    for _ in range(rng.randint(0, 2)):
        told = _claim(rng, told)
    return json.dumps(told).encode("utf-8", "surrogatepass")


def results(rng: Rng) -> bytes:
    """Return a file of results."""
    lines = []
    for _ in range(rng.randint(0, 5)):
        told = _claim(rng, {"key": "a" * 64, "figures": {"loss": 0.5}, "step": 3, "seconds": 0.1})
        lines.append(json.dumps([rng.choice(("0" * 8, "", 7)), told]))
    return "\n".join(lines).encode("utf-8", "surrogatepass")


def drawings(rng: Rng) -> bytes:
    """Return a file of drawings."""
    lines = []
    for _ in range(rng.randint(0, 12)):
        strokes = [[[0, 5, 9], [1, 2, 3]]] * rng.choice((1, 300))
        line = {"word": rng.choice("ab"), "drawing": strokes}
        lines.append(json.dumps(_claim(rng, line) if rng.random() < 0.4 else line))
    return "\n".join(lines).encode("utf-8", "surrogatepass")


KINDS: tuple[tuple[str, Callable[[Rng], bytes]], ...] = (
    ("weights.safetensors", safetensors), ("weights.npz", npz), ("weights.onnx", onnx),
    ("rates.sweep.json", sweep), ("project.results", results), ("drawn.ndjson", drawings))
"""What a file is called, and what is in it."""


def written(seed: int, folder: Path) -> Path:
    """Write a file into a folder, and return it."""
    rng = Rng(seed)
    name, made = rng.choice(KINDS)
    path = folder / name
    path.unlink(missing_ok=True)
    if rng.random() < 0.03 and hasattr(os, "mkfifo"):
        os.mkfifo(path)
        return path
    content = made(rng)
    if rng.random() < 0.5:
        content = rng.choice(SPOILINGS)(rng, content)
    path.write_bytes(content)
    return path
