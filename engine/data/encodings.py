"""How texts may be encoded: every encoding that Python reads, the likely ones, how they look."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from engine.data.alphabets import plausibility
from engine.data.limits import HEAD_BYTES

TITLES: Mapping[str, str] = MappingProxyType({
    "utf-8": "Unicode (UTF-8)",
    "utf-8-sig": "Unicode (UTF-8 with a mark)",
    "utf-16": "Unicode (UTF-16)",
    "utf-16-le": "Unicode (UTF-16, little endian)",
    "utf-16-be": "Unicode (UTF-16, big endian)",
    "utf-32": "Unicode (UTF-32)",
    "utf-32-le": "Unicode (UTF-32, little endian)",
    "utf-32-be": "Unicode (UTF-32, big endian)",
    "utf-7": "Unicode (UTF-7)",
    "ascii": "US English (ASCII)",
    "cp1252": "Western European (Windows-1252)",
    "iso8859-15": "Western European with € (ISO 8859-15, Latin-9)",
    "latin-1": "Western European (ISO 8859-1, Latin-1)",
    "mac-roman": "Western European (Mac Roman)",
    "cp850": "DOS Latin 1 (code page 850)",
    "cp437": "DOS US (code page 437)",
    "cp858": "DOS Latin 1 with € (code page 858)",
    "cp1250": "Central European (Windows-1250)",
    "iso8859-2": "Central European (ISO 8859-2)",
    "cp852": "DOS Central European (code page 852)",
    "mac-latin2": "Central European (Mac)",
    "cp1251": "Cyrillic (Windows-1251)",
    "koi8-r": "Russian (KOI8-R)",
    "koi8-u": "Ukrainian (KOI8-U)",
    "cp866": "DOS Cyrillic (code page 866)",
    "iso8859-5": "Cyrillic (ISO 8859-5)",
    "mac-cyrillic": "Cyrillic (Mac)",
    "cp855": "DOS Cyrillic (code page 855)",
    "koi8-t": "Tajik (KOI8-T)",
    "kz1048": "Kazakh (KZ-1048)",
    "ptcp154": "Kazakh (PT154)",
    "cp1125": "DOS Ukrainian (code page 1125)",
    "cp1253": "Greek (Windows-1253)",
    "iso8859-7": "Greek (ISO 8859-7)",
    "mac-greek": "Greek (Mac)",
    "cp737": "DOS Greek (code page 737)",
    "cp869": "DOS Greek (code page 869)",
    "cp1254": "Turkish (Windows-1254)",
    "iso8859-9": "Turkish (ISO 8859-9, Latin-5)",
    "mac-turkish": "Turkish (Mac)",
    "cp857": "DOS Turkish (code page 857)",
    "cp1257": "Baltic (Windows-1257)",
    "iso8859-13": "Baltic (ISO 8859-13, Latin-7)",
    "iso8859-4": "Baltic (ISO 8859-4, Latin-4)",
    "cp775": "DOS Baltic (code page 775)",
    "cp1255": "Hebrew (Windows-1255)",
    "iso8859-8": "Hebrew (ISO 8859-8)",
    "cp862": "DOS Hebrew (code page 862)",
    "cp856": "Hebrew (code page 856)",
    "cp1256": "Arabic (Windows-1256)",
    "iso8859-6": "Arabic (ISO 8859-6)",
    "cp864": "DOS Arabic (code page 864)",
    "cp720": "DOS Arabic (code page 720)",
    "cp1006": "Urdu (code page 1006)",
    "mac-arabic": "Arabic (Mac)",
    "mac-farsi": "Persian (Mac)",
    "cp874": "Thai (Windows-874)",
    "tis-620": "Thai (TIS-620)",
    "iso8859-11": "Thai (ISO 8859-11)",
    "cp1258": "Vietnamese (Windows-1258)",
    "gb18030": "Chinese, simplified (GB 18030)",
    "gbk": "Chinese, simplified (GBK)",
    "gb2312": "Chinese, simplified (GB 2312)",
    "hz": "Chinese, simplified (HZ)",
    "big5": "Chinese, traditional (Big5)",
    "cp950": "Chinese, traditional (Windows-950)",
    "big5hkscs": "Chinese, Hong Kong (Big5-HKSCS)",
    "shift-jis": "Japanese (Shift JIS)",
    "cp932": "Japanese (Windows-932)",
    "euc-jp": "Japanese (EUC-JP)",
    "iso2022-jp": "Japanese (ISO 2022-JP)",
    "shift-jis-2004": "Japanese (Shift JIS 2004)",
    "shift-jisx0213": "Japanese (Shift JISX 0213)",
    "euc-jis-2004": "Japanese (EUC-JIS 2004)",
    "euc-jisx0213": "Japanese (EUC-JISX 0213)",
    "iso2022-jp-1": "Japanese (ISO 2022-JP-1)",
    "iso2022-jp-2": "Japanese (ISO 2022-JP-2)",
    "iso2022-jp-3": "Japanese (ISO 2022-JP-3)",
    "iso2022-jp-2004": "Japanese (ISO 2022-JP-2004)",
    "iso2022-jp-ext": "Japanese (ISO 2022-JP-EXT)",
    "cp949": "Korean (Windows-949)",
    "euc-kr": "Korean (EUC-KR)",
    "johab": "Korean (Johab)",
    "iso2022-kr": "Korean (ISO 2022-KR)",
    "iso8859-3": "South European (ISO 8859-3, Latin-3)",
    "iso8859-10": "Nordic (ISO 8859-10, Latin-6)",
    "iso8859-14": "Celtic (ISO 8859-14, Latin-8)",
    "iso8859-16": "Romanian (ISO 8859-16, Latin-10)",
    "mac-iceland": "Icelandic (Mac)",
    "mac-croatian": "Croatian (Mac)",
    "mac-romanian": "Romanian (Mac)",
    "cp860": "DOS Portuguese (code page 860)",
    "cp861": "DOS Icelandic (code page 861)",
    "cp863": "DOS French Canadian (code page 863)",
    "cp865": "DOS Nordic (code page 865)",
    "palmos": "Western European (Palm OS)",
    "hp-roman8": "Western European (HP Roman-8)",
    "cp037": "Mainframe, US (EBCDIC 037)",
    "cp273": "Mainframe, German (EBCDIC 273)",
    "cp424": "Mainframe, Hebrew (EBCDIC 424)",
    "cp500": "Mainframe, Western (EBCDIC 500)",
    "cp875": "Mainframe, Greek (EBCDIC 875)",
    "cp1026": "Mainframe, Turkish (EBCDIC 1026)",
    "cp1140": "Mainframe, US with € (EBCDIC 1140)",
})
"""Names of encodings, as `codecs.lookup` takes them, and what people call them."""

GUESSED = (
    "cp1252", "iso8859-15", "cp1250", "cp1251", "cp850", "mac-roman", "cp437", "cp852",
    "iso8859-2", "koi8-r", "cp866", "iso8859-5", "mac-cyrillic", "cp1253", "iso8859-7", "cp737",
    "cp1254", "cp857", "cp1257", "cp1255", "cp1256", "cp874", "gb18030", "big5", "cp932",
    "euc-jp", "cp949", "mac-latin2", "cp865")
"""Those that are found out without a mark; of two that fit as well, the first."""

_UNLIKELY: Mapping[str, float] = MappingProxyType({
    **dict.fromkeys(GUESSED, 0.02), "cp1252": -0.05, "iso8859-15": -0.04, "cp1251": 0.0,
    "cp437": 0.03, "cp852": 0.03, "mac-latin2": 0.06, "mac-cyrillic": 0.03, "cp865": 0.06,
    "cp874": 0.15, "cp1257": 0.03, "mac-roman": 0.0})
"""What is taken off the plausibility of an encoding that few files have."""

_LEAST = -0.4
"""A text that is less plausible in all of them is in none of these."""

_CURRENCY = 0.6
"""What a currency behind a number in every line adds to the plausibility."""

_AMOUNT = re.compile(
    r"\d[ \u00a0]?(?:Kč|zł|руб|р\.|грн|лв|[€£])(?![^\W\d_])|[€£][ \u00a0]?\d")  # noqa: RUF001
_LONE = re.compile("[\udc80-\udcff]")
_LINES = 400
_SAMPLE_BYTES = 2**16
_SHOWN = 60
_NEAR = 0.25
"""Plausibilities that differ by less are not sure."""


@cache
def encodings() -> tuple[tuple[str, str], ...]:
    """Return every text encoding that this Python reads, with a title for people."""
    return tuple((name, title) for name, title in TITLES.items() if _is_known(name))


def title_of(encoding: str) -> str:
    """Return what people call an encoding; its name if it has no other."""
    if encoding in TITLES:
        return TITLES[encoding]
    try:
        plain = codecs.lookup(encoding).name
    except LookupError:
        return encoding
    return next((title for name, title in encodings() if codecs.lookup(name).name == plain),
                encoding)


def likely_encodings(content: bytes) -> tuple[str, ...]:
    """Return the names of the encodings that text may be in, the likeliest first.

    Parameters
    ----------
    content : bytes
        The beginning of a file; those that cannot decode it are left out.
    """
    # What has zeros is no text of one or two bytes a letter: there is nothing to be weighed.
    if b"\0" in content or not _odd_lines(content):
        return ("utf-8", *GUESSED[:5])
    found = []
    if _utf8_share(content) >= 0.5:
        found.append("utf-8")
    return (*found, *(name for name, _ in ranked(content)))


def ranked(content: bytes) -> list[tuple[str, float]]:
    """Return how plausible text is in encodings of one or two bytes a letter, the best first."""
    lines = _odd_lines(content)
    scores = []
    for name in GUESSED:
        try:
            # Of one line that is the whole file, the beginning tells enough.
            text = lines.decode(name)[:_SAMPLE_BYTES]
        except UnicodeDecodeError:
            continue
        scores.append((name, plausibility(text, name) - _UNLIKELY[name] + _money(text)))
    # Sorting keeps the order of those that are as good.
    return sorted(scores, key=lambda pair: -pair[1])


def _money(text: str) -> float:
    """Return how much it tells that currencies stand behind numbers, as ``Kč`` does."""
    lines = text.splitlines()
    return _CURRENCY * sum(_AMOUNT.search(line) is not None for line in lines) / max(len(lines), 1)


def guess(content: bytes) -> tuple[str, str]:
    """Return the likeliest encoding of text that is not Unicode, and the next one if it is unsure.

    Both are empty if no encoding fits; the second one is if the first is sure.
    """
    scores = ranked(content)
    if not scores or scores[0][1] < _LEAST:
        return "", ""
    lines = _odd_lines(content)
    name, best = scores[0]
    text = lines.decode(name)
    for other, score in scores[1:]:
        if best - score > _NEAR:
            break
        if lines.decode(other) != text:
            return name, other
    return name, ""


def decoded_sample(path: Path, encoding: str) -> str:
    """Return how the first words of a file with letters beyond ASCII look in an encoding.

    Empty if there are none in its first megabyte, it cannot be read, or the encoding does not fit.
    """
    try:
        with path.open("rb") as file:
            content = file.read(HEAD_BYTES)
        decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        text = decoder.decode(content)
    except (OSError, LookupError, UnicodeError, ValueError):
        return ""
    words = dict.fromkeys(re.findall(r"[^\s,;\t|\"']*[^\x00-\x7f][^\s,;\t|\"']*",
                                     text.removeprefix("\ufeff")))
    shown = ""
    for word in words:
        if len(shown) + len(word) > _SHOWN:
            break
        shown += f"  {word}" if shown else word
    return shown or next(iter(words), "")[:_SHOWN]


def _odd_lines(content: bytes) -> bytes:
    """Return the first lines with a byte beyond ASCII, each once."""
    found: dict[bytes, None] = {}
    room = _SAMPLE_BYTES
    for line in re.split(rb"[\r\n]+", content)[:-1] or [content]:
        if line.isascii() or line in found:
            continue
        room -= len(line)
        if len(found) >= _LINES or (room < 0 and found):
            break
        found[line] = None
    if not found and not content.isascii():
        found[re.split(rb"[\r\n]+", content)[-1]] = None
    return b"\n".join(found)


def _utf8_share(content: bytes) -> float:
    """Return which share of what is beyond ASCII is UTF-8."""
    if content.isascii():
        return 1.0
    text = content.decode("utf-8", "surrogateescape")
    odd = len(text) - len(text.encode("ascii", "ignore"))
    return 1.0 - len(_LONE.findall(text)) / odd


def is_mostly_utf8(content: bytes) -> bool:
    """Return whether most of what is beyond ASCII is UTF-8, though some bytes may be wrong."""
    return _utf8_share(content) >= 0.5


def _is_known(name: str) -> bool:
    try:
        return bool(codecs.lookup(name)._is_text_encoding)
    except LookupError:
        return False
