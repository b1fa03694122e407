"""Lines that are written in an unusual way, turned into plain delimited text one by one."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

UNIT = "\x1f"
"""Stands between cells where the file has several characters or positions for it."""

Rewrite = Callable[[str], str]

_WHOLE = re.compile(r'\s*"((?:[^"]|"")*)"[;,\s]*')
_RULER = re.compile(r"[\s|+:=\-─━═│┃┼╪╋├┤┌┐└┘┬┴╞╡╭╮╰╯┏┓┗┛┳┻┡┩╇]+")
_BARS = str.maketrans("│┃║", "|||")
_OPENING, _CLOSING = "„“”«»", "“”„«»"
# That it stands at the beginning of a cell is looked at for each: a pattern that began with the
# separator would look at long runs of tabs again from each of them.
_TYPOGRAPHIC = re.compile(
    rf"[{_OPENING}]([^{_OPENING}\"]*)[{_CLOSING}](?=[ \t]*(?:[,;\t|]|\s*$))")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def chain(rewrites: Sequence[Rewrite]) -> Rewrite | None:
    """Return one function that does what all of these do, one after the other; None for none."""
    if len(rewrites) < 2:
        return rewrites[0] if rewrites else None

    def rewrite(line: str) -> str:
        for step in rewrites:
            line = step(line)
        return line

    return rewrite


def is_wrapped(line: str) -> bool:
    """Return whether a whole line stands in quotes, the quotes within it doubled."""
    return _WHOLE.fullmatch(line) is not None


def unwrap(line: str) -> str:
    """Return a line without the quotes around the whole of it."""
    match = _WHOLE.fullmatch(line)
    return line if match is None else match[1].replace('""', '"') + "\n"


def is_ruler(line: str) -> bool:
    """Return whether a line only draws the rule of a table that is drawn with characters."""
    return _RULER.fullmatch(line) is not None and any(
        pair in line for pair in ("--", "==", "──", "━━", "══", "-|", "-:"))


def drawn(line: str) -> str:
    """Return a row of a drawn table with bars between its cells only; a rule becomes blank."""
    if is_ruler(line):
        return "\n"
    text = line.translate(_BARS).strip()
    return (text[1:-1] if text.startswith("|") and text.endswith("|") else text) + "\n"


def between_bars(line: str) -> str:
    """Return a row of a drawn table that has no bars around it; a rule becomes blank."""
    return "\n" if is_ruler(line) else line.translate(_BARS)


def plain_quotes(line: str) -> str:
    """Return a line with plain quotes where typographic ones stand around a cell."""
    return _TYPOGRAPHIC.sub(
        lambda match: f'"{match[1]}"' if begins_cell(line, match.start()) else match[0], line)


def typographic(line: str) -> list[str]:
    """Return the texts of the cells that stand in typographic quotes."""
    return [match[1] for match in _TYPOGRAPHIC.finditer(line) if begins_cell(line, match.start())]


def begins_cell(line: str, place: int, separators: str = ",;\t|") -> bool:
    """Return whether nothing but spaces stands between a separator, or the start, and a place."""
    while place and line[place - 1] == " " and " " not in separators:
        place -= 1
    return not place or line[place - 1] in separators


def splitter(separator: str, quote: str) -> Rewrite:
    """Return what replaces a separator of several characters, but not within quotes.

    Parameters
    ----------
    separator : str
        Two spaces stand for two or more, or a tab; two tabs for one or more; a space at its end
        for any number of them.
    quote : str
        Around texts.
    """
    if separator == "  ":
        pattern, ends = r" *\t[ \t]*|  [ \t]*", None
    elif separator == "\t\t":
        pattern, ends = r"\t+", None
    else:
        pattern, ends = re.escape(separator.rstrip(" ")) + " +" * separator.endswith(" "), "\r\n"
    plain = re.compile(pattern)
    quoted = re.compile(rf"({quote}(?:[^{quote}]|{quote}{quote})*{quote})|{pattern}")

    def rewrite(line: str) -> str:
        text = line.strip(ends)
        if quote not in text:
            return plain.sub(UNIT, text) + "\n"
        return quoted.sub(lambda match: match[1] or UNIT, text) + "\n"

    return rewrite


def cutter(cuts: Sequence[tuple[int, int]]) -> Rewrite:
    """Return what cuts lines at fixed positions.

    Parameters
    ----------
    cuts : sequence of (int, int)
        Begin and end of what is blank between two columns.
    """
    begins = [0, *(end for _, end in cuts)]
    ends = [*(begin for begin, _ in cuts), None]
    slices = [slice(begin, end) for begin, end in zip(begins, ends, strict=True)]

    def rewrite(line: str) -> str:
        text = line.rstrip()
        if any(text[begin:end].strip() for begin, end in cuts):
            # It is not cut in the middle of a word: of one cell, it is left out and said.
            return text + "\n"
        return UNIT.join(text[part].strip() for part in slices) + "\n" if text else "\n"

    return rewrite


def unescaper(separator: str, quote: str) -> Rewrite:
    r"""Return what takes away backslashes before quotes and separators, as MySQL writes them.

    ``\N``, which is no value there, is kept.
    """
    cell = re.compile(rf"(?:[^\\{re.escape(separator)}]|\\.)*", re.DOTALL)

    def plain(match: re.Match[str]) -> str:
        kept = match[1]
        if kept == quote:
            return quote * 2
        return kept if kept in (separator, "\\") else match[0]

    def rewrite(line: str) -> str:
        if "\\" not in line:
            return line
        if quote in line.replace("\\" + quote, "") or "\\" + separator not in line:
            return _ESCAPED.sub(plain, line)
        text, cells, at = line.rstrip("\r\n"), [], 0
        while at <= len(text):
            match = cell.match(text, at)
            assert match is not None
            found = match[0]
            if "\\" + separator in found:
                found = f"{quote}{_ESCAPED.sub(plain, found)}{quote}"
            cells.append(found)
            at = match.end() + 1
        return separator.join(cells) + "\n"

    return rewrite
