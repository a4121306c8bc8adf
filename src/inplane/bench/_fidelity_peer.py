"""Fidelity against PyMUST: check 16, on a column of points, a block of speckle and a phantom of lesions.

Both image the very same scatterers: the engine's own. Theirs alone is how a pulse travels: here PyMUST's waves from
every element, there the engine's kernels.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from inplane.bench import _fidelity_pymust as peer
from inplane.bench._fidelity_field import field
from inplane.bench._fidelity_phantoms import SILENT_DB, at, db, look, points, probe, rms, scan, shade, width_at_half
from inplane.bench._fidelity_speckle import overlap_free
from inplane.bench.report import Figure, last_full
from inplane.physics.ultrasound import Scan
from inplane.physics.ultrasound.phantom import phantom

Floats = NDArray[np.float64]
FREQUENCY_HZ = 10e6
WATER = 1.5
CELL_MM = 0.8
ROWS = (10, 15, 20, 25, 30, 35)
"""Lattice rows of the points: 8.4 to 28.4 mm deep."""
FOCUS_MM = 16.4
"""Of transmit: at the third point."""
STEP_MM = 0.025
SIDE_MM = (0.8, 1.4)
"""Where side lobes are measured: beyond the main lobe even out of focus, within the engine's kernel."""
NEAR_MM = {"speckle": 1.8, "lesions": 3.0}
"""How far from a line scatterers are simulated. chosen: in even speckle what lies farther adds less than
1 % (-40 dB, over ten times the main lobe's width); a void shows what lies beyond its edge. A grating lobe lies
farther."""
THICK_MM = 0.7
"""How far out of the plane, at least twice the elevational standard deviation there."""
BLOCK_MM, BLOCK_FOCUS_MM = (15.0, 19.0), 17.0
PICTURE_MM, N_SAMPLES = 20.0, 1024
LIMITS = {
    "axial_width": 0.10,
    "lateral_width": 0.15,
    "side_lobe_db": 6.0,
    "speckle_snr": 0.05,
    "speckle_axial": 0.10,
    "speckle_lateral": 0.15,
    "speckle_correlation": 0.5,
    "lesion_10_db": 1.0,
    "lesion_10_gcnr": 0.05,
    "anechoic_db": 6.0,
    "anechoic_gcnr": 0.05,
}
"""By how much the two may differ, all chosen. Widths: as parts of one; 10 % is twice what check 2 allows one of them,
15 % adds to check 3's 5 % that its formula is for one frequency, and a 70 % pulse's lobe is a tenth wider. dB: a lesion
within 1, the side lobes and what they leave in a void within a factor of two, since a smooth pedestal follows no single
lobe. gCNR: 0.05 of its range of 1. SNR: as check 1. Correlation: the least by which the speckle of both has to agree,
spot by spot; other scatterers would give 0."""

SLOW = ("speckle_snr", "speckle_axial", "speckle_lateral", *(kind for kind in LIMITS if kind[:3] in ("les", "ane")))
"""What a quick run quotes: on a small block chance alone would differ as much."""


def against_pymust(seed: int, quick: bool) -> tuple[float | None, int, bool]:
    """Check 16. Value: the largest difference from PyMUST, as a part of what is allowed; None without PyMUST."""
    if not peer.is_there():
        return None, 0, False
    shares = [share for _, _, share in compare(seed, quick)]
    return max(shares), len(shares), max(shares) <= 1.0


def parts(seed: int, quick: bool) -> list[Figure]:
    """What check 16 compared, one by one, as both told it; what is too slow for a quick run as last measured."""
    if not peer.is_there():
        return []
    told: list[Figure] = []
    for name, (ours, theirs), share in compare(seed, quick):
        words = f"{share:.2f} of what is allowed; the engine {ours:.4g}, PyMUST {theirs:.4g}"
        told.append(Figure(f"check_16_{name}", share, why=words))
    slow = [f"check_16_{kind}" for kind in LIMITS if kind in SLOW] if quick else []
    return [*told, *(last_full("fidelity", name) for name in slow)]


@lru_cache(maxsize=2)
def compare(seed: int, quick: bool) -> tuple[tuple[str, tuple[float, float], float], ...]:
    """Each comparison: its name, (engine, PyMUST), and their difference as a part of what is allowed."""
    told = [*_point_grid(seed), *_speckle_block(seed, quick), *([] if quick else _lesions(seed))]
    return tuple((name, pair, _share(name, pair)) for name, pair in told)


def _share(name: str, pair: tuple[float, float]) -> float:
    """The difference of a pair over its limit: of widths and SNR the relative one."""
    kind = next(kind for kind in LIMITS if name.startswith(kind))
    ours, theirs = pair
    if kind == "speckle_correlation":
        return (1.0 - ours) / (1.0 - LIMITS[kind])
    relative = kind.endswith(("width", "snr", "axial", "lateral"))
    return abs(ours / theirs - 1.0 if relative else ours - theirs) / LIMITS[kind]


def _point_grid(seed: int) -> list[tuple[str, tuple[float, float]]]:
    """Points one below the other: widths at half amplitude and side lobes, by moving the probe sideways."""
    depth_mm, n = 40.0, 2048
    x_mm = -24.0 + 30.5 * CELL_MM
    targets = (np.array(ROWS) + 0.5) * CELL_MM

    def here(x: Floats, y: Floats, z: Floats) -> NDArray[np.bool_]:
        loud = np.isin(np.floor(y / CELL_MM), ROWS)
        return loud & (np.floor((x + 24.0) / CELL_MM) == 30) & (np.floor((z + 6.0) / CELL_MM) == 7)

    block = phantom({"water": (None, SILENT_DB, WATER), "blood": (here, 0.0, WATER)}, seed=seed, spacing_mm=0.2)
    made = points(block, seed=seed, n_samples=n)
    line = 96
    sideways = np.arange(0.0, SIDE_MM[1] + STEP_MM, STEP_MM)
    samples = (np.arange(n) + 0.5) * depth_mm / n
    below = x_mm - _line_x(192)[line]
    views = [look(at(below + x), focus_mm=FOCUS_MM, depth_mm=depth_mm) for x in sideways]
    ours = np.array([made.envelope(view)[line] for view in views]).astype(np.float64)
    elements = _array(FOCUS_MM, targets[-1], 40e-6)
    column = np.stack([0.0 * targets, targets, 0.0 * targets], axis=1)
    loud = np.ones(len(targets))
    theirs = np.abs([peer.line(elements, column - [x, 0.0, 0.0], loud, samples) for x in sideways])
    told: list[tuple[str, tuple[float, float]]] = []
    for depth in targets:
        part = np.abs(samples - depth) < 1.5
        pairs = zip(*(_spread(shots[:, part], depth_mm / n) for shots in (ours, theirs)), strict=True)
        names = (f"{kind}_{depth:.0f}_mm" for kind in ("axial_width", "lateral_width", "side_lobe_db"))
        told += list(zip(names, pairs, strict=True))
    return told


def _spread(shots: Floats, sample_mm: float) -> tuple[float, float, float]:
    """Axial and lateral width at half, mm, and side lobes, dB, of one point seen from (sideways, depth)."""
    lateral = shots.max(axis=1)
    sideways = np.arange(len(lateral)) * STEP_MM
    side = rms(lateral[(sideways >= SIDE_MM[0]) & (sideways <= SIDE_MM[1])]) / lateral[0]
    both_sides = np.concatenate((lateral[:0:-1], lateral))
    return width_at_half(shots[0], sample_mm), width_at_half(both_sides, STEP_MM), float(db(side))


def _speckle_block(seed: int, quick: bool) -> list[tuple[str, tuple[float, float]]]:
    """A block of speckle: whether it is the same; in full also SNR and widths of the intensity's autocovariance."""
    block = phantom({"water": (None, 0.0, WATER)}, seed=seed, size_mm=(30.0, 24.0, 6.0))
    made = scan(block, seed=seed, n_lines=384, n_samples=N_SAMPLES)
    reach = (1.0 if quick else 4.0, NEAR_MM["speckle"])
    slices = [_both(made, _line_x(384), reach, z) for z in ((0.0,) if quick else (-1.6, 1.6))]
    ours, theirs = (np.array(shots) for shots in zip(*slices, strict=True))
    alike = float(np.corrcoef(ours.ravel(), theirs.ravel())[0, 1])
    told = [_texture(shots) for shots in (ours, theirs)]
    names = ("speckle_snr", "speckle_axial", "speckle_lateral")
    slow = [] if quick else list(zip(names, zip(*told, strict=True), strict=True))
    return [("speckle_correlation", (alike, 1.0)), *slow]


def _texture(shots: Floats) -> tuple[float, float, float]:
    """SNR, axial and lateral width at half of the intensity's autocovariance, mm, of (slices, lines, samples)."""
    level = shots / np.sqrt((shots**2).mean(axis=(0, 1)))
    power = level**2 - 1.0
    wide = [(power[:, : power.shape[1] - k] * power[:, k:]).mean() for k in range(12)]
    long = [(power[..., : power.shape[2] - k] * power[..., k:]).mean() for k in range(20)]
    pitch, sample = probe().width_mm.value / 384, PICTURE_MM / N_SAMPLES
    return float(level.mean() / level.std()), 2.0 * sample * half_at(long), 2.0 * pitch * half_at(wide)


def _lesions(seed: int) -> list[tuple[str, tuple[float, float]]]:
    """Slabs along depth, 3 mm wide, one of -10 dB, one void: contrast in dB and gCNR against what lies between.

    Along depth, because the engine lets superficial echoes come again deeper on the same line (clutter), which PyMUST
    does not; within 0.5 mm of their edges nothing is measured.
    """
    block = phantom({"water": (None, 0.0, WATER)}, seed=seed, size_mm=(30.0, 24.0, 6.0), spacing_mm=0.25)
    made = scan(shade(shade(block, (1.5, 4.5), -10.0), (-4.5, -1.5), SILENT_DB), seed=seed, n_samples=N_SAMPLES)
    x = _line_x(192)
    ours, theirs = _both(made, x, (7.0, NEAR_MM["lesions"]))
    x = x[np.abs(x) < 7.0]
    around = (np.abs(x) < 1.0) | (np.abs(x) > 5.0)
    told: list[tuple[str, tuple[float, float]]] = []
    for name, middle in (("lesion_10", 3.0), ("anechoic", -3.0)):
        inside = np.abs(x - middle) < 1.0
        contrast: list[float] = []
        apart: list[float] = []
        for shots in (ours, theirs):
            level = shots / rms(shots[around])
            contrast.append(float(db(rms(level[inside].ravel()))))
            apart.append(overlap_free(level[inside], level[around], 40))
        told += [(f"{name}_db", (contrast[0], contrast[1])), (f"{name}_gcnr", (apart[0], apart[1]))]
    return told


def _both(made: Scan, x_mm: Floats, reach_mm: tuple[float, float], z_mm: float = 0.0) -> tuple[Floats, Floats]:
    """(lines, samples) envelopes of the engine and of PyMUST within BLOCK_MM.

    Args:
        made: the engine's, whose lines leave the face at `x_mm`.
        reach_mm: how far from the middle lines are wanted, and how far from a line scatterers are.
        z_mm: where the slice lies.
    """
    half_mm, near_mm = reach_mm
    view = look(at(0.0, 0.0, z_mm), depth_mm=PICTURE_MM, focus_mm=BLOCK_FOCUS_MM)
    samples = (np.arange(N_SAMPLES) + 0.5) * PICTURE_MM / N_SAMPLES
    rows = (samples > BLOCK_MM[0]) & (samples < BLOCK_MM[1])
    lines = np.flatnonzero(np.abs(x_mm) < half_mm)
    reach = half_mm + near_mm
    low, high = np.array([-reach, BLOCK_MM[0] - 0.6, -THICK_MM]), np.array([reach, BLOCK_MM[1] + 0.6, THICK_MM])
    places, strength = field(made, view, (len(x_mm), N_SAMPLES), (low, high))
    elements = _array(BLOCK_FOCUS_MM, BLOCK_MM[1], 16e-6)
    theirs: list[Floats] = []
    for x in x_mm[lines]:
        near = np.abs(places[:, 0] - x) < near_mm
        theirs.append(np.abs(peer.line(elements, places[near] - [x, 0.0, 0.0], strength[near], samples[rows])))
    return made.envelope(view)[lines][:, rows].astype(np.float64), np.array(theirs)


def _array(focus_mm: float, depth_mm: float, window_s: float) -> peer.Array:
    return peer.array(probe(), frequency_hz=FREQUENCY_HZ, focus_mm=focus_mm, depth_mm=depth_mm, window_s=window_s)


def _line_x(n_lines: int) -> Floats:
    """Where each scan line leaves the face, mm."""
    return (np.arange(n_lines) - (n_lines - 1) / 2.0) * probe().width_mm.value / n_lines


def half_at(covariance: list[float]) -> float:
    """Lag at which an autocovariance has fallen to half, between lags linearly."""
    share = np.array(covariance) / covariance[0]
    k = int(np.argmax(share < 0.5))
    return float(k - 1 + (share[k - 1] - 0.5) / (share[k - 1] - share[k]))
