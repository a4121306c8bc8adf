"""Heartbeat: periodic, triphasic, within the strain asked for."""

import numpy as np
import pytest

from inplane.anatomy import Physiology, heartbeat

BODY = Physiology(
    heart_rate_hz=1.25,
    artery_strain=0.06,
    artery_peak_m_s=1.1,
    vein_mean_m_s=0.15,
    vein_closing_n=10.0,
    breathing_rate_hz=0.25,
)


def curves() -> np.ndarray:
    """(n, 3) over one breath, which holds five beats."""
    return np.array([heartbeat(BODY, t) for t in np.arange(0, 4.0, 0.002)])


def test_radius_stays_within_the_strain() -> None:
    radius = curves()[:, 0]
    assert radius.min() >= 1.0
    assert radius.max() == pytest.approx(1.06, abs=0.006)


def test_artery_flow_is_triphasic() -> None:
    velocity = np.array([heartbeat(BODY, t)[1] for t in np.arange(0, 0.8, 0.001)])
    assert velocity.max() == pytest.approx(1.0, abs=0.06)
    assert -0.35 < velocity.min() < -0.1
    assert velocity.argmax() < velocity.argmin()
    assert velocity[velocity.argmin() :].max() > 0.05
    assert 0.02 < velocity.mean() < 0.3


def test_the_beat_repeats() -> None:
    for t in (0.0, 0.1, 0.3, 0.5):
        assert heartbeat(BODY, t)[:2] == pytest.approx(heartbeat(BODY, t + 0.8)[:2])


def test_vein_flow_has_mean_one_and_never_turns() -> None:
    vein = curves()[:, 2]
    assert vein.mean() == pytest.approx(1.0, abs=0.01)
    assert vein.min() > 0.2
