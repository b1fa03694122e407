from __future__ import annotations

import copy
import pickle

import pytest

from engine.errors import (
    DataError,
    DivergedError,
    EngineError,
    FormatError,
    ShapeError,
    SpecError,
)

KINDS = (EngineError, SpecError, ShapeError, DataError, FormatError, DivergedError)


def test_the_sentence_names_place_found_expected_and_remedy() -> None:
    error = ShapeError("as-given", place="Layer 3 (Dense)", found="an input of shape 8x8",
                       expected="a flat row of numbers", remedy="Add a Flatten layer before it.")
    assert str(error) == error.sentence == (
        "Layer 3 (Dense): an input of shape 8x8; expected a flat row of numbers. "
        "Add a Flatten layer before it.")


def test_what_is_missing_leaves_no_gap() -> None:
    empty = DataError("as-given", place="iris.csv", found="the file is empty")
    assert empty.sentence == "iris.csv: the file is empty."
    assert DataError("as-given", place="iris.csv", found="it is empty",
                     remedy="Choose another").sentence == "iris.csv: it is empty. Choose another."


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_is_an_engine_error(kind: type[EngineError]) -> None:
    assert issubclass(kind, EngineError)


def test_a_shape_error_is_a_spec_error() -> None:
    assert issubclass(ShapeError, SpecError)


@pytest.mark.parametrize("kind", KINDS)
def test_errors_survive_processes_and_copies(kind: type[EngineError]) -> None:
    error = kind("as-given", place="place", found="found", expected="expected", remedy="remedy")
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(twin) is kind
        assert (twin.place, twin.found, twin.expected, twin.remedy) == (
            "place", "found", "expected", "remedy")
        assert str(twin) == str(error)


def test_a_diverged_error_keeps_layer_and_step() -> None:
    error = DivergedError("as-given", place="Layer 2 (Dense)", found="found", layer_id="dense-2",
                          step=17)
    twin = pickle.loads(pickle.dumps(error))
    assert (twin.layer_id, twin.step) == ("dense-2", 17)
