"""Parts of a program have their colours, and a text that is none has those of what is."""

from __future__ import annotations

import pytest

from gui.translation.syntax import KEYWORD, NAME, NUMBER, REMARK, TEXT, Stretch, stretches


def marked(program: str) -> list[tuple[str, str]]:
    """Return the words that have a colour, with what they are."""
    return [(line[one.begin:one.begin + one.length], one.kind)
            for line, row in zip(program.split("\n"), stretches(program), strict=True)
            for one in row]


@pytest.mark.parametrize(("program", "expected"), [
    ("import numpy as np", [("import", KEYWORD), ("as", KEYWORD)]),
    ("def make_model(n=16):", [("def", KEYWORD), ("make_model", NAME), ("16", NUMBER)]),
    ("class Dense(Layer):", [("class", KEYWORD), ("Dense", NAME)]),
    ("x = 'text'  # why", [("'text'", TEXT), ("# why", REMARK)]),
    ("y = 1e-5 * x", [("1e-5", NUMBER)]),
    ("", []),
])
def test_words_have_their_kinds(program: str, expected: list[tuple[str, str]]) -> None:
    assert marked(program) == expected


def test_a_text_of_several_lines_is_one_on_each() -> None:
    assert marked('"""One.\n\n  Two."""\nx = 3') == [
        ('"""One.', TEXT), ('  Two."""', TEXT), ("3", NUMBER)]


def test_a_text_with_values_is_a_text() -> None:
    found = marked('print(f"loss: {loss:.1e}")')
    assert ("".join(word for word, kind in found if kind == TEXT)).startswith('f"loss: ')
    assert {kind for _, kind in found} == {TEXT}


def test_what_is_no_program_has_the_colours_of_what_comes_before() -> None:
    program = "def f():\n    return 1\nx = (\n"
    assert stretches(program)[1] == (Stretch(4, 6, KEYWORD), Stretch(11, 1, NUMBER))
    assert len(stretches(program)) == 4
    assert stretches("'''open") == ((),)
