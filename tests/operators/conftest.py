"""Small hand-made scenes and frames."""

from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
import pytest

from inplane.atlas import Procedure, load_atlas
from inplane.core import (
    Alarm,
    AspirationResult,
    BoneSeen,
    Calibration,
    CannotTell,
    ColorFlow,
    Control,
    Frame,
    LinearGeometry,
    Mode,
    NeedleSeen,
    NeedleState,
    NerveSeen,
    Point,
    Priority,
    ProbeControl,
    Scene,
    Signals,
    SpreadSeen,
    SpreadState,
    VesselSeen,
)
from inplane.guidance import Plan, advise, begin
from inplane.operators import image_line


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


def nerve(centre_mm: Point = (10.0, 22.0), *, semi_axes_mm: Point = (5.0, 2.0), confidence: float = 0.6) -> NerveSeen:
    turn = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    outline = np.array(centre_mm) + np.stack((np.cos(turn), np.sin(turn)), axis=1) * semi_axes_mm
    return NerveSeen(
        track_id=1,
        outline_mm=outline,
        centre_mm=centre_mm,
        area_mm2=np.pi * semi_axes_mm[0] * semi_axes_mm[1],
        edge_sd_mm=0.4,
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
        nerves=nerves,
        spread=spread(state),
        cannot_tell=unknown,
    )


PATIENT_ARTERY_X, ARTERY_Y, RADIUS = -4.0, 20.0, 4.5
START = ProbeControl(x_mm=-9.0)


FLOW_RADIUS_MM = 1.5


def color_about(*places_mm: Point) -> ColorFlow:
    """Color of the whole picture, with flow in a disc about each place."""
    lines, samples = np.meshgrid(np.arange(GEOMETRY.n_lines), np.arange(GEOMETRY.n_samples), indexing="ij")
    at = GEOMETRY.to_mm(np.stack((lines, samples), axis=-1))
    lit = np.zeros(lines.shape, dtype=np.bool_)
    for place in places_mm:
        lit |= np.hypot(at[..., 0] - place[0], at[..., 1] - place[1]) < FLOW_RADIUS_MM
    velocity = np.where(lit, 40, 0).astype(np.int8)
    return ColorFlow(first_line=0, first_sample=0, velocity=velocity, has_flow=lit, nyquist_m_s=0.06)


@dataclass
class Bedside:
    """Turns controls into what a perfect eye would see of one artery, one vein and the needle."""

    blind: bool = False
    spread: SpreadState = SpreadState.SPREAD
    result: AspirationResult = AspirationResult.NOTHING
    vessels: bool = True
    flow_mm: Point | None = None
    nerve_mm: Point | None = None
    """Middle of a nerve, outward of the artery's middle."""

    def frame(self, control: Control, time_s: float, signals: Signals):
        """A picture, in color if that was asked for: blood flows about a place, outward of the artery's middle."""
        taken = frame(time_s, signals=signals)
        if self.flow_mm is None or control.scanner.mode is not Mode.COLOR:
            return taken
        here = (self.flow_mm[0] + control.probe.x_mm - PATIENT_ARTERY_X, self.flow_mm[1])
        return replace(taken, color=color_about(here))

    def scene(self, control: Control, time_s: float):
        x_mm = control.probe.x_mm - PATIENT_ARTERY_X  # the picture's x grows to the patient's right
        artery = vessel((x_mm, ARTERY_Y), semi_axes_mm=(RADIUS, RADIUS), pulsatile=True)
        vein = vessel((x_mm - 12, ARTERY_Y + 2), track_id=2, semi_axes_mm=(6.5, 4.0))
        seen = [v for v in (artery, vein) if abs(v.centre_mm[0]) < 19 and self.vessels]
        entry, direction = image_line(control.probe, control.needle)
        tip = entry + control.needle.advance_mm * direction
        inside = control.needle.advance_mm > 0 and abs(tip[0]) < 19 and not self.blind
        shaft = needle(
            (float(tip[0]), float(tip[1])) if inside else None,
            state=NeedleState.TRACKED if inside else NeedleState.NONE,
            direction=(float(direction[0]), float(direction[1])) if inside else None,
        )
        nerves = [] if self.nerve_mm is None else [nerve((x_mm + self.nerve_mm[0], self.nerve_mm[1]))]
        nerves = tuple(one for one in nerves if abs(one.centre_mm[0]) < 19)
        fluid = self.spread if control.plunger.injected_ml > 0.3 else SpreadState.WAITING
        return scene(time_s, sequence=round(time_s * 30), seen=shaft, vessels=tuple(seen), nerves=nerves, state=fluid)

    def play(self, operator, procedure, *, until_s=90.0):
        memory, control, controls = begin(plan(procedure), procedure), operator.first, []
        while not operator.done and len(controls) < until_s * 30:
            time_s = len(controls) / 30
            controls.append(control)
            given = control.plunger
            signals = Signals(
                injected_ml=given.injected_ml,
                injecting=len(controls) > 1 and given.injected_ml > controls[-2].plunger.injected_ml,
                aspirations=given.aspirations,
                aspirated=self.result if given.aspirations else None,
            )
            shown = self.scene(control, time_s)
            advice, memory = advise(shown, signals, procedure, memory)
            control = operator(self.frame(control, time_s, signals), shown, advice)
        return [*controls, control]


def plan(procedure: Procedure, planned_ml: float = 12.0) -> Plan:
    """Ropivacaine 0.5 % on the right side of 70 kg."""
    return Plan(
        procedure_id=procedure.id,
        side="right",
        drug_id="ropivacaine",
        concentration_mg_ml=5,
        weight_kg=70,
        planned_ml=planned_ml,
    )


def vessel_alarm(priority: Priority = Priority.MEDIUM) -> Alarm:
    return Alarm(
        condition="vessel_contact",
        priority=priority,
        what="Path meets: vessel, likely.",
        why="",
        measured="",
        action="",
        source=(),
        since_s=0.0,
    )


def tips(controls):
    found = []
    for control in controls:
        entry, direction = image_line(control.probe, control.needle)
        x, y, z = entry + control.needle.advance_mm * direction
        beside = PATIENT_ARTERY_X - control.probe.x_mm + x  # outward of the artery's middle
        found.append((control.needle.advance_mm, beside, y, z))
    return np.array(found)


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    """Makers of scenes and their parts: `make.scene(...)`, `make.needle(...)`, `make.vessel(...)`, `make.bone(...)`."""
    return SimpleNamespace(
        frame=frame,
        scene=scene,
        needle=needle,
        vessel=vessel,
        nerve=nerve,
        bone=bone,
        color_about=color_about,
        bedside=Bedside,
        tips=tips,
        plan=plan,
        vessel_alarm=vessel_alarm,
        start=START,
        artery=SimpleNamespace(x=PATIENT_ARTERY_X, y=ARTERY_Y, radius=RADIUS),
    )


@pytest.fixture(scope="session")
def procedure() -> Procedure:
    return load_atlas().procedure("femoral_nerve_block")
