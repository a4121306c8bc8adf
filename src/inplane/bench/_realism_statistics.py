"""Image statistics that mean the same on a real picture and on a simulated one."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from inplane.bench._realism_still import DARK, PIXEL_MM, Still

WINDOW = 32
"""Side of a window, 3.2 mm. chosen: several speckles, and little of the anatomy."""
SHOWN_DB = 60.0
"""Decibels that the grey scale is taken to span where amplitude is needed. No real still tells its own; the same number
for both makes them comparable, not true. chosen: the usual setting for small parts."""
BAND_PER_MM = (0.6, 4.0)
"""Frequencies between which the slope of a spectrum is fitted. chosen: two periods in a window, to just below what
sampling at PIXEL_MM holds."""
RING_MM = (0.5, 2.5)
"""A structure's surround begins and ends at these distances. chosen: past the wall, within the next layer."""
UNITS: Mapping[str, str] = {
    "speckle_snr": "",
    "axial_width": "mm",
    "lateral_width": "mm",
    "axial_slope": "",
    "lateral_slope": "",
    "axial_fine_share": "",
    "lateral_fine_share": "",
    "black_share": "",
    "lit_grey": "grey",
    "grey_spread": "grey",
    "depth_fall": "grey/cm",
    "near_over_deep": "",
    "peak_kurtosis": "",
    "layering": "",
    "coherence": "",
    "column_banding": "",
    "row_banding": "",
}
"""Unit of each statistic of a view."""

Grey = NDArray[np.float32]


def view_statistics(grey: Grey) -> dict[str, float]:
    """Every statistic in UNITS of one picture; those of windows are medians over the lit ones."""
    per_window = [window_statistics(window) for window in windows(grey)]
    found = {name: float(np.median([one[name] for one in per_window])) for name in per_window[0]} if per_window else {}
    return found | _whole(grey)


def windows(grey: Grey, within: NDArray[np.bool_] | None = None, least: float = 0.9) -> Iterator[Grey]:
    """Windows of a picture, half overlapping, that are lit; only those of which `least` lies within a mask."""
    rows, columns = grey.shape
    for row in range(0, rows - WINDOW + 1, WINDOW // 2):
        for column in range(0, columns - WINDOW + 1, WINDOW // 2):
            cut = (slice(row, row + WINDOW), slice(column, column + WINDOW))
            lit = np.count_nonzero(grey[cut] <= DARK) < 0.1 * WINDOW**2
            if lit and (within is None or float(within[cut].mean()) >= least):
                yield grey[cut]


def window_statistics(window: Grey) -> dict[str, float]:
    """Speckle statistics of a window: SNR of amplitude, widths of the autocorrelation, slopes of the spectrum.

    Width is the full width at half height of the autocorrelation of grey less its plane; a slope is that of the
    logarithm of power against the logarithm of frequency within BAND_PER_MM; a fine share is that of the power above
    2 cycles/mm.

    References:
        Wagner RF et al. IEEE Trans Sonics Ultrason 1983;30:156-163 (SNR 1.91 of fully developed speckle, and that
        its autocorrelation has the width of the pulse).
    """
    amplitude = 10 ** (window.astype(np.float64) / 255 * SHOWN_DB / 20)
    flat = _without_plane(window.astype(np.float64))
    axial, lateral = _spectrum(flat.T), _spectrum(flat)
    hann = np.hanning(WINDOW)  # else the edges' leakage, of slope -2, hides steeper spectra
    axial_tapered, lateral_tapered = _spectrum(flat.T * hann), _spectrum(flat * hann)
    return {
        "speckle_snr": float(amplitude.mean() / max(amplitude.std(), 1e-9)),
        "axial_width": _half_width(axial),
        "lateral_width": _half_width(lateral),
        "axial_slope": _slope(axial_tapered),
        "lateral_slope": _slope(lateral_tapered),
        "axial_fine_share": _fine(axial_tapered),
        "lateral_fine_share": _fine(lateral_tapered),
    }


@cache
def _plane() -> NDArray[np.float64]:
    """(WINDOW², 3) orthonormal basis of planes over a window."""
    rows, columns = np.indices((WINDOW, WINDOW))
    basis = np.stack((np.ones(WINDOW**2), rows.ravel(), columns.ravel()), axis=1)
    return np.linalg.qr(basis).Q


def _without_plane(window: NDArray[np.float64]) -> NDArray[np.float64]:
    """A window less its best plane."""
    basis = _plane()
    return window - (basis @ (basis.T @ window.ravel())).reshape(window.shape)


def _spectrum(flat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Power along the second axis, averaged over the first; padded to twice the length."""
    return (np.abs(np.fft.rfft(flat, 2 * flat.shape[1], axis=1)) ** 2).mean(axis=0)


def _frequencies(power: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.linspace(0, 0.5 / PIXEL_MM, len(power))


def _half_width(power: NDArray[np.float64]) -> float:
    """Full width at half height of the autocorrelation that belongs to a power spectrum, mm, bias of overlap undone."""
    length = len(power) - 1
    lags = np.fft.irfft(power)[:length] / np.arange(length, 0, -1)
    lags = lags / max(float(lags[0]), 1e-12)
    below = int(np.argmax(lags < 0.5))
    if lags[below] >= 0.5:
        return 2 * length * PIXEL_MM
    share = (lags[below - 1] - 0.5) / (lags[below - 1] - lags[below])
    return float(2 * (below - 1 + share) * PIXEL_MM)


def _slope(power: NDArray[np.float64]) -> float:
    frequency = _frequencies(power)
    there = (frequency >= BAND_PER_MM[0]) & (frequency <= BAND_PER_MM[1])
    return float(np.polyfit(np.log10(frequency[there]), np.log10(power[there] + 1e-12), 1)[0])


def _fine(power: NDArray[np.float64]) -> float:
    return float(power[_frequencies(power) > 2].sum() / max(float(power[1:].sum()), 1e-12))


def _whole(grey: Grey) -> dict[str, float]:
    """Statistics that need the whole picture.

    black_share: pixels that show nothing. depth_fall: slope of the rows' mean. near_over_deep: mean of the first 2 mm
    over that from 5 to 10 mm. peak_kurtosis: of grey less its mean over 2 mm, in its spread over 4 mm: thin bright
    lines raise it, 3 is a bell. layering: (axial - lateral) / (axial + lateral) energy of gradients.
    coherence: of the structure tensor over 1 mm. banding: spread of the columns' (rows') means less what is smooth over
    2 mm, over the pixels' own.
    """
    lit = grey[grey > DARK]
    lit = lit if lit.size else grey
    rows: NDArray[np.float64] = grey.mean(axis=1, dtype=np.float64)
    centimeters = np.arange(len(rows)) * PIXEL_MM / 10
    near, deep = (
        float(rows[: round(2 / PIXEL_MM)].mean()),
        float(rows[round(5 / PIXEL_MM) : round(10 / PIXEL_MM)].mean()),
    )
    fine = grey - _blurred(grey, 2 / PIXEL_MM)
    spread = np.sqrt(_blurred(fine**2, 4 / PIXEL_MM)) + 1.0
    gy = np.asarray(cv2.Sobel(grey, cv2.CV_32F, 0, 1), dtype=np.float32)
    gx = np.asarray(cv2.Sobel(grey, cv2.CV_32F, 1, 0), dtype=np.float32)
    jyy, jxx, jxy = (_blurred(g, 1 / PIXEL_MM) for g in (gy * gy, gx * gx, gx * gy))
    coherent: Grey = np.asarray(np.sqrt((jyy - jxx) ** 2 + 4 * jxy**2) / (jyy + jxx + 1.0), dtype=np.float32)
    return {
        "black_share": np.count_nonzero(grey <= DARK) / grey.size,
        "lit_grey": float(lit.mean()),
        "grey_spread": float(lit.std()),
        "depth_fall": float(np.polyfit(centimeters, rows, 1)[0]),
        "near_over_deep": near / max(deep, 1.0),
        "peak_kurtosis": float(((fine / spread) ** 4).mean() / max(float(((fine / spread) ** 2).mean()) ** 2, 1e-9)),
        "layering": float((jyy.sum() - jxx.sum()) / max(float(jyy.sum() + jxx.sum()), 1e-9)),
        "coherence": float(np.median(coherent[grey > DARK])) if bool((grey > DARK).any()) else 0.0,
        "column_banding": _banding(grey.mean(axis=0), float(fine.std())),
        "row_banding": _banding(rows.astype(np.float32), float(fine.std())),
    }


def _blurred(field: Grey, pixels: float) -> Grey:
    """Mean over a Gaussian whose full width at half height is that many pixels."""
    return np.asarray(cv2.GaussianBlur(field, (0, 0), pixels / 2.355), dtype=np.float32)


def _banding(means: Grey, spread: float) -> float:
    smooth = _blurred(means.astype(np.float32)[None, :], 2 / PIXEL_MM)[0]
    return float((means - smooth).std() / max(spread, 1e-9))


def gcnr(one: Grey, other: Grey) -> float:
    """1 less the overlap of two histograms of grey, in 64 bins.

    References:
        Rodriguez-Molares A et al. IEEE Trans Ultrason Ferroelectr Freq Control 2020;67:745-759.
    """
    edges = np.linspace(0, 256, 65)
    first, second = (np.histogram(values, edges)[0] / values.size for values in (one, other))
    return float(1 - np.minimum(first, second).sum())


def contrast(still: Still, kind: int) -> float | None:
    """gCNR of a kind against the ring about it; None where there is too little of either."""
    inside = still.kinds == kind
    if int(inside.sum()) < 100:
        return None
    away = PIXEL_MM * np.asarray(cv2.distanceTransform((~inside).astype(np.uint8), cv2.DIST_L2, 5), dtype=np.float32)
    ring = (away > RING_MM[0]) & (away <= RING_MM[1]) & (still.kinds != 1) & (still.kinds != 2)
    return gcnr(still.grey[inside], still.grey[ring]) if int(ring.sum()) >= 100 else None


def histogram_distance(one: Sequence[Grey], other: Sequence[Grey]) -> float:
    """Grey levels by which one set's greys have to be moved to become the other's (Wasserstein-1)."""
    levels = np.linspace(0, 1, 512)
    first, second = (np.quantile(np.concatenate([g.ravel() for g in each]), levels) for each in (one, other))
    return float(np.abs(first - second).mean())
