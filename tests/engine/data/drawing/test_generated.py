"""Digits and shapes that are drawn from a seed."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data import load
from engine.data.drawing.generated import COUNTS, FORMS, draw_examples, outline
from engine.data.drawing.stages import Recipe, picture
from engine.data.rows import extremes
from engine.errors import DataError
from engine.spec import DataSpec


@pytest.mark.parametrize("source", ["drawn_digits", "drawn_shapes"])
def test_they_are_pictures_of_every_class_and_no_two_alike(source):
    data = load(DataSpec(source=source, training_share=0.8))
    assert data.inputs.shape == (COUNTS[source], 784)
    pictures = data.inputs[:].reshape(-1, 28, 28)
    assert extremes(data.inputs) == (0, 1)
    assert (np.bincount(data.labels) == COUNTS[source] // len(data.class_names)).all()
    assert len(np.unique(data.inputs.content, axis=0)) == len(data.inputs)
    # As much ink as in MNIST, whose pixels have the mean 0.1307, and next to none at the border.
    assert 0.09 < pictures.mean() < 0.2
    assert pictures[:, [0, -1]].mean() < 0.003


def test_the_same_seed_draws_the_same_and_another_one_others():
    first = draw_examples("drawn_digits", 7)[0].copy()
    draw_examples.cache_clear()
    np.testing.assert_array_equal(first, draw_examples("drawn_digits", 7)[0])
    assert (first != draw_examples("drawn_digits", 8)[0]).any()


def test_what_is_loaded_can_be_scaled_without_touching_what_is_kept():
    data = load(DataSpec(source="drawn_shapes", scaling="standard"))
    assert abs(data.inputs[data.training].mean()) < 1e-9
    pictures = draw_examples("drawn_shapes", 42)[0]
    np.testing.assert_allclose(data.as_inputs(pictures / 255), data.inputs[:])
    assert pictures.max() == 255


@pytest.mark.parametrize("source", list(FORMS))
def test_every_form_runs_through_its_points(source):
    for forms in FORMS[source].values():
        for form in forms:
            drawn = outline(form)
            for line, stroke in zip(form.strokes, drawn.strokes, strict=True):
                for point in (point for piece in line for point in piece):
                    assert np.hypot(*(stroke - point).T).min() < 1e-9
            assert picture(drawn, Recipe()).max() == 1


def test_a_class_alone_is_nothing_to_learn():
    with pytest.raises(DataError, match="at least two classes"):
        load(DataSpec(source="drawings"))
