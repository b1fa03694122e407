from __future__ import annotations

import numpy as np
import pytest

from engine.kernels.ops.catalogue import OPS
from engine.kernels.runtime import layout
from engine.plan.jobs import WORTH_SHARING
from engine.plan.table import Line, Table


def test_sections_stand_in_their_order_whatever_was_added_first() -> None:
    table = Table()
    table.add(layout.UPDATE, Line("relu_forward", {"y": 7, "x": 8, "n": 9}))
    table.extend(layout.FORWARD, [Line("relu_forward", {"y": 1, "x": 2, "n": 3}),
                               Line("tanh_forward", {"y": 4, "x": 5, "n": 6})])
    packed, sections = table.pack("float32", {})
    assert packed[:, layout.FIRST_SLOT:layout.FIRST_SLOT + 3].tolist() == [
        [1, 2, 3], [4, 5, 6], [7, 8, 9]]
    assert sections[layout.FORWARD:layout.FORWARD + 2].tolist() == [0, 2]
    assert sections[layout.UPDATE:layout.UPDATE + 2].tolist() == [2, 3]
    assert set(sections[layout.UPDATE + 2:]) == {3}
    assert packed[0, layout.ADDRESS] == packed[2, layout.ADDRESS] != packed[1, layout.ADDRESS]
    assert table.ops() == ("relu_forward", "tanh_forward")


def test_a_row_holds_what_its_line_says_before_what_all_share() -> None:
    table = Table()
    table.add(layout.FORWARD, Line("dropout", {"y": 1, "x": 2, "n": 3, "rate": 0.5, "stream": 4}))
    packed, _ = table.pack("float64", {"control": 99, "y": 50})
    slots = packed[0, layout.FIRST_SLOT:]
    assert slots[[0, 1, 2, 4, 5]].tolist() == [1, 2, 3, 4, 99]
    assert slots[3:4].view(np.float64)[0] == 0.5


def test_a_slot_that_nobody_fills_is_an_error() -> None:
    table = Table()
    table.add(layout.FORWARD, Line("relu_forward", {"y": 1, "x": 2}))
    with pytest.raises(KeyError, match="n"):
        table.pack("float32", {})


def test_an_empty_table() -> None:
    packed, sections = Table().pack("float32", {})
    assert packed.shape == (0, layout.ROW_LENGTH)
    assert sections.tolist() == [0] * (layout.SECTIONS + 1)


def test_a_slot_that_the_op_does_not_have_is_an_error() -> None:
    table = Table()
    table.add(layout.FORWARD, Line("relu_forward", {"y": 1, "x": 2, "n": 3, "slope": 0.5}))
    with pytest.raises(KeyError, match="slope"):
        table.pack("float32", {})


@pytest.mark.parametrize(("work", "per_step", "weight", "batch", "shards"), [
    (WORTH_SHARING // 10, 0, 1, 9, 1),
    (WORTH_SHARING // 10, 0, 1, 10, 3),
    (0, WORTH_SHARING - 1, 1, 10, 1),
    (0, WORTH_SHARING, 1, 1, 3),
    (WORTH_SHARING // 20, WORTH_SHARING // 2, 1, 10, 3),
    (WORTH_SHARING // 20, 0, 2, 10, 3),
], ids=["little", "a batch", "little per step", "per step", "both", "slow numbers"])
def test_threads_share_what_takes_long(work: int, per_step: int, weight: int, batch: int,
                                       shards: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OPS["relu_forward"], "weight", weight)
    table = Table()
    table.add(layout.FORWARD, Line("relu_forward", {"y": 1, "x": 2, "n": 3}, work, per_step))
    packed, _ = table.pack("float32", {}, threads=3, batch=batch)
    assert packed[0, layout.SHARDS] == shards
