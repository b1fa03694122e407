"""Whether the frozen program works where it has to, and fails where it should."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from resources.installer.bundle import contents, program, root, terminal_program
from resources.installer.recipe import BUILD, NAME, ROOT
from resources.installer.screen import virtual_screen
from resources.installer.shell import PackagingError, call, say

PATIENCE_S = 120
SELF_TEST = ("--self-test",)
WINDOW = ("--profile-start", "--run", "--within", "60")
POINT = "first training point"
SCREEN = ("DISPLAY", "QT_QPA_PLATFORM")
WHOLE = "BACKPROP_LAB_SMOKE"
"""Variable whose value ``whole`` lets nothing be left out, be it for want of a tool or of the
rights, as many a container wants them."""
LINUX = sys.platform == "linux"
EXAMPLES = ROOT / "resources" / "examples"
SWEEP = ("sweep", str(EXAMPLES / "01-playground-default.json"), "--axis", "depth=1,2,3", "--steps",
         "50", "--workers", "2", "--quiet", "--out")
"""Is followed by a folder: the program has to start itself anew, to compute in two processes."""
SWEPT = "3 of 3 cells: 3 done."

PROOFS = {SELF_TEST[0]: ("self-test", ""), SWEEP[0]: ("sweep", SWEPT)}
"""What is tried with a first argument, and what the program prints once it has worked."""


@dataclass(frozen=True)
class Surroundings:
    """Where the program is started.

    Attributes
    ----------
    title : str
        What is special about it.
    before : tuple[str, ...]
        What stands before the program in the command.
    variables : Mapping[str, str | None]
        Environment variables that differ; None takes one away.
    folder : str | None
        Working directory.
    is_bare : bool
        Whether there is no environment but ``variables`` and the screen.
    sockets : Path | None
        Where strace, which stands in ``before``, writes what sockets are opened.
    bundle : Path | None
        The program, if it is another than the one that was made.
    """

    title: str
    before: tuple[str, ...] = ()
    variables: Mapping[str, str | None] = field(default_factory=dict)
    folder: str | None = None
    is_bare: bool = False
    sockets: Path | None = None
    bundle: Path | None = None


USUAL = Surroundings("as usual")
BARE = Surroundings("no environment", variables={"PATH": "/usr/bin:/bin"}, is_bare=True)
NO_NETWORK = ("unshare", "--net", "--map-root-user")
ONE_CORE = ("taskset", "--cpu-list", "0")
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
READ_ONLY = ("unshare", "--mount", "sh", "-c", 'mount --bind "$1" "$1" && '
             'mount -o remount,bind,ro "$1" && shift && exec "$@"', "sh")
"""Is followed by a folder and a command that cannot write there."""

STRACE = ("strace", "--follow-forks", "--seccomp-bpf", "--trace=socket", "--output")
LOCAL = ("AF_UNIX", "AF_LOCAL", "AF_NETLINK")
"""Sockets that reach no other machine."""


def smoke() -> None:
    """Start the frozen program in all surroundings, then some that are broken on purpose.

    Raises
    ------
    PackagingError
        If one of them does what it should not, or cannot be tried where it has to be; after all
        have been tried.
    """
    wrong, left_out = [], LeftOut()
    with ExitStack() as stack:
        if LINUX:
            show_on_virtual_screen(stack)
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        fresh = Surroundings("a fresh user", variables={
            "HOME": str(home), "XDG_CACHE_HOME": None, "XDG_CONFIG_HOME": None,
            "XDG_DATA_HOME": None, "XDG_STATE_HOME": None})
        bare = [BARE] if LINUX else []
        wanted = [USUAL, fresh, *bare, *(linux_surroundings(stack, left_out) if LINUX else ())]
        if program() != terminal_program():
            wanted.append(Surroundings("without a terminal", bundle=program()))
        for surroundings in (USUAL, *bare):
            wrong += judge(surroundings, terminal_program(), SELF_TEST, should_work=True)
            results = stack.enter_context(tempfile.TemporaryDirectory())
            wrong += judge(surroundings, terminal_program(), (*SWEEP, results), should_work=True)
        for surroundings in wanted:
            bundle = surroundings.bundle or terminal_program()
            wrong += judge(surroundings, bundle, WINDOW, should_work=True)
        for title, bundle, project in broken_bundles():
            wrong += judge(Surroundings(title), bundle, (*WINDOW, *project), should_work=False)
    wrong += left_out.lines if os.environ.get(WHOLE) == "whole" else []
    if wrong:
        raise PackagingError("\n".join(["The frozen program does not do as it should:", *wrong]))


def show_on_virtual_screen(stack: ExitStack) -> None:
    """Let what is started from here on show itself on a screen that nobody sees."""
    os.environ["DISPLAY"] = stack.enter_context(virtual_screen())
    os.environ["QT_QPA_PLATFORM"] = "xcb"


class LeftOut:
    """Notes which surroundings cannot be had on this computer.

    Attributes
    ----------
    lines : list[str]
        What was left out, and why.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []

    def can(self, title: str, *command: str) -> bool:
        """Say whether surroundings can be had, given a command that shows it; note if not."""
        reason = hindrance(*command)
        if reason:
            self.lines.append(f"left out: {title}: {reason}")
            say(self.lines[-1])
        return not reason


def linux_surroundings(stack: ExitStack, left_out: LeftOut) -> Iterator[Surroundings]:
    """Yield what can be tried on Linux; some of it takes a superuser or its namespaces."""
    temporary = stack.enter_context(tempfile.TemporaryDirectory())
    # The superuser could make /nonexistent.
    yield Surroundings("no home", variables={"HOME": os.devnull, "XDG_CACHE_HOME": None})
    yield Surroundings("another folder", folder="/")
    # The engine has threads of its own, and no kernel asks Numba for any: this shows that the
    # variable, which somebody may have set for other programs, does no harm.
    yield Surroundings("Numba's own threads", variables={"NUMBA_THREADING_LAYER": "workqueue"})
    if left_out.can(title := "one core", *ONE_CORE, "true"):
        yield Surroundings(title, before=ONE_CORE)
    if left_out.can(title := "no network", *NO_NETWORK, "true"):
        yield Surroundings(title, before=NO_NETWORK)
    if left_out.can(title := "watched for sockets", *STRACE, f"{temporary}/nothing", "true"):
        log = Path(temporary) / "sockets"
        yield Surroundings(title, before=(*STRACE, str(log)), sockets=log)
    if left_out.can(title := "another user", *NOBODY, "true"):
        # Who may not see the folder of the project.
        copy = stack.enter_context(copy_of(root(), Path(tempfile.gettempdir())))
        yield Surroundings(title, before=NOBODY, variables={"HOME": "/nonexistent"},
                           bundle=copy / program().relative_to(root()))
    read_only = (*READ_ONLY, str(root()))
    if left_out.can(title := "a program that is read-only", *read_only, "true"):
        yield Surroundings(title, before=read_only)
    full = Path(temporary) / "full"
    full.mkdir()
    if left_out.can(title := "a full disk", "mount", "-t", "tmpfs", "-o", "size=64k", "none",
                    str(full)):
        stack.callback(call, "umount", full)
        yield Surroundings(title, variables={"BACKPROP_LAB_CACHE": str(full)})


def hindrance(*command: str) -> str:
    """Return why a command cannot be carried out here; empty if it can."""
    if shutil.which(command[0]) is None:
        return f"{command[0]} is not installed"
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return ""
    return last_line(done.stderr) or f"{command[0]} ends with code {done.returncode}"


@contextmanager
def copy_of(bundle: Path, place: Path | None = None) -> Iterator[Path]:
    """Make a copy of the program that everybody may use; yields its folder.

    Parameters
    ----------
    bundle : Path
        What is copied.
    place : Path | None
        Where the copy lies; by default in the same file system, where it is no more than another
        name for each file.
    """
    with tempfile.TemporaryDirectory(dir=place or BUILD) as folder:
        Path(folder).chmod(0o755)
        target = Path(folder) / bundle.name
        shutil.copytree(bundle, target, symlinks=True, copy_function=link_or_copy)
        yield target


def link_or_copy(source: str, target: str) -> None:
    """Give a file a second name; in another file system, which cannot, copy it."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def broken_bundles() -> Iterator[tuple[str, Path, tuple[str, ...]]]:
    """Yield programs that must fail: what is broken, the program, and which project it opens."""
    inside = contents().relative_to(root())
    file = terminal_program().relative_to(root())
    for title, pattern in (("an exception in a slot", "resources/icons/play.svg"),
                           ("a missing hidden import", "numba/_devicearray*")):
        with copy_of(root()) as copy:
            victims = list((copy / inside).glob(pattern))
            if not victims:
                raise PackagingError(f"{pattern} is not in the bundle any more.")
            for victim in victims:
                victim.unlink()
            yield title, copy / file, ()
    with tempfile.TemporaryDirectory() as temporary:
        project = Path(temporary) / "untrainable.json"
        network = json.loads((EXAMPLES / "01-playground-default.json").read_text("utf-8"))
        # Three numbers for two classes.
        network["network"]["layers"][-1]["options"]["units"] = 3
        project.write_text(json.dumps(network), encoding="utf-8")
        yield "no training point", terminal_program(), (str(project), "--within", "8")


def judge(surroundings: Surroundings, bundle: Path, arguments: Sequence[str], *,
          should_work: bool) -> list[str]:
    """Start the program once; return what is wrong with what it does."""
    done = start(surroundings, bundle, arguments)
    shown = (done.stdout + done.stderr).strip()
    # On Windows, the window's own program can write nothing.
    is_mute = bundle == program() != terminal_program()
    what, proof = PROOFS.get(arguments[0], ("window", POINT))
    worked = done.returncode == 0 and (proof in done.stdout or is_mute)
    if foreign := foreign_sockets(surroundings.sockets):
        worked, shown = False, f"{shown}\n{foreign[0]}"
    say(f"{'ok   ' if worked == should_work else 'WRONG'} {surroundings.title}, {what}: exit code "
        f"{done.returncode}, {last_line(done.stdout) or last_line(shown) or 'no output'}")
    if worked == should_work:
        return []
    return [f"{surroundings.title}, {what}: exit code {done.returncode}\n{shown}"]


def last_line(text: str) -> str:
    """Return the last line of a text; empty for none."""
    return text.strip().rpartition("\n")[2]


def foreign_sockets(log: Path | None) -> list[str]:
    """Return the lines of strace that tell of sockets to other machines."""
    lines = log.read_text("utf-8").splitlines() if log is not None else []
    return [line for line in lines if "socket(" in line and not any(
        f"socket({family}," in line for family in LOCAL)]


def start(surroundings: Surroundings, bundle: Path, arguments: Sequence[str]
          ) -> subprocess.CompletedProcess[str]:
    """Start the program and wait until it ends."""
    screen = {name: value for name in SCREEN if (value := os.environ.get(name))}
    environment = screen if surroundings.is_bare else dict(os.environ)
    for name, value in surroundings.variables.items():
        environment.pop(name, None)
        if value is not None:
            environment[name] = value
    try:
        return subprocess.run([*surroundings.before, str(bundle), *arguments], env=environment,
                              cwd=surroundings.folder, text=True, stdin=subprocess.DEVNULL,
                              capture_output=True, check=False, timeout=PATIENCE_S)
    except subprocess.TimeoutExpired as error:
        return subprocess.CompletedProcess([], 124, "", f"{NAME} did not end: {error}")
