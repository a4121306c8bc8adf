"""Dose arithmetic: a closed form, and laws of splitting and order."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inplane.core import Signals, UnknownNameError
from inplane.guidance import GivenDose, Solute, advise, begin
from inplane.guidance.dose import dose_limits, dose_status


def test_one_drug_by_weight(plan):
    limits = dose_limits(plan)  # ropivacaine 3 mg/kg, at most 300 mg: 210 mg at 70 kg
    assert dose_status(limits, 12.0).fraction == pytest.approx(60 / 210)
    assert "210 mg" in limits.text
    assert "grade C, provisional" in limits.text


def test_the_absolute_cap_counts_for_heavy_patients(plan):
    assert dose_status(dose_limits(replace(plan, weight_kg=150)), 30.0).fraction == pytest.approx(150 / 300)


def test_milligrams_of_different_drugs_do_not_add(plan):
    mixed = replace(
        plan,
        mixed_with=(Solute(drug_id="lidocaine", concentration_mg_ml=10),),
        given_before=(GivenDose(drug_id="lidocaine", dose_mg=100),),
    )
    # lidocaine: the smaller of 4.5 mg/kg x 70 kg = 315 mg and 300 mg
    assert dose_status(dose_limits(mixed), 6.0).fraction == pytest.approx(30 / 210 + 60 / 300 + 100 / 300)


def test_a_steroid_does_not_count_as_local_anesthetic(plan):
    steroid = replace(plan, drug_id="triamcinolone", concentration_mg_ml=40)
    assert dose_status(dose_limits(steroid), 1.0).fraction == 0
    assert dose_limits(steroid).text == "no local anesthetic in this plan"


def test_unknown_volume_gives_no_fraction(plan):
    status = dose_status(dose_limits(plan), None)
    assert status.fraction is None
    assert status.given_ml is None


def test_unknown_drug_is_named(plan, procedure):
    with pytest.raises(UnknownNameError, match="Unknown drug 'cocaine'"):
        begin(replace(plan, drug_id="cocaine"), procedure)


@given(parts=st.lists(st.floats(0.01, 5), min_size=1, max_size=12), seed=st.randoms(use_true_random=False))
def test_splitting_and_order_do_not_change_the_dose(make, plan, procedure, parts, seed):
    def given_in(steps):
        memory = begin(plan, procedure)
        advice, total = None, 0.0
        for number, step in enumerate([0.0, *steps]):
            total += step
            signals = Signals(injected_ml=total, injecting=True)
            advice, memory = advise(make.scene(number * 0.1, sequence=number), signals, procedure, memory)
        return advice.dose.fraction

    shuffled = list(parts)
    seed.shuffle(shuffled)
    assert given_in(parts) == pytest.approx(given_in(shuffled), rel=1e-12)
    assert given_in(parts) == pytest.approx(given_in([sum(parts)]), rel=1e-12)


def test_a_second_syringe_adds_to_the_first(make, memory, procedure):
    fractions = []
    for number, volume in enumerate([0.0, 4.0, 10.0, 0.0, 2.0]):
        advice, memory = advise(make.scene(number * 0.1), Signals(injected_ml=volume), procedure, memory)
        fractions.append(advice.dose.given_ml)
    assert fractions == [0.0, 4.0, 10.0, 10.0, 12.0]
