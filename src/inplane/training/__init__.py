"""Lessons, scores and the one-page result: the only room beside bench that asks a source for its truth."""

from inplane.training.plan import USUAL_WEIGHT_KG, standard_plan

__all__ = ["USUAL_WEIGHT_KG", "standard_plan"]
