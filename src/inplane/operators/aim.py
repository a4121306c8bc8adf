"""Hands against picture: where a needle must enter, and how it is held, to reach a point of the picture in plane."""

from dataclasses import replace
from math import asin, atan2, cos, hypot, sin, sqrt, tan
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from inplane.core import NeedleControl, Point, ProbeControl, RangeError
from inplane.guidance import Side

End: TypeAlias = Literal["lateral", "medial"]

USUAL_WIDTH_MM = 39.0
"""Face of the atlas's probe linear_12_4, the default of both procedures."""
FLAT_RAD = 0.5
"""Chosen: 29 degrees. A shaft is best seen below 30 (atlas, needle_steepness_max_rad, SCHAF04)."""
SPARE_MM = 6.0
"""Chosen: so much of the needle is kept in hand, for a target deeper than it seemed."""
FARTHEST_MM = 45.0
"""Chosen: farther from the probe a hand can no longer tell whether a needle lies in its plane."""
BESIDE_MM = 6.0
"""Chosen: nearer to the probe's end there is no room for a hub."""
BEGINNERS_MM = 4.0
"""Chosen: where a beginner sets the needle, close beside the probe."""


def lateral_sign(probe: ProbeControl, side: Side) -> float:
    """+1 where the picture's x grows towards the outside of the treated leg, -1 where it grows towards the middle."""
    outward = -1.0 if side == "right" else 1.0  # patient x grows to the patient's left
    return 1.0 if float(probe.pose().rotation[0, 0]) * outward >= 0 else -1.0


def aim_in_plane(
    probe: ProbeControl,
    *,
    target_mm: Point,
    side: Side = "right",
    width_mm: float = USUAL_WIDTH_MM,
    end: End = "lateral",
    offset_mm: float = 6.0,
    indentation_mm: float = 0.0,
) -> NeedleControl:
    """A needle on the skin beside one end of the probe, in the imaging plane, pointing at a point of the picture.

    Args:
        probe: how the probe is held.
        target_mm: (x, y) in the picture.
        side: the treated side, which tells lateral from medial.
        width_mm: of the probe's face.
        end: at which end the needle enters.
        offset_mm: from that end of the face to the entry, along the picture's x; 0 to 60.
        indentation_mm: how far the face stands below the resting skin.

    Returns:
        The needle with nothing beneath the skin yet (`advance_mm` 0).

    Raises:
        RangeError: the target is not below the skin at the entry.
    """
    sign = lateral_sign(probe, side) * (1.0 if end == "lateral" else -1.0)
    return aim_from(
        probe, entry_x_mm=sign * (width_mm / 2 + offset_mm), target_mm=target_mm, indentation_mm=indentation_mm
    )


def flat_offset_mm(
    target_mm: Point,
    *,
    outward: float,
    width_mm: float = USUAL_WIDTH_MM,
    needle_mm: float = 80.0,
    steepness_rad: float = FLAT_RAD,
) -> float:
    """How far beside the face to enter, so that the needle is as steep as said and long enough; 6 to 45 mm.

    Args:
        target_mm: (x, y) in the picture.
        outward: +1 where the needle enters at the end to which the picture's x grows, -1 at the other.
        width_mm: of the probe's face.
        needle_mm: length of the needle.
        steepness_rad: of the way, below the face.
    """
    farthest_mm = farthest_offset_mm(target_mm, outward=outward, width_mm=width_mm, needle_mm=needle_mm)
    inward_mm = width_mm / 2 - outward * target_mm[0]
    return max(min(target_mm[1] / tan(steepness_rad) - inward_mm, farthest_mm), BESIDE_MM)


def farthest_offset_mm(
    target_mm: Point,
    *,
    outward: float,
    width_mm: float = USUAL_WIDTH_MM,
    needle_mm: float = 80.0,
) -> float:
    """How far beside the face a needle may enter and still be long enough; 6 to 45 mm. Arguments as above."""
    inward_mm = width_mm / 2 - outward * target_mm[0]
    reach_mm = sqrt(max((needle_mm - SPARE_MM) ** 2 - target_mm[1] ** 2, 0.0))
    return min(max(reach_mm - inward_mm, BESIDE_MM), FARTHEST_MM)


def aim_from(probe: ProbeControl, *, entry_x_mm: float, target_mm: Point, indentation_mm: float = 0.0) -> NeedleControl:
    """The same, from any x of the picture: the entry lies where the imaging plane cuts the resting skin.

    Raises:
        RangeError: the target is not below the skin at the entry.
    """
    T_patient_image = probe.pose(indentation_mm)
    across, down = T_patient_image.rotation[:, 0], T_patient_image.rotation[:, 1]
    entry_y_mm = -(indentation_mm + across[1] * entry_x_mm) / down[1]
    entry = T_patient_image.apply([entry_x_mm, float(entry_y_mm), 0.0])
    way = T_patient_image.apply([target_mm[0], target_mm[1], 0.0]) - entry
    length = float(np.linalg.norm(way))
    if length < 1e-6 or way[1] <= 0:
        raise RangeError(f"Target is {way[1]:.1f} mm below the skin at the entry. Expected more than 0 mm.")
    return NeedleControl(
        entry_x_mm=float(entry[0]),
        entry_z_mm=float(entry[2]),
        heading_rad=atan2(float(way[2]), float(way[0])),
        steepness_rad=asin(float(way[1]) / length),
    )


def image_line(
    probe: ProbeControl, needle: NeedleControl, indentation_mm: float = 0.0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Entry (3,) and unit direction (3,) of a straight needle in IMAGE space: z is the distance from the plane."""
    T_image_patient = probe.pose(indentation_mm).inverse()
    entry = T_image_patient.apply([needle.entry_x_mm, 0.0, needle.entry_z_mm])
    return entry, T_image_patient.rotate(needle.direction())


def reach_mm(probe: ProbeControl, needle: NeedleControl, target_mm: Point, indentation_mm: float = 0.0) -> float:
    """Shaft that lies beneath the skin when the tip is beside a point of the picture."""
    entry, direction = image_line(probe, needle, indentation_mm)
    return float((target_mm[0] - entry[0]) * direction[0] + (target_mm[1] - entry[1]) * direction[1])


def shifted(needle: NeedleControl, *, along_x_mm: float = 0.0, along_z_mm: float = 0.0) -> NeedleControl:
    """The needle entering elsewhere on the skin (patient left, head), held the same."""
    return replace(needle, entry_x_mm=needle.entry_x_mm + along_x_mm, entry_z_mm=needle.entry_z_mm + along_z_mm)


def across_plane(probe: ProbeControl, needle: NeedleControl, distance_mm: float) -> NeedleControl:
    """The needle entering beside the imaging plane by a distance, held the same."""
    normal = probe.pose().rotation[:, 2]
    flat = hypot(float(normal[0]), float(normal[2]))
    return shifted(
        needle,
        along_x_mm=distance_mm * float(normal[0]) / flat,
        along_z_mm=distance_mm * float(normal[2]) / flat,
    )


def turned(needle: NeedleControl, *, heading_rad: float = 0.0, steepness_rad: float = 0.0) -> NeedleControl:
    """The needle held at another angle, within what a hand can do."""
    return replace(
        needle,
        heading_rad=atan2(sin(needle.heading_rad + heading_rad), cos(needle.heading_rad + heading_rad)),
        steepness_rad=min(max(needle.steepness_rad + steepness_rad, 0.05), 1.5),
    )


def slid(start: ProbeControl, slid_mm: float, probe: ProbeControl) -> ProbeControl:
    """The probe moved along its own face by a way from where it was put down, held as it is."""
    along = start.pose().rotation[:, 0]
    return replace(probe, x_mm=start.x_mm + slid_mm * float(along[0]), z_mm=start.z_mm + slid_mm * float(along[2]))


def slid_mm_of(start: ProbeControl, probe: ProbeControl) -> float:
    """How far the probe has slid along its own face from where it was put down."""
    along = start.pose().rotation[:, 0]
    dx, dz, x, z = probe.x_mm - start.x_mm, probe.z_mm - start.z_mm, float(along[0]), float(along[2])
    return (dx * x + dz * z) / (x * x + z * z)


def beside_plane(probe: ProbeControl, distance_mm: float) -> ProbeControl:
    """The probe slid over the skin, across its imaging plane."""
    normal = probe.pose().rotation[:, 2]
    flat = hypot(float(normal[0]), float(normal[2]))
    return replace(
        probe,
        x_mm=probe.x_mm + distance_mm * float(normal[0]) / flat,
        z_mm=probe.z_mm + distance_mm * float(normal[2]) / flat,
    )
