"""What is told of a run's saved state: why it cannot be read, or is not that of this run."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry, Fault

WORDS: Mapping[str, Entry] = {
    "state.wrong": Fault(
        "{place}", "{name:name} is missing, too much, or holds what cannot be right",
        "what a run of this project has saved", "Open another file, or start the run anew"),
    "state.precision": Fault(
        "Saved run", "it was trained in {there}", "{here}, as in this project",
        "Open the project with which it was saved"),
    "state.seed": Fault(
        "Saved run", "it has seed {there}", "{here}, as in this project",
        "Open the project with which it was saved"),
    "state.network": Fault(
        "Saved run", "{problem}", "the run of this network",
        "Open the project with which it was saved"),
    "state.missing": "it has no {name:name}",
    "state.unknown": "it has {name:name}, which this network lacks",
    "state.shape": "{name} is {there:axes} there, and {here:axes} here",
    "state.carried": "what {name:name} carries over does not fit",
    "state.examples": Fault(
        "Saved run", "its {there:whole} training examples are others",
        "the {here:whole} of this project", "Open the project with which it was saved"),
    "state.none": Fault(
        "{place}", "it holds no run that could go on", "a project that was saved with its run",
        "Save it with weights in the window, or with --save"),
    "state.no-project": Fault(
        "train", "no project is named", "one, or --from with a project that was saved with its run",
        "Try backprop-lab train --help"),
    "state.no-layer": Fault(
        "Saved run", "no layer of this network agrees with it in name and shape", "at least one",
        "Open the project with which it was saved"),
    "state.there": Fault(
        "Saved run", "it stands at step {step:whole} already", "less than the {wanted:whole} to "
        "train to", "Give a larger number with --steps"),
    "state.suffix": Fault(
        "{place}", "this is no name of a project with weights", "one that ends with {suffix}",
        "Choose another name"),
    "state.place": "Saved run",

    "earlier.name": "its name is empty, or longer than {most} characters",
    "earlier.step": "it stands at step {step:whole} and epoch {epoch:whole}",
    "earlier.figure": "its {name} is not finite",
    "earlier.points": "its {name} are no numbers that rise",
    "earlier.curve": "its curve {name:name} has another length",
}
"""Templates by code."""
