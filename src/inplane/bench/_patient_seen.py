"""Whether a structure shows in a patient's view: cut in truth, and unlike what lies beside it in the picture.

A hand is never still: three pictures, a millimeter apart across their plane, are looked at as one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from inplane.anatomy import Kind, Patient
from inplane.bench._patient_look import RING_MM, Cut

Mask: TypeAlias = NDArray[np.bool_]
Grey: TypeAlias = NDArray[np.uint8]

SEEN_MM2 = 0.8
"""Chosen: a smaller cut is a dot: a vein of a millimeter."""
BESIDE, OUTLINE = (0.12, 0.215), (0.10, 0.43)
SURFACE, SHADOW = (0.09, 1.1), (0.14, 1.08)
"""gCNR that ovals, and surfaces, laid into plain muscle exceed by chance in one of twenty: a + b / sqrt(area in mm2)
of a structure against what lies beside it, and of its outline against what it encloses; a + b / sqrt(width in mm) of a
surface, and of its shadow, against what lies over it. `tools/fit_chance_contrast.py` prints all four."""
DRAWN_ABOVE = 0.3
"""Share of the ring. Chosen: a surface's echo begins half a pulse above it."""
SHADOW_MM = 3.6
"""Chosen: three times as deep as the line itself; farther, reverberation begins."""
SHEET_MM = 0.75
"""Chosen: a fascia that is thinner on average is a bright line, and half of its own pixels and of those beside it are
blur; it is looked for as a surface is, but throws no shadow."""
BRIGHT_LINE = (Kind.BONE, Kind.PLEURA, Kind.LUNG)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """How a structure shows.

    Args:
        name, area_mm2: which, and how much of it is cut.
        open_mm2: of that, what no bone hides, or all where bone hides all of it: what the contrasts are of.
        beside, outline: gCNR against what lies beside it, and of its outline against what it encloses.
        surface, shadow, width_mm: of bone, gas and thin sheets instead, gCNR of the face turned to the probe, and of
            the shadow beneath it (not of sheets), against what lies over it, and its width that no bone hides.
        by_place: muscle beside muscle and fat beside fat are known by their place alone.
    """

    name: str
    area_mm2: float
    open_mm2: float = 0.0
    beside: float = 0.0
    outline: float = 0.0
    surface: float = 0.0
    shadow: float = 0.0
    width_mm: float = 0.0
    by_place: bool = False

    @property
    def shows(self) -> bool:
        """Whether it is there and differs by more than chance."""
        if self.area_mm2 < SEEN_MM2 or not self.open_mm2:
            return False
        if self.width_mm:
            line, shadow = surface_by_chance(self.width_mm)
            return self.surface > line or self.shadow > shadow
        chance = by_chance(self.open_mm2)
        return self.by_place or self.beside > chance[0] or self.outline > chance[1]

    @property
    def told(self) -> str:
        """Its name and numbers, with what chance would give."""
        if self.width_mm:
            line, shadow = surface_by_chance(self.width_mm)
            return (
                f"{self.name} ({self.width_mm:.0f} mm, gCNR of its surface {self.surface:.2f}, by chance {line:.2f}, "
                f"of its shadow {self.shadow:.2f}, by chance {shadow:.2f})"
            )
        if not self.open_mm2:
            return f"{self.name} ({'wholly behind bone' if self.area_mm2 else 'not cut'})"
        chance = by_chance(self.open_mm2)
        return (
            f"{self.name} ({self.area_mm2:.1f} mm2, {self.open_mm2:.1f} not behind bone, "
            f"gCNR beside it {self.beside:.2f}, by chance {chance[0]:.2f}, "
            f"of its outline {self.outline:.2f}, by chance {chance[1]:.2f})"
        )


def by_chance(area_mm2: float) -> tuple[float, float]:
    """What `contrasts` exceeds by chance in one of twenty at an area: beside, outline."""
    (a, b), (c, d) = BESIDE, OUTLINE
    return a + b / sqrt(area_mm2), c + d / sqrt(area_mm2)


def surface_by_chance(width_mm: float) -> tuple[float, float]:
    """What `surface_contrasts` exceeds by chance in one of twenty at a width: surface, shadow."""
    (a, b), (c, d) = SURFACE, SHADOW
    return a + b / sqrt(width_mm), c + d / sqrt(width_mm)


def labels_of(patient: Patient, name: str) -> list[int]:
    """Labels of a structure of the vocabulary: those named so, and those that belong to it."""
    return [s.label for s in patient.structures if name in (s.name, s.belongs_to)]


def seen(patient: Patient, views: Sequence[Cut], name: str) -> Seen:
    """How a structure shows; its area is that of the first view. Bone hides what lies behind it: where some is left,
    that alone is asked."""
    labels = labels_of(patient, name)
    masks = [np.isin(view.labels, labels) for view in views]
    area = _area_mm2(views[0], masks[0])
    if not area:
        return Seen(name=name, area_mm2=area)
    kinds = {s.kind for s in patient.structures if s.label in labels}
    sheet = kinds <= {Kind.FASCIA} and area < SHEET_MM * _width_mm(views[0], masks[0])
    bright = [s.label for s in patient.structures if s.label in labels and s.kind in BRIGHT_LINE]
    line = sheet or bool(bright)
    if bright:  # of a bowel, the gas behind its wall
        masks = [np.isin(view.labels, bright) for view in views]
    bones = [s.label for s in patient.structures if s.kind is Kind.BONE and s.label not in labels]
    lit = [mask & ~_behind(view, bones) for view, mask in zip(views, masks, strict=True)]
    if line or _area_mm2(views[0], lit[0]) >= SEEN_MM2:
        masks = lit
    found = Seen(name=name, area_mm2=area, open_mm2=_area_mm2(views[0], masks[0]))
    if line:
        surface, shadow = surface_contrasts(views, masks)
        shadow = 0.0 if sheet else shadow
        return replace(found, surface=surface, shadow=shadow, width_mm=_width_mm(views[0], masks[0]))
    beside, outline = contrasts(views, masks)
    return replace(found, beside=beside, outline=outline, by_place=kinds <= {Kind.MUSCLE, Kind.FAT})


def _area_mm2(view: Cut, mask: Mask) -> float:
    """How large a place is."""
    return float(mask.sum() * view.pixel_mm[0] * view.pixel_mm[1])


def _width_mm(view: Cut, mask: Mask) -> float:
    """How wide a place is across the picture."""
    return float(mask.any(axis=1).sum() * view.pixel_mm[0])


def _behind(view: Cut, labels: Sequence[int]) -> Mask:
    """What lies in the shadow of some labels, or has one of them: along its beam, which in a fan's picture slants."""
    there = np.isin(view.labels, labels)
    if view.beams is None:
        return np.logical_or.accumulate(there, axis=1)
    beams = view.beams - int(view.beams.min())
    rows = np.arange(there.shape[1], dtype=np.int64) + np.zeros(there.shape, np.int64)
    first = np.full(int(beams.max()) + 1, there.shape[1], np.int64)
    np.minimum.at(first, beams[there], rows[there])
    return rows >= first[beams]


def contrasts(views: Sequence[Cut], masks: Sequence[Mask]) -> tuple[float, float]:
    """gCNR of a place against what lies in the ring beside it, and of its outline against what that encloses."""
    inside: list[Grey] = []
    beside: list[Grey] = []
    edges: list[Grey] = []
    cores: list[Grey] = []
    for view, mask in zip(views, masks, strict=True):
        reach = _reach(view)
        edge = _grown(mask, reach, 1 / 3) & ~_shrunk(mask, reach, 1 / 3)
        inside.append(view.grey[mask])
        beside.append(view.grey[_grown(mask, reach, 1.0) & ~mask])
        edges.append(view.grey[edge])
        cores.append(view.grey[mask & ~edge])
    within = np.concatenate(inside)
    return gcnr(within, np.concatenate(beside)), gcnr(np.concatenate(edges), np.concatenate(cores))


def surface_contrasts(views: Sequence[Cut], masks: Sequence[Mask]) -> tuple[float, float]:
    """gCNR, line by line, of a surface and of the shadow beneath it against what lies over it.

    The face that is turned to the probe alone can be seen: the brightest pixel of the ring that begins DRAWN_ABOVE it
    against the brightest of the ring over that; the mean of the 2.4 mm beneath that against the mean over it.
    """
    lines = [_along_lines(view, mask) for view, mask in zip(views, masks, strict=True)]
    over, line, mean_over, shadow = (np.concatenate(part) for part in zip(*lines, strict=True))
    return gcnr(line, over), gcnr(shadow, mean_over)


def _along_lines(view: Cut, mask: Mask) -> tuple[Grey, Grey, Grey, Grey]:
    """Of each line with a surface: brightest over it, brightest of it, mean over it, mean of the shadow."""
    ring, deep = (max(1, round(mm / view.pixel_mm[1])) for mm in (view.ring_mm, view.ring_mm + SHADOW_MM - RING_MM))
    first, last = np.argmax(mask, axis=1) - round(DRAWN_ABOVE * view.ring_mm / view.pixel_mm[1]), mask.shape[1] - 1
    lines = np.flatnonzero(mask.any(axis=1) & (first >= ring) & (first + ring <= last))
    near = view.grey[lines[:, None], np.minimum(first[lines, None] + np.arange(-ring, deep), last)]
    over, line, shadow = near[:, :ring], near[:, ring : 2 * ring], near[:, 2 * ring :]
    return over.max(axis=1, initial=0), line.max(axis=1, initial=0), _mean(over), _mean(shadow)


def _mean(near: Grey) -> Grey:
    """(lines,) mean grey of each line; none where there are no samples."""
    return near.mean(axis=1).astype(np.uint8) if near.size else np.empty(0, np.uint8)


def _reach(view: Cut) -> list[int]:
    """The ring in pixels, across and down."""
    return [max(1, round(view.ring_mm / mm)) for mm in view.pixel_mm]


def _box(reach: Sequence[int], share: float) -> NDArray[np.uint8]:
    return np.ones(tuple(2 * max(1, int(share * n)) + 1 for n in reach), np.uint8)


def _grown(mask: Mask, reach: Sequence[int], share: float) -> Mask:
    return cv2.dilate(mask.astype(np.uint8), _box(reach, share)).astype(bool)


def _shrunk(mask: Mask, reach: Sequence[int], share: float) -> Mask:
    return cv2.erode(mask.astype(np.uint8), _box(reach, share)).astype(bool)


def gcnr(inside: Grey, outside: Grey) -> float:
    """Generalized contrast to noise ratio: 1 less the overlap of the two histograms, 8 bins.

    References:
        Rodriguez-Molares A et al. IEEE TUFFC 2020;67:745-759.
    """
    if not inside.size or not outside.size:
        return 0.0
    one, other = (np.bincount(part >> 5, minlength=8) / part.size for part in (inside, outside))
    return float(1.0 - np.minimum(one, other).sum())
