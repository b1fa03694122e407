"""What the window tells of a person's edits, of work in the background, and of new runs."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry, Fault

WORDS: Mapping[str, Entry] = {
    "place.training": "Training",
    "place.limits": "Doctor's limits",
    "place.data": "Data",
    "place.optimizer": "Optimizer",
    "place.schedule": "Schedule",
    "place.stopping": "Stopping",
    "place.augmentation": "Augmentation",
    "place.averaging": "Averaging",

    "edit.second-input": Fault(
        "Network", "a second layer of kind {title}", "only the first",
        "Choose another kind of layer"),
    "edit.inputs": Fault(
        "{place}", "these layers cannot feed it", "layers before it, each once",
        "Choose other inputs for this layer"),
    "edit.no-option": Fault("{place}", "it has no option {option:name}", "one of {known:list}"),
    "edit.no-options": Fault("{place}", "it has no option {option:name}"),
    "edit.option": Fault("{place}", "{title}: {problem}"),
    "edit.input-removed": Fault(
        "{place}", "the input layer cannot be removed", "another layer",
        "Choose what enters the network in the Data panel"),
    "edit.input-moved": Fault(
        "{place}", "the input layer cannot be moved", "another layer",
        "Choose what enters the network in the Data panel"),
    "edit.input-repeated": Fault(
        "{place}", "the input layer cannot be repeated", "another layer",
        "Choose what enters the network in the Data panel"),
    "edit.input-fed": Fault(
        "{place}", "the input layer is fed by the data alone", "another layer",
        "Choose what enters the network in the Data panel"),
    "edit.too-many-layers": Fault(
        "Network", "{count} layers", "at most {most}", "Use fewer layers"),
    "edit.value": Fault("{place}", "{reason}", remedy="Choose another value"),
    "edit.shape": "{found}; expected {expected}",

    "document.no-file": Fault("Project", "it has no file yet", remedy="Choose where to save it"),
    "document.file-gone": "{name} was not found.",
    "waiting.cancelled": Fault(
        "{place}", "it was not loaded, since loading it was cancelled",
        remedy="Choose it again when there is time for it"),
    "document.no-data": "{problem} Choose data in the Data panel.",
    "templates.unreadable": Fault(
        "{place}", "the list of templates cannot be read ({reason})",
        "families with their templates", "Install Backprop Lab again"),
    "results.unwritable": Fault(
        "{path}", "cannot be written ({reason})", "a folder with write permission",
        "Choose another with --out"),
    "results.no-folder": Fault(
        "{path}", "there is no such folder", "an existing folder",
        "Make it, or choose another one"),
    "results.busy": Fault(
        "{path}", "another program is writing its results there", "a folder of its own",
        "Choose another with --out, or wait until it is done"),
    "background.unforeseen": Fault(
        "{place}", "it stopped for a reason that was not foreseen",
        remedy="Try again; the log file has the details"),
    "background.memory": Fault(
        "{place}", "there is not enough memory for it",
        remedy="Use a smaller file or close other programs"),

    "run.internal-error": Fault(
        "Training", "an internal error ({error})",
        remedy="Reset, and report it with the log file"),
    "run.given-up": Fault(
        "Training", "preparing it was cancelled", remedy="Reset to prepare it again"),
    "run.none-yet": Fault(
        "Weights", "there is no run yet", "a network that is ready",
        "Wait until the engine is prepared"),
    "run.busy": Fault(
        "Weights", "the engine is busy and has not answered for {seconds} seconds",
        remedy="Pause, and try again in a moment"),
    "run.no-step": Fault(
        "Microscope", "there is no run yet", "a network that is ready",
        "Wait until the engine is prepared"),
    "run.no-memory-for-step": Fault(
        "Microscope", "there is not enough memory for every number of a step",
        remedy="Make the network or the batch smaller"),
    "run.told": "{reason}.",
    "run.opened": "Project opened",
    "run.opened-learned": "Project opened with what it had learned",
    "run.opened-resumed": "Project opened with its run",
    "run.data-changed": "Data changed: reset",
    "run.network-changed": "Network changed: reset",
    "run.precision-changed": "Precision changed: reset",
    "run.seed-changed": "Seed changed: reset",
    "run.first-weights-changed": "First weights changed: reset",
    "run.anew-next": "The run begins anew at step 0.",
    "run.opened-next": "Run (Space) trains it from step 0.",
    "run.opened-learned-next":
        "Run (Space) goes on from there; its steps are counted from 0 again.",
    "run.opened-resumed-next": "Run (Space) goes on from step {step:whole}.",
}
"""Templates by code."""
