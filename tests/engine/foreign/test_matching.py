"""Which array belongs where, and how it is turned; nothing is guessed in silence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.export.onnx.file import node
from engine.foreign.group import KERAS, PYTORCH, WeightsFile, framework_of, grouped
from engine.foreign.matching import FirstWeights, matched
from engine.foreign.onnx import read
from engine.foreign.target import Target
from engine.messages import say
from engine.telemetry.transfer import LeftLayer, TransferReport
from tests.engine.foreign.made_files import gemm, numbered, onnx_bytes, room

DENSE = (("hidden", "dense", {"units": 3}), ("output", "dense", {"units": 2}))


def found(layers: tuple[Target, ...], arrays: Mapping[str, NDArray[Any]], *,
          is_ordered: bool = False, flattens_last: bool = False) -> FirstWeights:
    return matched(WeightsFile("file", grouped(arrays), is_ordered, flattens_last), layers)


def test_pytorch_has_the_outputs_first() -> None:
    w, b = numbered(3, 4), numbered(3)
    result = found(room(4, *DENSE), {"net.hidden.weight": w, "net.hidden.bias": b})
    np.testing.assert_array_equal(result.arrays["hidden/w"], w.T)
    np.testing.assert_array_equal(result.arrays["hidden/b"], b)
    assert result.sources["hidden"].text == (
        "net.hidden.weight, net.hidden.bias, found by name; net.hidden.weight transposed")
    assert "output/w" not in result.arrays
    assert result.reasons["output"].code == "foreign.none-fits"


def test_keras_has_the_inputs_first() -> None:
    w, b = numbered(4, 3), numbered(3)
    result = found(room(4, *DENSE), {"network/hidden/kernel:0": w, "network/hidden/bias:0": b})
    np.testing.assert_array_equal(result.arrays["hidden/w"], w)
    assert "transposed" not in result.sources["hidden"].text


def test_a_square_matrix_is_turned_by_its_framework_alone() -> None:
    layers = room(3, ("hidden", "dense", {"units": 3}))
    w, b = numbered(3, 3), numbered(3)
    for names, truth in ((("weight", "bias"), w.T), (("kernel", "bias"), w), (("w", "b"), w)):
        result = found(layers, dict(zip((f"hidden/{name}" for name in names), (w, b),
                                        strict=True)))
        np.testing.assert_array_equal(result.arrays["hidden/w"], truth)
    result = found(layers, {"hidden/matrix": w, "hidden/bias": b})
    assert not result.arrays
    assert result.reasons["hidden"].code == "foreign.either-way"


def test_of_an_unknown_framework_a_shape_that_fits_one_way_is_enough() -> None:
    layers, b = room(4, ("hidden", "dense", {"units": 3})), numbered(3)
    for w in (numbered(3, 4), numbered(4, 3)):
        result = found(layers, {"W1": w, "b1": b}, is_ordered=True)
        np.testing.assert_array_equal(result.arrays["hidden/w"], w if w.shape == (4, 3) else w.T)


def test_arrays_without_any_names_are_taken_in_their_order() -> None:
    arrays = {f"arr_{place}": array for place, array in enumerate(
        (numbered(4, 3), numbered(3), numbered(3, 2), numbered(2)))}
    result = found(room(4, *DENSE), arrays, is_ordered=True)
    assert set(result.arrays) == {"hidden/w", "hidden/b", "output/w", "output/b"}
    assert result.sources["output"].text == "arr_2, arr_3, found by its place in the order"


def named_by_keras(*names: str) -> dict[str, NDArray[Any]]:
    return {f"{name}/{own}": array for place, name in enumerate(names)
            for own, array in (("kernel", numbered(4, 4, start=place)), ("bias", numbered(4)))}


def test_a_number_that_keras_has_given_is_no_name() -> None:
    layers = room(4, *((f"dense-{place}", "dense", {"units": 4}) for place in (1, 2, 3)))
    # The second dense layer is dense_1 there, and the first one dense-1 here.
    result = found(layers, named_by_keras("net/dense", "net/dense_1", "net/dense_2"),
                   is_ordered=True)
    for place in (1, 2, 3):
        np.testing.assert_array_equal(result.arrays[f"dense-{place}/w"],
                                      numbered(4, 4, start=place - 1))
    assert "found by its place in the order" in result.sources["dense-1"].text


def test_where_the_first_of_a_kind_has_its_name_here_too_the_numbers_are_names() -> None:
    layers = room(4, ("dense-1", "dense", {"units": 4}), ("dense", "dense", {"units": 4}))
    result = found(layers, named_by_keras("dense", "dense_1"), is_ordered=True)
    np.testing.assert_array_equal(result.arrays["dense/w"], numbered(4, 4, start=0))
    np.testing.assert_array_equal(result.arrays["dense-1/w"], numbered(4, 4, start=1))


@pytest.mark.parametrize("square", [False, True])
def test_numbers_in_names_give_an_order_and_others_do_not(square: bool) -> None:
    units = 3
    layers = room(3 if square else 4, ("a", "dense", {"units": units}),
                  ("b", "dense", {"units": units}), ("c", "dense", {"units": units}))
    first = numbered(units, 3 if square else 4)
    arrays = {name: array for prefix, w in (("net.2", first), ("net.10", numbered(3, 3, start=50)),
                                            ("net.4", numbered(3, 3, start=20)))
              for name, array in ((f"{prefix}.weight", w), (f"{prefix}.bias", numbered(3)))}
    result = found(layers, arrays)
    assert [result.arrays[f"{name}/w"][0, 0] for name in "abc"] == [1, 20, 50]
    renamed = {name.replace("net.2", "x").replace("net.10", "y").replace("net.4", "z"): array
               for name, array in arrays.items()}
    result = found(layers, renamed)
    # The first one alone fits nothing else, where it is the only one of its shape.
    assert set(result.arrays) == (set() if square else {"a/w", "a/b"})
    assert result.reasons["b"].code == "foreign.several"
    assert {"y.weight", "z.weight"} <= set(result.unused)


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
def test_gates_come_into_our_order(kind: str) -> None:
    units, ours = 2, {"rnn": "h", "lstm": "ifgo", "gru": "rzn"}[kind]
    layers = room(6, ("steps", "reshape", {"form": "sequence", "steps": 2, "features": 3}),
                  ("walk", kind, {"units": units}))
    columns = units * len(ours)
    w, u, b = numbered(3, columns), numbered(units, columns, start=100), numbered(columns, start=50)
    second = numbered(columns, start=500)
    truth = {"walk/w": w, "walk/u": u, "walk/b": b + second}
    if kind == "gru":
        truth["walk/b"] = np.concatenate([(b + second)[:4], b[4:]])
        truth["walk/c"] = second[4:]
    pytorch = {"walk.weight_ih_l0": w.T, "walk.weight_hh_l0": u.T, "walk.bias_ih_l0": b,
               "walk.bias_hh_l0": second}
    result = found(layers, pytorch)
    assert result.arrays.keys() == truth.keys()
    for name, array in truth.items():
        np.testing.assert_array_equal(result.arrays[name], array)

    def ordered(array: NDArray[Any], wanted: str) -> NDArray[Any]:
        parts = dict(zip(ours, np.split(array, len(ours), axis=-1), strict=True))
        return np.concatenate([parts[gate] for gate in wanted], axis=-1)
    theirs = {"rnn": "h", "lstm": "ifgo", "gru": "zrn"}[kind]
    keras = {"walk/cell/kernel": ordered(w, theirs),
             "walk/cell/recurrent_kernel": ordered(u, theirs),
             "walk/cell/bias": ordered(b + second, theirs)}
    if kind == "gru":
        keras["walk/cell/bias"] = np.stack([ordered(b, theirs), ordered(second, theirs)])
    result = found(layers, keras)
    for name, array in truth.items():
        np.testing.assert_array_equal(result.arrays[name], array)
    theirs = {"rnn": "h", "lstm": "iofg", "gru": "zrn"}[kind]
    arrays = {"walk/w": ordered(w, theirs).T[None], "walk/u": ordered(u, theirs).T[None],
              "walk/b": np.concatenate([ordered(b, theirs), ordered(second, theirs)])[None]}
    settings = {"linear_before_reset": 1} if kind == "gru" else {}
    content = onnx_bytes([node(kind.upper(), "n", ["x", *arrays], ["", "y"], settings)], arrays)
    result = matched(read(content, "net.onnx"), layers)
    for name, array in truth.items():
        np.testing.assert_array_equal(result.arrays[name], array)
    if kind == "gru":
        content = onnx_bytes([node("GRU", "n", ["x", *arrays], ["", "y"], {})], arrays)
        result = matched(read(content, "net.onnx"), layers)
        assert result.reasons["walk"].code == "foreign.setting"


def test_gates_of_an_unknown_framework_are_left() -> None:
    layers = room(6, ("steps", "reshape", {"form": "sequence", "steps": 2, "features": 3}),
                  ("walk", "lstm", {"units": 2}))
    result = found(layers, {"walk.a": numbered(3, 8), "walk.b": numbered(2, 8),
                            "walk.c": numbered(8)})
    assert result.reasons["walk"].code == "foreign.no-framework"


IMAGE = (("image", "reshape", {"form": "image", "height": 3, "width": 4, "channels": 2}),
         ("conv", "conv2d", {"filters": 5, "kernel": 2}), ("row", "flatten", {}),
         ("output", "dense", {"units": 2}))


def test_kernels_and_what_follows_a_flattened_image() -> None:
    kernel, w = numbered(5, 2, 2, 2), numbered(2, 60)
    arrays = {"conv.weight": kernel, "conv.bias": numbered(5), "output.weight": w,
              "output.bias": numbered(2)}
    result = found(room(24, *IMAGE), arrays)
    np.testing.assert_array_equal(result.arrays["conv/w"], kernel.transpose(2, 3, 1, 0))
    channels_first = w.T.reshape(5, 3, 4, 2)
    np.testing.assert_array_equal(result.arrays["output/w"],
                                  channels_first.transpose(1, 2, 0, 3).reshape(60, 2))
    assert "with the channels first" in result.sources["output"].text
    told = found(room(24, *IMAGE), arrays, flattens_last=True)
    np.testing.assert_array_equal(told.arrays["output/w"], w.T)


def test_a_sequence_of_nobody_knows_what_is_left_once_it_is_flattened() -> None:
    layers = room(6, ("steps", "reshape", {"form": "sequence", "steps": 2, "features": 3}),
                  ("row", "flatten", {}), ("output", "dense", {"units": 2}))
    arrays = {"output.weight": numbered(2, 6), "output.bias": numbered(2)}
    assert found(layers, arrays).reasons["output"].code == "foreign.flattened-somehow"


def test_norms_are_told_apart() -> None:
    layers = room(3, ("norm", "batch_norm", {}), ("other", "layer_norm", {}))
    arrays = {"norm.weight": numbered(3), "norm.bias": numbered(3, start=10),
              "norm.running_mean": numbered(3, start=20), "norm.running_var": numbered(3, start=30),
              "norm.num_batches_tracked": np.array(7), "other.weight": numbered(3, start=40),
              "other.bias": numbered(3, start=50)}
    result = found(layers, arrays)
    assert result.arrays["norm/running_variance"].tolist() == [30, 31, 32]
    assert result.arrays["other/shift"].tolist() == [50, 51, 52]
    assert result.unused == ()


@pytest.mark.parametrize(("arrays", "code"), [
    ({"hidden.weight": numbered(3, 5), "hidden.bias": numbered(3)}, "foreign.shape"),
    ({"hidden.weight": numbered(3, 4)}, "foreign.part-missing"),
    ({"hidden.weight": numbered(3, 4), "hidden.bias": numbered(3), "hidden.mask": numbered(3, 4)},
     "foreign.part-more"),
])
def test_a_name_that_does_not_fit_is_told(arrays: dict[str, NDArray[Any]], code: str) -> None:
    result = found(room(4, ("hidden", "dense", {"units": 3})), arrays)
    assert result.reasons["hidden"].code == code
    assert set(result.unused) == set(arrays)


def test_nodes_of_onnx_have_to_do_the_same() -> None:
    layers = room(4, ("output", "dense", {"units": 2}))
    arrays = {"output/w": numbered(2, 4), "output/b": numbered(2)}
    result = matched(read(onnx_bytes([gemm("g", "x", *arrays, transB=1)], arrays), ""), layers)
    np.testing.assert_array_equal(result.arrays["output/w"], arrays["output/w"].T)
    result = matched(read(onnx_bytes([gemm("g", "x", *arrays, transB=1, alpha=0.5)], arrays), ""),
                     layers)
    assert result.reasons["output"].code == "foreign.setting"
    result = matched(read(onnx_bytes([node("Conv", "g", ["x", *arrays], ["y"], {})], arrays), ""),
                     layers)
    assert result.reasons["output"].code == "foreign.other-node"


def test_frameworks_show_by_their_names() -> None:
    for names, framework in ((("weight", "bias"), PYTORCH), (("kernel", "bias"), KERAS),
                             (("bias",), ""), (("gamma", "beta"), KERAS)):
        (group,) = grouped({f"a.{name}": numbered(1) for name in names})
        assert group.framework == framework == framework_of(group.parts)


def test_a_report_says_where_everything_comes_from() -> None:
    result = found(room(4, *DENSE), {"hidden.weight": numbered(3, 4), "hidden.bias": numbered(3),
                                     "head.weight": numbered(9, 9)})
    report = result.explained(TransferReport(
        ("hidden",), (LeftLayer("output", say("transfer.no-layer")),)))
    assert report.sources["hidden"].code == "foreign.taken-changed"
    assert report.left[0].message.code == "foreign.shape"
    assert report.unused == ("head.weight",)
