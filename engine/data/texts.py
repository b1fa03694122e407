"""Texts to be continued: every letter is followed by the next one."""

from __future__ import annotations

import gzip
from functools import lru_cache
from pathlib import Path

import numpy as np

from engine.data.dataset import Dataset
from engine.data.files import read_text
from engine.data.remark import remark
from engine.data.shipped import FOLDER, damaged
from engine.errors import DataError
from engine.spec import DataSpec

LARGEST_ALPHABET = 512
"""Most different characters of a text: so many numbers come out at every step."""

ALICE = "alice.txt.gz"


@lru_cache(maxsize=1)
def alice() -> str:
    """Return the story that is shipped.

    Raises
    ------
    DataError
        If the program's own file is missing or damaged.
    """
    path = FOLDER / ALICE
    try:
        return gzip.decompress(path.read_bytes()).decode("ascii")
    except (OSError, EOFError, ValueError) as error:
        raise damaged(path) from error


def load_alice(spec: DataSpec) -> Dataset:
    """Return the shipped story; raises DataError as `continued` does."""
    return continued(alice(), spec, "Alice")


def load_text(path: Path, spec: DataSpec) -> Dataset:
    """Return a person's text.

    Raises
    ------
    DataError
        If it cannot be read, or as `continued` does.
    """
    text = read_text(path, spec.table.encoding).replace("\r\n", "\n").replace("\r", "\n")
    return continued(text, spec, path.name)


def continued(text: str, spec: DataSpec, title: str) -> Dataset:
    """Return windows of a text, each with the characters that follow.

    Parameters
    ----------
    text : str
        The text.
    spec : DataSpec
        Its ``window`` is the length of an example. The beginning of the text, ``training_share`` of
        it, is to learn from, the rest for validation.
    title : str
        Name for people.

    Raises
    ------
    DataError
        If the text is too short, or has too many different characters.
    """
    window = spec.window
    count = (len(text) - 1) // window
    if count < 2:
        raise DataError("text.too-short", place=title, size=len(text), window=window,
                        fewest=2 * window + 1)
    alphabet = tuple(sorted(set(text)))
    if len(alphabet) > LARGEST_ALPHABET:
        raise DataError("text.alphabet", place=title, count=len(alphabet), example=alphabet[-1],
                        most=LARGEST_ALPHABET)
    codes = np.array(list(map(ord, text)), np.int64)
    tokens = np.searchsorted(np.array(list(map(ord, alphabet))), codes)
    inputs = tokens[:count * window].reshape(count, window)
    # Every window is a row; a carried state goes on from one to the next.
    learned = min(max(round(spec.training_share * count), 1), count - 1)
    return Dataset(
        key=spec.source, title=title, task="sequence", inputs=inputs.astype(np.float64),
        labels=tokens[1:count * window + 1].reshape(count, window),
        values=np.empty((count, 0)), class_names=alphabet,
        feature_names=tuple(f"character {place}" for place in range(1, window + 1)),
        target_names=("next character",), training=np.arange(learned),
        validation=np.arange(learned, count), tokens=alphabet,
        remarks=(remark("note.text", size=len(text), alphabet=len(alphabet), window=window),))
