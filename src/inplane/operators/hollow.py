"""Targets that hold fluid: they look like a vessel, give fluid to a syringe, and take in what is injected."""

from inplane.atlas import Procedure, load_atlas
from inplane.core import AspirationResult

JOINT = "joint fluid"
HOLLOW = (JOINT, "bursa", "cyst", "tendon sheath")
"""Kinds of structures of the atlas that hold fluid."""
THEIR_FLUID = (AspirationResult.JOINT_FLUID, AspirationResult.BURSA_FLUID, AspirationResult.CYST_FLUID)
"""What a syringe pulls out of them."""
THIN = ("bursa", "tendon sheath")
"""Those of them that are no thicker than a needle or two."""
NUDGE_MM, LEAST_NUDGE_MM = 2.5, 1.0
"""How far a tip is drawn back where the plunger goes hard or no spread comes. Chosen: two bevels; less than one in a
thin hollow, out of which two would take it."""
ONWARD_MM = 2.0
"""How far a tip is pushed on where the plunger goes hard before a joint the first time. Chosen: a capsule is as thick,
and behind it lies bone, which is felt."""


def holds_fluid(procedure: Procedure) -> bool:
    """Whether what the needle should reach is a joint, bursa, cyst or sheath."""
    return load_atlas().structure(procedure.target.structure).kind in HOLLOW


def nudge_mm(procedure: Procedure, *, hard: bool, nudges: int) -> float:
    """How far a tip is drawn back from where nothing goes in or no spread is seen; negative where it is pushed on.

    Args:
        procedure: what is done.
        hard: whether the plunger went hard.
        nudges: how often the tip was moved so before.
    """
    kind = load_atlas().structure(procedure.target.structure).kind
    if hard and nudges == 0 and kind == JOINT:
        return -ONWARD_MM
    return LEAST_NUDGE_MM if kind in THIN else NUDGE_MM
