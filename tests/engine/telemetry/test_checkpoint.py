"""A checkpoint as plain arrays: what comes back, and what is refused."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.errors import FormatError
from engine.spec import OptimizerSpec, StoppingSpec, TrainingSpec
from engine.telemetry.checkpoint import Checkpoint, Counters, Figures, Place, nbytes_together

Arrays = dict[str, NDArray[Any]]


def made(**changes: Any) -> Checkpoint:
    """Return the checkpoint of a small network with all that there can be."""
    places = {"a/w": Place(0, (2, 3), True), "a/b": Place(6, (3,), True),
              "n/running_mean": Place(16, (3,), False)}
    values: dict[str, Any] = {
        "training": TrainingSpec(optimizer=OptimizerSpec("adam"),
                                 stopping=StoppingSpec(patience=2)),
        "counters": Counters(7, 2, 5, 7, 11, 64, 1, 1, 99), "figures": Figures(1.5, 3.0, 5.0, 0.5),
        "places": places, "regions": np.arange(80, dtype=np.float32).reshape(4, 20),
        "carried": {"a/state": np.ones((5, 3), np.float32)}, "row": np.ones(11),
        "order": np.arange(11, dtype=np.int32)[::-1].copy(),
        "best": np.arange(20, dtype=np.float32), **changes}
    return Checkpoint(**values)


def test_parameters_have_names() -> None:
    checkpoint = made()
    assert checkpoint.names == ("a/w", "a/b", "n/running_mean")
    assert (checkpoint.step, checkpoint.epoch, checkpoint.learning) == (7, 2, ("a",))
    np.testing.assert_array_equal(checkpoint.array("a/b"), [6, 7, 8])
    np.testing.assert_array_equal(checkpoint.gradient("a/b"), [26, 27, 28])
    np.testing.assert_array_equal(checkpoint.memory("a/b")[1], [66, 67, 68])
    np.testing.assert_array_equal(checkpoint.best_array("n/running_mean"), [16, 17, 18])
    for name in ("n/running_mean", "b/w"):
        with pytest.raises(KeyError):
            checkpoint.gradient(name)
    with pytest.raises(KeyError):
        made(best=None).best_array("a/w")
    with pytest.raises(ValueError, match="read-only"):
        checkpoint.array("a/w")[0] = 1


def test_its_size_counts_what_it_shares() -> None:
    one = made()
    other = made(order=one.order, best=one.best)
    assert one.nbytes == 4 * 80 + 4 * 15 + 8 * 11 + 4 * 11 + 4 * 20
    assert nbytes_together([one, other]) == 2 * one.nbytes - 4 * 11 - 4 * 20


@pytest.mark.parametrize("changes", [
    {}, {"best": None}, {"carried": {}},
    {"training": TrainingSpec(), "regions": np.ones((2, 20), np.float32)},
    {"training": TrainingSpec(precision="float64"), "regions": np.ones((2, 20)), "best": None,
     "carried": {}}])
def test_it_comes_back_from_arrays(changes: dict[str, Any]) -> None:
    before = made(**changes)
    after = Checkpoint.from_arrays(before.to_arrays())
    assert (after.training, after.counters) == (before.training, before.counters)
    np.testing.assert_equal(astuple(after.figures), astuple(before.figures))
    assert after.names == before.names
    one, other = before.to_arrays(), after.to_arrays()
    assert one.keys() == other.keys()
    for name, array in one.items():
        assert array.dtype == other[name].dtype
        assert array.shape == other[name].shape
        assert array.tobytes() == other[name].tobytes()


def broken(name: str, at: int, value: float) -> Arrays:
    arrays = made().to_arrays()
    arrays[name] = arrays[name].copy()
    arrays[name].flat[at] = value
    return arrays


COUNTED = [("version", 2), ("step", 6), ("step", -1), ("epoch", 8), ("position", 11),
           ("position", -1), ("optimizer_step", 8), ("examples", 0), ("examples", 12),
           ("capacity", 0), ("best_epoch", 3), ("waited", 3), ("waited", -1),
           ("data", 2**32), ("data", -1)]
FIGURES = [("trained_s", np.nan), ("trained_s", -1), ("epoch_sum", np.inf), ("epoch_items", -1),
           ("epoch_loss", np.nan), ("reduced", 1.5), ("reduced", np.nan), ("smallest", np.nan),
           ("waited", -1), ("best_loss", np.nan), ("last_loss", np.inf), ("begin_s", 2.0)]


@pytest.mark.parametrize(("field", "value"), COUNTED)
def test_counters_out_of_range_are_refused(field: str, value: int) -> None:
    at = ["version", *Counters.__dataclass_fields__].index(field)
    refused(broken("counters", at, value), "order" if value == 12 else "counters")


@pytest.mark.parametrize(("field", "value"), FIGURES)
def test_figures_out_of_range_are_refused(field: str, value: float) -> None:
    refused(broken("figures", list(Figures.__dataclass_fields__).index(field), value), "figures")


def refused(arrays: Arrays, name: str) -> None:
    with pytest.raises(FormatError) as caught:
        Checkpoint.from_arrays(arrays)
    assert repr(name) in caught.value.sentence


@pytest.mark.parametrize("name", ["parameters/a/w", "gradients/a/b", "memory-1/a/w",
                                  "memory-2/a/b", "carried/a/state", "best/n/running_mean"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_numbers_that_are_not_finite_are_refused(name: str, value: float) -> None:
    refused(broken(name, 1, value), name)


@pytest.mark.parametrize("name", sorted(made().to_arrays()))
def test_arrays_of_another_type_or_length_are_refused(name: str) -> None:
    arrays = made().to_arrays()
    others = [np.zeros_like(arrays[name], np.int16), arrays[name][..., None],
              np.zeros((), arrays[name].dtype)]
    if name != "carried/a/state":
        # It may be of no examples.
        others.append(arrays[name][:0])
    for other in others:
        with pytest.raises(FormatError):
            Checkpoint.from_arrays({**arrays, name: other})


@pytest.mark.parametrize("name", sorted(made().to_arrays()))
def test_what_is_missing_is_named(name: str) -> None:
    arrays = made().to_arrays()
    del arrays[name]
    if name == "carried/a/state":
        # Whether a layer carries anything is for the network to say.
        assert Checkpoint.from_arrays(arrays).carried == {}
        return
    with pytest.raises(FormatError):
        Checkpoint.from_arrays(arrays)


def test_what_nobody_knows_is_refused() -> None:
    refused({**made().to_arrays(), "secret": np.zeros(3)}, "secret")
    refused({**made().to_arrays(), "memory-3/a/w": np.zeros((2, 3))}, "memory-3/a/w")
    momentum = made(training=TrainingSpec(optimizer=OptimizerSpec("momentum")),
                    regions=np.ones((3, 20), np.float32))
    refused({**momentum.to_arrays(), "memory-2/a/w": np.zeros((2, 3), np.float32)},
            "memory-2/a/w")


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"seed": -1}', b"\xff\xfe",
                                  b'{"optimizer": {"kind": "magic"}}', b'{"precision": "float16"}'])
def test_a_training_that_is_none_is_refused(text: bytes) -> None:
    refused({**made().to_arrays(), "training": np.frombuffer(text, np.uint8)}, "training")


def test_an_order_with_no_such_example_is_refused() -> None:
    refused(broken("order", 3, -1), "order")
    refused(broken("row", 9, np.nan), "row")
