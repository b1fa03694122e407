"""The numbers of one layer: a line for each, and what it says."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from engine.layers import LayerCost, costs
from engine.telemetry.snapshot import LayerReading
from gui.builder.rows import Row
from gui.builder.rows_model import magnitude
from gui.builder.rows_tips import figure_text, share_text, unbroken
from gui.document.document import Document
from gui.widgets import ElidedLabel

FIGURES: tuple[tuple[str, str, str], ...] = (
    ("fan", "Fan in → out", "How many numbers a unit weighs → how many units weigh a number; of a "
                            "convolution, places of the kernel × channels. Random weights are "
                            "drawn by them."),
    ("parameters", "Parameters", "Numbers that the layer learns: weights and biases."),
    ("work", "Multiply-adds", "Forward · backward pass, for one example; an operation on single "
                              "numbers counts as one."),
    ("memory", "Activation memory", "Bytes for one example that the forward pass keeps for the "
                                    "backward pass."),
    ("activation", "Activation", "Mean ± standard deviation of its outputs on the probe batch."),
    ("saturated", "Saturated", "Share of outputs in a flat end of the activation function."),
    ("dead", "Dead units", "Share of units that are 0 for every example of the probe batch."),
    ("gradient", "Gradient RMS", "√(mean g²) of ∂L/∂W on the last training batch."),
    ("largest", "Gradient max", "Largest |∂L/∂w| on the last training batch."),
    ("zeros", "Gradient zeros", "Share of weights whose gradient is exactly 0."),
    ("update", "log₁₀ Δw/w", "log₁₀(std(Δw) / std(w)) of the last step; about −3 is usual."),
)


class FigureLine(QWidget):
    """A figure's name, and at the right its value, which never asks for more room.

    Parameters
    ----------
    title : str
        The name.
    tip : str
        What it is, one sentence.
    """

    def __init__(self, title: str, tip: str) -> None:
        super().__init__()
        name = QLabel(title)
        name.setProperty("role", "muted")
        self.value = ElidedLabel("–")
        self.value.setAccessibleName(title)
        self.value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.value.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        name.setBuddy(self.value)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(name)
        row.addWidget(self.value, 1)
        # A value that is cut has its own tooltip; else this one is seen over both.
        self.setToolTip(f"<p>{unbroken(tip)}</p>")


def cost_of(document: Document) -> LayerCost | None:
    """Return what the selected layer costs; None unless the network can be trained."""
    network = document.project.network
    if document.issues or not any(layer.id == document.selected for layer in network):
        return None
    return costs(network, (document.dataset.n_inputs,))[network.index(document.selected)]


def figure_texts(row: Row | None, reading: LayerReading, cost: LayerCost | None = None,
                 precision: str = "float32") -> dict[str, str]:
    """Return the text of every figure in `FIGURES`; a dash where there is no number.

    Parameters
    ----------
    row, reading : Row | None, LayerReading
        The layer, and its live numbers.
    cost : LayerCost, optional
        What it costs.
    precision : str
        ``float32`` or ``float64``: how many bytes a number takes.
    """
    fan = parameters = activation = work = memory = "–"
    if cost is not None:
        work = f"{cost.forward:,} · {cost.backward:,}"
        memory = f"{cost.kept * np.dtype(precision).itemsize:,} B"
    if row is not None and row.fans is not None:
        fan = "{:,} → {:,}".format(*row.fans)
    if row is not None and row.parameters is not None:
        parameters = f"{row.parameters:,}"
    if not math.isnan(reading.activation_mean):
        deviation = figure_text(reading.activation_std)
        activation = f"{figure_text(reading.activation_mean)} ± {deviation}"
    return {
        "fan": fan,
        "parameters": parameters,
        "work": work,
        "memory": memory,
        "activation": activation,
        "saturated": share_text(reading.saturated_share),
        "dead": share_text(reading.dead_share),
        "gradient": magnitude(reading.gradient_rms) or "–",
        "largest": magnitude(reading.gradient_max) or "–",
        "zeros": share_text(reading.gradient_zero_share),
        "update": figure_text(reading.update_ratio),
    }
