"""Hands all that decides a run's further bytes from one run to another, or to who keeps it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from gui.workbench.parcels import Copy, Leave, Parcel

if TYPE_CHECKING:
    from gui.workbench.rounds import Lane, Rounds

log = logging.getLogger(__name__)


def hand_over(command: Copy | Leave, rounds: Rounds) -> None:
    """Obey one of these commands, if there is such a run. Training thread only."""
    lane = rounds.lane(command.run)
    if lane is None or (isinstance(command, Leave) and lane.run_id != command.run_id):
        return
    _fill(command.parcel, lane)
    if isinstance(command, Leave):
        rounds.drop(command.run)


def _fill(parcel: Parcel, lane: Lane) -> None:
    try:
        parcel.fill(lane.trainer.checkpoint())
    except Exception:
        # Such as too little memory: then the run cannot be brought back, and that is told there.
        log.exception("no copy of a run could be kept")
