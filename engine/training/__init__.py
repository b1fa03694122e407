"""Running a plan: chunks of steps, live settings, snapshots."""

from engine.training.trainer import Trainer

__all__ = ["Trainer"]
