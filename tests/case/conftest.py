"""Small hand-made scenes, frames and a case in memory."""

from types import SimpleNamespace

import numpy as np
import pytest

from inplane.atlas import Procedure, load_atlas
from inplane.case import Case, Journal
from inplane.core import (
    BoneSeen,
    Calibration,
    CannotTell,
    Frame,
    LinearGeometry,
    NeedleSeen,
    NeedleState,
    Point,
    Scene,
    Signals,
    SpreadSeen,
    SpreadState,
    VesselSeen,
)
from inplane.guidance import Plan


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


GEOMETRY = LinearGeometry(n_lines=32, n_samples=64, width_mm=38, depth_mm=40)


def frame(time_s: float = 0.0, *, sequence: int = 0, signals: Signals | None = None) -> Frame:
    pixels = np.zeros((GEOMETRY.n_lines, GEOMETRY.n_samples), dtype=np.uint8)
    return Frame(
        sequence=sequence,
        time_s=time_s,
        pixels=pixels,
        geometry=GEOMETRY,
        calibration=Calibration.CALIBRATED,
        signals=signals or Signals(),
    )


def scene(
    time_s: float = 0.0,
    *,
    sequence: int = 0,
    seen: NeedleSeen | None = None,
    vessels: tuple[VesselSeen, ...] = (),
    bones: tuple[BoneSeen, ...] = (),
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
    )


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    """Makers of scenes and their parts: `make.scene(...)`, `make.needle(...)`, `make.vessel(...)`, `make.bone(...)`."""
    return SimpleNamespace(frame=frame, scene=scene, needle=needle, vessel=vessel, bone=bone)


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
def case(plan: Plan, procedure: Procedure) -> Case:
    return Case(Journal(), procedure, plan)
