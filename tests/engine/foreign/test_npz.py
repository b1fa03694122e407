"""Archives of arrays that anybody may have written."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from engine.foreign.npz import read
from engine.foreign.unreadable import Unreadable
from tests.engine.foreign.made_files import numbered

MOST = 10**6


def archive(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in members.items():
            written.writestr(f"{name}.npy", content)
    return file.getvalue()


def header(text: str, numbers: bytes = b"") -> bytes:
    padded = text.encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + len(padded).to_bytes(2, "little") + padded + numbers


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_arrays_are_read_in_their_order(save: object) -> None:
    file = io.BytesIO()
    arrays = {"z/kernel": numbered(2, 3), "a/bias": numbered(3),
              "turned": np.asfortranarray(numbered(2, 3)), "big": numbered(2).astype(">f8")}
    save(file, **arrays)  # type: ignore[operator]
    found = read(file.getvalue(), MOST)
    assert list(found) == list(arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)


class Trap:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        return Path.write_text, (self.path, "run")  # type: ignore[return-value]


def test_a_pickle_is_never_run(tmp_path: Path) -> None:
    file, trace = io.BytesIO(), tmp_path / "trace"
    np.savez(file, w=np.array([Trap(trace)], dtype=object))
    with pytest.raises(Unreadable) as told:
        read(file.getvalue(), MOST)
    assert told.value.message.code == "foreign.objects"
    assert not trace.exists()


@pytest.mark.parametrize(("content", "code"), [
    (b"", "foreign.not-npz"), (b"PK nonsense", "foreign.not-npz"),
    (archive(w=b"nonsense"), "foreign.not-npz"), (archive(w=b""), "foreign.not-npz"),
    (archive(w=header("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,), }")),
     "foreign.array-size"),
    (archive(w=header("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", b"\0" * 7)),
     "foreign.array-size"),
    (archive(w=header("{'descr': '<U4', 'fortran_order': False, 'shape': (1,), }", b"\0" * 16)),
     "foreign.type"),
    (archive(w=header("__import__('os').system('true')")), "foreign.not-npz"),
    (archive(w=b"\0" * (MOST + 1)), "foreign.unpacks"),
])
def test_a_broken_file_is_told(content: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as told:
        read(content, MOST)
    assert told.value.message.code == code


def test_every_way_of_cutting_a_file_off_is_told() -> None:
    file = io.BytesIO()
    np.savez(file, a=numbered(2, 2), b=numbered(1))
    content = file.getvalue()
    for end in range(0, len(content), 7):
        with pytest.raises(Unreadable):
            read(content[:end], MOST)
