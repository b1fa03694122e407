"""Where compiled kernels go, in processes of their own: the choice is made once in a process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from numba.core.caching import IndexDataCacheFile

import engine
import engine.cachedir

ROOT = Path(engine.__file__).parents[1]

WHERE = "from engine.cachedir import cache_folder; print(cache_folder())"

BUILD = "from engine.cachedir import build_id; print(build_id())"

COMPILE = """
import numpy as np
from engine.kernels.random import mixed, shuffle
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
def test_without_a_home_kernels_still_compile(tmp_path: Path, home: str) -> None:
    folder, counts = run(WHERE + "\n" + COMPILE, tmp_path, home=home, cwd=Path("/")).splitlines()
    assert Path(folder).is_relative_to(tmp_path / "tmp")
    assert int(counts.split()[1]) > 0
    assert not Path(folder).exists(), "a folder for one process alone outlived it"


def test_a_user_whom_the_system_does_not_know(tmp_path: Path) -> None:
    # What platformdirs raises without HOME and without an entry in the list of users.
    code = ("import engine.cachedir as cachedir\n"
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


def test_the_second_process_compiles_nothing(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first = run(COMPILE, tmp_path, cache=cache, cwd=tmp_path)
    files = {path: path.stat().st_mtime_ns for path in cache.rglob("*.nb?")}
    second = run(COMPILE, tmp_path, cache=cache, cwd=Path("/"))
    assert int(first.split()[1]) > 0
    assert int(second.split()[0]) > 0
    assert int(second.split()[1]) == 0
    assert files
    assert files == {path: path.stat().st_mtime_ns for path in cache.rglob("*.nb?")}


def test_an_edit_anywhere_in_the_kernels_makes_a_new_cache(tmp_path: Path) -> None:
    """Numba itself would go on using a cached caller of a function that was edited elsewhere."""
    root = tmp_path / "copy"
    shutil.copytree(ROOT / "engine", root / "engine",
                    ignore=shutil.ignore_patterns("__pycache__"))
    cache = tmp_path / "cache"
    before = run(BUILD, tmp_path, root=root)
    assert before == run(BUILD, tmp_path)
    code = ("import numpy as np\nfrom engine.kernels.random import shuffle\n"
            "order = np.arange(50)\nshuffle(order, 1, 0)\nprint(order.tolist())")
    old = run(code, tmp_path, root=root, cache=cache)
    helper = root / "engine" / "kernels" / "random.py"
    helper.write_text(helper.read_text().replace("0xBF58476D1CE4E5B9", "0xBF58476D1CE4E5BB"))
    assert run(BUILD, tmp_path, root=root) != before
    assert run(code, tmp_path, root=root, cache=cache) != old
    assert len(list(cache.iterdir())) == 2


def test_a_new_file_and_a_new_name_count_too(tmp_path: Path) -> None:
    root = tmp_path / "copy"
    shutil.copytree(ROOT / "engine", root / "engine",
                    ignore=shutil.ignore_patterns("__pycache__"))
    builds = [run(BUILD, tmp_path, root=root)]
    new = root / "engine" / "kernels" / "new.py"
    new.write_text('"""New."""\n')
    builds.append(run(BUILD, tmp_path, root=root))
    new.rename(new.with_name("newer.py"))
    builds.append(run(BUILD, tmp_path, root=root))
    assert len(set(builds)) == 3


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


def test_programs_that_compile_at_once_do_not_write_over_each_other(tmp_path: Path) -> None:
    first, second = (IndexDataCacheFile(str(tmp_path), "kernel", "stamp") for _ in range(2))
    first.save("single", "code for single precision")
    seen = first._load_index()["single"]
    # The second has read the index before the first one wrote it.
    second._save_index({})
    second.save("double", "code for double precision")
    assert first._load_data(seen) == "code for single precision"
    assert second.load("double") == "code for double precision"


SAVE = """
import sys
import engine.cachedir
from numba.core.caching import IndexDataCacheFile
folder, mine = sys.argv[1:]
cache = IndexDataCacheFile(folder, "kernel", "stamp")
sys.stdin.readline()
for number in range(200):
    cache.save((mine, number), number)
"""


def test_processes_that_save_at_once_lose_nothing(tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    processes = [subprocess.Popen([sys.executable, "-c", SAVE, str(tmp_path), name], text=True,
                                  env=environment, stdin=subprocess.PIPE) for name in "abc"]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.close()
    assert [process.wait(120) for process in processes] == [0, 0, 0]
    cache = IndexDataCacheFile(str(tmp_path), "kernel", "stamp")
    lost = [(name, number) for name in "abc" for number in range(200)
            if cache.load((name, number)) != number]
    assert not lost


def test_another_processor_has_code_of_its_own(tmp_path: Path) -> None:
    """A folder that came from another machine, or went on to one, does no harm."""
    cache = tmp_path / "cache"
    other = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}
    for variables in ({}, other):
        assert int(run(COMPILE, tmp_path, cache=cache, **variables).split()[1]) > 0
    for variables in ({}, other):
        assert int(run(COMPILE, tmp_path, cache=cache, **variables).split()[1]) == 0
