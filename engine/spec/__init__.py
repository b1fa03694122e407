"""What a person asks for: frozen values without arrays, readable without Numba."""

from engine.spec.augmentation import AugmentationSpec
from engine.spec.averaging import AveragingSpec
from engine.spec.data import DataSpec, Goal, Scaling, Split, TableSpec, TargetScaling, Task
from engine.spec.drawn import MOST_OWN, SHEET, DrawnSpec, PaintedSpec
from engine.spec.files import project_from_json, project_to_json, read_project, write_project
from engine.spec.limits import LIMITS, LimitField, Limits, LimitValue
from engine.spec.network import LayerSpec, NetworkSpec, Option
from engine.spec.project import FORMAT_VERSION, ProjectSpec, default_project
from engine.spec.schedule import ScheduleSpec, StoppingSpec
from engine.spec.training import OptimizerSpec, Precision, TrainingSpec

__all__ = [
    "FORMAT_VERSION",
    "LIMITS",
    "MOST_OWN",
    "SHEET",
    "AugmentationSpec",
    "AveragingSpec",
    "DataSpec",
    "DrawnSpec",
    "Goal",
    "LayerSpec",
    "LimitField",
    "LimitValue",
    "Limits",
    "NetworkSpec",
    "OptimizerSpec",
    "Option",
    "PaintedSpec",
    "Precision",
    "ProjectSpec",
    "Scaling",
    "ScheduleSpec",
    "Split",
    "StoppingSpec",
    "TableSpec",
    "TargetScaling",
    "Task",
    "TrainingSpec",
    "default_project",
    "project_from_json",
    "project_to_json",
    "read_project",
    "write_project",
]
