"""Prints fidelity.md's table of grating lobes: a point's loudest ghost over its echo, without loss in tissue.

Usage: python tools/grating_table.py
"""

import numpy as np

from inplane.atlas import load_atlas
from inplane.physics.ultrasound.grating import SHARES, SOUND_MM_S, Face, spots

ROWS = (
    ("linear_12_4", 9, 20, 20),
    ("linear_12_4", 9, 10, 20),
    ("linear_12_4", 12, 20, 20),
    ("linear_12_4", 6, 20, 20),
    ("linear_15_6", 12, 20, 20),
    ("linear_15_6", 12, 10, 20),
    ("linear_12_3", 8, 20, 20),
    ("linear_22_10", 18, 8, 8),
)
"""Probe, MHz, depth and focus in mm."""
STEERS_DEG = (0, 7, 17)


def loudest(face: Face, depth_mm: float) -> tuple[float, float]:
    """Level (dB) and length (mm) of the loudest ghost of either order."""
    found: list[tuple[float, float]] = []
    for order in (1, -1):
        sine = np.sin(face.steer) - order * SHARES * face.wavelength / face.pitch
        there = np.abs(sine) < 0.98
        if there.any():
            level, _, half = spots(face, sine[there], 1.0 / SHARES[there], np.array([depth_mm]))
            best = int(np.argmax(level))
            found.append((20.0 * float(np.log10(level[best, 0])), 2.0 * float(half[best, 0] * np.cos(face.steer))))
    return max(found)


def main() -> None:
    """One row per setting."""
    atlas = load_atlas()
    print(f"| probe | MHz | depth, focus, mm | {' | '.join(f'{steer} degrees' for steer in STEERS_DEG)} | length, mm |")
    for name, mhz, depth, focus in ROWS:
        probe = atlas.probe(name)
        wavelength, band = SOUND_MM_S / (mhz * 1e6), probe.bandwidth_fraction.value
        told = [
            loudest(Face(probe.pitch_mm, probe.width_mm.value, wavelength, focus, band, np.deg2rad(s), 0.0), depth)
            for s in STEERS_DEG
        ]
        levels = " | ".join(f"{level:.0f} dB" for level, _ in told)
        print(f"| `{name}` | {mhz} | {depth}, {focus} | {levels} | {told[-1][1]:.1f} |")


if __name__ == "__main__":
    main()
