"""Projects with their weights in one file, whole and broken."""

from __future__ import annotations

import io
import os
import pickle
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from numpy.typing import NDArray

from engine.bundles import files, read_bundle, start_weights, write_bundle
from engine.errors import FormatError
from engine.spec import LayerSpec, NetworkSpec, ProjectSpec, default_project, project_to_json
from tests.engine.bundles import whole
from tests.engine.spec.strategies import PROJECT_SPECS

Arrays = dict[str, NDArray[Any]]


def arrays(dtype: str = "float32") -> Arrays:
    rng = np.random.default_rng(1)
    return {"dense-1/w": rng.standard_normal((2, 4)).astype(dtype),
            "dense-1/b": rng.standard_normal(4).astype(dtype),
            "dense-2/w": rng.standard_normal((4, 2)).astype(dtype),
            "dense-2/b": np.zeros(2, dtype)}


def zipped(members: Mapping[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, compression)
    return buffer.getvalue()


def npy(array: NDArray[Any], **options: Any) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, **options)
    return buffer.getvalue()


def bundle(weights: bytes | None = None, project: bytes | None = None, **more: bytes) -> bytes:
    """Return a bundle's bytes, parts of it replaced."""
    packed = {f"{name}.npy": npy(array) for name, array in arrays().items()}
    text = project_to_json(default_project()).encode() if project is None else project
    return zipped({"project.json": text, "weights.npz": zipped(packed) if weights is None
                   else weights, **more})


def refused(content: bytes, path: Path) -> FormatError:
    path.write_bytes(content)
    with pytest.raises(FormatError) as caught:
        read_bundle(path)
    assert caught.value.place == path.name
    assert len(caught.value.sentence) < 1000
    return caught.value


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_is_written_is_read(dtype: str, tmp_path: Path) -> None:
    path = tmp_path / "net.bplab"
    write_bundle(default_project(), arrays(dtype), path)
    for given_path in (path, str(path)):
        project, found = read_bundle(given_path)
        assert project == default_project()
        assert found.keys() == arrays().keys()
        for name, array in arrays(dtype).items():
            np.testing.assert_array_equal(found[name], array)
            assert found[name].dtype == dtype
            assert found[name].flags.writeable
    assert os.listdir(tmp_path) == ["net.bplab"]


def test_shapes_orders_and_byte_orders(tmp_path: Path) -> None:
    given_arrays = {
        "dense-1/none": np.zeros((3, 0, 2)), "dense-1/scalar": np.array(1.5),
        "dense-1/many": np.arange(720.0).reshape(2, 3, 4, 5, 6),
        "dense-1/fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        "dense-1/big": np.arange(3, dtype=">f4"), "dense-1/strided": np.arange(9.0)[::2]}
    write_bundle(default_project(), given_arrays, tmp_path / "a.bplab")
    _, found = read_bundle(tmp_path / "a.bplab")
    for name, array in given_arrays.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].shape == array.shape
        assert found[name].dtype.isnative


def test_numpy_and_any_unzipper_read_it_too(tmp_path: Path) -> None:
    write_bundle(default_project(), arrays(), tmp_path / "a.bplab")
    with zipfile.ZipFile(tmp_path / "a.bplab") as archive:
        assert archive.testzip() is None
        with np.load(io.BytesIO(archive.read("weights.npz")), allow_pickle=False) as weights:
            for name, array in arrays().items():
                np.testing.assert_array_equal(weights[name], array)


def test_the_same_project_is_the_same_file(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_bundle(default_project(), arrays(), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    # So that the files that the tests below break are the real ones.
    assert whole.members(bundle()) == whole.members((tmp_path / "a").read_bytes())


@given(PROJECT_SPECS)
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_project_is_written_and_read(tmp_path: Path, project: ProjectSpec) -> None:
    write_bundle(project, {}, tmp_path / "a.bplab")
    assert read_bundle(tmp_path / "a.bplab") == (project, {})


def test_a_failing_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch
                                             ) -> None:
    path = tmp_path / "net.bplab"
    write_bundle(default_project(), arrays(), path)
    before = path.read_bytes()

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(FormatError, match="No space left"):
            write_bundle(replace(default_project(), name="Other"), {}, path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["net.bplab"]


NONSENSE: list[tuple[Arrays, str]] = [
    ({"dense-1/w": np.array([1.0, np.nan])}, "not finite"),
    ({"dense-1/w": np.array([np.inf])}, "not finite"),
    ({"dense-1/w": np.arange(3)}, "int64"),
    ({"dense-1/w": np.array([object()])}, "object"),
    ({"dense-1/w": np.zeros(1, "float16")}, "float16"),
    ({"dense-1/w": np.zeros((1,) * 9)}, "9 axes"),
    ({"dense-9/w": np.zeros(1)}, "no parameter"), ({"dense-1": np.zeros(1)}, "no parameter"),
    ({"/w": np.zeros(1)}, "no parameter"), ({"dense-1/": np.zeros(1)}, "no parameter"),
    ({"dense-1/../w": np.zeros(1)}, "no parameter"),
    ({"../../etc/passwd": np.zeros(1)}, "no parameter"),
]


@pytest.mark.parametrize(("weights", "found"), NONSENSE)
def test_what_could_not_be_read_again_is_not_written(weights: Arrays, found: str, tmp_path: Path
                                                     ) -> None:
    with pytest.raises(FormatError, match=found):
        write_bundle(default_project(), weights, tmp_path / "a.bplab")
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("name", ["a\0b", "a\\b", "x" * 2000])
def test_names_that_a_zip_file_would_change_are_not_written(name: str, tmp_path: Path) -> None:
    project = ProjectSpec(network=NetworkSpec((LayerSpec(name, "dense"),)))
    with pytest.raises(FormatError, match="cannot be written into a zip"):
        write_bundle(project, {f"{name}/w": np.zeros(1)}, tmp_path / "a.bplab")


def test_names_of_any_language_are(tmp_path: Path) -> None:
    project = ProjectSpec(network=NetworkSpec((LayerSpec("Schicht ä 層 ..", "dense"),)))
    write_bundle(project, {"Schicht ä 層 ../w": np.zeros(1)}, tmp_path / "a.bplab")
    assert read_bundle(tmp_path / "a.bplab")[1].keys() == {"Schicht ä 層 ../w"}


WRONG: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "no project with weights"),
    "text": (b"{}", "not a zip"),
    "json": (project_to_json(default_project()).encode(), "not a zip"),
    "nothing inside": (zipped({}), "nothing"),
    "no weights": (zipped({"project.json": b"{}"}), "it holds project.json"),
    "one more": (bundle(extra=b""), "it holds extra, project.json"),
    "broken project": (bundle(project=b"{"), "not JSON"),
    "newer project": (bundle(project=b'{"version": 99}'), "version 99"),
    "unknown field": (bundle(project=b'{"colour": 1}'), "colour"),
    "huge project": (bundle(project=b" " * (16 * 2**20 + 1)), "16,777,216"),
    "weights are no zip": (bundle(weights=b"12"), "not a zip"),
    "compressed": (zipped({"project.json": b"{}", "weights.npz": zipped({})},
                          zipfile.ZIP_DEFLATED), "compressed"),
    "bomb": (bundle(weights=zipped({"dense-1/w.npy": b"\0" * 2**24}, zipfile.ZIP_DEFLATED)),
             "compressed"),
    "bomb of bzip2": (bundle(weights=zipped({"dense-1/w.npy": b"\0" * 2**24}, zipfile.ZIP_BZIP2)),
                      "compressed"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_is_refused(name: str, tmp_path: Path) -> None:
    content, found = WRONG[name]
    assert found in refused(content, tmp_path / "a.bplab").sentence


def header(text: str) -> bytes:
    padded = text.ljust(117).encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + len(padded).to_bytes(2, "little") + padded


MEMBERS: dict[str, tuple[str, bytes]] = {
    "no array": ("dense-1/w.npy", b"hello"), "nothing": ("dense-1/w.npy", b""),
    "pickle": ("dense-1/w.npy", pickle.dumps([1.0])),
    "objects": ("dense-1/w.npy", npy(np.array([None]), allow_pickle=True)),
    "integers": ("dense-1/w.npy", npy(np.arange(3))),
    "complex": ("dense-1/w.npy", npy(np.zeros(2, complex))),
    "records": ("dense-1/w.npy", npy(np.zeros(2, [("a", "<f4")]))),
    "swapped": ("dense-1/w.npy", npy(np.zeros(2, ">f8"))),
    "Fortran": ("dense-1/w.npy", npy(np.asfortranarray(np.zeros((2, 3))))),
    "NaN": ("dense-1/w.npy", npy(np.array([1.0, np.nan]))),
    "infinite": ("dense-1/w.npy", npy(np.array([np.inf], np.float32))),
    "cut off": ("dense-1/w.npy", npy(np.zeros(5))[:-1]),
    "too long": ("dense-1/w.npy", npy(np.zeros(5)) + b"\0"),
    "huge": ("dense-1/w.npy", header(
        "{'descr': '<f8', 'fortran_order': False, 'shape': (999999999, 999999999), }")),
    "huger": ("dense-1/w.npy", header(
        "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,), }")),
    "huge with nothing": ("dense-1/w.npy", header(
        "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 999999999, 999999999, 999999999, "
        "9), }")),
    "negative": ("dense-1/w.npy", header(
        "{'descr': '<f8', 'fortran_order': False, 'shape': (-1, -1), }") + b"\0" * 8),
    "many axes": ("dense-1/w.npy", header(
        "{'descr': '<f8', 'fortran_order': False, 'shape': (" + "1, " * 9 + "), }") + b"\0" * 8),
    "a program": ("dense-1/w.npy", header(
        "{'descr': '<f8', 'fortran_order': False, 'shape': (__import__('os').getpid(),), }")),
    "another layer": ("dense-7/w.npy", npy(np.zeros(1))),
    "no layer": ("w.npy", npy(np.zeros(1))),
    "no ending": ("dense-1/w", npy(np.zeros(1))),
    "upwards": ("../../dense-1/w.npy", npy(np.zeros(1))),
    "upwards again": ("dense-1/../../w.npy", npy(np.zeros(1))),
    "from the root": ("/etc/passwd.npy", npy(np.zeros(1))),
}


@pytest.mark.parametrize("name", MEMBERS)
def test_a_wrong_array_is_refused(name: str, tmp_path: Path) -> None:
    member, content = MEMBERS[name]
    error = refused(bundle(weights=zipped({member: content})), tmp_path / "a.bplab")
    assert member in error.found
    if name in ("cut off", "too long", "huge"):
        assert "an array of shape" in error.found
    assert os.listdir(tmp_path) == ["a.bplab"]


def test_a_name_that_stands_there_twice_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("dense-1/w.npy", npy(np.zeros(1)))
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("dense-1/w.npy", npy(np.zeros(1)))
    assert "twice" in refused(bundle(weights=buffer.getvalue()), tmp_path / "a.bplab").found


def test_names_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    """A bomb without compression: every entry of the list points to the same megabyte."""
    first = zipped({"dense-1/w.npy": npy(np.zeros(2**17))})
    begin = first.index(b"PK\x01\x02")
    entry, end = first[begin:first.index(b"PK\x05\x06")], bytearray(
        first[first.index(b"PK\x05\x06"):])
    count = 1000
    end[8:12] = count.to_bytes(2, "little") * 2
    end[12:16] = (count * len(entry)).to_bytes(4, "little")
    weights = first[:begin] + entry * count + bytes(end)
    assert "claims to hold more" in refused(bundle(weights=weights), tmp_path / "a.bplab").found


def test_a_damaged_number_is_noticed(tmp_path: Path) -> None:
    content = bytearray(bundle())
    place = bytes(content).index(arrays()["dense-1/w"].tobytes())
    content[place] ^= 1
    assert "CRC" in refused(bytes(content), tmp_path / "a.bplab").found


def test_a_file_of_any_length_but_its_own_is_refused(tmp_path: Path) -> None:
    content = bundle()
    for length in range(0, len(content), 7):
        refused(content[:length], tmp_path / "a.bplab")


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=8))
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damage_anywhere_gives_a_sentence_or_what_was_there(
        tmp_path: Path, damage: list[tuple[int, int]]) -> None:
    content = bytearray(bundle())
    for place, byte in damage:
        content[place % len(content)] = byte
    (tmp_path / "a.bplab").write_bytes(content)
    try:
        _, found = read_bundle(tmp_path / "a.bplab")
    except FormatError:
        return
    for name, array in found.items():
        np.testing.assert_array_equal(array, arrays()[name])


@given(st.binary(max_size=300))
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_weights_give_a_sentence(tmp_path: Path, weights: bytes) -> None:
    refused(bundle(weights=weights), tmp_path / "a.bplab")


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path / "none.bplab", tmp_path):
        with pytest.raises(FormatError, match="cannot be read"):
            read_bundle(path)


def test_a_huge_file_is_refused_without_being_read_whole(tmp_path: Path,
                                                         monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST_BUNDLE", 1000)
    with (tmp_path / "a.bplab").open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(FormatError, match="more than 1,000 bytes"):
        read_bundle(tmp_path / "a.bplab")


@pytest.mark.parametrize("base", [lambda folder: folder, lambda folder: folder / "mine.json"])
def test_weights_to_start_from_lie_beside_the_project(base: Callable[[Path], Path], tmp_path: Path
                                                      ) -> None:
    (tmp_path / "mine.json").write_text("{}")
    (tmp_path / "other").mkdir()
    write_bundle(default_project(), arrays(), tmp_path / "other" / "first.bplab")
    for path in ("other/first.bplab", str(tmp_path / "other" / "first.bplab")):
        found = start_weights(replace(default_project(), start_from=path), base(tmp_path))
        assert found is not None
        assert found.keys() == arrays().keys()
    assert start_weights(default_project(), base(tmp_path)) is None
    with pytest.raises(FormatError, match="cannot be read"):
        start_weights(replace(default_project(), start_from="first.bplab"), base(tmp_path))


@pytest.mark.parametrize("path", ["a\0b.bplab", "~nosuchuser/a.bplab"])
def test_a_place_that_cannot_be_is_told(path: str, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="cannot be read"):
        start_weights(replace(default_project(), start_from=path), tmp_path)
