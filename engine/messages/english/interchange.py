"""What is said in Keras' and ONNX' files, and what these two cannot do."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry, Fault

_ELSEWHERE = "Export to another library"

WORDS: Mapping[str, Entry] = {
    "export.head-keras":
        "{name}, written by Backprop Lab for Keras 3.\n\n"
        "Run it: it compares the network with what Backprop Lab computes, says how far they are "
        "apart, and trains it; with --fresh SEED, from new weights. Beside it lie "
        "{stem}_weights.npz, the weights, and {stem}.npz, the examples. It needs keras, numpy and "
        "one of torch, jax and tensorflow; with matplotlib it draws the gradient of every layer.",
    "export.onnx-told": "{name}, {state}; its data are {data}. Written by Backprop Lab.",

    "export.onnx-ngrams": Fault(
        "{place}", "a hash of 64 bits says which vector an n-gram has, and ONNX has none",
        "single words, each as often as it stands there", _ELSEWHERE),
    "export.bag-beside": Fault(
        "{place}", "in {target}, what a bag of n-grams reads is made before the network, and "
        "another layer reads the data as well", "the bag as their only reader", _ELSEWHERE),
    "export.rows-rest": Fault(
        "{place}", "rows that a batch does not use rest, and no optimizer of {target} leaves them "
        "as they are", "SGD or Adagrad without penalties",
        "Let the layer touch all rows, or export to another library"),
    "export.long-texts": Fault(
        "Training", "some texts have more characters than the {steps:whole} steps have room for, "
        "and in {target} their loss is infinite", "texts that fit", _ELSEWHERE),
    "export.carried": Fault(
        "{place}", "it carries its state over, for which {target} wants batches of one size",
        "a state that starts from 0", "Let it start from 0, or export to another library"),
}
"""Templates by code."""
