"""Virtual patients: label volumes, structures with centrelines, landmarks, motion; region by region."""

from inplane.anatomy.blocks import BLOCK_KINDS, build_block
from inplane.anatomy.groin import build_groin
from inplane.anatomy.kept import find_patient
from inplane.anatomy.motion import heartbeat
from inplane.anatomy.parameters import GroinParameters, ParameterRange, difficulty_parameters, sample_parameters
from inplane.anatomy.patient import (
    ECHOGENICITY_STEP_DB,
    ECHOGENICITY_ZERO,
    IMPEDANCE_STEP_MRAYL,
    Kind,
    Patient,
    Physiology,
    Side,
    Structure,
)
from inplane.anatomy.regions import build_patient, staged, window_of
from inplane.anatomy.views import needle_side, slice_labels, slice_volume, standard_view, structure_at

__all__ = [
    "BLOCK_KINDS",
    "ECHOGENICITY_STEP_DB",
    "ECHOGENICITY_ZERO",
    "IMPEDANCE_STEP_MRAYL",
    "GroinParameters",
    "Kind",
    "ParameterRange",
    "Patient",
    "Physiology",
    "Side",
    "Structure",
    "build_block",
    "build_groin",
    "build_patient",
    "difficulty_parameters",
    "find_patient",
    "heartbeat",
    "needle_side",
    "sample_parameters",
    "slice_labels",
    "slice_volume",
    "staged",
    "standard_view",
    "structure_at",
    "window_of",
]
