"""What is told of recorded runs: what is missing, and how a run came to its end."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry

WORDS: Mapping[str, Entry] = {
    "recording.too-large":
        "To keep one step of this network takes {size:fixed,0} MB, and there are "
        "{limit:fixed,0} MB for all: its steps are not recorded.",
    "recording.branch-lost":
        "Step {step:whole} is no longer kept, so that this run has begun at step 0.",
    "recording.no-memory":
        "There is not enough memory to go back to this step.",

    "black-box.activation":
        "{place}: an activation went out of range first, in step {step:whole}.",
    "black-box.gradient":
        "{place}: a gradient went out of range first, in step {step:whole}; all activations were "
        "still numbers.",
    "black-box.weight":
        "{place}: a weight went out of range first, in the update of step {step:whole}.",
    "black-box.loss":
        "The loss went out of range first, in step {step:whole}; all activations were still "
        "numbers.",
    "black-box.chain":
        "In the last {count:whole} finite {count|step|steps}: loss {losses:chain}; largest weight "
        "{weights:chain}, {weight_place}; largest activation {activations:chain}, "
        "{activation_place}; update/weight {updates:chain}, {update_place}.",
    "black-box.first-step":
        "There was no step before it.",
}
"""Templates by code."""
