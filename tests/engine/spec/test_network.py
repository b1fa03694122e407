from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import SpecError
from engine.spec import LayerSpec, NetworkSpec


def network(*ids: str) -> NetworkSpec:
    return NetworkSpec(tuple(LayerSpec(name, "dense", {"units": place})
                             for place, name in enumerate(ids)))


def ids(of: NetworkSpec) -> str:
    return "".join(layer.id for layer in of)


def test_layers_are_found_by_id() -> None:
    net = network("a", "b", "c")
    assert len(net) == 3
    assert net.index("c") == 2
    assert net.layer("b") == LayerSpec("b", "dense", {"units": 1})


@pytest.mark.parametrize("method", ["index", "layer", "removed"])
def test_an_unknown_id_is_named_with_the_known_ones(method: str) -> None:
    with pytest.raises(SpecError, match="'z'; expected one of a, b"):
        getattr(network("a", "b"), method)("z")


def test_an_unknown_layer_cannot_be_replaced_or_moved() -> None:
    with pytest.raises(SpecError):
        network("a").replaced(LayerSpec("z", "dense"))
    with pytest.raises(SpecError):
        network("a").moved("z", 0)


@pytest.mark.parametrize(("position", "expected"), [(0, "xabc"), (1, "axbc"), (3, "abcx"),
                                                    (9, "abcx")])
def test_insert(position: int, expected: str) -> None:
    assert ids(network("a", "b", "c").inserted(position, LayerSpec("x", "dense"))) == expected


@pytest.mark.parametrize(("layer", "position", "expected"), [
    ("a", 2, "bca"), ("a", 1, "bac"), ("c", 0, "cab"), ("b", 1, "abc"), ("a", 9, "bca")])
def test_a_moved_layer_ends_up_where_it_was_wanted(layer: str, position: int,
                                                   expected: str) -> None:
    assert ids(network("a", "b", "c").moved(layer, position)) == expected


def test_replace_and_remove() -> None:
    net = network("a", "b", "c")
    new = LayerSpec("b", "dropout")
    assert net.replaced(new).layers == (net.layers[0], new, net.layers[2])
    assert ids(net.removed("b")) == "ac"


def test_edits_leave_the_old_network_alone() -> None:
    net = network("a", "b")
    before = net.layers
    net.inserted(0, LayerSpec("x", "dense"))
    net.removed("a")
    net.moved("a", 1)
    net.replaced(net.layers[0].with_options(units=9))
    assert net.layers == before
    assert net.layers[0].options == {"units": 0}


def test_options_are_added_and_changed() -> None:
    layer = LayerSpec("a", "dense", {"units": 4})
    assert layer.with_options(units=8, bias=False).options == {"units": 8, "bias": False}


def test_values_cannot_be_assigned_to() -> None:
    with pytest.raises(AttributeError):
        network("a").layers = ()  # type: ignore[misc]
    with pytest.raises(AttributeError):
        LayerSpec("a", "dense").id = "b"  # type: ignore[misc]


@given(st.lists(st.sampled_from(["dense-1", "dense-2", "dense-4", "output"]), unique=True))
def test_a_fresh_id_is_the_first_that_is_free(taken: list[str]) -> None:
    fresh = network(*taken).fresh_id("dense")
    numbers = [n for n in range(1, 10) if f"dense-{n}" not in taken]
    assert fresh == f"dense-{numbers[0]}"
