"""Tokens as people read them."""

from __future__ import annotations

from collections.abc import Sequence

from engine.data.dataset import Dataset

SHOWN = {"\n": "\N{DOWNWARDS ARROW WITH CORNER LEFTWARDS}", "\t": "\N{RIGHTWARDS ARROW TO BAR}",
         " ": "\N{NO-BREAK SPACE}"}


def sentence(dataset: Dataset, row: int) -> str:
    """Return an example as text, without what fills it up."""
    if dataset.tokens is None:
        return ""
    numbers = (int(number) for number in dataset.inputs[row])
    return joined(dataset, [number for number in numbers if number or not dataset.padding])


def shown(token: str) -> str:
    """Return a token so that it can be seen: a line's end as an arrow."""
    return SHOWN.get(token, token)


def named(token: str) -> str:
    """Return a token in quotation marks, for a sentence."""
    words = {"\n": "the end of the line", " ": "a space"}
    return words.get(token, f"\N{LEFT DOUBLE QUOTATION MARK}{token}"
                            "\N{RIGHT DOUBLE QUOTATION MARK}")


def unit(dataset: Dataset) -> str:
    """Return what a token of a data set is called: a character, or a word."""
    return "word" if dataset.joint else "character"


def joined(dataset: Dataset, numbers: Sequence[int]) -> str:
    """Return tokens as running text."""
    tokens = dataset.tokens or ()
    return dataset.joint.join(tokens[number] for number in numbers)
