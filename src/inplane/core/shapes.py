"""Needle, injectate and moved tissue as values: what every modality sees of them. All in PATIENT space, mm.

Grids are indexed (z, x, y), y fastest, because scan lines run along y.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NeedleShape:
    """The needle as it lies now.

    Args:
        points_mm: (n, 3) along the shaft's axis from where it crosses the skin to the tip, n >= 2.
        outer_diameter_mm, inner_diameter_mm: of the cannula.
        bevel: (3,) unit vector, the side that the bevel faces.
        bevel_length_mm: length of the ground bevel.
        echogenic: 0 for a plain shaft; above, the share of a flat shaft's brightness on the screen (of a grey scale in
            dB) that its pattern keeps at any angle.
        pattern_length_mm: from the tip, how much of the shaft carries the pattern.
        pattern_pitch_mm: from dot to dot along the shaft.
    """

    points_mm: NDArray[np.float64]
    outer_diameter_mm: float
    inner_diameter_mm: float
    bevel: NDArray[np.float64]
    bevel_length_mm: float
    echogenic: float = 0.0
    pattern_length_mm: float = 20.0
    pattern_pitch_mm: float = 1.0

    @property
    def tip_mm(self) -> NDArray[np.float64]:
        """(3,) the tip."""
        return self.points_mm[-1]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InjectateField:
    """Injected fluid where it lies now (current, not resting, positions).

    Args:
        origin_mm: (3,) x, y, z of the centre of voxel [0, 0, 0].
        spacing_mm: isotropic.
        fraction_zxy: (nz, nx, ny) float32, share of each voxel filled with fluid, 0 to 1.
        volume_ml: in all; equals the sum of fractions times the voxel's volume.
        pool_zxy: (nz, nx, ny) uint8, number of the pool whose fluid a voxel holds, 0 where there is none; None where
            nothing is known of what the fluid holds.
        pools: of pool 1, 2 and so on, what a millilitre of its fluid holds, mg/ml by content ("iodine",
            "ropivacaine"); each pool is well mixed.
    """

    origin_mm: NDArray[np.float64]
    spacing_mm: float
    fraction_zxy: NDArray[np.float32]
    volume_ml: float
    pool_zxy: NDArray[np.uint8] | None = None
    pools: tuple[Mapping[str, float], ...] = ()

    def content_zxy_mg_ml(self, content: str) -> NDArray[np.float32]:
        """(nz, nx, ny) mg of a content in each ml of space (tissue and fluid together); 0 where nothing holds it."""
        if self.pool_zxy is None:
            return np.zeros_like(self.fraction_zxy)
        strength = np.array([0.0, *(pool.get(content, 0.0) for pool in self.pools)], np.float32)
        return self.fraction_zxy * strength[self.pool_zxy]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Deformation:
    """How tissue has moved from rest.

    Args:
        origin_mm: (3,) x, y, z of node [0, 0, 0].
        spacing_mm: isotropic node distance.
        to_rest_zxy_mm: (nz, nx, ny, 3) float32 w(x), last axis (x, y, z): what is at x now was at x + w(x) at rest.
        to_now_zxy_mm: the same shape, u(X): what was at X at rest is at X + u(X) now.

    Outside the grid nothing has moved.
    """

    origin_mm: NDArray[np.float64]
    spacing_mm: float
    to_rest_zxy_mm: NDArray[np.float32]
    to_now_zxy_mm: NDArray[np.float32]
