"""A page is read, and what is wrong with one is told with file, line and remedy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import FormatError
from engine.pages import form
from engine.pages.form import Formula, Page, Paragraph, Picture

WHOLE = """\
# A title

$$
w \\leftarrow
  w - \\eta g
$$

Plain **bold** and *slanted*, with $\\eta$ and a [link](theory/update).
On a second line.

> {layer} has {units} units
> in all.

![What is seen](seen.svg)

See also: [One](layers/dense), [Two](cures/batch-norm)
Source: Author, A. and Other, B. (2010). A title. Venue.
Source: Third, C. (1999a). Another. Publisher.
"""


def read(text: str) -> Page:
    return form.read(text, "theory/some", "theory/some.md")


def test_all_parts_of_a_page_are_read() -> None:
    page = read(WHOLE)
    assert (page.key, page.title) == ("theory/some", "A title")
    formula, plain, numbers, picture = page.blocks
    assert formula == Formula(r"w \leftarrow w - \eta g")
    assert isinstance(plain, Paragraph)
    assert [(span.kind, span.text) for span in plain.spans] == [
        ("text", "Plain "), ("bold", "bold"), ("text", " and "), ("italic", "slanted"),
        ("text", ", with "), ("formula", r"\eta"), ("text", " and a "), ("link", "link"),
        ("text", ". On a second line.")]
    assert isinstance(numbers, Paragraph)
    assert numbers.is_of_network
    assert numbers.names == {"layer", "units"}
    assert numbers.spans[-1].text == " units in all."
    assert picture == Picture("What is seen", "seen.svg")
    assert page.targets == {"theory/update", "layers/dense", "cures/batch-norm"}
    assert page.formulae == {(r"w \leftarrow w - \eta g", False), (r"\eta", True)}
    assert len(page.sources) == 2


@pytest.mark.parametrize(("old", "new", "line", "found"), [
    ("# A title", "A title", 1, "A title"),
    ("# A title\n\n", "# A title\n", 2, "$$"),
    ("g\n$$\n", "g\n", 3, "does not end"),
    ("w \\leftarrow\n  w - \\eta g\n", "", 3, "empty formula"),
    ("**bold**", "**bold*", 8, "*"),
    ("with $\\eta$", "with $\\eta", 8, "$"),
    ("Plain", "Plain {units}", 8, "units"),
    ("[link](theory/update)", "[link](Theory)", 8, "]("),
    ("[One](layers/dense)", "One (layers/dense)", 16, "One"),
    ("(2010)", "2010", 17, "Author"),
    ("See also", "Text\nSee also", 0, ""),
    ("Source: Third", "Thoughts of mine.\nSource: Third", 18, "Thoughts"),
])
def test_what_is_wrong_is_told_with_its_line(old: str, new: str, line: int, found: str) -> None:
    text = WHOLE.replace(old, new, 1)
    if not line:
        assert read(text)
        return
    with pytest.raises(FormatError) as caught:
        read(text)
    assert caught.value.place == f"theory/some.md, line {line}"
    assert found in caught.value.found
    assert caught.value.expected
    assert caught.value.remedy


def test_a_page_has_a_paragraph_a_source_and_an_end() -> None:
    for text in ("# T\n\nSource: A, B. (2000). C. D.\n",
                 "# T\n\nSome words.\n",
                 WHOLE.replace("Plain", "\n" * 30 + "Plain")):
        with pytest.raises(FormatError):
            read(text)


@given(st.lists(st.sampled_from(["# T", "", "$$", "x", "> {loss}", "> a", "See also: [A](b/c)",
                                 "Source: A (2000). B.", "![a](b.svg)", "$a$", "**b", "{c}"]),
                max_size=12))
def test_whatever_is_written_is_read_or_refused(lines: list[str]) -> None:
    refused: list[FormatError] = []
    try:
        page = read("\n".join(lines))
    except FormatError as error:
        refused.append(error)
    else:
        assert page.sources
        assert page.paragraphs
    assert all(error.remedy and error.place.startswith("theory/some.md, line ")
               for error in refused)
