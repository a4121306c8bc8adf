"""Decoded video frames as grey or RGB pictures: range of the luma, colour where there is any, turned, square pixels."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

FULL = 2
"""FFmpeg's AVCOL_RANGE_JPEG: luma from 0 to 255; otherwise black is 16 and white 235 (ITU-R BT.601)."""
BELOW_BLACK, TOO_MANY = 10, 0.02
"""Where nothing says the range and more than this share of the luma is blacker than black can be, it is a full one.
chosen: in videos of limited range overshoot made up to 0.6 %, and a screen's black background is a third or more."""
CHROMA_STEP, CHROMA_PIXELS = 12, 20
"""Chroma this far from grey, in this many pixels, is colour. chosen: compression of grey scans stays within 6."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VideoLook:
    """How the frames of one video become pictures.

    Args:
        color: deliver RGB; grey otherwise.
        levels: (256,) luma to grey.
        full: luma has the full range.
        aspect: width of a pixel by its height, where they are to be made square; None otherwise.
    """

    color: bool
    levels: NDArray[np.uint8]
    full: bool
    aspect: Fraction | None


def look_at(frames: Sequence[Any], aspect: Fraction | None) -> tuple[VideoLook, tuple[str, ...]]:
    """How these frames are to be shown, decided by some of them, and notes on what was odd.

    Args:
        frames: PyAV's, one or more.
        aspect: of its pixels where they are not square.
    """
    first, notes = frames[0], list[str]()
    planar = _luma(first) is not None
    full = _is_full(first)
    if planar and not full and int(first.color_range) == 0:
        below = max(float(np.mean(luma < BELOW_BLACK)) for frame in frames if (luma := _luma(frame)) is not None)
        if below > TOO_MANY:
            full = True
            notes.append("Luma is taken as full range: much of it is darker than a limited one allows.")
    if aspect is not None:
        notes.append(f"Its pixels are not square ({aspect.numerator}:{aspect.denominator}); they were made so.")
    if int(first.rotation) % 360:
        notes.append(f"It is turned by {int(first.rotation)} degrees, as the file says.")
    if bool(first.interlaced_frame):
        notes.append("It is interlaced: moving things have combs.")
    dark, bright = (0, 255) if full else (16, 235)
    levels = np.clip(np.rint((np.arange(256) - dark) * 255 / (bright - dark)), 0, 255).astype(np.uint8)
    color = any(_has_color(frame) for frame in frames)
    return VideoLook(color=color, levels=levels, full=full, aspect=aspect), tuple(notes)


def picture_of(frame: Any, look: VideoLook) -> NDArray[np.uint8]:
    """(rows, columns) grey or (rows, columns, 3) RGB, as it is to be seen."""
    luma = None if look.color else _luma(frame)
    if luma is not None:
        pixels = np.asarray(cv2.LUT(luma, look.levels), np.uint8)
    elif look.color:
        pixels = _rgb(frame, full=look.full)
    else:
        pixels = np.asarray(cv2.cvtColor(_rgb(frame, full=look.full), cv2.COLOR_RGB2GRAY), np.uint8)
    if look.aspect is not None:
        size = (max(1, round(pixels.shape[1] * float(look.aspect))), pixels.shape[0])
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR), np.uint8)
    turns = round(int(frame.rotation) / 90) % 4
    return np.ascontiguousarray(np.rot90(pixels, turns))


def _rgb(frame: Any, *, full: bool) -> NDArray[np.uint8]:
    if full and frame.format.name.startswith("yuv") and not _is_full(frame):
        return np.asarray(frame.to_ndarray(format="rgb24", src_color_range="JPEG"), np.uint8)
    return np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)


def _is_full(frame: Any) -> bool:
    name = frame.format.name
    return int(frame.color_range) == FULL or name.startswith(("yuvj", "gray"))


def _luma(frame: Any) -> NDArray[np.uint8] | None:
    """The 8-bit luma plane, copied; None where the frame has none."""
    name = str(frame.format.name)
    if not name.startswith(("yuv4", "yuvj4", "nv12", "nv21", "gray")) or name.startswith("yuv440"):
        return None
    return _plane(frame, 0, frame.width, frame.height) if frame.format.components[0].bits == 8 else None


def _plane(frame: Any, number: int, columns: int, rows: int) -> NDArray[np.uint8]:
    plane = frame.planes[number]
    whole = np.frombuffer(plane, np.uint8)
    return whole[: plane.line_size * rows].reshape(rows, plane.line_size)[:, :columns].copy()


def _has_color(frame: Any) -> bool:
    """Whether it shows more than grey."""
    name = str(frame.format.name)
    if name.startswith("gray"):
        return False
    if name.startswith(("yuv4", "yuvj4")) and frame.format.components[0].bits == 8 and len(frame.planes) >= 3:
        planes = [_plane(frame, n, frame.planes[n].width, frame.planes[n].height) for n in (1, 2)]
        off = np.maximum(*(np.abs(plane.astype(np.int16) - 128) for plane in planes))
    else:
        rgb = _rgb(frame, full=_is_full(frame)).astype(np.int16)
        off = (rgb.max(axis=2) - rgb.min(axis=2)) // 2
    return int(np.count_nonzero(off > CHROMA_STEP)) >= CHROMA_PIXELS
