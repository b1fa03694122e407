"""Words about sounds that are brought."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry, Fault

WORDS: Mapping[str, Entry] = {
    "sound.no-bytes": Fault(
        "{place}", "a file of 0 bytes", "a sound", "Copy or record it again"),
    "sound.unknown": Fault(
        "{place}", "no sound that can be read", "WAV, FLAC, OGG or MP3",
        "Save it as one of these, or leave it out"),
    "sound.damaged": Fault(
        "{place}", "a sound that is damaged in its middle", "one that can be read to its end",
        "Copy or record it again"),
    "sound.failed": Fault(
        "{place}", "cannot be read ({reason})", "a readable file",
        "Check the name and the permission"),
    "sound.no-library": Fault(
        "{place}", "the library that reads sounds is missing or does not start", "soundfile",
        "Install Backprop Lab again"),
    "sound.not-finite": Fault(
        "{place}", "{count:whole} {count|sample is no number|samples are no numbers}, the first "
        "after {seconds:general,3} s", "finite numbers", "Export the sound again"),
    "sound.rate": Fault(
        "{place}", "a rate of {rate:whole} samples in a second", "{least:whole} to {most:whole}",
        "Export the sound at a usual rate, such as 16,000"),
    "sound.too-short": Fault(
        "{place}", "a sound of {samples:whole} {samples|sample|samples}",
        "{fewest:general} s at least", "Leave it out or record it again"),
    "sound.too-long": Fault(
        "{place}", "a sound of {seconds:fixed,0} s", "{most:general} s at most",
        "Cut it into examples"),

    "sound.none": Fault(
        "{place}", "no file of sound", "files that end with one of {known:list}",
        "Choose another folder or zip"),
    "sound.too-many": Fault(
        "{place}", "more than {most:whole} files", "{most:whole} at most",
        "Choose a folder with fewer"),
    "sound.no-zip": Fault(
        "{place}", "no zip, or a damaged one", "a whole zip", "Pack or copy it again"),
    "sound.zip-too-large": Fault(
        "{place}", "files of {size:mib} MiB when unpacked", "{most:mib} MiB at most",
        "Unpack it and choose a part"),
    "sound.zip-locked": Fault(
        "{place}", "a file with a password", "a zip without one",
        "Unpack it and choose the folder"),
    "sound.zip-damaged": Fault(
        "{place}", "a file that cannot be unpacked", "a whole zip", "Pack or copy it again"),
    "sound.member-too-large": Fault(
        "{place}", "more than {most:mib} MiB when unpacked", "{most:mib} MiB at most",
        "Unpack the zip and choose the folder, or leave the file out"),

    "sound.pattern": Fault(
        "Pattern of the names", "{pattern:quote}", "each of {known:list} once at most, and one of "
        "them at least", "Correct the pattern"),
    "sound.no-labels": Fault(
        "{place}", "nothing that says what {name:quote} is",
        "a folder for each class, a table, or names built as {pattern}",
        "Sort the files into folders, or correct the pattern of the names"),
    "sound.no-label":
        "Neither a folder, a table nor its name says what it is (where it stands: {labels}).",
    "sound.no-table": Fault(
        "{place}", "no CSV or TSV with the names of the sounds",
        "a table with one column of file names and another one of classes or texts",
        "Put it beside the sounds, or choose another place for the classes"),
    "sound.no-column": Fault(
        "{place}", "no column {column:name}", "one of {known:list}",
        "Correct the column of the table"),
    "sound.one-class": Fault(
        "{place}", "one class only: {name:name}, {count:whole} {count|recording|recordings}",
        "at least 2 classes", "Add recordings of something else, or change where the class stands"),
    "sound.many-classes": Fault(
        "{place}", "{count:whole} classes, such as {example:quote}", "{most:whole} at most",
        "Change where the class stands, or choose that texts are to be told"),
    "sound.many-characters": Fault(
        "{place}", "{count:whole} different characters, such as {example:quote}",
        "{most:whole} at most", "Choose texts that are written in letters"),
    "sound.frequencies": Fault(
        "{place}", "bands from {lowest:general} to {highest:general} Hz",
        "rising, and no higher than half the rate of {rate:whole} Hz: {most:general} Hz",
        "Correct the frequencies or choose a higher rate"),
    "sound.bands": Fault(
        "{place}", "{bands} bands from {lowest:general} to {highest:general} Hz, of which one "
        "holds no frequency", "fewer bands or a wider range", "Choose fewer bands"),
    "sound.too-much": Fault(
        "{place}", "{count:whole} examples of {frames:whole} frames of {bands} bands, {size:mib} "
        "MiB", "{most:mib} MiB at most", "Choose a shorter length, a longer hop or fewer bands"),
    "sound.too-many-bytes": Fault(
        "{place}", "more than {most:mib} MiB after {count:whole} of {of:whole} recordings",
        "{most:mib} MiB at most", "Choose a shorter length, a longer hop or fewer bands"),

    "sound.one-speaker": Fault(
        "{place}", "the same speaker in all recordings, or none that {name:quote} names",
        "at least 2 speakers", "Correct the pattern {pattern}, or choose random recordings"),
    "sound.no-speaker": Fault(
        "{place}", "no speaker {speaker:name}", "one of {known:list}",
        "Correct the speakers for validation"),
    "sound.all-held-out": Fault(
        "{place}", "all {count} speakers are for validation", "one at least to learn from",
        "Take one of them away"),
    "sound.no-numbers": Fault(
        "{place}", "{count:whole} {count|recording|recordings} whose number is not below {below}; "
        "nothing would be left on one side",
        "numbers on both sides, as the pattern {pattern} finds them in names such as {name:quote}",
        "Correct the pattern or the limit"),

    "note.vowels":
        "{speakers} voices, {held_out} of them for validation alone; {frames} frames of {bands} "
        "bands, a frame every {hop:general,3} ms.",
    "note.sound-frames":
        "At {rate:whole} samples in a second, an example is {frames:whole} frames long, "
        "{seconds:general,3} s: each looks at {window:general,3} ms, and the next begins "
        "{hop:general,3} ms later.",
    "note.sound-bands":
        "{bands} bands lie at equal distances on the scale of mel, 2595 log₁₀(1 + f / 700), from "
        "{lowest:general} to {highest:general} Hz.",
    "note.sound-of-recording":
        "Numbers are decibels: 1 for the loudest of each recording, 0 for {floor:general} dB below "
        "it or less, in 255 steps.",
    "note.sound-as-recorded":
        "Numbers are decibels: 1 for a full tone, 0 for {floor:general} dB below it or less, in "
        "255 steps.",
    "note.sound-of-bands":
        "Numbers are decibels, none further than {floor:general} dB from the loudest of each "
        "recording; each of its bands has mean 0 and standard deviation 1, and is cut off at 3. "
        "Silence behind it counts 0.",
    "note.sound-of-training":
        "Numbers are decibels above {floor:general} dB, in 255 steps, each band brought to mean 0 "
        "and standard deviation 1 over the training examples.",
    "note.sound-speeds":
        "{count:whole} more examples to learn from are the same recordings at the speeds "
        "{speeds:list}.",
    "note.sound-cut":
        "{count:whole} of {of:whole} recordings last longer than {seconds:general,3} s; their ends "
        "were cut off.",
    "note.sound-left-out":
        "{count:whole} {count|recording was|recordings were} left out, such as {name:quote}: "
        "{reason}",
    "note.sound-parts":
        "{count:whole} {count|recording|recordings} for validation, as they are divided.",
    "note.sound-speakers":
        "For validation are the recordings of {speakers:list}, {count} of {of} speakers.",
    "note.sound-numbers":
        "For validation are the {count:whole} recordings with a number below {below}.",
    "note.sound-strings":
        "{strings:whole} strings of {fewest} to {most} recordings each were joined of "
        "{count:whole} recordings, with pauses of up to {pause:general} s.",
}
"""Templates by code."""
