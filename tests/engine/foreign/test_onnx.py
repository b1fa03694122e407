"""Weights of ONNX files."""

from __future__ import annotations

import numpy as np
import pytest

from engine.export.onnx.file import node, tensor
from engine.foreign.onnx import read
from engine.foreign.unreadable import Unreadable
from engine.foreign.wire import block, message, number, packed
from tests.engine.foreign.made_files import gemm, numbered, onnx_bytes


def test_arrays_stand_with_the_nodes_that_read_them() -> None:
    w, b, v = numbered(3, 4), numbered(3), numbered(3, 2)
    file = read(onnx_bytes([
        gemm("first", "x", "fc1.weight", "fc1.bias", transB=1), node("Relu", "", ["first-out"],
                                                                     ["r"], {}),
        node("MatMul", "second", ["r", "v"], ["m"], {}),
        node("Add", "third", ["m", "c"], ["y"], {}),
    ], {"fc1.weight": w, "fc1.bias": b, "v": v, "c": numbered(2),
        "shape": np.array([1, 2], np.int64), "unused": numbered(2, 2)}), "net.onnx")
    assert file.is_ordered
    first, second = file.groups
    assert (first.name, first.op, first.settings["transB"]) == ("fc1", "Gemm", 1)
    assert {role: part.name for role, part in first.parts.items()} == {
        "weight": "fc1.weight", "bias": "fc1.bias"}
    np.testing.assert_array_equal(first.parts["weight"].array, w)
    assert second.name == "second"
    assert {role: part.name for role, part in second.parts.items()} == {"weight": "v", "bias": "c"}
    assert file.loose == ("unused",)


@pytest.mark.parametrize(("kind", "dtype", "field"), [
    (1, "<f4", 4), (11, "<f8", 10), (10, "<f2", 5)])
def test_numbers_may_stand_in_fields_of_their_own(kind: int, dtype: str, field: int) -> None:
    values = np.array([1.5, -2.0, 0.25], dtype)
    held = packed(5, values.view("<u2").tolist()) if field == 5 else (
        block(field, values.tobytes()))
    made = message(packed(1, [3]), number(2, kind), block(8, "w"), held)
    content = message(block(7, message(block(1, gemm("g", "x", "w")), block(5, made))))
    (group,) = read(content, "net.onnx").groups
    np.testing.assert_array_equal(group.parts["weight"].array, values)


def test_numbers_in_another_file_are_refused() -> None:
    made = message(packed(1, [3]), number(2, 1), block(8, "w"),
                   block(13, message(block(1, "location"), block(2, "/etc/passwd"))),
                   number(14, 1))
    content = message(block(7, message(block(1, gemm("g", "x", "w")), block(5, made))))
    with pytest.raises(Unreadable) as told:
        read(content, "net.onnx")
    assert told.value.message.code == "foreign.elsewhere"


def test_a_shape_is_not_believed() -> None:
    made = message(packed(1, [10**6, 10**6]), number(2, 1), block(8, "w"), block(9, b"\0" * 8))
    content = message(block(7, message(block(1, gemm("g", "x", "w")), block(5, made))))
    with pytest.raises(Unreadable) as told:
        read(content, "net.onnx")
    assert told.value.message.code == "foreign.array-size"


@pytest.mark.parametrize("content", [b"", b"\xff" * 20, b"nonsense", b"\x08" + b"\x80" * 11,
                                     block(3, b"x"), b"\x3a\xff\xff\xff\xff\x0f"])
def test_other_bytes_are_told(content: bytes) -> None:
    with pytest.raises(Unreadable) as told:
        read(content, "net.onnx")
    assert told.value.message.code == "foreign.not-onnx"


def test_no_way_of_cutting_a_file_off_does_harm() -> None:
    content = onnx_bytes([gemm("first", "x", "a.w", "a.b")], {"a.w": numbered(4, 2),
                                                             "a.b": numbered(2)})
    told = 0
    for end in range(len(content)):
        try:
            read(content[:end], "net.onnx")
        except Unreadable:
            told += 1
    # Where a file ends between two fields of a model, it says less, and nothing wrong.
    assert told > 0.9 * len(content)


def test_a_tensor_keeps_its_numbers_whatever_their_order_in_memory() -> None:
    array = np.asfortranarray(numbered(2, 3))
    content = message(block(7, message(block(1, gemm("g", "x", "w")),
                                       block(5, tensor("w", array)))))
    (group,) = read(content, "net.onnx").groups
    np.testing.assert_array_equal(group.parts["weight"].array, array)
