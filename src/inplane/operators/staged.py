"""A staged insertion: an open-loop script for recordings and benches that looks at nothing but the clock.

Its parameters are drawn first, kept as a record, and then played: enter beside the probe, advance, pause, aspirate,
test dose, aliquots, withdraw. A quarter of the needles are held out of plane, as beginners do.
"""

from dataclasses import dataclass, replace
from math import pi, tan

import numpy as np

from inplane.core import (
    Advice,
    Control,
    Frame,
    NeedleControl,
    PlungerControl,
    ProbeControl,
    RangeError,
    ScannerControl,
    Scene,
)
from inplane.guidance import Side
from inplane.operators.aim import End, across_plane, aim_from, image_line, lateral_sign, reach_mm, turned
from inplane.operators.hand import WITHDRAW_MM_S, Tremor, draw_tremor

REST_S = 1.0
"""Chosen: stillness before the needle, so that a recording begins without one."""
PAUSE_S = 1.5
"""Chosen: between advancing, aspirating and injecting, as a hand changes its grip."""
OUT_OF_PLANE_SHARE = 0.25
"""Chosen: one insertion in four misses the plane by more than half a slice."""
USUAL_INDENTATION_MM = 2.5
"""Chosen: what a lightly pressed probe sinks into a groin; a hand knows it roughly, and a picture corrects it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doses:
    """How much is injected, and how.

    Args:
        planned_ml: in all; 0 for an insertion alone.
        test_dose_ml, aliquot_ml: how it is divided, each after an aspiration.
        rate_ml_s: how fast the plunger is asked to move.

    Raises:
        RangeError: a negative volume, or a rate that is not positive.
    """

    planned_ml: float = 3.0
    test_dose_ml: float = 1.0
    aliquot_ml: float = 2.0
    rate_ml_s: float = 0.5

    def __post_init__(self) -> None:
        if not (self.planned_ml >= 0 and self.test_dose_ml > 0 and self.aliquot_ml > 0 and self.rate_ml_s > 0):
            raise RangeError(
                f"Doses are {self.planned_ml!r}, {self.test_dose_ml!r} and {self.aliquot_ml!r} ml "
                f"at {self.rate_ml_s!r} ml/s. Expected a plan of 0 ml or more, and more than 0 for the others."
            )

    def parts_ml(self) -> tuple[float, ...]:
        """The volume after each aspiration, the test dose first."""
        parts: list[float] = []
        while (left := self.planned_ml - sum(parts)) > 1e-9:
            parts.append(min(self.aliquot_ml if parts else self.test_dose_ml, left))
        return tuple(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertionParameters:
    """One staged insertion, as drawn.

    Args:
        angle_rad: between shaft and probe face, 15 to 60 degrees.
        entry_x_mm: of the picture, outside its lateral edge.
        target_mm: (x, y) where the tip ends if all goes straight.
        speed_mm_s: 5 to 15.
        across_mm: how far from the imaging plane the needle enters.
        heading_error_rad: how far it is turned out of the plane.
        aspirations_ml: volume given after each aspiration, the test dose first.
        rate_ml_s: of injecting.
        tremor: of the advance, mm.
    """

    angle_rad: float
    entry_x_mm: float
    target_mm: tuple[float, float]
    speed_mm_s: float
    across_mm: float
    heading_error_rad: float
    aspirations_ml: tuple[float, ...]
    rate_ml_s: float
    tremor: Tremor


def draw_insertion(
    rng: np.random.Generator,
    probe: ProbeControl,
    *,
    side: Side,
    end: End = "lateral",
    width_mm: float,
    depth_mm: float,
    doses: Doses,
) -> InsertionParameters:
    """An insertion whose tip ends within the picture."""
    half = width_mm / 2
    angle_rad = float(rng.uniform(15, 60)) * pi / 180
    offset_mm = float(rng.uniform(3, 10))
    low = max(6.0, tan(angle_rad) * (offset_mm + 3))
    high = max(low + 0.5, min(0.85 * depth_mm, tan(angle_rad) * (offset_mm + width_mm - 3)))
    y_mm = float(rng.uniform(low, high))
    sign = lateral_sign(probe, side) * (1.0 if end == "lateral" else -1.0)
    entry_x_mm = sign * (half + offset_mm)
    wide = rng.random() < OUT_OF_PLANE_SHARE
    across_mm = float(rng.uniform(1.5, 4) * rng.choice([-1, 1])) if wide else float(rng.normal(0, 0.4))
    return InsertionParameters(
        angle_rad=angle_rad,
        entry_x_mm=entry_x_mm,
        target_mm=(entry_x_mm - sign * y_mm / tan(angle_rad), y_mm),
        speed_mm_s=float(rng.uniform(5, 15)),
        across_mm=across_mm,
        heading_error_rad=float(rng.normal(0, 0.01)),
        aspirations_ml=doses.parts_ml(),
        rate_ml_s=doses.rate_ml_s,
        tremor=draw_tremor(rng, 0.05),
    )


class StagedInsertion:
    """Plays one insertion; give it to `Loop.run`, or call it with frames.

    Args:
        seed: draws the parameters.
        view: how the probe is held throughout.
        side: the treated side.
        end: of the probe, at which the needle enters.
        width_mm, depth_mm: of the picture.
        doses: what is injected; nothing with `Doses(planned_ml=0)`.
        scanner: knobs throughout; its depth is `depth_mm` if None.
        needle_mm: longest shaft beneath the skin.
        indentation_mm: how deep the hand believes the probe's face to stand below the resting skin.
        parameters: instead of drawing them.
    """

    def __init__(
        self,
        seed: int,
        view: ProbeControl,
        *,
        side: Side = "right",
        end: End = "lateral",
        width_mm: float = 39.0,
        depth_mm: float = 40.0,
        doses: Doses = Doses(),
        scanner: ScannerControl | None = None,
        needle_mm: float = 80.0,
        indentation_mm: float = USUAL_INDENTATION_MM,
        parameters: InsertionParameters | None = None,
    ) -> None:
        self.parameters = parameters or draw_insertion(
            np.random.default_rng(seed),
            view,
            side=side,
            end=end,
            width_mm=width_mm,
            depth_mm=depth_mm,
            doses=doses,
        )
        p = self.parameters
        needle = aim_from(view, entry_x_mm=p.entry_x_mm, target_mm=p.target_mm, indentation_mm=indentation_mm)
        self._reach_mm = min(reach_mm(view, needle, p.target_mm, indentation_mm), needle_mm)
        needle = turned(across_plane(view, needle, p.across_mm), heading_rad=p.heading_error_rad)
        knobs = scanner or ScannerControl(depth_mm=depth_mm, focus_mm=depth_mm / 2)
        self._start = Control(probe=view, needle=needle, scanner=knobs)
        self._begun_s: float | None = None
        self._now_s = 0.0
        self._plan_times()

    def _plan_times(self) -> None:
        """When the syringe is pulled, when the needle leaves, and when it is over."""
        p = self.parameters
        at_s = REST_S + self._reach_mm / p.speed_mm_s + PAUSE_S
        self._aspirate_s: list[float] = []
        for dose_ml in p.aspirations_ml:
            self._aspirate_s.append(at_s)
            at_s += PAUSE_S + dose_ml / p.rate_ml_s + PAUSE_S
        self._leave_s = at_s
        self.duration_s = at_s + self._reach_mm / WITHDRAW_MM_S + REST_S

    @property
    def first(self) -> Control:
        """The control of the first frame."""
        return self._start

    @property
    def done(self) -> bool:
        """Whether the script has been played to its end."""
        return self._now_s >= self.duration_s

    def offset_at_tip_mm(self) -> float:
        """Signed distance from the imaging plane at which a straight needle would end."""
        entry, direction = image_line(self._start.probe, self._start.needle)
        return float(entry[2] + self._reach_mm * direction[2])

    def __call__(self, frame: Frame, scene: Scene, advice: Advice) -> Control:  # noqa: ARG002  it looks at the clock only
        """The control for the next frame."""
        if self._begun_s is None:
            self._begun_s = frame.time_s
        self._now_s = frame.time_s - self._begun_s
        return self.at(self._now_s)

    def at(self, time_s: float) -> Control:
        """The control at a time since the first frame."""
        p = self.parameters
        inward_mm = min((time_s - REST_S) * p.speed_mm_s, self._reach_mm)
        if time_s > self._leave_s:
            inward_mm = self._reach_mm - (time_s - self._leave_s) * WITHDRAW_MM_S
        trembling = p.tremor.at(time_s) if inward_mm > 2 else 0.0
        advance_mm = max(0.0, inward_mm + trembling) if inward_mm > 0 else 0.0
        return replace(self._start, needle=self._needle(advance_mm), plunger=self._plunger(time_s))

    def _needle(self, advance_mm: float) -> NeedleControl:
        return replace(self._start.needle, advance_mm=min(advance_mm, self._reach_mm))

    def _plunger(self, time_s: float) -> PlungerControl:
        p = self.parameters
        pulled = [at for at in self._aspirate_s if at <= time_s]
        given_ml = 0.0
        for at_s, dose_ml in zip(self._aspirate_s, p.aspirations_ml, strict=True):
            given_ml += min(max(0.0, (time_s - at_s - PAUSE_S) * p.rate_ml_s), dose_ml)
        return PlungerControl(injected_ml=given_ml, aspirations=len(pulled))
