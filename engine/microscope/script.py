"""A step as a program of its own: NumPy alone, with this network's numbers."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.layers import kinds
from engine.messages import say
from engine.microscope.dissection import Dissection
from engine.microscope.preamble import HELPERS, helpers_of
from engine.microscope.program import Program
from engine.microscope.replay import names_of
from engine.microscope.statement import Phase

Array = NDArray[np.float64]

WIDTH = 99
"""Characters of a line."""

MOST_IN_ROWS = 400
"""Numbers of an array that is written row by row."""

MOST = 200_000
"""Numbers with which a program can still be read, copied and run as text."""

SHOWN = 64
"""Numbers of an array that are all printed; of more, sum, root mean square and the first."""

GATHERED = ("x", "t")
"""What the batch is made of."""

SHOW = f'''def show(name, value):
    value = np.asarray(value)
    numbers = [float(number) for number in value.ravel()]
    if len(numbers) <= {SHOWN}:
        print(name, value.shape, *numbers)
    else:
        print(name, value.shape, "sum", float(np.sum(value)),
              "rms", float(np.sqrt(np.mean(value**2))), "first", *numbers[:8])
'''
"""What prints a result: Python writes numbers so that they are read back the same."""


def script(dissection: Dissection) -> str:
    """Return a step as a NumPy program that runs as it stands.

    It prints the loss, the gradient of every parameter and every parameter after the step.

    Parameters
    ----------
    dissection : Dissection
        The step, with the batch that it was taken apart for.
    """
    return "\n".join([*_head(dissection), *_helpers(dissection.program),
                      *_given(dissection.program), *_lines(dissection.program),
                      *_results(dissection)])


def length(program: Program) -> int:
    """Return how many numbers stand in a step's program."""
    return sum(array.size for _, array in _begun(program))


def _head(dissection: Dissection) -> Iterator[str]:
    told = say("script.head", name=dissection.project.name, step=dissection.step,
               epoch=dissection.epoch, examples=dissection.program.n, batch=dissection.batch)
    body = textwrap.fill(_plain(told.text), WIDTH)
    yield f'"""{body}\n\n{textwrap.fill(_plain(say("script.prints").text), WIDTH)}\n"""'
    yield ""
    yield "import numpy as np"
    yield ""


def _helpers(program: Program) -> Iterator[str]:
    text = "\n".join(statement.code for statement in program.statements)
    for name in helpers_of(text):
        yield ""
        yield HELPERS[name]
    yield ""
    yield SHOW
    yield ""


def _given(program: Program) -> Iterator[str]:
    """Yield what the step begins with, as far as it is read."""
    yield _comment(say("script.given").text)
    yield f"n = {program.n}"
    numbers = {name: statement.number for statement in reversed(program.statements)
               for name in names_of(statement.code)[0]}
    number = -1
    for name, array in _begun(program):
        if name not in GATHERED and numbers.get(name, -1) != number:
            number = numbers.get(name, -1)
            yield from _layer(program, number)
        yield f"{name} = {literal(array)}"


def _begun(program: Program) -> Iterator[tuple[str, Array]]:
    """Yield what is given and read, the batch first."""
    read: set[str] = set()
    written: set[str] = set()
    for statement in program.statements:
        reads, writes = names_of(statement.code)
        read |= reads - written
        written |= writes
    kept = read | {statement.of for statement in program.statements}
    for name in (*GATHERED, *(name for name in program.given if name not in GATHERED)):
        if name in program.given and name in kept:
            yield name, program.given[name]


def _layer(program: Program, number: int) -> Iterator[str]:
    """Yield which layer the lines below belong to."""
    yield ""
    if number >= 0:
        spec = program.subject.layers[number].spec
        title = {kind.key: kind.title for kind in kinds()}.get(spec.kind, spec.kind)
        yield _comment(say("script.layer", number=number, kind=title).text)


def _lines(program: Program) -> Iterator[str]:
    """Yield the step, parted by layers; a comment that would be said twice is said once."""
    phase, number, words = None, -1, ""
    for statement in program.statements:
        if statement.phase is Phase.GATHER:
            continue
        if statement.phase is not phase:
            phase, number, words = statement.phase, -1, ""
            yield from ("", "", f"# {phase.title}")
        if statement.number != number:
            number, words = statement.number, ""
            yield from _layer(program, number)
        if statement.words.text != words:
            words = statement.words.text
            yield _comment(words)
        yield statement.code


def _results(dissection: Dissection) -> Iterator[str]:
    program = dissection.program
    yield from ("", "")
    yield _comment(say("script.results").text)
    yield 'show("L", L)'
    names = parameters(program)
    for name in (*(f"d{name}" for name in names), *names):
        yield f'show("{name}", {name})'
    yield ""


def parameters(program: Program) -> tuple[str, ...]:
    """Return the parameters that have a gradient, in the order of the network."""
    written = {statement.name for statement in program.statements}
    return tuple(name for name in program.given
                 if name not in ("x", "t") and f"d{name}" in written)


def literal(array: Array) -> str:
    """Return an array as NumPy reads it back, to the last bit."""
    if array.size != 1 and not array.any() and not np.signbit(array).any():
        return f"np.zeros({array.shape})"
    if array.ndim == 0:
        return f"np.array({_number(float(array))})"
    numbers = [_number(float(value)) for value in array.ravel()]
    if array.ndim == 2 and array.size <= MOST_IN_ROWS:
        width = array.shape[1]
        rows = [f"    [{', '.join(numbers[begin:begin + width])}],"
                for begin in range(0, len(numbers), width)]
        if max(map(len, rows), default=0) <= WIDTH:
            return "np.array([\n" + "\n".join(rows) + "\n])"
    text = "np.array([\n" + "\n".join(_wrapped(numbers)) + "\n])"
    return text if array.ndim == 1 else f"{text}.reshape({array.shape})"


def _wrapped(numbers: Sequence[str]) -> Iterator[str]:
    """Yield lines of as many numbers as have room."""
    line = "   "
    for number in numbers:
        if len(line) + len(number) + 2 > WIDTH:
            yield line
            line = "   "
        line += f" {number},"
    yield line


def _number(value: float) -> str:
    return repr(value) if np.isfinite(value) else f"float('{value}')"


def _comment(text: str) -> str:
    return textwrap.fill(" ".join(text.split()), WIDTH, initial_indent="# ",
                         subsequent_indent="# ")


def _plain(text: str) -> str:
    """Return a person's text as it can stand between triple quotes."""
    return " ".join(text.split()).replace("\\", "/").replace('"', "'")
