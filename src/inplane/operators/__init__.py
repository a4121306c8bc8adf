"""Scripted people who see frames, scenes and advice, never the truth, and the geometry their hands need.

operator = StagedInsertion(seed, view)            # an open-loop script, for recordings and benches
operator = GuidedOperator(procedure, view, seed)  # looks, aims, advances what it sees, stops when unsure
"""

from inplane.operators.aim import End, aim_from, aim_in_plane, flat_offset_mm, image_line, lateral_sign, reach_mm
from inplane.operators.guided import GuidedOperator
from inplane.operators.phase import Phase
from inplane.operators.preset import scanner_for
from inplane.operators.staged import Doses, InsertionParameters, StagedInsertion, draw_insertion

__all__ = [
    "Doses",
    "End",
    "GuidedOperator",
    "InsertionParameters",
    "Phase",
    "StagedInsertion",
    "aim_from",
    "aim_in_plane",
    "draw_insertion",
    "flat_offset_mm",
    "image_line",
    "lateral_sign",
    "reach_mm",
    "scanner_for",
]
