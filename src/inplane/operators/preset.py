"""Scanner settings that a procedure begins with."""

from inplane.atlas import Procedure
from inplane.core import ScannerControl


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
