"""CIFAR's binary and pickled layouts, from bytes that the test writes."""

from __future__ import annotations

import lzma
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.data import sources
from engine.data.importers.catalogue import recognised
from engine.data.importers.pickled_arrays import PickleError, read_pickle
from engine.errors import DataError
from tests.datasets import folder
from tests.engine.data.importers.pictures import content_of, spec, write

CIFAR = folder("cifar10")
NAMES = ("aeroplane", "car", "bird")


def planes(count: int, seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (count, 3, 32, 32)).astype(np.uint8)


def labels(count: int) -> list[int]:
    return [number % 3 for number in range(count)]


def batch(count: int, seed: int = 0) -> bytes:
    told = np.array(labels(count), np.uint8)[:, None]
    return np.hstack([told, planes(count, seed).reshape(count, -1)]).tobytes()


def text(value: str) -> bytes:
    return b"U" + bytes([len(value)]) + value.encode()


def as_python_2(count: int, seed: int = 0) -> bytes:
    """Return a batch as Python 2's cPickle wrote those that are published."""
    raw = planes(count, seed).tobytes()
    array = (b"cnumpy.core.multiarray\n_reconstruct\nq\x01cnumpy\nndarray\nq\x02K\x00\x85"
             + text("b") + b"\x87Rq\x03(K\x01M" + count.to_bytes(2, "little") + b"M\x00\x0c\x86"
             + b"cnumpy\ndtype\nq\x04" + text("u1") + b"K\x00K\x01\x87Rq\x05(K\x03" + text("|")
             + b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89T"
             + len(raw).to_bytes(4, "little") + raw + b"tb")
    told = b"]q\x06(" + b"".join(b"K" + bytes([label]) for label in labels(count)) + b"e"
    return (b"\x80\x02}q\x00(" + text("data") + array + text("labels") + told
            + text("batch_label") + text("training batch 1 of 5") + b"u.")


def check(path: Path) -> None:
    data = sources.load(spec(path))
    assert data.class_names == NAMES
    assert (len(data.training), len(data.validation)) == (14, 5)
    wanted = np.concatenate([planes(7, 1), planes(7, 2), planes(5, 3)])
    assert np.array_equal(content_of(data).reshape(-1, 32, 32, 3), np.moveaxis(wanted, 1, -1))
    assert data.labels.tolist() == labels(7) * 2 + labels(5)


def write_binary(root: Path) -> Path:
    write(root / "batches.meta.txt", ("\n".join(NAMES) + "\n").encode())
    write(root / "data_batch_1.bin", batch(7, 1))
    write(root / "data_batch_2.bin", batch(7, 2))
    write(root / "test_batch.bin", batch(5, 3))
    return root


def test_binary(tmp_path: Path) -> None:
    root = write_binary(tmp_path / "cifar-10-batches-bin")
    check(root)
    check(root / "test_batch.bin")
    assert recognised(root)[0].key == "images"
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for file in root.iterdir():
            archive.write(file, f"cifar/{file.name}")
    check(tmp_path / "x.zip")


@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_pickled(tmp_path: Path, protocol: int) -> None:
    root = tmp_path / "cifar-10-batches-py"
    for name, count, seed in (("data_batch_1", 7, 1), ("data_batch_2", 7, 2),
                              ("test_batch", 5, 3)):
        data = planes(count, seed).reshape(count, -1)
        content = as_python_2(count, seed) if not protocol else pickle.dumps(
            {b"data": data, b"labels": labels(count), b"filenames": [b"x.png"] * count}, protocol)
        write(root / name, content)
    write(root / "batches.meta", pickle.dumps({"label_names": list(NAMES)}, protocol or 2))
    check(root)
    check(root / "data_batch_1")


def test_the_fine_label_counts(tmp_path: Path) -> None:
    told = np.array([[9, label] for label in labels(6)], np.uint8)
    content = np.hstack([told, planes(6).reshape(6, -1)]).tobytes()
    write(tmp_path / "c" / "train.bin", content)
    write(tmp_path / "c" / "test.bin", content)
    assert sources.load(spec(tmp_path / "c")).labels.tolist() == labels(6) * 2


class Harmful:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return print, ("never called",)


@pytest.mark.parametrize(("content", "what"), [
    (pickle.dumps(Harmful(), 2), "print"),
    (pickle.dumps(Harmful(), 4), "print"),
    (pickle.dumps({"data": np.zeros((4, 3072))}, 2), "other numbers than bytes"),
    (pickle.dumps({"data": 1.5}, 2), "instruction"),
    (pickle.dumps({"data": {1, 2}}, 4), "instruction"),
    (b"\x80\x02", ""), (b"\x80\x02U\xff..", ""), (b"R.", ""), (b"e.", ""), (b"", ""),
])
def test_a_pickle_is_never_run(tmp_path: Path, content: bytes, what: str,
                               capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(PickleError, match=what or None):
        read_pickle(content)
    write(tmp_path / "c" / "data_batch_1", content)
    write(tmp_path / "c" / "batches.meta", b"")
    with pytest.raises(DataError, match=r"data_batch_1, in c|images"):
        sources.load(spec(tmp_path / "c"))
    assert capsys.readouterr().out == ""


def test_lists_within_lists_take_no_time() -> None:
    nested: list[object] = []
    for _ in range(60):
        nested = [nested, nested]
    assert isinstance(read_pickle(pickle.dumps(nested, 2)), list)
    itself: list[object] = []
    itself.append(itself)
    assert isinstance(read_pickle(pickle.dumps(itself, 2)), list)


@pytest.mark.whole
@pytest.mark.skipif(not CIFAR.is_dir(), reason="CIFAR-10 is not at hand")
def test_cifar_10(tmp_path: Path) -> None:
    with lzma.open(CIFAR / "cifar10_residuals.npy.xz") as file:
        residuals = np.load(file)[:, 49_500:50_500]
    summed = np.cumsum(np.cumsum(residuals, 2, dtype=np.uint8), 3, dtype=np.uint8)
    rgb = np.stack([summed[1] + summed[0], summed[0], summed[2] + summed[0]], 1)
    known = np.load(CIFAR / "cifar10_labels.npz")
    told = next(array for array in (known[name] for name in known.files) if len(array) == 60_000)
    records = np.hstack([told[49_500:50_500, None].astype(np.uint8), rgb.reshape(1000, -1)])
    write(tmp_path / "c" / "data_batch_5.bin", records[:500].tobytes())
    write(tmp_path / "c" / "test_batch.bin", records[500:].tobytes())
    data = sources.load(spec(tmp_path / "c"))
    assert np.array_equal(content_of(data).reshape(-1, 32, 32, 3), np.moveaxis(rgb, 1, -1))
    assert data.labels.tolist() == told[49_500:50_500].tolist()
