"""Layouts found on screens drawn here, and on real ones."""

import numpy as np

from inplane.core import Calibration
from inplane.stream.files.media import MediaInfo
from inplane.stream.screen.find import find_layout


def info_of(picture):
    return MediaInfo(
        format="still", rows=picture.shape[0], columns=picture.shape[1], color=False, frames=1, rate_hz=None
    )


def test_a_black_picture_is_used_whole_and_says_so():
    picture = np.zeros((480, 640), np.uint8)
    layout = find_layout([picture], info_of(picture))
    assert (layout.x0, layout.y0, layout.x1, layout.y1) == (0, 0, 640, 480)
    assert layout.calibration is Calibration.UNCALIBRATED
    assert any("No ultrasound recognized" in note for note in layout.notes)
