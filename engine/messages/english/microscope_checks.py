"""What the microscope says of checks, mistakes and sheets of a step."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry

WORDS: Mapping[str, Entry] = {
    "check.agrees": "The numeric check agrees: both differ by {error:number} of themselves.",
    "check.tiny":
        "Both are too small for the numeric check: rounding hides what is below "
        "{resolution:number}.",
    "check.kink":
        "The loss has a kink here: its slope is one on this side and another on that, so there is "
        "nothing to compare.",
    "check.cut":
        "Backpropagation through time stops here on purpose; the numeric check sees the whole "
        "sequence.",
    "check.wrong":
        "The numeric check disagrees: this line says {analytic:number}, the loss's slope is "
        "{numeric:number}.",
    "check.not-finite":
        "The loss or this number has overflowed, so that there is nothing to compare.",
    "check.rule-agrees":
        "The rule's definition, computed for this number alone, comes to the same.",
    "check.rule-wrong":
        "This line says {analytic:number}; the rule's definition comes to {expected:number}.",
    "check.running": "{done:whole} of {total:whole} numbers checked; all agree so far.",
    "check.some-wrong":
        "{count:whole} of {done:whole} {done|number|numbers} checked {count|is|are} wrong.",
    "check.some-overflow":
        "{count:whole} of {done:whole} {done|number|numbers} cannot be checked: there the loss or "
        "the gradient has overflowed.",
    "check.all-agree":
        "{count:whole} {count|number|numbers} checked: all agree; the largest error is "
        "{error:number}.",
    "check.sample-agrees":
        "{count:whole} of {numbers:whole} numbers, evenly spread, agree with the numeric check; "
        "the largest error is {error:number}.",

    "hunt.begin": "One line of this step is wrong. Find the first whose numbers are.",
    "hunt.nothing": "This step is too simple for a mistake to show.",
    "hunt.overflow": "The loss of this step has overflowed, so that no mistake would show.",
    "hunt.here": "Yes: this is the wrong line.",
    "hunt.right": "This line is right, and so are its numbers.",
    "hunt.follows":
        "Its numbers are wrong, but the line is right: it was given wrong ones by an earlier line.",
    "hunt.phase": "It is in this part of the step: {phase}.",
    "hunt.layer": "It belongs to layer {number}.",
    "hunt.kind": "What was done wrong: {title}.",
    "hunt.solved": "Found with {guesses} {guesses|guess|guesses}. {title}.",
    "hunt.answer": "The wrong line writes {name}. {title}.",
    "script.head":
        "{name:quote}: one step of backpropagation with {examples:whole} of the {batch:whole} "
        "{batch|example|examples} of its batch, after {step:whole} {step|step|steps} and "
        "{epoch:whole} {epoch|epoch|epochs}.",
    "script.prints":
        "Needs NumPy alone. Prints the loss, every gradient, and every parameter after the step. "
        "Numbers come first; the step itself begins at the comment Forward.",
    "script.layer": "Layer {number}: {kind}.",
    "script.given": "What the step begins with.",
    "script.results": "Results.",
    "sheet.column-line": "Line",
    "sheet.column-phase": "Part",
    "sheet.column-layer": "Layer",
    "sheet.column-variable": "Variable",
    "sheet.column-index": "Index (from 0)",
    "sheet.column-value": "Value",
    "sheet.column-formula": "Formula",
    "sheet.more": "… and {count:whole} more {count|number|numbers} of this line.",
    "sheet.title": "{name}: one step of backpropagation",
    "sheet.title-answers": "{name}: one step of backpropagation, with its answers",
    "sheet.head":
        "The step after {step:whole} {step|step|steps}, over n = {examples:whole} "
        "{examples|example|examples}. Rows and columns are counted from 1.",
    "sheet.network": "Network",
    "sheet.kind": "Kind",
    "sheet.output": "Output",
    "sheet.given": "Given",
    "sheet.chosen":
        "This network is too large for every number. Of each line, compute one: the largest, in "
        "the first example where there are several. What it is made of is given; a column of a "
        "table is one term of a sum, its numbers multiplied.",
    "sheet.left-out":
        "Of the step's {total:whole} lines, {count:whole} {count|is|are} left out here.",
    "sheet.rounded":
        "Numbers are rounded to {digits} digits. What you compute from them can differ a little: "
        "more where nearly equal numbers are subtracted.",
    "sheet.sign": "Sign",
    "sheet.meaning": "Meaning",
    "sheet.logarithm": "the natural logarithm, ln",
    "sheet.normal": "the share of a normal distribution that is below z",
    "sheet.number-by-number": "number by number",
    "sheet.transposed": "rows and columns exchanged",
    "sheet.product": "[i, j]: row i of A times column j of B, all added",
    "sheet.scale": "all of it times",
    "sheet.function": "then",
    "sheet.other-terms": "the other {count:whole} {count|term|terms}",
}
"""Templates by code."""
