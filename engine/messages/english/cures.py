"""What is offered against a finding: edits in a few words, and what they cost."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry

WORDS: Mapping[str, Entry] = {
    "cure.label": "{parts:headline}",
    "cure.swap": "{before:several} → {after:several} in {count} {count|layer|layers}",
    "cure.swap-too": "{before:several} → {after:several}",
    "cure.option": "{title} {before} → {after} in {count} {count|layer|layers}",
    "cure.number": "{value:general}",
    "cure.inserted": "{title} behind {count} {count|layer|layers}",
    "cure.residual":
        "{count|a residual connection|residual connections} around {count} {count|layer|layers}",
    "cure.fewer": "{count} layers fewer",
    "cure.removed": "without {title}",
    "cure.rate": "learning rate {before:general} → {after:general}",
    "cure.clip": "clip gradients at norm {norm:general}",
    "cure.clip-instead": "clip gradients at norm {norm:general} instead of {before:general}",
    "cure.clip-value": "without the limit of {before:general} for every gradient",
    "cure.new-penalty": "{name} {value:general}",
    "cure.penalty": "{name} {before:general} → {after:general}",
    "cure.penalty-of-layers":
        "{name} {before:general} → {after:general} in {count} {count|layer|layers}",
    "cure.name-max-norm": "max-norm",
    "cure.batches": "batches of {after} instead of {before}",
    "cure.schedule": "schedule {before} → {after}",
    "cure.stretched": "{schedule} over {after:whole} steps instead of {before:whole}",
    "cure.stop": "stop early (patience {patience})",
    "cure.weigh": "weigh classes equally",
    "cure.scale": "scale the inputs",
    "cure.scale-both": "scale inputs and target",
    "cure.scale-minmax": "scale the inputs to 0 to 1",
    "cure.data": "more data: training share {before:general,3} → {after:percent}",
}
"""Templates by code."""
