"""Looking at a network between two steps, without changing it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from engine.arrays import Doubles, Integers
from engine.data.dataset import Dataset
from engine.errors import ShapeError
from engine.kernels.runtime import layout
from engine.layers import LOSSES
from engine.plan import Plan
from engine.spec import Task
from engine.statistics import NAN
from engine.telemetry.parts import EVERYTHING, Part, Wanted
from engine.telemetry.snapshot import Evaluation, LayerReading, Snapshot, frozen
from engine.training.averaging import averaged
from engine.training.examples import Examples, mean_length, variance_of
from engine.training.forecasting import forecast
from engine.training.latent import latent_layer, latent_plane
from engine.training.noise import with_noise
from engine.training.pictures import has_pictures, with_pictures
from engine.training.readings import PROBED, probe_readings
from engine.training.transcripts import transcripts
from engine.training.visit import blocks, rows_of, run, undisturbed

SURFACE_RANGE = 6.0
FINE_GRID_WORK = 20_000
"""Multiply-adds per example up to which the surface has a fine grid."""

SAMPLES = 60
"""Examples whose prediction a snapshot carries."""

BY_STEP: tuple[Task, ...] = ("sequence", "transcription")
"""Tasks in which the network gives numbers at every step."""


OF_VALUES: tuple[Task, ...] = ("regression", "reconstruction")
"""Tasks whose score is a distance from the outputs."""


def as_output(predictions: Doubles, task: Task, loss: str) -> Doubles:
    """Return what a person calls the output: probabilities for classes, else the values."""
    if task != "classification" or LOSSES[loss].output_op:
        return predictions
    classes = LOSSES[loss].single_output_classes
    if predictions.shape[1] == 1 and classes is not None:
        predictions = (predictions - classes[0]) / (classes[1] - classes[0])
    return np.clip(predictions, 0.0, 1.0)


def classes_of(scores: Doubles) -> Integers:
    """Return the predicted class of every row, as the loop counts it.

    Parameters
    ----------
    scores : float64[m, k] or float64[m, steps, k]
        What the last layer gives. Probabilities would not do: those of two classes may both round
        to 1, or be clipped to it.
    """
    if scores.shape[1:] == (1,):
        return (scores[:, 0] > 0).astype(np.int64)
    return np.asarray(np.argmax(scores, axis=-1), np.int64)


def evaluate(plan: Plan, examples: Examples, dataset: Dataset, order: Integers, loss: str,
             *, shows: bool = True) -> tuple[Evaluation, Doubles, Integers]:
    """Measure loss and accuracy of some examples.

    Parameters
    ----------
    plan, examples, dataset, loss : Plan, Examples, Dataset, str
        The network, its data and its loss.
    order : int64[m]
        Rows of the data set.
    shows : bool
        Whether somebody looks at what the network says, and not at the figures alone.

    Returns
    -------
    Evaluation
        The figures.
    float64[m, o]
        What the network says about each; about the first `SAMPLES` and every step of a sequence,
        float64[.., steps, o]. Of no example where figures do without and nobody looks.
    int64[m]
        The class that it takes each for; meaningless for regression.
    """
    if not len(order):
        return (Evaluation(NAN, NAN, 0), np.zeros((0, *plan.prediction.shape)),
                np.zeros(0, np.int64))
    total = items = right = 0.0
    outputs, classes = [np.zeros((0, *plan.prediction.shape))], []
    needs_outputs = shows or dataset.task in OF_VALUES
    # A class for every step is a lot of numbers: only those that are shown are kept.
    kept = SAMPLES if dataset.task in BY_STEP else len(order)
    control, results = plan.shared.control, plan.shared.results
    with undisturbed(plan):
        control[layout.ORDER] = order.ctypes.data
        for begin, batch in blocks(plan, len(order)):
            control[layout.POSITION] = begin
            run(plan, batch, layout.GATHER, layout.FORWARD, layout.LOSS_SECTION, layout.SCORE)
            total += results[layout.LOSS] * results[layout.ITEMS]
            items += results[layout.ITEMS]
            right += results[layout.CORRECT]
            if begin >= kept:
                continue
            if needs_outputs:
                run(plan, batch, layout.OUTPUT)
                outputs.append(rows_of(plan, plan.prediction, min(batch, kept)))
            classes.append(classes_of(rows_of(plan, plan.layers[-1].output, min(batch, kept))))
    output = as_output(np.concatenate(outputs), dataset.task, loss)
    guesses = np.concatenate(classes)
    mean = float(total / items) if items else 0.0
    by_class: dict[str, Any] = {}
    if dataset.task == "classification":
        score = float(np.mean(guesses == dataset.labels[order]))
        by_class = recalls(dataset.labels[order], guesses)
    elif dataset.task == "sequence":
        score = float(right / len(order))
    elif dataset.task == "transcription":
        # What the loop has counted are wrong characters.
        score = 1.0 - float(right / len(order)) / mean_length(dataset.labels[order])
    else:
        values = dataset.values[order]
        with np.errstate(all="ignore"):
            score = 1.0 - float(np.mean((output - values) ** 2)) / variance_of(values)
    return Evaluation(mean, score, len(order), **by_class), output, guesses


def recalls(labels: Integers, guesses: Integers) -> dict[str, Any]:
    """Return how well each class is known, as fields of an `Evaluation`.

    Parameters
    ----------
    labels, guesses : int64[m]
        True and predicted class of every example.
    """
    there = np.bincount(labels)
    found = np.bincount(labels[labels == guesses], minlength=len(there))
    taken = np.bincount(guesses, minlength=len(there))
    present = there > 0
    missed = np.flatnonzero(present & (taken[:len(there)] == 0))
    return {"balanced": float(np.mean(found[present] / there[present])),
            "missed": tuple(missed.tolist())}


def predict(plan: Plan, inputs: Doubles, task: Task, loss: str) -> Doubles:
    """Return the network's output for prepared inputs, float64[m, i] to float64[m, ...]."""
    place, outputs = plan.input, [np.zeros((0, *plan.prediction.shape))]
    if inputs.ndim != 2 or inputs.shape[1] != place.size:
        raise ShapeError("training.inputs-shape", shape=inputs.shape, size=place.size)
    with undisturbed(plan):
        for begin, batch in blocks(plan, len(inputs)):
            block = inputs[begin:begin + batch]
            plan.arena[place.data:place.data + block.size] = block.ravel()
            run(plan, batch, layout.FORWARD, layout.OUTPUT)
            outputs.append(rows_of(plan, plan.prediction, batch))
    return as_output(np.concatenate(outputs), task, loss)


@dataclass(frozen=True)
class Subject:
    """What is looked at.

    Attributes
    ----------
    plan, examples, dataset, loss : Plan, Examples, Dataset, str
        The network between two steps, its data and the key of its loss.
    training, validation : int64[...]
        The examples that are measured.
    """

    plan: Plan
    examples: Examples
    dataset: Dataset
    loss: str
    training: Integers
    validation: Integers

    @property
    def seen(self) -> Integers:
        """The examples whose answers are shown."""
        return self.validation if len(self.validation) else self.training


def available(plan: Plan, data: Dataset) -> Wanted:
    """Return the parts that there can be of a network on these data."""
    sometimes = {
        Part.STEP_GRADIENTS: any(layer.states is not None for layer in plan.layers),
        Part.CONFUSION: data.task == "classification",
        Part.PICTURES: has_pictures(plan),
        Part.SURFACE: data.features_of is not None,
        Part.LATENT: latent_layer(plan) is not None,
        Part.FORECAST: data.is_series and len(data.validation) > 0,
        Part.TRANSCRIPTS: data.task == "transcription",
        Part.TEXT: data.is_continued,
    }
    return EVERYTHING - {part for part, there_is in sometimes.items() if not there_is}


def snapshot(subject: Subject, run_id: int, wanted: Wanted, there_are: Wanted) -> Snapshot:
    """Return the parts that are asked for; those of others cost nothing, and none leaves a trace.

    Parameters
    ----------
    subject : Subject
        What is looked at.
    run_id : int
        Stamped on the snapshot.
    wanted : Wanted
        The parts; what the network writes is not for looking to make.
    there_are : Wanted
        What is `available`.
    """
    plan, data, loss = subject.plan, subject.dataset, subject.loss
    control, parts = plan.shared.control, (wanted & there_are) - {Part.TEXT}
    held: dict[str, Any] = {}
    if parts & {*PROBED, Part.GRADIENT_NOISE, Part.PICTURES}:
        held["layers"] = _layers(subject, parts)
    # What the network answers is what the average of its weights does, if there is one.
    with averaged(plan):
        held |= _answers(subject, parts)
        if Part.SURFACE in parts:
            held["surface"] = _surface(plan, data, loss)
        if Part.LATENT in parts:
            held["latent"] = latent_plane(plan, partial(as_output, task=data.task, loss=loss),
                                          subject.seen)
        if Part.FORECAST in parts:
            held["forecast"] = forecast(data, partial(predict, plan, task=data.task, loss=loss))
        if Part.TRANSCRIPTS in parts:
            held["transcripts"] = transcripts(plan, subject.seen)
    at_first = held["training"].loss if Part.EVALUATION in parts else NAN
    return Snapshot(
        run_id, int(control[layout.STEP]), int(control[layout.EPOCH]),
        float(plan.shared.results[layout.LOSS]) if control[layout.STEP] else at_first,
        surface_range=(-SURFACE_RANGE, SURFACE_RANGE), parts=parts, available=there_are, **held)


def _answers(subject: Subject, parts: Wanted) -> dict[str, Any]:
    """Return what the network says about examples, and how good that is."""
    held: dict[str, Any] = {}
    if parts & {Part.SAMPLES, Part.PICTURES}:
        held["samples"] = frozen(subject.seen[:SAMPLES])
    measured = partial(evaluate, subject.plan, subject.examples, subject.dataset, loss=subject.loss,
                       shows=Part.SAMPLES in parts)
    if Part.EVALUATION in parts:
        held["training"], *answers = measured(order=subject.training)
        if len(subject.validation):
            held["validation"], *answers = measured(order=subject.validation)
    elif Part.CONFUSION in parts:
        _, *answers = measured(order=subject.seen)
    elif Part.SAMPLES in parts:
        _, *answers = measured(order=subject.seen[:SAMPLES])
    if Part.SAMPLES in parts:
        held["sample_outputs"] = frozen(answers[0][:SAMPLES])
    if Part.CONFUSION in parts:
        k = subject.dataset.n_outputs
        pairs = subject.dataset.labels[subject.seen] * k + answers[1]
        held["confusion"] = frozen(np.bincount(pairs, minlength=k * k).reshape(k, k))
    return held


def _layers(subject: Subject, parts: Wanted) -> tuple[LayerReading, ...]:
    plan = subject.plan
    layers = tuple(LayerReading(layer.spec.id) for layer in plan.layers)
    if parts & PROBED:
        layers = probe_readings(plan, subject.training, parts)
    if Part.GRADIENT_NOISE in parts:
        layers = with_noise(plan, layers)
    return with_pictures(plan, layers, subject.seen) if Part.PICTURES in parts else layers


def _surface(plan: Plan, dataset: Dataset, loss: str) -> Doubles:
    """Return the output over the plane."""
    assert dataset.features_of is not None
    # A finer grid is drawn more smoothly, a coarser one costs a large network less.
    grid = 72 if plan.work < FINE_GRID_WORK else 48
    edge = np.linspace(-SURFACE_RANGE, SURFACE_RANGE, grid)
    points = np.stack(np.meshgrid(edge, edge), axis=-1).reshape(-1, 2)
    outputs = predict(plan, dataset.features_of(points), dataset.task, loss)
    return frozen(outputs.reshape(grid, grid, -1))
