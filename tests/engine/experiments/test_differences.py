"""Every knob of a project has a name, alike ones are one, and what changes nothing is none."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from engine.experiments.differences import differences, table, title
from engine.layers import kinds
from engine.spec import (
    AugmentationSpec,
    AveragingSpec,
    DataSpec,
    DrawnSpec,
    LayerSpec,
    NetworkSpec,
    OptimizerSpec,
    PaintedSpec,
    ProjectSpec,
    ScheduleSpec,
    StoppingSpec,
    TableSpec,
    TrainingSpec,
    default_project,
    read_project,
    write_project,
)
from tests.engine.training.runs import dense, project
from tests.golden.same_bytes_cases import templates

TEN = project(*(dense(f"dense-{n}", 8, "sigmoid") for n in range(1, 10)),
              dense("output", 2, "linear"))


def texts(a: ProjectSpec, b: ProjectSpec) -> list[str]:
    return [found.text for found in differences(a, b)]


def hidden(**options: Any) -> ProjectSpec:
    """Return the ten layers with these options in all but the output."""
    return replace(TEN, network=NetworkSpec(tuple(
        layer.with_options(**options) if layer.id.startswith("dense") else layer
        for layer in TEN.network)))


def trained(**changes: Any) -> ProjectSpec:
    return replace(TEN, training=replace(TEN.training, **changes))


def of_layers(*layers: LayerSpec) -> ProjectSpec:
    return replace(TEN, network=NetworkSpec(layers))


def test_an_option_changed_alike_in_nine_layers_is_one_knob() -> None:
    (found,) = differences(TEN, hidden(activation="relu"))
    assert found.text == "ReLU instead of Sigmoid in 9 layers"
    assert (found.where.text, found.what.text) == ("9 layers", "Activation")
    assert (found.a.text, found.b.text) == ("Sigmoid", "ReLU")
    assert found.layers == tuple(f"dense-{n}" for n in range(1, 10))
    assert title((found,)).text == "B: ReLU instead of Sigmoid"


def test_two_options_are_two_knobs() -> None:
    found = differences(TEN, hidden(activation="relu", weights="he_normal"))
    assert [one.text for one in found] == ["ReLU instead of Sigmoid in 9 layers",
                                           "He normal instead of Xavier uniform in 9 layers"]
    assert title(found).text == "B: 2 changes"


def test_one_layer_of_many_is_named_with_its_place() -> None:
    network = TEN.network
    b = replace(TEN, network=network.replaced(network.layers[3].with_options(activation="relu")))
    (found,) = differences(TEN, b)
    assert found.text == title((found,)).text.removeprefix("B: ")
    assert found.text == "ReLU instead of Sigmoid in layer 3"
    assert found.where.text == "Layer 3 (Dense)"


def test_an_option_changed_in_two_ways_is_two_knobs() -> None:
    network = TEN.network
    b = replace(TEN, network=network.replaced(network.layers[3].with_options(units=4)).replaced(
        network.layers[4].with_options(units=16)))
    assert texts(TEN, b) == ["Units 4 instead of 8 in layer 3", "Units 16 instead of 8 in layer 4"]


@pytest.mark.parametrize(("changes", "text"), [
    ({"learning_rate": 0.3}, "Learning rate 0.3 instead of 0.03"),
    ({"batch_size": 0}, "Batch size full instead of 10"),
    ({"optimizer": OptimizerSpec("momentum")}, "Momentum instead of Adam"),
    ({"loss": "hinge"}, "Hinge instead of Cross-entropy"),
    ({"clip_norm": 1.0}, "Clip by norm 1 instead of none"),
    ({"shuffle": False}, "Shuffle every epoch off"),
    ({"precision": "float64"}, "Precision 64 bits instead of 32 bits"),
    ({"l2": 0.001}, "L2 0.001 instead of 0"),
    ({"stopping": StoppingSpec(patience=5)}, "Patience 5 epochs instead of none"),
    ({"augmentation": AugmentationSpec(noise=0.5)}, "Noise 0.5 instead of 0"),
    ({"class_weights": "balanced"}, "Class weights Balanced instead of None"),
    ({"seed": 4_000_000_001}, "Seed 4000000001 instead of 42"),
    ({"schedule": ScheduleSpec("cosine")}, "Schedule Cosine instead of Constant"),
])
def test_training_speaks_the_words_of_the_window(changes: dict[str, Any], text: str) -> None:
    assert texts(TEN, trained(**changes)) == [text]
    assert differences(TEN, trained(**changes))[0].where.text == "Training"


def test_constants_count_only_where_they_are_read() -> None:
    other = replace(TEN.training.optimizer, momentum=0.5)
    assert texts(TEN, trained(optimizer=other)) == []
    # Of Adam's own that is not as usual, SGD has none.
    adam = trained(optimizer=OptimizerSpec("adam", beta1=0.5))
    assert texts(trained(optimizer=OptimizerSpec()), adam) == [
        "Adam instead of SGD", "Beta 1 0.5 instead of none"]


def test_layers_that_come_and_go() -> None:
    layers = TEN.network.layers
    norms = [LayerSpec(f"batch_norm-{n}", "batch_norm") for n in range(3)]
    b = of_layers(layers[0], layers[1], norms[0], layers[2], norms[1], layers[3], norms[2],
                  *layers[4:])
    (found,) = differences(TEN, b)
    assert found.text == "Batch norm behind 3 layers"
    assert (found.a.text, found.b.text) == ("none", "Batch norm")
    assert title((found,)).text == "B: Batch norm behind 3 layers"
    assert texts(b, TEN) == ["no Batch norm behind 3 layers"]
    assert texts(TEN, of_layers(*layers[:3], *layers[4:])) == [
        "no Dense 8 · Sigmoid behind layer 2"]
    assert texts(TEN, of_layers(layers[0], dense("dense-77", 4, "relu"), *layers[1:])) == [
        "Dense 4 · ReLU behind the input"]


def test_a_layer_of_another_kind_in_the_same_place_is_one_knob() -> None:
    layers = TEN.network.layers
    a = of_layers(layers[0], LayerSpec("lstm-1", "lstm", {"units": 8}), layers[-1])
    b = of_layers(layers[0], LayerSpec("gru-1", "gru", {"units": 8}), layers[-1])
    assert texts(a, b) == ["GRU 8 instead of LSTM 8 in layer 1"]


def test_a_layer_that_moved_is_no_other_layer() -> None:
    layers = TEN.network.layers
    b = of_layers(layers[0], *layers[2:5], layers[1], *layers[5:])
    assert texts(TEN, b) == ["Dense behind layer 4 instead of behind the input"]


def test_networks_built_apart_are_aligned_by_place_and_kind() -> None:
    renamed = of_layers(TEN.network.layers[0], *(
        replace(layer, id=f"x{layer.id}") for layer in TEN.network.layers[1:]))
    assert texts(TEN, renamed) == ["names differ in 10 layers"]


def test_rewiring_is_told_and_what_follows_from_other_layers_is_not() -> None:
    layers = TEN.network.layers[:3]
    end = dense("output", 2, "linear")
    a = of_layers(*layers, end)
    skip = LayerSpec("add", "add", inputs=("dense-1", "dense-2"))
    assert texts(a, of_layers(*layers, skip, end)) == ["Add behind layer 2"]
    assert texts(of_layers(*layers, end.with_inputs("dense-2")),
                 of_layers(*layers, skip, end.with_inputs("add"))) == ["Add behind layer 2"]
    norm = LayerSpec("norm", "batch_norm")
    joined = of_layers(*layers, skip, end)
    behind = of_layers(*layers, norm, skip.with_inputs("dense-1", "norm"), end)
    assert texts(joined, behind) == ["Batch norm behind layer 2"]
    assert texts(a, of_layers(*layers, end.with_inputs("dense-2"))) == []
    assert texts(a, of_layers(*layers, end.with_inputs("dense-1"))) == [
        "Inputs dense-1 instead of dense-2 in layer 3"]


def test_data_and_start() -> None:
    data = replace(TEN.data, source="circle", noise=10.0, training_share=0.07)
    assert texts(TEN, replace(TEN, data=data)) == [
        "Data Circle instead of Spiral", "Noise 10 % instead of 0 %",
        "Training share 7 % instead of 50 %"]
    assert texts(TEN, replace(TEN, start_from="/home/me/first.bplab")) == [
        "First weights first.bplab instead of drawn"]
    # A window is read by texts and series alone, and a table's options by a table.
    unread = replace(TEN.data, window=8, table=TableSpec(target="y"), path="gone.csv")
    assert texts(TEN, replace(TEN, data=unread)) == []


def test_what_is_drawn_and_painted_counts_where_it_is_read() -> None:
    drawn = DrawnSpec("2", ("1,1 2,2",))
    digits = replace(TEN, data=DataSpec("digits"))
    assert texts(digits, replace(TEN, data=DataSpec("digits", drawings=(drawn, drawn)))) == [
        "Own drawings 2 instead of 0"]
    one, two = (PaintedSpec(points=((0.0, 0.0, 0.0),) * n) for n in (1, 2))
    assert texts(replace(TEN, data=DataSpec("painted", painted=one)),
                 replace(TEN, data=DataSpec("painted", painted=two))) == [
        "Painted points 2 instead of 1"]
    unread = replace(TEN.data, drawings=(drawn,), painted=one)
    assert texts(TEN, replace(TEN, data=unread)) == []


def test_files_of_one_name_are_told_apart_by_their_folders() -> None:
    a, b = (replace(TEN, data=DataSpec("table", path=f"/{folder}/iris.csv"))
            for folder in ("one", "two"))
    assert texts(a, b) == ["File '/two/iris.csv' instead of '/one/iris.csv'"]


def test_numbers_that_look_alike_are_written_in_full() -> None:
    assert texts(TEN, trained(learning_rate=0.030000000000000002)) == [
        "Learning rate 0.030000000000000002 instead of 0.03"]


def test_a_name_is_no_difference() -> None:
    found = differences(TEN, replace(TEN, name="Another"))
    assert found == ()
    assert title(found).text == "B: the same as A"


def test_layers_of_a_newer_version_are_compared_as_they_are() -> None:
    a = of_layers(TEN.network.layers[0], LayerSpec("q", "quantum", {"qubits": 2}))
    b = of_layers(TEN.network.layers[0], LayerSpec("q", "quantum", {"qubits": 3}))
    assert texts(a, b) == ["qubits 3 instead of 2 in layer 1"]
    assert texts(TEN, hidden(activation="no such"))[0].startswith("no such instead of Sigmoid")


def others(value: Any, key: str) -> Any:
    """Return another value that a field may hold."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return type(value)(value / 2 if key in HALVED else value + 1)
    if isinstance(value, tuple):
        return (*value, "other")
    if isinstance(value, dict):
        return {"background": "black"}
    return "other"


HALVED = {"training_share", "momentum", "beta1", "beta2", "rho", "weight_decay", "rise", "start",
          "decay"}


def read_by(owner: type[msgspec.Struct], key: str) -> ProjectSpec:
    """Return a project in which a field is in force."""
    rules = {"momentum": "momentum", "rho": "rmsprop", "weight_decay": "adamw"}
    curves = {"every": "step", "decay": "step", "patience": "plateau", "threshold": "plateau"}
    loss = {"huber_delta": "huber", "label_smoothing": "softmax_cross_entropy"}
    training = replace(
        TEN.training, optimizer=OptimizerSpec(rules.get(key, "adam")),
        schedule=ScheduleSpec(curves.get(key, "one_cycle")),
        averaging=AveragingSpec("exponential", start=3),
        loss=loss.get(key, "softmax_cross_entropy"))
    source = {"window": "sine", "features": "spiral", "options": "images"}.get(key, "table")
    return replace(TEN, training=training, data=DataSpec(source, path="some.csv"))


PARTS: dict[type[msgspec.Struct], tuple[str, ...]] = {
    AveragingSpec: ("training", "averaging"),
    TrainingSpec: ("training",), OptimizerSpec: ("training", "optimizer"),
    ScheduleSpec: ("training", "schedule"), StoppingSpec: ("training", "stopping"),
    AugmentationSpec: ("training", "augmentation"), DataSpec: ("data",),
    TableSpec: ("data", "table")}
FIELDS = [(owner, field.name) for owner in PARTS for field in msgspec.structs.fields(owner)
          if field.name not in {"optimizer", "schedule", "stopping", "augmentation", "averaging",
                                "table",
                                # The same data, wherever a copy of them lies.
                                "embedded",
                                "drawings", "painted"}]


@pytest.mark.parametrize(("owner", "key"), FIELDS,
                         ids=[f"{owner.__name__}.{key}" for owner, key in FIELDS])
def test_no_field_is_forgotten(owner: type[msgspec.Struct], key: str) -> None:
    a = read_by(owner, key)

    def changed(spec: Any, path: tuple[str, ...]) -> Any:
        if path:
            return replace(spec, **{path[0]: changed(getattr(spec, path[0]), path[1:])})
        return replace(spec, **{key: others(getattr(spec, key), key)})

    found = differences(a, changed(a, PARTS[owner]))
    # Another rule, schedule or source reads other constants, which are as usual.
    assert len(found) >= 1
    assert "_" not in found[0].what.text
    assert found[0].a != found[0].b


@pytest.mark.parametrize("key", [field.name for field in msgspec.structs.fields(LayerSpec)
                                 if field.name not in {"id", "kind", "options", "inputs"}])
def test_no_part_of_a_layer_is_forgotten(key: str) -> None:
    layer = TEN.network.layers[2]
    value = True if key == "frozen" else 0.5
    b = replace(TEN, network=TEN.network.replaced(replace(layer, **{key: value})))
    assert len(texts(TEN, b)) == 1


def test_every_option_of_every_kind_is_told() -> None:
    for kind in kinds():
        for option in kind.fields:
            options = {} if option.shown_when is None else {
                option.shown_when[0]: option.shown_when[1][0]}
            value = (next(choice.key for choice in option.choices if choice.key != option.default)
                     if option.choices else others(option.default, ""))
            a, b = (of_layers(TEN.network.layers[0], LayerSpec("x", kind.key, {**options, **more}))
                    for more in ({}, {option.key: value}))
            told = [found.what.text for found in differences(a, b)]
            assert option.title in told, (kind.key, option.key)


def test_templates_differ_from_one_another_and_not_from_themselves() -> None:
    projects = list(templates().values())
    for a, b in pairwise(projects):
        assert differences(a, a) == ()
        assert differences(a, b)
        assert all(found.text for found in (*differences(a, b), *differences(b, a)))


def test_a_table_has_a_line_for_each_knob_and_a_column_for_each_run() -> None:
    runs = [hidden(activation="relu"), trained(learning_rate=0.3), TEN,
            replace(hidden(activation="tanh"), training=trained(learning_rate=1.0).training)]
    rows = [(row.where.text, row.what.text, row.present.text, [value.text for value in row.values])
            for row in table(TEN, runs)]
    assert rows == [
        ("9 layers", "Activation", "Sigmoid", ["ReLU", "Sigmoid", "Sigmoid", "Tanh"]),
        ("Training", "Learning rate", "0.03", ["0.03", "0.3", "0.03", "1"])]
    assert table(TEN, [TEN]) == table(TEN, []) == ()


def test_the_first_project_is_told_from_itself_read_again(tmp_path: Path) -> None:
    write_project(default_project(), tmp_path / "p.json")
    assert differences(default_project(), read_project(tmp_path / "p.json")) == ()
