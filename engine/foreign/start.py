"""What a project starts with: another project's weights, or those of a file of any framework."""

from __future__ import annotations

from pathlib import Path

from engine.bundles import look_at_weights, read_bundle, start_path
from engine.foreign.files import is_foreign, read_weights_file
from engine.foreign.matching import FirstWeights, matched
from engine.foreign.target import targets
from engine.spec import ProjectSpec

SOON_READ = 32_000_000
"""Bytes that are read in a moment."""


def first_weights(project: ProjectSpec, n_inputs: int, base: Path | None = None
                  ) -> FirstWeights | None:
    """Return the weights that a project starts from; None where it names no file.

    Parameters
    ----------
    project : ProjectSpec
        Its ``start_from`` names the file.
    n_inputs : int
        Numbers of an example.
    base : Path or None
        As `engine.bundles.start_path` has it.

    Raises
    ------
    FormatError
        If that file cannot be read.
    SpecError
        If the layers of the network do not fit one another.
    """
    path = start_path(project, base)
    if path is None:
        return None
    if not is_foreign(path):
        return FirstWeights(read_bundle(path)[1])
    return matched(read_weights_file(path), tuple(targets(project.network, n_inputs)))


def check_start(path: Path) -> None:
    """Raise FormatError unless a project could start from a file.

    A large file is left for when its weights are wanted, so that nobody waits for it.
    """
    if not is_foreign(path):
        look_at_weights(path)
    elif not path.is_file() or path.stat().st_size <= SOON_READ:
        read_weights_file(path)
