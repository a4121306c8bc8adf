"""A frame as bytes: every field where the header says, and nothing of the picture lost."""

import struct
from dataclasses import replace

import numpy as np

from inplane.core import (
    Calibration,
    ColorFlow,
    Frame,
    LinearGeometry,
    PictureGeometry,
    Sector,
    Signals,
    SpectralDoppler,
)
from inplane.stream.wire import (
    HEADER,
    MAGIC,
    NO_FLOW,
    POWER,
    RGB,
    SPECTRAL,
    GeometryVersions,
    encode_frame,
    reduced,
    with_delivery,
)

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
    assert struct.unpack_from("<HHH", message, 48) == (0, 20, 40)
    assert message[54:64] == bytes(10)
    assert message[64:] == PIXELS.tobytes()


def test_color_box_with_what_is_not_known_marked() -> None:
    velocity = np.array([[-128, -5, 0], [5, 127, 1]], dtype=np.int8)
    has_flow = np.array([[True, True, False], [True, True, False]])
    color = ColorFlow(first_line=2, first_sample=7, velocity=velocity, has_flow=has_flow, nyquist_m_s=0.5)
    message = encode_frame(make_frame(color), geometry_version=1)
    assert struct.unpack_from("<HHHHf", message, 36) == (2, 7, 2, 3, 0.5)
    shown = np.frombuffer(message[64 + 800 :], dtype=np.int8)
    assert shown.tolist() == [-127, -5, NO_FLOW, 5, 127, NO_FLOW]


def test_power_box_and_spectral_doppler_follow_the_pixels() -> None:
    power, has_flow = np.array([[0, 200], [255, 9]], np.uint8), np.array([[True, True], [True, False]])
    nothing = np.zeros((2, 2), np.int8)
    color = ColorFlow(first_line=2, first_sample=7, velocity=nothing, has_flow=has_flow, nyquist_m_s=0.5, power=power)
    spectral = SpectralDoppler(
        spectrum=np.arange(12, dtype=np.uint8).reshape(3, 4),
        first_s=1.5,
        step_s=0.25,
        nyquist_m_s=0.75,
        prf_hz=4000.0,
        audio=np.array([[1.0, -1.0], [0.5, 0.0]], np.float32),
    )
    message = encode_frame(replace(make_frame(color), spectral=spectral), geometry_version=1)
    assert struct.unpack_from("<H", message, 48) == (POWER | SPECTRAL,)
    assert struct.unpack_from("<HHHf", message, 54) == (3, 4, 2, 0.75)
    assert list(message[864:868]) == [1, 200, 255, 0]
    assert struct.unpack_from("<dff", message, 868) == (1.5, 0.25, 4000.0)
    assert list(message[884:896]) == list(range(12))
    assert struct.unpack("<4h", message[896:]) == (32767, -32767, 16384, 0)


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


def test_a_picture_in_color_has_three_bytes_a_pixel_and_says_so() -> None:
    rgb = np.stack((PIXELS, 255 - PIXELS, PIXELS // 2), axis=2)
    frame = Frame(
        sequence=1,
        time_s=0.0,
        pixels=PIXELS,
        geometry=GEOMETRY,
        calibration=Calibration.CALIBRATED,
        signals=Signals(),
        rgb=rgb,
    )
    message = encode_frame(frame, geometry_version=1)
    assert struct.unpack_from("<H", message, 48) == (RGB,)
    assert message[64:] == rgb.tobytes()


def test_a_large_picture_is_sent_smaller_and_keeps_its_place_and_its_pixels_count() -> None:
    geometry = PictureGeometry(n_lines=1600, n_samples=400, line_pitch_mm=0.05, sample_pitch_mm=0.1)
    pixels = np.zeros((1600, 400), dtype=np.uint8)
    pixels[800:] = 200
    frame = Frame(
        sequence=1,
        time_s=0.0,
        pixels=pixels,
        geometry=geometry,
        calibration=Calibration.UNCALIBRATED,
        signals=Signals(),
    )
    message = encode_frame(frame, geometry_version=1, side=400)
    assert struct.unpack_from("<HHff", message, 24) == (400, 100, 80.0, 40.0)
    assert struct.unpack_from("<HHH", message, 48) == (0, 1600, 400)
    shown = np.frombuffer(message[64:], dtype=np.uint8).reshape(400, 100)
    assert (shown[:200] == 0).all()
    assert (shown[200:] == 200).all()
    assert len(encode_frame(frame, geometry_version=1)) == 64 + 1600 * 400


def test_reducing_keeps_the_mean_and_small_pictures_as_they_are() -> None:
    pixels = np.random.default_rng(1).integers(0, 255, (1000, 500, 3), dtype=np.uint8)
    small = reduced(pixels, 250)
    assert small.shape == (250, 125, 3)
    means = pixels.reshape(250, 4, 125, 4, 3).mean(axis=(1, 3))
    assert np.abs(small - means).max() <= 0.51
    assert reduced(pixels, 1000) is pixels


def test_a_page_sees_nothing_outside_the_field_of_view() -> None:
    sector = Sector(apex_mm=(0.0, -5.0), inner_mm=5.0, outer_mm=30.0, from_rad=-0.5, to_rad=0.5)
    geometry = PictureGeometry(n_lines=20, n_samples=40, line_pitch_mm=1.0, sample_pitch_mm=0.5, field=sector)
    pixels = np.full((20, 40), 200, np.uint8)
    for rgb in (None, np.repeat(pixels[..., None], 3, axis=2)):
        frame = replace(make_frame(), pixels=pixels, geometry=geometry, rgb=rgb)
        whole = encode_frame(frame, geometry_version=1)
        shown = np.frombuffer(encode_frame(frame, geometry_version=1, side=1280)[64:], np.uint8)
        shown = shown.reshape(20, 40, -1)
        assert whole[64:] == (pixels if rgb is None else rgb).tobytes()
        assert (shown[geometry.mask()] == 200).all()
        assert not shown[~geometry.mask()].any()
