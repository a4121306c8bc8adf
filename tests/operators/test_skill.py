"""Three people, each worse than the next in everything."""

from dataclasses import fields, replace

import pytest

from inplane.core import RangeError, UnknownNameError
from inplane.operators import SKILLS, Skill, skill

NUMBERS = [item.name for item in fields(Skill) if item.name != "name"]


@pytest.mark.parametrize("field", NUMBERS)
def test_a_novice_errs_more_than_a_trainee_and_that_one_more_than_an_expert(field: str) -> None:
    expert, trainee, novice = (getattr(SKILLS[name], field) for name in ("expert", "trainee", "novice"))
    assert 0 < expert < trainee < novice


@pytest.mark.parametrize("field", NUMBERS)
def test_numbers_outside_their_range_are_refused(field: str) -> None:
    with pytest.raises(RangeError, match=f"skill {field} is -0.1"):
        replace(skill("expert"), **{field: -0.1})


def test_an_unknown_person_is_told_with_those_that_there_are() -> None:
    with pytest.raises(
        UnknownNameError, match="Unknown skill 'wizard'. Expected one of: 'expert', 'trainee', 'novice'"
    ):
        skill("wizard")
