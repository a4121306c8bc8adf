"""Bodies that models learn from: patients of every place that a probe is put on, and blocks of one tissue."""

from dataclasses import dataclass

import numpy as np

from inplane.anatomy import (
    Patient,
    build_block,
    build_groin,
    build_patient,
    difficulty_parameters,
    standard_view,
)
from inplane.anatomy.windows import WINDOWS
from inplane.core import ProbeControl

PROCEDURES = ("femoral_nerve_block", "hip_joint_injection")
BLOCK_KINDS = ("muscle", "nerve", "vessel", "tendon", "bone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """Somebody, or a block of tissue.

    Args:
        patient: who.
        hold: where the probe is held.
        procedure_id: what for, outside the groin; empty elsewhere.
    """

    patient: Patient
    hold: ProbeControl
    procedure_id: str = ""


def somebody(rng: np.random.Generator, number: int, *, blocks: float, windows: float) -> Body:
    """Somebody, and where the probe is held.

    Args:
        rng: draws who.
        number: seed of the patient.
        blocks: share that are blocks of one tissue.
        windows: share that come for a procedure outside the groin.
    """
    drawn = rng.random()
    if drawn < blocks:
        kind, section = str(rng.choice(BLOCK_KINDS)), str(rng.choice(("short", "long")))
        return Body(patient=build_block(kind, seed=number, section=section), hold=ProbeControl())
    if drawn < blocks + windows:
        window = WINDOWS[int(rng.integers(len(WINDOWS)))]
        name = str(rng.choice(window.procedures))
        patient = build_patient(name, number, level=int(rng.integers(5)))
        return Body(patient=patient, hold=standard_view(patient, name), procedure_id=name)
    patient = build_groin(number, parameters=difficulty_parameters(number, int(rng.integers(5))))
    return Body(patient=patient, hold=standard_view(patient, str(rng.choice(PROCEDURES))))
