"""What is decided before the first step: ill projects, healthy ones, and what mends the ill."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from engine.data import Dataset, load
from engine.data.dataset import Indices, Reals
from engine.diagnosis.advice import ORDER, Note, advise
from engine.spec import (
    DataSpec,
    LayerSpec,
    OptimizerSpec,
    ProjectSpec,
    ScheduleSpec,
    StoppingSpec,
    TrainingSpec,
    read_project,
)
from tests.datasets import BESIDE
from tests.engine.diagnosis.projects import (
    BCE,
    EQUAL,
    IMAGE,
    MSE,
    SINE,
    TO_2,
    check,
    dense,
    layer,
    loaded,
    project,
    sequence,
)
from tests.engine.layers.strategies import broken
from tests.tiers import examples

CASES = Path(os.environ.get("BACKPROP_LAB_CASES") or BESIDE.parent / "cases" / "turn2")
"""Projects that people had trouble with; they do not come with the program."""

TEMPLATES = sorted((Path(__file__).parents[3] / "resources" / "examples").glob("[0-9]*.json"))

LONGEST = 170
"""Characters of a sentence that can be read aloud."""


def notes(of: ProjectSpec) -> tuple[Note, ...]:
    return advise(of, loaded(of.data))


def made(labels: Indices, inputs: Reals) -> Dataset:
    """Return classified points, all to learn from."""
    names = tuple("abcd"[:max(2, int(labels.max()) + 1)])
    return Dataset("made", "Made", "classification", inputs, labels, np.empty((len(labels), 0)),
                   names, ("x", "y"), ("class",), np.arange(len(labels)), np.arange(0))


def codes(of: ProjectSpec) -> list[str]:
    return [note.code for note in notes(of)]


def deep(depth: int, activation: str, **options: Any) -> list[LayerSpec]:
    return [dense(16, activation, **options) for _ in range(depth)]


RAW_WINE = DataSpec("wine", scaling="none")
FRAUD = DataSpec("table", path=str(Path(__file__).parent / "fraud.csv"))
WINE_BACK = DataSpec("wine", goal="reconstruct")
DIGITS_BACK = DataSpec("digits", goal="reconstruct")
TO_3, TO_10 = dense(3, "linear"), dense(10, "linear")

ILL: dict[str, tuple[ProjectSpec, str, int, str]] = {
    "a rate of 0": (project("circle", dense(8), TO_2, learning_rate=0.0), "rate-zero", 2, ""),
    "linear layers on a circle": (
        project("circle", dense(8, "linear"), dense(8, "linear"), TO_2), "linear", 2, "dense-1"),
    "linear layers that end in tanh": (
        project("circle", dense(8, "linear"), dense(1, "tanh"), **MSE), "linear", 2, "dense-1"),
    "linear activation layers": (
        project("xor", dense(8, "linear"), layer("activation", function="linear"), TO_2),
        "linear", 2, "dense-1"),
    "linear convolutions": (
        project("digits", IMAGE, layer("conv2d", activation="linear"), layer("flatten"), TO_10),
        "linear", 1, "conv2d-1"),
    "a sigmoid before its own": (
        project("circle", dense(8), dense(1, "sigmoid"), **BCE), "sigmoid-twice", 2, "dense-2"),
    "a sigmoid layer before its own": (
        project("circle", dense(8), dense(1, "linear"), layer("activation", function="sigmoid"),
                **BCE), "sigmoid-twice", 2, "activation-1"),
    "a sigmoid for pixels": (
        project(DIGITS_BACK, dense(16), dense(64, "sigmoid"), **BCE),
        "sigmoid-twice", 2, "dense-2"),
    "a softmax layer before its own": (
        project("digits", dense(32), TO_10, layer("softmax")), "softmax-twice", 2, "softmax-1"),
    "a sigmoid for a series": (
        project(SINE, dense(16), dense(1, "sigmoid"), **MSE), "output-range", 2, "dense-2"),
    "a ReLU for a series": (
        project(SINE, dense(16), dense(1, "relu"), **MSE), "output-range", 2, "dense-2"),
    "an LSTM's state for a series": (
        project(SINE, *sequence(layer("lstm", units=1)), **MSE), "output-range", 2, "lstm-1"),
    "a sigmoid for −1 and 1": (
        project("circle", dense(8), dense(1, "sigmoid"), **MSE), "output-range", 2, "dense-2"),
    "a ReLU before a sigmoid": (
        project("circle", dense(8), dense(1, "relu"), **BCE), "output-range", 2, "dense-2"),
    "sigmoids before a softmax": (
        project("digits", dense(32), dense(10, "sigmoid")), "output-range", 2, "dense-2"),
    "ReLUs before a softmax": (
        project("digits", dense(32), dense(10, "relu")), "output-range", 1, "dense-2"),
    "probabilities of standardised numbers": (
        project(WINE_BACK, dense(4), dense(13, "linear"), **BCE), "target-outside-loss", 2, ""),
    "constant dense layers": (
        project("digits", dense(16, **EQUAL), dense(16, **EQUAL), dense(10, "linear", **EQUAL)),
        "constant-weights", 2, "dense-1"),
    "zeros everywhere": (
        project("moons", dense(8, weights="zeros"), dense(2, "linear", weights="zeros")),
        "constant-weights", 2, "dense-1"),
    "a spread of 0": (
        project("moons", dense(8, weights="normal", spread=0.0),
                dense(2, "linear", weights="normal", spread=0.0)),
        "constant-weights", 2, "dense-1"),
    "constant filters": (
        project("digits", IMAGE, layer("conv2d", filters=4, **EQUAL),
                layer("global_average_pooling"), dense(10, "linear", **EQUAL)),
        "constant-weights", 2, "conv2d-1"),
    "a constant recurrent layer": (
        project(SINE, *sequence(layer("gru", units=4, recurrent_weights="zeros", **EQUAL)),
                dense(1, "linear", **EQUAL), **MSE), "constant-weights", 2, "gru-1"),
    "a constant embedding": (
        project("reviews", layer("embedding", vocabulary=73, units=8, **EQUAL),
                layer("sequence_mean"), dense(2, "linear", **EQUAL)),
        "constant-weights", 2, "embedding-1"),
    "zeros before ReLU": (
        project("moons", dense(8, "relu", weights="zeros"), TO_2),
        "constant-weights", 2, "dense-1"),
    "L1 0.1": (project("circle", dense(8), TO_2, l1=0.1), "l1", 2, ""),
    "L1 of one layer": (
        project("circle", replace(dense(8), l1=0.1), TO_2), "l1", 2, "dense-1"),
    "L2 1": (project("circle", dense(8), TO_2, l2=1.0), "l2", 2, ""),
    "L2 0.1": (project("circle", dense(8), TO_2, l2=0.1), "l2", 1, ""),
    "a weight decay of 10": (replace(
        project("circle", dense(8), TO_2), training=TrainingSpec(
            optimizer=OptimizerSpec("adamw", weight_decay=10.0))), "l2", 2, ""),
    "max-norm 0.01": (project("circle", dense(8), TO_2, max_norm=0.01), "max-norm", 2, ""),
    "dropout of 90 %": (
        project("moons", dense(16), layer("dropout", rate=0.9), TO_2), "dropout", 2, "dropout-1"),
    "dropout of 80 %, twice": (
        project("moons", layer("dropout", rate=0.8), dense(16), layer("dropout", rate=0.8), TO_2),
        "dropout", 1, "dropout-1"),
    "wine as the file has it": (
        project(RAW_WINE, dense(8, "sigmoid"), TO_3), "unscaled-inputs", 2, "input"),
    "a bottleneck": (
        project("spiral", dense(8), dense(1), dense(8), TO_2), "bottleneck", 1, "dense-2"),
    "a bottleneck of ReLU": (
        project("spiral", dense(8, "relu", weights="he_normal"),
                dense(1, "relu", weights="he_normal"), TO_2), "bottleneck", 2, "dense-2"),
    "batch norm of one": (
        project("moons", dense(16), layer("batch_norm"), TO_2, batch_size=1),
        "batch-of-one", 1, "batch_norm-1"),
    "ten tanh with spread 0.05": (
        project("spiral", *deep(10, "tanh", weights="normal", spread=0.05), TO_2),
        "weights-too-small", 2, "dense-1"),
    "ten sigmoids with spread 0.05": (
        project("spiral", *deep(10, "sigmoid", weights="normal", spread=0.05), TO_2),
        "weights-too-small", 2, "dense-1"),
    "thirty ReLU with Xavier": (
        project("spiral", *deep(30, "relu", weights="xavier_normal"), TO_2),
        "weights-too-small", 2, "dense-1"),
    "thirty ReLU layers with Xavier": (
        project("spiral", *[spec for _ in range(30) for spec in
                            (dense(16, "linear"), layer("activation"))], TO_2),
        "weights-too-small", 2, "dense-1"),
    "twenty tanh with spread 2": (
        project("spiral", *deep(20, "tanh", weights="normal", spread=2.0), TO_2),
        "weights-too-large", 2, "dense-1"),
    "five ReLU with spread 3": (
        project("spiral", *deep(5, "relu", weights="normal", spread=3.0), TO_2),
        "weights-too-large", 2, "dense-1"),
    "one tanh layer with spread 30": (
        project("spiral", dense(16, weights="normal", spread=30.0), TO_2),
        "weights-too-large", 2, "dense-1"),
    "a cosine that ends early": (
        project("moons", dense(8), TO_2, schedule=ScheduleSpec("cosine", length=100), steps=4000),
        "schedule-decays", 2, ""),
    "a decay that ends early": (
        project("moons", dense(8), TO_2, schedule=ScheduleSpec("exponential", every=300, decay=0.1),
                stopping=StoppingSpec(epochs=100)), "schedule-decays", 1, ""),
    "a decay that ends at once": (
        project("moons", dense(8), TO_2, schedule=ScheduleSpec("step", every=10, decay=0.1)),
        "schedule-decays", 2, ""),
    "one fraud in twenty-five": (project(FRAUD, dense(8), TO_2), "imbalance", 1, ""),
    "one fraud in twenty-five, by one unit": (
        project(FRAUD, dense(8), dense(1, "linear"), **BCE), "imbalance", 1, ""),
}
"""What is wrong: the project, the code that comes first, its severity and its layer."""

HEALTHY: dict[str, ProjectSpec] = {
    "a single linear layer": project("circle", TO_2),
    "linear layers on a plane": project("plane", dense(4, "linear"), dense(1, "linear"), **MSE),
    "linear layers on flowers": project("iris", dense(8, "linear"), TO_3),
    "a linear autoencoder": project(WINE_BACK, dense(2, "linear"), dense(13, "linear"), **MSE),
    "an autoencoder's code of one": project(WINE_BACK, dense(8), dense(1), dense(8),
                                            dense(13, "linear"), **MSE),
    "a bag of words": project("reviews", layer("embedding", vocabulary=73, units=8),
                              layer("sequence_mean"), TO_2),
    "words, which are no numbers": project(
        DataSpec("reviews", scaling="none"), layer("embedding", vocabulary=73, units=8),
        layer("sequence_mean"), TO_2),
    "squares of points": project(
        DataSpec("spiral", scaling="none", features=("x1", "x2", "x1^2", "x2^2", "x1*x2")),
        dense(8), TO_2),
    "sigmoids that other weights would not help": project(
        "spiral", *deep(10, "sigmoid", weights="lecun_normal"), TO_2),
    "batch norm behind linear layers": project("circle", dense(8, "linear"), layer("batch_norm"),
                                               layer("activation"), TO_2),
    "tanh for −1 and 1": project("circle", dense(8), dense(1), **MSE),
    "sigmoids for 0 and 1": project("digits", dense(8), dense(10, "sigmoid"), **MSE),
    "softmax with a squared error": project("digits", dense(8), TO_10, layer("softmax"), **MSE),
    "pixels through a sigmoid": project(DIGITS_BACK, dense(8), dense(64, "sigmoid"), **MSE),
    "pixels with a loss of their own": project(DIGITS_BACK, dense(8), dense(64, "linear"), **BCE),
    "scaled wine": project("wine", dense(8, "relu", weights="he_normal"), TO_3),
    "flowers in centimetres": project(DataSpec("iris", scaling="none"), dense(8), TO_3),
    "raw wine behind batch norm": project(RAW_WINE, layer("batch_norm"), dense(8), TO_3),
    "an output of zeros": project("moons", dense(8), dense(2, "linear", weights="zeros")),
    "constants before random weights": project("moons", dense(8, **EQUAL), TO_2),
    "constants before dropout": project("moons", dense(8, **EQUAL), layer("dropout"),
                                        dense(2, "linear", **EQUAL)),
    "zeros before tanh": project("moons", dense(8, weights="zeros"), TO_2),
    "L1 0.001": project("circle", dense(8), TO_2, l1=0.001),
    "L2 0.01": project("circle", dense(8), TO_2, l2=0.01),
    "L1 that a layer leaves out": project(
        "circle", *(replace(spec, l1=0.0) for spec in (dense(8), TO_2)), l1=0.1),
    "a weight decay that only AdamW has": replace(
        project("circle", dense(8), TO_2),
        training=TrainingSpec(optimizer=OptimizerSpec("adam", weight_decay=10.0))),
    "AdamW as it comes": project("circle", dense(8), TO_2, optimizer="adamw"),
    "max-norm 3": project("circle", dense(8), TO_2, max_norm=3.0),
    "dropout of one half": project("moons", dense(16), layer("dropout", rate=0.5), TO_2),
    "one unit for two classes": project("circle", dense(8), dense(1, "linear"), **BCE),
    "one unit with a way round it": project(
        "spiral", dense(8), dense(1), LayerSpec("join", "concatenate", {}, ("dense-1", "dense-2")),
        TO_2),
    "batch norm of an image": project(
        "digits", IMAGE, layer("conv2d", weights="he_normal"), layer("batch_norm"),
        layer("flatten"), TO_10, batch_size=1),
    "ten tanh with Xavier": project("spiral", *deep(10, "tanh"), TO_2),
    "ten ReLU with He": project("spiral", *deep(10, "relu", weights="he_normal"), TO_2),
    "twenty tanh, orthogonal": project("spiral", *deep(20, "tanh", weights="orthogonal"), TO_2),
    "thirty ReLU behind batch norm": project(
        "spiral", *[spec for _ in range(30) for spec in
                    (dense(16, "linear"), layer("batch_norm"), layer("activation"))], TO_2),
    "three tanh with spread 0.5": project(
        "spiral", *deep(3, "tanh", weights="normal", spread=0.5), TO_2),
    "a sigmoid layer with spread 3": project(
        "moons", *deep(3, "sigmoid", weights="normal", spread=3.0), TO_2),
    "a cosine to the end": project(
        "moons", dense(8), TO_2, schedule=ScheduleSpec("cosine", length=2000), steps=2000),
    "a cosine of a run without an end": project(
        "moons", dense(8), TO_2, schedule=ScheduleSpec("cosine", length=2000)),
    "a warm-up": project("moons", dense(8), TO_2, steps=2000,
                         schedule=ScheduleSpec("warm_up", start=1e-4)),
    "a series": project(SINE, *sequence(layer("gru", units=8)), dense(1, "linear"), **MSE),
}
"""What is well, however near to something that is not."""


@pytest.mark.parametrize("name", ILL)
def test_what_decides_is_said_first(name: str) -> None:
    of, code, severity, layer_id = ILL[name]
    assert check(of, loaded(of.data)) == [] or code == "target-outside-loss"
    first = notes(of)[0]
    assert (first.code, first.severity, first.layer_id) == (code, severity, layer_id)


@pytest.mark.parametrize("name", ILL)
def test_what_mends_it_does(name: str) -> None:
    of, code, _, _ = ILL[name]
    fix = next(note for note in notes(of) if note.code == code).fix
    assert fix is not None
    assert fix.project != of
    assert check(fix.project, loaded(fix.project.data)) == []
    assert code not in codes(fix.project)
    # The window applies the fix before the data are loaded anew.
    assert code not in [note.code for note in advise(fix.project, loaded(of.data))]


@pytest.mark.parametrize("name", HEALTHY)
def test_there_is_nothing_to_say_of_what_is_well(name: str) -> None:
    of = HEALTHY[name]
    assert check(of, loaded(of.data)) == []
    assert codes(of) == []


def test_every_code_has_an_example() -> None:
    assert {code for _, code, _, _ in ILL.values()} | {"unscaled-target"} == set(ORDER)


@pytest.mark.parametrize("name", ILL)
def test_sentences_can_be_read_aloud(name: str) -> None:
    for note in notes(ILL[name][0]):
        assert note.title.text.endswith(".")
        assert note.sentence.text.endswith(".")
        assert len(note.sentence.text) <= LONGEST
        assert note.evidence is None or note.evidence.text.endswith(".")
        assert note.fix is not None
        assert len(note.fix.label.text) <= 25
        assert "(" not in note.text.replace("(s", "")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_templates_are_well(path: Path) -> None:
    assert codes(read_project(path)) == []


def house_prices(folder: Path) -> ProjectSpec:
    rng = np.random.default_rng(1)
    rows = "".join(f"{area:.1f},{rooms},{1500 * area + 9000 * rooms:.0f}\n" for area, rooms in
                   zip(rng.uniform(30, 160, 60), rng.integers(1, 7, 60), strict=True))
    (folder / "prices.csv").write_text("area,rooms,price\n" + rows)
    data = DataSpec("table", path="prices.csv", scaling="none")
    return project(data, dense(16, "relu", weights="he_normal"), dense(1, "linear"), **MSE)


def test_prices_without_scaling_are_named_before_all_else(tmp_path: Path) -> None:
    of = house_prices(tmp_path)
    found = advise(of, load(of.data, tmp_path))
    assert [note.code for note in found] == ["unscaled-target", "unscaled-inputs"]
    assert "'area' runs from 3" in found[1].text
    for note in found:
        assert note.fix is not None
        assert note.fix.project.data.scaling == "standard"
        assert advise(note.fix.project, load(note.fix.project.data, tmp_path)) == ()


def test_several_causes_come_in_their_order() -> None:
    of = project(RAW_WINE, dense(8, "linear"), layer("dropout", rate=0.8), TO_3,
                 learning_rate=0.0, l1=0.1)
    assert codes(of) == ["rate-zero", "unscaled-inputs", "l1", "dropout"]


def test_numbers_that_decided_are_told() -> None:
    linear, = notes(ILL["linear layers on a circle"][0])
    assert linear.evidence is not None
    assert "Straight lines alone get 60 % of" in linear.evidence.text
    series, = notes(ILL["a ReLU for a series"][0])
    assert series.evidence is not None
    assert series.evidence.text.startswith("The target runs from -1.4")
    twice, = notes(ILL["a softmax layer before its own"][0])
    assert twice.evidence is not None
    assert "23 %" in twice.evidence.text


def test_the_rare_class_and_what_the_common_one_scores_are_told() -> None:
    found, = notes(ILL["one fraud in twenty-five"][0])
    assert found.text.startswith("Unequal classes. Only 4 of 100 training examples are fraud")
    assert found.text.endswith("Always answering ok is right for 96 % of the examples.")


def test_classes_are_unequal_from_nine_in_ten_or_ten_times_the_rarest_on() -> None:
    def found(*counts: int) -> list[str]:
        labels = np.repeat(np.arange(len(counts)), counts)
        of = project("circle", dense(8), dense(len(counts), "linear"))
        data = made(labels, rng.standard_normal((len(labels), 2)))
        return [note.code for note in advise(of, data)]

    rng = np.random.default_rng(1)
    assert found(90, 10) == found(100, 100, 10) == found(95, 2, 3) == ["imbalance"]
    assert found(89, 11) == found(99, 99, 10) == []
    # A class of which nothing is learned cannot be weighed.
    assert found(90, 0) == found(50, 0, 40) == []


@pytest.mark.parametrize(("name", "label"), [
    ("a sigmoid for a series", "Make it linear"), ("an LSTM's state for a series",
                                                   "Add a dense layer"),
    ("a softmax layer before its own", "Remove the layer"), ("a rate of 0", "Set it to 0.03"),
    ("ten tanh with spread 0.05", "Use Xavier"), ("thirty ReLU with Xavier", "Use He"),
    ("ten sigmoids with spread 0.05", "Use ReLU with He"), ("a bottleneck", "Use 8 units"),
    ("wine as the file has it", "Scale inputs"),
    ("one fraud in twenty-five", "Weigh classes equally")])
def test_a_button_says_what_it_does(name: str, label: str) -> None:
    first = notes(ILL[name][0])[0]
    assert first.fix is not None
    assert first.fix.label.text == label


@settings(max_examples=examples(50, 500))
@given(broken())
def test_nothing_is_too_broken_to_be_asked_about(of: ProjectSpec) -> None:
    for source in ("circle", "sine"):
        for note in advise(of, loaded(DataSpec(source))):
            assert note.text


@dataclass(frozen=True)
class Wanted:
    file: str
    code: str


CASES_OF_PEOPLE = [
    Wanted("sigmoid-output", "output-range"), Wanted("relu-output-series", "output-range"),
    Wanted("softmax-twice", "softmax-twice"), Wanted("sigmoid-twice", "sigmoid-twice"),
    Wanted("linear-circle", "linear"), Wanted("l1-tenth", "l1"),
    Wanted("max-norm-tiny", "max-norm"), Wanted("dropout-ninety", "dropout"),
    Wanted("millions-sigmoid", "unscaled-inputs"), Wanted("constant-weights", "constant-weights"),
    Wanted("conv-constant", "constant-weights"), Wanted("rate-zero", "rate-zero"),
    Wanted("overfit-below-mean", "unscaled-target"),
    Wanted("check-passes-train-refuses", "target-outside-loss"),
    Wanted("learned-then-early", ""), Wanted("baseline-80", ""),
    Wanted("imbalance-99", "imbalance"),
]


@pytest.mark.parametrize("wanted", CASES_OF_PEOPLE, ids=lambda wanted: wanted.file)
def test_projects_that_people_had_trouble_with(wanted: Wanted) -> None:
    path = CASES / f"{wanted.file}.json"
    if not path.exists():
        pytest.skip(f"{path.name} is not in the folder that BACKPROP_LAB_CASES names")
    of = read_project(path)
    found = [note.code for note in advise(of, load(of.data, path.parent))]
    assert found[:1] == ([wanted.code] if wanted.code else [])
