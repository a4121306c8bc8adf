"""Clarius raw files: what lies where, what is known of the scale, and what is missing."""

import struct
from pathlib import Path

import cv2
import numpy as np
import pytest

from inplane.core import FormatError, InputError, Polygon, Sector
from inplane.stream.files.clarius import LENS_DELAY_S, SOUND_SPEED_M_S, ClariusReader, is_clarius

SAMPLE_MM = SOUND_SPEED_M_S / 2 / 15e6 * 1e3
KNOWN = "{id: L7HD, elements: 192, pitch: 200 um, radius: 0 mm}"


def read(path):
    reader = ClariusReader(path)
    try:
        return reader.info, list(reader.pictures())
    finally:
        reader.close()


def envelope(n_lines=40, n_samples=120, frames=2):
    """Black, but for a bright line 10 and a bright sample 60 of every line."""
    data = np.zeros((frames, n_lines, n_samples), dtype=np.uint8)
    data[:, 10, :] = 200
    data[:, :, 60] = 250
    return data


def test_a_flat_probe_of_known_pitch_is_calibrated_and_upright(make_clarius, tmp_path):
    raw = make_clarius.save(tmp_path, envelope(), make_clarius.parameters(40, 120, probe=KNOWN))
    info, pictures = read(raw)
    assert info.format == "Clarius raw, envelope"
    assert info.orientation == "UF"
    assert info.whole
    assert info.field is None
    assert info.maker == "Clarius L7HD"
    assert info.rate_hz == 18
    assert info.notes == ()
    assert info.pixel_mm == (pytest.approx(SAMPLE_MM), pytest.approx(SAMPLE_MM))
    assert (info.rows, info.columns) == (120, round(39 * 0.2 / SAMPLE_MM) + 1)
    pixels = pictures[0].pixels
    assert pixels.shape == (info.rows, info.columns)
    assert int(pixels[:, 5].argmax()) == 60  # deeper samples lie lower
    assert int(pixels[20].argmax()) == pytest.approx(10 * 0.2 / SAMPLE_MM, abs=1)  # the first line lies leftmost
    assert [p.time_s for p in pictures] == pytest.approx([1.0, 1.05])


@pytest.mark.parametrize(
    ("probe", "known"),
    [
        ("{id: L7HD, elements: 192, pitch: 200 um, radius: 0 mm}", True),
        ("\n  id: L7HD\n  pitch: 0.2 mm\n  radius: 0 mm", True),
        ("\n  pitch: 200\n  radius: 0", False),
        ("{pitch: 0 mm, radius: 0 mm}", False),
    ],
)
def test_the_probe_may_be_told_on_one_line_or_on_several(make_clarius, tmp_path, probe, known):
    info, _ = read(make_clarius.save(tmp_path, envelope(), make_clarius.parameters(40, 120, probe=probe)))
    assert (info.pixel_mm is not None) == known
    assert info.columns == round(39 * 0.2 / SAMPLE_MM) + 1


@pytest.mark.parametrize("more", [{}, {"probe": "{pitch: 200 um}"}, {"probe": "{radius: 0 mm}"}])
def test_without_pitch_and_radius_there_are_no_millimeters(make_clarius, tmp_path, more):
    info, _ = read(make_clarius.save(tmp_path, envelope(), make_clarius.parameters(40, 120, **more)))
    assert info.pixel_mm is None
    assert "it is not calibrated" in info.notes[0]


def test_only_the_region_of_interest_is_shown(make_clarius, tmp_path):
    roi = "{start line: 5, end line: 34, start sample: 0, end sample: 99}"
    info, pictures = read(
        make_clarius.save(tmp_path, envelope(), make_clarius.parameters(40, 120, probe=KNOWN, roi=roi))
    )
    assert (info.rows, info.columns) == (100, round(29 * 0.2 / SAMPLE_MM) + 1)
    assert int(pictures[0].pixels[20].argmax()) == pytest.approx(5 * 0.2 / SAMPLE_MM, abs=1)
    impossible = "{start line: 5, end line: 400, start sample: 0, end sample: 99}"
    info, _ = read(
        make_clarius.save(tmp_path, envelope(), make_clarius.parameters(40, 120, probe=KNOWN, roi=impossible))
    )
    assert info.rows == 120


def test_steered_lines_lean_and_begin_where_they_begin(make_clarius, tmp_path):
    lines = make_clarius.each_line([(float(i), 15.0) for i in range(40)])
    late = LENS_DELAY_S * 15e6 + 40
    text = make_clarius.parameters(40, 120, probe=KNOWN, lines=lines, delay_samples=f"{late}")
    info, pictures = read(make_clarius.save(tmp_path, np.full((1, 40, 120), 99, dtype=np.uint8), text))
    assert isinstance(info.field, Polygon)
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = info.field.points_mm
    assert y0 == y1 == pytest.approx(40 * np.cos(np.radians(15)) + 0.5, abs=1e-6)
    assert (x3 - x0) / (y3 - y0) == pytest.approx(np.tan(np.radians(15)))
    assert x1 - x0 == x2 - x3 == pytest.approx(39 * 0.2 / SAMPLE_MM)
    lit = np.argwhere(pictures[0].pixels == 99)
    inside = info.field.contains(lit[:, ::-1] + 0.5)
    assert inside.mean() > 0.99
    assert len(lit) == pytest.approx((x1 - x0) * (y2 - y1), rel=0.03)


def test_a_curved_probe_becomes_a_sector(make_clarius, tmp_path):
    probe = "{type: C3HD, elements: 192, pitch: 0.33 mm, radius: 60 mm}"
    lines = make_clarius.each_line([(float(i) * 4, 0.0) for i in range(48)])
    data = np.zeros((1, 48, 300), dtype=np.uint8)
    data[:, 24, :] = 200  # the line in the middle
    data[:, :, 200] = 250
    text = make_clarius.parameters(48, 300, probe=probe, lines=lines, sampling_rate="3.75 MHz", delay_samples="3.875")
    info, pictures = read(make_clarius.save(tmp_path, data, text))
    assert isinstance(info.field, Sector)
    assert info.pixel_mm is not None
    size = info.pixel_mm[0]
    assert info.field.inner_mm * size == pytest.approx(60, abs=0.01)
    assert (info.field.outer_mm - info.field.inner_mm) * size == pytest.approx(299 * SAMPLE_MM * 4, abs=0.01)
    assert info.field.to_rad == pytest.approx(94 * 0.33 / 60) == -info.field.from_rad
    pixels = pictures[0].pixels
    apex_x, apex_y = info.field.apex_mm
    rows, columns = np.nonzero(pixels > 220)
    radius = np.hypot(columns + 0.5 - apex_x, rows + 0.5 - apex_y)
    np.testing.assert_allclose(radius, info.field.inner_mm + 200 * SAMPLE_MM * 4 / size, atol=1)
    down = pixels[: pixels.shape[0] // 2, :]
    angle = np.arctan2(int(down[-1].argmax()) + 0.5 - apex_x, down.shape[0] - 0.5 - apex_y)
    assert angle == pytest.approx((24 * 4 - 94) * 0.33 / 60, abs=0.01)
    assert not pixels[-1, :5].any()


def test_shots_of_doppler_are_one_line_each(make_clarius, tmp_path):
    lines = make_clarius.each_line([(float(i // 6), 0.0) for i in range(60)])
    power = np.zeros((10, 50, 6, 2), dtype="<i2")  # line, sample, shot, I and Q
    power[:, 20] = 3000
    data = power.reshape(1, 60, 50 * 2).view(np.uint8).reshape(1, 60, 200)
    text = make_clarius.parameters(60, 50, type="IQ", lines=lines, probe=KNOWN)
    info, (picture,) = read(make_clarius.save(tmp_path, data, text, name="scan_iq"))
    assert info.format == "Clarius raw, IQ"
    assert "Doppler data: 6 shots a line; their mean power is shown, not flow." in info.notes
    assert (picture.pixels.argmax(axis=0) == 20).all()
    assert not picture.pixels[:15].any()


def test_rf_becomes_its_envelope_in_the_range_of_the_makers_viewer(make_clarius, tmp_path):
    t = np.arange(400)
    wave = 1000 * np.exp(-(((t - 150) / 12) ** 2)) * np.cos(2 * np.pi * t / 6)
    data = np.tile(wave.round().astype("<i2"), (1, 20, 1)).view(np.uint8).reshape(1, 20, 800)
    text = make_clarius.parameters(20, 400, type="RF", probe=KNOWN, sampling_rate="60 MHz", delay_samples="62")
    info, (picture,) = read(make_clarius.save(tmp_path, data, text, name="scan_rf"))
    column = picture.pixels[:, 3].astype(float)
    centre = (column * np.arange(len(column))).sum() / column.sum()
    assert centre * info.pixel_mm[1] == pytest.approx(150 * SAMPLE_MM / 4, abs=0.05)
    assert column.max() == pytest.approx((60 - 15) / 55 * 255, abs=2)  # 20 log10(1001) = 60 dB
    assert (np.diff(column[100 : int(centre)]) >= 0).all()  # an envelope, without the wave


def test_a_long_line_of_rf_is_averaged_to_the_size_of_a_picture(make_clarius, tmp_path):
    data = np.zeros((1, 30, 3120 * 2), dtype=np.uint8)
    text = make_clarius.parameters(30, 3120, type="RF", probe=KNOWN, sampling_rate="60 MHz", delay_samples="62")
    info, (picture,) = read(make_clarius.save(tmp_path, data, text, name="scan_rf"))
    assert info.rows <= 1100
    assert (info.rows - 1) * info.pixel_mm[1] == pytest.approx(3120 * SAMPLE_MM / 4, rel=0.01)
    assert not picture.pixels.any()


def test_any_of_its_files_or_its_folder_opens_it(make_clarius, tmp_path):
    raw = make_clarius.save(tmp_path, envelope(), make_clarius.parameters(40, 120))
    make_clarius.save(
        tmp_path, np.zeros((1, 40, 480), dtype=np.uint8), make_clarius.parameters(40, 120, type="IQ"), name="scan_iq"
    )
    (tmp_path / "scan_env.tgc").write_text("# tgc curves per frame\n")
    for path in (raw, raw.with_suffix(".yml"), raw.with_suffix(".tgc"), tmp_path):
        head = path.read_bytes()[:512] if path.is_file() else b""
        assert is_clarius(path, head)
        assert read(path)[0].format == "Clarius raw, envelope"
    assert not is_clarius(tmp_path / "x.raw", bytes(512))
    assert not is_clarius(tmp_path / "x.yml", b"probe: linear\n")
    assert not is_clarius(tmp_path / "x.png", raw.read_bytes()[:512])
    (tmp_path / "other").mkdir()
    assert not is_clarius(tmp_path / "other", b"")


def test_what_is_missing_is_named(make_clarius, tmp_path):
    raw = make_clarius.save(tmp_path, envelope(), make_clarius.parameters(40, 120))
    data = raw.read_bytes()
    raw.unlink()
    with pytest.raises(InputError, match="'scan_env.raw' is missing beside 'scan_env.yml'"):
        ClariusReader(tmp_path)
    (tmp_path / "scan_env.raw.lzo").write_bytes(b"\x89LZO\0\r\n\x1a\n")
    assert is_clarius(tmp_path / "scan_env.raw.lzo", b"\x89LZO\0\r\n\x1a\n")
    with pytest.raises(FormatError, match="'scan_env.raw.lzo' is compressed. Expected 'scan_env.raw': unpack it with"):
        ClariusReader(tmp_path / "scan_env.raw.lzo")
    raw.write_bytes(data)
    raw.with_suffix(".yml").unlink()
    with pytest.raises(InputError, match="'scan_env.yml' is missing beside 'scan_env.raw'"):
        ClariusReader(raw)
    with pytest.raises(InputError, match="holds no Clarius parameters"):
        ClariusReader(tmp_path)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"type": "Doppler PRF"}, "data of type 'Doppler PRF'. Expected 'B pre-scan', 'IQ' or 'RF'"),
        ({"sampling_rate": ""}, "names no sampling rate that can be"),
        ({"sampling_rate": "1e300 MHz"}, "names no sampling rate that can be"),
        ({"compression": "lossy"}, "holds compressed samples"),
    ],
)
def test_parameters_that_cannot_be_used_are_refused(make_clarius, tmp_path, more, why):
    raw = make_clarius.save(tmp_path, envelope(), make_clarius.parameters(40, 120, **more))
    with pytest.raises(FormatError, match=why):
        ClariusReader(raw)


@pytest.mark.parametrize(("suffix", "what"), [(".raw", "Clarius raw data"), (".yml", "Clarius parameters")])
def test_a_file_that_may_not_be_opened_is_said(make_clarius, tmp_path, monkeypatch, suffix, what):
    raw = make_clarius.save(tmp_path, envelope(), make_clarius.parameters(40, 120))
    opened = Path.open

    def locked(path, *how):
        if path.suffix == suffix:
            raise PermissionError(13, "Permission denied")
        return opened(path, *how)

    monkeypatch.setattr(Path, "open", locked)
    with pytest.raises(InputError, match=f"cannot be opened: Permission denied. Expected {what}"):
        ClariusReader(raw)


def test_other_text_is_refused(make_clarius, tmp_path):
    raw = make_clarius.save(tmp_path, envelope(), "probe: linear\n")
    with pytest.raises(FormatError, match="does not begin as Clarius parameters"):
        ClariusReader(raw)


@pytest.mark.parametrize(
    ("head", "why"),
    [
        (b"\1\0\0", "is 3 bytes. Expected a head of 20"),
        (struct.pack("<5i", 1, 2, 0, 120, 1), "claims 2 frames of 0 lines and 120 samples"),
        (struct.pack("<5i", 1, -2, 40, 120, 1), "claims -2 frames"),
        (struct.pack("<5i", 1, 2, 2**31 - 1, 2**31 - 1, 1), "claims 2 frames of 2147483647 lines"),
        (struct.pack("<5i", 1, 2, 40, 120, 4), "has 4 bytes a sample, its parameters say envelope. Expected 1"),
        (struct.pack("<5i", 1, 2, 40, 120, 1) + bytes(100), "ends within its first frame: it is truncated"),
    ],
)
def test_raw_files_that_make_no_sense_are_refused(make_clarius, tmp_path, head, why):
    raw = make_clarius.save(tmp_path, envelope(), make_clarius.parameters(40, 120))
    raw.write_bytes(head)
    with pytest.raises(FormatError, match=why):
        ClariusReader(raw)


def test_a_cut_file_gives_the_frames_before_the_cut(make_clarius, tmp_path):
    raw = make_clarius.save(tmp_path, envelope(frames=3), make_clarius.parameters(40, 120))
    raw.write_bytes(raw.read_bytes()[:-10])
    reader, count = ClariusReader(raw), 0
    with pytest.raises(FormatError, match="File holds 2 of the 3 frames that its head names"):
        for _ in reader.pictures():
            count += 1
    assert count == 2
    pictures = reader.pictures()
    next(pictures)
    with raw.open("r+b") as file:
        file.truncate(6000)
    with pytest.raises(FormatError, match="File ends within frame 2"):
        next(pictures)
    reader.close()


def test_lines_that_are_not_listed_are_taken_as_even(make_clarius, tmp_path):
    text = make_clarius.parameters(40, 120, probe=KNOWN, lines=make_clarius.each_line([(0.0, 0.0), (1.0, 0.0)]))
    info, pictures = read(make_clarius.save(tmp_path, envelope(), text))
    assert info.notes[0].startswith("Parameters list 2 lines, the data have 40")
    assert info.pixel_mm is None
    assert pictures[0].pixels.shape == (info.rows, info.columns)
    crossed = make_clarius.each_line([(float(40 - i), 0.0) for i in range(40)])
    info, _ = read(
        make_clarius.save(tmp_path, envelope(), make_clarius.parameters(40, 120, probe=KNOWN, lines=crossed))
    )
    assert info.pixel_mm is None
    assert info.notes[0].startswith("Lines do not follow each other along the probe")
    absurd = make_clarius.each_line([(i * 1e300, 0.0) for i in range(40)])
    info, _ = read(make_clarius.save(tmp_path, envelope(), make_clarius.parameters(40, 120, lines=absurd)))
    assert info.notes[0].startswith("Lines do not follow each other along the probe")


@pytest.mark.data
def test_the_makers_carotid_is_the_picture_that_its_scanner_rendered(data):
    folder = data / "clarius-raw" / "carotid" / "doppler"
    info, (picture,) = read(folder)
    assert (info.format, info.pixel_mm, info.orientation) == ("Clarius raw, envelope", None, "UF")
    assert picture.time_s == pytest.approx(272.54732417)
    rendered = cv2.imread(str(folder / "carotid.jpeg"))[187:613, :544]  # 30 mm, by the ruler's dots
    grey = cv2.cvtColor(rendered, cv2.COLOR_BGR2GRAY)
    plain = np.ptp(rendered.astype(int), axis=2) < 20  # without the color of flow
    ours = cv2.resize(picture.pixels, (544, 426), interpolation=cv2.INTER_AREA)

    def likeness(one):
        return np.corrcoef(one[plain].astype(float), grey[plain].astype(float))[0, 1]

    assert likeness(ours) > 0.88
    assert likeness(ours[:, ::-1]) < 0.2
    assert likeness(ours[::-1]) < 0.2


@pytest.mark.data
def test_the_makers_doppler_lines_lean_as_its_box_does(data):
    info, (picture,) = read(data / "clarius-raw" / "carotid" / "doppler" / "carotid_iq.raw")
    assert "Doppler data: 12 shots a line; their mean power is shown, not flow." in info.notes
    assert isinstance(info.field, Polygon)
    corners = np.array(info.field.points_mm) * SAMPLE_MM
    # the yellow box of the rendered picture: rows 251 to 498 below 187, columns shifted by 66, 30 mm in 426 pixels
    np.testing.assert_allclose(corners[[0, 3], 1], [(251 - 187) * 30 / 426, (498 - 187) * 30 / 426], atol=0.15)
    assert corners[3, 0] - corners[0, 0] == pytest.approx(66 * 30 / 426, abs=0.2)
    assert picture.pixels.std() > 20


@pytest.mark.data
@pytest.mark.parametrize("name", ["carotid_env.yml", "carotid_iq.yml", "carotid_rf.yml", "carotid_env.tgc", ""])
def test_the_makers_parameters_without_data_name_the_file_that_is_missing(data, name):
    with pytest.raises(InputError, match=r"'carotid_(env|iq|rf).raw' is missing beside"):
        ClariusReader(data / "clarius-raw" / "carotid" / name)
