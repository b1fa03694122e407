"""What can be chosen when sounds are brought."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType

from engine.data.sound_files import LONGEST_SECONDS
from engine.data.spectrogram import MelSpectrogram
from engine.errors import DataError
from engine.spec import Option
from engine.spec.fields import Choice, Field

USUAL_RATE = 16_000
"""Highest rate that is chosen without being asked for: speech has little above half of it."""

SPEEDS: Mapping[str, tuple[float, ...]] = MappingProxyType({
    "none": (), "two": (0.9, 1.1), "four": (0.8, 0.9, 1.1, 1.2)})

_RATES = ("8000", "11025", "16000", "22050", "32000", "44100", "48000")

FIELDS = (
    Field("told", "What is to be told", "class", "A class for each recording, or its text.",
          choices=(Choice("class", "Class", "One of some names: a word, a bird, an instrument."),
                   Choice("text", "Text", "Letters or digits, as many as were spoken."))),
    Field("labels", "Where it stands", "auto", "What says the class or the text of a recording.",
          choices=(Choice("auto", "Find out", "A table, else the folders, else the names."),
                   Choice("folders", "Folders", "Every class has a folder of its name."),
                   Choice("names", "Names of the files", "The names are built by a pattern."),
                   Choice("table", "A table beside them", "CSV or TSV: a column names the files, "
                                                          "another says what they are."))),
    Field("pattern", "Pattern of the names", "{label}_{speaker}_{n}",
          "How the files are named, without suffix: {label}, {speaker}, {n} for a number and "
          "{skip} for what says nothing.", is_rare=True),
    Field("label_column", "Column of the table", "",
          "Title of the column with the class or the text; empty finds out.",
          shown_when=("labels", ("auto", "table")), is_rare=True),
    Field("split", "Validation", "auto", "Which recordings are for validation.",
          choices=(Choice("auto", "As they are divided", "Folders or cells that are called train "
                                                         "and test, else random ones."),
                   Choice("random", "Random ones", "Of every class the same share."),
                   Choice("speakers", "Whole speakers", "Nobody is heard on both sides."),
                   Choice("numbers", "Low numbers", "Recordings whose {n} is below a limit."))),
    Field("held_out", "Speakers for validation", "",
          "Their names with commas between them; empty takes some at random.",
          shown_when=("split", ("speakers",))),
    Field("below", "Numbers below", 5, "Recordings with a lower {n} are for validation.",
          minimum=1, maximum=999_999_999, shown_when=("split", ("numbers",))),
    Field("seconds", "Length", 0.0,
          "Recordings are cut or filled with silence to so many seconds; 0 takes a length for "
          "which 19 of 20 recordings need no cut, or all if texts are told.",
          minimum=0.0, maximum=LONGEST_SECONDS, unit="s", zero="Automatic"),
    Field("joined", "Join recordings", False,
          "Makes strings of several recordings of the same speaker, as if they were spoken one "
          "after the other; recordings for validation make those for validation.",
          shown_when=("told", ("text",))),
    Field("strings", "Strings", 2000, "How many are made in all.", minimum=4, maximum=1_000_000,
          shown_when=("joined", (True,))),
    Field("fewest", "Fewest recordings", 3, "Of a string.", minimum=1, maximum=50,
          shown_when=("joined", (True,))),
    Field("most", "Most recordings", 5, "Of a string.", minimum=1, maximum=50,
          shown_when=("joined", (True,))),
    Field("pause", "Longest pause", 0.2,
          "Silence between two recordings, before the first and behind the last: from nothing to "
          "this, by chance.", minimum=0.0, maximum=5.0, unit="s", shown_when=("joined", (True,))),
    Field("speeds", "Other speeds", "none",
          "Recordings to learn from are also heard slower and faster, lower and higher, as if "
          "other people spoke; of strings, each is heard at one of the speeds.",
          choices=(Choice("none", "None"), Choice("two", "0.9 and 1.1"),
                   Choice("four", "0.8, 0.9, 1.1 and 1.2"))),
    Field("trim", "Cut off silence", False, "Leaves out what is quiet at both ends.", is_rare=True),
    Field("quiet", "Quiet is below", 40.0,
          "Decibels below the loudest hundredth of a second of the recording.", minimum=6.0,
          maximum=90.0, unit="dB", shown_when=("trim", (True,)), is_rare=True),
    Field("levels", "Loudness", "recording", "What the numbers of a spectrogram are.",
          choices=(Choice("recording", "Of each recording", "From 0 for the floor to 1 for the "
                                                            "loudest of the recording."),
                   Choice("bands", "Of each recording and band",
                        "Each band of a recording with mean 0 and standard deviation 1, so that "
                        "microphone and room count less."),
                 Choice("training", "Of all training recordings",
                          "Each band with mean 0 and standard deviation 1."),
                   Choice("none", "As recorded", "From 0 for the floor to 1 for a full tone."))),
    Field("rate", "Rate", "auto", "Samples in a second to which all recordings are brought.",
          choices=(Choice("auto", "Find out", "The lowest of the recordings, 16,000 at most."),
                   *(Choice(rate, f"{int(rate):,} Hz") for rate in _RATES)), is_rare=True),
    Field("window_ms", "Window", 25.0, "Length of the piece of sound that a frame looks at.",
          minimum=1.0, maximum=1000.0, unit="ms", logarithmic=True, is_rare=True),
    Field("hop_ms", "Hop", 10.0, "From the beginning of a frame to that of the next.",
          minimum=1.0, maximum=1000.0, unit="ms", logarithmic=True, is_rare=True),
    Field("bands", "Bands", 40, "Numbers of a frame, at equal distances on the scale of mel.",
          minimum=1, maximum=256),
    Field("lowest", "Lowest frequency", 50.0, "Where the lowest band begins.", minimum=0.0,
          maximum=20_000.0, unit="Hz", is_rare=True),
    Field("highest", "Highest frequency", 0.0,
          "Where the highest band ends; 0 takes half the rate.", minimum=0.0, maximum=24_000.0,
          unit="Hz", is_rare=True, zero="Half the rate"),
    Field("floor_db", "Floor", -80.0, "What is quieter counts as this.", minimum=-120.0,
          maximum=-10.0, unit="dB", is_rare=True),
)


@dataclass(frozen=True)
class SoundOptions:
    """The values of all `FIELDS`, by their keys."""

    told: str
    labels: str
    pattern: str
    label_column: str
    split: str
    held_out: str
    below: int
    seconds: float
    joined: bool
    strings: int
    fewest: int
    most: int
    pause: float
    speeds: str
    trim: bool
    quiet: float
    levels: str
    rate: str
    window_ms: float
    hop_ms: float
    bands: int
    lowest: float
    highest: float
    floor_db: float

    @classmethod
    def of(cls, values: Mapping[str, Option]) -> SoundOptions:
        """Return the options of checked values, one for each field."""
        return cls(**{field.name: values[field.name]  # type: ignore[arg-type]
                      for field in fields(cls)})

    @property
    def is_text(self) -> bool:
        """Whether texts are to be told."""
        return self.told == "text"

    @property
    def is_joined(self) -> bool:
        """Whether recordings are joined."""
        return self.is_text and self.joined

    @property
    def other_speeds(self) -> tuple[float, ...]:
        """Speeds besides 1 at which recordings to learn from are heard."""
        return SPEEDS[self.speeds]

    def spectrogram(self, rate: int, place: str) -> MelSpectrogram:
        """Return how sounds of a rate become frames.

        Raises
        ------
        DataError
            If the frequencies do not suit the rate or leave a band without any.
        """
        highest = self.highest or rate / 2
        if not self.lowest < highest <= rate / 2:
            raise DataError("sound.frequencies", place=place, lowest=self.lowest, highest=highest,
                            rate=rate, most=rate / 2)
        made = MelSpectrogram(rate, max(1, round(rate * self.window_ms / 1000)),
                              max(1, round(rate * self.hop_ms / 1000)), self.bands,
                              float(self.lowest), float(highest), float(self.floor_db))
        if not made.is_possible:
            raise DataError("sound.bands", place=place, bands=self.bands, lowest=self.lowest,
                            highest=highest)
        return made
