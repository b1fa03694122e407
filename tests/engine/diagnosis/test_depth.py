"""Gradients that shrink and grow through the layers, told in the numbers that the rows show."""

from __future__ import annotations

import math
import re

import pytest

from engine.diagnosis.verdicts import Verdict, judge_layers
from engine.messages.numbers import number, shown
from engine.spec import LayerSpec, NetworkSpec
from tests.engine.diagnosis.snapshots import judge_of, network, snapshot, verdict_after

GUESSING = 0.5
"""Accuracy of a run that has learned nothing: then a warning counts too."""


def profile(depth: int, factor: float, last: float = 0.1) -> dict[str, dict[str, float]]:
    """Return gradients that every layer multiplies by a factor on their way to the first."""
    return {f"dense_{i}": {"gradient_rms": last * factor ** (depth - i)} for i in range(1, depth)}


def vanishing_sentence(net: NetworkSpec, **layers: dict[str, float]) -> str:
    verdict = verdict_after(judge_of(net), net, (1, 21), accuracy=GUESSING, **layers)
    assert verdict.code == "vanishing"
    return verdict.sentence


def rows(net: NetworkSpec, verdict: Verdict) -> dict[str, str]:
    return {layer.id: found.code for layer, found in zip(net, verdict.layers, strict=True)}


def test_a_gradient_that_falls_tenfold_per_snapshot_is_followed() -> None:
    net = network()
    judge = judge_of(net)
    for step in range(1, 50):
        # The median of five snapshots lies two behind, and at the start half as many.
        median = 10.0 ** -(step - 2 if step > 4 else (step + 1) / 2)
        verdict = judge.judge(snapshot(net, step, accuracy=GUESSING,
                                       dense_1={"gradient_rms": 10.0 ** -step}))
        assert verdict.readings[1].gradient_rms == pytest.approx(median)
        # The row is judged by the number beside it.
        share = median / 0.1
        severity = 2 if share < 0.9e-4 else 1 if share < 0.9e-2 else 0
        assert (verdict.layers[1].code, verdict.layers[1].severity) == (
            "vanishing" if severity else "healthy", severity)
        if verdict.code == "vanishing":
            assert f"Layer 1 receives {number(share)} of layer 3’s gradient" in verdict.sentence
            assert f"g₁/g₃ = {median:.1e} / 1.0e-01 = {number(share)}, g" in verdict.evidence
    assert (verdict.code, verdict.severity) == ("vanishing", 2)


def test_what_is_severe_is_said_after_twenty_steps_of_medians() -> None:
    net = network()
    judge = judge_of(net)
    severities = [judge.judge(snapshot(net, step, dense_1={"gradient_rms": 10.0 ** -step})).severity
                  for step in range(1, 50)]
    # The first median below 1e-4 of layer 3's is that of step 8.
    assert severities.index(2) + 1 == 8 + 20


def test_a_gradient_of_exactly_0_is_taken_at_once() -> None:
    net = network(12, "tanh")
    judge = judge_of(net)
    healthy = {f"dense_{i}": {"gradient_rms": 0.1} for i in range(1, 12)}
    for step in range(1, 10):
        judge.judge(snapshot(net, step, **healthy))
    lost = {**healthy, **{f"dense_{i}": {"gradient_rms": 0.0} for i in range(1, 8)},
            "dense_8": {"gradient_rms": 1e-41}, "dense_9": {"gradient_rms": 1e-36}}
    verdict = judge.judge(snapshot(net, 10, **lost))
    assert [(found.code, found.severity) for found in verdict.layers[1:8]] == [("vanishing", 2)] * 7
    assert verdict.layers[1].text == "Vanishing: the gradient is exactly 0."
    verdict = verdict_after(judge, net, tuple(range(11, 31)), **lost)
    assert verdict.layers[1].text == "Vanishing: the gradient is exactly 0 in single precision."
    assert (verdict.code, verdict.severity, verdict.layer_id) == ("vanishing", 2, "dense-1")
    assert verdict.sentence.startswith(
        "The gradients of layers 1 to 7 are exactly 0 in single precision: layer 8 receives "
        "1.0e-41, and what is much smaller becomes 0. They learn nothing. ")
    assert verdict.evidence.startswith("Rule: g₁/g₁₂ = 0 / 1.0e-01 = 0, g being the RMS of ∂L/∂W; ")


@pytest.mark.parametrize(("smallest", "words"), [
    (3e-44, "exactly 0 in single precision: layer 2 receives 3.0e-44, and what is much smaller"),
    (2e-315, "exactly 0 in double precision: layer 2 receives 2.0e-315, and what is much smaller"),
    (2e-3, "exactly 0: layer 2 receives 2.0e-03, and passes nothing on"),
], ids=["single", "double", "blocked"])
def test_what_makes_a_gradient_0(smallest: float, words: str) -> None:
    net = network(4)
    sentence = vanishing_sentence(net, dense_1={"gradient_rms": 0.0},
                                  dense_2={"gradient_rms": smallest})
    assert sentence.startswith(f"Layer 1’s gradient is {words}")


def test_sentence_and_evidence_say_what_the_rows_show_when_batches_differ() -> None:
    net = network(11, "sigmoid")
    judge = judge_of(net)
    for step in range(1, 60):
        # The last layer's gradient depends much on the batch, the first layer's does not.
        last = 10.0 ** -(1 + step % 3)
        verdict = judge.judge(snapshot(net, step, dense_1={"gradient_rms": 5.3e-8},
                                       output={"gradient_rms": last}))
        if verdict.code == "vanishing":
            first, last = (verdict.readings[i].gradient_rms for i in (1, -1))
            value = f"{shown(first) / shown(last):.1e}"
            assert f"Layer 1 receives {value} of layer 11’s" in verdict.sentence
            assert f"{first:.1e} / {last:.1e} = {value}, g" in verdict.evidence
    assert verdict.code == "vanishing"


def test_an_odd_snapshot_changes_neither_row_nor_sentence() -> None:
    net = network()
    judge = judge_of(net)
    before = verdict_after(judge, net, tuple(range(1, 31)), dense_1={"gradient_rms": 9e-6})
    verdict = judge.judge(snapshot(net, 31, dense_1={"gradient_rms": 0.05}))
    assert rows(net, verdict)["dense-1"] == "vanishing"
    assert "Layer 1 receives 9.0e-05 of layer 3’s gradient" in verdict.sentence
    assert (verdict.sentence, verdict.evidence) == (before.sentence, before.evidence)
    assert verdict.evidence == ("Rule: g₁/g₃ = 9.0e-06 / 1.0e-01 = 9.0e-05, g being the RMS of "
                                "∂L/∂W; comes below 0.01, goes above 0.03.")


def test_rows_say_small_steps_only_beside_small_steps() -> None:
    net = network()
    judge = judge_of(net)
    verdict_after(judge, net, tuple(range(1, 31)), dense_1={"update_ratio": -4.5})
    for step, code in ((31, "update_small"), (32, "update_small"), (33, "healthy")):
        verdict = judge.judge(snapshot(net, step, dense_1={"update_ratio": -3.4}))
        assert rows(net, verdict)["dense-1"] == code
        assert (verdict.readings[1].update_ratio < -4) == (code == "update_small")
    assert judge_layers(snapshot(net, 31, dense_1={"update_ratio": -4.1}),
                        net)[1].code == "update_small"


def test_update_evidence_shows_the_logarithm_of_the_rows() -> None:
    net = network()
    small = {f"dense_{i}": {"update_ratio": -6.78} for i in (1, 2)}
    verdict = verdict_after(judge_of(net), net, (1, 21), **small)
    assert verdict.evidence == (
        "Rule: log₁₀(update/weight) = −6.8; comes below −4.0, goes above −3.5.")
    assert "by only 1.6e-07 of their spread" in verdict.sentence


def test_steps_that_change_nothing_are_not_called_0_of_a_spread() -> None:
    net = network()
    still = {f"dense_{i}": {"update_ratio": -math.inf} for i in (1, 2)}
    sentence = verdict_after(judge_of(net), net, (1, 21), **still).sentence
    assert sentence.startswith("The steps do not change the weights of layer ")


@pytest.mark.parametrize(("depth", "factor"), [
    (depth, factor) for depth in (3, 4, 9, 11, 43, 101) for factor in (0.04, 0.2251, 0.4717, 3.1e-4)
    if 1e-300 < factor ** (depth - 1) < 9e-3
])
def test_the_arithmetic_of_a_sentence_checks_out(depth: int, factor: float) -> None:
    net = network(depth)
    layers = {**profile(depth, factor, 0.137), "output": {"gradient_rms": 0.137}}
    verdict = verdict_after(judge_of(net), net, (1, 21), accuracy=GUESSING, **layers)
    said = re.search(r"Layer 1 receives (\S+) of layer (\d+)’s gradient. Each layer multiplies by "
                     r"about (\S+)\. ", verdict.sentence)
    assert said, verdict.sentence
    value, last, factor_said = said.groups()
    assert int(last) == depth
    assert factor_said == number(factor)
    evidence = re.search(r"= (\S+) / (\S+) = (\S+), g", verdict.evidence)
    assert evidence
    first, reference, quotient = map(float, evidence.groups())
    assert f"{first / reference:.1e}" == f"{quotient:.1e}" == f"{float(value):.1e}"
    assert f"{layers['dense_1']['gradient_rms']:.1e}" == evidence[1]


@pytest.mark.parametrize(("depth", "layers", "words"), [
    (9, {4: 1e-6}, "All of it happens between layers 5 and 4."),
    (9, {8: 1e-6}, "All of it happens between layers 9 and 8."),
    (9, {4: 1e-6, 2: 1e-7}, "Most of it happens between layers 5 and 4, a factor of 1.0e-05."),
    (7, {2: 1e-4, 4: 1e-3, 6: 1e-2}, ""),
], ids=["in the middle", "at the output", "mostly", "by three of them"])
def test_each_layer_is_said_to_do_it_only_when_they_do_so_alike(
        depth: int, layers: dict[int, float], words: str) -> None:
    net = network(depth)
    falls: dict[str, dict[str, float]] = {}
    gradient = 0.1
    for n in range(depth - 1, 0, -1):
        gradient = min(gradient, layers.get(n, gradient))
        falls[f"dense_{n}"] = {"gradient_rms": gradient}
    sentence = vanishing_sentence(net, **falls)
    assert "Each layer multiplies" not in sentence
    assert ("of it happens" in sentence) == bool(words)
    assert words in sentence


def test_the_layer_that_receives_least_tells_the_story() -> None:
    net = network(101)
    deep = {f"dense_{i}": {"gradient_rms": 0.1 * 0.9 ** min(101 - i, i + 15)}
            for i in range(1, 101)}
    deep["dense_43"] = {"gradient_rms": 8e-5}
    least = min(deep, key=lambda layer: deep[layer]["gradient_rms"])
    deep["dense_1"] = {"gradient_rms": 3e-4}
    assert least == "dense_43"
    verdict = verdict_after(judge_of(net), net, (1, 21), accuracy=GUESSING, **deep)
    assert (verdict.code, verdict.layer_id) == ("vanishing", "dense-1")
    assert verdict.severity == max(layer.severity for layer in verdict.layers)
    assert "Layer 43 receives 8.0e-04 of layer 101’s gradient. " in verdict.sentence
    assert verdict.evidence.startswith("Rule: g₄₃/g₁₀₁ = 8.0e-05 / 1.0e-01 = 8.0e-04, g being ")


def test_a_little_less_elsewhere_leaves_the_first_layer_to_speak() -> None:
    net = network(5)
    sentence = vanishing_sentence(net, dense_1={"gradient_rms": 5e-4},
                                  dense_2={"gradient_rms": 4e-4})
    assert sentence.startswith("Layer 1 receives 0.005 of layer 5’s gradient. ")


def test_red_rows_in_the_middle_make_the_run_red_unless_it_learns() -> None:
    net = network(9)
    inner = {f"dense_{i}": {"gradient_rms": 1e-7} for i in (4, 5)}
    verdict = verdict_after(judge_of(net), net, (1, 21), **inner)
    assert (verdict.code, verdict.severity) == ("vanishing", 2)
    assert "Such layers hardly learn." in verdict.sentence
    falling = judge_of(net)
    for step in (1, 1000, 2100, 3000):
        verdict = falling.judge(snapshot(net, step, loss=0.7 / step, **inner))
    assert verdict.title == "Learning."


def test_gradients_that_are_0_everywhere_are_neither_healthy_nor_early() -> None:
    net = network()
    none = {name: {"gradient_rms": 0.0, "update_ratio": math.nan}
            for name in ("dense_1", "dense_2", "output")}
    judge = judge_of(net)
    verdict = verdict_after(judge, net, (1, 2, 3, 4), **none)
    assert verdict.layers[1].code == "healthy"
    verdict = verdict_after(judge, net, (5,), **none)
    assert (verdict.code, verdict.severity, verdict.title) == ("silent", 2, "No gradient.")
    assert [layer.code for layer in verdict.layers] == ["healthy"] + ["vanishing"] * 3
    verdict = verdict_after(judge, net, (6,), accuracy=1.0, **none)
    assert (verdict.title, verdict.layers[1].code) == ("No gradient.", "healthy")
    verdict = verdict_after(judge, net, (26,), accuracy=1.0, **none)
    assert (verdict.title, verdict.layers[1].code) == ("Learned.", "healthy")
    assert verdict_after(judge, net, (27,)).layers[1].code == "healthy"


def test_tiny_gradients_that_grow_by_chance_do_not_explode() -> None:
    net = network()
    judge = judge_of(net)
    tiny = {name: {"gradient_rms": 1e-15} for name in ("dense_1", "dense_2", "output")}
    verdict_after(judge, net, (1, 5, 10), loss=0.6931, **tiny)
    grown = {**tiny, "output": {"gradient_rms": 1e-13}}
    assert verdict_after(judge, net, (15,), loss=0.6932, **grown).code != "exploding"


@pytest.mark.parametrize(("activation", "weights", "remedy"), [
    ("sigmoid", "xavier_uniform", "ReLU with He initial weights passes it on."),
    ("sigmoid", "he_normal", "ReLU with He initial weights passes it on."),
    ("tanh", "xavier_uniform", "Orthogonal initial weights, or ReLU with He initial weights, pass "
                               "more of it on."),
    ("tanh", "uniform", "Xavier initial weights, or ReLU with He initial weights, pass more of it "
                        "on."),
    ("tanh", "orthogonal", "ReLU with He initial weights may pass more of it on."),
    ("relu", "normal", "He initial weights keep its size."),
    ("relu", "he_uniform", "Fewer or wider layers pass more of it on."),
    ("linear", "uniform", "Xavier initial weights keep its size."),
])
def test_the_remedy_fits_the_network(activation: str, weights: str, remedy: str) -> None:
    assert vanishing_sentence(network(6, activation, weights),
                              dense_1={"gradient_rms": 1e-7}).endswith(" learn. " + remedy)


def test_in_a_very_deep_network_fewer_layers_are_part_of_the_remedy() -> None:
    assert vanishing_sentence(network(60, "sigmoid"), dense_1={"gradient_rms": 1e-7}).endswith(
        "Fewer layers, with ReLU and He initial weights, pass it on.")


def test_an_activation_layer_counts_as_what_it_is() -> None:
    net = network(4, "linear", "xavier_uniform", LayerSpec("act", "activation",
                                                           {"function": "sigmoid"}))
    assert vanishing_sentence(net, dense_1={"gradient_rms": 1e-7}).endswith(
        "ReLU with He initial weights passes it on.")


@pytest.mark.parametrize(("weights", "orthogonal"), [("xavier_uniform", True),
                                                     ("orthogonal", False)])
def test_what_vanished_in_the_course_of_a_run_is_not_blamed_on_the_start_alone(
        weights: str, orthogonal: bool) -> None:
    net = network(4, "tanh", weights)
    judge = judge_of(net)
    verdict_after(judge, net, (0, 1))
    sentence = verdict_after(judge, net, tuple(range(2, 40)),
                             dense_1={"gradient_rms": 1e-7}).sentence
    assert "More arrived when the run began: a smaller learning rate" in sentence
    assert ("Orthogonal" in sentence) == orthogonal


@pytest.mark.parametrize(("activation", "weights", "begin", "remedy"), [
    ("tanh", "normal", 50.0, "Smaller initial weights, such as Xavier, keep it in range."),
    ("relu", "normal", 50.0, "Smaller initial weights, such as He, keep it in range."),
    ("relu", "he_normal", 50.0, "Smaller initial weights or a smaller learning rate keep it in "
                                "range."),
    ("relu", "normal", 0.1, "A smaller learning rate keeps the weights, and with them the "
                            "gradient, in range."),
])
def test_exploding_names_a_remedy(activation: str, weights: str, begin: float,
                                  remedy: str) -> None:
    net = network(3, activation, weights)
    judge = judge_of(net)
    judge.judge(snapshot(net, 0, dense_1={"gradient_rms": begin}))
    verdict = verdict_after(judge, net, tuple(range(1, 40)), accuracy=GUESSING,
                            dense_1={"gradient_rms": 50.0})
    assert verdict.code == "exploding"
    assert verdict.sentence.endswith(remedy)


@pytest.mark.parametrize(("weights", "remedy"), [
    ("xavier_uniform", "A smaller learning rate, He initial weights or Leaky ReLU keep units"),
    ("he_normal", "A smaller learning rate or Leaky ReLU keep units"),
])
def test_dead_units_are_not_sent_to_weights_that_they_have(weights: str, remedy: str) -> None:
    net = network(3, "relu", weights)
    judge = judge_of(net)
    verdict_after(judge, net, (0, 1))
    assert remedy in verdict_after(judge, net, tuple(range(2, 60)),
                                   dense_2={"dead_share": 0.6}).sentence


def test_units_that_were_dead_from_the_start_are_not_blamed_on_the_rate() -> None:
    net = network(3, "relu")
    sentence = verdict_after(judge_of(net), net, (1, 25), dense_2={"dead_share": 0.6}).sentence
    assert "They were from the start: initial biases of 0" in sentence
