"""Safetensors files, sound ones and others."""

from __future__ import annotations

import json

import numpy as np
import pytest

from engine.foreign.safetensors import read
from engine.foreign.unreadable import Unreadable
from tests.engine.foreign.made_files import numbered, safetensors_bytes, with_header


def test_arrays_and_remarks_are_read_as_they_are() -> None:
    arrays = {"b": numbered(3).astype(np.float64), "a": numbered(2, 3),
              "n": np.array(7, np.int64), "h": np.array([1.5, -2.0], np.float16)}
    found, about = read(safetensors_bytes(arrays, format="pt"))
    assert about == {"format": "pt"}
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].shape == array.shape


def test_the_upper_half_of_float32_is_a_type() -> None:
    whole = np.array([1.0, -2.5, 3e30], np.float32)
    halves = (whole.view(np.uint32) >> 16).astype(np.uint16)
    header = json.dumps({"w": {"dtype": "BF16", "shape": [3], "data_offsets": [0, 6]}}).encode()
    found, _ = read(with_header(header, halves.tobytes()))
    np.testing.assert_array_equal(found["w"], (halves.astype(np.uint32) << 16).view(np.float32))


def entry(**changes: object) -> bytes:
    return json.dumps({"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8],
                             **changes}}).encode()


@pytest.mark.parametrize(("content", "code"), [
    (b"", "foreign.header-size"), (b"\x08\0\0\0\0\0\0\0{}", "foreign.header-size"),
    ((2**63).to_bytes(8, "little") + b"{}", "foreign.header-size"),
    (with_header(b"{nonsense"), "foreign.header"),
    (with_header(b"[" * 100_000), "foreign.header"),
    (with_header(b'{"w": 3}'), "foreign.header"), (with_header(b"\xff\xfe"), "foreign.header"),
    (with_header(entry(shape=[2**60, 2**60]), b"\0" * 8), "foreign.header"),
    (with_header(entry(shape=[10**9, 10**9]), b"\0" * 8), "foreign.array-size"),
    (with_header(entry(shape=[-1]), b"\0" * 8), "foreign.header"),
    (with_header(entry(shape=[1] * 9), b"\0" * 8), "foreign.array-size"),
    (with_header(entry(dtype="F99"), b"\0" * 8), "foreign.type"),
    (with_header(entry(data_offsets=[0, 10**12]), b"\0" * 8), "foreign.place"),
    (with_header(entry(data_offsets=[8, 0]), b"\0" * 8), "foreign.place"),
    (with_header(entry(), b"\0" * 9), "foreign.left-over"),
    (with_header(entry(), b"\0" * 7), "foreign.place"),
    (with_header(b'{"__metadata__": {"a": 3}}'), "foreign.header"),
])
def test_a_broken_file_is_told(content: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as told:
        read(content)
    assert told.value.message.code == code
    assert "{" not in told.value.message.text.replace("{nonsense", "")


def test_arrays_cannot_share_bytes() -> None:
    header = json.dumps({name: {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
                         for name in "ab"}).encode()
    with pytest.raises(Unreadable):
        read(with_header(header, b"\0" * 8))


def test_every_way_of_cutting_a_file_off_is_told() -> None:
    content = safetensors_bytes({"a": numbered(2, 2), "b": numbered(1)})
    for end in range(len(content)):
        with pytest.raises(Unreadable):
            read(content[:end])
