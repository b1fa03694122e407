"""Instruments over time."""

from gui.plots.gradients import GradientPlot
from gui.plots.loss import LossPlot

__all__ = ["GradientPlot", "LossPlot"]
