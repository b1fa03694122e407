"""Predicted gradients of networks of all kinds of layers, against the engine's first step."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from engine.data.dataset import Dataset
from engine.layers import kinds
from engine.messages import Message
from engine.spec import LayerSpec, NetworkSpec
from engine.theory.prediction import MOST_NUMBERS
from tests.engine.theory.networks import dataset, first_steps, layer, predicted, project

WIDTH = 96
HE = {"weights": "he_normal"}
SEQUENCE = layer("steps", "reshape", form="sequence", steps=16, features=4)
IMAGE = layer("image", "reshape", height=8, width=8, channels=1)


def dense(name: str, activation: str = "relu", units: int = WIDTH, *inputs: str) -> LayerSpec:
    return layer(name, "dense", *inputs, units=units, activation=activation, **HE)


def normalised(kind: str) -> list[LayerSpec]:
    return [one for n in range(4) for one in (
        dense(f"dense-{n}", "linear"), layer(f"norm-{n}", kind),
        layer(f"relu-{n}", "activation", function="relu"))]


NETWORKS: dict[str, list[LayerSpec]] = {
    "residual": [
        dense("first"), dense("a"), dense("b", "linear"), layer("sum", "add", "first", "b"),
        dense("c"), dense("d", "linear"), layer("whole", "add", "sum", "d")],
    "concatenation": [dense("a"), dense("b", "tanh", 48), layer("both", "concatenate", "a", "b"),
                      dense("c", "linear"), layer("bent", "prelu")],
    "dropout": [dense("a"), layer("mask", "dropout", rate=0.3), dense("b"),
                layer("noise", "gaussian_noise", deviation=0.5), dense("c")],
    "batch norm": normalised("batch_norm"),
    "layer norm": normalised("layer_norm"),
    "convolution": [
        IMAGE, layer("conv-1", "conv2d", filters=24, stride=2, **HE),
        layer("conv-2", "conv2d", filters=24, **HE), layer("row", "flatten")],
    "pooling": [
        dense("code", "linear"), layer("image", "reshape", height=4, width=4, channels=6),
        layer("up", "upsampling"), layer("conv-1", "conv2d", filters=64, **HE),
        layer("mean", "average_pooling"), layer("conv-2", "conv2d", filters=64, **HE),
        layer("all", "global_average_pooling")],
    "max pooling": [
        dense("code", "linear"), layer("image", "reshape", height=4, width=4, channels=6),
        layer("conv", "conv2d", filters=48, **HE), layer("max", "max_pooling"),
        layer("row", "flatten")],
    "max pooling to one place": [
        dense("code", "linear"), layer("image", "reshape", height=2, width=2, channels=24),
        layer("conv", "conv2d", filters=48, **HE), layer("max", "max_pooling"),
        layer("row", "flatten")],
    "transposed convolution": [
        dense("code", "tanh", 64), layer("image", "reshape", height=4, width=4, channels=4),
        layer("large", "conv2d_transpose", filters=16, **HE), layer("row", "flatten")],
    "simple RNN": [SEQUENCE, layer("seen", "dense", units=32, activation="tanh"),
                   layer("rnn-1", "rnn", units=WIDTH, output="sequence", truncation=6),
                   layer("rnn-2", "rnn", units=WIDTH)],
    "LSTM": [SEQUENCE, layer("lstm", "lstm", units=WIDTH, output="sequence"),
             layer("mean", "sequence_mean")],
    "GRU": [SEQUENCE, layer("gru", "gru", units=WIDTH, initial_bias=0.5)],
}


FACTORS = {"max pooling": 2.0, "max pooling to one place": 2.0}
"""Of what may be further off than 1.5. The window's largest number is where the weights fit best:
what lies under it is taken for no other than elsewhere."""


@pytest.mark.parametrize("name", NETWORKS)
def test_every_layer_is_as_predicted(name: str) -> None:
    data = dataset(examples=512, side=8)
    given = project(NETWORKS[name], batch_size=64)
    found = first_steps(given, data, range(7))
    for one in predicted(given, data).layers:
        assert one.reason is None
        if one.layer_id in found:
            ratio = float(np.median(found[one.layer_id])) / one.gradient_rms
            factor = FACTORS.get(name, 1.5)
            assert 1 / factor < ratio < factor, one.layer_id


def test_tokens_share_their_vectors() -> None:
    rng = np.random.default_rng(1)
    tokens = rng.integers(0, 12, (256, 10))
    data = dataset(inputs=10, examples=256)
    object.__setattr__(data, "inputs", tokens.astype(float))
    object.__setattr__(data, "tokens", tuple("abcdefghijkl"))
    given = project([layer("embedding", "embedding", vocabulary=12, units=16),
                     layer("row", "flatten"), dense("a")], batch_size=64)
    found = first_steps(given, data, range(5))
    for one in predicted(given, data).layers:
        if one.layer_id in found:
            assert 1 / 1.5 < float(np.median(found[one.layer_id])) / one.gradient_rms < 1.5


def texts(steps: int, vocabulary: int, *, padded: bool = False) -> Dataset:
    """Return texts of random tokens, some more frequent than others; most end before the end."""
    rng = np.random.default_rng(1)
    shares = 1.0 / np.arange(1, vocabulary)
    tokens = 1 + rng.choice(vocabulary - 1, (256, steps), p=shares / shares.sum())
    if padded:
        ends = rng.integers(steps // 4, steps + 1, 256)
        tokens[np.arange(steps) >= ends[:, None]] = 0
    data = dataset(inputs=steps, examples=256)
    object.__setattr__(data, "inputs", tokens.astype(float))
    object.__setattr__(data, "tokens", tuple(map(str, range(vocabulary))))
    return data


def compare(layers: list[LayerSpec], data: Dataset, factor: float = 1.5, **training: object
            ) -> None:
    """Hold every layer that learns against the median of some seeds."""
    given = project(layers, **{"batch_size": 64, **training})
    found = first_steps(given, data, range(7))
    said = predicted(given, data).layers
    assert [one.reason for one in said if one.reason is not None] == []
    for one in said:
        if one.layer_id in found:
            ratio = float(np.median(found[one.layer_id])) / one.gradient_rms
            assert 1 / factor < ratio < factor, (one.layer_id, ratio)


EMBEDDED = layer("embedding", "embedding", vocabulary=20, units=32, padding=True)
PADDED: dict[str, list[LayerSpec]] = {
    "its mean": [EMBEDDED, layer("mean", "sequence_mean"), dense("a")],
    "its mean behind other layers": [
        EMBEDDED, layer("seen", "dense", units=48, activation="tanh"),
        layer("mask", "dropout", rate=0.2), layer("all", "global_average_pooling"), dense("a")],
    "all steps in a row": [EMBEDDED, layer("row", "flatten"), dense("a")],
    "windows": [EMBEDDED, layer("conv", "conv1d", filters=48, kernel=3, **HE),
                layer("mean", "sequence_mean")],
}


@pytest.mark.parametrize("name", PADDED)
def test_padding_counts_where_the_engine_counts_it(name: str) -> None:
    compare(PADDED[name], texts(12, 20, padded=True))


def test_padding_is_no_part_of_a_mean() -> None:
    """Whoever counted it would expect a third of the gradient."""
    short = texts(12, 20)
    short.inputs[:, 4:] = 0
    compare([EMBEDDED, layer("mean", "sequence_mean"), dense("a")], short, 1.35)


@pytest.mark.parametrize("options", [
    {"longest": 1}, {"longest": 3, "buckets": 5000}, {"longest": 2, "buckets": 6},
    {"longest": 2, "buckets": 5000, "combine": "sum"},
    {"longest": 2, "buckets": 5000, "distinct": True, "combine": "sum"},
    {"longest": 2, "buckets": 5000, "sparse": False}], ids=str)
def test_bags_share_the_vectors_of_common_n_grams(options: dict[str, object]) -> None:
    bag = layer("bag", "ngram_bag", vocabulary=30, units=32, **{"spread": 0.5, **options})
    compare([bag, dense("a")], texts(24, 30, padded=True))


SHARES: dict[str, list[LayerSpec]] = {
    "between layers": [dense("a"), layer("shares", "softmax"), dense("b")],
    "of a few": [dense("a", "linear", 6), layer("shares", "softmax"), dense("b")],
    "of large numbers": [layer("a", "dense", units=48, activation="linear", gain=3.0,
                               weights="lecun_normal"), layer("shares", "softmax"), dense("b")],
    "of every step": [SEQUENCE, layer("a", "dense", units=24, activation="linear"),
                      layer("shares", "softmax"), layer("mean", "sequence_mean"), dense("b")],
    "of data": [layer("shares", "softmax"), dense("b")],
}


@pytest.mark.parametrize("name", SHARES)
def test_shares_pass_on_what_their_rows_do(name: str) -> None:
    compare(SHARES[name], dataset(examples=512, side=8))


def test_shares_may_be_what_is_given() -> None:
    given = project([dense("a"), dense("b")], batch_size=64, loss="mean_squared_error")
    layers = (*given.network, layer("shares", "softmax"))
    given = replace(given, network=NetworkSpec(layers))
    data = dataset(examples=512, side=8)
    found = first_steps(given, data, range(7))
    for one in predicted(given, data).layers:
        if one.layer_id in found:
            assert 1 / 1.5 < float(np.median(found[one.layer_id])) / one.gradient_rms < 1.5


def test_every_kind_has_a_rule_or_says_why_not() -> None:
    assert {kind.key for kind in kinds() if type(kind).covariances is _default()} == set()


def _default() -> object:
    from engine.layers import LayerKind

    return LayerKind.covariances


def test_a_layer_without_a_rule_says_so_for_itself_and_those_before() -> None:
    data = dataset()
    given = project([dense("a"), layer("code", "sampling"), dense("b")], batch_size=16)
    found = {one.layer_id: one for one in predicted(given, data).layers}
    for name in ("a", "code", "b"):
        assert isinstance(found[name].reason, Message)
        assert "Layer 2 (Sampling)" in found[name].reason.text
        assert np.isnan(found[name].gradient_rms)
    # What comes before it is known on the way forward.
    assert found["a"].activation_rms > 0


@pytest.mark.parametrize(("layers", "words"), [
    ([layer("a", "dense", units=8, weights="constant"), dense("b")], "not random"),
    ([SEQUENCE, layer("r", "rnn", units=8, recurrent_weights="identity")], "not random"),
    ([SEQUENCE, layer("r", "lstm", units=8, carried=True)], "carried"),
    ([IMAGE, layer("p", "max_pooling", size=3, stride=1), layer("f", "flatten")], "overlap"),
    ([dense("a"), layer("d", "dropout"), layer("s", "add", "a", "d")], "one begins with"),
    ([dense("a"), layer("s", "softmax"), layer("d", "dropout"), layer("r", "activation")],
     "shares that sum to 1"),
    ([dense("a", "linear", 8), layer("code", "sampling")], "term of the loss"),
])
def test_what_is_not_covered_is_said(layers: list[LayerSpec], words: str) -> None:
    given = project(layers, batch_size=16)
    reasons = [one.reason.text for one in predicted(given, dataset()).layers if one.reason]
    assert reasons
    assert all(words in reason for reason in reasons)


@pytest.mark.parametrize(("layers", "words"), [
    ([EMBEDDED, layer("rnn", "rnn", units=8)], "padding that it skips"),
    ([layer("bag", "ngram_bag", vocabulary=20, weighting="naive_bayes")], "found in the data"),
])
def test_what_is_not_covered_of_texts_is_said(layers: list[LayerSpec], words: str) -> None:
    given = project(layers, batch_size=16)
    reasons = [one.reason.text for one in predicted(given, texts(12, 20, padded=True)).layers
               if one.reason]
    assert reasons
    assert all(words in reason for reason in reasons)


def test_recurrent_layers_read_sequences_that_need_no_padding() -> None:
    compare([EMBEDDED, layer("rnn", "rnn", units=WIDTH)], texts(10, 20))


def test_a_recurrent_layer_tells_of_its_steps() -> None:
    given = project([SEQUENCE, layer("r", "rnn", units=WIDTH, recurrent_weights="normal",
                                     recurrent_spread=0.05)], batch_size=64)
    steps = next(one.steps for one in predicted(given, dataset()).layers if one.steps)
    assert len(steps) == 16
    # Half of the error at most goes from one step to the one before.
    factors = np.array(steps[:-1]) / np.array(steps[1:])
    assert np.all((factors > 0.3) & (factors < 0.51))


def test_of_a_deep_network_with_many_places_fewer_examples_are_looked_at() -> None:
    def points(depth: int) -> int:
        chain = (layer("steps", "reshape", form="sequence", steps=32, features=2),
                 *(dense(f"dense-{n}", "tanh", 8) for n in range(depth)), layer("row", "flatten"))
        found = predicted(project(list(chain), batch_size=32), dataset())
        assert all(one.gradient_rms > 0 for one in found.layers if one.layer_id != "input"
                   and one.layer_id.startswith("dense"))
        return found.points
    few, many = points(40), points(2)
    assert many > 15 > few > 2
    # The moments of 40 layers whose 32 places are followed together.
    assert 40 * (32 * few) ** 2 <= MOST_NUMBERS < 43 * (32 * (few + 1)) ** 2
