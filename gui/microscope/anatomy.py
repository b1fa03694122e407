"""What is said of the number that is open: where it stands, and the equation that it comes from."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np

from engine.layers import LOSSES
from engine.microscope.names import PRIME
from engine.microscope.number import Factor, Index, Number, sum_of
from engine.microscope.statement import Phase, Statement
from gui.microscope.equation import Box, Figure, Fraction, Indexed, Row, Sum, Symbol
from gui.microscope.figures import MINUS, number_text
from gui.microscope.lens import Lens

SIZE, RESULT = 16.0, 18.0
"""Of symbols and of the result, in px at 13 px text."""

GAP = 5
SLOPE = "∂L/∂"
LETTER = re.compile(r"([^<>]+)<sub>([^<>]*)</sub>")
TAGS = re.compile(r"<sup>.*?</sup>|<sub>.*?</sub>|^[(\[].*[)\]]$")
COMPOUND = re.compile(r"\S ?(?:>|&gt;|=|≠|\+|−) ?\S|\d ?/ ?\S")
"""Symbols that need brackets beside another factor: comparisons, sums, reciprocals."""
PLURALS = {"class": "classes", "batch": "batch"}
AXES = {
    (True, 1): ("neuron",), (True, 2): ("step", "number"), (True, 3): ("row", "column", "channel"),
    (False, 1): ("neuron",), (False, 2): ("from", "to"), (False, 3): ("place", "channel", "filter"),
    (False, 4): ("row", "column", "channel", "filter"),
}
"""What axes count beside the batch's: by whether they are an example's, and how many there are."""


def axis_names(statement: Statement) -> tuple[str, ...]:
    """Return what every axis of a line's result counts."""
    begin = ("example",) if statement.per_example else ()
    rank = len(statement.shape) - len(begin)
    if statement.name == "x" and rank == 1:
        return (*begin, "feature")
    if not statement.per_example and rank == 2:
        return AXES[False, 2]
    letters = getattr(statement.opening, "axes", "")
    names = getattr(statement.opening, "over", {})
    if len(letters) == len(statement.shape) and all(letter in names for letter in letters):
        return tuple("neuron" if names[letter] == "unit" else names[letter] for letter in letters)
    return begin + AXES.get((statement.per_example, rank), tuple(
        f"axis {i + 1}" for i in range(rank)))


def place_text(statement: Statement, index: Index) -> str:
    """Return where a number stands, counted from 1: ``layer 2, from neuron 1 to neuron 2``."""
    parts = [f"layer {statement.number}"] if statement.number >= 1 else []
    step = getattr(statement, "step", -1)
    if step >= 0:
        parts.append(f"step {step + 1}")
    names = axis_names(statement)
    if names == ("from", "to"):
        start = "input" if statement.number == 1 else "neuron"
        parts.append(f"from {start} {index[0] + 1} to neuron {index[1] + 1}")
    else:
        parts += [f"{name} {at + 1}" for name, at in zip(names, index, strict=True)]
    return ", ".join(parts)


def code_text(statement: Statement, index: Index) -> str:
    """Return how NumPy calls it, which counts from 0: ``dW2[0, 1]``."""
    return f"{statement.name}[{', '.join(map(str, index))}]" if index else statement.name


def symbol_box(symbol: str, below: str = "", size: float = SIZE) -> Box:
    """Return a symbol as a box: derivatives as fractions, and with indices where there are some."""
    if symbol.startswith(SLOPE) and symbol.count("∂") == 2:
        return Fraction(Symbol("∂L", size), Row((Symbol("∂", size), _letter(
            symbol[len(SLOPE):], below, size))), size)
    return _letter(symbol, below, size)


def _letter(symbol: str, below: str, size: float) -> Box:
    return Indexed(*indexed(symbol), below, size) if below else Symbol(symbol, size)


def indexed(symbol: str) -> tuple[str, str]:
    """Return what one number of a variable is called, and what stands above: its layer.

    Its places among the others stand below, so that the layer has no room there.
    """
    match = LETTER.fullmatch(symbol)
    if match is None:
        return symbol, ""
    return match[1].lower() if match[1] in ("W", "U") else match[1], f"({match[2]})"


def element_box(statement: Statement, index: Index) -> Box:
    """Return the symbol of one number of a line's result."""
    own = index[1:] if statement.per_example else index
    return symbol_box(statement.symbol, ",".join(str(at + 1) for at in own))


def opened_number(lens: Lens) -> Number:
    """Return the number that is open, taken apart.

    In a step with a mistake in it, every number is taken apart as it should be computed: whether it
    comes to what the line says is for the student to see.
    """
    at, index = lens.opened_statement, lens.opened_index
    right = lens.trace if lens.dissection is None else lens.dissection.trace
    opening = right.program.statements[at].opening
    if right is lens.trace or opening is None:
        return lens.number()
    return opening(lens.trace.before(at), index)


def equation(lens: Lens, number: Number, value: float) -> list[Box]:
    """Return the equation of the number that is open, in boxes between which it may be broken.

    Parameters
    ----------
    lens : Lens
        What is looked at.
    number : Number
        The number, taken apart.
    value : float
        What the step has for it.
    """
    statement = lens.trace.program.statements[lens.opened_statement]
    boxes: list[Box] = [element_box(statement, lens.opened_index)]
    if number.factors or number.added or number.also:
        general = _scaled(number.scale, _general(number), number.function)
        boxes.append(Row((_equals(), general), GAP))
        middle = _numbers(number)
        if middle is not None:
            function = number.function
            if divides(number):
                function = f"{number_text(value * inside_of(number))} /"
            boxes.append(Row((_equals(), _scaled(number.scale, middle, function)), GAP))
    boxes.append(Row((_equals(), Figure(number_text(value), RESULT, result=True)), 8))
    return boxes


def divides(number: Number) -> bool:
    """Say whether the function of a sum is that something is divided by it."""
    return number.function.endswith("/")


def inside_of(number: Number) -> float:
    """Return what a number's function is of."""
    return number.scale * math.fsum((*number.products, *(part.value for part in number.also),
                                     *(float(one.values[0]) for one in number.added)))


def _equals() -> Box:
    return Figure("=", SIZE)


def _general(number: Number) -> list[Box]:
    """Return the sum as mathematics: what is added up, in symbols."""
    boxes: list[Box] = []
    if number.factors:
        boxes += _product(number)
    for part in number.also:
        inner = _general(part)
        if boxes:
            boxes.append(Figure("+", SIZE))
        boxes.append(_scaled(part.scale, inner, part.function))
    for factor in number.added:
        negative = factor.symbol.startswith((MINUS, "-"))
        if boxes or negative:
            boxes.append(Figure(MINUS if negative else "+", SIZE))
        boxes.append(symbol_box(factor.symbol[1:].strip() if negative else factor.symbol))
    return boxes


def _product(number: Number) -> list[Box]:
    several = len(number.factors) > 1
    symbols = [Row((Symbol("(", SIZE), symbol_box(one.symbol), Symbol(")", SIZE)))
               if several and COMPOUND.search(TAGS.sub("", one.symbol)) else symbol_box(one.symbol)
               for one in number.factors]
    if not number.over:
        dotted: list[Box] = []
        for symbol in symbols:
            dotted += [Figure("·", SIZE), symbol] if dotted else [symbol]
        return dotted
    over = ", ".join(plural(name) for name, _ in number.over)
    return [Sum(over, SIZE), Row(symbols, 4)]


def plural(name: str) -> str:
    """Return what several of what an axis counts are called."""
    return PLURALS.get(name, name if name.endswith("s") else f"{name}s")


def _numbers(number: Number) -> list[Box] | None:
    """Return the same with numbers; None where it would say no more than the result."""
    boxes: list[Box] = []
    products = number.products
    if len(products) == 1:
        texts = [_bracketed(float(factor.values[0]), i > 0)
                 for i, factor in enumerate(number.factors)]
        boxes.append(Figure(" × ".join(texts), SIZE))
    elif len(products):
        boxes.append(Figure(number_text(sum_of(products)), SIZE))
    rest = [part.value for part in number.also] + [float(one.values[0]) for one in number.added]
    for value in rest:
        # A target of 0 that is taken off is -0.
        sign = MINUS if math.copysign(1.0, value) < 0 else "+"
        text = "0" if value == 0 else number_text(abs(value) if boxes else value)
        boxes += [Figure(sign, SIZE), Figure(text, SIZE)] if boxes else [Figure(text, SIZE)]
    says_more = len(boxes) > 1 or number.scale != 1 or number.function or (
        len(number.factors) > 1 and len(products) == 1)
    return boxes if says_more else None


def _bracketed(value: float, is_behind: bool) -> str:
    text = number_text(value)
    return f"({text})" if is_behind and text.startswith(MINUS) else text


def _scaled(scale: float, inside: Sequence[Box], function: str) -> Box:
    """Return a sum with what it is multiplied by, and the function of all that."""
    boxes = list(inside)
    share = 1 / scale if scale else 0.0
    count = round(share)
    if scale == -1:
        boxes = [Figure(MINUS, SIZE), *_grouped(boxes)]
    elif scale != 1 and count and abs(share - count) < 1e-9 * abs(share):
        boxes = [Fraction(Row(boxes, GAP), Figure(str(abs(count)), SIZE), SIZE)]
        if count < 0:
            boxes.insert(0, Figure(MINUS, SIZE))
    elif scale != 1:
        boxes = [Figure(f"{number_text(scale)} ·", SIZE), *_grouped(boxes)]
    if function.endswith("/"):
        return Fraction(Symbol(function[:-1].strip(), SIZE), Row(boxes, GAP), SIZE)
    if function:
        boxes = [Symbol(function, SIZE), Figure("(", SIZE), *boxes, Figure(")", SIZE)]
        return Row((Row(boxes[:2]), *boxes[2:-2], Row(boxes[-2:])), 2)
    return Row(boxes, GAP)


def _grouped(boxes: list[Box]) -> list[Box]:
    return boxes if len(boxes) == 1 else [Figure("(", SIZE), *boxes, Figure(")", SIZE)]


def remark_of(lens: Lens, number: Number) -> str:
    """Return what has to be said of the number that is open besides its terms."""
    statement = lens.trace.program.statements[lens.opened_statement]
    if not (number.factors or number.added or number.also):
        return given_text(lens) if statement.phase is Phase.GATHER else statement.words.text
    if not number.over and len(number.factors) == 2 and statement.phase is Phase.BACKWARD and any(
            PRIME in factor.symbol for factor in number.factors):
        return "The error that arrives, times the local derivative."
    return ""


def given_text(lens: Lens) -> str:
    """Return what a number of the batch is: of which row of the data set, and what of it."""
    statement, index = lens.trace.program.statements[lens.opened_statement], lens.opened_index
    example = f"example {index[0] + 1}"
    if lens.dissection is not None and index[0] < len(lens.dissection.rows):
        example += f", row {int(lens.dissection.rows[index[0]]) + 1:,} of the data set"
    if statement.name == "x":
        places = " ".join(f"{name} {at + 1}" for name, at in zip(
            axis_names(statement)[1:], index[1:], strict=True))
        return f"Given, not computed: {places} of {example}, as the network is fed it."
    classes, count = classes_of(lens)
    answer = f": class {classes[index[0]] + 1} of {count}" if classes else ""
    return f"Given, not computed: what the network should answer to {example}{answer}."


def classes_of(lens: Lens) -> tuple[tuple[int, ...], int]:
    """Return the class of every example of the batch and how many there are.

    None for numbers, nor for the characters of a text, which may all be 0 and 1.
    """
    subject = lens.trace.program.subject
    if LOSSES[subject.training.loss].reads_text:
        return (), 0
    targets = np.asarray(lens.trace.program.given["t"])
    if targets.ndim != 2:
        return (), 0
    if targets.shape[1] > 1 and np.isin(targets, (0, 1)).all() and (targets.sum(axis=1) == 1).all():
        return tuple(int(one) for one in targets.argmax(axis=1)), targets.shape[1]
    if targets.shape[1] == 1 and (np.isin(targets, (0, 1)).all() or np.isin(
            targets, (-1, 1)).all()):
        return tuple(int(one > 0) for one in targets[:, 0]), 2
    return (), 0


def is_link(lens: Lens, factor: Factor) -> bool:
    """Say whether a factor's numbers were computed by a line of this step."""
    return bool(factor.variable) and len(factor.indices) > 0 and lens.trace.writer(
        factor.variable, lens.opened_statement) >= 0
