from __future__ import annotations

import ast
from types import MappingProxyType

import pytest

from engine.messages import Fault
from engine.messages.english import ENGLISH
from tests.contracts.messages import compared, mentioned, misnamed, spelled
from tests.contracts.source import Source, must_be_empty, sources

PROGRAM = [source for source in sources("engine", "gui") if not source.within("engine.messages")]
CATALOGUE = dict(ENGLISH.catalogue)
READS_OTHERS_WORDS = ("engine.layers.form",)
"""Modules that look at the words of a library, which has no codes."""


def test_every_code_has_words_for_the_values_that_it_is_given() -> None:
    must_be_empty(fault for source in PROGRAM for fault in misnamed(source, CATALOGUE))


def test_every_code_of_the_catalogue_is_used() -> None:
    used = set().union(*map(mentioned, PROGRAM))
    must_be_empty(f"nothing says {code!r}" for code in CATALOGUE if code not in used)


def test_no_code_stands_twice_in_the_catalogue() -> None:
    keys = [key.value for source in sources("engine") if source.within("engine.messages.english")
            for node in ast.walk(source.tree) if isinstance(node, ast.Dict)
            for key in node.keys if isinstance(key, ast.Constant) and "." in str(key.value)]
    assert len(keys) == len(set(keys)) == len(CATALOGUE)


def test_messages_are_given_by_code() -> None:
    must_be_empty(f"{source.name}, line {line}: {what}, which belong into engine.messages"
                  for source in PROGRAM for line, what in spelled(source.tree))


def test_nothing_decides_by_comparing_sentences() -> None:
    must_be_empty(f"{source.name}, line {line}: {what}, but codes decide"
                  for source in PROGRAM if not source.within(*READS_OTHERS_WORDS)
                  for line, what in compared(source.tree))


@pytest.mark.parametrize("text", [
    "say('no.such-code')",
    "say('note.titles')",
    "say('note.titles', lines=1, words=2)",
    "raise DataError('file.empty', path='x')",
    "raise DivergedError('diverged.loss', layer_id='a')",
])
def test_a_code_without_its_words_is_seen(text: str) -> None:
    source = Source("engine.data.load", f"from engine.messages import say\n{text}")
    assert list(misnamed(source, CATALOGUE))


@pytest.mark.parametrize("text", [
    "raise SpecError('Network', 'it has no layers')",
    "raise DataError(f'{place} is empty')",
    "raise DataError('as-given', found='the file is empty')",
    "raise FormatError('file.empty', place=f'{name}, line {line}')",
    "Issue('', 'Network: it has no layers')",
    "Issue(layer.id, f'Layer {position}: it has no option')",
    "Issue('', 'one of ' + names)",
    "LayerVerdict(reading.layer_id, 'dead', 2, 'All units are dead.')",
    "Words(say('dead.title'), f'All units of layer {n} are dead.')",
    "LeftLayer(name, 'the other project has none' if x else other)",
    "from engine.messages import say\nsay('file.no-text', what='a zip archive')",
])
def test_a_message_of_words_is_seen(text: str) -> None:
    assert list(spelled(ast.parse(text)))


@pytest.mark.parametrize("text", [
    "if reason == 'Project opened': ...",
    "if bench.reason == OPENED: ...",
    "if 'not finite' in error.sentence: ...",
    "if 'is missing' in str(error): ...",
    "issue.text.partition(': ')",
    "if issue.text.startswith(place): ...",
    "if self.message.text() == self._promise: ...",
    "text.removesuffix('of the network')",
    "WHAT_NEXT[bench.reason]",
    "next(layer for layer in network if place(layer) == error.found)",
])
def test_a_question_about_words_is_seen(text: str) -> None:
    assert list(compared(ast.parse(text)))


@pytest.mark.parametrize("text", [
    "from engine.messages import say\nsay('note.titles', lines=1)",
    "raise DataError('file.empty', place=path.name)",
    "raise DivergedError('diverged.loss', layer_id='a', step=3)",
    "raise error.at(place(position, layer)) from error",
    "Issue(layer.id, error.message)",
    "self.strip.say('waiting', 0, 'Running.', 'The first figures are on their way.')",
    "if told == OPENED: ...",
    "if bench.reason == '': ...",
    "if record.text.endswith('\\n'): ...",
])
def test_legal_text_passes(text: str) -> None:
    source = Source("engine.data.load", text)
    assert not [*misnamed(source, CATALOGUE), *spelled(source.tree), *compared(source.tree)]


def test_the_catalogue_holds_words_and_faults_alone() -> None:
    assert isinstance(MappingProxyType(CATALOGUE)["file.empty"], Fault)
    assert all(isinstance(entry, str | Fault) for entry in CATALOGUE.values())
