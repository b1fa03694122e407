"""Reading and writing bundles: ``project.json`` and ``weights.npz``, and what runs have left.

There may be no weights in the latter, where only the project was saved. Where a run was saved,
``state.npz`` holds what else it needs to go on, and ``earlier-1.zip`` to ``earlier-8.zip`` are runs
from before. Of a pair, ``beside.zip`` holds the three of B. ``data-1.zip`` and ``data-2.zip`` are
what people have brought, where it travels in the project; see `engine.bundles.enclosed`.

Nothing in it is compressed and nothing is pickled: what a file says it holds cannot exceed the file
itself, so that reading allocates no more than that.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from engine.bundles.archive import BROKEN, Broken, members_in, reason, zipped
from engine.bundles.enclosed import LARGEST_ENCLOSED, content_of, take_out
from engine.bundles.npz import Arrays
from engine.bundles.weights import packed_weights, weights_in
from engine.data.files import at_home
from engine.errors import FormatError
from engine.layers.diagnose import LARGEST_NETWORK
from engine.messages import Message, say
from engine.spec import ProjectSpec, project_from_json, project_to_json, read_project
from engine.spec.files import LARGEST_FILE
from engine.spec.opening import opened
from engine.spec.replacing import replace_file

if TYPE_CHECKING:
    from engine.telemetry.checkpoint import Checkpoint
    from engine.telemetry.earlier_run import EarlierRun

SUFFIX = ".bplab"
PROJECT, WEIGHTS, STATE = "project.json", "weights.npz", "state.npz"
BESIDE = "beside.zip"
EARLIER = tuple(f"earlier-{number}.zip" for number in range(1, 9))
DATA = ("data-1.zip", "data-2.zip")
"""Data that travel in the file: those of the project, and of B where it has others."""

LARGEST_BUNDLE = (LARGEST_FILE + 6 * 8 * LARGEST_NETWORK + 256 * 2**20
                  + len(DATA) * LARGEST_ENCLOSED)
"""Bytes: a project, the largest network in float64 with the state of its run, what lies around
them, and data; of networks that are not the largest, earlier ones too."""


@dataclass(frozen=True, eq=False)
class Beside:
    """The other project of a pair.

    Attributes
    ----------
    project : ProjectSpec
        B.
    checkpoint : Checkpoint | None
        Where its run was; None where only the project was saved.
    """

    project: ProjectSpec
    checkpoint: Checkpoint | None = None


@dataclass(frozen=True, eq=False)
class Saved:
    """What a project file holds.

    Attributes
    ----------
    project : ProjectSpec
        The project.
    weights : dict[str, real array] | None
        What it has learned; None where the file does not hold that.
    checkpoint : Checkpoint | None
        Where its run was; None where only weights were saved.
    earlier : tuple[EarlierRun, ...]
        Runs from before.
    unread : tuple[Message, ...]
        A sentence for each of these that is broken, and left out; for B, too.
    beside : Beside | None
        What stands beside it as B.
    """

    project: ProjectSpec
    weights: Arrays | None = None
    checkpoint: Checkpoint | None = None
    earlier: tuple[EarlierRun, ...] = ()
    unread: tuple[Message, ...] = ()
    beside: Beside | None = None


def is_bundle(path: Path) -> bool:
    """Say whether a file of this name is a bundle; a project is a text file otherwise."""
    return path.suffix.lower() == SUFFIX


def read_either(path: Path) -> tuple[ProjectSpec, Arrays | None]:
    """Read a project of either kind.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    ProjectSpec
        The project.
    dict[str, real array] or None
        What it has learned, if the file holds that.

    Raises
    ------
    FormatError
        If the file cannot be read or is no project.
    """
    if not is_bundle(path):
        return read_project(path), None
    project, weights, others = _read(path)
    take_out(_data_in(others), [project.data.embedded])
    return project, weights or None


def read_bundle(path: str | Path) -> tuple[ProjectSpec, Arrays]:
    """Read a project with its weights; what else the file holds is left aside.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    ProjectSpec
        The project.
    dict[str, real array]
        Its parameters by name, ``layer-id/w``; float32 or float64, every number finite.

    Raises
    ------
    FormatError
        If the file cannot be read, is too large, damaged, or no bundle.
    """
    project, weights, _ = _read(Path(path))
    return project, weights


def read_saved(path: Path) -> Saved:
    """Read all that a project of either kind holds.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    FormatError
        If the file cannot be read or is no project, or if the state of its run is broken. An
        earlier run that is broken is left out, and told in `Saved.unread`.
    """
    if not is_bundle(path):
        return Saved(read_project(path))
    project, weights, others = _read(path)
    held = list(_data_in(others))
    if not others:
        return Saved(project, weights or None, unread=take_out(held, [project.data.embedded]))
    # Loaded where there is something to be read alone: few files hold runs.
    from engine.bundles.runs import beside_in, run_in, state_in

    checkpoint, beside, earlier, unread = None, None, [], []
    for name, content in others.items():
        try:
            if name == STATE:
                checkpoint = state_in(content, weights)
            elif name == BESIDE:
                beside = Beside(*beside_in(content))
            else:
                earlier.append(run_in(content))
        except (FormatError, *BROKEN) as error:
            if name == STATE:
                raise _broken_state(path, error) from error
            problem = error.found if isinstance(error, FormatError) else reason(error)
            unread.append(say("bundle.beside", problem=problem) if name == BESIDE else
                          say("bundle.earlier", member=name, problem=problem))
    second = [] if beside is None else [beside.project.data.embedded]
    unread.extend(take_out(held, [project.data.embedded, *second]))
    return Saved(project, weights or None, checkpoint, tuple(earlier), tuple(unread), beside)


def _data_in(others: dict[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """Take the members that hold data out of those of a bundle, one by one."""
    for name in DATA:
        if name in others:
            yield name, others.pop(name)


def _broken_state(path: Path, error: Exception) -> FormatError:
    if isinstance(error, FormatError):
        return FormatError.of(error.message.changed(place=path.name))
    return _broken(path, Broken(say("bundle.member", member=STATE, problem=reason(error))))


def _read(path: Path) -> tuple[ProjectSpec, Arrays, dict[str, bytes]]:
    """Return project and weights in a bundle, and its other members as they are, by name."""
    try:
        found = _members(path)
        others = {name: found.pop(name) for name in (STATE, BESIDE, *EARLIER, *DATA)
                  if name in found}
        if found.keys() != {PROJECT, WEIGHTS}:
            names = sorted({**found, **others})
            raise Broken(say("bundle.members", names=", ".join(names)[:200]) if names
                         else say("bundle.no-members"))
        text = found[PROJECT]
        if len(text) > LARGEST_FILE:
            raise Broken(say("bundle.project-too-large", most=LARGEST_FILE))
        project = project_from_json(text, path.name)
        return project, weights_in(found[WEIGHTS], project), others
    except BROKEN as error:
        raise _broken(path, error) from error


def _broken(path: Path, error: Exception) -> FormatError:
    return FormatError("bundle.broken", place=path.name, suffix=SUFFIX, reason=reason(error))


def _members(path: Path) -> dict[str, bytes]:
    """Return what lies in a file; raises FormatError, or one of `BROKEN`."""
    with opened(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size > LARGEST_BUNDLE:
            raise FormatError("bundle.too-large", place=path.name, most=LARGEST_BUNDLE)
        return members_in(file, size, (WEIGHTS, STATE, BESIDE, *EARLIER))


def write_bundle(project: ProjectSpec, weights: Mapping[str, NDArray[Any]], path: str | Path, *,
                 checkpoint: Checkpoint | None = None, beside: Beside | None = None,
                 earlier: Sequence[EarlierRun] = (), opened: Path | None = None) -> None:
    """Write a project with its weights so that a crash leaves either the old file or the new one.

    Parameters
    ----------
    project : ProjectSpec
        The project.
    weights : Mapping[str, real array]
        Parameters by name, as `engine.training.Trainer.weights` returns them; not asked where there
        is a checkpoint.
    path : str or Path
        The file.
    checkpoint : Checkpoint, optional
        Where its run is, so that it can go on.
    beside : Beside, optional
        What stands beside it as B.
    earlier : sequence of EarlierRun
        Runs from before, at most eight.
    opened : Path, optional
        The file that the project comes from, which may be the last one to hold its data.

    Raises
    ------
    FormatError
        If the file cannot be written, or could not be read again, or data that are to travel in it
        are nowhere to be found.
    """
    place = Path(path).name
    learned = weights if checkpoint is None else checkpoint.weights()
    text = project_to_json(project).encode()
    # JSON has no word for infinity and NaN, for example.
    project_from_json(text, place)
    try:
        packed = {PROJECT: text, WEIGHTS: packed_weights(learned, project)}
        packed |= _packed_runs(checkpoint, beside, earlier)
        packed |= _packed_data(project, beside, (Path(path), *([opened] if opened else [])))
    except Broken as error:
        raise FormatError("bundle.unfit", place=place, problem=error.message) from error
    content = zipped(packed)
    if len(content) > LARGEST_BUNDLE:
        raise FormatError("bundle.would-be-too-large", place=place, size=len(content),
                          most=LARGEST_BUNDLE)
    replace_file(path, content)


def _packed_data(project: ProjectSpec, beside: Beside | None, files: Sequence[Path]
                 ) -> dict[str, bytes]:
    """Return the data that are to travel; raises FormatError where there are none any more."""
    asked = [project.data, *([] if beside is None else [beside.project.data])]
    found: dict[str, bytes] = {}
    for data in {data.embedded: data for data in asked if data.embedded}.values():
        content = content_of(data.embedded, [file for file in files if is_bundle(file)], DATA)
        if content is None:
            raise FormatError("enclosed.gone", place=files[0].name, name=Path(data.path).name)
        found[DATA[len(found)]] = content
    return found


def _packed_runs(checkpoint: Checkpoint | None, beside: Beside | None,
                 earlier: Sequence[EarlierRun]) -> dict[str, bytes]:
    if checkpoint is None and beside is None and not earlier:
        return {}
    from engine.bundles.runs import packed_beside, packed_run, packed_state

    packed = {} if checkpoint is None else {STATE: packed_state(checkpoint)}
    if beside is not None:
        packed[BESIDE] = packed_beside(beside.project, beside.checkpoint)
    return packed | {name: packed_run(run)
                     for name, run in zip(EARLIER, earlier, strict=False)}


def start_path(project: ProjectSpec, base: Path | None = None) -> Path | None:
    """Return the file whose weights a project starts from; None where it names none.

    Parameters
    ----------
    project : ProjectSpec
        Its ``start_from`` names a bundle.
    base : Path or None
        The project file or its folder, where a relative path starts; None takes the current folder.
    """
    if not project.start_from:
        return None
    folder = Path() if base is None else base.parent if base.is_file() else base
    return folder / at_home(project.start_from)


def start_weights(project: ProjectSpec, base: Path | None = None) -> Arrays | None:
    """Return the weights that a project starts from; None where it names no other project.

    Parameters
    ----------
    project, base : ProjectSpec, Path or None
        As `start_path` has them.

    Raises
    ------
    FormatError
        If that file cannot be read or is no bundle.
    """
    path = start_path(project, base)
    return None if path is None else read_bundle(path)[1]
