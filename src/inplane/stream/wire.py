"""One frame as bytes: a fixed header of 64 bytes, pixels line by line, the colour box, spectral Doppler.

Little-endian. A page reads it with a `DataView` and two typed arrays, without copying:

    offset  type  field
    0       4s    magic "INP1"
    4       u32   delivery, the number to acknowledge
    8       u32   sequence of the frame
    12      u32   geometry version: changes when a pixel's place does
    16      f64   time_s
    24      u16   lines, u16 samples
    28      f32   width_mm, f32 depth_mm
    36      u16   colour box: first line, first sample, lines, samples (all 0 without one)
    44      f32   nyquist_m_s
    48      u16   flags: 1 = three bytes a pixel (red, green, blue) instead of one (grey); 2 = the box holds power;
                  4 = spectral Doppler follows
    50      u16   lines, u16 samples of the source's own picture, of which this one may be a smaller copy
    54      u16   spectra, u16 velocities of each, u16 pulses of sound (all 0 without spectral Doppler)
    60      f32   its nyquist_m_s

Pixels follow: lines x samples uint8, or lines x samples x 3. Then, where there is a colour box, lines x samples int8,
velocity / 127 of nyquist_m_s towards the probe, -128 where no flow is shown; or uint8, power, 0 where none is shown.
Then, where there is spectral Doppler: f64 time of the first spectrum, f32 time from spectrum to spectrum, f32 PRF;
spectra x velocities uint8, from away to towards; pulses x 2 int16, sound of flow towards and away, 32767 is full.
"""

import struct
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from inplane.core import ColorFlow, Frame, Geometry, PictureGeometry, SpectralDoppler

MAGIC = b"INP1"
HEADER = struct.Struct("<4sIIIdHHffHHHHfHHHHHHf")
SPECTRAL_HEADER = struct.Struct("<dff")
NO_FLOW = -128
RGB, POWER, SPECTRAL = 1, 2, 4
DELIVERY = struct.Struct("<I")
SHOWN_SIDE = 1280
"""Lines or samples above which a page gets a smaller copy. chosen: a console's picture is 700 to 1200 pixels wide."""


@dataclass(slots=True)
class GeometryVersions:
    """Counts up each time that a frame's geometry differs from the one before."""

    version: int = 0
    last: Geometry | None = None

    def of(self, geometry: Geometry) -> int:
        """The version of this geometry."""
        if geometry != self.last:
            self.version, self.last = self.version + 1, geometry
        return self.version


def encode_frame(frame: Frame, *, geometry_version: int, delivery: int = 0, side: int | None = None) -> bytes:
    """The frame as one binary message.

    Args:
        frame: what is sent; in colour where it has `rgb`.
        geometry_version: see `GeometryVersions`.
        delivery: number to acknowledge.
        side: largest number of lines and of samples to send; a larger picture without velocities is reduced by area
            and by the least whole number that will do, and keeps its place and size in mm; what lies outside the field
            of view is black, as on a scanner's screen. All pixels are sent as they are if None.
    """
    geometry, color, spectral = frame.geometry, frame.color, frame.spectral
    pixels = frame.pixels if frame.rgb is None else frame.rgb
    if side is not None and color is None:
        pixels = reduced(within_field(pixels, geometry), side)
    box = (0, 0, 0, 0) if color is None else (color.first_line, color.first_sample, *color.velocity.shape)
    header = HEADER.pack(
        MAGIC,
        delivery,
        frame.sequence & 0xFFFFFFFF,
        geometry_version,
        frame.time_s,
        *pixels.shape[:2],
        geometry.width_mm,
        geometry.depth_mm,
        *box,
        0.0 if color is None else color.nyquist_m_s,
        _flags(frame),
        geometry.n_lines,
        geometry.n_samples,
        *((0, 0, 0) if spectral is None else (*spectral.spectrum.shape, len(spectral.audio))),
        0.0 if spectral is None else spectral.nyquist_m_s,
    )
    return header + pixels.tobytes() + _box_bytes(color) + _spectral_bytes(spectral)


def _flags(frame: Frame) -> int:
    power = frame.color is not None and frame.color.power is not None
    return RGB * (frame.rgb is not None) + POWER * power + SPECTRAL * (frame.spectral is not None)


def _box_bytes(color: ColorFlow | None) -> bytes:
    if color is None:
        return b""
    if color.power is not None:
        return np.where(color.has_flow, np.maximum(color.power, 1), 0).astype(np.uint8).tobytes()
    return np.where(color.has_flow, np.maximum(color.velocity, -127), NO_FLOW).astype(np.int8).tobytes()


def _spectral_bytes(spectral: SpectralDoppler | None) -> bytes:
    if spectral is None:
        return b""
    head = SPECTRAL_HEADER.pack(spectral.first_s, spectral.step_s, spectral.prf_hz)
    return head + spectral.spectrum.tobytes() + np.rint(32767 * spectral.audio).astype("<i2").tobytes()


def within_field(pixels: NDArray[np.uint8], geometry: Geometry) -> NDArray[np.uint8]:
    """(line, sample[, 3]) the picture with everything outside the field of view black; itself where that is all."""
    if not isinstance(geometry, PictureGeometry) or geometry.field is None:
        return pixels
    return np.asarray(cv2.bitwise_and(pixels, pixels, mask=_tissue(geometry)), dtype=np.uint8)


@lru_cache(maxsize=4)
def _tissue(geometry: PictureGeometry) -> NDArray[np.uint8]:
    """(line, sample) 1 within the field of view."""
    return geometry.mask().astype(np.uint8)


def reduced(pixels: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """(line, sample[, 3]) the same picture with at most `side` lines and samples, each the mean of its area."""
    lines, samples = pixels.shape[:2]
    factor = -(-max(lines, samples) // side)
    if factor == 1:
        return pixels
    size = (max(1, samples // factor), max(1, lines // factor))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def with_delivery(message: bytes, delivery: int) -> bytes:
    """The same message under another delivery number."""
    return message[:4] + DELIVERY.pack(delivery & 0xFFFFFFFF) + message[8:]
