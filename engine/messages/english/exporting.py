"""What leads out of the program: scripts and models of other libraries, and what they cannot do."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry, Fault

WORDS: Mapping[str, Entry] = {
    "export.no-rule": Fault(
        "{place}", "a layer of the kind {title} does not say what it computes",
        "a kind that can be exported", "Leave the layer out"),
    "export.cannot": Fault(
        "{place}", "“{what}” cannot be said in {target}", remedy="Export to another library"),
    "export.no-loss": Fault(
        "Training", "the loss {loss} cannot be said in {target}",
        remedy="Choose another loss, or export to another library"),
    "export.no-optimizer": Fault(
        "Training", "the optimizer {optimizer} cannot be said in {target}",
        remedy="Choose another optimizer, or export to another library"),
    "export.no-schedule": Fault(
        "Training", "the schedule {schedule} cannot be said in {target}",
        remedy="Choose another schedule, or export to another library"),
    "export.no-score": Fault(
        "Stopping", "in {target}, training cannot end by the score of a {task}",
        "a rule that looks at the loss", "Take the rule out"),
    "export.carried-padding": Fault(
        "{place}", "it carries its state over, and its sequences are padded",
        "one of the two", "Let token 0 of the embedding be no padding"),
    "export.nothing-counts": Fault(
        "Data", "a sequence in which no step counts, with weights of classes",
        remedy="In {target}, export without class weights"),
    "export.no-augmentation": Fault(
        "Training", "changed images cannot be said in {target}",
        remedy="Take the changes of images out, or export to another library"),
    "export.no-averaging": Fault(
        "Training", "an average of the weights cannot be kept in {target}",
        remedy="Choose no average, or export to another library"),
    "export.overflow": Fault(
        "Network", "loss or gradients are no finite numbers, so that nothing can be compared",
        remedy="Choose smaller weights, then export again"),
    "export.there": Fault(
        "{folder}", "there already: {names:list}",
        remedy="Choose another name or folder, or write over with --replace"),
    "export.no-target": Fault(
        "Export", "there is no library called {name:quote}", "one of {known:list}"),

    "export.head-pytorch":
        "{name}, written by Backprop Lab for PyTorch.\n\n"
        "Run it: it compares the network with what Backprop Lab computes, says how far they are "
        "apart, and trains it; with --fresh SEED, from new weights. Beside it lie "
        "{stem}.safetensors, the weights, and {stem}.npz, the examples. It needs torch, "
        "safetensors and numpy; with matplotlib it draws the gradient of every layer.",
    "export.head-numpy":
        "{name}, written by Backprop Lab for NumPy.\n\n"
        "Run it: it compares the network with what Backprop Lab computes, says how far they are "
        "apart, and trains it; with --fresh SEED, from new weights. Beside it lies {stem}.npz, "
        "the weights and the examples. Every layer says by itself how the gradient goes back "
        "through it. It computes in float64.",

    "export.cell-head":
        "# {name}\n\nWritten by Backprop Lab. Run the cells from top to bottom. Beside this "
        "notebook lie `{stem}.safetensors`, the weights, and `{stem}.npz`, the examples.",
    "export.cell-imports": "## Libraries",
    "export.cell-settings":
        "## Settings\n\nWhat the project asks for. It computes on a graphics card where there is "
        "one.",
    "export.cell-model":
        "## Network\n\nThe layers by their names in the project. Where PyTorch would compute "
        "something else, a comment says what is done instead.",
    "export.cell-data":
        "## Examples\n\nAs the network saw them, with the split into those to learn from and those "
        "to validate on.",
    "export.cell-loss":
        "## Loss and predictions\n\nThe loss takes the network's outputs as they are: softmax or "
        "sigmoid are part of it, so that no probability rounds to 0 before its logarithm is taken.",
    "export.cell-rules":
        "## From gradient to step\n\nThe optimizer, and what stands around it: schedule, "
        "clipping, penalties.",
    "export.cell-training": "## Training\n\nOne epoch after the other, batch by batch.",
    "export.cell-proof":
        "## Proof\n\nWhat Backprop Lab computes with these weights: the loss of the first batch, "
        "the norm of every layer's gradient, and the outputs for five examples.",
    "export.cell-prove":
        "The largest difference is to be no larger than rounding explains. The picture shows the "
        "gradient of every layer over depth.",
    "export.cell-train": "## Train it",
    "export.cell-predict": "What the network says of the first examples after training.",
}
"""Templates by code."""
