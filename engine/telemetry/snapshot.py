"""What a run looked like at one step: read-only copies for whoever wants to draw them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.statistics import NAN, LayerStatistics
from engine.telemetry.parts import EVERYTHING, Wanted

Array = NDArray[Any]

MAGNITUDES_PER_OCTAVE = 4
MAGNITUDE_STEP = math.log10(2.0) / MAGNITUDES_PER_OCTAVE
"""Width of a bin of `LayerReading.magnitudes`, in decades."""


def frozen(array: Array) -> Array:
    """Return a read-only copy."""
    copy = np.array(array)
    copy.flags.writeable = False
    return copy


@dataclass(frozen=True)
class Evaluation:
    """Loss over a set of examples.

    Attributes
    ----------
    loss : float
        Mean data loss, penalties left out; weighted where classes have weights.
    accuracy : float
        Share of examples whose class is right, 0 to 1; for regression the coefficient of
        determination R²; of texts 1 less the share of wrong characters.
    examples : int
        How many examples it was measured on.
    balanced : float
        For classes: mean over the classes of the share of their examples that are right, so that a
        rare class counts as much as a common one; NaN for anything else.
    missed : tuple[int, ...]
        Numbers of the classes that have examples, none of which was taken for that class.
    """

    loss: float
    accuracy: float
    examples: int
    balanced: float = NAN
    missed: tuple[int, ...] = ()


UNMEASURED = Evaluation(NAN, NAN, 0)
"""Stands where nothing was measured."""


@dataclass(frozen=True)
class LayerReading(LayerStatistics):
    """Instruments of one layer, what is measured at every step among them. What it lacks is NaN.

    Attributes
    ----------
    layer_id : str
        The layer.
    gradient_low, gradient_high : float
        5 % and 95 % quantile of ``|dL/dW|`` as the update saw it, that is after clipping; to within
        5 % of their value.
    activation_mean, activation_std : float
        Of the layer's output on the probe batch.
    saturated_share : float
        Share of activations on the probe batch that lie in a flat end of the activation function.
    dead_share : float
        Share of units that are zero on the whole probe batch; of an image, of channels.
    activation_gradient_rms : float
        Root mean square of dL/da on the probe batch.
    values : int
        Numbers that the layer gives for one example; 0 where nothing was measured.
    histogram : int64[24]
        Count of activations of the probe batch in equal bins of ``histogram_range``.
    histogram_range : tuple[float, float]
        Ends of the histogram.
    weight_rms, update_std : float
        Root mean square of the weights, and standard deviation of their last update: that of the
        weights times the update ratio.
    magnitudes : int64[b]
        Count of weights by ``|dL/dW|`` as the update saw it, in bins of `MAGNITUDE_STEP` decades;
        zeros and what is not finite are left out.
    magnitudes_from : float
        log10 of the lower end of its first bin.
    gradient_signal, gradient_noise : float
        Squared gradient over all examples and variance of the gradient of one batch, each a mean
        over the weights, both estimated from parts of a batch. The former may come out negative
        where noise hides it.
    step_gradients : float64[steps] | None
        Of a recurrent layer: root mean square of dL/d(state) on the probe batch, for every step of
        time from the first on.
    feature_maps : float64[h, w, c] | None
        Of an image that a layer gives: the output for the first of `Snapshot.samples`; at most 64
        channels.
    filters : float64[kh, kw, i, o] | None
        Weights of a convolution; at most 64 channels out.
    """

    layer_id: str
    gradient_low: float = NAN
    gradient_high: float = NAN
    activation_mean: float = NAN
    activation_std: float = NAN
    saturated_share: float = NAN
    dead_share: float = NAN
    activation_gradient_rms: float = NAN
    values: int = 0
    histogram: Array = field(default_factory=lambda: frozen(np.zeros(24, np.int64)))
    histogram_range: tuple[float, float] = (0.0, 0.0)
    weight_rms: float = NAN
    update_std: float = NAN
    magnitudes: Array = field(default_factory=lambda: frozen(np.zeros(0, np.int64)))
    magnitudes_from: float = NAN
    gradient_signal: float = NAN
    gradient_noise: float = NAN
    step_gradients: Array | None = None
    feature_maps: Array | None = None
    filters: Array | None = None

    @property
    def activation_rms(self) -> float:
        """Root mean square of the layer's output on the probe batch."""
        return math.hypot(self.activation_mean, self.activation_std)


@dataclass(frozen=True)
class Latent:
    """What a network makes of the plane of its first two latent numbers; the others are 0.

    Attributes
    ----------
    grid : float64[g, g, d]
        What it draws at the nodes of a grid over ``span``; row 0 is the smallest second number,
        column 0 the smallest first.
    span : tuple[float, float]
        Lowest and highest coordinate of the nodes, both axes.
    codes : float64[m, 2]
        Where it puts the examples ``rows``.
    rows : int64[m]
        Rows of the data set.
    """

    grid: Array
    span: tuple[float, float]
    codes: Array
    rows: Array


@dataclass(frozen=True)
class Forecast:
    """A series and what the network says about it, from the first validation window on.

    Attributes
    ----------
    actual : float64[m]
        The series.
    one_step : float64[m]
        Every value as it is forecast from the true ones before it.
    rollout : float64[m]
        Every value as it is forecast from the network's own forecasts, once the first window is
        used up; NaN where there is more to look at than what it forecasts.
    errors : float64[a]
        Mean absolute error for each number of steps ahead, in the units of the series.
    last_errors, season_errors : float64[a]
        That of saying the newest value again, and of saying what was a period before; the latter
        is empty where no period is plain.
    """

    actual: Array
    one_step: Array
    rollout: Array
    errors: Array = field(default_factory=lambda: frozen(np.zeros(0)))
    last_errors: Array = field(default_factory=lambda: frozen(np.zeros(0)))
    season_errors: Array = field(default_factory=lambda: frozen(np.zeros(0)))


@dataclass(frozen=True)
class Text:
    """What a network has written by itself.

    Attributes
    ----------
    prompt : str
        The beginning, which was given to it.
    text : str
        All of it, the prompt too.
    """

    prompt: str
    text: str


@dataclass(frozen=True)
class Transcript:
    """What a network has read out of an example.

    Attributes
    ----------
    row : int
        Row of the data set.
    read : int64[characters]
        Characters as classes, read greedily: repeats collapse, blanks vanish.
    shares : float64[steps, characters + 1]
        Probability of the blank and of each character at every step that counts.
    """

    row: int
    read: Array
    shares: Array


@dataclass(frozen=True)
class Snapshot:
    """Everything heavy that the window draws, as far as it was asked for.

    What was not is left at its default. All of it is copied: no later step changes a snapshot, and
    none needs anything of its run to be read.

    Attributes
    ----------
    run_id : int
        The run that it belongs to; another run's snapshot is dropped on arrival.
    step, epoch : int
        Completed steps and epochs.
    loss : float
        Loss of the last training batch; before the first, that of the training examples if they
        are evaluated.
    training : Evaluation
        On the training examples (at most the first 4,096 of them).
    validation : Evaluation | None
        On the validation examples (at most 4,096), if there are any.
    layers : tuple[LayerReading, ...]
        One per layer of the network, in its order; without readings, what else is asked of layers.
    surface : float64[g, g, k] | None
        For points in the plane: the network's output (probabilities for classification) on a grid
        over ``surface_range``; row 0 is the smallest x2, column 0 the smallest x1.
    surface_range : tuple[float, float]
        Lowest and highest coordinate of the grid's cell centres, both axes.
    confusion : int64[k, k] | None
        For classification: validation examples by true class (row) and predicted class (column);
        training examples when there are none for validation.
    samples : int64[m]
        Rows of the data set (validation examples first) that ``sample_outputs`` and feature maps
        belong to, in a fixed order.
    sample_outputs : float64[m, k]
        The network's output for them: probabilities, or values for regression.
    latent : Latent | None
        Of a network with a latent layer.
    text : str
        What the network writes by itself, for text that is to be continued.
    prompt : str
        The beginning of ``text`` that was given to it.
    forecast : Forecast | None
        For a series.
    transcripts : tuple[Transcript, ...]
        For texts that are read: of a few examples, those of validation first.
    parts : Wanted
        What it holds: all that was asked for and can be had.
    available : Wanted
        What can be had of its run at all.
    """

    run_id: int
    step: int
    epoch: int
    loss: float
    training: Evaluation = UNMEASURED
    validation: Evaluation | None = None
    layers: tuple[LayerReading, ...] = ()
    surface: Array | None = None
    surface_range: tuple[float, float] = (-6.0, 6.0)
    confusion: Array | None = None
    samples: Array = field(default_factory=lambda: frozen(np.zeros(0, np.int64)))
    sample_outputs: Array = field(default_factory=lambda: frozen(np.zeros((0, 0))))
    latent: Latent | None = None
    text: str = ""
    prompt: str = ""
    forecast: Forecast | None = None
    transcripts: tuple[Transcript, ...] = ()
    parts: Wanted = EVERYTHING
    available: Wanted = EVERYTHING
