"""What an operator of the benches knows of a procedure: how it went in patients that no bench measures."""

from collections.abc import Callable
from functools import cache
from math import radians

from inplane.anatomy import Patient, needle_side
from inplane.anatomy.kept import find_patient
from inplane.atlas import Procedure, load_atlas
from inplane.bench._patient_checks import Path, paths
from inplane.bench._patient_look import looked_at
from inplane.operators import Earlier, Example, Textbook, learned

FIRST_SEED, EARLIER = 30_000, 5
"""Chosen: seeds that nothing else draws; a trainee has seen a handful."""
CLEAR_MM, AS_CLEAR_MM, SPARE_MM = 3.0, 1.0, 8.0
"""Chosen: a way that keeps the first from vessels, or the second less than the clearest, is as good as any that keeps
farther; so much of the needle is spare."""
USUAL_DEG = 24.0
"""Chosen: flatter, a needle has so far to go before it comes into the picture that it leaves the plane; steeper, it is
seen less well."""


@cache
def textbook_of(procedure_id: str, build: Callable[[str, int], Patient] = find_patient) -> Textbook:
    """Of a right side; patients are built where they are not on disk.

    Raises:
        UnknownNameError: no patient shows that procedure.
    """
    procedure = load_atlas().procedure(procedure_id)
    return learned([_earlier(build(procedure_id, FIRST_SEED + number), procedure) for number in range(EARLIER)])


def _earlier(patient: Patient, procedure: Procedure) -> Earlier:
    """One patient, by truth, as a teacher would show it."""
    picture, world = looked_at(patient, procedure)
    moment, geometry, way = world.moment(), picture.geometry, _way(patient, procedure)
    target_mm = patient.targets_mm[procedure.id]
    now_mm = world.tissue.now(moment.motion, target_mm[None])[0]
    x_mm, y_mm, _ = moment.T_patient_image.inverse().apply(now_mm)
    return Earlier(
        example=Example(
            grey=picture.pixels,
            pixel_mm=(geometry.line_pitch_mm, geometry.sample_pitch_mm),
            target_mm=(float(x_mm), float(y_mm)),
        ),
        landmarks_mm=patient.landmarks_mm,
        probe=patient.views[procedure.id],
        target_mm=target_mm,
        outward=needle_side(patient, procedure.id),
        steepness_rad=radians(USUAL_DEG if way is None else way.angle_deg),
        clear_mm=0.0 if way is None else way.clear_mm,
        sunk_mm=float(moment.T_patient_image.translation_mm[1]),
    )


def _way(patient: Patient, procedure: Procedure) -> Path | None:
    """The one nearest to the usual that keeps clear and that the needle is long enough for."""
    atlas = load_atlas()
    half_mm, needle_mm = atlas.probe(procedure.probe_id).chord_mm / 2, atlas.needle(procedure.needle_id).length_mm.value
    ways = [way for way in paths(patient, procedure, half_face_mm=half_mm) if way.length_mm < needle_mm - SPARE_MM]
    if not ways:
        return None
    least_mm = min(CLEAR_MM, max(way.clear_mm for way in ways) - AS_CLEAR_MM)
    clear = [way for way in ways if way.clear_mm >= least_mm]
    return min(clear, key=lambda way: abs(way.angle_deg - USUAL_DEG))
