"""Real screens: crops and fans against what was measured or is told by their makers, scales against their tags."""

import warnings

import av
import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.pixels import apply_color_lut

from inplane.core import Calibration, Polygon, Sector
from inplane.stream.files.media import MediaInfo
from inplane.stream.screen.find import find_layout

pytestmark = pytest.mark.data


def layout_of(shown):
    """The layout as if the file told nothing."""
    picture = shown[0]
    return find_layout(
        shown,
        MediaInfo(format="", rows=picture.shape[0], columns=picture.shape[1], color=False, frames=None, rate_hz=None),
    )


def still(path):
    return [np.array(Image.open(path).convert("RGB"))]


def video(path, frames=8):
    with av.open(str(path)) as file:
        return [frame.to_ndarray(format="rgb24") for frame, _ in zip(file.decode(video=0), range(frames), strict=False)]


def dicom(path):
    """(pictures, true mm of a pixel) of a DICOM file with a region in cm."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data = pydicom.dcmread(path)
        pixels = data.pixel_array
        if data.PhotometricInterpretation.startswith("PALETTE"):
            pixels = apply_color_lut(pixels, data)
    if pixels.dtype != np.uint8:
        pixels = (pixels >> 8).astype(np.uint8)
    region = data.SequenceOfUltrasoundRegions[0]
    frames = int(data.get("NumberOfFrames", 1))
    return ([pixels] if frames == 1 else list(pixels))[:16], abs(region.PhysicalDeltaY) * 10


def test_scales_read_off_rulers_agree_with_the_tags_and_none_is_wrong(data):
    files = sorted((data / "sparq-supraclavicular").glob("dicom*/*/20210100"))
    files += [
        data / "dicom-us" / "pydicom-data" / "OBXXXX1A.dcm",
        data / "dicom-us" / "pydicom" / "examples_palette.dcm",
    ]
    files += [data / "itkpocus-handheld" / "sonoque_axial-lateral-resolution-2020.dcm"]
    files += [data / "dicom-us" / "pydicom-data" / "gdcm-US-ALOKA-16.dcm"]
    errors = []
    for path in files:
        shown, true_mm = dicom(path)
        layout = layout_of(shown)
        assert layout.calibration is not Calibration.CALIBRATED
        if layout.pixel_mm is not None:
            errors.append(layout.pixel_mm[1] / true_mm - 1)
    print(f"estimated {len(errors)} of {len(files)}, worst error {100 * max(np.abs(errors)):.2f} %")
    assert len(errors) >= 0.8 * len(files)
    assert np.abs(errors).max() < 0.005


@pytest.mark.parametrize(
    ("name", "period_px", "period_mm"),
    [
        # one centimetre by the numbers on the screen, measured by eye to a pixel
        ("itkpocus-handheld/clarius-ocular-image.png", 196.9, 10),
        ("itkpocus-handheld/butterfly_axial-lateral-resolution-2020.png", 210.8, 10),
        ("itkpocus-handheld/interson-image-annotation.jpg", 158.0, 10),
        ("ctu-carotids/classification_samples/201501061011050145VAS.png", 171.0, 10),
        ("ctu-carotids/classification_samples/201501061013070161VAS.png", 113.4, 50),
        ("timtrack-muscle/timtrack-paper/dataset 2/jumping/gastroc_jumping_048.png", 115.5, 10),
    ],
)
def test_numbers_and_larger_ticks_give_the_scale(data, name, period_px, period_mm):
    layout = layout_of(still(data / name))
    assert layout.calibration is Calibration.ESTIMATED
    assert layout.pixel_mm[1] == pytest.approx(period_mm / period_px, rel=0.005)


@pytest.mark.parametrize(
    "name",
    [
        "itkpocus-handheld/sonosite-anon-eye1.jpg",
        "timtrack-muscle/single_images/example_ultrasound_image2.png",
        "timtrack-muscle/timtrack-paper/dataset 4/SampleB/GM_P_1.png",
    ],
)
def test_equal_ticks_without_numbers_are_left_open(data, name):
    layout = layout_of(still(data / name))
    assert layout.pixel_mm is None
    assert any("equal ticks" in note for note in layout.notes)


@pytest.mark.parametrize(
    ("name", "box"),
    [
        # edges of the picture, read off the pixels
        ("sparq-supraclavicular/bmp-screen/20210812_090438_0001.BMP", (229, 78, 690, 503)),
        ("ctu-carotids/classification_samples/201711081140010077VAS.png", (180, 120, 832, 720)),
        ("timtrack-muscle/timtrack-paper/dataset 2/jumping/gastroc_jumping_048.png", (111, 60, 689, 521)),
        ("timtrack-muscle/timtrack-paper/dataset 3/210/p6_isokinetic210_01_push_01_10.jpg", (378, 94, 1288, 826)),
        ("timtrack-muscle/timtrack-paper/dataset 4/SampleA/GM_T_1.png", (236, 42, 998, 688)),
        ("itkpocus-handheld/clarius_axial-lateral-resolution-2020.png", (344, 160, 936, 800)),
        ("itkpocus-handheld/sonosite-anon-eye1.jpg", (387, 41, 723, 640)),
        ("itkpocus-handheld/interson-phantom.png", (442, 56, 1004, 896)),
    ],
)
def test_chrome_is_cut_away_to_the_edge_of_the_picture(data, name, box):
    layout = layout_of(still(data / name))
    assert layout.field is None
    assert np.abs(np.subtract((layout.x0, layout.y0, layout.x1, layout.y1), box)).max() <= 0.01 * (box[2] - box[0]) + 2


def test_a_spectral_trace_beside_a_picture_is_not_taken_for_it(data):
    layout = layout_of(video(data / "flowave-doppler" / "DemoMuscleContraction_NoTAMean.mov"))
    assert np.abs(np.subtract((layout.x0, layout.y0, layout.x1, layout.y1), (180, 40, 344, 256))).max() <= 4


def test_the_liver_sweep_has_the_fan_that_its_maker_tells(data):
    field = layout_of(video(data / "imfusion-liver-sweep" / "liver_sweep.mp4")).field
    assert isinstance(field, Sector)
    # frame_geometry.txt: offset (369, 22.01) is the middle of the face; radii in pixels; half opening angle
    assert np.hypot(field.apex_mm[0] - 369, field.apex_mm[1] - (22.01 - 161.34)) < 0.01 * 593
    assert field.inner_mm == pytest.approx(161.34, abs=0.01 * 593)
    assert np.degrees([-field.from_rad, field.to_rad]) == pytest.approx([30.28, 30.28], abs=1)
    # its long radius, 724.4, ends 9 rows above the last row of echoes; the fan reaches on to that row
    assert 724 < field.outer_mm < 736


def test_a_scan_converted_fan_has_the_geometry_it_was_converted_with(data):
    import zlib

    raw = (data / "plus-tracked" / "UltrasonixCurvilinearScanConvertedData.igs.mha").read_bytes()
    start = raw.index(b"\n", raw.index(b"ElementDataFile")) + 1
    body = raw[start:] if b"CompressedData = False" in raw[:start] else zlib.decompress(raw[start:])
    shown = list(np.frombuffer(body, np.uint8).reshape(-1, 616, 820)[:5])
    field = layout_of(shown).field
    # PlusDeviceSet_RfProcessingAlgoCurvilinearTest.xml: radii 10 and 82 mm, 0.15 mm a pixel, 75 degrees, (410, 87)
    assert isinstance(field, Sector)
    assert np.subtract(field.apex_mm, (410, 87 - 10 / 0.15)) == pytest.approx((0, 0), abs=4)
    assert field.inner_mm == pytest.approx(10 / 0.15, abs=4)
    assert field.outer_mm == pytest.approx(82 / 0.15, abs=4)
    assert np.degrees([field.from_rad, field.to_rad]) == pytest.approx([-75, 75], abs=0.5)


def test_one_probe_at_two_depths_has_one_opening_angle(data):
    fields = [layout_of(still(path)).field for path in sorted((data / "clarius-convex-contact").glob("*.png"))[::6]]
    assert all(isinstance(field, Sector) for field in fields)
    assert np.ptp([np.degrees(field.to_rad - field.from_rad) for field in fields]) < 1.5


def test_a_steered_linear_picture_has_slanted_sides(data):
    layout = layout_of(still(data / "timtrack-muscle/timtrack-paper/dataset 4/SampleB/GM_P_11.png"))
    assert isinstance(layout.field, Polygon)
    corners = layout.field.outline()
    assert np.hypot(*(corners - (228, 70)).T).min() < 6
    assert np.hypot(*(corners - (572, 506)).T).min() < 6


def test_hardly_any_real_picture_is_doubted(data):
    paths = (
        sorted((data / "usgra-seg" / "images").glob("*.png"))[::12] + sorted((data / "nhbs-hip").rglob("*.png"))[::8]
    )
    doubted = [
        path.name for path in paths if any(note.startswith("This may not") for note in layout_of(still(path)).notes)
    ]
    assert doubted == []
