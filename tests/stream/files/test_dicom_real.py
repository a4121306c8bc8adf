"""Every real ultrasound DICOM: its pixels are those that another library decodes; what is believed of it."""

import logging
import warnings

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.pixels import apply_color_lut

from inplane.stream.files.dicom import DicomReader, is_dicom

pytestmark = pytest.mark.data

US = "dicom-us/"
EXPECTED = {
    # file: rows, columns, frames, color, regions with a scale, notes
    US + "dwv/gdcm-US-RGB-8-epicard.dcm": (480, 640, 1, True, 0, 0),
    US + "fo-dicom/GH364.dcm": (768, 1024, 1, False, 0, 0),
    US + "pydicom-data/JPGLosslessP14SV1_1s_1f_8b.dcm": (768, 1024, 1, False, 1, 0),
    US + "pydicom-data/OBXXXX1A.dcm": (600, 800, 1, True, 1, 0),
    US + "pydicom-data/OBXXXX1A_expb_2frame.dcm": (600, 800, 2, True, 1, 0),
    US + "pydicom-data/US1_J2KR.dcm": (480, 640, 1, True, 0, 0),
    US + "pydicom-data/US1_UNCI.dcm": (480, 640, 1, True, 0, 0),
    US + "pydicom-data/color-pl.dcm": (120, 256, 1, True, 0, 1),
    US + "pydicom-data/gdcm-US-ALOKA-16.dcm": (480, 640, 1, True, 2, 1),
    US + "pydicom/examples_palette.dcm": (350, 800, 1, True, 0, 1),
    US + "pydicom/examples_rgb_color.dcm": (240, 320, 1, True, 0, 0),
    US + "robyoung/ExplVR_BigEnd.dcm": (60, 80, 1, True, 0, 0),
    US + "robyoung/US1_RLE": (480, 640, 1, True, 0, 0),
    "itkpocus-handheld/sonoque_axial-lateral-resolution-2020.dcm": (1455, 2083, 1, True, 1, 1),
}


def read(path):
    reader = DicomReader(path)
    try:
        return reader.info, [picture.pixels for picture in reader.pictures()]
    finally:
        reader.close()


def other_library(path):
    """(frames, rows, columns[, 3]) as pydicom decodes it, its palette applied."""
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = dcmread(path)
            pixels = found.pixel_array
            if found.PhotometricInterpretation == "PALETTE COLOR":
                pixels = (apply_color_lut(pixels, found) >> 8).astype(np.uint8)
            return pixels if int(found.get("NumberOfFrames", 1)) > 1 else pixels[None]
    finally:
        logging.disable(logging.NOTSET)


def test_no_file_is_forgotten(data):
    there = {f"{US}{p.parent.name}/{p.name}" for p in (data / "dicom-us").glob("*/*")}
    assert there == {name for name in EXPECTED if name.startswith(US)}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_real_file_is_read_as_another_library_reads_it(data, name):
    path = data / name
    assert is_dicom(path, path.read_bytes()[:512])
    info, pictures = read(path)
    scaled = [r for r in info.regions if r.kind in ("tissue", "color") and r.pixel_x_mm and r.pixel_y_mm]
    assert (info.rows, info.columns, len(pictures), info.color, len(scaled), len(info.notes)) == EXPECTED[name]
    assert info.pixel_mm is None
    if name.endswith("_expb_2frame.dcm"):
        # that library applies a big endian table as if it were little endian: the same picture in little endian tells
        _, same = read(data / (US + "pydicom-data/OBXXXX1A.dcm"))
        np.testing.assert_array_equal(pictures[0], same[0])
        return
    want = other_library(path)
    # lossy YBR is turned to RGB by two libraries that round differently
    np.testing.assert_allclose(np.stack(pictures).astype(int), want, atol=1 if "sonoque" in name else 0)


def test_traps_of_real_files_are_said(data):
    assert read(data / (US + "pydicom-data/gdcm-US-ALOKA-16.dcm"))[0].notes[0].startswith("Two pictures side by side")
    assert read(data / (US + "pydicom/examples_palette.dcm"))[0].notes[0].startswith("Calibration is stale")
    info, (picture,) = read(data / "itkpocus-handheld/sonoque_axial-lateral-resolution-2020.dcm")
    assert info.notes == ("Tags say RGB, the JPEG stream is YBR: shown as YBR.",)
    assert np.ptp(picture[400:1200, 400:1500].astype(int), axis=2).max() <= 12  # grey tissue, not green
    assert info.regions[0].pixel_x_mm == pytest.approx(0.0291)


def test_every_sparq_still_is_calibrated(data):
    paths = sorted((data / "sparq-supraclavicular" / "dicom-session-1").glob("*/*"))
    assert len(paths) > 30
    sizes = set()
    for path in paths:
        info, (picture,) = read(path)
        assert picture.shape == (600, 800, 3)
        assert info.maker == "Philips Medical Systems Sparq, L12-4"
        (region,) = info.regions
        assert (region.kind, region.x0, region.y0, region.x1, region.y1) == ("tissue", 120, 60, 800, 519)
        assert info.notes == ()
        sizes.add(round(region.pixel_x_mm, 4))
    assert sizes == {0.0594, 0.0703, 0.082}
