"""What is offered against a finding: each edit is what its label says, and can be trained."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from engine.data import load
from engine.diagnosis import edits
from engine.diagnosis.advice import advise
from engine.diagnosis.case import Words
from engine.diagnosis.chart import Chart
from engine.diagnosis.cure_choice import CHOICES
from engine.diagnosis.cure_kinds import KINDS
from engine.diagnosis.cure_labels import told
from engine.diagnosis.cures import MOST, Cure, cures_for
from engine.diagnosis.design import Design, Fix
from engine.diagnosis.remedies import NAMED
from engine.diagnosis.verdicts import Verdict, note_opinion
from engine.layers import resolve
from engine.messages import Message, say
from engine.messages.english.verdicts import WORDS
from engine.spec import OptimizerSpec, ProjectSpec, ScheduleSpec, TrainingSpec
from engine.telemetry.snapshot import LayerReading
from tests.engine.diagnosis.making import dense, image, layer, network, out, stack, table
from tests.engine.diagnosis.projects import check
from tests.engine.layers.strategies import broken
from tests.tiers import examples


def project(*parts: Any, data: Any = None, **training: Any) -> ProjectSpec:
    return ProjectSpec(data=data or table("circle", 0.5), network=network(*parts),
                       training=TrainingSpec(**training))


def readings(of: ProjectSpec, update: float = -3.0) -> tuple[LayerReading, ...]:
    return tuple(LayerReading(spec.id, gradient_rms=0.1, update_ratio=update)
                 if spec.kind == "dense" else LayerReading(spec.id) for spec in of.network)


def verdict(code: str, of: ProjectSpec, *, severity: int = 2, update: float = -3.0,
            sentence: Message | None = None, title: Message | None = None,
            fix: Fix | None = None) -> Verdict:
    words = Words(title or say("flat.title"), sentence or say("waiting.told"))
    return Verdict(code, severity, words, (), readings(of, update), (), fix)


def offered(code: str, of: ProjectSpec, **changes: Any) -> tuple[Cure, ...]:
    return cures_for(verdict(code, of, **changes), of, load(of.data))


def cure(kind: str, code: str, of: ProjectSpec, **changes: Any) -> Cure:
    return next(one for one in offered(code, of, **changes) if one.code == kind)


def made(kind: str, of: ProjectSpec, code: str = "vanishing", **changes: Any) -> ProjectSpec:
    """Return what a kind of cure makes of a project, offered or not."""
    chart = Chart(Design(of, load(of.data)), verdict(code, of, **changes))
    return KINDS[kind](chart)


def label(of: ProjectSpec, other: ProjectSpec) -> str:
    return told(of, other, load(of.data).task).text


TANH = project(stack(9, 16, "tanh", "xavier_normal"), out(2))
SIGMOID = project(stack(8, 8, "sigmoid"), out(2))
RELU = project(stack(3, 16, "relu", "he_normal"), out(2))


def test_another_activation_comes_with_the_weights_that_suit_it() -> None:
    found = cure("activation", "vanishing", TANH)
    assert found.label.text == "Tanh → ReLU in 9 layers, Xavier → He"
    for before, after in zip(TANH.network.layers[1:-1], found.project.network.layers[1:-1],
                             strict=True):
        assert after == before.with_options(activation="relu", weights="he_normal")
    assert found.project.network.layers[-1] == TANH.network.layers[-1]
    assert replace(found.project, network=TANH.network) == TANH


def test_where_units_die_the_other_activation_cannot() -> None:
    found = cure("activation", "dead", RELU)
    assert found.label.text == "ReLU → Leaky ReLU in 3 layers"


def test_initial_weights_become_those_of_theory() -> None:
    of = project(stack(3, 16, "tanh", "normal", spread=5.0), out(2, weights="normal", spread=5.0))
    found = cure("weights", "saturated", of)
    assert found.label.text == "Normal → Xavier in 4 layers"
    assert {spec.options["weights"] for spec in found.project.network.layers[1:]} == {
        "xavier_uniform"}
    gain = project(stack(8, 16, "relu", "he_normal", gain=3.0), out(2))
    assert cure("weights", "nonfinite", gain).label.text == "Gain 3 → 1 in 8 layers"
    bias = project(stack(2, 16, "relu", "he_normal", initial_bias=-20.0), out(2))
    assert cure("weights", "dead", bias).label.text == "Initial bias -20 → 0 in 2 layers"


def test_weights_that_are_right_are_not_offered() -> None:
    assert "weights" not in {one.code for one in offered("nonfinite", RELU)}
    assert not edits.starts_off(Design(RELU, load(RELU.data)))


@pytest.mark.parametrize(("rate", "update", "code", "after"), [
    (3.0, -0.5, "nonfinite", 0.01), (100.0, math.inf, "dead", 0.1), (0.03, -1.0, "exploding", 3e-4),
    (1.0, 0.5, "saturated", 0.003)])
def test_a_rate_that_is_too_high_comes_down(rate: float, update: float, code: str, after: float
                                            ) -> None:
    of = project(stack(3, 16, "relu", "he_normal"), out(2), learning_rate=rate)
    found = cure("slower", code, of, update=update)
    assert found.project == replace(of, training=replace(of.training, learning_rate=after))
    assert found.label.text == f"Learning rate {rate:g} → {after:g}"


def test_a_rate_that_is_too_low_goes_up_by_what_steps_are_short_of() -> None:
    of = project(stack(2, 8, "tanh"), out(2), learning_rate=1e-5)
    found = cure("faster", "update_small", of, update=-5.0)
    assert found.project.training.learning_rate == pytest.approx(1e-3)
    assert found.label.text == "Learning rate 1e-05 → 0.001"


def test_another_optimizer_brings_its_own_rate() -> None:
    found = cure("optimizer", "update_small", project(stack(2, 8), out(2), learning_rate=1e-6))
    assert found.label.text == "SGD → Adam, learning rate 1e-06 → 0.003"
    assert found.project.training.optimizer == OptimizerSpec("adam")


def test_clipping_limits_all_gradients_together() -> None:
    found = cure("clip", "exploding", RELU)
    assert found.label.text == "Clip gradients at norm 1"
    assert found.project == replace(RELU, training=replace(RELU.training, clip_norm=1.0))
    tiny = project(stack(2, 8), out(2), clip_norm=1e-5)
    assert cure("clip", "update_small", tiny).label.text == (
        "Clip gradients at norm 1 instead of 1e-05")
    single = project(stack(2, 8), out(2), clip_value=1e-4)
    assert cure("clip", "update_small", single).label.text == (
        "Clip gradients at norm 1, without the limit of 0.0001 for every gradient")


def test_batch_norm_stands_behind_every_hidden_layer() -> None:
    found = cure("batch-norm", "vanishing", TANH)
    assert found.label.text == "Batch norm behind 9 layers"
    kinds = [spec.kind for spec in found.project.network]
    assert kinds == ["input", *["dense", "batch_norm"] * 9, "dense"]
    kept = [spec for spec in found.project.network if spec.kind != "batch_norm"]
    assert tuple(kept) == TANH.network.layers
    one = project(stack(9, 16), out(2), batch_size=1)
    assert "batch-norm" not in {other.code for other in offered("vanishing", one)}
    assert made("batch-norm", found.project) == found.project


def test_residual_connections_lead_past_layers_of_equal_width() -> None:
    found = cure("residual", "vanishing", TANH)
    assert found.label.text == "Residual connections around 8 layers"
    sums = [spec for spec in found.project.network if spec.kind == "add"]
    assert sums[0].inputs == ("dense-2", "dense-1")
    layers = resolve(found.project.network, (2,))
    for position, spec in enumerate(layers):
        if spec.kind.key == "add":
            # What is added is the layer just before, and what that one has read.
            assert spec.sources[0] == position - 1
            assert spec.sources[1] == layers[position - 1].sources[0]
        elif spec.kind.key == "dense" and position > 2:
            assert layers[position - 1].kind.key == "add"
    kept = [spec for spec in found.project.network if spec.kind != "add"]
    assert tuple(kept) == TANH.network.layers


def test_residual_connections_go_round_a_function_of_its_own_and_follow_named_wires() -> None:
    of = project(dense(8, "linear"), layer("activation", function="tanh"),
                 dense(8, "linear"), layer("activation", function="tanh"),
                 dense(8, "linear"), layer("activation", function="tanh"), out(2))
    found = made("residual", of)
    assert [spec.inputs for spec in found.network if spec.kind == "add"] == [
        ("activation-2", "activation-1"), ("activation-3", "add-2")]
    named = project(dense(8), dense(8), dense(2, name="end", inputs=("dense-2",)))
    assert made("residual", named).network.layer("end").inputs == ("add-1",)


def test_residual_connections_are_not_offered_where_sums_would_outgrow_all() -> None:
    deep = project(stack(40, 12, "relu", "he_normal"), out(2))
    assert made("residual", deep) == deep
    assert "layers" in {one.code for one in offered("vanishing", deep)}


def test_fewer_layers_are_left_of_very_many() -> None:
    deep = project(stack(50, 8, "sigmoid"), out(2))
    found = cure("layers", "vanishing", deep)
    assert found.label.text == "Sigmoid → ReLU in 6 layers, Xavier → He, 44 layers fewer"
    assert len(found.project.network) == 8


def test_inputs_are_scaled_where_nothing_does() -> None:
    of = project(out(1), data=table("plane", 0.5), loss="mean_squared_error", learning_rate=0.2)
    found = cure("scale", "nonfinite", of)
    assert found.label.text == "Scale the inputs"
    assert found.project == replace(of, data=replace(of.data, scaling="standard"))
    assert made("scale", found.project) == found.project


def test_overfitting_is_held_against_penalties_stops_data_and_silence() -> None:
    of = project(stack(2, 32, "relu", "he_normal"), out(2), data=table("moons", 0.2, noise=20.0))
    found = {one.code: one for one in offered("overfitting", of, severity=1)}
    assert [one.label.text for one in found.values()] == [
        "Stop early (patience 10)", "L2 0.01", "More data: training share 20 → 80 %",
        "Dropout 30 % behind 2 layers"]
    assert found["stop"].project.training.stopping.patience == 10
    assert found["l2"].project.training == replace(of.training, l2=0.01)
    assert found["data"].project == replace(of, data=replace(of.data, training_share=0.8))
    dropout = found["dropout"].project.network
    assert [spec.kind for spec in dropout] == ["input", "dense", "dropout", "dense", "dropout",
                                               "dense"]
    assert tuple(spec for spec in dropout if spec.kind != "dropout") == of.network.layers


def test_a_separate_file_to_validate_on_leaves_the_share_alone() -> None:
    data = table("moons", 0.2)
    of = project(dense(8), out(2), data=replace(data, table=replace(data.table, test_path="a.csv")))
    chart = Chart(Design(of, load(table("moons", 0.2))), verdict("overfitting", of))
    assert KINDS["data"](chart) == of


def test_narrow_layers_get_more_units_and_a_second_layer() -> None:
    of = project(dense(2, "tanh"), out(2), data=table("spiral", 0.5))
    found = cure("capacity", "settled", of, severity=1)
    assert found.label.text == "Units 2 → 16 in 1 layer, Dense 16 · Tanh behind 1 layer"
    assert [spec.id for spec in found.project.network] == ["input", "dense-1", "dense-2", "output"]


def test_classes_are_weighed_with_steps_that_find_the_rare_ones() -> None:
    of = project(dense(8), out(2), learning_rate=0.01)
    assert cure("class-weights", "imbalance", of).label.text == (
        "SGD → Adam, learning rate 0.01 → 0.003, weigh classes equally")
    weighed = replace(of, training=replace(of.training, class_weights="balanced"))
    assert made("class-weights", weighed) == weighed


def test_a_schedule_that_has_ended_the_learning_goes() -> None:
    of = project(dense(8), out(2), schedule=ScheduleSpec("cosine", length=60))
    found = cure("schedule", "update_small", of)
    assert found.label.text == "Schedule Cosine → Constant"
    assert found.project == replace(of, training=replace(of.training, schedule=ScheduleSpec()))


def test_a_rate_far_above_the_usual_explains_all_else() -> None:
    fast = project(stack(3, 16, "tanh", "normal", spread=5.0), out(2), learning_rate=30.0)
    for code in ("vanishing", "dead", "saturated", "silent", "nonfinite", "chance"):
        assert {one.code for one in offered(code, fast)} == {"slower", "optimizer"}, code


def test_nothing_is_offered_where_nothing_can_be_learned() -> None:
    data = load(table("circle", 0.5))
    thrown = np.random.default_rng(3).permutation(data.labels)
    of = project(dense(4), out(2))
    chance = verdict("chance", of, severity=1)
    assert cures_for(chance, of, data)
    assert not cures_for(chance, of, dataclasses.replace(data, labels=thrown))


def test_what_mends_a_note_is_offered_first_and_once() -> None:
    of = project(stack(4, 16, "tanh", "normal", spread=0.01), out(2))
    data = load(of.data)
    note = next(one for one in advise(of, data) if one.code == "weights-too-small")
    said = note_opinion(note)
    found = cures_for(Verdict(said.code, said.severity, said.words, (), readings(of), (),
                              said.fix), of, data)
    assert note.fix is not None
    assert (found[0].code, found[0].project) == (note.code, note.fix.project)
    assert len({one.label.text for one in found}) == len(found)


def test_every_note_that_has_a_fix_offers_it_in_words_of_the_edit() -> None:
    cases = {
        "rate-zero": (project(dense(8), out(2), learning_rate=0.0), "Learning rate 0 → 0.03"),
        "l1": (project(dense(8), out(2), l1=0.1), "L1 0.1 → 0.001"),
        "max-norm": (project(dense(8), out(2), max_norm=0.01), "Max-norm 0.01 → 3"),
        "dropout": (project(dense(8), layer("dropout", rate=0.95), out(2)),
                    "Dropout rate 0.95 → 0.5 in 1 layer"),
        "linear": (project(dense(8, "linear"), out(2)), "Linear → ReLU in 1 layer, Xavier → He"),
        "softmax-twice": (project(dense(8), out(2), layer("softmax")), "Without Softmax"),
        "constant-weights": (project(dense(8, "tanh", "zeros"), out(2, weights="zeros")),
                             "Zeros → Xavier in 2 layers"),
        "bottleneck": (project(dense(8), dense(1), dense(8), out(2)), "Units 1 → 8 in 1 layer"),
        "batch-of-one": (project(dense(8, "linear"), layer("batch_norm"), out(2), batch_size=1),
                         "Batches of 16 instead of 1"),
        "schedule-decays": (project(dense(8), out(2), steps=2000,
                                    schedule=ScheduleSpec("cosine", length=60)),
                            "Cosine over 2,000 steps instead of 60"),
    }
    for code, (of, words) in cases.items():
        data = load(of.data)
        note = next(one for one in advise(of, data) if one.code == code)
        said = note_opinion(note)
        found = cures_for(Verdict(said.code, max(1, said.severity), said.words, (), readings(of),
                                  (), said.fix), of, data)
        assert found[0].label.text == words, code


@pytest.mark.parametrize("code", sorted(CHOICES))
@pytest.mark.parametrize("of", [
    TANH, SIGMOID, RELU, project(out(2)),
    project(stack(50, 8, "sigmoid", "lecun_normal"), out(2)),
    project(image(), layer("conv2d", filters=4), layer("max_pooling"), layer("flatten"), out(10),
            data=table("digits", 0.5)),
    project(layer("reshape", form="sequence", steps=24, features=1), layer("rnn", units=8), out(1),
            data=table("sine", window=24), loss="mean_squared_error"),
    project(dense(8, "tanh", "normal", spread=3.0), layer("dropout", rate=0.2), layer("batch_norm"),
            dense(8, "relu"), out(2), optimizer=OptimizerSpec("adam"), learning_rate=1e-6),
], ids=["tanh", "sigmoid", "relu", "line", "fifty", "image", "sequence", "mixed"])
def test_every_cure_can_be_trained_and_is_another_project(code: str, of: ProjectSpec) -> None:
    data = load(of.data)
    found = offered(code, of)
    assert len(found) <= MOST
    assert len({one.label.text for one in found}) == len(found)
    for one in found:
        assert one.project != of
        assert not check(one.project, data)
        assert one.label.text[0].isupper() or not one.label.text[0].isalpha()
        # Layers that stay keep their names and their order, so that first weights agree.
        names = [spec.id for spec in of.network]
        after = [spec.id for spec in one.project.network]
        assert [name for name in after if name in names] == [name for name in names
                                                             if name in after]
        assert (one.project.training.seed, one.project.data.seed) == (of.training.seed,
                                                                      of.data.seed)


def test_what_is_nothing_for_a_run_that_has_begun_says_so() -> None:
    large = project(stack(3, 16, "relu", "he_normal", gain=3.0), out(2))
    anew = {one.code: one.begins_anew for one in offered("nonfinite", large)}
    assert anew == {"weights": True, "batch-norm": False}
    assert {one.code: one.begins_anew for one in offered("vanishing", TANH)} == {
        "activation": True, "residual": False, "batch-norm": False}
    plane = project(out(1), data=table("plane", 0.5), loss="mean_squared_error", learning_rate=0.2)
    assert cure("scale", "nonfinite", plane).begins_anew
    assert not cure("slower", "nonfinite", plane).begins_anew


def test_where_all_is_well_nothing_is_offered() -> None:
    assert not offered("learned", RELU, severity=0)
    assert not offered("vanishing", RELU, severity=0)
    wrong = project(dense(8), out(3))
    assert not cures_for(verdict("vanishing", wrong), wrong, load(wrong.data))


def test_every_remedy_of_a_sentence_names_kinds_that_there_are() -> None:
    assert {code for code in WORDS if code.startswith("remedy.")} == set(NAMED)
    assert {kind for kinds in NAMED.values() for kind in kinds} <= set(KINDS)


@pytest.mark.parametrize(("remedy", "of", "first"), [
    ("remedy.relu", SIGMOID, "activation"), ("remedy.keep", TANH, "slower"),
    ("remedy.fewer-or-wider", project(stack(12, 16, "relu", "he_normal"), out(2)), "layers"),
])
def test_what_the_sentence_recommends_is_offered_first(remedy: str, of: ProjectSpec, first: str
                                                       ) -> None:
    sentence = say("vanishing.told", received="", effect="", remedy=Message(remedy, {}))
    held = say("held.told", step=20, sentence=sentence)
    for told_now in (sentence, held):
        assert offered("vanishing", of, sentence=told_now)[0].code == first


@pytest.mark.sampled
@given(broken())
@settings(max_examples=examples(20, 300), deadline=None)
def test_whatever_the_project_is_cures_are_offered_or_none(of: ProjectSpec) -> None:
    data = load(table("circle", 0.5))
    for code in ("vanishing", "overfitting", "chance"):
        for one in cures_for(verdict(code, of), of, data):
            assert not check(one.project, data)
            assert one.label.text
