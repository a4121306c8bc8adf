"""Virtual patients: label volumes, structures with centrelines, landmarks, motion; region by region."""

from inplane.anatomy.blocks import BLOCK_KINDS, build_block
from inplane.anatomy.groin import build_groin
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
from inplane.anatomy.views import slice_labels, slice_volume, standard_view, structure_at

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
    "difficulty_parameters",
    "heartbeat",
    "sample_parameters",
    "slice_labels",
    "slice_volume",
    "standard_view",
    "structure_at",
]
