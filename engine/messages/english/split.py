"""What is wrong with the division of a table and with its targets' scales, and what was done."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry, Fault

_ANSWERS = ("Choose a file that has the answers, or none: a part of {first} is then for validation")

WORDS: Mapping[str, Entry] = {
    "place.columns": "{file}, columns {columns:quotes,column,columns}",

    "split.no-column": Fault(
        "{place}", "no column says which rows belong together",
        "one such as the person or the place of each row",
        "Choose that column, or divide at random"),
    "split.one-group": Fault(
        "{place}", "the same value in every row", "at least two groups, one for validation",
        "Choose another column, or divide at random"),
    "split.order-texts": Fault(
        "{place}", "texts such as {example:quote}, which have no order in time",
        "numbers or dates", "Choose another column, or none to go by the order of the rows"),
    "split.order-empty": Fault(
        "{place}", "no value in any row that has a target", "numbers or dates",
        "Choose another column, or none to go by the order of the rows"),
    "split.order-same": Fault(
        "{place}", "the same value in every row", "values of which some are later",
        "Choose another column, or none to go by the order of the rows"),
    "split.same-file": Fault(
        "{place}", "the file for validation is the file that is learned from", "another file",
        "Choose another file, or none: a part of this one is then for validation"),
    "split.file-no-column": Fault(
        "{place}", "there is no column {column:quote}, which is an input in {first}",
        "a column of this name among {known:quotes,column,columns}",
        "Choose another file, or leave the column out of the inputs"),
    "split.file-no-answer": Fault(
        "{place}", "there is no column {column:quote}, which is to be predicted",
        "the target of {first} among {known:quotes,column,columns}", _ANSWERS),
    "split.file-no-target": Fault(
        "{place}", "no row has an answer that can be validated: {names:quotes,column,columns}",
        "values of the target as {first} has them", _ANSWERS),
    "split.file-texts": Fault(
        "{place}", "texts such as {example:quote}, where {first} has numbers", "numbers",
        "Check separator and decimal sign, or leave the column out of the inputs"),
    "split.file-no-dates": Fault(
        "{place}", "{example:quote}, where {first} has dates", "dates",
        "Write them as in {first}, or leave the column out of the inputs"),

    "note.split-groups":
        "Divided by {column:quote}: of {groups:whole} groups, {learned:whole} are to learn from "
        "({share:percent} of the rows) and {kept:whole} for validation.",
    "note.split-groups-gaps":
        "{rows:whole} {rows|row|rows} without a value in {column:quote}: each counts as a group of "
        "its own.",
    "note.split-groups-input":
        "{column:quote} is an input too, although no group for validation is known from learning.",
    "note.split-latest":
        "The latest by {column:quote} are for validation: {rows:whole} of {all:whole} examples.",
    "note.split-latest-gaps":
        "{rows:whole} {rows|row|rows} without a value in {column:quote} {rows|is|are} to learn "
        "from.",
    "note.split-last-rows":
        "The last rows of the file are for validation: {rows:whole} of {all:whole} examples.",
    "note.split-unlearned":
        "No example to learn from, all for validation: {classes:quotes,class,classes}.",
    "note.split-file":
        "{rows:whole} {rows|row|rows} of {file} {rows|is|are} for validation, all "
        "{learned:whole} of {first} to learn from.",
    "note.split-file-decimal":
        "{file} was read with the decimal sign {decimal:name}, {first} with {other:name}.",
    "note.split-file-extra": "Not used of {file}: {names:quotes,column,columns}.",
    "note.split-file-says": "{file}: {what}",
    "note.split-file-no-target":
        "Left out: {rows:whole} {rows|row|rows} of {file} in which the target has no value.",
    "note.split-file-classes":
        "Left out: {rows:whole} {rows|row|rows} of {file} of a class that {first} does not teach: "
        "{classes:quotes,class,classes}.",
    "note.split-file-unseen":
        "{file}, column {column:quote}: {rows:whole} {rows|row|rows} with a text that {first} does "
        "not have, {texts:quotes,text,texts}; the inputs of the column are 0 there.",
    "note.split-file-gaps":
        "{file}, column {column:quote}: {rows:whole} {rows|row|rows} without a value, and {first} "
        "has no such gap; the inputs of the column are 0 there.",
    "change.split-random": "Divide at random",
    "change.no-input": "Leave {column:quote} out of the inputs",
    "change.no-test-file": "Use a part of the first file for validation",

    "target.no-flags": Fault(
        "{place}", "values other than 0 and 1", "0 or 1 for every class",
        "Choose Regression, or one target only"),
    "target.several-flags": Fault(
        "{place}", "{rows:whole} {rows|row|rows} with more than one 1 (the first, example {row}: "
        "{names:quotes,column,columns})", "a single 1 in every row",
        "Choose Regression, or one target only"),
    "target.no-logarithm": Fault(
        "{place}", "{rows:whole} {rows|value|values} not above 0, the smallest {value:general,6}, "
        "of which there is no logarithm", "numbers above 0",
        "Choose Standard for the scaling of the target"),
    "note.no-flag":
        "Left out: {rows:whole} {rows|row|rows} in which none of "
        "{names:quotes,column,columns} is 1.",
    "note.several-flags":
        "{names:quotes,column,columns} are predicted as numbers, not as classes: {rows:whole} "
        "{rows|row|rows} {rows|has|have} more than one 1.",
    "note.unused-flags":
        "Never 1, so that nothing can be learned of it: {names:quotes,column,columns}.",
    "note.no-joint-target":
        "Left out: {rows:whole} {rows|row|rows} in which one of {names:quotes,column,columns} has "
        "no value.",
    "note.target-standard":
        "The {count|target|targets} {names:quotes,column,columns} {count|was|were} scaled to mean "
        "0 and deviation 1 on the training examples, as the inputs were; the loss is that of "
        "scaled values.",
    "note.target-standard-alone":
        "The {count|target|targets} {names:quotes,column,columns} {count|was|were} scaled to mean "
        "0 and deviation 1 on the training examples; the loss is that of scaled values.",
    "note.target-minmax":
        "The {count|target|targets} {names:quotes,column,columns} {count|was|were} scaled to 0 to "
        "1 on the training examples, as the inputs were; the loss is that of scaled values.",
    "note.target-log":
        "Of the {count|target|targets} {names:quotes,column,columns}, the logarithm is learned, "
        "scaled to mean 0 and deviation 1 on the training examples; loss and R² are those of "
        "scaled values.",
    "change.target-as-it-is": "Leave the target as it is",
    "change.target-like-inputs": "Scale it as the inputs",
}
"""Templates by code."""
