"""Fidelity of speckle and point spread: checks 1 to 5. Each gives value, number of measurements, whether it holds."""

from functools import lru_cache
from typing import Any

import numpy as np
import scipy.ndimage
from numpy.typing import NDArray

from inplane.bench._fidelity_phantoms import SILENT_DB, at, look, points, probe, rms, scan, width_at_half
from inplane.physics.ultrasound.phantom import phantom

WATER = 1.5
SPEED_MM_S = 1.54e6
F_NUMBER = 2.0
"""What the scanner's aperture is at its focus (physics.ultrasound.beam); the formula needs it."""


def speckle_snr(seed: int, quick: bool) -> tuple[float, int, bool]:
    """Check 1: mean over sigma of the envelope; rows are normalized by their mean over lines and places."""
    block = phantom({"water": (None, 0.0, WATER)}, seed=seed)
    made = scan(block, seed=seed)
    places = np.random.default_rng(seed).uniform(-3.0, 3.0, (4 if quick else 16, 2))
    shots = np.stack([made.envelope(look(at(x, 0.0, z))) for x, z in places]).astype(np.float64)[:, :, 40:500]
    shots /= shots.mean(axis=(0, 1))
    snr = float(shots.mean() / shots.std())
    log_sd = float((20.0 * np.log10(np.maximum(shots, 1e-9))).std())
    return snr, shots.size, 1.82 <= snr <= 2.00 and abs(log_sd - 5.57) <= 0.3


ndimage: Any = scipy.ndimage


@lru_cache(maxsize=2)
def _targets(seed: int, depth_mm: float) -> tuple[NDArray[np.float64], float, float]:
    """Profiles of a point target at a depth: lateral, by moving the probe in steps of 0.0125 mm; its step; its depth.

    The first quarter of the picture, where the transducer rings, is no part of what is measured later.
    """
    cell = 0.8
    row = int(depth_mm / cell)

    def here(x: NDArray[np.float64], y: NDArray[np.float64], z: NDArray[np.float64]) -> NDArray[np.bool_]:
        return (np.floor((x + 24.0) / cell) == 30) & (np.floor(y / cell) == row) & (np.floor((z + 6.0) / cell) == 7)

    block = phantom({"water": (None, SILENT_DB, WATER), "muscle": (here, 0.0, WATER)}, seed=seed, spacing_mm=0.2)
    made = points(block, seed=seed, n_samples=2048)
    x_mm, y_mm, z_mm = -24.0 + 30.5 * cell, (row + 0.5) * cell, -6.0 + 7.5 * cell
    step = 0.0125
    offsets = np.arange(-30, 31) * step
    peaks: list[NDArray[np.float32]] = []
    for offset in offsets:
        view = look(at(x_mm + offset, 0.0, z_mm), focus_mm=y_mm, depth_mm=20.0 if y_mm < 19 else 40.0)
        peaks.append(made.envelope(view))
    return np.stack(peaks).astype(np.float64), step, y_mm


def lateral_width(seed: int, _quick: bool) -> tuple[float, int, bool]:
    """Check 3: width at half amplitude at the focus, 0.886 lambda F#."""
    shots, step, _ = _targets(seed, 16.0)
    middle = shots.shape[1] // 2
    profile = shots[:, middle, 512:].max(axis=1)
    width = width_at_half(profile, step)
    want = 0.886 * SPEED_MM_S / 10e6 * F_NUMBER
    return width, len(profile), abs(width / want - 1.0) <= 0.05


def axial_width(seed: int, _quick: bool) -> tuple[float, int, bool]:
    """Check 2: width at half amplitude along the line, 0.441 c/(B f0)."""
    shots, _, depth_mm = _targets(seed, 16.0)
    profile = shots[:, :, 512:].max(axis=(0, 1))
    width = width_at_half(profile, (20.0 if depth_mm < 19 else 40.0) / shots.shape[2])
    want = 0.441 * SPEED_MM_S / (probe().bandwidth_fraction.value * 10e6)
    return width, len(shots), abs(width / want - 1.0) <= 0.05


def speckle_width(seed: int, quick: bool) -> tuple[float, int, bool]:
    """Check 4: width of the intensity's autocovariance over that of a point, the one farther from 1 of both
    directions."""
    block = phantom({"water": (None, 0.0, WATER)}, seed=seed)
    made = scan(block, seed=seed, n_lines=768, n_samples=2048)
    places = np.random.default_rng(seed).uniform(-3.0, 3.0, (2 if quick else 8, 2))
    lateral, axial = np.zeros(40), np.zeros(40)
    for x, z in places:
        shot = made.envelope(look(at(x, 0.0, z), depth_mm=20.0, focus_mm=16.4)).astype(np.float64) ** 2
        part = shot[:, 1560:1800]
        part = part / part.mean() - 1.0
        lateral += [np.mean(part[: part.shape[0] - k] * part[k:]) for k in range(40)]
        axial += [np.mean(part[:, : part.shape[1] - k] * part[:, k:]) for k in range(40)]
    pitch = probe().width_mm.value / 768
    wide = 2.0 * _half_at(lateral) * pitch
    long = 2.0 * _half_at(axial) * 20.0 / 2048
    ratios = (wide / lateral_width(seed, quick)[0], long / axial_width(seed, quick)[0])
    worst = max(ratios, key=lambda ratio: abs(ratio - 1.0))
    return float(worst), len(places), bool(abs(worst - 1.0) <= 0.10)


def _half_at(covariance: NDArray[np.float64]) -> float:
    """Lag at which an autocovariance has fallen to half."""
    share = covariance / covariance[0]
    k = int(np.argmax(share < 0.5))
    return k - 1 + (share[k - 1] - 0.5) / (share[k - 1] - share[k])


def tissue_lock(seed: int, _quick: bool) -> tuple[float, int, bool]:
    """Check 5: correlation of frames registered by the probe's own shift, the worst of all shifts."""
    block = phantom({"water": (None, 0.0, WATER)}, seed=seed)
    made = scan(block, seed=seed, n_lines=384, n_samples=1024)
    pitch, sample = probe().width_mm.value / 384, 40.0 / 1024
    still = made.envelope(look(at())).astype(np.float64)
    shifts = [(2.0, 0.0), (0.5, 0.0), (0.37, 0.0), (0.0, 3.0), (0.0, 2.4), (3.7, 1.6)]
    worst = 1.0
    for lines, samples in shifts:
        moved = made.envelope(look(at(lines * pitch, samples * sample))).astype(np.float64)
        back = ndimage.shift(moved, (lines, samples), order=3, mode="nearest")
        a, b = still[20:-20, 60:-20], back[20:-20, 60:-20]
        a, b = a / rms(a), b / rms(b)
        worst = min(worst, float(np.corrcoef(a.ravel(), b.ravel())[0, 1]))
    return worst, len(shifts), worst >= 0.95
