"""Texts as examples: opened, divided, cut, numbered by the vocabulary of those to learn from."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import cast

import numpy as np

from engine.data.dataset import Dataset, Indices, Reals
from engine.data.importers.importer import LeftOut, Preview, Sample
from engine.data.importers.texts_corpus import PARTS, Corpus, Text, check_classes, parts_of
from engine.data.importers.texts_files import (
    MOST_TOLD,
    Member,
    corpus_of_files,
    opened,
    tables_in,
)
from engine.data.importers.texts_table import corpus_of_table
from engine.data.importers.texts_words import (
    FIRST,
    PADDING,
    Counted,
    Cutter,
    Vocabulary,
    count,
    encoded,
    unknown_share,
    vocabulary,
)
from engine.data.limits import FEWEST_ROWS, LARGEST_FILE
from engine.data.modality import Modality
from engine.data.remark import Remark, remark
from engine.data.split import split_apart, split_rows
from engine.data.target_scale import scale_target
from engine.errors import DataError
from engine.messages import say
from engine.spec import DataSpec, Scaling
from engine.spec.network import Option

_SHOWN = 24
_MOST_SHOWN = 4000

Options = Mapping[str, Option]


def load_texts(path: Path, spec: DataSpec, options: Options) -> Dataset:
    """Return a person's texts as tokens.

    Parameters
    ----------
    path : Path
        A table, a folder with a folder for each class, or a zip archive of these.
    spec : DataSpec
        ``more_paths`` are further ones; ``table`` says how tables are read, ``training_share`` and
        ``seed`` how texts are divided that say nothing of their part.
    options : Mapping[str, Option]
        All options of the importer.

    Raises
    ------
    DataError
        If nothing can be learned from it; the sentence says why.
    """
    failed: list[LeftOut] = []
    with _opened(path, spec, options) as corpus:
        check_classes(corpus)
        rows = np.flatnonzero(corpus.parts != PARTS.index("apart"))
        with corpus.open(rows) as texts:
            counted = count(_readable(texts, failed), Cutter.of(options),
                            cast(int, options["length"]), end=options["kept"] == "end",
                            place=corpus.place)
    full = np.flatnonzero(counted.lengths > 0)
    if len(full) < FEWEST_ROWS:
        raise DataError("texts.too-few", place=corpus.place, count=len(full), fewest=FEWEST_ROWS)
    counted = replace(counted, found=counted.found[full], lengths=counted.lengths[full])
    sides = _divided(corpus, rows[full], spec, options)
    fewest, most = cast(int, options["fewest"]), cast(int, options["most"])
    chosen = vocabulary(counted, sides.training, fewest, most)
    if len(chosen.names) == FIRST:
        raise DataError("texts.no-vocabulary", place=corpus.place, fewest=fewest,
                        different=chosen.different)
    texts_left = len(rows) - len(full) - len(failed)
    return _dataset(corpus, rows[full], counted, chosen, sides, spec, options,
                    (*_left_out(failed, texts_left), *sides.remarks))


def _readable(texts: Iterable[Text], failed: list[LeftOut]) -> Iterator[str]:
    """Yield texts, an empty one where a file cannot be read."""
    for text in texts:
        if isinstance(text, LeftOut):
            failed.append(text)
            yield ""
        else:
            yield text


@contextmanager
def _opened(path: Path, spec: DataSpec, options: Options, *,
            sampled: bool = False) -> Iterator[Corpus]:
    """Open all that was brought as one corpus; what had to be unpacked is there until the end."""
    with tempfile.TemporaryDirectory(prefix="texts-") as room:
        paths = (path, *map(Path, spec.more_paths))
        found = [_corpus(one, spec, options, Path(room), sampled=sampled) for one in paths]
        yield found[0] if len(found) == 1 else _joined(found, options)


def _corpus(path: Path, spec: DataSpec, options: Options, room: Path, *, sampled: bool) -> Corpus:
    encoding = spec.table.encoding
    if path.is_dir():
        return corpus_of_files(path, encoding)
    if path.suffix.lower() == ".zip":
        with opened(path) as members:
            tables = tables_in(members)
            if not tables:
                return corpus_of_files(path, encoding)
            unpacked = _unpacked(tables[0], room / str(len(list(room.iterdir()))))
        found = corpus_of_table(unpacked, spec, options, sampled)
        return replace(found, title=path.name)
    return corpus_of_table(path, spec, options, sampled)


def _unpacked(member: Member, room: Path) -> Path:
    room.mkdir()
    return member.unpack(room, LARGEST_FILE)


def _joined(found: Sequence[Corpus], options: Options) -> Corpus:
    """Return several corpora as one; files called train and test are its parts."""
    first = found[0]
    tasks = {corpus.task for corpus in found}
    if len(tasks) > 1:
        raise DataError("texts.tasks", place=found[1].place, first=first.place)
    names = tuple(dict.fromkeys(name for corpus in found for name in corpus.class_names))
    number = {name: place for place, name in enumerate(names)}
    labels = [np.array([number[name] for name in corpus.class_names], np.int64)[corpus.labels]
              if corpus.class_names else corpus.labels for corpus in found]
    words = [_part_word(corpus.title) for corpus in found]
    meanings = parts_of(sorted(set(words))) if options["parts"] == "given" else {}
    parts = [np.full(len(corpus), PARTS.index(meanings[word]), np.int8)
             if word in meanings and not corpus.parts.any() else corpus.parts
             for corpus, word in zip(found, words, strict=True)]
    return replace(
        first, names=[name for corpus in found for name in corpus.names],
        open=partial(_read_joined, found), labels=np.concatenate(labels),
        values=np.concatenate([corpus.values for corpus in found]), class_names=names,
        parts=np.concatenate(parts), is_whole=all(corpus.is_whole for corpus in found),
        left_out=tuple(one for corpus in found for one in corpus.left_out),
        remarks=tuple(Remark(say("note.texts-of", name=corpus.title, what=one.message))
                      for corpus in found for one in corpus.remarks))


def _part_word(title: str) -> str:
    """Return the word of a file's name that may be that of a part: ``test`` of ``ag-test.csv``."""
    words = "".join(letter if letter.isalpha() else " " for letter in Path(title).stem).split()
    return next((word for word in words if parts_of((word, "train")) or parts_of((word, "test"))),
                title)


@contextmanager
def _read_joined(found: Sequence[Corpus], rows: Indices) -> Iterator[Iterator[Text]]:
    def each() -> Iterator[Text]:
        start = 0
        for corpus in found:
            inside = rows[(rows >= start) & (rows < start + len(corpus))]
            with corpus.open(inside - start) as texts:
                yield from texts
            start += len(corpus)

    yield each()


@dataclass(frozen=True)
class _Sides:
    training: Indices
    validation: Indices
    remarks: tuple[Remark, ...]


def _divided(corpus: Corpus, kept: Indices, spec: DataSpec, options: Options) -> _Sides:
    parts = corpus.parts[kept]
    learned, held = (np.flatnonzero(parts == PARTS.index(part))
                     for part in ("training", "validation"))
    if options["parts"] == "given" and len(learned) and len(held):
        # What says nothing of its part is learned from.
        learned = np.flatnonzero((parts == 0) | (parts == 1))
        order, _ = split_apart(len(learned), len(held), spec.seed)
        return _Sides(learned[order], held, _of_parts(corpus, len(learned), len(held)))
    labels = corpus.labels[kept] if corpus.task == "classification" else None
    return _Sides(*split_rows(len(kept), labels, spec.training_share, spec.seed), ())


def _of_parts(corpus: Corpus, learned: int, held: int) -> tuple[Remark, ...]:
    apart = len(corpus.rows("apart"))
    said = remark("note.texts-parts", learned=learned, held=held)
    return (said, remark("note.texts-apart", count=apart)) if apart else (said,)


def _dataset(corpus: Corpus, kept: Indices, counted: Counted, chosen: Vocabulary, sides: _Sides,
             spec: DataSpec, options: Options, said: tuple[Remark, ...]) -> Dataset:
    inputs = encoded(counted, chosen, front=options["filled"] == "front")
    is_words = options["unit"] == "words"
    made = Dataset(
        key=spec.source, title=corpus.title, task=corpus.task, inputs=inputs,
        labels=corpus.labels[kept] if corpus.class_names else corpus.labels,
        values=corpus.values[kept], class_names=corpus.class_names,
        feature_names=tuple(f"{'word' if is_words else 'character'} {place}"
                            for place in range(1, inputs.shape[1] + 1)),
        target_names=(corpus.target,), training=sides.training, validation=sides.validation,
        modality=Modality("tokens", inputs.shape[1:]), tokens=chosen.names, padding=PADDING,
        joint=" " if is_words else "",
        remarks=(*corpus.remarks, *said, *_figures(counted, chosen, sides, inputs, options)))
    if made.task == "classification":
        return made
    scaling: Scaling = "standard" if spec.scaling == "auto" else spec.scaling
    scaled = scale_target(made.values, made.target_names, made.training, spec.table.target_scaling,
                          scaling, corpus.place)
    return replace(made, values=scaled.values, units_of=scaled.units_of,
                   remarks=(*made.remarks, *scaled.remarks))


def _left_out(failed: Sequence[LeftOut], empty: int) -> tuple[Remark, ...]:
    said = []
    if failed:
        said.append(remark("note.texts-unreadable", count=len(failed), name=failed[0].name,
                           reason=failed[0].reason))
    if empty:
        said.append(remark("note.texts-empty", count=empty))
    return tuple(said)


def _figures(counted: Counted, chosen: Vocabulary, sides: _Sides, inputs: Reals,
             options: Options) -> tuple[Remark, ...]:
    """Return what was found in the texts, in numbers."""
    width = inputs.shape[1]
    cut = float((counted.lengths > width).mean())
    many = str(options["unit"])
    return (
        remark("note.texts-vocabulary", many=many, count=len(chosen.names) - FIRST,
               different=chosen.different, fewest=options["fewest"],
               share=unknown_share(inputs, sides.validation)),
        remark("note.texts-cut" if cut else "note.texts-lengths", many=many,
               middle=int(np.median(counted.lengths)), longest=int(counted.lengths.max()),
               share=cut, length=width))


def preview_texts(path: Path, spec: DataSpec, options: Options) -> Preview:
    """Look at texts before they are loaded; parameters and errors as of `load_texts`."""
    try:
        return _preview(path, spec, options, sampled=True)
    except DataError:
        if path.is_dir() and not spec.more_paths:
            raise
        # The beginning of a large file may hold one class only.
        return _preview(path, spec, options, sampled=False)


def _preview(path: Path, spec: DataSpec, options: Options, *, sampled: bool) -> Preview:
    with _opened(path, spec, options, sampled=sampled) as corpus:
        check_classes(corpus)
        shown = _spread(corpus)
        cutter, length = Cutter.of(options), cast(int, options["length"])
        failed: list[LeftOut] = []
        with corpus.open(shown) as texts:
            cut = [cutter(text) for text in _readable(texts, failed)]
    kept = slice(-length, None) if options["kept"] == "end" else slice(length)
    joint = " " if options["unit"] == "words" else ""
    samples = tuple(
        Sample(corpus.names[row], _label(corpus, row), text=joint.join(tokens[kept])[:_MOST_SHOWN])
        for row, tokens in zip(shown.tolist(), cut, strict=True) if tokens)
    learned, held = len(corpus.rows("")) + len(corpus.rows("training")), len(
        corpus.rows("validation"))
    counts = np.bincount(corpus.labels, minlength=len(corpus.class_names))
    has_parts = bool(corpus.is_whole and len(corpus.rows("training")) and held)
    return Preview(
        corpus.title, len(corpus),
        Modality("tokens", (min(max(1, *map(len, cut)), length) if cut else length,)), corpus.task,
        dict(zip(corpus.class_names, counts.tolist(), strict=False)), samples,
        (*failed, *corpus.left_out)[:MOST_TOLD],
        (*corpus.remarks, *(_of_parts(corpus, learned, held) if has_parts else ())),
        corpus.is_whole, corpus.columns)


def _label(corpus: Corpus, row: int) -> str:
    if corpus.class_names:
        return str(corpus.class_names[corpus.labels[row]])
    return f"{corpus.values[row, 0]:.6g}"


def _spread(corpus: Corpus) -> Indices:
    """Return some texts that are spread over the classes and over each class."""
    groups = [np.flatnonzero(corpus.labels == label) for label in range(len(corpus.class_names))
              ] or [np.arange(len(corpus))]
    each = max(1, _SHOWN // len(groups))
    return np.sort(np.concatenate([
        group[np.unique(np.linspace(0, len(group) - 1, each).astype(np.int64))]
        for group in groups if len(group)][:_SHOWN]))
