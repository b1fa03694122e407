from __future__ import annotations

import math
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.layers import LOSSES, diagnose, fitted, infer_shapes, output_layer
from engine.spec import (
    LayerSpec,
    NetworkSpec,
    Option,
    ProjectSpec,
    Task,
    TrainingSpec,
    default_project,
)
from tests.engine.layers.strategies import networks, trainable

TASKS = st.sampled_from([task for task in get_args(Task)
                         if task not in ("sequence", "transcription")])
"""A text is another matter: see below."""


@given(trainable(), TASKS, st.integers(2, 30))
def test_a_sound_project_fits_any_data(case: tuple[ProjectSpec, str, int], task: Task,
                                       n_outputs: int) -> None:
    project, _, _ = case
    new = fitted(project, task, n_outputs)
    assert diagnose(new, task, 3, n_outputs) == ()
    # Once is enough.
    assert fitted(new, task, n_outputs) == new


@given(networks(2), st.sampled_from([*LOSSES, "likelihood"]), TASKS)
def test_only_loss_and_last_width_change(network: NetworkSpec, loss: str, task: Task) -> None:
    project = ProjectSpec(name="Mine", network=network, training=TrainingSpec(loss=loss, seed=7))
    new = fitted(project, task, 5)
    assert replace(new.training, loss=loss) == project.training
    assert (new.name, new.data) == (project.name, project.data)
    last = output_layer(network)
    assert last is not None
    assert new.network == network.replaced(last.with_options(units=5))


def test_what_fits_is_left_as_it_is() -> None:
    project = default_project()
    assert fitted(project, "classification", 2) == project
    # One unit is as good as two.
    one = replace(project, training=replace(project.training, loss="binary_cross_entropy"))
    assert fitted(one, "classification", 2) == one


def test_a_default_width_that_fits_is_not_written_down() -> None:
    network = NetworkSpec((LayerSpec("input", "input"), LayerSpec("output", "dense")))
    project = ProjectSpec(network=network)
    assert fitted(project, "classification", 4) == project


def test_regression_brings_its_loss() -> None:
    assert fitted(default_project(), "regression", 1).training.loss == "mean_squared_error"


def test_a_loss_for_numbers_goes_with_them_but_one_chosen_for_classes_stays() -> None:
    project = default_project()
    numbers = fitted(project, "regression", 1, before="classification")
    assert numbers.training.loss == "mean_squared_error"
    classes = fitted(numbers, "classification", 3, before="regression")
    assert classes.training.loss == "softmax_cross_entropy"
    chosen = fitted(numbers, "classification", 3, before="classification")
    assert chosen.training.loss == "mean_squared_error"


def test_a_network_that_only_has_an_input_gets_an_output() -> None:
    project = ProjectSpec(network=NetworkSpec((LayerSpec("input", "input"),)))
    new = fitted(project, "classification", 3)
    assert diagnose(new, "classification", 2, 3) == ()
    assert new.network.layers[-1].options["units"] == 3


def test_other_faults_stay_and_are_found() -> None:
    """Fitting does not repair what is broken for any data; `diagnose` says so afterwards."""
    empty = fitted(ProjectSpec(), "classification", 3)
    assert "first layer" in diagnose(empty, "classification", 2, 3)[0].text
    wide = fitted(default_project(), "classification", 5000)
    assert "5000 is above 4096" in diagnose(wide, "classification", 2, 5000)[0].text


def test_layers_of_an_unknown_kind_are_passed_over() -> None:
    strange = LayerSpec("a", "conv9d")
    network = NetworkSpec((LayerSpec("input", "input"), LayerSpec("b", "dense"), strange))
    new = fitted(ProjectSpec(network=network), "classification", 2)
    assert new.network.layer("b").options["units"] == 2
    assert new.network.layer("a") == strange


@given(st.integers(1, 3), st.integers(2, 40), st.integers(2, 300))
def test_a_text_is_read_by_an_embedding(depth: int, steps: int, vocabulary: int) -> None:
    layers = [LayerSpec("input", "input"), *(
        LayerSpec(f"dense-{i}", "dense", {"units": 3}) for i in range(depth))]
    project = ProjectSpec(network=NetworkSpec(tuple(layers)))
    continued = fitted(project, "sequence", vocabulary, vocabulary)
    assert diagnose(continued, "sequence", steps, vocabulary, vocabulary=vocabulary) == ()
    assert infer_shapes(continued.network, (steps,))[-1] == (steps, vocabulary)
    judged = fitted(project, "classification", 2, vocabulary)
    assert diagnose(judged, "classification", steps, 2, vocabulary=vocabulary) == ()
    for project in (continued, judged):
        task, outputs = ("sequence", vocabulary) if project is continued else ("classification", 2)
        assert fitted(project, task, outputs, vocabulary) == project  # type: ignore[arg-type]


def test_an_embedding_takes_the_size_of_another_vocabulary() -> None:
    project = fitted(default_project(), "classification", 2, 50)
    assert fitted(project, "classification", 2, 90).network.layers[1].options["vocabulary"] == 90


def test_a_skip_from_the_data_reads_vectors_too() -> None:
    network = NetworkSpec((LayerSpec("input", "input"), LayerSpec("dense-1", "dense"),
                           LayerSpec("both", "concatenate", {}, ("input", "dense-1")),
                           LayerSpec("output", "dense", {"units": 5})))
    new = fitted(ProjectSpec(network=network), "sequence", 5, 5)
    assert diagnose(new, "sequence", 8, 5, vocabulary=5) == ()


def recurrent(reader: LayerSpec, output: str, units: int) -> ProjectSpec:
    return ProjectSpec(network=NetworkSpec((
        LayerSpec("input", "input"), reader, LayerSpec("lstm", "lstm", {"output": output}),
        LayerSpec("output", "dense", {"units": units}))),
        training=TrainingSpec(loss="mean_squared_error"))


def folded(steps: int, features: int = 1) -> LayerSpec:
    return LayerSpec("fold", "reshape",
                     {"form": "sequence", "steps": steps, "features": features})


def test_what_reads_texts_gives_every_step_and_a_blank() -> None:
    project = recurrent(folded(6, 4), "last", 1)
    new = fitted(project, "transcription", 10, n_inputs=24)
    assert new.training.loss == "ctc"
    assert new.network.layer("output").options["units"] == 11
    assert diagnose(new, "transcription", 24, 10, longest_text=6) == ()


@given(st.integers(1, 200), st.integers(1, 5), st.integers(1, 200))
def test_a_sequence_of_the_data_takes_another_window(steps: int, features: int,
                                                     window: int) -> None:
    project = recurrent(folded(steps, features), "last", 1)
    new = fitted(project, "regression", 1, n_inputs=window)
    assert diagnose(new, "regression", window, 1) == ()
    if window == steps * features:
        assert new == project


def test_other_reshapes_stay_as_they_are() -> None:
    """An image has its own size, and what a layer computes does not follow the data."""
    for layers in ([LayerSpec("fold", "reshape", {"height": 4, "width": 4})],
                   [LayerSpec("dense-1", "dense", {"units": 6}), folded(6)]):
        network = NetworkSpec((LayerSpec("input", "input"), *layers,
                               LayerSpec("flat", "flatten"), LayerSpec("output", "dense")))
        new = fitted(ProjectSpec(network=network), "classification", 4, n_inputs=9)
        assert new.network == network


@given(st.sampled_from(["last", "sequence"]), st.integers(2, 30), st.integers(2, 9))
def test_a_recurrent_network_reads_texts_and_numbers(output: str, window: int, width: int) -> None:
    """From a series to a text, to points of the plane, to a text and back."""
    embedded = LayerSpec("fold", "embedding", {"vocabulary": 9})
    for reader in (folded(7), embedded):
        project = recurrent(reader, output, 1)
        for task, vocabulary in (("sequence", 30), ("classification", 0), ("classification", 30),
                                 ("sequence", 9), ("regression", 0)):
            outputs = vocabulary if task == "sequence" else width
            project = fitted(project, task, outputs, vocabulary, window)  # type: ignore[arg-type]
            assert diagnose(project, task, window, outputs,  # type: ignore[arg-type]
                            vocabulary=vocabulary) == ()
            assert len(project.network) == 4


@given(st.integers(1, 3), st.sampled_from(["sequence", "classification"]))
def test_what_a_text_added_goes_with_it(depth: int, task: Task) -> None:
    layers = [LayerSpec("input", "input"), *(
        LayerSpec(f"dense-{i}", "dense", {"units": 3}) for i in range(depth))]
    project = ProjectSpec(network=NetworkSpec(tuple(layers)))
    text = fitted(project, task, 3, 40, 12)
    assert any(layer.kind == "embedding" for layer in text.network)
    assert fitted(text, "classification", 3, 0, 2).network == project.network


def test_a_bag_of_words_becomes_a_layer_of_numbers_and_reads_letters_one_by_one() -> None:
    words = ProjectSpec(network=NetworkSpec((
        LayerSpec("input", "input"), LayerSpec("embedding", "embedding", {"vocabulary": 9}),
        LayerSpec("mean", "sequence_mean"), LayerSpec("output", "dense", {"units": 2}))))
    numbers = fitted(words, "classification", 2, 0, 4)
    assert [layer.kind for layer in numbers.network] == ["input", "dense"]
    letters = fitted(words, "sequence", 30, 30, 12)
    assert diagnose(letters, "sequence", 12, 30, vocabulary=30) == ()
    assert fitted(words, "classification", 2, 9, 12) == words


@pytest.mark.parametrize(("options", "shape", "expected"), [
    # Colour where there was grey; a spectrogram is an image of one channel.
    ({"form": "image"}, (32, 24, 3), {"height": 32, "width": 24, "channels": 3}),
    ({"form": "image"}, (61, 40), {"height": 61, "width": 40, "channels": 1}),
    # A recurrent layer goes through the frames, or through the rows of pixels.
    ({"form": "sequence"}, (61, 40), {"steps": 61, "features": 40}),
    ({"form": "sequence"}, (32, 24, 3), {"steps": 32, "features": 72}),
])
def test_a_reshape_takes_the_form_of_the_data(
        options: dict[str, Option], shape: tuple[int, ...], expected: dict[str, int]) -> None:
    reshape = LayerSpec("reshape", "reshape", options)
    network = NetworkSpec((LayerSpec("input", "input"), reshape, LayerSpec("flat", "flatten"),
                           LayerSpec("output", "dense", {"units": 2})))
    project = ProjectSpec(network=network)
    size = math.prod(shape)
    new = fitted(project, "classification", 2, n_inputs=size, shape=shape)
    assert new.network.layer("reshape").options.items() >= expected.items()
    assert diagnose(new, "classification", size, 2) == ()


def test_a_reshape_that_holds_as_many_numbers_is_left_as_a_person_has_it() -> None:
    reshape = LayerSpec("reshape", "reshape", {"form": "sequence", "steps": 64, "features": 12})
    project = ProjectSpec(network=NetworkSpec((
        LayerSpec("input", "input"), reshape, LayerSpec("gru", "gru", {"units": 4}),
        LayerSpec("output", "dense", {"units": 2}))))
    new = fitted(project, "classification", 2, n_inputs=768, shape=(16, 16, 3))
    assert new.network.layer("reshape") == reshape
