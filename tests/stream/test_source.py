"""The simulated source: one frame's time a turn, and truth of the last frames."""

import numpy as np
import pytest

from inplane.anatomy import Patient
from inplane.atlas import load_atlas
from inplane.core import Calibration, Control, NeedleControl, RangeError, ScannerControl
from inplane.stream import SimulatedSource, Source
from inplane.stream.source import TRUTH_KEPT
from inplane.world import World

CONTROL = Control(scanner=ScannerControl(depth_mm=40.0))


@pytest.fixture(scope="module")
def world(block: Patient) -> World:
    atlas = load_atlas()
    probe, needle = atlas.probe("linear_12_4"), atlas.needle("22g_80mm")
    return World(block, probe=probe, needle=needle, seed=5, n_lines=16, n_samples=64)


@pytest.fixture
def source(world: World) -> SimulatedSource:
    world.reset()
    return SimulatedSource(world, frame_rate_hz=25.0, procedure_id="femoral_nerve_block")


def test_time_passes_with_each_frame(source: SimulatedSource) -> None:
    frames = [source.next(CONTROL) for _ in range(4)]
    assert [frame.sequence for frame in frames] == [0, 1, 2, 3]
    np.testing.assert_allclose([frame.time_s for frame in frames], [0.04, 0.08, 0.12, 0.16])


def test_it_says_what_it_is(source: SimulatedSource) -> None:
    kept: Source = source  # the protocol is met
    info = kept.info
    assert (info.simulated, info.side, info.probe_name) == (True, "right", "linear_12_4")
    assert info.calibration is Calibration.CALIBRATED
    assert (info.procedure_id, info.frame_rate_hz, info.seed) == ("femoral_nerve_block", 25.0, 1)
    assert (info.n_lines, info.n_samples) == (16, 64)


def test_truth_is_kept_for_the_last_frames_and_is_of_its_own_frame(source: SimulatedSource) -> None:
    needle = NeedleControl(entry_x_mm=-25, steepness_rad=0.8)
    for step in range(TRUTH_KEPT + 3):
        advance = min(0.1 * step, 30)
        source.next(
            Control(scanner=CONTROL.scanner, needle=NeedleControl(**(_fields(needle) | {"advance_mm": advance})))
        )
    assert source.truth(2) is None
    assert source.truth(99_999) is None
    early, late = source.truth(50), source.truth(200)
    assert early is not None
    assert late is not None
    assert early.sequence == 50
    assert len(early.needle_points_image_mm) < len(late.needle_points_image_mm)
    source.close()
    assert source.truth(200) is None


def _fields(needle: NeedleControl) -> dict[str, float]:
    return {name: getattr(needle, name) for name in ("entry_x_mm", "entry_z_mm", "heading_rad", "steepness_rad")}


def test_reset_begins_anew(source: SimulatedSource) -> None:
    first = [source.next(CONTROL) for _ in range(3)]
    source.reset()
    assert source.truth(0) is None
    again = [source.next(CONTROL) for _ in range(3)]
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a.pixels, b.pixels)
        assert (a.sequence, a.time_s) == (b.sequence, b.time_s)


def test_an_impossible_rate_is_refused(world: World) -> None:
    with pytest.raises(RangeError, match=r"frame_rate_hz is 0 Hz"):
        SimulatedSource(world, frame_rate_hz=0)
