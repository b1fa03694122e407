"""Texts with a label each: a table with a column of texts, or a folder for each class."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from engine.data.dataset import Dataset
from engine.data.importers.importer import Importer, Preview
from engine.data.importers.suffixes import TABLE_SUFFIXES, TEXT_SUFFIXES
from engine.data.zip_members import names_in
from engine.spec import DataSpec
from engine.spec.fields import Choice, Field

_MOST_LOOKED = 60
"""Entries of a folder, or members of an archive, that a claim looks at."""

_HEAD = 2**14
_LONG_LINE = 120
"""Bytes that a line of a table with texts has on average at least."""

FIELDS = (
    Field("text", "Text column", "", "Column that holds the texts; empty takes the one with the "
          "most words. Several, with semicolons between, are joined.", holds="columns"),
    Field("label", "Label column", "", "Column that holds what is to be learned; empty takes the "
          "most likely one.", holds="column"),
    Field("parts", "Division", "given", "Which texts are for validation.", choices=(
        Choice("given", "As the data say", "Parts that are called train and test stay apart."),
        Choice("random", "At random", "All texts are mixed; as many of each class on both sides."),
    )),
    Field("part", "Column of the parts", "", "Column that says train or test; empty finds it.",
          holds="column", shown_when=("parts", ("given",)), is_rare=True),
    Field("unit", "A token is", "words", "What a text is cut into.", choices=(
        Choice("words", "A word", "Letters and digits that stand together."),
        Choice("characters", "A character", "Each sign, spaces too."),
    )),
    Field("lower", "Small letters", True, "Whether \"Good\" and \"good\" are one word."),
    Field("clean", "Remove HTML", True, "Whether tags such as <br /> are removed, and &amp; "
          "becomes &.", is_rare=True),
    Field("signs", "Keep punctuation", False, "Whether each sign such as ! is a word of its own; "
          "else it is left out.", shown_when=("unit", ("words",)), is_rare=True),
    Field("fewest", "Least count", 2, "How often a word has to occur in the texts to learn from; "
          "rarer ones become the unknown word.", minimum=1, maximum=1000, is_rare=True),
    Field("most", "Most words", 10_000, "Size of the vocabulary: the most frequent ones are kept.",
          minimum=10, maximum=200_000, logarithmic=True),
    Field("length", "Length", 200, "Tokens of an example: longer texts are cut, shorter ones "
          "filled up.", minimum=1, maximum=5000, unit="tokens", logarithmic=True),
    Field("kept", "Of a longer text keep", "beginning", "Which end is kept.", choices=(
        Choice("beginning", "The beginning"), Choice("end", "The end")), is_rare=True),
    Field("filled", "Fill up a shorter text", "back", "Where the padding stands.", choices=(
        Choice("back", "Behind it", "The layers here skip padding behind a text."),
        Choice("front", "In front of it", "The last step is then the text's last word."),
    ), is_rare=True),
)


def _claims(path: Path) -> float:
    if path.is_dir():
        return _of_names(_names_in(path))
    suffix = path.suffix.lower()
    if suffix == ".zip":
        return _of_names(islice(names_in(path) or (), _MOST_LOOKED))
    return _of_table(path) if suffix in TABLE_SUFFIXES else 0.0


def _names_in(folder: Path, depth: int = 3) -> Iterator[str]:
    """Yield some names of files in a folder, as they are seen from it."""
    found = sorted(islice(folder.iterdir(), _MOST_LOOKED))
    for entry in found:
        if entry.is_file():
            yield entry.name
        elif depth and entry.is_dir() and not entry.name.startswith("."):
            for name in islice(_names_in(entry, depth - 1), _MOST_LOOKED // 4):
                yield f"{entry.name}/{name}"


def _of_names(names: Iterator[str]) -> float:
    seen = list(names)
    inside = [name for name in seen if "/" in name]
    texts = [name for name in inside if name.lower().endswith(TEXT_SUFFIXES)]
    if texts and 2 * len(texts) >= len(inside):
        return 0.9
    tables = [name for name in seen if name.lower().endswith(TABLE_SUFFIXES)]
    return 0.3 if tables and len(tables) == len(seen) else 0.0


def _of_table(path: Path) -> float:
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return 0.0
    if head.startswith(b"PK\x03\x04") or not head:
        return 0.1
    lines = head.count(b"\n") or 1
    words = head.count(b" ") / lines
    return 0.6 if len(head) / lines >= _LONG_LINE and words >= _LONG_LINE / 12 else 0.1


def _preview(path: Path, spec: DataSpec) -> Preview:
    # What reads tables loads pandas, which is not to be waited for at every start.
    from engine.data.importers.texts_load import preview_texts

    return preview_texts(path, spec, TEXTS.options(spec))


def _load(path: Path, spec: DataSpec) -> Dataset:
    from engine.data.importers.texts_load import load_texts

    return load_texts(path, spec, TEXTS.options(spec))


TEXTS = Importer(
    "texts", "Texts with labels",
    "What a text says of its writer or subject: a table with a column of texts and a label, or a "
    "folder of text files for each class.",
    "text", "case-sensitive", (*TABLE_SUFFIXES, ".zip"), True, FIELDS, _claims, _preview, _load)
