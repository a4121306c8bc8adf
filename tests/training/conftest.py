"""Small hand-made scenes, frames, turns of the loop and truths, and a case in memory."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from inplane.anatomy import Kind
from inplane.atlas import Procedure, load_atlas
from inplane.case import Case, Journal, StageCpu, Tick
from inplane.core import (
    Advice,
    BoneSeen,
    Calibration,
    CannotTell,
    Clearance,
    ColorFlow,
    Control,
    DoseStatus,
    Frame,
    LinearGeometry,
    NeedleSeen,
    NeedleState,
    Point,
    Pose,
    Scene,
    Signals,
    Space,
    SpreadSeen,
    SpreadState,
    VesselSeen,
)
from inplane.guidance import Plan
from inplane.world import StructureOutline, Truth


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


def advice(seen: Scene, clearances: tuple[Clearance, ...] = ()) -> Advice:
    return Advice(
        sequence=seen.sequence,
        time_s=seen.time_s,
        path=None,
        clearances=clearances,
        alarms=(),
        hints=(),
        cannot_tell=(),
        dose=DoseStatus(fraction=0.1, given_ml=1.0, limit=""),
    )


def tick(
    time_s: float = 0.0,
    *,
    seen: Scene | None = None,
    signals: Signals | None = None,
    control: Control | None = None,
    color: ColorFlow | None = None,
    clearances: tuple[Clearance, ...] = (),
) -> Tick:
    seen = seen or scene(time_s, sequence=round(time_s * 30))
    shown = replace(frame(time_s, sequence=seen.sequence, signals=signals), color=color)
    cpu_s = StageCpu(simulate=0.0, perceive=0.0, guide=0.0, record=0.0)
    return Tick(frame=shown, scene=seen, advice=advice(seen, clearances), control=control or Control(), cpu_s=cpu_s)


def square(name: str, kind: Kind, centre_mm: Point, half_mm: float = 4.0) -> StructureOutline:
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1.0]]) * half_mm + np.array(centre_mm)
    return StructureOutline(name=name, kind=kind, points_mm=corners)


def truth(time_s: float = 0.0, **changes: object) -> Truth:
    values: dict[str, object] = {
        "sequence": round(time_s * 30),
        "time_s": time_s,
        "T_patient_image": Pose(
            to_space=Space.PATIENT, from_space=Space.IMAGE, rotation=np.eye(3), translation_mm=np.zeros(3)
        ),
        "needle_points_image_mm": np.zeros((0, 3)),
        "needle_shown_image_mm": np.zeros((0, 3)),
        "tip_image_mm": None,
        "tip_in_plane": False,
        "tip_contrast_db": None,
        "tip_structure": "",
        "needle_passes": 0,
        "labels_line_sample": np.zeros((32, 32), np.uint8),
        "label_names": {},
        "outlines": (),
        "targets_image_mm": {"femoral_nerve_block": np.array([5.0, 20.0, 0.0])},
        "spread_line_sample": np.zeros((32, 32), np.bool_),
        "spread_outlines_mm": (),
        "injected_ml": {},
        "vein_open": 1.0,
        "advance_unseen_mm": 0.0,
        "events": (),
    }
    return Truth(**(values | changes))  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    """Makers of scenes and their parts: `make.scene(...)`, `make.needle(...)`, `make.vessel(...)`, `make.bone(...)`."""
    return SimpleNamespace(
        tick=tick, truth=truth, square=square, frame=frame, scene=scene, needle=needle, vessel=vessel, bone=bone
    )


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
