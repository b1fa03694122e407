"""The lines of a person's table, wherever they come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from engine.data.files import Mending
from engine.data.remark import Remark

Role = Literal["", "numbers", "classes", "text", "date", "ignored"]


@dataclass(frozen=True)
class Declared:
    """What a file says of its own table, so that it need not be found out.

    Attributes
    ----------
    separator, quote, decimal : str
        As `engine.spec.TableSpec` has them; empty where the file does not say.
    header : bool | None
        Whether the first line names the columns; None where the file does not say.
    target : str
        Column that the file calls its answer; empty where it names none.
    roles : Mapping[str, Role]
        What the file says of columns, by their names.
    levels : Mapping[str, tuple[str, ...]]
        Classes of a column in the order of the file, by its name.
    """

    separator: str = ""
    quote: str = ""
    decimal: str = ""
    header: bool | None = None
    target: str = ""
    roles: Mapping[str, Role] = field(default_factory=lambda: MappingProxyType({}))
    levels: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))


NOTHING_DECLARED = Declared()


@dataclass(frozen=True)
class LineSource:
    """Lines of delimited text, from a text file or made of another format.

    Attributes
    ----------
    place : str
        The file's name, for sentences.
    size : int
        Its bytes.
    encoding : str
        How its text is encoded; empty where its format fixes that.
    head : tuple[str, ...]
        Its first lines with their ends, all of them if it is small.
    complete : bool
        Whether the head is everything.
    open : callable
        Gives a context in which all lines can be read, one after the other.
    pieces : callable
        Returns lines that are spread over what comes behind the head; none if nothing does.
    declared : Declared
        What the file says of its table.
    sheets : tuple[str, ...]
        Names of its sheets; none for a format that has no sheets.
    sheet : str
        The one that is read.
    remarks : tuple[Remark, ...]
        What was left out to make lines of it.
    mending : Mending | None
        What wrong bytes were met while lines were read; None where there can be none.
    """

    place: str
    size: int
    encoding: str
    head: tuple[str, ...]
    complete: bool
    open: Callable[[], AbstractContextManager[Iterator[str]]]
    pieces: Callable[[], tuple[str, ...]] = tuple
    declared: Declared = NOTHING_DECLARED
    sheets: tuple[str, ...] = ()
    sheet: str = ""
    remarks: tuple[Remark, ...] = ()
    mending: Mending | None = None


def made_of(place: str, size: int, lines: Sequence[str], **facts: Any) -> LineSource:
    """Return a source whose lines are all at hand, as a format other than text gives them.

    Parameters
    ----------
    place, size : str, int
        The file's name and its bytes.
    lines : sequence of str
        All lines with their ends.
    **facts
        Further fields of `LineSource`.
    """
    kept = tuple(lines)
    return LineSource(place, size, "", kept, True, lambda: nullcontext(iter(kept)), **facts)
