"""Numbers that stand for tokens are looked at before anything is trained."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from engine.data import load
from engine.data.dataset import Dataset
from engine.errors import DataError
from engine.layers import fitted
from engine.spec import DataSpec, default_project
from engine.training.examples import prepare


def changed(value: float) -> Dataset:
    data = load(DataSpec("reviews"))
    data.inputs[3, 1] = value
    return data


@pytest.mark.parametrize("value", [2.5, -1.0, 74.0, np.nan, np.inf])
def test_what_is_no_token_is_named(value: float) -> None:
    data = changed(value)
    project = fitted(default_project(), data.task, data.n_outputs, data.vocabulary)
    with pytest.raises(DataError, match=r"example 4, token 2.*a whole number from 0 to"):
        prepare(project, data, data.validation)


def test_every_token_of_the_vocabulary_is_taken() -> None:
    data = changed(0.0)
    project = fitted(replace(default_project(), data=DataSpec("reviews")), data.task,
                     data.n_outputs, data.vocabulary)
    data.inputs[3, 1] = data.vocabulary - 1
    assert prepare(project, data, data.validation).inputs.dtype == np.float32
