"""What is said of sweeps: their measures, the lines of theory over them, and what they show."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry

WORDS: Mapping[str, Entry] = {
    "measure.loss": "loss at the end",
    "measure.validation-loss": "validation loss at the end",
    "measure.accuracy": "accuracy at the end",
    "measure.validation-accuracy": "validation accuracy at the end",
    "measure.step": "steps",
    "measure.epoch": "epochs",
    "measure.seconds": "seconds",

    "line.critical": "χ = 1: the error signal keeps its size",
    "line.critical-short": "χ = 1",
    "line.reach": "{times:general} ξ: trainable depth",
    "line.reach-short": "{times:general} ξ",
    "line.rate": "2/λ: largest stable learning rate at the start",
    "line.rate-short": "2/λ",

    "map.holds": "Theory holds roughly.",
    "map.holds-in-part": "Theory holds in part.",
    "map.fails": "Theory does not hold here.",
    "map.bound-holds": "The bound holds roughly.",
    "map.line-reach": "6 ξ",
    "map.line-rate": "2/λ",
    "map.fell": "{what:headline} fell to {figure:number} or below",
    "map.rose": "{what:headline} rose to {figure:number} or above",
    "map.both-sides":
        "{what} in {inside:whole} of {within:whole} {within|network|networks} within {line}, in "
        "{outside:whole} of {beyond:whole} beyond it.",
    "map.nothing": "Nothing computed yet.",
    "map.nothing-fixed": "The best of all that is tried will stand here.",
    "map.fixed": "What will count as learned: {goal}.",
    "map.heading": "What it shows:",
    "map.none-learned": "None learned.",
    "map.broken": "The numbers of {count:whole} of {networks:whole} "
                  "{networks|network|networks} left every range.",
    "map.setting": "{what} {value}",
    "map.best": "Best {what}: {figure:number,3} at {settings:list}.",
    "map.counted":
        "{what} in {reached:whole} of {networks:whole} {networks|network|networks}. {best}",
    "map.and-broken": "{told} {count:whole} blew up.",

    "map.waiting": "not computed yet",
    "map.learned": "{what} {figure:number,3}",
    "map.seeds": "{told}; {count} seeds: {figures:list}",
    "map.blew-up": "blew up at step {step:whole}; first gradient {size:number}",
    "map.blew-up-unmeasured": "blew up at step {step:whole}",
    "map.some-blew-up": "{told}; {count} of {seeds} blew up",
    "map.refused": "cannot be trained: {reason}",
    "map.refused-unsaid": "cannot be trained",
    "map.chi": "χ = {chi:number,3}: each layer multiplies the error signal by {each:number,3}",
    "map.xi": "ξ = {xi:number} layers, {times:general} ξ = {reach:number,3} {sign} {depth}",
    "map.xi-endless": "ξ = ∞: depth takes nothing away",
    "map.rate": "largest stable rate at the start: {rate:number}",

    "template.depth-scale": "Depth × initial scale",
    "template.depth-scale-setting": "ReLU, width 32 · digits · SGD 0.03, batch 32, 400 steps",
    "template.rate-batch": "Learning rate × batch size",
    "template.rate-batch-setting": "ReLU, 2 layers of 32 · digits · SGD, 400 steps",
    "template.width-depth": "Width × depth",
    "template.width-depth-setting": "ReLU · digits · SGD 0.03, batch 32, 400 steps",
    "template.dropout": "Dropout rate",
    "template.dropout-setting":
        "ReLU, 2 layers of 64 · 359 digits · SGD 0.03, batch 32, 2,000 steps",
    "template.l2": "L2",
    "template.l2-setting":
        "ReLU, 2 layers of 64 · 359 digits · SGD 0.03, batch 32, 2,000 steps",

    "library.title": "{name}",
    "library.own": "{project} · {steps:whole} steps · {seeds} {seeds|seed|seeds}",
    "library.own-whole": "{project} · to its own end · {seeds} {seeds|seed|seeds}",
    "library.unread": "Some of your sweeps cannot be read: {names:list}.",
    "library.no-finer": "Nothing lies between these values: they are as fine as they can be.",
    "library.no-network": "No network can be made with these values.",
}
