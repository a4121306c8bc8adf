"""What perception says of real recordings, opened as a user opens them: contact, no needle where none is, bone."""

import numpy as np
import pytest

from inplane.bench._perception_outlines import counted
from inplane.bench._perception_real import CINES, bone_frames, ctu_stills, held
from inplane.core import Calibration
from inplane.perception import Perceiver
from inplane.trials.real_sets import frames_of, opened, paths_of

pytestmark = pytest.mark.data


def contacts(*patterns: str) -> list[float]:
    sources = [source for path in paths_of(patterns) if (source := opened(path)) is not None]
    return [Perceiver().step(frame).contact for source in sources for frame in frames_of(source, 1)]


def test_a_probe_in_air_has_no_contact_and_one_on_a_phantom_has(data):
    # small files are without contact, as the set's provenance tells
    files = sorted((data / "clarius-convex-contact").glob("*.png"), key=lambda path: path.stat().st_size)
    names = [f"clarius-convex-contact/{path.name}" for path in (*files[:4], *files[-4:])]
    shares = [contacts(name)[0] for name in names]
    assert max(shares[:4]) < 0.3
    assert min(shares[4:]) > 0.5
    assert max(contacts("sparq-supraclavicular/bmp-screen/20210812_090438_*.BMP")) < 0.3


def test_volunteers_have_contact_in_linear_and_in_sector_pictures(data):
    assert data.is_dir()
    stills = contacts("usgra-seg/images/00[0-4]0.png", "imfusion-liver-sweep/liver_sweep.mp4")
    assert len(stills) >= 4
    assert min(stills) > 0.7


@pytest.mark.parametrize("name", ["imfusion_liver_sweep", "sparq_supraclavicular"])
def test_a_needle_free_cine_holds_no_needle(data, name):
    assert data.is_dir()
    for path in paths_of(CINES[name]):
        source, perceiver, count = opened(path), Perceiver(), 0
        assert source is not None
        for frame in frames_of(source, 60):
            scene = perceiver.step(frame)
            count += 1
            assert scene.needle.tip_mm is None
            assert any(c.subject == "scale" for c in scene.cannot_tell) is (
                frame.calibration is not Calibration.CALIBRATED
            )
        assert count > 50


def test_the_tracked_bone_is_said_where_it_was_drawn(data):
    assert data.is_dir()
    perceiver, errors, off = Perceiver(), [], 0
    for frame, drawn in list(bone_frames())[:6]:
        assert frame.calibration is Calibration.CALIBRATED
        for bone in perceiver.step(frame).bones:
            depth = np.interp(bone.points_mm[:, 0], drawn[:, 0], drawn[:, 1], left=np.inf, right=np.inf)
            apart = np.abs(bone.points_mm[:, 1] - depth)
            errors += apart[apart < 2].tolist()
            off += int((apart >= 2).sum())
    assert len(errors) > 100
    assert np.median(errors) < 0.5
    assert off < 0.1 * len(errors)


def test_carotids_cut_across_are_found(data):
    assert data.is_dir()
    tally = counted(ctu_stills(), Perceiver)["vessel"]
    assert tally.there == 3
    assert tally.found >= 2
    assert tally.right >= tally.said - 1


def test_a_still_shown_for_half_a_second_is_said_to_stand_still(data):
    assert data.is_dir()
    still = next(ctu_stills()).frame
    perceiver = Perceiver()
    scene = [perceiver.step(frame) for frame in held(still)][-1]
    assert any(c.subject == "needle" and "still" in c.reason for c in scene.cannot_tell)
