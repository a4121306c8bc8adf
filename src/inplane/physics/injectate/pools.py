"""Where the fluid lies with a soft edge, and what it holds: each start of a front is a pool, and each pool well mixed.

A voxel belongs to the pool that reached it first. What is counted (mg) goes to the pools in the shares in which the new
fluid lies in them, so that the sum over all voxels of fraction times concentration is what was given, whatever flows
into what. That fluid within a pool is mixed at once is chosen: nothing here tells layers apart.
"""

import numpy as np
from numpy.typing import NDArray

from inplane.core import InjectateField
from inplane.physics.injectate.medium import Ground, Medium
from inplane.physics.injectate.mixture import Mixture
from inplane.physics.injectate.soften import ROUNDS, spread_soft

MOST_POOLS = 255
"""Further starts share the last pool; a uint8 holds no more."""


class Pools:
    """The fluid that stays."""

    def __init__(self, ground: Ground) -> None:
        shape = ground.medium_zxy.shape
        self._ground = ground
        self._soft = np.zeros(shape, np.float32)
        self._pool = np.zeros(shape, np.uint8)
        self._is_open = (ground.medium_zxy != Medium.CLOSED).astype(np.uint8)
        self._held = np.zeros(MOST_POOLS + 1)
        self._amounts_mg: list[dict[str, float]] = []
        self._low = np.full(3, np.iinfo(np.int64).max // 2)
        self._high = np.zeros(3, np.int64)
        self._volume_ml = 0.0

    def begin(self) -> None:
        """What comes next is a pool of its own."""
        if len(self._amounts_mg) < MOST_POOLS:
            self._amounts_mg.append({})

    def fill(self, filled: NDArray[np.int32], amounts: NDArray[np.float32], mixture: Mixture) -> NDArray[np.int64]:
        """Fluid that came to voxels.

        Args:
            filled, amounts: flat indices, and shares of a voxel.
            mixture: what it is.

        Returns:
            (n, 3) z, x, y of the voxels.
        """
        place = np.stack(np.unravel_index(filled, self._soft.shape), axis=1)
        if not len(filled):
            return place
        before = self._held[: len(self._amounts_mg) + 1].copy()
        spread_soft(self._soft, self._is_open, self._pool, self._held, len(self._amounts_mg), filled, amounts)
        gained = self._held[: len(before)] - before
        volume_ml = float(amounts.sum(dtype=np.float64)) * self._ground.spacing_mm**3 / 1000
        for pool, share in zip(self._amounts_mg, gained[1:] / gained.sum(), strict=True):
            for content, strength in mixture.contents_mg_ml.items():
                pool[content] = pool.get(content, 0.0) + float(share) * volume_ml * strength
        self._volume_ml += volume_ml
        self._low, self._high = np.minimum(self._low, place.min(axis=0)), np.maximum(self._high, place.max(axis=0))
        return place

    def field(self) -> InjectateField | None:
        """The fluid as it lies, cut out of the grid; None before there is any."""
        if not self._volume_ml:
            return None
        low = np.maximum(self._low - ROUNDS - 1, 0)
        window = tuple(slice(int(a), int(b) + ROUNDS + 2) for a, b in zip(low, self._high, strict=True))
        voxel_ml = self._ground.spacing_mm**3 / 1000
        held_ml = np.maximum(self._held[1:] * voxel_ml, 1e-9)
        pools = (
            {content: amount / float(held_ml[index]) for content, amount in pool.items()}
            for index, pool in enumerate(self._amounts_mg)
        )
        return InjectateField(
            origin_mm=self._ground.origin_mm + low[[1, 2, 0]] * self._ground.spacing_mm,
            spacing_mm=self._ground.spacing_mm,
            fraction_zxy=self._soft[window].copy(),
            volume_ml=float(self._held.sum()) * voxel_ml,
            pool_zxy=self._pool[window].copy(),
            pools=tuple(pools),
        )
