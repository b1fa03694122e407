"""Every knob turns what it says, and nothing else; what cannot be is a sentence."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from msgspec.structs import replace

from engine.data import load
from engine.errors import SpecError
from engine.experiments.differences import differences
from engine.experiments.knobs import KNOBS, knob
from engine.experiments.network_knobs import depth_of
from engine.layers import diagnose
from engine.spec import DataSpec, LayerSpec, NetworkSpec, ProjectSpec, read_project
from tests.engine.experiments.sweeps import small_project

PROJECT = small_project()
EXAMPLES = Path(__file__).parents[3] / "resources" / "examples"


def kinds(project: ProjectSpec) -> list[str]:
    return [layer.kind for layer in project.network]


def issues(project: ProjectSpec) -> list[str]:
    data = load(project.data)
    return [issue.text for issue in diagnose(
        project, data.task, data.n_inputs, data.n_outputs,
        is_image=data.image_shape is not None, target_range=data.target_range)]


@pytest.mark.parametrize("key", KNOBS)
def test_a_knob_reads_what_it_was_turned_to(key: str) -> None:
    turned = KNOBS[key]
    for value in turned.suggested:
        if key == "gain" or (key == "initialiser" and value == "whitened"):
            continue
        assert turned.read(turned.apply(PROJECT, value)) == value


@pytest.mark.parametrize("key", [key for key in KNOBS if key not in (
    "loss", "augmentation", "initialiser")])
def test_what_a_knob_makes_can_be_trained(key: str) -> None:
    for value in KNOBS[key].suggested:
        assert issues(KNOBS[key].apply(PROJECT, value)) == []


@pytest.mark.parametrize(("key", "value", "count"), [
    ("learning_rate", 0.5, 1), ("batch_size", 4, 1), ("optimizer", "adam", 1), ("width", 9, 1),
    ("activation", "relu", 1), ("gain", 2.5, 1), ("initialiser", "he_normal", 1),
    ("data.seed", 7, 1), ("training.schedule.kind", "cosine", 1), ("layers.dense-2.units", 7, 1),
    ("layers.dense-1.frozen", True, 1), ("noise", 20.0, 1), ("training_share", 0.3, 1)])
def test_a_knob_is_one_difference(key: str, value: object, count: int) -> None:
    assert len(differences(PROJECT, knob(key).apply(PROJECT, value))) == count  # type: ignore[arg-type]


@pytest.mark.parametrize("depth", [0, 1, 2, 3, 30])
def test_depth_keeps_the_first_layers_and_repeats_the_last(depth: int) -> None:
    project = knob("depth").apply(PROJECT, depth)
    assert depth_of(project.network) == depth
    assert len({layer.id for layer in project.network}) == len(project.network)
    assert project.network.layers[-1] == PROJECT.network.layers[-1]
    kept = min(depth, 2)
    assert project.network.layers[1:1 + kept] == PROJECT.network.layers[1:1 + kept]
    for layer in project.network.layers[3:-1]:
        assert layer.options == PROJECT.network.layers[2].options
    assert issues(project) == []


def test_what_follows_a_hidden_layer_is_repeated_with_it() -> None:
    layers = list(PROJECT.network.layers)
    layers[3:3] = [LayerSpec("norm", "batch_norm"), LayerSpec("drop", "dropout", {"rate": 0.1})]
    project = replace(PROJECT, network=NetworkSpec(tuple(layers)))
    deeper = knob("depth").apply(project, 3)
    assert kinds(deeper) == ["input", "dense", "dense", "batch_norm", "dropout",
                             "dense", "batch_norm", "dropout", "dense"]
    assert kinds(knob("depth").apply(project, 1)) == ["input", "dense", "dense"]


def joined(*layers: LayerSpec, output: tuple[str, ...] = ()) -> ProjectSpec:
    """Return the project with other hidden layers."""
    first, *_, last = PROJECT.network.layers
    return replace(PROJECT, network=NetworkSpec((first, *layers, last.with_inputs(*output))))


def dense(name: str, *inputs: str) -> LayerSpec:
    return LayerSpec(name, "dense", {"units": 4, "activation": "tanh"}, inputs)


def reads(project: ProjectSpec) -> list[tuple[str, ...]]:
    """Return of every layer its name and what it is told to read."""
    return [(layer.id, *layer.inputs) for layer in project.network]


def test_a_layer_that_names_the_one_before_is_repeated_behind_it() -> None:
    project = joined(dense("dense-1"), dense("dense-2", "dense-1"), output=("dense-2",))
    assert reads(knob("depth").apply(project, 4)) == [
        ("input",), ("dense-1",), ("dense-2", "dense-1"), ("dense-3", "dense-2"),
        ("dense-4", "dense-3"), ("output", "dense-4")]
    assert reads(knob("depth").apply(project, 1)) == [
        ("input",), ("dense-1",), ("output", "dense-1")]
    assert reads(knob("depth").apply(project, 0)) == [("input",), ("output", "input")]


def test_a_residual_block_is_repeated_with_its_join() -> None:
    project = joined(dense("dense-1"), dense("dense-2"),
                     LayerSpec("add-1", "add", inputs=("dense-1", "dense-2")))
    deeper = knob("depth").apply(project, 4)
    assert reads(deeper) == [
        ("input",), ("dense-1",), ("dense-2",), ("add-1", "dense-1", "dense-2"), ("dense-3",),
        ("add-2", "add-1", "dense-3"), ("dense-4",), ("add-3", "add-2", "dense-4"), ("output",)]
    assert issues(deeper) == []
    assert reads(knob("depth").apply(project, 1)) == [("input",), ("dense-1",), ("output",)]
    assert knob("depth").apply(project, 2) == project
    assert knob("depth").apply(deeper, 2) == project


@pytest.mark.parametrize("depth", [0, 1, 2, 31, 40])
def test_the_residual_example_can_be_as_deep_as_one_likes(depth: int) -> None:
    example = read_project(EXAMPLES / "10-residual.json")
    project = knob("depth").apply(example, depth)
    assert issues(project) == []
    assert depth_of(project.network) == depth
    assert kinds(project)[1:3 * (depth > 1)] == ["dense", "dense"][:2 * (depth > 1)]
    assert kinds(project).count("add") == max(depth - 1, 0)
    assert depth != 31 or project == example


def test_a_block_of_two_layers_is_not_cut_in_two() -> None:
    project = joined(dense("dense-1"), dense("dense-2"), dense("dense-3"),
                     LayerSpec("add-1", "add", inputs=("dense-1", "dense-3")))
    deeper = knob("depth").apply(project, 5)
    assert reads(deeper)[5:] == [
        ("dense-4",), ("dense-5",), ("add-2", "add-1", "dense-5"), ("output",)]
    assert issues(deeper) == []
    for depth, near in ((2, "1 or 3"), (4, "3 or 5"), (10, "9 or 11")):
        with pytest.raises(SpecError, match=f"cut a block of joined layers in two.*{near}"):
            knob("depth").apply(project, depth)


@pytest.mark.parametrize("project", [
    # The output reads the first layer past all others.
    joined(dense("dense-1"), dense("dense-2"), output=("dense-1", "dense-2")),
    # Every hidden layer reads the input, too.
    joined(LayerSpec("join-0", "add", inputs=("input", "input")), dense("dense-1"),
           LayerSpec("join-1", "concatenate", inputs=("input", "dense-1")), dense("dense-2"),
           LayerSpec("join-2", "concatenate", inputs=("input", "dense-2")))])
def test_what_is_joined_past_all_layers_is_not_repeated(project: ProjectSpec) -> None:
    with pytest.raises(SpecError, match="its joins reach so far"):
        knob("depth").apply(project, 4)


def test_dropout_is_put_behind_hidden_layers_where_there_is_none() -> None:
    project = knob("dropout").apply(PROJECT, 0.25)
    assert kinds(project) == ["input", "dense", "dropout", "dense", "dropout", "dense"]
    assert knob("dropout").read(project) == 0.25
    again = knob("dropout").apply(project, 0.5)
    assert kinds(again) == kinds(project)
    assert [layer.options["rate"] for layer in again.network if layer.kind == "dropout"] == [
        0.5, 0.5]
    assert knob("dropout").apply(PROJECT, 0.0) == PROJECT


def test_what_read_a_layer_reads_the_dropout_behind_it() -> None:
    layers = list(PROJECT.network.layers)
    layers[2] = layers[2].with_inputs("dense-1")
    project = knob("dropout").apply(replace(PROJECT, network=NetworkSpec(tuple(layers))), 0.5)
    assert project.network.layer("dense-2").inputs == ("dropout-2",)
    assert kinds(project)[2] == "dropout"
    assert project.network.layers[2].id == "dropout-2"


def test_the_gain_is_that_of_all_weights_and_of_none_that_have_no_scale() -> None:
    project = knob("gain").apply(PROJECT, 3.0)
    assert [layer.options.get("gain") for layer in project.network] == [None, 3.0, 3.0, 3.0]
    zeros = knob("initialiser").apply(PROJECT, "zeros")
    with pytest.raises(SpecError, match="no layer has anything that the knob gain turns"):
        knob("gain").apply(zeros, 3.0)


def test_the_activation_of_the_output_stays() -> None:
    project = knob("activation").apply(PROJECT, "relu")
    assert [layer.options.get("activation") for layer in project.network] == [
        None, "relu", "relu", "linear"]


@pytest.mark.parametrize(("key", "value", "words"), [
    ("learning_rate", "fast", "'fast'; expected a finite number"),
    ("learning_rate", -1.0, "-1.0; expected `float` >= 0.0"),
    ("learning_rate", math.nan, "nan; expected a finite number"),
    ("batch_size", 1.5, "1.5; expected a whole number"),
    ("depth", -1, "-1 hidden layers; expected 0 to 1,000"),
    ("optimizer", "magic", "'magic'; expected one of sgd, "),
    ("training_share", 0.999, "0.999; expected `float` <= 0.95"),
    ("data.scaling", "huge", "'huge'; expected one of auto, none"),
    ("layers.dense-2.colour", 1, "no project has such a field; expected units or"),
    ("layers.dense-9.units", 1, "dense-9"),
    ("layers.dense-1.l2", -1.0, "-1.0; expected")])
def test_what_a_knob_cannot_be_is_a_sentence(key: str, value: object, words: str) -> None:
    with pytest.raises(SpecError) as caught:
        knob(key).apply(PROJECT, value)  # type: ignore[arg-type]
    assert words in caught.value.sentence
    assert "`" not in caught.value.place


@pytest.mark.parametrize(("path", "words"), [
    ("magic", "there is no such knob; expected one of depth, width"),
    ("training.magic", "no project has such a field; expected loss or"),
    ("data.noise.more", "no project has such a field"),
    ("magic.noise", "expected data or training or layers")])
def test_a_knob_that_there_is_not_is_a_sentence(path: str, words: str) -> None:
    with pytest.raises(SpecError) as caught:
        knob(path)
    assert words in caught.value.sentence


def test_a_network_without_hidden_layers_has_no_depth_to_be_turned() -> None:
    flat = knob("depth").apply(PROJECT, 0)
    for key, value in (("depth", 3), ("width", 3), ("dropout", 0.5)):
        with pytest.raises(SpecError, match="no hidden dense layer"):
            knob(key).apply(flat, value)


def test_augmentation_is_named_by_what_it_does() -> None:
    digits = replace(PROJECT, data=DataSpec("digits"))
    for name in KNOBS["augmentation"].suggested:
        turned = knob("augmentation").apply(digits, name)
        assert knob("augmentation").read(turned) == name
    assert knob("augmentation").apply(digits, "none") == digits


def test_the_readme_names_every_knob() -> None:
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    (row,) = [line for line in readme.splitlines() if line.startswith("| `--axis KNOB=VALUES`")]
    assert [key for key in KNOBS if f"`{key}`" not in row] == []
