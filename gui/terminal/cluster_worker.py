"""The processes with which this computer computes for sweeps that run on another one."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from engine.experiments.cluster import (
    Address,
    Site,
    check_installed,
    check_security,
    hush,
    identity,
    parse_address,
    security_for,
    settle,
)
from engine.experiments.headless import Make
from engine.experiments.local import environment, program, usual_workers
from gui.program import INTERRUPTED, say
from gui.terminal.cell_worker import step_back
from gui.workbench.engine_port import TrainersInTurn

PATIENCE_S = 5.0
"""Seconds for which a process looks for the scheduler, before it does so again."""

AGAIN_S = 1.0
"""Seconds before a process that has ended is started anew."""


def work(address: str, certificates: Path | None, workers: int) -> int:
    """Keep processes that compute until Ctrl+C; return its exit code.

    Parameters
    ----------
    address : str
        Where sweeps are started.
    certificates : Path | None
        The room's folder of certificates.
    workers : int
        How many processes; 0 for as many as there are processors.

    Raises
    ------
    EngineError
        If Dask is not installed, or certificates are missing.
    """
    check_installed()
    place = parse_address(address)
    check_security(place, certificates)
    count = workers or usual_workers()
    say(f"{count} {'process' if count == 1 else 'processes'} on {socket.gethostname()} for sweeps "
        f"at {place.text}. Ctrl+C ends them.")
    options = ["--certificates", str(certificates)] if certificates else []
    commands = [[*program(), "worker", place.text, *options, "--name",
                 f"{socket.gethostname()}-{number + 1}"] for number in range(count)]
    try:
        _keep(commands)
    except KeyboardInterrupt:
        return INTERRUPTED


def _keep(commands: Sequence[Sequence[str]]) -> NoReturn:
    """Keep a process running for each of the commands."""
    running: dict[int, subprocess.Popen[bytes]] = {}
    try:
        while True:
            for number, command in enumerate(commands):
                if number in running and running[number].poll() is not None:
                    _end(running.pop(number))
                if number not in running:
                    # It ends when nobody holds the other end of its input any more.
                    running[number] = subprocess.Popen(
                        command, env=environment(), stdin=subprocess.PIPE)
            time.sleep(AGAIN_S)
    finally:
        for process in running.values():
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    if process.stdin is not None:
        process.stdin.close()


def compute(address: str, certificates: Path | None, name: str) -> int:
    """Be one of those processes."""
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    step_back()
    hush()
    place = parse_address(address)
    asyncio.run(_serve(place, security_for(place, certificates), name))
    return 0


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


async def _serve(address: Address, security: Any, name: str) -> None:
    """Compute for one sweep after the other."""
    from distributed import Worker

    waits = False
    with tempfile.TemporaryDirectory(prefix="backprop-lab-") as folder:
        while True:
            site = Site(name, _maker(), Path(folder))
            settle(site)
            try:
                async with Worker(
                        address.text, nthreads=1, name=name, security=security, nanny=None,
                        resources={identity(): 1}, memory_limit=0, dashboard=False,
                        local_directory=folder, death_timeout=PATIENCE_S,
                        plugins=(_leaving(site),)) as worker:
                    say(f"{name} computes for {address.text}.")
                    waits = False
                    await worker.finished()
            except (OSError, TimeoutError, RuntimeError):
                if not waits:
                    say(f"{name} waits for a sweep at {address.text}.")
                waits = True
            site.gone.set()
            await asyncio.sleep(AGAIN_S)


def _leaving(site: Site) -> Any:
    """Return what tells a site that its worker closes, so that nobody waits for a cell's end."""
    from distributed.diagnostics.plugin import WorkerPlugin

    class Leaving(WorkerPlugin):  # type: ignore[misc]
        def teardown(self, worker: Any) -> None:
            """Hear that the worker closes."""
            site.gone.set()

    return Leaving()


def _maker() -> Make:
    """Return what makes the trainers of a site's cells, one after the other."""
    trainers = TrainersInTurn()
    return lambda project, dataset: trainers.make(project, dataset, lambda text, share: None)
