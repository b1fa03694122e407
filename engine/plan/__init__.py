"""From a project to memory and an op table."""

from engine.plan.build import (
    beside,
    build_plan,
    check_memory,
    few_examples,
    ops_of,
    renewed,
)
from engine.plan.plan import Plan, PlannedLayer, Shared
from engine.plan.table import Line

__all__ = ["Line", "Plan", "PlannedLayer", "Shared", "beside", "build_plan", "check_memory",
           "few_examples", "ops_of", "renewed"]
