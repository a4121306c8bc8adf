"""The plan that a lesson begins with."""

from inplane.anatomy import Patient
from inplane.atlas import Procedure, load_atlas
from inplane.guidance import Plan

USUAL_WEIGHT_KG = 70.0
"""Chosen: virtual patients have no weight of their own yet; dose limits are worked out for this one, and say so."""


def standard_plan(procedure: Procedure, patient: Patient, *, weight_kg: float = USUAL_WEIGHT_KG) -> Plan:
    """The procedure's first drug at its first concentration and its usual volume, on the patient's side.

    Args:
        procedure: what is done.
        patient: whose side it is.
        weight_kg: for dose limits.

    Raises:
        UnknownNameError: the procedure's drug is not in the atlas.
    """
    drug = load_atlas().drug(procedure.drug_ids[0])
    return Plan(
        procedure_id=procedure.id,
        side=patient.side,
        drug_id=drug.id,
        concentration_mg_ml=drug.concentrations_mg_ml.values[0],
        weight_kg=weight_kg,
        planned_ml=procedure.injectate.planned_ml.value,
    )
