"""What a run in the terminal trains, and where it begins."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from engine.bundles import is_bundle, read_saved, start_path
from engine.bundles.npz import Arrays
from engine.errors import FormatError
from engine.foreign import OURS, is_foreign, read_weights_file
from engine.spec import ProjectSpec
from gui.terminal.batch_run import read_weights

if TYPE_CHECKING:
    from engine.telemetry.checkpoint import Checkpoint

NPZ = ".npz"


@dataclass(frozen=True, eq=False)
class Beginning:
    """Where a run begins.

    Attributes
    ----------
    project : ProjectSpec
        What is trained.
    path : Path
        Its file, beside which the files lie that it names.
    weights : dict[str, real array] | None
        Weights to start from.
    checkpoint : Checkpoint | None
        Where a run was that is to go on.
    """

    project: ProjectSpec
    path: Path
    weights: Arrays | None
    checkpoint: Checkpoint | None


def beginning(path: Path | None, source: Path | None) -> Beginning:
    """Return where a run begins.

    Parameters
    ----------
    path : Path | None
        The project; None takes that of the run that goes on.
    source : Path | None
        What to start from: weights, or a project that was saved with its run.

    Raises
    ------
    FormatError
        If a file cannot be read, or there is nothing in it to begin with.
    """
    own = None if path is None else read_saved(path)
    learned = None if own is None else own.weights
    checkpoint = None
    if source is not None and is_bundle(source):
        saved = read_saved(source)
        learned, checkpoint = saved.weights, saved.checkpoint
        if checkpoint is None and (own is None or learned is None):
            raise FormatError("state.none", place=source.name)
        own, path = own or saved, path or source
    if own is None or path is None:
        raise FormatError("state.no-project")
    project = own.project
    if start := start_path(project, path):
        project = replace(project, start_from=str(start.absolute()))
    if source is not None and not is_bundle(source):
        learned = None if _is_foreign(source, project) else read_weights(source)
        if learned is None:
            project = replace(project, start_from=str(source.absolute()))
    return Beginning(project, path, None if checkpoint else learned, checkpoint)


def _is_foreign(source: Path, project: ProjectSpec) -> bool:
    """Say whether a file holds weights that another program, or another network, has learned.

    Those of this network are taken as they are, every one of them.
    """
    if not is_foreign(source):
        return False
    if source.suffix.lower() != NPZ:
        return True
    layers = {layer.id for layer in project.network}
    return not any(group.framework == OURS and group.name in layers
                   for group in read_weights_file(source).groups)


def total_steps(wanted: int, start: Beginning) -> int:
    """Return up to which step a run is trained; raises FormatError if it is there already."""
    if start.checkpoint is not None and start.checkpoint.step >= wanted:
        raise FormatError("state.there", step=start.checkpoint.step, wanted=wanted)
    return wanted
