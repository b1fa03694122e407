"""What is told of a run's saved state: why it cannot be read, or is not that of this run."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry, Fault

WORDS: Mapping[str, Entry] = {
    "state.wrong": Fault(
        "Saved run", "{name:name} is missing, too much, or holds what cannot be right",
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
}
"""Templates by code."""
