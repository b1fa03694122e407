"""The rows of two networks in one list: layers that both have share a row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from engine.spec import NetworkSpec
from gui.builder.pairing import Pairing, pairing_of
from gui.builder.rows import Row, describe
from gui.document.document import Document
from gui.frames.run_info import FIRST, SECOND


def rows_of(document: Document) -> tuple[Row, ...]:
    """Return the rows of the project that is edited; of a pair, with those of the other."""
    rows = describe(document.project, document.dataset, document.issues)
    sides = document.sides
    if not sides.is_pair:
        return rows
    other = document.examined(second=not sides.edits_second)
    beside = describe(other.project, other.dataset, other.issues)
    alike = document.project.data == other.project.data
    return merged(rows, beside, document.project.network, other.project.network,
                  edits_second=sides.edits_second, same_examples=alike)


def merged(rows: Sequence[Row], beside: Sequence[Row], network: NetworkSpec, other: NetworkSpec, *,
           edits_second: bool, same_examples: bool) -> tuple[Row, ...]:
    """Return the rows of the edited network, and between them those that only the other has.

    Parameters
    ----------
    rows, beside : Sequence[Row]
        Those of the edited network, and of the other one.
    network, other : NetworkSpec
        The two.
    edits_second : bool
        Whether B is edited.
    same_examples : bool
        Whether both learn from the same examples.
    """
    mine, others = (SECOND, FIRST) if edits_second else (FIRST, SECOND)
    theirs = {row.layer_id: row for row in beside}
    found = []
    for row in rows:
        twin = theirs.get(row.layer_id)
        if twin is None:
            found.append(replace(row, pairing=Pairing(row.label, only=mine)))
        else:
            found.append(_shared(row, twin, network, other, edits_second=edits_second,
                                 same_examples=same_examples))
    own = {row.layer_id for row in rows}
    place = -1
    for row in beside:
        if row.layer_id in own:
            place = next(i for i, one in enumerate(found) if one.layer_id == row.layer_id)
            continue
        # Behind the layer that it follows in its own network.
        place += 1
        found.insert(place, replace(row, can_change=False, is_foreign=True,
                                    pairing=Pairing(row.label, only=others)))
    below = [*(row.layer_id for row in found[1:]), ""]
    feeds = {*_feeds(rows), *_feeds(beside)}
    return tuple(replace(row, place=place, flows=(row.layer_id, below[place]) in feeds)
                 for place, row in enumerate(found))


def _feeds(rows: Sequence[Row]) -> Iterator[tuple[str, str]]:
    """Yield which layer feeds which, by their ids."""
    for row in rows:
        yield from ((rows[source].layer_id, row.layer_id) for source in row.sources)


def _shared(row: Row, twin: Row, network: NetworkSpec, other: NetworkSpec, *, edits_second: bool,
            same_examples: bool) -> Row:
    a, b = (twin, row) if edits_second else (row, twin)
    if row.is_input:
        if same_examples:
            return replace(row, pairing=Pairing(row.label),
                           note=f"A = B: {row.note}" if row.note else "")
        # Where even the words are the same, the noise or the seed is not.
        notes = (a.note, b.note) if a.note != b.note else (f"{a.note} of its own",
                                                           f"{b.note} of its own")
        return replace(row, pairing=Pairing(row.label if row.label == twin.label else "Input",
                                            *notes))
    layers = [(other if one is twin else network).layer(row.layer_id) for one in (a, b)]
    pairing = pairing_of(layers[0], layers[1], a.fed_by, b.fed_by)
    if not pairing.a and not pairing.b and row.label != twin.label:
        # The loss gives the output layer its last function.
        ends = (one.label.removeprefix(pairing.title).removeprefix(" · ") for one in (a, b))
        pairing = Pairing(pairing.title, *ends)
    counts = [one.parameters for one in (a, b)]
    if not pairing.a and not pairing.b:
        detail = row.detail
    elif counts[0] == counts[1] or None in counts:
        detail = _counted(row.parameters)
    else:
        detail = f"{counts[0]:,} | {counts[1]:,} parameters"
    return replace(row, pairing=pairing, detail=detail)


def _counted(count: int | None) -> str:
    if count is None:
        return ""
    return "no parameters" if not count else "1 parameter" if count == 1 else \
        f"{count:,} parameters"


def not_here(row: Row, edited: str) -> str:
    """Return why a row of the other run cannot be edited, as a sentence."""
    only = row.pairing.only if row.pairing is not None else ""
    return (f"{row.label} is only in {only}, and edits go to {edited}: choose {only} to edit it.")
