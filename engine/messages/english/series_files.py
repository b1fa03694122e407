"""Words about series that are brought."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry, Fault

WORDS: Mapping[str, Entry] = {
    "series.by-order": "in the order of {column:quote}",
    "series.by-rows": "in the order of the rows",
    "series.one": "one series",
    "series.several": "{count:whole} series by {column:quote}",
    "series.ago": "{column}, {ago:whole} {step}{ago||s} ago",
    "series.ahead": "{column}, {ahead:whole} {step}{ahead||s} ahead",

    "series.no-rows": Fault("{place}", "no row with a time", "rows with times and numbers",
                            "Choose another column of times"),
    "series.nothing": Fault(
        "{place}", "no column of numbers to forecast among {known:quotes,column,columns}",
        "a column of numbers", "Choose the column to forecast"),
    "series.no-numbers": Fault(
        "{place}", "no numbers, but values such as {example:quote}", "numbers",
        "Choose another column"),
    "series.order-texts": Fault(
        "{place}", "texts such as {example:quote}, which have no order in time",
        "dates or numbers", "Choose another column, or none to go by the order of the rows"),
    "series.many": Fault(
        "{place}", "{count:whole} series", "at most {most:whole}",
        "Choose another column that tells them apart"),
    "series.steps": Fault(
        "{place}", "a series by {step}s", "one by {wanted}s, as in {first}", "Bring it by itself"),
    "series.too-short": Fault(
        "{place}", "the longest series has {longest:whole} {longest|step|steps}, which give "
        "{count:whole} whole {count|window|windows} of {window:whole} with a value "
        "{ahead:whole} {ahead|step|steps} ahead", "at least 4",
        "Shorten the window or the horizon, or interpolate gaps"),
    "series.too-large": Fault(
        "{place}", "{count:whole} windows of {window:whole} steps and {columns:whole} "
        "{columns|column|columns}", "at most {most:whole} numbers together", "Shorten the window"),
    "series.no-division": Fault(
        "{place}", "{count:whole} windows whose targets overlap in time",
        "some that end before others begin", "Shorten the horizon, or bring a longer series"),

    "note.series-columns":
        "Forecast: {outputs:quotes,column,columns}, {by}; {several}.",
    "note.series-columns-guessed":
        "Nothing tells what is to be forecast; {outputs:quotes,column,columns} was taken, {by}; "
        "{several}.",
    "note.series-of": "{name}: {what}",
    "note.series-no-time":
        "{count:whole} {count|row|rows} without a time in {column:quote} {count|is|are} left out.",
    "note.series-sorted": "The rows were sorted by {column:quote}.",
    "note.series-twice":
        "{count:whole} {count|row|rows} of a time that another row has: the mean was taken.",
    "note.series-missing": "{count:whole} {count|step|steps} of time {count|has|have} no row.",
    "note.series-uneven": "The times are not even: each row counts as a step.",
    "note.series-interpolated":
        "{count:whole} missing {count|value|values} interpolated, at most {longest:whole} in a "
        "row; none of them is a target.",
    "note.series-gaps":
        "{count:whole} {count|value|values} missing, at most {longest:whole} in a row; windows "
        "with a gap are left out.",
    "note.series-split":
        "The earliest {learned:whole} windows are to learn from, the latest {held:whole} for "
        "validation.",
    "note.series-period": "The series repeats itself after {period:whole} {step}s.",
}
"""Templates by code."""
