"""Sweeps as files and as words of a command line."""

from __future__ import annotations

import math
from pathlib import Path

import msgspec

from engine.errors import FormatError, SpecError
from engine.experiments.knobs import Knob, knob
from engine.experiments.paths import Value
from engine.experiments.sweep import FORMAT_VERSION, MOST_VALUES, Axis, Sweep
from engine.messages import say
from engine.spec.files import check_layers, check_version, text_of
from engine.spec.replacing import replace_file
from engine.spec.values import shown


def sweep_to_json(sweep: Sweep) -> str:
    """Return a sweep as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(sweep), indent=2).decode() + "\n"


def sweep_from_json(text: str | bytes, place: str = "Sweep") -> Sweep:
    """Read a sweep from JSON.

    Parameters
    ----------
    text : str or bytes
        The JSON.
    place : str
        Name for error messages, such as the file's.

    Raises
    ------
    FormatError
        If the text is not JSON, of a newer version, or does not describe a sweep.
    """
    try:
        check_version(text, place, FORMAT_VERSION)
        raw = msgspec.json.decode(text)
        if "axes" not in raw:
            raise FormatError("sweep.no-sweep", place=place)
        sweep = msgspec.convert(raw, Sweep)
    except msgspec.ValidationError as error:
        raise FormatError("sweep.field", place=place, reason=str(error)) from error
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise FormatError("project.not-json", place=place, reason=str(error)) from error
    check_layers(sweep.project, place)
    return sweep


def read_sweep(path: Path) -> Sweep:
    """Read a sweep file; raises FormatError as `sweep_from_json`, or if it cannot be read."""
    return sweep_from_json(text_of(path), path.name)


def write_sweep(sweep: Sweep, path: Path) -> None:
    """Write a sweep file so that a crash leaves either the old one or the new; may FormatError."""
    replace_file(path, sweep_to_json(sweep).encode())


def parse_axis(text: str) -> Axis:
    """Return an axis from its words.

    Parameters
    ----------
    text : str
        ``learning_rate=0.001,0.01,0.1``, ``activation=tanh,relu``, or a range with the number of
        values, ``depth=2:30:8``, spaced as the knob's scale has it; ``:linear`` or ``:log`` behind
        it spaces them otherwise.

    Raises
    ------
    SpecError
        If there is no such knob, or it cannot be at one of the values.
    """
    name, _, words = text.partition("=")
    turned = knob(name.strip())
    parts = [part.strip() for part in words.split(",") if part.strip()]
    values: list[Value] = []
    for part in parts:
        values += _range(turned, part) if ":" in part else [_value(part)]
    if not values:
        raise SpecError("sweep.axis", text=text)
    for value in values:
        turned.check(value)
    try:
        return Axis(turned.key, tuple(dict.fromkeys(values)))
    except ValueError as error:
        raise SpecError("sweep.axis-values", text=text, problem=str(error)) from error


def spaced(turned: Knob, first: float, last: float, count: int, scale: str = "") -> list[Value]:
    """Return values from first to last, both included, whose distance or ratio is the same.

    Parameters
    ----------
    turned : Knob
        Whole numbers are rounded, and each is there once.
    first, last : float
        The ends.
    count : int
        How many values.
    scale : str
        ``log`` or ``linear``; empty takes the knob's.
    """
    is_log = (scale or turned.scale) == "log" and first > 0 and last > 0
    low, high = (math.log(first), math.log(last)) if is_log else (first, last)
    points = [low + (high - low) * place / max(count - 1, 1) for place in range(count)]
    numbers = [first, *(math.exp(point) if is_log else point for point in points[1:-1]), last]
    numbers = numbers[:max(count, 1)] if count < 2 else numbers
    is_whole = turned.is_whole or (turned.scale == "names" and float(first).is_integer()
                                   and float(last).is_integer())
    if is_whole:
        return list(dict.fromkeys(round(number) for number in numbers))
    return list(dict.fromkeys(float(f"{number:.6g}") for number in numbers))


def _range(turned: Knob, text: str) -> list[Value]:
    first, last, count, scale = (*text.split(":"), "", "", "")[:4]
    try:
        ends, many = (float(first), float(last)), int(count)
        fits = all(map(math.isfinite, ends)) and 2 <= many <= MOST_VALUES
    except ValueError:
        fits = False
    if not fits or scale not in ("", "log", "linear") or text.count(":") > 3:
        raise SpecError("sweep.range", knob=turned.key, text=text)
    if scale == "log" and min(ends) <= 0:
        raise SpecError("knob.value", knob=turned.key, value=shown(min(ends)),
                        wanted=say("knob.above-0"))
    return spaced(turned, *ends, many, scale)


def _value(text: str) -> Value:
    """Return a word as the value that JSON would make of it, else as a text."""
    try:
        found = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text
    return found if isinstance(found, bool | int | float) else text
