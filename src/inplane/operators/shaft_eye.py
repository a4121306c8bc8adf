"""The shaft as a person sees it: a thin bright line about where the hand holds it, that was not there before.

The picture is straightened along the needle that the hand holds, as it is now and as it was before the needle entered.
What stands out of its surroundings as a line now, and did not then, is summed along straight lines about the expected
one. The brightest stretch of the best line is what is seen; how much shaft is in, the marks on it tell.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inplane.core import Control, Frame, Point
from inplane.operators.aim import image_line

ALONG_MM, ACROSS_MM, HALF_MM, BEYOND_MM = 0.25, 0.1, 4.0, 4.0
"""Squares of the straightened picture along and across the shaft, how far to either side it goes, and how far beyond
the tip. Chosen: finer than an echo; room for a line's surroundings on both sides, and for a tip farther on than
believed."""
SMOOTH_MM, THICK_MM = 1.5, 0.3
"""Chosen: grey is smoothed along the shaft by less than a line that is turned as it may be leaves it, and across by the
thickness of a needle's echo."""
BESIDE_MM, WIDE_MM = 1.6, 0.8
"""Where a line's surroundings are looked at on either side, and how wide. Chosen: beyond the second wall of a thick
needle and before the next layer of tissue."""
BEFORE_MM = 0.2
"""Chosen: tissue that the needle carries along moves what was there before by so much."""
TOP_MM = 0.8
"""Chosen: above that the picture is skin and gel."""
OFF_MM, OFF_STEP_MM, TURN_RAD, TURN_STEP_RAD = 1.5, 0.15, 0.08, 0.02
"""How far beside where the hand believes the shaft and how much turned it may lie, in steps finer than its echo.
Chosen: how deep the face has sunk in is told to a millimeter or two, and angles beside a probe to four degrees or so;
with 2 mm layers of skin are taken for shafts at the base of the thumb."""
FAINT, DARKEST, BRIGHTEST = 12.0, -30.0, 60.0
"""Grey values by which a line must be brighter than before to be taken for shaft, and what counts at most either way.
Chosen: a twentieth of the range, more than speckle that was smoothed so; no single bright spot makes a line."""
LEAST_MM = 6.0
"""Chosen: less shaft than this in the picture is not told from speckle."""
SHOWN, GLIMPSED = 5.0, 3.0
"""Grey values over the whole shaft in the picture, above `FAINT`. Chosen: in ten procedures on a trial patient (20001)
pictures with the needle in the slice had 6 to 30 in the median, but 2.5 at a steep one in the neck, those with it two
and a half beam widths beside 0 to 3, but 5 and 6 at elbow and toe, where the bone changes. The second is enough where
it lit up as the probe was slid over it."""
LOST_MM, LOST_SHARE = 8.0, 0.5
"""Chosen: of a shaft that is seen the last part may hide in a bright fascia, and of a long steep one the deeper half
fades; half of it, seen, says to a degree where the other half runs, and spread that is not seen stops the plunger."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shaft:
    """A needle's shaft, as far as it is seen.

    Args:
        tip_mm: (x, y) where on its line the tip must be by the shaft that is in.
        direction: unit vector along it towards the tip.
        light: mean grey by which it stands out, over all of it that should be in the picture.
        short_mm: how far before that tip it is lost from sight; negative beyond it.
        shown_mm: how much shaft should be in the picture.
    """

    tip_mm: Point
    direction: Point
    light: float
    short_mm: float
    shown_mm: float

    def shows(self, least: float = SHOWN) -> bool:
        """Whether it is plainly seen, with so much light, nearly to its tip."""
        return self.light >= least and self.short_mm <= max(LOST_MM, LOST_SHARE * self.shown_mm)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Strip:
    """Where the straightened picture lies.

    Args:
        entry_mm, way, beside: (2,) where the shaft meets the skin in the picture's plane, and unit vectors along and
            across it.
        along_mm, across_mm: of its squares.
        length_mm: shaft beneath the skin, in the picture's plane.
    """

    entry_mm: NDArray[np.float64]
    way: NDArray[np.float64]
    beside: NDArray[np.float64]
    along_mm: NDArray[np.float64]
    across_mm: NDArray[np.float64]
    length_mm: float


def seen_shaft(frame: Frame, before: Frame, control: Control, *, indentation_mm: float) -> Shaft | None:
    """The shaft in a picture; None where too little of it lies in there to tell.

    Args:
        frame: the picture.
        before: one of about the same place, before the needle was in.
        control: how probe and needle are held.
        indentation_mm: how far the face stands below the resting skin, as the hand believes.
    """
    strip = _strip(control, indentation_mm)
    depth_mm = strip.entry_mm[1] + strip.along_mm * strip.way[1]
    now, inside = _straightened(frame, strip)
    shown = np.flatnonzero(inside[:, len(strip.across_mm) // 2] & (depth_mm > TOP_MM))
    if not len(shown) or strip.length_mm - strip.along_mm[shown[0]] < LEAST_MM or before.geometry != frame.geometry:
        return None
    then, _ = _straightened(before, strip)
    reach = 2 * round(BEFORE_MM / ACROSS_MM) + 1
    was = cv2.dilate(np.maximum(_standing_out(then), 0.0), np.ones((1, reach), np.uint8))
    new = (_standing_out(now) - was)[shown[0] :].clip(DARKEST, BRIGHTEST) - FAINT
    return _best_line(np.asarray(new, np.float32), strip, float(strip.along_mm[shown[0]]))


def _strip(control: Control, indentation_mm: float) -> _Strip:
    """About where the hand believes the shaft, and a little farther."""
    entry, held = image_line(control.probe, control.needle, indentation_mm)
    flat = max(float(np.hypot(held[0], held[1])), 1e-6)
    way, length_mm = held[:2] / flat, control.needle.advance_mm * flat
    return _Strip(
        entry_mm=entry[:2],
        way=way,
        beside=np.array([-way[1], way[0]]),
        along_mm=np.arange(0.0, length_mm + BEYOND_MM, ALONG_MM),
        across_mm=np.arange(-HALF_MM, HALF_MM + ACROSS_MM / 2, ACROSS_MM),
        length_mm=length_mm,
    )


def _straightened(frame: Frame, strip: _Strip) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """(along, across) grey, 0 outside the picture, and what lies inside."""
    places = strip.entry_mm + strip.along_mm[:, None, None] * strip.way + strip.across_mm[:, None] * strip.beside
    at = np.rint(frame.geometry.to_index(places)).astype(int)
    inside = np.all((at >= 0) & (at < frame.pixels.shape), axis=-1)
    grey = frame.pixels[tuple(np.where(inside[..., None], at, 0).transpose(2, 0, 1))]
    return np.where(inside, grey, 0).astype(np.float32), inside


def _standing_out(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    """(along, across) by how much each place is brighter than what lies beside it."""
    along, thick, wide, far = (
        round(mm / step)
        for mm, step in (
            (SMOOTH_MM, ALONG_MM),
            (THICK_MM, ACROSS_MM),
            (WIDE_MM, ACROSS_MM),
            (BESIDE_MM, ACROSS_MM),
        )
    )
    line = cv2.blur(grey, (thick, along), borderType=cv2.BORDER_REPLICATE)
    around = cv2.blur(grey, (wide, along), borderType=cv2.BORDER_REPLICATE)
    out = np.zeros_like(line)
    out[:, far:-far] = line[:, far:-far] - 0.5 * (around[:, : -2 * far] + around[:, 2 * far :])
    return np.asarray(out, np.float32)


def _best_line(new: NDArray[np.float32], strip: _Strip, first_mm: float) -> Shaft:
    """Of all lines that the shaft may be the one with the brightest stretch.

    Args:
        new: (n, across) what stands out, less `FAINT`, from where the shaft comes into the picture.
        strip: where that lies.
        first_mm: along it, of the first row.
    """
    along_mm = ALONG_MM * np.arange(len(new))
    offs, turns = (
        np.arange(-most, most + step / 2, step) for most, step in ((OFF_MM, OFF_STEP_MM), (TURN_RAD, TURN_STEP_RAD))
    )
    off_mm, turn_rad = (each.ravel() for each in np.meshgrid(offs, turns))
    at = np.rint((off_mm[:, None] + turn_rad[:, None] * along_mm + HALF_MM) / ACROSS_MM).astype(int)
    sums = np.cumsum(new[np.arange(len(new)), at.clip(0, new.shape[1] - 1)], axis=1)
    least = np.minimum.accumulate(np.pad(sums[:, :-1], ((0, 0), (1, 0))), axis=1)
    best, end = np.unravel_index(int(np.argmax(sums - least)), sums.shape)
    turn, beside_mm = float(turn_rad[best]), float(off_mm[best])
    direction = (strip.way + turn * strip.beside) / np.hypot(1.0, turn)
    shown_mm = strip.length_mm - first_mm
    tip = strip.entry_mm + strip.length_mm * strip.way + (beside_mm + turn * shown_mm) * strip.beside
    return Shaft(
        tip_mm=(float(tip[0]), float(tip[1])),
        direction=(float(direction[0]), float(direction[1])),
        light=float((sums - least)[best, end]) * ALONG_MM / shown_mm,
        short_mm=shown_mm - float(along_mm[end]),
        shown_mm=shown_mm,
    )
