"""Agents drawn up together: what is diluted, what is refused."""

import pytest

from inplane.atlas import load_atlas
from inplane.core import RangeError, UnknownNameError
from inplane.physics.injectate import Mixture, mix

ATLAS = load_atlas()


def test_contents_are_diluted_and_none_is_lost() -> None:
    fluid = mix(ATLAS, {"iohexol_300": 2.0, "lidocaine_10": 6.0, "triamcinolone_40": 1.0, "saline": 1.0})
    assert fluid.contents_mg_ml["iodine"] * 10 == pytest.approx(600)
    assert fluid.contents_mg_ml["lidocaine"] * 10 == pytest.approx(60)
    assert fluid.contents_mg_ml["triamcinolone"] * 10 == pytest.approx(40)
    assert "Iohexol" in fluid.text


def test_the_same_content_from_two_vials_adds_up() -> None:
    fluid = mix(ATLAS, {"lidocaine_10": 5.0, "lidocaine_20": 5.0})
    assert fluid.contents_mg_ml == pytest.approx({"lidocaine": 15})


def test_one_agent_keeps_its_viscosity_and_density() -> None:
    fluid = mix(ATLAS, {"iohexol_300": 3.0})
    assert fluid.viscosity_pa_s == pytest.approx(0.0116)
    assert fluid.density_kg_m3 == pytest.approx(1349)


def test_a_mixture_lies_between_its_parts() -> None:
    fluid = mix(ATLAS, {"iohexol_300": 5.0, "saline": 5.0})
    assert fluid.viscosity_pa_s == pytest.approx((0.0116 * 0.00102) ** 0.5)
    assert fluid.density_kg_m3 == pytest.approx((1349 + 1005) / 2)


def test_nonsense_is_refused() -> None:
    with pytest.raises(UnknownNameError, match=r"Unknown agent 'water'.*'saline'"):
        mix(ATLAS, {"water": 1.0})
    with pytest.raises(RangeError, match="mixture part saline is -1"):
        mix(ATLAS, {"saline": -1.0})
    with pytest.raises(RangeError, match="mixture has no parts"):
        mix(ATLAS, {})
    with pytest.raises(RangeError, match="mixture iodine is -1"):
        Mixture(contents_mg_ml={"iodine": -1})
