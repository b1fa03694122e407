"""What the microscope says of layers over images."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry

WORDS: Mapping[str, Entry] = {
    "microscope.convolution":
        "At every place, each filter weighs what lies in its window, and adds its bias.",
    "microscope.convolution-only": "At every place, each filter weighs what lies in its window.",
    "microscope.transposed":
        "Every number spreads through the kernel over its window; where windows overlap they add "
        "up, and each filter adds its bias.",
    "microscope.transposed-only":
        "Every number spreads through the kernel over its window; where windows overlap they add "
        "up.",
    "microscope.kernel-gradient":
        "Each weight was used at {places:whole} {places|place|places} of every example: error "
        "there times the number that it weighed, summed over places and {count:whole} "
        "{count|example|examples}.",
    "microscope.filter-bias-gradient":
        "Each bias was added at {places:whole} {places|place|places} of every example: the errors "
        "there, summed over places and {count:whole} {count|example|examples}.",
    "microscope.convolution-input-gradient":
        "Every error goes back through the kernel to the numbers in its window; where windows "
        "overlap they add up.",
    "microscope.transposed-input-gradient":
        "The errors of all places over which a number was spread go back through the kernel to it.",
    "microscope.max-pooling-place":
        "Where in each window the largest number is, counted from 0 in reading order.",
    "microscope.max-pooling": "The largest number of each window.",
    "microscope.max-pooling-gradient":
        "Each error goes to the number that was the largest of its window; the others get nothing.",
    "microscope.average-pooling":
        "The mean of each window, of {count:whole} {count|number|numbers}.",
    "microscope.global-average-pooling":
        "The mean of each channel over all places, of {count:whole} {count|number|numbers}.",
    "microscope.average-pooling-gradient":
        "Each error is shared alike among the {count:whole} {count|number|numbers} of the mean.",
    "microscope.upsampling": "Every number is copied to {count:whole} {count|place|places}.",
    "microscope.upsampling-gradient":
        "The errors of all {count:whole} {count|copy|copies} of a number, summed.",
}
"""Templates by code."""
