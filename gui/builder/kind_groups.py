"""The kinds of layers that people can insert, under their headings."""

from __future__ import annotations

from engine.layers import LayerKind, kinds


def kind_groups() -> dict[str, tuple[LayerKind, ...]]:
    """Return the kinds by group, groups and kinds in the order of the registry."""
    groups: dict[str, list[LayerKind]] = {}
    for kind in kinds():
        if kind.insertable:
            groups.setdefault(kind.group, []).append(kind)
    return {group: tuple(found) for group, found in groups.items()}
