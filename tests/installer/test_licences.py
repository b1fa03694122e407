"""The list of other people's work names all of it."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from resources.installer import licences, recipe
from tests.contracts.source import ROOT


def needed() -> list[str]:
    """Return the packages that the program needs, as pyproject.toml has them."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        wanted = tomllib.load(file)["project"]["dependencies"]
    names = {re.split(r"[^\w-]", entry)[0] for entry in wanted}
    # Pillow draws icons while packaging.
    return sorted(names - {"Pillow"} | {"llvmlite", "shiboken6"})


def a_file_of(name: str) -> Path:
    distribution = metadata.distribution(name)
    [file, *_] = [file for file in distribution.files or () if file.suffix == ".py"]
    return Path(str(distribution.locate_file(file)))


def test_every_package_is_named_with_its_licence() -> None:
    parts = {part.title.split()[0].lower().replace("_", "-"): part
             for part in licences.parts_of([a_file_of(name) for name in needed()])}
    assert {name.lower() for name in needed()} | {"python"} == parts.keys()
    for part in parts.values():
        assert re.search(r"\d", part.title)
        assert part.licence
        assert len(part.text) > 500
    assert "LESSER GENERAL PUBLIC" in parts["pyside6-essentials"].text
    # Of libsndfile, which soundfile encloses.
    assert "LESSER GENERAL PUBLIC" in parts["soundfile"].text


def test_what_is_not_in_the_bundle_is_not_named() -> None:
    titles = [part.title for part in licences.parts_of([a_file_of("numpy")])]
    assert [title.split()[0] for title in titles] == ["numpy", "Python"]


def test_nothing_goes_out_without_a_licence(tmp_path: Path) -> None:
    info = tmp_path / "mystery-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: mystery\nVersion: 1.0\n")
    (info / "RECORD").write_text("mystery.py,,\nmystery-1.0.dist-info/METADATA,,\n")
    with pytest.raises(LookupError, match="mystery states no licence"):
        licences._text(metadata.PathDistribution(info))


def titles(text: str) -> list[str]:
    """Return the names of the works in the list."""
    return [title.split()[0] for title in re.findall(r"^={98}\n(.+)\nLicence: ", text, re.M)]


@pytest.fixture
def made_of_tqdm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Play a bundle that tqdm is all of; return the file for its list."""
    monkeypatch.setattr(licences, "BUILD", tmp_path)
    (tmp_path / recipe.CONTENTS).write_text(str(a_file_of("tqdm")), "utf-8")
    return tmp_path / licences.THIRD_PARTY


@pytest.mark.needs("pyinstaller")
def test_the_list_names_the_bootloader_that_is_the_programs_own_file(made_of_tqdm: Path) -> None:
    licences.write(made_of_tqdm)
    text = made_of_tqdm.read_text("utf-8")
    # Of the bundle's own contents none is PyInstaller's, whose bootloader is the program's file.
    assert titles(text) == ["pyinstaller", "tqdm", "Python"]
    assert "Bootloader Exception" in text


def test_the_list_is_written_beside_the_program(
        made_of_tqdm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(licences, "packer_files", lambda: [a_file_of("pyqtgraph")])
    licences.write(made_of_tqdm)
    text = made_of_tqdm.read_text("utf-8")
    assert text.startswith("Backprop Lab contains the work of other people.")
    assert titles(text) == ["pyqtgraph", "tqdm", "Python"]
    for maker in ("Python", "Qt"):
        assert maker in licences.HEAD
    assert licences.HEAD.count("    https://") == 2
