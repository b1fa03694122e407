"""A room of computers: a scheduler, workers that vanish or differ, and certificates that count."""

from __future__ import annotations

import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from engine.errors import FormatError, SpecError
from engine.experiments import cluster as cluster_module
from engine.experiments.article.catalogue import table
from engine.experiments.article.computing import compute, store_of
from engine.experiments.certificates import make_certificates
from engine.experiments.cluster import DaskExecutor, check_security, parse_address, security_for
from engine.experiments.store import Store
from engine.experiments.sweep import Axis
from engine.experiments.sweep_files import write_sweep
from engine.spec import DataSpec
from tests.engine.experiments.sweeps import small_project, small_sweep

ROOT = Path(cluster_module.__file__).parents[2]
SWEEP = small_sweep(Axis("learning_rate", (0.01, 0.03, 0.1, 0.3)), Axis("depth", (1, 2, 3, 4)),
                    steps=2000)
DIFFERS = """
import sys
from engine.experiments import cluster
from gui.terminal import cluster_worker
cluster_worker.identity = lambda: "backprop-lab of another day"
from pathlib import Path
cluster_worker.compute(sys.argv[1], Path(sys.argv[2]), "stranger")
"""


def free_address() -> str:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return f"localhost:{probe.getsockname()[1]}"


@contextmanager
def program(*arguments: str, code: str = "", **pipes: int) -> Iterator[subprocess.Popen[str]]:
    start = ["-c", code] if code else ["-m", "gui"]
    process = subprocess.Popen([sys.executable, *start, *arguments], cwd=ROOT, text=True,
                               stdin=subprocess.PIPE, **{  # type: ignore[call-overload]
                                   "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL,
                                   **pipes})
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


@contextmanager
def sweeping(sweep: Path, out: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    with program("sweep", str(sweep), "--out", str(out), "--quiet", *options,
                 stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        yield process


def contents(out: Path) -> dict[str, bytes]:
    with Store(out / "small.results", appends=False) as store:
        found = store.results()
    assert len({result.key for result in found}) == len(found)
    return {result.key: result.content for result in found}


def count(out: Path) -> int:
    path = out / "small.results"
    return path.read_bytes().count(b"\n") if path.exists() else 0


def children(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(word) for word in path.read_text().split()]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("room") / "certificates"
    make_certificates(folder)
    return folder


@pytest.fixture
def sweep(tmp_path: Path) -> Path:
    write_sweep(SWEEP, tmp_path / "a.json")
    return tmp_path / "a.json"


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What a sweep on this computer comes to."""
    folder = tmp_path_factory.mktemp("alone")
    write_sweep(SWEEP, folder / "a.json")
    with sweeping(folder / "a.json", folder) as process:
        process.communicate(timeout=240)
        assert process.returncode == 0
    return contents(folder)


@pytest.mark.needs("distributed", "cryptography")
@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_a_worker_that_is_killed_costs_nothing(sweep: Path, tmp_path: Path, room: Path,
                                               alone: dict[str, bytes]) -> None:
    """Three workers in processes of their own, one killed in the middle: the same bytes."""
    address = free_address()
    safe = ("--certificates", str(room))
    with program("worker", address, "--workers", "3", *safe) as workers, sweeping(
            sweep, tmp_path, "--cluster", address, *safe) as process:
        end = time.monotonic() + 120
        while process.poll() is None and time.monotonic() < end and count(tmp_path) < 3:
            time.sleep(0.005)
        assert process.poll() is None, process.communicate()
        victims = children(workers.pid)
        assert len(victims) == 3
        os.kill(victims[1], signal.SIGKILL)
        out, err = process.communicate(timeout=240)
        assert process.returncode == 0, err
    assert "16 of 16 cells: 16 done." in out
    assert contents(tmp_path) == alone


@pytest.mark.needs("distributed", "cryptography")
def test_workers_wait_for_a_sweep_and_serve_the_next_one(sweep: Path, tmp_path: Path, room: Path,
                                                         alone: dict[str, bytes]) -> None:
    address = free_address()
    safe = ("--certificates", str(room))
    with program("worker", address, "--workers", "1", *safe):
        for place in ("first", "second"):
            with sweeping(sweep, tmp_path / place, "--cluster", address, *safe) as process:
                _, err = process.communicate(timeout=240)
                assert process.returncode == 0, err
            assert contents(tmp_path / place) == alone


@pytest.mark.needs("distributed", "cryptography")
def test_a_table_of_the_article_is_computed_by_workers(tmp_path: Path, room: Path) -> None:
    address = free_address()
    safe = ("--certificates", str(room))
    options = ("--quiet", "--cluster", address, *safe)
    with program("worker", address, "--workers", "1", *safe), program(
            "experiment", "shallow", "--out", str(tmp_path / "there"), *options,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        out, err = process.communicate(timeout=240)
        assert process.returncode == 0, err
    made = table("shallow")
    with store_of(made, tmp_path / "here") as store:
        here = compute(made, store, lambda _done, _total: None)
    with store_of(made, tmp_path / "there") as store:
        there = store.results()
    assert {one.key: one.content for one in there} == {one.key: one.content for one in here}
    assert f"Measured: {made.verdict(here).text}" in out


@pytest.mark.needs("distributed", "cryptography")
def test_a_worker_of_another_version_is_given_nothing(sweep: Path, tmp_path: Path, room: Path,
                                                      alone: dict[str, bytes]) -> None:
    address = free_address()
    safe = ("--certificates", str(room))
    with program(address, str(room), code=DIFFERS), sweeping(
            sweep, tmp_path, "--cluster", address, *safe) as process:
        assert process.stderr is not None
        said = process.stderr.readline()
        assert "Worker stranger has another version of the program" in said
        assert count(tmp_path) == 0
        with program("worker", address, "--workers", "1", *safe):
            _, err = process.communicate(timeout=240)
        assert process.returncode == 0, err
    assert contents(tmp_path) == alone


@pytest.mark.needs("distributed", "cryptography")
def test_who_has_other_certificates_stays_outside(sweep: Path, tmp_path: Path, room: Path) -> None:
    make_certificates(tmp_path / "others")
    address = free_address()
    with sweeping(sweep, tmp_path, "--cluster", address, "--certificates", str(room)) as process:
        with program("worker", address, "--workers", "1", "--certificates",
                     str(tmp_path / "others"), stdout=subprocess.PIPE) as stranger:
            assert stranger.stdout is not None
            said = [stranger.stdout.readline() for _ in range(2)]
            assert "waits for a sweep" in said[1]
        assert process.poll() is None
        assert count(tmp_path) == 0
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "0 of 16 cells" in out


@pytest.mark.needs("distributed", "cryptography")
def test_data_of_ones_own_travel_to_the_workers(tmp_path: Path, room: Path) -> None:
    lines = ["a,b,kind"] + [f"{number % 7},{number % 3},{'xy'[number % 2]}" for number in range(60)]
    (tmp_path / "points.csv").write_text("\n".join(lines), encoding="utf-8")
    project = small_project()
    own = replace(small_sweep(Axis("depth", (1, 2))), project=replace(
        project, data=DataSpec("table", path=str(tmp_path / "points.csv"))))
    write_sweep(own, tmp_path / "a.json")
    address = free_address()
    safe = ("--certificates", str(room))
    for out, options in (("here", ("--workers", "1")), ("there", ("--cluster", address, *safe))):
        with program("worker", address, "--workers", "1", *safe), sweeping(
                tmp_path / "a.json", tmp_path / out, *options) as process:
            _, err = process.communicate(timeout=240)
            assert process.returncode == 0, err
    assert contents(tmp_path / "there") == contents(tmp_path / "here")
    assert len(contents(tmp_path / "here")) == 2


@pytest.mark.needs("distributed", "cryptography")
def test_certificates_are_made_once_and_their_key_is_ones_own(tmp_path: Path) -> None:
    from cryptography import x509

    folder = tmp_path / "room"
    make_certificates(folder)
    authority, member = (x509.load_pem_x509_certificate((folder / name).read_bytes())
                         for name in ("ca.pem", "member.pem"))
    member.verify_directly_issued_by(authority)
    assert b"PRIVATE KEY" in (folder / "member.pem").read_bytes()
    assert b"PRIVATE KEY" not in (folder / "ca.pem").read_bytes()
    if sys.platform != "win32":
        assert stat.S_IMODE((folder / "member.pem").stat().st_mode) == 0o600
    with pytest.raises(FormatError, match="there are certificates already"):
        make_certificates(folder)
    assert security_for(parse_address("pc-1"), folder).require_encryption


@pytest.mark.needs("distributed", "cryptography")
def test_certificates_that_are_missing_are_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="no certificates are named"):
        security_for(parse_address("pc-1"), None)
    with pytest.raises(FormatError, match=r"ca\.pem"):
        security_for(parse_address("pc-1"), tmp_path)
    assert security_for(parse_address("tcp://pc-1"), None) is None


@pytest.mark.needs("distributed", "cryptography")
def test_who_checks_certificates_does_not_wait_for_dask(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_certificates(tmp_path)
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.setattr(cluster_module, "check_installed", lambda: None)
    check_security(parse_address("pc-1"), tmp_path)
    assert DaskExecutor("pc-1", tmp_path).workers == ()
    with pytest.raises(ImportError):
        security_for(parse_address("pc-1"), tmp_path)


@pytest.mark.parametrize(("text", "address"), [
    ("pc-1", "tls://pc-1:8786"), ("teacher-pc:9000", "tls://teacher-pc:9000"),
    ("tcp://pc-1", "tcp://pc-1:8786"), ("tls://pc-1:1", "tls://pc-1:1")])
def test_an_address_is_read_from_its_words(text: str, address: str) -> None:
    assert parse_address(text).text == address


@pytest.mark.parametrize("text", ["", "pc-1:", "pc-1:x", "ftp://pc-1", ":8786", "pc-1:99999"])
def test_what_is_no_address_is_a_sentence(text: str) -> None:
    with pytest.raises(SpecError, match=re.escape(f"Address: {text} is none")):
        parse_address(text)


def test_without_dask_a_cluster_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(SpecError, match="the package distributed is not installed"):
        cluster_module.check_installed()
