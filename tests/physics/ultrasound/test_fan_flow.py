"""Doppler on a fan of lines: angles to a straight vessel, and the box on the scan-converted picture."""

import numpy as np
import pytest

from inplane.core import ColorFlow, CurvedGeometry, LinearGeometry, Mode, ProbeControl, ScannerControl
from inplane.physics.ultrasound.doppler import Motion, color_flow
from inplane.physics.ultrasound.fan_flow import flow_in_picture
from inplane.physics.ultrasound.flow import vessels
from inplane.physics.ultrasound.lookup import place
from inplane.physics.ultrasound.march import Marched
from inplane.physics.ultrasound.phantom import phantom
from inplane.physics.ultrasound.tables import build_tissue

FAN = CurvedGeometry(n_lines=96, n_samples=256, radius_mm=40.0, angle_rad=0.8, depth_mm=40.0)
SCANNER = ScannerControl(
    mode=Mode.COLOR, frequency_hz=5e6, depth_mm=40.0, color_box_mm=(-12.0, 12.0, 12.0, 32.0), color_gain_db=0.0
)


def _flow(geometry: CurvedGeometry | LinearGeometry, mode: Mode = Mode.COLOR) -> ColorFlow:
    """A tube along the patient's x at 20 mm, in which all is loud and clear; blood comes from +x of the probe."""
    axis = np.stack([np.linspace(-24.0, 24.0, 97), np.full(97, 20.0), np.zeros(97)], axis=-1)

    def lumen(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        return (np.hypot(y - 20.0, z) < 4.0) & (x > -99.0)

    patient = phantom({"muscle": (None, 0.0, 1.7), "blood": (lumen, -40.0, 1.66)}, seed=2, vessel=(axis, 4.0))
    shape = (geometry.n_lines, geometry.n_samples)
    marched = Marched(
        through=np.ones(shape, np.float32),
        echo=np.ones(shape, np.float32),
        surface=np.zeros((shape[0], 2 * shape[1]), np.float32),
        bone=np.zeros(shape[0], np.float32),
        gas=np.zeros(shape[0], np.float32),
        comet=np.zeros(shape[0], np.float32),
        late=np.zeros((shape[0], 50), np.float32),
        sends=np.zeros((shape[0], 256), np.float32),
    )
    how = (
        ScannerControl(mode=mode, frequency_hz=5e6, depth_mm=40.0, color_box_mm=SCANNER.color_box_mm),
        geometry,
        Motion(probe_m_s=np.zeros(3)),
        np.random.default_rng(5),
    )
    placed = place(ProbeControl().pose(), None, None, 0.0)
    color = color_flow(build_tissue(patient), placed, vessels(patient.structures, {2: 0.2}), marched, how)
    assert color is not None
    return color


def test_lines_of_a_fan_meet_a_vessel_at_their_own_angle() -> None:
    """Speed on the axis is 0.4 m/s sin(theta) towards the probe where the line leans against the flow."""
    color = _flow(FAN)
    sample = round((20.0 - 0.5 * FAN.sample_pitch_mm) / FAN.sample_pitch_mm)
    for line in (24, 36, 60, 72):
        theta = (line - 47.5) * FAN.line_pitch_rad
        along = (40.0 + 20.0) / np.cos(theta) - 40.0  # where that line crosses the axis
        sample = round(along / FAN.sample_pitch_mm - 0.5)
        at = color.velocity[line - color.first_line - 1 : line - color.first_line + 2, sample - color.first_sample]
        shown = at.astype(float).mean() / 127 * color.nyquist_m_s
        assert shown == pytest.approx(0.4 * np.sin(theta), abs=0.05 * 0.4)


@pytest.mark.parametrize("mode", [Mode.COLOR, Mode.POWER])
def test_the_box_of_a_fan_lies_where_its_lines_do(mode: Mode) -> None:
    """Every pixel shows the line and sample nearest to it, and lies in the vessel where it shows flow."""
    color, picture = _flow(FAN, mode), FAN.picture(0.25)
    shown = flow_in_picture(color, FAN, picture)
    assert shown is not None
    column, row = np.nonzero(shown.has_flow)
    mm = picture.to_mm(np.stack((column + shown.first_line, row + shown.first_sample), axis=-1))
    probe_y = mm[:, 1] + FAN.top_mm
    color_pixel_mm = 4 * FAN.sample_pitch_mm  # each is the mean of itself and its neighbours; a voxel is 0.5 mm
    assert np.abs(probe_y - 20.0).max() < 4.0 + 2 * color_pixel_mm + 0.25
    assert picture.contains(mm).all()
    line, sample = np.rint(FAN.to_index(np.stack((mm[:, 0], probe_y), axis=-1))).astype(int).T
    at = (line - color.first_line, sample - color.first_sample)
    np.testing.assert_array_equal(shown.velocity[column, row], color.velocity[at])
    if mode is Mode.POWER:
        assert color.power is not None
        assert shown.power is not None
        np.testing.assert_array_equal(shown.power[column, row], color.power[at])
    assert shown.first_line + shown.velocity.shape[0] <= picture.n_lines
    assert shown.first_sample + shown.velocity.shape[1] <= picture.n_samples


def test_a_box_beside_the_picture_shows_nothing() -> None:
    color = _flow(FAN)
    other = CurvedGeometry(n_lines=96, n_samples=256, radius_mm=40.0, angle_rad=0.8, depth_mm=300.0)
    assert flow_in_picture(color, other, FAN.picture(2.0)) is None
