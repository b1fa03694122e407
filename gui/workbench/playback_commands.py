"""What the training thread is told about steps of a run that lie behind."""

from __future__ import annotations

from dataclasses import dataclass

from engine.telemetry.parts import Wanted


@dataclass(frozen=True)
class Recall:
    """Command: see what is wanted of a kept step, as far as it was not seen then."""

    run_id: int
    step: int
    wanted: Wanted


@dataclass(frozen=True)
class Trace:
    """Command: do some steps again, and keep a moment of each."""

    run_id: int
    first: int
    last: int
    wanted: Wanted


@dataclass(frozen=True)
class Release:
    """Command: let go of what is needed to go back."""
