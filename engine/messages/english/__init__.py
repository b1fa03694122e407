"""The words in English, a module for each subject."""

from engine.messages.english import (
    advice,
    columns,
    cures,
    data,
    experiments,
    files,
    layers,
    microscope,
    microscope_checks,
    microscope_images,
    microscope_learning,
    microscope_sequences,
    microscope_units,
    outcomes,
    program,
    recording,
    spec,
    split,
    states,
    table,
    training,
    verdicts,
    workbooks,
)
from engine.messages.english.formats import FORMATS, joined, plural
from engine.messages.language import Language

SUBJECTS = (
    spec,
    layers,
    files,
    data,
    table,
    columns,
    split,
    states,
    workbooks,
    training,
    verdicts,
    advice,
    cures,
    outcomes,
    program,
    experiments,
    recording,
    microscope,
    microscope_checks,
    microscope_images,
    microscope_learning,
    microscope_sequences,
    microscope_units,
)

ENGLISH = Language({code: words for subject in SUBJECTS for code, words in subject.WORDS.items()},
                   FORMATS, plural, joined)
