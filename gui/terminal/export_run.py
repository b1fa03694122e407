"""A project written as a script or model of another library, from the terminal."""

from __future__ import annotations

import argparse

from engine.data import load
from engine.errors import FormatError
from engine.export.build import build_graph
from engine.export.names import file_stem
from engine.export.targets import target
from engine.foreign import first_weights
from engine.spec.replacing import replace_file
from gui.program import say
from gui.terminal.batch_run import named_errors
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
    there = tuple(path.name for path in paths if path.exists())
    if there and not options.replace:
        raise FormatError("export.there", folder=str(options.out), names=there)
    start = beginning(options.project, None)
    dataset = load(start.project.data, start.path.parent)
    weights = start.weights
    found = None if weights else first_weights(start.project, dataset.n_inputs, start.path)
    given = None if found is None else found.arrays
    written = wanted.write(build_graph(start.project, dataset, weights, given), stem)
    with named_errors(options.out):
        options.out.mkdir(parents=True, exist_ok=True)
    for name, content in written.files.items():
        replace_file(options.out / name, content)
    if not options.quiet:
        say(f"Wrote {', '.join(str(options.out / name) for name in written.files)}.")
    return 0
