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
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from engine.bundles.archive import BROKEN, Broken, Section, members, reason
from engine.bundles.enclosed import LARGEST_ENCLOSED, content_of, take_out
from engine.bundles.npz import Arrays, StoredArray
from engine.bundles.pieces import Part, of_bytes, zip_of
from engine.bundles.weights import check_finite, packed_weights, read_weights, stored_weights
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
    with _bundle(path) as held:
        weights = read_weights(held.weights)
        take_out(held.data(), [held.project.data.embedded])
    return held.project, weights or None


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
    with _bundle(Path(path)) as held:
        return held.project, read_weights(held.weights)


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
    with _bundle(path) as held:
        project, others = held.project, held.others()
        if not others:
            weights = read_weights(held.weights)
            unread = take_out(held.data(), [project.data.embedded])
            return Saved(project, weights or None, unread=unread)
        beside, earlier, unread = _runs_in(others, keeps=True)
        checkpoint = _state_in(path, held)
        # Those of a run are a part of its state already.
        weights = (read_weights(held.weights) if checkpoint is None
                   else dict(checkpoint.weights()))
        second = [] if beside is None else [beside.project.data.embedded]
        unread += take_out(held.data(), [project.data.embedded, *second])
    return Saved(project, weights or None, checkpoint, earlier, unread, beside)


def look_at(path: Path) -> tuple[ProjectSpec, dict[str, StoredArray] | None]:
    """Read all that a project of either kind holds, and keep no more than the project.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    ProjectSpec
        The project, whose data are where they are looked for.
    dict[str, StoredArray] or None
        What is known of what it has learned: all but the numbers.

    Raises
    ------
    FormatError
        Where `read_saved` does.
    """
    if not is_bundle(path):
        return read_project(path), None
    with _bundle(path) as held:
        others = held.others()
        if others:
            from engine.bundles.runs import stored_state
            from engine.telemetry.checkpoint import Checkpoint

            _runs_in(others, keeps=False)
            if STATE in others:
                try:
                    Checkpoint.check_arrays(stored_state(others[STATE], held.weights))
                except (FormatError, *BROKEN) as error:
                    raise _broken_state(path, error) from error
        for name, array in held.weights.items():
            check_finite(name, array.largest)
        take_out(held.data(), [held.project.data.embedded])
    return held.project, held.weights or None


def look_at_weights(path: Path) -> None:
    """Raise FormatError where `read_bundle` does, and keep nothing."""
    with _bundle(path) as held:
        for name, array in held.weights.items():
            check_finite(name, array.largest)


def _state_in(path: Path, held: _Held) -> Checkpoint | None:
    """Return where a bundle's run was, if it holds that; raises FormatError."""
    if STATE not in held.members:
        return None
    from engine.bundles.runs import stored_state
    from engine.telemetry.checkpoint import Checkpoint

    try:
        return Checkpoint.from_arrays(stored_state(held.members[STATE], held.weights))
    except (FormatError, *BROKEN) as error:
        raise _broken_state(path, error) from error


def _runs_in(others: Mapping[str, Section], *, keeps: bool
             ) -> tuple[Beside | None, tuple[EarlierRun, ...], tuple[Message, ...]]:
    """Return B, earlier runs and a sentence for each of these that is left out."""
    # Loaded where there is something to be read alone: few files hold runs.
    from engine.bundles.runs import beside_in, run_in

    beside: Beside | None = None
    earlier: list[EarlierRun] = []
    unread: list[Message] = []
    for name, member in others.items():
        try:
            if name == BESIDE:
                beside = Beside(*beside_in(member, keeps=keeps))
            elif name != STATE:
                earlier.append(run_in(member, keeps=keeps))
        except (FormatError, *BROKEN) as error:
            problem = error.found if isinstance(error, FormatError) else reason(error)
            unread.append(say("bundle.beside", problem=problem) if name == BESIDE else
                          say("bundle.earlier", member=name, problem=problem))
    return beside, tuple(earlier), tuple(unread)


def _broken_state(path: Path, error: Exception) -> FormatError:
    if isinstance(error, FormatError):
        return FormatError.of(error.message.changed(place=path.name))
    return _broken(path, Broken(say("bundle.member", member=STATE, problem=reason(error))))


@dataclass(frozen=True, eq=False)
class _Held:
    """What lies in a bundle that is open.

    Attributes
    ----------
    project : ProjectSpec
        The project.
    weights : dict[str, StoredArray]
        What it has learned, not read yet.
    members : dict[str, Section]
        What else there is, by name.
    """

    project: ProjectSpec
    weights: dict[str, StoredArray]
    members: dict[str, Section]

    def others(self) -> dict[str, Section]:
        """Return what runs have left."""
        return {name: member for name, member in self.members.items() if name not in DATA}

    def data(self) -> Iterator[tuple[str, Section]]:
        """Yield the members that hold data."""
        return ((name, self.members[name]) for name in DATA if name in self.members)


@contextmanager
def _bundle(path: Path) -> Iterator[_Held]:
    """Open a bundle while something of it is read; raises FormatError."""
    try:
        with opened(path) as file:
            size = os.fstat(file.fileno()).st_size
            if size > LARGEST_BUNDLE:
                raise FormatError("bundle.too-large", place=path.name, most=LARGEST_BUNDLE)
            yield _held(members(file, size), path)
    except BROKEN as error:
        raise _broken(path, error) from error


def _held(found: dict[str, Section], path: Path) -> _Held:
    others = {name: found.pop(name) for name in (STATE, BESIDE, *EARLIER, *DATA) if name in found}
    if found.keys() != {PROJECT, WEIGHTS}:
        names = sorted({**found, **others})
        raise Broken(say("bundle.members", names=", ".join(names)[:200]) if names
                     else say("bundle.no-members"))
    if found[PROJECT].size > LARGEST_FILE:
        raise Broken(say("bundle.project-too-large", most=LARGEST_FILE))
    project = project_from_json(found[PROJECT].content(), path.name)
    return _Held(project, stored_weights(found[WEIGHTS], project), others)


def _broken(path: Path, error: Exception) -> FormatError:
    return FormatError("bundle.broken", place=path.name, suffix=SUFFIX, reason=reason(error))


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
        packed = {PROJECT: of_bytes(text), WEIGHTS: packed_weights(learned, project)}
        packed |= _packed_runs(checkpoint, beside, earlier)
        packed |= _packed_data(project, beside, (Path(path), *([opened] if opened else [])))
        content = zip_of(packed)
    except Broken as error:
        raise FormatError("bundle.unfit", place=place, problem=error.message) from error
    except OSError as error:
        # The copy of data has changed since it was looked at.
        raise FormatError("file.unwritable", path=str(path), reason=reason(error)) from error
    if content.size > LARGEST_BUNDLE:
        raise FormatError("bundle.would-be-too-large", place=place, size=content.size,
                          most=LARGEST_BUNDLE)
    replace_file(path, content.pieces())


def _packed_data(project: ProjectSpec, beside: Beside | None, files: Sequence[Path]
                 ) -> dict[str, Part]:
    """Return the data that are to travel; raises FormatError where there are none any more."""
    asked = [project.data, *([] if beside is None else [beside.project.data])]
    found: dict[str, Part] = {}
    for data in {data.embedded: data for data in asked if data.embedded}.values():
        content = content_of(data.embedded, [file for file in files if is_bundle(file)], DATA)
        if content is None:
            raise FormatError("enclosed.gone", place=files[0].name, name=Path(data.path).name)
        found[DATA[len(found)]] = content
    return found


def _packed_runs(checkpoint: Checkpoint | None, beside: Beside | None,
                 earlier: Sequence[EarlierRun]) -> dict[str, Part]:
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
