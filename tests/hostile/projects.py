"""Projects that are broken, odd or meant to do harm: the same number always makes the same one."""

from __future__ import annotations

import io
import json
import os
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Content = dict[str, Any]
Rng = random.Random

ROWS = "a,b,c\n" + "".join(f"{i},{i * i % 5},{'xy'[i % 2]}\n" for i in range(30))
"""A table that can be learned from."""

STRANGE: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 7, 255, 4096, 4097, 10**6, 10**9, 10**12, 2**31, 2**32, 2**63,
    2**64, -2**63, 10**30, 0.5, -0.5, 1e-8, 1e-40, 1e-60, 1e-320, 3e38, 1e39, 1e200, 1e308, "", " ",
    "eight", "a\0b", "\x1b[31mred\x1b[0m", "\n", "a\nb\r\nc", "\u202egnp.exe", "<b>bold</b>",
    "x" * 300, "y" * 5000, "z" * 70_000, "\U0001f600" * 40, "/", "\\", "..", "a/b", "~nosuchuser/x",
    "/dev/zero", "/dev/full", "/", "/proc/self/mem", "C:\\CON", "input", "output", "nan", "inf",
    "dense", "relu", "attention", [], [1], [[]], {}, {"a": 1}, {"": ""}, [None], "0", "-1", "1e5")
"""What stands in the place of a value."""

KINDS = ("dense", "activation", "dropout", "batch_norm", "layer_norm", "conv2d", "conv1d",
         "max_pooling", "flatten", "reshape", "embedding", "lstm", "gru", "rnn", "add",
         "concatenate", "prelu", "softmax", "gaussian_noise", "input", "attention", "")


def layer(name: str, kind: str = "dense", *inputs: str, **options: Any) -> Content:
    """Return a layer as a file has it."""
    return {"id": name, "kind": kind, "options": options, "inputs": list(inputs)}


def points(**training: Any) -> Content:
    """Return a project on points in the plane."""
    return {"version": 1, "name": "Points", "data": {"source": "circle"},
            "network": {"layers": [layer("input", "input"), layer("hidden", units=6),
                                   layer("output", units=2, activation="linear")]},
            "training": {"learning_rate": 0.03, "batch_size": 10, **training}}


def _table(**_: Any) -> Content:
    found = points(optimizer={"kind": "adam"})
    found["data"] = {"source": "table", "path": "table.csv"}
    return found


def _wine() -> Content:
    found = points(optimizer={"kind": "rmsprop"}, loss="mean_squared_error", l2=0.001)
    found["data"] = {"source": "wine", "goal": "reconstruct"}
    found["network"]["layers"] = [
        layer("input", "input"), layer("code", units=4),
        layer("skip", "concatenate", "code", "input"),
        layer("output", units=13, activation="linear")]
    return found


def _images() -> Content:
    found = points(optimizer={"kind": "momentum"}, schedule={"kind": "cosine"})
    found["data"] = {"source": "digits"}
    found["network"]["layers"] = [
        layer("input", "input"), layer("image", "reshape", height=8, width=8),
        layer("conv", "conv2d", filters=4, kernel=3, activation="relu"),
        layer("norm", "batch_norm"), layer("pool", "max_pooling"), layer("flat", "flatten"),
        layer("output", units=10, activation="linear")]
    return found


def _text() -> Content:
    found = points(loss="sequence_cross_entropy", optimizer={"kind": "adamw"})
    found["data"] = {"source": "text", "path": "text.txt", "window": 8}
    found["network"]["layers"] = [
        layer("input", "input"), layer("embed", "embedding", vocabulary=12, units=4),
        layer("gru", "gru", units=4, output="sequence"),
        layer("output", units=9, activation="linear")]
    return found


def _sine() -> Content:
    found = points(loss="huber", clip_norm=1.0, optimizer={"kind": "nadam"})
    found["data"] = {"source": "sine", "window": 8}
    found["network"]["layers"] = [
        layer("input", "input"), layer("hidden", units=4, activation="tanh"),
        layer("drop", "dropout"), layer("output", units=1, activation="linear")]
    return found


BASES: tuple[Callable[[], Content], ...] = (points, _table, _wine, _images, _text, _sine)
"""Projects that can be trained, before something happens to them."""


# What happens to the values of a project.


def places(value: Any, before: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the ways to everything in a project."""
    found = [before] if before else []
    if isinstance(value, dict):
        for key, inside in value.items():
            found += places(inside, (*before, key))
    elif isinstance(value, list):
        for place, inside in enumerate(value):
            found += places(inside, (*before, place))
    return found


def _at(content: Content, way: tuple[Any, ...]) -> Any:
    inside: Any = content
    for key in way:
        inside = inside[key]
    return inside


def replaced(rng: Rng, content: Content) -> None:
    """Put something strange in the place of a value."""
    *way, last = rng.choice(places(content))
    _at(content, tuple(way))[last] = rng.choice(STRANGE)


def removed(rng: Rng, content: Content) -> None:
    """Take something away."""
    *way, last = rng.choice(places(content))
    del _at(content, tuple(way))[last]


def added(rng: Rng, content: Content) -> None:
    """Put something strange into an object."""
    ways = [(), *(way for way in places(content) if isinstance(_at(content, way), dict))]
    key = rng.choice([value for value in STRANGE if isinstance(value, str)])
    _at(content, rng.choice(ways))[key] = rng.choice(STRANGE)


def trained(rng: Rng, content: Content) -> None:
    """Ask for a training beyond all measure."""
    numbers = (0.0, 1e-320, 1e-45, 1e-8, 0.5, 1.0, 1e3, 1e8, 1e38, 1e39, 1e300)
    training = content.setdefault("training", {})
    for key in rng.sample(("learning_rate", "l1", "l2", "clip_norm", "clip_value", "max_norm",
                           "huber_delta", "batch_size", "label_smoothing"), rng.randint(1, 3)):
        value = rng.choice(numbers)
        training[key] = int(min(value, 1e12)) if key == "batch_size" else value
    if rng.random() < 0.5:
        training["optimizer"] = {
            "kind": rng.choice(("sgd", "adam", "adamw", "rmsprop", "adadelta", "nope")),
            rng.choice(("epsilon", "momentum", "beta1", "weight_decay")): rng.choice(numbers)}
    if rng.random() < 0.3:
        training["precision"] = rng.choice(("float64", "float32", "float16"))


def rewired(rng: Rng, content: Content) -> None:
    """Let layers read what they cannot, or many of them the same."""
    layers = content["network"]["layers"]
    names = [str(one.get("id")) for one in layers] + ["nobody", "", "a\0b"]
    for one in rng.sample(layers, min(len(layers), 2)):
        one["inputs"] = [rng.choice(names) for _ in range(rng.choice((1, 1, 2, 65, 10_000)))]


def stacked(rng: Rng, content: Content) -> None:
    """Have many layers."""
    layers = content["network"]["layers"]
    count = rng.choice((50, 300, 999, 1000, 3000, 20_000))
    named = rng.random() < 0.5
    middle = [layer(f"h{place}", "dense", *([f"h{place - 1}"] if named and place else []), units=1)
              for place in range(count)]
    content["network"]["layers"] = [layers[0], *middle, *layers[1:]]


def fed(rng: Rng, content: Content) -> None:
    """Have kinds where they make no sense, with options that others have."""
    layers = content["network"]["layers"]
    for _ in range(rng.randint(1, 4)):
        one = layer(f"n{rng.randrange(10**6)}", rng.choice(KINDS), **{
            rng.choice(("units", "filters", "kernel", "rate", "height", "vocabulary", "size",
                        "output", "activation", "weights")): rng.choice(STRANGE)})
        layers.insert(rng.randint(0, len(layers)), one)


def named(rng: Rng, content: Content) -> None:
    """Call things by names that are none."""
    names = [value for value in STRANGE if isinstance(value, str)]
    content["name"] = rng.choice(names)
    layers = content["network"]["layers"]
    name = rng.choice(names)
    for one in rng.sample(layers, min(len(layers), rng.randint(1, 3))):
        one["id"] = name


def located(rng: Rng, content: Content) -> None:
    """Name files that are none."""
    found = ("gone.csv", "", "folder", "pipe", "zeros.bplab", "a\0b", "x" * 5000,
             "~nosuchuser/x.csv", "/dev/zero", "/dev/full", "/proc/self/mem", "project.json",
             "../" * 400 + "etc/passwd", "link", "loop", "table.csv", "text.txt",
             "\x1b]0;title\x07", "empty.csv", "bytes.bin")
    data = content.setdefault("data", {})
    data["source"] = rng.choice(("table", "text", "images", "sounds", "texts", "series", "drawings",
                                 "table", data.get("source", "")))
    data["path"] = rng.choice(found)
    if rng.random() < 0.3:
        data["more_paths"] = [rng.choice(found) for _ in range(rng.choice((1, 3, 50)))]
    if rng.random() < 0.3:
        data["table"] = {rng.choice(("encoding", "separator", "target", "sheet", "cells", "decimal",
                                     "test_path", "quote")): rng.choice(
            [value for value in STRANGE if isinstance(value, str)])}
    if rng.random() < 0.3:
        content["start_from"] = rng.choice(found)


def started(rng: Rng, content: Content) -> None:
    """Start from weights that are none."""
    content["start_from"] = rng.choice((
        "zeros.bplab", "pipe", "/dev/zero", "folder", "a\0b.bplab", "~nosuchuser/x.bplab",
        "x" * 5000, "project.json", "other.bplab", "link", "loop", "empty.csv", "bytes.bin"))


CHANGES: tuple[Callable[[Rng, Content], None], ...] = (
    replaced, replaced, replaced, removed, added, trained, trained, trained, rewired, stacked, fed,
    named, located, started)


# What happens to the bytes of a file.


def cut(rng: Rng, content: bytes) -> bytes:
    """Leave out the end."""
    return content[:rng.randrange(len(content) + 1)]


def flipped(rng: Rng, content: bytes) -> bytes:
    """Change some bytes."""
    found = bytearray(content)
    for _ in range(rng.choice((1, 1, 3, 20))):
        if found:
            found[rng.randrange(len(found))] = rng.randrange(256)
    return bytes(found)


def put_in(rng: Rng, content: bytes) -> bytes:
    """Put something in between."""
    place = rng.randrange(len(content) + 1)
    strange = rng.choice((b"\0", b"\xff", b"\xef\xbb\xbf", b"\r", b"//", b"[" * 2000, b'"' * 3,
                          bytes(5000), b"1" * 5000, b"{" * 500, b"\xed\xa0\x80", b"\x1b[2J"))
    return content[:place] + strange + content[place:]


def doubled(rng: Rng, content: bytes) -> bytes:
    """Have it twice, or again from somewhere on."""
    return content + content[rng.randrange(len(content) + 1):]


SPOILINGS: tuple[Callable[[Rng, bytes], bytes], ...] = (cut, flipped, put_in, doubled)


def bundle(rng: Rng, content: bytes) -> bytes:
    """Return a project with weights that are not its own, or are none."""
    arrays = io.BytesIO()
    shape = rng.choice(((2, 6), (6, 2), (0,), (1, 1), (10_000,), ()))
    names = ("hidden/w", "hidden/b", "output/w", "output/b", "x", "", "a/../b",
             "hidden/" + "w" * 300)
    with np.errstate(all="ignore"):
        chosen = {name: np.full(shape, rng.choice((0.5, np.nan, 1e300))).astype(rng.choice(
            ("<f4", "<f8", "<i4"))) for name in rng.sample(names, rng.randint(0, 4))}
    np.savez(arrays, **chosen)
    found = io.BytesIO()
    method = rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
    with zipfile.ZipFile(found, "w", method) as archive:
        for name, held in (("project.json", content), ("weights.npz", arrays.getvalue()),
                           ("state.npz", b"PK\3\4"), ("beside.zip", b""), ("../up", b"x")):
            if rng.random() < (0.97 if name in ("project.json", "weights.npz") else 0.1):
                archive.writestr(zipfile.ZipInfo(name), held, method)
    made = found.getvalue()
    return rng.choice(SPOILINGS)(rng, made) if rng.random() < 0.4 else made


def surroundings(folder: Path) -> None:
    """Write what projects name: good files, a folder, a pipe, links, and files of nothing."""
    (folder / "table.csv").write_text(ROWS)
    (folder / "text.txt").write_text("the cat sat on the mat. " * 40)
    (folder / "empty.csv").write_bytes(b"")
    (folder / "bytes.bin").write_bytes(bytes(range(256)) * 64)
    (folder / "folder").mkdir()
    with (folder / "zeros.bplab").open("wb") as file:
        file.truncate(2**29)
    (folder / "other.bplab").write_bytes(bundle(Rng(0), json.dumps(points()).encode()))
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe")
        os.symlink("gone", folder / "link")
        os.symlink("loop", folder / "loop")


def written(seed: int, folder: Path) -> Path:
    """Write a project into a folder with its `surroundings`, and return its file.

    Parameters
    ----------
    seed : int
        Which one.
    folder : Path
        Where to.
    """
    rng = Rng(seed)
    content = rng.choice(BASES)()
    for _ in range(rng.choice((0, 1, 1, 1, 1, 2))):
        try:
            rng.choice(CHANGES)(rng, content)
        except (AttributeError, KeyError, TypeError, IndexError, ValueError):
            # Nothing is left of what it would change.
            continue
    text = json.dumps(content).encode("utf-8", "surrogatepass")
    if rng.random() < 0.1:
        text = rng.choice(SPOILINGS)(rng, text)
    is_bundle = rng.random() < 0.1
    path = folder / f"project.{'bplab' if is_bundle else 'json'}"
    path.write_bytes(bundle(rng, text) if is_bundle else text)
    return path
