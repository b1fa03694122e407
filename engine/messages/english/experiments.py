"""What is said of two runs side by side: how they differ, what is equal, which one is better."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry, Fault

_DIFFERENCES: Mapping[str, Entry] = {
    "difference.name": "{name}",
    "difference.number": "{value:general,10}",
    "difference.quantity": "{value:general,10} {unit}",
    "difference.list": "{parts:list}",
    "difference.on": "on",
    "difference.off": "off",
    "difference.none": "none",
    "difference.automatic": "automatic",
    "difference.own": "its own",
    "difference.other": "another",
    "difference.behind": "behind layer {layer}",
    "difference.behind-input": "behind the input",
    "difference.first": "first",
    "difference.layers": "{count} layers",

    "difference.named": "{b} instead of {a}",
    "difference.set": "{what} {b} instead of {a}",
    "difference.switched": "{what} {b}",
    "difference.added": "{b}",
    "difference.removed": "no {a}",
    "difference.renamed": "names differ",
    "difference.in-layer": "{told} in layer {layer}",
    "difference.in-layers": "{told} in {count} layers",
    "difference.beside": "{told} {place}",
    "difference.behind-layers": "{told} behind {count} layers",

    "difference.title": "B: {told}",
    "difference.title-many": "B: {count} changes",
    "difference.title-none": "B: the same as A",
}

_STARTS: Mapping[str, Entry] = {
    "start.parts": "{parts:list}",
    "start.equals": "= {told}",
    "start.differs": "≠ {told}",
    "start.both": "= {equal}; ≠ {other}",
    "start.all": "same start",
    "start.seed": "same seed",
    "start.batches": "same batches",
    "start.order": "same order of examples",
    "start.other-seed": "seed",
    "start.scaled":
        "first weights in {count} of {layers} {layers|layer|layers}, in size only",
    "start.other": "first weights in {count} of {layers} {layers|layer|layers}",
    "start.other-sizes": "size of the batches",
    "start.other-batches": "batches",
    "start.other-inputs": "numbers that go in",
}

_JUDGEMENTS: Mapping[str, Entry] = {
    "judgement.figure": "{value:number,$digits}",
    "judgement.no-number": "no finite number",
    "judgement.medians": "median {b} against {a}",
    "judgement.better": "B better in {count} of {pairs}; {medians}",
    "judgement.worse": "B worse in {count} of {pairs}; {medians}",
    "judgement.none":
        "no difference that {pairs} seeds can show: B better in {count} of {pairs}; {medians}",
    "judgement.few":
        "no difference that {pairs} {pairs|seed|seeds} can show, it takes {fewest}: B better in "
        "{count} of {pairs}; {medians}",
    "judgement.same": "the same in all {pairs}",
    "judgement.nothing": "no pair has come to its end",
    "judgement.diverged": "{run} diverged in {count} of {pairs}",
    "judgement.with": "{told}; {more:list}",
}

_PARTINGS: Mapping[str, Entry] = {
    "parting.nothing": "No layer of the two runs can be compared.",
    "parting.equal": "Equal to the byte at {count} kept {count|step|steps}.",
    "parting.rounding":
        "Nowhere apart by more than rounding, {limit:scientific,1} of a layer, at {count} "
        "{count|step|steps}.",
    "parting.weights": "They part at step {step:whole}: the weights of layer {layer}.",
    "parting.gradients": "They part at step {step:whole}: the gradients of layer {layer}.",
}

_REMEDY = "Compare two projects of the same data"

_PAIRS: Mapping[str, Entry] = {
    "compare.source": Fault(
        "Run B", "its data are {b}, those of A are {a}, so that no figure of one says anything of "
        "the other", "the same data", _REMEDY),
    "compare.task": Fault(
        "Run B", "its task is {b}, that of A is {a}, so that no figure of one says anything of the "
        "other", "the same task", _REMEDY),
    "compare.classes": Fault(
        "Run B", "its classes are {b:listing,class,classes}, those of A are "
        "{a:listing,class,classes}", "the same classes", _REMEDY),
    "compare.targets": Fault(
        "Run B", "it predicts {b:listing,number,numbers}, A predicts {a:listing,number,numbers}",
        "the same target", _REMEDY),
}

WORDS: Mapping[str, Entry] = {
    **_DIFFERENCES, **_STARTS, **_JUDGEMENTS, **_PARTINGS, **_PAIRS}
"""Templates by code."""
