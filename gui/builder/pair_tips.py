"""Tooltips of a pair's rows: every column's numbers for A and for B."""

from __future__ import annotations

import math
from collections.abc import Iterator

from engine.diagnosis.verdicts import LayerVerdict
from engine.telemetry.snapshot import LayerReading
from gui.builder.rows import Row
from gui.builder.rows_model import RowsModel, figure, magnitude
from gui.builder.rows_tips import COLUMN_TIPS, figure_text, paragraphs, share_text
from gui.builder.run_figures import ratio_text
from gui.builder.scales import Span
from gui.frames.run_info import FIRST, SECOND

HISTOGRAM = ("How the layer's outputs are distributed on a fixed batch of training examples: A "
             "above, B below, on one axis; heights are square roots of counts.")
RATIO = ("Gradient of B over that of A, {quantity}; bold from a factor of 10. {now}")
QUANTITIES = {"weights": "RMS of ∂L/∂W", "activations": "RMS of ∂L/∂a"}


def pair_tip(column: str, row: Row, model: RowsModel) -> str:
    """Return what to say about one column of one row, as rich text."""
    if row.issue:
        return paragraphs(row.label, row.issue)
    if row.is_input or column == "card":
        return paragraphs(*_card_lines(row, model))
    lines = list(_run_lines(column, row, model))
    if column == "update":
        ratio = ratio_text(model.ratio(row.layer_id))
        now = f"Now {ratio.rstrip('×')}." if ratio else ""
        head = RATIO.format(quantity=QUANTITIES[model.quantity], now=now).rstrip()
    else:
        head = HISTOGRAM if column == "histogram" else COLUMN_TIPS[column]
    if not any(figures.readings for figures in model.sides()):
        lines = ["No numbers yet: press Run or Step."]
    if column == "gradient":
        lines += _theory_lines(row, model)
    return paragraphs(head, *lines, model.refusal(row))


def _card_lines(row: Row, model: RowsModel) -> Iterator[str]:
    yield row.label
    yield from (note.text for note in model.notes(row.layer_id))
    pairing = row.pairing
    if pairing is not None and (pairing.a or pairing.b):
        yield f"A: {pairing.a}."
        yield f"B: {pairing.b}."
    elif pairing is not None and pairing.only:
        yield model.refusal(row) or f"Only {pairing.only} has this layer."
    else:
        yield "A and B are alike here."
    yield row.help
    if row.is_input:
        yield f"{row.detail}; {row.note.removeprefix('A = B: ')}."
    else:
        yield f"{row.detail[:1].upper()}{row.detail[1:]}." if row.detail else ""


def _run_lines(column: str, row: Row, model: RowsModel) -> Iterator[str]:
    for key, figures in zip((FIRST, SECOND), model.sides(), strict=True):
        reading = figures.told.get(row.layer_id)
        verdict = figures.verdicts.get(row.layer_id)
        if key == model.edited:
            verdict = model.verdict(row.layer_id)
        if row.only not in ("", key):
            yield f"{key}: does not have this layer."
        elif reading is not None:
            yield f"{key}: {_line(column, reading, verdict, model.scale(row.layer_id))}"


def _theory_lines(row: Row, model: RowsModel) -> Iterator[str]:
    for key, figures in zip((FIRST, SECOND), model.sides(), strict=True):
        if row.only in ("", key):
            measured = figures.gradient(row.layer_id, "weights")
            lines = model.theory(key).sentences(row.layer_id, measured)
            yield from (f"{key}: {line[:1].lower()}{line[1:]}" for line in lines)


def _line(column: str, reading: LayerReading, verdict: LayerVerdict | None, span: Span) -> str:
    if column == "histogram":
        low, high = (figure_text(end) for end in reading.histogram_range)
        return (f"mean {figure_text(reading.activation_mean)}, σ "
                f"{figure_text(reading.activation_std)}, from {low} to {high}; saturated "
                f"{share_text(reading.saturated_share)}, dead {share_text(reading.dead_share)}. "
                f"The axis runs from {figure_text(span[0])} to {figure_text(span[1])}.")
    if column == "update":
        return f"log₁₀ Δw/w {figure(reading.update_ratio) or '–'}."
    if column == "status" and verdict is not None:
        return verdict.text
    if math.isnan(reading.gradient_rms):
        return (f"no weights, so no ∂L/∂W; RMS of ∂L/∂a "
                f"{magnitude(reading.activation_gradient_rms) or '–'}.")
    return (f"RMS {magnitude(reading.gradient_rms)}, largest {magnitude(reading.gradient_max)}; "
            f"of ∂L/∂a {magnitude(reading.activation_gradient_rms) or '–'}.")
