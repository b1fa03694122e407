"""Words about embeddings and bags of words."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry

WORDS: Mapping[str, Entry] = {
    "microscope.rows-used":
        "Which rows of the table the batch uses: the optimizer leaves all others as they are.",
    "microscope.ngram-rows":
        "The row of every n-gram of up to {longest:whole} {longest|token|tokens}: single tokens "
        "have one each, longer n-grams one by their hash; 0 where there is none.",
    "microscope.ngram-rows-once":
        "The row of every n-gram of up to {longest:whole} {longest|token|tokens}: single tokens "
        "have one each, longer n-grams one by their hash. Sorted, so that what stands there again "
        "can be left out; 0 where there is none.",
    "microscope.ngrams-counted": "How many n-grams every example has.",
    "microscope.ngrams-sum": "The vectors of an example's n-grams, added up.",
    "microscope.ngrams-mean": "The mean of the vectors of an example's n-grams.",
    "microscope.ngrams-gradient":
        "Every row takes the error of each n-gram that has it, times what it counts.",
}
