"""Tissue that weakens the beam unevenly: broad darker and brighter bands that begin somewhere and go down from there.

Within one tissue the loss differs from place to place, with its fat, fibre directions and water, and what the tables
give is its mean. The difference is smooth noise, fixed to the resting tissue, so that bands move and turn with it.
"""

import numpy as np

from inplane.core.runtime import kernel
from inplane.physics.ultrasound.lookup import F0, F1, HALF, Triple, f32, i64
from inplane.physics.ultrasound.tables import hash3

UNEVEN = 0.45
"""How far the loss of a place may lie over its tissue's mean, share; below it half as far. Chosen: the published spread
between people and samples of one tissue is a factor of 1.4 and more (muscle 0.96 to 1.40 dB/cm at 1 MHz by direction
alone, PMC10001275). Real stills have more: the means of their columns differ by two fifths more
(`view_column_banding` of bench `realism`)."""
ACROSS_MM, DEEP_MM = f32(5.0), f32(8.0)
"""Over what it changes, level with the skin and away from it. Chosen: bands of real stills are 5 to 10 mm wide."""
SMOOTH = f32(3.0), f32(2.0)


@kernel(inline=True)
def uneven(at: Triple, salt: int) -> float:
    """Loss at a resting place against its tissue's mean, in units of UNEVEN: smooth noise, -0.5 to 1."""
    x, y, z = at[0] / ACROSS_MM, at[1] / DEEP_MM, at[2] / ACROSS_MM
    i, j, k = i64(np.floor(x)), i64(np.floor(y)), i64(np.floor(z))
    u, v, w = x - f32(i), y - f32(j), z - f32(k)
    u, v, w = (
        u * u * (SMOOTH[0] - SMOOTH[1] * u),
        v * v * (SMOOTH[0] - SMOOTH[1] * v),
        w * w * (SMOOTH[0] - SMOOTH[1] * w),
    )
    total = F0
    for corner in range(8):
        di, dj, dk = corner & 1, (corner >> 1) & 1, corner >> 2
        weight = (u if di else F1 - u) * (v if dj else F1 - v) * (w if dk else F1 - w)
        total += weight * f32(hash3(i + di, j + dj, k + dk, salt) & 1023)
    noise = total / f32(511.5) - F1
    return noise if noise > F0 else HALF * noise
