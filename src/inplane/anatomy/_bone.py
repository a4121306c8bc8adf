"""Bone in a block."""

from inplane.anatomy._canvas import Canvas
from inplane.anatomy._strands import Field
from inplane.anatomy.patient import Kind

CORTEX_MM = 4.0
"""Chosen: thicker than in life, so that its inner surface, which no real picture shows, is lost in its attenuation."""


def lay_bone(c: Canvas, distance: Field) -> None:
    """Cortex, and cancellous bone within it, where a signed distance (mm) is negative."""
    cortex = c.part("bone cortex", Kind.BONE, "cortical_bone", whole="bone")
    within = c.part("cancellous bone", Kind.BONE, "cancellous_bone", whole="bone")
    c.lay(cortex, distance, 10.0 * c.noise((1.2, 1.2, 1.2), 91))
    c.lay(within, distance + max(CORTEX_MM, 1.6 * c.spacing_mm))
