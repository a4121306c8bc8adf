"""A hand on a plunger: its rate, its totals, what comes back."""

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest

from inplane.anatomy import Kind, Patient
from inplane.core import AspirationResult, NeedleShape, PlungerControl, ProbeControl, RangeError
from inplane.physics.injectate import OPENING_KPA, PERINEURAL_KPA
from inplane.world.syringe import NOWHERE, Mouth, Syringe, follow_pressure, look, require_growing, step_syringe
from inplane.world.tissue import Tissue

Look = Callable[[tuple[float, float], float], Mouth]


@pytest.fixture
def look_at(block: Patient) -> Look:
    """What a needle from above at (x, y) lies in, the probe pressing so hard."""
    tissue = Tissue(block, face_length_mm=38)

    def look_there(place: tuple[float, float], press_n: float) -> Mouth:
        motion = tissue.motion(0.0, ProbeControl(press_n=press_n))
        x, y, z = tissue.now(motion, np.array([[*place, 0.0]]))[0]
        shape = NeedleShape(
            points_mm=np.array([[x, 0.0, z], [x, y, z]]),
            outer_diameter_mm=0.7,
            inner_diameter_mm=0.4,
            bevel=np.array([1.0, 0, 0]),
            bevel_length_mm=0.2,
        )
        return look(tissue, motion, shape, press_n)

    return look_there


def play(plungers: list[PlungerControl], mouth: Mouth = NOWHERE, dt_s: float = 0.1) -> tuple[Syringe, list[float]]:
    syringe, volumes = Syringe(), []
    for plunger in plungers:
        syringe, volume = step_syringe(syringe, plunger, dt_s, mouth)
        volumes.append(volume)
    return syringe, volumes


def test_it_delivers_at_a_hands_rate_until_it_has_given_what_was_asked() -> None:
    syringe, volumes = play([PlungerControl(injected_ml=0.33)] * 10)
    assert volumes[:6] == pytest.approx([0.05] * 6)
    assert sum(volumes) == pytest.approx(0.33)
    assert syringe.delivered_ml == pytest.approx(0.33)
    assert not syringe.injecting


def test_a_pull_takes_a_second_and_comes_before_what_is_to_be_injected() -> None:
    asked = [PlungerControl(injected_ml=1.0, aspirations=1)] * 12
    syringe, volumes = play(asked)
    assert volumes[:10] == [0.0] * 10
    assert volumes[10] > 0
    assert (syringe.aspirations, syringe.aspirated) == (1, AspirationResult.NOTHING)


def test_two_pulls_asked_for_at_once_are_both_done() -> None:
    syringe, _ = play([PlungerControl(aspirations=2)] * 25)
    assert syringe.aspirations == 2


def test_blood_comes_from_an_open_vein_and_not_from_one_pressed_flat(look_at: Look, blocks: ModuleType) -> None:
    pull = [PlungerControl(aspirations=1)] * 11
    for press_n, result in ((2.0, AspirationResult.BLOOD), (12.0, AspirationResult.NOTHING)):
        mouth = look_at(blocks.VEIN, press_n)
        assert mouth.lumen_share == 1
        assert mouth.vessel == "vein lumen"
        assert play(pull, mouth)[0].aspirated is result
    artery = look_at(blocks.ARTERY, 12.0)
    assert play(pull, artery)[0].aspirated is AspirationResult.BLOOD


def test_joint_fluid_comes_from_an_effusion(look_at: Look) -> None:
    mouth = look_at((25.0, 32.8), 2.0)
    assert Kind.JOINT_FLUID in mouth.kinds
    assert play([PlungerControl(aspirations=1)] * 11, mouth)[0].aspirated is AspirationResult.JOINT_FLUID


def test_opening_pressure_by_place(look_at: Look, blocks: ModuleType) -> None:
    assert look_at((-25.0, 22.0), 2.0).opening_kpa == OPENING_KPA[Kind.MUSCLE]
    assert look_at((3.6, 24.0), 2.0).opening_kpa == max(PERINEURAL_KPA, OPENING_KPA[Kind.MUSCLE])
    assert look_at(blocks.NERVE, 2.0).opening_kpa == OPENING_KPA[Kind.FASCICLE]
    assert look_at(blocks.VEIN, 2.0).opening_kpa == OPENING_KPA[Kind.VEIN_LUMEN]
    assert NOWHERE.opening_kpa == 0


@pytest.mark.uncompiled
def test_pressure_follows() -> None:
    assert follow_pressure(0.0, 100.0, 100.0) == pytest.approx(100)
    assert follow_pressure(0.0, 100.0, 0.25) == pytest.approx(63.2, abs=0.1)
    assert follow_pressure(50.0, 50.0, 0.1) == 50


@pytest.mark.uncompiled
def test_totals_only_grow() -> None:
    syringe, _ = play([PlungerControl(injected_ml=2.0, aspirations=1)])
    with pytest.raises(RangeError, match=r"injected_ml is 1\.0\. Expected at least 2\.0: totals only grow"):
        require_growing(syringe, PlungerControl(injected_ml=1.0, aspirations=1))
    with pytest.raises(RangeError, match=r"aspirations is 0\. Expected at least 1"):
        require_growing(syringe, PlungerControl(injected_ml=2.0))


def test_it_delivers_at_the_rate_that_is_asked_for() -> None:
    _, volumes = play([PlungerControl(injected_ml=5.0, rate_ml_s=2.0)] * 3)
    assert volumes == pytest.approx([0.2] * 3)


def test_what_pressure_does_not_allow_stays_to_be_delivered() -> None:
    syringe, plunger, volumes = Syringe(), PlungerControl(injected_ml=0.5, rate_ml_s=2.0), []
    for most in (0.0, 0.5, 10.0, 10.0, 10.0):
        syringe, volume = step_syringe(syringe, plunger, 0.1, NOWHERE, most_ml_s=most)
        volumes.append(volume)
    assert volumes == pytest.approx([0, 0.05, 0.2, 0.2, 0.05])
    assert syringe.delivered_ml == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("kind", "result"),
    [
        ("joint fluid", AspirationResult.JOINT_FLUID),
        ("bursa", AspirationResult.BURSA_FLUID),
        ("cerebrospinal fluid", AspirationResult.CSF),
        ("cyst", AspirationResult.CYST_FLUID),
        ("lung", AspirationResult.AIR),
        ("muscle", AspirationResult.NOTHING),
    ],
)
def test_what_comes_back_tells_where_the_opening_was(kind: str, result: AspirationResult) -> None:
    mouth = replace(NOWHERE, kinds=(Kind.MUSCLE, kind, Kind.MUSCLE), names=("", "", ""))  # type: ignore[arg-type]
    assert play([PlungerControl(aspirations=1)] * 11, mouth)[0].aspirated is result
    blood = replace(mouth, open_lumen="vein lumen")
    assert play([PlungerControl(aspirations=1)] * 11, blood)[0].aspirated is AspirationResult.BLOOD


def test_flow_belongs_to_the_joint_that_the_bevel_reaches_and_to_the_nerve_at_the_tip() -> None:
    muscle, joint, nerve = Kind.MUSCLE, Kind.JOINT_FLUID, Kind.NERVE
    for kinds, chosen in (
        ((muscle, muscle, joint), joint),
        ((nerve, muscle, muscle), nerve),
        ((muscle, muscle, nerve), muscle),
        ((None,), None),
    ):
        mouth = replace(NOWHERE, kinds=kinds, names=tuple(map(str, kinds)))
        assert mouth.place == (chosen, str(chosen))


def test_a_plunger_faster_than_a_hand_is_refused() -> None:
    for rate in (0.0, -1.0, 5.1, float("nan")):
        with pytest.raises(RangeError, match="plunger rate_ml_s is"):
            PlungerControl(rate_ml_s=rate)
    with pytest.raises(RangeError, match="plunger injected_ml is -1"):
        PlungerControl(injected_ml=-1)
    with pytest.raises(RangeError, match="plunger syringe is -1"):
        PlungerControl(syringe=-1)
