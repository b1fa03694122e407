"""A project written as a script or model of another library, from the terminal."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from engine.data import load
from engine.errors import FormatError
from engine.export.build import build_graph
from engine.export.names import file_stem
from engine.export.targets import target
from engine.foreign import first_weights
from engine.spec.replacing import replace_file
from gui.program import say
from gui.terminal.results import holding
from gui.terminal.starting import beginning


def export(options: argparse.Namespace) -> int:
    """Write a project's files; return 0.

    Parameters
    ----------
    options : argparse.Namespace
        Of the command ``export``.

    Raises
    ------
    EngineError
        If there is no such target, the project cannot be said in it, or a file is there already or
        cannot be written.
    """
    wanted = target(options.to)
    stem = options.name or file_stem(options.project.stem)
    paths = [options.out / f"{stem}{ending}" for ending in wanted.endings]
    _check_free(paths, options.replace)
    start = beginning(options.project, None)
    dataset = load(start.project.data, start.path.parent)
    weights = start.weights
    found = None if weights else first_weights(start.project, dataset.n_inputs, start.path)
    given = None if found is None else found.arrays
    written = wanted.write(build_graph(start.project, dataset, weights, given), stem)
    with holding(options.out):
        # Another program may have written them meanwhile.
        _check_free(paths, options.replace)
        for name, content in written.files.items():
            replace_file(options.out / name, content)
    if not options.quiet:
        say(f"Wrote {', '.join(str(options.out / name) for name in written.files)}.")
    return 0


def _check_free(paths: Sequence[Path], replaces: bool) -> None:
    """Raise FormatError where files would be overwritten of which nobody has said that they may."""
    there = tuple(path.name for path in paths if path.exists())
    if there and not replaces:
        raise FormatError("export.there", folder=str(paths[0].parent), names=there)
