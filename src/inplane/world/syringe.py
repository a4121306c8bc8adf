"""The syringe in a human hand: what of the asked volume has been delivered, and what came back when it was pulled."""

from dataclasses import dataclass, replace
from math import inf

import numpy as np
from numpy.typing import NDArray

from inplane.anatomy import Kind
from inplane.core import AspirationResult, NeedleShape, PlungerControl, RangeError
from inplane.physics.injectate import PERINEURAL_KPA, POCKET_KINDS, opening_pressure_kpa
from inplane.world.motion import Motion
from inplane.world.tissue import Tissue
from inplane.world.vessels import LUMEN, SHUT

ASPIRATION_S = 1.0
"""Time that pulling back and looking takes. Chosen: long enough for blood to come up the hub."""
PRESSURE_RISE_S = 0.25
"""Time in which pressure at the hub follows flow. Chosen: compliance of syringe and line."""
NEAR_NERVE_MM = 1.0
"""Distance from a nerve at which its opening pressure was measured (Gadsden 2014)."""
NERVES = (Kind.NERVE, Kind.FASCICLE)
COMES_BACK = {
    "joint fluid": AspirationResult.JOINT_FLUID,
    "bursa": AspirationResult.BURSA_FLUID,
    "cerebrospinal fluid": AspirationResult.CSF,
    "cyst": AspirationResult.CYST_FLUID,
    "lung": AspirationResult.AIR,
}
"""What an opening draws back beside blood, by the word for its kind; what is not named gives nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Syringe:
    """What the syringe did so far.

    Args:
        delivered_ml: volume out of the needle.
        injecting: whether fluid moved in the last step.
        aspirations: pulls that were finished, and `aspirated` what the last of them brought.
        pulling_s: how long the present pull has lasted; None where none is going on.
        blood: whether blood came during the present pull.
        came: what else did.
        pressure_kpa: at the hub.
        asked: the last control.
    """

    delivered_ml: float = 0.0
    injecting: bool = False
    aspirations: int = 0
    aspirated: AspirationResult | None = None
    pulling_s: float | None = None
    blood: bool = False
    came: AspirationResult = AspirationResult.NOTHING
    pressure_kpa: float = 0.0
    asked: PlungerControl = PlungerControl()  # noqa: RUF009  frozen value


@dataclass(frozen=True, slots=True, kw_only=True)
class Mouth:
    """What the needle's opening, its bevel, lies in.

    Args:
        kinds, names: of the structures at the tip, the middle and the heel of the bevel; None outside the body.
        open_lumen: name of a vessel whose open lumen it reaches, or None.
        lumen_share: share of the opening in lumina, open or not.
        vessel: name of that vessel, whether it is open or not.
        opening_kpa: pressure at which the tissue there gives way.
    """

    kinds: tuple[Kind | None, ...]
    names: tuple[str, ...]
    open_lumen: str | None
    lumen_share: float
    vessel: str
    opening_kpa: float

    @property
    def place(self) -> tuple[Kind | None, str]:
        """Kind and name of the structure that the flow belongs to: a joint that the bevel reaches, a nerve at the tip,
        else what lies at the bevel's middle."""
        chosen = len(self.kinds) // 2
        for index, kind in enumerate(self.kinds):
            if kind is not None and (str(kind) in POCKET_KINDS or (index == 0 and kind in NERVES)):
                chosen = index
        return self.kinds[chosen], self.names[chosen]


NOWHERE = Mouth(kinds=(None,), names=("",), open_lumen=None, lumen_share=0.0, vessel="", opening_kpa=0.0)


def require_growing(syringe: Syringe, plunger: PlungerControl) -> None:
    """Refuses totals that fall.

    Raises:
        RangeError: a total is less than was asked for before.
    """
    before = syringe.asked
    for name, came, least in (
        ("injected_ml", plunger.injected_ml, before.injected_ml),
        ("aspirations", plunger.aspirations, before.aspirations),
    ):
        if came < least:
            raise RangeError(f"plunger {name} is {came!r}. Expected at least {least!r}: totals only grow.")


def look(tissue: Tissue, motion: Motion, shape: NeedleShape, press_n: float) -> Mouth:
    """What the opening of a needle lies in now."""
    along = shape.points_mm[-1] - shape.points_mm[-2]
    along /= np.linalg.norm(along)
    places = shape.tip_mm - np.outer([0.0, 0.5, 1.0], along * shape.bevel_length_mm)
    labels = tissue.labels_at(motion, places)
    by_label = {structure.label: structure for structure in tissue.patient.structures}
    found = [by_label.get(int(label)) for label in labels]
    lumens = [s for s in found if s is not None and s.kind in LUMEN]
    is_open = [s for s in lumens if tissue.vessels.open_at(s, shape.tip_mm, motion.press, press_n) > SHUT]
    return Mouth(
        kinds=tuple(None if s is None else s.kind for s in found),
        names=tuple("" if s is None else s.name for s in found),
        open_lumen=is_open[0].name if is_open else None,
        lumen_share=len(lumens) / len(found),
        vessel=lumens[0].name if lumens else "",
        opening_kpa=_opening_kpa(tissue, motion, places, [s.kind for s in found if s is not None]),
    )


def _opening_kpa(tissue: Tissue, motion: Motion, places: NDArray[np.float64], kinds: list[Kind]) -> float:
    """Least pressure at which any of the tissues at the opening gives way; at least the perineural one by a nerve."""
    if not kinds:
        return 0.0
    least = min(opening_pressure_kpa(kind) for kind in kinds)
    if kinds[0] in NERVES:
        return max(least, opening_pressure_kpa(kinds[0]))
    around = places[0] + NEAR_NERVE_MM * np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0.0]])
    nerves = {s.label for s in tissue.patient.structures if s.kind in NERVES}
    near = bool(nerves.intersection(int(label) for label in tissue.labels_at(motion, around)))
    return max(least, PERINEURAL_KPA) if near else least


def step_syringe(
    syringe: Syringe, plunger: PlungerControl, dt_s: float, mouth: Mouth, *, most_ml_s: float = inf
) -> tuple[Syringe, float]:
    """The syringe a moment later, and the volume that left the needle meanwhile, ml.

    Args:
        syringe: as it was.
        plunger: what it was asked for since the start.
        dt_s: how long.
        mouth: what the opening lies in; a pull that was asked for comes before an injection.
        most_ml_s: flow that the pressure of the hand allows; what it does not allow stays to be delivered.
    """
    syringe = replace(syringe, asked=plunger)
    if syringe.pulling_s is None and plunger.aspirations > syringe.aspirations:
        syringe = replace(syringe, pulling_s=0.0, blood=False, came=AspirationResult.NOTHING)
    if syringe.pulling_s is not None:
        return _pull(syringe, syringe.pulling_s + dt_s, mouth), 0.0
    volume = min(min(plunger.rate_ml_s, most_ml_s) * dt_s, plunger.injected_ml - syringe.delivered_ml)
    if volume <= 1e-9:
        return replace(syringe, injecting=False), 0.0
    return replace(syringe, injecting=True, delivered_ml=syringe.delivered_ml + volume), volume


def _pull(syringe: Syringe, pulling_s: float, mouth: Mouth) -> Syringe:
    """A pull that goes on, or has just ended."""
    blood = syringe.blood or mouth.open_lumen is not None
    found = (COMES_BACK.get(str(kind)) for kind in mouth.kinds)
    came = next((result for result in found if result is not None), syringe.came)
    going_on = replace(syringe, injecting=False, pulling_s=pulling_s, blood=blood, came=came)
    if pulling_s < ASPIRATION_S - 1e-9:
        return going_on
    return replace(
        going_on,
        pulling_s=None,
        aspirations=syringe.aspirations + 1,
        aspirated=AspirationResult.BLOOD if blood else came,
    )


def follow_pressure(pressure_kpa: float, goal_kpa: float, dt_s: float) -> float:
    """Pressure a moment later, p += (goal - p)(1 - exp(-dt / rise))."""
    return pressure_kpa + (goal_kpa - pressure_kpa) * (1 - float(np.exp(-dt_s / PRESSURE_RISE_S)))
