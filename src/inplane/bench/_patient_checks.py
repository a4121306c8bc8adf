"""What a patient of a procedure must fulfil, measured on one patient: seen in truth and in the picture, order, path."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import cos, radians, sin, sqrt

import cv2
import numpy as np
from numpy.typing import NDArray

from inplane.anatomy import Kind, Patient, needle_side, slice_labels, structure_at
from inplane.atlas import Procedure, load_atlas
from inplane.core import Control, Frame, ScannerControl
from inplane.operators import scanner_for
from inplane.world import World

SEEN_MM2 = 0.8
"""Chosen: a smaller cut is a dot: a vein of a millimeter."""
BESIDE, OUTLINE = (0.11, 0.34), (0.08, 0.70)
"""gCNR that ovals in plain muscle exceed by chance in one of twenty: a + b / sqrt(area in mm2), of a structure against
what lies beside it and of its outline against what it encloses. `tools/fit_chance_contrast.py` prints both."""
RING_MM = 1.2
"""Chosen: what lies directly beside."""
FRAMES = 4
"""Pictures until compounding is complete."""
ANGLES_DEG = tuple(range(6, 67, 3))
"""Chosen: from all but flat to steep."""
STEP_MM = 0.3
SOLID = (Kind.BONE, Kind.LUNG, Kind.PLEURA, Kind.DURA, Kind.CEREBROSPINAL_FLUID)
VITAL = (Kind.ARTERY_WALL, Kind.ARTERY_LUMEN, Kind.VEIN_LUMEN, Kind.FASCICLE)
BRIGHT_LINE = (Kind.BONE, Kind.PLEURA, Kind.LUNG)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cut:
    """A procedure's view: labels and picture on the same pixels.

    Args:
        labels, grey: (lines, samples). pixel_mm: across, down.
    """

    labels: NDArray[np.uint8]
    grey: NDArray[np.uint8]
    pixel_mm: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """How a structure shows.

    Args:
        name, area_mm2: which, and how much of it is cut.
        beside, outline: gCNR against what lies beside it, and of its outline against what it encloses.
        by_place: muscle beside muscle and fat beside fat are known by their place alone.
    """

    name: str
    area_mm2: float
    beside: float = 0.0
    outline: float = 0.0
    by_place: bool = False

    @property
    def shows(self) -> bool:
        """Whether it is there and differs by more than chance."""
        if self.area_mm2 < SEEN_MM2:
            return False
        chance = by_chance(self.area_mm2)
        return self.by_place or self.beside > chance[0] or self.outline > chance[1]


def by_chance(area_mm2: float) -> tuple[float, float]:
    """What `contrasts` exceeds by chance in one of twenty at an area: beside, outline."""
    (a, b), (c, d) = BESIDE, OUTLINE
    return a + b / sqrt(area_mm2), c + d / sqrt(area_mm2)


def cut(patient: Patient, procedure: Procedure, *, scanner: ScannerControl | None = None) -> Cut:
    """The picture of a procedure's view with the atlas's probe and preset, and labels of what lies in it now, as the
    probe presses it."""
    frame, world = looked_at(patient, procedure, scanner=scanner)
    view = patient.views[procedure.id]
    geometry, (lines, samples) = frame.geometry, frame.pixels.shape
    pixel = geometry.width_mm / lines, geometry.depth_mm / samples
    points = np.zeros((lines, samples, 3))
    points[..., 0] = ((np.arange(lines) + 0.5 - lines / 2) * pixel[0])[:, None]
    points[..., 1] = (np.arange(samples) + 0.5) * pixel[1]
    places = world.moment().T_patient_image.apply(points.reshape(-1, 3))
    labels = world.tissue.labels_at(world.tissue.motion(frame.time_s, view), places)
    return Cut(labels=labels.reshape(lines, samples), grey=frame.pixels, pixel_mm=pixel)


def looked_at(patient: Patient, procedure: Procedure, *, scanner: ScannerControl | None = None) -> tuple[Frame, World]:
    """The picture of a procedure's view once compounding is complete, and the room in which it was taken."""
    atlas = load_atlas()
    probe, needle = atlas.probe(procedure.probe_id), atlas.needle(procedure.needle_id)
    world = World(patient, probe=probe, needle=needle, seed=patient.seed)
    control = Control(probe=patient.views[procedure.id], scanner=scanner or scanner_for(procedure))
    for _ in range(FRAMES - 1):
        world.step(control, 1 / 30)
        world.observe()
    world.step(control, 1 / 30)
    return world.observe(), world


def labels_of(patient: Patient, name: str) -> list[int]:
    """Labels of a structure of the vocabulary: those named so, and those that belong to it."""
    return [s.label for s in patient.structures if name in (s.name, s.belongs_to)]


def seen(patient: Patient, view: Cut, name: str) -> Seen:
    """How a structure shows in a view. Of bone and gas only the surface counts."""
    labels = labels_of(patient, name)
    mask = np.isin(view.labels, labels)
    area = float(mask.sum() * view.pixel_mm[0] * view.pixel_mm[1])
    kinds = {s.kind for s in patient.structures if s.label in labels}
    if not area:
        return Seen(name=name, area_mm2=0.0)
    beside, outline = contrasts(view, mask, line=bool(kinds & set(BRIGHT_LINE)))
    return Seen(name=name, area_mm2=area, beside=beside, outline=outline, by_place=kinds <= {Kind.MUSCLE, Kind.FAT})


def contrasts(view: Cut, mask: NDArray[np.bool_], *, line: bool = False) -> tuple[float, float]:
    """gCNR of a place against what lies within RING_MM beside it, and of its outline against what that encloses; of a
    `line`, its surface against what lies over it."""
    reach = [max(1, round(RING_MM / mm)) for mm in view.pixel_mm]
    grown, core = (change(mask, reach, 1.0) for change in (_grown, _shrunk))
    if line:
        return gcnr(view.grey[mask & ~core], view.grey[np.roll(mask, -3 * reach[1], axis=1) & ~mask]), 0.0
    edge = _grown(mask, reach, 1 / 3) & ~_shrunk(mask, reach, 1 / 3)
    return gcnr(view.grey[mask], view.grey[grown & ~mask]), gcnr(view.grey[edge], view.grey[mask & ~edge])


def _box(reach: Sequence[int], share: float) -> NDArray[np.uint8]:
    return np.ones(tuple(2 * max(1, int(share * n)) + 1 for n in reach), np.uint8)


def _grown(mask: NDArray[np.bool_], reach: Sequence[int], share: float) -> NDArray[np.bool_]:
    return cv2.dilate(mask.astype(np.uint8), _box(reach, share)).astype(bool)


def _shrunk(mask: NDArray[np.bool_], reach: Sequence[int], share: float) -> NDArray[np.bool_]:
    return cv2.erode(mask.astype(np.uint8), _box(reach, share)).astype(bool)


def gcnr(inside: NDArray[np.uint8], outside: NDArray[np.uint8]) -> float:
    """Generalized contrast to noise ratio: 1 less the overlap of the two histograms, 8 bins.

    References:
        Rodriguez-Molares A et al. IEEE TUFFC 2020;67:745-759.
    """
    if not inside.size or not outside.size:
        return 0.0
    one, other = (np.bincount(part >> 5, minlength=8) / part.size for part in (inside, outside))
    return float(1.0 - np.minimum(one, other).sum())


def wanted(procedure: Procedure) -> tuple[str, ...]:
    """Structures that the view must show: target, critical structures, and what the atlas's first view names."""
    view = load_atlas().view(procedure.views[0])
    names = [procedure.target.structure, *(c.structure for c in procedure.critical_structures), *view.must_show]
    return tuple(dict.fromkeys(names))


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A straight way of the needle in the picture: angle to the face, how near (mm) it comes to what it must not meet,
    and its length."""

    angle_deg: float
    clear_mm: float
    length_mm: float


def paths(patient: Patient, procedure: Procedure, *, half_face_mm: float) -> Iterator[Path]:
    """Ways in the imaging plane from beside the probe's face to the target that meet nothing solid.

    The needle comes from the end of the face that the patient tells, at every angle of ANGLES_DEG whose entry lies
    outside the face.
    """
    pose = patient.views[procedure.id].pose(0.0)
    target = pose.inverse().apply(patient.targets_mm[procedure.id])
    side = needle_side(patient, procedure.id)
    for angle in ANGLES_DEG:
        entry_x = target[0] + side * target[1] / np.tan(radians(angle))
        if side * entry_x < half_face_mm + 1.0:
            continue
        length = target[1] / sin(radians(angle))
        steps = np.arange(0.0, length, STEP_MM)
        points = np.column_stack([entry_x - side * steps * cos(radians(angle)), steps * sin(radians(angle)), 0 * steps])
        clear = _clear_mm(patient, pose.apply(points), procedure)
        if clear is not None:
            yield Path(angle_deg=angle, clear_mm=clear, length_mm=float(length))


def _clear_mm(patient: Patient, points: NDArray[np.float64], procedure: Procedure) -> float | None:
    """Distance from a way to the nearest vessel or fascicle, at most 5 mm; None where it meets something solid."""
    h = patient.spacing_mm
    kinds = {s.label: s.kind for s in patient.structures}
    solid = {label for label, kind in kinds.items() if kind in SOLID}
    into_bone = {s.label for s in patient.structures if s.belongs_to == procedure.target.structure}
    vital = np.isin(np.arange(256), [label for label, kind in kinds.items() if kind in VITAL])
    least = 5.0
    reach = round(5.0 / h)
    for point in points:
        inside = structure_at(patient, point)
        if inside is not None and inside.label in solid - into_bone:
            return None
        x, y, z = np.floor((point - patient.origin_mm) / h + 0.5).astype(int)
        low = [max(0, int(i) - reach) for i in (z, x, y)]
        block = vital[patient.labels_zxy[low[0] : z + reach, low[1] : x + reach, low[2] : y + reach]]
        if block.any():
            away = np.argwhere(block) + low - np.array([z, x, y])
            least = min(least, float(np.sqrt((away**2).sum(axis=1)).min()) * h)
    return least


def ordered(patient: Patient, procedure: Procedure, order: Sequence[tuple[str, str, str]]) -> str:
    """Which relations do not hold of the middles of what the view's plane cuts at rest."""
    probe = load_atlas().probe(procedure.probe_id)
    shape, depth_mm = (192, 256), procedure.preset.depth_mm.value
    pose, width_mm = patient.views[procedure.id].pose(0.0), max(probe.chord_mm, 40.0)
    labels = slice_labels(patient, pose, width_mm=width_mm, depth_mm=depth_mm, shape=shape)
    outward = needle_side(patient, procedure.id)
    outward = outward if patient.needle_from.get(procedure.id, "lateral") == "lateral" else -outward
    wrong: list[str] = []
    for one, relation, other in order:
        places = [np.argwhere(np.isin(labels, labels_of(patient, name))) for name in (one, other)]
        if uncut := [name for name, place in zip((one, other), places, strict=True) if not len(place)]:
            wrong.append(f"{' and '.join(uncut)} not cut")
            continue
        (y0, y1), (x0, x1) = (
            (float(place[:, 1].mean()) for place in _facing(*places)),
            (float(place[:, 0].mean()) for place in places),
        )
        holds = {
            "above": y0 < y1,
            "below": y0 > y1,
            "lateral to": (x0 - x1) * outward > 0,
            "medial to": (x0 - x1) * outward < 0,
        }
        if not holds[relation]:
            wrong.append(f"{one} is not {relation} {other}")
    return ", ".join(wrong)


def _facing(one: NDArray[np.int64], other: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pixels (line, sample) of two structures on the lines that cut both; all of them where no line does."""
    shared = np.intersect1d(one[:, 0], other[:, 0])
    if not shared.size:
        return one, other
    return one[np.isin(one[:, 0], shared)], other[np.isin(other[:, 0], shared)]
