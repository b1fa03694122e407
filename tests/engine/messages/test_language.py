"""Messages in words: in English, in a toy language, and whatever is wrong with them."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given, settings

from engine.errors import DataError, SpecError
from engine.layers import diagnose
from engine.messages import Fault, Language, Message, say, speak, speaking
from engine.messages.english import ENGLISH, SUBJECTS
from engine.messages.language import Entry
from engine.messages.template import Place, names, parsed
from tests.engine.diagnosis.snapshots import judge_of, network, verdict_after
from tests.engine.layers.mutations import Broken, broken_graphs
from tests.engine.messages.toy import LATIN, LETTER, TOY, english_in
from tests.engine.training.graphs import graphs

LISTS = {"list", "any", "listing", "quotes", "shape", "axes", "clauses"}
SHAPES = {"shapes", "any_shape"}
TEXTS = {"name", "quote"}


@pytest.fixture
def toy() -> Iterator[None]:
    speak(TOY)
    yield
    speak(None)


def small(words: dict[str, Entry]) -> Language:
    return Language(words, ENGLISH.formats, ENGLISH.plural, ENGLISH.joined)


def sample(code: str) -> Message:
    """Return a message of a code with values of the types that its words ask for."""
    entry = ENGLISH.catalogue[code]
    values: dict[str, object] = {}
    for template in entry if isinstance(entry, Fault) else (entry,):
        for part in parsed(template):
            if isinstance(part, Place):
                values |= {name: 7 for name in part.names() if name not in values}
                if part.style in SHAPES:
                    values[part.name] = ((7, 7), (7,))
                elif part.style in LISTS:
                    values[part.name] = ("7",) * 7
                elif part.style in TEXTS:
                    values[part.name] = "7"
    return say(code, **values)


def test_no_code_has_the_words_of_two_subjects() -> None:
    assert len(ENGLISH.catalogue) == sum(len(subject.WORDS) for subject in SUBJECTS)


@pytest.mark.parametrize("code", ENGLISH.catalogue)
def test_every_code_can_be_said(code: str) -> None:
    message = sample(code)
    text = ENGLISH.text(message)
    assert not {"{", "}"} & set(text)
    assert not any(f"({name})" in text for name in message.values)
    spoken = TOY.text(message)
    assert not LATIN.findall(spoken)
    assert LETTER in spoken or not LATIN.findall(text)


@pytest.mark.parametrize("code", ENGLISH.catalogue)
def test_what_is_missing_or_odd_leaves_a_sentence(code: str) -> None:
    assert ENGLISH.text(say(code))
    for odd in (None, object(), "text", -1, float("nan"), float("inf"), [], (), ((),), 10**5000):
        assert ENGLISH.text(say(code, **dict.fromkeys(sample(code).values, odd)))


def test_a_code_without_words_is_readable() -> None:
    assert say("no.such", count=3, of=say("note.titles", lines=2)).text == (
        "no.such (count 3, of Left out: 2 lines above the table.)")
    assert say("no.such").text == "no.such"
    assert say("no.such", found=10**5000).text == ": (found)."
    assert say("no.such", count=10**5000).text == "no.such (count (count))"
    error = DataError("no.such", place="iris.csv", found="it is empty")
    assert error.sentence == "iris.csv: it is empty."
    assert (DataError("no.such").sentence, DataError("no.such").found) == ("no.such", "no.such")


def test_values_are_written_as_their_places_say() -> None:
    language = small({
        "a": "{count:whole} {count|row|rows} of {name:name}, {share:percent}; {value:general,3}",
        "b": "{x:apart,$limit}", "c": "{inner} and {inner}", "d": "{parts:listing,row,rows}",
    })
    values = {"count": 1, "name": "x", "share": 0.5, "value": 0.12345}
    assert language.text(Message("a", values)) == "1 row of 'x', 50 %; 0.123"
    assert language.text(Message("a", {**values, "count": 1200})).startswith("1,200 rows of")
    assert language.text(say("b", x=0.99999, limit=1.0)) == "0.99999"
    assert language.text(say("c", inner=say("b", x=2.0, limit=1.0))) == "2 and 2"
    assert language.text(say("d", parts=tuple("abcdef"))) == "a, b, c, d, e and 1 more row"
    assert language.text(say("d", parts=tuple("abcdefg"))).endswith("and 2 more rows")
    assert names("{x:apart,$limit} {count|a|b}") == {"x", "limit", "count"}


def test_another_language_has_its_own_marks_and_forms(toy: None) -> None:
    assert say("stopped.seconds", seconds=1234.5).text.count("1\N{NO-BREAK SPACE}234,5") == 1
    for lines, form in ((1, LETTER * 2), (2, LETTER * 3), (3, LETTER * 4)):
        assert f" {form} " in say("note.titles", lines=lines).text


def test_words_follow_the_language_that_is_spoken() -> None:
    error = SpecError("training.new-run")
    assert error.sentence == (
        "Training: seed or precision changed; expected a new run. Reset the network.")
    speak(TOY)
    try:
        assert speaking() is TOY
        assert " ¦ " in str(error)
    finally:
        speak(None)
    assert speaking() is ENGLISH


def test_messages_are_values() -> None:
    message = say("note.titles", lines=2)
    assert message == Message("note.titles", {"lines": 2})
    assert message != message.changed(lines=3)
    assert message != "note.titles"
    assert hash(message) == hash(message.changed(lines=[]))
    assert repr(message) == "say('note.titles', lines=2)"
    for twin in (pickle.loads(pickle.dumps(message)), copy.deepcopy(message)):
        assert twin == message
    with pytest.raises(TypeError):
        message.values["lines"] = 3  # type: ignore[index]
    with pytest.raises(AttributeError):
        message.code = "x"  # type: ignore[misc]


@settings(max_examples=60, deadline=None)
@given(broken_graphs(graphs()))
def test_nothing_is_said_of_a_project_outside_the_catalogue(broken: Broken) -> None:
    graph = broken.graph
    issues = diagnose(graph.project, graph.task, graph.n_inputs, graph.n_outputs,
                      vocabulary=graph.vocabulary)
    assert issues
    for issue in issues:
        assert not english_in(issue.message), issue


@pytest.mark.parametrize("gradient", [0.0, 1e-7, 1e-3, 1e-2, 10.0, 1e4, 1e9])
def test_nothing_is_said_of_a_run_outside_the_catalogue(gradient: float) -> None:
    net = network()
    verdict = verdict_after(judge_of(net), net, (1, 21), dense_1={"gradient_rms": gradient})
    for message in (verdict.words.title, verdict.words.sentence, verdict.words.evidence,
                    *(layer.message for layer in verdict.layers)):
        assert message is None or not english_in(message), message


def test_messages_are_imported_without_their_words() -> None:
    code = ("import sys, engine.messages; print(*sys.modules)")
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                            check=True).stdout.split()
    assert "engine.messages.english" not in loaded
    assert not {"numpy", "numba", "pandas", "PySide6", "gettext"} & set(loaded)
