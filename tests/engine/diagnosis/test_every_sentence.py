"""Every sentence that the strip can say, from random cases: it can be read, and what it claims
holds for the numbers in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

import pytest

from engine.diagnosis.advice import ORDER
from engine.diagnosis.case import Words
from engine.messages import Message
from engine.messages.english.advice import WORDS as OF_PROJECTS
from engine.messages.english.verdicts import WORDS as OF_RUNS
from engine.messages.numbers import NUMBERS
from engine.messages.template import Place, parsed
from tests.engine.diagnosis.saying import messages, of_layers, of_projects, of_runs

Values = Mapping[str, float]
"""Values of a message as its sentence writes them."""

RARE = frozenset({
    # What the window says of a run that has stopped, and of numbers that single precision has not.
    "layer-verdict.failed", "zero.double",
    # Fifty layers and more, of which there are only a few here.
    "remedy.relu-and-fewer-layers", "remedy.weights-or-fewer-layers", "remedy.fewer-layers",
    # What helps networks that have the right weights already.
    "remedy.relu-perhaps", "remedy.alive",
    # One odd figure at the end of a fall, and a network that knew all from the first step on.
    "lately.about", "learned.told",
    # Validation examples that cost less than guessing, and are no more often right.
    "overfitting.unproven",
    # A layer in the middle alone.
    "vanishing.such-layers-hardly",
    # Layers behind dead ones, or with fading activations, that nothing worse is said of.
    "layer-verdict.cut-off", "layer-verdict.signal-small"})
"""What random runs hardly ever come to; `test_depth`, `test_learned` and their like make them
say it."""

CLAIMS: Mapping[str, Callable[[Values], bool]] = {
    "exploding.growth": lambda v: v["times"] > 9 and v["steps"] <= 20,
    "exploding.growth-fired": lambda v: v["before"] < v["now"] and v["first"] < v["loss"],
    "received.share": lambda v: v["layer"] < v["last"] and v["value"] <= 1,
    "received.times": lambda v: v["layer"] < v["last"] and v["value"] > 1,
    "received.at-units": lambda v: v["layer"] < v["last"] and v["value"] <= 1,
    "received.at-units-times": lambda v: v["layer"] < v["last"] and v["value"] > 1,
    "received.activations": lambda v: v["layer"] > v["last"],
    "received.by-one": lambda v: abs(v["before"] - v["after"]) == 1,
    "received.by-one-alone": lambda v: abs(v["before"] - v["after"]) == 1,
    "vanishing.one-lost": lambda v: v["first"] + 1 == v["above"] and 0 < v["gradient"] < 1e-6,
    "vanishing.one-stopped": lambda v: v["first"] + 1 == v["above"] and v["gradient"] > 0,
    "vanishing.several-lost": lambda v: (
        v["first"] < v["last"] == v["above"] - 1 and 0 < v["gradient"] < 1e-6),
    "vanishing.several-stopped": lambda v: (
        v["first"] < v["last"] == v["above"] - 1 and v["gradient"] > 0),
    "dead.some": lambda v: 0.1 < v["share"] < 1,
    "saturated.told": lambda v: 0.1 < v["share"] <= 1,
    "update-large.told": lambda v: v["share"] > 0.001,
    "update-small.told": lambda v: 0 < v["share"] < 0.001,
    "decayed.told": lambda v: v["factor"] < 0.01 * v["rate"] / v["rate"],
    "rule.dead": lambda v: v["share"] >= v["goes"] < v["comes"],
    "rule.saturated": lambda v: v["share"] >= v["goes"] < v["comes"],
    "rule.update-large": lambda v: v["now"] >= v["goes"] < v["comes"],
    "rule.update-small": lambda v: v["now"] <= v["goes"] > v["comes"],
    "rule.activations": lambda v: v["figure"] >= v["goes"] < v["comes"],
    **dict.fromkeys(("rule.gradient-small", "rule.at-units-small", "rule.signal-small"),
                    lambda v: v["comes"] < v["goes"] >= v["value"] and divides(v)),
    **dict.fromkeys(("rule.gradient-large", "rule.at-units-large", "rule.signal-large"),
                    lambda v: v["comes"] > v["goes"] <= v["value"] and divides(v)),
    "far-off.told": lambda v: v["loss"] > 9 * v["guessing"],
    "far-off.told-r2": lambda v: v["score"] < -8,
    "far-off.fired": lambda v: v["times"] > v["limit"],
    "overfitting.sure": lambda v: v["loss"] > 2.9 * v["lowest"],
    "overfitting.grown": lambda v: v["loss"] > 2.9 * v["lowest"],
    "overfitting.sure-fired": lambda v: v["loss"] >= 0.99 * v["factor"] * v["lowest"],
    "overfitting.unbalanced-fired": lambda v: v["balanced"] < v["limit"],
    "overfitting.unproven-fired": lambda v: v["skill"] < v["limit"],
    "overfitting.fired": lambda v: v["gap"] >= v["limit"],
    "learned.fallen": lambda v: v["loss"] < v["first"],
    "slow.falling": lambda v: v["now"] < v["half"],
    "slow.falling-r2": lambda v: v["now"] < v["half"],
    "learning.told": lambda v: v.get("loss", v.get("level", 0)) < v["half"],
    "settling.told": lambda v: v.get("loss", v.get("level", 0)) < v["half"],
    "risen.told": lambda v: v["best"] < v["level"],
    "risen.fired": lambda v: v["level"] >= 0.99 * v["factor"] * v["best"],
    "last.fired": lambda v: v["score"] <= v["limit"] and v["base"] < v["limit"],
    "apart.fired": lambda v: v["score"] <= v["limit"] and v["base"] <= v["limit"],
    "mean.fired": lambda v: v["score"] <= v["limit"],
    "mean.told": lambda v: abs(v["score"]) <= 0.02,
    "mean.told-worse": lambda v: v["score"] < 0,
    "chance.fired": lambda v: v["loss"] >= v["limit"],
    "chance.fired-weighted": lambda v: v["loss"] >= v["limit"],
    "advice.imbalance.told": lambda v: 0 < v["count"] <= 0.1 * v["examples"],
    "advice.imbalance.evidence": lambda v: 0 < v["share"] < 1,
    "settled.at": lambda v: v["level"] < v["first"],
    "settled.between": lambda v: v["low"] < v["high"],
    "held.told": lambda v: v["step"] >= 1,
    "advice.gives-between": lambda v: v["low"] < v["high"],
    "advice.target-outside.told": lambda v: v["low"] < v["high"],
    "advice.target-runs": lambda v: v["low"] < v["high"],
    "advice.target-leaves": lambda v: v["low"] < v["high"] and 0 < v["share"] <= 1,
    "advice.column-runs": lambda v: v["low"] < v["high"],
    "advice.shares-between": lambda v: 0 < v["low"] < v["high"] <= 1,
    "advice.most-share": lambda v: 1 / v["classes"] < v["share"] < 1,
    "advice.line-right": lambda v: v["right"] < 1 and v["guessed"] < 1,
    "advice.line-r2": lambda v: v["value"] < 1,
    "advice.widths": lambda v: min(v["before"], v["after"]) > 1,
    "advice.flat-evidence": lambda v: v["size"] > 2,
    "advice.gradient-fades": lambda v: v["share"] < 0.01,
    "advice.signal-fades": lambda v: v["share"] < 0.01,
    "advice.gradient-grows": lambda v: v["factor"] > 100,
    "advice.signal-grows": lambda v: v["factor"] > 100,
    "advice.penalty.told": lambda v: v["modest"] < v["value"],
    "advice.max-norm.told": lambda v: v["value"] < 1 < v["usual"],
    "advice.dropout.told": lambda v: v["rate"] > 0.5 and abs(v["rate"] + v["left"] - 1) < 0.015,
    "advice.schedule-of": lambda v: v["step"] < v["end"],
}
"""What a sentence claims of its numbers; the numbers of a part that stands in it are there, too."""

ALIKE = frozenset({"chance.told", "chance.told-weighted", "chance.told-commonest", "last.told",
                   "apart.told", "far-off.told-r2"})
"""Sentences in which two figures may well be the same."""


def divides(v: Values) -> bool:
    """Say whether a quotient is that of the figures before it, as far as these are written."""
    return v["value"] == pytest.approx(v["figure"] / v["reference"], rel=0.06)


def written(message: Message) -> dict[str, float]:
    """Return a message's numbers as its words write them; those of its parts below its own."""
    own: dict[str, float] = {}
    for value in message.values.values():
        if isinstance(value, Message):
            own = {**written(value), **own}
    template = {**OF_RUNS, **OF_PROJECTS}[message.code]
    assert isinstance(template, str)
    for place in parsed(template):
        if not isinstance(place, Place) or place.forms:
            continue
        value = message.values[place.name]
        if isinstance(value, (int, float)):
            own[place.name] = as_written(message, place, value)
    return own


def as_written(message: Message, place: Place, value: float) -> float:
    if place.style in ("", "index", "whole", "word"):
        return value
    arguments = [message.values[word[1:]] if word[0] == "$" else int(word)
                 for word in place.arguments]
    text = NUMBERS[place.style](value, *arguments).replace(",", "").replace("−", "-")
    number = float(text.replace("%", "").replace("∞", "inf"))
    return number / 100 if "%" in text else number


def everything() -> Iterator[Words]:
    yield from (words for words, _ in (*of_runs(), *of_projects()))


def parts(words: Words) -> Iterator[Message]:
    yield from (part for part in (words.title, words.sentence, words.evidence) if part is not None)


def test_every_sentence_of_the_catalogue_is_among_them() -> None:
    said = {message.code for words in everything() for part in parts(words)
            for message in messages(part)}
    said |= {fix.label.code for _, fix in of_projects() if fix is not None}
    never = OF_RUNS.keys() - said - of_layers() - RARE
    assert not never
    notes = {words.title.code for words, _ in of_projects()}
    assert len(notes) >= len(ORDER) - 4


def test_every_claim_is_about_a_sentence_that_there_is() -> None:
    assert CLAIMS.keys() <= {*OF_RUNS, *OF_PROJECTS}


def test_all_can_be_read_aloud() -> None:
    for words in everything():
        for part in parts(words):
            text = part.text
            assert text.endswith("."), text
            assert not re.search(r"[{}]|\.\.|  |None|say\(|^\W*$|\b(\w+) \1\b", text), text
            assert text[0].isupper() or not text[0].isalpha(), text
        title = words.title.text
        assert len(title) <= 45, title
        assert title.count(".") == 1


def test_only_what_is_not_finite_is_written_so() -> None:
    for words in everything():
        for part in parts(words):
            if not part.code.startswith("nonfinite") and "∞" not in part.text:
                assert not re.search(r"\b(nan|inf)\b", part.text), part.text


def test_what_is_claimed_holds_for_the_numbers_that_are_written() -> None:
    seen = set()
    for words in everything():
        for part in parts(words):
            for message in messages(part):
                claim = CLAIMS.get(message.code)
                if claim is not None:
                    seen.add(message.code)
                    assert claim(written(message)), (message.text, message)
    assert {code for code in CLAIMS if code in OF_RUNS} <= seen


def test_a_verdict_says_the_same_number_once() -> None:
    for words in everything():
        if words.sentence.code in ALIKE or words.sentence.code == "held.told":
            continue
        told = words.sentence.changed(**{
            name: value for name, value in words.sentence.values.items() if name != "scores"})
        text = told.text
        scores = words.sentence.values.get("scores")
        if isinstance(scores, Message):
            text = text.replace(scores.text, "")
        figures = re.findall(r"\d+\.\d+(?:e[-+]?\d+)?", text)
        assert len(figures) == len(set(figures)), text


def test_sentence_and_evidence_have_the_same_figures() -> None:
    shared = ("value", "figure", "share", "loss", "level", "best", "lowest", "score", "now")
    for words in everything():
        if words.evidence is None or words.sentence.code == "held.told":
            continue
        sentence, evidence = written(words.sentence), written(words.evidence)
        for name in shared:
            if name in sentence and name in evidence and not is_named_alike(words, name):
                assert sentence[name] == pytest.approx(evidence[name], rel=0.06), (
                    words.sentence.text, words.evidence.text)


def is_named_alike(words: Words, name: str) -> bool:
    """Say whether a name is that of one figure in the sentence and of another in the rule."""
    assert words.evidence is not None
    return (words.evidence.code, name) in {
        ("learning.fired", "share"), ("settling.fired", "share"), ("flat.fired", "share")}


def test_two_digits_are_enough_for_what_shrinks_or_grows() -> None:
    for words in everything():
        for message in messages(words.sentence):
            if message.code.startswith("received."):
                for figure in re.findall(r"\d+\.\d+", message.text):
                    assert len(figure.replace(".", "").strip("0")) <= 2, message.text
