"""Injected fluid: where it goes in tissue, how it pushes tissue apart, and how hard the plunger feels.

Terms of the model and where they are: what is in the syringe (`mixture`), resistance of each place (`medium`), the
front that moves in order of resistance (`front`), its soft edge and what it holds (`soften`, `pools`), tissue pushed
apart by an incompressible source field (`push`), pressure and the flow that it allows (`pressure`), absorption and
block (`uptake`).
"""

from inplane.physics.injectate.injectate import STILL_MM, Injectate, Opening
from inplane.physics.injectate.medium import POCKET_KINDS
from inplane.physics.injectate.mixture import SALINE, Mixture, mix
from inplane.physics.injectate.pressure import (
    HAND_KPA,
    OPENING_KPA,
    PERINEURAL_KPA,
    Path,
    Pocket,
    back_flow_mm,
    cannula_kpa_s_ml,
    flow_of_hand,
    opening_pressure_kpa,
    pocket_of,
    tissue_kpa_s_ml,
)
from inplane.physics.injectate.uptake import Depot, Uptake, absorbed, block_depth, covered_share, nerve_rings

__all__ = [
    "HAND_KPA",
    "OPENING_KPA",
    "PERINEURAL_KPA",
    "POCKET_KINDS",
    "SALINE",
    "STILL_MM",
    "Depot",
    "Injectate",
    "Mixture",
    "Opening",
    "Path",
    "Pocket",
    "Uptake",
    "absorbed",
    "back_flow_mm",
    "block_depth",
    "cannula_kpa_s_ml",
    "covered_share",
    "flow_of_hand",
    "mix",
    "nerve_rings",
    "opening_pressure_kpa",
    "pocket_of",
    "tissue_kpa_s_ml",
]
