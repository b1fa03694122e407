"""Which views of the output there are, and which data and networks they suit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from engine.data.dataset import Dataset
from engine.telemetry.parts import Part
from engine.telemetry.snapshot import Snapshot
from gui.output.confusion import ConfusionView
from gui.output.features import FeatureView
from gui.output.forecast import ForecastView
from gui.output.latent import LatentView
from gui.output.next_tokens import NextTokens
from gui.output.pad import PadView
from gui.output.plane import PlaneView
from gui.output.reconstruction import ReconstructionView
from gui.output.sample_grid import SampleGrid
from gui.output.sample_table import SampleTable
from gui.output.scatter import PredictionScatter
from gui.output.transcripts import TranscriptView
from gui.output.written_text import WrittenText

MakeView = type[ConfusionView | FeatureView | ForecastView | LatentView | NextTokens | PadView
                | PlaneView | PredictionScatter | ReconstructionView | SampleGrid | SampleTable
                | TranscriptView | WrittenText]
Suits = Callable[[Dataset, Snapshot | None], bool]


@dataclass(frozen=True)
class Offer:
    """A tab.

    Attributes
    ----------
    key, title, tooltip : str
        Its name in the program and for people, and one sentence about it.
    part : Part
        What of a snapshot it draws.
    view : type
        What draws it; tabs may share one.
    suits : callable
        Whether a data set, and what is known of its run, call for it.
    """

    key: str
    title: str
    tooltip: str
    part: Part
    view: MakeView
    suits: Suits


def _has_points(data: Dataset, task: str) -> bool:
    return data.task == task and data.points is not None


def _can(part: Part) -> Suits:
    """Return whether the run offers a part, which is known with its first snapshot."""
    return lambda _, seen: seen is not None and part in seen.available


def _is_sampled(data: Dataset, *, images: bool) -> bool:
    is_free = data.task == "classification" and data.points is None
    return is_free and (data.example.picture_size is not None) == images


def _can_be_drawn(data: Dataset) -> bool:
    """Return whether a drawing can be an example: images of one channel, with classes."""
    shape = data.image_shape
    return data.task == "classification" and shape is not None and shape[2] == 1


OFFERS = (
    Offer("boundary", "Decision boundary",
          "The network's class for every point of the plane; pale where it is unsure.",
          Part.SURFACE, PlaneView, lambda data, _: _has_points(data, "classification")),
    Offer("surface", "Regression surface",
          "The network's value for every point of the plane, from \N{MINUS SIGN}1 to 1.",
          Part.SURFACE, PlaneView, lambda data, _: _has_points(data, "regression")),
    Offer("forecast", "Forecast",
          "The series, and what the network forecasts: from true values, and from its own.",
          Part.FORECAST, ForecastView,
          lambda data, _: data.is_series and data.task == "regression"),
    Offer("text", "Generated text",
          "What the network writes by itself in the course of its training.",
          Part.TEXT, WrittenText, lambda data, _: data.is_continued),
    Offer("characters", "Next characters",
          "Validation text: the probability that every true next character was given.",
          Part.SAMPLES, NextTokens, lambda data, _: data.is_continued and not data.joint),
    Offer("words", "Next words",
          "Validation text: the probability that every true next word was given.",
          Part.SAMPLES, NextTokens, lambda data, _: data.is_continued and bool(data.joint)),
    Offer("transcripts", "Texts read",
          "True texts and what the network reads, and its probabilities at every step of one.",
          Part.TRANSCRIPTS, TranscriptView, lambda data, _: data.task == "transcription"),
    Offer("reconstruction", "Reconstructions",
          "Images beside what the network makes of them, and the mean squared error of each.",
          Part.SAMPLES, ReconstructionView,
          lambda data, _: data.task == "reconstruction" and data.example.picture_size is not None),
    Offer("images", "Samples",
          "Single images or sounds with the most probable class and its probability.",
          Part.SAMPLES, SampleGrid, lambda data, _: _is_sampled(data, images=True)),
    Offer("pad", "Pad",
          "Draw something, and see what the network takes it for while you draw.",
          Part.EVALUATION, PadView, lambda data, _: _can_be_drawn(data)),
    Offer("table", "Samples",
          "Single examples with true class, predicted class and its probability.",
          Part.SAMPLES, SampleTable, lambda data, _: _is_sampled(data, images=False)),
    Offer("scatter", "Predicted and true",
          "Predicted over true values; on the dashed line the network is right.",
          Part.SAMPLES, PredictionScatter, lambda data, _: data.task == "regression" or (
              data.task == "reconstruction" and data.example.picture_size is None)),
    Offer("latent", "Latent plane",
          "The plane of the first two latent numbers: what is drawn from it, and where examples "
          "lie.", Part.LATENT, LatentView, _can(Part.LATENT)),
    Offer("confusion", "Confusion",
          "How many examples of each class are taken for which class.",
          Part.CONFUSION, ConfusionView, lambda data, _: data.task == "classification"),
    Offer("features", "Features",
          "Filters of the selected layer, and what they find in the first sample.",
          Part.PICTURES, FeatureView, _can(Part.PICTURES)),
)
"""In the order of the tabs."""


def offers_for(dataset: Dataset, snapshot: Snapshot | None) -> tuple[Offer, ...]:
    """Return the tabs for a data set and what is known of its run, the best one first."""
    return tuple(offer for offer in OFFERS if offer.suits(dataset, snapshot))
