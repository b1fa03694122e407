"""The latent plane: decoding given codes, and where examples lie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.data.dataset import Dataset
from engine.errors import ShapeError, SpecError
from engine.spec import LayerSpec
from engine.training import Trainer
from engine.training import latent as module
from tests.engine.training.runs import advance, clouds, contents, dense, trainer

Reals = NDArray[np.float64]
WIDTH = 5


def data(n: int = 40, validation: int = 20) -> Dataset:
    found = clouds(n, validation, width=WIDTH)
    values = 1 / (1 + np.exp(-found.inputs))
    return replace(found, task="reconstruction", inputs=values, values=values)


def autoencoder(code: int, *after: LayerSpec) -> tuple[LayerSpec, ...]:
    return (dense("encoder", 6), dense("moments", 2 * code, "linear"),
            LayerSpec("code", "sampling"), *(after or (dense("decoder", 6),)),
            dense("output", WIDTH, "linear"))


def made(code: int = 3, *after: LayerSpec, loss: str = "binary_cross_entropy",
         found: Dataset | None = None, precision: str = "float64") -> Trainer:
    return trainer(found or data(), *autoencoder(code, *after), loss=loss, precision=precision)


def decoded(run: Trainer, codes: Reals) -> Reals:
    w = run.weights()
    z = np.tanh(codes @ w["decoder/w"] + w["decoder/b"]) @ w["output/w"] + w["output/b"]
    return 1 / (1 + np.exp(-z))


def means(run: Trainer, inputs: Reals) -> Reals:
    w = run.weights()
    hidden = np.tanh(inputs @ w["encoder/w"] + w["encoder/b"])
    return (hidden @ w["moments/w"] + w["moments/b"])[:, :w["decoder/w"].shape[0]]


def test_decoding_is_the_rest_of_the_network() -> None:
    run = advance(made(), 30)
    codes = np.random.default_rng(1).standard_normal((700, 3))
    np.testing.assert_allclose(run.decode("code", codes), decoded(run, codes), rtol=1e-12)
    inputs = data().inputs
    np.testing.assert_allclose(run.decode("code", means(run, inputs)), run.predict(inputs),
                               rtol=1e-12)
    # Any layer through which everything flows will do, the input too.
    np.testing.assert_array_equal(run.decode("input", inputs), run.predict(inputs))


@pytest.mark.parametrize("code", [1, 2, 3])
def test_the_plane_is_spanned_by_the_first_two_numbers(code: int) -> None:
    run = advance(made(code), 30)
    plane = run.snapshot().latent
    assert plane is not None
    assert plane.grid.shape == (12, 12, WIDTH)
    assert plane.span == (-2.5, 2.5)
    edge = np.linspace(-2.5, 2.5, 12)
    for row, column in ((0, 0), (3, 7), (11, 2)):
        node = np.zeros((1, code))
        node[0, :2] = (edge[column], edge[row])[:code]
        np.testing.assert_allclose(plane.grid[row, column], decoded(run, node)[0], rtol=1e-12)
    np.testing.assert_array_equal(plane.rows, data().validation)
    expected = np.zeros((20, 2))
    expected[:, :code] = means(run, data().inputs[data().validation])[:, :2]
    np.testing.assert_allclose(plane.codes, expected, rtol=1e-12)
    assert not plane.grid.flags.writeable


def test_at_most_so_many_examples_are_put_into_it() -> None:
    found = data(30, 800)
    plane = made(found=found).snapshot().latent
    assert plane is not None
    np.testing.assert_array_equal(plane.rows, found.validation[:module.CODES])


def test_training_examples_stand_in_where_there_are_none_for_validation() -> None:
    plane = made(found=data(30, 0)).snapshot().latent
    assert plane is not None
    assert plane.rows.tolist() == data(30, 0).training.tolist()


def test_outputs_of_a_plain_loss_are_values() -> None:
    run = made(loss="mean_squared_error")
    plane = run.snapshot().latent
    assert plane is not None
    logits = np.log(decoded(run, np.zeros((1, 3))) / (1 - decoded(run, np.zeros((1, 3)))))
    np.testing.assert_allclose(run.decode("code", np.zeros((1, 3))), logits, rtol=1e-9)


def test_without_a_latent_layer_there_is_no_plane() -> None:
    run = trainer(data(), dense("code", 2), dense("output", WIDTH, "linear"),
                  loss="binary_cross_entropy")
    assert run.snapshot().latent is None


def test_a_skip_around_the_code_leaves_nothing_to_decode() -> None:
    join = LayerSpec("join", "concatenate", inputs=("code", "encoder"))
    run = advance(made(3, join, dense("decoder", 6)), 5)
    assert run.snapshot().latent is None
    with pytest.raises(SpecError, match=r"Layer 3 \(Sampling\): a later layer reads what stands "
                                        "before it"):
        run.decode("code", np.zeros((1, 3)))
    # Behind the join everything flows through one layer again.
    assert run.decode("decoder", np.zeros((2, 6))).shape == (2, WIDTH)


def test_a_skip_behind_the_code_is_no_hindrance() -> None:
    join = LayerSpec("join", "concatenate", inputs=("code", "decoder"))
    run = made(3, dense("decoder", 6), join)
    assert run.snapshot().latent is not None
    inputs = data().inputs
    np.testing.assert_allclose(run.decode("code", means(run, inputs)), run.predict(inputs),
                               rtol=1e-12)


def test_codes_of_another_width() -> None:
    with pytest.raises(ShapeError, match=r"Layer 3 \(Sampling\): codes of shape 1x2; expected 3 "):
        made().decode("code", np.zeros((1, 2)))
    with pytest.raises(SpecError, match="no layer is called"):
        made().decode("cod", np.zeros((1, 3)))


@pytest.mark.parametrize("look", [
    Trainer.snapshot, lambda run: run.decode("code", np.full((700, 3), 1e30)),
    lambda run: run.decode("moments", np.zeros((1, 6)))], ids=["snapshot", "code", "moments"])
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_looking_changes_nothing(look: Callable[[Trainer], object], precision: str) -> None:
    def run(looks: bool) -> Trainer:
        found = trainer(data(23, 7), *autoencoder(3), loss="binary_cross_entropy", batch_size=5,
                        precision=precision)
        for _ in range(12):
            if looks:
                look(found)
            advance(found, 1)
        return found
    watched, alone = run(True), run(False)
    assert contents(watched) == contents(alone)
    for name, gradient in alone.gradients().items():
        np.testing.assert_array_equal(watched.gradients()[name], gradient)
