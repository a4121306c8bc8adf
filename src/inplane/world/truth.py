"""What is really there at one frame. Scoring and the teacher's layer may ask; perception and guidance cannot.

It says where things are, not where they are shown: a scanner counts with 1540 m/s, so that what lies under fat is shown
some per cent too deep, and under muscle too near.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage as scipy_ndimage

from inplane.anatomy import Kind, Structure
from inplane.core import Geometry, InjectateField, LinearGeometry, PictureGeometry, Pose
from inplane.physics.needle import TipIn
from inplane.world.events import TruthEvent
from inplane.world.moment import Moment
from inplane.world.tissue import Tissue

ndimage: Any = scipy_ndimage  # its stubs leave most types unknown

IN_PLANE_MM = 1.0
"""Distance from the imaging plane within which the tip counts as in it. Chosen: half the beam's thickness."""
TIP_MM = 0.7
"""Radius about the tip in which its contrast is taken. Chosen: a bevel, and how far compounded looks show it apart."""
LINES_STEP, SAMPLES_STEP = 1, 2
"""The label map has every line and every second sample of the picture. Chosen: about 0.2 mm."""
COVERED: dict[Kind, tuple[Kind, ...]] = {
    Kind.NERVE: (Kind.FASCICLE,),
    Kind.ARTERY_WALL: (Kind.ARTERY_LUMEN,),
    Kind.VEIN_WALL: (Kind.VEIN_LUMEN,),
}
"""What lies within and is outlined with its whole."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StructureOutline:
    """The edge of a structure in the imaging plane.

    Args:
        name, kind: of the structure; a wall's outline is the vessel's outer edge, a nerve's includes its fascicles.
        points_mm: (n, 2) closed, IMAGE mm.
    """

    name: str
    kind: Kind
    points_mm: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Truth:
    """What is really there.

    Args:
        sequence, time_s: of the frame.
        T_patient_image: where the imaging plane lies in the patient.
        needle_points_image_mm: (n, 3) from the puncture to the tip, third coordinate across the plane; n = 0 outside.
        needle_shown_image_mm: (n, 3) the same as it is shown, every half millimetre, its tip last; n = 0 outside, and
            of a recording that does not say.
        tip_image_mm: (3,) the last of `needle_points_image_mm`, or None.
        tip_in_plane: whether it lies within IN_PLANE_MM of the plane.
        tip_contrast_db: grey where it is shown over what would be there without the needle, in dB of the display; None
            where it is not in the picture, or where no picture was drawn without the needle (`World`, `bare`).
        tip_structure: name of what it is in; "" outside the body.
        needle_passes: how often the needle was pushed in.
        labels_line_sample: (lines, samples / 2) uint8 labels of the imaging plane.
        label_names: what they mean; 0 is outside the body.
        outlines: of every structure in the plane.
        targets_image_mm: (3,) by procedure, where a perfect tip would be now.
        spread_line_sample: bool of the same shape as the labels, where fluid fills more than half.
        spread_outlines_mm: its outlines, each (n, 2).
        injected_ml: volume by the structure that it went to.
        vein_open: open share of the widest vein where it is pressed most: 1 round, 0 flat.
        advance_unseen_mm: way that the tip was advanced while out of the imaging plane.
        events: what happened so far.
        tip_in: what the tip is in, or the hard thing it touches; None of a recording that does not say.
    """

    sequence: int
    time_s: float
    T_patient_image: Pose
    needle_points_image_mm: NDArray[np.float64]
    needle_shown_image_mm: NDArray[np.float64]
    tip_image_mm: NDArray[np.float64] | None
    tip_in_plane: bool
    tip_contrast_db: float | None
    tip_structure: str
    needle_passes: int
    labels_line_sample: NDArray[np.uint8]
    label_names: Mapping[int, str]
    outlines: tuple[StructureOutline, ...]
    targets_image_mm: Mapping[str, NDArray[np.float64]]
    spread_line_sample: NDArray[np.bool_]
    spread_outlines_mm: tuple[NDArray[np.float64], ...]
    injected_ml: Mapping[str, float]
    vein_open: float
    advance_unseen_mm: float
    events: tuple[TruthEvent, ...]
    tip_in: TipIn | None = None

    def outline(self, name: str) -> StructureOutline | None:
        """The largest outline of a structure, None where it is not in the plane."""
        found = [outline for outline in self.outlines if outline.name == name]
        return max(found, key=lambda outline: _area_mm2(outline.points_mm), default=None)


def truth_of(moment: Moment, tissue: Tissue) -> Truth:
    """What was really there at a moment; some milliseconds of work, off the live path."""
    patient = tissue.patient
    T_image_patient = moment.T_patient_image.inverse()
    grid = label_grid(moment.geometry)
    plane = _plane_mm(moment.T_patient_image, grid)
    shape = (grid.n_lines, grid.n_samples)
    labels = tissue.labels_at(moment.motion, plane).reshape(shape)
    if isinstance(grid, PictureGeometry):
        labels[~grid.mask()] = 0
    spread = _spread(moment.injectate, plane).reshape(shape)
    needle, tip = _needle(moment, T_image_patient)
    names = {structure.label: structure.name for structure in patient.structures}
    targets = {
        procedure: T_image_patient.apply(tissue.now(moment.motion, target[None]))[0]
        for procedure, target in patient.targets_mm.items()
    }
    return Truth(
        sequence=moment.sequence,
        time_s=moment.time_s,
        T_patient_image=moment.T_patient_image,
        needle_points_image_mm=needle,
        needle_shown_image_mm=moment.needle_shown_mm,
        tip_image_mm=tip,
        tip_in_plane=tip is not None and abs(float(tip[2])) <= IN_PLANE_MM,
        tip_contrast_db=_tip_contrast_db(moment),
        tip_structure=names.get(moment.needle.inside, "") if len(needle) else "",
        needle_passes=moment.needle.passes,
        labels_line_sample=labels,
        label_names=names,
        outlines=outlines_of(patient.structures, labels, grid),
        targets_image_mm=targets,
        spread_line_sample=spread,
        spread_outlines_mm=edges_mm(spread, grid),
        injected_ml=moment.volumes_ml,
        vein_open=moment.vein_open,
        advance_unseen_mm=moment.advance_unseen_mm,
        events=moment.events,
        tip_in=moment.needle.tip_in,
    )


def _needle(moment: Moment, T_image_patient: Pose) -> tuple[NDArray[np.float64], NDArray[np.float64] | None]:
    """(n, 3) from the puncture to the tip, and the tip; IMAGE mm."""
    needle = T_image_patient.apply(moment.needle.path_mm) if moment.needle.shape else np.zeros((0, 3))
    return needle, needle[-1] if len(needle) else None


def label_grid(geometry: Geometry) -> Geometry:
    """Where the pixels of the label map of a picture lie."""
    n_lines, n_samples = geometry.n_lines // LINES_STEP, geometry.n_samples // SAMPLES_STEP
    if isinstance(geometry, LinearGeometry):
        return replace(geometry, n_lines=n_lines, n_samples=n_samples)
    line_mm, sample_mm = LINES_STEP * geometry.line_pitch_mm, SAMPLES_STEP * geometry.sample_pitch_mm
    return replace(geometry, n_lines=n_lines, n_samples=n_samples, line_pitch_mm=line_mm, sample_pitch_mm=sample_mm)


def _plane_mm(T_patient_image: Pose, grid: Geometry) -> NDArray[np.float64]:
    """(lines * samples, 3) PATIENT points of a picture's pixels."""
    index = np.stack(np.meshgrid(np.arange(grid.n_lines), np.arange(grid.n_samples), indexing="ij"), axis=-1)
    flat = grid.to_mm(index.reshape(-1, 2))
    return T_patient_image.apply(np.concatenate((flat, np.zeros((len(flat), 1))), axis=1))


def _spread(field: InjectateField | None, points_mm: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(n,) whether fluid fills more than half of the place about each point."""
    if field is None:
        return np.zeros(len(points_mm), np.bool_)
    at = ((points_mm - field.origin_mm) / field.spacing_mm)[:, [2, 0, 1]]
    return ndimage.map_coordinates(field.fraction_zxy, at.T, order=1, mode="constant") > 0.5


def _tip_contrast_db(moment: Moment) -> float | None:
    """Of the shown tip; None without a needle."""
    return contrast_db(moment, moment.needle_shown_mm[-1]) if len(moment.needle_shown_mm) else None


def contrast_db(moment: Moment, place: NDArray[np.float64]) -> float | None:
    """Brightest tenth of a disc about a place of the shown needle, in dB of the display over the same disc without it.

    None where it is not in the picture, or where no picture was drawn without the needle.

    Speckle and fasciae are bright by themselves and outshine what surrounds them, needle or not: only the picture
    without it tells whether a tip is seen.
    """
    if moment.bare is None or not bool(moment.geometry.contains(place[:2])):
        return None
    geometry = moment.geometry
    line, sample = geometry.to_index(place[:2])
    pitch = (geometry.line_pitch_mm, geometry.sample_pitch_mm)
    low = [max(0, int(at - TIP_MM / step)) for at, step in zip((line, sample), pitch, strict=True)]
    high = [int(at + TIP_MM / step) + 2 for at, step in zip((line, sample), pitch, strict=True)]
    part = (slice(low[0], high[0]), slice(low[1], high[1]))
    lines, samples = np.ogrid[low[0] : high[0], low[1] : high[1]]
    away = np.hypot((lines - line) * pitch[0], (samples - sample) * pitch[1])
    shown, bare = (pixels[part].astype(np.float64) for pixels in (moment.pixels, moment.bare))
    disc = (away <= TIP_MM)[: shown.shape[0], : shown.shape[1]]
    if not disc.any():
        return None
    grey = float(np.percentile(shown[disc], 90) - np.percentile(bare[disc], 90))
    return grey / 255 * moment.scanner.dynamic_range_db


def outlines_of(
    structures: Sequence[Structure], labels: NDArray[np.uint8], grid: Geometry
) -> tuple[StructureOutline, ...]:
    """Outlines of every structure in a label map (lines, samples) whose pixels lie where `grid` says."""
    seen = set(np.unique(labels).tolist())
    found: list[StructureOutline] = []
    for structure in structures:
        within = [
            s.label
            for s in structures
            if s.belongs_to == structure.belongs_to and s.kind in COVERED.get(structure.kind, ())
        ]
        if not seen.intersection((structure.label, *within)) or structure.kind is Kind.FASCICLE:
            continue
        mask = np.isin(labels, (structure.label, *within))
        found += [
            StructureOutline(name=structure.name, kind=structure.kind, points_mm=points)
            for points in edges_mm(mask, grid)
        ]
    return tuple(found)


def edges_mm(mask: NDArray[np.bool_], grid: Geometry) -> tuple[NDArray[np.float64], ...]:
    """Closed outlines (n, 2) of a mask, IMAGE mm; specks of fewer than four points are left out."""
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return tuple(grid.to_mm(contour[:, 0, ::-1].astype(np.float64)) for contour in contours if len(contour) >= 4)


def _area_mm2(points_mm: NDArray[np.float64]) -> float:
    """Area of a closed outline by the shoelace formula."""
    x, y = points_mm.T
    return 0.5 * abs(float(x @ np.roll(y, 1) - y @ np.roll(x, 1)))
