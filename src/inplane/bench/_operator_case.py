"""One patient, one procedure, one operator: the case played, and what by the model came of it."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from inplane.anatomy import Kind, Patient
from inplane.atlas import Procedure, load_atlas
from inplane.case import Case, Journal, Loop, Step, Tick, complete_answers
from inplane.core import (
    Advice,
    Calibration,
    DoseStatus,
    NeedleSeen,
    NeedleState,
    Scene,
    SpreadSeen,
    SpreadState,
)
from inplane.operators import GuidedOperator, LandmarkOperator, Person, Skill, draw_palpation, palpated_view
from inplane.perception import Perceiver
from inplane.stream import SimulatedSource
from inplane.training import standard_plan
from inplane.world import World

Who: TypeAlias = Literal["guided", "landmark"]

FRAME_RATE_HZ = 10.0
"""Chosen: a third of the live rate, for three times as many patients. A needle moves 0.9 mm a frame at most;
what recognition loses by it was not measured with the needle net."""
TOUCH_RATE_HZ = 5.0
"""Chosen: hands without a picture are asked less often."""
LONGEST_S = 300.0
"""Chosen: a case that is not over by then is given up, and counts as stopped."""
RATE_ML_S = 0.5
"""Chosen: what the simulated hand can push."""
AT_TARGET_SHARE = {"joint": 0.8, "nerve_block": 0.1}
"""Share of the given volume that must be at the target. Chosen: nearly all of it within a joint; about a nerve a
millilitre or so of ten in the 1.6 mm of loose tissue that the model counts as perineural, which encloses it."""
TARGET_PLACES = {"joint": ("joint recess",), "nerve_block": ("perineural tissue",)}
"""The model's words for those places."""
MISSED_ML = 1.5
"""Volume from which what was given elsewhere is missed. Chosen: a test dose and a little more is a test."""
BLIND_LINES, BLIND_SAMPLES = 16, 64
"""Pictures of a case without any. Chosen: the fewest that the scanner makes without trouble."""
TIME_UP = "still at it when time was up"
LUMENS, NERVES = (Kind.ARTERY_LUMEN, Kind.VEIN_LUMEN), (Kind.NERVE, Kind.FASCICLE)
PUNCTURES, NERVE_CONTACTS = ("vessel puncture",), ("nerve contact", "fascicle puncture")
BONE_CONTACTS = ("bone contact", "cartilage contact")
GRAVE = ("vessel puncture", "fascicle puncture", "labrum puncture", "intravascular injection", "intraneural injection")
"""Events that make a case harmful. Chosen: contact with a nerve or with bone alone does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """What came of one case.

    Args:
        procedure, operator, skill, seed: which case.
        ending: "success", "stopped" (given up without harm), "missed" (injected elsewhere, without harm), "harm", or
            "failed" where the program raised.
        outcome: the operator's own words, or the error's.
        reasons: what was aimed at, where that is a nerve, and why each earlier pass ended, in the operator's words.
        harm: what the needle or the injectate did that it should not.
        tip_to_target_mm: least distance of the tip from the perfect place; None where it never entered the skin.
        at_target_ml, given_ml: volume at the target by the model, and in all.
        intravascular_ml, intraneural_ml: volume in lumina and in nerves.
        vessel_punctures, nerve_contacts, bone_contacts: how often the tip met them.
        passes: needle passes by the model.
        duration_s: simulated time.
        seen_share: share of frames with the needle advancing in which its tip was tracked; None without pictures.
    """

    procedure: str
    operator: str
    skill: str
    seed: int
    ending: str
    outcome: str
    reasons: tuple[str, ...] = ()
    harm: tuple[str, ...] = ()
    tip_to_target_mm: float | None = None
    at_target_ml: float = 0.0
    given_ml: float = 0.0
    intravascular_ml: float = 0.0
    intraneural_ml: float = 0.0
    vessel_punctures: int = 0
    nerve_contacts: int = 0
    bone_contacts: int = 0
    passes: int = 0
    duration_s: float = 0.0
    seen_share: float | None = None

    def to_json(self) -> dict[str, Any]:
        """As one line of a table."""
        return asdict(self)

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> "CaseRow":
        """What `to_json` told."""
        lists: dict[str, Any] = {name: tuple(told[name]) for name in ("reasons", "harm")}
        return cls(**(told | lists))


Look: TypeAlias = Callable[[Tick, SimulatedSource], None]
"""Shown every turn of a guided case."""


def play_guided(
    patient: Patient, procedure: Procedure, skill: Skill, *, rate_hz: float = FRAME_RATE_HZ, look: Look | None = None
) -> CaseRow:
    """A guided case: pictures, recognition, guidance, a person."""
    world = _room(patient, procedure)
    source = SimulatedSource(world, frame_rate_hz=rate_hz, procedure_id=procedure.id)
    needle_mm = world.needle.length_mm.value
    rng = np.random.default_rng([patient.seed, 0xFE17])
    view = palpated_view(procedure, draw_palpation(patient.landmarks_mm, rng, sd_mm=skill.palpation_mm), patient.side)
    operator = GuidedOperator(
        procedure,
        view,
        patient.seed,
        side=patient.side,
        width_mm=world.probe.width_mm.value,
        needle_mm=needle_mm,
        rate_ml_s=RATE_ML_S,
        skill=skill,
    )
    person = Person(operator, skill, patient.seed, needle_mm=needle_mm)
    plan = standard_plan(procedure, patient)
    case = Case(Journal(), procedure, plan)
    case.advance(Step.SCAN, complete_answers(procedure, plan))
    case.advance(Step.INJECTION)
    loop = Loop(source, Perceiver(), procedure, plan, case)
    watch = _Watch(patient, procedure, world)
    try:
        for tick in loop.run(person, first=person.first, until=lambda t: person.done or t.frame.time_s >= LONGEST_S):
            watch.turn(tick)
            if look is not None:
                look(tick, source)
    finally:
        case.close()
    ended = operator.outcome if operator.done else TIME_UP
    return watch.row("guided", skill, ended, tuple(operator.reasons))


def play_landmark(patient: Patient, procedure: Procedure, skill: Skill) -> CaseRow:
    """A case by touch: the room's pictures are a few pixels that nobody looks at, so that it costs next to nothing."""
    world = _room(patient, procedure, n_lines=BLIND_LINES, n_samples=BLIND_SAMPLES)
    source = SimulatedSource(world, frame_rate_hz=TOUCH_RATE_HZ, procedure_id=procedure.id)
    needle_mm = world.needle.length_mm.value
    rng = np.random.default_rng([patient.seed, 0xFE17])
    palpated = draw_palpation(patient.landmarks_mm, rng, sd_mm=skill.palpation_mm)
    operator = LandmarkOperator(
        procedure, palpated, patient.seed, skill, side=patient.side, needle_mm=needle_mm, rate_ml_s=RATE_ML_S
    )
    person = Person(operator, skill, patient.seed, needle_mm=needle_mm)
    watch = _Watch(patient, procedure, world)
    control = person.first
    while not person.done and world.time_s < LONGEST_S:
        frame = source.next(control)
        watch.turn(None)
        control = person(frame, nothing_seen(frame.sequence, frame.time_s), nothing_advised(frame.time_s))
    ended = operator.outcome if operator.done else TIME_UP
    return watch.row("landmark", skill, ended, ())


def _room(patient: Patient, procedure: Procedure, *, n_lines: int = 192, n_samples: int = 512) -> World:
    """The patient, with the procedure's own probe and needle, pictures as in the live loop."""
    atlas = load_atlas()
    probe, needle = atlas.probe(procedure.probe_id), atlas.needle(procedure.needle_id)
    return World(patient, probe=probe, needle=needle, seed=patient.seed, n_lines=n_lines, n_samples=n_samples)


class _Watch:
    """Follows a case by the model: the tip's least distance from the target, and what happened."""

    def __init__(self, patient: Patient, procedure: Procedure, world: World) -> None:
        self._patient, self._procedure, self._world = patient, procedure, world
        self._nearest_mm: float | None = None
        self._advanced = self._tracked = 0
        self._depth_mm = 0.0

    def turn(self, tick: Tick | None) -> None:
        """One frame; None where there was no loop."""
        moment = self._world.moment()
        path = moment.needle.path_mm
        if len(path) > 1:
            rest_mm = self._patient.targets_mm[self._procedure.id]
            target_mm = self._world.tissue.now(moment.motion, rest_mm[None])[0]
            away_mm = float(np.linalg.norm(path[-1] - target_mm))
            self._nearest_mm = away_mm if self._nearest_mm is None else min(self._nearest_mm, away_mm)
        if tick is not None:
            depth_mm = tick.control.needle.advance_mm
            if depth_mm > self._depth_mm + 0.1:
                self._advanced += 1
                self._tracked += tick.scene.needle.state == NeedleState.TRACKED
            self._depth_mm = depth_mm

    def row(self, who: Who, skill: Skill, outcome: str, reasons: tuple[str, ...]) -> CaseRow:
        """What came of it."""
        moment, family = self._world.moment(), self._procedure.family
        volumes, events = moment.volumes_ml, moment.events
        kinds = {structure.name: structure.kind for structure in self._patient.structures}
        given_ml = sum(volumes.values())
        at_target_ml = sum(volumes.get(name, 0.0) for name in TARGET_PLACES[family])
        enough = given_ml >= self._procedure.injectate.min_ml.value - 0.05
        reached = enough and at_target_ml >= AT_TARGET_SHARE[family] * given_ml
        harm = tuple(dict.fromkeys(f"{event.kind}: {event.structure}" for event in events if event.kind in GRAVE))
        return CaseRow(
            procedure=self._procedure.id,
            operator=who,
            skill=skill.name,
            seed=self._patient.seed,
            ending=_ending(harm=bool(harm), reached=reached, given_ml=given_ml),
            outcome=outcome,
            reasons=reasons,
            harm=harm,
            tip_to_target_mm=_rounded(self._nearest_mm),
            at_target_ml=round(at_target_ml, 2),
            given_ml=round(given_ml, 2),
            intravascular_ml=round(_volume_in(volumes, kinds, LUMENS), 3),
            intraneural_ml=round(_volume_in(volumes, kinds, NERVES), 3),
            vessel_punctures=sum(event.kind in PUNCTURES for event in events),
            nerve_contacts=sum(event.kind in NERVE_CONTACTS for event in events),
            bone_contacts=sum(event.kind in BONE_CONTACTS for event in events),
            passes=moment.needle.passes,
            duration_s=round(moment.time_s, 1),
            seen_share=_rounded(self._tracked / self._advanced) if self._advanced else None,
        )


def _ending(*, harm: bool, reached: bool, given_ml: float) -> str:
    """One word for a case: harm first, then success; what was given elsewhere is missed, the rest was stopped."""
    if harm:
        return "harm"
    if reached:
        return "success"
    return "missed" if given_ml >= MISSED_ML else "stopped"


def _volume_in(volumes_ml: Mapping[str, float], kinds: Mapping[str, Kind], wanted: tuple[Kind, ...]) -> float:
    return sum(volume for name, volume in volumes_ml.items() if kinds.get(name) in wanted)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def nothing_seen(sequence: int, time_s: float) -> Scene:
    """The scene of somebody who looks at nothing."""
    return Scene(
        sequence=sequence,
        time_s=time_s,
        calibration=Calibration.UNCALIBRATED,
        contact=0.0,
        needle=NeedleSeen.nowhere(),
        vessels=(),
        bones=(),
        spread=SpreadSeen.without_area(SpreadState.CANNOT_TELL),
        cannot_tell=(),
    )


def nothing_advised(time_s: float) -> Advice:
    """The advice of nobody."""
    dose = DoseStatus(fraction=None, given_ml=None, limit="")
    return Advice(sequence=0, time_s=time_s, path=None, clearances=(), alarms=(), hints=(), cannot_tell=(), dose=dose)
