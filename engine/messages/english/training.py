"""What training tells: why it cannot begin, why it ended, what it started with."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry, Fault

WORDS: Mapping[str, Entry] = {
    "training.no-examples": Fault(
        "{place}", "no examples to learn from", "at least one", "Choose a larger training share"),
    "training.token": Fault(
        "{title}, example {example}, token {token}", "{value:general}",
        "a whole number from 0 to {largest}", "Number the tokens without scaling them"),
    "training.target-range": Fault(
        "Training", "{loss} with targets from {smallest:general,4} to {largest:general,4}",
        "targets from {low:general} to {high:general}",
        "Choose Min-max scaling or Mean squared error"),
    "training.new-run": Fault(
        "Training", "seed or precision changed", "a new run", "Reset the network"),
    "training.inputs-shape": Fault(
        "Inputs", "an array of shape {shape:shape}", "{size} numbers for every example"),
    "training.not-through": Fault(
        "{place}", "a later layer reads what stands before it",
        "a layer through which everything flows", "Choose another layer"),
    "training.codes-shape": Fault(
        "{place}", "codes of shape {shape:shape}", "{size} numbers for every code"),

    "diverged.loss": Fault(
        "Loss", "it is not a finite number any more at step {step:whole}",
        remedy="Lower the learning rate or choose smaller initial weights, then reset"),
    "diverged.activation": Fault(
        "{place}", "an activation is not a finite number any more at step {step:whole}",
        remedy="Lower the learning rate or choose smaller initial weights, then reset"),
    "diverged.gradient": Fault(
        "{place}", "a gradient is not a finite number any more at step {step:whole}",
        remedy="Lower the learning rate or choose smaller initial weights, then reset"),

    "stopped.epochs": "Stopped after {epochs:whole} epochs.",
    "stopped.seconds": "Stopped after {seconds:fixed,1} seconds of training.",
    "stopped.loss":
        "Stopped: the training loss {loss:general,4} is at most {limit:general}.",
    "stopped.accuracy":
        "Stopped: the validation accuracy {accuracy:general,4} is at least {limit:general}.",
    "stopped.validation-patience":
        "Stopped early: the validation loss has not become smaller for {patience:whole} epochs. "
        "The weights of epoch {best:whole} are back.",
    "stopped.training-patience":
        "Stopped early: the training loss has not become smaller for {patience:whole} epochs. "
        "The weights of epoch {best:whole} are back.",
    "stopped.converged":
        "Stopped: the training loss has converged, an epoch changes it by less than "
        "{share:general} of itself.",

    "transfer.no-layer":
        "the other project has no layer of this name, or one with nothing to learn",
    "transfer.parameters":
        "it has {own:list}, and the other project's layer {given:list}: it is of another kind or "
        "has other options",
    "transfer.shape": "{name} is {here:axes} here, and {there:axes} there",
    "transfer.not-finite": "{name} holds something that is not a finite number of {dtype}",

    "fact.processor": "Processor",
    "fact.vectors": "Vectors",
    "fact.bits": "{bits} bits",
    "fact.bits-wider": "{bits} bits, {product} in the matrix product",
    "fact.threads": "Threads",
    "fact.threads-at-most": "up to {count}",
    "fact.threading-layer": "Threading layer",
    "fact.own-threads": "the engine's own threads",
    "fact.compiler": "Compiler",
    "fact.compiler-versions": "Numba {numba}, LLVM {llvm}",
    "fact.numpy": "NumPy",
    "fact.compiled-kernels": "Compiled kernels",

    "kernels.elsewhere":
        "Compiled kernels are kept in {folder}, since {path} cannot be used ({reason}).",
    "kernels.not-kept":
        "Kernels are compiled anew at every start, since {path} cannot be used ({reason}).",

    "self-test.failed": "{part}: {sentence}",
    "self-test.untested": "{part} cannot be tested: {reason} ({type}).",
    "self-test.untested-without-reason": "{part} cannot be tested: no reason given ({type}).",
    "self-test.facts": "The engine's facts",
    "self-test.gradient": "Gradient in {precision}",
    "self-test.microscope": "A step taken apart",
    "self-test.apart":
        "{part}: {share:scientific,1} from the engine's own numbers (at most {most:scientific,0}).",
    "self-test.spiral": "Spiral",
    "self-test.golden": Fault(
        "{place}", "cannot be read ({type})", "the file that came with the program",
        "Install it anew"),
    "self-test.fact": "{name}: {value}",
    "self-test.all-facts": "{facts:clauses}.",
    "self-test.other-gradients": "{part}: found that of {found:list}; expected {expected:list}.",
    "self-test.gradient-right": "{part}: {share:scientific,1} from PyTorch's (at most "
                                "{most:scientific,0}).",
    "self-test.gradient-wrong":
        "{part}: {share:scientific,1} from PyTorch's (at most {most:scientific,0}). That of "
        "{name} is furthest: found {found:general,9}, expected {expected:general,9}.",
    "self-test.score":
        "{part}: {score:share} of unseen points right after {steps:whole} steps in "
        "{seconds:general} s (at least {wanted:share}).",
}
"""Templates by code."""
