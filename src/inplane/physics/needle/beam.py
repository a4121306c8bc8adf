"""A steel tube in soft tissue: how far a hand at its hub can still swing or bend it.

The shaft is a beam on an elastic foundation, pinned where it crosses the skin and turned there by the hand through an
angle theta. With bending stiffness E I and foundation stiffness k per length, 1 / beta = (4 E I / k)^(1/4) is the
length over which it bends (Hetenyi M. Beams on Elastic Foundation. University of Michigan Press 1946, ch. 3). A shaft
much shorter than that swings about the skin as a rigid rod; one much longer bends near the skin and its tip stays.
"""

from math import pi

import numpy as np
from numpy.typing import NDArray

from inplane.atlas import NeedleModel

STEEL_MODULUS_N_MM2 = 193e3
"""Young's modulus of AISI 304 steel (ASM Handbook vol. 1, 1990)."""
FOUNDATION_N_MM2 = 0.02
"""Force per length and deflection of soft tissue on a shaft. Chosen: the modulus of relaxed muscle and fat is 5-30 kPa
(Gennisson JL et al. Diagn Interv Imaging 2013;94:487-495), and k is of the order of that modulus."""
STEERING_22G_PER_MM = 6e-4
"""Curvature of the path of a 22-gauge steel cannula with a sharp bevel. Chosen: about 1 mm aside in 60 mm. Webster RJ
et al. (Int J Rob Res 2006;25:509-525) found 4.5e-3 per mm for a far softer 0.7 mm nitinol wire in stiff gel."""
STIFFNESS_22G_N_MM2 = 2290.0
"""E I of a 22-gauge tube (0.72 / 0.41 mm), for which `STEERING_22G_PER_MM` holds."""


def bending_stiffness_n_mm2(model: NeedleModel) -> float:
    """E I of the cannula, N mm^2; I = pi (D^4 - d^4) / 64."""
    outer, inner = model.outer_diameter_mm.value, model.inner_diameter_mm.value
    return STEEL_MODULUS_N_MM2 * pi * (outer**4 - inner**4) / 64


def foundation_wavenumber_per_mm(model: NeedleModel) -> float:
    """beta = (k / (4 E I))^(1/4), per mm."""
    return (FOUNDATION_N_MM2 / (4 * bending_stiffness_n_mm2(model))) ** 0.25


def steering_per_mm(model: NeedleModel) -> float:
    """Curvature of the path cut by the bevel, per mm; a stiffer tube steers less, in proportion to 1 / E I."""
    return STEERING_22G_PER_MM * STIFFNESS_22G_N_MM2 / bending_stiffness_n_mm2(model)


def deflection_mm(depth_mm: NDArray[np.float64], *, inserted_mm: float, beta_per_mm: float) -> NDArray[np.float64]:
    """Sideways shift (n,) per radian of hand angle at depths (n,) along the shaft.

    A rigid swing y = s and the bent beam y = exp(-beta s) sin(beta s) / beta are blended with the share
    1 / (1 + (beta L)^2) of the first. Chosen: both limits are exact, and the blend is smooth between them.
    """
    swing = 1 / (1 + (beta_per_mm * inserted_mm) ** 2)
    bent = np.exp(-beta_per_mm * depth_mm) * np.sin(beta_per_mm * depth_mm) / beta_per_mm
    return swing * depth_mm + (1 - swing) * bent
