"""From a project to memory and an op table."""

from engine.plan.build import Plan, PlannedLayer, Shared, build_plan, ops_of

__all__ = ["Plan", "PlannedLayer", "Shared", "build_plan", "ops_of"]
