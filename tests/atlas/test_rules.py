"""Units by the end of a threshold's name."""

import re
from pathlib import Path

import pytest

import inplane
from inplane.atlas import load_atlas
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


def test_required_thresholds_are_those_that_the_software_reads() -> None:
    package = Path(inplane.__file__).parent
    code = "\n".join(
        path.read_text(encoding="utf-8") for path in package.rglob("*.py") if package / "atlas" not in path.parents
    )
    read = {name for name in load_atlas().thresholds if re.search(rf"\b{name}\b", code)}
    assert read == set(load_rules().relations["required"]["thresholds"]), "edit rules/relations.yaml: required"
