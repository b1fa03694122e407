"""Tooltips of the network's columns: the formula, and the live numbers in it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from engine.diagnosis.design import Note
from engine.diagnosis.verdicts import LayerVerdict
from engine.telemetry.snapshot import LayerReading
from gui.builder.rows import Row
from gui.builder.rows_model import figure, magnitude
from gui.builder.scales import Span
from gui.frames.theory import NO_THEORY, Theory

JOINER = "\N{WORD JOINER}"
BARS = re.compile(r"\|[^|\s]+\|")
COLUMN_TIPS: Mapping[str, str] = {
    "card": "The network's layers. Data flow down, gradients flow up.",
    "histogram": "How the layer's outputs are distributed on a fixed batch of training examples.",
    "gradient": "Root mean square of ∂L/∂W, √(mean g²), of the last training batch, or of ∂L/∂a on "
                "the fixed batch, on one logarithmic axis for all layers. The thin line is the "
                "middle 90 % of |∂L/∂w|.",
    "status": "Gradient RMS and what it means beside the other layers.",
    "update": "log₁₀ of std(Δw) / std(w): how much one step changes the weights. About −3 is "
              "usual.",
}
FROZEN = "Frozen: its parameters stay as they are; its gradient is still shown."


@dataclass(frozen=True)
class Shown:
    """What is known of a row's layer.

    Attributes
    ----------
    reading : LayerReading | None
        Its figures.
    verdict : LayerVerdict | None
        What is to be said of them.
    notes : tuple[Note, ...]
        What was to be said before the first step.
    span : tuple[float, float]
        Ends of the axis on which its activations are drawn.
    last : float | None
        Gradient RMS as the last run left it.
    theory : Theory
        What theory expects of the network.
    """

    reading: LayerReading | None = None
    verdict: LayerVerdict | None = None
    notes: tuple[Note, ...] = ()
    span: Span = (0.0, 0.0)
    last: float | None = None
    theory: Theory = NO_THEORY


def column_tip(column: str, row: Row, shown: Shown) -> str:
    """Return what to say about one column of one row, as rich text."""
    tip = _column_tip(column, row, shown)
    if column == "gradient" and shown.last is not None and not row.note:
        tip += paragraphs(f"The grey mark is where the last run ended: {magnitude(shown.last)}.")
    if column == "gradient" and not row.issue and not row.is_input:
        measured = math.nan if shown.reading is None else shown.reading.gradient_rms
        lines = shown.theory.sentences(row.layer_id, measured)
        tip += paragraphs(*lines) if not row.note else ""
    return tip


def _column_tip(column: str, row: Row, shown: Shown) -> str:
    reading, verdict = shown.reading, shown.verdict
    if row.issue:
        return paragraphs(row.label, row.issue)
    if row.is_input or column == "card":
        return _card_tip(row, shown.notes)
    if verdict is not None and verdict.code == "nonfinite" and column in ("gradient", "status"):
        return paragraphs(verdict.text, *_last_gradient(reading))
    if reading is None:
        return paragraphs(COLUMN_TIPS[column], "No numbers yet: press Run or Step.")
    if column == "histogram":
        return _histogram_tip(reading, shown.span)
    if column == "status":
        return _status_tip(reading, verdict)
    return _update_tip(reading) if column == "update" else _gradient_tip(reading)


def wire_tip(source: Row, reader: Row) -> str:
    """Return what to say about a wire that passes layers by, as rich text."""
    return paragraphs(f"From {_named(source)} to {_named(reader)}",
                       "Data flow down this wire past the layers between, and the gradient flows "
                       "back up it.")


def _named(row: Row) -> str:
    return row.label if row.is_input else f"layer {row.position} ({row.label})"


def share_text(share: float) -> str:
    """Return a share as a percentage, or a dash if there is none."""
    return "–" if math.isnan(share) else f"{figure(share * 100)} %"


def figure_text(value: float) -> str:
    """Return a number with three figures, or a dash if there is none."""
    return figure(value) or "–"


def _card_tip(row: Row, notes: Sequence[Note]) -> str:
    lines = [note.text for note in notes] + [row.help]
    if row.is_input:
        lines.append(f"{row.detail}; {row.note}.")
    if row.numbers_in is not None and row.numbers_out is not None and not row.is_input:
        lines.append(f"{row.numbers_in:,} numbers in, {row.numbers_out:,} out, "
                     f"{row.parameters or 0:,} parameters.")
    if row.fed_by:
        lines.append(f"{row.fed_by[0].upper()}{row.fed_by[1:]}.")
    if row.frozen:
        lines.append(FROZEN)
    return paragraphs(row.label, *lines)


def _histogram_tip(reading: LayerReading, span: Span) -> str:
    low, high = reading.histogram_range
    return paragraphs(
        COLUMN_TIPS["histogram"],
        f"Mean {figure_text(reading.activation_mean)}, standard deviation σ "
        f"{figure_text(reading.activation_std)}, RMS {figure_text(reading.activation_rms)}; from "
        f"{figure_text(low)} to {figure_text(high)}.",
        f"The axis runs from {figure_text(span[0])} to {figure_text(span[1])}: the function’s own "
        "bounds, or for functions without them the same for all layers.",
        f"Saturated {share_text(reading.saturated_share)}, dead {share_text(reading.dead_share)}.")


def _gradient_tip(reading: LayerReading) -> str:
    if math.isnan(reading.gradient_rms):
        return paragraphs("This layer has no weights, so it has no ∂L/∂W.",
                           f"RMS of ∂L/∂a: {magnitude(reading.activation_gradient_rms) or '–'}.")
    return paragraphs(
        COLUMN_TIPS["gradient"],
        f"RMS {magnitude(reading.gradient_rms)}, largest {magnitude(reading.gradient_max)}; "
        f"90 % of |g| lie between {magnitude(reading.gradient_low) or '–'} and "
        f"{magnitude(reading.gradient_high) or '–'}.",
        f"RMS of ∂L/∂a: {magnitude(reading.activation_gradient_rms) or '–'}.",
        f"Exactly zero: {share_text(reading.gradient_zero_share)}. Not finite: "
        f"{reading.gradient_nonfinite:,}.")


def _update_tip(reading: LayerReading) -> str:
    return paragraphs(COLUMN_TIPS["update"],
                       f"Now {figure_text(reading.update_ratio)}.")


def _status_tip(reading: LayerReading, verdict: LayerVerdict | None) -> str:
    if verdict is None:
        return _gradient_tip(reading)
    return paragraphs(verdict.text, f"Gradient RMS {magnitude(reading.gradient_rms) or '–'}.")


def _last_gradient(reading: LayerReading | None) -> tuple[str, ...]:
    if reading is None or math.isnan(reading.gradient_rms):
        return ()
    return (f"Gradient RMS {magnitude(reading.gradient_rms)} when it was last measured.",)


def unbroken(text: str) -> str:
    """Return a text whose formulae between bars, such as ``|∂L/∂w|``, no line break can part."""
    return BARS.sub(lambda found: JOINER.join(found[0]), text)


def paragraphs(*lines: str) -> str:
    """Return lines, without the empty ones, as rich text."""
    # Rich text breaks into lines; plain text in a tooltip does not.
    return "".join(f"<p style='margin:2px 0'>{escape(unbroken(line))}</p>"
                   for line in lines if line)
