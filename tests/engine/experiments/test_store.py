"""Results survive torn lines, full disks and other programs, and nothing is written twice."""

from __future__ import annotations

import errno
import multiprocessing
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.errors import FormatError, SpecError
from engine.experiments import store as store_module
from engine.experiments.results import Result, Told
from engine.experiments.store import Store
from engine.messages import say

ROOT = Path(store_module.__file__).parents[2]


def result(number: int, **fields: object) -> Result:
    return Result(f"{number:032x}", (0.1 * number, "relu", number), 0, "done", 40 + number,
                  loss=1 / (number + 1), curve=(1.0, None, 0.1),
                  **fields)  # type: ignore[arg-type]


RESULTS = [result(number) for number in range(12)]


def written(path: Path, results: list[Result]) -> Path:
    with Store(path) as store:
        for one in results:
            store.append(one)
    return path


def kept(path: Path) -> list[Result]:
    with Store(path, appends=False) as store:
        return store.results()


def test_results_come_back_as_they_were(tmp_path: Path) -> None:
    path = written(tmp_path / "folder" / "a.results", RESULTS)
    assert kept(path) == RESULTS
    with Store(path) as store:
        assert store.finished(["nothing", RESULTS[3].key]) == {RESULTS[3].key: RESULTS[3]}
        assert store.torn == 0


def test_a_cell_that_has_a_result_keeps_it(tmp_path: Path) -> None:
    path = written(tmp_path / "a.results", RESULTS)
    size = path.stat().st_size
    written(path, [replace(one, seconds=9.0) for one in RESULTS])
    assert path.stat().st_size == size
    assert kept(path) == RESULTS


@given(st.integers(1, 10**6))
def test_a_file_that_was_cut_anywhere_loses_only_what_was_cut(tmp_path_factory: pytest.
                                                              TempPathFactory, cut: int) -> None:
    path = written(tmp_path_factory.mktemp("cut") / "a.results", RESULTS)
    content = path.read_bytes()
    cut %= len(content)
    path.write_bytes(content[:cut])
    whole = [one for place, one in enumerate(RESULTS)
             if sum(map(len, content.splitlines(keepends=True)[:place + 1])) <= cut + 1]
    assert kept(path) == whole
    written(path, RESULTS)
    assert sorted(one.key for one in kept(path)) == [one.key for one in RESULTS]
    assert {one.key: one for one in kept(path)} == {one.key: one for one in RESULTS}


def test_a_line_of_which_a_bit_has_changed_is_passed_over(tmp_path: Path) -> None:
    path = written(tmp_path / "a.results", RESULTS)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[4] = lines[4].replace(b'"step":44', b'"step":45')
    path.write_bytes(b"".join(lines))
    with Store(path) as store:
        assert store.torn == 1
        assert store.results() == RESULTS[:4] + RESULTS[5:]


@pytest.mark.parametrize("content", [b"step,loss\n1,2\n", b"PK\x03\x04" * 90, b"{}\n", b"hello"])
def test_a_file_of_something_else_is_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.results"
    path.write_bytes(content)
    with pytest.raises(FormatError, match="this is no file of results"):
        Store(path)
    assert path.read_bytes() == content


def test_a_first_line_that_was_torn_is_no_file_of_something_else(tmp_path: Path) -> None:
    path = written(tmp_path / "a.results", RESULTS[:1])
    content = path.read_bytes()
    for cut in (1, 2, 9, len(content) - 2):
        path.write_bytes(content[:cut])
        assert kept(written(path, RESULTS[:2])) == RESULTS[:2]


TAKES = """
import sys
from pathlib import Path
from engine.errors import FormatError
from engine.experiments.store import Store
try:
    Store(Path(sys.argv[1]))
    print("open")
except FormatError as error:
    print(error.message.code)
"""


def other_program(path: Path) -> str:
    return subprocess.run([sys.executable, "-c", TAKES, str(path)], capture_output=True, text=True,
                          cwd=ROOT, check=True, timeout=60).stdout.strip()


def test_two_programs_do_not_append_to_one_file(tmp_path: Path) -> None:
    path = tmp_path / "a.results"
    with Store(path) as store:
        store.append(RESULTS[0])
        assert other_program(path) == "store.taken"
        assert kept(path) == RESULTS[:1], "who only reads may do so"
        store.append(RESULTS[1])
    assert other_program(path) == "open"
    assert kept(path) == RESULTS[:2]


def _append(path: Path, results: list[Result]) -> None:
    store = Store(path)
    for one in results:
        store.append(one)
    os._exit(9)


def test_a_program_that_was_ended_lets_go_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / "a.results"
    process = multiprocessing.get_context("spawn").Process(target=_append, args=(path, RESULTS))
    process.start()
    process.join(60)
    assert process.exitcode == 9
    assert kept(written(path, RESULTS)) == RESULTS


FULL = """
import resource, signal, sys
from pathlib import Path
from engine.errors import FormatError
from tests.engine.experiments.test_store import RESULTS
from engine.experiments.store import Store
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = Store(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), -1))
done = 0
for one in RESULTS:
    try:
        store.append(one)
        done += 1
    except FormatError as error:
        assert error.message.code == "results.unwritable", error
        assert store.finished([one.key]) == {}
print(done)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
@pytest.mark.parametrize("room", [1, 100, 1000, 1001])
def test_a_full_disk_costs_what_did_not_fit(tmp_path: Path, room: int) -> None:
    path = tmp_path / "a.results"
    ran = subprocess.run([sys.executable, "-c", FULL, str(path), str(room)], capture_output=True,
                         text=True, cwd=ROOT, check=False, timeout=60)
    assert ran.returncode == 0, ran.stderr
    done = int(ran.stdout)
    assert done < len(RESULTS)
    assert kept(path) == RESULTS[:done]
    assert path.read_bytes().count(b"\n") == done, "nothing is left of what did not fit"
    assert kept(written(path, RESULTS)) == RESULTS


def test_what_cannot_be_taken_back_ends_with_its_line(tmp_path: Path,
                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.results"
    write, store = os.write, Store(path)
    store.append(RESULTS[0])

    def half(file: int, content: bytes) -> int:
        if content.startswith(b"["):
            return write(file, content[:len(content) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    def fails(file: int, size: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as broken:
        broken.setattr(os, "write", half)
        broken.setattr(os, "ftruncate", fails)
        with pytest.raises(FormatError, match="cannot be written"):
            store.append(RESULTS[1])
    store.append(RESULTS[1])
    store.append(RESULTS[2])
    store.close()
    assert kept(path) == RESULTS[:3]


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FormatError, match="cannot be written"):
        Store(tmp_path / "file" / "a.results")


def test_seconds_are_all_that_may_differ() -> None:
    assert RESULTS[0].same_as(replace(RESULTS[0], seconds=3.0))
    assert not RESULTS[0].same_as(replace(RESULTS[0], loss=0.99))


def test_a_message_comes_back_with_its_values(tmp_path: Path) -> None:
    error = SpecError("knob.value", knob="depth", value=say("difference.number", value=0.5),
                      wanted=("a", say("knob.whole")))
    told = replace(RESULTS[0], end="refused", message=Told.of(error.message))
    (again,) = kept(written(tmp_path / "a.results", [told]))
    assert again.message is not None
    assert again.message.message == error.message
    assert again.message.message.text == error.sentence
    assert again.figure("loss") is None
    assert RESULTS[0].figure("loss") == 1.0
