"""The table of results: for a terminal, as Markdown and as JSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench.cases import CASES
from tests.bench.compare import Peer, Result
from tests.bench.roofline import Limits


def header(peers: Sequence[Peer]) -> list[str]:
    """Return the titles of the columns."""
    return ["case", "ours, µs", "GFLOP/s", "of peak", *(peer.title for peer in peers)]


def row(result: Result, peers: Sequence[Peer], flops: float, peak: float) -> list[str]:
    """Return the cells of a case.

    Parameters
    ----------
    result : Result
        Its rounds.
    peers : sequence of Peer
        The columns.
    flops : float
        Multiplications and additions of a step.
    peak : float
        GFLOP/s of the machine.
    """
    reached = flops / result.ours_s / 1e9
    return [CASES[result.case].title, f"{1e6 * result.ours_s:,.1f}", f"{reached:,.1f}",
            f"{reached / peak:.0%}", *(cell(result, peer) for peer in peers)]


def cell(result: Result, peer: Peer) -> str:
    """Return for example ``2.4x, lowest 2.2 (goal 2.3), 2,660 µs``."""
    if peer.key not in result.ratios:
        return "failed" if peer.key in result.absent else "–"
    ratio, lowest = result.ratios[peer.key], result.lowest[peer.key]
    goal = CASES[result.case].goals.get(peer.key)
    promised = f", goal {goal:g}{'' if ratio >= goal else ' MISSED'}" if goal else ""
    mode = f", {result.modes[peer.key]}" if result.modes[peer.key] == "channels_last" else ""
    return f"{ratio:.2f}x (lowest {lowest:.2f}{promised}; {1e6 * result.peer_s[peer.key]:,.0f} µs" \
           f"{mode})"


def markdown(lines: Sequence[str], titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a page with some lines of text and the table."""
    marks = ["---", *["---:"] * (len(titles) - 1)]
    table = ["| " + " | ".join(cells) + " |" for cells in (titles, marks, *rows)]
    return "\n".join([*(f"{line}\n" for line in lines), *table, ""])


def write(folder: Path, page: str, results: Sequence[Result], limits: Limits,
          facts: Sequence[str]) -> None:
    """Write ``bench.md`` and ``bench.json`` into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bench.md").write_text(page, encoding="utf-8")
    found: dict[str, Any] = {"facts": list(facts), "limits": dataclasses.asdict(limits),
                             "results": [dataclasses.asdict(result) for result in results]}
    (folder / "bench.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
