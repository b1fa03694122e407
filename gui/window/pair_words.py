"""What is said of a pair: what differs, what is equal, and what happened on the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gui.frames.run_info import FIRST, SECOND

if TYPE_CHECKING:
    from engine.experiments.differences import Difference
    from gui.document.sides import Sides
    from gui.workbench.workbench import Workbench

NAMED = 2
"""So many values of a side are named; more are counted."""


@dataclass(frozen=True)
class PairWords:
    """The words of the bar.

    Attributes
    ----------
    title : str
        The pair's name: ``B: He instead of Xavier``.
    first, second : str
        What A, and what B has that the other has not.
    equal : str
        What is equal, or why that is not known: ``= same start, same batches``.
    differences : tuple[str, ...]
        Everything that differs, a phrase each.
    """

    title: str
    first: str
    second: str
    equal: str
    differences: tuple[str, ...]


def pair_words(sides: Sides, bench: Workbench) -> PairWords | None:
    """Return what is said of a pair; None where there is none."""
    if sides.second is None:
        return None
    from engine.experiments.differences import differences, title

    found = differences(sides.first.project, sides.second.project)
    return PairWords(title(found).text, _values([one.a.text for one in found]),
                     _values([one.b.text for one in found]), equal_text(bench), _told(found))


def equal_text(bench: Workbench) -> str:
    """Return what is equal of a pair, and since when it is another one than at its beginning."""
    return "; ".join(_equal_parts(bench))


def _equal_parts(bench: Workbench) -> Iterator[str]:
    same, runs = bench.same_start, bench.runs
    branched = runs[SECOND].branched_at if SECOND in runs else None
    if branched is not None:
        yield f"B left A at step {branched:,}"
    elif same is not None:
        yield same.sentence.text
    changed = [f"{run.key} changed at step {run.changed_at:,}" for run in runs
               if run.key in (FIRST, SECOND) and run.changed_at is not None]
    if changed:
        yield ", ".join(changed)
        yield "Reset begins both anew"


def _values(values: Sequence[str]) -> str:
    named = ", ".join(values[:NAMED])
    return f"{named} …" if len(values) > NAMED else named


def _told(found: Sequence[Difference]) -> tuple[str, ...]:
    return tuple(one.text for one in found)
