"""Fidelity of what speckle does: checks 6, 7 and 15. Each gives value, number of measurements, whether it holds."""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from inplane.bench._fidelity_phantoms import at, look, probe, rms, scan, shade
from inplane.physics.ultrasound.phantom import phantom

WATER = 1.5
WAVELENGTH_MM = 1540.0 / 10e6 * 1000.0
DEPTH_MM = 40.0
Floats = NDArray[np.float64]


def lens_sigma_mm(depth_mm: Floats) -> Floats:
    """Two-way elevational standard deviation that the probe's lens gives: sinc² of its aperture, 0.886 lambda z/A wide
    at half, and out of focus the geometric width A |1 - z/f|, as a Gaussian a fifth of that."""
    aperture, focus = probe().elevation_aperture_mm.value, probe().elevation_focus_mm.value
    diffraction = 0.886 / np.sqrt(8.0 * np.log(2.0)) * WAVELENGTH_MM * depth_mm / aperture
    return np.hypot(diffraction, 0.2 * aperture * (1.0 - depth_mm / focus))


def elevation(seed: int, quick: bool) -> tuple[float, int, bool]:
    """Check 6: correlation of intensity between slices d apart, exp(-d²/(2 sigma²)), at the lens's focus and off it.

    Value: the error farthest from 0, over three depths and d of half, one and one and a half sigma.
    """
    rng = np.random.default_rng(seed)
    shelves = 6.0 * np.arange(4 if quick else 10)  # too far apart to share scatterers
    shelves -= shelves.mean()
    block = phantom({"water": (None, 0.0, WATER)}, seed=seed, size_mm=(48.0, 44.0, 2.0 * shelves[-1] + 6.0))
    made = scan(block, seed=seed)
    depth = (np.arange(512) + 0.5) * DEPTH_MM / 512
    worst, n = 0.0, 0
    for middle in (10.0, 20.0, 30.0):
        rows = np.abs(depth - middle) < 1.0
        sigma = lens_sigma_mm(depth[rows])
        steps = np.array([0.0, 0.5, 1.0, 1.5]) * lens_sigma_mm(np.array([middle]))
        x = rng.uniform(-3.0, 3.0, len(shelves))
        shots = np.array(
            [[made.envelope(look(at(a, 0.0, z + d)))[:, rows] for a, z in zip(x, shelves, strict=True)] for d in steps]
        )
        power = shots.astype(np.float64) ** 2
        power = power / power.mean(axis=(0, 1, 2)) - 1.0
        for k, d in enumerate(steps[1:], start=1):
            rho = (power[0] * power[k]).mean() / np.sqrt((power[0] ** 2).mean() * (power[k] ** 2).mean())
            error = float(rho - np.exp(-(d**2) / (2.0 * sigma**2)).mean())
            worst, n = max(worst, error, key=abs), n + 1
    return worst, n * len(shelves), abs(worst) <= 0.05


def compounding(seed: int, quick: bool) -> tuple[float, int, bool]:
    """Check 7: SNR of averaged looks over 1.91 sqrt(N / (1 + (N - 1) rho)), rho measured between the looks' envelopes.

    Value: the ratio farthest from 1, of 1, 2, 3 and 5 looks.
    """
    steers = (0.0, 0.12, -0.12, 0.24, -0.24)
    block = phantom({"water": (None, 0.0, WATER)}, seed=seed)
    made = scan(block, seed=seed)
    places = np.random.default_rng(seed).uniform(-3.0, 3.0, (6 if quick else 24, 2))
    depth = (np.arange(512) + 0.5) * DEPTH_MM / 512
    rows = np.abs(depth - 20.0) < 4.0
    views = [look(at(x, 0.0, z)) for x, z in places]
    looks = np.array([[made.envelope(view, steer_rad=steer)[36:-36, rows] for view in views] for steer in steers])
    shots = looks.astype(np.float64)
    shots /= shots.mean(axis=(1, 2), keepdims=True)
    worst = 1.0
    for count in (1, 2, 3, 5):
        pairs = [np.corrcoef(shots[a].ravel(), shots[b].ravel())[0, 1] for a, b in combinations(range(count), 2)]
        rho = float(np.mean(pairs)) if pairs else 0.0
        want = np.sqrt(np.pi / (4.0 - np.pi)) * np.sqrt(count / (1.0 + (count - 1) * rho))
        mean = shots[:count].mean(axis=0)
        worst = max(worst, float(mean.mean() / mean.std() / want), key=lambda ratio: abs(ratio - 1.0))
    return worst, shots[0].size, abs(worst - 1.0) <= 0.05


def gcnr(seed: int, quick: bool) -> tuple[float, int, bool]:
    """Check 15: 1 - overlap of the histograms of two halves, against k^(-1/(k-1)) - k^(-k/(k-1)) at 10 and 20 dB.

    Value: the error farthest from 0. The halves share their depths, and so all gain over depth.
    """
    worst, n = 0.0, 0
    block = phantom({"water": (None, 0.0, WATER)}, seed=seed)
    places = np.random.default_rng(seed).uniform(-3.0, 3.0, 4 if quick else 16)
    for fall_db in (10.0, 20.0):
        made = scan(shade(block, (0.0, 99.0), -fall_db), seed=seed)
        shots = np.array([made.envelope(look(at(0.0, 0.0, z)))[:, 60:500] for z in places]).astype(np.float64)
        bright, dim = shots[:, 10:90], shots[:, 102:182]
        level = rms(np.moveaxis(bright, 2, 0).reshape(shots.shape[2], -1), axis=1)
        error = overlap_free(bright / level, dim / level) - rayleigh_gcnr(10.0 ** (fall_db / 10.0))
        worst, n = max(worst, error, key=abs), n + bright.size
    return worst, n, abs(worst) <= 0.02


def rayleigh_gcnr(power_ratio: float) -> float:
    """1 - overlap of two Rayleigh densities whose powers are k to 1: they cross at r² = k ln k / (k - 1)."""
    k = power_ratio
    return float(k ** (-1.0 / (k - 1.0)) - k ** (-k / (k - 1.0)))


def overlap_free(a: Floats, b: Floats, bins: int = 100) -> float:
    """gCNR: 1 minus the common area of two histograms, over the amplitude in dB from -60 to 20."""
    edges = np.r_[-np.inf, np.linspace(-60.0, 20.0, bins - 1), np.inf]
    shares = [np.histogram(20.0 * np.log10(np.maximum(x.ravel(), 1e-9)), edges)[0] / x.size for x in (a, b)]
    return float(1.0 - np.minimum(*shares).sum())
