"""Scanner settings that a procedure begins with."""

from dataclasses import replace

import numpy as np

from inplane.atlas import Procedure
from inplane.core import Frame, ScannerControl

GREY = 60.0
"""Chosen: fluid is told from muscle when muscle is grey, not black: a quarter of the display's range."""
BELOW_JOINT_MM = 10.0
"""Chosen: a joint is looked for with so much more depth than the preset's, so that the bone under it is seen."""
NEEDLE_BEAM_RAD = 0.3
"""Chosen: 17 degrees, within which scanners' needle modes let one choose; more sends louder grating lobes."""
MOST_GAIN_DB = 20.0
"""Chosen: more gain shows noise."""


def scanner_for(procedure: Procedure) -> ScannerControl:
    """The atlas's preset for a procedure, in B-mode."""
    preset = procedure.preset
    return ScannerControl(
        depth_mm=preset.depth_mm.value,
        frequency_hz=preset.frequency_hz.value,
        focus_mm=preset.focus_mm.value,
        gain_db=preset.gain_db.value,
        dynamic_range_db=preset.dynamic_range_db.value,
        speckle_reduction=preset.speckle_reduction.value,
    )


def deep_enough(scanner: ScannerControl, procedure: Procedure) -> ScannerControl:
    """The knobs with room below a joint."""
    more_mm = BELOW_JOINT_MM if procedure.family == "joint" else 0.0
    return replace(scanner, depth_mm=scanner.depth_mm + more_mm)


def tuned(scanner: ScannerControl, frame: Frame, depth_mm: float, *, needle_side: float) -> ScannerControl:
    """The knobs with gain turned up until tissue about a depth is grey, the focus set there, and the needle's beam on.

    Args:
        scanner: the knobs.
        frame: the picture that they made.
        depth_mm: of the target.
        needle_side: +1 where the needle will enter at the side to which the picture's x grows, -1 at the other; 0 where
            the probe cannot turn its beams.
    """
    share = depth_mm / frame.geometry.depth_mm
    samples = frame.pixels.shape[1]
    band = frame.pixels[:, int(0.5 * share * samples) : max(int(share * samples), 1)]
    grey = float(np.median(band)) if band.size else GREY
    more_db = (GREY - grey) / 255 * scanner.dynamic_range_db
    gain_db = min(max(scanner.gain_db + more_db, scanner.gain_db), MOST_GAIN_DB)
    return replace(
        scanner,
        gain_db=round(gain_db, 1),
        focus_mm=min(max(depth_mm, 3.0), scanner.depth_mm),
        needle_steer_rad=0.0 if scanner.virtual_convex else NEEDLE_BEAM_RAD * needle_side,
    )
