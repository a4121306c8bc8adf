"""Spread that bench `injectate` measures beside what was published: planes, nerves, pockets, pressures, onset."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as scipy_ndimage

from inplane.anatomy import Kind, Patient
from inplane.atlas import load_atlas
from inplane.bench._injectate_blocks import bursa, give, joint, nerve, plane, sheath
from inplane.bench.report import Figure
from inplane.core import Deformation, InjectateField
from inplane.physics.injectate import (
    HAND_KPA,
    OPENING_KPA,
    PERINEURAL_KPA,
    Depot,
    Injectate,
    Opening,
    Path,
    Pocket,
    Uptake,
    cannula_kpa_s_ml,
    covered_share,
    flow_of_hand,
    nerve_rings,
    pocket_of,
    tissue_kpa_s_ml,
)
from inplane.physics.injectate.pressure import KPA_PER_PSI

ndimage: Any = scipy_ndimage  # its stubs leave most types unknown
PLANE_ML = (5.0, 10.0, 20.0, 30.0)
PUBLISHED_PLANE = {
    5.0: "published: about one vertebral level, some 35 mm, head to foot (TAP, CT of cadavers, n = 1 a volume)",
    10.0: "published: about two levels, some 70 mm; source as at 5 ml",
    20.0: "published: about two levels, some 70 mm (Moeschler SM et al. J Pain Res 2013;6:493-496); a level's 35 mm is "
    "chosen",
    30.0: "no figure was read",
}
COVERED = 0.95
"""Share of a nerve's ring that counts as surrounded. Chosen: a voxel or two may stay dry."""


def extents_mm(field: InjectateField) -> tuple[float, float, float]:
    """Length along x and z of the places that hold mostly fluid, and the thickest column of them along y."""
    wet = field.fraction_zxy > 0.5
    if not wet.any():
        return 0.0, 0.0, 0.0
    z, x, _ = np.nonzero(wet)
    step = field.spacing_mm
    return (np.ptp(x) + 1) * step, (np.ptp(z) + 1) * step, float(wet.sum(axis=2).max()) * step


def ball_mm(field: InjectateField) -> float:
    """Diameter of the widest ball in places that hold mostly fluid: the thickness of a sheet, however it is bent."""
    wet = np.pad(field.fraction_zxy > 0.5, 1)
    away: NDArray[np.float64] = ndimage.distance_transform_edt(wet)
    return (2 * float(away.max()) - 0.5) * field.spacing_mm


def planes() -> list[Figure]:
    """A lens between two muscles against volume."""
    fluid, given, figures = Injectate(plane()), 0.0, list[Figure]()
    opening = Opening(tip_mm=np.array([0.0, 25.8, 0.0]), kind=Kind.MUSCLE, structure="lower muscle")
    for volume_ml in PLANE_ML:
        give(fluid, volume_ml - given, opening)
        given, field = volume_ml, fluid.field
        if field is None:
            continue
        wide, long, thick = extents_mm(field)
        why = PUBLISHED_PLANE[volume_ml]
        figures += [
            Figure(f"plane_length_{volume_ml:g}_ml", long, "mm", n=1, why=why),
            Figure(f"plane_thickness_{volume_ml:g}_ml", thick, "mm", n=1, why="no figure was read"),
            Figure(
                f"plane_width_over_thickness_{volume_ml:g}_ml",
                min(wide, long) / thick,
                "",
                n=1,
                why="demanded: 10 or more; no published ratio was read",
            ),
        ]
    return figures


def around_a_nerve(half_mm: tuple[float, float], beside_mm: float) -> tuple[float, dict[float, float]]:
    """A nerve's area (mm2), and the covered share of its ring by ml per mm2 of it, in the best slice."""
    fluid, area = Injectate(nerve(half_mm)), np.pi * half_mm[0] * half_mm[1]
    tip = np.array([0.0, 20 + half_mm[1] + beside_mm, 0.0])
    rings, shares, given = nerve_rings(fluid.ground), dict[float, float](), 0.0
    for per_mm2 in (0.01, 0.02, 0.04, 0.06, 0.08, 0.11, 0.16, 0.24, 0.4):
        give(fluid, per_mm2 * area - given, Opening(tip_mm=tip, kind=Kind.FAT, structure="fat"))
        given = per_mm2 * area
        shares[per_mm2] = max(covered_share(fluid.field, ring) for ring in rings)
    return float(area), shares


def nerves() -> list[Figure]:
    """Doughnuts about an ulnar nerve from one side."""
    area, shares = around_a_nerve((1.4, 1.4), 1.0)
    enough = next((per for per, share in shares.items() if share >= COVERED), None)
    source = (
        "published effective volumes of an ulnar nerve of 6.2 mm2, injected about it: ED50 0.08, ED95 0.11 ml/mm2, n = "
        "17 (Eichenberger U et al. Reg Anesth Pain Med 2009;34:242-246); a volume that works is no covered share"
    )
    figures = [
        Figure("nerve_covered_at_ed50", 100 * shares[0.08], "%", n=1, why=f"of {area:.1f} mm2; {source}"),
        Figure("nerve_covered_at_ed95", 100 * shares[0.11], "%", n=1, why="see nerve_covered_at_ed50"),
        Figure(
            "nerve_surrounded_from",
            enough,
            "ml/mm2",
            n=1,
            why="beside ED95 0.11; see nerve_covered_at_ed50" if enough else "not surrounded at 0.4 ml/mm2",
        ),
    ]
    return [*figures, *intraneural()]


def shifted(deformation: Deformation, grid: NDArray[np.float32], points_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 3) points moved by one of a deformation's grids."""
    at = ((points_mm - deformation.origin_mm) / deformation.spacing_mm)[:, [2, 0, 1]].T
    shift = [ndimage.map_coordinates(grid[..., axis], at, order=1) for axis in range(3)]
    return points_mm + np.stack(shift, axis=1)


def area_mm2(points_mm: NDArray[np.float64]) -> float:
    """Of a closed outline across z, by the shoelace formula."""
    x, y = points_mm[:, 0], points_mm[:, 1]
    return 0.5 * abs(float(x @ np.roll(y, 1) - y @ np.roll(x, 1)))


def intraneural() -> list[Figure]:
    """Half a millilitre within a nerve of a sciatic nerve's size."""
    half = (6.0, 3.2)
    fluid = Injectate(nerve(half))
    give(fluid, 0.5, Opening(tip_mm=np.array([0.0, 20.0, 0.0]), kind=Kind.NERVE, structure="nerve"))
    turn = np.linspace(0, 2 * np.pi, 181)[:-1]
    ring = np.column_stack((half[0] * np.cos(turn), 20 + half[1] * np.sin(turn), np.zeros(180)))
    field, push = fluid.field, fluid.displacement
    if field is None or push is None:
        return [Figure("intraneural_growth", None, "%", why="nothing was injected")]
    grown = area_mm2(shifted(push, push.to_now_zxy_mm, ring)) / area_mm2(ring) - 1
    inside = fluid.volumes_ml.get("nerve", 0.0)
    along = field.fraction_zxy.sum(axis=(1, 2), dtype=np.float64)
    long = float((along > 0.05 * along.max()).sum()) * field.spacing_mm
    why = (
        "at the tip, of 60 mm2; published: 8.7 % (95 % CI 5.6 to 11.9), supraclavicular plexus and subgluteal sciatic "
        "nerve, n = 33 (Moayeri N et al. Br J Anaesth 2012;109:432-438). The room in a nerve is calibrated to it, so "
        "this is no test"
    )
    return [
        Figure("intraneural_growth", 100 * grown, "%", n=1, why=why),
        Figure("intraneural_kept", 100 * inside / 0.5, "%", n=1, why="of 0.5 ml; no figure was read"),
        Figure("intraneural_length", long, "mm", n=1, why="no figure was read"),
    ]


def pockets() -> list[Figure]:
    """How much goes into a joint, a bursa and a tendon sheath, and what it presses back."""
    hip = pocket_of(Kind.JOINT_FLUID, "joint recess")
    figures = list[Figure]()
    if hip is not None:
        source = "published: unchanged below 10 ml, then exponential, n = 52 hips (Yen C-H et al. 2009)"
        for volume_ml in (5.0, 10.0, 12.0, 20.0):
            pressure = hip.pressure_kpa(volume_ml) * 7.50062
            figures.append(Figure(f"joint_pressure_{volume_ml:g}_ml", pressure, "mmHg", n=1, why=source))
    cases: tuple[tuple[str, Callable[[], Patient], tuple[float, float], str, float], ...] = (
        ("joint", joint, (0.0, 29.0), "joint recess", 8.0),
        ("bursa", bursa, (0.0, 23.6), "subacromial bursa", 5.0),
        ("sheath", sheath, (0.0, 17.1), "biceps tendon sheath", 1.5),
    )
    for name, build, (x, y), structure, volume_ml in cases:
        figures += _pocket(name, build(), (np.array([x, y, 0.0]), structure), volume_ml)
    return figures


def _pocket(name: str, patient: Patient, at: tuple[NDArray[np.float64], str], volume_ml: float) -> list[Figure]:
    """What stays within the walls, and the volume at which a thumb on 20 ml stops."""
    tip_mm, structure = at
    fluid = Injectate(patient)
    give(fluid, volume_ml, Opening(tip_mm=tip_mm, kind=Kind.JOINT_FLUID, structure=structure))
    field, push = fluid.field, fluid.displacement
    if field is None or push is None:
        return [Figure(f"{name}_within_its_walls", None, "%", why="nothing was injected")]
    place = np.argwhere(field.fraction_zxy > 0.01)
    held = field.fraction_zxy[tuple(place.T)]
    rest = shifted(push, push.to_rest_zxy_mm, field.origin_mm + place[:, [1, 2, 0]] * field.spacing_mm)
    at_rest = np.rint((rest - patient.origin_mm) / patient.spacing_mm).astype(int)[:, [2, 0, 1]]
    names = {s.label: s.name for s in patient.structures}
    own = [label for label, called in names.items() if called in (structure, "wall")]
    kept = float(held[np.isin(patient.labels_zxy[tuple(at_rest.T)], own)].sum() / held.sum())
    stops = _stops_at(pocket_of(Kind.JOINT_FLUID, structure))
    return [
        Figure(
            f"{name}_within_its_walls",
            100 * kept,
            "%",
            n=1,
            why=f"of {volume_ml:g} ml, behind its wall where that has been pushed to; no figure was read",
        ),
        Figure(f"{name}_stops_the_thumb", stops, "ml", n=1, why="20 ml syringe, 22 G 80 mm; no figure was read"),
    ]


def _stops_at(pocket: Pocket | None) -> float | None:
    """Volume at which a thumb cannot push any more."""
    if pocket is None:
        return None
    volumes = np.arange(0.0, 80.0, 0.1)
    room = HAND_KPA[20] - OPENING_KPA[Kind.JOINT_FLUID]
    return float(next((v for v in volumes if pocket.pressure_kpa(float(v)) >= room), volumes[-1]))


def pressures() -> list[Figure]:
    """Pressure at the hub, 22 G 50 mm, at the rates at which it was measured."""
    needle = load_atlas().needle("22g_50mm")
    arm = "1 ml in 10 s into nerves of the arm, n = 30 each, needle unknown (PMC4493739)"
    contact = "10 ml/min, plexus (Gadsden JC et al. Anesthesiology 2014;120:1246-1253)"
    cases = (
        ("hub_beside_nerve_slow", Kind.FAT, PERINEURAL_KPA, 0.1, f"published: 6.7 to 8.3 psi; {arm}"),
        ("hub_in_fascicle_slow", Kind.FASCICLE, OPENING_KPA[Kind.FASCICLE], 0.1, f"published: 17.9 to 29.4 psi; {arm}"),
        ("hub_beside_nerve", Kind.FAT, PERINEURAL_KPA, 1 / 6, f"published: 8.2 psi at 1 mm; {contact}"),
        ("hub_on_nerve", Kind.NERVE, OPENING_KPA[Kind.NERVE], 1 / 6, f"published: 20.9 psi at contact; {contact}"),
    )
    figures = list[Figure]()
    for name, kind, opening, rate, why in cases:
        resistance = cannula_kpa_s_ml(needle) + tissue_kpa_s_ml(kind, 1.0)
        _, hub = flow_of_hand(rate, Path(resistance_kpa_s_ml=resistance, threshold_kpa=opening), HAND_KPA[20])
        figures.append(Figure(name, hub / KPA_PER_PSI, "psi", n=1, why=f"{why}; opening pressures come from it"))
    return figures


def onset() -> list[Figure]:
    """When twice the amount of nine tenths of an effect has given half of it, and for how long."""
    state, seconds = Uptake(depot=Depot(slow_mg=40.4)), 0.0
    while state.block < 0.5 and seconds < 36_000:
        state, seconds = state.later(30.0), seconds + 30
    start = seconds
    while state.block >= 0.5 and seconds < 360_000:
        state, seconds = state.later(30.0), seconds + 30
    source = "40.4 mg; published model: 23.4 min and 22.9 h (Gaudreault F et al. Anesthesiology 2015;122:1010-1019)"
    return [
        Figure("block_onset", start / 60, "min", n=1, why=f"to half the effect, {source}"),
        Figure("block_duration", (seconds - start) / 3600, "h", n=1, why=f"{source}; the slow half-life is set by it"),
    ]
