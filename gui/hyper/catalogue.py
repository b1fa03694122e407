"""Every setting of training beyond the bar's own, as data: where it lives and how it is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from engine.data import Dataset
from engine.layers import LOSSES, OPTIMIZERS, SCHEDULES, Choice, Field
from engine.layers import training_fields as fields
from engine.layers.augmentation import AUGMENTATIONS, MOVES, OF_IMAGES
from engine.layers.losses import OF_CLASSES
from engine.spec import Option, TrainingSpec

Suits = Callable[[Dataset], str]
"""Says why a setting has no meaning for a data set, or returns an empty text."""


def _always(_dataset: Dataset) -> str:
    return ""


def _numbers(dataset: Dataset) -> str:
    return "These data are letters or words, not quantities." if dataset.tokens else ""


def _images(dataset: Dataset) -> str:
    return _numbers(dataset) or (
        "" if dataset.image_shape is not None else "These data are not images.")


def _classes(dataset: Dataset) -> str:
    return "" if dataset.task in OF_CLASSES else "These data have no classes."


def _targets_stay(dataset: Dataset) -> str:
    return _images(dataset) or (
        "The images that are to be reconstructed would not move along."
        if dataset.task == "reconstruction" else "")


@dataclass(frozen=True)
class Setting:
    """One setting.

    Attributes
    ----------
    part : str
        Field of `TrainingSpec` whose spec holds it; empty for `TrainingSpec` itself.
    field : Field
        Title, help and bounds.
    usual : int | float | None
        What it is when it is switched on; 0 is then off. None: it cannot be switched off.
    mark : str
        How the bar tells that it is on, such as ``clip {}``; empty: the bar does not.
    slides : bool
        Whether a number has a slider.
    suits : callable
        Why it has no meaning for a data set.
    page : str
        Which page explains it, as ``GROUP/KEY``; empty: that of all settings beside it.
    """

    part: str
    field: Field
    usual: float | None = None
    mark: str = ""
    slides: bool = True
    suits: Suits = _always
    page: str = ""

    def value(self, training: TrainingSpec) -> Option:
        """Return what a training has."""
        owner = getattr(training, self.part) if self.part else training
        value: Option = getattr(owner, self.field.key)
        return value

    def is_on(self, training: TrainingSpec) -> bool:
        """Say whether it differs from what it is at first."""
        return self.value(training) != self.field.default


@dataclass(frozen=True)
class Page:
    """Settings that are shown together.

    Attributes
    ----------
    key, title, help : str
        Name in the program, on its tab, and a sentence for the tab's tooltip.
    settings : callable
        The settings, which depend on the training.
    note : callable
        A sentence or formula above them.
    explained : callable
        Which page explains them, as ``GROUP/KEY``.
    """

    key: str
    title: str
    help: str
    settings: Callable[[TrainingSpec], tuple[Setting, ...]]
    note: Callable[[TrainingSpec], str]
    explained: Callable[[TrainingSpec], str]


SCHEDULE = Setting("schedule", Field(
    "kind", "Schedule", "constant", "How the learning rate η changes from step to step.",
    choices=tuple(Choice(schedule.key, schedule.title,
                         f"{schedule.help} Factor on η: {schedule.formula}")
                  for schedule in SCHEDULES.values())), mark="{}")
LIMITS = (Setting("", fields.CLIP_VALUE, 1.0, "clip value {}", page="controls/clipping"),
          Setting("", fields.CLIP_NORM, 1.0, "clip norm {}", page="controls/clipping"),
          Setting("", fields.MAX_NORM, 3.0, "max-norm {}", page="controls/max_norm"))
AVERAGE_MARKS = {"kind": "{} average"}
USUAL_STOPS = {"epochs": 100, "seconds": 60.0, "loss": 0.01, "accuracy": 0.95, "patience": 10,
               "convergence": 1e-4}
STOP_MARKS = {"epochs": "{} epochs", "seconds": "{} s", "loss": "to loss {}",
              "accuracy": "to accuracy {}", "patience": "patience {}",
              "convergence": "to convergence"}
STOPPING = (*(Setting("stopping", field, USUAL_STOPS[field.key], STOP_MARKS[field.key])
              for field in fields.STOPPING),
            Setting("", fields.STEPS, 10_000, "{} steps"))
USUAL_CHANGES = {"shift": 0.1, "rotation": 10.0, "brightness": 0.1, "cutout": 0.25, "noise": 0.1}
RANGES = {"shift": (0.01, 0.5), "rotation": (1.0, 180.0), "brightness": (0.01, 1.0),
          "cutout": (0.05, 1.0), "noise": (0.01, 2.0)}
"""What the sliders span: without 0, for which there is the check box."""


def _augmentation(field: Field) -> Setting:
    suits = _targets_stay if field.key in MOVES else _images if field.key in OF_IMAGES else _numbers
    if field.key not in RANGES:
        return Setting("augmentation", field, mark=field.title.lower(), suits=suits)
    low, high = RANGES[field.key]
    return Setting("augmentation", replace(field, minimum=low, maximum=high),
                   USUAL_CHANGES[field.key], f"{field.title.lower()} {{}}", suits=suits)


AUGMENTATION = tuple(_augmentation(field) for field in AUGMENTATIONS)
WEIGHTED = "Of classes: L = Σ w l / Σ w, with w = n / (classes × examples of its class)"
WEIGHTS = Setting("", fields.CLASS_WEIGHTS, mark="balanced classes", suits=_classes,
                  page="controls/class_weights")
RUN = (Setting("", fields.PRECISION, mark="{}", page="controls/precision"),
       Setting("", fields.SEED, slides=False, page="controls/seed"),
       Setting("", fields.SHUFFLE, mark="not shuffled", page="theory/batches"))


def schedule_settings(training: TrainingSpec) -> tuple[Setting, ...]:
    """Return the schedule and its constants."""
    schedule = SCHEDULES.get(training.schedule.kind)
    constants = schedule.constants if schedule is not None else ()
    return (SCHEDULE, *(Setting("schedule", field) for field in constants))


def update_settings(training: TrainingSpec) -> tuple[Setting, ...]:
    """Return the optimizer's constants, limits of gradients and weights, and what is averaged."""
    rule = OPTIMIZERS.get(training.optimizer.kind)
    constants = rule.constants if rule is not None else ()
    averages = (Setting("averaging", field, mark=AVERAGE_MARKS.get(field.key, ""),
                        page="controls/averaging")
                for field in fields.averaging_fields(training.averaging))
    return (*(Setting("optimizer", field) for field in constants), *LIMITS, *averages)


def run_settings(training: TrainingSpec) -> tuple[Setting, ...]:
    """Return what the loss can be told, and what a run begins with."""
    loss = LOSSES.get(training.loss)
    constants = loss.constants if loss is not None else ()
    weights = (WEIGHTS,) if loss is not None and loss.weighted_op else ()
    return (*(Setting("", field, mark=f"{field.title.lower()} {{}}") for field in constants),
            *weights, *RUN)


def _schedule_note(training: TrainingSpec) -> str:
    schedule = SCHEDULES.get(training.schedule.kind)
    return f"{schedule.help}\nηₜ = η × [{schedule.formula}]" if schedule is not None else ""


def _update_note(training: TrainingSpec) -> str:
    rule = OPTIMIZERS.get(training.optimizer.kind)
    return f"{rule.title}: {rule.formula}" if rule is not None else ""


def _loss_note(training: TrainingSpec) -> str:
    loss = LOSSES.get(training.loss)
    if loss is None:
        return ""
    weighted = bool(loss.weighted_op) and training.class_weights != "none"
    return f"{loss.title}: {loss.formula}" + ("\n" + WEIGHTED if weighted else "")


PAGES = (
    Page("schedule", "Schedule", "How the learning rate changes from step to step.",
         schedule_settings, _schedule_note,
         lambda training: f"schedules/{training.schedule.kind}"),
    Page("update", "Update", "Constants of the optimizer; limits of gradients and weights; "
         "an average of the weights.",
         update_settings, _update_note,
         lambda training: f"optimizers/{training.optimizer.kind}"),
    Page("stopping", "Stopping", "When training ends by itself.", lambda _training: STOPPING,
         lambda _training: "Asked at the end of every epoch (Steps: after every step); the first "
                           "rule that holds ends the training.",
         lambda _training: "controls/stopping"),
    Page("augmentation", "Augment", "Random changes of the training examples.",
         lambda _training: AUGMENTATION,
         lambda _training: "Every training example is changed anew each time that it is seen; "
                           "validation examples stay as they are.",
         lambda _training: "controls/augmentation"),
    Page("run", "Run", "Constants of the loss, class weights, precision, seed, order of the "
         "examples.", run_settings, _loss_note, lambda training: f"losses/{training.loss}"),
)
"""The sheet's pages, in the order of their tabs."""
