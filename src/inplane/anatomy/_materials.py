"""Brightness and impedance of tissues as codes of a volume, from the atlas: the one home of those numbers."""

from math import log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inplane.anatomy.patient import ECHOGENICITY_STEP_DB, ECHOGENICITY_ZERO, IMPEDANCE_STEP_MRAYL
from inplane.atlas import load_atlas

NEPERS = log(10.0) * ECHOGENICITY_STEP_DB / 10.0
"""Of power, a code step."""


def echo_code(tissue: str, louder_db: float = 0.0) -> float:
    """Echogenicity code, not rounded, of a tissue's mean brightness and what a structure has above it."""
    return ECHOGENICITY_ZERO + (load_atlas().tissue(tissue).echogenicity_db.value + louder_db) / ECHOGENICITY_STEP_DB


def impedance_code(tissue: str) -> float:
    """Impedance code, not rounded: sound speed times density."""
    return load_atlas().tissue(tissue).impedance_mrayl / IMPEDANCE_STEP_MRAYL


def power_of(codes: Any) -> Any:
    """Backscattered power relative to muscle's, float32, of echogenicity codes (a number or an array)."""
    return np.exp(np.asarray(codes - ECHOGENICITY_ZERO, np.float32) * np.float32(NEPERS))


def codes_of(power: NDArray[np.float32]) -> NDArray[Any]:
    """Echogenicity codes, not rounded, of backscattered power relative to muscle's."""
    return np.log(np.maximum(power, np.float32(1e-9))) / np.float32(NEPERS) + ECHOGENICITY_ZERO
