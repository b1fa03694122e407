from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from engine.data.dataset import Dataset
from engine.errors import SpecError
from engine.spec import NetworkSpec, Option, ProjectSpec
from engine.telemetry.parts import Part, Wanted
from engine.telemetry.snapshot import LayerReading
from gui.document.document import Document
from gui.workbench.state import State
from gui.workbench.workbench import Workbench
from tests.gui.workbench.conftest import two_clouds
from tests.gui.workbench.fake_trainer import FakeEngine


class FakePasses:
    """Gives every layer a gradient of its gain."""

    def __init__(self) -> None:
        self.made: list[ProjectSpec] = []
        self.measured: list[NetworkSpec] = []
        self.threads: set[str] = set()
        self.refuse: SpecError | None = None
        self.gate: threading.Event | None = None

    def __call__(self, project: ProjectSpec, dataset: Dataset) -> FakePasses:
        self.made.append(project)
        return self

    def measure(self, network: NetworkSpec, wanted: Wanted = frozenset()
                ) -> tuple[LayerReading, ...]:
        self.threads.add(threading.current_thread().name)
        if self.gate is not None:
            self.gate.wait()
        if self.refuse is not None:
            raise self.refuse
        assert Part.READINGS in wanted
        self.measured.append(network)
        found = []
        for layer in network:
            rms = float(layer.options.get("gain", 1.0)) if layer.kind == "dense" else float("nan")
            found.append(LayerReading(
                layer.id, gradient_rms=rms, gradient_low=rms / 10, gradient_high=rms * 3,
                activation_mean=0.0, activation_std=0.5, values=4,
                histogram=np.arange(24), histogram_range=(-1.0, 1.0)))
        return tuple(found)


@pytest.fixture
def passes() -> FakePasses:
    return FakePasses()


@pytest.fixture
def bench(qtbot: QtBot, passes: FakePasses) -> Iterator[Workbench]:
    document = Document(load_data=two_clouds)
    bench = Workbench(document, FakeEngine(), first_pass=passes)
    qtbot.waitUntil(lambda: bench.state is State.READY)
    yield bench
    bench.shut_down()
    document.undo_stack.clear()


def with_gain(bench: Workbench, **options: Option) -> ProjectSpec:
    project = bench._document.project
    layer = project.network.layers[1]
    return replace(project, network=project.network.replaced(layer.with_options(**options)))


def test_a_project_is_measured_in_the_training_thread(bench: Workbench, passes: FakePasses,
                                                      qtbot: QtBot) -> None:
    project, dataset = with_gain(bench, gain=3.0), bench._document.dataset
    with qtbot.waitSignal(bench.first_passes.measured) as heard:
        bench.first_passes.ask(project, dataset)
        assert bench.first_passes.is_waiting
    assert heard.args is not None
    assert heard.args[0][1].gradient_rms == 3.0
    assert passes.threads == {"trainer"}
    assert not bench.first_passes.is_waiting


def test_networks_that_are_drawn_otherwise_share_what_measures(bench: Workbench,
                                                               passes: FakePasses, qtbot: QtBot
                                                               ) -> None:
    dataset = bench._document.dataset
    for gain in (1.0, 2.0, 3.0):
        with qtbot.waitSignal(bench.first_passes.measured):
            bench.first_passes.ask(with_gain(bench, gain=gain), dataset)
    assert len(passes.made) == 1
    other = replace(with_gain(bench), training=replace(with_gain(bench).training, seed=7))
    with qtbot.waitSignal(bench.first_passes.measured):
        bench.first_passes.ask(other, dataset)
    assert len(passes.made) == 2
    bench.first_passes.release()
    with qtbot.waitSignal(bench.first_passes.measured):
        bench.first_passes.ask(other, dataset)
    assert len(passes.made) == 3


def test_only_the_newest_is_measured_and_told(bench: Workbench, passes: FakePasses, qtbot: QtBot
                                              ) -> None:
    passes.gate, heard = threading.Event(), []
    bench.first_passes.measured.connect(lambda found: heard.append(found[1].gradient_rms))
    for gain in (1.0, 2.0, 3.0, 4.0):
        bench.first_passes.ask(with_gain(bench, gain=gain), bench._document.dataset)
    passes.gate.set()
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [4.0]
    # The first may have begun; those between were never done.
    assert len(passes.measured) <= 2


def test_a_run_that_trains_is_not_stopped_by_it(bench: Workbench, qtbot: QtBot) -> None:
    bench.run()
    with qtbot.waitSignal(bench.first_passes.measured):
        bench.first_passes.ask(with_gain(bench, gain=2.0), bench._document.dataset)
    assert bench.state is State.RUNNING
    before = bench.runs["A"].step
    qtbot.waitUntil(lambda: bench.runs["A"].step > before)


def test_what_cannot_be_measured_is_told(bench: Workbench, passes: FakePasses, qtbot: QtBot
                                         ) -> None:
    passes.refuse = SpecError("run.no-step")
    with qtbot.waitSignal(bench.first_passes.failed) as heard:
        bench.first_passes.ask(with_gain(bench), bench._document.dataset)
    assert heard.args == [passes.refuse.sentence]
    assert bench.state is State.READY
