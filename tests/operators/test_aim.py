"""Aiming: the needle lies in the imaging plane, meets the skin beside the probe, and passes the wanted point."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inplane.core import ProbeControl, RangeError
from inplane.operators import aim_from, aim_in_plane, image_line, lateral_sign, reach_mm

probes = st.builds(
    ProbeControl,
    x_mm=st.floats(-50, 50),
    z_mm=st.floats(-50, 50),
    rotate_rad=st.floats(-3, 3),
    tilt_rad=st.floats(-0.6, 0.6),
    rock_rad=st.floats(-0.2, 0.2),
)


@given(
    probe=probes,
    x=st.floats(-15, 15),
    y=st.floats(18, 60),
    sunk=st.floats(0, 4),
    end=st.sampled_from(["lateral", "medial"]),
)
def test_the_needle_passes_the_target_in_plane(probe, x, y, sunk, end):
    needle = aim_in_plane(probe, target_mm=(x, y), end=end, indentation_mm=sunk)
    entry, direction = image_line(probe, needle, sunk)
    tip = entry + reach_mm(probe, needle, (x, y), sunk) * direction
    assert tip == pytest.approx([x, y, 0], abs=1e-6)
    assert direction[2] == pytest.approx(0, abs=1e-9)
    assert abs(entry[0]) == pytest.approx(19.5 + 6)
    assert needle.advance_mm == 0


@given(probe=probes)
def test_the_other_end_is_on_the_other_side(probe):
    ends = [aim_in_plane(probe, target_mm=(0, 30), end=end) for end in ("lateral", "medial")]
    entries = [image_line(probe, needle)[0][0] for needle in ends]
    assert entries[0] == pytest.approx(-entries[1])


def test_lateral_is_away_from_the_middle_of_the_body():
    across = ProbeControl(x_mm=-10)  # marker to the patient's right
    right = aim_in_plane(across, target_mm=(0, 25), side="right")
    left = aim_in_plane(across, target_mm=(0, 25), side="left")
    assert right.entry_x_mm < across.x_mm < left.entry_x_mm
    assert right.heading_rad == pytest.approx(0)
    assert lateral_sign(across, "right") == 1
    assert lateral_sign(ProbeControl(rotate_rad=np.pi), "right") == -1


def test_a_flat_needle_is_45_degrees_where_depth_equals_distance():
    needle = aim_from(ProbeControl(), entry_x_mm=25.0, target_mm=(5.0, 20.0))
    assert needle.steepness_rad == pytest.approx(np.pi / 4)
    assert reach_mm(ProbeControl(), needle, (5.0, 20.0)) == pytest.approx(20 * np.sqrt(2))


def test_a_target_above_the_skin_is_refused():
    with pytest.raises(RangeError, match="Target is -1.0 mm below the skin at the entry"):
        aim_from(ProbeControl(), entry_x_mm=25.0, target_mm=(0.0, -1.0))
