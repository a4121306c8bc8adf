"""One step of perception: a frame in, a scene out. The same frames give the same scenes to the bit."""

from collections.abc import Callable
from typing import TypeVar

import numpy as np

from inplane.core import (
    BoneSeen,
    Calibration,
    CannotTell,
    Frame,
    InplaneError,
    NeedleSeen,
    NeedleState,
    Scene,
    SpreadSeen,
    SpreadState,
    VesselSeen,
)
from inplane.perception import anatomy_model, needle_model
from inplane.perception.anatomy_model import AnatomyModel
from inplane.perception.anatomy_watch import AnatomyWatch
from inplane.perception.bone import BoneFinder
from inplane.perception.motion import Motion
from inplane.perception.needle_model import NeedleModel
from inplane.perception.needle_watch import NeedleWatch
from inplane.perception.prepare import Prepared, prepare
from inplane.perception.spread import SpreadWatch
from inplane.perception.vessel_signs import on_bone
from inplane.perception.vessel_track import VesselTracker
from inplane.perception.vessels import VesselFinder, share_within

Model = TypeVar("Model")
LEFT_OUT = "the anatomy net is left out"
POOR_CONTACT = 0.5
"""Share of the width with contact below which nothing is looked for. chosen: half of the picture is missing."""
FLUID_SHARE = 0.25
"""Share of a lumen that grew dark since an injection began, from which it is fluid, no vessel. chosen: a quarter."""
NEEDLE_EVERY = 2
"""Frames between looks for a needle, even ones. chosen: a tip goes on by a millimetre in fifteen looks a second."""
NEEDLE_S = 0.09
"""Time after which it is looked for in any frame. chosen: pictures of slower scanners are all looked at."""
ANATOMY_EVERY, VESSELS_AT, BONES_AT, NET_AT = 8, (1,), (5,), (3, 7)
"""Frames after which searches of the whole picture for vessels and bone and looks of the anatomy net come again, and
which of them. chosen: anatomy moves little in 0.13 s; the walls' search finds what no net knows and may take
longer; odd ones, each its own, so that no frame is late."""
NET_S, BONES_S = 0.16, 0.25
"""Time after which the anatomy net is asked, and bone looked for, in any frame. chosen: a slow scanner is looked at as
often as others; where a probe slides by 8 mm a second a surface is then two millimetres off at most."""
STEADY = 0.85
"""Correlation with a moment ago, the shift taken out, below which everything is new and a needle is not begun. chosen:
a held probe gives 0.98 in simulation, one that slides or tilts over a volunteer or a phantom 0.6 to 0.82."""
STILL_FRAMES = 6
"""Frames in a row without any change from which the picture stands still. chosen: a slow scanner's frames are repeated
two or three times by a faster recorder."""


class Perceiver:
    """Recognises needle, vessels, nerves, bone and spread from pixels alone; keeps trackers between frames.

    Args:
        needle: the net that looks for needles; the shipped one if None. Where that one cannot be used, no needle
            is said, and every scene says why.
        anatomy: the net that looks for nerves and vessels; the shipped one if None. Where that one cannot be used, no
            nerve is said, every scene says why, and vessels are told by their walls alone.
        walls_alone: leave the anatomy net out, to see what vessels are told without it.
    """

    def __init__(
        self, needle: NeedleModel | None = None, anatomy: AnatomyModel | None = None, *, walls_alone: bool = False
    ) -> None:
        self._needle_model, self._without = _usable(needle, needle_model.shipped)
        model = (None, LEFT_OUT) if walls_alone else _usable(anatomy, anatomy_model.shipped)
        self._anatomy = AnatomyWatch(*model)
        self._motion, self._needle = Motion(), NeedleWatch()
        self._vessel_finder, self._vessels = VesselFinder(), VesselTracker()
        self._bone_finder, self._spread = BoneFinder(), SpreadWatch()
        self._bones: tuple[BoneSeen, ...] = ()
        self._count, self._still, self._contact, self._moving = 0, 0, 1.0, False
        self._last: Frame | None = None
        self._looked_s = self._asked_s = self._boned_s = -1e9

    def reset(self) -> None:
        """Forget everything that was seen."""
        self._motion.reset()
        self._needle.reset()
        self._vessels.reset()
        self._spread.reset()
        self._anatomy.reset()
        self._bones = ()
        self._count, self._still, self._contact, self._moving = 0, 0, 1.0, False
        self._last, self._looked_s, self._asked_s, self._boned_s = None, -1e9, -1e9, -1e9

    def step(self, frame: Frame) -> Scene:
        """What is recognised in this frame, given those before it.

        Args:
            frame: the next picture; a time that goes back is taken as a new recording's.
        """
        if self._last is not None and (frame.time_s < self._last.time_s or frame.geometry != self._last.geometry):
            self.reset()
        stands = self._last is not None and np.array_equal(frame.pixels, self._last.pixels)
        self._still = self._still + 1 if stands else 0
        self._last = frame
        if not frame.valid:
            return self._not_looked(frame)
        prepared = prepare(frame)
        usable = prepared.contact >= POOR_CONTACT
        needle = self._look_for_needle(frame, prepared, usable)
        if not usable:
            self._bones = ()
        elif self._due(BONES_AT) or frame.time_s - self._boned_s >= BONES_S:
            self._bones, self._boned_s = self._bone_finder.find(prepared), frame.time_s
        if usable and (self._due(NET_AT) or frame.time_s - self._asked_s >= NET_S):
            self._anatomy.look(prepared, frame.time_s)
            self._asked_s = frame.time_s
        nerves = self._anatomy.nerves(prepared, frame.time_s) if usable else ()
        vessels = self._look_for_vessels(frame, prepared, usable)
        spread, why = self._spread.step(frame, prepared, needle)
        self._count += 1
        self._contact = prepared.contact
        cannot = (
            self._anatomy.doubt(nerves),
            *_cannot_tell(frame, needle, prepared.contact, doubt=self._doubt()),
        )
        return Scene(
            sequence=frame.sequence,
            time_s=frame.time_s,
            calibration=frame.calibration,
            contact=prepared.contact,
            needle=needle,
            vessels=vessels,
            bones=self._bones,
            spread=spread,
            cannot_tell=cannot if why is None else (*cannot, why),
            nerves=nerves,
        )

    def _due(self, at: tuple[int, ...]) -> bool:
        """Whether something is searched for in this frame; in the first, everything is."""
        return self._count % ANATOMY_EVERY in at or self._count == 0

    def _doubt(self) -> str | None:
        """Why a needle could not be told now if there were one."""
        if self._without is not None:
            return self._without
        if self._still >= STILL_FRAMES:
            return "the picture stands still, and a needle is told by moving"
        if self._moving and not self._needle.settled:
            return "the whole picture moves, and a needle is told by moving in a picture that does not"
        return None

    def _not_looked(self, frame: Frame) -> Scene:
        """A scene of a picture that its source marks as not to be used: only the needle's last motion is carried on."""
        needle = self._needle.unseen(frame.time_s)
        cannot = (self._anatomy.doubt(()), *_cannot_tell(frame, needle, None, doubt=None))
        return Scene(
            sequence=frame.sequence,
            time_s=frame.time_s,
            calibration=frame.calibration,
            contact=self._contact,
            needle=needle,
            vessels=(),
            bones=(),
            spread=SpreadSeen.without_area(SpreadState.CANNOT_TELL),
            cannot_tell=(*cannot, CannotTell(subject="picture", reason="its source marks it as not to be used")),
        )

    def _look_for_needle(self, frame: Frame, prepared: Prepared, usable: bool) -> NeedleSeen:
        """The net on every second frame, then the tracker; without contact the tracker alone."""
        self._moving = False
        if not usable or self._needle_model is None:
            return self._needle.unseen(frame.time_s)
        change = self._motion.step(prepared, frame.time_s)
        self._moving = change is not None and change.similarity < STEADY
        if self._count % NEEDLE_EVERY != 0 and frame.time_s - self._looked_s < NEEDLE_S:
            return self._needle.unseen(frame.time_s)
        self._looked_s = frame.time_s
        if self._moving and not self._needle.settled:
            change = None
        maps = self._needle_model.look(prepared, change)
        return self._needle.step(maps, prepared, frame.time_s, steady=not self._moving)

    def _look_for_vessels(self, frame: Frame, prepared: Prepared, usable: bool) -> tuple[VesselSeen, ...]:
        """The finder about known vessels, every eighth frame everywhere, then the tracker."""
        search = self._due(VESSELS_AT)
        lumens = self._vessel_finder.find(prepared, self._vessels.hints, search=search) if usable else []
        lumens = self._anatomy.weighed(lumens, prepared) if usable else lumens
        if self._spread.grown is not None:
            lumens = [lumen for lumen in lumens if share_within(lumen.ellipse, self._spread.grown) < FLUID_SHARE]
        bones_mm = [bone.points_mm for bone in self._bones]
        lumens = [lumen for lumen in lumens if not on_bone(lumen, bones_mm, prepared.grid)]
        return self._vessels.step(lumens, frame, prepared)


def _usable(given: Model | None, shipped: Callable[[], Model]) -> tuple[Model | None, str | None]:
    """The net that was given, else the one that comes with the program, or why that one cannot be used."""
    try:
        return (shipped() if given is None else given), None
    except InplaneError as problem:
        return None, str(problem)


def _cannot_tell(
    frame: Frame, needle: NeedleSeen, contact: float | None, *, doubt: str | None
) -> tuple[CannotTell, ...]:
    """What is not known of this frame beside nerves, and why.

    Args:
        frame: the picture.
        needle: what is said of it.
        contact: share of the probe's width; None where it was not looked at.
        doubt: why a needle could not be told here if there were one.
    """
    cannot = list[CannotTell]()
    if not frame.calibration.in_mm:
        cannot.append(CannotTell(subject="scale", reason="the picture is not calibrated: no distance in mm is known"))
    elif frame.calibration is Calibration.ESTIMATED:
        cannot.append(CannotTell(subject="scale", reason="estimated from the ruler in the picture"))
    if contact is not None and contact < POOR_CONTACT:
        share = round(100 * contact)
        cannot.append(CannotTell(subject="picture", reason=f"only {share} % of the probe's width has contact"))
    if doubt is not None:
        cannot.append(CannotTell(subject="needle", reason=doubt))
    if needle.state is NeedleState.SHAFT_ONLY:
        cannot.append(CannotTell(subject="tip", reason="the shaft is seen, its end is not"))
    if needle.state is NeedleState.LOST:
        cannot.append(CannotTell(subject="needle", reason="it was seen and is not any more"))
    return tuple(cannot)
