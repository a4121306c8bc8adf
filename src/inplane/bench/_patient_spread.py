"""Where the planned volume goes when it is given at the target of one patient, and how far that misses."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from inplane.anatomy import Kind, Patient, structure_at
from inplane.atlas import Procedure
from inplane.bench._patient_checks import wanted
from inplane.physics.injectate import Injectate, Opening, covered_share, nerve_rings

POCKETS = (Kind.JOINT_FLUID, Kind.BURSA, Kind.TENDON_SHEATH)
NERVES = (Kind.NERVE, Kind.FASCICLE)
IN_POCKET, IN_TISSUE = 0.8, 0.33
"""Shares of the volume. Chosen: the first as in bench operator, the second so that some may leave all round."""
BATHED = 0.5
"""Share of the circumference of the target nerve in one slice. Chosen: half of the ring that is hoped for."""


def reached(patient: Patient, procedure: Procedure, target: str = "") -> str:
    """How far the planned volume, given where it belongs, misses where it should go; empty where it does not."""
    fluid, tip = Injectate(patient), given_at(patient, procedure, target)
    inside = structure_at(patient, tip)
    kind, name = (None, "") if inside is None else (inside.kind, inside.name)
    fluid.inject(procedure.injectate.planned_ml.value, Opening(tip_mm=tip, kind=kind, structure=name))
    fluid.settle()
    return strayed(fluid, patient, procedure, target)


def given_at(patient: Patient, procedure: Procedure, target: str = "") -> NDArray[np.float64]:
    """Where the planned volume is given: at the procedure's target; or, where it belongs in another structure in which
    another procedure of this patient has its target, there: a calcific deposit is washed out, the bursa over it gets
    the steroid (atlas calcific_tendon_barbotage, inject)."""
    for point in patient.targets_mm.values() if target else ():
        inside = structure_at(patient, point)
        if inside is not None and target in (inside.name, inside.belongs_to):
            return point
    return patient.targets_mm[procedure.id]


def strayed(fluid: Injectate, patient: Patient, procedure: Procedure, target: str = "") -> str:
    """How far what was given misses where it should be; empty where it does not.

    Into a joint, bursa, sheath or cyst nearly all must go; of the nerve that is the target, or of one of those
    that a target holds, half the circumference must lie in fluid; elsewhere a third must lie in the target's own
    structure, or in `target` where that is given.
    """
    volumes, told_of = fluid.volumes_ml, target or procedure.target.structure
    parts = [s for s in patient.structures if told_of in (s.name, s.belongs_to)]
    blocks = procedure.family == "nerve_block" or any(s.kind in NERVES for s in parts)
    if blocks and (nerves := _nerves(patient, procedure, target)):
        share = max(_bathed(fluid, patient, labels) for labels in nerves)
        return "" if share >= BATHED else f"{share:.0%} of the nerve's circumference in the best slice"
    own = {s.name for s in parts}
    pocket = not target and any(s.kind in POCKETS for s in parts)
    least, given = IN_POCKET if pocket else IN_TISSUE, sum(volumes.values())
    share = sum(volumes.get(place, 0.0) for place in own) / given if given else 0.0
    told = ", ".join(f"{ml:.1f} ml {where}" for where, ml in sorted(volumes.items(), key=lambda item: -item[1])[:3])
    return "" if share >= least else f"{share:.0%} at the {told_of}; {told}"


def _nerves(patient: Patient, procedure: Procedure, target: str) -> list[list[int]]:
    """Labels of each nerve that fluid should lie around: the target, or where that is no nerve (a sheath, a tunnel)
    those that the view must show; none where the volume belongs in another structure."""
    if target:
        return []
    found = [
        [s.label for s in patient.structures if name in (s.name, s.belongs_to) and s.kind in NERVES]
        for name in (procedure.target.structure, *wanted(procedure))
    ]
    return found[:1] if found[0] else [labels for labels in found if labels]


def _bathed(fluid: Injectate, patient: Patient, labels: Sequence[int]) -> float:
    """Share of the circumference of the nerve of some labels that lies in fluid in the best slice."""
    ground, field = fluid.ground, fluid.field
    nerve = np.zeros(ground.medium_zxy.shape, bool)
    finely = np.argwhere(np.isin(patient.labels_zxy, labels))
    rest_mm = patient.origin_mm[[2, 0, 1]] + patient.spacing_mm * finely
    at = np.rint((rest_mm - ground.origin_mm[[2, 0, 1]]) / ground.spacing_mm).astype(int)
    nerve[tuple(at[np.all((at >= 0) & (at < nerve.shape), axis=1)].T)] = True
    return max((covered_share(field, ring) for ring in nerve_rings(ground, nerve)), default=0.0)
