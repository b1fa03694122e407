"""What sentences do to a person's own words: they stay short, and on one line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import DataError, FormatError
from engine.messages import elided, legible, say
from engine.messages.texts import LEFT_OUT, LONGEST_SENTENCE, MOST_LISTED, some
from engine.spec.fields import Choice, Field
from engine.spec.values import shown


@pytest.mark.parametrize(("text", "most", "told"), [
    ("abcdef", 6, "abcdef"), ("abcdefg", 6, "abc…fg"), ("abcdefg", 5, "ab…fg"), ("ab", 1, LEFT_OUT),
    ("", 0, "")])
def test_both_ends_of_a_long_text_are_told(text: str, most: int, told: str) -> None:
    assert elided(text, most) == told


@given(st.text(max_size=60), st.integers(1, 40))
def test_it_is_never_longer(text: str, most: int) -> None:
    assert len(elided(text, most)) == min(len(text), most)


@pytest.mark.parametrize(("text", "told"), [
    ("plain", "plain"), ("ä 漢 😀\xa0…", "ä 漢 😀\xa0…"), ("a\0b", r"a\x00b"),
    ("\x1b[2J", r"\x1b[2J"),
    ("two\nlines\r", r"two\nlines\r"), ("\u202egnp.exe", r"\u202egnp.exe"), ("\ud800", r"\ud800"),
    ("\x9b", r"\x9b"), ("\u2028", r"\u2028")], ids=ascii)
def test_what_no_screen_shows_is_told(text: str, told: str) -> None:
    assert legible(text) == told


@pytest.mark.parametrize("value", [
    "x" * 10**6, "\x1b[31m" * 1000, "\n" * 10**5, tuple(f"column {n}" for n in range(10**5)),
    tuple("y" * 1000 for _ in range(100)), ("\0",) * 3])
@pytest.mark.parametrize("code", [
    "file.missing", "network.no-layer-called", "table.no-target-called", "bundle.member"])
def test_sentences_are_short_and_on_one_line(code: str, value: object) -> None:
    texts = value if isinstance(value, tuple) else (value,)
    error = DataError(code, place="place", path=value, name=value, known=texts, member=value,
                      problem=say("bundle.name", name=value))
    assert len(error.sentence) <= LONGEST_SENTENCE
    assert legible(error.sentence) == error.sentence
    assert len(error.found) <= LONGEST_SENTENCE


def test_the_ends_of_a_path_are_told() -> None:
    error = FormatError("file.unreadable", path="/home/" + "long/" * 200 + "net.json", reason="no")
    assert error.sentence.startswith("/home/long/")
    assert LEFT_OUT in error.place
    assert error.place.endswith("/net.json")


def test_of_many_names_the_first_and_the_last_are_listed() -> None:
    names = [str(number) for number in range(1000)]
    assert some(names[:MOST_LISTED]) == names[:MOST_LISTED]
    told = some(names)
    assert (told[0], told[-1], len(told)) == ("0", "999", MOST_LISTED + 1)
    assert LEFT_OUT in told


def test_values_of_options_are_told_shortly() -> None:
    field = Field("kind", "Kind", "a", choices=(Choice("a", "A"),))
    for value in ("b" * 10**6, 10**400, "\x1b" * 99):
        assert len(field.problem(value)) < 200
        assert legible(field.problem(value)) == field.problem(value)
    assert shown(1.5) == "1.5"
    assert shown("x" * 10**6) == "'" + "x" * 29 + LEFT_OUT + "x" * 28 + "'"
