"""Vessels of a patient that change: arteries that pulse, veins that the probe presses flat, and the blood in them."""

from collections.abc import Mapping
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from inplane.anatomy import Kind, Patient, Structure, heartbeat
from inplane.core.runtime import kernel
from inplane.world.motion import skin_shift

FLAT = 0.06
"""Thinnest that a vein is drawn, of its diameter. Chosen: its walls touch; thinner cannot be held by the grid."""
NARROWEST_MM = 1.5
"""Radius below which a vessel's pulse and collapse are not modelled. Chosen: they are smaller than the grid."""
SLICE_MM = 1.0
LUMEN = (Kind.ARTERY_LUMEN, Kind.VEIN_LUMEN)
FASTEST_NARROWED = 3.0
"""Most that a narrowed vein speeds its blood up. Chosen: beyond, blood takes other ways."""
SHUT = 0.02
"""Open share at or below which nothing flows and nothing can be drawn back. Chosen: the walls touch."""


def open_share(squeeze: float) -> float:
    """Area of a vein pressed with a share `squeeze` of its closing force, relative to its area at rest.

    Its thickness falls in proportion to the force (chosen) while its circumference, that of an ellipse by
    2 pi sqrt((a^2 + b^2) / 2), stays: area = k sqrt(2 - k^2) with k = 1 - squeeze.
    """
    thin = max(1 - squeeze, 0.0)
    return thin * sqrt(2 - thin * thin)


@kernel()
def pressed_share(
    press: NDArray[np.float64], x: NDArray[np.float64], z: NDArray[np.float64], out: NDArray[np.float64]
) -> None:
    """Share of the probe's force that reaches what lies below (x, z): the skin's shift there over its middle's."""
    for i in range(len(x)):
        out[i] = min(skin_shift(press, x[i], z[i]) / max(press[6], 1e-6), 1.0)


class Vessels:
    """Tubes in slices of constant z, and how open each is."""

    def __init__(self, patient: Patient) -> None:
        self._physiology = patient.physiology
        self._structures = patient.structures
        self.first_z_mm = float(patient.origin_mm[2])
        length = (patient.labels_zxy.shape[0] - 1) * patient.spacing_mm
        self._heights_mm = self.first_z_mm + SLICE_MM * np.arange(int(length / SLICE_MM) + 1, dtype=np.float64)
        tubes = [s for s in patient.structures if _is_tube(s)]
        self._tubes = sorted(tubes, key=lambda s: (s.kind is Kind.VEIN_LUMEN, s.label))
        self._rest = np.zeros((len(self._tubes), len(self._heights_mm), 5))
        for row, tube in zip(self._rest, self._tubes, strict=True):
            row[:] = _slices(tube, self._heights_mm)

    def now(self, time_s: float, press: NDArray[np.float64], press_n: float) -> NDArray[np.float64]:
        """(vessel, slice, 5) x, y, radius and scales along x and y, as `Motion.vessels` asks."""
        vessels = self._rest.copy()
        artery_scale = heartbeat(self._physiology, time_s)[0]
        for row, tube in zip(vessels, self._tubes, strict=True):
            if tube.kind is Kind.ARTERY_LUMEN:
                row[:, 3:5] = artery_scale
                continue
            thin = np.maximum(1 - self.squeeze(row[:, 0], self._heights_mm, press, press_n), FLAT)
            row[:, 4] = thin
            row[:, 3] = np.sqrt(2 - thin * thin)
        return vessels

    def squeeze(
        self, x_mm: NDArray[np.float64], z_mm: NDArray[np.float64], press: NDArray[np.float64], press_n: float
    ) -> NDArray[np.float64]:
        """(n,) share of the closing force that a vein feels at (x, z)."""
        share = np.empty(len(x_mm))
        pressed_share(press, np.ascontiguousarray(x_mm), np.ascontiguousarray(z_mm), share)
        return press_n * share / self._physiology.vein_closing_n

    def narrowest_vein(self, press: NDArray[np.float64], press_n: float) -> float:
        """Open share of the widest vein where it is pressed most: 1 round, 0 flat; 1 without a vein."""
        veins = [i for i, tube in enumerate(self._tubes) if tube.kind is Kind.VEIN_LUMEN]
        if not veins:
            return 1.0
        row = self._rest[max(veins, key=lambda i: float(self._rest[i, :, 2].max()))]
        there = row[:, 2] > 0
        return open_share(float(self.squeeze(row[there, 0], self._heights_mm[there], press, press_n).max()))

    def open_at(
        self, lumen: Structure, point_mm: NDArray[np.float64], press: NDArray[np.float64], press_n: float
    ) -> float:
        """Open share of a lumen about a point; 1 for arteries."""
        if lumen.kind is not Kind.VEIN_LUMEN:
            return 1.0
        return open_share(float(self.squeeze(point_mm[:1], point_mm[2:3], press, press_n)[0]))

    def flow_m_s(self, time_s: float, press: NDArray[np.float64], press_n: float) -> Mapping[int, float]:
        """Mean speed along the centreline, which runs from the head down, in each lumen now; headwards is negative."""
        _, artery, vein = heartbeat(self._physiology, time_s)
        open_now = self.narrowest_vein(press, press_n)
        narrowed = 0.0 if open_now <= SHUT else min(1 / open_now, FASTEST_NARROWED)
        speeds = {
            Kind.ARTERY_LUMEN: 0.5
            * self._physiology.artery_peak_m_s
            * artery,  # Poiseuille: the axis has twice the mean
            Kind.VEIN_LUMEN: -self._physiology.vein_mean_m_s * vein * narrowed,
        }
        return {s.label: speeds[s.kind] for s in self._structures if s.kind in LUMEN}


def _is_tube(structure: Structure) -> bool:
    """Whether a structure is a lumen that runs along the leg and is wide enough to be modelled."""
    if structure.kind not in LUMEN or structure.centreline_mm is None or structure.radius_mm is None:
        return False
    line = structure.centreline_mm
    along = abs(float(line[-1, 2] - line[0, 2])) / max(float(np.linalg.norm(line[-1] - line[0])), 1e-6)
    monotone = bool(np.all(np.diff(line[:, 2]) < 0))
    return monotone and along > 0.6 and float(structure.radius_mm.max()) >= NARROWEST_MM


def _slices(tube: Structure, heights_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """(slices, 5) x, y, radius and scales 1, 1; radius 0 beyond the tube's ends."""
    line, radius = tube.centreline_mm, tube.radius_mm
    out = np.ones((len(heights_mm), 5))
    if line is None or radius is None:
        return out * 0
    for column, values in enumerate((line[:, 0], line[:, 1], radius)):
        out[:, column] = np.interp(heights_mm, line[::-1, 2], values[::-1])
    out[(heights_mm < line[-1, 2] - SLICE_MM) | (heights_mm > line[0, 2] + SLICE_MM), 2] = 0
    return out
