"""What theory says of a network before its first step: how large its gradients will be."""

from engine.theory.criticality import Criticality, criticality
from engine.theory.gain_curve import GainCurve, gain_curves
from engine.theory.prediction import LayerPrediction, Prediction, predict
from engine.theory.weights import mean_squares

__all__ = [
    "Criticality",
    "GainCurve",
    "LayerPrediction",
    "Prediction",
    "criticality",
    "gain_curves",
    "mean_squares",
    "predict",
]
