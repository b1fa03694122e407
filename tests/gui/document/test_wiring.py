"""Edits of networks whose layers are fed by others than the one above."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from engine.errors import EngineError, SpecError
from engine.layers import diagnose, infer_shapes, kinds
from engine.spec import LayerSpec, NetworkSpec
from gui.builder.rows import describe
from gui.document.document import Document
from gui.document.wiring import block, feeding, possible_sources, usual_inputs, wired


def dense(layer_id: str, units: int = 8, *inputs: str) -> LayerSpec:
    return LayerSpec(layer_id, "dense", {"units": units}, inputs)


def add(layer_id: str, *inputs: str) -> LayerSpec:
    return LayerSpec(layer_id, "add", {}, inputs)


def network(*layers: LayerSpec) -> NetworkSpec:
    return NetworkSpec((LayerSpec("in", "input"), *layers, dense("out", 2)))


RESIDUAL = network(dense("a"), dense("b"), dense("c"), add("sum", "c", "a"))


def show(document: Document, of: NetworkSpec) -> Document:
    document.load_project(replace(document.project, network=of))
    assert document.issues == ()
    return document


def ids(document: Document) -> list[str]:
    return [layer.id for layer in document.project.network]


def inputs(document: Document, layer_id: str) -> tuple[str, ...]:
    return document.project.network.layer(layer_id).inputs


def test_a_new_add_joins_the_layer_above_and_the_nearest_of_its_shape(document: Document) -> None:
    show(document, network(dense("a"), dense("wide", 9), dense("b")))
    layer_id = document.add_layer("add", 4)
    assert inputs(document, layer_id) == ("b", "a")
    assert document.issues == ()
    document.undo_stack.undo()
    assert ids(document) == ["in", "a", "wide", "b", "out"]


def test_a_new_concatenate_takes_the_two_nearest(document: Document) -> None:
    show(document, network(dense("a"), dense("wide", 9)))
    layer_id = document.add_layer("concatenate", 3)
    assert inputs(document, layer_id) == ("wide", "a")
    assert infer_shapes(document.project.network, (2,))[3] == (17,)


def test_where_nothing_fits_the_row_says_so(document: Document) -> None:
    show(document, network(dense("a")))
    layer_id = document.add_layer("add", 2)
    assert inputs(document, layer_id) == ()
    rows = describe(document.project, document.dataset, document.issues)
    assert "Layer 2 (Add): 1 input; expected 2" in rows[2].issue
    assert [row.issue for row in rows if row.layer_id != layer_id] == [""] * 3


def test_what_stands_above_decides_what_fits() -> None:
    assert usual_inputs(network(dense("a", 4)), add("x"), 2, 0) == ()
    broken = network(LayerSpec("odd", "conv2d"), dense("b"))
    assert usual_inputs(broken, add("x"), 3, 2) == ()


def test_a_layer_put_before_a_join_lies_on_its_path(document: Document) -> None:
    show(document, RESIDUAL)
    layer_id = document.add_layer("dense", 4)
    assert inputs(document, "sum") == (layer_id, "a")
    assert document.issues == ()


def test_a_layer_put_at_the_end_of_a_branch_lies_on_it(document: Document) -> None:
    show(document, network(dense("left"), dense("right", 8, "in"), add("sum", "left", "right")))
    layer_id = document.add_layer("dense", 2)
    assert inputs(document, "sum") == (layer_id, "right")
    assert document.issues == ()
    document.undo_stack.undo()
    last = document.add_layer("dense", 3)
    assert inputs(document, "sum") == ("left", last)
    assert document.issues == ()


@pytest.mark.parametrize(("gone", "left"), [("c", ("b", "a")), ("b", ("c", "a"))])
def test_removing_leaves_the_path(document: Document, gone: str, left: tuple[str, ...]) -> None:
    show(document, RESIDUAL)
    document.remove_layer(gone)
    assert inputs(document, "sum") == left
    assert document.issues == ()


def test_removing_what_a_skip_came_from_shows_an_issue_in_the_row(document: Document) -> None:
    show(document, network(dense("a"), dense("b"), add("sum", "b", "a")))
    document.remove_layer("b")
    issue, = document.issues
    assert issue.layer_id == "sum"
    assert "1 input; expected 2" in issue.text
    document.undo_stack.undo()
    assert document.issues == ()


def test_removing_a_join_leaves_its_readers_one_input_each(document: Document) -> None:
    show(document, network(dense("a"), dense("b"), add("sum", "b", "a"), dense("c"),
                           dense("d", 8, "sum"), add("last", "d", "c")))
    document.remove_layer("sum")
    assert inputs(document, "d") == ("b",)
    assert document.issues == ()


@pytest.mark.parametrize(("moved", "position", "wanted"), [
    ("c", 2, ("b", "a")), ("b", 3, ("b", "a")), ("a", 2, ("c", "a")), ("a", 3, ("c", "a")),
])
def test_moving_on_the_path_keeps_the_network_valid(
    document: Document, moved: str, position: int, wanted: tuple[str, ...],
) -> None:
    show(document, RESIDUAL)
    document.move_layer(moved, position)
    assert inputs(document, "sum") == wanted
    assert document.issues == ()


def test_a_join_that_moves_joins_what_is_above_it_then(document: Document) -> None:
    show(document, network(dense("a"), dense("b"), add("sum", "b", "a"), dense("d")))
    document.move_layer("sum", 4)
    assert ids(document) == ["in", "a", "b", "d", "sum", "out"]
    assert inputs(document, "sum") == ("d", "a")
    assert document.issues == ()


def test_moving_a_source_below_its_reader_says_so_by_title(document: Document) -> None:
    show(document, RESIDUAL)
    document.move_layer("a", 5)
    issue, = document.issues
    assert issue.layer_id == "sum"
    assert "its input Layer 5 (Dense) does not stand before it" in issue.text
    document.move_layer("a", 1)
    assert document.issues == ()


def test_duplicating_on_the_path_lengthens_it(document: Document) -> None:
    show(document, RESIDUAL)
    copy = document.repeat_layer("c")
    assert inputs(document, "sum") == (copy, "a")
    assert document.issues == ()


def test_stacking_a_join_repeats_its_block(document: Document) -> None:
    show(document, RESIDUAL)
    assert [layer.id for layer in block(RESIDUAL, "sum")] == ["b", "c", "sum"]
    document.set_layer("b", frozen=True)
    document.repeat_layer("sum", 3)
    layers = document.project.network.layers
    assert [layer.kind for layer in layers] == ["input", "dense"] + ["dense", "dense", "add"] * 4 \
        + ["dense"]
    for end in (7, 10, 13):
        assert layers[end].inputs == (layers[end - 1].id, layers[end - 3].id)
        assert layers[end - 2].frozen
    assert document.issues == ()
    document.undo_stack.undo()
    assert len(document.project.network) == 6


def test_apply_to_all_hidden_keeps_wires(document: Document) -> None:
    show(document, RESIDUAL)
    document.set_option("b", "activation", "relu")
    document.apply_to_hidden("b")
    assert inputs(document, "sum") == ("c", "a")
    assert document.project.network.layer("c").options["activation"] == "relu"


def test_choosing_inputs_is_one_step(document: Document) -> None:
    show(document, RESIDUAL)
    document.set_inputs("sum", ("c", "b", "a"))
    assert inputs(document, "sum") == ("c", "b", "a")
    assert document.undo_stack.undoText() == "change inputs of Add"
    document.set_inputs("c", ("a",))
    assert inputs(document, "c") == ("a",)
    document.set_inputs("c", ("b",))
    assert inputs(document, "c") == ()
    for _ in range(3):
        document.undo_stack.undo()
    assert document.project.network == RESIDUAL


@pytest.mark.parametrize("wrong", [("out",), ("c", "c"), ("nobody",), ("sum",)])
def test_inputs_that_cannot_be_are_refused(document: Document, wrong: Sequence[str]) -> None:
    show(document, RESIDUAL)
    with pytest.raises(SpecError, match="layers before it, each once"):
        document.set_inputs("sum", wrong)
    assert document.project.network == RESIDUAL


def test_the_input_layer_is_fed_by_the_data_alone(document: Document) -> None:
    show(document, RESIDUAL)
    with pytest.raises(SpecError, match="fed by the data alone"):
        document.set_inputs("in", ())


def test_fields_of_a_layer_are_checked(document: Document) -> None:
    show(document, RESIDUAL)
    document.set_layer("a", frozen=True, l2=0.01)
    assert document.undo_stack.undoText() == "change freezing and L2 of Dense"
    layer = document.project.network.layer("a")
    assert (layer.frozen, layer.l1, layer.l2) == (True, None, 0.01)
    with pytest.raises(SpecError, match="Layer 1"):
        document.set_layer("a", l1=-1.0)
    document.undo_stack.undo()
    assert document.project.network == RESIDUAL


def test_what_could_feed_a_layer() -> None:
    of = network(dense("a"), dense("wide", 9), dense("b"), add("sum", "b", "a"), dense("late"))
    found = {source.layer_id: source for source in possible_sources(of, "sum", 2)}
    assert list(found) == ["b", "wide", "a", "in"]
    assert [source.chosen for source in found.values()] == [True, False, True, False]
    assert "expected one shape" in found["wide"].problem
    assert found["a"].problem == ""
    astray = of.replaced(add("sum", "b", "late", "ghost"))
    *_, late, ghost = possible_sources(astray, "sum", 2)
    assert (late.layer_id, late.chosen, late.position) == ("late", True, 5)
    assert "does not stand before" in late.problem
    assert (ghost.position, ghost.problem) == (-1, "there is no such layer")
    assert possible_sources(of, "in", 2) == ()
    flat = {s.layer_id: s for s in possible_sources(
        network(dense("a"), LayerSpec("conv", "conv2d")), "conv", 2)}
    assert "expected" in flat["a"].problem


def test_layers_before_a_broken_one_are_known_all_the_same() -> None:
    of = network(dense("a"), LayerSpec("conv", "conv2d"), dense("b"))
    found = wired(of, 2)
    assert [w.shape for w in found] == [(2,), (8,), None, None, None]
    assert found[1].parameters is not None
    assert feeding(of, 0) == ()
    assert all(w.shape is None for w in wired(of, 0))


@pytest.mark.parametrize("seed", range(6))
def test_any_edits_leave_a_network_that_can_be_shown_and_undone(
    document: Document, seed: int,
) -> None:
    rng = random.Random(seed)
    keys = [kind.key for kind in kinds() if kind.insertable]
    show(document, RESIDUAL)
    done = 0
    for _ in range(60):
        names = ids(document)
        name = rng.choice(names)
        edit = rng.choice(("add", "join", "remove", "move", "repeat", "inputs"))
        try:
            if edit in ("add", "join"):
                key = rng.choice(("add", "concatenate") if edit == "join" else keys)
                document.add_layer(key, rng.randrange(len(names) + 1))
            elif edit == "remove":
                document.remove_layer(name)
            elif edit == "move":
                document.move_layer(name, rng.randrange(len(names)))
            elif edit == "repeat":
                document.repeat_layer(name, rng.randrange(1, 3))
            else:
                before = names[:names.index(name)]
                document.set_inputs(name, rng.sample(before, rng.randint(0, min(3, len(before)))))
        except EngineError:
            continue
        done += 1
        assert len(set(ids(document))) == len(ids(document))
        project, data = document.project, document.dataset
        rows = describe(project, data, document.issues)
        assert len(rows) == len(project.network)
        if not diagnose(project, data.task, data.n_inputs, data.n_outputs):
            shapes = infer_shapes(project.network, (data.n_inputs,))
            assert [found.shape for found in wired(project.network, 2)] == list(shapes)
    assert done > 20
    while document.undo_stack.canUndo():
        document.undo_stack.undo()
    assert document.project.network == RESIDUAL
