"""Every rule of the diagnosis, on snapshots made for it."""

from __future__ import annotations

import math
from dataclasses import replace

import msgspec
import pytest

from engine.diagnosis.baseline import Baseline
from engine.diagnosis.memory import LARGEST, Memory
from engine.diagnosis.rules import Limit, Thresholds
from engine.diagnosis.verdicts import judge_layers
from engine.spec import LayerSpec, NetworkSpec, Task
from engine.telemetry.snapshot import Snapshot
from tests.engine.diagnosis.snapshots import judge_of, network, snapshot, verdict_after


def test_before_the_first_step_everything_waits() -> None:
    net = network()
    verdict = judge_of(net).judge(snapshot(net, 0))
    assert (verdict.code, verdict.severity) == ("waiting", 0)
    assert [layer.code for layer in verdict.layers] == ["waiting"] * 4


def test_a_run_that_learns_is_well_at_every_step() -> None:
    net = network()
    judge = judge_of(net)
    titles = []
    for step in range(0, 5000, 7):
        accuracy = 1 - 0.5 * math.exp(-step / 1000)
        verdict = judge.judge(snapshot(net, step, loss=0.7 * math.exp(-step / 1000),
                                       accuracy=accuracy, validation=(0.2, accuracy - 0.02)))
        assert verdict.severity == 0, verdict
        if titles[-1:] != [verdict.title]:
            titles.append(verdict.title)
    assert titles == ["Ready.", "First steps.", "Learning.", "Learned."]
    assert {layer.code for layer in verdict.layers} == {"healthy"}


def test_there_is_one_layer_verdict_for_each_layer_in_order() -> None:
    net = network(5)
    layers = judge_layers(snapshot(net, 9), net)
    assert [layer.layer_id for layer in layers] == [layer.id for layer in net]


@pytest.mark.parametrize(("figures", "code", "severity"), [
    ({"gradient_rms": 0.9e-3}, "vanishing", 1),
    ({"gradient_rms": 1.1e-3}, "healthy", 0),
    ({"gradient_rms": 0.9e-5}, "vanishing", 2),
    ({"gradient_rms": 1.1e-5}, "vanishing", 1),
    ({"gradient_rms": 0.0}, "vanishing", 2),
    ({"gradient_rms": 9.9}, "healthy", 0),
    ({"gradient_rms": 11.0}, "exploding", 1),
    ({"gradient_rms": 1.1e3}, "exploding", 2),
    ({"gradient_nonfinite": 3}, "nonfinite", 2),
    ({"gradient_nonfinite": 3, "gradient_rms": math.inf}, "nonfinite", 2),
    ({"saturated_share": 0.2}, "healthy", 0),
    ({"saturated_share": 0.21}, "saturated", 1),
    ({"saturated_share": 0.51}, "saturated", 2),
    ({"dead_share": 0.2}, "healthy", 0),
    ({"dead_share": 0.21}, "dead", 1),
    ({"dead_share": 1.0}, "dead", 2),
    ({"update_ratio": -3.9}, "healthy", 0),
    ({"update_ratio": -4.1}, "update_small", 1),
    ({"update_ratio": -5.1}, "update_small", 2),
    ({"update_ratio": -math.inf}, "update_small", 2),
    ({"update_ratio": -2.1}, "healthy", 0),
    ({"update_ratio": -1.9}, "update_large", 1),
    ({"update_ratio": -0.9}, "update_large", 2),
    ({"update_ratio": 400.0}, "update_large", 2),
    ({"update_ratio": math.inf}, "healthy", 0),
    ({"update_ratio": math.nan}, "healthy", 0),
    ({"dead_share": 0.6, "gradient_rms": 1e-9}, "dead", 2),
    ({"dead_share": 0.3, "gradient_rms": 1e-9}, "vanishing", 2),
])
def test_layer_rules_at_both_thresholds(figures: dict[str, float], code: str,
                                        severity: int) -> None:
    net = network()
    layer = judge_layers(snapshot(net, 50, dense_1=figures), net)[1]
    assert (layer.code, layer.severity) == (code, severity)
    assert layer.text.endswith(".")


def test_a_vanishing_gradient_explains_small_updates() -> None:
    net = network()
    both = {"gradient_rms": 0.5e-3, "update_ratio": -8.0}
    assert judge_layers(snapshot(net, 50, dense_1=both), net)[1].code == "vanishing"


def test_a_loss_above_its_start_is_no_progress() -> None:
    net = network()
    judge = judge_of(net)
    for step, loss in ((0, 0.5), (1500, 1.6), (3000, 1.5)):
        verdict = judge.judge(snapshot(net, step, loss=loss))
    assert verdict.title == "The loss is flat."
    assert "It is 1.5 and was 1.6 when the run was half as long." in verdict.sentence


def test_what_is_learned_needs_no_updates() -> None:
    net = network()
    small = {"dense_1": {"update_ratio": -6.0}}
    assert verdict_after(judge_of(net), net, (50,), **small).layers[1].code == "update_small"
    verdict = verdict_after(judge_of(net), net, (50,), accuracy=0.99, **small)
    assert verdict.layers[1].code == "healthy"


def test_thresholds_can_be_edited() -> None:
    net = network()
    seen = snapshot(net, 50, dense_1={"gradient_rms": 0.04})
    assert judge_layers(seen, net, Thresholds(vanishing=Limit(0.5, 1e-4)))[1].code == "vanishing"


@pytest.mark.parametrize(("figures", "severity"), [(9e-4, 1), (9e-6, 2)])
def test_vanishing_is_said_after_twenty_steps(figures: float, severity: int) -> None:
    net = network()
    judge = judge_of(net)
    first = {"dense_1": {"gradient_rms": figures}}
    for step in range(1, 21):
        assert judge.judge(snapshot(net, step, accuracy=0.5, **first)).code == "early"
    verdict = judge.judge(snapshot(net, 21, accuracy=0.5, **first))
    assert (verdict.code, verdict.severity, verdict.layer_id) == ("vanishing", severity, "dense-1")


def test_an_interruption_starts_the_twenty_steps_anew() -> None:
    net = network()
    judge = judge_of(net)
    bad = {"dense_1": {"gradient_rms": 1e-6}}
    verdict_after(judge, net, (1, 15), **bad)
    # Three of five snapshots are what it takes to move the median, here and back.
    verdict_after(judge, net, (16, 17, 18), dense_1={"gradient_rms": 0.1})
    steps = tuple(range(19, 60))
    codes = [verdict_after(judge, net, (step,), **bad).code for step in steps]
    assert steps[codes.index("vanishing")] == 21 + 20


def test_one_odd_batch_does_not_end_a_finding() -> None:
    net = network()
    judge = judge_of(net)
    bad = {"dense_1": {"gradient_rms": 1e-6}}
    verdict_after(judge, net, tuple(range(1, 31)), **bad)
    odd = {"dense_1": {"gradient_rms": 1e-6}, "output": {"gradient_rms": 1e-7}}
    assert verdict_after(judge, net, (31,), **odd).code == "vanishing"


def test_a_warning_that_becomes_severe_is_not_silent_meanwhile() -> None:
    net = network()
    judge = judge_of(net)
    verdict_after(judge, net, (1, 30), accuracy=0.5, dense_1={"gradient_rms": 9e-4})
    verdict = verdict_after(judge, net, (35,), accuracy=0.5, dense_1={"gradient_rms": 9e-6})
    assert (verdict.code, verdict.severity) == ("vanishing", 1)


def test_steps_may_lie_thousands_apart() -> None:
    net = network()
    judge = judge_of(net)
    assert verdict_after(judge, net, (1000,), dense_1={"gradient_rms": 1e-6}).code != "vanishing"
    assert verdict_after(judge, net, (2000,), dense_1={"gradient_rms": 1e-6}).code == "vanishing"


def test_vanishing_explains_itself_as_in_the_design() -> None:
    net = network(9, "sigmoid")
    rms = {f"dense_{i}": {"gradient_rms": 0.1 * 0.23 ** (9 - i)} for i in range(1, 9)}
    verdict = verdict_after(judge_of(net), net, (1, 21), loss=math.log(2), accuracy=0.5, **rms)
    assert verdict.title == "Vanishing gradient."
    assert verdict.sentence == (
        "Layer 1 receives 7.8e-06 of layer 9’s gradient. Each layer multiplies by about 0.23. The "
        "early layers hardly learn. ReLU with He initial weights passes it on.")
    assert verdict.evidence == ("Rule: g₁/g₉ = 7.8e-07 / 1.0e-01 = 7.8e-06, g being the RMS of "
                                "∂L/∂W; comes below 0.01, goes above 0.03.")
    assert [layer.severity for layer in verdict.layers] == [0, 2, 2, 1, 1, 1, 0, 0, 0, 0]


def test_vanishing_is_not_said_of_a_network_that_has_learned() -> None:
    net = network()
    verdict = verdict_after(judge_of(net), net, (1, 50), accuracy=0.97,
                            dense_1={"gradient_rms": 1e-6})
    assert verdict.title == "Learned."


@pytest.mark.parametrize(("rms", "severity"), [(11.0, 1), (1.1e3, 2)])
def test_exploding(rms: float, severity: int) -> None:
    net = network()
    verdict = verdict_after(judge_of(net), net, (1, 21), accuracy=0.5,
                            dense_1={"gradient_rms": rms})
    assert (verdict.code, verdict.severity) == ("exploding", severity)
    assert verdict.evidence.startswith("Rule: g₁/g₃ = ")


@pytest.mark.parametrize(("code", "rms"), [("vanishing", 9e-4), ("exploding", 11.0)])
def test_a_mild_finding_is_no_verdict_on_a_network_that_is_mostly_right(code: str, rms: float
                                                                        ) -> None:
    net = network()
    for accuracy, said in ((0.5, code), (0.8, "early")):
        verdict = verdict_after(judge_of(net), net, (1, 21), accuracy=accuracy,
                                dense_1={"gradient_rms": rms})
        assert (verdict.code, verdict.layers[1].code) == (said, code)


def test_a_gradient_that_grows_tenfold_with_the_loss_explodes_at_once() -> None:
    net = network()
    judge = judge_of(net)
    verdict_after(judge, net, (1, 5, 10), loss=0.7)
    verdict = judge.judge(snapshot(net, 15, loss=3.0, dense_2={"gradient_rms": 1.1}))
    assert (verdict.code, verdict.severity, verdict.layer_id) == ("exploding", 2, "dense-2")
    assert "11 times" in verdict.sentence


@pytest.mark.parametrize(("step", "loss", "rms"), [
    (15, 3.0, 0.9), (40, 3.0, 1.1), (15, 0.6, 1.1),
], ids=["less than tenfold", "slower than twenty steps", "while the loss falls"])
def test_other_growth_is_no_explosion(step: int, loss: float, rms: float) -> None:
    net = network()
    judge = judge_of(net)
    verdict_after(judge, net, (1, 5, 10), loss=0.7)
    assert judge.judge(snapshot(net, step, loss=loss,
                                dense_2={"gradient_rms": rms})).code in ("early", "learning")


def test_numbers_that_are_not_finite_name_the_layer_they_come_from() -> None:
    net = network()
    verdict = judge_of(net).judge(snapshot(net, 7, dense_1={"gradient_nonfinite": 32},
                                           dense_2={"gradient_nonfinite": 1}))
    assert (verdict.code, verdict.severity, verdict.layer_id) == ("nonfinite", 2, "dense-2")
    assert "Layer 2’s gradient holds 1 number that is not finite" in verdict.sentence


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_a_loss_that_is_not_finite(loss: float) -> None:
    net = network()
    verdict = judge_of(net).judge(snapshot(net, 7, loss=loss))
    assert (verdict.code, verdict.severity, verdict.layer_id) == ("nonfinite", 2, "")


@pytest.mark.parametrize(("code", "warning", "severe"), [
    ("saturated", {"saturated_share": 0.3}, {"saturated_share": 0.6}),
    ("dead", {"dead_share": 0.3}, {"dead_share": 0.6}),
])
def test_a_falling_loss_excuses_what_an_early_alarm_would_name(
        code: str, warning: dict[str, float], severe: dict[str, float]) -> None:
    net = network()
    falling = judge_of(net)
    for step in (2000, 2100, 3000):
        assert falling.judge(snapshot(net, step, loss=0.7 / step, dense_2=severe)).severity == 0
    falling = judge_of(net)
    for step in (1, 1000, 2100, 3000):
        verdict = falling.judge(snapshot(net, step, loss=0.7 / step, dense_2=warning))
        assert verdict.code == ("learning" if step > 1 else "early")
    verdict = verdict_after(judge_of(net), net, (1, 1000, 2100, 3000), dense_2=warning)
    assert (verdict.code, verdict.severity, verdict.layer_id) == (code, 1, "dense-2")
    verdict = verdict_after(judge_of(net), net, (1, 25), dense_2=severe)
    assert (verdict.code, verdict.severity, verdict.layer_id) == (code, 2, "dense-2")


@pytest.mark.parametrize(("ratio", "code", "title"), [
    (-0.5, "update_large", "Learning rate too high."),
    (-6.0, "update_small", "Learning rate too low."),
])
def test_the_typical_layer_decides_about_the_learning_rate(ratio: float, code: str,
                                                          title: str) -> None:
    net = network()
    one = {"dense_1": {"update_ratio": ratio}}
    two = {**one, "dense_2": {"update_ratio": ratio}}
    # Above the loss of guessing, so that steps that are large tell of a harm.
    assert verdict_after(judge_of(net), net, (1, 25), loss=0.8, **one).code == "early"
    verdict = verdict_after(judge_of(net), net, (1, 25), loss=0.8, **two)
    assert (verdict.code, verdict.severity, verdict.title) == (code, 2, title)


def test_equal_initial_weights_are_a_symmetric_start() -> None:
    net = network(3, "sigmoid", "zeros")
    verdict = judge_of(net).judge(snapshot(net, 1))
    assert (verdict.code, verdict.severity, verdict.layer_id) == ("symmetric", 2, "dense-1")
    assert [layer.code for layer in verdict.layers] == ["healthy", "symmetric", "symmetric",
                                                        "healthy"]


@pytest.mark.parametrize("broken", ["random output", "one unit", "dropout"])
def test_a_tie_that_something_breaks_is_no_symmetric_start(broken: str) -> None:
    net = network(2, "sigmoid", "zeros")
    if broken == "random output":
        net = net.replaced(net.layer("output").with_options(weights="he_normal"))
    elif broken == "one unit":
        net = net.replaced(net.layer("dense-1").with_options(units=1))
    else:
        net = net.inserted(2, LayerSpec("dropout-1", "dropout"))
    assert judge_of(net).judge(snapshot(net, 1)).code == "early"


@pytest.mark.parametrize(("loss_key", "units", "classes", "loss"), [
    ("softmax_cross_entropy", 2, 2, math.log(2)),
    ("softmax_cross_entropy", 10, 10, math.log(10)),
    ("binary_cross_entropy", 1, 2, math.log(2)),
    ("binary_cross_entropy", 4, 4, 0.5623351446),
    ("mean_squared_error", 1, 2, 1.0),
    ("mean_squared_error", 4, 4, 3 / 16),
    ("hinge", 1, 2, 1.0),
    ("hinge", 4, 4, 3 / 4),
])
def test_the_loss_of_guessing(loss_key: str, units: int, classes: int, loss: float) -> None:
    net = network()
    net = net.replaced(net.layer("output").with_options(units=units))
    judge = judge_of(net, "classification", classes, loss_key)
    verdict = verdict_after(judge, net, (1, 1000, 2100), loss=loss, accuracy=1 / classes)
    assert (verdict.code, verdict.severity, verdict.title) == ("chance", 1, "Loss at chance.")
    judge = judge_of(net, "classification", classes, loss_key)
    verdict = verdict_after(judge, net, (1, 1000, 2100), loss=loss * 0.9, accuracy=0.6)
    assert (verdict.code, verdict.title) == ("flat", "The loss is flat.")


@pytest.mark.parametrize(("task", "classes"), [("regression", 0), ("reconstruction", 0),
                                               ("reconstruction", 2)])
def test_guessing_values_is_predicting_the_mean(task: Task, classes: int) -> None:
    net = network()
    judge = judge_of(net, task, classes, "mean_squared_error")
    verdict = verdict_after(judge, net, (1, 1000, 2100), accuracy=0.01)
    assert (verdict.code, verdict.title) == ("chance", "No better than the mean.")
    assert "R² 0.01 ≤ 0.02" in verdict.evidence


def test_a_run_is_flat_only_when_its_later_half_brought_nothing() -> None:
    net = network()
    judge = judge_of(net)
    for step in range(1, 9000, 10):
        loss = max(0.3, 0.7 - step / 5000)
        verdict = judge.judge(snapshot(net, step, loss=loss))
        # The loss reaches 0.3 at step 2,000, which is half of 4,000.
        if 400 < step < 3900:
            assert verdict.code == "learning"
    assert (verdict.code, verdict.severity) == ("settled", 0)
    assert "0.3" in verdict.sentence


@pytest.mark.parametrize(("validation", "code"), [(0.71, "overfitting"), (0.95, "learned")])
def test_learned_by_heart(validation: float, code: str) -> None:
    net = network()
    verdict = verdict_after(judge_of(net), net, (1, 2900), accuracy=0.99,
                            validation=(0.5, validation))
    assert verdict.code == code
    assert f"Training accuracy 99 %, validation {round(validation * 100)} %" in verdict.sentence


def test_a_rising_validation_loss_is_overfitting_before_all_is_learned() -> None:
    net = network()
    judge = judge_of(net)
    for step, held_out in ((1, 0.7), (600, 0.5), (700, 0.53)):
        verdict = judge.judge(snapshot(net, step, loss=0.7 / step, accuracy=0.9,
                                       validation=(held_out, 0.7)))
        assert verdict.code == ("learning" if step > 1 else "early")
    risen = {"accuracy": 0.9, "validation": (0.56, 0.7)}
    # What has been said stays for a tenth of the run.
    assert judge.judge(snapshot(net, 800, loss=1e-4, **risen)).code == "learning"  # type: ignore[arg-type]
    verdict = judge.judge(snapshot(net, 900, loss=1e-4, **risen))  # type: ignore[arg-type]
    assert (verdict.code, verdict.severity) == ("overfitting", 1)


@pytest.mark.parametrize("step", [1, 61])
def test_another_run_starts_afresh(step: int) -> None:
    net = network()
    judge = judge_of(net)
    bad = {"dense_1": {"gradient_rms": 1e-6}}
    assert verdict_after(judge, net, (30, 60), **bad).code == "vanishing"
    assert judge.judge(snapshot(net, step, run_id=2, **bad)).code == "early"
    assert judge.verdict_at(0) is None
    assert judge.judge(snapshot(net, step + 20, run_id=2, **bad)).code == "vanishing"


BAD = {"dense_1": {"gradient_rms": 1e-6}}


def course_of(net: NetworkSpec) -> list[Snapshot]:
    """Return a run that is well, then vanishes, and recovers."""
    return [snapshot(net, step, loss=0.6 - step / 1e3, **(BAD if 100 <= step < 200 else {}))
            for step in range(0, 400, 10)]


def test_an_earlier_step_is_told_as_it_was_told_then() -> None:
    net = network()
    judge, course = judge_of(net), course_of(network())
    told = {seen.step: judge.judge(seen) for seen in course}
    assert {"waiting", "vanishing", "learning"} <= {verdict.code for verdict in told.values()}
    for seen in reversed(course):
        assert judge.judge(seen) is told[seen.step]
        assert judge.verdict_at(seen.step) is told[seen.step]
        assert judge.verdict_at(seen.step + 9) is told[seen.step]
    assert judge.verdict_at(-1) is None
    assert judge.verdict_at(10**9) is told[course[-1].step]


def test_asking_does_not_change_what_will_be_said() -> None:
    net = network()
    asked, silent = judge_of(net), judge_of(net)
    course = course_of(net)
    for number, seen in enumerate(course):
        assert asked.judge(seen) == silent.judge(seen)
        for earlier in course[:number:3]:
            asked.judge(earlier)
            asked.note(earlier)
            asked.verdict_at(earlier.step - 1)


def test_what_was_before_the_run_was_seen_is_not_judged() -> None:
    net = network()
    judge = judge_of(net)
    judge.judge(snapshot(net, 100))
    early = judge.judge(snapshot(net, 50, **BAD))
    assert early.code == "waiting"
    assert [layer.code for layer in early.layers] == ["healthy", "vanishing", "healthy", "healthy"]


def test_of_a_long_run_moments_are_remembered_evenly() -> None:
    memory: Memory[int] = Memory()
    for step in range(0, 100_000, 3):
        memory.note(step, step)
    assert len(memory) <= LARGEST
    found = [memory.at(step) for step in range(0, 100_000, 100)]
    behind = [step - known for step, known in zip(range(0, 100_000, 100), found, strict=True)
              if known is not None]
    assert len(behind) == len(found)
    assert min(behind) >= 0
    assert max(behind) <= 2 * 100_000 / (LARGEST / 2)
    assert memory.at(10**6) == 99_999


def test_judging_a_snapshot_twice_changes_nothing() -> None:
    net = network()
    judge = judge_of(net)
    bad = snapshot(net, 21, dense_1={"gradient_rms": 1e-6})
    judge.judge(replace(bad, step=1))
    assert judge.judge(bad) == judge.judge(bad)


def test_memory_is_bounded() -> None:
    net = network()
    judge = judge_of(net)
    for step in range(1, 3000):
        judge.judge(snapshot(net, step))
    past = judge._past
    assert len(judge._said) <= 256
    assert len(past.recent) <= 22
    assert len(past._curve) <= 256
    assert past.first_loss == 0.4


def test_a_text_is_known_by_its_accuracy() -> None:
    judge = judge_of(network(), "sequence", 31, "sequence_cross_entropy")
    verdict = verdict_after(judge, network(), (1, 1000, 2100), loss=0.01, accuracy=0.99)
    assert "accuracy 99 %" in verdict.sentence
    assert "R²" not in verdict.sentence + verdict.evidence


def test_of_dead_layers_one_after_another_the_first_is_the_origin() -> None:
    net = network(7, "relu")
    dead = {f"dense_{i}": {"dead_share": 1.0, "gradient_rms": 0.0} for i in (3, 4, 5)}
    before = {f"dense_{i}": {"gradient_rms": 0.0} for i in (1, 2)}
    verdict = verdict_after(judge_of(net), net, (1, 25), **dead, **before)
    assert (verdict.code, verdict.layer_id) == ("dead", "dense-3")
    assert "layer 3" in verdict.sentence
    assert [layer.code for layer in verdict.layers[1:3]] == ["cut_off"] * 2


def test_large_steps_beside_weights_that_are_small_by_right_are_no_high_rate() -> None:
    net = network()
    large = {name: {"update_ratio": -0.5} for name in ("dense_1", "dense_2", "output")}
    # A loss that falls, and one that stands still where there is nothing to learn.
    for losses in ((0.69, 0.5, 0.3, 0.2), (0.69, 0.69, 0.69, 0.69)):
        judge = judge_of(net)
        codes = {judge.judge(snapshot(net, 1 + 30 * i, loss=loss, **large)).code
                 for i, loss in enumerate(losses)}
        assert "update_large" not in codes
    judge = judge_of(net)
    for i, loss in enumerate((0.69, 0.9, 1.4, 0.8)):
        verdict = judge.judge(snapshot(net, 1 + 30 * i, loss=loss, **large))
    assert verdict.code == "update_large"
    # Nobody is told to raise the rate beside it.
    assert all("raise the learning rate" not in words.sentence.text for words in verdict.others)


def test_a_loss_far_above_guessing_is_never_learned_whatever_is_right() -> None:
    net = network()
    judge = judge_of(net)
    for step in range(0, 3000, 100):
        verdict = judge.judge(snapshot(net, step, loss=0.69 if step == 0 else 2.6e8, accuracy=0.96,
                                       validation=(6.5e7, 0.8)))
    assert (verdict.code, verdict.severity) == ("far_off", 2)


def test_right_answers_of_a_line_that_moves_are_not_learning() -> None:
    net = network()
    judge = judge_of(net)
    codes = [judge.judge(snapshot(net, step, loss=0.85 if step == 0 else 0.692, accuracy=0.58)).code
             for step in range(0, 1900, 50)]
    assert "learning" not in codes


def test_dead_units_of_a_network_that_explains_its_series_are_no_illness() -> None:
    net = network(3, "relu")
    judge = judge_of(net, "regression", 0, "mean_squared_error")
    judge._patient = replace(judge._patient,
                             baseline=Baseline("last", training=0.994, validation=0.99))
    for step in range(0, 4000, 100):
        verdict = judge.judge(snapshot(net, step, loss=0.01, accuracy=0.989,
                                       dense_1={"dead_share": 0.56}))
    assert verdict.code == "chance"


@pytest.mark.parametrize(("changes", "words"), [
    ({"clip_norm": 1e-5}, "clipped to a norm of 1.0e-05"),
    ({"clip_value": 1e-5}, "Every single gradient is clipped to 1.0e-05")])
def test_clipping_is_named_as_the_cause_of_small_steps(changes: dict[str, float],
                                                       words: str) -> None:
    net = network()
    judge = judge_of(net)
    project = judge._patient.project
    training = msgspec.structs.replace(project.training, **changes)
    judge._patient = replace(judge._patient,
                             project=msgspec.structs.replace(project, training=training))
    small = {name: {"update_ratio": -7.0} for name in ("dense_1", "dense_2", "output")}
    assert words in verdict_after(judge, net, (1, 25), **small).sentence
