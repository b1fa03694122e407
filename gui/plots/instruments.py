"""What the card of gradients can show, and what that is called."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from gui.plots.curves import LayerCurves
from gui.plots.layer_view import LayerView
from gui.plots.look_curves import NoiseCurves, ShareCurves, SizeCurves
from gui.plots.over_depth import OverDepth
from gui.plots.ridges import ActivationRidges, GradientRidges
from gui.plots.through_time import ThroughTime
from gui.plots.waterfall import Waterfall
from gui.plots.where_they_part import WhereTheyPart


class Instrument(NamedTuple):
    """A view that the card offers.

    Attributes
    ----------
    tab : str
        What it is called where it is chosen.
    title, short : str
        Title of the card, and what is left of it where room is short.
    tooltip : str
        What it shows, in one or two sentences.
    make : callable
        Makes the view.
    page : str
        Which page explains it, as ``GROUP/KEY``.
    """

    tab: str
    title: str
    short: str
    tooltip: str
    make: Callable[[], LayerView]
    page: str


TABS = {
    "lines": Instrument(
        "Lines", "Gradient RMS by layer", "Gradients",
        "RMS of dL/dW of every layer over the steps, on a logarithmic axis: geometric means, "
        "and the spread of the selected layer.",
        lambda: LayerCurves("gradient_rms", shows_pair=True),
        "controls/gradient_plot"),
    "depth": Instrument(
        "Depth", "Gradient RMS over depth", "Gradients",
        "RMS of dL/dW now, from the first layer to the last: level where gradients flow, "
        "falling to the left where they vanish. Shapes are the layers' verdicts.", OverDepth,
        "theory/vanishing"),
    "waterfall": Instrument(
        "Waterfall", "Gradient RMS by layer", "Gradients",
        "The whole run as a picture: a row per layer, colour is RMS of dL/dW.",
        lambda: Waterfall("gradient_rms"),
        "controls/gradient_plot"),
    "update": Instrument(
        "Δw/w", "Update ÷ weight by layer", "Updates",
        "std(Δw) / std(w) of every layer; about 0.001 learns well.",
        lambda: LayerCurves("update_ratio", is_log10=True),
        "theory/update_ratio"),
    "time": Instrument(
        "Through time", "Gradient RMS through time", "Gradients",
        "RMS of dL/dh of recurrent layers at every step of time, on the probe batch.",
        ThroughTime,
        "theory/through_time"),
    "parting": Instrument(
        "Parting", "Where they part", "Parting",
        "Where A and B part: their relative difference, a row per layer and a column per "
        "step that both have kept.", WhereTheyPart,
        "controls/pair"),
}
"""Views with a tab of their own."""

MORE = {
    "activations": Instrument(
        "Activations, histograms", "Activation histograms", "Activations",
        "How the activations of every layer lie on the probe batch now, a ridge per layer on one "
        "axis, each as high as any other.", ActivationRidges,
        "controls/histograms"),
    "magnitudes": Instrument(
        "Gradients, histograms", "Gradient histograms", "Gradients",
        "How many weights of every layer have a gradient of which size in the last step, a ridge "
        "per layer on one axis of log₁₀ |dL/dW|.", GradientRidges,
        "controls/histograms"),
    "sizes": Instrument(
        "Weights and updates", "Weights and updates", "Sizes",
        "Root mean square of the weights (norm ÷ √count), and dashed the standard deviation of "
        "their last update, whenever the run was looked at.", SizeCurves,
        "theory/update_ratio"),
    "shares": Instrument(
        "Dead and saturated units", "Dead and saturated", "Dead units",
        "Share of units that are 0 on the whole probe batch, and dashed share of activations in a "
        "flat end of their function. Faint lines: where the doctor warns.", ShareCurves,
        "verdicts/dead"),
    "noise": Instrument(
        "Gradient noise", "Signal ÷ noise of a batch", "Noise",
        "|gradient over all examples| ÷ standard deviation of that of one batch, estimated from "
        "eight parts of a batch without dropout. Below 1 a batch says more of itself than of the "
        "data. It begins when you look.", NoiseCurves,
        "theory/gradient_noise"),
}
"""Views in the menu."""

SHORT_TABS = {"time": "Time"}
"""What tabs are called where a pair has more of them."""
SHOW_PAIRS = frozenset({"lines", "depth", "parting"})
"""Views that show both runs of a pair; the others show the one that is edited, and say which."""
