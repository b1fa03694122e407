"""What snapshots say is kept in bounded memory, each figure from its first snapshot on."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.telemetry.looks import Looks
from engine.telemetry.parts import Part, Wanted
from engine.telemetry.snapshot import LayerReading, Snapshot

READINGS = frozenset({Part.READINGS})
NOISE = frozenset({Part.GRADIENT_NOISE})


def look(step: int, parts: Wanted = READINGS, **figures: Any) -> Snapshot:
    layers = (LayerReading("input"), LayerReading("dense-1", **figures))
    return Snapshot(1, step, 0, 0.5, layers=layers, parts=parts)


def looks(buckets: int = 8) -> Looks:
    return Looks(("input", "dense-1"), buckets)


def test_a_figure_is_what_the_snapshots_say() -> None:
    kept = looks()
    for step, share in ((0, 0.25), (7, 0.5), (30, 0.75)):
        kept.note(look(step, dead_share=share, weight_rms=10.0**-step))
    assert kept.steps("dead_share").tolist() == [0, 7, 30]
    assert kept.means("dead_share", ["dense-1"]).tolist() == [[0.25, 0.5, 0.75]]
    assert kept.means("weight_rms", ["dense-1"])[0] == pytest.approx([1, 1e-7, 1e-30])
    assert np.isnan(kept.means("dead_share", ["input"])).all()
    assert np.isnan(kept.means("dead_share", ["another"])).all()
    assert kept.means("dead_share", []).shape == (0, 3)


def test_a_part_has_its_own_steps() -> None:
    kept = looks()
    kept.note(look(1, dead_share=0.1))
    kept.note(look(1, NOISE, gradient_noise=4.0))
    kept.note(look(2, READINGS | NOISE, dead_share=0.2, gradient_noise=8.0))
    assert kept.steps("gradient_noise").tolist() == [1, 2]
    assert kept.means("gradient_noise", ["dense-1"]).tolist() == [[4, 8]]
    assert kept.count("dead_share") == 2


def test_a_step_counts_once_and_none_goes_back() -> None:
    kept = looks()
    for step in (3, 3, 2, 5):
        kept.note(look(step, dead_share=step / 10))
    assert kept.steps("dead_share").tolist() == [3, 5]


def test_memory_is_bounded_and_means_are_geometric_where_figures_are_magnitudes() -> None:
    kept = looks(4)
    for step in range(8):
        kept.note(look(step, weight_rms=10.0 ** (step % 2), dead_share=float(step % 2)))
    assert len(kept.steps("weight_rms")) <= 4
    assert kept.means("weight_rms", ["dense-1"])[0] == pytest.approx([10**0.5] * 2)
    assert kept.means("dead_share", ["dense-1"])[0] == pytest.approx([0.5] * 2)


def test_a_snapshot_without_layers_or_of_others_says_nothing() -> None:
    kept = looks()
    kept.note(Snapshot(1, 4, 0, 0.5, parts=READINGS))
    kept.note(Snapshot(1, 5, 0, 0.5, layers=(LayerReading("other"),), parts=READINGS))
    assert kept.count("dead_share") == 0


def test_no_weights_are_a_size_of_0() -> None:
    kept = looks()
    kept.note(look(1, weight_rms=0.0))
    assert kept.means("weight_rms", ["dense-1"]).tolist() == [[0.0]]
