"""Words about drawings and painted points."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry, Fault

WORDS: Mapping[str, Entry] = {
    "drawings.none": Fault(
        "{place}", "no drawing", "a line of JSON for each", "Choose a file of drawings"),
    "drawings.no-files": Fault(
        "{place}", "no file of drawings in this folder", "names that end in {suffix}",
        "Choose another folder"),
    "drawings.large": Fault(
        "{place}", "a file of {size:mib} MiB", "at most {most:mib} MiB", "Divide it into several"),
    "drawings.long-line": Fault(
        "{place}", "a line of more than {most:whole} bytes", "one drawing in a line",
        "Choose a file with a line for each drawing"),
    "drawings.line": Fault(
        "{place}", "no drawing ({reason})",
        "a line of JSON that says \"word\" and \"drawing\", a list of strokes",
        "Correct or remove this line"),
    "drawings.letters": "its letters are not UTF-8",
    "drawings.parts": "a part of it is missing, or no list of numbers",
    "drawings.word": Fault(
        "{place}", "a word of {length} {length|letter|letters}", "1 to 60 letters that say what "
        "was drawn", "Correct this line"),
    "drawings.empty": Fault(
        "{place}", "a drawing without strokes", "at least one point", "Remove this line"),
    "drawings.many": Fault(
        "{place}", "{strokes:whole} {strokes|stroke|strokes} of {points:whole} "
        "{points|point|points}", "at most {most_strokes} strokes and {most_points:whole} points",
        "Remove this line"),
    "drawings.stroke": Fault(
        "{place}", "a stroke that is no pair of equally long lists",
        "as many x as y for every stroke, and as many times where there are some",
        "Correct this line"),
    "drawings.far": Fault(
        "{place}", "a point that lies too far away", "coordinates of at most {most:whole}",
        "Correct this line"),
    "drawings.classes": Fault(
        "{place}", "{drawings:whole} {drawings|drawing|drawings} of {count} "
        "{count|class|classes}", "at least two classes", "Draw something else, too"),
    "drawings.many-classes": Fault(
        "{place}", "{count:whole} classes", "at most {most}", "Choose files of fewer words"),
    "drawings.many-files": Fault(
        "{place}", "{count:whole} files", "at most {most:whole}", "Choose a smaller folder"),
    "drawings.too-many": Fault(
        "{place}", "more than {most:whole} drawings", "at most so many",
        "Choose fewer or smaller files"),
    "drawings.all-points": Fault(
        "{place}", "more than {most:whole} points in the first {count:whole} "
        "{count|drawing|drawings}", "fewer", "Take fewer drawings of a class, or the simplified "
        "form of the file"),
    "drawings.one-person": Fault(
        "{place}", "drawings of one person only", "those of at least two, to keep all of a "
        "person on one side", "Divide at random, or add drawings of others"),
    "drawings.counted":
        "{count:whole} {count|drawing|drawings} of {people:whole} {people|person|people}.",
    "drawings.added":
        "{count:whole} of your own drawings {count|is|are} learned from, too; "
        "{others:whole} of other classes {others|waits|wait} for data that have them.",
    "painted.few": Fault(
        "Painted points", "{count} {count|point|points}", "at least {fewest}",
        "Paint some more"),
    "painted.one-class": Fault(
        "Painted points", "{count:whole} points of one class", "at least two classes",
        "Choose another class and paint some of it"),
}
