"""The result: what is measured, from where, and what is remarked."""

import numpy as np
import pytest

from inplane.anatomy import Kind
from inplane.case import Step, complete_answers
from inplane.core import (
    AspirationResult,
    Control,
    NeedleControl,
    NeedleState,
    RangeError,
    Signals,
    SpreadState,
    UnknownNameError,
)
from inplane.training import LEVELS, Origin, TruthLog, easier, harder, level, score, standard_plan
from inplane.world import TruthEvent

PUNCTURE = TruthEvent(kind="vessel puncture", structure="femoral artery lumen", time_s=2.0)


def played(case, make, *, with_truth=True, events=()):
    """A case of three seconds: in to 30 mm, one aspiration, 1 ml, out."""
    case.advance(Step.INJECTION, complete_answers(case.procedure, case.plan))
    log = TruthLog("femoral_nerve_block")

    def truth(sequence):
        time_s = sequence / 30
        x_mm = -25 + 10 * time_s
        vessel = make.square("femoral artery wall", Kind.ARTERY_WALL, (12.0, 10.0))
        nerve = make.square("femoral nerve", Kind.NERVE, (5.0, 20.0), 2.0)
        fluid = (np.array([[0, 18], [4, 18], [4, 22], [0, 22.0]]),) if time_s > 2 else ()
        return make.truth(
            time_s,
            tip_image_mm=np.array([x_mm, 10.0, 0.5]),
            tip_in_plane=True,
            outlines=(vessel, nerve),
            spread_outlines_mm=fluid,
            advance_unseen_mm=6.0,
            injected_ml={"fascia iliaca": 0.9, "muscle": 0.1},
            events=events,
        )

    for number in range(100):
        time_s = number / 30
        depth_mm = 0.0 if number == 0 or number > 92 else 10 * time_s
        state = NeedleState.TRACKED if number < 60 else NeedleState.SHAFT_ONLY
        seen = make.scene(time_s, sequence=number, seen=make.needle(state=state), state=SpreadState.SPREAD)
        signals = Signals(
            injected_ml=min(1.0, max(0.0, (number - 60) * 0.05)),
            injecting=60 < number <= 80,
            aspirations=int(number > 50),
            aspirated=AspirationResult.NOTHING,
        )
        tick = make.tick(time_s, seen=seen, signals=signals, control=Control(needle=NeedleControl(advance_mm=depth_mm)))
        case.record(tick.frame, tick.scene, tick.advice, tick.control)
        log.watch(tick, truth if with_truth else None)
    case.close()
    return score(case, log)


def test_every_number_tells_where_it_comes_from(case, make):
    result = played(case, make)
    origins = {item.id: item.origin for item in result.items()}
    assert origins["vessel_mm"] == Origin.MODEL
    assert origins["vessel_seen_mm"] == Origin.PICTURE
    assert origins["given_ml"] == Origin.HANDS
    assert len(origins) == len(list(result.items()))
    assert "Not a medical record" in result.footer


def test_numbers_are_those_of_the_course(case, make):
    result = played(case, make)
    assert result.item("passes").number == 1
    assert result.item("seen_percent").number == pytest.approx(100 * 58 / 91, abs=1)
    assert result.item("in_plane_percent").number == pytest.approx(100 * (1 - 6 / 30.3), abs=1)
    assert result.item("vessel_mm").number == pytest.approx(8 - (-25 + 10 * 3.1), abs=1)
    assert result.item("target_mm").number == pytest.approx(np.hypot(0.5, 10), abs=0.5)
    assert result.item("given_ml").number == pytest.approx(1.0)
    assert result.item("went_to").text == "fascia iliaca 0.90 ml, muscle 0.10 ml"
    assert result.item("spread_mm").number == pytest.approx(1.0)
    assert result.item("aspirations").number == 1
    assert result.item("plan").text == "12 ml of Ropivacaine 5 mg/ml, 70 kg"
    assert "The spread reached the target." in result.remarks
    assert "No vessel, nerve or tendon was touched." in result.remarks
    assert result.picture is not None
    assert result.picture.frame.pixels.shape == (32, 64)
    assert result.picture_truth is not None


def test_harm_comes_first_among_the_remarks(case, make):
    result = played(case, make, events=(PUNCTURE,))
    assert result.remarks[0] == "Avoid: vessel puncture, femoral artery lumen."
    assert result.item("vessel_punctures").number == 1
    assert "No vessel, nerve or tendon was touched." not in result.remarks


def test_without_truth_nothing_is_claimed_from_a_model(case, make):
    result = played(case, make, with_truth=False)
    for item in result.items():
        if item.origin == Origin.MODEL:
            assert item.text == "unknown"
            assert item.number is None
    assert result.item("given_ml").number == pytest.approx(1.0)
    assert result.picture is None


def test_an_unknown_item_is_named(case, make):
    with pytest.raises(UnknownNameError, match="Unknown result item 'grade'"):
        played(case, make, with_truth=False).item("grade")


def test_a_case_in_which_nothing_happened_has_a_result(case):
    result = score(case, TruthLog("femoral_nerve_block"))
    assert result.item("passes").number == 0
    assert result.item("seen_percent").text == "unknown"
    assert result.alarms == ()


def test_levels_lead_up_and_down():
    assert [entry.number for entry in LEVELS] == [0, 1, 2, 3, 4]
    assert easier(0) == LEVELS[0]
    assert easier(3) == LEVELS[2]
    assert harder(4) == LEVELS[4]
    assert harder(1) == LEVELS[2]
    with pytest.raises(RangeError, match="Level is 5. Expected a number from 0 to 4"):
        level(5)


def test_the_standard_plan_is_the_procedures_first_drug(procedure):
    class Anyone:
        side = "left"

    plan = standard_plan(procedure, Anyone())
    assert (plan.side, plan.drug_id, plan.planned_ml) == ("left", "ropivacaine", 12.0)
