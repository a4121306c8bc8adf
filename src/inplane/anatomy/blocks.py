"""Blocks of single tissues: small virtual patients in which one thing is seen well, for figures and tests."""

from collections.abc import Callable

from inplane.anatomy._block_hard import bone, cartilage, pleura
from inplane.anatomy._block_nerve import nerve, tendon
from inplane.anatomy._block_soft import fat, muscle
from inplane.anatomy._block_vessel import node, vessel
from inplane.anatomy._canvas import Canvas, make_canvas
from inplane.anatomy.patient import Patient, Physiology
from inplane.core import UnknownNameError, require_range

SECTIONS = ("short", "long")
_PAINTERS: dict[str, Callable[[Canvas], None]] = {
    "muscle": muscle,
    "nerve": nerve,
    "vessel": vessel,
    "tendon": tendon,
    "bone": bone,
    "pleura": pleura,
    "fat": fat,
    "node": node,
    "cartilage": cartilage,
}
BLOCK_KINDS = tuple(_PAINTERS)
"""What `build_block` can build."""

_AT_REST = Physiology(
    heart_rate_hz=1.1,
    artery_strain=0.05,
    artery_peak_m_s=0.8,
    vein_mean_m_s=0.12,
    vein_closing_n=9.0,
    breathing_rate_hz=0.24,
)
"""Chosen: middle values, of which only a block with vessels makes use."""


def build_block(kind: str, *, seed: int, section: str = "short", spacing_mm: float = 0.2) -> Patient:
    """A block of one tissue beneath skin and fat, 44 by 45 by 12 mm (x, y, z), the same to the bit for the same
    arguments.

    The probe's face on its middle is `ProbeControl()`. Thickness of layers, sizes and angles are drawn from the seed
    and stand in `parameters`.

    Args:
        kind: one of BLOCK_KINDS.
        seed: of shape and fine structure.
        section: "short" cuts across fibres and tubes, which then run along z; "long" runs with them, along x.
        spacing_mm: isotropic voxels, 0.15 to 2; coarse ones are for tests.

    Raises:
        UnknownNameError: another kind or section.
        RangeError: the seed is outside 0 to 2^31 - 1, or the spacing outside its range.
    """
    if kind not in _PAINTERS:
        raise UnknownNameError("block", kind, BLOCK_KINDS)
    if section not in SECTIONS:
        raise UnknownNameError("section", section, SECTIONS)
    require_range("seed", seed, 0, 2**31 - 1)
    require_range("spacing_mm", spacing_mm, 0.15, 2.0, "mm")
    canvas = make_canvas(seed, section, spacing_mm, BLOCK_KINDS.index(kind))
    _PAINTERS[kind](canvas)
    return canvas.patient(f"{kind} block", _AT_REST)
