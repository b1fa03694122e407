"""Processes of this program compute the same bytes as this one, whatever happens to them."""

from __future__ import annotations

import io
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import Mock

import msgspec
import pytest
from msgspec.structs import replace

from engine.experiments import local as local_module
from engine.experiments import pace as pace_module
from engine.experiments.cell import Job, job_of
from engine.experiments.local import (
    _ANSWERS,
    COMMAND,
    Begun,
    Computed,
    LocalExecutor,
    Preparing,
    environment,
    program,
    usual_workers,
)
from engine.experiments.pace import Pace, kept_pace, reckoned_s
from engine.experiments.store import Store
from engine.experiments.sweep import Axis, Sweep
from engine.experiments.sweep_run import Standing, SweepRun
from engine.spec import DataSpec
from gui.program import RUN_CELLS
from gui.terminal import cell_worker
from tests.engine.experiments.sweeps import Here, small_project, small_sweep

ROOT = Path(local_module.__file__).parents[2]
MANY = small_sweep(Axis("learning_rate", tuple(0.01 * number for number in range(1, 9))),
                   Axis("depth", (1, 2, 3)))
LONG = Sweep("long", small_project(steps=20_000), (Axis("depth", (1, 2, 3, 4, 5, 6)),))

# A process that ends at the tenth cell that it is given, without a word.
SULKY = """
import sys
from gui.terminal import cell_worker
compute, given = cell_worker._Computing.compute, []
def sulky(self, jobs):
    given.extend(jobs)
    if len(given) >= 10:
        self._tell(cell_worker.Begun(jobs[0].key))
        import os
        os._exit(1)
    compute(self, jobs)
cell_worker._Computing.compute = sulky
cell_worker.serve()
"""
# One that never computes the deepest network.
POISONED = """
import os
from gui.terminal import cell_worker
compute = cell_worker._Computing.compute
def poisoned(self, jobs):
    if any(job.values[-1] == 3 and job.values[0] == 0.04 for job in jobs):
        self._tell(cell_worker.Begun(jobs[0].key))
        os._exit(1)
    compute(self, jobs)
cell_worker._Computing.compute = poisoned
cell_worker.serve()
"""
# One that tells what it has loaded when it first asks for a job, of which there is none.
WAITING = """
import os, sys
from types import SimpleNamespace
from gui.terminal import cell_worker
class Jobs:
    def get(self):
        print("engine.training.trainer" in sys.modules, file=sys.stderr, flush=True)
        os._exit(0)
cell_worker.queue = SimpleNamespace(SimpleQueue=Jobs)
cell_worker.serve()
"""


@pytest.fixture(autouse=True)
def no_pace_of_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what tests compute on purpose say nothing of this computer."""
    monkeypatch.setattr(local_module, "pace_file", lambda: None)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "a.results") as opened:
        yield opened


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The bytes of all cells, computed in this very thread."""
    with Store(tmp_path_factory.mktemp("alone") / "a.results") as opened:
        run = SweepRun(MANY, opened, Here())
        run.start()
        assert run.wait(120)
        run.close()
        return contents(opened)


def contents(store: Store) -> dict[str, bytes]:
    return {result.key: result.content for result in store.results()}


def computed(sweep: Sweep, store: Store, executor: LocalExecutor,
             meanwhile: Callable[[SweepRun], None] = lambda run: None) -> Standing:
    run = SweepRun(sweep, store, executor)
    run.start()
    try:
        meanwhile(run)
        assert run.wait(240), run.snapshot()
    finally:
        run.close()
    return run.snapshot()


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_bytes_do_not_hang_on_who_computes_them(workers: int, store: Store,
                                                undisturbed: dict[str, bytes]) -> None:
    standing = computed(MANY, store, LocalExecutor(workers))
    assert standing.fault is None
    assert (standing.done, standing.lost) == (24, 0)
    assert contents(store) == undisturbed
    assert sum(worker.done for worker in standing.workers) == 24
    assert len(standing.workers) == workers


def test_how_long_cells_take_is_kept_but_for_the_first_of_a_process(
        store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace_module, "TELLING_S", 0.0)
    pace = Pace(tmp_path / "kept" / "pace.json")
    seconds: list[float] = []
    record = pace.record
    monkeypatch.setattr(pace, "record", lambda project, result, took: (
        seconds.append(took), record(project, result, took)))
    begin = time.perf_counter()
    computed(MANY, store, LocalExecutor(1, pace=pace))
    assert len(seconds) == 23
    assert 0 < sum(seconds) < time.perf_counter() - begin
    kept = kept_pace(tmp_path / "kept" / "pace.json")
    assert kept == pytest.approx(sum(seconds) / sum(
        reckoned_s(result.operations, 16, 2 + int(result.values[1]), 40)
        for result in store.results()[1:]))


def test_a_process_that_ends_loses_nothing(store: Store, undisturbed: dict[str, bytes]) -> None:
    executor = LocalExecutor(2, [sys.executable, "-c", SULKY])
    standing = computed(MANY, store, executor)
    assert standing.fault is None
    assert (standing.done, standing.lost) == (24, 0)
    assert contents(store) == undisturbed


def test_processes_that_are_killed_lose_nothing(store: Store, undisturbed: dict[str, bytes]
                                                ) -> None:
    executor = LocalExecutor(2)

    def kill(run: SweepRun) -> None:
        killed: set[int] = set()
        end = time.monotonic() + 60
        while len(killed) < 4 and not run.wait(0.0) and time.monotonic() < end:
            for worker in executor._workers:
                process = worker._process
                if process is not None and process.pid not in killed and (
                        worker.state.state == "working" and len(killed) < 4):
                    killed.add(process.pid)
                    process.kill()
            time.sleep(0.001)
        assert len(killed) == 4

    assert computed(MANY, store, executor, kill).done == 24
    assert contents(store) == undisturbed


def test_a_cell_that_ends_every_process_is_left_out(store: Store, undisturbed: dict[str, bytes]
                                                    ) -> None:
    standing = computed(MANY, store, LocalExecutor(1, [sys.executable, "-c", POISONED]))
    assert standing.fault is None
    assert (standing.done, standing.lost) == (23, 1)
    assert contents(store).items() < undisturbed.items()


def test_what_nobody_foresaw_ends_the_sweep_with_a_sentence(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_given: object) -> None:
        raise KeyError("a mistake of the program")

    monkeypatch.setattr(local_module._Worker, "_live", fail)
    standing = computed(MANY, store, LocalExecutor(2))
    assert standing.fault is not None
    assert standing.fault.code == "background.unforeseen"
    assert "a mistake of the program" in caplog.text
    caplog.clear()


def test_a_program_that_cannot_start_is_a_sentence(store: Store) -> None:
    for command in ([sys.executable, "-c", "pass"], ["/nowhere/program"]):
        standing = computed(MANY, store, LocalExecutor(2, command))
        assert standing.fault is not None
        assert standing.fault.code == "sweep.no-worker"
        assert standing.done == 0


def test_data_that_cannot_be_read_end_the_sweep(store: Store) -> None:
    project = replace(small_project(), data=DataSpec("table", path="/nowhere/points.csv"))
    standing = computed(replace(MANY, project=project), store, LocalExecutor(1))
    assert standing.fault is not None
    assert "points.csv" in standing.fault.text
    assert standing.done == 0


def test_what_is_left_off_leaves_no_process(store: Store) -> None:
    executor = LocalExecutor(2)
    run = SweepRun(LONG, store, executor)
    run.start()
    end = time.monotonic() + 60
    while time.monotonic() < end and not any(
            worker.state == "working" for worker in executor.workers):
        run.wait(0.01)
    processes = [worker._process for worker in executor._workers]
    begin = time.monotonic()
    run.close()
    assert time.monotonic() - begin < 5
    assert all(process is None or process.returncode is not None for process in processes)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("cells")]
    assert run.snapshot().is_over


def test_a_process_ends_with_the_program_that_started_it() -> None:
    code = ("import subprocess, sys\n"
            "from engine.experiments.local import environment, program, COMMAND\n"
            "process = subprocess.Popen([*program(), COMMAND], env=environment(),\n"
            "    stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)\n"
            "print(process.pid, flush=True)\n"
            "sys.stdin.readline()\n")
    parent = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    for pipe in (parent.stdin, parent.stdout):
        assert pipe is not None
        pipe.close()
    end = time.monotonic() + 30
    while is_running(pid) and time.monotonic() < end:
        time.sleep(0.02)
    if is_running(pid):
        os.kill(pid, signal.SIGTERM)
        pytest.fail("it outlives its parent")


def is_running(pid: int) -> bool:
    """Say whether a process runs, and is not only waited for by nobody."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[
            0] != "Z"
    except OSError:
        return False


def test_a_finer_rectangle_is_computed_by_processes_that_rest(store: Store) -> None:
    sweep = small_sweep(Axis("depth", (1, 4)))
    executor = LocalExecutor(1)
    run = SweepRun(sweep, store, executor)
    run.start()
    assert run.wait(120)
    run.refine(((0, 1),))
    assert run.wait(60)
    run.close()
    assert [result.values for result in store.results()] == [(1,), (4,), (2,)]


def test_a_frozen_program_calls_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    assert COMMAND == RUN_CELLS
    assert program() == [sys.executable, "-m", "gui"]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert program() == [sys.executable]


def test_a_process_finds_this_program_and_has_one_thread(tmp_path: Path) -> None:
    told = subprocess.run([sys.executable, "-c", "import engine, os; print(engine.__path__[0])"],
                          env=environment(), capture_output=True, text=True, cwd=tmp_path,
                          check=True, timeout=60).stdout
    assert Path(told.strip()).parent == ROOT
    assert environment()["OMP_NUM_THREADS"] == "1"
    assert 1 <= usual_workers() <= (os.cpu_count() or 1)


def test_a_process_has_loaded_the_engine_when_a_job_comes() -> None:
    with subprocess.Popen([sys.executable, "-c", WAITING], env=environment(), cwd=ROOT,
                          stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.read() == "True\n"


def test_a_process_says_of_one_cell_that_it_begins_and_of_those_that_wait_what_came_of_them(
        ) -> None:
    sweep = small_sweep(Axis("learning_rate", (0.01, 0.1, 1.0)))
    jobs = [job_of(sweep, cell) for cell in sweep.cells()]
    with subprocess.Popen([*program(), COMMAND], env=environment(), cwd=ROOT,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"".join(msgspec.json.encode(job) + b"\n" for job in jobs))
        process.stdin.flush()
        answers: list[object] = []
        while sum(isinstance(answer, Computed) for answer in answers) < len(jobs):
            answer = _ANSWERS.decode(process.stdout.readline())
            answers += [] if isinstance(answer, Preparing) else [answer]
    assert answers[0] == Begun(jobs[0].key)
    assert [answer.result.key for answer in answers if isinstance(answer, Computed)] == [
        job.key for job in jobs]
    assert len(answers) == len(jobs) + 1


@pytest.mark.parametrize(("seconds", "sizes"), [(1e9, [1, 2, 1, 2]), (0.0, [1] * 6)])
def test_a_process_takes_those_together_that_are_alike_and_short(
        seconds: float, sizes: list[int], undisturbed: dict[str, bytes],
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cell_worker, "TOGETHER_S", seconds)
    jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
    for depth in (1, 2):
        for cell in MANY.cells():
            job = job_of(MANY, cell)
            assert isinstance(job, Job)
            if job.values[-1] == depth and job.values[0] in (0.01, 0.02, 0.08):
                jobs.put(job)
    answers = io.BytesIO()
    computing = cell_worker._Computing(answers, jobs)
    for size in sizes:
        taken = computing.take()
        assert len(taken) == size
        computing.compute(taken)
    results = [answer.result for answer in map(_ANSWERS.decode, answers.getvalue().splitlines())
               if isinstance(answer, Computed)]
    assert len(results) == 6
    assert {result.key: result.content for result in results}.items() <= undisturbed.items()


@pytest.mark.parametrize("sweep", [
    small_sweep(Axis("steps", (5, 6, 7, 8))),
    small_sweep(Axis("learning_rate", (0.1, 0.2, 0.3, 0.4)), goal_loss=100.0)],
    ids=["other steps", "the last one has ended early"])
def test_cells_that_may_take_longer_than_the_last_one_are_not_taken_together(
        sweep: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cell_worker, "TOGETHER_S", 1e9)
    jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
    for cell in sweep.cells():
        job = job_of(sweep, cell)
        assert isinstance(job, Job)
        jobs.put(job)
    computing = cell_worker._Computing(io.BytesIO(), jobs)
    for _ in range(4):
        taken = computing.take()
        assert len(taken) == 1
        computing.compute(taken)


def test_once_a_process_has_ended_at_a_cell_each_has_but_one() -> None:
    executor = LocalExecutor(1)
    assert executor.ahead_of(1.0) == 1
    assert executor.ahead_of(0.1) == 3
    assert executor.ahead_of(0.0) == 16
    executor.grow_wary()
    assert executor.ahead_of(0.0) == 1


def test_a_process_says_what_came_of_a_job_line_by_line() -> None:
    job = job_of(MANY, MANY.cells()[0])
    done = subprocess.run([*program(), COMMAND], input=msgspec.json.encode(job) + b"\n" + b"torn",
                          env=environment(), capture_output=True, check=False, timeout=120,
                          cwd=ROOT)
    # Its input has ended, so that it may end before the cell is done; what it says is whole.
    answers = [msgspec.json.decode(line, type=Begun | Computed)
               for line in done.stdout.splitlines() if b"Preparing" not in line]
    assert all(isinstance(answer, Begun | Computed) for answer in answers)
    assert done.returncode == 0


def test_jobs_are_sent_together() -> None:
    """Every time that one comes, the process is woken from what it is at."""
    jobs = [job for cell in MANY.cells() if isinstance(job := job_of(MANY, cell), Job)]
    worker = local_module._Worker(LocalExecutor(1), "1")
    worker._ahead = 8
    feed, pipe = Mock(take=lambda: jobs.pop(0)), CountingPipe()
    sent = []
    for _ in range(10):
        worker._send(feed, pipe)
        sent.append(pipe.getvalue().count(b"\n"))
        worker._in_hand.popleft()
    assert sent == [8, 8, 8, 8, 12, 12, 12, 12, 16, 16]
    assert pipe.flushes == 3


class CountingPipe(io.BytesIO):
    """Counts how often what was written is sent off."""

    flushes = 0

    def flush(self) -> None:
        self.flushes += 1
