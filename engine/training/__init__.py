"""Running a plan: chunks of steps, live settings, snapshots."""

from engine.training.trainer import Trainer
from engine.training.transfer import LeftLayer, TransferReport

__all__ = ["LeftLayer", "Trainer", "TransferReport"]
