"""Kinds of files that the program once took wrongly, each with what is right."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.bundles import write_bundle
from engine.spec import project_from_json
from tests.hostile.projects import ROWS, layer, points


@dataclass(frozen=True)
class Case:
    """A project, and what is to be said of it.

    Attributes
    ----------
    content : dict
        The project as its file has it.
    says : str
        What `check` and `train` say, and the window.
    opens : bool
        Whether the window shows it, to be mended there; it tells why not otherwise.
    """

    content: dict[str, Any]
    says: str
    opens: bool = True


def changed(**changes: Any) -> dict[str, Any]:
    """Return a project in which something is another."""
    return {**points(), **changes}


def built(*middle: dict[str, Any], last: int | str = 2) -> dict[str, Any]:
    """Return a project of these layers between its input and its output."""
    return changed(network={"layers": [layer("input", "input"), *middle, layer(
        "output", units=last, activation="linear")]})


def data(**changes: Any) -> dict[str, Any]:
    """Return a project on other data."""
    return changed(data={"source": "table", **changes})


_LONG = "x" * 5000
CASES = {
    "text gone": Case(data(source="text", path="gone.txt", window=16), "gone.txt"),
    "kind unknown": Case(built(layer("h", "attention")), "a layer of kind 'attention'"),
    "units a word": Case(built(layer("h", units="eight")), "'eight' is not a number"),
    "units huge": Case(built(layer("h", units=10**12)), "1000000000000 is above 4096"),
    "units of the output huge": Case(built(last=30_000_000), "30000000 is above 4096"),
    "units beyond float64": Case(built(layer("h", units=10**400)), "is above 4096"),
    "path with a null": Case(data(path="a\0b.csv"), r"a\x00b.csv"),
    "path too long": Case(data(path=_LONG), "xxx…xxx"),
    "path of nobody": Case(data(path="~nosuchuser/x.csv"), "x.csv"),
    "path is a device": Case(data(path="/dev/zero"), "a device, not a file"),
    "path is a pipe": Case(data(path="pipe"), "a device, not a file"),
    "images in a pipe": Case(data(source="images", path="pipe"), "a device, not a file"),
    "encoding with a null": Case(data(path="table.csv", table={"encoding": "utf\0-8"}),
                                 "there is no text encoding called"),
    "weights with a null": Case(changed(start_from="a\0b.bplab"), r"a\x00b.bplab: cannot be read"),
    "weights too long": Case(changed(start_from=_LONG + ".bplab"), "cannot be read"),
    "weights of nobody": Case(changed(start_from="~nosuchuser/x.bplab"), "x.bplab: cannot be read"),
    "weights in a device": Case(changed(start_from="/dev/zero"), "a device or a pipe, not a file"),
    "weights in a pipe": Case(changed(start_from="pipe"), "a device or a pipe, not a file"),
    "weights of zeros": Case(changed(start_from="zeros.bplab"), "not a zip archive"),
    "weights in a folder": Case(changed(start_from="."), "cannot be read"),
    "ids with nulls": Case(built(layer("a\0b"), layer("a\0c")), "the id 'a\\x00b'"),
    "id too long": Case(built(layer("h" * 70_000)), "too long"),
    "ids that are empty": Case(built(layer(""), layer("")), "is empty"),
    "1,000 layers and more": Case(built(*(layer(f"h{n}", units=1) for n in range(3000))),
                                  "3,002 layers", opens=False),
    "10,000 inputs": Case(built(layer("c", "concatenate", *["input"] * 10_000)),
                          "10000 inputs; expected 2 to 64"),
    "memory": Case(changed(data={"source": "digits"}, network={"layers": [
        layer("input", "input"), layer("image", "reshape", height=8, width=8),
        layer("conv", "conv2d", filters=4096, kernel=1),
        *(layer(f"activation-{n}", "activation") for n in range(60)),
        layer("flat", "flatten"), layer("output", units=10, activation="linear")]}),
        "MiB of memory"),
    "L2 beyond float32": Case(points(l2=1e39), "l2: 1e+39 is more than float32 holds"),
    "a divisor of 0": Case(points(optimizer={"kind": "adam", "epsilon": 1e-60}),
                           "epsilon: 1e-60 is no more than 0 in float32"),
}
"""By their names."""


def around(folder: Path) -> None:
    """Write what they name."""
    (folder / "table.csv").write_text(ROWS)
    with (folder / "zeros.bplab").open("wb") as file:
        file.truncate(2**30)
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe")


def written(name: str, folder: Path) -> Path:
    """Write one of them into a folder, with what it names, and return its file."""
    around(folder)
    path = folder / "project.json"
    path.write_text(json.dumps(CASES[name].content))
    return path


def unfit(folder: Path) -> Path:
    """Write a project with weights of another shape."""
    project = project_from_json(json.dumps(points()))
    weights = {"hidden/w": np.zeros((3, 3)), "hidden/b": np.zeros(6), "output/w": np.zeros((6, 2)),
               "output/b": np.zeros(2)}
    path = folder / "project.bplab"
    write_bundle(project, weights, path)
    return path


Make = Callable[[Path], Path]
