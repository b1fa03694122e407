"""What is to be said of a project before its first step, and what the buttons say that mend it."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry

_OF_OUTPUT: Mapping[str, Entry] = {
    "advice.gives-between": "{function} gives {low:general,2} to {high:general,2} only",
    "advice.gives-from": "{function} gives nothing below {low:general,2}",
    "advice.target-outside.title": "Target outside the loss.",
    "advice.target-outside.told":
        "{loss} takes targets from {low:general} to {high:general}, and these leave that range. "
        "{other} takes any; Min-max scaling brings them into it.",
    "advice.target-runs": "The target runs from {low:figure} to {high:figure}.",
    "advice.sigmoid-twice.title": "Sigmoid twice.",
    "advice.sigmoid-twice.told":
        "Binary cross-entropy has a sigmoid of its own. With another one before it no probability "
        "falls below one half. Make the output linear.",
    "advice.shares-between":
        "Probabilities can only lie between {low:percent} and {high:percent}.",
    "advice.softmax-twice.title": "Softmax twice.",
    "advice.softmax-twice.told":
        "Cross-entropy has a softmax of its own. With another one before it, no class is ever "
        "nearly sure and the loss cannot come near 0. Leave the layer out.",
    "advice.most-share":
        "Of {classes} {classes|class|classes}, the right one can get {share:percent} at most.",
    "advice.output-range.title": "The output cannot reach the target.",
    "advice.output-range.told":
        "{bounded}, and the target does not stay there. A linear output reaches every value.",
    "advice.target-leaves":
        "The target runs from {low:figure} to {high:figure}; {share:percent} of it is out "
        "of reach.",
    "advice.output-shares.told":
        "{bounded}, which leaves the loss no way to become sure of a class. A linear output "
        "reaches every probability.",
    "advice.output-cut.told":
        "{function} cuts outputs below 0, where cross-entropy tells classes apart too: a class "
        "that is cut for all examples learns no more. Make the output linear.",
    "advice.output-cut.evidence": "{function} gives 0 for half of all sums, with a slope of 0.",
    "advice.remove-layer": "Remove the layer",
    "advice.make-linear": "Make it linear",
    "advice.add-dense": "Add a dense layer",
    "advice.use": "Use {name}",
}

_OF_DATA: Mapping[str, Entry] = {
    "advice.unscaled-inputs.title": "Inputs without scaling.",
    "advice.unscaled-inputs.told":
        "Large inputs make large sums: units saturate or die, and steps overshoot. Standard "
        "scaling brings every input to mean 0 and deviation 1.",
    "advice.column-runs": "{name:quote} runs from {low:figure} to {high:figure}.",
    "advice.scale-inputs": "Scale inputs",
    "advice.unscaled-target.title": "Target without scaling.",
    "advice.unscaled-target.told":
        "A large target makes a large loss and gradients to match: steps overshoot, or take for "
        "ever to get there. Standard scaling brings it to mean 0.",
    "advice.scale-target": "Scale the target",
    "advice.imbalance.title": "Unequal classes.",
    "advice.imbalance.told":
        "Only {count:whole} of {examples:whole} training examples {count|is|are} {rare}: the loss "
        "hardly feels {count|it|them}, and accuracy says little. Look at the confusion matrix, or "
        "weigh classes.",
    "advice.imbalance.evidence":
        "Always answering {name} is right for {share:percent} of the examples.",
    "advice.weigh-classes": "Weigh classes equally",
}

_OF_NETWORK: Mapping[str, Entry] = {
    "advice.linear.title": "A linear network.",
    "advice.linear.told":
        "Linear layers, however many, together are one straight line. ReLU or tanh in the hidden "
        "layers lets the network bend.",
    "advice.line-right":
        "Straight lines alone get {right:percent} of the examples right, the commonest class "
        "{guessed:percent}.",
    "advice.line-r2": "A straight line alone has R² {value:fixed,2}.",
    "advice.constant-weights.title": "Equal initial weights.",
    "advice.constant-weights.told":
        "The units of layer {layer} start equal, get equal gradients and stay equal: together they "
        "are one unit. Random weights tell them apart.",
    "advice.equal-units":
        "{units} equal {units|unit|units}; {layers} {layers|layer|layers} of this kind.",
    "advice.zero-weights.title": "Zero weights before ReLU.",
    "advice.zero-weights.told":
        "With weights of 0 every sum in layer {layer} is 0, where ReLU has no slope: neither it "
        "nor what stands before it ever learns. Random weights do.",
    "advice.bottleneck.title": "A bottleneck.",
    "advice.bottleneck.told":
        "All that comes in has to pass through the one unit of layer {layer}: what it drops, no "
        "later layer finds again. Give it more units.",
    "advice.widths": "From {before} numbers to 1, then to {after}.",
    "advice.units": "Use {units} units",
    "advice.weights-too-small.title": "Initial weights too small.",
    "advice.weights-too-small.told":
        "Layer by layer the signal and its gradient shrink: what reaches the other end is next to "
        "nothing. {name} initial weights keep their size.",
    "advice.weights-too-small.relu":
        "Layer by layer the signal and its gradient shrink: what reaches the other end is next to "
        "nothing. ReLU with He initial weights keeps their size.",
    "advice.use-relu": "Use ReLU with He",
    "advice.weights-too-large.title": "Initial weights too large.",
    "advice.weights-too-large.told":
        "Layer by layer the signal or its gradient grows: the first steps overshoot. {name} "
        "initial weights keep their size.",
    "advice.weights-flat.told":
        "Most units begin in a flat end of their function, where they hardly learn. {name} initial "
        "weights begin where it is steep.",
    "advice.flat-evidence": "Weighted sums are about {size:number} in size; 1 is usual.",
    "advice.gradient-fades":
        "By theory, before the first step: about {share:number} of the last layer’s ∂L/∂a gets to "
        "the first.",
    "advice.signal-fades":
        "By theory, before the first step: about {share:number} of the first layer’s sums gets to "
        "the last.",
    "advice.gradient-grows":
        "By theory, before the first step: the first layer’s ∂L/∂a is about {factor:number} times "
        "the last one’s.",
    "advice.signal-grows":
        "By theory, before the first step: the last layer’s sums are about {factor:number} times "
        "the first one’s.",
}

_OF_TRAINING: Mapping[str, Entry] = {
    "advice.rate-zero.title": "Learning rate 0.",
    "advice.rate-zero.told":
        "Every step is the learning rate times the gradient: with a rate of 0 nothing ever "
        "changes. Choose a rate above 0.",
    "advice.set-rate": "Set it to {rate:general}",
    "advice.name-l1": "L1",
    "advice.name-l2": "L2",
    "advice.name-weight-decay": "Weight decay",
    "advice.penalty.title": "{penalty} pulls too hard.",
    "advice.penalty.told":
        "{penalty} {value:general} pulls every weight to 0 faster than the data can push it away: "
        "little is learned. Begin with {modest:general}.",
    "advice.set-penalty": "{penalty} {value:general}",
    "advice.max-norm.title": "Max-norm leaves no room.",
    "advice.max-norm.told":
        "No unit’s weights may be longer than {value:general}: whatever comes in, it hardly "
        "answers. Values from 1 to {usual:general} are usual.",
    "advice.set-max-norm": "Max-norm {value:general}",
    "advice.dropout.title": "Dropout leaves hardly anything.",
    "advice.dropout.told":
        "With dropout {rate:percent} only {left:percent} of the numbers come through at a step, "
        "and these enlarged: mostly noise is learned. Use 50 % at most.",
    "advice.set-dropout": "Dropout {rate:percent}",
    "advice.batch-of-one.title": "Batch norm with a batch of one.",
    "advice.batch-of-one.told":
        "One example has no variance: batch norm then uses its running figures, and norms nothing "
        "by the batch. Use larger batches, or layer norm.",
    "advice.set-batch": "Batches of {size}",
    "advice.schedule-decays.title": "The rate ends before the run.",
    "advice.schedule-decays.told":
        "{schedule} brings the learning rate to next to nothing early: what comes after changes "
        "nothing. Stretch the schedule to the end of the run.",
    "advice.schedule-of":
        "After step {step:whole} of {end:whole} less than a thousandth of the rate is left.",
    "advice.schedule-at": "After step {step:whole} less than a thousandth of the rate is left.",
    "advice.stretch": "Stretch it to the end",
    "advice.keep-rate": "Keep the rate",
}

WORDS: Mapping[str, Entry] = {**_OF_OUTPUT, **_OF_DATA, **_OF_NETWORK, **_OF_TRAINING}
"""Templates by code."""
