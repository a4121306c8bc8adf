"""Brightness and impedance of tissues as codes of a volume, from the atlas: the one home of those numbers."""

from inplane.anatomy.patient import ECHOGENICITY_STEP_DB, ECHOGENICITY_ZERO, IMPEDANCE_STEP_MRAYL
from inplane.atlas import load_atlas


def echo_code(tissue: str, louder_db: float = 0.0) -> float:
    """Echogenicity code, not rounded, of a tissue's mean brightness and what a structure has above it."""
    return ECHOGENICITY_ZERO + (load_atlas().tissue(tissue).echogenicity_db.value + louder_db) / ECHOGENICITY_STEP_DB


def impedance_code(tissue: str) -> float:
    """Impedance code, not rounded: sound speed times density."""
    return load_atlas().tissue(tissue).impedance_mrayl / IMPEDANCE_STEP_MRAYL
