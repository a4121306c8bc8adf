"""A steel tube in soft tissue: how it bends when a hand turns it at the skin or something loads it from the side.

The shaft is an Euler-Bernoulli beam on an elastic foundation, E I y'''' + k(s) y = p(s), with k the modulus of the
tissue that lies at depth s (Hetenyi M. Beams on Elastic Foundation. University of Michigan Press 1946). It is solved by
Hermite elements with the foundation lumped consistently (Cook RD, Malkus DS, Plesha ME, Witt RJ. Concepts and
Applications of Finite Element Analysis, 4th ed. 2002, ch. 2 and 8; from memory), which are exact for point loads where
k = 0. A shaft much shorter than 1 / beta = (4 E I / k)^(1/4) swings about the skin as a rigid rod; one much longer
bends near the skin and its tip stays.

Bevel steering. The ground face meets a force from the side, Q, in proportion to the force that cuts. Where the tip goes
on along a path of constant curvature kappa, the deflection w of the shaft from that path obeys E I w'''' + k w = 0 with
w = 0 at the tip (the path is where the tip cut), no moment (w'' = -kappa) and shear Q. The decaying solution
w = B exp(-beta s) sin(beta s) has w''(0) = -2 beta^2 B and w'''(0) = 2 beta^3 B, so that kappa = Q / (E I beta): ours,
from Hetenyi's solution. It says that a path bends less the stiffer the tube, as (E I)^(-3/4), and hardly less in
stiffer tissue.
"""

import numpy as np
from numpy.typing import NDArray

from inplane.atlas import NeedleModel, load_atlas
from inplane.core.runtime import kernel

SHORTEST_MM = 0.2
"""A shorter last element is left out: its stiffness would drown that of the others."""
FOUNDATION_PER_MODULUS = 1.0
"""k over Young's modulus. Chosen: of the order of the modulus. For a thin tube at small strain a third of it follows
from Vesic AS, J Eng Mech Div ASCE 1961;87(EM2):35-53 (from memory); tissue beside a needle is strained far more and
stiffens."""
REFERENCE_DIAMETER_MM = 0.7176
"""Of the 22 G tube that forces of the atlas hold for."""
SIDE_SHARE = 0.36
"""Q over the cutting force, of a Quincke point. Fitted: 22 G bends 8.89 mm aside at 80 mm in ballistic gel (RAND16),
the only one of the published deflections that was used; what the others come to is printed beside them."""


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
    shape = np.zeros(len(depth_mm))
    load = np.zeros(len(depth_mm) - 1) if load_n_mm is None else load_n_mm
    solve_beam(np.diff(depth_mm), foundation, stiffness_n_mm2, np.array([slope, tip_n]), load, shape)
    return shape


@kernel(fastmath=False)
def solve_beam(
    length: NDArray[np.float64],
    foundation: NDArray[np.float64],
    stiffness: float,
    ends: NDArray[np.float64],
    load: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    """Deflection (n,) into out, of n - 1 elements by length, k and load; ends: slope at the first, force at the last.

    Shift and slope of each node are the unknowns; those of the first are known.
    """
    matrix, right = np.zeros((2 * len(out), 4)), np.zeros(2 * len(out))
    _assemble(length, foundation, stiffness, load, matrix, right)
    right[-2] += ends[1]
    right[2] -= matrix[2, 1] * ends[0]
    right[3] -= matrix[3, 2] * ends[0]
    _solve_banded(matrix, right, 2)
    out[0] = 0.0
    for node in range(1, len(out)):
        out[node] = right[2 * node]


@kernel(fastmath=False)
def _assemble(
    length: NDArray[np.float64],
    foundation: NDArray[np.float64],
    stiffness: float,
    load: NDArray[np.float64],
    matrix: NDArray[np.float64],
    right: NDArray[np.float64],
) -> None:
    """Adds elements to a matrix of four diagonals, entry (row, row - d) at [row, d], and loads to a right side."""
    block = np.zeros((4, 4))
    for at in range(len(length)):
        h, w = length[at], foundation[at] * length[at] / 420
        e = stiffness / h**3
        block[0, 0] = block[2, 2] = 12 * e + 156 * w
        block[1, 1] = block[3, 3] = h * h * (4 * e + 4 * w)
        block[1, 0] = h * (6 * e + 22 * w)
        block[3, 2] = -block[1, 0]
        block[2, 0], block[3, 1] = -12 * e + 54 * w, h * h * (2 * e - 3 * w)
        block[2, 1], block[3, 0] = h * (-6 * e + 13 * w), h * (6 * e - 13 * w)
        for row in range(4):
            for column in range(row + 1):
                matrix[2 * at + row, row - column] += block[row, column]
        for node in range(2):
            right[2 * at + 2 * node] += load[at] * h / 2
            right[2 * at + 2 * node + 1] += (1 - 2 * node) * load[at] * h * h / 12


@kernel(fastmath=False)
def _solve_banded(matrix: NDArray[np.float64], right: NDArray[np.float64], first: int) -> None:
    """Solves in place from row `first` on, by L D L^T (Golub GH, Van Loan CF. Matrix Computations, 2013, ch. 4)."""
    for row in range(first, len(right)):
        wide = min(3, row - first)
        for d in range(wide, 0, -1):
            for deeper in range(d + 1, wide + 1):
                matrix[row, d] -= matrix[row, deeper] * matrix[row - d, deeper - d]
        for d in range(1, wide + 1):
            factor = matrix[row, d] / matrix[row - d, 0]
            matrix[row, 0] -= factor * matrix[row, d]
            matrix[row, d] = factor
            right[row] -= factor * right[row - d]
    for row in range(first, len(right)):
        right[row] /= matrix[row, 0]
    for row in range(len(right) - 1, first, -1):
        for d in range(1, min(3, row - first) + 1):
            right[row - d] -= matrix[row, d] * right[row]


def turned_mm(
    depth_mm: NDArray[np.float64], foundation_at_depth: NDArray[np.float64], model: NeedleModel
) -> NDArray[np.float64]:
    """(n,) sideways shift at depths (n,) along a shaft per radian that a hand turns it at the skin.

    Args:
        depth_mm: growing, from 0 to the tip.
        foundation_at_depth: (n,) k there, N/mm^2.
        model: the needle.
    """
    kept = np.ones(len(depth_mm), np.bool_)
    kept[1:-1] = depth_mm[1:-1] < depth_mm[-1] - SHORTEST_MM
    nodes, k = depth_mm[kept], foundation_at_depth[kept]
    even = 0.5 * (k[1:] + k[:-1])
    shift = bend_mm(nodes, even, stiffness_n_mm2=model.bending_stiffness_n_mm2, slope=1.0)
    return np.interp(depth_mm, nodes, shift)
