"""Words about texts with labels that are brought."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry, Fault

WORDS: Mapping[str, Entry] = {
    "texts.row": "row {row:whole}",
    "texts.suffix": "not a text file: {suffix}",
    "texts.no-class": "in no folder that stands for a class",
    "texts.no-label-here": "no label",
    "texts.gone": "no longer there",

    "texts.many-different": Fault(
        "{place}", "more than {most:whole} different words", "fewer",
        "Take characters as tokens, or fewer texts"),
    "texts.too-large": Fault(
        "{place}", "{texts:whole} texts of up to {length:whole} tokens",
        "at most {most:whole} tokens together", "Cut the texts at a shorter length"),
    "texts.one-class": Fault(
        "{place}", "only one class: {names:list}", "texts of two classes at least",
        "Choose another label, or a folder that holds a folder for each class"),
    "texts.too-few": Fault(
        "{place}", "{count:whole} {count|text|texts} with a word", "at least {fewest:whole}",
        "Add texts"),
    "texts.no-vocabulary": Fault(
        "{place}", "none of the {different:whole} different words of the texts to learn from "
        "occurs {fewest:whole} {fewest|time|times}", "words that come again",
        "Lower the least count, or take characters as tokens"),
    "texts.no-texts": Fault(
        "{place}", "no column of texts among {known:quotes,column,columns}",
        "a column of texts and one of labels", "Open it as a table"),
    "texts.no-label": Fault(
        "{place}", "no column of labels beside {text:quote} among {known:quotes,column,columns}",
        "a column with the class of each text", "Choose the label column"),
    "texts.column-numbers": Fault(
        "{place}", "numbers", "texts", "Choose another column of texts"),
    "texts.no-parts": Fault(
        "{place}", "{levels:quotes,value,values}", "such as train and test",
        "Choose another column, or divide at random"),
    "texts.no-folders": Fault(
        "{place}", "no text files in folders among {count:whole} {count|file|files}",
        "a folder for each class with its .txt files", "Choose the folder that holds these"),
    "texts.many-files": Fault(
        "{place}", "more than {most:whole} files", "fewer", "Choose a folder with fewer files"),
    "texts.tasks": Fault(
        "{place}", "labels of another kind than in {first}", "classes in both, or numbers in both",
        "Choose the label column"),
    "texts.zip-damaged": Fault(
        "{place}", "no zip archive, or a damaged one", "", "Pack the folder again"),
    "texts.zip-member": Fault("{place}", "it cannot be unpacked", "", "Pack the folder again"),
    "texts.zip-outside": Fault(
        "{place}", "{name:quote} would lie outside the archive", "",
        "Unpack it where it does no harm, and open the folder"),
    "texts.zip-password": Fault(
        "{place}", "protected by a password", "", "Unpack it and open the folder"),
    "texts.zip-bomb": Fault(
        "{place}", "{name:quote} becomes {size:whole} bytes when unpacked, from next to nothing",
        "", "Unpack it where it does no harm, and open the folder"),

    "note.texts-columns":
        "The texts are {texts:quotes,column,columns}, the label is {label:quote}.",
    "note.texts-columns-guessed":
        "The texts are {texts:quotes,column,columns}; nothing tells the label, {label:quote} was "
        "taken.",
    "note.texts-part-column":
        "{column:quote} says which texts are for what: {names:list}.",
    "note.texts-parts":
        "{learned:whole} texts are to learn from, {held:whole} for validation, as the data say.",
    "note.texts-apart":
        "{count:whole} {count|text|texts} for testing {count|is|are} kept apart: there are texts "
        "for validation.",
    "note.texts-left-out": "{count:whole} {count|file|files} left out, such as {name}: {reason}.",
    "note.texts-of": "{name}: {what}",
    "note.texts-unreadable":
        "{count:whole} {count|text|texts} cannot be read, such as {name}. {reason}",
    "note.texts-empty": "{count:whole} {count|text|texts} without a word {count|is|are} left out.",
    "note.texts-vocabulary":
        "{count:whole} of the {different:whole} different {many} of the texts to learn from have "
        "a number, those that occur {fewest:whole} {fewest|time|times} or more; {share:percent} of "
        "the {many} of the other texts are unknown.",
    "note.texts-lengths": "The texts have {middle:whole} {many} in the middle, {longest:whole} at "
        "most.",
    "note.texts-cut":
        "The texts have {middle:whole} {many} in the middle, {longest:whole} at most; "
        "{share:percent} of them are cut at {length:whole}.",
}
"""Templates by code."""
