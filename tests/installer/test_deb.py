"""What the package tells Debian of itself, and how large it may be."""

from __future__ import annotations

import gzip
import re
import shutil
import subprocess
import sys
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from resources.installer import deb, licences
from resources.installer.shell import PackagingError
from tests.contracts.source import ROOT


def changes(folder: Path) -> str:
    deb.write_documents(folder)
    return gzip.decompress((folder / "changelog.gz").read_bytes()).decode()


def test_the_changelog_bears_the_date_of_the_sources(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    text = changes(tmp_path)
    assert text.splitlines()[-1] == f" -- {deb.MAINTAINER}  Tue, 14 Nov 2023 22:13:20 +0000"
    assert changes(tmp_path) == text


@pytest.mark.parametrize("has_git", [True, False])
def test_without_a_date_given_it_is_that_of_the_commit_or_of_the_files(
        has_git: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    expected = int((ROOT / "pyproject.toml").stat().st_mtime)
    if has_git and shutil.which("git") is None:
        pytest.skip("a machine without git")
    if has_git:
        done = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=ROOT, text=True,
                              capture_output=True, check=False)
        if done.returncode:
            pytest.skip("not in a repository")
        expected = int(done.stdout)
    else:
        monkeypatch.setenv("PATH", str(tmp_path))
    dated = re.search(r">  (.+)$", changes(tmp_path / "doc"), re.M)
    assert dated is not None
    assert parsedate_to_datetime(dated[1]).timestamp() == expected


def test_the_copyright_leads_to_other_peoples_licences(tmp_path: Path) -> None:
    deb.write_documents(tmp_path)
    text = (tmp_path / "copyright").read_text("utf-8")
    assert (ROOT / "LICENSE").read_text("utf-8") in text
    assert f"/opt/backprop-lab/_internal/{licences.THIRD_PARTY}\n" in text


@pytest.mark.parametrize(("sizes", "told"), [
    ((deb.MOST_MB, deb.MOST_INSTALLED_MB), ""),
    ((deb.MOST_MB + 1, 1.0), "The package takes 111 MB, and at most 110 MB"),
    ((1.0, deb.MOST_INSTALLED_MB + 1), "The installed program takes 421 MB, and at most 420 MB"),
])
def test_a_package_that_has_grown_too_large_is_refused(
        sizes: tuple[float, float], told: str) -> None:
    if not told:
        deb.refuse_too_large(*sizes)
        return
    with pytest.raises(PackagingError, match=told):
        deb.refuse_too_large(*sizes)


@pytest.mark.skipif(sys.platform != "linux", reason="makes a package for Debian")
@pytest.mark.parametrize("most", [0.0, 1.0])
def test_packing_asks_for_the_size(
        most: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    played = tmp_path / "bundle"
    (played / "_internal").mkdir(parents=True)
    (played / "backprop-lab").write_bytes(b"program")
    monkeypatch.setattr(deb, "BUILD", tmp_path / "build")
    monkeypatch.setattr(deb, "root", lambda: played)
    monkeypatch.setattr(deb, "placed_files", lambda: [])
    monkeypatch.setattr(deb, "architecture", lambda: "amd64")
    monkeypatch.setattr(deb, "dependencies", lambda _: "libc6")
    monkeypatch.setattr(deb, "package_file", lambda: tmp_path / "a.deb")
    monkeypatch.setattr(deb, "MOST_INSTALLED_MB", most)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    monkeypatch.setattr(deb, "call", lambda *_, **__: (tmp_path / "a.deb").write_bytes(b"package"))
    if most:
        assert deb.make_deb() == tmp_path / "a.deb"
        return
    with pytest.raises(PackagingError, match="at most 0 MB"):
        deb.make_deb()
