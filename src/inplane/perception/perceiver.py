"""One step of perception: a frame in, a scene out. The same frames give the same scenes to the bit."""

import numpy as np

from inplane.core import BoneSeen, CannotTell, Frame, Scene, SpreadSeen, SpreadState
from inplane.perception.motion import Motion
from inplane.perception.needle_find import NeedleFinder
from inplane.perception.needle_track import NeedleTracker
from inplane.perception.prepare import Prepared, prepare
from inplane.perception.vessel_track import VesselTracker
from inplane.perception.vessels import VesselFinder

NERVE_UNKNOWN = CannotTell(subject="nerve", reason="not recognised in this version")
POOR_CONTACT = 0.5
"""Share of the width with contact below which nothing is looked for. chosen: half of the picture is missing."""
SEARCH_EVERY = 6
"""Frames between searches of the whole picture for another needle while one is tracked. chosen: five a second."""


class Perceiver:
    """Recognises needle, vessels, bone and spread from pixels alone; keeps trackers between frames."""

    def __init__(self) -> None:
        self._motion, self._needle_finder, self._needle = Motion(), NeedleFinder(), NeedleTracker()
        self._vessel_finder, self._vessels = VesselFinder(), VesselTracker()
        self._count = 0

    def reset(self) -> None:
        """Forget everything that was seen."""
        self._motion.reset()
        self._needle.reset()
        self._vessels.reset()
        self._count = 0

    def step(self, frame: Frame) -> Scene:
        """What is recognised in this frame, given those before it.

        Args:
            frame: the next picture; times must grow, a step back is taken as a new recording.
        """
        prepared = prepare(frame)
        cannot = [NERVE_UNKNOWN]
        if not frame.calibrated:
            cannot.append(
                CannotTell(subject="scale", reason="the picture is not calibrated: no distance in mm is known")
            )
        usable = prepared.contact >= POOR_CONTACT
        if not usable:
            share = round(100 * prepared.contact)
            cannot.append(CannotTell(subject="picture", reason=f"only {share} % of the probe has contact"))
        change = self._motion.step(prepared, frame.time_s) if usable else None
        searching = not self._needle.settled or self._count % SEARCH_EVERY == 0
        candidates = self._needle_finder.find(prepared, change, self._needle.hints, search=searching) if usable else []
        needle = self._needle.step(candidates, prepared, change, frame.time_s)
        lumens = self._vessel_finder.find(prepared, self._vessels.hints, search=self._count % 3 == 0) if usable else []
        vessels = self._vessels.step(lumens, frame, prepared.grid)
        self._count += 1
        return Scene(
            sequence=frame.sequence,
            time_s=frame.time_s,
            calibrated=frame.calibrated,
            contact=prepared.contact,
            needle=needle,
            vessels=vessels,
            bones=self._bones(prepared),
            spread=self._spread(),
            cannot_tell=tuple(cannot),
        )

    def _bones(self, prepared: Prepared) -> tuple[BoneSeen, ...]:
        return ()

    def _spread(self) -> SpreadSeen:
        return SpreadSeen(
            state=SpreadState.CANNOT_TELL,
            area_mm2=0.0,
            growth_mm2_s=0.0,
            centre_mm=None,
            outline_mm=np.zeros((0, 2)),
            injected_ml=None,
            confidence=0.0,
        )
