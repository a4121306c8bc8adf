"""What passing from one structure into another means."""

from types import ModuleType

import pytest

from inplane.anatomy import Patient
from inplane.physics.needle import MeetingKind, Structures


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("fat", "fascia", MeetingKind.FASCIA),
        ("muscle", "vein wall", MeetingKind.VESSEL_WALL),
        ("vein wall", "vein lumen", MeetingKind.VESSEL),
        ("muscle", "nerve", MeetingKind.NERVE),
        ("nerve", "fascicle", MeetingKind.FASCICLE),
        ("muscle", "bone", MeetingKind.BONE),
        ("capsule", "joint recess", MeetingKind.JOINT),
        ("fascia", "muscle", None),
        ("skin", "fat", None),
        ("muscle", "muscle", None),
        ("vein lumen", "vein wall", None),
        ("fascicle", "nerve", None),
        ("artery lumen", "vein wall", MeetingKind.VESSEL_WALL),
    ],
)
def test_meetings(block: Patient, blocks: ModuleType, before: str, after: str, kind: MeetingKind | None) -> None:
    found = Structures(block.structures).meeting(blocks.LABEL[before], blocks.LABEL[after], 5.0)
    assert (found.kind if found else None) == kind
    if found:
        assert (found.structure, found.depth_mm) == (after, 5.0)


def test_outside_the_body_nothing_is_met(block: Patient, blocks: ModuleType) -> None:
    structures = Structures(block.structures)
    assert structures.meeting(blocks.LABEL["skin"], 0, 1.0) is None
    skin = structures.meeting(0, blocks.LABEL["skin"], 0.2)
    assert skin is not None
    assert skin.kind is MeetingKind.SKIN
