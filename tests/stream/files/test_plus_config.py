"""PLUS configurations: the scale they give, where they are looked for, and when they are not believed."""

from math import hypot, pi
from pathlib import Path

import numpy as np
import pytest

from inplane.core import FormatError, Polygon, RangeError, ResourceError, Sector
from inplane.stream.files.media import MediaInfo, Picture
from inplane.stream.files.metaimage import MetaImageReader
from inplane.stream.files.plus_config import find_config, read_config, scale_of
from inplane.stream.files.scan_lines import ScanConversion
from inplane.stream.files.sequence import write_sequence

LINEAR = """<ScanConversion TransducerName="L14-5" TransducerGeometry="LINEAR" ImagingDepthMm="30.0"
 TransducerWidthMm="20.0" OutputImageSizePixel="320 400" TransducerCenterPixel="160 10"
 OutputImageSpacingMmPerPixel="0.1 0.1"/>"""
CURVED = """<ScanConversion TransducerName="C5-2" TransducerGeometry="CURVILINEAR" RadiusStartMm="10" RadiusStopMm="50"
 ThetaStartDeg="-45" ThetaStopDeg="45" OutputImageSizePixel="400 300" TransducerCenterPixel="200 50"
 OutputImageSpacingMmPerPixel="0.2 0.2"/>"""
MATRIX = """<CoordinateDefinitions><Transform From="Image" To="Probe"
 Matrix="0 {y} 0 1  -{x} 0 0 2  0 0 0.1 3  0 0 0 1"/></CoordinateDefinitions>"""
CLIP = '<VolumeReconstruction ClipRectangleOrigin="{0} {1}" ClipRectangleSize="{2} {3}"/>'


def config(folder: Path, *parts: str, name: str = "config.xml") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"<PlusConfiguration version='2.3'>{''.join(parts)}</PlusConfiguration>")
    return folder / name


def recording(
    folder: Path, columns: int, rows: int, *, pixel_mm: tuple[float, float] | None = None, code: str = "MF"
) -> Path:
    picture = Picture(pixels=np.full((rows, columns), 7, np.uint8))
    told = MediaInfo(
        format="", rows=rows, columns=columns, color=False, frames=1, rate_hz=None, orientation=code, pixel_mm=pixel_mm
    )
    write_sequence(folder / "walk.igs.mha", [picture], told)
    return folder / "walk.igs.mha"


def test_a_linear_scan_conversion_gives_scale_and_field(tmp_path: Path) -> None:
    scale = scale_of(read_config(config(tmp_path, LINEAR)), 320, 400)
    assert scale.pixel_mm == (0.1, 0.1)
    assert scale.field == Polygon(points_mm=((60.0, 10.0), (260.0, 10.0), (260.0, 310.0), (60.0, 310.0)))


def test_a_curved_scan_conversion_gives_a_sector(tmp_path: Path) -> None:
    field = scale_of(read_config(config(tmp_path, CURVED)), 400, 300).field
    assert isinstance(field, Sector)
    assert (field.apex_mm, field.inner_mm, field.outer_mm) == ((200.5, 0.5), 50.0, 250.0)
    assert (field.from_rad, field.to_rad) == pytest.approx((-pi / 4, pi / 4))


def test_the_calibration_of_image_to_probe_gives_the_scale(tmp_path: Path) -> None:
    told = read_config(config(tmp_path, MATRIX.format(x=0.08, y=0.09)))
    scale = scale_of(told, 640, 480)
    assert scale.pixel_mm == pytest.approx((0.08, 0.09))
    assert any("not square" in note for note in scale.notes)
    assert read_config(config(tmp_path, MATRIX.format(x=1, y=1))).image_to_probe_mm is None  # nobody calibrated that


def test_of_the_scan_conversion_and_the_calibration_both_must_agree(tmp_path: Path) -> None:
    agree = read_config(config(tmp_path, LINEAR, MATRIX.format(x=0.104, y=0.097)))
    assert scale_of(agree, 320, 400).pixel_mm == (0.1, 0.1)
    apart = scale_of(read_config(config(tmp_path, LINEAR, MATRIX.format(x=0.13, y=0.1))), 320, 400)
    assert apart.pixel_mm is None
    assert "contradicts itself" in apart.notes[0]


@pytest.mark.parametrize(
    ("parts", "columns"),
    [
        ([LINEAR], 321),
        ([LINEAR, MATRIX.format(x=0.1, y=0.1)], 321),
        ([MATRIX.format(x=0.1, y=0.1), CLIP.format(10, 10, 400, 300)], 320),
        ([MATRIX.format(x=0.1, y=0.1), CLIP.format(10, 10, 40, 30)], 320),
        ([LINEAR, LINEAR.replace("0.1 0.1", "0.2 0.2")], 320),
        ([], 320),
    ],
)
def test_a_stale_configuration_is_not_used(tmp_path: Path, parts: list[str], columns: int) -> None:
    scale = scale_of(read_config(config(tmp_path, *parts)), columns, 400)
    assert (scale.pixel_mm, scale.field) == (None, None)
    assert "its scale is not used" in scale.notes[0]


def test_it_is_found_by_the_recording_s_name_or_where_it_is_the_only_one(tmp_path: Path) -> None:
    path = recording(tmp_path, 320, 400)
    assert MetaImageReader(path).info.pixel_mm is None
    assert find_config(path) == (None, ())
    config(tmp_path / "calibration", LINEAR, name="any.xml")
    assert MetaImageReader(path).info.pixel_mm == (0.1, 0.1)
    config(tmp_path, LINEAR.replace("0.1 0.1", "0.2 0.2"), name="other.xml")
    doubtful = MetaImageReader(path).info
    assert doubtful.pixel_mm is None
    assert any("2 configurations lie beside" in note for note in doubtful.notes)
    config(tmp_path, LINEAR.replace("0.1 0.1", "0.3 0.3"), name="PlusDeviceSet_Walk_day2.xml")
    assert MetaImageReader(path).info.pixel_mm == (0.3, 0.3)


def test_a_broken_one_beside_the_recording_is_noted_and_a_given_one_refused(tmp_path: Path) -> None:
    path = recording(tmp_path, 320, 400)
    (tmp_path / "walk.xml").write_text("<PlusConfiguration>")
    info = MetaImageReader(path).info
    assert info.pixel_mm is None
    assert any("was left out: 'walk.xml' is not XML" in note for note in info.notes)
    with pytest.raises(FormatError, match="'walk.xml' is not XML"):
        MetaImageReader(path, config=tmp_path / "walk.xml")


def test_where_the_file_has_a_spacing_the_two_must_not_contradict(tmp_path: Path) -> None:
    path = recording(tmp_path, 320, 400, pixel_mm=(0.15, 0.15))
    beside = config(tmp_path, LINEAR)
    by_itself = MetaImageReader(path).info
    assert by_itself.pixel_mm == (0.15, 0.15)
    assert any("contradict each other: 'config.xml' is not used" in note for note in by_itself.notes)
    asked = MetaImageReader(path, config=beside).info
    assert asked.pixel_mm == (0.1, 0.1)
    assert any("the file's own spacing is not used" in note for note in asked.notes)
    path = recording(tmp_path, 320, 400, pixel_mm=(0.101, 0.1))
    agreeing = MetaImageReader(path).info
    assert agreeing.pixel_mm == (0.101, 0.1)
    assert isinstance(agreeing.field, Polygon)


def test_the_field_lies_in_the_picture_as_it_is_stored(tmp_path: Path) -> None:
    shifted = config(tmp_path, LINEAR.replace("160 10", "110 10"))
    for code, left in (("MF", 10.0), ("UFA", 110.0)):
        info = MetaImageReader(recording(tmp_path, 320, 400, code=code), config=shifted).info
        assert isinstance(info.field, Polygon)
        assert min(x for x, _ in info.field.points_mm) == left
        assert info.maker == "L14-5"
    assert MetaImageReader(recording(tmp_path, 320, 400, code="MN"), config=shifted).info.field is None
    curved = config(tmp_path, CURVED.replace('"-45"', '"-30"').replace("200 50", "150 50"))
    field = MetaImageReader(recording(tmp_path, 400, 300, code="UF"), config=curved).info.field
    assert isinstance(field, Sector)
    assert field.apex_mm == (249.5, 0.5)
    assert (field.from_rad, field.to_rad) == pytest.approx((-pi / 4, pi / 6))


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><PlusConfiguration>&b;</PlusConfiguration>'
REFUSED = {
    "entities": (BOMB.encode(), "declares a document type"),
    "UTF-16": ("<PlusConfiguration/>".encode("utf-16"), "Expected plain XML in UTF-8"),
    "no XML": (b"hello", "is not XML"),
    "empty": (b"", "is not XML|is empty"),
    "another document": (b"<html></html>", "begins with <html>"),
    "too deep": (b"<a>" * 70 + b"</a>" * 70, "too deep"),
    "too many": (b"<PlusConfiguration>" + b"<a/>" * 100_001 + b"</PlusConfiguration>", "too many elements"),
    "too large": (b" " * ((4 << 20) + 1), "is larger than"),
    "an unknown encoding": (b"<?xml version='1.0' encoding='klingon'?><PlusConfiguration/>", "is not XML"),
    "another geometry": (LINEAR.replace("LINEAR", "ROUND").encode(), "TransducerGeometry is 'ROUND'"),
    "no numbers": (LINEAR.replace('"320 400"', '"wide high"').encode(), "OutputImageSizePixel is 'wide high'"),
    "absurd size": (LINEAR.replace('"320 400"', '"320000 400"').encode(), "columns is 320000"),
    "absurd width": (LINEAR.replace('"20.0"', '"2e9"').encode(), "TransducerWidthMm is"),
    "radii that shrink": (CURVED.replace('"50"', '"5"').encode(), "do not grow"),
    "infinite angle": (CURVED.replace('"45"', '"inf"').encode(), "ThetaStopDeg is 'inf'"),
    "short matrix": (b'<Transform From="Image" To="Probe" Matrix="1 2 3"/>', "Expected 16 numbers"),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_is_no_configuration_is_refused_with_its_reason(tmp_path: Path, reason: str) -> None:
    content, message = REFUSED[reason]
    if content.startswith((b"<Scan", b"<Trans")):
        content = b"<PlusConfiguration>" + content + b"</PlusConfiguration>"
    (tmp_path / "config.xml").write_bytes(content)
    with pytest.raises(FormatError, match=message):
        read_config(tmp_path / "config.xml")


def test_scan_lines_are_laid_out_where_their_number_fits(tmp_path: Path) -> None:
    head = "NDims = 2\nDimSize = 400 64\nElementType = MET_UCHAR\nUltrasoundImageOrientation = {}\n"
    lines = np.zeros((64, 400), np.uint8)
    lines[60] = 250
    for code, right in (("FM", True), ("FU", False)):
        data = (head.format(code) + "ElementDataFile = LOCAL\n").encode() + lines.tobytes()
        (tmp_path / "lines.mha").write_bytes(data)
        given = config(tmp_path / "given", CURVED.replace("/>", ' NumberOfScanLines="64"/>'))
        reader = MetaImageReader(tmp_path / "lines.mha", config=given)
        assert (reader.info.columns, reader.info.rows) == (400, 300)
        assert (reader.info.orientation, reader.info.pixel_mm, reader.info.whole) == ("MF", (0.2, 0.2), True)
        assert isinstance(reader.info.field, Sector)
        bright = np.nonzero(next(reader.pictures()).pixels > 100)[1]
        assert bright.min() > 200 if right else bright.max() < 200
    stale = config(tmp_path / "given", CURVED.replace("/>", ' NumberOfScanLines="96"/>'))
    info = MetaImageReader(tmp_path / "lines.mha", config=stale).info
    assert (info.columns, info.rows, info.orientation, info.pixel_mm) == (400, 64, "FU", None)
    assert any("is for 96 scan lines, not 64" in note for note in info.notes)


def test_no_such_configuration(tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match="cannot be read: No such file"):
        read_config(tmp_path / "config.xml")


@pytest.mark.parametrize("curved", [False, True])
def test_a_point_on_a_line_lands_where_the_geometry_says(curved: bool) -> None:
    shape = {"radius_start_mm": 10, "radius_stop_mm": 50, "theta_start_deg": -45, "theta_stop_deg": 45}
    flat = {"width_mm": 40, "depth_mm": 40}
    layout = ScanConversion(
        curved=curved,
        columns=400,
        rows=300,
        spacing_mm=(0.2, 0.25),
        center_px=(200, 20),
        **(shape if curved else flat),
    )
    lines = np.zeros((91, 401), np.uint8)
    lines[69:72, 198:203] = 200  # at 25 degrees or x = 11.11 mm; at 30 mm from the apex or 20 mm deep
    picture = layout.picture(lines)
    rows, columns = np.nonzero(picture > 50)
    angle = np.deg2rad(25)
    x_mm, y_mm = (30 * np.sin(angle), 30 * np.cos(angle) - 10) if curved else (70 / 90 * 40 - 20, 20.0)
    found_mm = (columns.mean() - 200) * 0.2, (rows.mean() - 20) * 0.25
    assert hypot(found_mm[0] - x_mm, found_mm[1] - y_mm) < 0.15
    assert picture[:15].max() == 0


def test_absurd_geometry_is_refused() -> None:
    known = {"columns": 400, "rows": 300, "spacing_mm": (0.2, 0.2), "center_px": (0, 0), "curved": True}
    with pytest.raises(RangeError, match="ThetaStartDeg"):
        ScanConversion(**known, radius_start_mm=1, radius_stop_mm=50, theta_start_deg=-170, theta_stop_deg=170)
