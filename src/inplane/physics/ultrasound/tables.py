"""What never changes while one probe looks at one patient: tissue tables, echo codes, the implicit scatterers.

Scatterers are fixed to the *resting* tissue: space is cut into cells of CELL_MM, and the hash of a cell's index picks
one of SETS prepared sets of points and how it is mirrored. Each set is a scrambled Sobol sequence, so that its first k
points are evenly spread for any k: fewer are used where the resolution cell is large. Amplitudes are of either sign and
not all equal, see UNEQUAL.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from inplane.anatomy import Patient
from inplane.anatomy.patient import ECHOGENICITY_STEP_DB, ECHOGENICITY_ZERO
from inplane.atlas import load_atlas
from inplane.core.runtime import kernel
from inplane.physics.ultrasound.lookup import f32, i64

CELL_MM, CELL_HZ = 0.8, 9e6
"""Edge of a scatterer cell, mm, at that frequency and above; below it grows with the wavelength. chosen: one affine map
a cell follows tissue to 0.01 mm at a strain gradient of 0.05/mm, a fifteenth of a wavelength."""
SETS = 64
"""Prepared scatterer sets, each used in eight ways, mirrored or not along each axis. chosen: small enough to stay near
the core; a slice holds some hundreds of cells, which hardly ever share one."""
SET_SIZE = 128
"""Points a set holds: 250 /mm3, the most that the focus of a 15 MHz probe is given."""
UNEQUAL = (0.6, 1.4)
"""Range of a scatterer's magnitude, evenly drawn, then scaled to mean power 1. A sum of n scatterers has an intensity
of E I²/(E I)² = 2 + (k - 2)/n where places are as even as can be, 2 + k/n where they are chance, k = E a⁴/(E a²)².
These points lie between; equal magnitudes made speckle too smooth (2 - 0.2, SNR 2.06), Gaussian ones too rough.
chosen: k = 1.19, with which SNR is that of Rayleigh, 1.91, over all depths.
"""
SILENT_DB = -32.0
"""Cells whose loudest voxel is below this are skipped. chosen: the noise and clutter of real lumens lie above it."""
BONE_TISSUES = ("cortical_bone", "cancellous_bone")
GAS_TISSUES = ("inflated_lung",)
BLOOD = "blood"


class Tissue(NamedTuple):
    """Volumes and per-label tables as the kernels read them; index order (z, x, y), y fastest.

    Attributes:
        labels, echo, impedance: (nz, nx, ny) uint8; `echo` is the patient's echogenicity with 0 outside the body.
        loudest: (cz, cx, cy) uint8, largest echo code in and next to each cell, 0 where SILENT_DB.
        lumen: (cz, cx, cy) uint8, label of the lumen whose blood fills a cell and all next to it, 0 where none does.
        origin: (3,) float32 x, y, z of voxel [0, 0, 0], mm. spacing: voxel edge, mm.
        amplitude: (256,) float32, echo code to scatterer amplitude (0 dB = 1).
        attenuation: (256,) float32 dB/cm/MHz by label; exponent: (256,) of frequency. speed: (256,) m/s.
        bone: (256,) uint8, 1 where the label is bone.
        gas: (256,) uint8, 1 where the label is gas.
        fiber: (256, 5) float32, unit direction x, y, z, and loss in dB of a beam tilted to them: narrow and wide part.
        fibered: (m,) int64, the labels with fibres.
    """

    labels: NDArray[np.uint8]
    echo: NDArray[np.uint8]
    impedance: NDArray[np.uint8]
    loudest: NDArray[np.uint8]
    lumen: NDArray[np.uint8]
    origin: NDArray[np.float32]
    spacing: float
    amplitude: NDArray[np.float32]
    attenuation: NDArray[np.float32]
    exponent: NDArray[np.float32]
    speed: NDArray[np.float32]
    bone: NDArray[np.uint8]
    gas: NDArray[np.uint8]
    fiber: NDArray[np.float32]
    fibered: NDArray[np.int64]


class Scatterers(NamedTuple):
    """The prepared sets, each a flat row: SET_SIZE numbers of one kind after the other, so that loops over them
    vectorize.

    Attributes:
        sets: (SETS, 7 * SET_SIZE) float32: x, y, z from the cell's low corner, mm; the same in voxels, with an
        independent
            dither of half a voxel either way (looking up the nearest voxel of a dithered point is linear interpolation
            in the mean, so that no voxel edge shows); amplitude.
        salt: mixed into the hash of cell indices. cell: edge of a cell, mm.
    """

    sets: NDArray[np.float32]
    salt: int
    cell: float


ANISOTROPY_DB = {"muscle": (2.5, 4.0), "tendon": (18.0, 18.0), "nerve": (8.0, 6.0), "connective": (5.0, 6.0)}
"""dB from beam across to beam along the fibres, the part lost within a few degrees and the rest. Tendon: together the
36 dB from peak to nadir of Hoffmeister 1995 (fixed tissue, 5 MHz), half of it at once so that it equals muscle at some
4.5 degrees (Radiology 1988;167:499). The others chosen: nerve changes visibly by 10 degrees, muscle little."""


def cell_edge_mm(frequency_hz: float) -> float:
    """Edge of a scatterer cell for a probe's usual frequency: no more cells where resolution is coarse."""
    return CELL_MM * max(1.0, CELL_HZ / frequency_hz)


def build_tissue(patient: Patient, *, cell_mm: float = CELL_MM) -> Tissue:
    """The patient's volumes and its tissues' acoustic numbers from the atlas, by label."""
    atlas = load_atlas()
    attenuation, exponent, speed = np.zeros(256), np.ones(256), np.full(256, 1540.0)
    bone, gas, fiber = np.zeros(256, np.uint8), np.zeros(256, np.uint8), np.zeros((256, 5))
    for structure in patient.structures:
        tissue = atlas.tissue(structure.tissue)
        attenuation[structure.label] = tissue.attenuation_db_cm_mhz.value
        exponent[structure.label] = tissue.attenuation_exponent.value
        speed[structure.label] = tissue.sound_speed_m_s.value
        bone[structure.label] = structure.tissue in BONE_TISSUES
        gas[structure.label] = structure.tissue in GAS_TISSUES
        if structure.fiber_direction is not None:
            along = np.asarray(structure.fiber_direction, np.float64)
            fiber[structure.label, :3] = along / np.linalg.norm(along)
            fiber[structure.label, 3:] = ANISOTROPY_DB.get(structure.tissue, (0.0, 0.0))
    labels = np.ascontiguousarray(patient.labels_zxy)
    echo = np.where(labels == 0, np.uint8(0), patient.echogenicity_zxy)
    codes = np.arange(256)
    amplitude = 10.0 ** ((codes - ECHOGENICITY_ZERO) * ECHOGENICITY_STEP_DB / 20.0)
    amplitude[0] = 0.0
    loudest = _over_cells(echo, patient.spacing_mm, cell_mm, np.max)
    loudest[amplitude[loudest] < 10.0 ** (SILENT_DB / 20.0)] = 0
    return Tissue(
        labels=labels,
        echo=echo,
        impedance=np.ascontiguousarray(patient.impedance_zxy),
        loudest=loudest,
        lumen=_lumens(patient, labels, cell_mm),
        origin=np.asarray(patient.origin_mm, np.float32),
        spacing=f32(patient.spacing_mm),
        amplitude=amplitude.astype(np.float32),
        attenuation=attenuation.astype(np.float32),
        exponent=exponent.astype(np.float32),
        speed=speed.astype(np.float32),
        bone=bone,
        gas=gas,
        fiber=fiber.astype(np.float32),
        fibered=np.flatnonzero(fiber[:, 3:].any(axis=1)),
    )


def _lumens(patient: Patient, labels: NDArray[np.uint8], cell_mm: float) -> NDArray[np.uint8]:
    """Label of the lumen that fills a cell and what lies next to it, 0 where none does."""
    blood = np.zeros(256, np.uint8)
    for structure in patient.structures:
        blood[structure.label] = structure.label if structure.tissue == BLOOD else 0
    most, least = (_over_cells(blood[labels], patient.spacing_mm, cell_mm, how) for how in (np.max, np.min))
    return np.where(most == least, most, np.uint8(0))


def _over_cells(
    volume: NDArray[np.uint8], spacing_mm: float, cell_mm: float, how: Callable[..., NDArray[np.uint8]]
) -> NDArray[np.uint8]:
    """Largest or least number within a voxel of each cell; the lattice begins at the low face of voxel [0, 0, 0]."""
    out = volume
    for axis in range(3):
        n_voxels = out.shape[axis]
        n_cells = max(1, int(np.ceil(n_voxels * spacing_mm / cell_mm)))
        edges = np.arange(n_cells) * cell_mm / spacing_mm
        low = np.clip(np.floor(edges).astype(int) - 1, 0, n_voxels - 1)
        high = np.clip(np.ceil(edges + cell_mm / spacing_mm).astype(int) + 1, 1, n_voxels)
        parts = [how(out.take(range(a, b), axis), axis=axis, keepdims=True) for a, b in zip(low, high, strict=True)]
        out = np.concatenate(parts, axis)
    return np.ascontiguousarray(out)


def build_scatterers(spacing_mm: float, *, seed: int, cell_mm: float = CELL_MM) -> Scatterers:
    """The prepared scatterer sets of one patient.

    Args:
        spacing_mm: voxel edge of the patient's volumes.
        seed: of the patient: the same tissue has the same speckle.
        cell_mm: edge of a cell.
    """
    rng = np.random.default_rng([seed, 0x5CA7])
    places = np.empty((SETS, SET_SIZE, 3))
    for index in range(SETS):
        places[index] = qmc.Sobol(3, rng=rng).random(SET_SIZE)
    dither = rng.random((SETS, SET_SIZE, 3)) - 0.5
    sign = rng.choice(np.array([-1.0, 1.0]), (SETS, SET_SIZE, 1))
    size = rng.uniform(*UNEQUAL, (SETS, SET_SIZE, 1))
    size /= np.sqrt((size**2).mean())
    columns = np.concatenate((places * cell_mm, places * (cell_mm / spacing_mm) + dither, sign * size), axis=2)
    sets = columns.transpose(0, 2, 1).reshape(SETS, 7 * SET_SIZE).astype(np.float32)
    return Scatterers(sets=np.ascontiguousarray(sets), salt=i64(rng.integers(1 << 31)), cell=f32(cell_mm))


def points_of(scatterers: Scatterers, index: tuple[int, int, int], spacing_mm: float) -> NDArray[np.float64]:
    """(7, SET_SIZE) the points of one cell (x, y, z index), mirrored as `splat` does it; rows as in Scatterers."""
    chosen, edge = hash3(*index, scatterers.salt), float(scatterers.cell)
    columns = scatterers.sets[chosen % SETS].reshape(7, SET_SIZE).astype(np.float64)
    for axis in range(3):
        if (mirror_of(chosen) >> axis) & 1:
            columns[axis] = edge - columns[axis]
            columns[3 + axis] = edge / spacing_mm - columns[3 + axis]
    return columns


@kernel(inline=True)
def mirror_of(chosen: int) -> int:
    """Along which axes of its cell a set is mirrored, a bit each for x, y, z; `chosen` is the cell's hash."""
    return (chosen >> 12) & 7


@kernel(inline=True)
def hash3(a: int, b: int, c: int, salt: int) -> int:
    """A well-mixed non-negative 31-bit number of three whole numbers (multiply-xorshift)."""
    h = ((a * 73856093) ^ (b * 19349663) ^ (c * 83492791) ^ salt) & 0x7FFFFFFF
    h = ((h ^ (h >> 15)) * 0x2C1B3C6D) & 0x7FFFFFFF
    h = ((h ^ (h >> 12)) * 0x297A2D39) & 0x7FFFFFFF
    return (h ^ (h >> 15)) & 0x7FFFFFFF
