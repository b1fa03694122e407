"""How plausible a text is as words of some language, judged by its letters beyond ASCII."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

_LATIN: Mapping[str, str] = MappingProxyType({
    "German": "äöüß", "French": "éèêëàâçùûôîïœæÿ", "Spanish": "áéíóúñü", "Italian": "àèéìòù",
    "Portuguese": "ãõáéíóúâêôçà", "Catalan": "àèéíòóúçïü", "Dutch": "ëïéöüè",
    "Danish and Norwegian": "æøåéò", "Swedish and Finnish": "äöåé", "Icelandic": "áðéíóúýþæö",
    "Polish": "ąćęłńóśźż", "Czech and Slovak": "áčďéěíňóřšťúůýžäľĺŕô",
    "Hungarian": "áéíóöőúüű", "Croatian and Slovene": "čćđšž", "Romanian": "ăâîşţșț",
    "Turkish": "çğıİöşü", "Lithuanian": "ąčęėįšųūž", "Latvian": "āčēģīķļņšūž",
    "Estonian": "äöõüšž",
})
_LATIN_SETS = tuple(frozenset(letters + letters.upper().replace("SS", "")) for letters in
                    _LATIN.values())
_LATIN_LETTERS = frozenset().union(*_LATIN_SETS)

_FREQUENT: Mapping[str, str] = MappingProxyType({
    "CYRILLIC": "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфіїєґћђљњј", "GREEK": "αοιετσνηυρπκμλςόίέάήώύδγφθχβ",
    "HEBREW": "אבגדהוזחטיכלמנסעפצקרשתםןךףץ", "ARABIC": "ابتثجحخدذرزسشصضطظعغفقكلمنهويةىئءأإآ",
    "THAI": "".join(map(chr, range(0x0E01, 0x0E4F))),
})
_RARE = frozenset("ѓќѕџґъљњћђЃЌЅЏҐЪЉЊЋЂ")
_LESS = frozenset("ыьгзбчйхжшюцщэф")
_ALONE = frozenset("éèàåøæöêóíúüÅØÆÖÉÈÀ")
_BESIDE_NUMBERS = frozenset("°²³¹µμ€£¥§±×÷½¼¾·–—−…•‰%№Ø∅™®©ªº¢")
_QUOTES = frozenset("\u2018\u2019\u201c\u201d\u201e«»\u201a\u2039\u203a")
_BLANKS = frozenset("\u00a0\u202f\u2009")


def plausibility(text: str, encoding: str) -> float:
    """Return how plausible a text is: 1 if all its letters belong, below 0 if few do.

    Parameters
    ----------
    text : str
        Lines with letters beyond ASCII.
    encoding : str
        How they were decoded: of scripts with thousands of letters, which are frequent depends on
        it.
    """
    pairs: Counter[tuple[str, str, str]] = Counter(
        (before, letter, after) for before, letter, after in zip(
            " " + text, text, text[1:] + " ", strict=False) if letter > "\x7f")
    if not pairs:
        return 0.0
    letters = Counter[str]()
    for (_, letter, _), count in pairs.items():
        letters[letter] += count
    alphabet = _likeliest_alphabet(letters)
    wide = encoding in _WIDE
    total = sum(_of_letter(*triple, alphabet, encoding if wide else "") * count
                for triple, count in pairs.items())
    return total / sum(letters.values())


def _likeliest_alphabet(letters: Counter[str]) -> frozenset[str]:
    """Return the letters of the language that has most of these."""
    return max(_LATIN_SETS, key=lambda known: sum(
        count for letter, count in letters.items() if letter in known))


def _of_letter(before: str, letter: str, after: str, alphabet: frozenset[str],
               wide: str) -> float:
    """Return how plausible a letter is between two others."""
    if wide and letter >= "\u1100":
        return _of_wide(letter, wide)
    if letter.isalpha() or unicodedata.combining(letter):
        script = _script(letter)
        if script == "LATIN":
            return _of_latin(before, letter, after, alphabet)
        known = _FREQUENT.get(script)
        if known is None or (before.isascii() and before.isalpha()) or (
                after.isascii() and after.isalpha()):
            return -1.0
        if letter.lower() not in known:
            return -0.3
        if letter.isupper() and before.isalpha():
            # Capitals within a word: all of it may be in capitals, but more often all is wrong.
            return 0.3 if before.isupper() else -1.0
        if letter in _RARE:
            return 0.0
        alone = not (before.isalpha() or after.isalpha())
        return 0.5 if alone else 0.85 if letter.lower() in _LESS else 1.0
    beside_letter = before.isalpha() or after.isalpha()
    if letter in _BESIDE_NUMBERS or letter in _BLANKS:
        return -0.5 if before.isalpha() and after.isalpha() else 0.8
    if letter in _QUOTES:
        if letter == "’" or not (before.isalpha() and after.isalpha()):
            return 0.5 if beside_letter or before == " " else -0.3
        return -0.8
    return -1.0


def _of_latin(before: str, letter: str, after: str, alphabet: frozenset[str]) -> float:
    if letter in "µªºμ":
        return 0.8 if not before.isalpha() else -0.5
    if letter.isupper() and before.islower():
        return -1.0
    if letter.islower() and before.isupper() and after.isupper() and letter != "ß":
        return -1.0
    if not (before.isalpha() or after.isalpha()) and letter not in _ALONE:
        # Hardly a word: in another encoding it is a sign.
        return 0.0
    if letter in alphabet:
        return 1.0
    return -0.2 if letter in _LATIN_LETTERS else -0.8


def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]


_WIDE = frozenset({"gb18030", "big5", "cp932", "euc-jp", "cp949"})
_LEVEL_1: Mapping[str, tuple[str, int, int]] = MappingProxyType({
    "gb18030": ("gb2312", 0xB0, 0xD7), "big5": ("big5", 0xA4, 0xC6),
    "cp932": ("shift_jis", 0x88, 0x97), "euc-jp": ("euc_jp", 0xB0, 0xCF),
    "cp949": ("euc_kr", 0xB0, 0xC8),
})
"""First bytes of the frequent letters in the older standard of an encoding."""


def _of_wide(letter: str, encoding: str) -> float:
    """Return how plausible a letter of an East Asian script is in an encoding."""
    if "\u3040" <= letter <= "\u30ff":
        return 1.0 if encoding in ("cp932", "euc-jp") else -0.5
    if "\uac00" <= letter <= "\ud7a3" and encoding != "cp949":
        return -1.0
    if "\u3000" <= letter <= "\u303f" or "\uff01" <= letter <= "\uff5e":
        return 0.5
    if "\uff61" <= letter <= "\uff9f":
        return -0.5
    standard, first, last = _LEVEL_1[encoding]
    try:
        lead = letter.encode(standard)[0]
    except UnicodeEncodeError:
        return -1.0
    if not first <= lead <= last:
        return -0.3
    if encoding == "cp949":
        return 0.9 if letter >= "\uac00" else -0.3
    return 0.8
