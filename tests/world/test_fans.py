"""Curved and phased probes through the whole room: picture, truth, contact, perception."""

from dataclasses import replace

import numpy as np
import pytest

from inplane.anatomy import Patient
from inplane.atlas import load_atlas
from inplane.core import Control, PictureGeometry, ProbeControl, Sector
from inplane.perception import Perceiver
from inplane.physics.ultrasound import face_of
from inplane.physics.ultrasound.lines import fan_of
from inplane.world import World
from inplane.world.contact import line_contact
from inplane.world.tissue import Tissue


@pytest.mark.parametrize("probe_id", ["curved_6_2", "micro_convex_8_5", "phased_4_2"])
def test_a_fan_reaches_everyone(probe_id: str, block: Patient) -> None:
    """The picture is the screen's, its field a sector; truth's labels lie on it; bone is bright where truth has it."""
    probe = load_atlas().probe(probe_id)
    world = World(block, probe=probe, needle=load_atlas().needle("22g_80mm"), seed=1, n_lines=96, n_samples=256)
    depth = max(60.0, probe.depth_min_mm.value)
    knobs = replace(probe.default_scanner(), depth_mm=depth, focus_mm=25.0)
    control = Control(probe=ProbeControl(press_n=10.0), scanner=knobs)
    for _ in range(4):
        world.step(control, 1 / 30)
        frame = world.observe()
    geometry = frame.geometry
    assert isinstance(geometry, PictureGeometry)
    assert isinstance(geometry.field, Sector)
    assert (frame.pixels[~geometry.mask()] == 0).all()
    truth = world.truth()
    labels = truth.labels_line_sample
    assert labels.shape == (geometry.n_lines, geometry.n_samples // 2)
    bone_label = block.structure("bone").label
    column = labels[geometry.n_lines // 2]
    bone = np.flatnonzero(column == bone_label)
    assert bone.size
    face_mm = float(truth.T_patient_image.translation_mm[1])
    assert face_mm + 2 * bone[0] * geometry.sample_pitch_mm == pytest.approx(34.0, abs=6.0)
    scene = Perceiver().step(frame)
    assert scene.sequence == frame.sequence


def test_a_convex_face_loses_contact_at_its_ends_first(block: Patient) -> None:
    probe = load_atlas().probe("curved_6_2")
    tissue = Tissue(block, face_length_mm=probe.chord_mm, face_radius_mm=probe.radius_mm.value)
    face = face_of(fan_of(probe, probe.default_scanner(), (64, 256)))
    light, firm = (line_contact(tissue, ProbeControl(press_n=force), face) for force in (1.0, 25.0))
    assert light[32] > 0.5
    assert light[0] < 0.1
    assert firm[0] > light[0]
