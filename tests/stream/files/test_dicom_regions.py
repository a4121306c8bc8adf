"""Which scale of a DICOM file is believed: every trap that was seen in a real file, and a few more."""

import pytest

from inplane.stream.files.dicom import DicomReader

SECONDS, HERTZ, CM = 4, 5, 3


@pytest.fixture
def info_of(make, tmp_path):
    def read(*regions, **tags):
        found = make.dataset(make.scene(), **tags)
        if regions:
            found.SequenceOfUltrasoundRegions = [make.region(**one) for one in regions]
        reader = DicomReader(make.save(found, tmp_path / "a.dcm"))
        reader.close()
        return reader.info

    return read


def box(region):
    return region.x0, region.y0, region.x1, region.y1


def test_corners_are_included_and_centimeters_become_millimeters(info_of):
    info = info_of({"PhysicalDeltaX": 0.02})
    (region,) = info.regions
    assert box(region) == (8, 4, 56, 44)
    assert (region.kind, region.pixel_x_mm, region.pixel_y_mm) == ("tissue", pytest.approx(0.2), pytest.approx(0.1))
    assert info.pixel_mm is None
    assert info.notes == ()


def test_a_negative_size_is_used_without_its_sign(info_of):
    info = info_of({"PhysicalDeltaX": -0.01})
    assert info.regions[0].pixel_x_mm == pytest.approx(0.1)
    assert info.notes == ("A tissue region has a negative pixel size in x; its sign is not used.",)


def test_a_first_region_without_units_stands_behind_one_with_them(info_of):
    info = info_of(
        {"PhysicalUnitsXDirection": 0, "PhysicalUnitsYDirection": 0, "RegionLocationMaxX1": 30},
        {"RegionLocationMinX0": 31, "RegionLocationMaxX1": 60},
    )
    assert [r.pixel_x_mm for r in info.regions] == [pytest.approx(0.1), None]
    assert info.regions[0].x0 == 31
    assert "A tissue region has no length per pixel in x." in info.notes


@pytest.mark.parametrize(
    ("tags", "kind", "x_mm", "y_mm"),
    [
        ({"RegionSpatialFormat": 3, "RegionDataType": 3, "PhysicalUnitsXDirection": SECONDS}, "spectral", None, 0.1),
        ({"RegionSpatialFormat": 2, "PhysicalUnitsXDirection": SECONDS}, "m-mode", None, 0.1),
        ({"RegionDataType": 2}, "color", 0.1, 0.1),
        ({"RegionDataType": 0}, "tissue", 0.1, 0.1),
        ({"RegionSpatialFormat": 0, "RegionDataType": 13}, "other", 0.1, 0.1),
        ({"RegionSpatialFormat": 4, "RegionDataType": 10, "PhysicalUnitsXDirection": SECONDS}, "other", None, 0.1),
        ({"PhysicalDeltaY": 0.0}, "tissue", 0.1, None),
        ({"PhysicalDeltaY": None}, "tissue", 0.1, None),
        ({"PhysicalUnitsYDirection": HERTZ}, "tissue", 0.1, None),
    ],
)
def test_kinds_and_units_are_told_apart(info_of, tags, kind, x_mm, y_mm):
    (region,) = info_of(tags).regions
    assert region.kind == kind
    assert region.pixel_x_mm == (None if x_mm is None else pytest.approx(x_mm))
    assert region.pixel_y_mm == (None if y_mm is None else pytest.approx(y_mm))


def test_tissue_with_a_scale_comes_before_all_else_and_large_before_small(info_of):
    info = info_of(
        {"RegionSpatialFormat": 3, "RegionDataType": 3},
        {"RegionDataType": 2},
        {"RegionLocationMaxX1": 20},
        {},
        {"PhysicalDeltaX": 0.0},
    )
    assert [r.kind for r in info.regions] == ["tissue", "tissue", "color", "tissue", "spectral"]
    assert info.regions[0].x1 == 56
    assert info.regions[3].pixel_x_mm is None


@pytest.mark.parametrize(
    "tags",
    [
        {"RegionLocationMaxX1": 65},
        {"RegionLocationMaxY1": 400},
        {"RegionLocationMinX0": 80, "RegionLocationMaxX1": 90},
    ],
)
def test_a_region_outside_the_picture_makes_the_whole_calibration_stale(info_of, tags):
    info = info_of({}, tags)
    assert info.regions == ()
    assert len(info.notes) == 1
    assert info.notes[0].startswith("Calibration is stale: a region spans columns")
    assert info_of({}, tags, PixelSpacing=[0.1, 0.1]).pixel_mm is None


def test_one_pixel_too_many_is_cut_off(info_of):
    info = info_of(
        {"RegionLocationMinX0": 0, "RegionLocationMinY0": 0, "RegionLocationMaxX1": 64, "RegionLocationMaxY1": 48}
    )
    assert box(info.regions[0]) == (0, 0, 64, 48)
    assert info.notes == ()


def test_two_pictures_side_by_side_are_said(info_of):
    info = info_of(
        {"RegionLocationMinX0": 32, "RegionLocationMaxX1": 60}, {"RegionLocationMinX0": 3, "RegionLocationMaxX1": 31}
    )
    assert [r.x0 for r in info.regions] == [3, 32]
    assert info.notes == ("Two pictures side by side; the first one is used.",)
    assert info_of({}, {"RegionDataType": 2, "RegionLocationMinX0": 20}).notes == ()


@pytest.mark.parametrize("delta_cm", [0.0004, 0.21, 1e30])
def test_absurd_pixels_are_not_believed(info_of, delta_cm):
    info = info_of({"PhysicalDeltaX": delta_cm})
    assert info.regions[0].pixel_x_mm is None
    assert any("which is not believed" in note for note in info.notes)


def test_a_region_without_extent_is_left_out_and_twins_are_one(info_of):
    info = info_of({}, {}, {"RegionLocationMaxX1": 8}, {"RegionLocationMinY0": None})
    assert len(info.regions) == 1
    assert info.notes == ("2 ultrasound region(s) without extent are left out.",)


def test_a_spacing_counts_only_where_no_region_has_a_scale(info_of):
    info = info_of(PixelSpacing=[0.2, 0.1])
    assert info.pixel_mm == (0.1, 0.2)
    assert info.notes == ("Scale is from PixelSpacing: the file has no calibrated ultrasound region.",)
    assert info_of({}, PixelSpacing=[0.2, 0.1]).pixel_mm is None
    assert info_of({"RegionSpatialFormat": 3}, ImagerPixelSpacing=[0.2, 0.1]).pixel_mm is None
    assert info_of(ImagerPixelSpacing=[0.3, 0.3]).pixel_mm == (0.3, 0.3)


@pytest.mark.parametrize(("spacing", "why"), [([1, 1], "does not know"), ([0.0001, 0.0001], "not believed")])
def test_a_spacing_that_says_nothing_is_not_believed(info_of, spacing, why):
    info = info_of(PixelSpacing=spacing)
    assert info.pixel_mm is None
    assert why in info.notes[0]


def test_broken_numbers_are_as_none(info_of):
    info = info_of({"PhysicalDeltaX": float("nan")}, {"PhysicalDeltaY": float("inf"), "RegionLocationMinX0": 9})
    assert [r.pixel_x_mm for r in info.regions] == [None, pytest.approx(0.1)] or info.regions[0].pixel_y_mm is None
    assert all(r.pixel_x_mm is None or r.pixel_y_mm is None for r in info.regions)


def test_pixels_that_are_not_square_are_said_where_no_scale_tells_it(info_of):
    assert info_of(PixelAspectRatio=[4, 3]).notes == (
        "Pixels are not square (4 high to 3 wide): shown as they are stored.",
    )
    assert info_of(PixelAspectRatio=[1, 1]).notes == ()
    assert info_of({}, PixelAspectRatio=[4, 3]).notes == ()
