"""Targets that hold fluid: they look like a vessel, give fluid to a syringe, and take in what is injected."""

from inplane.atlas import Procedure, load_atlas
from inplane.core import AspirationResult

HOLLOW = ("joint fluid", "bursa", "cyst", "tendon sheath")
"""Kinds of structures of the atlas that hold fluid."""
THEIR_FLUID = (AspirationResult.JOINT_FLUID, AspirationResult.BURSA_FLUID, AspirationResult.CYST_FLUID)
"""What a syringe pulls out of them."""
THIN = ("bursa", "tendon sheath")
"""Those of them that are no thicker than a needle or two."""
NUDGE_MM, LEAST_NUDGE_MM = 2.5, 1.0
"""How far a tip is drawn back where the plunger goes hard or no spread comes. Chosen: two bevels; less than one in a
thin hollow, out of which two would take it."""


def holds_fluid(procedure: Procedure) -> bool:
    """Whether what the needle should reach is a joint, bursa, cyst or sheath."""
    return load_atlas().structure(procedure.target.structure).kind in HOLLOW


def nudge_mm(procedure: Procedure) -> float:
    """How far a tip is drawn back from where nothing goes in or no spread is seen."""
    thin = load_atlas().structure(procedure.target.structure).kind in THIN
    return LEAST_NUDGE_MM if thin else NUDGE_MM
