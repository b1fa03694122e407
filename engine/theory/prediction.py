"""The prediction: the root mean square of dL/dW that theory expects of every layer.

Forward, the second moments of what a probe's examples make of every layer; at the output, the
moments of the error; backward, those of the gradients. `engine.layers.kind.LayerKind.covariances`
says how one layer passes them on; here they are put together.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.data.dataset import Dataset
from engine.layers import LOSSES, ResolvedLayer, place, resolve
from engine.layers.covariance import (
    TOGETHER,
    Crossing,
    NoRule,
    Reals,
    Return,
    Signal,
    Surroundings,
    Typical,
    of_values,
)
from engine.messages import Message, say
from engine.spec import ProjectSpec
from engine.theory.band import of_layer as band_of
from engine.theory.band import variances
from engine.theory.output import Errors, errors_of, square_of
from engine.theory.probe import Probe, take
from engine.theory.weights import of_layer

NAN = math.nan

FEWEST, LEAST = 6, 2
MOST_NUMBERS = 3 * 2**20
"""Numbers that the moments of all layers' outputs may take: 24 MiB, and what their rules keep some
times as much. Of deep networks with many places, fewer examples."""


@dataclass(frozen=True)
class LayerPrediction:
    """What theory says of one layer.

    Attributes
    ----------
    layer_id : str
        The layer.
    gradient_rms : float
        Root mean square of dL/dW over a training batch, as `engine.statistics.LayerStatistics` has
        it; NaN where a layer learns nothing, or theory says nothing.
    low, high : float
        Between which it lies for 90 of 100 seeds.
    activation_rms : float
        Root mean square of the layer's output.
    chi : float
        The factor of the mean squared error signal, dL/d(output) to dL/d(input), through the layer.
    reason : Message | None
        Why theory says nothing of the gradient; None where it does, or nothing is learned.
    steps : tuple[float, ...]
        Root mean square of dL/d(state) after every step, where a layer goes through time.
    """

    layer_id: str
    gradient_rms: float = NAN
    low: float = NAN
    high: float = NAN
    activation_rms: float = NAN
    chi: float = NAN
    reason: Message | None = None
    steps: tuple[float, ...] = ()


@dataclass(frozen=True)
class Prediction:
    """What theory says of a network.

    Attributes
    ----------
    layers : tuple[LayerPrediction, ...]
        Of every layer, in the network's order.
    batch_size : int
        Examples of the batch that is spoken of.
    points : int
        Training examples that were looked at.
    """

    layers: tuple[LayerPrediction, ...]
    batch_size: int
    points: int


def predict(project: ProjectSpec, dataset: Dataset, *, points: int = 24,
            weights: Mapping[str, float] | None = None) -> Prediction:
    """Return what theory says of a project's network.

    Parameters
    ----------
    project : ProjectSpec
        A project that can be trained on the data.
    dataset : Dataset
        The data.
    points : int
        Training examples that are looked at, at most.
    weights : Mapping[str, float] | None
        Mean squares of parameters by name, ``layer-id/w``, such as
        `engine.theory.weights.mean_squares` has them: of random weights as large as those. None, or
        a name that is missing: as the layer's first ones.
    """
    layers, probe = _looked_at(project, dataset, points)
    with np.errstate(all="ignore"):
        return _Walk(project, layers, probe, weights or {}, probe.typical).predicted()


def tangent_kernel(project: ProjectSpec, dataset: Dataset, *, points: int = 24
                   ) -> tuple[Reals, Probe] | Message:
    """Return the neural tangent kernel of a network's first weights, or why there is none.

    Parameters
    ----------
    project, dataset : ProjectSpec, Dataset
        A project that can be trained on the data.
    points : int
        Training examples that are looked at, at most.

    Returns
    -------
    kernel : float64[n, n]
        For two examples, the product of an output's gradients, summed over all weights: what a step
        of gradient descent on one does to the other (Jacot et al. 2018). Biases are left out.
    probe : Probe
        The examples.
    """
    layers, probe = _looked_at(project, dataset, points)
    with np.errstate(all="ignore"):
        # Of the examples that they are, and not of what a batch of them is like on average.
        found = _Walk(project, layers, probe, {}, None).kernel()
    return found if isinstance(found, Message) else (found, probe)


def _looked_at(project: ProjectSpec, dataset: Dataset, points: int
               ) -> tuple[tuple[ResolvedLayer, ...], Probe]:
    layers = resolve(project.network, (dataset.n_inputs,))
    # Of long sequences and large images, fewer examples.
    most = min(layer.kind.followed // math.prod(shape[:-1])
               for layer in layers for shape in (*layer.inputs, layer.shape))
    points = max(min(points, most), min(points, FEWEST))
    while points > LEAST and sum(_numbers(layer, points) for layer in layers) > MOST_NUMBERS:
        points -= 1
    return layers, take(project.training, dataset, layers[-1].shape[-1], points)


def _numbers(layer: ResolvedLayer, points: int) -> int:
    """Return how many moments a layer's output has."""
    places = math.prod(layer.shape[:-1])
    together = places * points
    return together * (together if together <= TOGETHER else points)


class _Walk:
    """The way through a network and back."""

    def __init__(self, project: ProjectSpec, layers: Sequence[ResolvedLayer], probe: Probe,
                 squares: Mapping[str, float], typical: Typical | None) -> None:
        self._project = project
        self._layers = layers
        self._probe = probe
        self._squares = squares
        self._typical = typical
        self._crossings: list[Crossing | Message] = []
        self._errors: Errors | None = None

    def predicted(self) -> Prediction:
        """Return what is to be said of every layer."""
        for position in range(len(self._layers)):
            self._crossings.append(self._crossing(position))
        returns, gradients = self._way_back(self._error())
        spread = variances(self._layers, self._crossings)
        found = tuple(self._told(position, returns[position], gradients[position],
                                 spread[position]) for position in range(len(self._layers)))
        return Prediction(found, self._probe.batch.size, self._probe.batch.examples)

    def kernel(self) -> Reals | Message:
        """Return what the gradients of one output have to do with one another."""
        for position in range(len(self._layers)):
            self._crossings.append(self._crossing(position))
        last = self._crossings[-1]
        if isinstance(last, Message):
            return last
        if last.output.places > 1:
            return say("theory.many-places")
        # An error of 1 at every output, of a random sign: its gradients are those of all outputs.
        returns, _ = self._way_back(np.ones_like(last.output.second))
        n = self._probe.batch.examples
        whole = np.zeros((n, n))
        for layer, returned in zip(self._layers, returns, strict=True):
            if isinstance(returned, Message):
                if any(parameter.is_learned for parameter in layer.parameters()):
                    return returned
                continue
            for learned in () if layer.spec.frozen else returned.learned:
                whole += learned.size * learned.pairs
        return np.asarray(whole / last.output.shape[-1])

    def _crossing(self, position: int) -> Crossing | Message:
        layer = self._layers[position]
        inputs: list[Signal] = []
        for source in layer.sources:
            before = self._crossings[source] if source >= 0 else None
            if isinstance(before, Message):
                return before
            inputs.append(before.output if before else of_values(
                self._probe.inputs, -1, self._typical))
        around = Surroundings(self._probe.batch, of_layer(self._squares, layer.spec.id), position,
                              layer.spec.frozen)
        try:
            found = layer.kind.covariances(layer.options, tuple(inputs), around)
        except NoRule as fault:
            found = fault.reason
        if isinstance(found, Message):
            return say("theory.layer", layer=place(position, layer.spec), reason=found)
        if not np.isfinite(found.output.second).all():
            return say("theory.layer", layer=place(position, layer.spec),
                       reason=say("theory.overflow"))
        return replace(found, output=_of_its_kind(_masked(found.output, inputs), inputs))

    def _way_back(self, error: Reals | Message
                  ) -> tuple[list[Return | Message], list[Reals | Message | None]]:
        """Return what every layer sends back of an error, and the moments of dL/d(its output)."""
        count = len(self._layers)
        gradients: list[Reals | Message | None] = [None] * count
        gradients[-1] = error
        returns: list[Return | Message] = [say("theory.unread")] * count
        for position in range(count - 1, -1, -1):
            crossing, gradient = self._crossings[position], gradients[position]
            if isinstance(crossing, Message):
                returns[position] = crossing
            elif isinstance(gradient, Message):
                returns[position] = gradient
            elif gradient is None:
                returns[position] = say("theory.unread")
            else:
                returns[position] = crossing.back(gradient)
            self._send(position, returns[position], gradients)
        return returns, gradients

    def _send(self, position: int, returned: Return | Message,
              gradients: list[Reals | Message | None]) -> None:
        """Add what a layer sends back to the gradients of the layers that feed it."""
        for number, source in enumerate(self._layers[position].sources):
            if source < 0:
                continue
            before = gradients[source]
            if isinstance(returned, Message):
                gradients[source] = before if isinstance(before, Message) else returned
            elif not isinstance(before, Message):
                sent = returned.inputs[number]
                gradients[source] = sent if before is None else before + sent

    def _error(self) -> Reals | Message:
        last = self._crossings[-1]
        if isinstance(last, Message):
            return last
        training = self._project.training
        loss = LOSSES[training.loss]
        if loss.error is None:
            return say("theory.no-loss", title=loss.title)
        try:
            self._errors = errors_of(loss, training, last.output, self._probe)
        except NoRule as fault:
            return fault.reason
        return self._errors.whole

    def _told(self, position: int, returned: Return | Message, gradient: Reals | Message | None,
              variance: float) -> LayerPrediction:
        layer, crossing = self._layers[position], self._crossings[position]
        size = NAN if isinstance(crossing, Message) else math.sqrt(crossing.output.square)
        learns = any(parameter.is_learned for parameter in layer.parameters())
        if isinstance(returned, Message) or isinstance(crossing, Message):
            reason = returned if isinstance(returned, Message) else None
            return LayerPrediction(layer.spec.id, activation_rms=size, reason=reason)
        chi = self._chi(returned, gradient)
        rms = self._rms(returned) if learns and returned.learned else NAN
        steps = _steps(returned, self._probe.batch.size)
        if math.isnan(rms) or self._errors is None:
            return LayerPrediction(layer.spec.id, activation_rms=size, chi=chi, steps=steps)
        band = band_of(returned.learned[0].pairs, self._errors, self._probe, variance)
        return LayerPrediction(layer.spec.id, rms * band.middle, rms * band.low, rms * band.high,
                               size, chi, steps=steps)

    def _rms(self, returned: Return) -> float:
        total = sum(one.size for one in returned.learned)
        squares = sum(one.size * self._probe.batch.mean_square(one.pairs)
                      for one in returned.learned)
        return math.sqrt(max(squares, 0.0) / total) if total else NAN

    def _chi(self, returned: Return, gradient: Reals | Message | None) -> float:
        assert not isinstance(gradient, Message)
        if gradient is None or not returned.inputs:
            return NAN
        n = self._probe.batch.examples
        behind = square_of(gradient, n)
        return square_of(returned.inputs[0], n) / behind if behind > 0 else NAN


def _masked(output: Signal, inputs: Sequence[Signal]) -> Signal:
    """Return a layer's output with the mask that `engine.layers.kind.Lowering.result` gives it."""
    masks = [x.mask for x in inputs if len(x.shape) == 2 and x.shape[0] == output.shape[0]]
    known = [mask for mask in masks if mask is not None]
    if output.mask is not None or len(output.shape) != 2 or not known or (
            len(known) < len(inputs)):
        return output
    return replace(output, mask=np.max(known, axis=0))


def _of_its_kind(output: Signal, inputs: Sequence[Signal]) -> Signal:
    """Return an output that is known to be no normal numbers where it is made of such an input."""
    is_made = any(x.drawn is not None and x.origins & output.origins for x in inputs)
    return output if output.drawn is not None or not is_made else replace(output, drawn=_unknown)


def _unknown(_count: int) -> Reals:
    raise NoRule(say("theory.not-normal"))


def _steps(returned: Return, batch: int) -> tuple[float, ...]:
    if returned.steps is None:
        return ()
    return tuple(float(size) for size in np.sqrt(returned.steps) / batch)

