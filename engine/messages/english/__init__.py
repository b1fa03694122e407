"""The words in English, a module for each subject."""

from engine.messages.english import (
    advice,
    columns,
    cures,
    data,
    experiments,
    files,
    layers,
    outcomes,
    program,
    spec,
    split,
    table,
    training,
    verdicts,
    workbooks,
)
from engine.messages.english.formats import FORMATS, joined, plural
from engine.messages.language import Language

ENGLISH = Language(
    {**spec.WORDS, **layers.WORDS, **files.WORDS, **data.WORDS, **table.WORDS, **columns.WORDS,
     **split.WORDS, **workbooks.WORDS,
     **training.WORDS, **verdicts.WORDS, **advice.WORDS, **cures.WORDS,
     **outcomes.WORDS, **program.WORDS, **experiments.WORDS},
    FORMATS, plural, joined)
