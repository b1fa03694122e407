from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from engine.data.digests import digest_of, size_of
from engine.errors import DataError


def folder(path: Path) -> Path:
    for name, content in (("cats/1.png", "abc"), ("dogs/2.png", "d"), ("dogs/ä.png", "")):
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(content)
    return path


def test_every_byte_of_a_file_counts(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(b"x" * 3_000_000)
    before = digest_of(path)
    # SHA-256, as any other program writes it.
    assert before == hashlib.sha256(b"x" * 3_000_000).hexdigest()
    path.write_bytes(b"x" * 2_999_999 + b"y")
    assert digest_of(path) != before
    assert size_of(path) == 3_000_000


def test_names_and_sizes_of_a_folder_count_wherever_it_lies(tmp_path: Path) -> None:
    here, there = folder(tmp_path / "here"), folder(tmp_path / "there")
    before = digest_of(here)
    assert digest_of(there) == before
    assert size_of(here) == 4
    for change in (lambda: (here / "cats" / "1.png").write_text("abcd"),
                   lambda: (here / "cats" / "1.png").rename(here / "dogs" / "1.png"),
                   lambda: (here / "dogs" / "2.png").unlink()):
        change()
        assert digest_of(here) != before
        before = digest_of(here)


@pytest.mark.skipif(os.name == "nt", reason="Windows has other links")
def test_a_link_to_its_own_folder_ends(tmp_path: Path) -> None:
    here = folder(tmp_path / "here")
    before = digest_of(here)
    (here / "loop").symlink_to(here)
    assert digest_of(here) == before


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"gone\.zip"):
        digest_of(tmp_path / "gone.zip")
    assert size_of(tmp_path / "gone.zip") == 0
