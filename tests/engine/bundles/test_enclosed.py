"""Data that travel in a project: whole, missing and hostile."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from pathlib import Path

import pytest
from msgspec.structs import replace

from engine.bundles import Beside, enclosed, read_either, read_saved, write_bundle
from engine.bundles.archive import BROKEN, Broken
from engine.bundles.enclosed import keep_copy, key_of, packed
from engine.bundles.pieces import of_bytes
from engine.data import copies, load
from engine.data.copies import in_copy
from engine.data.copies_used import USED
from engine.errors import DataError, FormatError
from engine.spec import DataSpec, ProjectSpec, TableSpec, default_project
from tests.engine.bundles.whole import zipped

ROWS = "a,b,kind\n" + "".join(f"{n},{n * n % 7},{'xy'[n % 2]}\n" for n in range(40))


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache" / "brought"
    monkeypatch.setattr(copies, "copies_folder", lambda: folder)
    monkeypatch.setattr(enclosed, "copies_folder", lambda: folder)
    return folder


def pictures(path: Path) -> Path:
    for name in ("cats/1.png", "cats/ö.png", "dogs/1.png", "labels.csv"):
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(name.encode() * 3)
    return path


def project_of(*paths: Path, test: Path | None = None) -> ProjectSpec:
    """Return a project in which a copy of files travels."""
    table = TableSpec(test_path=str(test) if test else "")
    key = keep_copy(packed([*paths, *([test] if test else [])]))
    data = DataSpec("table", path=str(paths[0]), more_paths=tuple(map(str, paths[1:])),
                    table=table, embedded=key)
    return replace(default_project(), data=data)


def listing(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_same_files_make_the_same_bytes_wherever_they_lie(tmp_path: Path) -> None:
    here, there = pictures(tmp_path / "a" / "pets"), pictures(tmp_path / "b" / "pets")
    part = packed([here])
    content = part.content()
    assert content == packed([there]).content()
    # The names of the members are ours.
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == ["index.json", "0", "1", "2", "3"]
    key = keep_copy(part)
    assert keep_copy(part) == key
    data = in_copy(DataSpec("images", path=str(here), embedded=key))
    assert Path(data.path).name == "pets"
    assert Path(data.path) != here
    assert listing(Path(data.path)) == listing(here)


def test_a_project_carries_its_data_to_a_computer_that_has_none(tmp_path: Path, cache: Path
                                                                ) -> None:
    table, test = tmp_path / "people.csv", tmp_path / "test" / "people.csv"
    test.parent.mkdir()
    table.write_text(ROWS)
    test.write_text(ROWS)
    project = project_of(table, test=test)
    whole = load(replace(project.data, embedded=""))
    write_bundle(project, {}, tmp_path / "net.bplab")
    table.unlink()
    shutil.rmtree(test.parent)
    for read in (lambda path: read_either(path)[0], lambda path: read_saved(path).project):
        shutil.rmtree(cache)
        with pytest.raises(DataError):
            load(project.data)
        opened = read(tmp_path / "net.bplab")
        assert opened == project
        there = load(opened.data)
        assert there.title == "people.csv"
        assert (there.inputs == whole.inputs).all()
        assert (there.validation == whole.validation).all()
    assert not list(cache.glob(".unpacking-*"))


def test_of_a_pair_both_carry_theirs_and_the_same_copy_once(tmp_path: Path, cache: Path) -> None:
    first, second = pictures(tmp_path / "a"), pictures(tmp_path / "b")
    a, b = project_of(first), project_of(second)
    for beside, count in ((b, 2), (replace(a, name="other"), 1)):
        path = tmp_path / "pair.bplab"
        write_bundle(a, {}, path, beside=Beside(beside))
        with zipfile.ZipFile(path) as archive:
            assert sum(name.startswith("data-") for name in archive.namelist()) == count
    write_bundle(a, {}, tmp_path / "pair.bplab", beside=Beside(b))
    shutil.rmtree(cache)
    read_saved(tmp_path / "pair.bplab")
    assert {path.name for path in cache.iterdir() if not path.name.startswith(USED)} == {
        a.data.embedded, b.data.embedded}


def test_saving_finds_the_data_in_the_old_file_when_the_cache_is_cleared(tmp_path: Path,
                                                                        cache: Path) -> None:
    project = project_of(pictures(tmp_path / "pets"))
    old, new = tmp_path / "old.bplab", tmp_path / "new.bplab"
    write_bundle(project, {}, old)
    shutil.rmtree(cache)
    shutil.rmtree(tmp_path / "pets")
    write_bundle(project, {}, old)
    write_bundle(project, {}, new, opened=old)
    assert read_saved(new).unread == ()
    assert len(listing(cache / project.data.embedded)) == 4
    # Somebody has changed what lies in the cache: it is another copy then, and not taken.
    next(path for path in cache.rglob("1.png")).write_bytes(b"other")
    write_bundle(project, {}, tmp_path / "third.bplab", opened=old)
    shutil.rmtree(cache)
    before = old.read_bytes()
    old.unlink()
    with pytest.raises(FormatError, match="nowhere any more"):
        write_bundle(project, {}, tmp_path / "fourth.bplab", opened=old)
    old.write_bytes(before)
    assert not (tmp_path / "fourth.bplab").exists()


def test_what_is_too_large_is_refused_before_it_is_read(tmp_path: Path,
                                                        monkeypatch: pytest.MonkeyPatch) -> None:
    large = tmp_path / "large.bin"
    with large.open("wb") as file:
        file.truncate(enclosed.LARGEST_ENCLOSED + 1)
    with pytest.raises(DataError, match="too large to travel"):
        packed([large])
    monkeypatch.setattr(enclosed, "MOST_FILES", 3)
    with pytest.raises(DataError, match="too large to travel"):
        packed([pictures(tmp_path / "pets")])
    with pytest.raises(DataError, match="gone"):
        packed([tmp_path / "gone"])


def archive_of(name: str, *files: tuple[str, int], **members: bytes) -> bytes:
    index = json.dumps([{"name": name, "files": files}]).encode()
    return zipped({"index.json": index, **members})


HOSTILE = {
    "up": archive_of("pets", ("../../evil", 1), **{"0": b"x"}),
    "root up": archive_of("..", ("evil", 1), **{"0": b"x"}),
    "absolute": archive_of("pets", ("/etc/evil", 1), **{"0": b"x"}),
    "drive": archive_of("pets", ("C:evil", 1), **{"0": b"x"}),
    "backslash": archive_of("pets", ("..\\evil", 1), **{"0": b"x"}),
    "null": archive_of("pets", ("e\0vil", 1), **{"0": b"x"}),
    "no name": archive_of("", ("", 1), **{"0": b"x"}),
    "twice": archive_of("pets", ("a", 1), ("a", 1), **{"0": b"x", "1": b"y"}),
    "file and folder": archive_of("pets", ("a", 1), ("a/b", 1), **{"0": b"x", "1": b"y"}),
    "wrong size": archive_of("pets", ("a", 10**15), **{"0": b"x"}),
    "too few": archive_of("pets", ("a", 1), ("b", 1), **{"0": b"x"}),
    "too many": archive_of("pets", ("a", 1), **{"0": b"x", "1": b"y"}),
    "nothing": archive_of("pets"),
    "no index": zipped({"0": b"x"}),
    "no list": zipped({"index.json": b"7", "0": b"x"}),
    "deep": zipped({"index.json": b"[" * 100_000}),
    "no zip": b"PK\x03\x04 and then nothing",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_nothing_is_written_elsewhere(tmp_path: Path, cache: Path, content: bytes) -> None:
    def files() -> set[Path]:
        # But for the list of what this program uses.
        return {path for path in tmp_path.rglob("*")
                if path.is_file() and not path.name.startswith(USED)}

    before = files()
    with pytest.raises((*BROKEN, FormatError)):
        keep_copy(of_bytes(content))
    assert files() == before
    assert not cache.exists() or all(path.name.startswith(USED) for path in cache.iterdir())
    # A project that holds it opens all the same, and says what is missing.
    project = replace(default_project(), data=DataSpec("table", path="gone.csv",
                                                       embedded=key_of(of_bytes(content))))
    path = tmp_path / "net.bplab"
    write_bundle(default_project(), {}, path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo("data-1.zip"), content)
    saved = read_saved(path)
    assert saved.unread == ()
    _with_project(path, project)
    saved = read_saved(path)
    assert saved.project.data == project.data
    assert saved.unread[0].text.startswith("The data in data-1.zip are left out: ")


def _with_project(path: Path, project: ProjectSpec) -> None:
    from engine.spec import project_to_json

    with zipfile.ZipFile(path) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    path.write_bytes(zipped({**held, "project.json": project_to_json(project).encode()}))


def test_a_compressed_archive_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("index.json", json.dumps([{"name": "a", "files": [["", 10**7]]}]))
        archive.writestr("0", bytes(10**7))
    with pytest.raises(Broken):
        keep_copy(of_bytes(buffer.getvalue()))


def test_a_key_that_leads_elsewhere_is_none(tmp_path: Path) -> None:
    (tmp_path / "0").mkdir()
    for key in ("..", "../..", str(tmp_path), "a" * 63, "A" * 64):
        data = DataSpec("table", path="x.csv", embedded=key)
        assert in_copy(data) == data
