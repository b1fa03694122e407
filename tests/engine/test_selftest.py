"""The self-test passes here, and finds what is wrong, however wrong it is."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import engine
from engine import selftest
from engine.errors import DataError
from engine.selftest import GOLDEN, Finding, self_test
from gui.terminal.command_line import main

ROOT = Path(engine.__file__).parents[1]
PARTS = 5
"""Facts, two gradients, a step taken apart, and the spiral."""


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selftest, "TRAINING_S", 0.3)


@pytest.fixture
def golden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of the golden numbers for the test to spoil."""
    path = tmp_path / "self-test.npz"
    path.write_bytes(GOLDEN.read_bytes())
    monkeypatch.setattr(selftest, "GOLDEN", path)
    return path


def falsify(path: Path, **changes: float | None) -> None:
    """Add to the first number of some arrays; None leaves the array out."""
    with np.load(path) as file:
        arrays = dict(file)
    for name, change in changes.items():
        if change is None:
            del arrays[name]
        else:
            arrays[name].flat[0] += change
    np.savez(path, **arrays)


def wrong(findings: list[Finding]) -> list[str]:
    assert len(findings) == PARTS, "a part was left out"
    return [finding.text for finding in findings if not finding.passed]


def test_it_passes_here(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--self-test"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == PARTS
    assert all(line.startswith("ok    ") for line in lines)
    assert "Threading layer: the engine's own threads;" in lines[0]


def test_wrong_numbers_are_named(golden: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with np.load(golden) as file:
        right = float(file["gradients/dense-2/w"].flat[0])
    falsify(golden, **{"gradients/dense-2/w": 1.0})
    assert main(["--self-test"]) == 1
    said = capsys.readouterr()
    lines = [line for line in said.out.splitlines() if line.startswith("WRONG ")]
    assert [line.split(":")[0] for line in lines] == [
        "WRONG Gradient in float32", "WRONG Gradient in float64"]
    assert lines[1].endswith(f"That of dense-2/w is furthest: found {right:.9g}, "
                             f"expected {right + 1:.9g}.")
    assert not said.err


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_wrong(golden: Path, number: float) -> None:
    falsify(golden, **{"gradients/dense-1/b": number})
    assert [text for text in wrong(list(self_test())) if "dense-1/b" in text]
    falsify(golden, **{"gradients/dense-1/b": None})
    first, second = wrong(list(self_test()))
    assert "found that of dense-1/b, dense-1/w" in first
    assert "expected dense-1/w" in second


def test_gradients_that_are_not_numbers_are_wrong() -> None:
    one, none = {"dense-1/w": np.ones(2)}, {"dense-1/w": np.array([1.0, np.nan])}
    assert selftest._compared("float64", one, one).passed
    assert not selftest._compared("float64", none, one).passed
    assert not selftest._compared("float64", {}, {}).passed


def test_no_gradients_at_all_are_wrong(golden: Path) -> None:
    with np.load(golden) as file:
        names = [name for name in file if name.startswith("gradients/")]
    falsify(golden, **dict.fromkeys(names))
    assert len(wrong(list(self_test()))) == 2


@pytest.mark.parametrize("damage", [
    lambda content: b"", lambda content: b"no archive", lambda content: content[:len(content) // 2],
    lambda content: bytes(len(content)), None,
], ids=["empty", "text", "half", "zeros", "gone"])
def test_a_damaged_golden_file_is_a_line(
    golden: Path, capsys: pytest.CaptureFixture[str],
    damage: Callable[[bytes], bytes] | None,
) -> None:
    if damage is None:
        golden.unlink()
    else:
        golden.write_bytes(damage(golden.read_bytes()))
    assert main(["--self-test"]) == 1
    said = capsys.readouterr()
    first, second = (line for line in said.out.splitlines() if line.startswith("WRONG "))
    assert first.startswith("WRONG Gradient in float32: self-test.npz: cannot be read (")
    assert second.endswith("; expected the file that came with the program. Install it anew.")
    assert len(said.out.splitlines()) == PARTS
    assert not said.err


def test_a_bit_of_the_golden_file_that_turned_is_a_line(golden: Path) -> None:
    content = bytearray(golden.read_bytes())
    content[content.index(b"gradients/dense-1/w.npy") + 80] ^= 1
    golden.write_bytes(content)
    assert wrong(list(self_test()))


def test_a_spiral_that_is_not_learned_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(selftest, "WANTED", 1.01)
    assert main(["--self-test"]) == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("WRONG Spiral: ")
    assert last.endswith("(at least 101%).")


@pytest.mark.parametrize(("error", "text"), [
    (ImportError("DLL load failed: not found."),
     "Spiral cannot be tested: DLL load failed: not found (ImportError)."),
    (DataError("as-given", place="Spiral", found="no points"), "Spiral: Spiral: no points."),
    (MemoryError(), "Spiral cannot be tested: no reason given (MemoryError)."),
], ids=["foreign", "our own", "wordless"])
def test_whatever_is_raised_is_a_line(
    monkeypatch: pytest.MonkeyPatch, error: Exception, text: str
) -> None:
    def broken(*_arguments: object) -> None:
        raise error

    monkeypatch.setattr(selftest, "load", broken)
    assert wrong(list(self_test())) == [text.replace("Spiral", "A step taken apart", 1), text]


def test_a_step_that_comes_apart_into_other_numbers_is_wrong(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selftest, "MOST_APART", 0.0)
    [text] = wrong(list(self_test()))
    assert text.startswith("A step taken apart: ")
    assert text.endswith(" from the engine's own numbers (at most 0e+00).")


def test_facts_that_cannot_be_had_are_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> dict[str, str]:
        raise ImportError("no such library")

    monkeypatch.setattr(selftest, "facts", broken)
    assert wrong(list(self_test())) == [
        "The engine's facts cannot be tested: no such library (ImportError)."]


@pytest.mark.parametrize("missing", ["numba", "numpy", "engine.kernels.runtime.driver"])
def test_a_library_that_is_missing_is_a_line(missing: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.modules[{missing!r}] = None;"
         "from gui.start import run; sys.exit(run(['--self-test']))"],
        capture_output=True, text=True, cwd=ROOT, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (1, "")
    (line,) = done.stdout.splitlines()
    assert line.startswith("WRONG The engine cannot be loaded: ")
    assert missing in line
