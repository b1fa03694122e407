"""What texts teach: words, their order, and what comes next."""

from __future__ import annotations

from typing import Any

import pytest

from engine.data import load
from engine.spec import DataSpec, LayerSpec
from engine.training import Trainer
from tests.engine.training.runs import advance, dense, trainer


def layer(key: str, **options: Any) -> LayerSpec:
    return LayerSpec(key, key, options)


def reader_of_reviews(*middle: LayerSpec) -> Trainer:
    data = load(DataSpec(source="reviews", training_share=0.8))
    return trainer(data, layer("embedding", vocabulary=data.vocabulary, units=8, padding=True),
                   *middle, dense("output", 2, "linear"), learning_rate=0.005, batch_size=32)


def test_a_bag_of_words_does_well_and_their_order_does_better() -> None:
    bag = advance(reader_of_reviews(layer("sequence_mean")), 900).evaluate().accuracy
    order = advance(reader_of_reviews(layer("gru", units=12)), 900).evaluate().accuracy
    assert 0.75 < bag < 0.92
    assert order > 0.97


@pytest.mark.parametrize(("middle", "nats"), [
    # An embedding alone can do no more than pairs of letters tell.
    ([], 2.6),
    ([layer("lstm", units=48, output="sequence")], 2.1),
], ids=["pairs of letters", "LSTM"])
def test_letters_of_the_story_are_foreseen(middle: list[LayerSpec], nats: float) -> None:
    data = load(DataSpec(source="alice", training_share=0.9))
    run = trainer(data, layer("embedding", vocabulary=data.vocabulary, units=16), *middle,
                  dense("output", data.n_outputs, "linear"), loss="sequence_cross_entropy",
                  learning_rate=0.01, batch_size=32)
    # Knowing nothing costs log 69 = 4.2.
    assert run.evaluate().loss > 3.9
    assert advance(run, 500).evaluate().loss < nats


def test_pairs_of_letters_leave_much_to_be_foreseen() -> None:
    data = load(DataSpec(source="alice", training_share=0.9))
    run = trainer(data, layer("embedding", vocabulary=data.vocabulary, units=16),
                  dense("output", data.n_outputs, "linear"), loss="sequence_cross_entropy",
                  learning_rate=0.01, batch_size=32)
    assert advance(run, 1000).evaluate().loss > 2.2
