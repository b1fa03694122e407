"""All experiments that there are: the article's tables, the maps, and a person's own sweeps."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from engine.errors import EngineError, FormatError
from engine.experiments.article import ArticleTable, tables
from engine.experiments.map_templates import map_templates
from engine.experiments.store import SUFFIX
from engine.experiments.sweep import Sweep
from engine.experiments.sweep_files import read_sweep, write_sweep
from engine.messages import Message, say
from engine.spec.replacing import replace_file

SWEEP_SUFFIX, PARTS_SUFFIX = ".sweep.json", ".parts.json"
UNSAFE = re.compile(r"[^\w-]+")


class Group(enum.Enum):
    """What kind of experiment it is."""

    TABLE = "table"
    OPINION = "opinion"
    MAP = "map"
    OWN = "own"


@dataclass(frozen=True)
class Experiment:
    """One experiment.

    Attributes
    ----------
    key : str
        Names it among all, and its files.
    title : Message
        What people read.
    setting : Message
        On which network, data and training.
    group : Group
        What kind it is.
    sweeps : tuple[Sweep, ...]
        What is computed.
    table : ArticleTable | None
        What a table makes of the results.
    """

    key: str
    title: Message
    setting: Message
    group: Group
    sweeps: tuple[Sweep, ...]
    table: ArticleTable | None = None

    @property
    def sweep(self) -> Sweep:
        """The first of its sweeps."""
        return self.sweeps[0]

    @property
    def size(self) -> int:
        """Cells of all of them."""
        return sum(sweep.size for sweep in self.sweeps)


class Library:
    """The experiments, and the folder with a person's own and with all results.

    Parameters
    ----------
    folder : Path
        Where files are kept; made when something is written.

    Attributes
    ----------
    unread : tuple[str, ...]
        Files of a person's own sweeps that cannot be read.
    fault : Message | None
        Why the article's tables are not there; None if they are.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._own: dict[str, Experiment] = {}
        self.unread: tuple[str, ...] = ()
        self.fault: Message | None = None
        self._fixed = (*self._tables(), *(
            Experiment(f"map-{one.key}", one.title, one.setting, Group.MAP, (one.sweep,))
            for one in map_templates()))
        self._read_own()

    def __iter__(self) -> Iterator[Experiment]:
        return iter((*self._fixed, *self._own.values()))

    def experiment(self, key: str) -> Experiment | None:
        """Return an experiment by its key; None if there is none."""
        return next((one for one in self if one.key == key), None)

    def results_path(self, key: str) -> Path:
        """Return where the results of an experiment are kept."""
        return self.folder / f"{key}{SUFFIX}"

    def add(self, sweep: Sweep) -> Experiment:
        """Keep a person's sweep.

        Raises
        ------
        FormatError
            If it cannot be written.
        """
        stem = UNSAFE.sub("-", sweep.name.strip().lower()).strip("-")[:60] or "sweep"
        key, number = f"own-{stem}", 1
        while self.experiment(key) is not None or self.results_path(key).exists():
            number += 1
            key = f"own-{stem}-{number}"
        self._make_folder()
        write_sweep(sweep, self.folder / f"{key}{SWEEP_SUFFIX}")
        self._own[key] = _of_own(key, sweep)
        return self._own[key]

    def remove(self, key: str) -> None:
        """Remove a person's sweep with its results; one of the program's own stays.

        Raises
        ------
        FormatError
            If its files cannot be removed.
        """
        if key not in self._own:
            return
        try:
            for path in (self.folder / f"{key}{SWEEP_SUFFIX}", self.results_path(key),
                         self.folder / f"{key}{PARTS_SUFFIX}"):
                path.unlink(missing_ok=True)
        except OSError as error:
            raise FormatError("file.unwritable", path=str(path),
                              reason=str(error.strerror)) from error
        del self._own[key]

    def forget_results(self, key: str) -> None:
        """Remove the results of an experiment, so that it can be computed anew.

        Raises
        ------
        FormatError
            If the file cannot be removed.
        """
        path = self.results_path(key)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise FormatError("file.unwritable", path=str(path),
                              reason=str(error.strerror)) from error

    # Parts of a map that were computed finer

    def parts(self, key: str) -> tuple[Sweep, ...]:
        """Return the parts of a map that were asked for; none where the file is not there."""
        try:
            found = msgspec.json.decode((self.folder / f"{key}{PARTS_SUFFIX}").read_bytes(),
                                        type=tuple[Sweep, ...])
        except (OSError, msgspec.DecodeError):
            # Parts are asked for with a gesture: what is lost is drawn again.
            return ()
        return found

    def keep_parts(self, key: str, parts: tuple[Sweep, ...]) -> None:
        """Keep the parts of a map; raises FormatError if they cannot be written."""
        self._make_folder()
        replace_file(self.folder / f"{key}{PARTS_SUFFIX}", msgspec.json.encode(parts))

    def _tables(self) -> tuple[Experiment, ...]:
        try:
            return tuple(map(_of_table, tables()))
        except FormatError as error:
            # A broken installation; maps and a person's own sweeps need none of them.
            self.fault = error.message
            return ()

    def _make_folder(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FormatError("file.unwritable", path=str(self.folder),
                              reason=str(error.strerror)) from error

    def _read_own(self) -> None:
        unread = []
        # In the order in which they were made.
        found = sorted(self.folder.glob(f"*{SWEEP_SUFFIX}"), key=lambda path: (
            path.stat().st_mtime_ns, path.name))
        for path in found:
            key = path.name.removesuffix(SWEEP_SUFFIX)
            try:
                self._own[key] = _of_own(key, read_sweep(path))
            except (OSError, EngineError):
                unread.append(path.name)
        self.unread = tuple(unread)


def _of_table(table: ArticleTable) -> Experiment:
    group = Group.OPINION if table.is_misconception else Group.TABLE
    return Experiment(table.key, table.title, table.setting, group, table.sweeps, table)


def _of_own(key: str, sweep: Sweep) -> Experiment:
    setting = say("library.own", project=sweep.project.name, seeds=sweep.seeds, steps=sweep.steps)
    if not sweep.steps:
        setting = say("library.own-whole", project=sweep.project.name, seeds=sweep.seeds)
    return Experiment(key, say("library.title", name=sweep.name), setting, Group.OWN, (sweep,))
