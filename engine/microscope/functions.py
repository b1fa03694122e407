"""What the names in a step's formulae stand for, so that a pocket calculator is enough."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.messages import say
from engine.microscope.names import PRIME

FUNCTIONS = {
    "tanh": ("(e<sup>z</sup> − e<sup>−z</sup>) / (e<sup>z</sup> + e<sup>−z</sup>)",
             "1 − tanh(z)<sup>2</sup>"),
    "σ": ("1 / (1 + e<sup>−z</sup>)", "σ(z) (1 − σ(z))"),
    "ReLU": ("max(z, 0)", "1 (z &gt; 0), 0 (z ≤ 0)"),
    "LReLU": ("z (z &gt; 0), 0.01 z (z ≤ 0)", "1 (z &gt; 0), 0.01 (z ≤ 0)"),
    "ELU": ("z (z &gt; 0), e<sup>z</sup> − 1 (z ≤ 0)", "1 (z &gt; 0), e<sup>z</sup> (z ≤ 0)"),
    "SELU": ("1.0507 z (z &gt; 0), 1.7581 (e<sup>z</sup> − 1) (z ≤ 0)",
             "1.0507 (z &gt; 0), 1.7581 e<sup>z</sup> (z ≤ 0)"),
    "GELU": ("z Φ(z)", "Φ(z) + z e<sup>−z²/2</sup> / √(2π)"),
    "SiLU": ("z σ(z)", "σ(z) (1 + z σ(−z))"),
    "softplus": ("log(1 + e<sup>z</sup>)", "1 / (1 + e<sup>−z</sup>)"),
    "softsign": ("z / (1 + |z|)", "1 / (1 + |z|)<sup>2</sup>"),
    "htanh": ("min(max(z, −1), 1)", "1 (|z| &lt; 1), 0 (|z| ≥ 1)"),
    "sin": ("", "cos(z)"),
    "softmax": ("exp(z<sub>k</sub>) / Σ<sub>j</sub> exp(z<sub>j</sub>), exp(z) = e<sup>z</sup>",
                ""),
}
"""By the symbol: itself, and its derivative; empty where nothing need be said."""


def meanings(formulae: Sequence[str], decimal: str) -> Iterator[tuple[str, str]]:
    """Yield what formulae use beside plus and times, and what it is, both as rich text."""
    text = " ".join(f" {formula} " for formula in formulae)
    found: list[tuple[str, str]] = []
    for symbol, (value, slope) in FUNCTIONS.items():
        if value and (f" {symbol}(" in text or f"({symbol}(" in text or f" {symbol} " in text):
            found.append((f"{symbol}(z)", value.replace(".", decimal)))
        if slope and f" {symbol}{PRIME}(" in text:
            found.append((f"{symbol}{PRIME}(z)", slope.replace(".", decimal)))
    yield from found
    rules = " ".join(rule for _, rule in found)
    if "σ(" in rules and ("σ(z)", FUNCTIONS["σ"][0]) not in found:
        yield "σ(z)", FUNCTIONS["σ"][0]
    if "Φ" in rules:
        yield "Φ(z)", say("sheet.normal").text
    if "log" in text + rules:
        yield "log", say("sheet.logarithm").text
    if "⊙" in text:
        yield "⊙", say("sheet.number-by-number").text
    if "<sup>T</sup>" in text:
        yield "A<sup>T</sup>", say("sheet.transposed").text
