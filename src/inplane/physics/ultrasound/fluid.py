"""Injectate on a line: how much of it lies at a point, and what its bubbles send back and take away.

Fluid is anechoic. Bubbles of air in it scatter as many small sources of chance phase do, so that their amplitude goes
with the root of their number, and they take so much of the beam that what lies behind is in a dirty shadow.
"""

import numpy as np
from numpy.typing import NDArray

from inplane.core import InjectateField
from inplane.core.runtime import kernel
from inplane.physics.ultrasound.lookup import F0, F1, Fixed, Four, f32, trilinear

FLUID_MRAYL = f32(1.52)
FLUID_ATTENUATION = f32(0.02)
FLUID_ECHO = f32(0.03)
"""Injectate: dB/cm/MHz near water's, and echo amplitude relative to the tissue that it replaces. chosen: anechoic."""
FLUID_SHARE = f32(1482.0 / 1540.0)
"""Speed in injectate (water, IT'IS 4.x) over the scanner's."""
AIR, AIR_MG_ML = "air", 1.2
"""The content that is bubbles, and the density of air at 20 degrees, mg/ml."""
BUBBLES_ECHO, BUBBLES_MOST = f32(56.0), f32(8.0)
"""Echo amplitude of fluid that were all air, by its root, and the largest. chosen: one part in a hundred, a syringe
shaken with a little air, is 15 dB over muscle, as bright as a fascia; no sourced value was found."""
BUBBLES_DB_MM = f32(100.0)
"""Loss by bubbles of a beam on its way there, dB/mm for fluid that were all air. chosen: one part in a hundred takes
1 dB/mm, so that 5 mm of it hide what lies behind by 10 dB there and back; no sourced value was found."""


def air_share(injectate: InjectateField | None) -> NDArray[np.float32] | None:
    """(nz, nx, ny) share of space that is air bubbles; None where the fluid holds none."""
    if injectate is None or not any(pool.get(AIR, 0.0) > 0 for pool in injectate.pools):
        return None
    return (injectate.content_zxy_mg_ml(AIR) / np.float32(AIR_MG_ML)).astype(np.float32)


@kernel(inline=True)
def fluid_at(fixed: Fixed, grid: NDArray[np.float32], ray: Four, far: float) -> float:
    """A grid of shares at a point of a line, 0 to 1; 0 outside it."""
    r, p, o, g = fixed.rotation, fixed.place, fixed.fluid_origin, fixed.fluid_per_mm
    x, y = ray[0] + far * ray[2], ray[1] + far * ray[3]
    gx = (p[0] + r[0] * x + r[1] * y - o[0]) * g
    gy = (p[1] + r[3] * x + r[4] * y - o[1]) * g
    gz = (p[2] + r[6] * x + r[7] * y - o[2]) * g
    nz, nx, ny = grid.shape
    if gx < F0 or gy < F0 or gz < F0 or gx > f32(nx - 1) or gy > f32(ny - 1) or gz > f32(nz - 1):
        return F0
    return min(max(trilinear(grid, gz, gx, gy), F0), F1)


@kernel(inline=True)
def bubbled(factor: float, through: float, air: float, step: float) -> tuple[float, float]:
    """Echo and two-way amplitude of fluid after a step of so many mm, with a share of air on it."""
    bright = min(BUBBLES_ECHO * np.sqrt(air), BUBBLES_MOST)
    return max(factor, bright), through * f32(10.0) ** (f32(-0.1) * BUBBLES_DB_MM * air * step)
