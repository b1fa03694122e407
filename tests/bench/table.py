"""Results as a table in Markdown and as JSON."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.bench.cases import multiply_adds
from tests.bench.compare import Outcome, Rival
from tests.bench.process import PEERS
from tests.bench.roofline import Roofline

HEADER = ("case", "ours, µs", "GFLOP/s", "of peak", "peer", "peer, µs", "ratio", "lowest",
          "promised", "kept", "how")


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table that is aligned as plain text, too."""
    widths = [max(len(line[place]) for line in (header, *rows)) for place in range(len(header))]

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.ljust(width) for cell, width in zip(
            cells, widths, strict=True)) + " |"

    return "\n".join([line(header), line(["-" * width for width in widths]), *map(line, rows)])


def micro(seconds: float) -> str:
    """Return microseconds with three digits or all before the point."""
    value = seconds * 1e6
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def rows(outcome: Outcome, peak: float) -> list[list[str]]:
    """Return a case's rows, one for each peer; one without a peer if there is none."""
    own = [outcome.case.title, micro(outcome.step_s), f"{outcome.gflops:.3g}",
           f"{outcome.gflops / peak:.0%}" if peak else ""]
    found = [[*own, *_rival(outcome, rival)] for rival in outcome.rivals]
    return found or [[*own, *[""] * (len(HEADER) - len(own))]]


def _rival(outcome: Outcome, rival: Rival) -> list[str]:
    title = PEERS[rival.peer].title
    promised = "" if rival.promised is None else f"{rival.promised:g}"
    if not rival.seconds:
        return [title, "", "", "", promised, "", rival.failure]
    ratios = outcome.ratios(rival)
    ratio = statistics.median(ratios)
    kept = "" if rival.promised is None else "yes" if ratio >= rival.promised else "no"
    return [title, micro(statistics.median(rival.seconds)), f"{ratio:.2f}", f"{min(ratios):.2f}",
            promised, kept, "; ".join(filter(None, (rival.variant, PEERS[rival.peer].remark)))]


def as_markdown(about: Sequence[str], outcomes: Sequence[Outcome], peak: float) -> str:
    """Return the whole report."""
    lines = [line for outcome in outcomes for line in rows(outcome, peak)]
    return "\n".join(["# Speed of a training step", "", *(f"- {line}" for line in about), "",
                      markdown(HEADER, lines), ""])


def as_json(about: Sequence[str], outcomes: Sequence[Outcome], limits: Sequence[Roofline]
            ) -> dict[str, Any]:
    """Return all figures, those of every round too."""
    return {"about": list(about), "roofline": [asdict(limit) for limit in limits], "cases": [
        {"case": outcome.case.name, "title": outcome.case.title, "versions": outcome.versions,
         "multiply_adds": multiply_adds(outcome.case), "gflops": outcome.gflops,
         "first_loss": outcome.loss, "ours_s": outcome.seconds,
         "peers": [{**asdict(rival), "ratios": outcome.ratios(rival) if rival.seconds else []}
                   for rival in outcome.rivals]} for outcome in outcomes]}


def write(folder: Path, text: str, figures: dict[str, Any]) -> None:
    """Write ``bench.md`` and ``bench.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bench.md").write_text(text, encoding="utf-8")
    (folder / "bench.json").write_text(json.dumps(figures, indent=1), encoding="utf-8")
