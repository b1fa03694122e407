"""The figures of every view of the output are those of its snapshot."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.data.dataset import Dataset
from engine.telemetry.snapshot import Snapshot
from gui.output import OutputPanel
from tests.gui.output import test_transcripts
from tests.gui.output.examples import Frame, Run, dataset_of, sample_of, snapshot_of
from tests.gui.output.scenes import (
    convolution,
    drawn,
    foreseen,
    images,
    sentences,
    series,
    text,
    written,
)
from tests.gui.plots.test_tables import numbers, read

PLANE = dataset_of()
DIGITS = dataset_of(classes=10, on_plane=False, image_shape=(8, 8))


@pytest.fixture
def panel(app: QApplication, qtbot: QtBot) -> OutputPanel:
    panel = OutputPanel()
    qtbot.addWidget(panel)
    panel.resize(560, 245)
    return panel


def shown(panel: OutputPanel, dataset: Dataset, snapshot: Snapshot, view: str
          ) -> dict[str, list[str]]:
    panel.set_run(Run(dataset))
    panel.show_frame(Frame(snapshot))
    panel.show_view(view)
    # Nothing of it can be seen; its figures are known all the same.
    return read(panel.table())


def test_a_boundary_has_every_point_of_its_grid(panel: OutputPanel) -> None:
    surface = np.random.default_rng(0).uniform(size=(5, 5, 1))
    table = shown(panel, PLANE, snapshot_of(surface=surface, surface_range=(-6.0, 6.0)), "boundary")
    at = [(x1, x2) for x1, x2 in zip(numbers(table, "x1"), numbers(table, "x2"), strict=True)]
    share = dict(zip(at, numbers(table, "probability of class 1"), strict=True))
    # Row 0 is the smallest x2, column 0 the smallest x1.
    assert share[(-6.0, 3.0)] == surface[3, 0, 0]
    assert share[(6.0, -6.0)] == surface[0, 4, 0]
    assert len(share) == 25


def test_a_regression_surface_is_called_after_its_target(panel: OutputPanel) -> None:
    surface = np.linspace(-1.0, 1.0, 9).reshape(3, 3, 1)
    table = shown(panel, dataset_of("regression"), snapshot_of(surface=surface), "surface")
    assert numbers(table, "y ") == surface.ravel().tolist()


def test_a_confusion_matrix_has_every_cell(panel: OutputPanel) -> None:
    counts = np.array([[7, 3], [1, 9]])
    table = shown(panel, PLANE, snapshot_of(confusion=counts), "confusion")
    assert table["true class"] == ["class 0", "class 0", "class 1", "class 1"]
    assert table["predicted class"] == ["class 0", "class 1"] * 2
    assert table["examples"] == ["7", "3", "1", "9"]


@pytest.mark.parametrize(("dataset", "view"), [
    (DIGITS, "images"), (dataset_of(classes=3, on_plane=False), "table")], ids=["grid", "table"])
def test_a_sample_has_all_examples_and_probabilities(panel: OutputPanel, dataset: Dataset,
                                                     view: str) -> None:
    snapshot = sample_of(dataset, wrong=2)
    table = shown(panel, dataset, snapshot, view)
    assert numbers(table, "example") == (snapshot.samples + 1).tolist()
    assert set(table["part"]) == {"validation"}
    for k, name in enumerate(dataset.class_names):
        assert numbers(table, f"probability of {name} [") == snapshot.sample_outputs[:, k].tolist()
    wrong = [a != b for a, b in zip(table["true class"], table["predicted class"], strict=True)]
    assert wrong == [False] * 8 + [True] * 2


def test_values_stand_beside_what_is_true(panel: OutputPanel) -> None:
    dataset = dataset_of("regression")
    rows = dataset.validation[:4]
    snapshot = snapshot_of(samples=rows, sample_outputs=dataset.values[rows] + 0.25)
    table = shown(panel, dataset, snapshot, "scatter")
    assert numbers(table, "y, true") == dataset.values[rows, 0].tolist()
    assert numbers(table, "y, predicted") == (dataset.values[rows, 0] + 0.25).tolist()


def test_what_is_drawn_has_every_number(panel: OutputPanel) -> None:
    dataset = images()
    snapshot = drawn(dataset)
    table = shown(panel, dataset, snapshot, "reconstruction")
    assert numbers(table, "output") == snapshot.sample_outputs.ravel().tolist()
    assert numbers(table, "input") == dataset.inputs[snapshot.samples].ravel().tolist()
    assert numbers(table, "number")[-1] == dataset.n_inputs
    table = shown(panel, dataset, snapshot, "latent")
    assert snapshot.latent is not None
    assert numbers(table, "latent 2") == snapshot.latent.codes[:, 1].tolist()
    assert set(table["class"]) <= set(dataset.class_names)


def test_a_forecast_has_every_step_of_time(panel: OutputPanel) -> None:
    snapshot = foreseen(series())
    table = shown(panel, series(), snapshot, "forecast")
    assert snapshot.forecast is not None
    assert numbers(table, "actual") == snapshot.forecast.actual.tolist()
    assert numbers(table, "forecast from its own") == snapshot.forecast.rollout.tolist()


def test_tokens_have_their_probabilities(panel: OutputPanel) -> None:
    dataset = text()
    snapshot = written(dataset)
    table = shown(panel, dataset, snapshot, "characters")
    window = dataset.n_inputs
    assert len(table["token"]) == len(snapshot.samples) * window
    row = int(snapshot.samples[1])
    assert table["token"][window] == dataset.class_names[dataset.labels[row, 0]]
    assert numbers(table, "probability")[window - 1] == 1.0


def test_what_was_written_is_kept_with_its_steps(panel: OutputPanel) -> None:
    dataset = text()
    panel.set_run(Run(dataset))
    panel.show_frame(Frame(written(dataset, step=10)))
    panel.show_frame(Frame(written(dataset, step=500, words="ack, \"or\nnot")))
    panel.show_view("text")
    table = read(panel.table())
    assert table["last step"] == ["10", "500"]
    assert table["text"] == ["ick brown fox", "ack, \"or\nnot"]


def test_features_have_every_pixel(panel: OutputPanel) -> None:
    layers = convolution(inputs=3, filters=4)
    panel.set_selected("conv")
    table = shown(panel, DIGITS, replace(snapshot_of(), layers=layers), "features")
    maps, filters = layers[1].feature_maps, layers[1].filters
    assert maps is not None
    assert filters is not None
    values, of = np.array(numbers(table, "activation or weight")), np.array(table["of"])
    assert values[of == "maps"].tolist() == np.moveaxis(maps, 2, 0).ravel().tolist()
    at = {name: np.array(numbers(table, name)) for name in ("input channel", "filter", "row",
                                                            "column")}
    chosen = (of == "filters") & (at["input channel"] == 3) & (at["filter"] == 2) \
        & (at["row"] == 1) & (at["column"] == 5)
    assert values[chosen].tolist() == [filters[0, 4, 2, 1]]


def test_texts_that_are_read_have_every_step(panel: OutputPanel) -> None:
    snapshot = test_transcripts.heard()
    table = shown(panel, test_transcripts.strings(), snapshot, "transcripts")
    steps = test_transcripts.STEPS
    assert len(table["step"]) == steps * len(test_transcripts.TEXTS)
    assert (table["true text"][steps], table["read text"][steps]) == ("771", "71")
    assert numbers(table, "blank")[:steps] == snapshot.transcripts[0].shares[:, 0].tolist()


def test_the_pad_tells_what_it_is_taken_for(panel: OutputPanel) -> None:
    table = shown(panel, DIGITS, sample_of(DIGITS), "pad")
    assert table["class"] == []
    panel.pad.bars.set_shares(np.linspace(0.0, 0.2, 10))
    assert numbers(read(panel.pad.table()), "probability") == np.linspace(0.0, 0.2, 10).tolist()


def test_a_pair_has_both_runs(panel: OutputPanel) -> None:
    a, b = snapshot_of(confusion=np.array([[7, 3], [1, 9]])), snapshot_of(
        confusion=np.array([[10, 0], [0, 10]]))
    panel.set_run(Run(PLANE, "A", Run(PLANE, "B")))
    panel.show_frame(Frame(a, "A", Frame(b, "B")))
    panel.show_view("confusion")
    table = read(panel.table())
    assert table["run"] == ["A"] * 4 + ["B"] * 4
    assert table["examples"] == ["7", "3", "1", "9", "10", "0", "0", "10"]


def test_every_view_has_a_table_before_it_has_figures(panel: OutputPanel) -> None:
    for dataset in (PLANE, DIGITS, images(), series(), text(), sentences(),
                    dataset_of("regression"), test_transcripts.strings()):
        panel.set_run(Run(dataset))
        for view in panel.views():
            panel.show_view(view)
            names, columns = panel.table()
            assert len(names) == len(columns)
