"""Words about what the columns of a person's table were taken for."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry

WORDS: Mapping[str, Entry] = {
    "note.markers":
        "{marker:quote} was taken for no value: {columns:listing,column,columns}.",
    "note.sentinel":
        "{value:general,12} looks like no reading: it is far from all other numbers of "
        "{columns:listing,column,columns}, and counts as a number all the same.",
    "note.no-readings":
        "{value:general,12} looks like no reading: it is far from all other numbers, in several "
        "columns of a row, and counts as missing: {columns:listing,column,columns}.",
    "note.kept-word":
        "{word:quote} counts as a value, not as a gap: {columns:listing,column,columns}.",
    "note.ambiguous":
        "Thousands or decimals: {example:quote} was read as {read:general,12} and may be "
        "{other:general,12}: {columns:listing,column,columns}.",
    "note.units": "Units were taken off the numbers: {columns:listing,column,columns}.",
    "column.of-unit": "{column:quote} ({unit})",
    "column.named": "{column:quote}",
    "column.became": "{column:quote} ({example:quote} is {number})",
    "note.feet": "Feet and inches became inches: {columns:listing,column,columns}.",
    "note.times": "Times became numbers: {columns:listing,column,columns}.",
    "note.angles": "Degrees became numbers: {columns:listing,column,columns}.",
    "note.tolerances":
        "Only the number before the tolerance is used: {columns:listing,column,columns}.",
    "note.flags": "Footnote marks and flags were taken off the numbers: "
        "{columns:listing,column,columns}.",
    "note.shares": "Percent and parts of 1 stand in one column; all became parts of 1: "
        "{columns:listing,column,columns}.",
    "note.fractions":
        "Only the number before the slash is used, as the one behind it is always the same: "
        "{columns:listing,column,columns}.",
    "note.sizes": "Units that differ were brought to one: {columns:listing,column,columns}.",
    "note.eras": "Years before our era became negative: {columns:listing,column,columns}.",
    "note.codes":
        "Codes with zeros in front were kept as texts: {columns:listing,column,columns}.",
    "note.units-differ":
        "Numbers with units that differ were kept as texts: {columns:listing,column,columns}.",
    "note.mixed":
        "Kept as texts, since other texts stand among the numbers: "
        "{columns:listing,column,columns}.",
    "column.of-numbers": "{column:quote} ({share:percent} numbers)",
    "note.date-order":
        "Nothing tells day and month apart; dates were read with the {first} first: "
        "{columns:listing,column,columns}.",
    "date.day": "day",
    "date.month": "month",

    "change.missing": "Count {text:quote} as a gap",
    "change.present": "Count {text:quote} as a value",
    "change.decimal-comma": "Take the comma for the decimal sign",
    "change.decimal-point": "Take the point for the decimal sign",
}
"""Templates by code."""
