"""Bench `injectate`: laws of fluid in tissue, spread beside published figures, and what it costs.

Every figure names what it stands beside. Blocks hold one thing each; patients are those of `patients`, and whoever adds
a region adds its builder there.
"""

import time
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from inplane.anatomy import Kind, Patient, build_groin, difficulty_parameters
from inplane.atlas import load_atlas
from inplane.bench._injectate_blocks import give
from inplane.bench._injectate_laws import laws
from inplane.bench._injectate_spread import ball_mm, extents_mm, nerves, onset, planes, pockets, pressures
from inplane.bench.report import Figure, Progress
from inplane.core import NeedleShape, PlungerControl, ProbeControl, runtime
from inplane.physics.injectate import Injectate, Opening, covered_share, nerve_rings
from inplane.physics.injectate.medium import Medium
from inplane.world import Tissue
from inplane.world.injection import Injection, usual_syringes

FRAME_S = 1 / 30
USUAL_ML_S = 0.5
BATHED = 0.75
"""Share of a nerve's ring from which a slice of it counts as bathed. Chosen: the vessel side often stays dry."""
PatientMaker = Callable[[], Patient]


def patients(seed: int, spacing_mm: float) -> dict[str, tuple[PatientMaker, Callable[[str, Patient], list[Figure]]]]:
    """Patients by name: how each is built, and what is measured in it.

    Args:
        seed: which of them.
        spacing_mm: of their voxels; the fluid's own are the same for all.
    """
    groin = partial(build_groin, seed, parameters=difficulty_parameters(seed, 1), spacing_mm=spacing_mm)
    return {"groin": (groin, _groin)}


def run(*, quick: bool, seed: int, progress: Progress) -> list[Figure]:
    """Every figure.

    Args:
        quick: coarser patients.
        seed: of the patients.
        progress: told what comes next.
    """
    runtime.start(threads=1)
    progress("laws", 0.0)
    figures = laws()
    for index, (name, part) in enumerate(
        (("planes", planes), ("nerves", nerves), ("pockets", pockets), ("pressures", pressures), ("onset", onset))
    ):
        progress(name, 0.2 + 0.08 * index)
        figures += part()
    for name, (build, measure) in patients(seed, 0.8 if quick else 0.4).items():
        progress(name, 0.6)
        figures += measure(name, build())
    return figures


def _groin(name: str, patient: Patient) -> list[Figure]:
    """Femoral nerve, fascia iliaca, hip joint; what a frame costs."""
    return [
        *_nerve_block(name, patient),
        *_fascia(name, patient),
        *_hip(name, patient),
        *_cost(name, patient),
    ]


def _opening(patient: Patient, place_mm: NDArray[np.float64]) -> Opening:
    """An opening at a place of a patient."""
    at = np.rint((place_mm - patient.origin_mm) / patient.spacing_mm).astype(int)
    label = int(patient.labels_zxy[at[2], at[0], at[1]])
    found = next((s for s in patient.structures if s.label == label), None)
    kind, name = (None, "") if found is None else (found.kind, found.name)
    return Opening(tip_mm=place_mm, kind=kind, structure=name)


def _nerve_block(name: str, patient: Patient) -> list[Figure]:
    """How far the nerve is surrounded, against volume, from the target beside it."""
    fluid, given, figures = Injectate(patient), 0.0, list[Figure]()
    opening = _opening(patient, patient.targets_mm["femoral_nerve_block"])
    rings = nerve_rings(fluid.ground)
    for volume_ml in (2.0, 5.0, 10.0, 20.0):
        give(fluid, volume_ml - given, opening)
        given = volume_ml
        shares = np.array([covered_share(fluid.field, ring) for ring in rings])
        long = float((shares >= BATHED).sum()) * fluid.ground.spacing_mm
        why = "no figure of spread was read; 20 ml is usual for a block"
        most = 100 * float(shares.max())
        figures += [
            Figure(f"{name}_nerve_covered_{volume_ml:g}_ml", most, "%", n=1, why=f"best slice; {why}"),
            Figure(f"{name}_nerve_bathed_{volume_ml:g}_ml", long, "mm", n=1, why=f"three quarters round; {why}"),
        ]
    return figures


def _fascia(name: str, patient: Patient) -> list[Figure]:
    """A fascia iliaca injection some 20 mm lateral to the nerve."""
    fluid, target = Injectate(patient), patient.targets_mm["femoral_nerve_block"]
    place = _under_fascia(fluid, patient, target[0] + (-20.0 if patient.side == "right" else 20.0), float(target[2]))
    if place is None:
        return [Figure(f"{name}_fascia_iliaca_length_20_ml", None, "mm", why="no place under the fascia was found")]
    figures, given, rings = list[Figure](), 0.0, nerve_rings(fluid.ground)
    for volume_ml, told in (
        (20.0, "20 ml stained the femoral nerve in 12 of 12 (Hebbard P et al. Anaesthesia 2011;66:300-305)"),
        (40.0, "40 ml reached all three nerves (Vermeylen K et al. J Anesth 2018;32:908-913)"),
    ):
        give(fluid, volume_ml - given, _opening(patient, place))
        given, field = volume_ml, fluid.field
        if field is None:
            continue
        wide, long, _ = extents_mm(field)
        thick = ball_mm(field)
        share = 100 * max(covered_share(field, ring) for ring in rings)
        outside = fluid.volumes_ml.get("outside the body", 0.0)
        why = f"{wide:.0f} mm wide, {outside:.1f} ml beyond the patient's edge; cadavers: {told}"
        figures += [
            Figure(f"{name}_fascia_iliaca_length_{volume_ml:g}_ml", long, "mm", n=1, why=why),
            Figure(
                f"{name}_fascia_iliaca_over_thickness_{volume_ml:g}_ml",
                max(long, wide) / thick,
                "",
                n=1,
                why=f"the widest ball in it is {thick:.1f} mm, half a voxel more or less; demanded: 10",
            ),
            Figure(f"{name}_fascia_iliaca_nerve_covered_{volume_ml:g}_ml", share, "%", n=1, why=f"cadavers: {told}"),
        ]
    return figures


def _under_fascia(fluid: Injectate, patient: Patient, x_mm: float, z_mm: float) -> NDArray[np.float64] | None:
    """A place in the plane right beneath fascia iliaca."""
    ground = fluid.ground
    ix, iz = (round(float((at - ground.origin_mm[axis]) / ground.spacing_mm)) for at, axis in ((x_mm, 0), (z_mm, 2)))
    fascia = patient.structure("fascia iliaca").label
    column, media = ground.label_zxy[iz, ix], ground.medium_zxy[iz, ix]
    sheet = np.flatnonzero(column == fascia)
    if not len(sheet):
        return None
    below = [iy for iy in range(int(sheet.max()), min(int(sheet.max()) + 5, len(column))) if media[iy] == Medium.PLANE]
    return None if not below else ground.origin_mm + ground.spacing_mm * np.array([ix, below[0], iz])


def _hip(name: str, patient: Patient) -> list[Figure]:
    """What 10 ml in the hip does."""
    fluid = Injectate(patient)
    opening = _opening(patient, patient.targets_mm["hip_joint_injection"])
    if opening.kind is not Kind.JOINT_FLUID:
        recess = next(s for s in patient.structures if s.kind is Kind.JOINT_FLUID)
        opening = Opening(tip_mm=opening.tip_mm, kind=recess.kind, structure=recess.name)
    give(fluid, 10.0, opening)
    field = fluid.field
    if field is None:
        return [Figure(f"{name}_hip_length_10_ml", None, "mm", why="nothing was injected")]
    wide, long, _ = extents_mm(field)
    why = f"{wide:.0f} mm wide, {ball_mm(field):.1f} mm thick; no figure was read"
    return [Figure(f"{name}_hip_length_10_ml", long, "mm", n=1, why=why)]


def _cost(name: str, patient: Patient) -> list[Figure]:
    """CPU of a frame's syringe, fluid, field and displacement while half a millilitre a second goes in at the nerve."""
    atlas = load_atlas()
    needle = atlas.needle("22g_80mm")
    tissue = Tissue(patient, face_length_mm=atlas.probe("linear_12_4").chord_mm)
    injection = Injection(patient, needle, syringes=usual_syringes(), absorbs=False)
    tip = patient.targets_mm["femoral_nerve_block"]
    shape = NeedleShape(
        points_mm=np.array([[tip[0], 0.0, tip[2]], tip]),
        outer_diameter_mm=needle.outer_diameter_mm.value,
        inner_diameter_mm=needle.inner_diameter_mm.value,
        bevel=np.array([1.0, 0.0, 0.0]),
        bevel_length_mm=needle.bevel_length_mm.value,
    )
    spent: list[float] = []
    plunger = PlungerControl(injected_ml=60.0, rate_ml_s=USUAL_ML_S)
    for _ in range(round(20.0 / USUAL_ML_S / FRAME_S)):
        motion = tissue.motion(0.0, ProbeControl(press_n=0), displacement=injection.fluid.displacement)
        begun = time.thread_time()
        injection.step(plunger, FRAME_S, tissue=tissue, motion=motion, shape=shape, press_n=0.0)
        injection.field(tissue, motion)
        spent.append(1000 * (time.thread_time() - begun))
    warm = np.array(spent[30:])
    why = f"{injection.syringe.delivered_ml:.1f} ml at {USUAL_ML_S} ml/s; demanded: 3 ms"
    return [
        Figure(f"{name}_cpu_mean", float(warm.mean()), "ms", n=len(warm), why=why),
        Figure(f"{name}_cpu_p50", float(np.percentile(warm, 50)), "ms", n=len(warm), why=why),
        Figure(f"{name}_cpu_p95", float(np.percentile(warm, 95)), "ms", n=len(warm), why=why),
    ]
