"""What is on among the further settings of training, in the bar's few words."""

from __future__ import annotations

from engine.spec import Option, TrainingSpec
from gui.hyper.catalogue import PAGES, Setting
from gui.widgets.number_box import written

BETWEEN = " · "


def marks(training: TrainingSpec) -> tuple[str, ...]:
    """Return a few words for every setting that is on: ``Cosine``, ``clip norm 1``."""
    return tuple(setting.mark.format(_text(setting, setting.value(training)))
                 for page in PAGES for setting in page.settings(training)
                 if setting.mark and setting.is_on(training))


def page_marks(training: TrainingSpec) -> dict[str, int]:
    """Return how many settings of every page are on."""
    return {page.key: sum(bool(setting.mark) and setting.is_on(training)
                          for setting in page.settings(training)) for page in PAGES}


def _text(setting: Setting, value: Option) -> str:
    title = next((choice.title for choice in setting.field.choices if choice.key == value), "")
    if title or isinstance(value, bool | str):
        return title
    return f"{value:,}" if isinstance(value, int) else written(value)
