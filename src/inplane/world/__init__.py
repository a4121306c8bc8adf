"""The simulated room: patient, needle, injectate and probe as they are now, and the truth about each picture.

step      hands move, tissue yields (`motion`, `tissue`, `vessels`), the needle and the syringe follow
observe   what the scanner shows of it, with what arrives beside the pixels
truth     what that picture really shows, computed when it is asked for
"""

from inplane.world.at_rest import AtRest, at_rest
from inplane.world.events import TruthEvent
from inplane.world.injection import PreparedSyringe
from inplane.world.moment import Moment
from inplane.world.tissue import Tissue
from inplane.world.truth import StructureOutline, Truth, contrast_db, edges_mm, label_grid, outlines_of, truth_of
from inplane.world.world import World

__all__ = [
    "AtRest",
    "Moment",
    "PreparedSyringe",
    "StructureOutline",
    "Tissue",
    "Truth",
    "TruthEvent",
    "World",
    "at_rest",
    "contrast_db",
    "edges_mm",
    "label_grid",
    "outlines_of",
    "truth_of",
]
