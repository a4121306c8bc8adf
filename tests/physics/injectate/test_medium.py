"""How hard each place is for fluid, on the coarser grid."""

from types import ModuleType

import numpy as np
from scipy import ndimage

from inplane.anatomy import Kind, Patient
from inplane.physics.injectate.medium import Medium, resistance_table, survey


def test_classes_lie_where_the_block_has_them(block: Patient, blocks: ModuleType) -> None:
    ground = survey(block, 0.8)

    def at(x: float, y: float) -> Medium:
        z, i, j = np.rint((np.array([x, y, 0.0]) - ground.origin_mm) / ground.spacing_mm).astype(int)[[2, 0, 1]]
        return Medium(int(ground.medium_zxy[z, i, j]))

    assert at(-25, 1) is Medium.DENSE
    assert at(-25, 5) is Medium.FAT
    assert at(-25, 12) is Medium.SHEET
    assert at(-25, 13.2) is Medium.PLANE
    assert at(-25, 18) is Medium.BED
    assert at(-25, 24) is Medium.MUSCLE
    assert at(*blocks.ARTERY) is Medium.CLOSED
    assert at(*blocks.VEIN) is Medium.CLOSED
    assert at(*blocks.NERVE) is Medium.NERVE
    assert at(0, 24 + 4) is Medium.PERINEURAL
    assert at(-25, 40) is Medium.CLOSED
    assert at(25, 30) is Medium.CAPSULE
    assert at(25, 32.5) is Medium.JOINT


def test_a_sheet_has_no_holes_on_the_coarser_grid(blocks: ModuleType) -> None:
    patient = blocks.build_block(spacing_mm=0.5)
    ground = survey(patient, 0.8)
    above = int((10 - ground.origin_mm[1]) / 0.8)
    below = int((15 - ground.origin_mm[1]) / 0.8)
    parts, _ = ndimage.label(ground.medium_zxy != Medium.SHEET)
    assert parts[5, 5, above] != parts[5, 5, below]


def test_resistance_follows_where_the_tip_is() -> None:
    outside, nerve, joint = (resistance_table(kind) for kind in (Kind.MUSCLE, Kind.FASCICLE, Kind.JOINT_FLUID))
    assert np.isinf(outside[Medium.NERVE])
    assert np.isfinite(nerve[Medium.NERVE])
    assert joint[Medium.CAPSULE] < outside[Medium.CAPSULE]
    for table in (outside, nerve, joint):
        assert np.isinf(table[Medium.CLOSED])
