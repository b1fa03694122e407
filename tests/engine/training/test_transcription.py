"""Texts read out of sequences: what a network learns, what is measured, what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.data.transcription import errors_in, laid_together, read_greedily, text_lengths
from engine.errors import EngineError
from engine.kernels.runtime import layout
from engine.spec import LayerSpec
from engine.telemetry.parts import Part
from engine.training import Trainer
from engine.training.transcripts import TRANSCRIBED
from tests.engine.training.runs import advance, contents, dense, trainer
from tests.engine.training.strings import CHARACTERS, STEPS, listening, strings
from tests.engine.training.test_gradient_check import check
from tests.engine.training.texts import tokens

VALIDATION_SCORE = 2


def reader(n: int = 40, validation: int = 12, *, recurrent: str = "lstm", units: int = 8,
           **training: Any) -> Trainer:
    return trainer(strings(n, validation), listening(),
                   LayerSpec("recurrent", recurrent, {"units": units, "output": "sequence"}),
                   dense("output", len(CHARACTERS) + 1, "linear"), loss="ctc", **training)


@pytest.mark.parametrize("recurrent", ["lstm", "gru"])
def test_a_recurrent_network_learns_to_read(recurrent: str) -> None:
    run = reader(1000, 200, recurrent=recurrent, units=24, learning_rate=0.01, batch_size=32)
    # Before it has learned anything, most of what it reads is wrong.
    assert run.evaluate("validation").accuracy < 0.3
    assert advance(run, 32 * 14).evaluate("validation").accuracy > 0.95


@pytest.mark.parametrize("recurrent", ["lstm", "gru"])
def test_gradients(recurrent: str) -> None:
    check(reader(6, 0, recurrent=recurrent, units=4, batch_size=0, learning_rate=0.0,
                 precision="float64", shuffle=False, seed=3))


def test_gradients_where_steps_are_padding() -> None:
    rng = np.random.default_rng(1)
    inputs = rng.integers(1, 6, (5, 9))
    inputs[0, 6:], inputs[1, 4:], inputs[2, 2:] = 0, 0, 0
    labels = np.array([[0, 1, 1], [2, -1, -1], [0, 0, 0], [1, 2, -1], [-1, -1, -1]])
    data = replace(tokens(inputs, labels, 3, 6), task="transcription")
    run = trainer(data, LayerSpec("embed", "embedding", {"vocabulary": 6, "units": 3,
                                                         "padding": True}),
                  dense("output", 4, "linear"), loss="ctc", batch_size=0, learning_rate=0.0,
                  precision="float64", shuffle=False)
    check(run)
    # The third text does not fit in its two steps: the others make the mean.
    assert run._plan.shared.results[layout.ITEMS] == 4


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_change_no_byte(threads: int) -> None:
    def run(count: int) -> Trainer:
        one = reader(batch_size=20)
        return advance(Trainer(one.project, strings(40, 12), threads=count), 4)

    alone, together = run(1), run(threads)
    row = next(i for i, line in enumerate(together._plan.lines) if line.op == "ctc")
    assert together._plan.table[row, layout.SHARDS] == threads
    assert contents(together) == contents(alone)


def test_the_score_is_the_share_of_characters_less_those_that_are_wrong() -> None:
    run = advance(reader(60, 30, units=12, learning_rate=0.02, batch_size=10), 90)
    data = strings(60, 30)
    wanted = data.labels[data.validation]
    outputs = run.predict(data.inputs[data.validation])
    assert outputs.shape == (30, STEPS, len(CHARACTERS) + 1)
    np.testing.assert_allclose(outputs.sum(axis=-1), 1, rtol=1e-5)
    wrong = sum(errors_in(laid_together(text[text >= 0], read_greedily(np.argmax(of, axis=1))))
                for text, of in zip(wanted, outputs, strict=True))
    score = 1 - wrong / text_lengths(wanted).sum()
    assert 0.2 < score < 1
    assert run.evaluate("validation").accuracy == pytest.approx(score, rel=1e-12)
    assert run.ring.read(0)[1][-1, VALIDATION_SCORE] == pytest.approx(score, rel=1e-12)


def test_characters_that_there_are_none_of_are_refused() -> None:
    data = strings(20, 0)
    data.labels[3, 0] = len(CHARACTERS)
    with pytest.raises(EngineError, match="Strings, example 4, character 1: number 5"):
        trainer(data, listening(), dense("output", len(CHARACTERS) + 1, "linear"), loss="ctc")


def test_a_text_without_characters_has_no_score() -> None:
    data = strings(20, 6)
    data.labels[data.validation] = -1
    run = trainer(data, listening(), dense("output", len(CHARACTERS) + 1, "linear"), loss="ctc")
    assert np.isnan(run.evaluate("validation").accuracy)


def test_a_look_carries_what_is_read_out_of_some_examples() -> None:
    run = advance(reader(60, 30, units=12, learning_rate=0.02, batch_size=10), 60)
    before = contents(run)
    look = run.snapshot(frozenset({Part.TRANSCRIPTS}))
    assert contents(run) == before
    data = strings(60, 30)
    assert [one.row for one in look.transcripts] == data.validation[:TRANSCRIBED].tolist()
    outputs = run.predict(data.inputs[data.validation])
    for one, of in zip(look.transcripts, outputs, strict=False):
        np.testing.assert_allclose(one.shares, of, rtol=1e-4, atol=1e-7)
        assert one.read.tolist() == read_greedily(np.argmax(of, axis=1)).tolist()
    assert any(len(one.read) for one in look.transcripts)


def test_padding_is_not_read() -> None:
    rng = np.random.default_rng(2)
    inputs = rng.integers(1, 6, (8, 9))
    inputs[2, 4:], inputs[5, 1:] = 0, 0
    labels = np.array([[0, 1]] * 8)
    data = replace(tokens(inputs, labels, 3, 6), task="transcription")
    run = trainer(data, LayerSpec("embed", "embedding", {"vocabulary": 6, "units": 3,
                                                         "padding": True}),
                  dense("output", 4, "linear"), loss="ctc", batch_size=0)
    found = run.snapshot(frozenset({Part.TRANSCRIPTS})).transcripts
    assert [len(one.shares) for one in found] == [9, 9, 4, 9, 9, 1, 9, 9]
