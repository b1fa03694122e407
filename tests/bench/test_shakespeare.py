"""The headline learns, measures what it says, and leaves the last tenth alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.bench import shakespeare
from tests.bench.shakespeare import Settings, headline, learner, nats
from tests.engine.training.runs import advance

SMALL = Settings(embedding=4, units=(16,), dropout=0.0, window=16, batch=4, learning_rate=0.02,
                 rise=0.1, clip=1.0)
VERSE = "To be, or not to be.\n"
TEXT = (VERSE * 200)[:3200]
BORDER = 2880


def learned(text: str) -> bytes:
    weights = advance(learner(text, BORDER, SMALL), 3 * BORDER // (16 * 4)).weights()
    return b"".join(array.tobytes() for array in weights.values())


def test_the_last_tenth_is_never_trained_on() -> None:
    once = learned(TEXT)
    assert learned(TEXT[:BORDER] + TEXT[:BORDER - 1:-1]) == once
    # While the characters before it do count; what makes no full batch at the end is not seen.
    place = BORDER - 16 * (4 + 3)
    assert learned(TEXT[:place] + "oooo" + TEXT[place + 4:]) != once


def test_a_verse_is_learned_and_measured(capsys: pytest.CaptureFixture[str]) -> None:
    found = headline(TEXT, 1.5, choose=False, settings=SMALL)
    assert found < 0.05
    shown = capsys.readouterr().out
    assert f"{found:.4f} nats per character on all 320 characters" in shown
    assert "under 1.75" in shown
    assert "first 2,880 characters" in shown


def test_settings_are_tried_on_the_tenth_before_the_last(
        capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shakespeare, "REPORT_S", 0.5)
    # What cannot be foreseen stands in the last tenth alone.
    noise = "".join(np.random.default_rng(1).choice(list(VERSE), 320))
    assert headline(TEXT[:BORDER] + noise, 1.5, choose=True, settings=SMALL) < 0.05
    shown = capsys.readouterr().out
    assert "first 2,560 characters" in shown
    assert "nats while learning, " in shown
    assert headline(TEXT[:BORDER] + noise, 1.0, choose=False, settings=SMALL) > 3.0


def test_every_character_is_measured_once() -> None:
    """The mean over two parts is that of the whole, also where a part is no multiple of a row."""
    run = advance(learner(TEXT, BORDER, SMALL), 20)
    middle = 2000 + 2 * shakespeare.CONTEXT
    parts = [nats(run, TEXT, begin, end, SMALL) * (end - begin)
             for begin, end in ((2000, middle), (middle, 2601))]
    assert nats(run, TEXT, 2000, 2601, SMALL) * 601 == pytest.approx(sum(parts), rel=1e-6)


def test_without_the_text_it_says_where_it_looks(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", "headline", "shakespeare"], check=False, text=True,
        capture_output=True, env={**os.environ, "BACKPROP_LAB_DATA": str(tmp_path)})
    assert done.returncode == 2
    assert str(tmp_path) in done.stdout
    assert "BACKPROP_LAB_DATA" in done.stdout
