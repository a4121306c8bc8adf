"""What becomes of a local anesthetic after it was given: into the blood, and into the nerve. Simple, cited, pure.

Absorption: the depot empties with two half-lives, as ropivacaine does from the epidural space (biphasic: Emanuelsson BM
et al. Anesthesiology 1997;87:1309-1317, abstract read). The fast one is the 14 min of the US label (from memory); the
slow one is calibrated so that a block beside the femoral nerve lasts as published, see below (the label's 4.2 h are
those of the epidural space). That each takes half of the dose is chosen.
Block: ropivacaine beside the femoral nerve by Gaudreault F et al. (Anesthesiology 2015;122:1010-1019, abstract read):
an effect site follows the amount in the depot with a half-life of 34.7 min, and the effect is (A / A50)^g / (1 + ...),
g = 8.7, with 90 % of it at 20.2 mg. Their depot is all that was injected about the nerve; here it is weighted by the
share of the nerve's circumference that fluid covers, which is chosen.
"""

from dataclasses import dataclass, replace
from math import exp, log

import numpy as np
from numpy.typing import NDArray

from inplane.core import InjectateField, require_range
from inplane.physics.injectate.medium import Ground, Medium

FAST_S, SLOW_S = 14 * 60.0, 16.8 * 3600.0
"""Half-lives of absorption. 16.8 h: 40.4 mg fall to the amount of half an effect, 15.7 mg, in the published 22.9 h."""
FAST_SHARE = 0.5
EFFECT_S = 34.7 * 60.0
"""Half-life of the way from the depot to the effect site."""
A90_MG = 20.2
STEEPNESS = 8.7
A50_MG = A90_MG / 9 ** (1 / STEEPNESS)
WET = 0.5
"""Share of fluid from which a place beside the nerve counts as covered. Chosen: as a spread is outlined elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Depot:
    """Drug that lies in tissue, mg: the part that goes fast, and the part that stays."""

    fast_mg: float = 0.0
    slow_mg: float = 0.0

    @property
    def left_mg(self) -> float:
        """All that has not been absorbed."""
        return self.fast_mg + self.slow_mg

    def given(self, dose_mg: float) -> "Depot":
        """The depot after more was injected.

        Raises:
            RangeError: a negative dose.
        """
        require_range("dose_mg", dose_mg, 0, 1e6, "mg")
        return Depot(fast_mg=self.fast_mg + FAST_SHARE * dose_mg, slow_mg=self.slow_mg + (1 - FAST_SHARE) * dose_mg)


def absorbed(depot: Depot, dt_s: float) -> tuple[Depot, float]:
    """The depot a time later, and what went into the blood meanwhile (mg).

    Raises:
        RangeError: a negative time.
    """
    require_range("dt_s", dt_s, 0, 1e7, "s")
    later = Depot(
        fast_mg=depot.fast_mg * exp(-dt_s * log(2) / FAST_S), slow_mg=depot.slow_mg * exp(-dt_s * log(2) / SLOW_S)
    )
    return later, depot.left_mg - later.left_mg


def block_depth(effect_mg: float) -> float:
    """Share of the greatest sensory block, 0 to 1, at an amount at the effect site."""
    if effect_mg <= 0:
        return 0.0
    return 1 / (1 + (A50_MG / effect_mg) ** STEEPNESS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Uptake:
    """A block as it comes and goes.

    Args:
        depot: what lies about the nerve.
        effect_mg: amount at the effect site.
        absorbed_mg: what went into the blood so far.
    """

    depot: Depot = Depot()
    effect_mg: float = 0.0
    absorbed_mg: float = 0.0

    @property
    def block(self) -> float:
        """Share of the greatest sensory block, 0 to 1."""
        return block_depth(self.effect_mg)

    def later(self, dt_s: float, *, dose_mg: float = 0.0, covered: float = 1.0) -> "Uptake":
        """After a time in which a dose was given.

        Args:
            dt_s: how long.
            dose_mg: what was injected at its beginning.
            covered: share of the nerve's circumference that fluid covers, 0 to 1.

        Raises:
            RangeError: a number outside its range.
        """
        require_range("covered", covered, 0, 1)
        depot, gone = absorbed(self.depot.given(dose_mg), dt_s)
        reach = covered * depot.left_mg
        effect = reach + (self.effect_mg - reach) * exp(-dt_s * log(2) / EFFECT_S)
        return replace(self, depot=depot, effect_mg=effect, absorbed_mg=self.absorbed_mg + gone)


def nerve_rings(ground: Ground, nerve_zxy: NDArray[np.bool_] | None = None) -> tuple[NDArray[np.float64], ...]:
    """(n, 3) places just outside the nerves, one array for each slice of constant z that cuts a nerve.

    Of all nerves, or of the one that fills the voxels of the ground that are given, (nz, nx, ny).

    They are the voxels beside a nerve's that fluid can enter with ease: where a nerve lies against bone, vessel or
    fascia with no voxel between, there is no room for fluid that could be missed.
    """
    nerve = ground.medium_zxy == Medium.NERVE if nerve_zxy is None else nerve_zxy
    beside = np.zeros_like(nerve)
    for axis in (1, 2):
        for step in (-1, 1):
            beside |= np.roll(nerve, step, axis=axis)
    beside &= ~nerve
    beside &= np.isin(ground.medium_zxy, (Medium.PERINEURAL, Medium.PLANE, Medium.FAT, Medium.MUSCLE, Medium.BED))
    rings: list[NDArray[np.float64]] = []
    for z in np.flatnonzero(beside.any(axis=(1, 2))):
        x, y = np.nonzero(beside[z])
        rings.append(ground.origin_mm + ground.spacing_mm * np.column_stack((x, y, np.full(len(x), z))))
    return tuple(rings)


def covered_share(field: InjectateField | None, around_mm: NDArray[np.float64]) -> float:
    """Share of places (n, 3) just outside a nerve that lie in fluid."""
    if field is None or not len(around_mm):
        return 0.0
    at = np.rint((around_mm - field.origin_mm) / field.spacing_mm).astype(int)[:, [2, 0, 1]]
    inside = np.all((at >= 0) & (at < field.fraction_zxy.shape), axis=1)
    wet = field.fraction_zxy[tuple(at[inside].T)] >= WET
    return float(wet.sum()) / len(around_mm)
