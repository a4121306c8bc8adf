"""What a hand feels along the shaft, and how far tissue goes with a needle before it gives way.

One displacement u, of the tissue at the tip along the shaft, is all that the model knows of the tissue's state: the tip
lies in what was at depth c = a - u of the way, a being the shaft beneath the skin. Tissue sticks to the needle (u grows
as a does) until the force is enough to cut on or to slip:

    K(u) = (k1 + ks c) u + k2 u |u|                tissue's elastic force; ks c is that of the tissue along the shaft
    F    = (1 - r) K(u) + q,  dq = r dK - q dt / tau    a standard linear solid: what is held for long relaxes by r
    -Ff <= F <= R + Ff,  Ff = sum over the shaft of friction per mm

R is the force at the point: `puncture_n` before a membrane is pierced (it is indented: tented), `cutting_n` within tissue,
nothing where the way is open already. Where R falls, as a membrane gives way, tissue springs back over the tip until
F = R + Ff: the pop, which takes the tip on by as much as the membrane was tented. The indentation is a polynomial of
second degree as in Okamura AM, Simone C, O'Leary MD (IEEE Trans Biomed Eng 2004;51:1707-1716), the three parts stiffness,
friction and cutting are theirs; slip limits instead of their Karnopp friction, and one u for both, are ours. Friction has
no part that grows with speed: forces on hypodermic needles were found to be relatively insensitive to it (Schneider LW,
Peck LS, Melvin JW. UM-HSRI-78-23, University of Michigan 1978).
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


@kernel(inline=True)
def elastic_n(u: float, c: float) -> float:
    """K(u) with the tip at depth c."""
    return (STIFFNESS_N_MM + SHAFT_N_MM2 * max(c, 0.0)) * u + STIFFENING_N_MM2 * u * abs(u)


@kernel(inline=True)
def _note(
    met: NDArray[np.float64], count: int, what: float, label: int, c: float, a: float, force: float
) -> int:
    """Writes a meeting down, while there is room; the number of them."""
    if count < FEW:
        met[count, 0], met[count, 1], met[count, 2], met[count, 3], met[count, 4] = what, label, c, a, force
        count += 1
    return count


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
    u, q, opened, grip = start[0], start[1], start[2], start[3]
    last, a, hard = hand[1], hand[0], hand[3]
    count, touched, steps = 0, -1, len(forces)
    fade = np.exp(-step_s / RELAXATION_S)
    for i in range(steps):
        asked = last + (hand[2] - last) * (i + 1) / steps
        du = min(asked, hard) - a
        a += du
        k = elastic_n(u + du, a - u - du)
        q = q * fade + RELAXED_SHARE * (k - elastic_n(u, a - u - du))
        u += du
        force, needed = (1 - RELAXED_SHARE) * k + q, 0.0
        while True:  # forwards, as long as tissue gives way
            c = a - u
            ahead = int(way[max(0, min(int((c + CUT_MM - first_mm) / PROFILE_MM + 0.5), len(way) - 1))])
            if resist.hard[ahead]:
                break
            if ahead != inside and ahead != touched:
                touched = ahead
                count = _note(met, count, TOUCHED, ahead, c, a, force)
            limit = grip
            if c + CUT_MM > opened:
                limit += resist.cutting[ahead] if ahead == inside else resist.puncture[ahead]
            if force <= limit:
                if u <= max(hard - a, 0.0):
                    break
                needed = max(needed, limit)  # nothing is left to give way between the tip and what is hard
            if ahead != inside:
                count = _note(met, count, PIERCED, ahead, c, a, max(force, limit))
                inside, touched = ahead, -1
            u -= CUT_MM
            q += RELAXED_SHARE * (elastic_n(u, c + CUT_MM) - k)
            k = elastic_n(u, c + CUT_MM)
            force = (1 - RELAXED_SHARE) * k + q
            grip += resist.friction[ahead] * CUT_MM
            opened = max(opened, c + CUT_MM)
        while force < -grip and a - u > 0:  # backwards, as the shaft slips out
            u += CUT_MM
            q += RELAXED_SHARE * (elastic_n(u, a - u) - k)
            k = elastic_n(u, a - u)
            force = (1 - RELAXED_SHARE) * k + q
            inside = int(way[max(0, min(int((a - u - first_mm) / PROFILE_MM + 0.5), len(way) - 1))])
            grip = max(grip - resist.friction[inside] * CUT_MM, 0.0)
            touched = -1
        forces[i] = max(force, needed) + min(HARD_N_MM * (asked - a), HARDEST_N)
    return u, q, opened, inside, count
