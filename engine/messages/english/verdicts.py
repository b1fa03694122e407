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
    "layer-verdict.cut-off":
        "Cut off: all units of layer {layer} are dead, so no gradient comes through it.",
    "layer-verdict.signal-large":
        "Exploding: the RMS of its activations is {figure:magnitude}.",
    "layer-verdict.signal-small":
        "Vanishing: its activations are {value:number} times layer {layer}’s.",
    "arrives.times": "{value:number} times layer {layer}’s gradient arrives.",
    "arrives.share": "{value:number} of layer {layer}’s gradient arrives.",
    "arrives.times-at-units":
        "its units receive {value:number} times the ∂L/∂a of layer {layer}’s units.",
    "arrives.share-at-units":
        "its units receive {value:number} of the ∂L/∂a of layer {layer}’s units.",
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
    "remedy.alive-from-start":
        "They were from the start: initial biases of 0 with He initial weights, or Leaky ReLU, "
        "keep units alive.",
    "remedy.alive-he":
        "A smaller learning rate, He initial weights or Leaky ReLU keep units alive.",
}

_FINDINGS: Mapping[str, Entry] = {
    "nonfinite.title": "Not a finite number.",
    "nonfinite.loss":
        "The loss is {loss} at step {step:whole}: it has outgrown what the computer can hold. A "
        "smaller learning rate or smaller initial weights keep the numbers in range.",
    "nonfinite.loss-fired": "Rule: loss not finite at step {step:whole}.",
    "nonfinite.gradient":
        "Layer {layer}’s gradient holds {count:whole} {count|number that is|numbers that are} not "
        "finite. A smaller learning rate or smaller initial weights keep the numbers in range.",
    "nonfinite.gradient-fired":
        "Rule: {count:whole} NaN or infinite values in layer {layer}’s gradient at step "
        "{step:whole}.",

    "exploding.title": "Exploding gradient.",
    "exploding.growth":
        "Layer {layer}’s gradient grew {times:number} times within {steps} {steps|step|steps}, and "
        "the loss is higher than at the start. The steps are too large: lower the learning rate.",
    "exploding.growth-fired":
        "Rule: g{layer:index} from {before:magnitude} to {now:magnitude} in {steps} "
        "{steps|step|steps}, loss {first:number,3} → {loss:number,3}.",
    "exploding.told":
        "{received} Steps that suit the one are far too large for the other. {remedy}",
    "exploding.activations":
        "{received} Such numbers make gradients, and with them steps, too large. {remedy}",

    "vanishing.title": "Vanishing gradient.",
    "vanishing.told": "{received} {effect} {remedy}",
    "vanishing.zero": "{received} {remedy}",
    "received.share": "Layer {layer} receives {value:number} of layer {last}’s gradient.",
    "received.times": "Layer {layer} receives {value:number} times layer {last}’s gradient.",
    "received.at-units":
        "Layer {layer}’s units receive {value:number} of layer {last}’s ∂L/∂a.",
    "received.at-units-times":
        "Layer {layer}’s units receive {value:number} times layer {last}’s ∂L/∂a.",
    "received.activations":
        "Layer {layer}’s activations are {value:number} times layer {last}’s.",
    "received.size":
        "Layer {layer}’s activations have an RMS of {figure:magnitude}; about 1 is usual.",
    "received.nothing": "Layer {layer}’s units receive nothing.",
    "received.alike": "{received} Each layer multiplies by about {factor:number}.",
    "received.by-one":
        "{received} Most of it happens between layers {before} and {after}, a factor of "
        "{factor:number}.",
    "received.by-one-alone":
        "{received} All of it happens between layers {before} and {after}.",
    "vanishing.early-layers-hardly": "The early layers hardly learn.",
    "vanishing.early-layers-slowly": "The early layers learn slowly.",
    "vanishing.such-layers-hardly": "Such layers hardly learn.",
    "vanishing.such-layers-slowly": "Such layers learn slowly.",
    "vanishing.examples-alike": "What tells the examples apart fades.",
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

    "symmetric.title": "Symmetric start.",
    "symmetric.told":
        "All units of layer {layer} start with the same weights, so they compute the same, get the "
        "same gradient and stay the same: together they are worth one unit. Random initial weights "
        "break the tie.",
    "symmetric.fired": "Rule: constant initial weights into and out of layer {layer}.",

    "dead.title": "Dead units.",
    "dead.all":
        "All units of layer {layer} are zero for every example, so no gradient passes through them "
        "and they learn nothing. {remedy}",
    "dead.some":
        "{share:percent} of the units of layer {layer} are zero for every example, so no gradient "
        "passes through them and they learn nothing. {remedy}",

    "saturated.title": "Saturated layer.",
    "saturated.told":
        "{share:percent} of layer {layer}’s activations lie in a flat end of {function}, where the "
        "slope is almost 0: hardly any gradient passes. Smaller initial weights or a smaller "
        "learning rate keep them in the middle.",

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
}

_RULES: Mapping[str, Entry] = {
    "rule.gradient-small":
        "Rule: g{layer:index}/g{last:index} = {figure:magnitude} / {reference:magnitude} = "
        "{value:number}, g being the RMS of ∂L/∂W; comes below {comes:number}, goes above "
        "{goes:number}.",
    "rule.gradient-large":
        "Rule: g{layer:index}/g{last:index} = {figure:magnitude} / {reference:magnitude} = "
        "{value:number}, g being the RMS of ∂L/∂W; comes above {comes:number}, goes below "
        "{goes:number}.",
    "rule.at-units-small":
        "Rule: δ{layer:index}/δ{last:index} = {figure:magnitude} / {reference:magnitude} = "
        "{value:number}, δ being the RMS of ∂L/∂a; comes below {comes:number}, goes above "
        "{goes:number}.",
    "rule.at-units-large":
        "Rule: δ{layer:index}/δ{last:index} = {figure:magnitude} / {reference:magnitude} = "
        "{value:number}, δ being the RMS of ∂L/∂a; comes above {comes:number}, goes below "
        "{goes:number}.",
    "rule.signal-small":
        "Rule: a{layer:index}/a{last:index} = {figure:magnitude} / {reference:magnitude} = "
        "{value:number}, a being the RMS of activations; comes below {comes:number}, goes above "
        "{goes:number}.",
    "rule.signal-large":
        "Rule: a{layer:index}/a{last:index} = {figure:magnitude} / {reference:magnitude} = "
        "{value:number}, a being the RMS of activations; comes above {comes:number}, goes below "
        "{goes:number}.",
    "rule.activations":
        "Rule: a{layer:index} = {figure:magnitude}, the RMS of its activations; comes above "
        "{comes:number}, goes below {goes:number}.",
    "rule.dead":
        "Rule: {share:percent} dead; comes above {comes:percent}, goes below {goes:percent}.",
    "rule.saturated":
        "Rule: {share:percent} saturated; comes above {comes:percent}, goes below {goes:percent}.",
    "rule.update-large":
        "Rule: log₁₀(update/weight) = {now:logarithm}; comes above {comes:logarithm}, goes below "
        "{goes:logarithm}.",
    "rule.update-small":
        "Rule: log₁₀(update/weight) = {now:logarithm}; comes below {comes:logarithm}, goes above "
        "{goes:logarithm}.",
    "clipped.title": "Clipped to next to nothing.",
    "clipped.told":
        "All gradients together are clipped to a norm of {limit:number}, so that each step hardly "
        "changes anything. A limit of about 1, or none, lets the network learn.",
    "clipped.told-value":
        "Every single gradient is clipped to {limit:number}, so that each step hardly changes "
        "anything. A limit of about 1, or none, lets the network learn.",
    "decayed.title": "The schedule has ended the learning.",
    "decayed.told":
        "At step {step:whole} the schedule leaves {factor:number} of the learning rate "
        "{rate:number}, and the steps hardly change anything. A longer schedule, or Constant, "
        "lets it go on.",
    "far-off.title": "Far from the targets.",
    "far-off.told":
        "The loss is {loss:number,3}, where guessing gives {guessing:number,3}: the network is "
        "sure, and wrong. Smaller initial weights or a smaller learning rate bring it back.",
    "far-off.told-r2":
        "The loss is {loss:number,3} and R² {score:number}: the mean of the targets would be far "
        "better. Smaller initial weights, a smaller learning rate or scaled data bring it back.",
    "far-off.fired":
        "Rule: the error is {times:apart,$limit} times that of guessing; comes above "
        "{limit:number}.",
}

_PROGRESS: Mapping[str, Entry] = {
    "scores.accuracy": "Training accuracy {training:percent}",
    "scores.accuracies":
        "Training accuracy {training:percent}, validation {validation:percent}",
    "scores.r2": "Training R² {training:apart,1}",
    "scores.r2s": "Training R² {training:apart,1}, validation {validation:apart,1}",
    "lately.now": "{loss:number,3} now",
    "lately.about": "about {level:number,3} lately",

    "held.told": "At step {step:whole}: {sentence}",
    "waiting.title": "Ready.",
    "waiting.told": "Press Run, or Step for a single batch, and watch the gradients.",
    "overfitting.title": "Overfitting.",
    "overfitting.told":
        "{scores}: the network knows its training examples by heart, but not the rule behind them. "
        "More examples, a smaller network, Dropout or Regularization help.",
    "overfitting.sure":
        "The validation loss is {loss:number,3} and was {lowest:number,3}: on examples that the "
        "network gets wrong it has become ever surer. Stop earlier, or use Dropout or "
        "Regularization.",
    "overfitting.grown":
        "The validation loss is {loss:number,3} and was {lowest:number,3}: what is still learned "
        "does not hold for other examples. Stop earlier, or use Dropout or Regularization.",
    "overfitting.sure-fired":
        "Rule: validation loss {loss:number,3} > {factor:number} × {lowest:number,3}.",
    "chance.title-elsewhere": "No better than guessing on other examples.",
    "overfitting.unproven":
        "{scores}, where the commonest class alone gets {base:percent}: what was learned does not "
        "hold for other examples. More examples or other inputs are needed.",
    "overfitting.unproven-loss":
        "{scores}. The validation loss is {loss:number,3}, and guessing gives {guessing:number,3}: "
        "what was learned does not hold for other examples. More examples or other inputs are "
        "needed.",
    "overfitting.unproven-loss-fired":
        "Rule: validation loss {loss:apart,$limit} not below {limit:number,3}.",
    "overfitting.unproven-r2":
        "{scores}, where an answer without the inputs has R² {base:number}: what was learned does "
        "not hold for other examples. More examples or other inputs are needed.",
    "overfitting.unbalanced":
        "{scores}, but only {balanced:percent} as a mean over the classes: the rare ones are not "
        "found in other examples. More examples of them are needed.",
    "overfitting.unbalanced-fired":
        "Rule: mean over the classes {balanced:apart,$limit} < {limit:number} on validation.",
    "overfitting.unproven-fired":
        "Rule: {skill:apart,$limit} of what guessing gets wrong is right on validation, less than "
        "{limit:number}.",
    "overfitting.fired": "Rule: gap {gap:number} ≥ {limit:number}.",
    "learned.title": "Learned.",
    "learned.fallen":
        "{scores}. The loss has fallen from {first:number,3} to {loss:number,3}.",
    "learned.told": "{scores}. The loss is {loss:number,3}.",
    "learned.fired-accuracy": "Rule: accuracy ≥ {limit:number} on the training examples.",
    "learned.fired-r2": "Rule: R² ≥ {limit:number} on the training examples.",
    "early.title": "First steps.",
    "early.told":
        "The loss is {loss:number,3} so far. It is too early to say whether the network learns.",
    "early.fired": "A verdict on what is not learned comes at step {step:whole} at the latest.",
    "slow.title": "Slowly.",
    "slow.told":
        "The loss is {now:number,3} of late; it falls, but hardly. {scores}.",
    "slow.falling":
        "The loss is falling: {half:number,3} when the run was half as long, {now:number,3} now. "
        "Guessing gives {guessing:number,3}.",
    "slow.falling-r2":
        "The loss is falling: {half:number,3} when the run was half as long, {now:number,3} now. "
        "R² is {score:number} so far.",
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
    "risen.fired": "Rule: loss {level:number,3} > {factor:number} × {best:number,3}.",
    "mean.title": "No better than the mean.",
    "chance.title": "Loss at chance.",
    "last.title": "No better than the last value.",
    "last.title-hardly": "Hardly better than the last value.",
    "last.told":
        "Taking the last value for the next one gives R² {base:number,3}; the network has "
        "{score:number,3}. A longer window, or more units, may find what comes.",
    "last.fired":
        "Rule: R² {score:number,3} ≤ {limit:number,3}, where the last value has {base:number,3}, "
        "at step {step:whole}.",
    "apart.title": "Only odd values are told apart.",
    "apart.told":
        "Telling {value} from all other targets, and no more, gives R² {base:number,4}; the "
        "network has {score:number,4}. If {value} stands for no reading, count it as a gap.",
    "apart.fired":
        "Rule: R² {score:number,4} ≤ {limit:number,4}, where telling {value} apart has "
        "{base:number,4}, at step {step:whole}.",
    "mean.told":
        "R² is {score:number}: the network predicts little more than the mean of the targets. "
        "Wait, raise the learning rate, give it more units, or other inputs.",
    "mean.told-worse":
        "R² is {score:number}: the mean of the targets would be better than what the network "
        "predicts. A smaller learning rate, scaled data, or more units may help.",
    "mean.fired": "Rule: R² {score:number} ≤ {limit:number} at step {step:whole}.",
    "chance.told":
        "The loss is {loss:number,3}; guessing among {classes} equally frequent classes gives "
        "{guessing:number,3}. The network has found nothing yet: wait, raise the learning rate, "
        "or give it more units or other inputs.",
    "chance.told-commonest":
        "The loss is {loss:number,3}, and {score:percent} are right. Always answering {name} gives "
        "{guessing:number,3} and {share:percent}: the network has found nothing more yet.",
    "chance.told-weighted":
        "The loss is {loss:number,3}; guessing among {classes} classes that count alike gives "
        "{guessing:number,3}. The network has found nothing yet: wait, raise the learning rate, "
        "or give it more units or other inputs.",
    "chance.fired-weighted":
        "Rule: loss {loss:number,3} ≥ {limit:number,3} at step {step:whole}.",
    "chance.fired":
        "Rule: {score:percent} right, guessing {share:percent}, and loss {loss:number,3} ≥ "
        "{limit:number,3} at step {step:whole}.",
    "flat.as-begun":
        "It is {level:number,3}, as at the beginning. {scores}. More units, more layers or another "
        "learning rate may take it further.",
    "flat.since":
        "It is {level:number,3} and began at {first:number,3}. {scores}. More units, more layers "
        "or another learning rate may take it further.",
    "flat.told":
        "It is {level:number,3} and was {half:number,3} when the run was half as long. {scores}. "
        "More units, more layers or another learning rate may take it further.",
    "settled.title": "The loss has settled.",
    "settled.at":
        "It began at {first:number,3} and has settled at {level:number,3} in the later half of the "
        "run. {scores}. More units, more layers or another learning rate may take it further, or "
        "there is nothing more to be found.",
    "settled.between":
        "It began at {first:number,3} and has settled between {low:number} and {high:number} in "
        "the later half of the run. {scores}. More units, more layers or another learning rate may "
        "take it further, or there is nothing more to be found.",
    "flat.title": "The loss is flat.",
    "flat.still":
        "It is {level:number,3}, as it was when the run was half as long. {scores}. More units, "
        "more layers or another learning rate may take it further.",
    "flat.fired-above": "Rule: loss not below the {first:number,3} of the beginning.",
    "flat.fired":
        "Rule: loss down by less than {share:percent} in the later half of the run.",
    "silent.title": "No gradient.",
    "silent.told":
        "The gradients of all layers are exactly 0, so no step changes anything. {scores}. Reset "
        "with a smaller learning rate, other initial weights or another activation.",
    "silent.fired":
        "Rule: gradient RMS 0 in every layer in {snapshots} snapshots one after another.",
}

WORDS: Mapping[str, Entry] = {**_OF_LAYERS, **_REMEDIES, **_FINDINGS, **_RULES,
                                **_PROGRESS}
"""Templates by code."""
