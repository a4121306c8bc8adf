"""What perception says of real recordings, read as they are: contact, no needle where none is, no millimetres."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from inplane.bench._perception_real import CINES, cine, frame_of, vessel_stills
from inplane.perception import Perceiver

pytestmark = pytest.mark.data


def contact_of(path: Path, part: tuple[float, float, float, float] = (0, 0, 1, 1)) -> float:
    grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    rows, columns = grey.shape
    left, top, right, bottom = part
    cut = grey[round(top * rows) : round(bottom * rows), round(left * columns) : round(right * columns)]
    return Perceiver().step(frame_of(np.ascontiguousarray(cut), 0, 30.0)).contact


def test_a_probe_in_air_has_no_contact_and_one_on_a_phantom_has(data):
    # sorted by size as its provenance tells: small files are without contact
    files = sorted((data / "clarius-convex-contact").glob("*.png"), key=lambda path: path.stat().st_size)
    assert max(contact_of(path) for path in files[:6]) < 0.3
    assert min(contact_of(path) for path in files[-6:]) > 0.5
    for path in (data / "sparq-supraclavicular" / "bmp-screen").glob("20210812_090438_*.BMP"):
        assert contact_of(path, (0.25, 0.12, 0.75, 0.85)) < 0.3


def test_stills_of_volunteers_have_contact(data):
    assert data.is_dir()
    shares = [Perceiver().step(frame).contact for frame, _ in vessel_stills(40)]
    assert len(shares) >= 5
    assert min(shares) > 0.7


@pytest.mark.parametrize(("name", "rate_hz", "part"), CINES)
def test_a_needle_free_cine_holds_no_needle_and_no_millimetres(data, name, rate_hz, part):
    assert data.is_dir()
    perceiver, frames = Perceiver(), 0
    for frame in cine(name, rate_hz, part):
        scene = perceiver.step(frame)
        frames += 1
        assert scene.needle.tip_mm is None
        assert not scene.calibration.in_mm
        assert any(c.subject == "scale" for c in scene.cannot_tell)
    assert frames > 50
