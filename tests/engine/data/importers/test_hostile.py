"""Whatever is brought, a sentence that names it or examples come of it, soon and in little room."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.data import sources
from engine.data.importers.catalogue import IMPORTERS, preview, recognised
from engine.data.importers.sounds_names import compiled
from engine.errors import DataError
from engine.spec import DataSpec, Option
from tests.engine.data.importers import hostile

SECONDS = 10.0
"""Of the processor for one input: what is wanted is 2 s, on a computer that does nothing else."""

MOST_BYTES = 500 * 2**20

PROGRAMMERS_WORDS = re.compile(r"Traceback|Errno|[a-z]Error\b|Exception|<class|object at 0x|codec")


def tried(path: Path, intended: str) -> list[str]:
    """Look at and load what is brought with every importer that may be meant; return sentences."""
    said = []
    for key in dict.fromkeys([intended, *(one.key for one in recognised(path))]):
        spec = DataSpec(key, path=str(path))
        try:
            seen = preview(path, spec)
            assert seen.count > 0
            assert all(one.reason.text for one in seen.left_out)
            data = sources.load(spec)
            assert np.isfinite(data.inputs[:50]).all()
        except DataError as error:
            said.append(str(error))
    return said


CASES = [pytest.param(key, name, id=f"{key}: {name}")
         for key, inputs in hostile.INPUTS.items() for name in inputs]


@pytest.mark.parametrize(("key", "name"), CASES)
def test_an_input(key: str, name: str, tmp_path: Path) -> None:
    path = hostile.INPUTS[key][name](tmp_path / "room")
    begin = time.process_time()
    said = tried(path, key)
    assert time.process_time() - begin < SECONDS
    for sentence in said:
        assert path.name in sentence
        assert not PROGRAMMERS_WORDS.search(sentence), sentence
    # Nothing is unpacked to a place that an archive names.
    assert [one.name for one in tmp_path.iterdir()] == ["room"]


def test_there_are_many() -> None:
    assert len(CASES) > 60


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs getrusage")
def test_all_of_them_in_little_room() -> None:
    program = """
import resource, tempfile
from pathlib import Path
from typing import Any
from tests.engine.data.importers.hostile import INPUTS
from tests.engine.data.importers.test_hostile import tried
import pandas
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for key, inputs in INPUTS.items():
    for make in inputs.values():
        with tempfile.TemporaryDirectory() as folder:
            tried(make(Path(folder) / "room"), key)
print(1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True,
                          check=True, cwd=Path(__file__).parents[4])
    assert int(done.stdout) < MOST_BYTES


@pytest.mark.parametrize(("make", "first"), [
    (hostile.archive(hostile.photos()), "images"),
    (hostile.archive(hostile.classes(hostile.wav(), ".wav")), "sounds"),
    (hostile.archive(hostile.classes(hostile.TEXT, ".txt")), "texts"),
    (hostile.archive({"x.csv": b"text,label\na b,1\n"}), "texts"),
    (hostile.table("date,value\n" + hostile.ROWS), "series"),
    (hostile.drawings(), "drawings"),
    (hostile.only(hostile.PICTURE, ".PNG"), "images"),
    (hostile.IMAGES["3,000 classes"], "images"),
    (hostile.only(hostile.wav(), ".WAV"), "sounds"),
])
def test_what_is_recognised(make: hostile.Make, first: str, tmp_path: Path) -> None:
    assert recognised(make(tmp_path))[0].key == first


@pytest.mark.parametrize("content", [b"", b"\x7fELF" + bytes(99), b"%PDF-1.7", bytes(999)])
def test_what_nobody_reads(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(content)
    assert recognised(path) == ()
    assert recognised(tmp_path / "nowhere") == ()


@pytest.mark.parametrize(("key", "name"), [
    ("images", "odd names"), ("sounds", "silence"), ("texts", "texts of one word"),
    ("series", "dates twice"), ("drawings", "one point each")])
def test_what_is_gone_meanwhile(key: str, name: str, tmp_path: Path) -> None:
    path = hostile.INPUTS[key][name](tmp_path / "room")
    spec = DataSpec(key, path=str(path))
    assert preview(path, spec).count
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    for use in (lambda: preview(path, spec), lambda: sources.load(spec)):
        with pytest.raises(DataError, match=path.name):
            use()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0,
                    reason="nobody keeps anything from root")
@pytest.mark.parametrize("key", ["images", "sounds", "texts", "drawings"])
def test_a_folder_without_rights(key: str, tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0)
    try:
        assert all(one.key in IMPORTERS for one in recognised(folder))
        with pytest.raises(DataError, match="closed"):
            preview(folder, DataSpec(key, path=str(folder)))
    finally:
        folder.chmod(0o700)


@pytest.mark.parametrize("key", IMPORTERS)
def test_a_file_that_may_not_be_read_is_not_called_damaged(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mine.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("cat/1.png", b"")

    def refuse(*_: Any, **__: Any) -> None:
        # As the system does; from root nothing is kept.
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)
    monkeypatch.setattr(zipfile, "ZipFile", refuse)
    spec = DataSpec(key, path=str(path))
    for use in (lambda: preview(path, spec), lambda: sources.load(spec)):
        with pytest.raises(DataError, match=r"mine\.zip: the file may not be read"):
            use()


@pytest.mark.parametrize(("key", "name", "options"), [
    ("images", "odd names", {"size": "chosen", "height": 10**12}),
    ("images", "odd names", {"height": float("nan")}),
    ("images", "odd names", {"size": "as large as can be"}),
    ("images", "odd names", {"split": "given"}),
    ("images", "odd names", {"label_column": "\0<b>"}),
    ("sounds", "silence", {"pattern": "{" * 5000}),
    ("sounds", "silence", {"labels": "table"}),
    ("sounds", "silence", {"split": "speakers", "held_out": "x," * 5000}),
    ("texts", "texts of one word", {"length": -1}),
    ("texts", "texts of one word", {"length": True}),
    ("texts", "one label", {"text": "no such column"}),
    ("texts", "one label", {"label": "\n" * 500}),
    ("series", "dates twice", {"window": 10**30}),
    ("series", "dates twice", {"window": 2000, "horizon": 500}),
    ("series", "dates twice", {"output": ";" * 500 + "x"}),
    ("series", "dates twice", {"output": "date"}),
    ("series", "dates twice", {"group": "value" * 500}),
    ("drawings", "one point each", {"each": 1.5}),
    ("drawings", "one point each", {"nonsense": "x" * 10_000}),
])
def test_absurd_options(key: str, name: str, options: dict[str, Option], tmp_path: Path) -> None:
    path = hostile.INPUTS[key][name](tmp_path / "room")
    spec = DataSpec(key, path=str(path), options=options)
    with pytest.raises(DataError) as error:
        sources.load(spec)
    with suppress(DataError):
        preview(path, spec)
    assert not PROGRAMMERS_WORDS.search(str(error.value))
    assert len(str(error.value)) < 1500


def test_a_pattern_that_fits_in_too_many_ways() -> None:
    begin = time.process_time()
    assert compiled("{skip}a" * 12 + "{n}").match("a" * 250) == {}
    assert time.process_time() - begin < SECONDS
    with pytest.raises(DataError, match="pattern"):
        compiled("{skip}a" * 5000)
