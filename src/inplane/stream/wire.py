"""One frame as bytes: a fixed header of 64 bytes, grey values line by line, then the colour box.

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
    48      16 bytes, zero

Grey values follow: lines x samples uint8. Then, where there is a colour box, lines x samples int8, velocity / 127 of
nyquist_m_s towards the probe, -128 where no flow is shown.
"""

import struct
from dataclasses import dataclass

import numpy as np

from inplane.core import Frame, Geometry

MAGIC = b"INP1"
HEADER = struct.Struct("<4sIIIdHHffHHHHf16x")
NO_FLOW = -128
DELIVERY = struct.Struct("<I")


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


def encode_frame(frame: Frame, *, geometry_version: int, delivery: int = 0) -> bytes:
    """The frame as one binary message."""
    geometry, color = frame.geometry, frame.color
    box = (0, 0, 0, 0) if color is None else (color.first_line, color.first_sample, *color.velocity.shape)
    header = HEADER.pack(
        MAGIC,
        delivery,
        frame.sequence & 0xFFFFFFFF,
        geometry_version,
        frame.time_s,
        geometry.n_lines,
        geometry.n_samples,
        geometry.width_mm,
        geometry.depth_mm,
        *box,
        0.0 if color is None else color.nyquist_m_s,
    )
    if color is None:
        return header + frame.pixels.tobytes()
    shown = np.where(color.has_flow, np.maximum(color.velocity, -127), NO_FLOW).astype(np.int8)
    return header + frame.pixels.tobytes() + shown.tobytes()


def with_delivery(message: bytes, delivery: int) -> bytes:
    """The same message under another delivery number."""
    return message[:4] + DELIVERY.pack(delivery & 0xFFFFFFFF) + message[8:]
