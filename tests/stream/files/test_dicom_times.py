"""When frames were taken, by each of the tags that tell it."""

import pytest

from inplane.stream.files.dicom import DicomReader


@pytest.fixture
def timed(make, tmp_path):
    def read(frames=4, **tags):
        reader = DicomReader(make.save(make.dataset(make.scene(frames=frames), **tags), tmp_path / "a.dcm"))
        times = [picture.time_s for picture in reader.pictures()]
        reader.close()
        return reader.info, times

    return read


@pytest.mark.parametrize(
    "tags",
    [{"FrameTime": 40}, {"CineRate": 25}, {"RecommendedDisplayFrameRate": 25}, {"FrameTime": 40, "CineRate": 24}],
)
def test_regular_frames(timed, tags):
    info, times = timed(**tags)
    assert info.rate_hz == 25
    assert times == pytest.approx([0, 0.04, 0.08, 0.12])
    assert info.notes == ()


def test_a_list_of_times_is_followed(timed):
    info, times = timed(FrameTimeVector=[0, 30, 50, 40], FrameTime=99, FrameDelay=500)
    assert times == pytest.approx([0.5, 0.53, 0.58, 0.62])
    assert info.rate_hz == pytest.approx(25)


@pytest.mark.parametrize("steps", [[0, 30], [0, -5, 30, 30], [0, 0, 0, 0]])
def test_a_list_that_makes_no_sense_is_left(timed, steps):
    assert timed(FrameTimeVector=steps, FrameTime=50)[0].rate_hz == 20


def test_times_that_disagree_are_noted(timed):
    info, _ = timed(FrameTime=40, CineRate=60)
    assert info.rate_hz == 25
    assert info.notes == ("FrameTime says 25 frames a second, the display rate 60: the first is used.",)


@pytest.mark.parametrize("frame_ms", [0.0001, 1e9])
def test_absurd_times_are_not_believed(timed, frame_ms):
    info, times = timed(FrameTime=frame_ms)
    assert info.rate_hz is None
    assert times == [None] * 4
    assert "not believed" in info.notes[0]


def test_a_single_picture_has_no_rate(timed):
    info, times = timed(frames=1, FrameTime=40)
    assert info.rate_hz is None
    assert times == [None]
