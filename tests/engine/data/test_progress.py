"""Whoever waits for data hears how much of them is read."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.data import load
from engine.data.digests import PIECE, digest_of
from engine.data.progress import heard, telling
from engine.spec import DataSpec, TableSpec


def test_nobody_need_listen() -> None:
    telling(10)(3)


def test_shares_lie_between_nothing_and_all() -> None:
    told: list[float] = []
    with heard(told.append):
        tell = telling(4)
        for done in (0, 1, 5, -1):
            tell(done)
        telling(0)(3)
    telling(4)(2)
    assert told == [0.0, 0.25, 1.0, 0.0]


def test_helpers_tell_the_one_who_listens_where_the_work_began() -> None:
    told: list[float] = []
    with heard(told.append):
        tell = telling(2)
        helper = threading.Thread(target=tell, args=(1,))
        helper.start()
        helper.join()
    assert told == [0.5]


def test_what_listens_outside_hears_again_when_another_has_ended() -> None:
    outer: list[float] = []
    inner: list[float] = []
    with heard(outer.append):
        with heard(inner.append):
            telling(2)(1)
        telling(4)(1)
    assert (inner, outer) == ([0.5], [0.25])


def test_a_table_tells_how_many_of_its_bytes_are_read(tmp_path: Path) -> None:
    path, told = tmp_path / "rows.csv", list[float]()
    path.write_text("x,y,class\n" + "".join(
        f"{row},{row % 7},{'ab'[row % 2]}\n" for row in range(60_000)))
    with heard(told.append):
        load(DataSpec(source="table", path=str(path), table=TableSpec(target="class")))
    assert len(told) > 5
    assert 0 < told[0] < 0.5
    assert told[-1] > 0.9
    assert max(told) <= 1.0


def test_a_digest_tells_of_every_piece(tmp_path: Path) -> None:
    path, told = tmp_path / "large", list[float]()
    path.write_bytes(bytes(4 * PIECE))
    with heard(told.append):
        digest_of(path)
    assert told == [0.25, 0.5, 0.75, 1.0]


def test_images_are_counted(tmp_path: Path) -> None:
    random, told = np.random.default_rng(0), list[float]()
    for label in ("cat", "dog"):
        (tmp_path / label).mkdir()
        for number in range(10):
            pixels = random.integers(0, 256, (8, 8, 3), np.uint8)
            Image.fromarray(pixels).save(tmp_path / label / f"{number}.png")
    with heard(told.append):
        dataset = load(DataSpec(source="images", path=str(tmp_path)))
    assert len(dataset.labels) == 20
    assert len(told) == 20
    assert sorted(told) == pytest.approx([row / 20 for row in range(20)])
