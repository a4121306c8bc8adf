"""Injected fluid: where it goes in tissue, how it pushes tissue apart, and how hard the plunger feels.

Terms of the model and where they are: resistance of each place (`medium`), the front that moves in order of resistance
(`front`), tissue pushed apart by an incompressible source field (`push`), pressure at the hub (`pressure`).
"""

from inplane.physics.injectate.injectate import Injectate, Opening
from inplane.physics.injectate.pressure import OPENING_KPA, PERINEURAL_KPA, hub_pressure_kpa

__all__ = ["OPENING_KPA", "PERINEURAL_KPA", "Injectate", "Opening", "hub_pressure_kpa"]
