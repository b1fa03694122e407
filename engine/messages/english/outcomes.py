"""What decides between two runs, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry

WORDS: Mapping[str, Entry] = {
    "yardstick.decides": "Decides: {figure} at step {step:whole}.",
    "yardstick.decides-each":
        "Decides: {figure} at step {step:whole}, each on its own examples.",
    "yardstick.validation-loss": "validation loss",
    "yardstick.training-loss": "training loss",
    "yardstick.validation-r2": "validation R²",
    "yardstick.training-r2": "training R²",
    "yardstick.validation-accuracy": "validation accuracy",
    "yardstick.training-accuracy": "training accuracy",
    "yardstick.validation-balanced": "validation accuracy, as a mean over the classes,",
    "yardstick.training-balanced": "training accuracy, as a mean over the classes,",

    "outcome.helped": "The cure helped.",
    "outcome.did-not-help": "The cure did not help.",
    "outcome.made-worse": "The cure made it worse.",
    "outcome.better": "B is better.",
    "outcome.same": "No difference.",
    "outcome.worse": "B is worse.",
    "outcome.broke": "B broke.",
    "outcome.both-broke": "Both broke.",
    "outcome.too-early": "Too early to say.",

    "outcome.told": "{mechanism} {figures}",
    "outcome.figures": "At step {step:whole} B’s {figure} is {b}, A’s is {a}.",
    "outcome.figures-apart":
        "At step {stop:whole} B’s {figure} is {b}. At step {step:whole} A’s is {a}.",
    "outcome.figures-stopped":
        "B stopped by itself at step {stop:whole}: its {figure} is {b}. At step {step:whole} A’s "
        "is {a}.",
    "outcome.figures-a-stopped":
        "A stopped by itself at step {stop:whole}: its {figure} is {a}. At step {step:whole} B’s "
        "is {b}.",
    "outcome.figures-both-stopped":
        "A stopped by itself at step {step:whole}, B at step {stop:whole}. B’s {figure} is {b}, "
        "A’s is {a}.",
    "outcome.a-broke":
        "At step {stop:whole} A’s numbers outgrew what the computer can hold. At step "
        "{step:whole} B’s {figure} is {b}.",
    "outcome.b-broke":
        "At step {stop:whole} B’s numbers outgrew what the computer can hold. At step "
        "{step:whole} A’s {figure} is {a}.",
    "outcome.both-broke-at":
        "A’s numbers outgrew what the computer can hold at step {a:whole}, B’s at step {b:whole}.",
    "outcome.wait": "A stands at step {a:whole}, B at step {b:whole}.",

    "outcome.number": "{value:number,$digits}",
    "outcome.percent": "{value:general,4} %",
    "outcome.chance": "chance, {value}",
    "outcome.mean": "that of the mean, {value}",
    "outcome.worse-than-chance": "{value}, worse than guessing, {guessing}",
    "outcome.worse-than-mean": "{value}, worse than the mean, {guessing}",

    "outcome.arrives":
        "In B layer {layer} receives {b} layer {last}’s gradient; in A {a}.",
    "outcome.arrives-elsewhere":
        "In B layer {layer} receives {b} layer {last}’s gradient; in A layer {other} {a} layer "
        "{end}’s.",
    "outcome.of": "{value:fraction} of",
    "outcome.of-it": "{value:fraction} of it",
    "outcome.times": "{value:number} times",
    "outcome.times-it": "{value:number} times as much",
    "outcome.nothing": "nothing of",
    "outcome.nothing-of-it": "nothing of it",
    "outcome.dead": "In B {b:percent} of layer {layer}’s units are dead; in A {a}.",
    "outcome.saturated":
        "In B {b:percent} of layer {layer}’s activations lie in a flat end; in A {a}.",
    "outcome.share": "{value:percent}",
    "outcome.share-of-layer": "{value:percent} of layer {layer}’s",
    "outcome.steps":
        "A step of B changes the weights of layer {layer} by {b:number} of their spread, one of A "
        "by {a:number}.",
    "outcome.scores":
        "Accuracy in training and validation is {training:percent} and {validation:percent} for "
        "B, {a_training:percent} and {a_validation:percent} for A.",
    "outcome.scores-r2":
        "R² in training and validation is {training:number} and {validation:number} for B, "
        "{a_training:number} and {a_validation:number} for A.",

    "outcome.evidence": "{decides} One seed: chance may have part in it.",
    "outcome.repeated": "{decides} Repeated from step 0 to step {step:whole}: {told}.",
    "outcome.disputed": "{told} Other seeds do not agree.",
    "outcome.price": "Its price: {price}",
    "price.dead": "{dead} of {units} units of layer {layer} are dead.",
    "price.saturated": "{share:percent} of layer {layer}’s activations are saturated.",
    "price.overfits": "it overfits.",
    "price.validation":
        "only {count:whole} {count|example is|examples are} left to validate on, instead of "
        "{before:whole}.",
    "price.work": "a step takes {times:number} times the multiply-adds.",
    "price.parameters": "{count:whole} parameters instead of {before:whole}.",
}
"""Templates by code."""
