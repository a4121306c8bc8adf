"""What the classifier keys on: which properties of matched patches tell the sets apart, and which its score follows.

The patches are ranks: brightness, contrast and histogram are gone. What is left is where the power of their texture
lies, how it is directed, how long it stays alike, and how deep they were.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inplane.bench._realism_classifier import Told
from inplane.bench._realism_still import PIXEL_MM, auc
from inplane.bench.report import Figure

BANDS_PER_MM = ((0.15, 0.6), (0.6, 1.2), (1.2, 2.4), (2.4, 5.0))
"""chosen: octaves up to what PIXEL_MM holds; the first is anatomy, the others are speckle and finer."""
LAGS_MM = {"axial": (0.2, 0.4, 0.8), "lateral": (0.4, 0.8, 1.6)}
"""Distances at which likeness is taken. chosen: about one, two and four widths of a pulse or beam."""
DEPTHS_MM = ((3, 10), (10, 20), (20, 50))


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """How one property of patches differs.

    Args:
        name: of the property.
        apart: chance that a patch of the first set has more of it than one of the second; 0.5 is no difference.
        first, second: medians.
        followed: rank correlation of the classifier's score with it, over the patches of both sets.
        unit: of the medians.
    """

    name: str
    apart: float
    first: float
    second: float
    followed: float
    unit: str


def keys(told: Told) -> list[Key]:
    """Every property, what tells most first."""
    found: list[Key] = []
    for name, (values, unit) in properties(told.patches).items():
        one, other = values[told.first], values[~told.first]
        found.append(
            Key(
                name=name,
                apart=auc(one, other),
                first=float(np.median(one)),
                second=float(np.median(other)),
                followed=rank_correlation(values, told.patch_scores),
                unit=unit,
            )
        )
    return sorted(found, key=lambda key: -abs(key.apart - 0.5))


def properties(patches: NDArray[np.float32]) -> dict[str, tuple[NDArray[np.float64], str]]:
    """Properties of patches (n, side, side) of ranks, each (n,) with its unit.

    Share of power by octave along depth and across, in dB; likeness (autocorrelation) at a few distances; share of the
    spectrum that runs obliquely; skewness of the gradient along depth, which a trailing echo makes.
    """
    centred = patches - patches.mean(axis=(1, 2), keepdims=True)
    side = patches.shape[1]
    taper = np.hanning(side).astype(np.float32)
    power = np.abs(np.fft.fft2(centred * taper[:, None] * taper[None, :])) ** 2
    frequency = np.abs(np.fft.fftfreq(side, PIXEL_MM))
    whole = power.sum(axis=(1, 2)) + 1e-12
    found: dict[str, tuple[NDArray[np.float64], str]] = {}
    for low, high in BANDS_PER_MM:
        band = (frequency >= low) & (frequency < high)
        for name, share in (("axial", power[:, band, :]), ("lateral", power[:, :, band])):
            decibels = 10 * np.log10(share.sum(axis=(1, 2)) / whole + 1e-9)
            found[f"{name}_power_{low:g}_to_{high:g}_per_mm"] = (decibels.astype(np.float64), "dB")
    signed = np.fft.fftfreq(side, PIXEL_MM)
    oblique = (np.abs(signed[:, None]) > 0.6) & (np.abs(signed[None, :]) > 0.6)
    found["oblique_share"] = (power[:, oblique].sum(axis=1).astype(np.float64) / whole, "")
    energy = (centred**2).mean(axis=(1, 2)) + 1e-12
    for direction, lags in LAGS_MM.items():
        for lag in lags:
            found[f"{direction}_likeness_{lag:g}_mm"] = (_likeness(centred, direction, lag) / energy, "")
    step = np.diff(centred, axis=1)
    found["axial_step_skewness"] = ((step**3).mean(axis=(1, 2)) / ((step**2).mean(axis=(1, 2)) + 1e-12) ** 1.5, "")
    return found


def _likeness(centred: NDArray[np.float32], direction: str, lag_mm: float) -> NDArray[np.float64]:
    """(n,) mean product of patches with themselves moved by a distance."""
    lag = round(lag_mm / PIXEL_MM)
    if direction == "axial":
        return (centred[:, lag:] * centred[:, :-lag]).mean(axis=(1, 2)).astype(np.float64)
    return (centred[:, :, lag:] * centred[:, :, :-lag]).mean(axis=(1, 2)).astype(np.float64)


def rank_correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Spearman's rank correlation, ties in the order in which they come."""
    first, second = (np.argsort(np.argsort(values)).astype(np.float64) for values in (one, other))
    spread = float(first.std() * second.std())
    return float(((first - first.mean()) * (second - second.mean())).mean() / spread) if spread > 0 else 0.0


def by_depth(told: Told) -> list[Figure]:
    """How well patches of each range of depths are told apart."""
    figures: list[Figure] = []
    for low, high in DEPTHS_MM:
        there = (told.depths_mm >= low) & (told.depths_mm < high)
        one, other = told.patch_scores[there & told.first], told.patch_scores[there & ~told.first]
        if len(one) >= 20 and len(other) >= 20:
            value = auc(one, other)
            figures.append(Figure(f"keys_depth_{low}_to_{high}_mm", max(value, 1 - value), n=len(one) + len(other)))
    return figures


def key_figures(told: Told) -> list[Figure]:
    """What the classifier keys on, as figures: AUC of each property alone, in words what is more and by how much."""
    figures = [
        Figure(
            f"keys_{key.name}",
            max(key.apart, 1 - key.apart),
            n=len(told.first),
            why=f"simulated {key.first:.3g}{_spaced(key.unit)}, real {key.second:.3g}{_spaced(key.unit)} (medians); "
            f"the classifier's score follows it with {key.followed:+.2f}",
        )
        for key in keys(told)
    ]
    return [*figures, *by_depth(told)]


def _spaced(unit: str) -> str:
    return f" {unit}" if unit else ""
