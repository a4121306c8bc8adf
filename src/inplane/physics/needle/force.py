"""What a hand feels along the shaft, and how far tissue goes with a needle before it gives way.

One displacement u, of the tissue at the tip along the shaft, is all that the model knows of the tissue's state: the tip
lies in what was at depth c = a - u of the way, a being the shaft beneath the skin. Tissue sticks to the needle (u grows
as a does) until the force is enough to cut on or to slip:

    K(u) = (k1 + ks c) u + k2 u |u|                tissue's elastic force; ks c is that of the tissue along the shaft
    F    = (1 - r) K(u) + q,  dq = r dK - q dt / tau    a standard linear solid: what is held for long relaxes by r
    -Ff <= F <= R + Ff,  Ff = sum over the shaft of friction per mm

R is the force at the point: `puncture_n` before a membrane is pierced (it is indented: tented), `cutting_n` within
tissue, nothing where the way is open already. Where R falls, as a membrane gives way, tissue springs back over the
tip until F = R + Ff: the pop, which takes the tip on by as much as the membrane was tented. The indentation is a
polynomial of second degree as in Okamura AM, Simone C, O'Leary MD (IEEE Trans Biomed Eng 2004;51:1707-1716), the
three parts stiffness, friction and cutting are theirs; slip limits instead of their Karnopp friction, and one u for
both, are ours. Friction has no part that grows with speed: forces on hypodermic needles were found to be relatively
insensitive to it (Schneider LW, Peck LS, Melvin JW. UM-HSRI-78-23, University of Michigan 1978).
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inplane.core.runtime import kernel

SAMPLE_S = 0.005
"""Time between forces: 200 a second. Chosen: twice what a haptic signal needs at least."""
PROFILE_MM = 0.1
"""Distance between places of the way whose tissue is looked up. Chosen: a fifth of a voxel."""
CUT_MM = 0.02
"""How far the tip cuts before forces are compared again. Chosen: changes the force by 0.02 N at most."""
STIFFNESS_N_MM, STIFFENING_N_MM2 = 0.15, 0.25
"""k1 and k2. Chosen: a 22 G point that pierces skin at 1.8 N has indented it by 2.4 mm, fascia at 1.2 N by 1.9 mm."""
SHAFT_N_MM2 = 0.0094
"""ks, of tissue of 15 kPa that sticks to a shaft of 0.72 mm and is held 10 mm away: 2 pi G / ln(R / r), G = 5 kPa."""
RELAXED_SHARE, RELAXATION_S = 0.4, 1.5
"""r and tau. Chosen: forces on a needle that is held fall by about that within seconds."""
HARD_N_MM, HARDEST_N = 4.0, 12.0
"""Force on a point against bone, per mm that the hand is ahead of it, and its most. Chosen: the give of a hand and of a
slender shaft; beyond it the shaft bows."""
FEW = 64
"""Most meetings in one step."""
TOUCHED, PIERCED = 0.0, 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Grip:
    """How needle and tissue hold each other.

    Args:
        carried_mm: u, positive inwards.
        viscous_n: q.
        cut_mm: depth c to which the way is open.
        asked_mm: depth that the hand asked for; more than the shaft beneath the skin where something hard stops it.
    """

    carried_mm: float = 0.0
    viscous_n: float = 0.0
    cut_mm: float = 0.0
    asked_mm: float = 0.0


class Resistances(NamedTuple):
    """Per label (256,), already those of the needle at hand: N, N, N/mm, and whether it pierces or stops."""

    puncture: NDArray[np.float64]
    cutting: NDArray[np.float64]
    friction: NDArray[np.float64]
    hard: NDArray[np.bool_]


U, Q, OPENED, GRIP, HUB = range(5)
"""Places in the kernels' numbers: u, q, depth to which the way is open, Ff, and a; mm and N."""
INSIDE, AHEAD, COUNT = range(3)
"""Places in their whole numbers: label that the tip is in, label that it has come to stand before, meetings so far."""


@kernel(inline=True)
def elastic_n(u: float, c: float) -> float:
    """K(u) with the tip at depth c."""
    return (STIFFNESS_N_MM + SHAFT_N_MM2 * max(c, 0.0)) * u + STIFFENING_N_MM2 * u * abs(u)


@kernel(inline=True)
def _force_n(now: NDArray[np.float64]) -> float:
    """F."""
    return (1 - RELAXED_SHARE) * elastic_n(now[U], now[HUB] - now[U]) + now[Q]


@kernel(inline=True)
def _slip(now: NDArray[np.float64], by_mm: float, friction: float) -> None:
    """The tip goes on in the tissue by a way, or back if negative, while the hub stays."""
    before = elastic_n(now[U], now[HUB] - now[U])
    now[U] -= by_mm
    now[Q] += RELAXED_SHARE * (elastic_n(now[U], now[HUB] - now[U]) - before)
    now[GRIP] = max(now[GRIP] + friction * by_mm, 0.0)


@kernel(inline=True)
def _label(way: NDArray[np.uint8], first_mm: float, depth_mm: float) -> int:
    """Label at a depth of the way."""
    return int(way[max(0, min(int((depth_mm - first_mm) / PROFILE_MM + 0.5), len(way) - 1))])


@kernel(inline=True)
def _note(
    met: NDArray[np.float64], whole: NDArray[np.int64], what: float, now: NDArray[np.float64], force: float
) -> None:
    """Writes down what happens with the label ahead, while there is room."""
    count = whole[COUNT]
    if count < FEW:
        met[count, 0], met[count, 1], met[count, 2] = what, whole[AHEAD], now[HUB] - now[U]
        met[count, 3], met[count, 4] = now[HUB], force
        whole[COUNT] += 1


@kernel(inline=True)
def _forwards(
    now: NDArray[np.float64],
    whole: NDArray[np.int64],
    way: NDArray[np.uint8],
    edges: tuple[float, float],
    resist: Resistances,
    met: NDArray[np.float64],
) -> float:
    """The tip cuts on as long as tissue gives way; the force that this took where nothing is left to give way, else 0.

    Args:
        now, whole: numbers, changed in place.
        way: labels.
        edges: depth of the first of them, and of the first hard thing.
        resist, met: as in `push`.
    """
    needed = 0.0
    while True:
        c = now[HUB] - now[U]
        ahead = _label(way, edges[0], c + CUT_MM)
        if resist.hard[ahead]:
            break
        force, limit = _force_n(now), now[GRIP]
        if ahead != whole[INSIDE] and ahead != whole[AHEAD]:
            whole[AHEAD] = ahead
            _note(met, whole, TOUCHED, now, force)
        if c + CUT_MM > now[OPENED]:
            limit += resist.cutting[ahead] if ahead == whole[INSIDE] else resist.puncture[ahead]
        if force <= limit:
            if now[U] <= max(edges[1] - now[HUB], 0.0):
                break
            needed = max(needed, limit)
        if ahead != whole[INSIDE]:
            _note(met, whole, PIERCED, now, max(force, limit))
            whole[INSIDE], whole[AHEAD] = ahead, -1
        _slip(now, CUT_MM, resist.friction[ahead])
        now[OPENED] = max(now[OPENED], c + CUT_MM)
    return needed


@kernel()
def push(
    start: NDArray[np.float64],
    hand: NDArray[np.float64],
    step_s: float,
    way: NDArray[np.uint8],
    first_mm: float,
    inside: int,
    resist: Resistances,
    forces: NDArray[np.float64],
    met: NDArray[np.float64],
) -> tuple[float, float, float, int, int]:
    """Moves the hub, and tells the forces on it and what the tip met.

    Args:
        start: u, q, depth to which the way is open, friction Ff; mm and N.
        hand: shaft beneath the skin; depth asked for before and now; depth at which something hard begins; mm.
        step_s: time between forces.
        way: labels of what lies on the way at rest, every PROFILE_MM from depth first_mm on.
        inside: label that the tip is in.
        resist: see there.
        forces: (n,) out, N.
        met: (FEW, 5) out: TOUCHED or PIERCED, label, depth c, shaft beneath the skin, force.

    Returns:
        u, q, depth to which the way is open, label that the tip is in, number of meetings.
    """
    now, whole = np.zeros(5), np.array([inside, -1, 0])
    now[:4], now[HUB] = start, hand[0]
    fade = np.exp(-step_s / RELAXATION_S)
    for i in range(len(forces)):
        asked = hand[1] + (hand[2] - hand[1]) * (i + 1) / len(forces)
        c, before = now[HUB] - now[U], elastic_n(now[U], now[HUB] - now[U])
        now[HUB] = min(asked, hand[3])
        now[U] = now[HUB] - c
        now[Q] = now[Q] * fade + RELAXED_SHARE * (elastic_n(now[U], c) - before)
        needed = _forwards(now, whole, way, (first_mm, hand[3]), resist, met)
        while _force_n(now) < -now[GRIP] and now[HUB] - now[U] > 0:  # the shaft slips out
            here = _label(way, first_mm, now[HUB] - now[U] - CUT_MM)
            _slip(now, -CUT_MM, resist.friction[here])
            whole[INSIDE], whole[AHEAD] = here, -1
        force = max(_force_n(now), needed) if needed > 0 else _force_n(now)
        forces[i] = force + min(HARD_N_MM * (asked - now[HUB]), HARDEST_N)
    return now[U], now[Q], now[OPENED], int(whole[INSIDE]), int(whole[COUNT])
