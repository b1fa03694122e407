"""What is to be said of a run: its state, what is wrong in it and what helps."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry

_OF_LAYERS: Mapping[str, Entry] = {
    "layer-verdict.waiting": "Waiting for the first step.",
    "layer-verdict.healthy": "Healthy.",
    "layer-verdict.healthy-gradient": "Healthy: gradient RMS {gradient:magnitude}.",
    "layer-verdict.nonfinite": "{count:whole} gradients are not finite.",
    "layer-verdict.failed": "The run has stopped: here a number became infinite or undefined.",
    "layer-verdict.symmetric": "All units started equal and receive equal gradients.",
    "layer-verdict.vanishing": "Vanishing: {arrives}",
    "layer-verdict.vanishing-everywhere":
        "Vanishing: the gradient is exactly 0, as in every other layer.",
    "layer-verdict.exploding": "Exploding: {arrives}",
    "layer-verdict.dead": "Dead: {share:percent} of the units are zero for every example.",
    "layer-verdict.saturated":
        "Saturated: {share:percent} of the activations lie in a flat end.",
    "layer-verdict.update-large":
        "Large steps: each changes the weights by {share:percent} of their spread.",
    "layer-verdict.update-small":
        "Small steps: each changes the weights by {share:number} of their spread.",
    "arrives.nothing": "the gradient is {zero}.",
    "arrives.times": "{value:number} times layer {layer}’s gradient arrives.",
    "arrives.share": "{value:number} of layer {layer}’s gradient arrives.",
    "zero.exactly": "exactly 0",
    "zero.single": "exactly 0 in single precision",
    "zero.double": "exactly 0 in double precision",
}

_REMEDIES: Mapping[str, Entry] = {
    "remedy.relu-and-fewer-layers": "Fewer layers, with ReLU and He initial weights, pass it on.",
    "remedy.relu": "ReLU with He initial weights passes it on.",
    "remedy.keep":
        "More arrived when the run began: a smaller learning rate, and less Regularization if "
        "there is any, keep it so.",
    "remedy.keep-orthogonal":
        "More arrived when the run began: a smaller learning rate, Orthogonal initial weights, and "
        "less Regularization if there is any, keep it so.",
    "remedy.weights-or-fewer-layers":
        "{scheme} initial weights, or fewer layers, pass more of it on.",
    "remedy.weights-or-relu":
        "{scheme} initial weights, or ReLU with He initial weights, pass more of it on.",
    "remedy.fewer-layers": "Fewer layers may pass more of it on.",
    "remedy.relu-perhaps": "ReLU with He initial weights may pass more of it on.",
    "remedy.weights": "{scheme} initial weights keep its size.",
    "remedy.fewer-or-wider": "Fewer or wider layers pass more of it on.",
    "remedy.smaller-rate":
        "A smaller learning rate keeps the weights, and with them the gradient, in range.",
    "remedy.smaller-weights": "Smaller initial weights, such as {scheme}, keep it in range.",
    "remedy.smaller-both":
        "Smaller initial weights or a smaller learning rate keep it in range.",
    "remedy.alive": "A smaller learning rate or Leaky ReLU keep units alive.",
    "remedy.alive-he":
        "A smaller learning rate, He initial weights or Leaky ReLU keep units alive.",
}

_FINDINGS: Mapping[str, Entry] = {
    "held.at-chance": "for {steps} steps while the loss stays at chance",
    "held.not-converged": "for {steps} steps while the loss has not converged",

    "nonfinite.title": "Not a finite number.",
    "nonfinite.loss":
        "The loss is {loss} at step {step:whole}: it has outgrown what the computer can hold. A "
        "smaller learning rate or smaller initial weights keep the numbers in range.",
    "nonfinite.loss-fired": "Fired: loss not finite at step {step:whole}.",
    "nonfinite.gradient":
        "Layer {layer}’s gradient holds {count:whole} {count|number that is|numbers that are} not "
        "finite. A smaller learning rate or smaller initial weights keep the numbers in range.",
    "nonfinite.gradient-fired":
        "Fired: {count:whole} NaN or infinite values in layer {layer}’s gradient at step "
        "{step:whole}.",

    "exploding.title": "Exploding gradient.",
    "exploding.growth":
        "Layer {layer}’s gradient grew {times:number} times within {steps} {steps|step|steps}, and "
        "the loss is higher than at the start. The steps are too large: lower the learning rate.",
    "exploding.growth-fired":
        "Fired: g{layer:index} from {before:magnitude} to {now:magnitude} in {steps} "
        "{steps|step|steps}, loss {first:number,3} → {loss:number,3}.",
    "exploding.told":
        "{received} Steps that suit the last layer are far too large for the first. {remedy}",
    "exploding.received": "Layer {layer} receives {value:number} times layer {last}’s gradient.",
    "exploding.received-through":
        "Layer {layer} receives {value:number} times layer {last}’s gradient: each layer "
        "multiplies it by about {value:root,$passages}, so {passages:word} of them make "
        "{value:power,$passages} ≈ {value:number}.",

    "vanishing.title": "Vanishing gradient.",
    "vanishing.told": "{received} {effect} {remedy}",
    "vanishing.zero": "{received} {remedy}",
    "vanishing.received": "Layer {layer} receives {value:number} of layer {last}’s gradient.",
    "vanishing.received-through":
        "Layer {layer} receives {value:number} of layer {last}’s gradient: each layer multiplies "
        "it by about {value:root,$passages}, so {passages:word} of them leave "
        "{value:power,$passages} ≈ {value:number}.",
    "vanishing.least":
        "Layer {layer} receives least, {value:number} of layer {last}’s gradient.",
    "vanishing.least-through":
        "Layer {layer} receives least, {value:number} of layer {last}’s gradient: each layer "
        "multiplies it by about {value:root,$passages}, so {passages:word} of them leave "
        "{value:power,$passages} ≈ {value:number}.",
    "vanishing.early-layers-hardly": "The early layers hardly learn.",
    "vanishing.early-layers-slowly": "The early layers learn slowly.",
    "vanishing.such-layers-hardly": "Such layers hardly learn.",
    "vanishing.such-layers-slowly": "Such layers learn slowly.",
    "vanishing.one-lost":
        "Layer {first}’s gradient is {zero}: layer {above} receives {gradient:magnitude}, and what "
        "is much smaller becomes 0. It learns nothing.",
    "vanishing.one-stopped":
        "Layer {first}’s gradient is {zero}: layer {above} receives {gradient:magnitude}, and "
        "passes nothing on. It learns nothing.",
    "vanishing.several-lost":
        "The gradients of layers {first} to {last} are {zero}: layer {above} receives "
        "{gradient:magnitude}, and what is much smaller becomes 0. They learn nothing.",
    "vanishing.several-stopped":
        "The gradients of layers {first} to {last} are {zero}: layer {above} receives "
        "{gradient:magnitude}, and passes nothing on. They learn nothing.",
    "depth.fired":
        "Fired: g{layer:index}/g{last:index} = {gradient:magnitude} / {reference:magnitude} = "
        "{value:apart,$bound} {sign} {bound:number} {held}.",
    "depth.fired-by-medians":
        "Fired: g{layer:index}/g{last:index} = {medians:apart,$bound} {sign} {bound:number} "
        "{held}, by the medians of {snapshots} snapshots; now {gradient:magnitude} / "
        "{reference:magnitude} = {value:number}.",

    "symmetric.title": "Symmetric start.",
    "symmetric.told":
        "All units of layer {layer} start with the same weights, so they compute the same, get the "
        "same gradient and stay the same: together they are worth one unit. Random initial weights "
        "break the tie.",
    "symmetric.fired": "Fired: constant initial weights into and out of layer {layer}.",

    "dead.title": "Dead units.",
    "dead.all":
        "All units of layer {layer} are zero for every example, so no gradient passes through them "
        "and they learn nothing. {remedy}",
    "dead.some":
        "{share:percent} of the units of layer {layer} are zero for every example, so no gradient "
        "passes through them and they learn nothing. {remedy}",
    "dead.fired": "Fired: {share:percent} dead > {limit:percent} {held}.",

    "saturated.title": "Saturated layer.",
    "saturated.told":
        "{share:percent} of layer {layer}’s activations lie in a flat end of {function}, where the "
        "slope is almost 0: hardly any gradient passes. Smaller initial weights or a smaller "
        "learning rate keep them in the middle.",
    "saturated.fired": "Fired: {share:percent} saturated > {limit:percent} {held}.",

    "update-large.title": "Learning rate too high.",
    "update-large.told":
        "Each step changes the weights of layer {layer} by {share:percent} of their spread; about "
        "0.1 % is usual. Such steps jump over the valley instead of walking into it.",
    "update-small.title": "Learning rate too low.",
    "update-small.told":
        "Each step changes the weights of layer {layer} by only {share:number} of their spread; "
        "about 0.001 is usual. At this pace learning takes very long.",
    "update-small.nothing":
        "The steps do not change the weights of layer {layer} at all, so it learns nothing.",
    "update.fired":
        "Fired: log₁₀(update/weight) = {now:apart_logarithm,$end} {sign} {end:logarithm} {held}.",
    "update.fired-by-median":
        "Fired: median log₁₀(update/weight) of {snapshots} snapshots = "
        "{usual:apart_logarithm,$end} {sign} {end:logarithm} {held}; now {now:logarithm}.",
}

_PROGRESS: Mapping[str, Entry] = {
    "scores.accuracy": "Training accuracy {training:percent}",
    "scores.accuracies":
        "Training accuracy {training:percent}, validation {validation:percent}",
    "scores.r2": "Training R² {training:apart,1}",
    "scores.r2s": "Training R² {training:apart,1}, validation {validation:apart,1}",
    "lately.now": "{loss:number,3} now",
    "lately.about": "about {level:number,3} lately",

    "waiting.title": "Ready.",
    "waiting.told": "Press Run, or Step for a single batch, and watch the gradients.",
    "overfitting.title": "Overfitting.",
    "overfitting.told":
        "{scores}: the network knows its training examples by heart, but not the rule behind them. "
        "More examples, a smaller network, Dropout or Regularization help.",
    "overfitting.fired": "Fired: gap {gap:number} ≥ {limit:number}.",
    "learned.title": "Learned.",
    "learned.fallen":
        "{scores}. The loss has fallen from {first:number,3} to {loss:number,3}.",
    "learned.told": "{scores}. The loss is {loss:number,3}.",
    "learned.fired-accuracy": "Fired: accuracy ≥ {limit:number} on the training examples.",
    "learned.fired-r2": "Fired: R² ≥ {limit:number} on the training examples.",
    "early.title": "First steps.",
    "early.told":
        "The loss is {loss:number,3} so far. It is too early to say whether the network learns.",
    "early.fired": "A verdict on progress comes at step {step:whole}.",
    "learning.title": "Learning.",
    "learning.begun": "The loss is {loss:number,3}. {scores}.",
    "learning.told":
        "The loss is falling: {half:number,3} when the run was half as long, {lately}. {scores}.",
    "learning.fired": "Loss down by more than {share:percent} in the later half of the run.",
    "settling.title": "The loss is settling.",
    "settling.told":
        "It has hardly changed in the last fifth of the run: {half:number,3} when the run was half "
        "as long, {lately}. {scores}.",
    "settling.fired":
        "Loss down by more than {share:percent} in the later half of the run, but not in its last "
        "fifth.",
    "risen.title": "The loss has risen again.",
    "risen.told":
        "The lowest was {best:number,3} at step {step:whole}; lately it is about {level:number,3}. "
        "{scores}. A smaller learning rate keeps what has been reached.",
    "risen.fired": "Fired: loss {level:number,3} > {factor:number} × {best:number,3}.",
    "mean.title": "No better than the mean.",
    "mean.told":
        "The network predicts little more than the mean of the targets. Wait, raise the learning "
        "rate, or give it more units.",
    "mean.fired": "Fired: R² = {score:number} ≤ {limit:number} at step {step:whole}.",
    "chance.title": "Loss at chance.",
    "chance.told":
        "The loss of {loss:number,3} is what guessing among {classes} classes gives. The network "
        "has found nothing yet: wait, raise the learning rate, or give it more units.",
    "chance.fired":
        "Fired: loss within {share:percent} of {chance:number,3} at step {step:whole}.",
    "chance.fired-logarithm":
        "Fired: loss within {share:percent} of −ln 1/{classes} = {chance:number,3} at step "
        "{step:whole}.",
    "settled.title": "The loss has settled.",
    "settled.at":
        "It began at {first:number,3} and has settled at {level:number,3} in the later half of the "
        "run. {scores}. More units, more layers or another learning rate may take it further.",
    "settled.between":
        "It began at {first:number,3} and has settled between {low:number} and {high:number} in "
        "the later half of the run. {scores}. More units, more layers or another learning rate may "
        "take it further.",
    "flat.title": "The loss is flat.",
    "flat.told":
        "It is {loss:number,3} and was {half:number,3} when the run was half as long. {scores}. "
        "More units, more layers or another learning rate may take it further.",
    "flat.fired":
        "Fired: loss down by less than {share:percent} in the later half of the run.",
    "silent.title": "No gradient.",
    "silent.told":
        "The gradients of all layers are exactly 0, so no step changes anything. {scores}. Reset "
        "with other initial weights or another activation.",
    "silent.fired":
        "Fired: gradient RMS 0 in every layer in {snapshots} snapshots one after another.",
}

WORDS: Mapping[str, Entry] = {**_OF_LAYERS, **_REMEDIES, **_FINDINGS, **_PROGRESS}
"""Templates by code."""
