"""Units by the end of a threshold's name."""

import pytest

from inplane.atlas.rules import load_rules
from inplane.core import UnknownNameError


@pytest.mark.parametrize(
    ("name", "unit"),
    [("vessel_margin_mm", "mm"), ("needle_speed_max_mm_s", "mm/s"), ("time_to_contact_s", "s"), ("aliquot_ml", "ml")],
)
def test_longest_ending_decides(name: str, unit: str) -> None:
    assert load_rules().threshold(name).unit == unit


def test_name_without_a_unit_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="Unknown unit at the end of threshold 'vessel_margin'"):
        load_rules().threshold("vessel_margin")
