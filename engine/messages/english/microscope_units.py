"""What the microscope says of layers that join, drop, draw, look up, average or normalise."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry

WORDS: Mapping[str, Entry] = {
    "microscope.batch-mean":
        "The mean of every feature over the {count:whole} rows of the batch.",
    "microscope.batch-variance":
        "How far a feature lies from its mean: the squared distance, mean of {count:whole} rows.",
    "microscope.row-mean":
        "The mean of the {count:whole} {count|feature|features} of every row.",
    "microscope.row-variance":
        "The squared distance from the row's mean, mean of {count:whole} "
        "{count|feature|features}.",
    "microscope.centred": "How far every number lies from the mean.",
    "microscope.spread":
        "One divided by the standard deviation; {epsilon:figure} keeps the root away from 0.",
    "microscope.running-spread":
        "One divided by the running standard deviation, which stands in for the batch's; "
        "{epsilon:figure} keeps the root away from 0.",
    "microscope.normalised": "How far every number lies from the mean, in standard deviations.",
    "microscope.scale-shift": "Every feature gets the scale and shift that it has learned.",
    "microscope.scale-gradient":
        "The error of a feature times its normalised number, summed over the batch.",
    "microscope.shift-gradient": "The errors of a feature, summed over the batch.",
    "microscope.normalised-gradient":
        "The error goes back through the scale to the normalised number.",
    "microscope.batch-variance-gradient":
        "What the error asks of the variance, on which every row of the batch depends.",
    "microscope.batch-mean-gradient":
        "What the error asks of the mean, on which every row of the batch depends.",
    "microscope.row-variance-gradient":
        "What the error asks of the variance, on which every feature of the row depends.",
    "microscope.row-mean-gradient":
        "What the error asks of the mean, on which every feature of the row depends.",
    "microscope.three-ways":
        "A number acts in three ways, which add up: by itself, through the variance and through "
        "the mean.",
    "microscope.norm-gradient-fixed":
        "Running mean and variance are constants: the error goes back by one way alone.",
    "microscope.running-mean-follows":
        "The running mean takes {share:percent} of the batch's.",
    "microscope.running-variance-follows":
        "The running variance takes {share:percent} of the batch's, which is first made "
        "unbiased for {count:whole} rows.",

    "microscope.dropout":
        "{dropped:whole} of {count:whole} numbers are dropped; the others are divided by "
        "{share:figure}, so that the mean stays the same on average.",
    "microscope.dropout-gradient":
        "What was dropped gets no error; the rest is enlarged as on the way forward.",
    "microscope.noise":
        "To every number a normal random one of standard deviation {spread:figure} is added.",
    "microscope.code-means":
        "The first {count:whole} {count|number|numbers}: where the code lies.",
    "microscope.code-variances":
        "The other {count:whole} {count|number|numbers}: logarithms of the code's variances.",
    "microscope.code-spreads": "The standard deviations of the code.",
    "microscope.code-drawn": "The code is drawn: its mean and a random part of its spread.",
    "microscope.divergence":
        "The loss also counts, {weight:figure} times, how far each code's distribution lies from "
        "the standard normal one.",
    "microscope.code-means-gradient":
        "The error of the code, and the pull of the loss's second term towards 0.",
    "microscope.code-variances-gradient":
        "The error of the code times half of what was drawn, and the pull towards a variance of 1.",
    "microscope.side-by-side": "Both gradients side by side, as means and logarithms came in.",

    "microscope.added": "The outputs of {count:whole} layers, added number by number.",
    "microscope.masks-joined":
        "A step counts that counts in any of the {count:whole} sequences.",
    "microscope.branches":
        "The output went {count:whole} ways: the errors that come back from all of them add up.",
    "microscope.passed-on": "What is added has slope 1: the error goes back as it is.",
    "microscope.joined": "The outputs of {count:whole} layers side by side.",
    "microscope.columns-gradient":
        "The errors of columns {first:whole} to {last:whole} go back to the layer that gave them.",

    "microscope.looked-up": "Every token takes its row of the table of {count:whole}.",
    "microscope.vectors-gradient":
        "A token's row gets the errors of all places where the token stands; a token that does "
        "not occur gets 0.",
    "microscope.vectors-gradient-padded":
        "A token's row gets the errors of all places where the token stands; padding and a token "
        "that does not occur get 0.",
    "microscope.tokens-marked": "Tokens count, padding does not.",
    "microscope.steps-counted": "How many of the {count:whole} steps count.",
    "microscope.steps-mean":
        "The mean of every feature over {count:whole} {count|step|steps}.",
    "microscope.steps-mean-masked": "The mean of every feature over the steps that count.",
    "microscope.steps-gradient":
        "Each of {count:whole} {count|step|steps} has the same share in the mean, and gets the "
        "same share of its error.",
    "microscope.steps-gradient-masked":
        "Each step that counts gets the same share of the mean's error; padding gets none.",

    "microscope.prelu": "What lies above 0 stays; what lies below is multiplied by the slope.",
    "microscope.slopes-gradient":
        "The error times every number below 0 that the slope multiplied, summed over the batch.",
    "microscope.shares": "Every row becomes shares that sum to 1.",
    "microscope.shares-error": "The mean error of a row, weighed by its shares.",
    "microscope.shares-gradient":
        "A share grows at the cost of the others: what counts is how far an error lies above that "
        "mean.",
}
"""Templates by code."""
