"""Fluid in a block of tissue: none is lost, and it goes where it should."""

from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from inplane.anatomy import Kind, Patient
from inplane.core import Deformation, RangeError
from inplane.physics.injectate import Injectate, Mixture, Opening
from inplane.physics.injectate.injectate import LOOSE, OUTSIDE, PERINEURAL
from inplane.physics.injectate.medium import NERVE_CAPACITY, Medium


def opening(x: float, y: float, kind: Kind | None = Kind.MUSCLE, name: str = "muscle", **more: float | str) -> Opening:
    return Opening(tip_mm=np.array([x, y, 0.0]), kind=kind, structure=name, **more)  # type: ignore[arg-type]


def give(injectate: Injectate, volume_ml: float, at: Opening, steps: int = 20) -> None:
    for _ in range(steps):
        injectate.inject(volume_ml / steps, at)


def shift(moved: Deformation, place: tuple[float, float, float]) -> np.ndarray:
    """u at a place, trilinear."""
    at = ((np.array(place) - moved.origin_mm) / moved.spacing_mm)[[2, 0, 1]]
    grid = moved.to_now_zxy_mm
    return np.array([ndimage.map_coordinates(grid[..., axis], at[:, None], order=1)[0] for axis in range(3)])


@pytest.mark.parametrize("volume_ml", [0.5, 3.0, 10.0])
def test_volume_is_conserved(block: Patient, volume_ml: float) -> None:
    injectate = Injectate(block)
    give(injectate, volume_ml, opening(-25, 22))
    field = injectate.field
    assert field is not None
    found = field.fraction_zxy.sum(dtype=np.float64) * field.spacing_mm**3 / 1000
    assert found == pytest.approx(volume_ml, rel=0.01)
    assert field.volume_ml == pytest.approx(found)
    assert sum(injectate.volumes_ml.values()) == pytest.approx(volume_ml, rel=0.01)
    assert field.fraction_zxy.min() >= 0
    assert field.fraction_zxy.max() <= 1


def test_spread_is_symmetric_in_even_tissue(plain_block: Patient) -> None:
    injectate = Injectate(plain_block)
    ground = injectate.ground
    middle = ground.origin_mm + 0.8 * np.array([40, 27, 30])
    give(injectate, 2.0, Opening(tip_mm=middle, kind=Kind.MUSCLE, structure="muscle"))
    field = injectate.field
    assert field is not None
    shape = field.fraction_zxy.shape
    places = np.stack(np.meshgrid(*[np.arange(n) for n in shape], indexing="ij"), axis=-1) * field.spacing_mm
    centre = (places * field.fraction_zxy[..., None]).sum(axis=(0, 1, 2)) / field.fraction_zxy.sum()
    np.testing.assert_allclose(centre[[1, 2, 0]] + field.origin_mm, middle, atol=0.1)
    spread = np.sqrt(
        ((places - centre) ** 2 * field.fraction_zxy[..., None]).sum(axis=(0, 1, 2)) / field.fraction_zxy.sum()
    )
    assert np.ptp(spread) < 0.05 * spread.mean()
    assert (np.abs(np.diff(field.fraction_zxy, axis=0)) < 0.9).all()  # an edge, not voxels


def test_fluid_under_a_fascia_stays_under_it(block: Patient, blocks: ModuleType) -> None:
    injectate = Injectate(block)
    give(injectate, 4.0, opening(-26, blocks.FASCIA_MM + 1.6))
    field = injectate.field
    assert field is not None
    y = field.origin_mm[1] + field.spacing_mm * np.arange(field.fraction_zxy.shape[2])
    by_depth = field.fraction_zxy.sum(axis=(0, 1))
    assert by_depth[y < blocks.FASCIA_MM - 1].sum() < 0.01 * by_depth.sum()
    used = field.fraction_zxy > 0.5
    thick, long = np.ptp(np.nonzero(used)[2]), np.ptp(np.nonzero(used)[0])
    assert long > 1.5 * thick


def test_vessels_nerve_and_bone_stay_closed(block: Patient) -> None:
    injectate = Injectate(block)
    give(injectate, 6.0, opening(2, 29))
    assert not {"nerve", "fascicle", "bone", "vein lumen", "artery lumen"} & set(injectate.volumes_ml)
    assert injectate.volumes_ml[PERINEURAL] > 0.5
    assert injectate.volumes_ml.get(LOOSE, 0.0) < 0.3


def test_within_the_nerve_it_swells(block: Patient, blocks: ModuleType) -> None:
    injectate = Injectate(block)
    give(injectate, 0.1, opening(*blocks.NERVE, Kind.FASCICLE, "fascicle"))
    assert injectate.volumes_ml["nerve"] + injectate.volumes_ml["fascicle"] == pytest.approx(0.1, rel=0.01)
    for _ in range(100):
        injectate.settle()
    assert injectate.displacement is not None
    beside = shift(injectate.displacement, (3.0, 24.0, 0.0)), shift(injectate.displacement, (-3.0, 24.0, 0.0))
    assert beside[0][0] > 0.05 > -0.05 > beside[1][0]


def test_a_full_nerve_lets_fluid_out_and_none_is_lost(block: Patient, blocks: ModuleType) -> None:
    injectate = Injectate(block)
    give(injectate, 1.0, opening(*blocks.NERVE, Kind.FASCICLE, "fascicle"))
    inside = injectate.volumes_ml["nerve"] + injectate.volumes_ml["fascicle"]
    ground = injectate.ground
    holds = NERVE_CAPACITY * (ground.medium_zxy == Medium.NERVE).sum() * ground.spacing_mm**3 / 1000
    assert 0.5 * holds < inside < 1.001 * holds
    assert injectate.volumes_ml[PERINEURAL] > 0.5
    assert sum(injectate.volumes_ml.values()) == pytest.approx(1.0, rel=1e-6)


def test_in_a_vessel_it_is_carried_off(block: Patient, blocks: ModuleType) -> None:
    injectate = Injectate(block)
    give(injectate, 1.0, opening(*blocks.VEIN, Kind.VEIN_LUMEN, "vein lumen", carried_share=1.0, vessel="vein lumen"))
    assert injectate.carried_off_ml == pytest.approx(1.0)
    assert injectate.volumes_ml == pytest.approx({"vein lumen": 1.0})
    assert injectate.field is None
    assert injectate.displacement is None


def test_half_an_opening_in_a_vessel_loses_half(block: Patient) -> None:
    injectate = Injectate(block)
    give(injectate, 1.0, opening(-25, 20, carried_share=0.5, vessel="vein lumen"))
    assert injectate.carried_off_ml == pytest.approx(0.5)
    assert injectate.volumes_ml["muscle"] == pytest.approx(0.5, rel=0.01)


def test_a_joint_keeps_what_goes_into_it(block: Patient) -> None:
    injectate = Injectate(block)
    give(injectate, 3.0, opening(25, 32.5, Kind.JOINT_FLUID, "joint recess"))
    assert injectate.volumes_ml == pytest.approx({"joint recess": 3.0})
    field = injectate.field
    assert field is not None
    y = field.origin_mm[1] + field.spacing_mm * np.arange(field.fraction_zxy.shape[2])
    by_depth = field.fraction_zxy.sum(axis=(0, 1))
    assert by_depth[(y > 30.5) & (y < 34.5)].sum() > 0.6 * by_depth.sum()


def test_outside_the_body_and_in_the_depth_of_bone_it_is_lost(block: Patient) -> None:
    injectate = Injectate(block)
    give(injectate, 1.0, opening(0, 0, None, ""))
    assert injectate.volumes_ml == pytest.approx({OUTSIDE: 1.0})
    give(injectate, 1.0, opening(-25, 41, Kind.BONE, "bone"))
    assert injectate.volumes_ml == pytest.approx({OUTSIDE: 2.0})


def test_a_second_place_starts_a_second_pool(plain_block: Patient) -> None:
    injectate = Injectate(plain_block)
    give(injectate, 1.0, opening(-15, 20))
    give(injectate, 1.0, opening(15, 20))
    field = injectate.field
    assert field is not None
    assert field.volume_ml == pytest.approx(2.0, rel=0.01)
    x = field.origin_mm[0] + field.spacing_mm * np.arange(field.fraction_zxy.shape[1])
    by_x = field.fraction_zxy.sum(axis=(0, 2))
    assert by_x[x < 0].sum() == pytest.approx(by_x[x > 0].sum(), rel=0.02)


def test_what_is_pushed_to_and_fro_at_the_tip_begins_no_new_pool(plain_block: Patient) -> None:
    injectate = Injectate(plain_block)
    for step in range(10):
        injectate.inject(0.1, opening(0, 20, (Kind.MUSCLE, Kind.FAT, Kind.FASCIA)[step % 3]))
    assert injectate.field is not None
    assert len(injectate.field.pools) == 1
    injectate.inject(0.1, opening(0, 20, Kind.NERVE))
    assert injectate.field is not None
    assert len(injectate.field.pools) == 1
    assert set(injectate.volumes_ml) == {"muscle"}
    injectate.inject(0.1, opening(0.5, 20, Kind.NERVE))  # the needle moved, and into something else
    assert injectate.field is not None
    assert len(injectate.field.pools) == 2


def test_reset_takes_everything_back(plain_block: Patient) -> None:
    injectate = Injectate(plain_block)
    give(injectate, 1.0, opening(0, 20))
    first = injectate.field
    injectate.reset()
    assert (injectate.field, injectate.displacement, injectate.volumes_ml) == (None, None, {})
    give(injectate, 1.0, opening(0, 20))
    assert first is not None
    assert injectate.field is not None
    np.testing.assert_array_equal(injectate.field.fraction_zxy, first.fraction_zxy)


CONTRAST = Mixture(contents_mg_ml={"iodine": 120.0, "lidocaine": 6.0}, density_kg_m3=1140.0, text="contrast")
STEROID = Mixture(contents_mg_ml={"triamcinolone": 40.0}, text="steroid")


def counted(injectate: Injectate, content: str) -> float:
    """mg of a content that the field holds."""
    field = injectate.field
    assert field is not None
    return float(field.content_zxy_mg_ml(content).sum(dtype=np.float64)) * field.spacing_mm**3 / 1000


def test_what_a_mixture_holds_is_found_in_tissue_to_the_last_milligram(block: Patient) -> None:
    injectate = Injectate(block)
    for _ in range(10):
        injectate.inject(0.3, opening(-25, 22), CONTRAST)
    assert counted(injectate, "iodine") == pytest.approx(360, rel=1e-3)
    assert counted(injectate, "lidocaine") == pytest.approx(18, rel=1e-3)
    assert counted(injectate, "triamcinolone") == 0


@pytest.mark.parametrize("apart_mm", [0.0, 4.0, 30.0])
def test_a_second_syringe_is_a_second_pool_and_nothing_is_lost(plain_block: Patient, apart_mm: float) -> None:
    injectate = Injectate(plain_block)
    for _ in range(10):
        injectate.inject(0.2, opening(-15, 20), CONTRAST)
    for _ in range(10):
        injectate.inject(0.1, opening(-15 + apart_mm, 20), STEROID)
    assert injectate.field is not None
    assert len(injectate.field.pools) == 2
    assert counted(injectate, "iodine") == pytest.approx(240, rel=1e-3)
    assert counted(injectate, "triamcinolone") == pytest.approx(40, rel=1e-3)


def test_what_a_vessel_takes_is_counted_apart(block: Patient) -> None:
    injectate = Injectate(block)
    injectate.inject(1.0, opening(-25, 20, carried_share=0.25, vessel="vein lumen"), CONTRAST)
    injectate.inject(1.0, opening(0, 0, None, ""), CONTRAST)
    assert injectate.gone_mg == pytest.approx({"iodine": 150, "lidocaine": 7.5})
    assert counted(injectate, "iodine") == pytest.approx(90, rel=1e-3)


def test_heavy_fluid_lies_lower(plain_block: Patient) -> None:
    def depth(fluid: Mixture) -> float:
        injectate = Injectate(plain_block)
        for _ in range(20):
            injectate.inject(0.15, opening(0, 22), fluid)
        field = injectate.field
        assert field is not None
        y = field.origin_mm[1] + field.spacing_mm * np.arange(field.fraction_zxy.shape[2])
        return float(field.fraction_zxy.sum(axis=(0, 1)) @ y / field.fraction_zxy.sum())

    assert depth(Mixture(density_kg_m3=1349)) > depth(Mixture()) + 0.05


def test_back_along_the_shaft_goes_some_fluid_and_none_is_lost(plain_block: Patient) -> None:
    def highest(back: float) -> float:
        injectate = Injectate(plain_block)
        at = opening(0, 24, back_mm=np.array([0.0, -back, 0.0]))  # type: ignore[arg-type]
        for _ in range(10):
            injectate.inject(0.05, at)
        field = injectate.field
        assert field is not None
        assert field.volume_ml == pytest.approx(0.5, rel=1e-3)
        y = field.origin_mm[1] + field.spacing_mm * np.arange(field.fraction_zxy.shape[2])
        return float(y[field.fraction_zxy.max(axis=(0, 1)) > 0.5].min())

    assert highest(8.0) < highest(0.0) - 1.5


def test_nothing_passes_bone(block: Patient, blocks: ModuleType) -> None:
    injectate = Injectate(block)
    give(injectate, 8.0, opening(-20, blocks.BONE_MM - 3))
    field = injectate.field
    assert field is not None
    y = field.origin_mm[1] + field.spacing_mm * np.arange(field.fraction_zxy.shape[2])
    assert field.fraction_zxy[:, :, y > blocks.BONE_MM + 0.8].sum() == 0


def test_fluid_lifts_what_lies_over_it(block: Patient, blocks: ModuleType) -> None:
    """Hydrodissection: a plane under a fascia opens by about its volume over its area."""
    injectate = Injectate(block)
    give(injectate, 4.0, opening(-8, blocks.FASCIA_MM + 1.6), steps=80)
    for _ in range(100):
        injectate.settle()
    assert injectate.displacement is not None
    over = shift(injectate.displacement, (-8.0, blocks.FASCIA_MM - 1.0, 0.0))
    assert over[1] < -0.5
    still = shift(injectate.displacement, (-8.0, blocks.BONE_MM + 3.0, 0.0))
    assert np.linalg.norm(still) < 0.1


def test_a_second_place_far_away_lifts_tissue_there_and_a_return_brings_the_first_back(plain_block: Patient) -> None:
    def lifted(x: float) -> float:
        for _ in range(100):
            injectate.settle()
        assert injectate.displacement is not None
        return float(-shift(injectate.displacement, (x, 16.0, 0.0))[1])

    injectate = Injectate(plain_block)
    give(injectate, 1.0, opening(-22, 22))
    first = lifted(-22)
    assert first > 0.5
    assert abs(lifted(22)) < 0.02
    give(injectate, 1.0, opening(22, 22))
    assert lifted(22) == pytest.approx(first, rel=0.15)
    injectate.inject(0.001, opening(-22, 22))
    assert lifted(-22) == pytest.approx(first, rel=0.15)


@settings(max_examples=25, deadline=None)
@given(
    x=st.floats(-31, 31),
    y=st.floats(1, 43),
    volume_ml=st.floats(0.01, 4),
    kind=st.sampled_from([Kind.MUSCLE, Kind.FAT, Kind.FASCICLE, Kind.JOINT_FLUID, Kind.BONE, None]),
    carried=st.sampled_from([0.0, 1 / 3, 1.0]),
)
def test_wherever_it_goes_none_is_lost(
    block: Patient, x: float, y: float, volume_ml: float, kind: Kind | None, carried: float
) -> None:
    injectate = Injectate(block)
    for _ in range(3):
        at = opening(x, y, kind, "muscle", carried_share=carried, vessel="vein lumen")
        injectate.inject(volume_ml / 3, at, CONTRAST)
    assert sum(injectate.volumes_ml.values()) == pytest.approx(volume_ml, rel=1e-4)
    found = 0.0 if injectate.field is None else counted(injectate, "iodine")
    assert found + injectate.gone_mg.get("iodine", 0.0) == pytest.approx(120 * volume_ml, rel=1e-3)


def test_nonsense_is_refused_before_anything_moves(block: Patient) -> None:
    injectate = Injectate(block)
    for volume in (-1.0, float("nan"), 1e3):
        with pytest.raises(RangeError, match="injected volume_ml is"):
            injectate.inject(volume, opening(-25, 22))
    assert injectate.volumes_ml == {}
    assert injectate.field is None
