"""What is wrong with examples and texts, and what was done to them."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry, Fault

WORDS: Mapping[str, Entry] = {
    "data.no-file-chosen": Fault(
        "Data", "no file is chosen", "the path of a text file", "Choose a file"),
    "data.unknown": Fault(
        "Data", "an unknown data set {key:name}", "one of {known:list}",
        "Choose a data set from the list"),
    "data.too-few": Fault(
        "Data", "{count} examples", "at least 2, to learn from and to validate on",
        "Add examples"),
    "data.damaged": Fault(
        "{path}", "a file of the program is missing or damaged",
        remedy="Install Backprop Lab again"),
    "data.no-numbers": Fault(
        "{place}", "a text, whose tokens are names and not sizes", "numbers for an autoencoder",
        "Choose another data set"),

    "data.many-numbers": Fault(
        "{place}", "{count:whole} numbers in all examples together",
        "at most {most:whole}, where they are to be reconstructed",
        "Choose a smaller size for the images, or fewer of them"),
    "data.no-room": Fault(
        "{place}", "{size:whole} bytes of examples do not fit, {free:whole} bytes are free",
        "room for a temporary file", "Choose a smaller size for the images, or free some room"),
    "late.failed": "it cannot be read ({reason})",
    "note.late-blanks":
        "While training, {count:whole} {count|file|files} could not be read, and {count|is a blank "
        "example|are blank examples}: {named:listing,file,files,3}.",
    "note.late-faults":
        "While training, {count:whole} {count|file|files} could not be read, and another one of "
        "the class stands in {count|its|their} place: {named:listing,file,files,3}.",

    "features.none": Fault(
        "Features", "none is switched on", "at least one of {known:list}", "Switch on x1 and x2"),
    "features.unknown": Fault(
        "Features", "an unknown feature {name:name}", "one of {known:list}",
        "Correct its name or remove it"),
    "features.twice": Fault(
        "Features", "{name} comes twice", "every feature once", "Remove one of the two"),

    "text.too-short": Fault(
        "{place}", "a text of {size:whole} {size|character|characters}",
        "at least {fewest:whole}, two windows of {window} and one more",
        "Choose a longer text or a shorter window"),
    "text.alphabet": Fault(
        "{place}", "{count:whole} different characters, such as {example:quote}", "at most {most}",
        "Choose a text that is written in letters"),

    "note.pixels": "Pixels were divided by {divisor:general}.",
    "note.reviews":
        "{words} different words; shorter reviews are filled up with token 0.",
    "note.text":
        "{size:whole} characters, {alphabet} different ones, in windows of {window}; the end of "
        "the text is for validation.",
    "note.noise":
        "Noise of standard deviation {deviation:general} was added to the inputs; what is to be "
        "reconstructed has none.",
    "note.reconstructed-colours":
        "The inputs themselves are to be reconstructed; the target only colours them.",
    "note.reconstructed":
        "The inputs themselves are to be reconstructed; the target plays no part.",
}
"""Templates by code."""
