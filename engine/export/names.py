"""Names that a person's layers have in a program."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable

TAKEN = frozenset({
    "np", "nn", "torch", "F", "x", "self", "model", "main", "counts", "tokens", "training"})
"""What a program calls by these names already."""


def identifiers(names: Iterable[str], taken: Iterable[str] = TAKEN) -> dict[str, str]:
    """Return for every name another one that Python accepts, no two alike.

    Parameters
    ----------
    names : iterable of str
        Ids of layers: ``dense-1`` becomes ``dense_1``.
    taken : iterable of str
        What none of them may be called.
    """
    found: dict[str, str] = {}
    used = set(taken)
    for name in names:
        plain = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_").lower() or "layer"
        if plain[0].isdigit() or keyword.iskeyword(plain):
            plain = f"layer_{plain}"
        free, number = plain, 2
        while free in used:
            free, number = f"{plain}_{number}", number + 1
        used.add(free)
        found[name] = free
    return found


def file_stem(name: str) -> str:
    """Return a project's name as files can be called, and imported by Python: ``my_irises``."""
    plain = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_").lower() or "network"
    return f"network_{plain}" if plain[0].isdigit() or keyword.iskeyword(plain) else plain
