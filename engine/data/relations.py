"""Columns of a table that say the same: parts of one answer, and such as decide the target."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.data.columns import Column
from engine.data.dataset import Indices, Reals
from engine.data.joint_target import flags_of
from engine.data.limits import MOST_LEVELS

_FEWEST_ROWS = 20
"""In a smaller table equal columns may be chance."""

_SAME = 1e-3
"""Columns of numbers are the same in another unit if, after a shift and a scale, they nowhere
differ by more than this share of their deviation: numbers are rounded in files."""

_FIRST_ROWS = 1000

_FEW_ROWS = 64
"""Rows that tell of most columns, looked at together, that they say something else."""

_ANSWER_STEMS = frozenset({"y", "target", "output", "out", "label", "class", "response", "result",
                           "answer", "ziel", "klasse"})
_NUMBERED = re.compile(r"(.*?)[ _.-]*\d+")


def one_hot_group(target: Column, columns: Sequence[Column]) -> tuple[Column, ...]:
    """Return the columns of 0 and 1 of which just one is 1 in every row, the target among them.

    ``False`` and ``True``, and other words that `engine.data.joint_target` knows, count as such.

    Parameters
    ----------
    target : Column
        What is to be predicted.
    columns : sequence of Column
        All columns of the file, in its order.

    Returns
    -------
    tuple[Column, ...]
        Three neighbours or more; empty if there is no such group.
    """
    at = next((i for i, column in enumerate(columns) if column is target), -1)
    if at < 0 or _bits(target) is None:
        return ()
    before = list(_while_bits(columns[:at][::-1]))[::-1]
    run_bits = [*before, *_while_bits(columns[at:])]
    first = at - len(before)
    run = columns[first:first + len(run_bits)]
    total = np.cumsum([np.zeros(target.rows), *run_bits], axis=0)
    # Each column has a 1 somewhere, so that with one begin, one end at most has as many as rows.
    ones = total.sum(axis=1)
    begins = np.arange(at - first + 1)
    ends = np.searchsorted(ones, ones[begins] + total.shape[1])
    longest_first = sorted(zip(begins.tolist(), ends.tolist(), strict=True),
                           key=lambda pair: (pair[0] - pair[1], pair[0]))
    for begin, end in longest_first:
        if at - first < end <= len(run) and end - begin > 2 and (
                total[end] - total[begin] == 1).all():
            return tuple(run[begin:end])
    return ()


def _while_bits(columns: Sequence[Column]) -> Iterator[Reals]:
    for column in columns:
        bits = _bits(column)
        if bits is None:
            return
        yield bits


def _bits(column: Column) -> Reals | None:
    """Return a column of two values without gaps as 0 and 1, float64[n]; None if it is none."""
    if column.kind not in ("numeric", "category") or column.distinct != 2 \
            or not column.present.all():
        return None
    flags = flags_of([column])
    return None if flags is None else flags[:, 0]


def numbered_answers(target: Column, columns: Sequence[Column]) -> tuple[Column, ...]:
    """Return the columns called like the target but for a number, such as Y1 and Y2.

    Only where the name is one of answers; the target is among them; empty if it is alone.
    """
    matched = _NUMBERED.fullmatch(target.name)
    if matched is None or matched[1].casefold().strip() not in _ANSWER_STEMS:
        return ()
    stem = matched[1].casefold()
    alike = tuple(column for column in columns
                  if (found := _NUMBERED.fullmatch(column.name)) is not None
                  and found[1].casefold() == stem and column.kind in ("numeric", "category"))
    return alike if len(alike) > 1 else ()


def says_the_same(column: Column, target: Column) -> bool:
    """Return whether a column is the target in other words: other codes, or another unit."""
    both = column.present & target.present
    if both.sum() < _FEWEST_ROWS or (both != target.present).any():
        return False
    if column.numbers is not None and target.numbers is not None and target.distinct > 2:
        return _is_scaled(column.numbers[both], target.numbers[both])
    for rows in _few_then_all(both):
        codes, answers = _codes(column, rows), _codes(target, rows)
        if not (_decides(codes, answers) and _decides(answers, codes)):
            return False
    return not _is_sparse(codes)


def like_target(columns: Sequence[Column], target: Column) -> frozenset[int]:
    """Return positions of the columns of which it has to be asked whether each `says_the_same`.

    Of the others some rows tell that they do not. Columns of numbers are looked at together, since
    a table may have thousands.
    """
    rows = np.flatnonzero(target.present)[:_FEW_ROWS]
    known = {place: column.numbers for place, column in enumerate(columns)
             if column.numbers is not None}
    if not known or not len(rows):
        return frozenset(column.position for column in columns)
    places, numbers = list(known), np.array([values[rows] for values in known.values()])
    may = np.full(len(columns), True)
    if target.numbers is None or target.distinct <= 2:
        # Where its class comes again, so does a value that is another word for it.
        _, first, classes = np.unique(
            _codes(target, rows), return_index=True, return_inverse=True)
        may[places] = (numbers == numbers[:, first[classes]]).all(axis=1)
    else:
        may[places] = ~np.isnan(numbers).any(axis=1)
    return frozenset(column.position for column, asked in zip(columns, may.tolist(), strict=True)
                     if asked)


def decides(column: Column, target: Column) -> bool:
    """Return whether each value of a column of few values always stands beside the same class."""
    both = column.present & target.present
    if both.sum() < _FEWEST_ROWS:
        return False
    for rows in _few_then_all(both):
        codes = _codes(column, rows)
        if not _decides(codes, _codes(target, rows)):
            return False
    return not _is_sparse(codes)


def _few_then_all(known: NDArray[np.bool_]) -> tuple[Indices, Indices]:
    """Return some rows, which nearly always tell that columns differ, and all of them."""
    rows = np.flatnonzero(known)
    return rows[:_FIRST_ROWS], rows


def _is_scaled(x: Reals, y: Reals) -> bool:
    # By products: a wide table asks of thousands of columns, nearly all of which are others.
    x, y = x - x.mean(), y - y.mean()
    spread_x, spread_y = (math.sqrt(float(z @ z) / len(z)) for z in (x, y))
    if not (0 < spread_x < math.inf and 0 < spread_y < math.inf):
        return False
    x, y = x / spread_x, y / spread_y
    likeness = float(x @ y) / len(x)
    # The mean square of what they differ by is 2 - 2 |likeness|.
    if not 2 - 2 * abs(likeness) <= _SAME * _SAME:
        return False
    return bool(np.abs(x - math.copysign(1.0, likeness) * y).max() < _SAME)


def _codes(column: Column, rows: Indices) -> Indices:
    if column.codes is not None:
        return column.codes[rows]
    assert column.numbers is not None
    return np.unique(column.numbers[rows], return_inverse=True)[1].astype(np.int64)


def _decides(codes: Indices, answers: Indices) -> bool:
    """Return whether equal codes stand beside equal answers only."""
    _, codes = np.unique(codes, return_inverse=True)
    lowest = np.full(codes.max() + 1, np.iinfo(np.int64).max)
    highest = np.full(codes.max() + 1, -1)
    np.minimum.at(lowest, codes, answers)
    np.maximum.at(highest, codes, answers)
    return bool((lowest == highest).all())


def _is_sparse(codes: Indices) -> bool:
    """Return whether most values come about once only, so that they decide anything."""
    counts = np.unique(codes, return_counts=True)[1]
    return bool(len(counts) < 2 or np.median(counts) < 4)


def copies(columns: Sequence[Column]) -> dict[str, str]:
    """Return the columns that say the same as another, with the name of that one.

    Parameters
    ----------
    columns : sequence of Column
        Columns that might be learned from.

    Notes
    -----
    That are numbers that are equal in every row, the later one; and of a code and a name of the
    same thing, the code. Columns of two values may be equal by chance.
    """
    found: dict[str, str] = {}
    seen: dict[bytes, Column] = {}
    named = any(column.kind == "category" for column in columns)
    for column in columns:
        if column.rows < _FEWEST_ROWS or column.kind not in ("numeric", "category"):
            continue
        keys = [_fingerprint(column.numbers)] if column.numbers is not None else []
        if column.distinct <= 2:
            continue
        if named and column.distinct <= MOST_LEVELS:
            codes = _codes(column, np.arange(column.rows))
            if not _is_sparse(codes):
                keys.append(_fingerprint(_in_order(codes)))
        other = next((seen[key] for key in keys if key in seen), None)
        if other is None:
            seen.update(dict.fromkeys(keys, column))
        elif other.numbers is not None and column.numbers is None:
            found[other.name] = column.name
            seen.update(dict.fromkeys(keys, column))
        elif column.numbers is None or other.numbers is None or keys[0] == _fingerprint(
                other.numbers):
            found[column.name] = other.name
    return found


def _fingerprint(values: Reals | Indices) -> bytes:
    return hashlib.blake2b(np.ascontiguousarray(values).data, digest_size=16).digest()


def _in_order(codes: Indices) -> Indices:
    """Return codes numbered by where each first occurs, so that other words give the same."""
    _, first, places = np.unique(codes, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first))
    return rank[places].astype(np.int64)
