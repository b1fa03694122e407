from __future__ import annotations

from gui.microscope.formula import laid_out

NBYTES = 20 * 1024
"""What a short formula takes once it is laid out."""


def test_few_formulae_are_kept_laid_out() -> None:
    most = laid_out.cache_info().maxsize
    assert most is not None
    assert most * NBYTES <= 4 * 2**20
