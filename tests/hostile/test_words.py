"""Words of commands that make no sense: a sentence and an exit code for each, before any work."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from engine.messages.texts import LONGEST_SENTENCE
from gui.program import ERROR
from gui.start import read_options
from gui.terminal.command_line import main
from tests.hostile.projects import points
from tests.hostile.sweep import PROGRAMMERS_WORDS, UNWRITABLE

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs pipes and devices")

LONG = "x" * 5000
COLOURED = "\x1b[31mred"
NUMBERS = ("-1", "0", "1e3", "nan", "inf", "9" * 30, "9" * 5000, "x", "", "1.5", "0x10", "1\0",
           COLOURED)
"""What is no number of steps, seeds, threads or processes."""

NAMES = ("a\0b", LONG, "\ud800", "pipe/x", "project.json/x")
"""What nothing can be written to."""

COUNTED = (("train", "--steps"), ("train", "--threads"), ("compare", "--seeds"),
           ("compare", "--steps"), ("sweep", "--seeds"), ("sweep", "--steps"),
           ("sweep", "--workers"), ("worker", "--workers"))
WRITERS: Sequence[tuple[str, ...]] = (
    ("train", "project.json", "--steps", "1", "--quiet", "--out"),
    ("compare", "project.json", "project.json", "--steps", "1", "--quiet", "--out"),
    ("export", "project.json", "--to", "numpy", "--quiet", "--out"), ("cluster", "init"),
    ("sweep", "project.json", "--axis", "learning_rate=0.1", "--steps", "1", "--quiet", "--out"))


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "project.json").write_text(json.dumps(points()))
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Carry out a command that makes no sense; return what is said of it."""
    try:
        status: object = main(words)
    except SystemExit as error:
        status = error.code
    assert status == ERROR, words
    return clean(capsys)


def clean(capsys: pytest.CaptureFixture[str]) -> str:
    told = "".join(capsys.readouterr())
    assert told.strip()
    assert not UNWRITABLE.search(told.replace("\r", ""))
    assert not PROGRAMMERS_WORDS.search(told), told
    assert max(map(len, told.splitlines())) <= LONGEST_SENTENCE
    return told


@pytest.mark.parametrize(("command", "option"), COUNTED)
def test_a_number_that_is_none(command: str, option: str, capsys: pytest.CaptureFixture[str]
                               ) -> None:
    files = {"compare": ["project.json"] * 2, "worker": ["127.0.0.1:1"]}.get(
        command, ["project.json"])
    for number in NUMBERS:
        refused(capsys, command, *files, f"{option}={number}")


@pytest.mark.parametrize("words", WRITERS, ids=lambda words: words[0])
def test_a_place_where_nothing_can_be_written(
        words: tuple[str, ...], place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in NAMES:
        refused(capsys, *words, name)
    assert sorted(path.name for path in place.iterdir()) == ["pipe", "project.json"]


def test_a_file_where_a_folder_is_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    for words in WRITERS[:2]:
        assert "Choose another with --out" in refused(capsys, *words, "project.json")


def test_a_name_that_would_leave_its_folder(place: Path, capsys: pytest.CaptureFixture[str]
                                            ) -> None:
    for name in ("../out", "/", "a/b", "a\\b", "..", COLOURED, LONG):
        refused(capsys, "export", "project.json", "--to", "numpy", "--name", name)
    assert sorted(path.name for path in place.iterdir()) == ["pipe", "project.json"]


def test_words_that_are_none(capsys: pytest.CaptureFixture[str]) -> None:
    for word in (LONG, COLOURED, "a\0b", "\ud800", "", "<b>"):
        for words in ((word or "no-command",), ("check", word or "gone"), ("cluster", word),
                      ("compile", "--precision", word), ("experiment", word or "none"),
                      ("export", "project.json", "--to", word),
                      ("sweep", "project.json", "--axis", word),
                      ("sweep", "project.json", "--axis", "learning_rate=0.1", "--measure",
                       word or "none")):
            refused(capsys, *words)


def test_a_folder_is_told_as_a_screen_can_show_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "project.json", "--to", "numpy", "--out", COLOURED]) == 0
    assert r"\x1b[31mred" in clean(capsys)


def test_addresses_that_no_computer_has(capsys: pytest.CaptureFixture[str]) -> None:
    for address in (LONG, f"tls://{'x' * 70}.de:1", "a b", COLOURED, "\u202e"):
        refused(capsys, "worker", address)
        refused(capsys, "sweep", "project.json", "--axis", "learning_rate=0.1", "--cluster",
                address)


@pytest.mark.needs("distributed", "cryptography")
def test_certificates_that_are_none(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = place / "room"
    assert main(["cluster", "init", str(folder)]) == 0
    capsys.readouterr()
    for name in ("ca.pem", "member.pem"):
        whole = (folder / name).read_bytes()
        for broken in (b"", b"junk", whole[:len(whole) // 2], bytes(range(256))):
            (folder / name).write_bytes(broken)
            told = refused(capsys, "worker", "127.0.0.1:1", "--certificates", str(folder))
            assert f"{name}: this is no certificate" in told
        (folder / name).write_bytes(whole)


@pytest.mark.parametrize("words", [
    ["--after", "nan"], ["--after", "-1"], ["--within", "inf"], ["--within", "1e300"],
    ["--size", "0x0"], ["--size", "1e9x1e9"], ["--theme", LONG], ["a\0b"], ["\ud800"], [LONG, LONG],
    ["--after", COLOURED]])
def test_what_is_asked_of_the_window(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        read_options(words)
    assert ended.value.code == ERROR
    clean(capsys)
