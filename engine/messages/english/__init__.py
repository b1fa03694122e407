"""The words in English, a module for each subject."""

from engine.messages.english import (
    advice,
    data,
    files,
    layers,
    program,
    spec,
    table,
    training,
    verdicts,
    workbooks,
)
from engine.messages.english.formats import FORMATS, joined, plural
from engine.messages.language import Language

ENGLISH = Language(
    {**spec.WORDS, **layers.WORDS, **files.WORDS, **data.WORDS, **table.WORDS, **training.WORDS,
     **verdicts.WORDS, **advice.WORDS, **program.WORDS,
     **workbooks.WORDS},
    FORMATS, plural, joined)
