"""Words about sequences that are read into text."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry, Fault

WORDS: Mapping[str, Entry] = {
    "output.text-shape": Fault(
        "{place}",
        "the network gives {given} for texts of {characters} different {characters|character|"
        "characters}",
        "at every step one number for each character, and before them one for the blank: {width} in "
        "all", "{remedy}"),
    "output.text-sequence":
        "Let every layer give a sequence of steps, the last one a dense layer of {units} "
        "{units|unit|units}",
    "output.text-steps": Fault(
        "{place}",
        "the network gives {steps} {steps|step|steps}, in which the longest text cannot be written",
        "{needed} at least: one for each character, and one between two equal ones",
        "Let convolutions and pooling leave more steps, or leave out the longest texts"),
    "training.character": Fault(
        "{title}, example {example}, character {place}", "number {value}",
        "a whole number from 0 to {largest}, or -1 behind the end of a text",
        "Number the characters in the order of their names"),
}
