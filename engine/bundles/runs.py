"""What runs leave in a bundle: the state of the one that was saved, and earlier ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import msgspec
import numpy as np

from engine.bundles.archive import Broken, Section, members_of
from engine.bundles.npz import StoredArray, arrays_in, npz, stored_in, unfit_array, unfit_name
from engine.bundles.pieces import Part, of_bytes, zip_of
from engine.bundles.weights import check_finite, packed_weights, read_weights, stored_weights
from engine.errors import FormatError
from engine.messages import Message, say
from engine.spec import ProjectSpec, project_from_json, project_to_json
from engine.spec.files import LARGEST_FILE
from engine.telemetry.checkpoint import PARAMETERS, Checkpoint
from engine.telemetry.earlier_run import EarlierRun

TOLD, PROJECT, WEIGHTS, CURVES = "run.json", "project.json", "weights.npz", "curves.npz"
"""Members of an earlier run."""

STATE = "state.npz"
"""A member of B beside project and weights."""

STEPS, EPOCHS, CURVE = "steps", "epochs", "curve/"
"""Names of its arrays; behind the last one stands the name of a column."""


class _Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an earlier run says of itself, `EarlierRun` without arrays and project."""

    name: str
    task: str
    step: int
    epoch: int
    figures: dict[str, float]


def packed_state(checkpoint: Checkpoint) -> Part:
    """Return the archive of a run's state, but for its weights, which stand beside it.

    Raises `Broken` at what could not be read again, such as a memory that is not finite.
    """
    arrays = checkpoint.to_arrays()
    try:
        Checkpoint.check_arrays(arrays)
    except FormatError as error:
        raise Broken(say("bundle.not-finite", name=error.message.values["name"])) from error
    for name in arrays:
        if problem := unfit_name(name):
            raise Broken(problem)
    return npz({name: array for name, array in arrays.items() if not name.startswith(PARAMETERS)})


def stored_state(archive: Section, weights: Mapping[str, StoredArray]) -> dict[str, StoredArray]:
    """Return the arrays of the state in an archive, for `Checkpoint.from_arrays`; none is read.

    Parameters
    ----------
    archive : Section
        The archive.
    weights : mapping of str to StoredArray
        The run's parameters.

    Raises
    ------
    BadZipFile, Broken, ...
        One of `engine.bundles.archive.BROKEN`, if it is no archive of arrays.
    """
    return {**{PARAMETERS + name: array for name, array in weights.items()},
            **stored_in(archive, _no_parameter)}


def _no_parameter(name: str, array: StoredArray) -> Message | None:
    # They stand beside it.
    return say("bundle.no-state", name=name[:200]) if name.startswith(PARAMETERS) else None


def packed_beside(project: ProjectSpec, checkpoint: Checkpoint | None) -> Part:
    """Return the archive of B; raises `Broken` at what could not be read again."""
    text = project_to_json(project).encode()
    project_from_json(text, PROJECT)
    learned = {} if checkpoint is None else checkpoint.weights()
    packed = {PROJECT: of_bytes(text), WEIGHTS: packed_weights(learned, project)}
    if checkpoint is not None:
        packed[STATE] = packed_state(checkpoint)
    return zip_of(packed)


def beside_in(archive: Section, *, keeps: bool = True) -> tuple[ProjectSpec, Checkpoint | None]:
    """Return the B that is in an archive, and where its run was.

    Raises FormatError where its project or its run cannot be right, and one of `BROKEN` where the
    archive cannot be read. Unless it keeps the run, that is looked through alone.
    """
    found = members_of(archive)
    if found.keys() - {STATE} != {PROJECT, WEIGHTS}:
        raise Broken(say("bundle.members", names=", ".join(sorted(found))[:200]))
    project = project_in(found[PROJECT], PROJECT)
    weights = stored_weights(found[WEIGHTS], project)
    if STATE not in found:
        look_through(weights)
        return project, None
    arrays = stored_state(found[STATE], weights)
    if keeps:
        return project, Checkpoint.from_arrays(arrays)
    Checkpoint.check_arrays(arrays)
    return project, None


def project_in(member: Section, place: str) -> ProjectSpec:
    """Return the project in a member; raises FormatError, or one of `BROKEN`."""
    if member.size > LARGEST_FILE:
        raise Broken(say("bundle.project-too-large", most=LARGEST_FILE))
    return project_from_json(member.content(), place)


def look_through(weights: Mapping[str, StoredArray]) -> None:
    """Read weights without keeping them; raises one of `engine.bundles.archive.BROKEN`."""
    for name, array in weights.items():
        check_finite(name, array.largest)


def packed_run(run: EarlierRun) -> Part:
    """Return the archive of an earlier run; raises `Broken` at what could not be read again."""
    arrays = {STEPS: run.steps, EPOCHS: run.epochs,
              **{CURVE + name: curve for name, curve in run.curves.items()}}
    for name, array in arrays.items():
        if problem := unfit_name(name) or unfit_array(name, array):
            raise Broken(problem)
    told = _Told(run.name, run.task, run.step, run.epoch,
                 {name: value for name, value in run.figures.items() if np.isfinite(value)})
    if problem := replace(run, figures=told.figures).problem():
        raise Broken(problem)
    text = project_to_json(run.project).encode()
    project_from_json(text)
    return zip_of({
        TOLD: of_bytes(msgspec.json.encode(told)), PROJECT: of_bytes(text),
        WEIGHTS: packed_weights(run.weights, run.project), CURVES: npz(arrays)})


def run_in(archive: Section, *, keeps: bool = True) -> EarlierRun:
    """Return the earlier run in an archive; unless it keeps them, without its weights.

    Raises
    ------
    FormatError
        If its project is no project.
    BadZipFile, Broken, ...
        Others of `engine.bundles.archive.BROKEN`, if anything else is wrong.
    """
    files = members_of(archive)
    if files.keys() != {TOLD, PROJECT, WEIGHTS, CURVES}:
        raise Broken(say("bundle.members", names=", ".join(sorted(files))[:200] or "-"))
    project = project_in(files[PROJECT], "Project")
    try:
        told = msgspec.json.decode(files[TOLD].content(), type=_Told)
    except msgspec.DecodeError as error:
        raise Broken(say("bundle.member", member=TOLD, problem=str(error))) from error
    arrays = arrays_in(files[CURVES])
    if not {STEPS, EPOCHS} <= arrays.keys():
        raise Broken(say("bundle.no-curves"))
    weights = stored_weights(files[WEIGHTS], project)
    if not keeps:
        look_through(weights)
    run = EarlierRun(
        name=told.name, task=told.task, project=project, step=told.step, epoch=told.epoch,
        figures=told.figures, weights=read_weights(weights) if keeps else {},
        steps=arrays.pop(STEPS), epochs=arrays.pop(EPOCHS),
        curves={name.removeprefix(CURVE): array for name, array in arrays.items()})
    if problem := run.problem():
        raise Broken(problem)
    return run
