"""What is said of weights that other programs have written."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry, Fault

_READ = "a .safetensors, .npz or .onnx file"

WORDS: Mapping[str, Entry] = {
    "foreign.kind": Fault(
        "{place}", "files of this kind are not read for weights", _READ,
        "Save the weights as one of these"),
    "foreign.pickle": Fault(
        "{place}", "such a file may hold a pickle, and to open a pickle is to run a program", _READ,
        "In PyTorch, write safetensors.torch.save_file(model.state_dict(), \"weights.safetensors\")"
    ),
    "foreign.hdf": Fault(
        "{place}", "files of Keras' own kinds are not read", _READ,
        "In Keras, load it into its model, then write: numpy.savez(\"weights.npz\", "
        "**dict((w.path, w.numpy()) for w in model.weights))"),
    "foreign.too-large": Fault(
        "{place}", "the file has {size:whole} bytes", "at most {most:whole}, what the largest "
        "network takes"),
    "foreign.broken": Fault(
        "{place}", "this cannot be read as {kind} ({reason})", "an undamaged file",
        "Write or fetch it again"),
    "foreign.is-safetensors": "a safetensors file",
    "foreign.is-npz": "an archive of NumPy arrays",
    "foreign.is-onnx": "an ONNX model",

    "foreign.header-size": "its header claims {claimed:whole} bytes, and the file has {size:whole}",
    "foreign.header": "its header makes no sense: {reason}",
    "foreign.place":
        "{name:name} claims the bytes {first:whole} to {last:whole} of {size:whole}, or leaves "
        "some out",
    "foreign.left-over": "{size:whole} bytes at its end belong to no array",
    "foreign.array-size":
        "{name:name} claims the shape {shape:axes} of {dtype} in {size:whole} bytes",
    "foreign.type": "{name:name} has numbers of an unknown type, {dtype}",
    "foreign.many": "it holds {count:whole} arrays, more than {most:whole}",
    "foreign.long-name":
        "a name in it, which begins with {name:name}, has more than {most:whole} characters",
    "foreign.unpacks": "it unpacks to {size:whole} bytes, more than {most:whole}",
    "foreign.not-npz": "{reason}",
    "foreign.member": "{name:name} is no array",
    "foreign.objects":
        "{name:name} holds objects of Python as a pickle, which would have to be run",
    "foreign.not-onnx": "its bytes are cut off, or no fields of such a file",
    "foreign.elsewhere": "{name:name} keeps its numbers in another file",

    "foreign.taken": "{names:list}, {how}",
    "foreign.taken-changed": "{names:list}, {how}; {done:list}",
    "foreign.by-name": "found by name",
    "foreign.by-order": "found by its place in the order",
    "foreign.by-shape": "found by its shape, which fits nothing else",
    "foreign.turned": "{name} transposed",
    "foreign.gates": "gates of {name} put into our order",
    "foreign.summed": "biases for input and state added up",
    "foreign.unflattened":
        "rows put into our order, as its images of {shape:axes} are flattened with the channels "
        "first",

    "foreign.unused": "not used: {names:list}",
    "foreign.unused-many": "not used: {names:list} and {count:whole} more",
    "foreign.nothing": Fault(
        "{place}", "none of its arrays fits a layer of this network: {reasons:list}",
        "arrays of the same shapes", "Compare the shapes, or train without --from"),
    "foreign.layer": "{layer}: {reason}",
    "foreign.array": "{name} of {shape:axes}",
    "foreign.none-fits": "nothing in the file fits {shapes:list}",
    "foreign.several": "several fit: {names:list}",
    "foreign.no-framework":
        "the names do not tell which framework's order its gates have",
    "foreign.either-way":
        "it fits both as it is and transposed, and the names do not tell the framework",
    "foreign.flattened-somehow":
        "the file does not tell in which order the {shape:axes} before it are flattened",
    "foreign.no-layout": "no layout of it is known for this framework",
    "foreign.other-node": "the file's node is {op}, which does something else",
    "foreign.setting": "the file's {op} has {name} = {found} instead of {wanted}",
    "foreign.part-missing": "{own} wants {part}, which {name:name} has not",
    "foreign.part-more": "the file has {names:list} besides",
    "foreign.shape": "{own} is {here:axes} here, and {name} is {there:axes}",
}
"""Templates by code."""
