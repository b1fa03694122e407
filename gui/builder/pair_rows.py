"""The rows of two networks in one list: layers that both have share a row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from engine.spec import DataSpec, ProjectSpec
from gui.builder.pairing import Pairing, pairing_of
from gui.builder.rows import Row, describe
from gui.document.document import Document
from gui.frames.run_info import FIRST, SECOND
from gui.widgets import plain_number

Described = tuple[ProjectSpec, Sequence[Row]]
OneRow = tuple[ProjectSpec, Row]


def rows_of(document: Document) -> tuple[Row, ...]:
    """Return the rows of the project that is edited; of a pair, with those of the other."""
    rows = describe(document.project, document.dataset, document.issues)
    sides = document.sides
    if not sides.is_pair:
        return rows
    other = document.examined(second=not sides.edits_second)
    beside = describe(other.project, other.dataset, other.issues)
    return merged((document.project, rows), (other.project, beside), sides.edits_second)


def merged(edited: Described, beside: Described, edits_second: bool) -> tuple[Row, ...]:
    """Return the rows of the edited network, and between them those that only the other has.

    Parameters
    ----------
    edited, beside : tuple[ProjectSpec, Sequence[Row]]
        The project that is edited with its rows, and the other one.
    edits_second : bool
        Whether B is edited.
    """
    mine, others = (SECOND, FIRST) if edits_second else (FIRST, SECOND)
    rows, theirs = edited[1], {row.layer_id: row for row in beside[1]}
    a, b = (beside, edited) if edits_second else (edited, beside)
    of_a, of_b = ({row.layer_id: row for row in one[1]} for one in (a, b))
    found = []
    for row in rows:
        if row.layer_id not in theirs:
            found.append(replace(row, pairing=Pairing(row.label, only=mine)))
        elif row.is_input:
            found.append(_shared_input(row, (a[0], of_a[row.layer_id]), (b[0], of_b[row.layer_id])))
        else:
            found.append(_shared(row, (a[0], of_a[row.layer_id]), (b[0], of_b[row.layer_id])))
    own = {row.layer_id for row in rows}
    place = -1
    for row in beside[1]:
        if row.layer_id in own:
            place = next(i for i, one in enumerate(found) if one.layer_id == row.layer_id)
            continue
        # Behind the layer that it follows in its own network.
        place += 1
        found.insert(place, replace(row, can_change=False, is_foreign=True,
                                    pairing=Pairing(row.label, only=others)))
    below = [*(row.layer_id for row in found[1:]), ""]
    feeds = {*_feeds(rows), *_feeds(beside[1])}
    return tuple(replace(row, place=place, flows=(row.layer_id, below[place]) in feeds)
                 for place, row in enumerate(found))


def _feeds(rows: Sequence[Row]) -> Iterator[tuple[str, str]]:
    """Yield which layer feeds which, by their ids."""
    for row in rows:
        yield from ((rows[source].layer_id, row.layer_id) for source in row.sources)


def _shared_input(row: Row, a: OneRow, b: OneRow) -> Row:
    """Return the row of the data, with what differs of them."""
    if a[0].data == b[0].data:
        return replace(row, pairing=Pairing(row.label),
                       note=f"A = B: {row.note}" if row.note else "")
    notes = [one.note.removesuffix(" examples") for _, one in (a, b)]
    for name in DataSpec.__struct_fields__:
        values = [getattr(project.data, name) for project, _ in (a, b)]
        if values[0] != values[1] and all(isinstance(value, int | float) for value in values):
            notes = [f"{note} · {name.replace('_', ' ')} {plain_number(value)}"
                     for note, value in zip(notes, values, strict=True)]
    return replace(row, pairing=Pairing(row.label, *notes))


def _shared(row: Row, a: OneRow, b: OneRow) -> Row:
    layers = [project.network.layer(row.layer_id) for project, _ in (a, b)]
    pairing = pairing_of(layers[0], layers[1], a[1].fed_by, b[1].fed_by)
    if not pairing.a and not pairing.b and a[1].label != b[1].label:
        # The loss gives the output layer its last function.
        pairing = Pairing(pairing.title, *(
            one.label.removeprefix(pairing.title).removeprefix(" · ") for _, one in (a, b)))
    counts = [one.parameters for _, one in (a, b)]
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
