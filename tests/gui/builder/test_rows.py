from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QModelIndex, Qt

from engine.layers import Issue
from engine.messages import say
from engine.spec import LayerSpec, NetworkSpec, ProjectSpec
from gui.builder.rows import describe, summary
from gui.builder.rows_model import MIME_LAYER, Role, RowsModel, figure, kind_mime, magnitude
from gui.builder.rows_tips import COLUMN_TIPS, JOINER, unbroken
from gui.document.document import Document
from tests.gui.documents import make_deep


def test_rows_say_what_each_layer_is(document: Document) -> None:
    document.set_option("dense-1", "units", 16)
    document.add_layer("dropout", 2)
    rows = describe(document.project, document.dataset, document.issues)
    assert [row.label for row in rows] == [
        "Input · 2 features", "Dense 16 · Tanh", "Dropout 20 %", "Dense 2 · Tanh",
        "Dense 2 · softmax"]
    assert rows[0].detail == "x₁, x₂"
    assert rows[0].note == "12 training · 8 validation examples"
    assert rows[1].detail == "48 parameters · Xavier uniform"
    assert (rows[2].detail, rows[2].note) == ("no parameters", "nothing to learn")
    assert (rows[3].numbers_in, rows[3].numbers_out, rows[3].parameters) == (16, 2, 34)
    assert [row.fans for row in rows] == [None, (2, 16), None, (16, 2), (2, 2)]
    assert summary(rows) == "4 layers · 88 parameters"


def test_a_linear_output_without_softmax_says_so(document: Document) -> None:
    document.set_training(loss="mean_squared_error")
    rows = describe(document.project, document.dataset, document.issues)
    assert rows[-1].label == "Dense 2 · Linear"


def test_issues_stand_in_their_row(document: Document) -> None:
    document.set_option("output", "units", 3)
    rows = describe(document.project, document.dataset, document.issues)
    assert "expected 2" in rows[-1].issue
    assert rows[1].issue == ""


@pytest.mark.parametrize("layers", [
    (), (LayerSpec("", "mystery"),), (LayerSpec("i", "input"), LayerSpec("i", "input")),
    (LayerSpec("i", "input"), LayerSpec("d", "dense", {"units": "many", "activation": 3})),
    (LayerSpec("d", "dense", {"units": -4, "weights": "none"}),),
])
def test_broken_networks_have_rows_too(document: Document, layers: tuple[LayerSpec, ...]) -> None:
    project = ProjectSpec(network=NetworkSpec(layers))
    rows = describe(project, document.dataset, (Issue("", say("x")), Issue("d", say("y"))))
    assert len(rows) == len(layers)
    assert all(row.label for row in rows)
    assert summary(rows)


def test_model_speaks_in_words(document: Document, frame_of: Callable[..., Any]) -> None:
    from engine.diagnosis.verdicts import judge_layers

    make_deep(document, 2, 16, "sigmoid")
    model = RowsModel(document)
    snapshot = frame_of(document, decay=1e-3).snapshot
    assert model.data(model.index(1), Role.READING) is None
    model.set_readings(snapshot.layers, judge_layers(snapshot, document.project.network))
    spoken = model.data(model.index(1), Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Layer 1, Dense 16 Sigmoid, gradient RMS 1.0e-07, vanishing"
    assert model.data(model.index(3), Qt.ItemDataRole.AccessibleTextRole).endswith("healthy")
    words = model.data(model.index(0), Qt.ItemDataRole.AccessibleTextRole)
    assert words == "Input 2 features, x₁, x₂, 12 training and 8 validation examples"
    assert model.data(model.index(1), Qt.ItemDataRole.DisplayRole) == "Dense 16 · Sigmoid"
    assert model.data(model.index(1), Role.LAYER_ID) == document.project.network.layers[1].id
    assert model.data(model.index(1), Role.VERDICT).code == "vanishing"
    assert model.data(QModelIndex()) is None
    assert model.gradient_state(model.readings()[1]) == "vanishing"
    first = judge_layers(dataclasses.replace(snapshot, step=0), document.project.network)
    model.set_readings(snapshot.layers, first)
    assert {model.gradient_state(reading) for reading in model.readings()} == {"waiting"}, \
        "before the first step no colour is a verdict"


def test_model_follows_the_document(document: Document) -> None:
    model = RowsModel(document)
    changed: list[int] = []
    model.dataChanged.connect(lambda a, b: changed.append(b.row()))
    resets: list[int] = []
    model.modelReset.connect(lambda: resets.append(model.rowCount()))
    document.set_option("dense-1", "units", 9)
    document.add_layer("dense")
    document.undo_stack.undo()
    assert changed == [3]
    assert resets == [5, 4]


def test_dropping_moves_and_adds(document: Document) -> None:
    model = RowsModel(document)
    moved = model.mimeData([model.index(1)])
    assert bytes(moved.data(MIME_LAYER).data()) == b"dense-1"
    move, copy = Qt.DropAction.MoveAction, Qt.DropAction.CopyAction
    assert model.dropMimeData(moved, move, 3, 0, QModelIndex())
    assert [layer.id for layer in document.project.network] == [
        "input", "dense-2", "dense-1", "output"]
    assert model.dropMimeData(kind_mime("activation"), copy, 1, 0, QModelIndex())
    assert document.project.network.layers[1].kind == "activation"
    assert not model.flags(model.index(0)) & Qt.ItemFlag.ItemIsDragEnabled
    assert model.flags(model.index(1)) & Qt.ItemFlag.ItemIsDragEnabled


def test_magnitudes_are_short() -> None:
    texts = [magnitude(x) for x in (7e-7, 0.0, float("nan"), float("inf"), -2e-5)]
    assert texts == ["7.0e-07", "0", "", "∞", "−2.0e-05"]


def test_figures_have_one_style_and_a_real_minus() -> None:
    numbers = (0.25, -9.5, -3.37e-37, 2.01e8, 1234.5, 0.0, 0.05, float("nan"), float("-inf"))
    assert [figure(x) for x in numbers] == [
        "0.25", "−9.5", "−3.4e-37", "2.0e+08", "1234", "0", "0.05", "", "−∞"]


def test_only_points_in_the_plane_have_features(document: Document) -> None:
    def label() -> str:
        return describe(document.project, document.dataset, document.issues)[0].label

    assert label() == "Input · 2 features"
    document.set_data(replace(document.project.data, features=("x1",)))
    assert label() == "Input · 1 feature"
    document.set_data(replace(document.project.data, source="digits"))
    assert label() == "Input · 64 inputs"


def test_formulae_between_bars_are_not_parted() -> None:
    assert unbroken("of |g| and |∂L/∂w|.") == (
        f"of |{JOINER}g{JOINER}| and " + JOINER.join("|∂L/∂w|") + ".")
    assert "|∂L/∂w|" in COLUMN_TIPS["gradient"]
