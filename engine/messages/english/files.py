"""What is wrong with project files, files of weights and the program's own files."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry, Fault

WORDS: Mapping[str, Entry] = {
    "file.unreadable": Fault(
        "{path}", "cannot be read ({reason})", "a readable file",
        "Check the name and the permission"),
    "file.special": Fault(
        "{path}", "this is a device or a pipe, not a file", "a file", "Choose a file"),
    "file.refused": Fault(
        "{path}", "the system refuses it ({reason})", "a file or folder that can be used",
        "Choose another one"),
    "file.unwritable": Fault(
        "{path}", "cannot be written ({reason})", "a folder with write permission",
        "Save it somewhere else"),

    "project.text": Fault(
        "Project", "a text cannot be written ({reason})", "Unicode",
        "Rename the file or the layer"),
    "project.not-json": Fault(
        "{place}", "this is not JSON ({reason})", "a project file",
        "Open a file that Backprop Lab has saved"),
    "project.field": Fault(
        "{place}", "{reason}", "the fields that README lists", "Correct the field that is named"),
    "project.no-object": Fault(
        "{place}", "the file holds a {type}", "an object with fields",
        "Open a file that Backprop Lab has saved"),
    "project.version": Fault(
        "{place}", "the file has format version {version}", "{newest} or older",
        "Open it with a newer Backprop Lab"),
    "project.name": "The project's name is told as {name:name}: on a screen, it is too long or has "
                    "letters that none can show.",
    "project.too-many-layers": Fault(
        "{place}", "the network has {count:whole} layers", "at most {most:whole}",
        "Open a project of fewer layers"),
    "project.too-large": Fault(
        "{place}", "the file has more than {most:whole} bytes", "a few thousand",
        "Open a project file"),

    "bundle.too-large": Fault(
        "{place}", "the file has more than {most:whole} bytes", "what the largest network takes",
        "Open a file that Backprop Lab has saved"),
    "bundle.broken": Fault(
        "{place}", "this is no project with weights ({reason})",
        "a {suffix} file that Backprop Lab has saved", "Save it again, or open another one"),
    "bundle.unfit": Fault(
        "{place}", "{problem}", "finite numbers under the names of the network's layers",
        "Reset the network, or rename the layer"),
    "bundle.would-be-too-large": Fault(
        "{place}", "it would have {size:whole} bytes", "{most:whole}", "Use fewer units"),
    "bundle.no-archive": "it is not a zip archive",
    "bundle.many-members": "it holds too many parts",
    "bundle.members": "it holds {names}",
    "bundle.no-members": "it holds nothing",
    "bundle.project-too-large": "its project has more than {most:whole} bytes",
    "bundle.compressed": "something in it is compressed",
    "bundle.claims-more": "it claims to hold more than it does",
    "bundle.name-twice": "a name stands in it twice",
    "bundle.member-holds": "{member} holds {problem}",
    "bundle.member": "{member}: {problem}",
    "bundle.no-array": "it is no array",
    "bundle.no-numbers": "no array of real numbers",
    "bundle.array-size": "an array of shape {shape} in {size:whole} bytes",
    "bundle.no-parameter": "the network has no parameter {name:name}",
    "bundle.name": "the name {name:name} cannot be written into a zip file",
    "bundle.array": "{name} is an array of {dtype} with {axes} axes",
    "bundle.no-state": "{name:name} is no part of a run's state",
    "bundle.no-curves": "it has no curves",
    "bundle.earlier": "The earlier run in {member} is left out: {problem}.",
    "bundle.beside": "Run B is left out: {problem}.",
    "bundle.not-finite": "{name} holds a number that is not finite",

    "weights.missing": Fault(
        "Weights", "{name} is missing", "an array for every parameter",
        "Use a weights file of this network"),
    "weights.unknown": Fault(
        "Weights", "the network has no parameter {name}", "only {known:list}",
        "Use a weights file of this network"),
    "weights.shape": Fault(
        "Weights", "{name} has shape {shape}", "{wanted}", "Use a weights file of this network"),
    "weights.not-finite": Fault(
        "Weights", "{name} holds something that is not a finite number",
        "finite numbers of {dtype}", "Use another weights file"),
    "weights.too-large": Fault(
        "{place}", "the weights take {size:whole} bytes",
        "a weights.npz that Backprop Lab has written"),
    "weights.broken": Fault(
        "{place}", "this is no weights file ({reason})",
        "a weights.npz that Backprop Lab has written"),
}
"""Templates by code."""
