"""What comes of run B on a fake engine: what decides, when it is asked for, when it is gone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace
from pytestqt.qtbot import QtBot

from engine.diagnosis.verdicts import JUDGED
from engine.errors import SpecError
from engine.experiments.outcome import Outcome
from engine.spec import ProjectSpec
from engine.telemetry.recorder import is_grid_step
from gui.document.document import Document
from gui.workbench.playback_commands import Recall, Release, Trace
from gui.workbench.state import State
from gui.workbench.trial import MOST_QUESTIONS, Trial, step_that_decides
from gui.workbench.workbench import Workbench
from tests.gui.workbench.fake_trainer import FakeEngine, FakeTrainer

Make = Callable[[FakeEngine], Workbench]
Asked = list[Recall | Trace | Release]


def with_rate(project: ProjectSpec, rate: float) -> ProjectSpec:
    return replace(project, training=replace(project.training, learning_rate=rate))


def with_steps(project: ProjectSpec, steps: int) -> ProjectSpec:
    return replace(project, training=replace(project.training, steps=steps))


class Lab:
    """A document and its workbench, and what is told of the pair."""

    def __init__(self, qtbot: QtBot, bench: Workbench, engine: FakeEngine, document: Document
                 ) -> None:
        self.qtbot, self.bench, self.engine, self.document = qtbot, bench, engine, document
        self.decided: list[Outcome | None] = []
        self.trial.decided.connect(self.decided.append)

    @property
    def trial(self) -> Trial:
        return self.bench.trial

    @property
    def step(self) -> int:
        assert self.trial.yardstick is not None
        return self.trial.yardstick.step

    @property
    def told(self) -> str:
        assert self.trial.outcome is not None
        return self.trial.outcome.words.sentence.text

    @property
    def evidence(self) -> str:
        outcome = self.trial.outcome
        assert outcome is not None
        assert outcome.words.evidence is not None
        return outcome.words.evidence.text

    def trainer(self, key: str) -> FakeTrainer:
        run_id = self.bench.runs[key].run_id
        return next(trainer for trainer in reversed(self.engine.trainers)
                    if trainer.run_id == run_id)

    def begin(self, rate: float = 0.5, branch_step: int | None = None) -> None:
        self.document.begin_pair(with_rate(self.document.project, rate), "try", branch_step)
        self.settle()

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: self.bench.state in (State.READY, State.PAUSED, State.FAILED)
                             and not self.bench.runs.waits_to_run)
        self.bench.clock.tick()

    def advance(self, steps: int) -> None:
        goal = max(run.step for run in self.bench.runs) + steps
        self.bench.runs.advance(steps)
        self.qtbot.waitUntil(lambda: all(self.trainer(run.key).step == goal for run in
                                         self.bench.runs if run.state is not State.FAILED))
        self.settle()

    def wait(self) -> Outcome:
        self.qtbot.waitUntil(lambda: self.trial.outcome is not None)
        assert self.trial.outcome is not None
        return self.trial.outcome

    def listen(self, monkeypatch: pytest.MonkeyPatch, *, answers: bool = True) -> Asked:
        """Note what the thread is asked about earlier steps, and perhaps do not ask it."""
        asked: Asked = []
        ask = self.bench.runs.ask

        def noted(command: Recall | Trace | Release) -> None:
            asked.append(command)
            if answers:
                ask(command)

        monkeypatch.setattr(self.bench.runs, "ask", noted)
        return asked


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def lab(qtbot: QtBot, make_workbench: Make, document: Document, engine: FakeEngine) -> Lab:
    bench = make_workbench(engine)
    bench.set_wanted(JUDGED)
    lab = Lab(qtbot, bench, engine, document)
    lab.settle()
    return lab


# What decides

def test_without_a_pair_nothing_decides(lab: Lab) -> None:
    lab.advance(30)
    assert lab.trial.yardstick is None
    assert lab.trial.outcome is None


def test_it_is_fixed_when_the_pair_begins_and_stays(lab: Lab) -> None:
    lab.advance(60)
    lab.begin()
    fixed = lab.trial.yardstick
    assert lab.step == 2000
    lab.advance(100)
    assert lab.trial.yardstick is fixed
    lab.document.edit_second(False)
    lab.document.edit_second(True)
    lab.bench.clock.tick()
    assert lab.trial.yardstick is fixed


def test_beside_one_that_rests_it_is_the_step_at_which_it_rests(lab: Lab) -> None:
    lab.advance(2501)
    lab.begin()
    assert lab.step == 2501
    assert lab.wait().code == "no-difference"
    assert "At step 2,501" in lab.told


def test_beside_one_that_runs_it_is_a_step_that_both_record(lab: Lab) -> None:
    lab.bench.run()
    lab.qtbot.waitUntil(lambda: lab.bench.runs["A"].step > 2100)
    lab.document.begin_pair(with_rate(lab.document.project, 0.5), "try")
    assert is_grid_step(lab.step)
    assert lab.step > 2100
    lab.wait()
    assert f"At step {lab.step:,}" in lab.told


def test_the_rule_that_ends_a_run_decides_when(lab: Lab) -> None:
    lab.document.set_training(steps=500)
    lab.begin()
    assert lab.step == 500


def test_another_plan_on_either_side_fixes_it_anew(lab: Lab) -> None:
    lab.begin()
    for second, steps in ((True, 700), (False, 600)):
        lab.document.edit_second(second)
        lab.document.set_training(steps=steps)
    assert lab.step == 600


def test_what_a_change_on_the_way_does_is_judged_later_than_it_is_made(lab: Lab) -> None:
    lab.advance(2500)
    lab.begin()
    lab.wait()
    lab.document.set_training(learning_rate=0.7)
    assert lab.trial.outcome is None
    assert lab.decided[-1] is None
    assert lab.step == 4500
    lab.bench.clock.tick()
    assert lab.trial.outcome is None
    lab.document.undo_stack.undo()
    assert lab.step == 4500, "it has been trained in another way since"


def test_a_branch_has_steps_of_its_own_before_it_is_judged(lab: Lab) -> None:
    lab.advance(2500)
    lab.begin(branch_step=2500)
    assert lab.step == 4500
    assert lab.trial.outcome is None


def test_a_branch_from_further_back_is_judged_where_the_other_stands(lab: Lab) -> None:
    lab.advance(2500)
    lab.begin(branch_step=lab.bench.runs["A"].past.recorder.steps[3])
    assert lab.step == 2500


def test_beside_one_that_has_failed_b_has_to_come_further(lab: Lab) -> None:
    lab.trainer("A").diverge_at = 3000
    lab.bench.run()
    lab.qtbot.waitUntil(lambda: lab.bench.state is State.FAILED)
    lab.document.begin_pair(with_rate(lab.document.project, 0.01), "lower")
    assert lab.step >= 3000
    lab.qtbot.waitUntil(lambda: lab.bench.runs["A"].past.box is not None)
    assert lab.wait().code == "helped"
    assert "At step 3,000 A’s numbers outgrew" in lab.told


def test_a_step_while_it_goes_on_is_one_of_the_grid(document: Document) -> None:
    project, data = document.project, document.dataset
    assert step_that_decides(project, data, 0, goes=False) == 2000
    assert step_that_decides(project, data, 0, goes=True) == 2048
    assert step_that_decides(project, data, 2048, goes=True) == 2048
    assert step_that_decides(project, data, 10, 10, goes=False) == 2010


# When it is said, and when no more

def test_it_is_said_once(lab: Lab) -> None:
    lab.advance(2000)
    lab.begin()
    found = lab.wait()
    lab.advance(40)
    lab.bench.clock.tick()
    assert lab.decided == [found]


def test_a_step_that_both_have_passed_is_done_again(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = lab.listen(monkeypatch)
    lab.begin()
    lab.advance(1999)
    assert lab.trial.outcome is None
    lab.advance(20)
    lab.wait()
    assert "At step 2,000" in lab.told
    # It is no step of the grid, and nobody has looked there: its bytes first, then its look.
    kinds = [type(one) for one in asked]
    assert (kinds[:2], set(kinds[2:-1]), kinds[-1]) == ([Trace, Trace], {Recall}, Release)
    for run in lab.bench.runs:
        moment = run.past.recorder.exactly_at(2000)
        assert moment is not None
        assert moment.snapshot is not None
        assert moment.snapshot.step == 2000


def test_who_looks_back_is_not_disturbed_and_hears_of_it_later(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.begin()
    lab.advance(1999)
    lab.bench.look_back(16)
    lab.bench.runs.advance(20)
    lab.qtbot.waitUntil(lambda: lab.trainer("A").step == lab.trainer("B").step == 2019)
    asked = lab.listen(monkeypatch)
    lab.settle()
    assert lab.bench.cursor == 16
    assert not [one for one in asked if not isinstance(one, Release)]
    assert lab.trial.outcome is None
    lab.bench.look_back(None)
    lab.wait()


def test_a_thread_that_cannot_answer_is_not_asked_for_ever(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.begin()
    lab.advance(1999)
    asked = lab.listen(monkeypatch, answers=False)
    lab.advance(20)
    for _ in range(3 * MOST_QUESTIONS):
        lab.bench.clock.tick()
    assert len(asked) == 2, "one question at a time to each"
    for _ in range(3 * MOST_QUESTIONS):
        for key in "AB":
            lab.bench.runs.recalled.emit(key, False)
    assert len(asked) == 2 * MOST_QUESTIONS
    assert lab.trial.outcome is None


def test_a_run_that_stops_before_is_judged_where_it_stopped(lab: Lab) -> None:
    lab.begin()
    lab.trainer("B").finish_at = 301
    lab.bench.run()
    lab.qtbot.waitUntil(lambda: lab.bench.runs["B"].state is State.PAUSED)
    assert lab.wait().code == "worse"
    assert "B stopped by itself at step 301" in lab.told
    assert "A" in lab.told


def test_b_that_breaks_is_said_to_at_the_step_at_which_it_did(lab: Lab) -> None:
    lab.begin()
    lab.trainer("B").diverge_at = 333
    lab.bench.run()
    assert lab.wait().code == "broke"
    assert "At step 333 B’s numbers outgrew" in lab.told


def test_of_a_run_that_could_not_be_built_nothing_is_said(lab: Lab) -> None:
    lab.advance(2500)
    lab.engine.refuse = SpecError("run.none-yet")
    lab.document.begin_pair(with_rate(lab.document.project, 0.5), "try")
    lab.qtbot.waitUntil(lambda: lab.bench.runs["B"].state is State.FAILED)
    lab.bench.clock.tick()
    assert lab.trial.outcome is None


def test_a_cure_is_called_one_only_beside_what_it_cures(lab: Lab) -> None:
    lab.advance(2000)
    ill = lab.document.project
    lab.trial.expect(ill, with_rate(ill, 0.5))
    lab.begin(0.7)
    assert lab.wait().code == "no-difference"
    lab.document.undo_stack.undo()
    lab.settle()
    lab.begin(0.5)
    assert lab.wait().code == "did-not-help"
    lab.document.swap_sides()
    assert lab.wait().code == "no-difference"


def test_swapped_runs_are_judged_at_the_same_step_under_their_new_names(lab: Lab) -> None:
    lab.document.set_training(steps=0)
    lab.begin()
    lab.trainer("B").finish_at = 301
    lab.bench.run()
    lab.qtbot.waitUntil(lambda: lab.trial.outcome is not None)
    step = lab.step
    lab.bench.pause()
    lab.settle()
    assert lab.wait().code == "worse"
    lab.document.swap_sides()
    assert lab.step == step
    assert lab.wait().code == "helped"
    assert "A stopped by itself at step 301" in lab.told


def test_dropped_and_brought_back_it_is_judged_at_the_same_step(lab: Lab) -> None:
    lab.advance(2100)
    lab.begin()
    lab.wait()
    lab.advance(400)
    lab.document.drop_second()
    assert lab.trial.yardstick is None
    assert lab.trial.outcome is None
    assert lab.decided[-1] is None
    lab.document.undo_stack.undo()
    lab.settle()
    assert lab.step == 2100
    lab.wait()
    lab.document.keep_second()
    assert lab.trial.outcome is None
    lab.document.undo_stack.undo()
    lab.settle()
    assert lab.step == 2100


def test_a_pair_that_is_dropped_while_it_is_waited_for_is_forgotten(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.begin()
    lab.advance(1999)
    asked = lab.listen(monkeypatch, answers=False)
    lab.advance(20)
    assert asked
    lab.document.drop_second()
    lab.bench.runs.recalled.emit("A", False)
    lab.qtbot.wait(50)
    assert lab.trial.outcome is None
    assert not lab.decided


@pytest.mark.parametrize("frames", ["A first", "asked"])
def test_after_a_reset_the_old_runs_are_not_spoken_of(lab: Lab, frames: str) -> None:
    lab.advance(2000)
    lab.begin()
    old = lab.wait()
    seen: list[Outcome | None] = []
    lab.bench.frame.connect(lambda _frame: seen.append(lab.trial.outcome))
    lab.bench.reset()
    if frames == "asked":
        lab.trial.look()
        assert lab.trial.outcome is None
    lab.settle()
    assert old not in seen, "not even in the first frame"
    assert lab.trial.outcome is None
    assert lab.decided[-1] is None
    assert lab.step == 2000


def test_a_side_that_cannot_be_trained_has_no_outcome(lab: Lab) -> None:
    lab.advance(2000)
    lab.begin()
    lab.wait()
    lab.document.set_option("output", "units", 7)
    assert lab.trial.outcome is None
    assert lab.trial.yardstick is None


# Other seeds

def test_one_seed_says_so_and_several_say_what_they_say(lab: Lab) -> None:
    lab.advance(2000)
    lab.begin()
    lab.wait()
    assert lab.evidence.endswith("One seed: chance may have part in it.")
    lab.bench.repeat_with_seeds()
    lab.qtbot.waitUntil(lambda: "One seed" not in lab.evidence, timeout=30_000)
    assert lab.evidence.endswith("Repeated from step 0 to step 2,000: the same in all 5.")
    assert lab.trial.outcome is lab.decided[-1]
    lab.bench.repeat_with_seeds()
    lab.bench.clock.tick()
    assert "One seed" in lab.evidence
    lab.bench.cancel_repeats()


def test_a_pair_changed_on_its_way_is_another_than_the_one_that_is_repeated(lab: Lab) -> None:
    lab.advance(100)
    lab.begin(branch_step=100)
    lab.advance(2000)
    lab.wait()
    lab.bench.repeat_with_seeds()
    lab.qtbot.waitUntil(lambda: lab.bench.pairing.spread is not None, timeout=30_000)
    lab.bench.clock.tick()
    assert "One seed" in lab.evidence
