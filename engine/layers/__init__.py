"""The registry: every layer kind, activation, initialiser, loss and optimizer, as data."""

from engine.layers.activations import ACTIVATIONS, ActivationFunction
from engine.layers.adapt import fitted, output_layer
from engine.layers.augmentation import AUGMENTATIONS, OF_IMAGES
from engine.layers.cost import LayerCost, costs
from engine.layers.diagnose import diagnose, diagnose_alike, diagnose_layers
from engine.layers.export import Node
from engine.layers.initialisers import INITIALISERS, Initialiser
from engine.layers.issue import Issue
from engine.layers.kind import (
    LayerKind,
    LookedUp,
    Lowering,
    Options,
    Parameter,
    Shape,
    UsedRows,
    Value,
)
from engine.layers.losses import LOSSES, Loss
from engine.layers.mean_field import MeanFieldRule, Moments, Passage
from engine.layers.optimizers import OPTIMIZERS, Optimizer
from engine.layers.registry import kind, kinds
from engine.layers.schedules import SCHEDULES, Schedule
from engine.layers.shapes import (
    ResolvedLayer,
    infer_shapes,
    parameter_counts,
    place,
    resolve,
)
from engine.spec.fields import Choice, Field

__all__ = [
    "ACTIVATIONS",
    "AUGMENTATIONS",
    "INITIALISERS",
    "LOSSES",
    "OF_IMAGES",
    "OPTIMIZERS",
    "SCHEDULES",
    "ActivationFunction",
    "Choice",
    "Field",
    "Initialiser",
    "Issue",
    "LayerCost",
    "LayerKind",
    "LookedUp",
    "Loss",
    "Lowering",
    "MeanFieldRule",
    "Moments",
    "Node",
    "Optimizer",
    "Options",
    "Parameter",
    "Passage",
    "ResolvedLayer",
    "Schedule",
    "Shape",
    "UsedRows",
    "Value",
    "costs",
    "diagnose",
    "diagnose_alike",
    "diagnose_layers",
    "fitted",
    "infer_shapes",
    "kind",
    "kinds",
    "output_layer",
    "parameter_counts",
    "place",
    "resolve",
]
