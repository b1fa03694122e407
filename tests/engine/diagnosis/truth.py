"""Whether what is said of a cure holds: its sentences read, and held against the numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import numpy as np

from engine.experiments.outcome import Outcome, Standing
from engine.experiments.yardstick import Yardstick
from engine.telemetry.snapshot import LayerReading

_NUMBER = r"(-?[\d.,]+(?:e[+-]?\d+)?|nothing|an? [a-z-]+|-?inf)"
_PLAIN = r"(-?[\d.,]+(?:e[+-]?\d+)?|-?inf)"
_PARTS = {"thousandth": 1e-3, "millionth": 1e-6, "billionth": 1e-9, "trillionth": 1e-12}
_WORDS = {word: value for value, word in enumerate(
    ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], 1)}
_TENS = {word: 10 * value for value, word in enumerate(
    ["ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 1)}


def faults(found: Outcome, rule: Yardstick, a: Standing, b: Standing) -> Iterator[str]:
    """Yield what of an outcome does not hold, a few words each."""
    text = found.words.sentence.text
    if text.count("{") or "(" in text or not text.endswith("."):
        yield f"cannot be read: {text}"
    yield from _of_code(found.code, rule, a, b)
    yield from _of_figures(text, rule, a, b)
    yield from _of_gradients(text, a, b)
    yield from _of_shares(text, a, b)
    if found.price is not None:
        yield from _of_price(found.price.text, b)


def read(number: str) -> float:
    """Return a number as a sentence has it, ``0.04`` or ``a two-millionth``."""
    number = number.rstrip(".,")
    if number == "nothing":
        return 0.0
    if number.startswith(("a ", "an ")):
        *words, part = number.split(" ", 1)[1].split("-")
        value = 1.0
        for word in words:
            value *= 100 if word == "hundred" else _TENS.get(word, _WORDS.get(word, math.nan))
        return _PARTS[part] / value
    return float(number.replace(",", ""))


def _figure(rule: Yardstick, run: Standing) -> float:
    """Return the figure that decides, worked out anew."""
    seen = run.snapshot.validation if rule.on_validation else run.snapshot.training
    assert seen is not None
    return {"loss": seen.loss, "balanced": seen.balanced}.get(rule.figure, seen.accuracy)


def _better(rule: Yardstick, a: float, b: float) -> bool:
    return b < a if rule.figure == "loss" else b > a


def _of_code(code: str, rule: Yardstick, a: Standing, b: Standing) -> Iterator[str]:
    one, two = _figure(rule, a), _figure(rule, b)
    if b.end == "broke":
        if code != "broke":
            yield f"B broke, and it says {code}"
        return
    if a.end == "broke":
        if code == "helped" and not (math.isfinite(two) and
                                     not _better(rule, two * 0.97, guessed(rule, a))):
            yield f"{two} is no help"
        return
    distance = abs(two - one) / max(abs(one), abs(two), 1e-300)
    if code == "helped" and not (_better(rule, one, two) and distance > 0.001):
        yield f"{two} is not better than {one}"
    if code == "worse" and not _better(rule, two, one):
        yield f"{two} is not worse than {one}"
    if code == "did-not-help" and distance > 0.05 and abs(two - one) > 0.02 * guessed(rule, a):
        yield f"{two} differs from {one}"


def guessed(rule: Yardstick, a: Standing) -> float:
    """Return what guessing costs, from the data alone; for scores what it gets right."""
    data = a.dataset
    rows = data.validation if rule.on_validation else data.training
    if data.task in ("regression", "reconstruction"):
        if rule.figure == "r2" or a.project.training.loss != "mean_squared_error":
            return 0.0 if rule.figure == "r2" else math.inf
        return float(np.mean((data.values[rows] - data.values[data.training].mean(0)) ** 2))
    labels = data.labels[rows if rule.figure == "loss" else data.training]
    shares = np.bincount(labels[labels >= 0].ravel()) / max(1, (labels >= 0).sum())
    if rule.figure == "balanced":
        return 1 / int((shares > 0).sum())
    if rule.figure == "accuracy":
        return float(np.mean(data.labels[rows] == int(np.argmax(shares))))
    if a.project.training.loss not in ("softmax_cross_entropy", "binary_cross_entropy"):
        return math.inf
    if a.project.training.loss == "binary_cross_entropy" and len(shares) > 2:
        return math.inf
    return float(-sum(share * math.log(share) for share in shares if share > 0))


def _of_figures(text: str, rule: Yardstick, a: Standing, b: Standing) -> Iterator[str]:
    """Check the figures at their steps, and what is said of them beside guessing."""
    scale = 100 if rule.figure in ("accuracy", "balanced") else 1
    for run, letter in ((a, "A"), (b, "B")):
        found = re.search(rf"(?:{letter}’s (?:[^.;’]*? )?is|{letter} stopped by itself at step "
                          rf"[\d,]+: its [^.;’]*? is) (?:chance, |that of the mean, )?{_PLAIN}",
                          text)
        if not found and run.end != "broke":
            yield f"{letter}'s figure is missing: {text}"
        elif found and not _alike(read(found[1]), scale * _figure(rule, run)):
            yield f"{letter}'s figure is {_figure(rule, run)}, and it says {found[1]}"
    for run, words in ((a, "A"), (b, "B")):
        if f"at step {run.step:,}" not in text.lower() and run.end != "broke":
            yield f"the step of {words} is missing: {text}"
    yield from _of_guessing(text, rule, a, b)


def _of_guessing(text: str, rule: Yardstick, a: Standing, b: Standing) -> Iterator[str]:
    guess = guessed(rule, a)
    if not math.isfinite(guess):
        return
    width = 0.03 * guess if rule.figure == "loss" else 0.03
    values = [_figure(rule, run) for run in (a, b) if run.end != "broke"]
    near = sum(abs(value - guess) < width for value in values)
    if len(re.findall("chance, |that of the mean", text)) > near:
        yield f"says chance, where guessing gets {guess} and these have {values}"
    worse = sum(_better(rule, value, guess) or not math.isfinite(value) for value in values)
    if len(re.findall("worse than", text)) > worse:
        yield f"says worse than guessing, where guessing gets {guess} and these have {values}"


def _alike(said: float, value: float) -> bool:
    """Say whether a number is another one to two digits."""
    if said == value or (math.isnan(said) and math.isnan(value)):
        return True
    return abs(said - value) <= 0.051 * abs(value)


def _readings(run: Standing) -> dict[int, LayerReading]:
    """Return the readings that rows show by the layers' numbers."""
    assert run.verdict is not None
    return {run.project.network.index(one.layer_id): one for one in run.verdict.readings}


def _of_gradients(text: str, a: Standing, b: Standing) -> Iterator[str]:
    """Check what is said of a layer's gradient beside the last one's."""
    found = re.search(rf"In B layer (\d+) receives {_NUMBER} (?:times|of) layer (\d+)’s gradient; "
                      rf"in A (?:layer (\d+) )?{_NUMBER} (?:of it|times as much|(?:times|of) layer "
                      rf"(\d+)’s)", text)
    if "receives" in text and not found:
        yield f"cannot be read: {text}"
    if not found:
        return
    layer, b_said, last, other, a_said, end = found.groups()
    for run, said, here, there in ((b, b_said, int(layer), int(last)),
                                   (a, a_said, int(other or layer), int(end or last))):
        readings = _readings(run)
        # Of the numbers that the rows show, so that a reader gets the same: two digits each.
        share, below = (float(f"{readings[place].gradient_rms:.1e}") for place in (here, there))
        share /= below
        # In words there is one digit alone.
        if abs(read(said) - share) > (0.12 if said.startswith("a") else 0.051) * share:
            yield f"layer {here} receives {share}, and it says {said}"


def _of_shares(text: str, a: Standing, b: Standing) -> Iterator[str]:
    """Check what is said of units that are dead and of activations in a flat end."""
    found = re.search(r"In B ([\d.]+) % of layer (\d+)’s (units are dead|activations lie in a flat "
                      r"end); in A ([\d.]+) %(?: of layer (\d+)’s)?\.", text)
    if not found:
        return
    b_said, layer, what, a_said, other = found.groups()
    name = "dead_share" if "dead" in what else "saturated_share"
    for run, said, place in ((b, b_said, int(layer)), (a, a_said, int(other or layer))):
        share = getattr(_readings(run)[place], name)
        if abs(100 * share - float(said)) > 1:
            yield f"layer {place} has {share}, and it says {said} %"


def _of_price(text: str, b: Standing) -> Iterator[str]:
    dead = re.search(r"([\d,]+) of ([\d,]+) units of layer (\d+) are dead", text)
    if dead:
        number, units, layer = (int(one.replace(",", "")) for one in dead.groups())
        share = _readings(b)[layer].dead_share
        if not 0 < number <= units or abs(share * units - number) > 0.5:
            yield f"{share} of {units} units are dead, and it says {number}"
