"""What the tip is in: every kind has its word."""

from inplane.anatomy import Kind
from inplane.atlas import load_atlas
from inplane.physics.needle import TipIn
from inplane.physics.needle.meeting import BY_KIND, HARD
from inplane.physics.needle.tip import TIP_IN, tip_in


def test_every_kind_has_a_word_and_mechanics() -> None:
    assert set(TIP_IN) == set(Kind)
    assert set(Kind) <= set(load_atlas().mechanics)
    assert set(TIP_IN.values()) | {TipIn.OUTSIDE} == set(TipIn)


def test_what_stops_the_tip_is_what_it_is_said_to_touch() -> None:
    assert tip_in(None) is TipIn.OUTSIDE
    assert tip_in(Kind.MUSCLE) is TipIn.MUSCLE
    assert tip_in(Kind.MUSCLE, Kind.BONE) is TipIn.BONE_CONTACT
    assert tip_in(Kind.VEIN_LUMEN) is TipIn.VEIN
    assert tip_in(Kind.NERVE) is TipIn.EPINEURIUM


def test_every_membrane_is_worth_telling_of() -> None:
    for name, mechanics in load_atlas().mechanics.items():
        if mechanics.is_membrane and name in set(Kind):
            assert Kind(name) in BY_KIND
    assert all(Kind(kind) in BY_KIND for kind in HARD)
