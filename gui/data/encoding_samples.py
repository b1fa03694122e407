"""Encodings that a text file may be in, and what its text looks like in each."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from contextlib import suppress
from encodings.aliases import aliases
from functools import cache
from pathlib import Path
from types import MappingProxyType

TITLES: Mapping[str, str] = MappingProxyType({
    "utf-8": "UTF-8", "utf-8-sig": "UTF-8 with a mark", "utf-16": "UTF-16",
    "utf-16-le": "UTF-16, low byte first", "utf-16-be": "UTF-16, high byte first",
    "cp1252": "Windows-1252 (Western)", "iso-8859-15": "Latin-9", "mac-roman": "Mac Roman",
    "cp850": "DOS 850 (Western)", "cp437": "DOS 437", "cp1250": "Windows-1250 (Central Europe)",
    "cp1251": "Windows-1251 (Cyrillic)", "koi8-r": "KOI8-R", "shift-jis": "Shift JIS",
    "gb18030": "GB 18030 (Chinese)", "big5": "Big5", "euc-kr": "EUC-KR"})
LIKELY = ("utf-8", "cp1252", "iso-8859-15", "mac-roman", "cp850", "cp437", "cp1250", "cp1251",
          "utf-16", "shift-jis", "gb18030")
_ODD = re.compile(r"\S*[^\x00-\x7f]\S*")
SAMPLE_BYTES = 2**18


def title_of(encoding: str) -> str:
    """Return an encoding's name for people."""
    return TITLES.get(encoding.replace("_", "-"), encoding.replace("_", "-"))


@cache
def encodings() -> tuple[tuple[str, str], ...]:
    """Return the names and titles of all text encodings that Python reads."""
    found = {}
    for name in (*TITLES, *sorted(set(aliases.values()))):
        with suppress(LookupError):
            if getattr(codecs.lookup(name), "_is_text_encoding", True):
                found[name.replace("_", "-")] = title_of(name)
    return tuple(found.items())


def likely_encodings(_head: bytes) -> tuple[str, ...]:
    """Return the encodings that a text is likely to be in, the likeliest first."""
    return LIKELY


def decoded_sample(path: Path, encoding: str) -> str:
    """Return the first words of a file that are not plain English letters; empty if all are."""
    try:
        with path.open("rb") as file:
            text = file.read(SAMPLE_BYTES).decode(encoding, "replace")
    except (OSError, LookupError, ValueError):
        return ""
    words = dict.fromkeys(word.strip('";,\t')[:24] for word in _ODD.findall(text)[:40])
    return "  ".join(list(words)[:6])
