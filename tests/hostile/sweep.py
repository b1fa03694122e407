"""Hostile files by the hundred, each looked at as the program would, with what that takes.

    python -m tests.hostile.sweep check 300        # what 'check' says of projects
    python -m tests.hostile.sweep train 60         # the same, and whether 'train' agrees
    python -m tests.hostile.sweep tables 300       # previews of tables, and loading them
    python -m tests.hostile.sweep others 300       # weights of other programs, sweeps, results
    python -m tests.hostile.sweep bundles 300      # runs, B and earlier runs: opening, and check
    python -m tests.hostile.sweep collected 300    # recordings, images, texts: in folders and zips
    python -m tests.hostile.sweep kept 300         # copies of unsaved work, at the next start
    python -m tests.hostile.sweep likely 60        # projects that look right: check, and train

prints what is not as it should be, and how long, how large and how wordy the worst were.
"""

from __future__ import annotations

import io
import json
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType

from engine.bundles import read_either, read_saved
from engine.data import TABLE, load, preview
from engine.errors import DataError, EngineError
from engine.experiments.store import Store
from engine.messages.texts import LONGEST_SENTENCE
from engine.spec import DataSpec
from gui.terminal.command_line import main
from tests.hostile import bundles, collected, kept, likely, others, projects, tables

HANGS_S = 30.0
"""Seconds of the processor after which nothing more is expected of one file."""

WAITS_S = 240.0
"""Seconds in all, on a machine that others use: whoever waits for a pipe uses no processor."""

STEPS = 20
RASH = 100.0
"""Learning rate from which on nobody knows whether a network diverges until it is tried."""
PROGRAMMERS_WORDS = re.compile(r"Traceback|Errno|[a-z]Error\b|Exception|<class|object at 0x|codec")
UNWRITABLE = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


class Hanging(BaseException):
    """A file that nothing comes of; no error that the program could take for one of its own."""


@dataclass
class Report:
    """What has come of many files.

    Attributes
    ----------
    count : int
        How many there were.
    refused : int
        How many of them were told to be wrong.
    slowest_s : float
        Most seconds of the processor for one, and which.
    mib : float
        The most memory that this process has had, with Python and all libraries.
    longest : int
        Letters of the longest line, and which file had it.
    faults : list of str
        What is not as it should be.
    """

    count: int = 0
    refused: int = 0
    slowest_s: float = 0.0
    slowest: int = -1
    mib: float = 0.0
    longest: int = 0
    wordiest: int = -1
    faults: list[str] = field(default_factory=list)

    def note(self, seed: int, said: str, seconds: float) -> None:
        """Take note of one file."""
        self.count += 1
        if seconds > self.slowest_s:
            self.slowest_s, self.slowest = seconds, seed
        for line in said.splitlines():
            if len(line) > self.longest:
                self.longest, self.wordiest = len(line), seed
            if len(line) > LONGEST_SENTENCE + 20:
                self.faults.append(f"{seed}: {len(line)} letters: {line[:80]}")
        if found := UNWRITABLE.search(said) or PROGRAMMERS_WORDS.search(said):
            begin = max(0, found.start() - 60)
            self.faults.append(f"{seed}: {said[begin:found.end() + 40]!a}")
        self.mib = peak_mib()


def peak_mib() -> float:
    """Return the most memory that this process has had."""
    try:
        status = Path("/proc/self/status").read_text()
        # What getrusage tells counts what the parent had when it made this process.
        return int(status.split("VmHWM:")[1].split()[0]) / 2**10
    except (OSError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (
            2**20 if sys.platform == "darwin" else 2**10)


def carried_out(*arguments: str) -> tuple[int, str]:
    """Return the exit code of a command, and all that it has said."""
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        status = main(arguments)
    return status, said.getvalue()


def checked(seed: int, folder: Path, report: Report) -> tuple[Path, int, str]:
    """Let a project be checked; return its file, and what was said."""
    for old in folder.glob("project.*"):
        old.unlink()
    path = projects.written(seed, folder)
    begin = time.process_time()
    status, said = carried_out("check", str(path))
    report.note(seed, said, time.process_time() - begin)
    report.refused += status == 2
    if status not in (0, 2) or not said.strip():
        report.faults.append(f"{seed}: exit code {status}")
    return path, status, said


def check(seed: int, folder: Path, report: Report) -> None:
    """Let a project be checked."""
    checked(seed, folder, report)


def train(seed: int, folder: Path, report: Report) -> None:
    """Let a project be checked and trained, and see whether both say the same."""
    path, status, said = checked(seed, folder, report)
    trained, told = carried_out("train", str(path), "--steps", str(STEPS), "--quiet", "--out",
                                str(folder / "results"))
    if trained not in (0, 2):
        report.faults.append(f"{seed}: train ended with {trained}")
    elif status == 2 and not any(line and line in said for line in told.splitlines()):
        report.faults.append(f"{seed}: check says {said[-300:]!r}, train {told[-300:]!r}")
    elif trained == 2 and status == 0 and "nothing is wrong" in said and not is_rash(path):
        report.faults.append(f"{seed}: check says nothing, train {told[-300:]!r}")
    elif PROGRAMMERS_WORDS.search(told):
        report.faults.append(f"{seed}: train {told[-300:]!r}")


def is_rash(path: Path) -> bool:
    """Say whether a project has so large a learning rate that nobody wonders if it diverges."""
    return read_either(path)[0].training.learning_rate > RASH


def table(seed: int, folder: Path, report: Report) -> None:
    """Have a look at a table and load it; see whether both say the same."""
    for old in folder.glob("table.*"):
        old.unlink()
    path, spec = tables.written(seed, folder)
    begin = time.process_time()
    said: list[str] = []
    problem = loaded = ""
    try:
        seen = preview(path, spec)
        problem = seen.problem
        said += [*seen.notes, problem]
    except DataError as error:
        problem = error.sentence
    looked_s, begin = time.process_time() - begin, time.process_time()
    try:
        said += load(DataSpec(TABLE, path=str(path), table=spec)).notes
    except DataError as error:
        loaded = error.sentence
    said += [problem, loaded]
    report.refused += bool(loaded)
    report.note(seed, "\n".join(said), max(looked_s, time.process_time() - begin))
    if problem and not loaded:
        report.faults.append(f"{seed}: the preview says {problem!r}, loading nothing")


def asking(path: Path) -> Path:
    """Write a project that names a file, and return it."""
    content = projects.points()
    if path.suffix == ".ndjson":
        content["data"] = {"source": "drawings", "path": path.name}
    else:
        content["start_from"] = path.name
    project = path.with_name("asking.json")
    project.write_text(json.dumps(content))
    return project


def agree(seed: int, folder: Path, report: Report) -> None:
    """Let a project that looks right be checked and trained, and see whether both say the same."""
    path = folder / "project.json"
    path.write_text(json.dumps(likely.drawn(seed)))
    begin = time.process_time()
    status, said = carried_out("check", str(path))
    report.note(seed, said, time.process_time() - begin)
    report.refused += status == 2
    trained, told = carried_out("train", str(path), "--steps", "3", "--quiet", "--out",
                                str(folder / "results"))
    if status != trained or (status and not any(line and line in said
                                                for line in told.splitlines())):
        report.faults.append(f"{seed}: check says {said[-300:]!r}, train {told[-300:]!r}")


def other(seed: int, folder: Path, report: Report) -> None:
    """Have a look at a file beside projects, as the command does that takes such a file."""
    path = others.written(seed, folder)
    if path.suffix == ".results":
        # What the command reads before it begins to compute.
        path = path.rename(path.with_name("store.results"))
        begin, said, status = time.process_time(), "", 0
        try:
            Store(path).close()
        except EngineError as error:
            status, said = 2, error.sentence
        path.unlink()
    else:
        begin = time.process_time()
        status, said = carried_out(*(("sweep", str(path), "--axis", "nobody=1")
                                     if path.suffix == ".json" else ("check", str(asking(path)))))
    report.note(seed, said, time.process_time() - begin)
    report.refused += status == 2
    if status not in (0, 2) or (status and not said.strip()):
        report.faults.append(f"{seed}: exit code {status}")


def collection(seed: int, folder: Path, report: Report) -> None:
    """Have recordings, images or texts loaded and checked, and see that nothing else is written."""
    source, path = collected.written(seed, folder)
    project = folder / "asking.json"
    content = projects.points()
    content["data"] = {"source": source, "path": path.name}
    project.write_text(json.dumps(content))
    before = sorted(folder.rglob("*"))
    begin = time.process_time()
    said, loaded = [], ""
    try:
        said += load(DataSpec(source, path=str(path))).notes
    except DataError as error:
        loaded = error.sentence
    status, told = carried_out("check", str(project))
    report.note(seed, "\n".join((*said, loaded, told)), (time.process_time() - begin) / 2)
    report.refused += bool(loaded)
    if status not in (0, 2) or (loaded and status != 2):
        report.faults.append(f"{seed}: loading says {loaded!r}, check {told[-300:]!r}")
    if sorted(folder.rglob("*")) != before:
        report.faults.append(f"{seed}: something was written")


def leftover(seed: int, folder: Path, report: Report) -> None:
    """Look for unsaved work as the next start does, and see that all else stays where it is."""
    # The one kind for which Qt is needed.
    from PySide6.QtCore import QCoreApplication

    from gui.document.document import Document
    from gui.document.recovery import Recovery

    # Timers ask for one; it lives as long as this function is at work.
    application = QCoreApplication.instance() or QCoreApplication([])
    home = kept.written(seed, folder)
    copies = {path.name for path in home.glob("*.json")}
    begin = time.process_time()
    recovery = Recovery(Document(), home)
    found = recovery.leftovers()
    report.note(seed, "", time.process_time() - begin)
    report.refused += not found
    recovery.stop()
    for one in found:
        one.release()
    if {path.name for path in home.glob("*.json")} != copies:
        report.faults.append(f"{seed}: of {sorted(copies)} not all are left")
    assert application is not None


def bundle(seed: int, folder: Path, report: Report) -> None:
    """Open a bundle with a run, B and earlier runs, and let it be checked."""
    path = bundles.written(seed, _whole(folder), folder)
    begin = time.process_time()
    said: list[str] = []
    try:
        opened = read_saved(path)
        said += [message.text for message in opened.unread]
        refused = False
    except EngineError as error:
        said.append(error.sentence)
        refused = True
    status, told = carried_out("check", str(path))
    report.note(seed, "\n".join((*said, told)), time.process_time() - begin)
    report.refused += refused
    if status not in (0, 2) or (refused and not (status == 2 and said[-1] in told)):
        report.faults.append(f"{seed}: opening says {said!r}, check {told[-300:]!r}")


def _whole(folder: Path) -> bytes:
    """Return a whole bundle of a project that was trained, made once."""
    path = folder / "whole.bplab"
    if path.exists():
        return path.read_bytes()
    plain, trained = folder / "plain.json", folder / "trained.bplab"
    plain.write_text(json.dumps(projects.points()))
    status, told = carried_out("train", str(plain), "--steps", "5", "--quiet", "--out",
                               str(folder / "results"), "--save", str(trained))
    assert status == 0, told
    return bundles.whole_bundle(trained)


SWEEPS: dict[str, Callable[[int, Path, Report], None]] = {
    "check": check, "train": train, "tables": table, "others": other, "bundles": bundle,
    "collected": collection, "kept": leftover, "likely": agree}


def swept(kind: str, count: int, first: int = 0) -> Report:
    """Return what has come of so many files of a kind."""
    def hang(_number: int, _frame: FrameType | None) -> None:
        raise Hanging

    for number in (signal.SIGALRM, signal.SIGPROF):
        signal.signal(number, hang)
    report, folder = Report(), Path(tempfile.mkdtemp(prefix="hostile-"))
    projects.surroundings(folder)
    try:
        for seed in range(first, first + count):
            signal.setitimer(signal.ITIMER_REAL, WAITS_S)
            signal.setitimer(signal.ITIMER_PROF, HANGS_S)
            try:
                SWEEPS[kind](seed, folder, report)
            except Hanging:
                report.faults.append(f"{seed}: it does not end")
            except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
                report.faults.append(f"{seed}: {error!r}"[:300])
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
                signal.setitimer(signal.ITIMER_PROF, 0)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return report


if __name__ == "__main__":
    kind, count, *rest = sys.argv[1:]
    sys.stdout.write(json.dumps(asdict(swept(kind, int(count), *map(int, rest))), indent=1) + "\n")
