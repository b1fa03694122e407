"""What is said of the article's tables beside what is measured."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry, Fault

_MEASURES: Mapping[str, Entry] = {
    "article.axis.loss": "Loss on the training examples",
    "article.axis.epoch-loss": "Training loss of the epoch",
    "article.axis.validation-accuracy": "Accuracy on validation examples",
    "article.axis.validation-r2": "R² on validation examples",
    "article.axis.steps": "Steps to the goal",
    "article.axis.epochs": "Epochs to the goal",
    "article.axis.seconds": "Seconds to the goal",
    "article.axis.seconds-per-epoch": "Seconds per epoch",
    "article.axis.operations": "Multiply-adds per example",
    "article.noun.loss": "the loss",
    "article.noun.epoch-loss": "the loss",
    "article.noun.validation-accuracy": "accuracy",
    "article.noun.validation-r2": "R²",
    "article.noun.steps": "the number of steps to the goal",
    "article.noun.epochs": "the number of epochs to the goal",
    "article.noun.seconds": "the time to the goal",
    "article.noun.seconds-per-epoch": "the time per epoch",
    "article.noun.operations": "the number of multiply-adds per example",
    "article.noun.examples": "the number of examples",
}

_ROWS: Mapping[str, Entry] = {
    "article.written": "{text}",
    "article.chosen": "{knob}: {value:general}, the best of {count}",
    "article.figure": "{value:figure,3}",
    "article.not-reached": "not reached",
    "article.no-number": "diverged",
    "article.waiting": "not measured yet",
    "article.spread": "{middle} ({low} to {high})",
    "article.some": "{shown}, {count} of {seeds} seeds",
    "article.column.row": "Row",
    "article.column.article": "Article",
    "article.column.measured": "{title}: median (least to largest)",
    "article.column.beside": "Beside it",
    "article.further": "{title}: {shown}",
    "article.all": "{parts:clauses}",
}

_ORDERS: Mapping[str, Entry] = {
    "article.order.holds":
        "The article’s order holds with every seed; from where {noun} is lowest to where it is "
        "highest: {labels:list}.",
    "article.order.reversed":
        "The article’s order stands upside down, with every seed; from where {noun} is lowest to "
        "where it is highest: {labels:list}.",
    "article.order.as-said": "As the article has it, {noun} is lower with every seed {pairs:list}.",
    "article.order.other-way":
        "The reverse of what the article has: {noun} is lower with every seed {pairs:list}.",
    "article.order.lower": "for {low} than for {highs:any}",
    "article.order.undecided":
        "Whether {noun} is lower as the article has it, the seeds do not say of {pairs:list}.",
    "article.order.pair": "{a} and {b}",
    "article.best": "Of the {count} that were tried, {label} is best: {noun} is {shown}.",
    "article.best.alike": "The seeds do not tell it apart from {labels:list}.",
    "article.best.turn":
        "To either side of it the median is worse: {less} for {before}, {more} for {after}.",
    "article.best.end": "It stands at the end of what was tried, so that the best may lie beyond.",
    "article.beside": "Beside {label}, {noun} is {parts:clauses}.",
    "article.beside.higher": "higher with every seed for {labels:list}",
    "article.beside.lower": "lower with every seed for {labels:list}",
    "article.beside.open": "not told apart by the seeds for {labels:list}",
}

_COUNTS: Mapping[str, Entry] = {
    "article.ratios.falls":
        "From row to row {noun} falls with {count} of {seeds} {seeds|seed|seeds}.",
    "article.ratios.printed":
        "In the article’s rows {shares:list} of it are left from each epoch to the next, where the "
        "article’s figures leave {printed:list}: the largest share is {times} times the smallest, "
        "and {most} times with the article.",
    "article.ratios.steady":
        "Over all rows {shares:list} are left per epoch, a nearly constant share: the largest is "
        "{times} times the smallest, and up to {limit:general} counts as nearly constant.",
    "article.ratios.unsteady":
        "Over all rows {shares:list} are left per epoch, which is no constant share: the largest "
        "is {times} times the smallest, and up to {limit:general} would count as nearly constant.",
    "article.growth":
        "From {first} to {last}, {counted} grows {count}-fold and {noun} {times}-fold.",
    "article.growth.rises": "With every seed {noun} rises at each row.",
    "article.growth.uneven": "Not with every seed does {noun} rise at each row.",
    "article.above": "With every seed, {noun} is above {limit} for {labels:list}.",
    "article.above.not": "Not with every seed is {noun} above {limit} for {labels:list}.",
    "article.starts": "How many come to where {noun} is at most {limit}: {rows:clauses}.",
    "article.starts-finite": "How many come to the goal: {rows:clauses}.",
    "article.starts.row": "{label}, {count} of {starts}",
    "article.gradients.same":
        "The first gradient of every layer is the same to {digits} digits, seed by seed, for "
        "{labels:list}: backpropagation has done the same in all of them.",
    "article.gradients.other":
        "The first gradient of every layer is not the same to {digits} digits for {labels:list}.",
    "article.gradients.after": "What is made of it differs: {noun} is another for each of them.",
    "article.gradients.alike": "Some of them have come to the same: {noun} is equal.",
}

_VERDICTS: Mapping[str, Entry] = {
    "article.told": "{parts:sentences}",
    "article.unfinished":
        "Of {cells} runs {done} {done|is|are} done; what is said is of {done|that one|those}.",
    "article.nothing": "Nothing of it has been measured yet.",
    "article.too-few": "Too little of it has been measured to say anything.",
    "article.refuted": "So the opinion is wrong here.",
    "article.not-refuted": "So this does not show that the opinion is wrong.",
    "article.unknown": Fault(
        "Experiment", "there is none called {key:name}", "one of {known:list}",
        "Call it without a name for a list"),
    "article.timed": Fault(
        "Experiment {name}", "it measures seconds, of which every computer takes another number",
        "to be computed on one computer", "Leave out --cluster"),
    "article.unreadable": Fault(
        "{place}", "the experiment cannot be read ({reason})", "a table of the article",
        "Install Backprop Lab again"),
}

WORDS: Mapping[str, Entry] = {**_MEASURES, **_ROWS, **_ORDERS, **_COUNTS, **_VERDICTS}
"""Templates by code."""
