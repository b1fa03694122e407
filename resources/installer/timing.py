"""How long the frozen program takes to start: a report, which judges nothing."""

from __future__ import annotations

import os
import re
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from resources.installer.bundle import root, terminal_program
from resources.installer.shell import PackagingError, say
from resources.installer.smoke import (
    NOBODY,
    WINDOW,
    Surroundings,
    copy_of,
    hindrance,
    show_on_virtual_screen,
    start,
)

STARTS = 7
EVENTS = ("first paint", "ready for input", "first training step")
"""What the program prints, and a person waits for."""

PAGE_CACHE = Path("/proc/sys/vm/drop_caches")


def time_starts() -> None:
    """Print how long the program takes to start, warm and with nothing of it in memory.

    Each start is the first of its user, who has no settings and no kernels, from a copy that
    nobody can write to, as from an installed package.

    Raises
    ------
    PackagingError
        If the program does not start.
    """
    with ExitStack() as stack:
        show_on_virtual_screen(stack)
        copy = stack.enter_context(copy_of(root(), Path(tempfile.gettempdir())))
        stack.enter_context(write_protected(copy))
        bundle = copy / terminal_program().relative_to(root())
        # A superuser could write everywhere.
        before = NOBODY if not hindrance(*NOBODY, "true") else ()
        time_once(bundle, before)
        say(report("warm", [time_once(bundle, before) for _ in range(STARTS)]))
        try:
            found = [time_once(bundle, before, empty_page_cache) for _ in range(STARTS)]
        except PermissionError:
            say("left out: an empty page cache: only a superuser can empty it")
        else:
            say(report("empty page cache", found))


def report(title: str, found: list[dict[str, float]]) -> str:
    """Return the medians of some starts as a line, each with its least and its most."""
    parts = []
    for event in EVENTS:
        times = [one[event] for one in found]
        parts.append(f"{event} {statistics.median(times):.0f} ms "
                     f"({min(times):.0f} to {max(times):.0f})")
    return f"{title}, {len(found)} starts: {', '.join(parts)}."


def time_once(bundle: Path, before: tuple[str, ...],
              prepare: Callable[[], None] = lambda: None) -> dict[str, float]:
    """Start the program once as a new user; return when things happened, in ms.

    Raises
    ------
    PackagingError
        If one of them did not.
    """
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o777)
        around = Surroundings("a fresh user", before=before, folder="/", variables={
            "HOME": home, "XDG_CACHE_HOME": None, "XDG_CONFIG_HOME": None,
            "XDG_DATA_HOME": None, "XDG_STATE_HOME": None})
        prepare()
        done = start(around, bundle, WINDOW)
    times = {event: float(at) for event, at in re.findall(r"^(.+): (\d+) ms$", done.stdout, re.M)}
    if done.returncode or not times.keys() >= set(EVENTS):
        raise PackagingError(f"The program does not start: {done.stdout}{done.stderr}")
    return times


def empty_page_cache() -> None:
    """Let the system forget what it has read of files; PermissionError without the right."""
    os.sync()
    PAGE_CACHE.write_text("3", encoding="ascii")


@contextmanager
def write_protected(folder: Path) -> Iterator[None]:
    """Let nobody make or remove files in a folder."""
    # Its files are other names of the bundle's: what is done to them is done to those.
    inside = [folder, *(path for path in folder.rglob("*")
                        if path.is_dir() and not path.is_symlink())]
    for path in inside:
        path.chmod(0o555)
    try:
        yield
    finally:
        for path in inside:
            path.chmod(0o755)
