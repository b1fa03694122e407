"""Files of weights by what they are called, and what is refused of any of them."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from engine.errors import FormatError
from engine.foreign import check_start, is_foreign, read_weights_file
from engine.foreign import files as files_module
from engine.telemetry.transfer import TransferReport
from tests.engine.foreign.made_files import numbered, safetensors_bytes


@pytest.mark.parametrize(("name", "code"), [
    ("net.pt", "foreign.pickle"), ("net.PTH", "foreign.pickle"), ("net.bin", "foreign.pickle"),
    ("net.h5", "foreign.hdf"), ("net.keras", "foreign.hdf"), ("net.txt", "foreign.kind")])
def test_other_kinds_are_refused_with_a_remedy(name: str, code: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"content")
    with pytest.raises(FormatError) as told:
        read_weights_file(tmp_path / name)
    assert told.value.message.code == code
    assert told.value.place == name
    assert told.value.remedy
    assert is_foreign(tmp_path / name) == (code != "foreign.kind")


def test_what_is_no_file_is_a_sentence(tmp_path: Path) -> None:
    for path in (tmp_path / "none.npz", tmp_path / "a\0b.npz"):
        with pytest.raises(FormatError, match="cannot be read"):
            read_weights_file(path)
    (tmp_path / "folder.onnx").mkdir()
    with pytest.raises(FormatError):
        read_weights_file(tmp_path / "folder.onnx")
    os.mkfifo(tmp_path / "pipe.npz")
    # Nobody writes to it: to open it would take for ever.
    with pytest.raises(FormatError, match="a device or a pipe"):
        read_weights_file(tmp_path / "pipe.npz")


def test_a_file_larger_than_any_network_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    with path.open("wb") as file:
        file.truncate(files_module.LARGEST_FILE + 1)
    with pytest.raises(FormatError) as told:
        read_weights_file(path)
    assert told.value.message.code == "foreign.too-large"


def test_many_arrays_and_long_names_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "net.safetensors"
    path.write_bytes(safetensors_bytes({f"w{place}": numbered(1) for place in range(5)}))
    monkeypatch.setattr(files_module, "MOST_ARRAYS", 4)
    with pytest.raises(FormatError, match="5 arrays, more than 4"):
        read_weights_file(path)
    path.write_bytes(safetensors_bytes({"w" * 501: numbered(1)}))
    with pytest.raises(FormatError, match="more than 500 characters"):
        read_weights_file(path)


def test_weights_before_step_1_are_left_aside(tmp_path: Path) -> None:
    np.savez(tmp_path / "weights.npz", **{"a/w": numbered(2, 2), "initial/a/w": numbered(2, 2)})
    (group,) = read_weights_file(tmp_path / "weights.npz").groups
    assert (group.name, group.framework) == ("a", "ours")


def test_a_large_file_is_left_for_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.foreign import start

    path = tmp_path / "net.onnx"
    path.write_bytes(b"nonsense")
    with pytest.raises(FormatError):
        check_start(path)
    monkeypatch.setattr(start, "SOON_READ", 3)
    check_start(path)
    with pytest.raises(FormatError):
        check_start(tmp_path / "none.onnx")


def test_a_report_names_no_more_than_can_be_read() -> None:
    assert TransferReport((), ()).told_unused is None
    few = TransferReport((), (), unused=("a", "b")).told_unused
    assert few is not None
    assert few.text == "not used: a, b"
    many = TransferReport((), (), unused=tuple(map(str, range(30)))).told_unused
    assert many is not None
    assert many.text.endswith("10, 11 and 18 more")
