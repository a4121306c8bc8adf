"""How hard each place makes it for fluid to enter, on the injectate's own grid.

Labels are finer than this grid, so each of its voxels is classed by eight samples: one sample of fascia or capsule is
enough to close it (a sheet must not leak between voxels), half of them are needed for solid structures.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as scipy_ndimage

from inplane.anatomy import Kind, Patient

ndimage: Any = scipy_ndimage  # its stubs leave most types unknown


class Medium(IntEnum):
    """What fluid meets in a voxel."""

    CLOSED = 0
    FAT = 1
    MUSCLE = 2
    PLANE = 3  # along a fascia, on either side of it
    SHEET = 4  # the fascia itself
    PERINEURAL = 5
    NERVE = 6
    JOINT = 7
    CAPSULE = 8
    DENSE = 9
    BED = 10  # muscle that a plane is peeled off


POCKET_KINDS = ("joint fluid", "bursa", "tendon sheath", "cyst", "cerebrospinal fluid")
"""Words for the kinds of spaces that hold fluid of their own; a patient need not know all of them."""

NERVES = (Kind.NERVE, Kind.FASCICLE)

MEDIUM_OF_KIND: dict[str, Medium] = {
    Kind.SKIN: Medium.DENSE,
    Kind.FAT: Medium.FAT,
    Kind.FASCIA: Medium.SHEET,
    Kind.MUSCLE: Medium.MUSCLE,
    Kind.TENDON: Medium.DENSE,
    Kind.NERVE: Medium.NERVE,
    Kind.FASCICLE: Medium.NERVE,
    **dict.fromkeys(POCKET_KINDS, Medium.JOINT),
    Kind.CAPSULE: Medium.CAPSULE,
    Kind.LYMPH_NODE: Medium.DENSE,
}
"""Kinds that are not named (bone, cartilage, labrum, vessels) are closed."""

RESISTANCE: dict[Medium, float] = {
    Medium.CLOSED: np.inf,
    Medium.FAT: 1.0,
    Medium.MUSCLE: 2.5,
    Medium.PLANE: 0.45,
    Medium.SHEET: 80.0,
    Medium.PERINEURAL: 0.4,
    Medium.NERVE: np.inf,
    Medium.JOINT: 0.15,
    Medium.CAPSULE: 6.0,
    Medium.DENSE: 12.0,
    Medium.BED: 4.0,
}
"""Cost of a millimetre relative to fat. Chosen: only the order is known (planes, loose perineural tissue and joint
space open first, fat before muscle, a fascia holds fluid on its own side). A plane peels: fluid first opens it along
the sheet and then lifts the muscle beside it, which costs more than to soak the same muscle far from a sheet, as a
muscle bends as a whole. The ratio of the two makes the lens more than ten times as wide as thick at 5 ml and above."""

INSIDE_NERVE: dict[Medium, float] = {Medium.NERVE: 0.6, Medium.PERINEURAL: 60.0, Medium.PLANE: 60.0}
"""With the tip in a nerve: its inside is open and swells before the epineurium lets fluid out. Chosen likewise; fluid
runs some 80 mm along the nerve before it leaves it."""

NERVE_CAPACITY = 0.145
"""Share of a nerve's own volume that fluid within it takes up. Calibrated: with 0.5 ml the area of a nerve grew by 8.7
% on average (95 % CI 5.6 to 11.9; Moayeri N et al. Br J Anaesth 2012;109:432-438, abstract read, authors and pages from
memory). That figure is no test of this model; the share is more than 8.7 % because the grid of the displacement smears
part of the swelling beyond the nerve."""

INSIDE_JOINT: dict[Medium, float] = {
    Medium.CAPSULE: 2.0,
    **dict.fromkeys((Medium.MUSCLE, Medium.PLANE, Medium.BED, Medium.FAT), 4.0),
}
"""With the tip in a joint: fluid fills its space, then bulges the capsule, whose labels are at rest, before it."""

BED_MM = 8.0
"""How far from a sheet muscle counts as lifted off it. Chosen: thicker than any lens of 40 ml."""

PERINEURAL_MM = 1.6
"""Reach of the loose tissue about a nerve. Chosen: the paraneural sheath is a millimetre or two wide."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ground:
    """The patient as fluid sees it.

    Args:
        origin_mm: (3,) x, y, z of voxel [0, 0, 0].
        spacing_mm: isotropic.
        medium_zxy: (nz, nx, ny) uint8 of `Medium`.
        label_zxy: (nz, nx, ny) uint8, the label at each voxel's centre.
    """

    origin_mm: NDArray[np.float64]
    spacing_mm: float
    medium_zxy: NDArray[np.uint8]
    label_zxy: NDArray[np.uint8]


def survey(patient: Patient, spacing_mm: float) -> Ground:
    """Classes every place of a patient at rest; heavy work, once a patient."""
    nz, nx, ny = patient.labels_zxy.shape
    shape = tuple(max(2, int(n * patient.spacing_mm / spacing_mm + 1e-6)) for n in (nz, nx, ny))
    table = np.full(256, Medium.CLOSED, np.uint8)
    for structure in patient.structures:
        table[structure.label] = MEDIUM_OF_KIND.get(structure.kind, Medium.CLOSED)
    counts = np.zeros((len(Medium), *shape), np.uint8)
    for corner in np.ndindex(2, 2, 2):
        offsets = (np.array(corner) - 0.5) / 2 * spacing_mm
        codes = table[_sample(patient, shape, spacing_mm, offsets)]
        for medium in Medium:
            counts[medium] += codes == medium
    centre = _sample(patient, shape, spacing_mm, np.zeros(3))
    medium = _decide(counts, spacing_mm)
    origin = patient.origin_mm + (spacing_mm - patient.spacing_mm) / 2
    return Ground(origin_mm=origin, spacing_mm=spacing_mm, medium_zxy=medium, label_zxy=centre)


def is_same_ground(first: Kind | None, second: Kind | None) -> bool:
    """Whether a front that began in one kind goes on as it was with the tip in another: both in a nerve, both in a
    space that holds fluid of its own, or both in open tissue, whose kinds come and go at a tip as fluid pushes them
    about."""

    def sort(kind: Kind | None) -> str:
        return "nerve" if kind in NERVES else "pocket" if str(kind) in POCKET_KINDS else "open"

    return sort(first) == sort(second)


def resistance_table(inside: Kind | None) -> NDArray[np.float32]:
    """Resistance by `Medium` with the tip in a structure of a kind."""
    table = dict(RESISTANCE)
    if inside in NERVES:
        table.update(INSIDE_NERVE)
    if inside is not None and str(inside) in POCKET_KINDS:
        table.update(INSIDE_JOINT)
    return np.array([table[medium] for medium in Medium], np.float32)


def capacity_table() -> NDArray[np.float32]:
    """Most of a voxel that fluid takes by `Medium`: all of it where tissue is pushed aside, little within a nerve."""
    return np.array([NERVE_CAPACITY if medium is Medium.NERVE else 1.0 for medium in Medium], np.float32)


def _sample(
    patient: Patient, shape: tuple[int, ...], spacing_mm: float, offset_mm: NDArray[np.float64]
) -> NDArray[np.uint8]:
    """Labels nearest to each voxel's centre plus an offset."""
    picks = [
        np.clip(((np.arange(n) + 0.5) * spacing_mm + offset_mm[axis]) / patient.spacing_mm, 0, whole - 1).astype(int)
        for axis, (n, whole) in enumerate(zip(shape, patient.labels_zxy.shape, strict=True))
    ]
    return patient.labels_zxy[np.ix_(*picks)]


def _decide(counts: NDArray[np.uint8], spacing_mm: float) -> NDArray[np.uint8]:
    """The class of each voxel from how many of its eight samples are of each."""
    soft = np.where(counts[Medium.MUSCLE] > counts[Medium.FAT], Medium.MUSCLE, Medium.FAT).astype(np.uint8)
    soft[counts[Medium.FAT] + counts[Medium.MUSCLE] == 0] = Medium.DENSE
    sheet, nerve = counts[Medium.SHEET] >= 1, counts[Medium.NERVE] >= 4
    cube = np.ones((3, 3, 3), bool)
    loose = np.isin(soft, (Medium.FAT, Medium.MUSCLE))
    medium = soft
    bed = ndimage.maximum_filter(sheet.view(np.uint8), size=2 * round(BED_MM / spacing_mm) + 1) > 0
    medium[bed & (soft == Medium.MUSCLE)] = Medium.BED
    medium[loose & ndimage.binary_dilation(sheet, cube)] = Medium.PLANE
    reach = max(1, round(PERINEURAL_MM / spacing_mm))
    medium[ndimage.binary_dilation(nerve, iterations=reach, mask=(loose & ~sheet) | nerve)] = Medium.PERINEURAL
    medium[counts[Medium.DENSE] >= 4] = Medium.DENSE
    medium[sheet] = Medium.SHEET
    medium[nerve] = Medium.NERVE
    medium[counts[Medium.CAPSULE] >= 1] = Medium.CAPSULE
    medium[counts[Medium.JOINT] >= 3] = Medium.JOINT
    medium[counts[Medium.CLOSED] >= 4] = Medium.CLOSED
    return medium
