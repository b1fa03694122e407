from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.layers import diagnose
from engine.spec import (
    LayerSpec,
    NetworkSpec,
    OptimizerSpec,
    ProjectSpec,
    ScheduleSpec,
    StoppingSpec,
    TrainingSpec,
    default_project,
)
from tests.engine.layers.strategies import broken, sequential, trainable
from tests.tiers import examples


def project(*layers: LayerSpec, **training: Any) -> ProjectSpec:
    return ProjectSpec(network=NetworkSpec(layers), training=TrainingSpec(**training))


def texts(of: ProjectSpec, task: str = "classification", n_outputs: int = 2) -> list[str]:
    return [issue.text for issue in diagnose(of, task, 2, n_outputs)]  # type: ignore[arg-type]


def only(found: Iterable[str]) -> str:
    (text,) = found
    return text


INPUT = LayerSpec("input", "input")
OUTPUT = LayerSpec("output", "dense", {"units": 2})


def test_the_default_project_can_be_trained() -> None:
    assert texts(default_project()) == []


@pytest.mark.sampled
@settings(max_examples=examples(100, 1000))
@given(broken(), st.sampled_from(["classification", "regression"]), st.integers(1, 20),
       st.integers(1, 20))
def test_nothing_is_too_broken(of: ProjectSpec, task: str, n_inputs: int, n_outputs: int) -> None:
    for issue in diagnose(of, task, n_inputs, n_outputs):  # type: ignore[arg-type]
        assert issue.text
        assert ": " in issue.text


@given(trainable())
def test_what_makes_sense_has_no_issue(case: tuple[ProjectSpec, str, int]) -> None:
    of, task, n_outputs = case
    assert texts(of, task, n_outputs) == []


@given(sequential(), st.integers(1, 9))
def test_what_makes_sense_for_every_step_has_no_issue(case: tuple[ProjectSpec, int, int],
                                                      steps: int) -> None:
    of, classes, vocabulary = case
    assert diagnose(of, "sequence", steps, classes, vocabulary=vocabulary) == ()
    # Of one more class or token, exactly one thing is wrong.
    assert len(diagnose(of, "sequence", steps, classes + 1, vocabulary=vocabulary)) == 1
    assert len(diagnose(of, "sequence", steps, classes, vocabulary=vocabulary + 1)) == 1


def test_no_layers() -> None:
    assert "no layers" in only(texts(project()))


def test_the_input_layer_comes_first_and_once() -> None:
    assert "first layer must be of kind input" in only(texts(project(OUTPUT)))
    second = LayerSpec("again", "input")
    issue = diagnose(project(INPUT, second, OUTPUT), "classification", 2, 2)[0]
    assert issue.layer_id == "again"
    assert "Remove it" in issue.text


@pytest.mark.parametrize("name", ["", "a/b", "output"])
def test_ids_are_unique_names(name: str) -> None:
    issue = diagnose(project(INPUT, LayerSpec(name, "dense"), OUTPUT), "classification", 2, 2)[0]
    assert repr(name) in issue.text


@pytest.mark.parametrize("name", ["a\\b", "a\0b", "a\ud800", 201 * "a"], ids=ascii)
def test_an_id_is_one_that_weights_can_be_filed_under(name: str) -> None:
    issue = diagnose(project(INPUT, LayerSpec(name, "dense"), OUTPUT), "classification", 2, 2)[0]
    assert issue.message.code == "layer.id"


def test_an_unknown_kind_option_and_value_are_named() -> None:
    found = texts(project(INPUT, LayerSpec("a", "conv9d"),
                          LayerSpec("b", "dense", {"unit": 3, "units": 0})))
    assert "Layer 1" in found[0]
    assert "conv9d" in found[0]
    assert "Layer 2 (Dense): it has no option 'unit'" in found[1]
    assert "Layer 2 (Dense): Units: 0 is below 1" in found[2]


@pytest.mark.parametrize(("inputs", "found"), [
    ((), "1 input; expected 2 to 64"), (("b", "a", "input"), "shapes 3, 3, 2; expected one shape"),
    (("b", "late"), "its input Layer 4 (Dense) does not stand before it"),
    (("b", "ghost"), "its input 'ghost' does not exist"), (("b", "b"), "names an input twice")])
def test_what_does_not_fit_a_layer_is_told_in_its_row(inputs: tuple[str, ...], found: str) -> None:
    a, b = LayerSpec("a", "dense", {"units": 3}), LayerSpec("b", "dense", {"units": 3})
    of = project(INPUT, a, b, LayerSpec("sum", "add", {}, inputs), LayerSpec("late", "dense"),
                 OUTPUT)
    issue, = diagnose(of, "classification", 2, 2)
    assert issue.layer_id == "sum"
    assert issue.text.startswith("Layer 3 (Add): ")
    assert found in issue.text


def test_a_network_without_weights() -> None:
    found = texts(project(INPUT, LayerSpec("a", "activation")))
    assert "anything to learn" in only(found)


def test_an_option_that_is_equal_to_a_good_one_is_not_good_for_that() -> None:
    fine = LayerSpec("a", "dense", {"units": 3, "bias": True})
    found = texts(project(INPUT, fine, replace(fine, id="b", options={"units": 3, "bias": 1}),
                          replace(fine, id="c", l2=-1.0), replace(fine, id="d"), OUTPUT))
    assert [text[:7] for text in found] == ["Layer 2", "Layer 3"]


def test_the_output_must_fit_the_classes() -> None:
    issue, = diagnose(project(INPUT, LayerSpec("output", "dense", {"units": 4})),
                      "classification", 2, 3)
    assert issue.layer_id == "output"
    assert "gives 4 numbers for 3 classes; expected 3" in issue.text
    assert "1 or 2" in only(texts(project(INPUT, LayerSpec("output", "dense", {"units": 4}),
                                          loss="binary_cross_entropy")))


def test_a_loss_that_cannot_serve_the_task() -> None:
    found = only(texts(project(INPUT, OUTPUT), "regression"))
    assert ("Cross-entropy cannot serve regression; expected a loss for it. Choose Mean squared "
            "error, Mean absolute error, Huber.") in found


def test_unknown_loss_and_optimizer() -> None:
    found = texts(project(INPUT, OUTPUT, loss="likelihood", optimizer=OptimizerSpec("newton")))
    assert "'likelihood'" in found[0]
    assert "'newton'" in found[1]


def test_a_network_that_is_too_large() -> None:
    wide = [LayerSpec(f"dense-{n}", "dense", {"units": 4096}) for n in range(5)]
    found = only(texts(project(INPUT, *wide, OUTPUT)))
    assert "67,145,730 parameters; expected at most 64,000,000" in found


@pytest.mark.parametrize("changes", [
    {"learning_rate": float("nan")}, {"learning_rate": float("inf")}, {"learning_rate": -1.0},
    {"batch_size": -1}, {"precision": "float16"}, {"seed": -1}, {"l1": float("inf")},
    {"optimizer": OptimizerSpec(momentum=1.0)}, {"optimizer": OptimizerSpec(epsilon=0.0)},
    {"optimizer": OptimizerSpec(weight_decay=float("inf"))}, {"optimizer": "sgd"},
    {"steps": "many"}, {"huber_delta": 0.0}, {"huber_delta": float("inf")},
    {"label_smoothing": 1.0}, {"clip_norm": -1.0}, {"clip_value": float("inf")},
    {"max_norm": float("nan")}, {"schedule": ScheduleSpec(every=0)},
    {"schedule": ScheduleSpec("spiral")}, {"stopping": StoppingSpec(patience=-1)},
    {"stopping": StoppingSpec(loss=float("inf"))}, {"schedule": None},
], ids=str)
def test_numbers_out_of_range_are_found_in_projects_that_no_file_was_read_for(
        changes: dict[str, Any]) -> None:
    of = default_project()
    found = only(texts(replace(of, training=replace(of.training, **changes))))
    assert found.startswith("Training: ")
    name = next(iter(changes))
    assert name in found or "weight_decay" in found or "loss is infinite" in found


@pytest.mark.parametrize(("changes", "found"), [
    ({"id": ["a"]}, "id: ['a']; expected a text"), ({"kind": None}, "kind: None; expected a text"),
    ({"inputs": 3}, "inputs: 3; expected a tuple of ids"),
    ({"inputs": (3,)}, "inputs: (3,); expected a tuple of ids"),
    ({"options": None}, "options: None; expected a dictionary"),
    ({"options": {3: 4}}, "options: {3: 4}; expected a dictionary"),
    ({"options": {"units": [3]}}, "Units: [3] is not"),
    ({"options": {"units": 10**400}}, "Units: 1000"),
    ({"options": {"units": 10**5000}}, "Units: a value of type int is above"),
    ({"l1": 10**400}, "L1: 1000"),
    ({"l2": 10**5000}, "L2: a value of type int"),
], ids=lambda value: value if isinstance(value, str) else next(iter(value)))
def test_wrong_types_are_found_in_layers_that_no_file_was_read_for(
        changes: dict[str, Any], found: str) -> None:
    said = only(texts(project(INPUT, replace(OUTPUT, **changes))))
    assert re.match(r"Layer 1(?: \(Dense\))?: " + re.escape(found), said)
    assert len(said) < 200


@pytest.mark.parametrize(("changes", "found"), [
    ({"network": None}, "Network: None; expected a NetworkSpec"),
    ({"network": NetworkSpec(None)}, "Network: None; expected a NetworkSpec"),
    ({"network": NetworkSpec((INPUT, 1))}, "Layer 1: 1; expected a LayerSpec"),
    ({"training": None}, "Training: None; expected a TrainingSpec"),
    ({"training": TrainingSpec(l2=10**400)}, "Training: l2: 1000"),
    ({"training": TrainingSpec(loss=["hinge"])}, "Training: loss: ['hinge']; expected"),
    ({"training": TrainingSpec(loss=print)}, "Training: Encoding objects of type"),
], ids=str)
def test_wrong_types_are_found_in_projects_that_no_file_was_read_for(
        changes: dict[str, Any], found: str) -> None:
    said = only(texts(replace(default_project(), **changes)))
    assert said.startswith(found)
    assert len(said) < 200


def on_text(*layers: LayerSpec, vocabulary: int = 9, task: str = "sequence") -> list[str]:
    project = ProjectSpec(
        network=NetworkSpec((LayerSpec("input", "input"), *layers)),
        training=TrainingSpec(loss="sequence_cross_entropy" if task == "sequence"
                              else "softmax_cross_entropy"))
    return [issue.text for issue in diagnose(
        project, task, 6, 9, vocabulary=vocabulary)]  # type: ignore[arg-type]


def test_tokens_are_asked_for() -> None:
    embedding = LayerSpec("e", "embedding", {"vocabulary": 9})
    output = LayerSpec("o", "dense", {"units": 9})
    assert on_text(embedding, output) == []
    assert "the data are no tokens; expected a text. Remove" in on_text(
        embedding, output, vocabulary=0)[0]
    assert "has 10 different tokens; expected 10 at least. Set it to 10." in on_text(
        embedding, output, vocabulary=10)[0]
    assert "it is fed by numbers that a layer computes; expected the data’s tokens" in on_text(
        LayerSpec("d", "dense", {"units": 6}), embedding, output)[0]


def test_a_class_is_asked_for_at_every_step() -> None:
    embedding = LayerSpec("e", "embedding", {"vocabulary": 9})
    few, = on_text(embedding, LayerSpec("o", "dense", {"units": 8}))
    assert "gives an array of shape 6x8 for 9 classes at each of 6 steps; expected 6x9. Set the " \
           "units of the last dense layer to 9." in few
    flat, = on_text(embedding, LayerSpec("f", "flatten"), LayerSpec("o", "dense", {"units": 9}))
    assert "gives 9 numbers for 9 classes at each of 6 steps; expected 6x9. Let every layer give " \
           "a sequence of as many steps as go in, the last one a dense layer of 9 units." in flat


def on_sounds(*layers: LayerSpec, longest: int = 4) -> list[str]:
    """Return what is wrong with what reads three characters out of six steps of two numbers."""
    steps = LayerSpec("s", "reshape", {"form": "sequence", "steps": 6, "features": 2})
    project = ProjectSpec(network=NetworkSpec((LayerSpec("input", "input"), steps, *layers)),
                          training=TrainingSpec(loss="ctc"))
    return [issue.text for issue in diagnose(project, "transcription", 12, 3,
                                             longest_text=longest)]


def test_texts_ask_for_a_blank_at_every_step_and_steps_enough() -> None:
    output = LayerSpec("o", "dense", {"units": 4})
    assert on_sounds(output) == []
    assert on_sounds(LayerSpec("r", "gru", {"output": "sequence"}), output, longest=6) == []
    few, = on_sounds(LayerSpec("o", "dense", {"units": 3}))
    assert "gives an array of shape 6x3 for texts of 3 different characters; expected at every " \
           "step one number for each character, and before them one for the blank: 4 in all. Set " \
           "the units of the last dense layer to 4." in few
    flat, = on_sounds(LayerSpec("r", "lstm"), output)
    assert "gives 4 numbers for texts" in flat
    assert "Let every layer give a sequence of steps" in flat
    short, = on_sounds(LayerSpec("c", "conv1d", {"stride": 2, "padding": "same"}), output)
    assert "gives 3 steps, in which the longest text cannot be written; expected 4 at least" in \
        short
