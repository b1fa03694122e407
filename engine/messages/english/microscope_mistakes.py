"""What the microscope says of classic mistakes: what each is called, what goes wrong, how."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry

WORDS: Mapping[str, Entry] = {
    "mistake.derivative-forgotten": "Slope of the activation forgotten",
    "mistake.derivative-forgotten-shows":
        "The error went through the activation as if its slope were 1. Where a unit is "
        "saturated, its gradient is far too large; a network of linear layers would hide it.",
    "mistake.derivative-at-value": "Slope taken at the wrong place",
    "mistake.derivative-at-value-shows":
        "The slope was computed from a where it asks for z, or from z where it asks for a. "
        "Near 0 the two are alike, so the gradient looks almost right.",
    "mistake.slope-forgotten": "Learned slope forgotten",
    "mistake.slope-forgotten-shows":
        "Where the input is negative, the error has to be multiplied by the slope that the "
        "layer has learned. Without it, negative inputs pass nothing back.",
    "mistake.positive-counted": "Positive inputs counted, too",
    "mistake.positive-counted-shows":
        "The learned slope acts on negative inputs alone. Its gradient counted the positive "
        "ones as well.",
    "mistake.others-forgotten": "Other outputs forgotten",
    "mistake.others-forgotten-shows":
        "Every output of a softmax depends on every input. Only the dependence on its own was "
        "kept.",
    "mistake.weights-not-transposed": "Weights not transposed",
    "mistake.weights-not-transposed-shows":
        "The errors went back through the weights in their forward order, so that each "
        "reached the wrong unit. Shapes fit only where the numbers are taken in another "
        "order, and every layer before goes wrong.",
    "mistake.updated-too-early": "Weights updated too early",
    "mistake.updated-too-early-shows":
        "The weights were changed before the error had gone back through them. The errors of "
        "all layers before belong to other weights than those of the forward pass.",
    "mistake.batch-mean-forgotten": "Mean over the batch forgotten",
    "mistake.batch-mean-forgotten-shows":
        "The loss is a mean, so its gradient is divided by the number of examples. Without "
        "that, all gradients are too large by this number, and the learning rate seems to be, "
        "too.",
    "mistake.softmax-derived-twice": "Softmax derived twice",
    "mistake.softmax-derived-twice-shows":
        "p − t is already the derivative through the softmax. Multiplied by p (1 − p) once "
        "more, the error vanishes where the network is wrong and sure of it.",
    "mistake.sigmoid-derived-twice": "Sigmoid derived twice",
    "mistake.sigmoid-derived-twice-shows":
        "p − t is already the derivative through the sigmoid. Multiplied by p (1 − p) once "
        "more, the error vanishes where the network is wrong and sure of it.",
    "mistake.sign-turned": "Sign turned",
    "mistake.sign-turned-shows":
        "The error points the wrong way, so all gradients do: the loss goes up.",
    "mistake.sign-forgotten": "Minus sign forgotten",
    "mistake.sign-forgotten-shows":
        "This derivative has a minus sign. Without it, one part of the gradient works against "
        "the others.",
    "mistake.factor-two-forgotten": "Factor 2 forgotten",
    "mistake.factor-two-forgotten-shows":
        "The derivative of a square is twice the number. All gradients are half as large as "
        "they should be; training still works, only slower.",
    "mistake.derivative-of-square": "Derivative of another loss",
    "mistake.derivative-of-square-shows":
        "The absolute error has slopes of −1 and 1. Its gradient was that of the squared "
        "error, which grows with the error.",
    "mistake.delta-forgotten": "Limit of the error forgotten",
    "mistake.delta-forgotten-shows":
        "Beyond its limit, the Huber loss grows in a straight line. Its gradient was that of "
        "a square everywhere, so outliers count too much.",
    "mistake.slope-of-lines-forgotten": "Slope of the lines taken for 1",
    "mistake.slope-of-lines-forgotten-shows":
        "Beyond its limit, the Huber loss rises as steeply as it did there: by the limit, not "
        "by 1.",
    "mistake.unit-mean-forgotten": "Mean over the units forgotten",
    "mistake.unit-mean-forgotten-shows":
        "The loss is a mean over examples and over output units. It was divided by the examples "
        "alone, so all gradients are too large by the number of units.",
    "mistake.smoothing-forgotten": "Label smoothing forgotten",
    "mistake.smoothing-forgotten-shows":
        "The loss has smoothed targets. Its gradient was computed from the plain ones, which "
        "push the right class on without end.",
    "mistake.class-weights-forgotten": "Class weights forgotten",
    "mistake.class-weights-forgotten-shows":
        "Examples count in the loss by the weight of their class. In the gradient they all "
        "counted alike.",
    "mistake.weights-not-normalised": "Not divided by all weights",
    "mistake.weights-not-normalised-shows":
        "A weighted mean is divided by the sum of its weights. Without that, all gradients are "
        "too large by this sum.",
    "mistake.content-ignored": "Content examples pulled as well",
    "mistake.content-ignored-shows":
        "Where an output leads by 1 or more, the hinge loss is flat and its slope 0. These "
        "examples were pulled as all others.",
    "mistake.own-class-forgotten": "Right class forgotten",
    "mistake.own-class-forgotten-shows":
        "Every wrong class that comes too near pushes down, and the right one is pushed up as "
        "often. That second part is missing.",
    "mistake.own-class-once": "Right class counted once",
    "mistake.own-class-once-shows":
        "The right class is pushed up once for every wrong class that comes too near, not "
        "once in all.",
    "mistake.summed-over-one-example": "Only the first example",
    "mistake.summed-over-one-example-shows":
        "The gradient of a weight is a sum over all examples of the batch. Only the first one "
        "was taken.",
    "mistake.bias-averaged": "Bias gradient averaged",
    "mistake.bias-averaged-shows":
        "The mean over the batch is already in the errors. Averaged once more, the gradient "
        "of the biases is too small, and they learn too slowly.",
    "mistake.summed-over-one-place": "Only one place",
    "mistake.summed-over-one-place-shows":
        "A number is used at many places, and its gradient is the sum over all of them. Only "
        "one was taken.",
    "mistake.kernel-not-flipped": "Kernel not flipped",
    "mistake.kernel-not-flipped-shows":
        "Going back, the error meets the kernel turned by 180 degrees. Unturned, it reaches "
        "the wrong places; a symmetric kernel would hide it.",
    "mistake.stride-forgotten": "Stride forgotten",
    "mistake.stride-forgotten-shows":
        "The errors lie one stride apart in the input. They were put side by side, so that "
        "they reached the wrong places.",
    "mistake.pooling-not-averaged": "Mean not shared out",
    "mistake.pooling-not-averaged-shows":
        "Each place of a window has only its share of the mean. The whole error was given to "
        "each of them.",
    "mistake.gradient-to-all-places": "Error given to every place",
    "mistake.gradient-to-all-places-shows":
        "Only the largest number of a window has decided the result. The error went to all of "
        "them.",
    "mistake.mask-forgotten": "Mask forgotten",
    "mistake.mask-forgotten-shows":
        "What was dropped in the forward pass took no part in the loss, and gets no error. "
        "The error went through as if nothing had been dropped.",
    "mistake.scale-forgotten": "Scale forgotten",
    "mistake.scale-forgotten-shows":
        "What was kept was made larger in the forward pass, and its error has to be, by the "
        "same factor.",
    "mistake.scale-left-out": "Learned scale left out",
    "mistake.scale-left-out-shows":
        "The output was multiplied by a learned scale, so its error has to be, too.",
    "mistake.not-normalised": "Raw numbers taken",
    "mistake.not-normalised-shows":
        "The scale was multiplied with the normalised numbers. Its gradient was computed from "
        "the raw ones.",
    "mistake.mean-term-forgotten": "Term of the mean forgotten",
    "mistake.mean-term-forgotten-shows":
        "The batch's mean depends on every example, so each example's error reaches all "
        "others through it. That term is missing.",
    "mistake.variance-term-forgotten": "Term of the variance forgotten",
    "mistake.variance-term-forgotten-shows":
        "The batch's variance depends on every example, so each example's error reaches all "
        "others through it. That term is missing.",
    "mistake.statistics-taken-for-constants": "Statistics taken for constants",
    "mistake.statistics-taken-for-constants-shows":
        "Mean and variance depend on the numbers that they normalise. Both of their terms are "
        "missing.",
    "mistake.branch-overwritten": "One branch overwrote another",
    "mistake.branch-overwritten-shows":
        "What goes two ways gets the sum of both errors. The second one has replaced the "
        "first.",
    "mistake.wrong-columns": "Wrong columns",
    "mistake.wrong-columns-shows":
        "Joined layers get back the columns that they gave. These are those of another layer.",
    "mistake.count-forgotten": "Count forgotten",
    "mistake.count-forgotten-shows":
        "A mean shares its error among all that it was taken of. Here, each got the whole of "
        "it.",
    "mistake.divided-by-all-steps": "Padding counted in the mean",
    "mistake.divided-by-all-steps-shows":
        "The mean was taken of the steps that count. Its error was divided by all steps, "
        "padding included.",
    "mistake.padding-counted": "Error given to padding",
    "mistake.padding-counted-shows":
        "Padding does not count. It was given an error all the same.",
    "mistake.divergence-forgotten": "Divergence forgotten",
    "mistake.divergence-forgotten-shows":
        "The loss also holds how far the drawn numbers' distribution lies from the standard "
        "one. Its part of the gradient is missing.",
    "mistake.noise-forgotten": "Noise forgotten",
    "mistake.noise-forgotten-shows":
        "The spread was multiplied by a random number in the forward pass, and its error has "
        "to be, by the same one.",
    "mistake.shared-among-inputs": "Error shared out",
    "mistake.shared-among-inputs-shows":
        "A sum hands its whole error to each of its inputs. Here, each got only its share of "
        "it.",
    "mistake.row-counted-once": "Row counted once",
    "mistake.row-counted-once-shows":
        "A row that several tokens look up gets the sum of their errors. Only the last one of "
        "them was kept.",
    "mistake.padding-learns": "Padding learns",
    "mistake.padding-learns-shows":
        "The vector of padding stays 0 and has no gradient. It was given one.",
    "mistake.cell-of-the-wrong-step": "Cell of the wrong step",
    "mistake.cell-of-the-wrong-step-shows":
        "The forget gate of a step meets the cell of the step before. The gradient took the "
        "cell of the same step.",
    "mistake.state-path-forgotten": "Path through time forgotten",
    "mistake.state-path-forgotten-shows":
        "A state has an error from above and one from the next step. The latter is missing, "
        "so that nothing is learned about what lies further back.",
    "mistake.cell-path-forgotten": "Path of the cell forgotten",
    "mistake.cell-path-forgotten-shows":
        "The cell of a step lives on in the next one. The error that comes back from there is "
        "missing.",
    "mistake.only-last-step": "Only the last step",
    "mistake.only-last-step-shows":
        "The same weights are used at every step, and their gradient is the sum over all of "
        "them. Only the last one was taken.",
    "mistake.steps-averaged": "Averaged over the steps",
    "mistake.steps-averaged-shows":
        "The gradient of weights that every step uses is a sum over the steps. It was "
        "averaged.",
    "mistake.state-of-the-wrong-step": "State of the wrong step",
    "mistake.state-of-the-wrong-step-shows":
        "The recurrent weights of a step meet the state of the step before. The gradient took "
        "the state of the same step.",
    "mistake.gate-derivative-forgotten": "Slope of a gate forgotten",
    "mistake.gate-derivative-forgotten-shows":
        "A gate is a sigmoid, whose slope is at most a quarter. The error went through as if "
        "it were 1.",
    "mistake.forget-gate-forgotten": "Forget gate forgotten",
    "mistake.forget-gate-forgotten-shows":
        "On its way from step to step, the cell is multiplied by the forget gate, and its "
        "error has to be, too. Without it, the error never fades.",
    "mistake.reset-gate-forgotten": "Reset gate forgotten",
    "mistake.reset-gate-forgotten-shows":
        "The reset gate weighs what the state before brings to the candidate, and its error has "
        "to pass the gate as well.",
    "mistake.update-gate-forgotten": "Update gate forgotten",
    "mistake.update-gate-forgotten-shows":
        "The update gate shares the new state out between the candidate and the state before. "
        "The error went there whole, instead of a share of it.",
    "mistake.direct-path-forgotten": "Direct path forgotten",
    "mistake.direct-path-forgotten-shows":
        "A part of the state is handed on as it is. The error that comes back that way is "
        "missing; only the one through the weights is there.",
    "mistake.candidate-forgotten": "Candidate forgotten",
    "mistake.candidate-forgotten-shows":
        "What the update gate gives to the state before, it takes from the candidate. The error "
        "counted only the former.",
    "mistake.clipped-on-one-side": "Clipped on one side",
    "mistake.clipped-on-one-side-shows":
        "Large gradients below 0 have to be clipped as well as those above.",
    "mistake.clipped-layer-by-layer": "Clipped one by one",
    "mistake.clipped-layer-by-layer-shows":
        "The limit is on the norm of all gradients together, so that their direction stays. "
        "Each array was shortened for itself.",
    "mistake.root-forgotten": "Root forgotten",
    "mistake.root-forgotten-shows":
        "A length is the root of a sum of squares. The sum itself was taken.",
    "mistake.short-gradients-lengthened": "Short gradients lengthened",
    "mistake.short-gradients-lengthened-shows":
        "Gradients within the limit stay as they are. They were stretched to it.",
    "mistake.short-weights-lengthened": "Short weights lengthened",
    "mistake.short-weights-lengthened-shows":
        "Weights within the limit stay as they are. They were stretched to it.",
    "mistake.length-of-all-units": "Length of all units",
    "mistake.length-of-all-units-shows":
        "The limit is for the weights into each unit. It was held against those of all units "
        "together.",
    "mistake.penalty-left-out": "Penalty left out",
    "mistake.penalty-left-out-shows":
        "The penalty adds to the gradient of every weight. Without it, large weights are not "
        "pulled back.",
    "mistake.penalty-turned": "Penalty turned",
    "mistake.penalty-turned-shows":
        "The penalty pulls weights towards 0. With the wrong sign it pushes them away, "
        "further with every step.",
    "mistake.penalty-of-biases": "Biases penalised",
    "mistake.penalty-of-biases-shows":
        "Penalties are for weights. The biases were pulled to 0 as well.",
    "mistake.decay-in-the-gradient": "Decay in the gradient",
    "mistake.decay-in-the-gradient-shows":
        "AdamW takes its decay off the weights directly. Put into the gradient, it is divided "
        "by the gradient's running size, and large gradients are hardly decayed.",
    "mistake.decay-of-biases": "Biases decayed",
    "mistake.decay-of-biases-shows":
        "Weight decay is for weights. The biases were decayed as well.",
    "mistake.decay-without-rate": "Decay without the rate",
    "mistake.decay-without-rate-shows":
        "The decay of a step is learning rate times decay. Without the rate, weights shrink "
        "far too fast.",
    "mistake.decay-left-out": "Decay left out",
    "mistake.decay-left-out-shows": "The weights were not shrunk before the step.",
    "mistake.momentum-forgotten": "Momentum forgotten",
    "mistake.momentum-forgotten-shows":
        "What is left of earlier gradients is missing: every step begins from rest.",
    "mistake.memory-forgotten": "Memory forgotten",
    "mistake.memory-forgotten-shows":
        "The running mean forgot what it was and took the newest number alone.",
    "mistake.share-of-new-forgotten": "Share of the new one forgotten",
    "mistake.share-of-new-forgotten-shows":
        "A running mean keeps a share of the old and takes the rest of the new. The new one "
        "was taken whole, so the mean grows too large.",
    "mistake.square-forgotten": "Square forgotten",
    "mistake.square-forgotten-shows":
        "The running size is a mean of squared gradients. Magnitudes were taken.",
    "mistake.squares-without-root": "Root of the squares forgotten",
    "mistake.squares-without-root-shows":
        "The step is divided by the root of the squares, which has the size of a gradient. "
        "Divided by the squares themselves, small gradients make huge steps.",
    "mistake.bias-correction-left-out": "Bias correction left out",
    "mistake.bias-correction-left-out-shows":
        "Running means begin at 0, and are too small in the first steps. Without the "
        "correction, these steps have the wrong size.",
    "mistake.epsilon-inside-root": "Epsilon inside the root",
    "mistake.epsilon-inside-root-shows":
        "The small constant stands beside the root. Inside, it counts far more where "
        "gradients are small.",
    "mistake.epsilon-outside-root": "Epsilon outside the root",
    "mistake.epsilon-outside-root-shows":
        "The small constant stands inside the root here. Outside, it counts far less, and "
        "steps hardly begin.",
    "mistake.units-forgotten": "Units forgotten",
    "mistake.units-forgotten-shows":
        "Adadelta multiplies by the size of its past updates, so that a step has the units of "
        "a weight. That factor is missing.",
    "mistake.gradient-for-update": "Gradient in place of the update",
    "mistake.gradient-for-update-shows":
        "Adadelta remembers the size of its updates. The size of the gradient was remembered.",
    "mistake.look-ahead-forgotten": "Look ahead forgotten",
    "mistake.look-ahead-forgotten-shows":
        "The step has to go where momentum will have carried it. It went by the velocity "
        "alone.",
    "mistake.step-uphill": "Step uphill",
    "mistake.step-uphill-shows":
        "The gradient points to where the loss grows, so its step is subtracted. It was "
        "added, and the loss rises.",
    "mistake.rate-forgotten": "Learning rate forgotten",
    "mistake.rate-forgotten-shows": "The step was not multiplied by the learning rate.",
}
"""Templates by code."""
