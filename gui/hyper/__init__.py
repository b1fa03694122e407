"""The further settings of training: what they are, as data, and the sheet that shows them."""

from gui.hyper.marks import marks
from gui.hyper.marks_button import FurtherSettings
from gui.hyper.sheet import TrainingSheet

__all__ = ["FurtherSettings", "TrainingSheet", "marks"]
