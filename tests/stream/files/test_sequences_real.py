"""Real sequences and videos: every file is opened as it is, or refused with its reason; round trips lose nothing."""

from pathlib import Path

import numpy as np
import pytest

from inplane.core import FormatError, Sector
from inplane.stream.files.media import Picture
from inplane.stream.files.metaimage import MetaImageReader
from inplane.stream.files.nrrd import NrrdReader
from inplane.stream.files.sequence import read_sequence, write_sequence
from inplane.stream.files.video import VideoReader
from inplane.stream.orient import to_mf

pytestmark = pytest.mark.data

# file: columns, rows, frames, orientation, size of a pixel in mm
SEQUENCES: dict[str, tuple[int, int, int, str, tuple[float, float] | None]] = {
    "plus-tracked/BkCurvilinearRfData.igs.mhd": (870, 358, 1, "FM", None),
    "plus-tracked/BkCurvilinearScanConvertedData.igs.mha": (600, 400, 1, "MFA", None),
    "plus-tracked/BoneUltrasound_L14.igs.mha": (820, 616, 21, "MF", (0.085, 0.085)),
    "plus-tracked/NwirePhantomFreehand.igs.mha": (820, 616, 97, "MFA", (0.0781, 0.0744)),
    "plus-tracked/NwirePhantomFreehand.igs.nrrd": (820, 616, 97, "MFA", (0.0781, 0.0744)),
    "plus-tracked/Prostate10_video.igs.mhd": (640, 480, 10, "", (0.3, 0.3)),
    "plus-tracked/SegmentationTest_BKMedical_RandomStepperMotionData2_Trimmed_Anonymized.igs.mha": (
        640,
        480,
        6,
        "MFA",
        None,
    ),
    "plus-tracked/SegmentationTest_VLCUS_RandomStepperMotionData2.igs.mha": (640, 480, 201, "MFA", None),
    "plus-tracked/SpinePhantomFreehand.igs.mha": (820, 616, 21, "MFA", (0.0854, 0.0790)),
    "plus-tracked/UltrasonixCurvilinearBrightnessData.igs.mha": (910, 96, 5, "FM", None),
    "plus-tracked/UltrasonixCurvilinearScanConvertedData.igs.mha": (820, 616, 5, "MFA", None),
    "itkpocus-handheld/sonivate-anechoic_1-1.nrrd": (512, 512, 1, "", (0.0776, 0.0776)),
}
# file: moments that a tracker told of, and the reason why there are no pictures
WITHOUT: dict[str, tuple[int, str]] = {
    "plus-tracked/EightLandmarkPointsTrackedForPhantomRegistration.igs.mha": (1000, "holds no pictures"),
    "plus-tracked/Prostate10_tracker.igs.mha": (10, "holds no pictures"),
    "plus-tracked/ReferenceToRASCalibration.igs.mha": (93, "holds no pictures"),
    "plus-tracked/TimestampFilteringTest.igs.mha": (500, "holds no pictures"),
    "plus-tracked/TransformInterpolationTest.igs.mha": (500, "holds no pictures"),
    "plus-tracked/UsSimulatorOutputSpinePhantom2CurvilinearBaselineNoUS.igs.mha": (15, "holds no pictures"),
    "ots-needle-track/OTS_Data_Veri_1209.seq.mha": (6471, "holds no pictures"),
    "plus-tracked/NwirePhantomFreehandReconstructed.mha": (0, "is a volume of 101 x 104 x 74"),
    "plus-tracked/SpinePhantomFreehandReconstructed.mha": (0, "is a volume of 147 x 106 x 104"),
}
# file: columns, rows, frames, colour, first and last time stamp, pictures a second
VIDEOS: dict[str, tuple[int, int, int, bool, float, float]] = {
    "flowave-doppler/DemoBMode.mov": (640, 480, 450, True, 14.982, 29.97),
    "flowave-doppler/DemoMuscleContraction_NoTAMean.mov": (640, 480, 3777, True, 125.993, 29.97),
    "imfusion-liver-sweep/liver_sweep.mp4": (739, 593, 139, False, 5.52, 25.0),
    "itkpocus-handheld/butterfly-ocular-phantom.mp4": (776, 1080, 369, True, 29.073, 12.69),
    "itkpocus-handheld/clarius-ocular-short.mp4": (1280, 960, 50, True, 1.96, 25.0),
    "itkpocus-handheld/sonosite-anon-eye1-video.mp4": (960, 720, 100, True, 3.96, 25.0),
    "sparq-supraclavicular/cine/20210816_131218_0003.MP4": (800, 600, 60, False, 1.5806, 37.33),
}


def reader_of(path: Path, config: Path | None = None) -> MetaImageReader | NrrdReader:
    return NrrdReader(path, config=config) if path.suffix == ".nrrd" else MetaImageReader(path, config=config)


def require_same(read: Picture, written: Picture) -> None:
    np.testing.assert_array_equal(read.pixels, written.pixels)
    assert (read.time_s, read.valid, read.fields) == (written.time_s, written.valid, written.fields)
    for one, other in zip(read.transforms, written.transforms, strict=True):
        assert (one.name, one.valid) == (other.name, other.valid)
        assert one.matrix.tobytes() == other.matrix.tobytes()


@pytest.mark.parametrize("name", SEQUENCES)
def test_a_sequence_is_read_and_written_without_loss(data: Path, tmp_path: Path, name: str) -> None:
    reader = reader_of(data / name)
    columns, rows, frames, orientation, pixel_mm = SEQUENCES[name]
    info = reader.info
    assert (info.columns, info.rows, info.frames, info.orientation) == (columns, rows, frames, orientation)
    assert info.pixel_mm == (None if pixel_mm is None else pytest.approx(pixel_mm, abs=1e-4))
    pictures = list(reader.pictures())
    assert len(pictures) == frames
    assert all(picture.pixels.max() > 100 for picture in pictures)
    for ending in (".igs.mha", ".igs.nrrd"):
        path = tmp_path / f"copy{ending}"
        write_sequence(path, pictures, info, compress=ending.endswith("mha"))
        for read, written in zip(reader_of(path).pictures(), pictures, strict=True):
            require_same(read, written)


@pytest.mark.parametrize("name", WITHOUT)
def test_a_file_without_pictures_is_refused_and_its_poses_are_read(data: Path, name: str) -> None:
    count, message = WITHOUT[name]
    with pytest.raises(FormatError, match=message):
        MetaImageReader(data / name)
    if count:
        moments = read_sequence(data / name).moments
        assert len(moments) == count
        assert sum(bool(moment.transforms) for moment in moments) >= 0.9 * count
        times = [moment.time_s for moment in moments if moment.time_s is not None]
        assert len(times) >= 0.9 * count


def test_one_recording_in_two_formats_is_the_same(data: Path) -> None:
    one = MetaImageReader(data / "plus-tracked" / "NwirePhantomFreehand.igs.mha").pictures()
    other = NrrdReader(data / "plus-tracked" / "NwirePhantomFreehand.igs.nrrd").pictures()
    for a, b in zip(one, other, strict=True):
        require_same(a, b)


def test_the_bone_recording_is_calibrated_by_its_own_configuration(data: Path) -> None:
    path = data / "plus-tracked" / "BoneUltrasound_L14.igs.mha"
    given = path.parent / "calibration" / "BoneUltrasound_L14_config.xml"
    for info in (MetaImageReader(path).info, MetaImageReader(path, config=given).info):
        assert info.pixel_mm == (0.085, 0.085)
        assert info.field is not None
    stale = MetaImageReader(path, config=given.with_name("PlusDeviceSet_RfProcessingAlgoLinearTest.xml")).info
    assert stale.pixel_mm is None
    assert any("its scale is not used" in note for note in stale.notes)


def test_scan_lines_laid_out_here_agree_with_those_laid_out_by_plus(data: Path) -> None:
    folder = data / "plus-tracked"
    config = folder / "calibration" / "PlusDeviceSet_RfProcessingAlgoCurvilinearTest.xml"
    ours = MetaImageReader(folder / "UltrasonixCurvilinearBrightnessData.igs.mha", config=config)
    theirs = MetaImageReader(folder / "UltrasonixCurvilinearScanConvertedData.igs.mha", config=config)
    assert (ours.info.columns, ours.info.rows) == (theirs.info.columns, theirs.info.rows)
    assert ours.info.pixel_mm == theirs.info.pixel_mm == (0.15, 0.15)
    assert ours.info.field == theirs.info.field
    assert isinstance(ours.info.field, Sector)
    for a, b in zip(ours.pictures(), theirs.pictures(), strict=True):
        mine = to_mf(a.pixels, ours.info.orientation)
        other = to_mf(b.pixels, theirs.info.orientation)
        assert np.corrcoef(mine.ravel(), other.ravel())[0, 1] > 0.97
        # PLUS takes every sample as it is, here four are averaged: outlines agree but for their edge.
        assert np.count_nonzero((mine > 0) != (other > 0)) < 0.005 * mine.size


def test_echoes_become_a_picture_like_the_scanner_s(data: Path) -> None:
    info = MetaImageReader(data / "plus-tracked" / "BkCurvilinearRfData.igs.mhd").info
    assert info.whole
    assert any("RF_IQ_LINE data: envelope" in note for note in info.notes)


@pytest.mark.parametrize("name", VIDEOS)
def test_a_video_is_read_to_its_end(data: Path, name: str) -> None:
    columns, rows, frames, color, last_s, rate_hz = VIDEOS[name]
    reader = VideoReader(data / name)
    info = reader.info
    assert (info.columns, info.rows, info.frames, info.color) == (columns, rows, frames, color)
    assert info.rate_hz == pytest.approx(rate_hz, abs=0.01)
    count, times = 0, []
    for picture in reader.pictures():
        assert picture.valid
        assert picture.pixels.shape == ((rows, columns, 3) if color else (rows, columns))
        times.append(picture.time_s)
        count += 1
    assert count == frames
    assert times[-1] == pytest.approx(last_s, abs=1e-3)
    assert (np.diff(times) > 0).all()
