"""Plans are checked once, on entry."""

import pytest

from inplane.core import FormatError, RangeError
from inplane.guidance import GivenDose, Plan, Solute


def plan(**changes):
    values = {
        "procedure_id": "femoral_nerve_block",
        "side": "right",
        "drug_id": "ropivacaine",
        "concentration_mg_ml": 5.0,
        "weight_kg": 70.0,
        "planned_ml": 12.0,
    }
    return Plan(**(values | changes))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"side": "both"}, r"Plan has side 'both'. Expected 'left' or 'right'."),
    ],
)
def test_a_wrong_side_is_refused(changes, message):
    with pytest.raises(FormatError, match=message):
        plan(**changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"weight_kg": 0.0}, r"weight_kg is 0.0 kg. Expected a number from 1 to 300 kg."),
        ({"planned_ml": float("nan")}, r"planned_ml is nan ml"),
        ({"concentration_mg_ml": -1.0}, r"concentration_mg_ml is -1.0 mg/ml"),
    ],
)
def test_numbers_out_of_range_are_refused(changes, message):
    with pytest.raises(RangeError, match=message):
        plan(**changes)


def test_solutes_and_doses_given_before_are_checked_too():
    with pytest.raises(RangeError, match="concentration_mg_ml is 2000"):
        Solute(drug_id="lidocaine", concentration_mg_ml=2000)
    with pytest.raises(RangeError, match="dose_mg is -1"):
        GivenDose(drug_id="lidocaine", dose_mg=-1)


def test_every_drug_in_the_syringe_is_a_solute():
    mixed = plan(mixed_with=(Solute(drug_id="lidocaine", concentration_mg_ml=10),))
    assert [solute.drug_id for solute in mixed.solutes] == ["ropivacaine", "lidocaine"]
