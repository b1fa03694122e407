"""Cells computed on the computers of a room, with Dask.

The computer where a sweep is started is the room's scheduler, unless one listens at the address
already; workers come and go. A worker says which program it is; it is given cells only by the very
same one, since another version, another Python or another NumPy may come to other bytes.
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import platform
import queue
import socket
import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from engine.errors import EngineError, SpecError
from engine.experiments import travelling
from engine.experiments.cell import Job, run_job
from engine.experiments.certificates import check_certificates, security_of
from engine.experiments.execution import Feed, State, WorkerState, answering
from engine.experiments.headless import Datasets, Make
from engine.experiments.local import Computed, Failed
from engine.experiments.results import Told
from engine.messages import Message, say

PORT = 8786
LOCAL, EVERYWHERE = "localhost", "0.0.0.0"
"""Where a scheduler listens for this computer alone, and for all that can reach it."""

PACKAGES = ("numpy", "numba")
"""What else decides about bytes."""

LOOK_S = 1.0
"""How often it is asked who is there."""

AHEAD = 3
"""Cells that a worker is sent before it is done with the first of them."""

CONNECT_S = 5.0

_ANSWERS = msgspec.json.Decoder(Computed | Failed)


class Address(NamedTuple):
    """Where a room's scheduler listens.

    Attributes
    ----------
    protocol : str
        ``tls`` or ``tcp``.
    host : str
        Name or number of a computer.
    port : int
        Its port.
    """

    protocol: str
    host: str
    port: int

    @property
    def text(self) -> str:
        """The address as Dask has it."""
        return f"{self.protocol}://{self.host}:{self.port}"


def parse_address(text: str) -> Address:
    """Return an address from its words: ``teacher-pc``, ``pc-1:8786``, ``tcp://pc-1:8786``.

    Raises
    ------
    SpecError
        If it is none.
    """
    protocol, _, rest = text.rpartition("://")
    host, colon, port = rest.rpartition(":")
    if not colon:
        host, port = rest, str(PORT)
    if protocol not in ("", "tls", "tcp") or not host or not port.isdecimal() or not (
            0 < int(port) < 2**16):
        raise SpecError("cluster.address", text=text)
    return Address(protocol or "tls", host, int(port))


def check_installed() -> None:
    """Raise SpecError where Dask is not installed."""
    for name in ("distributed", "cryptography"):
        if importlib.util.find_spec(name) is None:
            raise SpecError("cluster.missing", name=name)


def check_security(address: Address, certificates: Path | None) -> None:
    """Check that there are certificates for an address that needs them.

    Raises
    ------
    SpecError
        If none are named.
    FormatError
        If they are not there, or are none.
    """
    if address.protocol == "tcp":
        return
    if certificates is None:
        raise SpecError("cluster.which-certificates")
    check_certificates(certificates)


def security_for(address: Address, certificates: Path | None) -> Any:
    """Return what Dask is to know of certificates; None for an address without.

    Raises as `check_security` does.
    """
    check_security(address, certificates)
    if address.protocol == "tcp" or certificates is None:
        return None
    return security_of(certificates)


def hush() -> None:
    """Keep Dask from writing to the terminal: what there is to say is said in sentences."""
    import distributed  # noqa: F401 - it sets its loggers up when it is first imported

    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] in ("distributed", "tornado", "dask"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)


@cache
def identity() -> str:
    """Return what tells this program from others that may come to other bytes."""
    sources = hashlib.sha256()
    root = Path(__file__).parents[1]
    for path in sorted(root.rglob("*.py")):
        sources.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    parts = [sources.hexdigest()[:12], platform.python_version(),
             *(f"{name} {metadata.version(name)}" for name in PACKAGES)]
    return "backprop-lab " + ", ".join(parts)


class Site:
    """Where a worker computes.

    Parameters
    ----------
    name : str
        Who it is.
    make : callable
        Makes a trainer at step 0.
    folder : Path
        Where files that come with jobs are put.

    Attributes
    ----------
    gone : threading.Event
        Set when nobody waits for results any more.
    """

    def __init__(self, name: str, make: Make, folder: Path) -> None:
        self.gone = threading.Event()
        self._name = name
        self._make = make
        self._folder = folder
        self._datasets = Datasets()

    def compute(self, content: bytes, digest: str, files: travelling.Files
                ) -> tuple[str, bytes]:
        """Return who has computed a job, and what came of it; empty if it was left off."""
        job = msgspec.json.decode(content, type=Job)
        if files:
            home = self._folder / digest
            travelling.unpack(files, home)
            job = msgspec.structs.replace(job, project=travelling.at_home(job.project, home))
        try:
            result = run_job(job, make=self._make, datasets=self._datasets,
                             should_stop=self.gone.is_set)
        except EngineError as error:
            return self._name, msgspec.json.encode(Failed(Told.of(error.message)))
        return self._name, b"" if result is None else msgspec.json.encode(Computed(result))


_SITES: list[Site] = []
"""The site of this process; it has one at most."""


def settle(site: Site) -> None:
    """Let this process be a site."""
    _SITES[:] = [site]


def compute(content: bytes, digest: str, files: travelling.Files) -> tuple[str, bytes]:
    """Compute a job at the site of this process: what Dask calls on a worker."""
    return _SITES[0].compute(content, digest, files)


class DaskExecutor:
    """Computes cells on whatever workers there are at an address.

    Parameters
    ----------
    address : str
        Where the scheduler listens, or is to listen, on this computer.
    certificates : Path | None
        The room's folder of certificates.

    Raises
    ------
    EngineError
        If Dask is not installed, or certificates are missing.
    """

    def __init__(self, address: str, certificates: Path | None = None) -> None:
        check_installed()
        self._address = parse_address(address)
        check_security(self._address, certificates)
        self._certificates = certificates
        self._events: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._in_hand: dict[Any, Job] = {}
        self._known: dict[str, WorkerState] = {}
        self._sent: dict[tuple[str, ...], tuple[str, Any]] = {}
        self._is_cancelled = False
        self._looked = 0.0
        self._attempts = 0
        self._thread: threading.Thread | None = None

    @property
    def workers(self) -> tuple[WorkerState, ...]:
        """All who were ever there, as they are now."""
        return tuple(self._known.values())

    def start(self, feed: Feed) -> None:
        """Begin to take cells and to send them."""
        self._thread = threading.Thread(target=self._work, args=(feed,), name="cluster",
                                        daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Look again whether there is work."""
        self._events.put(None)

    def cancel(self) -> None:
        """Take no more cells; workers leave off those in hand when they hear of it."""
        self._is_cancelled = True
        self._events.put(None)

    def close(self) -> None:
        """Do as `cancel`, and return when the room is left."""
        self.cancel()
        if self._thread is not None:
            self._thread.join()

    def _work(self, feed: Feed) -> None:
        with answering(feed):
            try:
                self._serve(feed)
            except (OSError, TimeoutError) as error:
                if not self._is_cancelled:
                    raise SpecError("cluster.broken", address=self._address.text,
                                    reason=str(error)) from error

    def _serve(self, feed: Feed) -> None:
        with ExitStack() as stack:
            client = self._enter(stack)
            while not self._is_cancelled:
                self._look(client)
                self._send(client, feed)
                self._hear(feed)
            client.cancel(list(self._in_hand), force=True)

    def _enter(self, stack: ExitStack) -> Any:
        """Return a client of the room; where nobody listens, the room is opened here."""
        hush()
        from distributed import Client, LocalCluster

        address, target = self._address, self._address.text
        security = security_for(address, self._certificates)
        if not _listens(address):
            host = _place_here(address.host)
            if host is None:
                raise SpecError("cluster.unreachable", address=target)
            try:
                stack.enter_context(LocalCluster(
                    n_workers=0, host=host, scheduler_port=address.port,
                    protocol=f"{address.protocol}://", security=security,
                    dashboard_address=None, silence_logs=logging.CRITICAL + 1))
            except (OSError, RuntimeError) as error:
                raise SpecError("cluster.unreachable", address=target) from error
        try:
            return stack.enter_context(Client(
                target, security=security, timeout=CONNECT_S, set_as_default=False))
        except (OSError, TimeoutError) as error:
            raise SpecError("cluster.refused", address=target) from error

    def _look(self, client: Any) -> None:
        """Ask who is there, if that was some time ago."""
        if time.monotonic() - self._looked < LOOK_S:
            return
        self._looked = time.monotonic()
        present = {str(about["name"]): about for about in _workers(client)}
        for name, about in present.items():
            state, message = _state_of(about)
            known = self._known.get(name, WorkerState(name, state))
            self._known[name] = replace(known, state=state, message=message)
        for name, known in self._known.items():
            if name not in present:
                self._known[name] = replace(known, state="lost", message=say("sweep.lost"))

    def _send(self, client: Any, feed: Feed) -> None:
        """Send as many jobs as the workers are to have."""
        able = sum(known.state in ("working", "idle") for known in self._known.values())
        while able and len(self._in_hand) < AHEAD * able and not self._is_cancelled:
            job = feed.take()
            if job is None:
                return
            self._attempts += 1
            future = client.submit(
                compute, msgspec.json.encode(job), *self._files(client, job), pure=False,
                key=f"cell-{job.key}-{self._attempts}", resources={identity(): 1})
            self._in_hand[future] = job
            future.add_done_callback(self._events.put)

    def _files(self, client: Any, job: Job) -> tuple[str, Any]:
        """Return a digest of the files that a job needs, and what stands for them."""
        named = travelling.named_by(job.project)
        if not named:
            return "", {}
        if named not in self._sent:
            files = travelling.pack(job.project)
            # Sent once, in a list: of a dict, every entry would be sent by itself.
            (sent,) = client.scatter([files], hash=False)
            self._sent[named] = travelling.digest_of(files), sent
        return self._sent[named]

    def _hear(self, feed: Feed) -> None:
        """Wait a little for what comes back."""
        try:
            future = self._events.get(timeout=LOOK_S)
        except queue.Empty:
            return
        job = self._in_hand.pop(future, None)
        if job is None:
            return
        if future.status != "finished":
            feed.give_back(job, is_suspect=future.status == "error")
            return
        name, content = future.result()
        if not content:
            feed.give_back(job)
            return
        answer = _ANSWERS.decode(content)
        if isinstance(answer, Failed):
            feed.failed(answer.told.message)
            return
        known = self._known.get(name, WorkerState(name, "working"))
        self._known[name] = replace(known, done=known.done + 1)
        feed.done(job, answer.result)


def _listens(address: Address) -> bool:
    """Say whether something listens at an address."""
    try:
        with socket.create_connection((address.host, address.port), timeout=CONNECT_S / 2):
            return True
    except OSError:
        return False


def _place_here(host: str) -> str | None:
    """Return where to listen so that others find this computer by a name; None if it is another's.

    What a computer calls itself often stands for itself alone: then it listens everywhere.
    """
    if host == LOCAL:
        return host
    try:
        found = socket.getaddrinfo(host, None, socket.AF_INET, socket.SOCK_STREAM)
        with socket.socket() as probe:
            probe.bind((found[0][4][0], 0))
    except OSError:
        return None
    return EVERYWHERE


def _workers(client: Any) -> list[dict[str, Any]]:
    """Return what the scheduler says of every worker."""
    try:
        found = client.scheduler_info(n_workers=-1)
    except TypeError:
        # Earlier ones tell of all, and do not know the word.
        found = client.scheduler_info()
    return list(found["workers"].values())


def _state_of(about: Mapping[str, Any]) -> tuple[State, Message | None]:
    resources = about.get("resources", {})
    if identity() not in resources:
        return "differs", say("cluster.differs", found=", ".join(resources) or "unknown")
    executing = about.get("metrics", {}).get("executing", 0)
    return ("working" if executing else "idle"), None
