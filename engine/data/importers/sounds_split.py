"""Which recordings are for validation: random ones, whole speakers, low numbers, or a part."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.data.dataset import Indices
from engine.data.importers.sounds_names import Recording
from engine.data.importers.sounds_options import SoundOptions
from engine.data.remark import Remark, remark
from engine.data.split import split_apart_by, split_groups, split_rows
from engine.errors import DataError
from engine.spec import DataSpec

Sides = tuple[Indices, Indices, tuple[Remark, ...]]


def divide(found: Sequence[Recording], labels: Indices | None, spec: DataSpec,
           options: SoundOptions, place: str) -> Sides:
    """Divide recordings into those to learn from and those for validation.

    Parameters
    ----------
    found : sequence of Recording
        The recordings.
    labels : int64[n] or None
        Their classes, where there are such.
    spec : DataSpec
        Share to learn from, and seed.
    options : SoundOptions
        Kind of split.
    place : str
        What was brought, for sentences.

    Returns
    -------
    training, validation : int64[...]
        Places among the recordings, in a shuffled order.
    remarks : tuple[Remark, ...]
        How they were told apart, unless at random.

    Raises
    ------
    DataError
        If one side would be empty, or nothing says who speaks or which number a recording has.
    """
    if options.split == "speakers":
        return _speakers(found, spec, options, place)
    if options.split == "numbers":
        return _numbers(found, spec, options, place)
    parts = [one.is_learned for one in found]
    if options.split == "auto" and {True, False} <= set(parts):
        # What lies in neither part is to learn from.
        learned = np.array([part is not False for part in parts])
        return (*split_apart_by(learned, spec.seed),
                (remark("note.sound-parts", count=int((~learned).sum())),))
    return (*split_rows(len(found), labels, spec.training_share, spec.seed, place), ())


def _speakers(found: Sequence[Recording], spec: DataSpec, options: SoundOptions,
              place: str) -> Sides:
    speakers, numbers = np.unique([one.speaker for one in found], return_inverse=True)
    if len(speakers) < 2:
        raise DataError("sound.one-speaker", place=place, name=found[0].name,
                        pattern=options.pattern)
    wanted = [name.strip() for name in options.held_out.split(",") if name.strip()]
    for name in wanted:
        if name not in speakers:
            raise DataError("sound.no-speaker", place=place, speaker=name,
                            known=tuple(map(str, speakers[:12])))
    if not wanted:
        training, validation = split_groups(numbers, spec.training_share, spec.seed)
    else:
        learned = ~np.isin(speakers, wanted)[numbers]
        if not learned.any():
            raise DataError("sound.all-held-out", place=place, count=len(speakers))
        training, validation = split_apart_by(learned, spec.seed)
    held_out = sorted({found[row].speaker for row in validation})
    return training, validation, (remark("note.sound-speakers", speakers=tuple(held_out[:12]),
                                         count=len(held_out), of=len(speakers)),)


def _numbers(found: Sequence[Recording], spec: DataSpec, options: SoundOptions,
             place: str) -> Sides:
    learned = np.array([one.number is None or one.number >= options.below for one in found])
    if learned.all() or not learned.any():
        raise DataError("sound.no-numbers", place=place, below=options.below, name=found[0].name,
                        pattern=options.pattern, count=int(learned.sum()))
    return (*split_apart_by(learned, spec.seed),
            (remark("note.sound-numbers", below=options.below, count=int((~learned).sum())),))
