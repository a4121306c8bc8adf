"""A steel tube in soft tissue: how it bends when a hand turns it at the skin or something loads it from the side.

The shaft is an Euler-Bernoulli beam on an elastic foundation, E I y'''' + k(s) y = p(s), with k the modulus of the
tissue that lies at depth s (Hetenyi M. Beams on Elastic Foundation. University of Michigan Press 1946). It is solved by
Hermite elements with the foundation lumped consistently (Cook RD, Malkus DS, Plesha ME, Witt RJ. Concepts and
Applications of Finite Element Analysis, 4th ed. 2002, ch. 2 and 8; from memory), which are exact for point loads where
k = 0. A shaft much shorter than 1 / beta = (4 E I / k)^(1/4) swings about the skin as a rigid rod; one much longer bends
near the skin and its tip stays.

Bevel steering. The ground face meets a force from the side, Q, in proportion to the force that cuts. Where the tip goes
on along a path of constant curvature kappa, the deflection w of the shaft from that path obeys E I w'''' + k w = 0 with
w = 0 at the tip (the path is where the tip cut), no moment (w'' = -kappa) and shear Q. The decaying solution
w = B exp(-beta s) sin(beta s) has w''(0) = -2 beta^2 B and w'''(0) = 2 beta^3 B, so that kappa = Q / (E I beta): ours,
from Hetenyi's solution. It says that a path bends less the stiffer the tube, as (E I)^(-3/4), and hardly less in stiffer
tissue.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg as scipy_linalg

from inplane.atlas import NeedleModel, load_atlas

linalg: Any = scipy_linalg  # its stubs leave most types unknown

NODES = 41
"""Of the beam in the loop. Chosen: twice the tube's length over 40 elements is far below 1 / beta, 20 to 40 mm."""
FOUNDATION_PER_MODULUS = 1.0
"""k over Young's modulus. Chosen: of the order of the modulus. For a thin tube at small strain a third of it follows from
Vesic AS, J Eng Mech Div ASCE 1961;87(EM2):35-53 (from memory); tissue beside a needle is strained far more and stiffens."""
REFERENCE_DIAMETER_MM = 0.7176
"""Of the 22 G tube that forces of the atlas hold for."""
SIDE_SHARE = 0.36
"""Q over the cutting force, of a Quincke point. Fitted: 22 G bends 8.89 mm aside at 80 mm in ballistic gel (RAND16), the
only one of the published deflections that was used; what the others come to is printed beside them."""


def foundation_n_mm2(modulus_kpa: NDArray[np.float64]) -> NDArray[np.float64]:
    """Force per length and deflection, N/mm^2, of tissue with a Young's modulus in kPa."""
    return FOUNDATION_PER_MODULUS * 1e-3 * modulus_kpa


def foundation_wavenumber_per_mm(model: NeedleModel, foundation: NDArray[np.float64]) -> NDArray[np.float64]:
    """beta = (k / (4 E I))^(1/4), per mm; k in N/mm^2."""
    return (foundation / (4 * model.bending_stiffness_n_mm2)) ** 0.25


def steering_per_mm(
    model: NeedleModel, cutting_n: NDArray[np.float64], foundation: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Curvature of the path that the point cuts, per mm: positive away from the side that the bevel faces.

    Args:
        model: the needle.
        cutting_n: (n,) what a 22 G Quincke point needs to cut on, N.
        foundation: (n,) k there, N/mm^2.
    """
    point = model.point
    side_n = SIDE_SHARE * point.steering_share.value * cutting_n * model.outer_diameter_mm.value / REFERENCE_DIAMETER_MM
    return side_n / (model.bending_stiffness_n_mm2 * foundation_wavenumber_per_mm(model, foundation))


def steering_in(model: NeedleModel, name: str) -> float:
    """The same, in a kind of tissue or a material by its name in the atlas."""
    tissue = load_atlas().resistance(name)
    cutting, modulus = np.array([tissue.cutting_n.value]), np.array([tissue.modulus_kpa.value])
    return float(steering_per_mm(model, cutting, foundation_n_mm2(modulus))[0])


def bend_mm(
    depth_mm: NDArray[np.float64],
    foundation: NDArray[np.float64],
    *,
    stiffness_n_mm2: float,
    slope: float = 0.0,
    tip_n: float = 0.0,
    load_n_mm: NDArray[np.float64] | None = None,
) -> NDArray[np.float64]:
    """(n,) deflection of a shaft held at its first node, which does not move and is turned by `slope`.

    Args:
        depth_mm: (n,) nodes from the skin to the tip, growing.
        foundation: (n - 1,) k of each element, N/mm^2.
        stiffness_n_mm2: E I.
        slope: at the first node, rad (small).
        tip_n: force on the tip from the side, N.
        load_n_mm: (n - 1,) force per length from the side on each element, N/mm; none if None.
    """
    length, count = np.diff(depth_mm), len(depth_mm)
    element = _elements(length, foundation, stiffness_n_mm2)
    load = np.zeros(2 * count)
    load[-2] = tip_n
    if load_n_mm is not None:
        share = load_n_mm * length / 2
        turn = load_n_mm * length**2 / 12
        for offset, value in ((0, share), (1, turn), (2, share), (3, -turn)):
            np.add.at(load, 2 * np.arange(count - 1) + offset, value)
    banded = np.zeros((4, 2 * count))
    first = 2 * np.arange(count - 1)
    for row in range(4):
        for column in range(row + 1):
            np.add.at(banded[row - column], first + column, element[:, row, column])
    load -= slope * _column(banded, 1)
    free = linalg.solveh_banded(banded[:, 2:], load[2:], lower=True, check_finite=False)
    return np.concatenate(([0.0], free[::2]))


def _column(banded: NDArray[np.float64], index: int) -> NDArray[np.float64]:
    """A column of the symmetric matrix, below its diagonal."""
    column = np.zeros(banded.shape[1])
    column[index : index + 4] = banded[:, index]
    return column


def _elements(length: NDArray[np.float64], foundation: NDArray[np.float64], stiffness: float) -> NDArray[np.float64]:
    """(n, 4, 4) of shift and slope at both ends: bending and foundation."""
    one = np.ones_like(length)
    powers = np.stack([one, length, length**2])
    scale = np.array([[0, 1, 0, 1], [1, 2, 1, 2], [0, 1, 0, 1], [1, 2, 1, 2]])
    bending = np.array([[12, 6, -12, 6], [6, 4, -6, 2], [-12, -6, 12, -6], [6, 2, -6, 4]])
    support = np.array([[156, 22, 54, -13], [22, 4, 13, -3], [54, 13, 156, -22], [-13, -3, -22, 4]])
    by_length = powers[scale].transpose(2, 0, 1)
    return (stiffness / length**3)[:, None, None] * bending * by_length + (foundation * length / 420)[
        :, None, None
    ] * support * by_length


def turned_mm(
    depth_mm: NDArray[np.float64], foundation_at_depth: NDArray[np.float64], model: NeedleModel
) -> NDArray[np.float64]:
    """(n,) sideways shift at depths (n,) along a shaft per radian that a hand turns it at the skin.

    Args:
        depth_mm: growing, from 0 to the tip.
        foundation_at_depth: (n,) k there, N/mm^2.
        model: the needle.
    """
    nodes = np.linspace(0.0, depth_mm[-1], NODES)
    middles = 0.5 * (nodes[1:] + nodes[:-1])
    k = np.interp(middles, depth_mm, foundation_at_depth)
    shift = bend_mm(nodes, k, stiffness_n_mm2=model.bending_stiffness_n_mm2, slope=1.0)
    return np.interp(depth_mm, nodes, shift)
