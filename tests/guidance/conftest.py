"""Small hand-made scenes: plain values, one needle, one vessel, one bone."""

from types import SimpleNamespace

import numpy as np
import pytest

from inplane.atlas import Procedure, load_atlas
from inplane.core import (
    BoneSeen,
    Calibration,
    CannotTell,
    NeedleSeen,
    NeedleState,
    NerveSeen,
    Point,
    Scene,
    SpreadSeen,
    SpreadState,
    VesselSeen,
)
from inplane.guidance import Memory, Plan, begin


def needle(
    tip_mm: Point | None = (0.0, 10.0),
    *,
    state: NeedleState = NeedleState.TRACKED,
    direction: Point | None = (1.0, 0.0),
    speed_mm_s: float = 0.0,
    unseen_s: float = 0.0,
    tip_sd_mm: tuple[float, float] = (0.2, 0.1),
) -> NeedleSeen:
    return NeedleSeen(
        state=state,
        tip_mm=tip_mm,
        entry_mm=None,
        direction=direction,
        tip_sd_mm=tip_sd_mm,
        angle_sd_rad=0.005,
        speed_mm_s=speed_mm_s,
        confidence=0.9,
        unseen_s=unseen_s,
    )


def vessel(
    centre_mm: Point = (20.0, 10.0),
    *,
    track_id: int = 1,
    semi_axes_mm: tuple[float, float] = (4.0, 3.0),
    angle_rad: float = 0.0,
    confidence: float = 0.9,
    pulsatile: bool | None = None,
) -> VesselSeen:
    return VesselSeen(
        track_id=track_id,
        centre_mm=centre_mm,
        semi_axes_mm=semi_axes_mm,
        angle_rad=angle_rad,
        edge_sd_mm=0.1,
        has_flow=None,
        pulsatile=pulsatile,
        confidence=confidence,
    )


def bone(depth_mm: float = 30.0) -> BoneSeen:
    points = np.stack((np.linspace(-15, 15, 61), np.full(61, depth_mm)), axis=1)
    return BoneSeen(points_mm=points, edge_sd_mm=0.2, confidence=0.9)


def nerve(
    centre_mm: Point = (10.0, 10.0), *, track_id: int = 1, half_mm: float = 3.0, confidence: float = 0.9
) -> NerveSeen:
    """A square nerve."""
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * half_mm + np.array(centre_mm)
    return NerveSeen(
        track_id=track_id,
        outline_mm=corners,
        centre_mm=centre_mm,
        area_mm2=4 * half_mm**2,
        edge_sd_mm=0.3,
        confidence=confidence,
    )


def spread(state: SpreadState = SpreadState.WAITING) -> SpreadSeen:
    return SpreadSeen(
        state=state,
        area_mm2=0.0,
        growth_mm2_s=0.0,
        centre_mm=None,
        outline_mm=np.zeros((0, 2)),
        injected_ml=None,
        confidence=0.5,
    )


def scene(
    time_s: float = 0.0,
    *,
    sequence: int = 0,
    seen: NeedleSeen | None = None,
    vessels: tuple[VesselSeen, ...] = (),
    bones: tuple[BoneSeen, ...] = (),
    nerves: tuple[NerveSeen, ...] = (),
    state: SpreadState = SpreadState.WAITING,
    calibration: Calibration = Calibration.CALIBRATED,
    contact: float = 1.0,
    unknown: tuple[CannotTell, ...] = (),
) -> Scene:
    return Scene(
        sequence=sequence,
        time_s=time_s,
        calibration=calibration,
        contact=contact,
        needle=seen or needle(),
        vessels=vessels,
        bones=bones,
        spread=spread(state),
        cannot_tell=unknown,
        nerves=nerves,
    )


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    """Makers of scenes and their parts: `make.scene(...)`, `make.needle(...)`, `make.vessel(...)`, `make.bone(...)`."""
    return SimpleNamespace(scene=scene, needle=needle, vessel=vessel, bone=bone, nerve=nerve)


@pytest.fixture(scope="session")
def procedure() -> Procedure:
    return load_atlas().procedure("femoral_nerve_block")


@pytest.fixture(scope="session")
def plan() -> Plan:
    return Plan(
        procedure_id="femoral_nerve_block",
        side="right",
        drug_id="ropivacaine",
        concentration_mg_ml=5,
        weight_kg=70,
        planned_ml=12,
    )


@pytest.fixture
def memory(plan: Plan, procedure: Procedure) -> Memory:
    return begin(plan, procedure)
