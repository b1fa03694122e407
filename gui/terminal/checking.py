"""What is wrong with a project, and what is to be known of it, without training it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.bundles import look_at, start_path
from engine.bundles.npz import StoredArray
from engine.bundles.weights import check_fit, parameter_shapes
from engine.data import load
from engine.data.dataset import Dataset
from engine.data.learnable import check_codes, check_examples
from engine.diagnosis.advice import advise
from engine.errors import EngineError
from engine.foreign import check_start
from engine.layers import diagnose, diagnose_layers
from engine.layers.memory import may_be_too_large
from engine.layers.precision import is_rash
from engine.messages import Message, elided, legible, say
from engine.spec import ProjectSpec

MOST_TOGETHER = 512
"""Examples for which a plan may have room, whatever the batch."""

LONGEST_NAME = 200
"""Characters of a project's name that are told."""


@dataclass(frozen=True)
class Finding:
    """What is to be said of a project.

    Attributes
    ----------
    faults : tuple[str, ...]
        Why it cannot be trained, a sentence each; empty if it can.
    done : tuple[str, ...]
        What was done to its data.
    advice : tuple[str, ...]
        What it decides before its first step.
    """

    faults: tuple[str, ...]
    done: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()


def check(path: Path) -> Finding:
    """Return what training a project would say before its first step.

    Parameters
    ----------
    path : Path
        Its file.

    Raises
    ------
    FormatError
        If that cannot be read or is no project.
    """
    project, weights = look_at(path)
    try:
        data = load(project.data, path.parent)
        if weights is None and (start := start_path(project, path)):
            check_start(start)
        check_examples(data)
    except EngineError as error:
        # What no data would mend is told as well.
        return Finding((error.sentence, *(issue.text for issue in
                                          diagnose_layers(project.network))))
    done = (*_of_name(project), *(" ".join(note.split()) for note in data.notes))
    issues = diagnose(project, data.task, data.n_inputs, data.n_outputs,
                      is_image=data.image_shape is not None, vocabulary=data.vocabulary,
                      target_range=data.target_range, longest_text=data.longest_text)
    refused = () if issues else tuple(_refused(project, data, weights))
    # Of what does not fit into memory, nothing else is to be said.
    advice = () if refused else tuple(_advice(project, data))
    return Finding((*(issue.text for issue in issues), *(fault.text for fault in refused)), done,
                   advice)


def _of_name(project: ProjectSpec) -> Iterator[str]:
    """Yield that a project's name is told otherwise than it stands in the file."""
    told = legible(elided(project.name, LONGEST_NAME))
    if told != project.name:
        yield say("project.name", name=told).text


def _refused(project: ProjectSpec, data: Dataset, weights: Mapping[str, StoredArray] | None
             ) -> Iterator[Message]:
    """Yield why a project that makes sense cannot be trained all the same."""
    try:
        check_codes(data)
        if weights is not None:
            check_fit(weights, parameter_shapes(project.network, data.n_inputs),
                      project.training.precision)
        _check_memory(project, data)
    except EngineError as error:
        yield error.message


def _check_memory(project: ProjectSpec, data: Dataset) -> None:
    """Raise SpecError if the network would take too much memory."""
    examples = len(data.training)
    batch = max(MOST_TOGETHER, min(project.training.batch_size or examples, examples))
    if not may_be_too_large(project.network, data.n_inputs, data.n_outputs, batch):
        return
    # Takes the compiler, for which nobody need wait otherwise.
    from engine.plan import check_memory
    from engine.training.examples import width_of_targets
    from engine.training.frame import least_capacity

    check_memory(project, data.n_inputs, width_of_targets(project, data),
                 least_capacity(project, data), data.image_shape)


def _advice(project: ProjectSpec, data: Dataset) -> Iterator[str]:
    """Yield what a project decides before its first step, but for what is told already."""
    if is_rash(project.training):
        yield say("training.rash", rate=project.training.learning_rate,
                  precision=project.training.precision).text
    unequal = any(remark.message.code == "note.unequal-classes" for remark in data.remarks)
    for note in advise(project, data):
        # What training refuses is told as a fault; classes that the data call unequal are told,
        # too, and no less unequal for it.
        if note.code != "target-outside-loss" and not (note.code == "imbalance" and unequal):
            yield note.text
