from __future__ import annotations

import pytest

from engine.layers import INITIALISERS
from engine.spec import LayerSpec, NetworkSpec, Option
from gui.labs import draft


def network(**options: Option) -> NetworkSpec:
    return NetworkSpec((
        LayerSpec("input", "input"),
        LayerSpec("words", "embedding", {"vocabulary": 9}),
        LayerSpec("state", "lstm", {"units": 3}),
        LayerSpec("dropout", "dropout"),
        LayerSpec("dense", "dense", {"units": 4, **options}),
        LayerSpec("output", "dense", {"units": 2, **options})))


def of(found: NetworkSpec, layer_id: str) -> dict[str, Option]:
    return dict(found.layer(layer_id).options)


SUMS = ("state", "dense", "output")


def test_which_layers_there_are_to_change() -> None:
    assert [layer.id for layer in draft.drawn(network())] == ["words", *SUMS]
    # A table of tokens has no sums whose size a gain could keep.
    assert [layer.id for layer in draft.summing(network())] == list(SUMS)


@pytest.mark.parametrize("scheme", draft.FRAMEWORKS)
def test_a_framework_brings_all_that_belongs_to_it(scheme: str) -> None:
    begun = network(gain=3.0, initial_bias=0.5)
    found = draft.with_scheme(begun, SUMS, scheme)
    assert draft.setting_of([found.layer(name) for name in ("dense", "output")]) == draft.Setting(
        scheme, 1.0, 0.0)
    assert of(found, "state")["recurrent_weights"] == scheme
    assert of(found, "words") == of(begun, "words")


def test_other_schemes_leave_gain_and_bias() -> None:
    found = draft.with_scheme(network(gain=3.0, initial_bias=0.5), SUMS, "he_normal")
    assert draft.setting_of([found.layer("dense")]) == draft.Setting("he_normal", 3.0, 0.5)
    assert "recurrent_weights" not in of(found, "state")


def test_what_a_layer_cannot_have_it_is_not_given() -> None:
    found = draft.with_scheme(network(), SUMS, "lsuv")
    assert of(found, "dense")["weights"] == "lsuv"
    assert "weights" not in of(found, "state")


def test_gain_and_bias() -> None:
    found = draft.with_bias(draft.with_gain(network(), ("dense",), 2.5), ("dense", "output"), -1.0)
    assert draft.setting_of([found.layer("dense")]).gain == 2.5
    both = draft.setting_of([found.layer("dense"), found.layer("output")])
    assert both == draft.Setting("xavier_uniform", None, -1.0)
    assert draft.with_gain(found, ("dense",), 2.5) is found


@pytest.mark.parametrize("scheme", INITIALISERS)
def test_sliders_are_only_for_what_makes_a_difference(scheme: str) -> None:
    layers = [draft.with_scheme(network(), SUMS, scheme).layer("dense")]
    assert draft.has_gain(layers) == INITIALISERS[scheme].has_gain
    assert draft.has_bias(layers) == (INITIALISERS[scheme].bias is None)
    assert not draft.has_bias([layers[0].with_options(bias=False)])


def test_what_is_tried_goes_with_the_project_when_that_changes() -> None:
    before = network()
    tried = draft.with_gain(before, ("dense",), 2.0)
    wider = before.replaced(before.layer("dense").with_options(units=9, initial_bias=0.5))
    found = draft.rebased(tried, before, wider)
    assert of(found, "dense") == {"units": 9, "initial_bias": 0.5, "gain": 2.0}
    assert of(found, "output") == of(before, "output")
    # What was not tried follows the project; what was used is the project's.
    assert draft.rebased(before, before, tried) == tried
    assert draft.rebased(tried, before, before.removed("dense")) == before.removed("dense")
