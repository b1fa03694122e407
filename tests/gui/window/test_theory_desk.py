from __future__ import annotations

import gc
import threading
from collections.abc import Iterator, Mapping
from weakref import ref

import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from gui.document.data_shelf import MOST_HELD
from gui.document.document import Document
from gui.frames.theory import Theory
from gui.window.theory_desk import PROBE, TheoryDesk
from gui.workbench.state import State
from gui.workbench.workbench import Workbench
from tests.gui.window.theories import FakeTheory
from tests.gui.workbench.conftest import two_clouds
from tests.gui.workbench.fake_trainer import FakeEngine


class Seen:
    def __init__(self) -> None:
        self.shown: list[Mapping[str, Theory]] = []

    def set_theory(self, theories: Mapping[str, Theory]) -> None:
        self.shown.append(theories)

    @property
    def now(self) -> Mapping[str, Theory]:
        return self.shown[-1] if self.shown else {}

    def gradient(self, layer_id: str, key: str = "A") -> float:
        return self.now[key].gradient(layer_id)


@pytest.fixture
def bench(qtbot: QtBot) -> Iterator[Workbench]:
    document = Document(load_data=two_clouds)
    bench = Workbench(document, FakeEngine())
    yield bench
    bench.shut_down()
    document.undo_stack.clear()


class Desk:
    def __init__(self, bench: Workbench, qtbot: QtBot, theory: FakeTheory | None = None) -> None:
        self.document, self.bench, self.qtbot = bench._document, bench, qtbot
        self.theory, self.seen = theory or FakeTheory(), Seen()
        self.desk = TheoryDesk(self.document, bench, (self.seen,), self.theory)

    def until(self, count: int) -> None:
        self.qtbot.waitUntil(lambda: len(self.theory.asked) == count and bool(self.seen.now))


@pytest.fixture
def made(bench: Workbench, qtbot: QtBot) -> Iterator[Desk]:
    made = Desk(bench, qtbot)
    yield made
    made.desk.shut_down()


def test_it_predicts_at_the_start_for_the_probe_batch(made: Desk) -> None:
    made.until(1)
    assert made.theory.threads == {"theory"}
    [asked] = made.theory.asked
    assert asked.network == made.document.project.network
    examples = len(made.document.dataset.training)
    assert asked.training.batch_size == min(PROBE, examples)
    first = made.document.project.network.layers[1].id
    assert made.seen.gradient(first) == pytest.approx(0.1 / min(PROBE, examples) ** 0.5)
    assert made.seen.now["A"].whose == "at the start"


def test_what_is_trained_is_compared_with_its_own_batch(made: Desk) -> None:
    made.document.set_training(batch_size=2)
    made.until(1)
    made.qtbot.waitUntil(lambda: made.bench.state is State.READY)
    made.bench.step()
    made.until(2)
    assert [asked.training.batch_size for asked in made.theory.asked] == [5, 2]
    made.bench.reset()
    # Both are known by now.
    made.qtbot.waitUntil(lambda: len(made.seen.shown) >= 4)
    assert len(made.theory.asked) == 2


def test_it_follows_the_network_and_not_the_rate(made: Desk) -> None:
    made.until(1)
    layer = made.document.project.network.layers[1].id
    before = made.seen.gradient(layer)
    made.document.set_training(learning_rate=0.5)
    made.document.set_option(layer, "gain", 3.0)
    # What was shown is of the network that was.
    assert made.seen.now == {}
    made.until(2)
    assert made.seen.gradient(layer) == pytest.approx(3 * before)
    made.document.undo_stack.undo()
    assert made.seen.gradient(layer) == before
    assert len(made.theory.asked) == 2


def test_the_newest_network_wins(bench: Workbench, qtbot: QtBot) -> None:
    gate = threading.Event()
    made = Desk(bench, qtbot, FakeTheory(gate=gate))
    try:
        layer = made.document.project.network.layers[1].id
        qtbot.waitUntil(lambda: len(made.theory.asked) == 1)
        for gain in (2.0, 3.0, 4.0):
            made.document.set_option(layer, "gain", gain)
        gate.set()
        made.until(2)
        assert made.theory.asked[1].network.layer(layer).options["gain"] == 4.0
        assert made.seen.now["A"].gradient(layer) == pytest.approx(
            4 * 0.1 / made.theory.asked[1].training.batch_size ** 0.5)
    finally:
        gate.set()
        made.desk.shut_down()


def test_it_can_be_switched_off(made: Desk) -> None:
    made.until(1)
    made.desk.modes["off"].trigger()
    assert made.seen.now == {}
    made.document.set_option(made.document.project.network.layers[1].id, "gain", 2.0)
    made.desk.modes["start"].trigger()
    made.until(2)


def test_it_predicts_for_the_weights_that_are_seen(made: Desk) -> None:
    made.qtbot.waitUntil(lambda: made.bench.state is State.READY)
    made.bench.step()
    made.qtbot.waitUntil(lambda: made.bench.runs["A"].step == 1
                         and made.bench.state is State.PAUSED)
    made.desk.modes["weights"].trigger()
    made.qtbot.waitUntil(lambda: "A" in made.seen.now and made.seen.now["A"].step == 1)
    assert made.seen.now["A"].whose == "for the weights of step 1"
    # The fake engine's weights are the number of the step.
    assert made.theory.squares[-1] == {"dense-1/w": 1.0, "dense-1/b": 0.0}
    made.bench.step()
    made.qtbot.waitUntil(lambda: "A" in made.seen.now and made.seen.now["A"].step == 2)
    assert made.theory.squares[-1] == {"dense-1/w": 4.0, "dense-1/b": 0.0}
    made.bench.reset()
    made.qtbot.waitUntil(lambda: "A" in made.seen.now and made.seen.now["A"].step == 0)
    made.desk.modes["start"].trigger()
    made.qtbot.waitUntil(lambda: "A" in made.seen.now and made.seen.now["A"].step is None)
    assert made.theory.squares[0] is None


def test_both_of_a_pair(made: Desk) -> None:
    made.until(1)
    layer = made.document.project.network.layers[1].id
    made.document.begin_pair(made.document.project, "copy")
    # The training thread has to load what compares their starts.
    made.qtbot.waitUntil(lambda: made.bench.same_start is not None)
    made.document.set_option(layer, "gain", 5.0)
    made.qtbot.waitUntil(lambda: set(made.seen.now) == {"A", "B"})
    assert made.seen.gradient(layer, "B") == pytest.approx(5 * made.seen.gradient(layer, "A"))


def test_of_what_cannot_be_trained_it_says_nothing(made: Desk) -> None:
    made.until(1)
    output = made.document.project.network.layers[-1].id
    made.document.set_option(output, "units", 7)
    assert made.document.issues
    assert made.seen.now == {}
    assert len(made.theory.asked) == 1


def test_what_theory_cannot_read_is_not_the_end_of_it(bench: Workbench, qtbot: QtBot,
                                                      caplog: pytest.LogCaptureFixture) -> None:
    class Broken(FakeTheory):
        def __call__(self, *question: object) -> None:  # type: ignore[override]
            self.asked.append(question[0])  # type: ignore[arg-type]
            raise ZeroDivisionError

    made = Desk(bench, qtbot, Broken())
    qtbot.waitUntil(lambda: bool(made.theory.asked) and not made.desk.is_waiting)
    made.desk.shut_down()
    assert made.seen.now == {}
    assert "ZeroDivisionError" in caplog.text
    caplog.clear()


def test_what_is_known_of_data_keeps_none_of_them(made: Desk) -> None:
    made.until(1)
    document = made.document
    gone = ref(document.dataset)
    data = document.project.data
    for seed in range(MOST_HELD):
        document.set_data(replace(data, seed=data.seed + 1 + seed))
    made.qtbot.waitUntil(lambda: made.bench.state is State.READY and not made.desk.is_waiting)
    assert len(made.theory.asked) > 1
    gc.collect()
    assert gone() is None
