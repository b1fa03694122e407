"""What the microscope says of every line of a step."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry

WORDS: Mapping[str, Entry] = {
    "microscope.phase-gather": "Gather",
    "microscope.phase-forward": "Forward",
    "microscope.phase-loss": "Loss",
    "microscope.phase-backward": "Backward",
    "microscope.phase-clipping": "Clipping",
    "microscope.phase-update": "Update",

    "microscope.gather": "The next {count:whole} {count|example|examples} of the epoch.",
    "microscope.gather-targets": "What the network should answer to them.",
    "microscope.weighted-sum":
        "Every unit sums its inputs, each times its weight, and adds its bias.",
    "microscope.weighted-sum-only": "Every unit sums its inputs, each times its weight.",
    "microscope.activation": "Every weighted sum goes through the activation function.",
    "microscope.activation-gradient":
        "The error of the activation (∂L/∂a) times the slope of the function there.",
    "microscope.softmax": "The outputs become probabilities.",
    "microscope.smoothing": "The targets give a little to every class.",
    "microscope.cross-entropy":
        "Minus the logarithm of the probability of the right class, mean of the batch.",
    "microscope.cross-entropy-shares":
        "Minus the logarithm of the probability of the right class, summed by the "
        "examples' shares.",
    "microscope.cross-entropy-smoothed":
        "Minus the logarithms of all probabilities, weighed by the smoothed targets, mean of the "
        "batch.",
    "microscope.cross-entropy-smoothed-shares":
        "Minus the logarithms of all probabilities, weighed by the smoothed targets, summed by the "
        "examples' shares.",
    "microscope.softmax-gradient":
        "Probability minus target, divided by the number of examples: here the backward pass "
        "begins.",
    "microscope.softmax-gradient-shares":
        "Probability minus target, times the example's share: here the backward pass begins.",
    "microscope.weights-gradient":
        "The error at the end of a weight times what came in at its start, summed over the batch.",
    "microscope.biases-gradient": "The errors of a unit, summed over the batch.",
    "microscope.input-gradient":
        "The errors go back through the same weights to what came in.",
    "microscope.descend": "A step of {rate:figure} against the gradient.",
}
"""Templates by code."""
