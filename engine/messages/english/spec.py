"""What is wrong with a network or its training as a whole."""

from __future__ import annotations

from collections.abc import Mapping

from engine.messages.language import Entry, Fault

WORDS: Mapping[str, Entry] = {
    "place.network": "Network",

    "task.classification": "classification",
    "task.regression": "regression",
    "task.reconstruction": "reconstruction",
    "task.sequence": "sequence",
    "task.transcription": "transcription",

    "network.form": Fault(
        "Network", "{value}", "a NetworkSpec with a tuple of layers", "Change it"),
    "network.layer-form": Fault("Layer {position}", "{value}", "a LayerSpec", "Change it"),
    "network.layer-part": Fault("Layer {position}", "{key}: {value}", "{expected}", "Change it"),
    "part.text": "a text",
    "part.ids": "a tuple of ids",
    "part.options": "a dictionary by names of options",
    "network.no-layer-called": Fault("Network", "no layer is called {name:name}",
                                     "one of {known:list}"),
    "network.no-layers": Fault(
        "Network", "it has no layers", "two at least", "Add an input layer and a dense layer"),
    "network.too-many-layers": Fault(
        "Network", "{count:whole} layers", "at most {most:whole}", "Use fewer layers"),
    "network.nothing-to-learn": Fault(
        "Network", "no layer has anything to learn", "one at least", "Add a dense layer"),
    "network.all-frozen": Fault(
        "Network", "every layer that could learn is frozen", "one at least that is not",
        "Let one of them learn"),
    "network.too-large": Fault(
        "Network", "{count:whole} parameters", "at most {most:whole}", "Use fewer units"),
    "network.memory": Fault(
        "Network", "it needs {wanted:mib} MiB of memory", "at most {most:mib} MiB",
        "Use fewer units or a smaller batch"),

    "limits.unknown": "the doctor has no limit {key:name}",
    "limits.fault": "the doctor's limit “{title}”: {problem}",
    "limits.no-pair": "{value} is not two numbers, amber and red",
    "limits.amber-below": "amber ({amber:general}) must not be below red ({red:general})",
    "limits.amber-above": "amber ({amber:general}) must not be above red ({red:general})",
    "limits.differs": "{title}: {value} (default {default})",
    "limits.pair": "{amber:general} and {red:general}",
    "limits.single": "{value:general}",

    "training.form": Fault("Training", "{value}", "a TrainingSpec", "Change it"),
    "training.unreadable": Fault("Training", "{problem}", "numbers and texts", "Change it"),
    "training.value": Fault("Training", "{path}: {value}", "{wanted}", "Change it"),
    "value.finite": "a finite number",
    "training.infinite": Fault("Training", "{key} is infinite", "a finite number", "Change it"),
    "training.beyond": Fault(
        "Training", "{key}: {value} is more than {precision} holds", "at most {most:general}",
        "Make it smaller"),
    "training.rash": "Learning rate {rate:general}. After one such step hardly any network has "
                     "numbers that {precision} holds. Make it smaller.",
    "training.no-more-than-0": Fault(
        "Training", "{key}: {value} is no more than 0 in {precision}", "at least {least:general}",
        "Make it larger"),
    "training.no-loss": Fault(
        "Training", "no loss is called {name:name}", "one of {known:list}", "Choose one of them"),
    "training.loss-for-task": Fault(
        "Training", "{loss} cannot serve {task}", "a loss for it", "Choose {fitting:list}"),
    "training.no-optimizer": Fault(
        "Training", "no optimizer is called {name:name}", "one of {known:list}",
        "Choose one of them"),
    "training.no-schedule": Fault(
        "Training", "no schedule is called {name:name}", "one of {known:list}",
        "Choose one of them"),
    "augmentation.of-tokens": Fault(
        "Training", "augmentation: {titles:list} on a text, whose numbers stand for tokens", "none",
        "Turn it off"),
    "augmentation.of-images": Fault(
        "Training", "augmentation: {titles:list} on examples that are no images", "noise at most",
        "Turn it off, or choose a data set of images"),
    "augmentation.of-reconstruction": Fault(
        "Training", "augmentation: {titles:list} moves the inputs, but not the images that are to "
        "be reconstructed", "noise, brightness or cutout", "Turn it off"),
}
"""Templates by code."""
