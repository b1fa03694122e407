"""Parcels for all that decides a run's further bytes, and the commands to fill them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.telemetry.checkpoint import Checkpoint


class Parcel:
    """A place for one checkpoint, filled by the training thread when it comes to it.

    Whoever has been given it may hand it back with a command that is obeyed later: then it has been
    filled. Any thread may look.

    Parameters
    ----------
    checkpoint : Checkpoint | None
        What is in it from the beginning.
    """

    def __init__(self, checkpoint: Checkpoint | None = None) -> None:
        self._checkpoint = checkpoint

    @property
    def checkpoint(self) -> Checkpoint | None:
        """What is in it; None as long as there is nothing."""
        return self._checkpoint

    @property
    def nbytes(self) -> int:
        """Bytes of what is in it."""
        return 0 if self._checkpoint is None else self._checkpoint.nbytes

    def fill(self, checkpoint: Checkpoint) -> None:
        """Put a checkpoint in."""
        self._checkpoint = checkpoint

    def empty(self) -> None:
        """Let go of what is in it."""
        self._checkpoint = None


@dataclass(frozen=True)
class Copy:
    """Command: fill a parcel with what a run has come to, which goes on.

    Attributes
    ----------
    run : str
        Its key.
    parcel : Parcel
        The parcel.
    """

    run: str
    parcel: Parcel


@dataclass(frozen=True)
class Leave:
    """Command: let go of a run, and fill a parcel with what it has come to.

    Attributes
    ----------
    run, run_id : str, int
        Its key and number; where the key is another run's by now, nothing happens.
    parcel : Parcel
        The parcel.
    """

    run: str
    run_id: int
    parcel: Parcel
