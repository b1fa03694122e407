"""The headline of spoken digits keeps what it measures out of training, and counts errors."""

from __future__ import annotations

import argparse
import dataclasses
import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.bench import headline_spoken
from tests.bench.headline_spoken import (
    character_errors,
    names_of,
    official,
    single,
    strings,
    without,
)

RATE = 8000
SPEAKERS = ("george", "jackson", "lucas", "nicolas", "theo", "yweweler")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return recordings of two digits, each a tone of its own, by six speakers."""
    path = tmp_path / "digits.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for digit in range(2):
            for place, speaker in enumerate(SPEAKERS):
                for number in range(0, 14, 2):
                    raw = io.BytesIO()
                    times = np.arange(RATE // 4) / RATE
                    tone = np.sin(2 * np.pi * (400 + 900 * digit + 10 * place) * times)
                    soundfile.write(raw, 0.5 * tone, RATE, format="WAV")
                    archive.writestr(f"recordings/{digit}_{speaker}_{number}.wav", raw.getvalue())
    monkeypatch.setattr(headline_spoken, "FILE", path)
    monkeypatch.setattr(headline_spoken, "STRINGS",
                        {**headline_spoken.STRINGS, "strings": 40, "fewest": 2, "most": 3})
    return path


def test_what_is_measured_is_not_learned_from(file: Path) -> None:
    data, names = single()
    assert names == names_of(file)
    numbers = np.array([number for _, _, number in names])
    assert set(numbers[data.validation]) == {0, 2, 4}
    assert set(numbers[data.training]) == {6, 8, 10, 12}
    choosing = official(data, names, choose=True)
    assert set(numbers[choosing.validation]) == {6, 8}
    assert set(numbers[choosing.training]) == {10, 12}
    assert official(data, names, choose=False) is data


def test_a_speaker_who_is_measured_is_not_learned_from(file: Path) -> None:
    # A recording to learn from is there three times: as it is, slower and faster.
    final, choosing = without("theo", choose=False), without("theo", choose=True)
    assert (len(final.training), len(final.validation)) == (3 * 5 * 14, 14)
    assert (len(choosing.training), len(choosing.validation)) == (3 * 4 * 8, 8)


def test_strings_that_are_measured_are_of_other_recordings(file: Path) -> None:
    final, choosing = strings(choose=False), strings(choose=True)
    assert (len(final.training), len(final.validation)) == (23, 17)
    assert (len(choosing.training), len(choosing.validation)) == (20, 20)
    assert final.class_names == ("0", "1")


def test_tones_are_told_apart(file: Path, capsys: pytest.CaptureFixture[str],
                              monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(headline_spoken, "DIGITS", dataclasses.replace(
        headline_spoken.DIGITS, epochs=12, batch=8))
    monkeypatch.setattr(headline_spoken, "SPEAKERS", dataclasses.replace(
        headline_spoken.SPEAKERS, epochs=6, batch=8))
    options = argparse.Namespace(choose=True, torch=False, parts=("split", "speakers"))
    assert headline_spoken.run(options) == 0
    shown = capsys.readouterr().out
    assert shown.count("100.00%") >= 2
    assert "theo, never heard: " in shown


def test_errors_are_counted_in_characters(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = strings(choose=False)

    class Reader:
        def predict(self, inputs: np.ndarray) -> np.ndarray:
            shares = np.zeros((len(inputs), 8, 3))
            shares[:, :, 0] = 0.5
            shares[:, 3, 1] = 1.0
            return shares.reshape(len(inputs), -1)

    wanted = [row[row >= 0] for row in data.labels[data.validation]]
    # A single 0 is read: what is missing, and a 1 where there is no 0 at all.
    errors = sum(len(one) - int((one == 0).any()) for one in wanted)
    assert character_errors(Reader(), data) == pytest.approx(  # type: ignore[arg-type]
        errors / sum(map(len, wanted)))


def test_it_says_where_the_data_are_looked_for(capsys: pytest.CaptureFixture[str],
                                               monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(headline_spoken, "FILE", Path("nowhere.zip"))
    assert headline_spoken.run(argparse.Namespace(choose=False, torch=False)) == 2
    assert "nowhere.zip is missing" in capsys.readouterr().out
