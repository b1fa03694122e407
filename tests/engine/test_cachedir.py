"""Where compiled kernels go, in processes of their own: the choice is made once in a process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import engine
from engine import cachedir
from engine.cachestore import SUFFIX, UNFINISHED
from resources.installer import recipe

ROOT = Path(engine.__file__).parents[1]

WHERE = "from engine.cachedir import cache_folder; print(cache_folder())"

BUILD = "from engine.cachedir import build_id; print(build_id())"

COMPILE = """
import numpy as np
from engine.kernels.runtime.random import mixed, shuffle
order = np.arange(5)
shuffle(order, 1, 0)
hits = sum(sum(kernel.stats.cache_hits.values()) for kernel in (mixed, shuffle))
misses = sum(sum(kernel.stats.cache_misses.values()) for kernel in (mixed, shuffle))
print(hits, misses)
"""


def run(code: str, tmp_path: Path, *, root: Path = ROOT, cwd: Path | None = None,
        home: str | None = None, cache: Path | None = None, **variables: str) -> str:
    """Return what a fresh process prints whose home and temporary folder are in ``tmp_path``."""
    temporary = tmp_path / "tmp"
    temporary.mkdir(exist_ok=True)
    environment = {key: value for key, value in os.environ.items()
                   if key not in ("BACKPROP_LAB_CACHE", "NUMBA_CACHE_LOCATOR_CLASSES")
                   and not key.startswith("XDG_")}
    environment |= {"PYTHONPATH": str(root), "TMPDIR": str(temporary),
                    "HOME": str(tmp_path / "home") if home is None else home,
                    "PYTHONDONTWRITEBYTECODE": "1"}
    environment |= variables
    if cache is not None:
        environment["BACKPROP_LAB_CACHE"] = str(cache)
    done = subprocess.run([sys.executable, "-c", code], cwd=cwd or tmp_path, env=environment,
                          capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return done.stdout.strip()


def test_the_folder_is_the_persons_whatever_the_working_directory(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    found = {run(WHERE, tmp_path, cwd=cwd) for cwd in (Path("/"), tmp_path, ROOT)}
    assert len(found) == 1
    folder = Path(found.pop())
    assert folder.is_dir()
    assert folder.is_relative_to(home)
    assert folder.name == f"kernels-{run(BUILD, tmp_path)}"


def test_a_folder_that_does_not_exist_is_made(tmp_path: Path) -> None:
    cache = tmp_path / "new" / "newer"
    assert Path(run(WHERE, tmp_path, cache=cache)).parent == cache


def test_a_relative_override_does_not_move_with_the_working_directory(tmp_path: Path) -> None:
    code = "import os\n" + WHERE + "\nos.chdir('/'); print(cache_folder().is_absolute())"
    folder, absolute = run(code, tmp_path, cache=Path("here")).splitlines()
    assert Path(folder).parent == tmp_path / "here"
    assert absolute == "True"


# Even the superuser cannot make a folder in these.
@pytest.mark.parametrize("home", ["/proc/nobody", "/dev/null"])
def test_without_a_home_kernels_are_compiled_once(tmp_path: Path, home: str) -> None:
    code = WHERE + "\nfrom engine.cachedir import kept\nprint(kept().told.text)\n" + COMPILE
    folder, told, first = run(code, tmp_path, home=home, cwd=Path("/")).splitlines()
    assert Path(folder).parent == tmp_path / "tmp" / f"backprop-lab-{os.geteuid()}"
    assert told.startswith(f"Compiled kernels are kept in {Path(folder).parent}, since {home}/")
    assert int(first.split()[1]) > 0
    second = run(code, tmp_path, home=home, cwd=Path("/")).splitlines()[2]
    assert int(second.split()[0]) > 0
    assert int(second.split()[1]) == 0


@pytest.mark.parametrize("kind", ["file", "link", "open to all"])
def test_a_temporary_folder_in_which_others_can_write_is_not_believed(tmp_path: Path, kind: str
                                                                      ) -> None:
    place = tmp_path / "tmp" / f"backprop-lab-{os.geteuid()}"
    place.parent.mkdir()
    if kind == "file":
        place.write_bytes(b"")
    elif kind == "link":
        (tmp_path / "elsewhere").mkdir(mode=0o700)
        place.symlink_to(tmp_path / "elsewhere")
    else:
        place.mkdir()
        place.chmod(0o777)
    code = WHERE + "\nfrom engine.cachedir import kept\nprint(kept().told.text)\n"
    folder, told = run(code, tmp_path, home="/proc/nobody").splitlines()
    assert not Path(folder).is_relative_to(place)
    assert not Path(folder).parent.exists(), "a folder for one process alone outlived it"
    assert told.startswith("Kernels are compiled anew at every start, since /proc/nobody/")


def test_a_user_whom_the_system_does_not_know(tmp_path: Path) -> None:
    # What platformdirs raises without HOME and without an entry in the list of users.
    code = ("from engine import cachedir\n"
            "def user_cache_path(*names, **options):\n"
            "    raise RuntimeError('could not determine the home directory')\n"
            "cachedir.user_cache_path = user_cache_path\n"
            "print(cachedir.cache_folder())")
    assert Path(run(code, tmp_path)).is_relative_to(tmp_path / "tmp")


def test_a_program_that_has_imported_numba_before_uses_the_same_folder(tmp_path: Path) -> None:
    code = "import numba\n" + COMPILE + "print(shuffle.stats.cache_path)\n" + WHERE
    _, used, expected = run(code, tmp_path, cache=tmp_path / "cache").splitlines()
    assert used == expected


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_folder_that_is_read_only(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    cache.mkdir(mode=0o500)
    assert Path(run(WHERE, tmp_path, cache=cache)).is_relative_to(tmp_path / "tmp")


def kept(cache: Path) -> dict[Path, int]:
    """Return every compiled kernel in a folder, and when it was written."""
    return {path: path.stat().st_mtime_ns for path in cache.rglob(f"*{SUFFIX}")}


def test_the_second_process_compiles_nothing(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first = run(COMPILE, tmp_path, cache=cache, cwd=tmp_path)
    files = kept(cache)
    second = run(COMPILE, tmp_path, cache=cache, cwd=Path("/"))
    assert int(first.split()[1]) > 0
    assert int(second.split()[0]) > 0
    assert int(second.split()[1]) == 0
    assert files
    assert files == kept(cache)


def test_an_edit_anywhere_in_the_kernels_makes_a_new_cache(tmp_path: Path) -> None:
    """Numba itself would go on using a cached caller of a function that was edited elsewhere."""
    root = tmp_path / "copy"
    shutil.copytree(ROOT / "engine", root / "engine",
                    ignore=shutil.ignore_patterns("__pycache__"))
    cache = tmp_path / "cache"
    before = run(BUILD, tmp_path, root=root)
    assert before == run(BUILD, tmp_path)
    code = ("import numpy as np\nfrom engine.kernels.runtime.random import shuffle\n"
            "order = np.arange(50)\nshuffle(order, 1, 0)\nprint(order.tolist())")
    old = run(code, tmp_path, root=root, cache=cache)
    helper = root / "engine" / "kernels" / "runtime" / "random.py"
    helper.write_text(helper.read_text().replace("0xBF58476D1CE4E5B9", "0xBF58476D1CE4E5BB"))
    assert run(BUILD, tmp_path, root=root) != before
    assert run(code, tmp_path, root=root, cache=cache) != old
    assert len(list(cache.iterdir())) == 2


@pytest.mark.parametrize(("room", "other"), [("", "ops"), ("ops", "matmul"), ("matmul", "")])
def test_a_new_file_a_new_name_and_a_new_room_count_too(tmp_path: Path, room: str, other: str
                                                        ) -> None:
    root = tmp_path / "copy"
    shutil.copytree(ROOT / "engine", root / "engine",
                    ignore=shutil.ignore_patterns("__pycache__"))
    builds = [run(BUILD, tmp_path, root=root)]
    new = root / "engine" / "kernels" / room / "new.py"
    new.write_text('"""New."""\n')
    builds.append(run(BUILD, tmp_path, root=root))
    new = new.rename(new.with_name("newer.py"))
    builds.append(run(BUILD, tmp_path, root=root))
    new.rename(root / "engine" / "kernels" / other / "newer.py")
    builds.append(run(BUILD, tmp_path, root=root))
    table = root / "engine" / "statistics.py"
    table.write_text(table.read_text() + "\n")
    builds.append(run(BUILD, tmp_path, root=root))
    assert len(set(builds)) == 5


def test_two_processes_may_compile_at_once(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "BACKPROP_LAB_CACHE": str(tmp_path)}
    processes = [subprocess.Popen([sys.executable, "-c", COMPILE], env=environment,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                 for _ in range(2)]
    for process in processes:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        assert out.strip()
    assert run(COMPILE, tmp_path, cache=tmp_path).split()[1] == "0"


def test_another_processor_has_code_of_its_own(tmp_path: Path) -> None:
    """A folder that came from another machine, or went on to one, does no harm."""
    cache = tmp_path / "cache"
    other: dict[str, Any] = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}
    for variables in ({}, other):
        assert int(run(COMPILE, tmp_path, cache=cache, **variables).split()[1]) > 0
    for variables in ({}, other):
        assert int(run(COMPILE, tmp_path, cache=cache, **variables).split()[1]) == 0


def test_where_nothing_can_be_written_kernels_still_compile(tmp_path: Path) -> None:
    code = ("import tempfile\n"
            "def nothing(*names, **options): raise FileNotFoundError('no usable folder')\n"
            "tempfile.mkdtemp = tempfile.gettempdir = nothing\n" + WHERE + "\n" + COMPILE)
    folder, counts = run(code, tmp_path, home="/proc/nobody", cwd=Path("/")).splitlines()
    assert Path(folder).parent == Path(os.devnull)
    assert int(counts.split()[1]) > 0


def test_a_second_process_shares_the_folder_of_a_process_without_one(tmp_path: Path) -> None:
    code = ("import subprocess, sys\n"
            "from engine.cachedir import cache_folder\n"
            "from engine.compiling import environment\n"
            f"subprocess.run([sys.executable, '-c', {WHERE!r}], env=environment(), check=True)\n"
            "print(cache_folder())")
    # So that there is none in the temporary folder either.
    (tmp_path / "tmp").mkdir()
    (tmp_path / "tmp" / f"backprop-lab-{os.geteuid()}").write_bytes(b"")
    childs, mine = run(code, tmp_path, home="/proc/nobody").splitlines()
    assert mine == childs
    (tmp_path / "tmp" / f"backprop-lab-{os.geteuid()}").unlink()
    assert not list((tmp_path / "tmp").iterdir()), "a folder for one process alone outlived it"


@pytest.fixture
def frozen(tmp_path: Path) -> Path:
    """Return a copy of the engine as it is in a frozen program: kernels under a build's name."""
    root = tmp_path / "frozen"
    shutil.copytree(ROOT / "engine", root / "engine",
                    ignore=shutil.ignore_patterns("__pycache__"))
    (root / "engine" / "kernels" / recipe.BUILD_ID).write_text("0123456789abcdef\n")
    return root


def test_a_frozen_programs_build_is_written_beside_its_kernels(tmp_path: Path, frozen: Path
                                                               ) -> None:
    assert run(BUILD, tmp_path, root=frozen) == "0123456789abcdef"
    assert not cachedir.BUILD_ID.exists(), "a frozen program's name for it is among the sources"


def test_shipped_kernels_are_used_where_they_lie(tmp_path: Path, frozen: Path) -> None:
    """Even if the user's folder cannot be written to; and nothing is copied there."""
    warm, cache = tmp_path / "warm", tmp_path / "cache"
    run(COMPILE, tmp_path, root=frozen, cache=warm)
    shutil.copytree(next(warm.iterdir()), frozen / cachedir.SHIPPED.name)
    for path in [*(frozen / cachedir.SHIPPED.name).iterdir(), frozen / cachedir.SHIPPED.name]:
        path.chmod(0o500)
    for home, chosen in ((None, cache), ("/proc/nobody", None)):
        hits, misses = run(COMPILE, tmp_path, root=frozen, home=home, cache=chosen).split()
        assert int(hits) > 0
        assert int(misses) == 0
    assert not kept(cache)


DAY_S = 24 * 3600


def folder_of(cache: Path, name: str, age_days: float) -> Path:
    """Return the folder of another build that was last used so many days ago."""
    folder = cache / f"kernels-{name}"
    folder.mkdir(parents=True)
    (folder / f"a{SUFFIX}").write_bytes(b"code")
    (folder / cachedir.STAMP).write_bytes(b"")
    for path in (folder, folder / cachedir.STAMP):
        os.utime(path, (time.time() - age_days * DAY_S,) * 2)
    return folder


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Let this process have another folder for the length of a test."""
    monkeypatch.setenv("BACKPROP_LAB_CACHE", str(tmp_path / "cache"))
    for function in (cachedir.kept, cachedir.hold):
        function.cache_clear()
    yield tmp_path / "cache"
    if held := cachedir.hold():
        held.close()
    for function in (cachedir.kept, cachedir.hold):
        function.cache_clear()


def test_folders_that_nobody_has_used_for_long_are_removed(cache: Path) -> None:
    old, recent = folder_of(cache, "old", 31), folder_of(cache, "recent", 29)
    stranger = cache / "something-else"
    stranger.mkdir()
    os.utime(stranger, (0, 0))
    mine = cachedir.cache_folder()
    os.utime(mine, (0, 0))
    cachedir.prune()
    assert sorted(cache.iterdir()) == sorted([mine, recent, stranger])
    assert not old.exists()


def test_a_folder_of_which_only_the_stamp_is_young_stays(cache: Path) -> None:
    """Kernels are read from there at every start, and nothing is written."""
    read = folder_of(cache, "read", 31)
    os.utime(read / cachedir.STAMP)
    cachedir.prune()
    assert read.exists()


def test_every_start_marks_its_folder(cache: Path) -> None:
    stamp = cachedir.cache_folder() / cachedir.STAMP
    stamp.write_bytes(b"")
    os.utime(stamp, (0, 0))
    cachedir.prune()
    assert time.time() - stamp.stat().st_mtime < 60.0


HOLD = """
import sys
from engine.cachedir import hold
hold()
print("held", flush=True)
sys.stdin.read()
"""


def test_the_folder_of_a_program_that_runs_is_left_alone(cache: Path, frozen: Path) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        cwd=frozen, env=os.environ | {"PYTHONPATH": str(frozen), "BACKPROP_LAB_CACHE": str(cache)})
    assert other.stdin is not None
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    folder = cache / "kernels-0123456789abcdef"
    for path in (folder / cachedir.STAMP, folder):
        os.utime(path, (0, 0))
    cachedir.prune()
    assert (folder / cachedir.STAMP).exists()
    other.stdin.close()
    assert other.wait(30) == 0
    other.stdout.close()
    for path in (folder / cachedir.STAMP, folder):
        os.utime(path, (0, 0))
    cachedir.prune()
    assert not folder.exists()


def test_unfinished_files_are_removed_when_nobody_writes_them(cache: Path) -> None:
    mine = cachedir.cache_folder()
    old, young, whole = (mine / name for name in (f"a{UNFINISHED}", f"b{UNFINISHED}", f"c{SUFFIX}"))
    for path in (old, young, whole):
        path.write_bytes(b"code")
    for path in (old, whole):
        os.utime(path, (0, 0))
    cachedir.prune()
    assert set(mine.iterdir()) == {young, whole, mine / cachedir.STAMP}


def test_what_cannot_be_removed_stays(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "a program has opened it", str(path))

    old = folder_of(cache, "old", 31)
    monkeypatch.setattr(Path, "unlink", refuse)
    cachedir.prune()
    assert (old / f"a{SUFFIX}").exists()


def test_without_a_folder_there_is_nothing_to_prune(cache: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cachedir, "cache_folder", lambda: Path(os.devnull) / "kernels-0")
        cachedir.prune()
        assert cachedir.hold() is None


def test_the_installer_and_the_engine_agree_on_names() -> None:
    assert cachedir.BUILD_ID.name == recipe.BUILD_ID
    folders = dict(recipe.data_files())
    assert ROOT / folders[str(recipe.BUILD / recipe.BUILD_ID)] == cachedir.BUILD_ID.parent


def test_what_lies_in_a_folder_that_is_only_read_is_used(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    assert int(run(COMPILE, tmp_path, cache=cache).split()[1]) > 0
    closed = ("import tempfile\n"
              "def refuse(*names, **options):\n"
              "    raise PermissionError(13, 'Permission denied')\n"
              "tempfile.TemporaryFile = refuse\n")
    before = sorted(path.name for path in cache.rglob("*"))
    hits, misses, folder = run(closed + COMPILE + WHERE, tmp_path, cache=cache).split()
    assert int(hits) > 0
    assert int(misses) == 0
    assert Path(folder).is_relative_to(tmp_path / "tmp")
    assert sorted(path.name for path in cache.rglob("*")) == before
