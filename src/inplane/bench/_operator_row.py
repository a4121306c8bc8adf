"""What came of a case, by the model: its one row, and what is watched for it while the case is played."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import hypot
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from inplane.anatomy import Kind, Patient
from inplane.anatomy.regions import GROIN_PROCEDURES, find_window
from inplane.atlas import Procedure
from inplane.bench._patient_spread import strayed
from inplane.case import Tick
from inplane.core import NeedleState, Point
from inplane.operators import Skill
from inplane.world import World

Who: TypeAlias = Literal["guided", "landmark"]

AT_TARGET_SHARE = {"joint": 0.8, "nerve_block": 0.1}
"""Share of the given volume that must be at the target. Chosen: nearly all of it within a joint; about a nerve a
millilitre or so of ten in the 1.6 mm of loose tissue that the model counts as perineural, which encloses it."""
TARGET_PLACES = {"joint": ("joint recess",), "nerve_block": ("perineural tissue",)}
"""The model's words for those places."""
NEAR_MM = 4.0
"""Where the volume belongs elsewhere than at the target itself, as after marrow was drawn, the tip must have been so
near to the target. Chosen: as far as a hand can be wrong by."""
MISSED_ML = 1.5
"""Volume from which what was given elsewhere is missed. Chosen: a test dose and a little more is a test."""
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
        aim_off_mm: in the picture, from where the needle was first aimed to the perfect place; None where it never
            was, or without pictures.
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
    aim_off_mm: float | None = None
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


class Watch:
    """Follows a case by the model: the tip's least distance from the target, and what happened."""

    def __init__(self, patient: Patient, procedure: Procedure, world: World) -> None:
        self._patient, self._procedure, self._world = patient, procedure, world
        self._nearest_mm: float | None = None
        self._aim_off_mm: float | None = None
        self._advanced = self._tracked = 0
        self._depth_mm = 0.0

    def aimed(self, place_mm: Point) -> None:
        """The needle is set for a place (x, y) of the picture; the first one counts."""
        if self._aim_off_mm is None:
            x_mm, y_mm, _ = self._world.moment().T_patient_image.inverse().apply(self._target_mm())
            self._aim_off_mm = hypot(place_mm[0] - float(x_mm), place_mm[1] - float(y_mm))

    def _target_mm(self) -> NDArray[np.float64]:
        """The perfect place as tissue lies now."""
        rest_mm = self._patient.targets_mm[self._procedure.id]
        return self._world.tissue.now(self._world.moment().motion, rest_mm[None])[0]

    def turn(self, tick: Tick | None) -> None:
        """One frame; None where there was no loop."""
        path = self._world.moment().needle.path_mm
        if len(path) > 1:
            away_mm = float(np.linalg.norm(path[-1] - self._target_mm()))
            self._nearest_mm = away_mm if self._nearest_mm is None else min(self._nearest_mm, away_mm)
        if tick is not None:
            depth_mm = tick.control.needle.advance_mm
            if depth_mm > self._depth_mm + 0.1:
                self._advanced += 1
                self._tracked += tick.scene.needle.state == NeedleState.TRACKED
            self._depth_mm = depth_mm

    def row(self, who: Who, skill: Skill, outcome: str, reasons: tuple[str, ...]) -> CaseRow:
        """What came of it."""
        moment = self._world.moment()
        volumes, events = moment.volumes_ml, moment.events
        kinds = {structure.name: structure.kind for structure in self._patient.structures}
        given_ml = sum(volumes.values())
        at_target_ml = sum(volumes.get(name, 0.0) for name in self._places())
        enough = given_ml >= self._procedure.injectate.min_ml.value - 0.05
        reached = enough and self._at_target(at_target_ml, given_ml)
        harm = tuple(dict.fromkeys(f"{event.kind}: {event.structure}" for event in events if event.kind in GRAVE))
        return CaseRow(
            procedure=self._procedure.id,
            operator=who,
            skill=skill.name,
            seed=self._patient.seed,
            ending=ending_of(harm=bool(harm), reached=reached, given_ml=given_ml),
            outcome=outcome,
            reasons=reasons,
            harm=harm,
            aim_off_mm=_rounded(self._aim_off_mm),
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

    def _places(self) -> tuple[str, ...]:
        """Structures of this patient that are the target, by the model's words."""
        if self._procedure.id in GROIN_PROCEDURES:
            return TARGET_PLACES[self._procedure.family]
        wanted = (_goes_to(self._procedure), self._procedure.target.structure)
        return tuple({s.name for s in self._patient.structures if {s.name, s.belongs_to} & set(wanted)})

    def _at_target(self, at_target_ml: float, given_ml: float) -> bool:
        """Whether what was given is where it should be: outside the groin as `bench patients` asks of its own."""
        if self._procedure.id in GROIN_PROCEDURES:
            return at_target_ml >= AT_TARGET_SHARE[self._procedure.family] * given_ml
        fluid, elsewhere = self._world.injection.fluid, _goes_to(self._procedure)
        near = not elsewhere or (self._nearest_mm is not None and self._nearest_mm <= NEAR_MM)
        return near and not strayed(fluid, self._patient, self._procedure, elsewhere)


def _goes_to(procedure: Procedure) -> str:
    window = find_window(procedure.id)
    return "" if window is None else window.goes_to.get(procedure.id, "")


def ending_of(*, harm: bool, reached: bool, given_ml: float) -> str:
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
