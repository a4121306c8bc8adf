"""Syringe, needle and fluid together: what the thumb gives, feels and is refused."""

from types import ModuleType

import numpy as np
import pytest

from inplane.anatomy import Kind, Patient
from inplane.atlas import load_atlas
from inplane.core import NeedleShape, PlungerControl, ProbeControl, RangeError, UnknownNameError
from inplane.physics.injectate import HAND_KPA, SALINE, cannula_kpa_s_ml, mix
from inplane.physics.injectate.pressure import OPENING_KPA
from inplane.world import PreparedSyringe, Tissue
from inplane.world.injection import Injection, usual_syringes

ATLAS = load_atlas()
NEEDLE = ATLAS.needle("22g_80mm")
DT_S = 1 / 30


class Bench:
    """A needle from above at a place, and a thumb."""

    def __init__(self, block: Patient, place: tuple[float, float], **more: object) -> None:
        self.tissue = Tissue(block, face_length_mm=38)
        syringes = more.pop("syringes", usual_syringes())
        self.injection = Injection(block, NEEDLE, syringes=syringes, absorbs=bool(more.get("absorbs")))  # type: ignore[arg-type]
        x, y = place
        self.shape = NeedleShape(
            points_mm=np.array([[x, 0.0, 0.0], [x, y, 0.0]]),
            outer_diameter_mm=0.7,
            inner_diameter_mm=0.4,
            bevel=np.array([1.0, 0, 0]),
            bevel_length_mm=0.2,
        )

    def push(self, plunger: PlungerControl, steps: int) -> list[float]:
        """Pressure after each step."""
        felt: list[float] = []
        for _ in range(steps):
            motion = self.tissue.motion(0.0, ProbeControl(press_n=0), displacement=self.injection.fluid.displacement)
            self.injection.step(plunger, DT_S, tissue=self.tissue, motion=motion, shape=self.shape, press_n=0.0)
            felt.append(self.injection.syringe.pressure_kpa)
        return felt


def test_delivered_is_what_is_found_and_never_more_than_asked(block: Patient) -> None:
    bench = Bench(block, (-25, 22))
    bench.push(PlungerControl(injected_ml=1.0, rate_ml_s=1.0), 60)
    delivered = bench.injection.syringe.delivered_ml
    assert delivered == pytest.approx(1.0)
    assert sum(bench.injection.fluid.volumes_ml.values()) == pytest.approx(delivered, rel=1e-6)


def test_the_hub_feels_cannula_and_tissue(block: Patient) -> None:
    bench = Bench(block, (-25, 22))
    felt = bench.push(PlungerControl(injected_ml=50.0, rate_ml_s=0.5), 90)
    least = OPENING_KPA[Kind.MUSCLE] + 0.5 * cannula_kpa_s_ml(NEEDLE)
    assert least < felt[-1] < least + 10.5
    assert felt == sorted(felt)


def test_thick_fluid_from_a_large_syringe_comes_slower_than_asked(block: Patient) -> None:
    contrast = PreparedSyringe(mixture=mix(ATLAS, {"iohexol_300": 10.0}), barrel_ml=20)
    bench = Bench(block, (-25, 22), syringes=(contrast,))
    felt = bench.push(PlungerControl(injected_ml=20.0, rate_ml_s=2.0), 60)
    assert bench.injection.syringe.delivered_ml < 1.0
    assert felt[-1] == pytest.approx(HAND_KPA[20], rel=0.01)
    field = bench.injection.fluid.field
    assert field is not None
    iodine = field.content_zxy_mg_ml("iodine").sum(dtype=np.float64) * field.spacing_mm**3 / 1000
    assert iodine == pytest.approx(300 * bench.injection.syringe.delivered_ml, rel=1e-3)


def test_against_bone_nothing_leaves_the_usual_syringe(block: Patient) -> None:
    bench = Bench(block, (-25, 41))
    felt = bench.push(PlungerControl(injected_ml=1.0), 60)
    assert bench.injection.syringe.delivered_ml == 0
    assert not bench.injection.syringe.injecting
    assert felt[-1] == pytest.approx(HAND_KPA[20], rel=0.01)


def test_a_joint_presses_back_when_it_is_full(block: Patient) -> None:
    bench = Bench(block, (25, 32.8))
    felt = bench.push(PlungerControl(injected_ml=16.0, rate_ml_s=1.0), 16 * 30)
    assert felt[8 * 30] < felt[-30] - 3
    assert bench.injection.fluid.volumes_ml == pytest.approx({"joint recess": 16.0}, rel=0.02)


def test_another_syringe_holds_something_else(block: Patient) -> None:
    bench = Bench(block, (-25, 22))
    bench.push(PlungerControl(injected_ml=0.5, syringe=1), 60)
    bench.push(PlungerControl(injected_ml=1.0, syringe=0), 60)
    field = bench.injection.fluid.field
    assert field is not None
    mg = {c: field.content_zxy_mg_ml(c).sum() * field.spacing_mm**3 / 1000 for c in ("ropivacaine", "sodium chloride")}
    assert mg == pytest.approx({"ropivacaine": 2.5, "sodium chloride": 4.5}, rel=0.01)


def test_a_block_comes_where_the_nerve_is_bathed_and_only_if_it_is_followed(block: Patient, blocks: ModuleType) -> None:
    plunger = PlungerControl(injected_ml=6.0, rate_ml_s=2.0)
    plain, followed = (Bench(block, (1.5, blocks.NERVE[1] + 4.0), absorbs=absorbs) for absorbs in (False, True))
    for bench in (plain, followed):
        bench.push(plunger, 110)
    assert plain.injection.uptake.depot.left_mg == 0
    uptake = followed.injection.uptake
    assert uptake.depot.left_mg + uptake.absorbed_mg == pytest.approx(
        5 * followed.injection.syringe.delivered_ml, rel=1e-3
    )
    assert uptake.effect_mg > 0


def test_a_syringe_that_was_not_prepared_is_refused(block: Patient) -> None:
    injection = Bench(block, (-25, 22)).injection
    injection.require_possible(PlungerControl(syringe=1))
    with pytest.raises(RangeError, match=r"plunger syringe is 2\. Expected a number from 0 to 1"):
        injection.require_possible(PlungerControl(syringe=2))
    with pytest.raises(UnknownNameError, match=r"Unknown syringe size in ml '7'.*'20'"):
        PreparedSyringe(mixture=SALINE, barrel_ml=7)
    with pytest.raises(RangeError, match="number of syringes is 0"):
        Injection(block, NEEDLE, syringes=(), absorbs=False)


def test_a_needle_that_rests_beside_a_nerve_does_not_inject_it(block: Patient, blocks: ModuleType) -> None:
    bench = Bench(block, (0.0, blocks.NERVE[1] - 3.4))
    felt = bench.push(PlungerControl(injected_ml=6.0, rate_ml_s=1.0), 6 * 30)
    assert not {"nerve", "fascicle"} & set(bench.injection.fluid.volumes_ml)
    assert max(felt) < 1.2 * felt[60]


def test_a_needle_that_moves_looks_anew(block: Patient, blocks: ModuleType) -> None:
    bench = Bench(block, (0.0, blocks.NERVE[1] - 3.4))
    bench.push(PlungerControl(injected_ml=0.2), 15)
    bench.shape.points_mm[-1, 1] += 3.4
    bench.push(PlungerControl(injected_ml=0.25), 5)
    assert (
        bench.injection.fluid.volumes_ml.get("fascicle", 0.0) + bench.injection.fluid.volumes_ml.get("nerve", 0.0) > 0
    )
