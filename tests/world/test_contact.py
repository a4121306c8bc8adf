"""Where the face touches."""

import numpy as np

from inplane.anatomy import Patient
from inplane.core import LinearGeometry, ProbeControl
from inplane.physics.ultrasound import face_of
from inplane.world.contact import line_contact
from inplane.world.tissue import Tissue


def contact(patient: Patient, **held: float) -> np.ndarray:
    face = face_of(LinearGeometry(n_lines=64, n_samples=64, width_mm=38.0, depth_mm=40.0))
    return line_contact(Tissue(patient, face_length_mm=38), ProbeControl(**held), face)


def test_pressed_flat_every_line_touches(block: Patient) -> None:
    assert contact(block, press_n=5.0).min() > 0.99


def test_lying_in_gel_it_touches_poorly(block: Patient) -> None:
    lifted = contact(block, press_n=0.0)
    assert 0.2 < lifted.min() == lifted.max() < 0.6


def test_rocking_lifts_one_side(block: Patient) -> None:
    """Positive rocking presses the marked side, where x grows, deeper."""
    rocked = contact(block, press_n=3.0, rock_rad=0.35)
    assert rocked[-1] > 0.99
    assert rocked[0] == 0
    assert (np.diff(rocked) >= 0).all()
    np.testing.assert_allclose(contact(block, press_n=3.0, rock_rad=-0.35), rocked[::-1], atol=1e-9)


def test_beyond_the_body_nothing_touches(block: Patient) -> None:
    """The block ends at x = 32; the probe's marked side looks to the patient's right, towards smaller x."""
    over = contact(block, press_n=5.0, x_mm=32.0)
    assert 0.4 < over.mean() < 0.6
    assert over[-1] > 0.99
    assert over[0] == 0
