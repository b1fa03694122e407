"""What a snapshot can hold: whoever looks asks for what is seen, and nothing else is computed."""

from __future__ import annotations

from enum import Enum


class Part(Enum):
    """A part of a snapshot, each with a cost of its own."""

    READINGS = "readings"
    """Every layer's gradient at the last step, and its activations on the probe batch."""
    STEP_GRADIENTS = "step gradients"
    """Of recurrent layers, the gradient at every step of time on the probe batch."""
    MAGNITUDES = "magnitudes"
    """How many weights of every layer have a gradient of which size."""
    GRADIENT_NOISE = "gradient noise"
    """How far the gradients of parts of a batch lie apart."""
    EVALUATION = "evaluation"
    """Loss and score over training and validation examples."""
    CONFUSION = "confusion"
    SAMPLES = "samples"
    """What the network says about single examples."""
    PICTURES = "pictures"
    """Filters, and feature maps of the first sample."""
    SURFACE = "surface"
    LATENT = "latent"
    FORECAST = "forecast"
    TRANSCRIPTS = "transcripts"
    """What is read out of single examples, and what the network gave at every step."""
    TEXT = "text"
    """What the network writes by itself; written by whoever asks, not by looking."""


Wanted = frozenset[Part]

NOTHING: Wanted = frozenset()
EVERYTHING: Wanted = frozenset(Part)
