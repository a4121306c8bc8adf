"""Parameters: sourced, within their ranges, harder with the level."""

from dataclasses import fields
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inplane.anatomy import GroinParameters, difficulty_parameters, sample_parameters
from inplane.anatomy._groin_contents import make_shape
from inplane.anatomy._groin_places import targets
from inplane.anatomy._groin_shape import make_grid
from inplane.anatomy.parameters import DEPTH_SLACK_MM, EFFUSION_MM, RANGES, nerve_depth_mm
from inplane.atlas import load_atlas
from inplane.core import RangeError


def test_every_field_has_a_range_and_a_source() -> None:
    assert {field.name for field in fields(GroinParameters)} == set(RANGES)
    for bounds in RANGES.values():
        assert bounds.low <= bounds.mean <= bounds.high
        assert bounds.source.strip()
    assert list(EFFUSION_MM) == sorted(EFFUSION_MM)


def test_usual_brightness_is_that_of_the_atlas() -> None:
    for name in ("muscle", "fat", "blood"):
        assert RANGES[f"{name}_echo_db"].mean == load_atlas().tissue(name).echogenicity_db.value


@given(st.integers(0, 2**31 - 1))
def test_drawn_parameters_lie_within_their_ranges(seed: int) -> None:
    drawn = sample_parameters(seed)
    for name, bounds in RANGES.items():
        assert bounds.low <= getattr(drawn, name) <= bounds.high
    assert drawn.effusion_grade in (0, 1, 2, 3)
    assert drawn == sample_parameters(seed)


def test_a_usual_patients_nerve_lies_as_deep_as_cited() -> None:
    cited, grid = load_atlas().procedure("femoral_nerve_block").target.depth_mm, make_grid(2.0)
    deeper = 0
    for seed in range(60):
        drawn = sample_parameters(seed)
        depth_mm = float(targets(grid, make_shape(seed, drawn, grid))["femoral_nerve_block"][1])
        assert abs(depth_mm - nerve_depth_mm(drawn.as_mapping())) < DEPTH_SLACK_MM
        assert cited.low <= depth_mm <= cited.high
        deeper += depth_mm > cited.low + 1.0
    assert deeper > 50  # they are not heaped up at the end


def test_a_patient_whose_nerve_lies_deep_enough_stays_as_drawn() -> None:
    assert sample_parameters(1).fat_mm == 7.6339
    assert sample_parameters(4).fat_mm == 9.5562  # drawn: 5.4311


@given(st.integers(0, 2**31 - 1))
def test_levels_grow_harder(seed: int) -> None:
    levels = [difficulty_parameters(seed, level) for level in range(5)]
    for easier, harder in pairwise(levels):
        assert harder.fat_mm > easier.fat_mm
        assert harder.nerve_gap_mm < easier.nerve_gap_mm
        assert harder.artery_radius_mm <= easier.artery_radius_mm
        assert harder.attenuation_factor > easier.attenuation_factor


def test_a_number_outside_its_range_is_refused() -> None:
    with pytest.raises(RangeError, match="fat_mm is 90. Expected a number from 4 to 30."):
        GroinParameters(fat_mm=90)


def test_a_broken_effusion_grade_is_refused() -> None:
    with pytest.raises(RangeError, match="effusion_grade is 1.5. Expected a whole number from 0 to 3."):
        GroinParameters(effusion_grade=1.5)


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(RangeError, match="difficulty level is 5. Expected a number from 0 to 4."):
        difficulty_parameters(1, 5)
