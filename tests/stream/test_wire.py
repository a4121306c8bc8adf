"""A frame as bytes: every field where the header says, and nothing of the picture lost."""

import struct

import numpy as np

from inplane.core import Calibration, ColorFlow, Frame, LinearGeometry, Signals
from inplane.stream.wire import HEADER, MAGIC, NO_FLOW, GeometryVersions, encode_frame, with_delivery

GEOMETRY = LinearGeometry(n_lines=20, n_samples=40, width_mm=38.5, depth_mm=40.0)
PIXELS = np.arange(800, dtype=np.uint64).astype(np.uint8).reshape(20, 40)


def make_frame(color: ColorFlow | None = None) -> Frame:
    return Frame(
        sequence=70_000,
        time_s=12.25,
        pixels=PIXELS,
        geometry=GEOMETRY,
        calibration=Calibration.CALIBRATED,
        signals=Signals(),
        color=color,
    )


def test_header_and_grey_values() -> None:
    message = encode_frame(make_frame(), geometry_version=4, delivery=9)
    assert HEADER.size == 64
    assert message[:4] == MAGIC
    assert struct.unpack_from("<IIId", message, 4) == (9, 70_000, 4, 12.25)
    assert struct.unpack_from("<HHff", message, 24) == (20, 40, 38.5, 40.0)
    assert struct.unpack_from("<HHHHf", message, 36) == (0, 0, 0, 0, 0.0)
    assert message[64:] == PIXELS.tobytes()


def test_color_box_with_what_is_not_known_marked() -> None:
    velocity = np.array([[-128, -5, 0], [5, 127, 1]], dtype=np.int8)
    has_flow = np.array([[True, True, False], [True, True, False]])
    color = ColorFlow(first_line=2, first_sample=7, velocity=velocity, has_flow=has_flow, nyquist_m_s=0.5)
    message = encode_frame(make_frame(color), geometry_version=1)
    assert struct.unpack_from("<HHHHf", message, 36) == (2, 7, 2, 3, 0.5)
    shown = np.frombuffer(message[64 + 800 :], dtype=np.int8)
    assert shown.tolist() == [-127, -5, NO_FLOW, 5, 127, NO_FLOW]


def test_another_delivery_changes_only_its_number() -> None:
    message = encode_frame(make_frame(), geometry_version=1, delivery=1)
    again = with_delivery(message, 2**32 + 5)
    assert struct.unpack_from("<I", again, 4) == (5,)
    assert again[:4] == message[:4]
    assert again[8:] == message[8:]


def test_geometry_version_counts_changes() -> None:
    versions = GeometryVersions()
    deeper = LinearGeometry(n_lines=20, n_samples=40, width_mm=38.5, depth_mm=50.0)
    assert [versions.of(g) for g in (GEOMETRY, GEOMETRY, deeper, GEOMETRY)] == [1, 1, 2, 3]
