"""Overlays as a video: sizes, times, encoders, and a disk that refuses."""

import os
from pathlib import Path

import av
import numpy as np
import pytest

import inplane.cli._overlay_video as overlay_video
from inplane.cli._guide_out import OutFolder
from inplane.cli._overlay_video import FALLBACK, OverlayVideo, width_for
from inplane.core import ResourceError


def plain(value: int, rows: int = 120, columns: int = 160) -> np.ndarray:
    return np.full((rows, columns, 3), value, np.uint8)


def read(path: Path) -> tuple[list[float], list[np.ndarray]]:
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
        return [float(frame.time) for frame in frames], [frame.to_ndarray(format="rgb24") for frame in frames]


def test_odd_sizes_are_made_even_and_pictures_stay(tmp_path):
    video = OverlayVideo(tmp_path / "a.mp4")
    for value in (40, 120, 200):
        video.add(plain(value, 121, 159), value / 100)
    video.close()
    times, pictures = read(tmp_path / "a.mp4")
    assert times == pytest.approx([0.4, 1.2, 2.0])
    assert pictures[0].shape == (122, 160, 3)
    assert [abs(int(picture[60, 80, 0]) - value) < 6 for picture, value in zip(pictures, (40, 120, 200), strict=True)]


def test_pictures_of_another_size_are_fitted_into_the_first(tmp_path):
    video = OverlayVideo(tmp_path / "a.mp4")
    video.add(plain(100), 0.0)
    video.add(plain(200, 240, 160), 0.1)  # twice as high: shrunk
    video.add(plain(200, 60, 80), 0.2)  # smaller: as it is, black around it
    video.close()
    _, pictures = read(tmp_path / "a.mp4")
    assert [picture.shape for picture in pictures] == [(120, 160, 3)] * 3
    assert pictures[1][60, 20, 0] > 180 > 40 > pictures[1][60, 120, 0]
    assert pictures[2][20, 20, 0] > 180 > 40 > pictures[2][100, 120, 0]


def test_times_that_do_not_grow_are_set_right(tmp_path):
    video = OverlayVideo(tmp_path / "a.mp4")
    for time_s in (0.0, 0.5, 0.5, 0.2, 1.0):
        video.add(plain(100), time_s)
    video.close()
    times, _ = read(tmp_path / "a.mp4")
    assert len(times) == 5
    assert (np.diff(times) > 0).all()
    assert times[-1] == pytest.approx(1.0)


def test_without_a_picture_nothing_is_left(tmp_path):
    OverlayVideo(tmp_path / "a.mp4").close()
    assert list(tmp_path.iterdir()) == []


def test_another_encoder_serves_where_the_first_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(overlay_video, "PREFERRED", ("no-such-codec", {}))
    video = OverlayVideo(tmp_path / "a.mp4")
    video.add(plain(100), 0.0)
    video.close()
    assert video.codec == FALLBACK[0]
    assert len(read(tmp_path / "a.mp4")[0]) == 1


def test_a_build_without_encoders_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(overlay_video, "PREFERRED", ("no-such-codec", {}))
    monkeypatch.setattr(overlay_video, "FALLBACK", ("nor-this-one", {}))
    video = OverlayVideo(tmp_path / "a.mp4")
    with pytest.raises(ResourceError, match="can encode neither VP9 nor MPEG-4. Expected one of them."):
        video.add(plain(100), 0.0)
    video.close()


def test_what_the_encoder_refuses_is_told(tmp_path):
    class Broken:
        def encode(self, _: object) -> list[object]:
            raise OSError(28, os.strerror(28))

    video = OverlayVideo(tmp_path / "a.mp4")
    video.add(plain(100), 0.0)
    kept, video._stream = video._stream, Broken()
    with pytest.raises(ResourceError, match="Cannot write '.*a.mp4': No space left on device."):
        video.add(plain(100), 0.1)
    video._stream = kept
    video.close()


def test_tall_pictures_get_a_narrower_overlay():
    assert width_for(640, 40.0, 40.0) == 640
    assert width_for(640, 10.0, 100.0) == 216
    assert width_for(640, 1.0, 1000.0) == 64


def test_a_value_without_a_place_in_json_is_a_fault(tmp_path):
    folder = OutFolder(tmp_path / "out")
    with pytest.raises(TypeError, match="object has no place in a line"), folder:
        folder.line({"number": np.float32(1.5)})
        folder.line({"thing": object()})
