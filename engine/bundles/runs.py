"""What runs leave in a bundle: the state of the one that was saved, and earlier ones."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.bundles.archive import Broken, members, zipped
from engine.bundles.npz import Arrays, arrays_in, npz, unfit_array, unfit_name
from engine.bundles.weights import packed_weights, weights_in
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


def packed_state(checkpoint: Checkpoint) -> bytes:
    """Return the archive of a run's state, but for its weights, which stand beside it.

    Raises `Broken` at what could not be read again, such as a memory that is not finite.
    """
    arrays = checkpoint.to_arrays()
    try:
        Checkpoint.from_arrays(arrays)
    except FormatError as error:
        raise Broken(say("bundle.not-finite", name=error.message.values["name"])) from error
    for name in arrays:
        if problem := unfit_name(name):
            raise Broken(problem)
    return npz({name: array for name, array in arrays.items() if not name.startswith(PARAMETERS)})


def state_in(content: bytes, weights: Arrays) -> Checkpoint:
    """Return the state in an archive.

    Parameters
    ----------
    content : bytes
        The archive.
    weights : dict[str, real array]
        The run's parameters.

    Raises
    ------
    FormatError
        If an array is missing, unknown, or holds what cannot be right.
    BadZipFile, Broken, ...
        Others of `engine.bundles.archive.BROKEN`, if it is no archive of arrays.
    """
    return Checkpoint.from_arrays({
        **{PARAMETERS + name: array for name, array in weights.items()},
        **arrays_in(content, _no_parameter)})


def _no_parameter(name: str, array: NDArray[Any]) -> Message | None:
    # They stand beside it.
    return say("bundle.no-state", name=name[:200]) if name.startswith(PARAMETERS) else None


def packed_beside(project: ProjectSpec, checkpoint: Checkpoint | None) -> bytes:
    """Return the archive of B; raises `Broken` at what could not be read again."""
    text = project_to_json(project).encode()
    project_from_json(text, PROJECT)
    learned = {} if checkpoint is None else checkpoint.weights()
    packed = {PROJECT: text, WEIGHTS: packed_weights(learned, project)}
    if checkpoint is not None:
        packed[STATE] = packed_state(checkpoint)
    return zipped(packed)


def beside_in(content: bytes) -> tuple[ProjectSpec, Checkpoint | None]:
    """Return the B that is in an archive, and where its run was.

    Raises FormatError where its project or its run cannot be right, and one of `BROKEN` where the
    archive cannot be read.
    """
    found = members(content)
    if found.keys() - {STATE} != {PROJECT, WEIGHTS}:
        raise Broken(say("bundle.members", names=", ".join(sorted(found))[:200]))
    if len(found[PROJECT]) > LARGEST_FILE:
        raise Broken(say("bundle.project-too-large", most=LARGEST_FILE))
    project = project_from_json(found[PROJECT], PROJECT)
    weights = weights_in(found[WEIGHTS], project)
    return project, state_in(found[STATE], weights) if STATE in found else None


def packed_run(run: EarlierRun) -> bytes:
    """Return the archive of an earlier run; raises `Broken` at what could not be read again."""
    arrays = {STEPS: run.steps, EPOCHS: run.epochs,
              **{CURVE + name: curve for name, curve in run.curves.items()}}
    for name, array in arrays.items():
        if problem := unfit_name(name) or unfit_array(name, array):
            raise Broken(problem)
    told = _Told(run.name, run.task, run.step, run.epoch,
                 {name: value for name, value in run.figures.items() if np.isfinite(value)})
    content = zipped({
        TOLD: msgspec.json.encode(told), PROJECT: project_to_json(run.project).encode(),
        WEIGHTS: packed_weights(run.weights, run.project), CURVES: npz(arrays)})
    run_in(content)
    return content


def run_in(content: bytes) -> EarlierRun:
    """Return the earlier run in an archive.

    Raises
    ------
    FormatError
        If its project is no project.
    BadZipFile, Broken, ...
        Others of `engine.bundles.archive.BROKEN`, if anything else is wrong.
    """
    files = members(content)
    if files.keys() != {TOLD, PROJECT, WEIGHTS, CURVES}:
        raise Broken(say("bundle.members", names=", ".join(sorted(files))[:200] or "-"))
    if len(files[PROJECT]) > LARGEST_FILE:
        raise Broken(say("bundle.project-too-large", most=LARGEST_FILE))
    project = project_from_json(files[PROJECT])
    try:
        told = msgspec.json.decode(files[TOLD], type=_Told)
    except msgspec.DecodeError as error:
        raise Broken(say("bundle.member", member=TOLD, problem=str(error))) from error
    arrays = arrays_in(files[CURVES], lambda name, array: None)
    if not {STEPS, EPOCHS} <= arrays.keys():
        raise Broken(say("bundle.no-curves"))
    run = EarlierRun(
        name=told.name, task=told.task, project=project, step=told.step, epoch=told.epoch,
        figures=told.figures, weights=weights_in(files[WEIGHTS], project),
        steps=arrays.pop(STEPS), epochs=arrays.pop(EPOCHS),
        curves={name.removeprefix(CURVE): array for name, array in arrays.items()})
    if problem := run.problem():
        raise Broken(problem)
    return run
