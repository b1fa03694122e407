"""What the microscope says of how gradients are limited, penalised and followed."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry

WORDS: Mapping[str, Entry] = {
    "microscope.class-weights": "How much an example counts: the weight of its class.",
    "microscope.class-shares": "Each example's share of all weights of the batch; they sum to 1.",
    "microscope.sigmoid": "Every output becomes a probability of its own.",
    "microscope.binary-entropy":
        "Minus the logarithm of p as far as the target is 1, and of 1 − p as far as it is 0.",
    "microscope.mean-loss": "Their mean is the loss.",
    "microscope.sigmoid-gradient":
        "Probability minus target, shared among examples and units: the sigmoid's own slope has "
        "cancelled out.",
    "microscope.error": "What the network answered minus what it should have answered.",
    "microscope.squared-error": "The mean of all squared errors is the loss.",
    "microscope.squared-error-gradient":
        "The slope of a square: twice the error, shared among examples and units.",
    "microscope.absolute-error": "The mean size of the errors is the loss.",
    "microscope.absolute-error-gradient":
        "Only the sign of an error counts: each pulls equally, however large it is.",
    "microscope.huber":
        "Up to {delta:figure} an error costs half its square; beyond, the cost grows in a straight "
        "line.",
    "microscope.huber-gradient":
        "The error itself, held between minus and plus {delta:figure}, shared among examples and "
        "units.",
    "microscope.margin": "By how much an output lacks a lead of 1 on the right side of 0.",
    "microscope.margins":
        "By how much the right output lacks a lead of 1 before every other output.",
    "microscope.hinge": "The mean of all that lacks is the loss; what leads by 1 costs nothing.",
    "microscope.hit": "1 for every other class that comes too near, else 0.",
    "microscope.margin-gradient":
        "An output that lacks something is pulled to its side with the same force; no other is.",
    "microscope.margins-gradient":
        "Every class that comes too near is pushed down, and the right one up as many times.",
    "microscope.softmax-steps": "At every step of time the outputs become probabilities.",
    "microscope.one-hot": "The right class of every step as a row of 0 with a single 1.",
    "microscope.counts": "Padding does not count.",
    "microscope.step-weights": "A step counts by the weight of its class; padding does not count.",
    "microscope.step-shares": "Each step's share of all that count; they sum to 1.",
    "microscope.sequence-entropy":
        "Minus the logarithm of the probability of the right class, mean of the steps that count.",
    "microscope.sequence-gradient":
        "Probability minus target, by the step's share: 0 where there is padding.",

    "microscope.clip-value": "No number of a gradient may exceed {limit:figure} in size.",
    "microscope.clip-norm": "The length of all gradients of the network together.",
    "microscope.clip-share":
        "What is kept of every number, so that this length is at most {limit:figure}.",
    "microscope.clip":
        "All gradients are shortened by the same factor, so that they keep their direction.",
    "microscope.penalty":
        "The penalty pulls every weight towards 0, and the gradient takes it up; biases are free.",
    "microscope.velocity":
        "The velocity keeps {kept:figure} of itself, and the gradient is added to it.",
    "microscope.gradient-mean":
        "Running mean of the gradient: {kept:figure} of what it was, the rest is new.",
    "microscope.gradient-squares":
        "Running mean of the squared gradient: {kept:figure} of what it was, the rest is new.",
    "microscope.sum-of-squares": "The sum of all squared gradients so far.",
    "microscope.bias-correction":
        "The running mean began at 0, and after {count:whole} {count|step|steps} it is still too "
        "small: this makes up for it.",
    "microscope.decay":
        "Every weight shrinks by {rate:figure} times {decay:figure} of itself, which the gradient "
        "does not see; biases do not.",
    "microscope.own-units":
        "The gradient in the size of past updates: their root mean square over its own.",
    "microscope.past-updates":
        "Running mean of the squared updates: {kept:figure} of what it was, the rest is new.",
    "microscope.growing-momentum":
        "The momentum of step {count:whole}, which grows to {most:figure} in a long run.",
    "microscope.product-of-momenta":
        "The product of the momenta of {count:whole} {count|step|steps}, for the bias correction.",
    "microscope.mean-ahead":
        "The gradient and its mean, as the mean will be one step ahead, corrected for their bias.",
    "microscope.descend-velocity": "A step of {rate:figure} against the velocity.",
    "microscope.descend-ahead":
        "A step of {rate:figure} against what the velocity will be one step ahead.",
    "microscope.descend-scaled":
        "A step of {rate:figure} against the gradient, over the root of its squares.",
    "microscope.descend-adam":
        "A step of {rate:figure} against the mean, over the root of the mean square.",
    "microscope.descend-own-units": "{rate:figure} times this update is taken off.",
    "microscope.column-lengths": "The length of all weights that go into a unit.",
    "microscope.limit-columns":
        "Where it exceeds {limit:figure}, the weights are shortened to it; others stay.",
}
"""Templates by code."""
