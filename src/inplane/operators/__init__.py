"""Scripted people who see frames, scenes and advice, never the truth, and the geometry their hands need.

operator = StagedInsertion(seed, view)                     # an open-loop script, for recordings and benches
operator = GuidedOperator(procedure, view, seed)           # looks, aims, advances what it sees, stops when unsure
operator = LandmarkOperator(procedure, palpated, seed, s)  # goes by touch and depth, sees nothing
person = Person(operator, skill("trainee"), seed)          # the same with delay, lapses of attention and tremor
"""

from inplane.operators.aim import End, aim_from, aim_in_plane, flat_offset_mm, image_line, lateral_sign, reach_mm
from inplane.operators.by_landmark import LandmarkOperator
from inplane.operators.guided import GuidedOperator
from inplane.operators.likeness import Example
from inplane.operators.novice import ErrorRates, NoviceErrors, draw_errors
from inplane.operators.palpate import Palpated, draw_palpation, palpated_view
from inplane.operators.person import Person, Scripted
from inplane.operators.phase import Phase
from inplane.operators.preset import NEEDLE_BEAM_RAD, scanner_for
from inplane.operators.skill import SKILLS, Skill, skill
from inplane.operators.staged import Doses, InsertionParameters, StagedInsertion, draw_insertion
from inplane.operators.textbook import Earlier, Textbook, learned

__all__ = [
    "NEEDLE_BEAM_RAD",
    "SKILLS",
    "Doses",
    "Earlier",
    "End",
    "ErrorRates",
    "Example",
    "GuidedOperator",
    "InsertionParameters",
    "LandmarkOperator",
    "NoviceErrors",
    "Palpated",
    "Person",
    "Phase",
    "Scripted",
    "Skill",
    "StagedInsertion",
    "Textbook",
    "aim_from",
    "aim_in_plane",
    "draw_errors",
    "draw_insertion",
    "draw_palpation",
    "flat_offset_mm",
    "image_line",
    "lateral_sign",
    "learned",
    "palpated_view",
    "reach_mm",
    "scanner_for",
    "skill",
]
