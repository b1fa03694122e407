from __future__ import annotations

import numpy as np
import pytest

from engine.errors import SpecError
from engine.plan.arena import ALIGNMENT, Layout


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_places_begin_at_cache_lines_and_do_not_overlap(precision: str) -> None:
    layout = Layout(precision)
    sizes = [1, 0, 15, 16, 17, 100]
    places = [layout.reserve(size) for size in sizes]
    block = layout.allocate()
    assert block.dtype == precision
    assert not block.any()
    assert block.ctypes.data % ALIGNMENT == 0
    for place, size, after in zip(places, sizes, [*places[1:], layout.size], strict=True):
        assert place * block.itemsize % ALIGNMENT == 0
        assert place + size <= after
    assert len(block) == layout.size


def test_an_arena_beyond_the_limit_is_refused_before_it_is_allocated() -> None:
    layout = Layout("float32")
    layout.reserve(2**40)
    with pytest.raises(SpecError, match="4,194,304 MiB of memory; expected at most 4,096 MiB"):
        layout.allocate()


def test_a_machine_without_that_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def zeros(*arguments: object) -> None:
        raise MemoryError
    layout = Layout("float64")
    layout.reserve(100)
    monkeypatch.setattr("numpy.zeros", zeros)
    with pytest.raises(SpecError, match="Use fewer units or a smaller batch"):
        layout.allocate()


def test_an_empty_arena() -> None:
    assert isinstance(Layout("float32").allocate(), np.ndarray)
