"""Networks that write by themselves, and that forecast a series."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from engine.data import Dataset, load
from engine.data.texts import continued
from engine.spec import DataSpec, LayerSpec
from engine.telemetry.parts import Part
from engine.training import Trainer
from engine.training.forecasting import LENGTH
from engine.training.writing import LONGEST, Writer
from tests.engine.training.runs import advance, contents, curve, dense, split, trainer
from tests.engine.training.texts import tokens

LOSS = "sequence_cross_entropy"
ROUND = "the cat sat on the mat. "
"""What a text says again and again: who has seen some letters of it knows the next one."""


def layer(key: str, **options: Any) -> LayerSpec:
    return LayerSpec(key, key, options)


def story(text: str = ROUND * 60, window: int = 13) -> Dataset:
    """Return a text; windows begin at every letter of `ROUND`, whose length is no multiple."""
    return continued(text, DataSpec(source="text", window=window, training_share=0.9), "Story")


def reader(data: Dataset, *middle: LayerSpec, **training: Any) -> Trainer:
    options = {"learning_rate": 0.02, "batch_size": 16, **training}
    return trainer(data, layer("embedding", vocabulary=data.vocabulary, units=8), *middle,
                   dense("output", data.n_outputs, "linear"), loss=LOSS, **options)


LSTM = layer("lstm", units=24, output="sequence")
CONVOLUTION = layer("conv1d", filters=32, kernel=7, activation="relu")


def written(run: Trainer, data: Dataset, count: int, seed: int = 3, temperature: float = 0.8
            ) -> str:
    """Return what a network adds to a window of the validation text."""
    writer = Writer(data, seed, temperature)
    before = writer.text
    writer.write(run._plan, LOSS, count)
    assert writer.text.startswith(before)
    return writer.text[len(before):]


def test_an_lstm_learns_to_write_what_it_has_read() -> None:
    data = story()
    run = reader(data, LSTM)
    untrained = written(run, data, 24)
    advance(run, 400)
    assert run.evaluate().loss < 0.3
    found = written(run, data, 48, temperature=0.1)
    # From wherever it begins, the text goes round.
    assert found in ROUND * 4
    assert untrained not in ROUND * 4


def test_a_convolution_learns_it_as_well() -> None:
    data = story()
    run = advance(reader(data, CONVOLUTION), 300)
    # The window looks to both sides, and so all but the last step see what comes next.
    assert run.evaluate().loss < 0.2
    assert run.evaluate().accuracy > 0.9


def test_equal_seeds_write_equal_texts() -> None:
    data = story()
    run = advance(reader(data, LSTM), 10)
    assert written(run, data, 60, seed=1) == written(run, data, 60, seed=1)
    assert written(run, data, 60, seed=1) != written(run, data, 60, seed=2)


def test_a_low_temperature_takes_what_is_likeliest() -> None:
    data = story()
    run = advance(reader(data, LSTM), 10)
    assert written(run, data, 40, 1, 1e-3) == written(run, data, 40, 2, 1e-3)
    # A high one takes anything.
    assert len(set(written(run, data, 300, 1, 100.0))) == len(data.class_names)


def test_letters_are_drawn_by_what_the_network_expects() -> None:
    """A network that sees nothing expects every letter as often as its biases say."""
    data = story("abc" * 200, window=4)
    run = reader(data)
    weights = run.weights()
    shares = np.array([0.6, 0.3, 0.1])
    weights["embedding/w"][:] = 0
    weights["output/w"][:] = 0
    weights["output/b"][:] = np.log(shares)
    fixed = trainer(data, layer("embedding", vocabulary=3, units=8), dense("output", 3, "linear"),
                    loss=LOSS, weights=weights)
    for temperature in (1.0, 0.5):
        drawn = "".join(written(fixed, data, LONGEST, seed, temperature) for seed in range(5))
        expected = shares ** (1 / temperature)
        for letter, share in zip("abc", expected / expected.sum(), strict=True):
            assert drawn.count(letter) / len(drawn) == pytest.approx(share, abs=0.05)


def test_a_text_begins_anew_when_it_is_long() -> None:
    data = story("abc" * 200, window=4)
    run, writer = reader(data), Writer(data, 1)
    start = writer.text
    writer.write(run._plan, LOSS, LONGEST)
    full = writer.text
    assert len(full) == len(start) + LONGEST
    writer.write(run._plan, LOSS, 1)
    assert len(writer.text) == len(start) + 1


def test_a_budget_is_kept() -> None:
    data = story()
    writer = Writer(data, 1)
    before = len(writer.text)
    writer.write(reader(data)._plan, LOSS, LONGEST, budget_s=0.0)
    assert len(writer.text) == before + 1


def test_words_are_joined_by_spaces() -> None:
    rng = np.random.default_rng(0)
    numbers = rng.integers(0, 3, (12, 5))
    data = dataclasses.replace(split(tokens(numbers, numbers, 3, 3), 2),
                               tokens=("one", "two", "three"), joint=" ")
    found = written(reader(data), data, 50)
    assert found.startswith(" ")
    assert len(found.split()) == 50
    assert set(found.split()) == {"one", "two", "three"}


def test_a_text_grows_whenever_it_is_written_on() -> None:
    run = reader(story(), LSTM)
    first = run.write_text()
    second = advance(run, 5).write_text(3)
    assert first is not None
    assert second is not None
    assert first.text.startswith(first.prompt)
    assert len(first.text) > len(first.prompt)
    assert second.prompt == first.prompt
    assert second.text.startswith(first.text)
    assert len(second.text) == len(first.text) + 3


def test_looking_writes_nothing_and_writing_leaves_the_run_alone() -> None:
    run, silent = (advance(reader(story(), LSTM, layer("dropout")), 3) for _ in range(2))
    before = run.write_text(1)
    assert run.snapshot().text == ""
    after = run.write_text(1)
    assert before is not None
    assert after is not None
    assert len(after.text) == len(before.text) + 1
    for _ in range(4):
        run.write_text()
        advance(run, 2)
    assert contents(run) == contents(advance(silent, 8))


def test_other_data_have_neither_text_nor_forecast() -> None:
    for run in (trainer(), trainer(curve(), dense("output", 2, "linear"),
                                   loss="mean_squared_error"),
                trainer(split(tokens(np.ones((9, 4), np.int64), np.arange(9) % 3, 3, 3), 2),
                        layer("embedding", vocabulary=3, units=2), layer("sequence_mean"),
                        dense("output", 3, "linear"))):
        look = run.snapshot()
        assert run.write_text() is None
        assert Part.TEXT not in look.available
        assert look.forecast is None


@pytest.mark.parametrize("carried", [False, True])
def test_looking_does_not_change_what_is_learned(carried: bool) -> None:
    data = story()
    options = {"output": "sequence", "units": 10, "carried": carried}
    seen, unseen = (reader(data, layer("gru", **options), layer("dropout")) for _ in range(2))
    for _ in range(6):
        advance(seen, 3)
        seen.snapshot()
    assert contents(seen) == contents(advance(unseen, 18))


def sine(**options: Any) -> Dataset:
    return load(DataSpec(source="sine", window=30, training_share=0.7, **options))


def forecaster(data: Dataset, **training: Any) -> Trainer:
    return trainer(data, dense("hidden", 16), dense("output", 1, "linear"),
                   loss="mean_squared_error", learning_rate=0.01, batch_size=16, **training)


def test_a_forecast_goes_on_from_its_own_values() -> None:
    data = sine()
    run = advance(forecaster(data, precision="float64"), 50)
    found = run.snapshot().forecast
    assert found is not None
    rows = data.validation[:LENGTH]
    assert len(found.actual) == len(found.one_step) == len(found.rollout) == len(rows)
    np.testing.assert_array_equal(found.actual, data.values[rows, 0])
    np.testing.assert_allclose(found.one_step, run.predict(data.inputs[rows])[:, 0], 1e-12)
    window = list(data.inputs[rows[0]])
    for step in range(LENGTH):
        value = float(run.predict(np.array([window[-30:]]))[0, 0])
        assert found.rollout[step] == pytest.approx(value, rel=1e-9)
        window.append(value)
    # The first value is the same; later ones drift apart.
    assert found.rollout[0] == pytest.approx(found.one_step[0], rel=1e-12)
    assert not np.allclose(found.rollout[1:], found.one_step[1:], atol=1e-6)


def test_a_network_learns_to_forecast_the_sines() -> None:
    data = sine()
    found = advance(forecaster(data), 1500).snapshot().forecast
    assert found is not None
    assert np.sqrt(np.mean((found.one_step - found.actual) ** 2)) < 0.1
    # Even a whole period from its own values alone.
    assert np.sqrt(np.mean((found.rollout - found.actual)[:20] ** 2)) < 0.3


def test_a_forecast_is_in_the_units_of_the_data() -> None:
    plain = sine()
    data = dataclasses.replace(plain, units_of=lambda values: 100 * values + 7)
    run = forecaster(data)
    found, bare = run.snapshot().forecast, forecaster(plain).snapshot().forecast
    assert found is not None
    assert bare is not None
    for name in ("actual", "one_step", "rollout"):
        np.testing.assert_allclose(getattr(found, name), 100 * getattr(bare, name) + 7, 1e-12)
